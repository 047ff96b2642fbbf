"""CSL-JSON, the reference format of citeproc, pandoc and Zotero; other programs' lists of references in JSON are read too."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from review.domain.errors import BadInput
from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import fields, kinds, loose_json, zotero_json
from review.formats.citation_keys import citation_keys
from review.formats.contract import Format
from review.formats.decoding import decode
from review.formats.entry import Entry, Intake, repaired, skipped

_LISTS = ("items", "references", "results")  # where programs put the list when it is not the whole file
_OTHERS = (
    "data",
    "records",
    "collection",
    "papers",
    "publications",
    "documents",
    "works",
)  # the same, if it holds anything
_TELLING = frozenset({"title", "type", "DOI", "author"})
_DATES = ("issued", "original-date", "event-date", "submitted")
_STRANGERS = (b"openalex.org", b'"authorships"', b'"message-type"', b'"resultList"')  # OpenAlex, Crossref, Europe PMC
_BESIDE_TITLE = (b'"type"', b'"itemtype"', b'"authors"', b'"abstract"', b'"doi"', b'"year"')
_MARKS = (b'"issued"', b'"date-parts"', b'"container-title"', b'"DOI"', b'"family"', b'"article-journal"')


def read(data: bytes, source: str) -> Iterator[Record | Finding]:
    """The records of a CSL-JSON file; raises `BadInput` where the JSON itself is broken."""
    decoded = decode(data)
    yield from decoded.findings
    intake = Intake(source)
    for place, item in enumerate(_items(decoded.text().lstrip("\ufeff"), source), 1):
        if not isinstance(item, dict):
            yield skipped(None, f"Item {place} is {type(item).__name__} and not a reference; it was left out.")
            continue
        try:
            parts = list(_parts(item, place, source))
        except (TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
            yield skipped(None, f"Item {place} could not be read ({error}).")
            continue
        for part in parts:
            if isinstance(part, Entry):
                yield from intake.take(part)
            else:
                yield part


def _parts(item: Mapping[str, Any], place: int, source: str) -> Iterator[Entry | Finding]:
    """The entry of an item, after what is doubtful about it: CSL's, Zotero's own, or one with the names of a table."""
    zotero = zotero_json.item(item)
    if zotero is not None:
        if not zotero_json.is_part(zotero):
            yield zotero_json.entry(zotero)
        return
    if loose_json.is_known(item):
        yield from loose_json.parts(item, source=source)
        return
    entry = _entry(item)
    if not entry.year and item.get("issued"):
        yield repaired(None, f"Item {place} has a date without a year: {json.dumps(item['issued'])[:60]}.")
    yield entry


def _items(text: str, source: str) -> list[Any]:
    try:
        # Whole numbers of any length are kept as text: no field we read needs them as numbers.
        tree = json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < 10 else digits)
    except json.JSONDecodeError as error:
        if items := _line_by_line(text):
            return items
        raise BadInput(
            source,
            f"this JSON breaks off or is damaged at line {error.lineno}, column {error.colno} ({error.msg}).",
            hint="Export it again.",
        ) from None
    except (RecursionError, ValueError):
        raise BadInput(source, "this JSON is nested too deeply to be a list of references.") from None
    if isinstance(tree, dict):
        for name in _LISTS:
            if isinstance(tree.get(name), list):
                return list(tree[name])
        for name in _OTHERS:
            if isinstance(tree.get(name), list) and tree[name]:
                return loose_json.latest(tree[name])
        if "title" in tree or "type" in tree or zotero_json.item(tree):
            return [tree]
        if tree and all(isinstance(item, dict) and item.keys() & _TELLING for item in tree.values()):
            return list(tree.values())  # items by their keys
    if not isinstance(tree, list):
        raise BadInput(source, "this JSON holds no list of references.", hint="Export the library as CSL-JSON.")
    return tree


def _line_by_line(text: str) -> list[Any]:
    """The items of JSON Lines; none if any line is something else."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or not all(line.lstrip().startswith("{") for line in lines):
        return []
    try:
        return [json.loads(line) for line in lines]
    except (ValueError, RecursionError):
        return []


def _entry(item: Mapping[str, Any]) -> Entry:
    def plain(*names: str) -> str:
        return next((text for name in names if (text := fields.plain(_text(item.get(name))))), "")

    custom = item.get("custom") if isinstance(item.get("custom"), dict) else {}
    assert isinstance(custom, dict)  # noqa: S101  # says so to the type checker
    note = plain("note")
    return Entry(
        title=plain("title"),
        abstract=plain("abstract"),
        authors=_people(item.get("author")) or _people(item.get("editor")),
        year=next((found for name in _DATES if (found := _year(item.get(name)))), None) or fields.year(plain("year")),
        journal=plain("container-title", "event-title", "publisher" if item.get("type") == "thesis" else ""),
        volume=plain("volume"),
        issue=plain("issue"),
        pages=fields.pages(plain("page", "page-first")),
        doi=fields.doi(_text(item.get("DOI"))) or (fields.doi(note) if "doi" in note.lower() else ""),
        pmid=fields.pmid(plain("PMID")),
        arxiv_id=fields.arxiv_id(_text(custom.get("arxiv_id"))) or fields.arxiv_id(plain("URL", "number")),
        keywords=_keywords(item),
        language=plain("language"),
        type=plain("type"),
        url=fields.link(plain("URL")),
        notes=note,
        raw=json.dumps(item, ensure_ascii=False, default=str),
    )


def _text(value: object) -> str:
    """A value as text: the first of a list, "" for what is no text."""
    if isinstance(value, list):
        return _text(value[0]) if value else ""
    if isinstance(value, float):
        return str(int(value)) if math.isfinite(value) and value.is_integer() else ""
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def _year(date: object) -> int | None:
    if isinstance(date, dict):
        parts = date.get("date-parts")
        first = parts[0] if isinstance(parts, list) and parts else None
        first = first[0] if isinstance(first, list) and first else first
        if isinstance(first, (str, int)) and 0 < len(str(first)) <= 4 and str(first).isdigit() and int(first):
            return int(first)
        return next(
            (found for name in ("raw", "literal", "year") if (found := fields.year(_text(date.get(name))))), None
        )
    return fields.year(_text(date))


def _people(people: object) -> tuple[str, ...]:
    names = []
    for person in people if isinstance(people, list) else []:
        if isinstance(person, str):
            names.append(fields.author(person))
        elif isinstance(person, dict):
            names.append(_person({key: fields.plain(_text(value)) for key, value in person.items()}))
    return tuple(name for name in names if name)


def _person(part: Mapping[str, str]) -> str:
    if part.get("literal"):
        return part["literal"]
    family = " ".join(word for name in ("non-dropping-particle", "family") if (word := part.get(name, "")))
    given = " ".join(word for name in ("given", "dropping-particle") if (word := part.get(name, "")))
    return ", ".join(word for word in (family, given, part.get("suffix", "")) if word)


def _keywords(item: Mapping[str, Any]) -> tuple[str, ...]:
    value = item.get("keyword", item.get("keywords"))
    if isinstance(value, list):
        return fields.keywords(_text(word) for word in value)
    text = fields.plain(_text(value))
    return fields.keywords([text] if ";" in text else text.split(","))


def write(records: Iterable[Record], *, keys: Mapping[str, str] | None = None) -> bytes:
    """The records as CSL-JSON; the `id` of an item is its citation key (`keys` maps record ids to keys in use)."""
    return b"".join(_pieces(list(records), keys))


def pieces(records: Collection[Record]) -> Iterator[bytes]:
    """The same, an item at a time."""
    return _pieces(records, None)


def _pieces(records: Collection[Record], keys: Mapping[str, str] | None) -> Iterator[bytes]:
    named = citation_keys(records, kept=keys)
    yield b"["
    for place, record in enumerate(records):
        item = json.dumps(_written(record, named[record.record_id]), ensure_ascii=False, indent=1)
        inner = item.replace("\n", "\n ")  # there is no line end within a text
        yield f"{',' if place else ''}\n {inner}".encode("utf-8", "replace")
    yield b"\n]\n" if records else b"]\n"


def _written(record: Record, key: str) -> dict[str, Any]:
    marked = fields.marked
    item: dict[str, Any] = {
        "id": key,
        "type": record.type if kinds.is_known(record.type) else "document",
        "title": marked(record.title),
        "author": [_name(name) for name in record.authors],
        "issued": {"date-parts": [[record.year]]} if record.year else None,
        "container-title": marked(record.journal),
        "volume": marked(record.volume),
        "issue": marked(record.issue),
        "page": marked(record.pages),
        "DOI": record.doi,
        "PMID": record.pmid,
        "URL": record.url,
        "abstract": marked(record.abstract),
        "keyword": marked("; ".join(record.keywords) + (";" if len(record.keywords) == 1 else "")),
        "language": marked(record.language),
        "note": marked(record.notes),
        # The schema's own place for what citation styles have no name for.
        "custom": {"record_id": record.record_id} | ({"arxiv_id": record.arxiv_id} if record.arxiv_id else {}),
    }
    return {name: value for name, value in item.items() if value or name == "title"}


def _name(name: str) -> dict[str, str]:
    parts = [fields.marked(part.strip()) for part in name.split(",")]
    if len(parts) == 1:
        return {"literal": parts[0]}
    suffix = {"suffix": ", ".join(parts[2:])} if len(parts) > 2 else {}
    return {"family": parts[0], "given": parts[1]} | suffix


def looks_like(head: bytes) -> bool:
    """A list of objects with the names CSL uses."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if any(mark in head for mark in _STRANGERS):
        return False  # these also say title and type
    return start[:1] in {b"[", b"{"} and (
        any(mark in head for mark in _MARKS)
        or (b'"title"' in head.lower() and any(mark in head.lower() for mark in _BESIDE_TITLE))
    )


FORMAT = Format(
    name="csl_json",
    label="CSL-JSON",
    suffixes=(".json",),
    read=read,
    looks_like=looks_like,
    write=write,
    pieces=pieces,
)

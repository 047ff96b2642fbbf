"""Crossref's JSON: a page of its works, or one work."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import fields, json_parts, kinds
from review.formats.contract import Format
from review.formats.entry import Entry
from review.formats.json_parts import at, listed, text

_ANSWER = re.compile(rb'"message-type"\s*:\s*"work(?:-list)?"')
_KINDS = {
    "proceedings-article": "paper-conference",
    "book-section": "chapter",
    "book-part": "chapter",
    "reference-book": "book",
    "edited-book": "book",
    "reference-entry": "entry-encyclopedia",
    "report-component": "report",
    "peer-review": "review",
}
# What a work says of its own updates and of other versions: its name at Crossref, our words.
_RELATIONS = {
    "is-preprint-of": "Published as",
    "has-preprint": "Preprint",
    "is-version-of": "Version of",
    "has-version": "Other version",
}


def read(data: bytes, source: str) -> Iterator[Record | Finding]:
    """The records of a Crossref answer; the id of a record is its DOI."""
    yield from json_parts.read(data, source, name="items", works=_works, entry=_entry)


def _works(answer: Any) -> list[Any] | None:
    message = at(answer, "message")
    items = at(message, "items")
    if isinstance(items, list):
        return items
    if isinstance(message, dict) and "DOI" in message:
        return [message]
    return [answer] if isinstance(answer, dict) and "DOI" in answer else None


def _entry(work: Mapping[str, Any]) -> Entry:
    doi = fields.doi(text(work, "DOI"))
    return Entry(
        own_id=doi or text(work, "DOI").lower(),
        title=_title(work),
        abstract=_abstract(text(work, "abstract")),
        authors=_people(work, "author") or _people(work, "editor"),
        year=_year(work),
        journal=text(work, "container-title") or text(work, "event", "name") or _house(work),
        volume=text(work, "volume"),
        issue=text(work, "issue") or text(work, "journal-issue", "issue"),
        pages=fields.pages(text(work, "page")) or text(work, "article-number"),
        doi=doi,
        arxiv_id=fields.arxiv_id(f"arXiv:{doi.removeprefix('10.48550/arxiv.')}") if "/arxiv." in doi else "",
        keywords=fields.keywords(word for word in listed(work, "subject") if isinstance(word, str)),
        language=text(work, "language"),
        type=_kind(work),
        url=fields.link(text(work, "resource", "primary", "URL")) or fields.link(text(work, "URL")),
        notes=_notes(work),
    )


def _title(work: Mapping[str, Any]) -> str:
    """The title with its subtitle, unless the title repeats it."""
    title, below = text(work, "title") or text(work, "original-title"), text(work, "subtitle")
    if not below or below.casefold() in title.casefold():
        return title or below
    return f"{title.rstrip(':')}: {below}" if title else below


def _abstract(found: str) -> str:
    """JATS has its headings in the text; the one that says "Abstract" says nothing."""
    for word in ("Abstract", "ABSTRACT", "Summary"):
        if found.startswith(f"{word} ") and found[len(word) + 1 : len(word) + 2].isupper():
            return found[len(word) + 1 :]
    return found


def _people(work: Mapping[str, Any], role: str) -> tuple[str, ...]:
    return tuple(name for person in listed(work, role) if (name := _person(person)))


def _person(person: object) -> str:
    family, given, suffix = text(person, "family"), text(person, "given"), text(person, "suffix")
    if not family:
        return text(person, "name") or given
    return ", ".join(part for part in (family, given, suffix) if part)


def _date(work: object, name: str) -> str:
    """A date as far as it is known: 2024, 2024-05 or 2024-05-31."""
    parts = at(work, name, "date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    numbers = [part for part in first if isinstance(part, int)] if isinstance(first, list) else []
    return "-".join(f"{number:04d}" if not place else f"{number:02d}" for place, number in enumerate(numbers[:3]))


def _year(work: Mapping[str, Any]) -> int | None:
    names = ("issued", "published", "published-print", "published-online", "posted", "approved", "created")
    return fields.first_year(_date(work, name) for name in names)


def _house(work: Mapping[str, Any]) -> str:
    """Where a work without a journal came out: the server of a preprint, the school of a thesis."""
    kind = text(work, "type")
    if kind == "posted-content":
        return text(work, "institution", "name") or text(work, "group-title") or text(work, "publisher")
    return text(work, "institution", "name") or text(work, "publisher") if kind == "dissertation" else ""


def _kind(work: Mapping[str, Any]) -> str:
    name = text(work, "type")
    if name == "posted-content" and text(work, "subtype") not in {"", "preprint"}:
        return "document"
    return _KINDS.get(name) or kinds.from_name(name.replace("-", " "))


def _notes(work: Mapping[str, Any]) -> str:
    printed, online = _date(work, "published-print"), _date(work, "published-online") or _date(work, "posted")
    return fields.noted(
        [_update(item, "by") for item in listed(work, "updated-by")],
        [_update(item, "of") for item in listed(work, "update-to")],
        [_related(name, at(work, "relation", name)) for name in _RELATIONS],
        f"Published online: {online}" if online else "",
        f"In print: {printed}" if printed else "",
    )


def _update(item: object, side: str) -> str:
    """`Retraction: 10.1/x (2024-05-31)` where the work was retracted, `Retraction of 10.1/x` where it is the notice."""
    what, doi, day = (
        text(item, "label") or text(item, "type") or "Update",
        text(item, "DOI").lower(),
        _date(item, "updated"),
    )
    if not doi:
        return ""
    if side == "of":
        return f"{what} of {doi}"
    return f"{what}: {doi}" + (f" ({day})" if day else "")


def _related(name: str, items: object) -> str:
    ids = [text(item, "id") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return f"{_RELATIONS[name]}: {', '.join(found for found in ids if found)}" if any(ids) else ""


def looks_like(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["} and bool(_ANSWER.search(head))


FORMAT = Format(name="crossref", label="Crossref (JSON)", suffixes=(), read=read, looks_like=looks_like)

"""BibTeX and BibLaTeX, as every reference manager writes them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names

from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import fields, kinds, latex
from review.formats.bibtex_blocks import Block, blocks, parts
from review.formats.citation_keys import citation_keys
from review.formats.contract import Format
from review.formats.decoding import decode, holds, windows
from review.formats.entry import Entry, Intake, repaired, skipped
from review.resources import Data

JOURNAL = ("journal", "journaltitle", "fjournal", "booktitle", "maintitle", "eventtitle", "school", "institution")
DATES = ("year", "date", "issued", "eventdate", "urldate_year")
NOTES = ("note", "annote", "addendum")
_GROUPING = re.compile(r"[{}\\~]")  # what the reader of names treats specially
# BibLaTeX's names with their parts named: family=Berg, given=Jan, prefix=van der.
_NAMED_PARTS = re.compile(r"(?:^|,)\s*\"?(family|given|prefix|suffix)(?:-i)?\s*=\s*([^,]*)", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_REFERRING = (b"crossref", b"Crossref", b"CrossRef", b"CROSSREF", b"xdata", b"XData", b"Xdata", b"XDATA")
_HIDING = re.compile(rb"@\s*comment", re.IGNORECASE)
_INHERITED = {"title": "booktitle", "subtitle": "booksubtitle"}  # what a parent's title is called in its chapters


def read(data: Data, source: str) -> Iterator[Record | Finding]:
    """The records of a BibTeX file, one block after the other."""
    decoded = decode(data)
    yield from decoded.findings
    intake = Intake(source)
    # What refers to another entry, or may hide one, is read as a whole; anything else a part at a time.
    whole = holds(data, _REFERRING) or any(_HIDING.search(part) for part in windows(data, overlap=16))
    text = decoded.text() if whole else ""
    parents = _parents(text)
    for block in blocks([text] if whole else parts(decoded.pieces())):
        if block.broken:
            yield skipped(block.line, _broken(block), hint="Count its brackets, mend it and import again.")
            continue
        for fault in block.faults:
            yield repaired(block.line, fault)
        if block.kind == "xdata":
            continue
        yield from intake.take(_entry(_inherit(block, parents), block))


def _broken(block: Block) -> str:
    why = block.faults[0] if block.faults else "It holds no fields."
    return f"The entry {block.key or '(without key)'!r} was left out: {why[0].lower()}{why[1:]}"


def _parents(text: str) -> Mapping[str, Block]:
    """The entries others refer to by `crossref` or `xdata`; only then is the file read twice."""
    wanted = {match.strip().lower() for match in re.findall(r"(?i)(?:crossref|xdata)\s*=\s*[{\"]([^{}\"]*)[}\"]", text)}
    return {block.key.lower(): block for block in blocks([text]) if block.key.lower() in wanted} if wanted else {}


def _inherit(block: Block, parents: Mapping[str, Block]) -> dict[str, str]:
    values = dict(block.values)
    for name in ("xdata", "crossref"):
        parent = parents.get(values.get(name, "").strip().lower())
        if parent and parent is not block:
            for field, value in parent.values.items():
                values.setdefault(_INHERITED.get(field, field) if name == "crossref" else field, value)
    return values


def _entry(values: Mapping[str, str], block: Block) -> Entry:
    def plain(*names: str) -> str:
        for name in names:
            value = values.get(name)
            if value and (text := fields.plain(latex.decode(value))):
                return text
        return ""

    title, journal = plain("title", "shorttitle", "titleaddon"), plain(*JOURNAL)
    if values.get("lista"):  # biblatex-chicago: an article of an encyclopedia, which stands in `title`
        title, journal = plain("lista"), title
    if not title:
        title, journal = journal, ""
    subtitle = plain("subtitle")
    arxiv = _arxiv(values)
    return Entry(
        title=f"{title}: {subtitle}" if subtitle and subtitle.lower() not in title.lower() else title,
        abstract=plain("abstract"),
        authors=_people(values.get("author", "")) or _people(values.get("editor", "")),
        year=fields.first_year(latex.decode(values.get(name, "")) for name in DATES),
        journal=journal,
        volume=plain("volume"),
        issue=plain("number", "issue"),
        pages=fields.pages(plain("pages", "eid", "article-number")),
        doi=next((found for name in ("doi", "url", "note") if (found := _doi(name, values))), ""),
        pmid=fields.pmid(plain("pmid", "pubmedid")) or _pmid(values),
        arxiv_id=arxiv,
        keywords=_keywords(plain("keywords", "keyword", "author_keywords")),
        language=plain("language", "langid", "hyphenation"),
        type=kinds.from_bibtex(block.kind),
        url=fields.link(latex.verbatim(values.get("url", "") or values.get("howpublished", ""))),
        notes="; ".join(text for name in NOTES if (text := plain(name))),
        raw=block.raw,
        line=block.line,
    )


def _people(text: str) -> tuple[str, ...]:
    """Names at the word "and" outside braces; `and others` names nobody."""
    if not text.strip():
        return ()
    folded = " ".join(text.split())
    names = split_multiple_persons_names(folded) if _GROUPING.search(folded) else _AND.split(folded)
    return tuple(person for name in names if (person := _person(name.strip())))


def _person(name: str) -> str:
    if not name or name.lower() in {"others", "et al.", "et al"}:
        return ""
    if re.fullmatch(r"\{[^{}]*\}", name) or (name.startswith("{") and name.endswith("}") and "," not in name):
        return fields.plain(latex.decode(name))
    if _NAMED_PARTS.match(name):
        part = {key.lower(): _decoded([value]) for key, value in _NAMED_PARTS.findall(name)}
        family = " ".join(word for word in (part.get("prefix", ""), part.get("family", "")) if word)
        return ", ".join(word for word in (family, part.get("given", ""), part.get("suffix", "")) if word)
    whole = fields.author(latex.decode(name))
    if "," in whole and "," not in name:  # "Smith JA", which BibTeX itself would take for Mr. JA
        return whole
    if name.count(",") == 1 and name[-1] != "," and not _GROUPING.search(name):
        return whole
    if "," not in name and "{" not in name and "\\" not in name:
        return fields.turned(name)
    parts = parse_single_name_into_parts(name, strict=False)
    family = _decoded([*parts.von, *parts.last])
    return ", ".join(part for part in (family, _decoded(parts.first), _decoded(parts.jr)) if part)


def _decoded(words: list[str]) -> str:
    return fields.plain(latex.decode(" ".join(words)))


def _doi(name: str, values: Mapping[str, str]) -> str:
    text = latex.verbatim(values.get(name, ""))
    return fields.doi(text) if name == "doi" or "doi" in text.lower() else ""


def _pmid(values: Mapping[str, str]) -> str:
    kind = (values.get("eprinttype") or values.get("archiveprefix") or "").lower()
    return fields.pmid(values.get("eprint", "")) if kind in {"pmid", "pubmed"} else ""


def _arxiv(values: Mapping[str, str]) -> str:
    kind = (values.get("eprinttype") or values.get("archiveprefix") or "").lower()
    number = latex.verbatim(values.get("eprint", "")).strip()
    if number and kind in {"arxiv", ""}:
        return fields.arxiv_id(number)
    return next(
        (
            found
            for name in ("arxivid", "url", "journal")
            if (found := fields.arxiv_id(latex.verbatim(values.get(name, ""))))
        ),
        "",
    )


def _keywords(text: str) -> tuple[str, ...]:
    return fields.keywords([text] if ";" in text else text.split(","))


def write(records: Iterable[Record], *, keys: Mapping[str, str] | None = None) -> bytes:
    """The records as BibTeX in UTF-8. `keys` maps record ids to citation keys; without it they are made here."""
    return b"".join(_pieces(list(records), keys))


def pieces(records: Collection[Record]) -> Iterator[bytes]:
    """The same, an entry at a time."""
    return _pieces(records, None)


def _pieces(records: Collection[Record], keys: Mapping[str, str] | None) -> Iterator[bytes]:
    named = citation_keys(records, kept=keys)
    for place, record in enumerate(records):
        yield (("\n" if place else "") + _written(record, named[record.record_id])).encode("utf-8")


def _written(record: Record, key: str) -> str:
    kind = kinds.to_bibtex(record.type) if record.type else "misc"
    container = "booktitle" if kind in {"inproceedings", "incollection"} else "journal"
    values = {
        # Doubled braces: styles that lower titles would turn "MRI in Berlin" into "Mri in berlin".
        "title": f"{{{_text(record.title)}}}" if record.title else "",
        "author": " and ".join(_name(name) for name in record.authors),
        "year": str(record.year or ""),
        container: _text(record.journal),
        "volume": _text(record.volume),
        "number": _text(record.issue),
        "pages": re.sub(r"(?<=\w)-(?=\w)", "--", record.pages) if record.pages.count("-") == 1 else _text(record.pages),
        "doi": _verbatim(record.doi),
        "pmid": record.pmid,
        "eprint": record.arxiv_id,
        "archiveprefix": "arXiv" if record.arxiv_id else "",
        "abstract": _text(record.abstract),
        "keywords": _text("; ".join(record.keywords) + (";" if len(record.keywords) == 1 else "")),
        "language": _text(record.language),
        "url": _verbatim(record.url),
        "note": _text(record.notes),
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in values.items() if value]
    return f"@{kind}{{{key},\n{''.join(lines)}}}\n"


def _text(text: str) -> str:
    return latex.encode(fields.marked(fields.fold(text)))


def _verbatim(text: str) -> str:
    return re.sub(r"([{}])", r"\\\1", fields.fold(text))


def _name(name: str) -> str:
    """`Family, Given` as it is; a suffix goes between; groups, and names that hold "and", in braces."""
    parts = [_text(part.strip()) for part in name.split(",")]
    if len(parts) == 1:
        return f"{{{parts[0]}}}"
    parts = [f"{{{part}}}" if re.search(r"\band\b", part, re.IGNORECASE) else part for part in parts]
    if len(parts) >= 3:
        return f"{parts[0]}, {', '.join(parts[2:])}, {parts[1]}"
    return ", ".join(parts)


def looks_like(head: bytes) -> bool:
    """An entry with a bracket; a web page or a RIS file that quotes one is judged by its own reader first."""
    if re.match(rb"\s*[<{\[]", head):
        return False
    return bool(re.search(rb"(?m)^[^\n%]{0,40}?@[ \t]*[A-Za-z]{3,20}\s*[{(][^@]*?=", head))


FORMAT = Format(
    name="bibtex",
    label="BibTeX",
    suffixes=(".bib", ".bibtex", ".biblatex"),
    read=read,
    looks_like=looks_like,
    write=write,
    pieces=pieces,
    large=True,
)

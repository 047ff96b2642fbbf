"""RefWorks' tagged format: a tag of two letters, a blank and the value ("T1 A title")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import fields, kinds
from review.formats.contract import Format
from review.formats.decoding import decode
from review.formats.entry import Entry, Intake
from review.formats.tags import Tags, doi, every, first, keywords, links, other_links, year

TITLE = ("T1", "T2", "OT", "ST")
AUTHORS = ("A1", "A3", "A4", "A2", "A5", "A6")
DATES = ("YR", "FD")
JOURNAL = ("JF", "T2", "JO", "T3")
LINKS = ("LK", "UL")
DOI_INSIDE = ("LK", "UL", "NO", "AN", "ID", "U1", "U2", "U3", "U4", "U5")
NOTES = ("NO",)
# Every tag of the format; a line of an abstract may begin with two other capitals.
_KNOWN = re.compile(
    r"A[1-6BDNV]|C[ILNR]|D[BOS]|ED|FD|I[DPS]|J[FO]|K1|L[AKL]|NO|O[LPT]|P[BP]|R[DPT]|S[FLNPRT]|T[1-4]|U[1-9L]|U1[0-5]"
    r"|V[LO]|W[PTV]|YR|PMID|PMCID"
)
_LINE = re.compile(r"^([A-Z][A-Z0-9]{1,4})(?: (.*)|)$", re.DOTALL)


def read(data: bytes, source: str) -> Iterator[Record | Finding]:
    """The records of a RefWorks export, one entry after the other."""
    decoded = decode(data)
    yield from decoded.findings
    intake = Intake(source)
    for line, tags, raw in _entries(decoded.lines()):
        yield from intake.take(_entry(tags, raw, line))


def _entries(lines: Iterable[str]) -> Iterator[tuple[int, Tags, str]]:
    """(first line, values by tag, raw text) of every entry; RT opens one, what stands before the first is no entry."""
    tags: Tags = {}
    raw: list[str] = []
    start, last = 1, ""
    for number, line in enumerate(lines, 1):
        match = _LINE.match(line.lstrip("\ufeff"))
        tag = match[1] if match and _KNOWN.fullmatch(match[1]) else ""
        if tag == "RT":
            if tags:
                yield start, tags, "\n".join(raw).strip()
            tags, raw, start = {}, [], number
        elif not (tags and line.strip()):
            continue
        raw.append(line)
        if match and tag:
            tags.setdefault(tag, []).append((match[2] or "").strip())
            last = tag
        else:
            tags[last][-1] += "\n" + line.strip()
    if tags:
        yield start, tags, "\n".join(raw).strip()


def _entry(tags: Tags, raw: str, line: int) -> Entry:
    title = first(tags, TITLE)
    journal = first(tags, JOURNAL)
    addresses = links(tags, LINKS)
    base = first(tags, ("DB", "DS")).lower()
    number = first(tags, ("PMID",)) or (first(tags, ("AN",)) if "pubmed" in base or "medline" in base else "")
    return Entry(
        title=title,
        abstract=first(tags, ("AB",)),
        authors=fields.author_list(every(tags, AUTHORS[:1])) or fields.author_list(every(tags, AUTHORS)),
        year=year(tags, DATES),
        journal=journal if journal != title else first(tags, ("JO", "T3")),
        volume=first(tags, ("VO", "VL")),
        issue=first(tags, ("IS",)),
        pages=fields.pages(first(tags, ("SP",)), first(tags, ("OP",))),
        doi=doi(tags, ("DO",), inside=DOI_INSIDE),
        pmid=fields.pmid(number),
        keywords=keywords(tags, ("K1",)),
        language=first(tags, ("LA",)),
        type=kinds.from_name(first(tags, ("RT",))),
        url=addresses[0] if addresses else "",
        notes="; ".join(
            [text for name in NOTES for value in tags.get(name, ()) if (text := fields.plain(value))]
            + other_links(addresses)
        ),
        raw=raw,
        line=line,
    )


def looks_like(head: bytes) -> bool:
    """A line that says what kind of reference follows, and a title or an author in the same layout."""
    return bool(
        re.search(rb"(?m)^[\xef\xbb\xbf]*RT [A-Z][A-Za-z]", head) and re.search(rb"(?m)^(?:T1|A1|JF|YR|SR|ID) \S", head)
    )


FORMAT = Format(name="refworks", label="RefWorks (tagged)", suffixes=(), read=read, looks_like=looks_like)

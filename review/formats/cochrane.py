"""The Cochrane Library's text export: numbered records with a tag, a colon and the value ("TI: A title")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import fields, kinds
from review.formats.contract import Format
from review.formats.decoding import decode
from review.formats.entry import Entry, Intake, skipped
from review.formats.tags import Tags, doi, every, first, keywords, links, other_links, year

_OPENS = re.compile(r"^\ufeff?Record #\d+ of \d+\s*$")
_LINE = re.compile(r"^([A-Z][A-Z0-9]{1,2}): ?(.*)$", re.DOTALL)


def read(data: bytes, source: str) -> Iterator[Record | Finding]:
    """The records of a text export; the id of a record is its number in the library (CN-… or CD…)."""
    decoded = decode(data)
    yield from decoded.findings
    intake = Intake(source)
    for line, tags, raw in _entries(decoded.lines()):
        if tags:
            yield from intake.take(_entry(tags, raw, line))
        else:
            yield skipped(line, "A record without any field was left out.")


def _entries(lines: Iterable[str]) -> Iterator[tuple[int, Tags, str]]:
    """(first line, values by tag, raw text) of every entry; text before the first is no entry."""
    tags: Tags = {}
    raw: list[str] = []
    start, last, opened = 1, "", False
    for number, line in enumerate(lines, 1):
        if _OPENS.match(line):
            if opened:
                yield start, tags, "\n".join(raw).strip()
            tags, raw, start, last, opened = {}, [line], number, "", True
            continue
        if not opened or not line.strip():
            continue
        raw.append(line)
        match = _LINE.match(line)
        if match:
            last = match[1]
            tags.setdefault(last, []).append(match[2].strip())
        elif last:
            tags[last][-1] += "\n" + line.strip()
    if opened:
        yield start, tags, "\n".join(raw).strip()


def _entry(tags: Tags, raw: str, line: int) -> Entry:
    addresses = links(tags, ("US", "UR"))
    published = first(tags, ("SO",))
    registered = fields.link(published)  # of a trial in a register the source is its page there
    pubmed = next((value for value in every(tags, ("PM", "XR")) if "pubmed" in value.lower()), "")
    return Entry(
        own_id=first(tags, ("ID",)),
        title=first(tags, ("TI",)),
        abstract=first(tags, ("AB",)),
        authors=fields.author_list(every(tags, ("AU",))),
        year=year(tags, ("YR", "DP")),
        journal="" if registered else published,
        volume=first(tags, ("VL",)),
        issue=first(tags, ("NO", "IS")),
        pages=fields.pages(first(tags, ("PG",))),
        doi=doi(tags, ("DOI", "DI")),
        pmid=fields.pmid(pubmed),
        keywords=keywords(tags, ("KY", "MH")),
        language=first(tags, ("LA",)),
        type=kinds.from_name(first(tags, ("PT",)).split(";")[0]),
        url=registered or (addresses[0] if addresses else ""),
        notes="; ".join(
            [text for value in every(tags, ("XR", "CC")) if (text := fields.plain(value)) and value != pubmed]
            + ([f"Other link: {addresses[0]}"] if registered and addresses else [])
            + other_links(addresses)
        ),
        raw=raw,
        line=line,
    )


def looks_like(head: bytes) -> bool:
    """A record's number and the name of a field below it."""
    return bool(
        re.search(rb"(?m)^[\xef\xbb\xbf]*Record #\d+ of \d+[ \t]*$", head)
        and re.search(rb"(?m)^(?:ID|TI|AU): \S", head)
    )


FORMAT = Format(name="cochrane", label="Cochrane Library (text)", suffixes=(), read=read, looks_like=looks_like)

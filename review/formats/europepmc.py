"""Europe PMC's JSON: a page of its results, in full or in short form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import fields, json_parts
from review.formats.contract import Format
from review.formats.entry import Entry
from review.formats.json_parts import at, listed, text
from review.formats.nbib import kind_of, types_note

_HEADING = re.compile(r"<h4>\s*(.*?)\s*:?\s*</h4>", re.IGNORECASE | re.DOTALL)
_SOURCES = {"PPR": "article", "PAT": "patent"}


def read(data: bytes, source: str) -> Iterator[Record | Finding]:
    """The records of a Europe PMC answer; the id of a record is its source there and its number, such as MED/39709209."""
    yield from json_parts.read(data, source, name="result", works=_works, entry=_entry)


def _works(answer: Any) -> list[Any] | None:
    found = at(answer, "resultList", "result")
    return found if isinstance(found, list) else None


def _entry(work: Mapping[str, Any]) -> Entry:
    place, number = text(work, "source"), text(work, "id")
    doi = fields.doi(text(work, "doi"))
    types = [kind for kind in listed(work, "pubTypeList", "pubType") if isinstance(kind, str)] or [
        kind.strip() for kind in text(work, "pubType").split(";") if kind.strip()
    ]
    return Entry(
        own_id="/".join(part for part in (place, number) if part),
        title=text(work, "title"),
        abstract=_abstract(at(work, "abstractText")),
        authors=_authors(work),
        year=fields.first_year(
            [text(work, "pubYear"), text(work, "journalInfo", "dateOfPublication"), text(work, "firstPublicationDate")]
        ),
        journal=_journal(work),
        volume=text(work, "journalInfo", "volume") or text(work, "journalVolume"),
        issue=text(work, "journalInfo", "issue") or text(work, "issue"),
        pages=fields.pages(text(work, "pageInfo").split(";")[0]),
        doi=doi,
        pmid=fields.pmid(text(work, "pmid")),
        arxiv_id=fields.arxiv_id(f"arXiv:{doi.removeprefix('10.48550/arxiv.')}") if "/arxiv." in doi else "",
        keywords=fields.keywords(
            [word for word in listed(work, "keywordList", "keyword") if isinstance(word, str)]
            + [text(item, "descriptorName") for item in listed(work, "meshHeadingList", "meshHeading")]
        ),
        language=text(work, "language"),
        type=_SOURCES.get(place) or kind_of([kind.capitalize() for kind in types]),
        url=f"https://europepmc.org/article/{place}/{number}" if place.isalnum() and number.isalnum() else "",
        notes=_notes(work, types),
    )


def _abstract(found: object) -> str:
    """The text with its headings as labels: `Background: …`."""
    return fields.plain(_HEADING.sub(r" \1: ", found)) if isinstance(found, str) else ""


def _authors(work: Mapping[str, Any]) -> tuple[str, ...]:
    listed_names = [_author(item) for item in listed(work, "authorList", "author")]
    if any(listed_names):
        return tuple(name for name in listed_names if name)
    return fields.author_list(part for part in text(work, "authorString").rstrip(".").split(", "))


def _author(item: object) -> str:
    family, given = text(item, "lastName"), text(item, "firstName") or text(item, "initials")
    if family:
        return ", ".join(part for part in (family, given) if part)
    return text(item, "collectiveName") or fields.author(text(item, "fullName"))


def _journal(work: Mapping[str, Any]) -> str:
    return (
        text(work, "journalInfo", "journal", "title")
        or text(work, "journalTitle")
        or text(work, "bookOrReportDetails", "comprisingTitle")
        or text(work, "bookOrReportDetails", "publisher")
    )


def _notes(work: Mapping[str, Any], types: list[str]) -> str:
    online, printed = text(work, "electronicPublicationDate"), text(work, "journalInfo", "printPublicationDate")
    short = text(work, "journalInfo", "journal", "isoabbreviation")
    pmcid = text(work, "pmcid")
    return fields.noted(
        types_note(types),
        [_link(item) for item in listed(work, "commentCorrectionList", "commentCorrection")],
        f"Journal abbreviation: {short}" if short and short != _journal(work) else "",
        f"Published online: {online}" if online else "",
        f"In print: {printed}" if printed else "",
        f"PMCID: {pmcid}" if pmcid else "",
    )


def _link(item: object) -> str:
    """`Retraction in: …`, `Erratum for: …`, `Preprint of: …`, with the number there."""
    what, where = text(item, "type"), text(item, "reference")
    number = "/".join(part for part in (text(item, "source"), text(item, "id")) if part)
    named = f"{where} ({number})" if where and number else where or number
    return f"{what}: {named}" if what and named and "comment" not in what.lower() else ""


def looks_like(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return start in {b"{", b"["} and b'"resultList"' in head and (b'"hitCount"' in head or b'"result"' in head)


FORMAT = Format(name="europepmc", label="Europe PMC (JSON)", suffixes=(), read=read, looks_like=looks_like)

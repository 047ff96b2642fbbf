"""OpenAlex's JSON: a page of its works, one work, or a list of them."""

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

_WORK = re.compile(r"(?:^|/)(W\d{1,15})$")
_ARTICLES = frozenset({"article", "review", "letter", "editorial", "erratum", "retraction"})
_MOST_WORDS = 200_000  # of an abstract; positions beyond are a mistake


def read(data: bytes, source: str) -> Iterator[Record | Finding]:
    """The records of an OpenAlex answer; the id of a record is OpenAlex's own, such as W2755950973."""
    yield from json_parts.read(data, source, name="results", works=_works, entry=_entry)


def _works(answer: Any) -> list[Any] | None:
    found = at(answer, "results")
    if isinstance(found, list):
        return found
    return [answer] if isinstance(answer, dict) and ("authorships" in answer or work_id(answer.get("id"))) else None


def work_id(address: object) -> str:
    """`W2755950973` from an address of OpenAlex; "" for anything else."""
    found = _WORK.search(address) if isinstance(address, str) else None
    return found[1] if found else ""


def _entry(work: Mapping[str, Any]) -> Entry:
    doi = fields.doi(text(work, "doi") or text(work, "ids", "doi"))
    links = [text(place, "landing_page_url") for place in listed(work, "locations")]
    venue = text(work, "primary_location", "source", "display_name") or text(work, "host_venue", "display_name")
    return Entry(
        own_id=work_id(work.get("id")) or work_id(at(work, "ids", "openalex")),
        title=text(work, "title") or text(work, "display_name"),
        abstract=_abstract(at(work, "abstract_inverted_index")),
        authors=tuple(name for item in listed(work, "authorships") if (name := _author(item))),
        year=fields.year(text(work, "publication_year")) or fields.year(text(work, "publication_date")),
        journal=venue or text(work, "primary_location", "raw_source_name"),
        volume=text(work, "biblio", "volume"),
        issue=text(work, "biblio", "issue"),
        pages=fields.pages(text(work, "biblio", "first_page"), text(work, "biblio", "last_page")),
        doi=doi,
        pmid=fields.pmid(text(work, "ids", "pmid")),
        arxiv_id=_arxiv(doi, links),
        keywords=fields.keywords(
            [text(word, "display_name") or text(word, "keyword") for word in listed(work, "keywords")]
            + [text(word, "descriptor_name") for word in listed(work, "mesh")]
        ),
        language=text(work, "language"),
        type=_kind(text(work, "type")),
        url=fields.link(text(work, "primary_location", "landing_page_url"))
        or (f"https://doi.org/{doi}" if doi else ""),
        notes=_notes(work),
    )


def _author(item: object) -> str:
    name = text(item, "author", "display_name") or text(item, "raw_author_name")
    return fields.turned(name)


def _abstract(index: object) -> str:
    """The words put back to their places; places without a word are passed over."""
    if not isinstance(index, dict):
        return ""
    pairs = [(place, word) for word, places in index.items() if isinstance(places, list) for place in places]
    try:
        pairs.sort()
    except TypeError:  # something else stands among the places
        pairs = sorted((place, word) for place, word in pairs if isinstance(place, int))
    return fields.plain(" ".join([word for _, word in pairs[:_MOST_WORDS]]))


def _arxiv(doi: str, links: list[str]) -> str:
    if doi.startswith("10.48550/arxiv."):
        return fields.arxiv_id(f"arXiv:{doi.removeprefix('10.48550/arxiv.')}")
    return next((found for link in links if "arxiv.org" in link and (found := fields.arxiv_id(link))), "")


def _kind(name: str) -> str:
    return "article-journal" if name in _ARTICLES else kinds.from_name(name.replace("-", " "))


def _notes(work: Mapping[str, Any]) -> str:
    day, kind = text(work, "publication_date"), text(work, "type")
    pmcid = text(work, "ids", "pmcid").rpartition("/")[2]
    return fields.noted(
        "Retracted" if at(work, "is_retracted") is True else "",
        f"Publication types: {kind}" if kind in _ARTICLES - {"article"} else "",
        f"Published: {day}" if day else "",
        f"PMCID: {pmcid if pmcid.upper().startswith('PMC') else f'PMC{pmcid}'}" if pmcid else "",
    )


def looks_like(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return start in {b"{", b"["} and b"openalex.org/" in head and (b'"authorships"' in head or b'"results"' in head)


FORMAT = Format(name="openalex", label="OpenAlex (JSON)", suffixes=(), read=read, looks_like=looks_like)

"""arXiv's Atom feed: an entry is a record, an error entry refuses the file with arXiv's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from review.domain.errors import BadInput
from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import fields
from review.formats.contract import Format
from review.formats.entry import Entry, Intake, skipped
from review.formats.xml_parts import bare, child_text, elements, raw, text

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_COUNTS = frozenset({"totalResults", "startIndex"})
_NAMES = frozenset({"entry"}) | _COUNTS


def read(data: bytes, source: str) -> Iterator[Record | Finding]:
    """The records of an arXiv answer; the id of a record is its arXiv id with version. Raises `BadInput` for an error feed."""
    intake = Intake(source)
    counts: dict[str, int] = {}
    entries = 0
    for part in elements(data, _NAMES, source):
        if isinstance(part, Finding):
            yield part
        elif bare(part) in _COUNTS:
            counts[bare(part)] = int(text(part)) if text(part).isdigit() else 0
        else:
            entries += 1
            yield from _taken(part, intake)
    total = counts.get("totalResults", 0)
    if not entries and counts.get("startIndex", 0) < total:
        yield Finding(
            rule="FORMAT-EMPTY-PAGE",
            message=f"arXiv says there are {total:,} results, but this page of its answer holds none.",
            hint="This happens when arXiv is busy: ask for the page again.",
        )


def _taken(node: Element, intake: Intake) -> Iterator[Record | Finding]:
    address = child_text(node, f"{_ATOM}id")
    title = child_text(node, f"{_ATOM}title")
    if "/api/errors" in address or (title == "Error" and not node.findall(f"{_ATOM}author")):
        raise BadInput(
            intake.source,
            f"arXiv answered with an error: {child_text(node, f'{_ATOM}summary') or title}.",
            hint="Mend the query, or try again later.",
        )
    number = fields.arxiv_id(address) or address.rpartition("/abs/")[2]
    if not number:
        # The API pads a list of unknown ids with entries that hold nothing but a link.
        yield skipped(None, f"An entry without an arXiv id was left out: {title[:60]!r}.")
        return
    yield from intake.take(_entry(node, number, title))


def _entry(node: Element, number: str, title: str) -> Entry:
    comment = child_text(node, f"{_ARXIV}comment")
    first, this = (child_text(node, f"{_ATOM}{name}")[:10] for name in ("published", "updated"))
    links = [item.get("href", "") for item in node.findall(f"{_ATOM}link") if item.get("rel") == "alternate"]
    # The primary category may stand behind the others.
    chief = node.find(f"{_ARXIV}primary_category")
    terms = [item.get("term", "") for item in (*([] if chief is None else [chief]), *node.findall(f"{_ATOM}category"))]
    return Entry(
        own_id=number,
        title=title,
        abstract=child_text(node, f"{_ATOM}summary"),
        authors=tuple(
            name for item in node.findall(f"{_ATOM}author") if (name := fields.turned(child_text(item, f"{_ATOM}name")))
        ),
        year=fields.year(child_text(node, f"{_ATOM}published")),
        journal=child_text(node, f"{_ARXIV}journal_ref"),
        doi=fields.doi(child_text(node, f"{_ARXIV}doi")),
        arxiv_id=number,
        keywords=fields.keywords(terms),
        type="article",
        url=next((found for address in links if (found := fields.link(address))), f"https://arxiv.org/abs/{number}"),
        notes=fields.noted(
            f"arXiv comment: {comment}" if comment else "",
            f"Submitted: {first}" if first else "",
            f"This version: {this}" if this and this != first else "",
        ),
        raw=raw(node),
    )


def looks_like(head: bytes) -> bool:
    return bool(re.search(rb"<(?:\w+:)?feed\b", head)) and b"http://www.w3.org/2005/Atom" in head


FORMAT = Format(
    name="arxiv_atom", label="arXiv (Atom feed)", suffixes=(".atom", ".xml"), read=read, looks_like=looks_like
)

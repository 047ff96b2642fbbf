"""The references of given studies and the works that cite them, through OpenAlex.

What is asked for is a list of studies, each by the identifiers it has, behind the direction:
`both: W5 = doi:10.1000/x = pmid:12 | doi:10.1000/y`. OpenAlex takes 50 values in one filter (100 since 2026).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from review.domain.finding import Finding, Severity
from review.sources import cursor, openalex
from review.sources.contract import Page, Part, Plan, Question, Source
from review.sources.cursor import Place
from review.sources.http import Http, SourceUnavailable, StaysUnfit
from review.sources.openalex import Asked, Budget

VALUES = 50  # in one filter
_NAMES = ("openalex", "doi", "pmid")  # how a study is looked up, the surest first
_WORK = re.compile(r"W\d{1,15}")
_LISTED = 10  # studies named in a message
_CITED = "cites:"


class Direction(StrEnum):
    """Backwards to what a study refers to, forwards to what cites it."""

    REFERENCES = "references"
    CITATIONS = "citations"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A study by its identifiers; an empty one is not known."""

    openalex: str = ""
    doi: str = ""
    pmid: str = ""

    def __str__(self) -> str:
        named = (self.openalex, f"doi:{self.doi}" if self.doi else "", f"pmid:{self.pmid}" if self.pmid else "")
        return " = ".join(part for part in named if part)


def asked(studies: Iterable[Study], direction: Direction) -> str:
    """The question as a string.

    >>> asked([Study(openalex="W5", pmid="12"), Study(doi="10.1000/y")], Direction.BOTH)
    'both: W5 = pmid:12 | doi:10.1000/y'
    """
    return f"{direction}: " + " | ".join(str(study) for study in studies)


def _understood(query: str) -> tuple[Direction, list[Study]]:
    direction, _, rest = query.partition(": ")
    studies = []
    for text in rest.split(" | "):
        found = dict.fromkeys(_NAMES, "")
        for part in text.split(" = "):
            name, mark, value = part.partition(":")
            found[name if mark else "openalex"] = value if mark else part
        studies.append(Study(**found))
    return Direction(direction), studies


@dataclass(slots=True, kw_only=True)
class _Found:
    """What OpenAlex knows of the studies: their works, what these refer to, and which studies it does not have."""

    works: dict[str, int] = field(default_factory=dict)  # the work's id: how often it is cited
    references: set[str] = field(default_factory=set)
    unknown: list[Study] = field(default_factory=list)
    requests: int = 0
    budget: Budget = field(default_factory=Budget)


def count(question: Question, http: Http) -> Plan:
    """How many works there are in the directions asked for; a request for each 50 studies, and one for their citations."""
    return _planned(question, http, size=1)


def plan(question: Question, http: Http) -> Plan:
    """A share of works that cite 50 studies, and one of references; the first page may come with it."""
    return _planned(question, http, size=openalex.PAGE)


def pages(_question: Question, planned: Plan, http: Http, after: str) -> Iterator[Page]:
    """The raw pages behind `after`, which is "share:place"."""
    if planned.first is not None and not after:
        yield planned.first
        after = planned.first.after
    share, _, place = after.partition(":")
    at = int(share) if after else 0
    for order in range(at, len(planned.parts)):
        part = planned.parts[order]
        given = _listed(part, http, int(place or 0)) if part.ids else _citing(part, http, place)
        for page in given:
            yield replace(page, after=f"{order}:{page.after}", reported=None)
        place = ""


def _listed(part: Part, http: Http, start: int) -> Iterator[Page]:
    """The works of a list; those that OpenAlex has taken out or merged into others are missing, and are named later."""
    for begin in range(start, part.count, VALUES):
        ids = part.ids[begin : begin + VALUES]
        end = str(begin + len(ids))
        try:
            wish = Asked(parameters={"filter": f"ids.openalex:{'|'.join(ids)}"})
            leaf, _ = openalex.top(openalex.walked(wish, http))
        except StaysUnfit as stays:
            yield Page(data=stays.data, after=end, expected=len(ids), fault=stays.reason)
            continue
        yield Page(data=leaf.data, after=end, expected=leaf.entries)


def _citing(part: Part, http: Http, after: str) -> Iterator[Page]:
    walk = openalex.walked(Asked(parameters={"filter": part.history}), http)
    yield from cursor.pages(walk, cursor.place(after), total=part.count)


def _planned(question: Question, http: Http, *, size: int) -> Plan:
    direction, studies = _understood(question.query)
    try:
        found = _look_up(studies, http)
        if direction is Direction.CITATIONS:
            found.references.clear()
        parts, first = ([], None) if direction is Direction.REFERENCES else _cited(found, http, size)
    except StaysUnfit as stays:
        raise SourceUnavailable(openalex.LABEL, stays.reason) from None
    if found.references:
        parts.append(Part(count=len(found.references), ids=tuple(sorted(found.references, key=_number))))
    pages = sum(math.ceil(part.count / (VALUES if part.ids else openalex.PAGE)) for part in parts)
    least = max(1, found.requests + pages)
    return Plan(
        reported=sum(part.count for part in parts),
        sent=question.query,
        parts=tuple(parts) if size > 1 else (),
        least=least,
        cost=openalex.cost(least * openalex.LISTED, found.budget),
        findings=_unknown(found.unknown),
        first=first if size > 1 else None,
        overlapping=True,
    )


def _number(work: str) -> int:
    return int(work[1:])


def _look_up(studies: Sequence[Study], http: Http) -> _Found:
    """The works of the studies: by OpenAlex's own id, then by DOI, then by PMID."""
    found, left = _Found(), list(studies)
    for name in _NAMES:
        values = list(dict.fromkeys(value for study in left if _askable(value := getattr(study, name))))
        known: set[str] = set()
        for start in range(0, len(values), VALUES):
            known |= _take(found, name, values[start : start + VALUES], http)
        left = [study for study in left if getattr(study, name) not in known]
    found.unknown = left
    return found


def _askable(value: str) -> bool:
    """Commas and bars part the values of a filter."""
    return bool(value) and not re.search(r"[,|\s]", value)


def _take(found: _Found, name: str, values: Sequence[str], http: Http) -> set[str]:
    """Look up so many studies; which of the values are known."""
    parameters = {
        "filter": f"{'ids.openalex' if name == 'openalex' else name}:{'|'.join(values)}",
        "select": "id,doi,ids,cited_by_count,referenced_works",
    }
    leaf, found.budget = openalex.top(openalex.walked(Asked(parameters=parameters), http))
    found.requests += 1
    known = set()
    for work in json.loads(leaf.data, strict=False)["results"]:
        ids = _identifiers(work)
        if not ids.openalex:
            continue
        known.add(getattr(ids, name))
        cited, listed = work.get("cited_by_count"), work.get("referenced_works")
        found.works[ids.openalex] = cited if isinstance(cited, int) else 1
        found.references |= {_work(one) for one in listed} - {""} if isinstance(listed, list) else set()
    return known & set(values)


def _identifiers(work: Mapping[str, Any]) -> Study:
    ids = work.get("ids") if isinstance(work.get("ids"), dict) else {}
    assert isinstance(ids, dict)  # noqa: S101  # says so to the type checker
    doi = str(work.get("doi") or ids.get("doi") or "").lower().partition("doi.org/")[2]
    pmid = str(ids.get("pmid") or "").rpartition("/")[2]
    return Study(openalex=_work(work.get("id")), doi=doi, pmid=pmid)


def _work(address: object) -> str:
    found = _WORK.fullmatch(str(address).rpartition("/")[2])
    return found[0] if found else ""


def _cited(found: _Found, http: Http, size: int) -> tuple[list[Part], Page | None]:
    """The shares of works that cite the studies; the first page of the first share comes with its count."""
    cited = sorted((work for work, times in found.works.items() if times), key=_number)
    parts: list[Part] = []
    first: Page | None = None
    for start in range(0, len(cited), VALUES):
        wish = Asked(parameters={"filter": _CITED + "|".join(cited[start : start + VALUES])})
        leaf, found.budget = openalex.top(openalex.walked(wish, http, size=1 if start else size))
        found.requests += 1 if start or size == 1 else 0
        if not leaf.total:
            continue
        if not start and leaf.entries:
            page = cursor.page(leaf, Place())
            first = replace(page, after=f"0:{page.after}", reported=None)
        parts.append(Part(count=leaf.total, history=wish.parameters["filter"]))
    return parts, first


def _unknown(studies: Sequence[Study]) -> tuple[Finding, ...]:
    if not studies:
        return ()
    named = "; ".join(str(study) for study in studies[:_LISTED]) + (" and others" if len(studies) > _LISTED else "")
    return (
        Finding(
            rule="CITE-UNKNOWN",
            severity=Severity.WARNING,
            message=f"OpenAlex does not know {len(studies):,} of the studies: {named}.",
            hint="Follow their references by hand, and import what you find with --kind citation.",
        ),
    )


SOURCE = Source(
    name="citations",
    label=openalex.LABEL,
    platform=openalex.SOURCE.platform,
    format=openalex.SOURCE.format,
    address=openalex.SOURCE.address,
    variable=openalex.SOURCE.variable,
    manners=openalex.manners,
    count=count,
    plan=plan,
    pages=pages,
)

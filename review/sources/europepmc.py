"""Europe PMC through its REST service, by cursor.

Limits and their sources: at most 1,000 results a page (reference manual of the service); no rate is published, five
requests a second are below what its helpdesk has named. An error may come with status 200, as `errCode`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from review.sources import cursor
from review.sources.answers import json_object, said
from review.sources.contract import Page, Part, Plan, QueryRefused, Question, Source
from review.sources.cursor import Leaf, Walk
from review.sources.http import Answer, Http, Manners, SourceUnavailable, StaysUnfit, Unfit

LABEL = "Europe PMC"
PAGE = 1_000
_MARK = re.compile(rb'"nextCursorMark"\s*:\s*("(?:[^"\\]|\\.)*")')
_SYNONYMS = "without Europe PMC's synonyms"


def manners(environment: Mapping[str, str]) -> Manners:
    """Five requests a second; long strings go to a place of their own."""
    email = environment.get("REVIEW_EMAIL", "").strip()
    return Manners(interval=0.2, email=email, read_timeout=120.0, long_path="/searchPOST")


def count(question: Question, http: Http) -> Plan:
    """How many results there are; one request."""
    walk = _walk(question, http, fields="idlist", size=1)
    return _plan(question, _first(walk))


def plan(question: Question, http: Http) -> Plan:
    """All results in one share, which comes with its first page."""
    found = _first(_walk(question, http))
    wanted = found.total if question.most is None else min(found.total, question.most)
    first = cursor.page(found, cursor.Place()) if found.entries else None
    return _plan(question, found, parts=(Part(count=wanted),), first=first)


def pages(question: Question, planned: Plan, http: Http, after: str) -> Iterator[Page]:
    """The raw pages behind `after`."""
    if planned.first is not None and not after:
        yield planned.first
        after = planned.first.after
    yield from cursor.pages(_walk(question, http), cursor.place(after), total=planned.reported)


def _plan(question: Question, found: Leaf, *, parts: tuple[Part, ...] = (), first: Page | None = None) -> Plan:
    wanted = found.total if question.most is None else min(found.total, question.most)
    since = f"first indexed on or after {question.since}" if question.since else ""
    return Plan(
        reported=found.total,
        sent=_string(question),
        parts=parts,
        limits="; ".join(part for part in (since, _SYNONYMS) if part),
        least=max(1, math.ceil(wanted / PAGE)),
        first=first,
    )


def _string(question: Question) -> str:
    if not question.since:
        return question.query
    last = date.fromisoformat(question.until) + timedelta(days=1)  # it may be tomorrow already at Europe PMC
    return f"({question.query}) AND (FIRST_IDATE:[{question.since} TO {last.isoformat()}])"


def _walk(question: Question, http: Http, *, fields: str = "core", size: int = PAGE) -> Walk:
    def asked(mark: str, many: int) -> dict[str, str]:
        return {
            "query": _string(question),
            "format": "json",
            "resultType": fields,
            "pageSize": str(many),
            "cursorMark": mark,
            "synonym": "FALSE",
        }

    return Walk(http=http, path="/search", size=size, asked=asked, read=_read, glimpse=_glimpse, ceiling=question.most)


def _first(walk: Walk) -> Leaf:
    try:
        return cursor.leaf(walk, cursor.Place())
    except StaysUnfit as stays:
        raise SourceUnavailable(LABEL, stays.reason) from None


def _read(answer: Answer, mark: str) -> Leaf:
    document = json_object(answer.data)
    code = document.get("errCode")
    if code is not None:
        _refuse(code, said(document.get("errMsg") or "no reason given"), answer.data)
    total, listed = document.get("hitCount"), document.get("resultList")
    results = listed.get("result") if isinstance(listed, dict) else None
    if not isinstance(total, int) or not isinstance(results, list):
        raise Unfit("its answer is no list of results", answer.data)
    behind = document.get("nextCursorMark")
    # A mark that repeats is the end.
    following = behind if isinstance(behind, str) and behind != mark else ""
    return Leaf(data=answer.data, total=total, entries=len(results), next=following)


def _refuse(code: object, message: str, data: bytes) -> None:
    if str(code) == "429" or str(code).startswith("5"):
        raise Unfit(f"it says: {message}", data, busy=str(code) == "429")
    raise QueryRefused(LABEL, message)


def _glimpse(data: bytes) -> str:
    found = _MARK.search(data)
    return str(json.loads(found[1])) if found else ""


SOURCE = Source(
    name="europepmc",
    label=LABEL,
    platform="Europe PMC (REST service)",
    format="europepmc",
    address="https://www.ebi.ac.uk/europepmc/webservices/rest",
    variable="REVIEW_EUROPEPMC_URL",
    manners=manners,
    count=count,
    plan=plan,
    pages=pages,
)

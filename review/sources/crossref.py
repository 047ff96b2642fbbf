"""Crossref through its REST service, by cursor, in the order in which the works were registered.

Limits and their sources: at most 1,000 works a page; lists one a second, three with an e-mail (since July 2026; each
answer says how many it takes, and that is kept). A cursor is forgotten within minutes: a search that was stopped goes on
from the day of the last work it has. Crossref knows no AND, OR or NOT: it ranks whatever holds any of the words.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping

from review.domain.finding import Finding, Severity
from review.sources import addresses, cursor
from review.sources.answers import json_object, said
from review.sources.contract import Page, Part, Plan, QueryRefused, Question, Source
from review.sources.cursor import Leaf, Place, Walk
from review.sources.http import Answer, Http, Manners, SourceUnavailable, StaysUnfit, Unfit

LABEL = "Crossref"
PAGE = 1_000
_PARAMETERS = r"filter|query(?:\.[a-z-]+)?"
_NEXT = re.compile(rb'"next-cursor"\s*:\s*("(?:[^"\\]|\\.)*")')
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class CursorGone(Exception):
    """Crossref no longer knows a cursor."""


def manners(environment: Mapping[str, str]) -> Manners:
    """One list a second, three with REVIEW_EMAIL, by which Crossref can write before it blocks."""
    email = environment.get("REVIEW_EMAIL", "").strip()
    return Manners(
        interval=0.34 if email else 1.02,
        parameters={"mailto": email} if email else {},
        email=email,
        read_timeout=180.0,
        longest_get=1 << 30,  # it takes no POST
        telling=frozenset({200, 400, 404}),
    )


def count(question: Question, http: Http) -> Plan:
    """How many works there are; one request."""
    found = _first(_walk(_asked(question.query, question.since), http, size=0))
    return _plan(question, found, http)


def plan(question: Question, http: Http) -> Plan:
    """All works in one share, which comes with its first page."""
    found = _first(_walk(_asked(question.query, question.since), http, ceiling=question.most))
    wanted = found.total if question.most is None else min(found.total, question.most)
    first = cursor.page(found, Place()) if found.entries else None
    return _plan(question, found, http, parts=(Part(count=wanted),), first=first)


def pages(question: Question, planned: Plan, http: Http, after: str) -> Iterator[Page]:
    """The raw pages behind `after`; where the cursor is forgotten, on from the day of the last work that came."""
    if planned.first is not None and not after:
        yield planned.first
        after = planned.first.after
    at, total = cursor.place(after), planned.reported
    resumed = planned.first is None and bool(after)
    while True:
        walk = _walk(_asked(question.query, at.base or question.since), http, ceiling=question.most)
        try:
            for page in cursor.pages(walk, at, total=total):
                at, resumed = cursor.place(page.after), False
                yield page
            return
        except (CursorGone, SourceUnavailable) as error:
            # An old cursor was answered with status 500, too, in other years.
            if isinstance(error, SourceUnavailable) and not resumed:
                raise
            if question.most is not None or at.mark in {"", at.base}:
                raise SourceUnavailable(LABEL, "it no longer holds the results of this search") from None
            # The whole day comes again, and what is known of it is taken once.
            at, resumed = Place(mark=at.mark, base=at.mark), False


def _plan(
    question: Question, found: Leaf, http: Http, *, parts: tuple[Part, ...] = (), first: Page | None = None
) -> Plan:
    wanted = found.total if question.most is None else min(found.total, question.most)
    least = max(1, math.ceil(wanted / PAGE))
    asked = _asked(question.query, question.since)
    ranked = question.most is None and any(name.startswith("query") for name in asked)
    faster = "" if http.manners.email else "; three times as fast with your e-mail in REVIEW_EMAIL"
    return Plan(
        reported=found.total,
        sent="&".join(f"{name}={value}" for name, value in asked.items()),
        parts=parts,
        limits=f"registered on or after {question.since}" if question.since else "",
        least=least,
        cost=f"{1 / http.interval:.0f} requests a second at most{faster}",
        findings=(_ranked(found.total),) if ranked else (),
        first=first,
    )


def _ranked(total: int) -> Finding:
    return Finding(
        rule="SEARCH-RANKED",
        severity=Severity.WARNING,
        message=f"Crossref counts {total:,} works that hold any of the words: it knows no AND, OR, NOT and no phrases.",
        hint="Keep it to looking things up, or narrow it: query.title=… &filter=type:journal-article,from-pub-date:2020",
    )


def _asked(query: str, since: str = "") -> dict[str, str]:
    """A string of the protocol as parameters: an address's own, or else words for the whole reference.

    >>> _asked("transitional vertebra", "2026-01-31")
    {'query.bibliographic': 'transitional vertebra', 'filter': 'from-created-date:2026-01-31'}
    """
    try:
        named = addresses.parameters(query.strip(), _PARAMETERS)
    except addresses.NotAsked as strange:
        raise QueryRefused(LABEL, f"an address with {strange}= cannot be searched from here") from None
    found = {"query.bibliographic": query.strip()} if named is None else dict(named)
    if since:
        found["filter"] = ",".join(part for part in (found.get("filter", ""), f"from-created-date:{since}") if part)
    return found


def _walk(asked: Mapping[str, str], http: Http, *, size: int = PAGE, ceiling: int | None = None) -> Walk:
    # The best first where only some are wanted; else by age, so that what is new meanwhile shifts nothing.
    order = {"sort": "created", "order": "asc"} if ceiling is None else {"sort": "relevance"}

    def paged(mark: str, many: int) -> dict[str, str]:
        return {**asked, **order, "rows": str(many), "cursor": mark} if many else {**asked, "rows": "0"}

    def read(answer: Answer, mark: str) -> Leaf:
        return _read(answer, mark, counting=not size)

    return Walk(http=http, path="/works", size=size, asked=paged, read=read, glimpse=_glimpse, ceiling=ceiling)


def _first(walk: Walk) -> Leaf:
    try:
        return cursor.leaf(walk, Place())
    except StaysUnfit as stays:
        raise SourceUnavailable(LABEL, stays.reason) from None


def _read(answer: Answer, mark: str, *, counting: bool) -> Leaf:
    document = json_object(answer.data)
    message = document.get("message")
    if document.get("status") != "ok":
        _refuse(message, answer, mark)
    total = message.get("total-results") if isinstance(message, dict) else None
    items = message.get("items") if isinstance(message, dict) else None
    if not isinstance(message, dict) or not isinstance(total, int) or not isinstance(items, list):
        raise Unfit("its answer is no list of works", answer.data)
    if counting:
        return Leaf(data=answer.data, total=total, entries=total, next="")
    behind = message.get("next-cursor")  # it may be the same for all pages
    following = behind if isinstance(behind, str) else ""
    return Leaf(data=answer.data, total=total, entries=len(items), next=following, mark=_created(items))


def _created(items: list[object]) -> str:
    """The day on which the last work was registered."""
    last = items[-1] if items else None
    created = last.get("created") if isinstance(last, dict) else None
    stamp = created.get("date-time") if isinstance(created, dict) else None
    found = _DAY.match(stamp) if isinstance(stamp, str) else None
    return found[0] if found else ""


def _refuse(message: object, answer: Answer, mark: str) -> None:
    errors = [error for error in message if isinstance(error, dict)] if isinstance(message, list) else []
    if any(error.get("type") == "cursor-invalid" for error in errors) and mark != cursor.START:
        raise CursorGone
    words = said("; ".join(str(error.get("message")) for error in errors if error.get("message")))
    if answer.status == 200 and not words:
        raise Unfit("its answer is an error without words", answer.data)
    raise QueryRefused(LABEL, words or "no reason given")


def _glimpse(data: bytes) -> str:
    found = _NEXT.search(data)
    return str(json.loads(found[1])) if found else ""


SOURCE = Source(
    name="crossref",
    label=LABEL,
    platform="Crossref REST API",
    format="crossref",
    address="https://api.crossref.org",
    variable="REVIEW_CROSSREF_URL",
    manners=manners,
    count=count,
    plan=plan,
    pages=pages,
)

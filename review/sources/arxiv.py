"""arXiv through its Atom API, oldest submissions first, so that new ones arriving meanwhile shift nothing.

Limits and their sources: at most 2,000 entries a page and 30,000 a query (API user's manual); one request in three
seconds (terms of use). Where there is more, the results are shared out by day of submission. An answer may be valid
and yet hold no entry although there are more: it is asked for again, then in smaller pages, and never taken for the end.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from review.domain.finding import Finding, Severity
from review.sources.answers import number, said, tags, texts, xml_root
from review.sources.contract import Page, Part, Plan, QueryRefused, Question, Source
from review.sources.days import Span, divide
from review.sources.http import Answer, Http, Manners, SourceUnavailable, StaysUnfit, Unfit

LABEL = "arXiv"
MOST = 30_000  # results of one query
PAGE = 2_000
SMALL_PAGE = 100  # what arXiv still gives when it is under strain
_FEW_TRIES = 3  # for a full page, before smaller ones are tried
_OLDEST = date(1991, 1, 1)
_GROWTH = 0.10  # a year, roughly, of what is submitted


def manners(environment: Mapping[str, str]) -> Manners:
    """One request in three seconds over one connection; arXiv's "Rate exceeded" is over in minutes, not seconds."""
    email = environment.get("REVIEW_EMAIL", "").strip()
    return Manners(interval=3.05, email=email, pause=5.0, busy_pause=20.0, read_timeout=120.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feed:
    data: bytes
    total: int
    entries: int


def count(question: Question, http: Http) -> Plan:
    """How many results there are; one request."""
    feed = _ask(http, _string(question), range(1), sure=True)
    return _plan(question, feed.total, parts=())


def plan(question: Question, http: Http) -> Plan:
    """One share that comes with its first page, or several by day of submission where arXiv has more than it gives."""
    size = PAGE if question.most is None else min(PAGE, question.most)
    string = _string(question)
    try:
        feed = _ask(http, string, range(size), tries=_FEW_TRIES)
    except StaysUnfit:
        feed = _ask(http, string, range(min(size, SMALL_PAGE)), sure=True)
    wanted = feed.total if question.most is None else min(feed.total, question.most)
    if wanted <= MOST:
        first = Page(data=feed.data, after=f"0:{feed.entries}", expected=feed.entries, reported=feed.total)
        share = Part(count=wanted)
        return _plan(question, feed.total, parts=(share,), first=first if feed.entries else None)
    begin = date.fromisoformat(question.since) if question.since else _OLDEST
    end = max(date.fromisoformat(question.until), begin) + timedelta(days=1)

    def ask(first: date, last: date) -> Part:
        total = _ask(http, _between(question.query, first, last), range(1), sure=True).total
        return Part(count=total, begin=first.isoformat(), end=last.isoformat())

    shares = divide(Span(first=begin, last=end, growth=_GROWTH), ask, count=feed.total, most=MOST)
    return _plan(question, feed.total, parts=tuple(shares))


def _string(question: Question) -> str:
    if not question.since:
        return question.query
    last = date.fromisoformat(question.until) + timedelta(days=1)  # it may be tomorrow already at arXiv
    return _between(question.query, date.fromisoformat(question.since), last)


def _between(query: str, first: date, last: date) -> str:
    return f"({query}) AND submittedDate:[{first:%Y%m%d}0000 TO {last:%Y%m%d}2359]"


def _plan(question: Question, total: int, *, parts: tuple[Part, ...], first: Page | None = None) -> Plan:
    wanted = total if question.most is None else min(total, question.most)
    held = sum(part.count for part in parts)
    findings = []
    if parts and held < wanted:
        findings.append(
            Finding(
                rule="SEARCH-LIMIT",
                severity=Severity.WARNING,
                message=f"arXiv reports {wanted:,} results, but only {held:,} when asked for by day of submission.",
                hint="Ask again on another day, or narrow the string.",
            )
        )
    return Plan(
        reported=total,
        sent=_string(question),
        parts=parts,
        limits=f"submitted on or after {question.since}" if question.since else "",
        least=max(1, math.ceil(wanted / PAGE)),
        findings=tuple(findings),
        first=first,
    )


def pages(question: Question, planned: Plan, http: Http, after: str) -> Iterator[Page]:
    """The raw pages behind `after`, which is "share:place"."""
    if planned.first is not None and not after:
        yield planned.first
        after = planned.first.after
    share, _, place = after.partition(":")
    at, start = (int(share), int(place)) if after else (0, 0)
    for order in range(at, len(planned.parts)):
        part = planned.parts[order]
        string = _string(question)
        if part.begin:
            string = _between(question.query, date.fromisoformat(part.begin), date.fromisoformat(part.end))
        yield from _share(http, string, order, range(start if order == at else 0, part.count), question.most)


def _share(http: Http, string: str, order: int, places: range, most: int | None) -> Iterator[Page]:
    """The pages of one share. Each begins where the entries received so far end; the total may change on the way."""
    start, stop, size = places.start, places.stop, PAGE
    ceiling = MOST if most is None else stop  # a full page brings what has arrived meanwhile at no cost
    while start < stop:
        window = range(start, min(start + size, ceiling))
        try:
            feed = _ask(http, string, window, tries=None if size == SMALL_PAGE else _FEW_TRIES)
        except StaysUnfit as stays:
            if size > SMALL_PAGE:
                size = SMALL_PAGE
                continue
            if not tags(stays.data, "entry"):
                raise SourceUnavailable(LABEL, stays.reason) from None  # an empty page is never the end
            lost = min(window.stop, stop) - start
            start = window.stop
            yield Page(data=stays.data, after=f"{order}:{start}", expected=lost, fault=stays.reason)
            continue
        stop = min(feed.total, ceiling)
        start += feed.entries
        if feed.entries:
            yield Page(data=feed.data, after=f"{order}:{start}", expected=feed.entries, reported=feed.total)


def _ask(http: Http, string: str, places: range, *, tries: int | None = None, sure: bool = False) -> _Feed:
    """The feed of these places; with `sure`, one that stays bad means that arXiv is not available."""
    asked = {
        "search_query": string,
        "start": str(places.start),
        "max_results": str(len(places)),
        "sortBy": "submittedDate",
        "sortOrder": "ascending",
    }
    try:
        return http.ask("", asked, lambda answer: _read(answer, places), tries=tries)
    except StaysUnfit as stays:
        if sure:
            raise SourceUnavailable(LABEL, stays.reason) from None
        raise


def _read(answer: Answer, places: range) -> _Feed:
    data = answer.data
    if data.strip()[:20].lower().startswith(b"rate exceeded"):
        raise Unfit("it says that it was asked too often", data, busy=True)
    if xml_root(data) != "feed":
        raise Unfit("its answer is no Atom feed", data)
    if b"/api/errors" in data:
        raise QueryRefused(LABEL, said(" ".join(texts(data, "summary"))) or "no reason given")
    total = number(data, "totalResults")
    if total is None or answer.status != 200:
        raise Unfit("its answer says no number of results", data)
    begins = number(data, "startIndex")
    entries = tags(data, "entry")
    if entries and begins not in {None, places.start}:
        raise Unfit(f"it gave the results from {begins} on instead of from {places.start}", data)
    if not entries and places.start < total:
        raise Unfit(f"it says there are {total:,} results, but gave none from {places.start} on", data)
    return _Feed(data=data, total=total, entries=entries)


SOURCE = Source(
    name="arxiv",
    label=LABEL,
    platform="arXiv API",
    format="arxiv_atom",
    address="https://export.arxiv.org/api/query",
    variable="REVIEW_ARXIV_URL",
    manners=manners,
    count=count,
    plan=plan,
    pages=pages,
)

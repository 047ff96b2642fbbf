"""arXiv through its Atom API, oldest submissions first, so that new ones arriving meanwhile shift nothing.

Limits and their sources: at most 2,000 entries a page and 30,000 a query (API user's manual); one request in three
seconds (terms of use). Where there is more, the next query begins with the minute in which the last entry was submitted,
which costs no request of its own. An answer may be valid and yet hold no entry although there are more: it is asked for
again, then in smaller pages, and never taken for the end.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from review.sources.answers import number, said, tags, texts, xml_root
from review.sources.contract import Page, Part, Plan, QueryRefused, Question, Source
from review.sources.http import Answer, Http, Manners, SourceUnavailable, StaysUnfit, Unfit

LABEL = "arXiv"
MOST = 30_000  # results of one query
PAGE = 2_000
SMALL_PAGE = 100  # what arXiv still gives when it is under strain
_FEW_TRIES = 3  # for a full page, before smaller ones are tried
_MINUTE = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)")


def manners(environment: Mapping[str, str]) -> Manners:
    """One request in three seconds over one connection; arXiv's "Rate exceeded" is over in minutes, not seconds."""
    email = environment.get("REVIEW_EMAIL", "").strip()
    return Manners(interval=3.05, email=email, pause=5.0, busy_pause=20.0, read_timeout=120.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feed:
    data: bytes
    total: int
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a search stands: so many entries came; the query that begins with this minute goes on at this place.

    `total` is what the whole search holds. A query is `fresh` until its first answer shows that it really goes on there.
    """

    came: int = 0
    begin: str = ""  # YYYYMMDDhhmm in UTC
    place: int = 0
    total: int = 0
    fresh: bool = False

    def __str__(self) -> str:
        return f"{self.came} {self.begin or '-'} {self.place} {self.total} {self.fresh:d}"


def _place(after: str) -> _Place:
    came, begin, place, total, fresh = after.split(" ")
    return _Place(came=int(came), begin=begin.strip("-"), place=int(place), total=int(total), fresh=fresh == "1")


def count(question: Question, http: Http) -> Plan:
    """How many results there are; one request."""
    feed = _ask(http, _string(question), range(1), sure=True)
    return _plan(question, feed.total)


def plan(question: Question, http: Http) -> Plan:
    """One share, which comes with its first page."""
    size = PAGE if question.most is None else min(PAGE, question.most)
    string = _string(question)
    try:
        feed = _ask(http, string, range(size), tries=_FEW_TRIES)
    except StaysUnfit:
        feed = _ask(http, string, range(min(size, SMALL_PAGE)), sure=True)
    return _plan(question, feed.total, first=_page(feed, _Place()) if feed.entries else None, share=True)


def _string(question: Question, begin: str = "") -> str:
    """The query, limited to what was submitted since a day or since a minute."""
    if not (begin or question.since):
        return question.query
    first = begin or f"{date.fromisoformat(question.since):%Y%m%d}0000"
    last = date.fromisoformat(question.until) + timedelta(days=1)  # it may be tomorrow already at arXiv
    return f"({question.query}) AND submittedDate:[{first} TO {last:%Y%m%d}2359]"


def _plan(question: Question, total: int, *, first: Page | None = None, share: bool = False) -> Plan:
    wanted = total if question.most is None else min(total, question.most)
    return Plan(
        reported=total,
        sent=_string(question),
        parts=(Part(count=wanted),) if share else (),
        limits=f"submitted on or after {question.since}" if question.since else "",
        least=max(1, math.ceil(wanted / PAGE)),
        first=first,
    )


def pages(question: Question, planned: Plan, http: Http, after: str) -> Iterator[Page]:
    """The raw pages behind `after`. Each begins where the entries received so far end; the total may change on the way."""
    if planned.first is not None and not after:
        yield planned.first
        after = planned.first.after
    at = _place(after) if after else _Place(total=planned.reported)
    size = PAGE
    while at.came < at.total and (question.most is None or at.came < question.most):
        window = range(at.place, min(at.place + size, _ceiling(question, at)))
        try:
            string = _string(question, at.begin)
            feed = _ask(http, string, window, tries=None if size == SMALL_PAGE else _FEW_TRIES)
        except StaysUnfit as stays:
            if size > SMALL_PAGE:
                size = SMALL_PAGE
                continue
            if not tags(stays.data, "entry"):
                raise SourceUnavailable(LABEL, stays.reason) from None  # an empty page is never the end
            given = _spoilt(stays, at, len(window))
        else:
            if at.fresh and feed.total < at.total - at.came + at.place:
                # It holds less than it should behind this place: its order is not relied on.
                at = replace(at, came=at.came - at.place, place=0, fresh=False)
                continue
            if not feed.entries:
                return
            given = _page(feed, at)
        yield given
        at = _place(given.after)


def _ceiling(question: Question, at: _Place) -> int:
    """The place at which a page ends at the latest; a full one brings what has arrived meanwhile at no cost."""
    return MOST if question.most is None else min(MOST, at.place + question.most - at.came)


def _page(feed: _Feed, at: _Place) -> Page:
    before = at.came - at.place  # entries that lie before the beginning of this query
    # A later query is believed when it holds more than was counted, but not when it holds less.
    total = max(at.total, before + feed.total) if at.begin else feed.total
    behind = replace(at, came=at.came + feed.entries, place=at.place + feed.entries, total=total, fresh=False)
    if behind.place >= MOST and behind.came < total:
        behind = _onward(feed.data, at, behind)
    return Page(data=feed.data, after=str(behind), expected=feed.entries, reported=total)


def _spoilt(stays: StaysUnfit, at: _Place, asked: int) -> Page:
    """A small page that never came whole, with the place behind it."""
    lost = min(asked, at.total - at.came)
    behind = replace(at, came=at.came + lost, place=at.place + lost, fresh=False)
    if behind.place >= MOST and behind.came < at.total:
        behind = _onward(stays.data, at, behind)
    return Page(data=stays.data, after=str(behind), expected=lost, fault=stays.reason)


def _onward(data: bytes, at: _Place, behind: _Place) -> _Place:
    """The same place in a new query, which begins with the minute of the last entry; its first entries came already.

    Without trust in the order of this page, the new query brings it once more. Without minutes the search ends here, and
    what came is held against what was reported.
    """
    minutes = ["".join(found.groups()) for text in texts(data, "published") if (found := _MINUTE.match(text))]
    trusted = len(minutes) == behind.came - at.came and minutes == sorted(minutes)
    begin = (minutes[-1] if trusted else min(minutes)) if minutes else ""
    if begin <= at.begin:
        return replace(behind, total=behind.came)
    if not trusted:
        return replace(behind, came=at.came, begin=begin, place=0)
    return replace(behind, begin=begin, place=len(minutes) - bisect_left(minutes, begin), fresh=True)


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

"""arXiv beyond the results of one query: the next one goes on with the minute of the last entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import Answer, Asked, Loopback
from pretend import ArXiv, days, feed

from review.domain.record import Record
from review.formats import arxiv_atom
from review.services import search
from review.services.project import Project
from review.sources import arxiv
from review.sources.arxiv import SOURCE
from review.sources.contract import Page, Question
from review.sources.http import Answer as Got

Serve = Callable[[Answer], Loopback]
ASKED = Question(query="abs:invented", until="2026-06-30")
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)


class Straight:
    """A line without a network; `asked` are the parameters of each request."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[dict[str, str]] = []

    def ask(self, _path: str, parameters: Mapping[str, str], read: Callable[[Got], Any], **_tries: object) -> Any:
        self.asked.append(dict(parameters))
        reply = self.answer(Asked(path="", parameters=dict(parameters), method="GET", agent="", at=0.0))
        return read(Got(status=reply.status, data=reply.body))


@contextmanager
def limits(*, most: int, page: int) -> Iterator[None]:
    with patch.multiple(arxiv, MOST=most, PAGE=page):
        yield


def numbers(pages: list[Page]) -> list[int]:
    found = [e.source_id for page in pages for e in arxiv_atom.read(page.data, "arxiv") if isinstance(e, Record)]
    return [(int(one[:4]) - 2000) * 10_000 + int(one[5:10]) for one in found]


def minutes(gaps: list[int]) -> list[datetime]:
    """Submissions so many minutes apart."""
    return [BEGIN + timedelta(minutes=sum(gaps[: n + 1])) for n in range(len(gaps))]


def walk(line: Straight, *, question: Question = ASKED, stops: frozenset[int] = frozenset()) -> list[Page]:
    """All pages; at the pages in `stops` the walk is left and begun anew behind what came."""
    plan = SOURCE.plan(question, line)
    got: list[Page] = []
    while True:
        for page in SOURCE.pages(question, plan, line, got[-1].after if got else ""):
            got.append(page)
            if len(got) in stops:
                break
        else:
            return got


@given(
    gaps=st.lists(st.sampled_from([0, 0, 1, 700]), min_size=1, max_size=90),
    given_entries=st.integers(1, 8),
    stops=st.frozensets(st.integers(1, 30)),
)
def test_everything_comes_once_whatever_shares_a_minute_and_wherever_it_stops(
    gaps: list[int], given_entries: int, stops: frozenset[int]
) -> None:
    gaps = [gap if number % 15 else max(gap, 1) for number, gap in enumerate(gaps)]  # no 15 in one minute
    server = ArXiv(minutes(gaps), most=24)
    server.given = given_entries
    with limits(most=24, page=8):
        pages = walk(Straight(server), stops=stops)
    assert set(numbers(pages)) == set(range(len(gaps)))
    assert pages[-1].reported == len(gaps)
    if given_entries == 8 and 0 not in gaps:
        assert numbers(pages) == list(range(len(gaps)))


def test_it_takes_the_least_number_of_requests(serve: Serve, line: Any) -> None:
    server = serve(ArXiv([day for day in days(2_000) for _ in range(16)]))
    http = line(SOURCE, server)
    plan = SOURCE.plan(ASKED, http)
    found = numbers(list(SOURCE.pages(ASKED, plan, http, "")))
    assert found == list(range(32_000))
    assert plan.reported == plan.expected == 32_000
    assert len(server.asked) == plan.least == 16
    assert server.asked[-1].parameters["start"] == "16"  # behind those of the same minute that came already


def test_a_minute_with_more_than_a_query_gives_ends_the_search_and_does_not_hide_it() -> None:
    with limits(most=24, page=8):
        pages = walk(Straight(ArXiv(minutes([0] * 60), most=24)))
    assert pages[-1].reported >= 60
    assert set(numbers(pages)) == set(range(24))


def test_a_query_that_holds_less_than_it_should_is_read_from_its_beginning() -> None:
    server = ArXiv(minutes([1] * 60), most=24)

    def forgetful(asked: Asked) -> Any:
        if "submittedDate" not in asked.parameters["search_query"]:
            return server(asked)
        start, size = int(asked.parameters["start"]), int(asked.parameters["max_results"])
        rest = list(range(30, 44))
        return feed(rest[start : start + size], total=len(rest), start=start, at=server.at)

    with limits(most=24, page=8):
        pages = walk(Straight(forgetful))
    assert numbers(pages) == [*range(24), *range(30, 44)]
    assert {page.reported for page in pages} == {60}  # what is lacking can be seen


def test_the_limit_of_a_person_may_lie_beyond_a_query() -> None:
    line = Straight(ArXiv(minutes([1] * 60), most=24))
    with limits(most=24, page=8):
        pages = walk(line, question=Question(query="x", until="2026-06-30", most=30))
    assert numbers(pages) == list(range(30))
    assert [asked["max_results"] for asked in line.asked] == ["8", "8", "8", "6"]


def test_new_submissions_on_the_way_are_followed_beyond_a_query() -> None:
    server = ArXiv(minutes([1] * 30), most=24)
    line = Straight(server)
    with limits(most=24, page=8):
        plan = SOURCE.plan(ASKED, line)
        pages = []
        for page in SOURCE.pages(ASKED, plan, line, ""):
            pages.append(page)
            if len(pages) == 3:
                server.submitted += [BEGIN + timedelta(days=1 + n) for n in range(7)]
    assert numbers(pages) == list(range(37))
    assert pages[-1].reported == 37


@pytest.mark.parametrize("broken", ["published", "order"])
def test_a_page_whose_order_cannot_be_trusted_is_brought_once_more(broken: str) -> None:
    server = ArXiv(minutes([1] * 60), most=24)

    def careless(asked: Asked) -> Any:
        if (asked.parameters["start"], "submittedDate" in asked.parameters["search_query"]) != ("16", False):
            return server(asked)
        if broken == "order":
            return feed([16, 18, 17, 19, 20, 21, 22, 23], total=60, start=16, at=server.at)
        reply = server(asked)
        return type(reply)(reply.body.replace(b"<published>", b"<at>", 1).replace(b"</published>", b"</at>", 1))

    with limits(most=24, page=8):
        pages = walk(Straight(careless))
    assert set(numbers(pages)) == set(range(60))
    assert pages[-1].reported == 60


def test_without_dates_the_search_ends_and_what_is_lacking_is_told(
    searching: Project, serve: Serve, line: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arxiv, "MOST", 24)
    monkeypatch.setattr(arxiv, "PAGE", 8)
    server = ArXiv(minutes([1] * 60), most=24)

    def dateless(asked: Asked) -> Any:
        reply = server(asked)
        return type(reply)(reply.body.replace(b"published>", b"at>"))

    there = serve(dateless)
    report = search.run(searching, sources=["arxiv"], connect=lambda source: line(source, there)).searches[0]
    assert (report.state, report.reported, report.fetched) == ("done", 60, 24)
    assert [finding.rule for finding in report.findings] == ["SEARCH-COUNT"]

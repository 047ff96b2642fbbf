"""arXiv: everything it has, past its limits, its empty pages and its errors that look like papers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from loopback import Answer, Asked, Loopback, Reply, body
from pretend import ArXiv, days, feed, feed_error

from review.domain.record import Record
from review.formats import arxiv_atom
from review.sources.arxiv import SOURCE, _read
from review.sources.contract import Page, QueryRefused, Question
from review.sources.http import Answer as Got
from review.sources.http import Http, SourceUnavailable, Unfit

Serve = Callable[[Answer], Loopback]
ASKED = Question(query="abs:invented", until="2026-06-30")
EMPTY = b'<feed xmlns:o="http://a9.com/-/spec/opensearch/1.1/"><o:totalResults>%d</o:totalResults></feed>'


def ids(pages: list[Page]) -> list[str]:
    return [e.source_id for page in pages for e in arxiv_atom.read(page.data, "arxiv") if isinstance(e, Record)]


def fetch(http: Http, question: Question = ASKED, after: str = "") -> list[Page]:
    return list(SOURCE.pages(question, SOURCE.plan(question, http), http, after))


def test_all_results_come_in_the_least_number_of_requests(serve: Serve, line: Any) -> None:
    server = serve(ArXiv(days(4_500)))
    http = line(SOURCE, server)
    plan = SOURCE.plan(ASKED, http)
    found = ids(list(SOURCE.pages(ASKED, plan, http, "")))
    assert len(found) == len(set(found)) == plan.reported == 4_500
    assert len(server.asked) == plan.least == 3
    assert {asked.parameters["sortOrder"] for asked in server.asked} == {"ascending"}


def test_no_result_is_no_page(serve: Serve, line: Any) -> None:
    server = serve(ArXiv([]))
    assert fetch(line(SOURCE, server)) == []
    assert len(server.asked) == 1


def test_counting_asks_for_a_single_entry(serve: Serve, line: Any) -> None:
    server = serve(ArXiv(days(90)))
    assert SOURCE.count(ASKED, line(SOURCE, server)).reported == 90
    assert [asked.parameters["max_results"] for asked in server.asked] == ["1"]


def test_pages_shorter_than_asked_for_lose_nothing(serve: Serve, line: Any) -> None:
    arxiv = ArXiv(days(950))
    arxiv.given = 300
    found = ids(fetch(line(SOURCE, serve(arxiv))))
    assert len(found) == len(set(found)) == 950


def test_an_empty_page_is_asked_for_again_with_growing_pauses(serve: Serve, line: Any) -> None:
    server = serve(ArXiv(days(2_500)))
    server.spoil(
        lambda _reply: feed([], total=2_500, start=2_000), times=2, where=lambda a: a.parameters["start"] == "2000"
    )
    assert len(ids(fetch(line(SOURCE, server)))) == 2_500
    gaps = server.gaps()
    assert gaps[2] > gaps[1] >= 5


def test_pages_that_stay_empty_are_asked_for_in_smaller_ones(serve: Serve, line: Any) -> None:
    server = serve(ArXiv(days(2_250)))
    server.spoil(
        lambda _reply: feed([], total=2_250, start=2_000),
        times=99,
        where=lambda a: a.parameters["start"] == "2000" and int(a.parameters["max_results"]) > 100,
    )
    assert len(ids(fetch(line(SOURCE, server)))) == 2_250
    assert [a.parameters["max_results"] for a in server.asked][-3:] == ["100", "100", "100"]


def test_pages_that_never_come_are_an_error_and_not_the_end(serve: Serve, line: Any) -> None:
    server = serve(ArXiv(days(2_250)))
    server.spoil(
        lambda _reply: feed([], total=2_250, start=2_000), times=99, where=lambda a: a.parameters["start"] == "2000"
    )
    with pytest.raises(SourceUnavailable, match="gave none from 2000 on"):
        fetch(line(SOURCE, server))


def test_the_first_page_may_be_the_empty_one(serve: Serve, line: Any) -> None:
    server = serve(ArXiv(days(150)))
    server.spoil(lambda _reply: feed([], total=150, start=0), times=3)
    assert len(ids(fetch(line(SOURCE, server)))) == 150


def test_a_count_that_grows_on_the_way_is_followed(serve: Serve, line: Any) -> None:
    arxiv = ArXiv(days(2_500))
    http = line(SOURCE, serve(arxiv))
    plan = SOURCE.plan(ASKED, http)
    pages = SOURCE.pages(ASKED, plan, http, "")
    got = [next(pages)]
    arxiv.submitted += days(30, first=date(2026, 1, 1))
    got += list(pages)
    assert len(ids(got)) == 2_530
    assert [page.reported for page in got] == [2_500, 2_530]


def test_a_count_that_shrinks_on_the_way_ends_sooner(serve: Serve, line: Any) -> None:
    arxiv = ArXiv(days(2_010))
    http = line(SOURCE, serve(arxiv))
    pages = SOURCE.pages(ASKED, SOURCE.plan(ASKED, http), http, "")
    got = [next(pages)]
    del arxiv.submitted[2_000:]
    assert len(ids([*got, *pages])) == 2_000


def test_another_page_than_the_one_asked_for_is_refused(serve: Serve, line: Any) -> None:
    server = serve(ArXiv(days(2_500)))
    server.spoil(
        lambda _reply: feed(list(range(500)), total=2_500, start=0), where=lambda a: a.parameters["start"] == "2000"
    )
    found = ids(fetch(line(SOURCE, server)))
    assert len(found) == len(set(found)) == 2_500


def test_only_what_was_submitted_since_a_day_is_asked_for(serve: Serve, line: Any) -> None:
    server = serve(ArXiv(days(100, first=date(2026, 1, 1))))
    question = Question(query="abs:a OR abs:b", since="2026-03-01", until="2026-06-30")
    http = line(SOURCE, server)
    plan = SOURCE.plan(question, http)
    assert plan.sent == "(abs:a OR abs:b) AND submittedDate:[202603010000 TO 202607012359]"
    assert len(ids(list(SOURCE.pages(question, plan, http, "")))) == plan.reported == 41


def test_the_limit_of_a_person_is_asked_for_and_no_more(serve: Serve, line: Any) -> None:
    server = serve(ArXiv(days(5_000)))
    assert len(ids(fetch(line(SOURCE, server), Question(query="x", most=30)))) == 30
    assert [asked.parameters["max_results"] for asked in server.asked] == ["30"]


@pytest.mark.parametrize("number", [200, 400])
def test_an_error_feed_is_a_refusal_in_arxivs_own_words(serve: Serve, line: Any, number: int) -> None:
    server = serve(lambda _asked: feed_error("incorrect id format for abc", status=number))
    with pytest.raises(QueryRefused, match="incorrect id format for abc"):
        fetch(line(SOURCE, server))
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "data",
    [b"Rate exceeded.", b"<html><body>Sorry</body></html>", b"<feed/>", b"<feed><entry>", b"garbage", b"\x00\xff"],
)
def test_what_is_no_feed_is_asked_for_again(serve: Serve, line: Any, data: bytes) -> None:
    server = serve(ArXiv(days(10)))
    server.spoil(body(data))
    assert len(ids(fetch(line(SOURCE, server)))) == 10


@pytest.mark.shared
def test_recorded_pages_fit_the_place_they_were_asked_for(shared: Path) -> None:
    folder = shared / "data/api/dev/arxiv"
    for start, size, tail in ((0, 10, "bc5a6c384fe9"), (40, 10, "96dd32eb854c"), (9, 15, "0b78d4b4d476")):
        data = (folder / f"arxiv.py_q_testing_s{start}_m{size}_{tail}.xml").read_bytes()
        feed = _read(Got(status=200, data=data), range(start, start + size))
        assert (feed.total, feed.entries) == (214_881, size)
        with pytest.raises(Unfit, match="instead of from 20"):
            _read(Got(status=200, data=data), range(20, 30))


@pytest.mark.shared
def test_recorded_troubles_are_told_apart(shared: Path) -> None:
    hostile = shared / "data/hostile"
    with pytest.raises(QueryRefused, match="incorrect id format"):
        _read(Got(status=200, data=(hostile / "atom_error.xml").read_bytes()), range(10))
    with pytest.raises(Unfit, match="18,441"):
        _read(Got(status=200, data=(hostile / "atom_empty_page.xml").read_bytes()), range(1_000, 1_100))
    with pytest.raises(Unfit) as often:
        _read(Got(status=200, data=(hostile / "arxiv_429.txt").read_bytes()), range(10))
    assert often.value.busy
    none = shared / "data/api/dev/arxiv/researchhub-backend_arxiv_empty_response.xml"
    assert _read(Got(status=200, data=none.read_bytes()), range(10)).total == 0


@pytest.mark.shared
def test_recorded_pages_are_fetched_from_the_first_to_the_last(shared: Path, serve: Serve, line: Any) -> None:
    folder = shared / "data/api/dev/arxiv"
    recorded = {
        0: (folder / "arxiv.py_q_testing_s0_m10_bc5a6c384fe9.xml").read_bytes(),
        30: (folder / "arxiv.py_q_testing_s30_m10_f2e39f0143dc.xml").read_bytes(),
    }

    def replay(asked: Asked) -> Reply:
        return Reply(recorded[int(asked.parameters["start"])])

    server = serve(replay)
    http = line(SOURCE, server)
    question = Question(query="all:testing", most=10)
    plan = SOURCE.plan(question, http)
    assert plan.reported == 214_881
    assert len(ids(list(SOURCE.pages(question, plan, http, "")))) == 10

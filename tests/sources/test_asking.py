"""How a source is asked: never too fast, never for ever, and never taking half an answer for a whole one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from loopback import Answer, Asked, Loopback, Reply, Spoil, body, status

from review import __version__
from review.sources import arxiv, pubmed
from review.sources.http import Answer as Got
from review.sources.http import Http, Manners, SourceUnavailable, StaysUnfit, Unfit, address_of

Serve = Callable[[Answer], Loopback]
WHOLE = b"x" * 10_000


def whole(_asked: Asked) -> Reply:
    return Reply(WHOLE)


def taken(answer: Got) -> bytes:
    return answer.data


def picky(answer: Got) -> bytes:
    if answer.data != WHOLE:
        raise Unfit("it is not whole", answer.data)
    return answer.data


@pytest.mark.parametrize(
    ("source", "environment", "least"),
    [
        (pubmed.SOURCE, {}, 1 / 3),
        (pubmed.SOURCE, {"NCBI_API_KEY": "secret"}, 1 / 10),
        (arxiv.SOURCE, {}, 3.0),
    ],
    ids=["pubmed", "pubmed with a key", "arxiv"],
)
def test_two_requests_never_begin_sooner_than_the_source_allows(
    serve: Serve, line: Any, source: Any, environment: dict[str, str], least: float
) -> None:
    server = serve(whole)
    server.spoil(status(503), times=2)
    http = line(source, server, **environment)
    for _ in range(5):
        http.ask("/x", {}, taken)
    assert len(server.asked) == 7
    assert min(server.gaps()) >= least


@pytest.mark.parametrize(
    "spoil",
    [
        status(429),
        status(500),
        status(502),
        status(503),
        status(504),
        body(b""),
        lambda reply: Reply(reply.body, cut=100),
        lambda reply: Reply(reply.body, reset=True),
        lambda reply: Reply(reply.body, length=20_000),
        lambda reply: Reply(reply.body, length=5_000),
    ],
    ids=["429", "500", "502", "503", "504", "empty", "cut", "reset", "too long", "too short"],
)
def test_what_goes_wrong_once_is_asked_for_again(serve: Serve, line: Any, spoil: Spoil) -> None:
    server = serve(whole)
    server.spoil(spoil)
    assert line(pubmed.SOURCE, server).ask("/x", {}, picky) == WHOLE
    assert len(server.asked) == 2


def test_an_answer_that_does_not_come_in_time_is_asked_for_again(serve: Serve, line: Any) -> None:
    server, late = serve(whole), threading.Event()

    def slow(reply: Reply) -> Reply:
        late.wait(120)  # until the test is over
        return reply

    server.spoil(slow)
    http = line(pubmed.SOURCE, server, patience=2.0)
    try:
        assert http.ask("/x", {}, picky) == WHOLE
    finally:
        late.set()
    assert len(server.asked) >= 2  # the second answer, too, may be late on a busy machine


def test_pauses_grow_and_end_in_one_sentence(serve: Serve, line: Any, hands: Any) -> None:
    server = serve(whole)
    server.spoil(status(503), times=99)
    with pytest.raises(SourceUnavailable, match="status 503, 5 times"):
        line(pubmed.SOURCE, server).ask("/x", {}, taken)
    assert len(server.asked) == 5
    gaps = server.gaps()
    assert gaps == sorted(gaps)
    assert gaps[-1] >= 8


def test_a_whole_answer_that_is_never_right_is_handed_back_with_the_reason(serve: Serve, line: Any) -> None:
    server = serve(lambda _asked: Reply(b"half"))
    with pytest.raises(StaysUnfit, match="not whole") as stays:
        line(pubmed.SOURCE, server).ask("/x", {}, picky, tries=2)
    assert stays.value.data == b"half"
    assert len(server.asked) == 2


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_obeyed(serve: Serve, line: Any, form: str) -> None:
    server = serve(whole)

    def later(reply: Reply) -> Reply:
        at = format_datetime(datetime.now(UTC) + timedelta(seconds=250), usegmt=True)
        return status(429, Retry_After="250" if form == "seconds" else at)(reply)

    server.spoil(later)
    line(pubmed.SOURCE, server).ask("/x", {}, taken)
    assert (
        200 <= server.gaps()[0] <= 260
    )  # the seconds that pass before a day and time are read are not waited for again


def test_a_retry_after_of_nothing_does_not_undo_the_growing_pauses(serve: Serve, line: Any) -> None:
    server = serve(whole)
    server.spoil(status(429, Retry_After="0"), times=4)
    line(pubmed.SOURCE, server).ask("/x", {}, taken)
    assert sum(server.gaps()) >= 15


def test_a_very_long_retry_after_ends_the_search_instead_of_being_cut_short(serve: Serve, line: Any) -> None:
    server = serve(whole)
    server.spoil(status(503, Retry_After="7200"))
    with pytest.raises(SourceUnavailable, match="wait 120 minutes"):
        line(pubmed.SOURCE, server).ask("/x", {}, taken)
    assert len(server.asked) == 1


@pytest.mark.parametrize("header", ["soon", "-1", "99999999999999999999999", "Wed, 99 Foo 2026"])
def test_a_senseless_retry_after_does_not_break_anything(serve: Serve, line: Any, header: str) -> None:
    server = serve(whole)
    server.spoil(status(429, Retry_After=header))
    try:
        assert line(pubmed.SOURCE, server).ask("/x", {}, taken) == WHOLE
    except SourceUnavailable as stopped:
        assert "asks to wait" in str(stopped)


def test_arxiv_saying_too_often_is_left_alone_for_longer(serve: Serve, line: Any) -> None:
    server = serve(whole)
    server.spoil(status(429, b"Rate exceeded."), times=4)
    line(arxiv.SOURCE, server).ask("", {}, taken)
    assert server.gaps()[0] >= 20
    assert sum(server.gaps()) >= 240


@pytest.mark.parametrize(("number", "word"), [(403, "NCBI_API_KEY"), (414, "too long"), (404, "address")])
def test_a_refusal_is_not_asked_again_and_says_what_to_do(serve: Serve, line: Any, number: int, word: str) -> None:
    server = serve(whole)
    server.spoil(status(number))
    with pytest.raises(SourceUnavailable, match=word):
        line(pubmed.SOURCE, server).ask("/x", {}, taken)
    assert len(server.asked) == 1


def test_key_and_address_never_stand_in_a_message(line: Any, serve: Serve) -> None:
    manners = Manners(interval=0, tries=1, parameters={"api_key": "top-secret", "email": "ana@example.org"})
    http = Http("PubMed", "http://127.0.0.1:9", manners=manners)
    with pytest.raises(SourceUnavailable) as stopped:
        http.ask("/x", {}, taken)
    assert "top-secret" not in str(stopped.value)
    assert "example" not in str(stopped.value)
    assert "no connection" in str(stopped.value)


def test_the_program_says_who_it_is_and_long_strings_are_posted(serve: Serve, line: Any) -> None:
    server = serve(whole)
    http = line(pubmed.SOURCE, server, REVIEW_EMAIL="ana@example.org", NCBI_API_KEY="k")
    http.ask("/x", {"term": "a"}, taken)
    http.ask("/x", {"term": "a" * 3_000}, taken)
    short, long = server.asked
    assert (short.method, long.method) == ("GET", "POST")
    assert short.agent == f"Scopewright/{__version__} (mailto:ana@example.org)"
    assert short.parameters == {"term": "a", "tool": "scopewright", "email": "ana@example.org", "api_key": "k"}
    assert len(long.parameters["term"]) == 3_000


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("", "https://export.arxiv.org/api/query"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1/api/query"),
        ("http://127.0.0.1:1/", "http://127.0.0.1:1/api/query"),
        ("http://127.0.0.1:1/mirror/arxiv/", "http://127.0.0.1:1/mirror/arxiv"),
    ],
)
def test_an_address_without_a_path_gets_the_usual_one(chosen: str, expected: str) -> None:
    assert address_of(arxiv.SOURCE.address, chosen) == expected

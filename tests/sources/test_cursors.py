"""Europe PMC, OpenAlex and Crossref: every work once, by the fewest requests, and on from where a search was stopped."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from loopback import Reply, body, status
from pretend import days
from pretend_cursor import as_json
from setting import SIZES, each, kept, numbers, question

from review.domain.record import Record
from review.formats import registry as formats
from review.sources import cursor
from review.sources.contract import Page, Source
from review.sources.cursor import Place
from review.sources.http import SourceUnavailable


def ids(pages: list[Page], source: Source) -> list[str]:
    return [
        record.source_id
        for page in pages
        for record in formats.read(page.data, source="x", found=formats.named(source.format))
        if isinstance(record, Record)
    ]


def expected(name: str, numbers: range | list[int]) -> list[str]:
    wrote = {"europepmc": "MED/{}", "openalex": "W{}", "crossref": "10.5555/invented.{}"}[name]
    return [wrote.format(number) for number in numbers]


@each
@pytest.mark.parametrize("pages", [0, 1, 2, 2.5])
def test_every_work_comes_once_by_the_least_number_of_requests(name: str, pages: float, setting: Any) -> None:
    works = int(pages * SIZES[name])
    here = setting(name, works)
    planned = here.plan(question())
    got = here.all(question(), planned)
    assert ids(got, here.source) == expected(name, range(works))
    assert planned.reported == planned.expected == sum(page.expected for page in got) == works
    assert here.http.requests == planned.least == max(1, -(-works // SIZES[name]))


@each
def test_counting_is_one_request_that_brings_no_works(name: str, setting: Any) -> None:
    here = setting(name, 2_345)
    planned = here.source.count(question(), here.http)
    assert (planned.reported, planned.least, planned.parts) == (2_345, -(-2_345 // SIZES[name]), ())
    assert len(here.server.asked) == 1
    size = here.server.asked[0].parameters.get("pageSize") or here.server.asked[0].parameters.get("per-page")
    assert (size or here.server.asked[0].parameters["rows"]) in {"0", "1"}


@each
@pytest.mark.parametrize("most", [1, 100, 101, 2_500])
def test_only_so_many_works_as_are_enough_are_asked_for(name: str, most: int, setting: Any) -> None:
    here = setting(name, 2_200)
    asked = question(most=most)
    planned = here.plan(asked)
    wanted = min(most, 2_200)
    assert numbers(here.all(asked, planned)) == list(range(wanted))
    assert here.http.requests == -(-wanted // SIZES[name])


@each
def test_a_stopped_search_goes_on_behind_its_last_page(name: str, setting: Any) -> None:
    works = 3 * SIZES[name] + 7
    here = setting(name, works)
    planned = here.plan(question())
    whole = here.all(question(), planned)
    for stopped in range(1, len(whole)):
        sent = here.http.requests
        rest = here.all(question(), kept(planned), whole[stopped - 1].after)
        assert [page.data for page in rest] == [page.data for page in whole[stopped:]]
        assert here.http.requests - sent == len(whole) - stopped
    assert here.all(question(), kept(planned), whole[-1].after) == []


@each
def test_a_search_stopped_before_its_first_page_begins_anew(name: str, setting: Any) -> None:
    here = setting(name, SIZES[name] + 3)
    planned = here.plan(question())
    assert numbers(here.all(question(), kept(planned))) == list(range(SIZES[name] + 3))


@each
def test_works_that_arrive_meanwhile_are_counted_and_taken(name: str, setting: Any) -> None:
    size = SIZES[name]
    here = setting(name, 2 * size - 10)
    planned = here.plan(question())
    here.service.days += days(20, first=date(2026, 1, 1))
    got = here.all(question(), planned)
    assert numbers(got) == list(range(2 * size + 10))
    assert got[-1].reported == 2 * size + 10


@each
@pytest.mark.parametrize(
    "trouble",
    [
        status(429),
        status(500),
        status(503, b"This API is temporarily unavailable due to maintenance."),
        body(b""),
        body(b"   "),
        body(b"<html><body>Sign in</body></html>"),
        body(b"{}"),
        body(b"[]"),
        body(b'{"status": "ok"'),
        lambda reply: Reply(reply.body, cut=100),
        lambda reply: Reply(reply.body, reset=True),
        lambda reply: Reply(reply.body[:-20]),
        lambda reply: Reply(reply.body, length=len(reply.body) + 10),
    ],
)
def test_one_bad_answer_is_asked_for_again(name: str, trouble: Any, setting: Any) -> None:
    works = 2 * SIZES[name]
    here = setting(name, works)
    planned = here.plan(question())
    here.server.spoil(trouble)
    got = here.all(question(), planned)
    assert numbers(got) == list(range(works))
    assert here.http.requests == planned.least + 1


@each
def test_retry_after_is_obeyed_and_one_that_asks_for_hours_ends_the_search(name: str, setting: Any, hands: Any) -> None:
    here = setting(name, 10)
    here.server.spoil(status(503, Retry_After="77"))
    here.plan(question())
    assert 77 in hands.slept
    here.server.spoil(status(429, Retry_After="50400"))
    with pytest.raises(SourceUnavailable, match="840 minutes"):
        here.plan(question())


@each
def test_an_empty_page_before_the_end_is_not_taken_for_the_end(name: str, setting: Any) -> None:
    works = 3 * SIZES[name]
    here = setting(name, works)
    planned = here.plan(question())

    def emptied(reply: Reply) -> Reply:
        text = json.loads(reply.body)
        for part in (text, text.get("resultList"), text.get("message")):
            for listed in ("results", "result", "items"):
                if isinstance(part, dict) and listed in part:
                    part[listed] = []
        return as_json(text)

    here.server.spoil(emptied, times=1)
    assert numbers(here.all(question(), planned)) == list(range(works))
    here.server.spoil(emptied, times=3)
    with pytest.raises(SourceUnavailable, match="none behind the first"):
        here.all(question(), planned)


@each
def test_a_page_that_stays_spoilt_is_a_fault_and_the_next_is_reached(name: str, setting: Any) -> None:
    size = SIZES[name]
    here = setting(name, 3 * size)
    planned = here.plan(question())
    second = planned.first.after.split(" ")[1]
    here.server.spoil(
        lambda reply: Reply(reply.body[:-30]), times=99, where=lambda asked: second in asked.parameters.values()
    )
    got = here.all(question(), planned)
    assert [bool(page.fault) for page in got] == [False, True, False]
    whole = [page for page in got if not page.fault]
    assert numbers(whole) == [*range(size), *range(2 * size, 3 * size)]
    assert got[1].expected == size


@each
def test_a_spoilt_page_without_a_cursor_ends_the_search(name: str, setting: Any) -> None:
    here = setting(name, 3 * SIZES[name])
    planned = here.plan(question())
    here.server.spoil(body(b'{"hitCount": '), times=99)
    with pytest.raises(SourceUnavailable):
        here.all(question(), planned)


@each
def test_a_few_works_counted_and_not_given_do_not_keep_a_search_from_its_end(name: str, setting: Any) -> None:
    size = SIZES[name]
    here = setting(name, 2 * size)
    here.service.gone = {5, size + 5}
    planned = here.plan(question())
    got = here.all(question(), planned)
    assert len(numbers(got)) == 2 * size - 2
    assert planned.reported == 2 * size


@each
def test_requests_keep_their_distance(name: str, setting: Any) -> None:
    here = setting(name, 3 * SIZES[name])
    here.all(question(), here.plan(question()))
    assert min(here.server.gaps()) >= here.source.manners({}).interval - 1e-9


@each
def test_the_place_behind_a_page_can_be_written_and_read(name: str, setting: Any) -> None:
    here = setting(name, 2 * SIZES[name])
    for page in here.all(question(), here.plan(question())):
        assert str(cursor.place(page.after)) == page.after
    assert cursor.place("") == Place()

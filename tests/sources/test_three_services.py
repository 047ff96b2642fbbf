"""What Europe PMC, OpenAlex and Crossref each want: their strings, keys, costs, errors and days of arrival."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from loopback import Asked, body, status
from pretend_cursor import mark
from setting import each, kept, numbers, question

from review.sources import openalex
from review.sources.contract import QueryRefused
from review.sources.http import SourceUnavailable


def test_a_refused_string_is_refused_in_the_words_of_the_source(setting: Any) -> None:
    for name, query, words in (
        ("europepmc", "TITLE:(spine", "could not be read"),
        ("openalex", "nonsense:spine", "not a valid field"),
        ("crossref", "filter=nonsense:spine", "no such filter"),
    ):
        here = setting(name, 10)
        with pytest.raises(QueryRefused, match=words):
            here.plan(question(query))
        assert here.http.requests == 1


def test_europe_pmc_is_sent_its_mark_encoded_once_and_says_when_it_is_too_busy(setting: Any) -> None:
    here = setting("europepmc", 1_500)
    here.server.spoil(body(b'{"errCode": 503, "errMsg": "Overloaded"}'))
    here.all(question(), here.plan(question()))
    assert [asked.parameters["cursorMark"] for asked in here.server.asked] == ["*", "*", mark(1_000)]


def test_a_long_string_goes_to_europe_pmc_by_post(setting: Any) -> None:
    here = setting("europepmc", 3)
    here.plan(question("(" + " OR ".join(f'"phrase {n}"' for n in range(400)) + ")"))
    assert [(asked.method, asked.path.rpartition("/")[2]) for asked in here.server.asked] == [("POST", "searchPOST")]


@each
def test_only_what_arrived_since_a_day_is_asked_for(name: str, setting: Any) -> None:
    here = setting(name, 400)
    here.service.paid = True
    since = here.service.days[390].isoformat()
    asked = question(since=since)
    planned = here.plan(asked)
    assert numbers(here.all(asked, planned)) == list(range(390, 400))
    assert since in planned.sent
    assert since in planned.limits


def test_openalex_without_a_paid_key_is_asked_for_everything_and_says_so(setting: Any) -> None:
    here = setting("openalex", 120)
    asked = question(since="2015-03-01")
    planned = here.plan(asked)
    assert numbers(here.all(asked, planned)) == list(range(120))
    assert [finding.rule for finding in planned.findings] == ["SEARCH-SINCE"]
    assert "since" not in planned.limits


def test_openalex_says_what_a_search_costs_and_what_is_left(setting: Any) -> None:
    here = setting("openalex", 250)
    assert (
        here.plan(question()).cost == "about $0.0030 of the $0.10 that OpenAlex gives a day, of which $0.0990 is left"
    )
    assert here.plan(question("publication_year:2020")).cost.startswith("about $0.0003 ")
    here.service.left = 0.0015
    assert [finding.rule for finding in here.plan(question()).findings] == ["SEARCH-COST"]


def test_openalex_stops_when_the_budget_is_used_up_and_says_how_long(setting: Any) -> None:
    here = setting("openalex", 500)
    here.service.left = 0.0025
    planned = here.plan(question())
    with pytest.raises(SourceUnavailable, match="840 minutes"):
        here.all(question(), planned)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (status(402, b'{"error": "Payment required"}'), "used up"),
        (status(401, b'{"error": "Unauthorized", "message": "Invalid API key"}'), "Invalid API key"),
        (status(403, b"<html>blocked</html>"), "403"),
        (status(404, b"<html>lost</html>"), "404"),
    ],
)
def test_openalex_refusals_say_what_to_do(answer: Any, words: str, setting: Any) -> None:
    here = setting("openalex", 5)
    here.server.spoil(answer)
    with pytest.raises(SourceUnavailable, match=words) as refusal:
        here.plan(question())
    assert here.http.requests == 1
    assert refusal.value.hint


def test_openalex_is_sent_its_key_and_crossref_the_email(setting: Any) -> None:
    alex = setting("openalex", 5, REVIEW_OPENALEX_KEY="secret", REVIEW_EMAIL="ana@example.org")
    planned = alex.plan(question())
    assert alex.server.asked[0].parameters["api_key"] == "secret"
    assert "secret" not in str(planned)
    cross = setting("crossref", 5, REVIEW_EMAIL="ana@example.org")
    planned = cross.plan(question())
    assert cross.server.asked[0].parameters["mailto"] == "ana@example.org"
    assert "ana@" not in str(planned)
    assert cross.source.manners({}).interval > 1 > 1 / 3 < cross.http.interval


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ('"low back", spine', 'filter=title_and_abstract.search:"low back" spine'),
        ("filter=title.search:a|b&sort=cited_by_count:desc", "filter=title.search:a|b"),
        ("https://api.openalex.org/works?filter=title.search:a+b&cursor=*&api_key=s", "filter=title.search:a b"),
        ("https://api.openalex.org/works?filter=title.search%3Aa%20b&search=c", "filter=title.search:a b&search=c"),
        ("search=spine AND rib", "search=spine AND rib"),
        ("abstract.search:spine,type:review", "filter=abstract.search:spine,type:review"),
    ],
)
def test_a_string_for_openalex_is_words_or_a_filter_or_an_address(query: str, sent: str, setting: Any) -> None:
    here = setting("openalex", 5)
    assert here.plan(question(query)).sent == sent
    assert str(openalex.asked(sent)) == sent


def test_an_address_with_what_is_not_known_here_is_refused(setting: Any) -> None:
    for name, query in (
        ("openalex", "https://api.openalex.org/works?group_by=type"),
        ("crossref", "https://api.crossref.org/works?facet=type-name:*&query=a"),
    ):
        here = setting(name, 5)
        with pytest.raises(QueryRefused, match="cannot be searched"):
            here.plan(question(query))
        assert not here.server.asked


def test_crossref_is_asked_less_often_when_it_says_so(setting: Any) -> None:
    here = setting("crossref", 2_500, REVIEW_EMAIL="ana@example.org")
    here.service.rate = "1"
    here.all(question(), here.plan(question()))
    assert min(here.server.gaps()) >= 1.0


def test_crossref_goes_on_by_day_when_its_cursor_is_forgotten(setting: Any) -> None:
    here = setting("crossref", 3_400)
    planned = here.plan(question())
    first = here.all(question(), planned)[:2]
    here.service.generation += 1
    rest = here.all(question(), kept(planned), first[-1].after)
    got = numbers([*first, *rest])
    assert sorted(set(got)) == sorted(range(3_400))
    assert len(got) == 3_401  # the day of the last work comes twice
    assert {page.reported for page in rest} == {None}
    here.service.generation += 1
    again = here.all(question(), kept(planned), rest[0].after)
    assert set(numbers([*first, rest[0], *again])) == set(range(3_400))


def test_crossref_goes_on_by_day_when_it_answers_an_old_cursor_with_an_error(setting: Any) -> None:
    here = setting("crossref", 2_400)
    planned = here.plan(question())
    first = here.all(question(), planned)[:1]
    here.server.spoil(status(500, b'{"status": "error"}'), times=5)
    rest = here.all(question(), kept(planned), first[-1].after)
    assert set(numbers([*first, *rest])) == set(range(2_400))


def test_crossref_forgetting_every_cursor_is_an_end_and_no_circle(setting: Any) -> None:
    here = setting("crossref", 0)
    here.service.days = [date(2020, 1, 1)] * 3_000

    def forget(asked: Asked) -> bool:
        here.service.generation += 1
        return False

    planned = here.plan(question())
    here.server.spoil(lambda reply: reply, where=forget)
    with pytest.raises(SourceUnavailable, match="no longer holds"):
        here.all(question(), planned)


def test_crossref_says_that_it_ranks_words_unless_only_a_filter_is_asked_for(setting: Any) -> None:
    here = setting("crossref", 5)
    assert [finding.rule for finding in here.plan(question("a AND b")).findings] == ["SEARCH-RANKED"]
    assert here.plan(question("filter=type:journal-article,from-pub-date:2020")).findings == ()
    assert here.plan(question("https://api.crossref.org/works?query.title=a%20b")).sent == "query.title=a b"

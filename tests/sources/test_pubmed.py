"""PubMed: everything it has, past its limit of 9,999, past its errors in the guise of success, and no request too many."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import Answer, Asked, Loopback, Reply, body
from pretend import PMID, PubMed, days

from review.domain.record import Record
from review.formats import pubmed_xml
from review.sources.contract import Page, Part, QueryRefused, Question
from review.sources.days import Span, cut, divide
from review.sources.eutils import searched
from review.sources.http import Answer as Got
from review.sources.http import Http, SourceUnavailable, Unfit
from review.sources.pubmed import SOURCE

Serve = Callable[[Answer], Loopback]
ASKED = Question(query="invented[tiab]", until="2026-06-30")


def pmids(pages: list[Page]) -> list[str]:
    """As the reader of PubMed XML finds them."""
    return [e.source_id for page in pages for e in pubmed_xml.read(page.data, "pubmed") if isinstance(e, Record)]


def fetch(http: Http, question: Question = ASKED, after: str = "") -> list[Page]:
    return list(SOURCE.pages(question, SOURCE.plan(question, http), http, after))


def is_fetch(asked: Asked) -> bool:
    return asked.path.endswith("efetch.fcgi")


def test_all_results_come_in_the_least_number_of_requests(serve: Serve, line: Any) -> None:
    server = serve(PubMed(days(450)))
    http = line(SOURCE, server)
    plan = SOURCE.plan(ASKED, http)
    pages = list(SOURCE.pages(ASKED, plan, http, ""))
    assert pmids(pages) == [str(PMID + n) for n in range(450)]
    assert (plan.reported, [page.expected for page in pages]) == (450, [200, 200, 50])
    assert len(server.asked) == plan.least == 4
    assert all(asked.parameters["tool"] == "scopewright" for asked in server.asked)


def test_counting_is_one_request_and_holds_nothing_at_ncbi(serve: Serve, line: Any) -> None:
    server = serve(PubMed(days(450)))
    assert SOURCE.count(ASKED, line(SOURCE, server)).reported == 450
    assert [asked.parameters["usehistory"] for asked in server.asked] == ["n"]


@pytest.mark.parametrize("number", [0, 1, 199, 200, 201])
def test_the_last_page_is_neither_forgotten_nor_asked_for_when_empty(serve: Serve, line: Any, number: int) -> None:
    server = serve(PubMed(days(number)))
    assert len(pmids(fetch(line(SOURCE, server)))) == number
    assert len(server.asked) == 1 + -(-number // 200)


def test_more_than_9999_results_are_shared_out_by_day_until_each_share_fits(serve: Serve, line: Any) -> None:
    entered = [date(1965, 1, 1) + timedelta(days=int(22_000 * (n / 25_000) ** 0.5)) for n in range(25_000)]
    server = serve(PubMed(entered))
    http = line(SOURCE, server)
    plan = SOURCE.plan(ASKED, http)
    assert plan.reported == plan.expected == 25_000
    assert not plan.findings
    assert all(0 < part.count <= 9_999 for part in plan.parts)
    listed = [one for part in plan.parts for one in part.ids]
    assert sorted(listed) == sorted(str(PMID + n) for n in range(25_000))
    assert (len(server.asked) + 125) / plan.least < 1.06


def test_shares_stay_within_the_days_asked_for(serve: Serve, line: Any) -> None:
    entered = days(12_000, first=date(1990, 1, 1))
    server = serve(PubMed(entered, most=9_999))
    plan = SOURCE.plan(Question(query="x", since="1992-01-01", until="2026-06-30"), line(SOURCE, server))
    assert plan.reported == plan.expected == sum(day >= date(1992, 1, 1) for day in entered)
    assert "1992-01-01" in plan.limits


def test_a_day_that_holds_more_than_pubmed_gives_is_a_finding_not_a_silence(serve: Serve, line: Any) -> None:
    server = serve(PubMed([date(2020, 2, 2)] * 10_050))
    plan = SOURCE.plan(ASKED, line(SOURCE, server))
    assert (plan.reported, plan.expected) == (10_050, 9_999)
    assert [found.rule for found in plan.findings] == ["SEARCH-LIMIT"]


def test_the_limit_of_a_person_keeps_requests_few(serve: Serve, line: Any) -> None:
    server = serve(PubMed(days(12_000, first=date(1990, 1, 1))))
    pages = fetch(line(SOURCE, server), Question(query="x", until="2026-06-30", most=250))
    assert len(pmids(pages)) == 250
    assert len(server.asked) == 3


def test_pages_go_on_behind_a_place(serve: Serve, line: Any) -> None:
    server = serve(PubMed(days(450)))
    http = line(SOURCE, server)
    plan = SOURCE.plan(ASKED, http)
    first = next(SOURCE.pages(ASKED, plan, http, ""))
    rest = list(SOURCE.pages(ASKED, plan, http, first.after))
    assert pmids([first, *rest]) == [str(PMID + n) for n in range(450)]
    assert list(SOURCE.pages(ASKED, plan, http, rest[-1].after)) == []


@pytest.mark.parametrize("listed", [True, False], ids=["with the list of PMIDs", "without it"])
def test_results_that_ncbi_no_longer_holds_are_fetched_all_the_same(serve: Serve, line: Any, listed: bool) -> None:
    pubmed = PubMed(days(450))
    http = line(SOURCE, serve(pubmed))
    plan = SOURCE.plan(ASKED, http)
    if not listed:
        plan = type(plan)(
            reported=plan.reported,
            sent=plan.sent,
            parts=tuple(Part(count=p.count, history=p.history) for p in plan.parts),
        )
    pages = SOURCE.pages(ASKED, plan, http, "")
    got = [next(pages)]
    pubmed.held.clear()
    assert pmids([*got, *pages]) == [str(PMID + n) for n in range(450)]


def test_records_missing_from_an_answer_are_asked_for_again(serve: Serve, line: Any) -> None:
    pubmed = PubMed(days(30))
    pubmed.gone = {str(PMID + 3)}
    server = serve(pubmed)

    def come_back(reply: Reply) -> Reply:
        pubmed.gone = set()
        return reply

    server.spoil(come_back, where=is_fetch)
    assert len(pmids(fetch(line(SOURCE, server)))) == 30


def test_records_that_are_really_gone_cost_one_more_request_and_no_fault(serve: Serve, line: Any) -> None:
    pubmed = PubMed(days(30))
    pubmed.gone = {str(PMID + 3)}
    server = serve(pubmed)
    pages = fetch(line(SOURCE, server))
    assert len(pmids(pages)) == 29
    assert [page.fault for page in pages] == [""]
    assert len(server.asked) == 3


def test_a_page_given_twice_is_noticed_and_asked_for_again(serve: Serve, line: Any) -> None:
    server = serve(PubMed(days(400)))
    first: list[Reply] = []
    server.spoil(lambda reply: first.append(reply) or reply, where=is_fetch)
    server.spoil(lambda _reply: first[0], where=is_fetch)
    assert len(set(pmids(fetch(line(SOURCE, server))))) == 400
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    "spoil",
    [
        lambda reply: Reply(reply.body[:-30]),
        lambda reply: Reply(reply.body.replace(b"</Title>", b"</Titel>", 1)),
        lambda _reply: Reply(b"<html><body>Sorry</body></html>"),
        lambda _reply: Reply(b'{"error":"API rate limit exceeded","api-key":"203.0.113.7","count":"4","limit":"3"}'),
        lambda _reply: Reply(b"<eFetchResult><ERROR>Internal error</ERROR></eFetchResult>"),
        lambda reply: Reply(
            reply.body.replace(b"<!DOCTYPE PubmedArticleSet", b'<!DOCTYPE x [<!ENTITY a "b">]><!--', 1)
        ),
    ],
    ids=["cut", "malformed", "a web page", "too often inside 200", "error inside 200", "entities"],
)
def test_a_spoilt_page_is_asked_for_again(serve: Serve, line: Any, spoil: Any) -> None:
    server = serve(PubMed(days(40)))
    server.spoil(spoil, where=is_fetch)
    pages = fetch(line(SOURCE, server))
    assert len(pmids(pages)) == 40
    assert len(server.asked) == 3


def test_a_page_that_stays_spoilt_is_marked_and_the_others_still_come(serve: Serve, line: Any) -> None:
    server = serve(PubMed(days(600)))
    server.spoil(
        lambda reply: Reply(reply.body[:-30]),
        times=99,
        where=lambda asked: is_fetch(asked) and asked.parameters["retstart"] == "200",
    )
    pages = fetch(line(SOURCE, server))
    assert [bool(page.fault) for page in pages] == [False, True, False]
    assert "damaged" in pages[1].fault


def test_an_overload_never_shows_the_callers_address(serve: Serve, line: Any) -> None:
    server = serve(PubMed(days(4)))
    server.spoil(body(b'{"error":"API rate limit exceeded","api-key":"203.0.113.7"}'), times=99)
    with pytest.raises(SourceUnavailable) as stopped:
        SOURCE.plan(ASKED, line(SOURCE, server))
    assert "203.0.113.7" not in str(stopped.value)


def test_a_wrong_key_is_a_refusal_at_once(serve: Serve, line: Any) -> None:
    server = serve(PubMed(days(4)))
    server.spoil(lambda _reply: Reply(b'{"error":"API key invalid","api-key":"top-secret"}', status=400), times=9)
    with pytest.raises(QueryRefused, match="NCBI_API_KEY") as refused:
        SOURCE.plan(ASKED, line(SOURCE, server))
    assert "top-secret" not in str(refused.value)
    assert len(server.asked) == 1


def test_a_sign_in_page_of_the_network_is_called_one(serve: Serve, line: Any) -> None:
    server = serve(lambda _asked: Reply(b"<!DOCTYPE html><html><body><p>Sign in<br></body></html>"))
    with pytest.raises(SourceUnavailable, match="sign in"):
        SOURCE.plan(ASKED, line(SOURCE, server))


def test_results_that_ncbi_never_holds_do_not_make_it_go_round_in_circles(serve: Serve, line: Any) -> None:
    server = serve(PubMed(days(40)))
    gone = Reply(b"<eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>", status=400)
    server.spoil(lambda _reply: gone, times=99, where=is_fetch)
    with pytest.raises(SourceUnavailable, match="Unable to obtain"):
        fetch(line(SOURCE, server))
    assert len(server.asked) == 3


def test_a_backend_that_fails_once_is_asked_again(serve: Serve, line: Any) -> None:
    server = serve(PubMed(days(4)))
    server.spoil(body(b'{"esearchresult":{"ERROR":"Search Backend failed: Database is not available"}}'))
    assert SOURCE.plan(ASKED, line(SOURCE, server)).reported == 4


@pytest.mark.shared
def test_a_recorded_error_inside_success_is_a_refusal_not_an_empty_result(shared: Path) -> None:
    data = (shared / "data/hostile/esearch_error_200.json").read_bytes()
    with pytest.raises(QueryRefused, match="9,999"):
        searched(Got(status=200, data=data))


@pytest.mark.shared
def test_a_recorded_unknown_phrase_is_named(shared: Path) -> None:
    found = searched(Got(status=200, data=(shared / "data/hostile/esearch_phrase_not_found.xml").read_bytes()))
    assert found.count == 0
    assert [finding.rule for finding in found.findings] == ["SEARCH-PHRASE"]
    assert "abcXYZ" in found.findings[0].message


def test_an_unknown_phrase_is_named_in_json_too() -> None:
    result = {
        "count": "12",
        "idlist": [],
        "querytranslation": "a",
        "errorlist": {"phrasesnotfound": ["abcXYZ"], "fieldsnotfound": ["tiabb"]},
        "warninglist": {"phrasesignored": ["the"], "quotedphrasesnotfound": [], "outputmessages": []},
    }
    found = searched(Got(status=200, data=json.dumps({"esearchresult": result}).encode()))
    assert [word for f in found.findings for word in ("abcXYZ", "tiabb", "the") if f"'{word}'" in f.message] == [
        "abcXYZ",
        "tiabb",
        "the",
    ]


@pytest.mark.shared
def test_recorded_counts_are_read(shared: Path) -> None:
    folder = shared / "data/api/dev/pubmed"
    found = [searched(Got(status=200, data=(folder / f"biopython_esearch{n}.xml").read_bytes())) for n in (1, 3)]
    assert [(one.count, len(one.ids)) for one in found] == [(63, 20), (2651, 6)]
    assert found[1].understood.startswith('"proc natl')


@pytest.mark.shared
@pytest.mark.parametrize("name", ["biopython_epost2", "biopython_epost3", "biopython_esummary8"])
def test_recorded_errors_of_neighbouring_services_are_no_results(shared: Path, name: str) -> None:
    with pytest.raises((QueryRefused, Unfit)):
        searched(Got(status=200, data=(shared / f"data/api/dev/pubmed/{name}.xml").read_bytes()))


@pytest.mark.parametrize(
    "data",
    [b"[]", b"{", b"{}", b'{"esearchresult":[]}', b'{"esearchresult":{"count":"many"}}', b"<a/>", b"<eSearchResult/>"],
)
def test_what_is_no_answer_of_a_search_is_unfit(data: bytes) -> None:
    with pytest.raises(Unfit):
        searched(Got(status=200, data=data))


@given(
    first=st.dates(date(1940, 1, 1), date(2020, 1, 1)),
    length=st.integers(1, 30_000),
    pieces=st.integers(2, 60),
)
def test_cutting_a_span_loses_and_doubles_no_day(first: date, length: int, pieces: int) -> None:
    span = Span(first=first, last=first + timedelta(days=length - 1), growth=0.045)
    found = cut(span, pieces)
    assert (found[0][0], found[-1][1]) == (span.first, span.last)
    assert all(begin <= end for begin, end in found)
    assert all(b[0] - a[1] == timedelta(days=1) for a, b in pairwise(found))
    assert len(found) >= min(2, length)


@settings(max_examples=50)
@given(entered=st.lists(st.integers(0, 400), max_size=300), most=st.integers(5, 50))
def test_shares_hold_every_result_once_and_fit_unless_they_are_a_single_day(entered: list[int], most: int) -> None:
    start = date(2020, 1, 1)
    dates = [start + timedelta(days=n) for n in entered]

    def ask(begin: date, end: date) -> Part:
        return Part(count=sum(begin <= day <= end for day in dates), begin=str(begin), end=str(end))

    span = Span(first=start, last=start + timedelta(days=400), growth=0.045)
    parts = list(divide(span, ask, count=len(dates), most=most))
    assert sum(part.count for part in parts) == len(dates)
    assert all(part.count <= most or part.begin == part.end for part in parts)

"""A source that does not keep its word: what it reported and what was stored agree, or the run says by how much and why."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from both import is_page, stored
from loopback import Reply, status
from pretend import PMID, days

from review.services import search
from review.services.project import Project
from review.storage import records


def test_a_source_that_does_not_answer_does_not_stop_the_others(searching: Project, world: Any, connect: Any) -> None:
    world[1].spoil(status(500), times=99, where=lambda asked: "term" in asked.parameters)
    found = search.run(searching, connect=connect)
    assert [report.state for report in found.searches] == ["refused", "done"]
    assert "status 500" in found.findings[0].message
    assert len(stored(searching)) == 30


def test_records_that_pubmed_lists_and_does_not_give_are_named(searching: Project, world: Any, connect: Any) -> None:
    world[0].pubmed.gone = {str(PMID + 7), str(PMID + 8)}
    report = search.run(searching, connect=connect, sources=["pubmed"]).searches[0]
    assert (report.reported, report.fetched) == (450, 448)
    (finding,) = report.findings
    assert (finding.rule, finding.expected, finding.got) == ("SEARCH-COUNT", "450", "448")
    assert str(PMID + 7) in finding.message
    assert json.loads(records.runs(searching.store)[0].findings)[0]["rule"] == "SEARCH-COUNT"


def test_a_page_that_stays_spoilt_is_a_finding_with_its_number(searching: Project, world: Any, connect: Any) -> None:
    world[1].spoil(lambda reply: Reply(reply.body[:-60]), times=99, where=is_page(200))
    report = search.run(searching, connect=connect, sources=["pubmed"]).searches[0]
    rules = [finding.rule for finding in report.findings]
    assert report.state == "done"
    assert rules == ["SEARCH-PAGE", "FORMAT-CUT", "SEARCH-COUNT"]
    assert "Page 2" in report.findings[0].message
    assert report.fetched == 449


def test_a_source_that_gives_only_spoilt_pages_is_left_alone(searching: Project, world: Any, connect: Any) -> None:
    world[0].pubmed.entered = {str(PMID + n): date(2020, 1, 1) for n in range(2_000)}
    world[1].spoil(lambda reply: Reply(reply.body[:-60]), times=99, where=lambda a: "efetch" in a.path)
    report = search.run(searching, connect=connect, sources=["pubmed"]).searches[0]
    assert (report.state, report.pages, report.requests) == ("unfinished", 0, 16)


def test_an_empty_answer_is_a_run_of_its_own(searching: Project, world: Any, connect: Any) -> None:
    world[0].pubmed.entered = {}
    report = search.run(searching, connect=connect, sources=["pubmed"]).searches[0]
    assert (report.state, report.reported, report.fetched, report.findings) == ("done", 0, 0, ())
    assert records.runs(searching.store)[0].reported == 0


def test_a_count_that_grows_while_arxiv_answers_is_counted_as_it_ended(
    searching: Project, world: Any, connect: Any
) -> None:
    arxiv = world[0].arxiv
    arxiv.given = 20

    def grow(reply: Reply) -> Reply:
        arxiv.submitted += days(5, first=date(2026, 1, 1))
        return reply

    world[1].spoil(grow)
    report = search.run(searching, connect=connect, sources=["arxiv"]).searches[0]
    assert (report.reported, report.fetched, report.findings) == (35, 35, ())

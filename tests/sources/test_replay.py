"""Answers that the real services once gave, served again and taken into a project."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from loopback import Answer, Asked, Loopback, Reply

from review.services import search
from review.services.project import Project
from review.storage import records

Serve = Callable[[Answer], Loopback]
RECORDED = Path(__file__).parent.parent / "recorded"


@pytest.mark.shared
def test_recorded_articles_of_pubmed_reach_the_project(
    searching: Project, serve: Serve, line: Any, shared: Path
) -> None:
    articles = (shared / "data/api/dev/pubmed/biopython_pubmed1.xml").read_bytes()

    def replay(asked: Asked) -> Reply:
        found = (RECORDED / "pubmed_esearch_two.json").read_bytes()
        return Reply(found if asked.path.endswith("esearch.fcgi") else articles)

    server = serve(replay)
    found = search.run(searching, sources=["pubmed"], connect=lambda source: line(source, server))
    assert found.findings == ()
    assert found.searches[0].understood == "12091962[UID] OR 9997[UID]"
    assert [(r.pmid, r.year) for r in records.all_records(searching.store)] == [("12091962", 1990), ("9997", 1976)]


@pytest.mark.shared
def test_recorded_entries_of_arxiv_reach_the_project(searching: Project, serve: Serve, line: Any, shared: Path) -> None:
    folder = shared / "data/api/dev/arxiv"
    one = (folder / "arxiv.py_id_2104.12255v1_s0_m100_6ae69987ffe1.xml").read_bytes()
    server = serve(lambda _asked: Reply(one))
    found = search.run(searching, sources=["arxiv"], connect=lambda source: line(source, server))
    assert found.findings == ()
    assert [r.arxiv_id for r in records.all_records(searching.store)] == ["2104.12255v1"]


@pytest.mark.shared
def test_entries_of_a_trimmed_recording_are_taken_and_the_shortfall_is_said(
    searching: Project, serve: Serve, line: Any, shared: Path
) -> None:
    page = (shared / "data/api/dev/arxiv/arxiv.py_q_testing_s0_m10_bc5a6c384fe9.xml").read_bytes()
    told = page.replace(b">214881<", b">12<")
    rest = told.replace(b"<opensearch:startIndex>0<", b"<opensearch:startIndex>10<")

    def replay(asked: Asked) -> Reply:
        return Reply(told if asked.parameters["start"] == "0" else rest)

    server = serve(replay)
    report = search.run(searching, sources=["arxiv"], connect=lambda source: line(source, server)).searches[0]
    assert (report.reported, report.fetched) == (12, 10)
    assert "10 came twice" in report.findings[0].message


REPLAYED = {
    "europepmc": (
        "europepmc/pyEuropePMC_search_cancer_core.json",
        r'"hitCount": \d+',
        '"hitCount": 25',
        25,
        "MED/39709209",
    ),
    "openalex": (
        "openalex/researchhub-backend_openalex_author_works.json",
        r'"count": 106',
        '"count": 4',
        4,
        "W2561674923",
    ),
    "crossref": (
        "crossref/habanero_test_cursor_0.json",
        r'"total-results":\d+',
        '"total-results":20',
        20,
        "10.1007/978-1-4302-0197-7_9",
    ),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", list(REPLAYED))
def test_recorded_pages_of_the_other_services_reach_the_project(
    searching: Project, serve: Serve, line: Any, shared: Path, name: str
) -> None:
    path, told, said, count, first = REPLAYED[name]
    page = re.sub(told, said, (shared / "data/api/dev" / path).read_text(encoding="utf-8"), count=1)
    text = searching.protocol_path.read_text(encoding="utf-8")
    searching.protocol_path.write_text(text.replace("name: arxiv", f"name: {name}").replace("abs:invented", "cancer"))
    server = serve(lambda _asked: Reply(page.encode()))
    report = search.run(searching, sources=[name], connect=lambda source: line(source, server)).searches[0]
    assert (report.state, report.reported, report.fetched, report.requests) == ("done", count, count, 1)
    assert not [finding for finding in report.findings if finding.rule not in {"SEARCH-RANKED", "SEARCH-COST"}]
    found = records.all_records(searching.store)
    assert found[0].source_id.startswith(first)
    assert all(record.title and record.year for record in found)

"""The protocol's searches in a project: reported and stored agree or say why, a stopped one goes on, nothing is doubled."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from both import ALL, stored
from pretend import PMID

from review import __version__
from review.domain.errors import Missing, ReviewError
from review.services import project, protocol, search
from review.services.project import Project
from review.sources.contract import Source
from review.storage import records


def test_a_search_stores_its_run_its_records_and_its_raw_answers(searching: Project, world: Any, connect: Any) -> None:
    found = search.run(searching, connect=connect)
    assert found.by_hand == ("scopus",)
    assert not found.findings
    assert [(r.name, r.state, r.reported, r.fetched, r.new, r.pages) for r in found.searches] == [
        ("pubmed", "done", 450, 450, 450, 3),
        ("arxiv", "done", 30, 30, 30, 1),
    ]
    assert sorted(stored(searching))[-450:] == ALL
    run = records.runs(searching.store)[0]
    assert (run.source, run.platform, run.query, run.limits) == ("pubmed", "PubMed (NCBI)", "invented[tiab]", "none")
    assert (run.reported, run.read, run.tool_version, run.format) == (450, 450, __version__, "pubmed_xml")
    assert datetime.fromisoformat(run.run_at) <= datetime.now(UTC)
    folder = searching.root / run.file_name
    assert folder.parent.name == "searches"
    lines = [json.loads(line) for line in (folder / "pages.jsonl").read_text().splitlines()]
    for line in lines:
        assert hashlib.sha256(gzip.decompress((folder / line["file"]).read_bytes())).hexdigest() == line["sha256"]
    whole = "\n".join([run.run_at, *(line["sha256"] for line in lines)])
    assert run.raw_sha256 == hashlib.sha256(whole.encode()).hexdigest()


def test_a_search_is_stored_on_each_kind_of_database(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, searching: Project, connect: Any
) -> None:
    monkeypatch.setenv(project.DATABASE_URL, database_url)
    made = project.create(tmp_path / "other")
    made.protocol_path.write_text(searching.protocol_path.read_text())
    try:
        search.run(made, connect=connect, sources=["pubmed"])
        again = search.run(made, connect=connect, sources=["pubmed"]).searches[0]
        assert (again.folder, again.new, again.known) == ("searches/pubmed-002", 0, 450)
        assert stored(made) == ALL
    finally:
        made.close()


def test_requests_are_the_least_that_bring_everything(searching: Project, world: Any, connect: Any) -> None:
    found = search.run(searching, connect=connect)
    assert [(report.requests, report.least_requests) for report in found.searches] == [(4, 4), (1, 1)]


def test_counting_asks_once_and_leaves_nothing_behind(searching: Project, world: Any, connect: Any) -> None:
    found = search.count(searching, connect=connect)
    assert [(r.name, r.state, r.reported, r.requests) for r in found.searches] == [
        ("pubmed", "counted", 450, 1),
        ("arxiv", "counted", 30, 1),
    ]
    assert not stored(searching)
    assert not (searching.root / "searches").exists()


def test_searching_again_is_a_new_run_that_adds_only_what_is_new(searching: Project, world: Any, connect: Any) -> None:
    search.run(searching, connect=connect, sources=["pubmed"])
    world[0].pubmed.entered |= {"99000001": date(2026, 1, 1)}
    again = search.run(searching, connect=connect, sources=["pubmed"]).searches[0]
    assert (again.reported, again.new, again.known, again.pages_before) == (451, 1, 450, 0)
    assert len(records.runs(searching.store)) == 2
    assert len(stored(searching)) == 451


def test_since_the_last_search_only_new_arrivals_are_asked_for(searching: Project, world: Any, connect: Any) -> None:
    search.run(searching, connect=connect, sources=["pubmed"])
    world[0].pubmed.entered |= {"99000001": datetime.now(UTC).date()}
    again = search.run(searching, connect=connect, sources=["pubmed"], since="last").searches[0]
    assert (again.reported, again.new) == (1, 1)
    assert "on or after" in again.limits
    assert again.requests == 2


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01", "31.1.2026", "2999-01-01"])
def test_a_day_that_cannot_be_is_refused_before_anything_is_sent(
    searching: Project, world: Any, connect: Any, since: str
) -> None:
    with pytest.raises(ReviewError):
        search.run(searching, connect=connect, since=since)
    assert not world[1].asked


def test_a_search_may_have_a_name_behind_that_of_its_source(searching: Project, world: Any, connect: Any) -> None:
    text = searching.protocol_path.read_text().replace("name: pubmed", "name: pubmed-sensitive")
    searching.protocol_path.write_text(text)
    report = search.run(searching, connect=connect, sources=["pubmed-sensitive"]).searches[0]
    assert (report.name, report.fetched) == ("pubmed-sensitive", 450)
    assert stored(searching)[0] == f"pubmed-sensitive:{PMID}"


def test_two_searches_of_one_source_keep_its_distance_together(
    searching: Project, world: Any, connect: Any, hands: Any
) -> None:
    lines = searching.protocol_path.read_text().splitlines()
    lines.insert(5, lines[4].replace("name: pubmed", "name: pubmed-sensitive"))
    searching.protocol_path.write_text("\n".join(lines))
    names = ["pubmed", "pubmed-sensitive"]
    search.run(searching, connect=connect, sources=names)
    assert len(world[1].asked) == 8
    assert min(world[1].gaps()) >= 1 / 3


def test_key_and_address_are_written_nowhere(searching: Project, world: Any, line: Any) -> None:
    def connect(source: Source) -> Any:
        return line(source, world[1], NCBI_API_KEY="top-secret", REVIEW_EMAIL="ana@example.org")

    report = search.run(searching, connect=connect, sources=["pubmed"]).searches[0]
    assert world[1].asked[0].parameters["api_key"] == "top-secret"
    files = [path for path in searching.root.rglob("*") if path.is_file()]
    assert any(path.name == "plan.json" for path in files)
    for path in files:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        assert b"top-secret" not in data
        assert b"ana@example" not in data
    assert "top-secret" not in str(report)


def test_names_that_cannot_be_searched_are_refused_with_what_to_do(searching: Project, connect: Any) -> None:
    with pytest.raises(Missing, match="pubmed"):
        search.run(searching, connect=connect, sources=["pubmedd"])
    with pytest.raises(ReviewError, match="review import"):
        search.run(searching, connect=connect, sources=["scopus"])


@pytest.mark.parametrize("query", ['""', "'(\"[first word for the concept]\"[tiab])'"])
def test_a_string_still_to_be_written_is_not_sent(searching: Project, world: Any, connect: Any, query: str) -> None:
    text = searching.protocol_path.read_text().replace('"invented[tiab]"', query)
    searching.protocol_path.write_text(text)
    report = search.run(searching, connect=connect, sources=["pubmed"]).searches[0]
    assert (report.state, report.findings[0].rule) == ("refused", "SEARCH-STRING")
    assert not world[1].asked


def test_a_phrase_with_a_field_behind_it_is_sent(searching: Project, world: Any, connect: Any) -> None:
    query = '("disc"[tiab] OR "spine disc"[Mesh])"back pain"[tiab]'
    text = searching.protocol_path.read_text().replace('"invented[tiab]"', f"'{query}'")
    searching.protocol_path.write_text(text)
    report = search.count(searching, connect=connect, sources=["pubmed"]).searches[0]
    assert (report.state, report.query) == ("counted", query)


def test_a_string_in_several_lines_is_sent_in_one(searching: Project, world: Any, connect: Any) -> None:
    text = searching.protocol_path.read_text().replace('"invented[tiab]"', '"invented[tiab]\n      OR other[tiab]"')
    searching.protocol_path.write_text(text)
    assert "\n" not in protocol.in_force(searching).searches[0].limits
    assert search.count(searching, connect=connect).searches[0].query == "invented[tiab] OR other[tiab]"

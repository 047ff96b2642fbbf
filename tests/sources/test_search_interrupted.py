"""A search that was stopped goes on behind what it has, and whatever stopped it, nothing is lost or doubled."""

from __future__ import annotations

import gzip
import json
import os
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from both import ALL, is_page, stored
from loopback import Reply, status

from review.services import search
from review.services.gathering import SearchReport
from review.services.project import Project
from review.storage import records


def test_a_stopped_search_keeps_its_pages_and_goes_on_behind_them(searching: Project, world: Any, connect: Any) -> None:
    _, server = world
    server.spoil(status(503), times=5, where=is_page(400))
    first = search.run(searching, connect=connect, sources=["pubmed"]).searches[0]
    assert (first.state, first.pages) == ("unfinished", 2)
    assert [finding.rule for finding in first.findings] == ["SEARCH-STOPPED"]
    assert not stored(searching)
    asked = len(server.asked)
    second = search.run(searching, connect=connect, sources=["pubmed"]).searches[0]
    assert (second.state, second.pages_before, second.requests) == ("done", 2, 1)
    assert [each.parameters["retstart"] for each in server.asked[asked:]] == ["400"]
    assert stored(searching) == ALL


@pytest.mark.parametrize("write", range(1, 8))
def test_a_crash_at_any_write_loses_and_doubles_nothing(
    searching: Project, world: Any, connect: Any, monkeypatch: pytest.MonkeyPatch, write: int
) -> None:
    left = iter(range(write, -1, -1))
    real = os.fsync

    def crash(number: int) -> None:
        if next(left, 1) == 1:
            raise KeyboardInterrupt
        real(number)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", crash)
        with pytest.raises(KeyboardInterrupt):
            search.run(searching, connect=connect, sources=["pubmed"])
    assert not stored(searching)
    assert search.run(searching, connect=connect, sources=["pubmed"]).searches[0].fetched == 450
    assert stored(searching) == ALL
    assert len(records.runs(searching.store)) == 1


@pytest.mark.parametrize("harm", ["a page gone", "a page changed", "a line cut", "no plan"])
def test_what_was_harmed_on_the_disk_is_fetched_again(searching: Project, world: Any, connect: Any, harm: str) -> None:
    world[1].spoil(status(503), times=5, where=is_page(400))
    folder = searching.root / search.run(searching, connect=connect, sources=["pubmed"]).searches[0].folder
    page, lines = folder / "page-0002.xml.gz", folder / "pages.jsonl"
    match harm:
        case "a page gone":
            page.unlink()
        case "a page changed":
            page.write_bytes(gzip.compress(b"<other/>"))
        case "a line cut":
            lines.write_bytes(lines.read_bytes()[:-20])
        case "no plan":
            (folder / "plan.json").write_text("{")
    report = search.run(searching, connect=connect, sources=["pubmed"]).searches[0]
    assert (report.state, report.fetched, report.findings) == ("done", 450, ())
    assert stored(searching) == ALL


def test_an_unfinished_search_for_another_string_is_not_mixed_in(searching: Project, world: Any, connect: Any) -> None:
    world[1].spoil(status(503), times=5, where=is_page(400))
    search.run(searching, connect=connect, sources=["pubmed"])
    text = searching.protocol_path.read_text().replace("invented[tiab]", "other[tiab]")
    searching.protocol_path.write_text(text)
    report = search.run(searching, connect=connect, sources=["pubmed"]).searches[0]
    assert (report.query, report.pages_before, report.folder) == ("other[tiab]", 0, "searches/pubmed-002")


def test_an_unfinished_search_of_last_month_is_begun_anew(searching: Project, world: Any, connect: Any) -> None:
    world[1].spoil(status(503), times=5, where=is_page(400))
    folder = searching.root / search.run(searching, connect=connect, sources=["pubmed"]).searches[0].folder
    plan = json.loads((folder / "plan.json").read_text())
    plan["at"] = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    (folder / "plan.json").write_text(json.dumps(plan))
    assert search.run(searching, connect=connect, sources=["pubmed"]).searches[0].pages_before == 0


def test_two_programs_running_one_search_store_it_once(searching: Project, world: Any, connect: Any) -> None:
    reports: list[SearchReport] = []

    def one() -> None:
        reports.append(search.run(searching, connect=connect, sources=["pubmed"]).searches[0])

    def meanwhile(reply: Reply) -> Reply:
        one()
        return reply

    world[1].spoil(meanwhile, where=is_page(400))
    one()
    assert [report.state for report in reports] == ["done", "done"]
    rules = [[finding.rule for finding in report.findings] for report in reports]
    assert sorted(rules) == [[], ["SEARCH-TWICE"]]
    assert stored(searching) == ALL
    assert len(records.runs(searching.store)) == 1


def test_a_colleagues_search_of_the_same_number_is_not_taken_for_ours(
    searching: Project, world: Any, connect: Any
) -> None:
    search.run(searching, connect=connect, sources=["pubmed"])
    folder = searching.root / "searches" / "pubmed-001"
    folder.rename(searching.root / "away")  # it lies on the colleague's disk; the database is shared
    world[0].pubmed.entered |= {"99000001": date(2026, 1, 1)}
    report = search.run(searching, connect=connect, sources=["pubmed"]).searches[0]
    assert (report.folder, report.new) == ("searches/pubmed-002", 1)

"""The update of a review, end to end: a search for what is new, its own run, and the diagram with the version before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from loopback import Loopback
from pretend import PMID, ArXiv, PubMed, days

from review.domain.errors import ReviewError
from review.domain.screening import Decision, Stage, Verdict
from review.services import facts, flow, known, overview, screen, search, works
from review.services.project import Project
from review.storage import records


def today() -> date:
    """Of the moment, for a run of all tests can go on over midnight."""
    return datetime.now(UTC).date()


class World:
    """PubMed with some articles of long ago, to which new ones come today."""

    def __init__(self, serve: Any, line: Any, number: int) -> None:
        self.service = PubMed(days(number))
        self.server: Loopback = serve(self.service)
        self.connect = lambda source: line(source, self.server)

    def arrive(self, *numbers: int, day: date | None = None) -> None:
        self.service.entered |= {str(PMID + n): day or today() for n in numbers}


@pytest.fixture
def world(serve: Any, line: Any) -> World:
    return World(serve, line, 6)


def decide(project: Project, who: str, number: int, verdict: Verdict, stage: Stage = Stage.TITLE_ABSTRACT) -> None:
    record = f"pubmed:{PMID + number}"
    reason = "E1" if verdict is Verdict.EXCLUDE and stage is Stage.FULL_TEXT else ""
    uid = f"{who}{number}{stage}"
    decision = Decision(
        record_id=record, shown=record, stage=stage, reviewer=who, verdict=verdict, reason=reason, uid=uid
    )
    screen.decide(project, decision)


def screened(project: Project, numbers: range, taken: set[int]) -> None:
    for number in numbers:
        for who in ("Ana", "Bo"):
            decide(project, who, number, Verdict.INCLUDE if number in taken else Verdict.EXCLUDE)
        for who in ("Ana", "Bo") if number in taken else ():
            decide(project, who, number, Verdict.INCLUDE, Stage.FULL_TEXT)


@pytest.fixture
def updated(searching: Project, world: World) -> Project:
    """Six records searched and screened, two of them included; three more arrived, of which one is included."""
    search.run(searching, sources=["pubmed"], connect=world.connect)
    works.dedup(searching)
    screened(searching, range(6), {0, 1})
    world.arrive(6, 7, 8)
    search.run(searching, sources=["pubmed"], since="last", connect=world.connect)
    works.dedup(searching)
    screened(searching, range(6, 8), {6})
    return searching


def test_the_update_is_a_run_of_its_own_that_brings_only_what_is_new(updated: Project, world: World) -> None:
    first, second = records.runs(updated.store)
    assert (first.new, first.since, second.new, second.known) == (6, "", 3, 0)
    assert second.since == first.run_at[:10]
    assert f"on or after {first.run_at[:10]}" in second.limits
    asked = [request.parameters for request in world.server.asked if request.path.endswith("esearch.fcgi")]
    assert asked[-1]["mindate"].replace("/", "-") == second.since


def test_the_diagram_of_the_update_counts_what_is_new_and_adds_the_version_before(updated: Project) -> None:
    found = flow.counts(updated, since="last")
    assert (found.previous_studies, found.new_studies, found.total_studies) == (2, 1, 3)
    assert (found.database_results, found.records_screened, found.left_unscreened, found.records_excluded) == (
        3,
        2,
        1,
        1,
    )
    assert (found.dbr_sought_reports, found.dbr_assessed, found.duplicates) == (1, 1, 0)
    assert flow.check(updated, since="last") == []
    whole = flow.counts(updated)
    assert (whole.previous_studies, whole.new_studies, whole.database_results) == (0, 3, 9)
    assert b"Total studies included in review" in flow.as_file(updated, ".svg", since="last")
    assert b"previous version" not in flow.as_file(updated, ".svg")


def test_the_protocol_can_say_where_the_version_before_ended(updated: Project) -> None:
    first, second = (run.run_at[:10] for run in records.runs(updated.store))
    before = (date.fromisoformat(first) - timedelta(days=1)).isoformat()
    path = updated.protocol_path
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}previous_version: {{searched_until: {before}}}\n", encoding="utf-8")
    found = flow.counts(updated)
    assert (found.previous_studies, found.new_studies, found.database_results) == (0, 3, 9)
    path.write_text(f"{text}previous_version: {{searched_until: {second}}}\n", encoding="utf-8")
    found = flow.counts(updated)
    assert (found.previous_studies, found.new_studies, found.database_results) == (3, 0, 0)
    assert facts.facts(updated)["flow.total_studies"].value == 3
    assert overview.status(updated).included == 3
    path.write_text(f"{text}previous_version: {{studies: 20, reports: 22}}\n", encoding="utf-8")
    found = flow.counts(updated)
    assert (found.previous_studies, found.previous_reports, found.total_studies) == (20, 22, 23)
    assert flow.check(updated) == []


def test_every_number_of_the_update_walks_back_to_as_many_rows(updated: Project) -> None:
    path = updated.protocol_path
    text = path.read_text(encoding="utf-8")
    last = records.runs(updated.store)[-1].run_at[:10]
    path.write_text(f"{text}previous_version: {{searched_until: {last}}}\n", encoding="utf-8")
    assert facts.facts(updated)["flow.database_results"].value == 0
    for name in ("previous_studies", "total_studies"):
        assert len([line for line in facts.trace(updated, f"flow.{name}") if "pubmed:" in line]) == 3
    assert not [line for line in facts.trace(updated, "flow.records_screened") if "pubmed:" in line]


def test_what_nobody_settled_in_the_version_before_is_told(searching: Project, world: World) -> None:
    search.run(searching, sources=["pubmed"], connect=world.connect)
    works.dedup(searching)
    screened(searching, range(4), {0})
    world.arrive(6)
    search.run(searching, sources=["pubmed"], since="last", connect=world.connect)
    found = flow.check(searching, since="last")
    assert [(f.rule, f.message[:7]) for f in found] == [("FLOW-UPDATE", "2 works")]


def test_a_record_found_again_is_a_duplicate_of_the_update(updated: Project, world: World) -> None:
    search.run(updated, sources=["pubmed"], since="last", connect=world.connect)  # the three of today come again
    found = flow.counts(updated, since="last")
    assert (found.database_results, found.duplicates, found.records_screened + found.left_unscreened) == (3, 3, 0)
    assert (found.previous_studies, found.new_studies) == (3, 0)


def test_without_an_update_it_is_said_how_to_make_one(searching: Project, world: World) -> None:
    search.run(searching, sources=["pubmed"], connect=world.connect)
    with pytest.raises(ReviewError, match="--since last"):
        flow.counts(searching, since="last")
    with pytest.raises(ReviewError, match="is not a day"):
        flow.counts(searching, since="yesterday")


def test_the_first_search_with_since_last_asks_for_everything(searching: Project, world: World, tmp_path: Path) -> None:
    found = search.run(searching, sources=["pubmed"], since="last", connect=world.connect).searches[0]
    assert (found.new, records.runs(searching.store)[0].since) == (6, "")


def test_a_run_for_what_is_new_counts_for_the_string_it_brings_up_to_date(
    searching: Project, serve: Any, line: Any
) -> None:
    server = serve(ArXiv(days(30)))  # whose string holds the dates, so that each run sends another one
    for since in ("", "last"):
        search.run(searching, sources=["arxiv"], connect=lambda source: line(source, server), since=since)
    assert len({run.query for run in records.runs(searching.store)}) == 2
    listed = searching.root / "list.txt"
    listed.write_text("arXiv:2000.00007\n")
    (string,) = known.keep(searching, listed).strings
    assert (string.source, string.query, string.found, string.n) == ("arxiv", "abs:invented", 1, 1)

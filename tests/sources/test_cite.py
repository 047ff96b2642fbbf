"""Citation searching: what studies refer to and what cites them, once each, into a box of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from loopback import Answer, Asked, Loopback, Reply, status
from pretend import days
from pretend_cursor import OpenAlex

from review.domain.errors import Missing, ReviewError
from review.domain.record import SourceKind
from review.domain.screening import Decision, Stage, Verdict
from review.services import cite, collect, flow, protocol, screen, works
from review.services.collect import Origin
from review.services.project import Project
from review.sources import citing
from review.sources.citing import Direction, Study
from review.sources.contract import Question
from review.storage import records

Serve = Callable[[Answer], Loopback]
DOI = "10.5555/invented.{}"


@pytest.fixture
def alex(serve: Serve) -> tuple[OpenAlex, Loopback]:
    """1,000 works; work 1 refers to 10 to 19 and to 2, work 2 to 15 to 24, and 300 to 649 cite work 1."""
    made = OpenAlex(days(1_000))
    made.cited = {1: [*range(10, 20), 2], 2: list(range(15, 25))} | {citing: [1] for citing in range(300, 650)}
    return made, serve(made)


@pytest.fixture
def connect(alex: tuple[OpenAlex, Loopback], line: Any) -> Any:
    return lambda source: line(source, alex[1])


def stored(project: Project) -> set[int]:
    found = [record for record in records.all_records(project.store) if record.source == "citations"]
    assert len({record.record_id for record in found}) == len(found)
    return {int(record.source_id[1:]) for record in found}


REFERENCES = {*range(10, 25), 2}
CITING = {*range(300, 650), 1}


@pytest.mark.parametrize(
    ("direction", "expected"),
    [(Direction.REFERENCES, REFERENCES), (Direction.CITATIONS, CITING), (Direction.BOTH, REFERENCES | CITING)],
)
def test_each_direction_brings_its_works_once(
    searching: Project, alex: Any, connect: Any, direction: Direction, expected: set[int]
) -> None:
    report = cite.run(searching, start=[DOI.format(1), DOI.format(2)], direction=direction, connect=connect)
    assert (report.state, report.findings) == ("done", ())
    assert stored(searching) == expected
    assert report.fetched == report.new == len(expected)
    assert report.requests == report.least_requests == len(alex[1].asked)


def test_the_requests_are_one_for_fifty_studies_or_references_and_one_for_a_page_of_citations(
    searching: Project, alex: Any, connect: Any
) -> None:
    alex[0].cited = {work: [500 + work, 600 + work] for work in range(120)}
    start = [DOI.format(work) for work in range(120)]
    report = cite.run(searching, start=start, direction=Direction.REFERENCES, connect=connect)
    assert stored(searching) == {*range(500, 620), *range(600, 720)}
    assert report.requests == 3 + 5  # 120 studies, 220 references
    filters = [asked.parameters["filter"].partition(":")[0] for asked in alex[1].asked]
    assert filters == ["doi"] * 3 + ["ids.openalex"] * 5


def test_a_batch_of_citations_has_its_own_box_and_moves_no_other(searching: Project, connect: Any) -> None:
    collect.import_bytes(
        searching, ris(7).encode(), file_name="scopus.ris", origin=Origin(source="scopus", kind=SourceKind.DATABASE)
    )
    cite.run(searching, start=[DOI.format(2)], direction=Direction.REFERENCES, connect=connect)
    counts = flow.counts(searching)
    assert (counts.citations_results, counts.database_results, counts.left_unscreened) == (10, 1, 1)
    assert flow.check(searching) == []
    run = records.runs(searching.store)[-1]
    assert (run.source, run.kind, run.label, run.platform) == (
        "citations",
        "citation",
        "Citation searching",
        "OpenAlex API",
    )
    assert run.query == f"references: doi:{DOI.format(2)}"


def ris(number: int, *, doi: bool = True) -> str:
    return f"TY  - JOUR\nTI  - Invented work {number}\nPY  - 2020\n{f'DO  - {DOI.format(number)}' if doi else ''}\nER  - \n\n"


def include(project: Project, *record_ids: str) -> None:
    for stage in Stage:
        for record_id in record_ids:
            for who in ("Ana", "Bo"):
                screen.decide(
                    project, Decision(record_id=record_id, stage=stage, reviewer=who, verdict=Verdict.INCLUDE)
                )


def test_the_included_studies_are_where_it_starts(searching: Project, alex: Any, connect: Any) -> None:
    with pytest.raises(ReviewError, match="No study is included"):
        cite.run(searching, connect=connect)
    protocol.freeze(searching, who="Ana")
    collect.import_bytes(searching, (ris(1) + ris(2) + ris(3, doi=False)).encode(), file_name="scopus.ris")
    works.dedup(searching)
    include(searching, *works.works(searching).members)
    report = cite.run(searching, direction=Direction.REFERENCES, connect=connect)
    assert stored(searching) == REFERENCES
    assert [finding.rule for finding in report.findings] == ["CITE-NO-ID"]
    assert alex[1].asked[0].parameters["filter"] == f"doi:{DOI.format(1)}|{DOI.format(2)}"
    assert "No study" not in report.query


def test_a_study_is_looked_up_by_all_its_identifiers_and_named_if_unknown(
    searching: Project, alex: Any, connect: Any
) -> None:
    first = cite.count(searching, start=["10.9999/elsewhere", "77777", "W99999"], connect=connect)
    assert [finding.rule for finding in first.findings] == ["CITE-UNKNOWN"]
    assert "doi:10.9999/elsewhere" in first.findings[0].message
    assert "pmid:77777" in first.findings[0].message
    assert first.reported == 0
    with pytest.raises(Missing):
        cite.count(searching, start=["nobody knows this"], connect=connect)


@pytest.mark.parametrize("name", ["openalex", "doi", "pmid"])
def test_each_identifier_finds_the_study(alex: Any, connect: Any, name: str) -> None:
    values = {"openalex": "W2", "doi": DOI.format(2), "pmid": "3"}
    wrong = {"openalex": "W5555", "doi": "10.9999/none", "pmid": "999999"}
    for before in (False, True):
        known = {**(wrong if before else {}), name: values[name]}
        query = citing.asked([Study(**known)], Direction.REFERENCES)
        planned = citing.SOURCE.plan(Question(query=query), connect(citing.SOURCE))
        assert (planned.reported, planned.findings) == (10, ())


def test_counting_asks_little_keeps_nothing_and_says_what_it_costs(searching: Project, alex: Any, connect: Any) -> None:
    report = cite.count(searching, start=[DOI.format(1)], connect=connect)
    assert (report.state, report.reported, report.requests) == ("counted", 350 + 11, 2)
    assert report.cost.startswith("about $0.0007 of the $0.10")
    assert not (searching.root / "searches").exists()
    assert len(stored(searching)) == 0


def is_page(number: int) -> Callable[[Asked], bool]:
    seen: list[Asked] = []

    def judge(asked: Asked) -> bool:
        seen.append(asked)
        return len(seen) >= number

    return judge


@pytest.mark.parametrize("broken_at", range(2, 7))
def test_one_that_was_stopped_goes_on_without_losing_or_doubling(
    searching: Project, alex: Any, connect: Any, broken_at: int
) -> None:
    start = [DOI.format(1), DOI.format(2)]
    alex[1].spoil(status(500), times=5, where=is_page(broken_at))
    try:
        first = cite.run(searching, start=start, connect=connect)
    except ReviewError:
        assert broken_at == 2  # nothing was there to be kept
    else:
        assert first.state == "unfinished"
        assert not stored(searching)
    sent = len(alex[1].asked)
    report = cite.run(searching, start=start, connect=connect)
    assert stored(searching) == REFERENCES | CITING
    assert report.state == "done"
    if broken_at > 2:
        assert report.pages_before == broken_at - 2
        assert len(alex[1].asked) - sent == report.pages - report.pages_before
    assert len(records.runs(searching.store)) == 1


def test_citing_again_adds_only_what_is_new(searching: Project, alex: Any, connect: Any) -> None:
    cite.run(searching, start=[DOI.format(1)], direction=Direction.CITATIONS, connect=connect)
    alex[0].cited[700] = [1]
    again = cite.run(searching, start=[DOI.format(1)], direction=Direction.CITATIONS, connect=connect)
    assert (again.new, again.known) == (1, 350)
    assert stored(searching) == {*range(300, 650), 700}


def test_a_work_found_both_ways_is_no_loss(searching: Project, alex: Any, connect: Any) -> None:
    alex[0].cited |= {15: [1], 16: [2]}
    report = cite.run(searching, start=[DOI.format(1), DOI.format(2)], connect=connect)
    assert stored(searching) == REFERENCES | CITING
    (finding,) = report.findings
    assert (finding.rule, str(finding.severity)) == ("SEARCH-COUNT", "info")
    assert "2 came twice" in finding.message


def test_references_that_openalex_no_longer_has_are_named(searching: Project, alex: Any, connect: Any) -> None:
    alex[0].cited[2] = [*range(15, 25), 5_000]
    report = cite.run(searching, start=[DOI.format(2)], direction=Direction.REFERENCES, connect=connect)
    assert (report.reported, report.fetched) == (11, 10)
    assert "W5000" in report.findings[0].message
    assert str(report.findings[0].severity) == "warning"


def test_a_page_of_references_that_stays_spoilt_is_a_finding_and_the_others_come(
    searching: Project, alex: Any, connect: Any
) -> None:
    alex[0].cited = {1: list(range(100, 220))}
    alex[1].spoil(
        lambda reply: Reply(reply.body[:-9]), times=99, where=lambda asked: "W150" in asked.parameters["filter"]
    )
    report = cite.run(searching, start=[DOI.format(1)], direction=Direction.REFERENCES, connect=connect)
    assert stored(searching) == {*range(100, 150), *range(200, 220)}
    assert {finding.rule for finding in report.findings} == {"SEARCH-PAGE", "SEARCH-COUNT"}


def test_the_question_can_be_read_back() -> None:
    studies = [
        Study(openalex="W5", doi="10.1002/(sici)1097-0029(1996)35:1<91::aid>3.0.co;2-1", pmid="7"),
        Study(pmid="8"),
    ]
    for direction in Direction:
        assert citing._understood(citing.asked(studies, direction)) == (direction, studies)


def test_raw_pages_of_citations_are_kept_as_json(searching: Project, connect: Any) -> None:
    report = cite.run(searching, start=[DOI.format(1)], connect=connect)
    kept = [json.loads(line) for line in (searching.root / report.folder / "pages.jsonl").read_text().splitlines()]
    assert [page["file"] for page in kept] == [f"page-{number:04d}.json.gz" for number in range(1, 6)]


def test_the_command_line_says_what_it_costs_and_then_follows(
    searching: Project, alex: tuple[OpenAlex, Loopback], monkeypatch: pytest.MonkeyPatch
) -> None:
    alex[1].now = time.monotonic
    monkeypatch.setenv("REVIEW_OPENALEX_URL", alex[1].address)

    def review(*arguments: str) -> str:
        command = [sys.executable, "-m", "review", *arguments, "--project", str(searching.root)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    said = review("cite", "--from", DOI.format(1), "--dry-run")
    assert "citations: 361 results; fetching them takes at least 7 requests (about $0.0007 of the $0.10" in said
    said = review("cite", "--from", DOI.format(1), "--direction", "references")
    assert "citations: 11 new records of 11 results" in said
    document = json.loads(review("cite", "--from", DOI.format(1), "--direction", "references", "--json"))
    assert (document["new"], document["known"], document["state"]) == (0, 11, "done")

"""The protocol's searches in a project: reported and stored agree or say why, a stopped one goes on, nothing is doubled."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from loopback import Answer, Asked, Loopback, Reply, status
from pretend import PMID, ArXiv, PubMed, days

from review import __version__
from review.domain.errors import Missing, ReviewError
from review.formats import registry as formats
from review.services import fetch, project, protocol, search
from review.services.project import Project
from review.sources import pubmed
from review.sources.contract import Source
from review.storage import records

Serve = Callable[[Answer], Loopback]


class Both:
    """PubMed and arXiv at one address."""

    def __init__(self, articles: int, preprints: int) -> None:
        self.pubmed = PubMed(days(articles))
        self.arxiv = ArXiv(days(preprints))

    def __call__(self, asked: Asked) -> Reply:
        return (self.arxiv if asked.path == "/api/query" else self.pubmed)(asked)


@pytest.fixture
def world(serve: Serve) -> tuple[Both, Loopback]:
    both = Both(450, 30)
    return both, serve(both)


@pytest.fixture
def connect(world: tuple[Both, Loopback], line: Any) -> Callable[[Source], Any]:
    return lambda source: line(source, world[1])


def is_page(place: int) -> Callable[[Asked], bool]:
    return lambda asked: asked.parameters.get("retstart") == str(place)


def stored(project: Project) -> list[str]:
    return [record.record_id for record in records.all_records(project.store)]


ALL = [f"pubmed:{PMID + n}" for n in range(450)]


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
    inner: list[str] = []

    def meanwhile(reply: Reply) -> Reply:
        inner.append(search.run(searching, connect=connect, sources=["pubmed"]).searches[0].state)
        return reply

    world[1].spoil(meanwhile, where=is_page(400))
    outer = search.run(searching, connect=connect, sources=["pubmed"]).searches[0]
    assert inner == ["done"]
    assert [finding.rule for finding in outer.findings] == ["SEARCH-TWICE"]
    assert stored(searching) == ALL
    assert len(records.runs(searching.store)) == 1


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


def test_a_colleagues_search_of_the_same_number_is_not_taken_for_ours(
    searching: Project, world: Any, connect: Any
) -> None:
    search.run(searching, connect=connect, sources=["pubmed"])
    folder = searching.root / "searches" / "pubmed-001"
    folder.rename(searching.root / "away")  # it lies on the colleague's disk; the database is shared
    world[0].pubmed.entered |= {"99000001": date(2026, 1, 1)}
    report = search.run(searching, connect=connect, sources=["pubmed"]).searches[0]
    assert (report.folder, report.new) == ("searches/pubmed-002", 1)


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


def test_a_string_in_several_lines_is_sent_in_one(searching: Project, world: Any, connect: Any) -> None:
    text = searching.protocol_path.read_text().replace('"invented[tiab]"', '"invented[tiab]\n      OR other[tiab]"')
    searching.protocol_path.write_text(text)
    assert "\n" not in protocol.in_force(searching).searches[0].limits
    assert search.count(searching, connect=connect).searches[0].query == "invented[tiab] OR other[tiab]"


@pytest.mark.parametrize("limit", [None, 250, 1])
def test_a_search_without_a_project_writes_what_it_found(
    tmp_path: Path, world: Any, connect: Any, limit: int | None
) -> None:
    out = tmp_path / "found" / "a.ris"
    got = fetch.fetch("pubmed", "invented", out=out, limit=limit, http=connect(pubmed.SOURCE))
    assert (got.reported, got.records, got.findings) == (450, limit or 450, ())
    read = list(formats.read(out.read_bytes(), source="x", file_name="a.ris"))
    assert len(read) == (limit or 450)


def test_what_cannot_be_written_is_refused_before_anything_is_asked(tmp_path: Path, world: Any, connect: Any) -> None:
    with pytest.raises(Missing):
        fetch.fetch("pubmed", "x", out=tmp_path / "a.doc", http=connect(pubmed.SOURCE))
    with pytest.raises(ReviewError, match=r"a\.ris"):
        fetch.fetch("pubmed", "x", out=tmp_path / "a", http=connect(pubmed.SOURCE))
    with pytest.raises(Missing, match="pubmed"):
        fetch.fetch("scopus", "x", out=tmp_path / "a.ris")
    assert not world[1].asked


def program(*arguments: str, server: Loopback, folder: Path, **environment: str) -> subprocess.Popen[str]:
    """The command line, told by the environment where the sources are."""
    return subprocess.Popen(
        [sys.executable, "-m", "review", *arguments],
        cwd=folder,
        env={**os.environ, "REVIEW_PUBMED_URL": server.address, "REVIEW_ARXIV_URL": server.address, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def real_time(world: tuple[Both, Loopback]) -> Loopback:
    world[1].now = time.monotonic
    return world[1]


def test_the_command_line_goes_where_the_environment_says_and_keeps_its_distance(
    searching: Project, real_time: Loopback
) -> None:
    run = program("search", "--json", server=real_time, folder=searching.root, REVIEW_EMAIL="ana@example.org")
    out, err = run.communicate(timeout=60)
    assert run.returncode == 0, err
    document = json.loads(out)
    assert [(each["name"], each["fetched"]) for each in document["searches"]] == [("pubmed", 450), ("arxiv", 30)]
    assert document["findings"] == []
    assert {asked.parameters.get("email") for asked in real_time.asked if "db" in asked.parameters} == {
        "ana@example.org"
    }
    gaps = [b.at - a.at for a, b in zip(real_time.asked[:4], real_time.asked[1:4], strict=False)]
    assert min(gaps) > 0.3  # asked a third of a second apart; they arrive with a little jitter


def test_a_search_killed_in_the_middle_goes_on_where_it_was(searching: Project, real_time: Loopback) -> None:
    real_time.spoil(lambda reply: replace(reply, delay=30.0), where=is_page(400))
    run = program("search", "--source", "pubmed", server=real_time, folder=searching.root)
    for _ in range(600):
        if any(is_page(400)(asked) for asked in real_time.asked):
            break
        time.sleep(0.05)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    asked = len(real_time.asked)
    run = program("search", "--source", "pubmed", server=real_time, folder=searching.root)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 0, err
    assert "went on behind page 2" in out
    assert [each.parameters["retstart"] for each in real_time.asked[asked:]] == ["400"]
    assert stored(searching) == ALL


def test_a_dry_run_and_a_fetch_on_the_command_line(searching: Project, real_time: Loopback) -> None:
    run = program("search", "--dry-run", server=real_time, folder=searching.root)
    out, err = run.communicate(timeout=60)
    assert "pubmed: 450 results; fetching them takes at least 4 requests and 1 s." in out, err
    assert "scopus" in out
    run = program("fetch", "arxiv", "abs:x", "--out", "a.csv", "--limit", "7", server=real_time, folder=searching.root)
    out, err = run.communicate(timeout=60)
    assert "7 records of 30 results" in out, err


def test_a_source_out_of_reach_ends_with_one_sentence_and_status_1(searching: Project, real_time: Loopback) -> None:
    real_time.spoil(status(403, b"blocked"), times=9)
    run = program("search", "--source", "pubmed", server=real_time, folder=searching.root)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 1
    assert "not searched" in out
    assert "status 403" in err
    assert "Traceback" not in err

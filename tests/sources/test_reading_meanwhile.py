"""Pages are read while the next one is waited for, and a search that ends early leaves nothing running."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from both import is_page
from loopback import Answer, Loopback, Reply, status
from pretend import PMID, PubMed, days

from review.domain.errors import ReviewError
from review.services import raw, reading, search
from review.services.project import Project
from review.sources.contract import Page
from review.storage import records

Serve = Callable[[Answer], Loopback]


def readers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("reading")]


@pytest.fixture
def server(serve: Serve) -> Loopback:
    return serve(PubMed(days(650)))


def test_what_came_is_read_before_the_rest_is_there(
    searching: Project, server: Loopback, line: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    plain = records.ready

    def counted(record: Any) -> records.Ready:
        read.append(record.source_id)
        return plain(record)

    monkeypatch.setattr(records, "ready", counted)
    before: list[int] = []

    def wait(reply: Reply) -> Reply:
        end = time.monotonic() + 50
        while len(read) < 600 and time.monotonic() < end:
            time.sleep(0.01)
        before.append(len(read))
        return reply

    # The line waits longer than this does, so that what is read only after the page came is not taken for read before.
    server.spoil(wait, times=1, where=is_page(600))
    report = search.run(searching, sources=["pubmed"], connect=lambda source: line(source, server)).searches[0]
    assert (report.state, report.fetched) == ("done", 650)
    assert before == [600]
    assert read == [str(PMID + n) for n in range(650)]  # in order, each once


@pytest.mark.parametrize("spoil", [status(403), lambda _reply: Reply(b"<html>no</html>")])
def test_a_search_that_stops_leaves_no_reader_behind(
    searching: Project, server: Loopback, line: Any, spoil: Any
) -> None:
    server.spoil(spoil, times=99, where=is_page(400))
    server.spoil(spoil, times=99, where=is_page(600))
    report = search.run(searching, sources=["pubmed"], connect=lambda source: line(source, server)).searches[0]
    assert report.state in {"unfinished", "done"}
    assert readers() == []


def test_a_fault_of_the_reader_is_not_hidden(
    searching: Project, server: Loopback, line: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_record: Any) -> records.Ready:
        raise MemoryError("no room")

    monkeypatch.setattr(records, "ready", broken)
    with pytest.raises(MemoryError):
        search.run(searching, sources=["pubmed"], connect=lambda source: line(source, server))
    assert readers() == []
    assert records.count(searching.store) == 0
    monkeypatch.undo()
    again = search.run(searching, sources=["pubmed"], connect=lambda source: line(source, server)).searches[0]
    assert (again.state, again.fetched, again.requests) == ("done", 650, 0)  # the pages were kept


def refused(_record: Any) -> records.Ready:
    raise AssertionError("read in the process that asks")


def test_many_records_are_read_in_a_process_beside_this_one(
    searching: Project, server: Loopback, line: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(reading, "_MANY", 650)
        patched.setattr(records, "ready", refused)
        report = search.run(searching, sources=["pubmed"], connect=lambda source: line(source, server)).searches[0]
    assert (report.state, report.fetched, report.findings) == ("done", 650, ())
    found = records.all_records(searching.store)
    assert [record.source_id for record in found] == [str(PMID + n) for n in range(650)]
    assert found[0].abstract == f"It tells of study {PMID}."
    assert records.raw_entry(searching.store, found[0].record_id)


def test_what_a_dead_process_leaves_is_read_all_the_same(
    searching: Project, server: Loopback, line: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_MANY", 650)
    begun: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def beginning(*arguments: Any, **more: Any) -> subprocess.Popen[bytes]:
        begun.append(popen(*arguments, **more))
        return begun[-1]

    def die(reply: Reply) -> Reply:
        begun[0].kill()
        begun[0].wait()
        return reply

    monkeypatch.setattr(subprocess, "Popen", beginning)
    server.spoil(die, where=is_page(400))
    report = search.run(searching, sources=["pubmed"], connect=lambda source: line(source, server)).searches[0]
    assert (report.state, report.fetched, report.findings) == ("done", 650, ())
    assert begun[0].returncode is not None


def keepers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("keeping")]


def test_the_next_page_is_asked_for_while_this_one_is_put_on_the_disk(
    searching: Project, server: Loopback, line: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_meanwhile: list[bool] = []
    plain = raw.keep

    def slow(begun: raw.Begun, pages: list[Page]) -> raw.Begun:
        # The request for the next page may come before this page's turn or during it: only "not until later" is wrong.
        is_next, end = is_page(200 * (len(begun.pages) + 1)), time.monotonic() + 50
        while len(begun.pages) < 3 and not any(map(is_next, server.asked)) and time.monotonic() < end:
            time.sleep(0.01)
        asked_meanwhile.append(any(map(is_next, server.asked)))
        return plain(begun, pages)

    monkeypatch.setattr(raw, "keep", slow)
    report = search.run(searching, sources=["pubmed"], connect=lambda source: line(source, server)).searches[0]
    assert (report.state, report.fetched) == ("done", 650)
    assert asked_meanwhile == [True, True, True, False]
    assert keepers() == []


def test_a_search_that_stops_keeps_the_page_that_came_last(searching: Project, server: Loopback, line: Any) -> None:
    server.spoil(status(403), times=99, where=is_page(400))
    report = search.run(searching, sources=["pubmed"], connect=lambda source: line(source, server)).searches[0]
    assert (report.state, report.pages) == ("unfinished", 2)
    folder = searching.root / report.folder
    assert sorted(path.name for path in folder.glob("page-*")) == ["page-0001.xml.gz", "page-0002.xml.gz"]
    assert keepers() == []


def test_a_disk_that_takes_no_page_is_told(
    searching: Project, server: Loopback, line: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise ReviewError("page-0001.xml.gz could not be written.", hint="Check the free space.")

    monkeypatch.setattr(raw, "keep", full)
    report = search.run(searching, sources=["pubmed"], connect=lambda source: line(source, server)).searches[0]
    assert (report.state, report.fetched) == ("refused", 0)
    assert any("could not be written" in finding.message for finding in report.findings)
    assert (keepers(), readers()) == ([], [])

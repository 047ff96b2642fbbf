"""Pages are read while the next one is waited for, and a search that ends early leaves nothing running."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from loopback import Answer, Asked, Loopback, Reply, status
from pretend import PMID, PubMed, days

from review.services import search
from review.services.project import Project
from review.storage import records

Serve = Callable[[Answer], Loopback]


def is_page(place: int) -> Callable[[Asked], bool]:
    return lambda asked: asked.parameters.get("retstart") == str(place)


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
        end = time.monotonic() + 20
        while len(read) < 600 and time.monotonic() < end:
            time.sleep(0.01)
        before.append(len(read))
        return reply

    # The line gives up after two seconds; the page is asked for again, and then everything else is read.
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

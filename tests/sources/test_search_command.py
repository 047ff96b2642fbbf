"""Searches on the command line, against a server in real time; and one search without a project."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from both import ALL, Both, is_page, stored
from loopback import Loopback, status

from review.domain.errors import Missing, ReviewError
from review.formats import registry as formats
from review.services import fetch
from review.services.project import Project
from review.sources import pubmed


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


def test_the_command_line_goes_where_the_environment_says_and_keeps_its_distance(
    searching: Project, real_time: Loopback
) -> None:
    run = program("search", "--json", server=real_time, folder=searching.root, REVIEW_EMAIL="ana@example.org")
    out, err = run.communicate(timeout=200)
    assert run.returncode == 0, err
    document = json.loads(out)
    assert [(each["name"], each["fetched"]) for each in document["searches"]] == [("pubmed", 450), ("arxiv", 30)]
    assert document["findings"] == []
    to_pubmed = [asked for asked in real_time.asked if "db" in asked.parameters]
    assert {asked.parameters.get("email") for asked in to_pubmed} == {"ana@example.org"}
    # Three times a third of a second lie between the first and the fourth as they are sent. A busy machine may hear any of
    # them late, of which only the first makes the time shorter: half of it is left for that.
    assert len(to_pubmed) == 4
    assert to_pubmed[-1].at - to_pubmed[0].at > 0.5


def test_a_search_killed_in_the_middle_goes_on_where_it_was(searching: Project, real_time: Loopback) -> None:
    real_time.spoil(lambda reply: replace(reply, delay=30.0), where=is_page(400))
    run = program("search", "--source", "pubmed", server=real_time, folder=searching.root)
    second = searching.root / "searches" / "pubmed-001" / "pages.jsonl"  # kept while the third is asked for
    for _ in range(2_000):
        if any(is_page(400)(asked) for asked in real_time.asked) and second.read_bytes().count(b"\n") == 2:
            break
        time.sleep(0.05)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    asked = len(real_time.asked)
    run = program("search", "--source", "pubmed", server=real_time, folder=searching.root)
    out, err = run.communicate(timeout=200)
    assert run.returncode == 0, err
    assert "went on behind page 2" in out
    assert [each.parameters["retstart"] for each in real_time.asked[asked:]] == ["400"]
    assert stored(searching) == ALL


def test_a_dry_run_and_a_fetch_on_the_command_line(searching: Project, real_time: Loopback) -> None:
    run = program("search", "--dry-run", server=real_time, folder=searching.root)
    out, err = run.communicate(timeout=200)
    assert "pubmed: 450 results; fetching them takes at least 4 requests and 1 s." in out, err
    assert "scopus" in out
    run = program("fetch", "arxiv", "abs:x", "--out", "a.csv", "--limit", "7", server=real_time, folder=searching.root)
    out, err = run.communicate(timeout=200)
    assert "7 records of 30 results" in out, err


def test_a_source_out_of_reach_ends_with_one_sentence_and_status_1(searching: Project, real_time: Loopback) -> None:
    real_time.spoil(status(403, b"blocked"), times=9)
    run = program("search", "--source", "pubmed", server=real_time, folder=searching.root)
    out, err = run.communicate(timeout=200)
    assert run.returncode == 1
    assert "not searched" in out
    assert "status 403" in err
    assert "Traceback" not in err

"""Undoing a group of duplicates and opening a packed review, from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]


def test_a_group_is_listed_with_its_reason_and_can_be_undone(collected: Path, run: Run, ask: Run) -> None:
    before = ask("dedup")
    groups = ask("duplicates")["groups"]
    assert len(groups) == before["groups"] > 0
    assert all(link["condition"] and link["explanation"] for group in groups for link in group["links"])
    group = groups[0]
    assert "--reviewer" in run("duplicates", "--undo", group["group_id"], status=2).stderr
    undone = ask("duplicates", "--undo", group["group_id"], "--reviewer", "Ana")
    assert undone["records"] == list(group["members"])
    assert ask("dedup")["works"] == before["works"] + len(group["members"]) - 1
    assert "no group" in run("duplicates", "--undo", "nothing", "--reviewer", "Ana", status=1).stderr


def test_a_packed_review_opens_in_a_new_folder_with_the_same_numbers(collected: Path, run: Run, ask: Run) -> None:
    run("export", "review.zip")
    assert ask("verify", "review.zip")["valid"]
    run("open", "review.zip", "elsewhere")
    here, there = (ask("status", *where) for where in ((), ("--project", "elsewhere")))
    assert {**there, "name": ""} == {**here, "name": ""}
    assert "already exists" in run("open", "review.zip", "elsewhere", status=1).stderr
    (Path("damaged.zip")).write_bytes(b"PK\x03\x04 not a zip")
    assert "not a zip" in run("open", "damaged.zip", "third", status=1).stderr
    assert not Path("third").exists()

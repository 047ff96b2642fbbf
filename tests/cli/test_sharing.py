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


def test_a_record_is_split_off_two_are_said_to_differ_and_each_answer_is_taken_back(
    collected: Path, run: Run, ask: Run
) -> None:
    before = ask("dedup")["works"]
    first, second = ask("duplicates")["groups"][0]["members"]
    assert run("duplicates", "--split", first, "--reviewer", "Ana").stdout == f"{first}: one work of its own now.\n"
    assert ask("dedup")["works"] == before + 1
    assert ask("duplicates", "--take-back", "--reviewer", "Ana")["taken_back"] == sorted((first, second))
    assert ask("dedup")["works"] == before
    assert ask("duplicates", "--different", first, second, "--reviewer", "Ana")["different"] == [first, second]
    assert ask("dedup")["works"] == before + 1
    assert "no record in a group" in run("duplicates", "--split", first, "--reviewer", "Ana", status=1).stderr
    named = run("duplicates", "--split", first, "--move", second, "--reviewer", "Ana", status=2)
    assert "Say one of" in named.stderr


def test_pairs_in_doubt_are_listed_with_what_a_person_knows_them_by(collected: Path, run: Run, ask: Run) -> None:
    for source in ("one", "two"):
        entry = (
            "TY  - JOUR\nTI  - Gait and lumbar pain after surgery in adults\nAU  - Wu, Yi\nPY  - 1990\nJO  - Spine\n"
        )
        Path(f"{source}.ris").write_text(f"{entry}VL  - 3\nDO  - 10.5555/{source}\nER  - \n", encoding="utf-8")
    run("import", "one.ris", "two.ris")
    run("dedup")
    (pair,) = ask("duplicates")["unsure"]
    lines = run("duplicates").stdout.split("\n")
    at = lines.index(f"In doubt, {pair['condition']}: {pair['explanation']}")
    assert lines[at + 1].endswith(": Wu 1990 · Spine · Gait and lumbar pain after surgery in adults")
    run("duplicates", "--different", pair["record_a"], pair["record_b"], "--reviewer", "Ana")
    assert ask("duplicates")["unsure"] == []


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

"""`review correct`: put a record right, list what was put right, give a field back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Ask = Callable[..., Any]
RIS = "TY  - JOUR\nTI  - Counting ribs\nAU  - Lima, Ana\nPY  - 2012\nDO  - 10.5555/ribs\nER  - \n"
BY = ("--reviewer", "Ana Lima")


@pytest.fixture
def brought(project: Path, tmp_path: Path, run: Run) -> str:
    """The DOI of a record of the project, which finds it as its id does."""
    path = tmp_path / "scopus.ris"
    path.write_text(RIS)
    run("import", path)
    return "10.5555/ribs"


def test_fields_are_put_right_listed_and_given_back(brought: str, run: Run, ask: Ask) -> None:
    words = ("--set", "year=2021", "--set", "abstract=It counts = well.", "--reason", "the PDF, page 1")
    said = run("correct", brought, *words, *BY).stdout
    assert "year: 2021\n" in said
    assert "abstract: It counts = well.\n" in said
    assert "review dedup" in said
    listed = ask("correct")["corrections"]
    assert [(one["field"], one["value"], one["who"]) for one in listed] == [
        ("year", 2021, "Ana Lima"),
        ("abstract", "It counts = well.", "Ana Lima"),
    ]
    assert ask("correct", brought, "--give-back", "abstract", *BY)["differing"] == ["year"]
    assert "year: 2021" in run("correct", brought).stdout
    run("records", "--out", "out.csv")
    assert ",2021," in Path("out.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--set", "year=2021", "--reason", "x"], 2, "--reviewer"),
        (["--set", "year=2021", *BY], 1, "needs a reason"),
        (["--set", "year", "--reason", "x", *BY], 1, "--set year=2019"),
        (["--set", "colour=red", "--reason", "x", *BY], 1, "colour"),
        (["--give-back", "year", *BY], 1, "as the source gave it"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    brought: str, run: Run, ask: Ask, words: list[str], status: int, said: str
) -> None:
    result = run("correct", brought, *words, status=status)
    assert said in result.output
    assert ask("correct")["corrections"] == []

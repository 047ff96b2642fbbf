"""Columns of a table: room by what they hold where nobody said how wide they are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from review.render.documents import read

NAME = "A study with a rather long name that goes on"
CELLS = " | ".join(["12"] * 9)


def widths(text: str) -> list[float]:
    tree: Any = json.loads(read(text).tree)
    [table] = [block for block in tree["blocks"] if block["t"] == "Table"]
    return [width["c"] for _, width in table["c"][2] if width["t"] == "ColWidth"]


def typed(rule: str) -> str:
    head = " | ".join(f"Column {n}" for n in range(9))
    return f"| Study | {head} |\n|{rule * 10}\n| {NAME} | {CELLS} |\n"


def test_a_column_of_names_is_wider_than_one_of_numbers_where_all_dashes_are_alike() -> None:
    found = widths(typed("---|"))
    assert found[0] > 2 * max(found[1:])
    assert sum(found) == pytest.approx(1, abs=0.01)


def test_dashes_that_differ_are_the_authors_wish() -> None:
    found = widths(typed("---|").replace("|---|", "|------|", 1))
    assert found[0] == pytest.approx(2 * found[1], rel=0.01)


def test_a_narrow_table_keeps_the_width_of_its_words() -> None:
    assert widths("| A | B |\n|---|---|\n| 1 | 2 |\n") == []

"""Tables as LaTeX: whatever stands in a cell, the table has its rows and columns, and pdflatex knows every sign that is told."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.domain.estimate import Table
from review.render import tables

CELLS = st.text(max_size=30) | st.text(alphabet="\\{}$&#%_~^[]*|<> \n\t\"'≥αa", max_size=12)


def table(rows: tuple[tuple[str, ...], ...], columns: tuple[str, ...] = ("Study", "Value"), note: str = "") -> Table:
    return Table(name="made", title="A title", columns=columns, rows=rows, note=note)


def rows_of(text: str) -> list[str]:
    inside = text.split("\\midrule\n")[1].split("\n\\bottomrule", maxsplit=1)[0]
    return inside.split("\n")


@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=4), title=CELLS, note=CELLS)
def test_no_cell_title_or_note_breaks_the_table(rows: list[tuple[str, ...]], title: str, note: str) -> None:
    made = Table(name="made", title=title, columns=("a", "b", "c"), rows=tuple(rows), note=note)
    text = tables.latex(made)
    bare = re.sub(r"\\[\\{}$&#%_]", "", text)
    assert bare.count("{") == bare.count("}")
    assert not re.search(r"\n\s*\n", text), "an empty line ends a paragraph"
    assert [re.sub(r"\\&", "", row).count("&") for row in rows_of(text)] == [2] * len(rows)
    assert all(row.endswith(r" \\") for row in rows_of(text))
    assert not re.search(r"(\\\\|\\midrule)\s*[\[*]", text), "LaTeX would take this for an argument"
    assert not re.search(r"[<>|^]", bare), "these print as other signs"


@pytest.mark.parametrize("sign", list("≥≤≈−α κ→"))
def test_signs_that_stop_pdflatex_are_written_as_commands(sign: str) -> None:
    [row] = rows_of(tables.latex(table((("Dice", f"a {sign} 0.9"),))))
    assert row.isascii()
    assert "0.9" in row


def test_a_title_in_brackets_and_lines_typed_below_each_other_stay_words() -> None:
    [row] = rows_of(tables.latex(table((("[Titel] 2020", "first line\n\nthird\u200b line\u202e"),))))
    assert row == r"{}[Titel] 2020 & first line third line \\"

"""Which cells of a table moved: the same row and column before and now, by their labels."""

from __future__ import annotations

import re
from collections.abc import Iterator

from review.domain.naming import counted
from review.lint.grids import Grid, grids

_MOST = 3  # cells named; the rest is counted
_NUMBER = re.compile(r"[<>≤≥−+-]?\.?\d")
_ABSENT = "no such row"
Label = tuple[str, ...]
Change = tuple[str, str, str]  # where, before, now


def moved_cells(before: str, now: str) -> tuple[str, str] | None:
    r"""What the cells said that differ, each with its place, and what they say now; None where the tables cannot be held side by side.

    >>> moved_cells("| A | n |\n|--|--|\n| hip | 3 |\n", "| A | n |\n|--|--|\n| hip | 4 |\n")
    ('hip, n: 3', '4')
    """
    old, new = list(grids(before)), list(grids(now))
    if not old or [one.header for one in old] != [one.header for one in new]:
        return None
    found = [change for one, other in zip(old, new, strict=True) for change in _changes(one, other)]
    if not found:
        return None
    more = f"; and {counted(len(found) - _MOST, 'cell')} more" if len(found) > _MOST else ""
    first = "; ".join(f"{where}: {said}" for where, said, _ in found[:_MOST])
    return first + more, "; ".join(said for _, _, said in found[:_MOST]) + ("; …" if more else "")


def _changes(old: Grid, new: Grid) -> Iterator[Change]:
    first, second = ({_label(row): row for row in grid.rows} for grid in (old, new))
    for label in dict.fromkeys((*first, *second)):
        here, there = first.get(label), second.get(label)
        where = ", ".join(cell for cell in label if cell) or "first row"
        if here is None or there is None:
            row = " | ".join((here or there or ())[len(label) :])
            yield (where, row, _ABSENT) if there is None else (where, _ABSENT, row)
            continue
        for name, one, other in zip(old.header, here, there, strict=False):
            if one != other:
                yield f"{where}, {name}" if name else where, one, other


def _label(row: tuple[str, ...]) -> Label:
    """The words that a row begins with, up to its first number."""
    end = next((n for n, cell in enumerate(row) if n and _NUMBER.match(cell)), len(row))
    return row[: max(1, end)]

"""The widths of a table's columns where its author said nothing of them: room by what they hold.

A pipe table whose lines are long gets widths by its dashes; where all of these are alike, as people type them, a column of
names would be no wider than one of numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from review.render.tree import Node, nodes, words

_LONGEST = 40  # signs of a cell that count; what is longer goes on in the next line
_MARGIN = 3  # signs beside each column
_NARROWEST = 6  # signs of a column; in less a number runs into the next
_PAGE = 105  # signs of a table's line in print


def share(tree: Node) -> None:
    """Give the columns of tables with equal widths room by what stands in them."""
    for table in (node["c"] for node in nodes(tree) if node["t"] == "Table"):
        given = [width.get("c") for _, width in table[2]]
        if len(given) > 1 and None not in given and max(given) - min(given) < 1e-6:
            needed = _needed(table, len(given))
            for column, need in zip(table[2], needed, strict=True):
                column[1] = {"t": "ColWidth", "c": round(sum(given) * need / sum(needed), 4)}


def _needed(table: list[Any], columns: int) -> list[float]:
    """The room that each column needs: its longest word, and of what is left its share by its longest cell.

    Of the names of columns only the words count, for these may stand below each other.
    """
    least, most = [_NARROWEST] * columns, [_NARROWEST] * columns
    for is_head, cells in _rows(table):
        if len(cells) == columns:  # a row whose cells span several columns says nothing of one
            for at, cell in enumerate(cells):
                text = words(cell[4])
                least[at] = max(least[at], max(map(len, text.split()), default=0) + _MARGIN)
                most[at] = max(most[at], least[at], 0 if is_head else min(len(text), _LONGEST) + _MARGIN)
    more = [many - few for few, many in zip(least, most, strict=True)]
    left = max(_PAGE - sum(least), _PAGE // 8)
    part = min(1.0, left / sum(more)) if sum(more) else 0.0
    return [few + part * many for few, many in zip(least, more, strict=True)]


def _rows(table: list[Any]) -> Iterator[tuple[bool, list[Any]]]:
    """The cells of every row, and whether it is one of the head."""
    yield from ((True, cells) for _, cells in table[3][1])
    for _, _, heads, rows in table[4]:
        yield from ((True, cells) for _, cells in heads)
        yield from ((False, cells) for _, cells in rows)
    yield from ((False, cells) for _, cells in table[5][1])

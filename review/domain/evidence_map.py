"""The evidence map: how many studies stand where two charted fields meet, and the cells where none does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

NOT_REPORTED = "not reported"
NOT_APPLICABLE = "not applicable"
NOT_CHARTED = "not charted"
_NO_LEVELS = frozenset({NOT_REPORTED, NOT_APPLICABLE, NOT_CHARTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One side of a map: the levels in order, and those of each study. A study may stand on several."""

    name: str
    label: str
    levels: tuple[str, ...]
    of: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Where a row and a column meet, and which studies stand there."""

    row: str
    column: str
    studies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A cell that a paper starts from: the field and level of its row, the field and level of its column."""

    rows: str
    row: str
    columns: str
    column: str

    def __str__(self) -> str:
        return f"{self.rows}={self.row}, {self.columns}={self.column}"


def cell_named(text: str, fields: Iterable[str]) -> Gap | None:
    """The cell that `field=level, field=level` names, whatever stands between the two; None if it names none.

    >>> str(cell_named("task=measure x size=10,000 to 99,999", ["task", "size"]))
    'task=measure, size=10,000 to 99,999'
    """
    names = "|".join(sorted(map(re.escape, fields), key=len, reverse=True))
    starts = list(re.finditer(rf"(?:^|[\s,;×+&])(?P<field>{names})\s*=", text)) if names else []
    if len(starts) != 2 or text[: starts[0].start()].strip():
        return None
    levels = (text[starts[0].end() : starts[1].start()], text[starts[1].end() :])
    row, column = (re.sub(r"(?:\s+(?:x|and|by))?[\s,;×+&]*$", "", level).strip() for level in levels)
    return Gap(rows=starts[0]["field"], row=row, columns=starts[1]["field"], column=column)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceMap:
    """`cells` holds every meeting of a row and a column, row by row, also those with no study."""

    rows: Axis
    columns: Axis
    cells: tuple[Cell, ...]
    n: int

    def counts(self) -> tuple[tuple[int, ...], ...]:
        """Studies per cell, a row per level of the rows."""
        found = {(cell.row, cell.column): len(cell.studies) for cell in self.cells}
        return tuple(tuple(found[row, column] for column in self.columns.levels) for row in self.rows.levels)

    def gaps(self) -> tuple[Cell, ...]:
        """The cells without a study, between levels that say something."""
        return tuple(c for c in self.cells if not c.studies and not {c.row, c.column} & _NO_LEVELS)


def evidence_map(rows: Axis, columns: Axis, studies: Sequence[str]) -> EvidenceMap:
    """Cross two axes over these studies.

    >>> task = Axis(name="task", label="Task", levels=("detect", "measure"), of={"a": ("detect",), "b": ("detect",)})
    >>> scan = Axis(name="scan", label="Scan", levels=("CT", "MRI"), of={"a": ("CT", "MRI"), "b": ("CT",)})
    >>> found = evidence_map(task, scan, ["a", "b"])
    >>> found.counts(), [(gap.row, gap.column) for gap in found.gaps()]
    (((2, 1), (0, 0)), [('measure', 'CT'), ('measure', 'MRI')])
    """
    placed: dict[tuple[str, str], list[str]] = {}
    for study in studies:
        for row in rows.of.get(study, ()):
            for column in columns.of.get(study, ()):
                placed.setdefault((row, column), []).append(study)
    cells = tuple(
        Cell(row=row, column=column, studies=tuple(placed.get((row, column), ())))
        for row in rows.levels
        for column in columns.levels
    )
    return EvidenceMap(rows=rows, columns=columns, cells=cells, n=len(studies))


def ordered(options: Sequence[str], used: Iterable[str]) -> tuple[str, ...]:
    """The levels of an axis: the options of the form, then what else was written, what says nothing last.

    >>> ordered(("CT", "MRI"), ["not reported", "DXA", "CT"])
    ('CT', 'MRI', 'DXA', 'not reported')
    """
    seen = dict.fromkeys(options) | dict.fromkeys(sorted(set(used) - set(options) - _NO_LEVELS, key=str.casefold))
    last = [level for level in (NOT_REPORTED, NOT_APPLICABLE, NOT_CHARTED) if level in set(used)]
    return (*seen, *last)


def magnitude(number: float) -> str:
    """The span of a number on a scale of tens, so that samples of 8 and of 80,000 fit on one axis.

    >>> magnitude(0), magnitude(8), magnitude(500), magnitude(12345), magnitude(0.4), magnitude(-3)
    ('0', '1 to 9', '100 to 999', '10,000 to 99,999', 'below 1', 'below 0')
    """
    if number < 0:
        return "below 0"
    if number < 1:
        return "below 1" if number else "0"
    low = 10 ** (len(str(int(number))) - 1)
    return f"{low:,} to {low * 10 - 1:,}"

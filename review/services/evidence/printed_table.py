"""A pasted table of percentages: its columns, what they rest on, and which of them are totals of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from review.domain.errors import Missing, ReviewError
from review.domain.finding import Finding, Severity, Status
from review.domain.naming import column_name
from review.evidence import granularity
from review.evidence.granularity import Share

_TOTALS = ("total", "overall", "all", "average", "avg", "mean", "weighted_total", "score_total")
_BLANK = frozenset({"", "-", "–", "—", "na", "n/a", "nan", "none", "null", "."})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many items the columns of a printed table rest on.

    `shares` are columns of right answers / items, `scores` columns of other means, which any number of items can give.
    `totals` says for a column which columns it is made of; `search` is the range in which unknown sizes are looked for.
    A name of "" in `shares` stands for every column without a size of its own.
    """

    shares: Mapping[str, int] = field(default_factory=dict)
    scores: Mapping[str, int] = field(default_factory=dict)
    totals: Mapping[str, Sequence[str]] = field(default_factory=dict)
    search: range = range(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table: its name, its printed numbers by column, and the columns it could not be read in."""

    name: str
    line: int
    shares: Mapping[str, Share]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedTable:
    """The table as it was read: what is asked of its columns, under the names they have here."""

    path: Path
    first: str
    columns: Mapping[str, int]  # the number of each column of numbers in the file, from 1
    rows: tuple[Row, ...]
    shares: Mapping[str, int]
    scores: Mapping[str, int]
    totals: Mapping[str, tuple[str, ...]]
    scales: Mapping[str, int]

    def n(self, column: str) -> int | None:
        """The items of a column: as said, else the sum of its parts."""
        if column in self.shares or column in self.scores:
            return self.shares.get(column, self.scores.get(column))
        parts = [self.n(each) for each in granularity.leaves(column, self.totals)]
        return sum(n for n in parts if n is not None) if parts and None not in parts else None


def read_printed(frame: pd.DataFrame, sizes: Sizes, path: Path, findings: list[Finding]) -> PrintedTable:
    names = [str(name) for name in frame.columns]
    parsed = {name: [granularity.share(cell) for cell in frame[name]] for name in names}
    numeric = [name for name in names if any(parsed[name])]
    first = next((name for name in names if name not in numeric), "row")
    known = _known(sizes, numeric)
    shares = {name: n for name, n in known.shares.items() if name}
    named = {*shares, *known.scores, *(part for parts in known.totals.values() for part in parts), *known.totals}
    if "" in known.shares:
        shares = dict.fromkeys((c for c in numeric if c not in named), known.shares[""]) | shares
    totals = {name: tuple(parts) for name, parts in known.totals.items()}
    if not totals and "" not in known.shares:  # one number for all columns makes none the sum of others
        totals = _assumed(numeric, {*shares, *known.scores})
    scales = {
        name: 1 if all(s.value <= 1 for s in parsed[name] if s) and any(s.decimals for s in parsed[name] if s) else 100
        for name in numeric
    }
    used = {*shares, *known.scores, *totals, *(part for parts in totals.values() for part in parts)}
    given = PrintedTable(
        path=path,
        first=first,
        columns={name: names.index(name) + 1 for name in numeric},
        rows=tuple(
            Row(
                name=str(frame[first].iloc[at]) if first in frame else f"row {at + 1}",
                line=int(str(line)),
                shares={name: s for name in numeric if (s := parsed[name][at]) is not None},
            )
            for at, line in enumerate(frame.index)
        ),
        shares=shares,
        scores=known.scores,
        totals=totals,
        scales=scales,
    )
    findings += _strange(frame, given, sorted(used, key=names.index))
    findings += _unsized(given)
    return given


def _known(sizes: Sizes, numeric: Sequence[str]) -> Sizes:
    """The sizes under the names of the table's columns. Raises for a name it does not have."""

    def name(text: str) -> str:
        form = column_name(text)
        if form and form not in numeric:
            raise Missing("column of numbers", text, numeric)
        return form

    for said, n in (*sizes.shares.items(), *sizes.scores.items()):
        if n < 1:
            raise ReviewError(f"{said or 'n'}={n}: a column rests on at least one item.", hint="Write --n NAME=NUMBER.")
    return Sizes(
        shares={name(k): n for k, n in sizes.shares.items()},
        scores={name(k): n for k, n in sizes.scores.items()},
        totals={name(k): [name(part) for part in parts] for k, parts in sizes.totals.items()},
        search=sizes.search,
    )


def _assumed(numeric: Sequence[str], sized: set[str]) -> dict[str, tuple[str, ...]]:
    """Without a word on totals: a column called total or the like is made of all columns whose size is known."""
    parts = tuple(name for name in numeric if name in sized and name not in _TOTALS)
    return {name: parts for name in numeric if name in _TOTALS and len(parts) > 1}


def _strange(frame: pd.DataFrame, given: PrintedTable, used: Sequence[str]) -> Iterator[Finding]:
    for name in used:
        for line, cell in frame[name].items():
            if granularity.share(cell) is None and cell.casefold() not in _BLANK:
                yield Finding(
                    rule="EVIDENCE-TABLE",
                    message=f"{cell[:40]!r} in column {name} is not a number.",
                    path=given.path.name,
                    line=int(str(line)),
                    column=given.columns[name],
                    hint="Write the percentage as it was printed, or leave the cell empty.",
                )


def _unsized(given: PrintedTable) -> Iterator[Finding]:
    """What cannot be tested because nobody said how many items it rests on."""
    for name, column in given.columns.items():
        if given.n(name) is None:
            yield Finding(
                rule="ACC-04",
                severity=Severity.WARNING,
                status=Status.NOT_EVALUABLE,
                message=f"The column {name} was not tested: nothing says how many items it rests on.",
                path=given.path.name,
                line=1,
                column=column,
                hint=f"Add --n {name}=NUMBER, or --scores {name}=NUMBER if it is not a share of right answers.",
            )
    for name, parts in given.totals.items():
        n, own = given.shares.get(name), sum(given.n(part) or 0 for part in parts)
        if n is not None and n != own and all(given.n(part) for part in parts):
            yield Finding(
                rule="ACC-03",
                message=f"{name} is said to rest on {n:,} items, its parts {', '.join(parts)} on {own:,}.",
                path=given.path.name,
                line=1,
                column=given.columns[name],
                expected=str(own),
                got=str(n),
                hint="Correct the number that is wrong: parts add up to their whole.",
            )

"""Tables with a column of counts and a column of their percentages: shares that make 100 are parts, and parts make the whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from review.evidence.printed import printed
from review.lint.grids import Grid
from review.lint.rule import Remark

_COUNT = re.compile(r"^(?P<n>\d{1,3}(?:[, ]\d{3})+|\d+)$")
_SHARE = re.compile(r"^(?P<p>\d{1,3}(?:\.\d+)?)\s?%?$")
_TOTAL = re.compile(r"^(?:total|all|sum|overall)\b", re.IGNORECASE)
_COUNTED = re.compile(
    r"^\W*(?:n|no\.?|number|count|frequency|freq\.?)\b|\b(?:n|count|frequency|articles|studies|patients|cases|records|papers|images|scans)\W*$",
    re.IGNORECASE,
)
_HEAD_SHARE = re.compile(r"%|\bper\s?cent(?:age)?\b|\bshare\b|\bproportion\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?![\w.%])|(?<![\w.,])\d{2,}(?![\w.,%])")
_FEWEST = 3  # parts; two that make 100 % may be one quantity and its rest
_MULTIPLE = re.compile(r"\bmore\sthan\sone\b|\bmultiple\b|\bnot\s(?:be\s)?(?:mutually|sum)|\boverlap", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A part: its label, its count and its printed share, with the place of the row."""

    label: str
    n: int
    share: str
    start: int

    @property
    def percent(self) -> Fraction:
        return Fraction(self.share)

    @property
    def half(self) -> Fraction:
        """Half a unit of the last digit of the share; that of 61 % is half a percent."""
        return Fraction(1, 2 * 10 ** len(self.share.partition(".")[2]))

    def fits(self, whole: int) -> bool:
        return abs(Fraction(100 * self.n, whole) - self.percent) <= self.half


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """A table whose rows are the parts of one whole. `whole` is that of its caption or of its total row, 0 where it says none."""

    rows: tuple[Row, ...]
    whole: int

    @property
    def total(self) -> int:
        return sum(row.n for row in self.rows)


def parted(grid: Grid) -> Parted | None:
    """The parts of a table, where there is a column of counts and one of percentages that make 100."""
    for place in range(1, len(grid.header) - 1):
        if not (_COUNTED.search(grid.header[place]) and _HEAD_SHARE.search(grid.header[place + 1])):
            continue
        rows = [row for row in _rows(grid, place) if not _TOTAL.match(row.label)]
        slack = sum((row.half for row in rows), Fraction(0))
        if len(rows) < _FEWEST or _MULTIPLE.search(grid.caption):
            return None
        if abs(sum((row.percent for row in rows), Fraction(-100))) <= slack:
            return Parted(rows=tuple(rows), whole=_whole(grid, rows))
    return None


def not_the_whole(grid: Grid) -> Iterator[Remark]:
    """Parts that do not make the whole of the caption. What a total row says is added up elsewhere."""
    found = parted(grid)
    if found is None or not found.whole or found.whole == found.total:
        return
    yield Remark(
        message=f"The rows of this table make 100 % and {found.total:,}, but its caption speaks of {found.whole:,}.",
        at=grid.start,
        expected=f"{found.whole:,}",
        got=f"{found.total:,}",
    )


def wrong_shares(grid: Grid) -> Iterator[tuple[Row, int]]:
    """Rows whose share is not that of their count, with the whole; none where most rows do not fit it, as when it is another."""
    found = parted(grid)
    if found is None:
        return
    for whole in dict.fromkeys((found.whole or found.total, found.total)):
        wrong = [row for row in found.rows if not row.fits(whole)]
        if 2 * len(wrong) <= len(found.rows):
            yield from ((row, whole) for row in wrong)
            return


def _rows(grid: Grid, place: int) -> Iterator[Row]:
    for cells, start in zip(grid.rows, grid.starts, strict=False):
        if len(cells) <= place + 1:
            continue
        count, share = _COUNT.match(cells[place].strip()), _SHARE.match(cells[place + 1].strip())
        n = printed(count["n"]) if count else None
        if n is not None and share is not None:
            yield Row(label=cells[0].strip(), n=int(n.value), share=share["p"], start=start)


def _whole(grid: Grid, rows: list[Row]) -> int:
    """The number in the caption of which most shares are shares; 0 where there is none."""
    for text in _NUMBER.findall(grid.caption):
        n = int(text.replace(",", ""))
        if n >= max(row.n for row in rows) and 2 * sum(row.fits(n) for row in rows) > len(rows):
            return n
    return 0

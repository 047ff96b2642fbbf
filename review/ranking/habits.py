"""Stopping rules without a bound on what they miss: counts, a budget, the knee; and SAFE, a procedure with four conditions.

They are shown beside the tests because people use them, each with what it does not promise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

KNEE_SLOPES = (
    150  # Cormack & Grossman 2016, 10.1145/2911451.2911510: the bound on the slopes falls with what was found …
)
KNEE_LEAST = 6  # … from 156 to this
KNEE_FROM = 1_000  # records, or all of a smaller set's first tenth
IN_A_ROW = 50  # SAFE's own, Boetje & van de Schoot 2024, 10.1186/s13643-024-02502-7
SAFE_SHARE = 0.10  # of all records, at least


def irrelevant_in_a_row(seen: Sequence[bool | int]) -> int:
    """How many records at the end of the list were irrelevant, one after the other.

    >>> irrelevant_in_a_row([1, 0, 1, 0, 0])
    2
    """
    run = 0
    for value in reversed(seen):
        if value:
            break
        run += 1
    return run


def enough_in_a_row(seen: Sequence[bool | int], *, needed: int) -> bool:
    """The habit of stopping after `needed` irrelevant records in a row; it misses the target often (see the guide)."""
    return irrelevant_in_a_row(seen) >= needed


def budget_spent(seen: Sequence[bool | int], total: int, *, share: float) -> bool:
    """The habit of reading a share of the records whatever is found there."""
    return len(seen) >= share * total


def knee(seen: Sequence[bool | int]) -> float:
    """How much steeper the recall curve was before its knee than after it; the rule stops at `knee_bound` or more.

    The knee is the point of the curve farthest from the straight line to its end (Cormack & Grossman 2016).

    >>> knee([1, 1, 1, 0, 0, 0, 0, 0, 0])
    6.0
    """
    found = np.cumsum(np.asarray([bool(value) for value in seen], dtype=np.int64))
    n = len(found)
    if n < 2 or not found[-1]:
        return 0.0
    places = np.arange(1, n + 1)
    at = int(np.argmax(found / found[-1] - places / n))
    after = n - (at + 1)
    if not after:
        return 0.0
    return float((found[at] / (at + 1)) / ((1 + found[-1] - found[at]) / after))


def knee_bound(found: int) -> float:
    """The slope ratio from which the knee rule stops: 156 less what was found, and 6 at least."""
    return KNEE_SLOPES + KNEE_LEAST - min(found, KNEE_SLOPES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Safe:
    """The four conditions of SAFE's stopping; None where what one needs is not known. All must hold."""

    key_papers_found: bool | None
    twice_the_expected: bool | None
    tenth_of_all: bool
    in_a_row: bool

    @property
    def stop(self) -> bool | None:
        parts = (self.key_papers_found, self.twice_the_expected, self.tenth_of_all, self.in_a_row)
        return False if False in parts else None if None in parts else True


def safe(
    seen: Sequence[bool | int], total: int, *, expected: float | None = None, key_papers_left: int | None = None
) -> Safe:
    """SAFE (Boetje & van de Schoot 2024): stop ranked screening when all four hold, then check what is left otherwise.

    `expected` is the number of relevant records a random sample leads one to expect; `key_papers_left` how many of the
    studies known beforehand were not yet seen.
    """
    return Safe(
        key_papers_found=None if key_papers_left is None else key_papers_left == 0,
        twice_the_expected=None if expected is None else len(seen) >= 2 * expected,
        tenth_of_all=len(seen) >= SAFE_SHARE * total,
        in_a_row=irrelevant_in_a_row(seen) >= IN_A_ROW,
    )

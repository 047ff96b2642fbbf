"""When a ranked screening may stop: what the records seen so far say about those not yet seen.

Both rules read the labels in the order of screening. Neither is a promise about one review: the test bounds the
chance of stopping below the target, the count of irrelevant records in a row is a habit without a bound.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

TARGET_RECALL = 0.95
ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingAdvice:
    """`p` is the chance of seeing so few relevant records if the target were missed; stop when it is below `alpha`.

    `hypothesis` is the least number of relevant records still unseen (counted from the start of the tail that
    gave `p`) if the target were missed, and `tail` the length of that tail, the last records screened.
    """

    stop: bool
    p: float
    tail: int
    hypothesis: int
    target: float
    alpha: float
    screened: int
    found: int
    unseen: int


def missed_if_below(found: int, found_before: int, *, target: float = TARGET_RECALL) -> int:
    """K: the least number of relevant records beyond the first `found_before` if recall is below `target` now.

    K = ⌊found/target − found_before + 1⌋ (Callaghan & Müller-Hansen 2020, 10.1186/s13643-020-01521-4).

    >>> missed_if_below(100, 100)
    6
    """
    return max(0, math.floor(found / target - found_before + 1 + 1e-9))


def tail_p(hits: int, drawn: int, *, left: int, hypothesis: int) -> float:
    """P(X ≤ hits) if `drawn` of `left` records were drawn and `hypothesis` of those left were relevant.

    >>> round(tail_p(0, 393, left=1000, hypothesis=6), 5), round(tail_p(0, 392, left=1000, hypothesis=6), 5)
    (0.04953, 0.05003)
    """
    if hypothesis > left:
        return 0.0
    return float(hypergeom.cdf(hits, left, hypothesis, drawn))


def hypergeometric(
    seen: Sequence[bool | int], total: int, *, target: float = TARGET_RECALL, alpha: float = ALPHA
) -> StoppingAdvice:
    """The test on the ranked tail (buscar): the least p over every tail of the list screened.

    Each tail is treated as a random draw from what was left when it began. In a ranked list it holds more
    relevant records than a random draw would, which errs on the side of going on; taking the least p of many
    tails errs on the other. `total` counts all records, screened or not.
    """
    labels = np.asarray([bool(value) for value in seen], dtype=np.int64)
    n, found = len(labels), int(labels.sum())
    if n > total:
        raise ValueError("more records screened than there are")
    p, tail, hypothesis = _least_p(labels, total, target) if 0 < n < total else (float(n < total), 0, 0)
    return StoppingAdvice(
        stop=p < alpha,
        p=p,
        tail=tail,
        hypothesis=hypothesis,
        target=target,
        alpha=alpha,
        screened=n,
        found=found,
        unseen=total - n,
    )


def _least_p(labels: NDArray[np.int64], total: int, target: float) -> tuple[float, int, int]:
    """The least p over all tails, with the length of its tail and its K.

    Starting a tail earlier among irrelevant records only lowers p, so tails that follow a relevant one suffice.
    """
    n, found = len(labels), int(labels.sum())
    starts = np.concatenate([[0], np.flatnonzero(labels) + 1]).astype(np.int64)
    starts = starts[starts < n]
    before = np.arange(len(starts))
    hypothesis = np.maximum(0, np.floor(found / target - before + 1 + 1e-9)).astype(np.int64)
    left, hits, drawn = total - starts, found - before, n - starts
    possible = hypothesis <= left
    p = np.zeros(len(starts))  # fewer are left than recall below the target would need: it is reached for certain
    p[possible] = hypergeom.cdf(hits[possible], left[possible], hypothesis[possible], drawn[possible])
    best = int(np.argmin(p))
    return float(p[best]), int(drawn[best]), int(hypothesis[best])


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

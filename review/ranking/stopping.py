"""When a ranked screening may stop: what the records seen so far say about those not yet seen.

All rules read the labels in the order of screening. `held` is this program's own; `benchmarks/stopping.py` and
`benchmarks/stopping_perturbed.py` measure what it keeps. `hypergeometric` asks for more reading. The knee and the counts in
`habits.py` promise nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc
from scipy.stats import hypergeom

TARGET_RECALL = 0.95
ALPHA = 0.05

# Of `held`; docs/ranking.md says how they were set and what they keep.
ODDS = 4.0  # so many times as readily as an irrelevant record is a relevant one taken to be shown
HELD_ALPHA = 0.05
# Where the assumption fails, a little less than the target is still to be found: the same test with a ranking that is no
# better than chance for the records still unseen.
PLAIN_SHORT = 0.05  # of the target
PLAIN_ALPHA = 0.125  # one in eight; it decides nearly everywhere, so that little hangs on the odds
HELD_SHARE = 0.03  # of all records: for so long the tests must have stood …
HELD_CHECKS = 10  # … looked at so many times on the way


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingAdvice:
    """`p` is the chance of seeing so few relevant records if the target were missed; to stop it must be below `alpha`.

    `plain_p` is that of a second test that must speak too, where a rule has one; else it is 0.

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
    plain_p: float = 0.0


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


def held(
    seen: Sequence[bool | int], total: int, *, target: float = TARGET_RECALL, odds: float = ODDS
) -> StoppingAdvice:
    """The rule of this program: both tests have stood for the last 3 % of the records.

    The first is that of `hypergeometric`, but a relevant record is taken to come up `odds` times as readily as an
    irrelevant one, as in a biased urn (Wallenius): by the time a share f of the irrelevant records left at the start of
    a tail is read, each of the K relevant ones is still unseen with the chance (1 − f)^odds, whatever the others do.
    That is the assumption; it fails where some relevant records look like the irrelevant ones. Therefore a second test must
    speak too, of a recall 5 % lower, which assumes nothing of the ranking: relevant records come up no more readily than
    others. So that one lucky stretch does not end the reading, the greatest p of those last records counts.
    """
    labels = np.asarray([bool(value) for value in seen], dtype=np.int64)
    n = len(labels)
    if n > total:
        raise ValueError("more records screened than there are")
    back = [n - round(total * HELD_SHARE * check / HELD_CHECKS) for check in range(HELD_CHECKS + 1)]
    looks = [_both(labels[: max(at, 0)], total, target, odds) for at in back]
    p, tail, hypothesis = max(one[:3] for one in looks)
    plain = max(one[3] for one in looks)
    if n == total:
        p = plain = 0.0
    return StoppingAdvice(
        stop=p < HELD_ALPHA and plain < PLAIN_ALPHA,
        p=p,
        tail=tail,
        hypothesis=hypothesis,
        target=target,
        alpha=HELD_ALPHA,
        screened=n,
        found=int(labels.sum()),
        unseen=total - n,
        plain_p=plain,
    )


def speaks(labels: NDArray[np.int64], total: int, odds: float = ODDS) -> bool:
    """Whether both tests of `held` speak for an end at this very record."""
    p, _, _, plain = _both(labels, total, TARGET_RECALL, odds)
    return p < HELD_ALPHA and plain < PLAIN_ALPHA


def _both(labels: NDArray[np.int64], total: int, target: float, odds: float) -> tuple[float, int, int, float]:
    """The test under the assumption (p, tail, K), and p of the one without it."""
    if not 0 < len(labels) < total:
        certain = float(len(labels) < total)
        return certain, 0, 0, certain
    if not labels.any():
        return 1.0, 0, 0, 1.0  # no share of nothing has been found
    return *biased_p(labels, total, target, odds), biased_p(labels, total, target - PLAIN_SHORT, 1.0)[0]


def biased_p(labels: NDArray[np.int64], total: int, target: float, odds: float) -> tuple[float, int, int]:
    """The least p over all tails with its tail and K, a relevant record staying unseen as the clock of the others gives it."""
    n, found = len(labels), int(labels.sum())
    starts = np.concatenate([[0], np.flatnonzero(labels) + 1]).astype(np.int64)
    starts = starts[starts < n]
    before = np.arange(len(starts))
    hypothesis = np.maximum(1, np.floor(found / target - before + 1 + 1e-9))
    hits = found - before
    irrelevant_left = total - starts - hypothesis
    read = np.clip((n - starts - hits) / np.maximum(irrelevant_left, 1), 0, 1)
    unseen = (1 - read) ** odds
    p = np.where(hits < hypothesis, betainc(np.maximum(hypothesis - hits, 1), hits + 1, unseen), 1.0)
    p = np.where(irrelevant_left < 0, 0.0, p)  # fewer are left than recall below the target would need
    best = int(np.argmin(p))
    return float(p[best]), int(n - starts[best]), int(hypothesis[best])

"""Two models on the same patients: Wilcoxon's signed ranks with Hodges and Lehmann's shift, and the sign-flip permutation."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from review.domain.estimate import Estimate, undefined
from review.evidence.proportions import Z95

Floats = NDArray[np.float64]
EXACT_UP_TO = 50  # pairs; beyond, and with ties or zeros, the normal distribution is near enough
_WALSH_UP_TO = 2000  # pairs whose n(n + 1)/2 Walsh averages are written down (16 MB)
_FLIPS_UP_TO = 16  # pairs whose 2^n signs are all tried
_FLIPS = 9_999  # signs drawn at random beyond
_SHIFT = "Hodges–Lehmann median of the Walsh averages"


def wilcoxon(differences: Floats, *, by: Mapping[str, str] | None = None) -> tuple[Estimate, ...]:
    """`wilcoxon_statistic` (V, the sum of the positive ranks) and `wilcoxon_p`, two-sided (10.2307/3001968).

    Differences of 0 are left out (Wilcoxon's way) and counted.

    >>> [e.value for e in wilcoxon(np.array([1.0, 2, 3, 4, -5, 6]))]
    [16.0, 0.3125]
    """
    from scipy.stats import rankdata
    from scipy.stats import wilcoxon as scipy_wilcoxon

    n, tells = len(differences), dict(by or {})
    kept = differences[differences != 0]
    names = ("wilcoxon_statistic", "wilcoxon_p")
    if not kept.size:
        reason = "no two values differ" if n else "there are no pairs"
        return tuple(undefined(name, reason, n=n, by=tells) for name in names)
    sizes = np.abs(kept)
    exact = kept.size <= EXACT_UP_TO and np.unique(sizes).size == sizes.size
    positive = float(rankdata(sizes)[kept > 0].sum())
    test = scipy_wilcoxon(kept, method="exact" if exact else "approx", correction=not exact)
    p = float(test.pvalue)
    how = "exact" if exact else "normal approximation with correction for ties and continuity"
    method = f"Wilcoxon signed rank, two-sided, {how}; {n - kept.size:,} differences of 0 left out"
    return (
        Estimate(name=names[0], value=positive, n=n, method=f"V, sum of positive ranks; {method}", by=tells),
        Estimate(name=names[1], value=min(1.0, p), n=n, method=method, by=tells),
    )


def hodges_lehmann(differences: Floats, *, by: Mapping[str, str] | None = None) -> Estimate:
    """`hodges_lehmann`, the shift of the first against the second, with Tukey's interval from the signed-rank
    distribution (10.1214/aoms/1177704172).
    """
    name, n = "hodges_lehmann", len(differences)
    if not n:
        return undefined(name, "there are no pairs", n=0, by=by)
    walsh = _Walsh(differences)
    value = (walsh.at((walsh.count - 1) // 2) + walsh.at(walsh.count // 2)) / 2
    skip, exact = _outside(n)
    if skip < 1:
        method = f"{_SHIFT}; no interval, for {n} pairs are too few for 95 %"
        return Estimate(name=name, value=value, n=n, method=method, by=dict(by or {}))
    low, high = walsh.at(skip - 1), walsh.at(walsh.count - skip)
    how = "exact signed-rank distribution" if exact else "normal approximation of the signed-rank distribution"
    method = f"{_SHIFT}; 95 % CI of Tukey, {how}"
    return Estimate(name=name, value=value, low=low, high=high, n=n, method=method, by=dict(by or {}))


def _outside(n: int) -> tuple[int, bool]:
    """Which Walsh average from either end bounds the interval, counted from 1; 0 if none can."""
    if n <= EXACT_UP_TO:
        below = np.cumsum(_signed_rank(n))
        return int(np.searchsorted(below, 0.025, side="right")), True
    mean, spread = n * (n + 1) / 4, math.sqrt(n * (n + 1) * (2 * n + 1) / 24)
    return max(0, math.floor(mean - Z95 * spread)), False


def _signed_rank(n: int) -> Floats:
    """The probability of each value of V under no difference."""
    ways = np.ones(1)
    for rank in range(1, n + 1):
        ways = np.convolve(ways, np.concatenate([[0.5], np.zeros(rank - 1), [0.5]]))
    return ways


class _Walsh:
    """The means of every two values and of each with itself, in order, without writing all down when they are many."""

    def __init__(self, values: Floats) -> None:
        self._sorted = np.sort(values)
        n = len(values)
        self.count = n * (n + 1) // 2
        self._all: Floats | None = None
        if n <= _WALSH_UP_TO:
            i, j = np.triu_indices(n)
            self._all = np.sort((self._sorted[i] + self._sorted[j]) / 2)

    def at(self, k: int) -> float:
        """The k-th smallest, from 0."""
        if self._all is not None:
            return float(self._all[k])
        low, high = float(self._sorted[0]), float(self._sorted[-1])
        while (middle := (low + high) / 2) not in (low, high):
            if self._up_to(middle) > k:
                high = middle
            else:
                low = middle
        return low if self._up_to(low) > k else high

    def _up_to(self, bound: float) -> int:
        ends = np.searchsorted(self._sorted, 2 * bound - self._sorted, side="right")
        return int(np.maximum(0, ends - np.arange(ends.size)).sum())


def sign_flip(differences: Floats, *, seed: int, by: Mapping[str, str] | None = None) -> Estimate:
    """`permutation_p`: how often random signs give a mean difference at least as far from 0, two-sided."""
    name, n = "permutation_p", len(differences)
    if not n or not differences.any():
        return undefined(name, "no two values differ" if n else "there are no pairs", n=n, by=by)
    exact = n <= _FLIPS_UP_TO
    bound = abs(float(differences.sum())) * (1 - 1e-9)  # a tie is a tie in spite of the last digit
    sums = _every_sum(differences) if exact else _random_sums(differences, seed)
    far = int((np.abs(sums) >= bound).sum())
    p = far / sums.size if exact else (far + 1) / (sums.size + 1)
    how = f"all {sums.size:,} signs" if exact else f"{sums.size:,} random signs, seed {seed}"
    method = f"sign-flip permutation of the mean difference, two-sided, {how}"
    return Estimate(name=name, value=p, n=n, method=method, by=dict(by or {}))


def _every_sum(differences: Floats) -> Floats:
    sums = np.zeros(1)
    for difference in differences:
        sums = np.concatenate([sums + difference, sums - difference])
    return sums


def _random_sums(differences: Floats, seed: int) -> Floats:
    """Eight signs are one byte; what each byte adds for each eight differences is worked out once."""
    eights = np.resize(np.pad(differences, (0, -len(differences) % 8)), (-(-len(differences) // 8), 8))
    signs = 1 - 2 * np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(float)
    adds = np.ascontiguousarray((signs @ eights.T).T).ravel()  # eights × bytes
    random, width = np.random.default_rng(seed), len(eights)
    start = np.arange(width) * 256
    sums = np.empty(_FLIPS)
    step = max(1, 2_000_000 // width)
    for at in range(0, _FLIPS, step):
        rows = min(step, _FLIPS - at)
        drawn = np.frombuffer(random.bytes(rows * width), dtype=np.uint8).reshape(rows, width)
        sums[at : at + rows] = adds[drawn + start].sum(axis=1)
    return sums

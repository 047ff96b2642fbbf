"""Two-by-two tables: McNemar's test for pairs of answers, Fisher's exact test for two groups."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from review.domain.estimate import Estimate, undefined
from review.evidence.proportions import Z95

Cells = tuple[int, int, int, int]


def mcnemar(cells: Cells, *, by: Mapping[str, str] | None = None, prefix: str = "") -> tuple[Estimate, ...]:
    """McNemar's test in its three usual forms, from a table of pairs read row by row: both, first only, second only,
    neither.

    Gives `statistic` and `p_value` (chi-square, no correction; McNemar 1947, 10.1007/BF02295996), the same with Edwards'
    correction, `exact_p` (two-sided binomial), the discordant counts, and the difference of the two shares with the
    interval of Bonett & Price 2012 (10.3102/1076998611411915).

    >>> [round(e.value, 4) for e in mcnemar((59, 6, 16, 80))[:5]]
    [4.5455, 0.033, 3.6818, 0.055, 0.0525]
    """
    from scipy.stats import binomtest, chi2

    _, first, second, _ = cells
    n, odd = sum(cells), first + second
    counted = f"{first:,} and {second:,} discordant pairs of {n:,}"
    made = _Maker(n, counted, by, prefix)
    if not odd:
        reason = f"no discordant pairs among {n:,}"
        names = ("statistic", "p_value", "statistic_corrected", "p_value_corrected", "exact_p")
        tests = tuple(undefined(prefix + name, reason, n=n, by=by) for name in names)
    else:
        plain = (first - second) ** 2 / odd
        corrected = max(0, abs(first - second) - 1) ** 2 / odd
        tests = (
            made("statistic", plain, "chi-square of McNemar 1947, 1 degree of freedom, no correction"),
            made("p_value", float(chi2.sf(plain, 1)), "McNemar 1947, chi-square without correction, two-sided"),
            made("statistic_corrected", corrected, "McNemar with Edwards' correction for continuity"),
            made("p_value_corrected", float(chi2.sf(corrected, 1)), "McNemar with Edwards' correction, two-sided"),
            made("exact_p", float(binomtest(first, odd, 0.5).pvalue), "exact McNemar test (binomial), two-sided"),
        )
    return (*tests, _difference(first, second, n, made))


class _Maker:
    """Makes the estimates of one table: each with its n, what was counted and what it tells of."""

    def __init__(self, n: int, counted: str, by: Mapping[str, str] | None, prefix: str = "") -> None:
        self.n, self.counted, self.by, self.prefix = n, counted, dict(by or {}), prefix

    def __call__(self, name: str, value: float, method: str, **interval: Any) -> Estimate:
        return Estimate(
            name=self.prefix + name, value=value, n=self.n, method=f"{method}; {self.counted}", by=self.by, **interval
        )


def _difference(first: int, second: int, n: int, made: _Maker) -> Estimate:
    if not n:
        return undefined(f"{made.prefix}difference", "there are no pairs", n=0, by=made.by)
    one, two = (first + 1) / (n + 2), (second + 1) / (n + 2)
    half = Z95 * math.sqrt((one + two - (one - two) ** 2) / (n + 2))
    words = "share of the first − share of the second; 95 % CI of Bonett & Price 2012"
    low, high = max(-1.0, one - two - half), min(1.0, one - two + half)
    return made("difference", (first - second) / n, words, low=low, high=high)


def fisher(cells: Cells, *, by: Mapping[str, str] | None = None) -> tuple[Estimate, ...]:
    """The odds ratio ad/bc with the exact conditional interval, and Fisher's exact test, two-sided, from a table read
    row by row.

    >>> [round(e.value, 4) for e in fisher((4, 10, 94, 664))]
    [2.8255, 0.0895]
    """
    from scipy.stats import fisher_exact

    a, b, c, d = cells
    n = sum(cells)
    made = _Maker(n, f"table {a:,} {b:,} / {c:,} {d:,}", by)
    if 0 in (a + b, c + d, a + c, b + d):
        reason = "a row or a column of the table is empty"
        return tuple(undefined(name, reason, n=n, by=by) for name in ("odds_ratio", "p_value"))
    p = float(fisher_exact(np.array([[a, b], [c, d]])).pvalue)
    test = made("p_value", p, "Fisher's exact test, two-sided: tables no more likely than this one")
    if not b * c:
        ratio = undefined("odds_ratio", "a cell that divides is 0, so the ratio has no upper bound", n=n, by=by)
        return ratio, test
    low, high = _conditional(cells)
    words = "ad/bc; exact conditional 95 % CI (Cornfield 1956)"
    return made("odds_ratio", a * d / (b * c), words, low=low, high=high), test


def _conditional(cells: Cells) -> tuple[float, float]:
    from scipy.stats.contingency import odds_ratio

    a, b, c, d = cells
    interval = odds_ratio([[a, b], [c, d]], kind="conditional").confidence_interval(0.95)
    return float(interval.low), float(interval.high)

"""Agreement of measurements: intraclass correlation in six forms, and the limits of agreement of two raters."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from review.domain.estimate import Estimate, undefined

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
ICC = ("icc_1_1", "icc_2_1", "icc_3_1", "icc_1_k", "icc_2_k", "icc_3_k")
BLAND_ALTMAN = ("bland_altman_bias", "bland_altman_sd", "bland_altman_low", "bland_altman_high")
LIMIT = 1.96  # standard deviations, as Bland & Altman have it
_ALPHA = 0.05
_MODELS: Mapping[str, str] = {
    "icc_1_1": "one-way random, single rating, ICC(1)",
    "icc_2_1": "two-way random, absolute agreement, single rating, ICC(A,1)",
    "icc_3_1": "two-way mixed, consistency, single rating, ICC(C,1)",
    "icc_1_k": "one-way random, mean of {k} ratings, ICC(k)",
    "icc_2_k": "two-way random, absolute agreement, mean of {k} ratings, ICC(A,k)",
    "icc_3_k": "two-way mixed, consistency, mean of {k} ratings, ICC(C,k)",
}


def icc_statistic(scores: Floats) -> Statistic:
    """The six forms (Shrout & Fleiss 1979, 10.1037/0033-2909.86.2.420) of a complete (items, raters) table."""

    def statistic(times: Floats) -> Floats:
        return _forms(_squares(scores, times), scores.shape[1])

    return statistic


def _squares(scores: Floats, times: Floats) -> Floats:
    """Mean squares between items, between raters, of the rest, and within items; then n, one row per resample."""
    k = scores.shape[1]
    centred = scores - scores.mean()  # keeps digits where the level is far from 0
    n = times.sum(axis=1)
    means = centred.mean(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        columns = (times @ centred) / n[:, None]
        grand = columns.mean(axis=1)
        total = times @ (centred**2).sum(axis=1) - n * k * grand**2
        between = k * (times @ means**2 - n * grand**2)
        raters = n * ((columns - grand[:, None]) ** 2).sum(axis=1)
        rest = np.maximum(0.0, total - between - raters)
        return np.column_stack(
            [between / (n - 1), raters / (k - 1), rest / ((n - 1) * (k - 1)), (total - between) / (n * (k - 1)), n]
        )


def _forms(squares: Floats, k: int) -> Floats:
    items, raters, rest, within, n = squares.T
    # What remains of rounding is no variance.
    rest = np.where(rest < 1e-12 * (items + raters), 0.0, rest)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.column_stack(
            [
                (items - within) / (items + (k - 1) * within),
                (items - rest) / (items + (k - 1) * rest + k * (raters - rest) / n),
                (items - rest) / (items + (k - 1) * rest),
                (items - within) / items,
                (items - rest) / (items + (raters - rest) / n),
                (items - rest) / items,
            ]
        )


def icc(scores: Floats, *, by: Mapping[str, str] | None = None) -> tuple[Estimate, ...]:
    """The six forms with the F-based intervals of McGraw & Wong 1996 (10.1037/1082-989X.1.1.30), from a complete
    (items, raters) table.
    """
    n, k = scores.shape
    ones = np.ones((1, n))
    if n < 2:
        return tuple(undefined(name, "it takes two items that all have rated", n=n, by=by) for name in ICC)
    squares = _squares(scores, ones)
    values = _forms(squares, k)[0]
    intervals = _intervals(squares[0], k)
    found = []
    for at, name in enumerate(ICC):
        words = _MODELS[name].format(k=k)
        if not math.isfinite(values[at]):
            found.append(undefined(name, "the items do not differ", n=n, by=by))
            continue
        low, high = intervals[at] or (None, None)
        method = f"{words}; 95 % CI of McGraw & Wong 1996" if low is not None else f"{words}; no interval without error"
        found.append(
            Estimate(name=name, value=float(values[at]), low=low, high=high, n=n, method=method, by=dict(by or {}))
        )
    return tuple(found)


def _intervals(squares: Floats, k: int) -> list[tuple[float, float] | None]:
    from scipy.stats import f

    items, raters, rest, within, n = map(float, squares)
    freedom = (n - 1) * (k - 1)
    point = 1 - _ALPHA / 2

    def by_ratio(noise: float, degrees: float) -> tuple[tuple[float, float], tuple[float, float]] | None:
        if noise <= 1e-12 * items:
            return None
        low = items / noise / float(f.ppf(point, n - 1, degrees))
        high = items / noise * float(f.ppf(point, degrees, n - 1))
        single = ((low - 1) / (low + k - 1), (high - 1) / (high + k - 1))
        return single, (1 - 1 / low, 1 - 1 / high)

    one, three = by_ratio(within, n * (k - 1)), by_ratio(rest, freedom)
    two = None
    if three is not None:
        value = (items - rest) / (items + (k - 1) * rest + k * (raters - rest) / n)
        a = k * value / (n * (1 - value))
        b = 1 + k * value * (n - 1) / (n * (1 - value))
        degrees = (a * raters + b * rest) ** 2 / ((a * raters) ** 2 / (k - 1) + (b * rest) ** 2 / freedom)
        up, down = float(f.ppf(point, n - 1, degrees)), float(f.ppf(point, degrees, n - 1))
        noise = k * raters + (k * n - k - n) * rest
        two = (
            n * (items - up * rest) / (up * noise + n * items),
            n * (down * items - rest) / (noise + n * down * items),
        )
    mean_of_two = None if two is None else (_stepped(two[0], k), _stepped(two[1], k))
    return [
        one and one[0],
        two,
        three and three[0],
        one and one[1],
        mean_of_two,
        three and three[1],
    ]


def _stepped(single: float, k: int) -> float:
    """Spearman and Brown: from one rating to the mean of k."""
    return k * single / (1 + (k - 1) * single)


def bland_altman_statistic(differences: Floats) -> Statistic:
    """Bias, standard deviation and the two limits, one row per resample."""

    def statistic(times: Floats) -> Floats:
        n = times.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            bias = times @ differences / n
            spread = np.sqrt(np.maximum(0.0, times @ differences**2 - n * bias**2) / (n - 1))
        return np.column_stack([bias, spread, bias - LIMIT * spread, bias + LIMIT * spread])

    return statistic


def bland_altman(differences: Floats, *, which: str, by: Mapping[str, str] | None = None) -> tuple[Estimate, ...]:
    """Bias and limits of agreement (Bland & Altman 1986), each with its interval (1999, 10.1177/096228029900800204).

    `which` says whose value is subtracted from whose, such as `Ana − Ben`.
    """
    from scipy.stats import t

    n = len(differences)
    if n < 2:
        return tuple(undefined(name, "it takes two items that both measured", n=n, by=by) for name in BLAND_ALTMAN)
    values = bland_altman_statistic(differences)(np.ones((1, n)))[0]
    spread = float(values[1])
    point = float(t.ppf(1 - _ALPHA / 2, n - 1))
    near = point * spread / math.sqrt(n)
    far = point * spread * math.sqrt(1 / n + LIMIT**2 / (2 * (n - 1)))
    words = (
        (f"mean of {which}; 95 % t interval", near),
        (f"standard deviation of {which}", None),
        (f"bias − {LIMIT} SD of {which}; 95 % CI of Bland & Altman 1999", far),
        (f"bias + {LIMIT} SD of {which}; 95 % CI of Bland & Altman 1999", far),
    )
    return tuple(
        Estimate(
            name=name,
            value=float(value),
            low=None if half is None else float(value - half),
            high=None if half is None else float(value + half),
            n=n,
            method=method,
            by=dict(by or {}),
        )
        for name, value, (method, half) in zip(BLAND_ALTMAN, values, words, strict=True)
    )

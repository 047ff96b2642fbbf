"""A share of a whole with its 95 % interval, and the four shares of a two-by-two table of a test against a reference."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from review.domain.estimate import Estimate, undefined

Z95 = 1.959963984540054  # the 97.5 % point of the normal distribution
_ALPHA = 0.05


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927, 10.1080/01621459.1927.10502953); n > 0.

    >>> [round(x, 4) for x in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    share, z2 = hits / n, Z95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def wilson_corrected(hits: int, n: int) -> tuple[float, float]:
    """Wilson's interval with a correction for continuity (method 4 of Newcombe 1998).

    >>> [round(x, 4) for x in wilson_corrected(81, 263)]
    [0.2535, 0.3682]
    """
    p, z2 = hits / n, Z95**2
    low = high = 0.0
    if hits:
        low = (2 * hits + z2 - 1 - Z95 * math.sqrt(z2 - 2 - 1 / n + 4 * p * (n - hits + 1))) / (2 * (n + z2))
    if hits < n:
        high = (2 * hits + z2 + 1 + Z95 * math.sqrt(z2 + 2 - 1 / n + 4 * p * (n - hits - 1))) / (2 * (n + z2))
    return max(0.0, low), min(1.0, high) if hits < n else 1.0


def clopper_pearson(hits: int, n: int) -> tuple[float, float]:
    """The exact interval (Clopper & Pearson 1934, 10.1093/biomet/26.4.404).

    >>> [round(x, 4) for x in clopper_pearson(0, 20)]
    [0.0, 0.1684]
    """
    from scipy.stats import beta

    low = float(beta.ppf(_ALPHA / 2, hits, n - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - _ALPHA / 2, hits + 1, n - hits)) if hits < n else 1.0
    return low, high


INTERVALS: Mapping[str, tuple[Callable[[int, int], tuple[float, float]], str]] = {
    "wilson": (wilson, "95 % CI of Wilson 1927"),
    "wilson_cc": (wilson_corrected, "95 % CI of Wilson with correction for continuity (Newcombe 1998, method 4)"),
    "clopper_pearson": (clopper_pearson, "exact 95 % CI of Clopper & Pearson 1934"),
}


def proportion(
    hits: int, n: int, *, method: str = "wilson", name: str = "proportion", by: Mapping[str, str] | None = None
) -> Estimate:
    """A share with the interval of that name; undefined for an empty whole. 0 ≤ hits ≤ n.

    >>> proportion(615, 706).value
    0.8711048158640227
    """
    if not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n} is no share")
    if not n:
        return undefined(name, "there is nothing to count", n=0, by=by)
    interval, words = INTERVALS[method]
    low, high = interval(hits, n)
    return Estimate(
        name=name, value=hits / n, low=low, high=high, n=n, method=f"{hits:,}/{n:,}; {words}", by=dict(by or {})
    )


def diagnostic(
    cells: tuple[int, int, int, int], *, by: Mapping[str, str] | None = None, method: str = "wilson"
) -> tuple[Estimate, ...]:
    """Sensitivity, specificity, predictive values and accuracy, from (true positive, false positive, false negative,
    true negative).

    >>> [round(e.value, 3) for e in diagnostic((231, 32, 27, 54))]
    [0.895, 0.628, 0.878, 0.667, 0.828]
    """
    tp, fp, fn, tn = cells
    parts = (
        ("sensitivity", tp, tp + fn),
        ("specificity", tn, tn + fp),
        ("ppv", tp, tp + fp),
        ("npv", tn, tn + fn),
        ("accuracy", tp + tn, tp + fp + fn + tn),
    )
    return tuple(proportion(hits, n, method=method, name=name, by=by) for name, hits, n in parts)

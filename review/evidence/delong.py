"""The area under the ROC curve, its interval, and the difference of two areas on the same cases.

DeLong, DeLong & Clarke-Pearson 1988 (10.2307/2531595), by midranks in O(n log n) (Sun & Xu 2014,
10.1109/LSP.2014.2337313). Where a patient has several cases, the variance adds up within patients (Obuchowski 1997,
10.2307/2533958), which is DeLong's where each has one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from review.domain.estimate import Estimate, undefined
from review.evidence.proportions import Z95

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_DELONG = "area under the ROC curve (ties count half); 95 % CI of DeLong 1988"
_CLUSTERED = (
    "area under the ROC curve (ties count half); 95 % CI of DeLong 1988, cases of a patient together (Obuchowski 1997)"
)


@dataclass(frozen=True, slots=True, eq=False)
class _Curves:
    """Areas of several scores on the same cases, and the covariance of these areas; no variance with one of a kind."""

    areas: Floats
    covariance: Floats | None
    positives: int
    negatives: int
    clustered: bool


def auc(
    scores: Sequence[float] | Floats,
    positive: Sequence[bool] | Flags,
    *,
    patients: Sequence[Any] | NDArray[Any] | None = None,
    by: Mapping[str, str] | None = None,
) -> Estimate:
    """The area under the ROC curve; a higher score speaks for positive. Undefined with only one kind of case.

    >>> auc([0.1, 0.4, 0.35, 0.8], [False, False, True, True]).value
    0.75
    """
    found = _curves(np.asarray([scores], dtype=float), np.asarray(positive, dtype=bool), patients)
    n = found.positives + found.negatives
    if not found.positives or not found.negatives:
        return undefined("auc", "all cases are positive or all are negative", n=n, by=by)
    area = float(found.areas[0])
    counted = f"; {found.positives:,} positive, {found.negatives:,} negative"
    method = (_CLUSTERED if found.clustered else _DELONG) + counted
    low = high = None
    if found.covariance is None:
        method += "; no interval, for one positive or one negative case has no variance"
    else:
        half = Z95 * math.sqrt(max(0.0, float(found.covariance[0, 0])))
        low, high = max(0.0, area - half), min(1.0, area + half)
    return Estimate(name="auc", value=area, low=low, high=high, n=n, method=method, by=dict(by or {}))


def compare(
    first: Sequence[float] | Floats,
    second: Sequence[float] | Floats,
    positive: Sequence[bool] | Flags,
    *,
    patients: Sequence[Any] | NDArray[Any] | None = None,
    by: Mapping[str, str] | None = None,
) -> tuple[Estimate, ...]:
    """`auc_difference` (first − second) with its interval, `delong_z` and `delong_p` (two-sided)."""
    found = _curves(np.asarray([first, second], dtype=float), np.asarray(positive, dtype=bool), patients)
    n, names = found.positives + found.negatives, ("auc_difference", "delong_z", "delong_p")
    if found.covariance is None:
        reason = "it takes two positive and two negative cases at least"
        return tuple(undefined(name, reason, n=n, by=by) for name in names)
    contrast = np.array([1.0, -1.0])
    difference = float(contrast @ found.areas)
    error = math.sqrt(max(0.0, float(contrast @ found.covariance @ contrast)))
    words = "DeLong 1988, paired" + (", cases of a patient together (Obuchowski 1997)" if found.clustered else "")
    tells = dict(by or {})
    half = Z95 * error
    gap = Estimate(
        name=names[0],
        value=difference,
        low=max(-1.0, difference - half),
        high=min(1.0, difference + half),
        n=n,
        method=f"first − second; 95 % CI: {words}",
        by=tells,
    )
    if error < 1e-12:  # the two scores put the cases in one order
        reason = "the two areas never differ, so there is no variance"
        return gap, *(undefined(name, reason, n=n, by=by) for name in names[1:])
    z = difference / error
    p = float(2 * norm.sf(abs(z)))
    return (
        gap,
        Estimate(name=names[1], value=z, n=n, method=words, by=tells),
        Estimate(name=names[2], value=p, n=n, method=f"{words}, two-sided", by=tells),
    )


def _curves(scores: Floats, positive: Flags, patients: Sequence[Any] | NDArray[Any] | None) -> _Curves:
    """Scores are (curves, cases)."""
    m, n = int(positive.sum()), int((~positive).sum())
    clusters = np.unique(np.asarray(patients), return_inverse=True)[1] if patients is not None else None
    clustered = clusters is not None and clusters.size > 0 and int(clusters.max()) + 1 < clusters.size
    if not m or not n:
        return _Curves(np.full(len(scores), np.nan), None, m, n, clustered)
    above = np.vstack([(rankdata(s)[positive] - rankdata(s[positive])) / n for s in scores])
    below = np.vstack([1 - (rankdata(s)[~positive] - rankdata(s[~positive])) / m for s in scores])
    areas = above.mean(axis=1)
    if not clustered or clusters is None:
        covariance = np.cov(above) / m + np.cov(below) / n if min(m, n) > 1 else None
        square = None if covariance is None else np.atleast_2d(covariance)
        return _Curves(areas, square, m, n, clustered)
    size = int(clusters.max()) + 1
    up = _summed(above - areas[:, None], clusters[positive], size)
    down = _summed(below - areas[:, None], clusters[~positive], size)
    having = np.unique(clusters[positive]).size, np.unique(clusters[~positive]).size
    if min(having) < 2:
        return _Curves(areas, None, m, n, clustered)
    between = size / (size - 1) * (up @ down.T)
    covariance = (
        having[0] / (having[0] - 1) * (up @ up.T) / m**2
        + having[1] / (having[1] - 1) * (down @ down.T) / n**2
        + (between + between.T) / (m * n)
    )
    return _Curves(areas, covariance, m, n, clustered)


def _summed(values: Floats, clusters: NDArray[np.intp], size: int) -> Floats:
    return np.vstack([np.bincount(clusters, weights=row, minlength=size) for row in values])

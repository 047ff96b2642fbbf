"""Reports scored against a rubric by people and by programs: section means, the score, and how far the two agree.

A frame of scores has a row per report, rater and dimension: `report`, `rater`, `kind` (human or automatic), `section`,
`dimension`, `score`. What nobody scored is missing, never 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from review.domain.estimate import Estimate, undefined
from review.evidence.bootstrap import replicated
from review.evidence.measurements import icc
from review.evidence.proportions import Z95
from review.evidence.resampling import Resampling, limits

Floats = NDArray[np.float64]

KINDS = ("human", "automatic")
TOTAL = "total"  # the score of the whole report among the dimensions
STRONG = 0.7  # the correlation above which the source counts a dimension as agreeing
_FEWEST = 4  # reports below which a correlation has no interval (Fisher's z takes n - 3)
_BY_CHANCE = 1e-12  # a spread below this is none
_OVER_REPORTS = "mean over reports of the mean of the raters"
_MEANS = "mean per report of the raters of each kind"


def totals(frame: pd.DataFrame, *, highest: float) -> pd.DataFrame:
    """Per report and rater: the score on 0 to 100, `kind`, and how many sections it rests on.

    The score is (100 / highest) × the mean of the section means; with a scale that ends at 5 that is 20 × the mean
    (10.48550/arXiv.2510.03160, whose printed formula lacks the division by the number of sections). A section without any
    score is left out.

    >>> rows = [("r", "a", "human", "x", "x1", 5.0), ("r", "a", "human", "y", "y1", 1.0), ("r", "a", "human", "y", "y2", 2.0)]
    >>> float(totals(pd.DataFrame(rows, columns=["report", "rater", "kind", "section", "dimension", "score"]), highest=5)["score"][0])
    65.0
    """
    keys = ["report", "rater", "kind"]
    sections = frame.groupby([*keys, "section"], sort=True)["score"].mean().dropna().reset_index()
    found = sections.groupby(keys, sort=True)["score"].agg(["mean", "size"]).reset_index()
    return found.assign(score=found["mean"] * 100 / highest, sections=found["size"]).drop(columns=["mean", "size"])


def levels(frame: pd.DataFrame, scored: pd.DataFrame, resampling: Resampling) -> tuple[Estimate, ...]:
    """Per kind of rater the mean score, the mean of each section and of each dimension, over reports."""
    found: list[Estimate] = []
    for kind in (k for k in KINDS if (frame["kind"] == k).any()):
        by = {"rater_kind": kind}
        found.append(_mean("score", _per_report(scored[scored["kind"] == kind]), by, resampling))
        own = frame[frame["kind"] == kind]
        for part, name in (("section", "section_mean"), ("dimension", "dimension_mean")):
            # A rater's section is the mean of its dimensions, so that a rater who left one open counts no less.
            rated = own.groupby(["report", "rater", part], sort=True)["score"].mean().dropna().reset_index()
            found += [
                _mean(name, _per_report(level), by | {part: str(at)}, resampling) for at, level in rated.groupby(part)
            ]
    return tuple(found)


def agreement(frame: pd.DataFrame, scored: pd.DataFrame, resampling: Resampling) -> tuple[Estimate, ...]:
    """How far people and programs agree per dimension, over the reports that both scored, and on the total."""
    found: list[Estimate] = []
    for dimension, own in frame.groupby("dimension", sort=True):
        found += pair(*paired(own), by={"dimension": str(dimension)}, resampling=resampling)
    found += pair(*paired(scored), by={"dimension": TOTAL}, resampling=resampling)
    return (*found, *summary(found))


def paired(frame: pd.DataFrame) -> tuple[Floats, Floats]:
    """The mean of the human and of the automatic scores of every report that has both."""
    means = frame.pivot_table(index="report", columns="kind", values="score", aggfunc="mean")
    both = means.reindex(columns=list(KINDS)).dropna()
    return both["human"].to_numpy(dtype=float), both["automatic"].to_numpy(dtype=float)


def pair(human: Floats, automatic: Floats, *, by: Mapping[str, str], resampling: Resampling) -> tuple[Estimate, ...]:
    """Pearson, Spearman, quadratic weighted kappa, ICC(2,1), bias and mean absolute difference of paired scores."""
    n = len(human)
    names = ("pearson", "spearman", "cohen_kappa_quadratic", "icc_2_1")
    if not n:
        reason = "no report was scored by people and by a program"
        return tuple(undefined(name, reason, n=0, by=by) for name in (*names, "bias", "mean_absolute_difference"))
    gaps = automatic - human
    apart = (
        _bias(gaps, by),
        _mean("mean_absolute_difference", np.abs(gaps), by, resampling, words="mean of |automatic − human|"),
    )
    reason = _constant(human, automatic)
    if reason:
        return (*(undefined(name, reason, n=n, by=by) for name in names), *apart)
    return (
        _correlation("pearson", _pearson(human, automatic), n, 1 / max(1, n - 3), by),
        _spearman(human, automatic, by),
        _kappa(human, automatic, by, resampling),
        _icc(human, automatic, by),
        *apart,
    )


_KAPPA = (
    "quadratic weighted kappa, 1 − Σ(x − y)² / (Σᵢⱼ(xᵢ − yⱼ)²/n), which needs no whole scores "
    "(Fleiss & Cohen 1973, 10.1177/001316447303300309)"
)


def weighted_kappa(weights: Floats, x: Floats, y: Floats) -> Floats:
    """Quadratic weighted kappa of paired scores, one per row of weights; NaN where nothing varies.

    It follows from the means, variances and covariance of the two columns.

    >>> weighted_kappa(np.ones((1, 4)), np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 4, 4])).round(4).tolist()
    [0.9167]
    """
    n = weights.sum(axis=1)
    mean_x, mean_y = weights @ x / n, weights @ y / n
    spread = weights @ (x * x + y * y) / n - mean_x**2 - mean_y**2
    shared = weights @ (x * y) / n - mean_x * mean_y
    return _divided(2 * shared, spread + (mean_x - mean_y) ** 2)


def _divided(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=np.abs(below) > _BY_CHANCE)


def summary(values: list[Estimate]) -> tuple[Estimate, ...]:
    """Over the dimensions with a Pearson coefficient: lowest, median, highest, and the share above 0.7; the others counted."""
    found = [v for v in values if v.name == "pearson" and v.by["dimension"] != TOTAL]
    defined = sorted(v.value for v in found if v.value is not None)
    left = len(found) - len(defined)
    out = f"; {left} without a value left out" if left else ""
    count = Estimate(
        name="dimensions_undefined",
        value=left,
        n=len(found),
        unit="dimensions",
        method="dimensions without a coefficient",
    )
    names = ("pearson_lowest", "pearson_median", "pearson_highest", "dimensions_above_0_7")
    if not defined:
        return (count, *(undefined(name, "no dimension has a coefficient", n=0, unit="dimensions") for name in names))
    values_of = (defined[0], float(np.median(defined)), defined[-1], float(sum(v > STRONG for v in defined)))
    words = ("lowest", "median", "highest", f"number above {STRONG}")
    return (
        count,
        *(
            Estimate(name=name, value=value, n=len(defined), unit="dimensions" if "above" in name else "", method=f"{word} of the dimensions' Pearson coefficients{out}")
            for name, value, word in zip(names, values_of, words, strict=True)
        ),
    )  # fmt: skip


# Parts of an estimate


def _per_report(frame: pd.DataFrame) -> Floats:
    return frame.groupby("report", sort=True)["score"].mean().dropna().to_numpy(dtype=float)


def _mean(
    name: str, reports: Floats, by: Mapping[str, str], resampling: Resampling, *, words: str = _OVER_REPORTS
) -> Estimate:
    if not len(reports):
        return undefined(name, "nothing was scored", n=0, by=by)
    n, value = len(reports), float(reports.mean())
    if n < 2:
        return Estimate(name=name, value=value, n=n, method=f"{words}; one report has no interval", by=by)
    draws = replicated(lambda weights: weights @ reports / n, n, resamples=resampling.resamples, seed=resampling.seed)
    low, high = limits(draws, n)
    method = f"{words}; {resampling.label('reports')}"
    return Estimate(name=name, value=value, low=low, high=high, n=n, method=method, by=by)


def _constant(human: Floats, automatic: Floats) -> str:
    """Why no coefficient exists: scores that never change tell nothing about who agrees with whom."""
    still = [kind for kind, scores in zip(KINDS, (human, automatic), strict=True) if np.ptp(scores) < _BY_CHANCE]
    if len(human) < 2:
        return "one report alone"
    return f"the {' and the '.join(still)} scores are the same for every report" if still else ""


def _pearson(x: Floats, y: Floats) -> float:
    return float(np.clip(np.corrcoef(x, y)[0, 1], -1, 1))


def _spearman(x: Floats, y: Floats, by: Mapping[str, str]) -> Estimate:
    from scipy.stats import rankdata

    n, r = len(x), _pearson(rankdata(x), rankdata(y))
    return _correlation("spearman", r, n, (1 + r * r / 2) / max(1, n - 3), by)


def _correlation(name: str, r: float, n: int, variance: float, by: Mapping[str, str]) -> Estimate:
    """Fisher's z for Pearson; for Spearman with the variance of Bonett & Wright 2000 (10.1007/BF02294183)."""
    spread = "Fisher's z" if name == "pearson" else "Fisher's z with the variance of Bonett & Wright 2000"
    if n < _FEWEST or abs(r) > 1 - _BY_CHANCE:
        why = f"no interval with {n} reports" if n < _FEWEST else "no interval at ±1"
        return Estimate(name=name, value=r, n=n, method=f"{name.capitalize()} r, {_MEANS}; {why}", by=by)
    half = Z95 * math.sqrt(variance)
    low, high = math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)
    method = f"{name.capitalize()} r, {_MEANS}; 95 % CI by {spread}"
    return Estimate(name=name, value=r, low=low, high=high, n=n, method=method, by=by)


def _kappa(x: Floats, y: Floats, by: Mapping[str, str], resampling: Resampling) -> Estimate:
    n = len(x)
    value = float(weighted_kappa(np.ones((1, n)), x, y)[0])
    draws = replicated(lambda w: weighted_kappa(w, x, y), n, resamples=resampling.resamples, seed=resampling.seed)
    low, high = limits(draws, n)
    method = f"{_KAPPA}; {_MEANS}; {resampling.label('reports')}"
    return Estimate(name="cohen_kappa_quadratic", value=value, low=low, high=high, n=n, method=method, by=by)


def _icc(x: Floats, y: Floats, by: Mapping[str, str]) -> Estimate:
    (found,) = [each for each in icc(np.column_stack([x, y]), by=by) if each.name == "icc_2_1"]
    return replace(found, method=f"{found.method}; {_MEANS}") if found.value is not None else found


def _bias(gaps: Floats, by: Mapping[str, str]) -> Estimate:
    from scipy.stats import t

    n, value = len(gaps), float(gaps.mean())
    words = "mean of automatic − human"
    if n < 2:
        return Estimate(name="bias", value=value, n=n, method=f"{words}; one report has no interval", by=by)
    half = float(t.ppf(0.975, n - 1) * gaps.std(ddof=1) / math.sqrt(n))
    return Estimate(
        name="bias", value=value, low=value - half, high=value + half, n=n, method=f"{words}; 95 % CI by t, {n - 1} degrees of freedom", by=by
    )  # fmt: skip

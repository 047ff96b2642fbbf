"""Are predicted probabilities what happens? Slope, intercept, Brier score, and the error per bin."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.domain.estimate import Estimate, undefined
from review.domain.plot import Bar, Calibration
from review.evidence.proportions import Z95, wilson

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_EDGE = 1e-6  # probabilities of 0 and 1 have no logit; they are moved this far inside, and counted
_STEPS = 100
_CLOSE = 1e-10
_NOT_PROBABILITIES = "the scores are not probabilities between 0 and 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Cases whose probability lies in [low, high), the last bin with its upper end."""

    low: float
    high: float
    n: int
    predicted: float
    observed: int


def bins(probabilities: Floats, events: Flags, *, count: int = 10) -> tuple[Bin, ...]:
    """Bins of equal width that hold a case."""
    place = np.minimum((probabilities * count).astype(int), count - 1)
    found = []
    for at in range(count):
        inside = place == at
        if n := int(inside.sum()):
            mean = float(probabilities[inside].mean())
            found.append(
                Bin(low=at / count, high=(at + 1) / count, n=n, predicted=mean, observed=int(events[inside].sum()))
            )
    return tuple(found)


def calibration(
    probabilities: Floats, events: Flags, *, bin_count: int = 10, by: Mapping[str, str] | None = None
) -> tuple[Estimate, ...]:
    """`brier`, `ece`, `calibration_slope`, `calibration_intercept` and `calibration_in_the_large`.

    Slope and intercept come from one logistic fit of the event on the logit of the probability (Cox 1958); calibration
    in the large is the intercept with the slope held at 1 (Van Calster 2019, 10.1186/s12916-019-1466-7).

    >>> import numpy as np
    >>> p, e = np.repeat([0.1, 0.8], 5), np.array([1, 0, 0, 0, 0, 1, 1, 1, 0, 0], dtype=bool)
    >>> [round(found.value, 3) for found in calibration(p, e, bin_count=2)[:2]]
    [0.225, 0.15]
    """
    n, tells = len(probabilities), dict(by or {})
    names = ("brier", "ece", "calibration_slope", "calibration_intercept", "calibration_in_the_large")
    if not n or probabilities.min() < 0 or probabilities.max() > 1:
        reason = _NOT_PROBABILITIES if n else "there are no cases"
        return tuple(undefined(name, reason, n=n, by=tells) for name in names)
    brier = Estimate(
        name=names[0],
        value=float(np.mean((probabilities - events) ** 2)),
        n=n,
        method="mean of (probability − outcome)² (Brier 1950); 0 is best",
        by=tells,
    )
    found = bins(probabilities, events, count=bin_count)
    error = sum(b.n / n * abs(b.observed / b.n - b.predicted) for b in found)
    counts = ", ".join(f"{b.n:,}" for b in found)
    ece = Estimate(
        name=names[1],
        value=error,
        n=n,
        method=f"mean |observed share − mean probability| over {bin_count} bins of equal width, weighted by n (n per bin in use: {counts})",
        by=tells,
    )
    return (brier, ece, *_fitted(probabilities, events, tells))


def _fitted(probabilities: Floats, events: Flags, tells: dict[str, str]) -> tuple[Estimate, ...]:
    n, names = len(probabilities), ("calibration_slope", "calibration_intercept", "calibration_in_the_large")
    if events.all() or not events.any():
        return tuple(undefined(name, "all outcomes are the same", n=n, by=tells) for name in names)
    inside = np.clip(probabilities, _EDGE, 1 - _EDGE)
    moved = int((inside != probabilities).sum())
    note = f"; {moved:,} probabilities of 0 or 1 moved by {_EDGE:g}" if moved else ""
    logits = np.log(inside / (1 - inside))
    words = f"logistic fit of the outcome on logit(probability), 95 % Wald CI{note}"
    joint = _logistic(np.column_stack([np.ones(n), logits]), events, np.zeros(n))
    large = _logistic(np.ones((n, 1)), events, logits)
    both = ((joint, 1, words + "; 1 is best"), (joint, 0, words + "; 0 is best"))
    parts = (*both, (large, 0, f"intercept with the slope held at 1, 95 % Wald CI{note}; 0 is best"))
    estimates = []
    for name, (fit, at, method) in zip(names, parts, strict=True):
        if fit is None:
            reason = "the fit has no end: the probabilities are all alike or separate the outcomes without overlap"
            estimates.append(undefined(name, reason, n=n, by=tells))
            continue
        value, half = float(fit[0][at]), Z95 * math.sqrt(float(fit[1][at, at]))
        estimates.append(
            Estimate(name=name, value=value, low=value - half, high=value + half, n=n, method=method, by=tells)
        )
    return tuple(estimates)


def _logistic(design: Floats, events: Flags, offset: Floats) -> tuple[Floats, Floats] | None:
    """Coefficients and their covariance by Newton's method; None where they run away."""
    beta: Floats = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        mean = 1 / (1 + np.exp(-np.clip(design @ beta + offset, -500, 500)))
        information = design.T @ (design * (mean * (1 - mean))[:, None])
        if np.linalg.cond(information) > 1e12:
            return None
        step = np.linalg.solve(information, design.T @ (events - mean))
        beta = beta + np.clip(step, -5, 5)
        if np.abs(step).max() < _CLOSE:
            return beta, np.asarray(np.linalg.inv(information), dtype=np.float64)
    return None


def picture(probabilities: Floats, events: Flags, *, bin_count: int, name: str, title: str) -> Calibration:
    """The reliability diagram: per bin the observed share with Wilson's interval."""
    found = bins(probabilities, events, count=bin_count)
    bars = []
    for b in found:
        low, high = wilson(b.observed, b.n)
        bars.append(Bar(label=f"{b.low:g}–{b.high:g}", value=b.observed / b.n, low=low, high=high, n=b.n))
    return Calibration(name=name, title=title, predicted=tuple(b.predicted for b in found), observed=tuple(bars))

"""Scores of a benchmark: accuracy per part and in total, weighted and macro side by side, and two models on the same items.

A frame of answers has a row per model and item: `model`, `item`, `correct` (how many of the row's `n` questions were
answered rightly, or points where partial credit is given), `n`, `cluster` (what items hang together, such as a patient;
else the item itself) and the parts, such as `type`, `modality`, `subgroup`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from review.domain.estimate import Estimate, undefined
from review.evidence.bootstrap import replicated
from review.evidence.contingency import mcnemar
from review.evidence.proportions import wilson
from review.evidence.resampling import Resampling, limits

Floats = NDArray[np.float64]

_FEWEST = 2  # clusters below which there is nothing to resample
_SQUARED = "95 % CI from the Wilson limits of each (Zou & Donner 2008)"
_FEW_KINDS = 64  # up to so many kinds of clusters, their numbers are drawn instead of the clusters
_WILSON = "right answers / items; 95 % CI of Wilson 1927"
_TESTS = frozenset({"mcnemar_statistic", "mcnemar_p_value", "mcnemar_exact_p"})
_MACRO = "plain mean over {parts}, each counting the same"


def scores(frame: pd.DataFrame, *, parts: Sequence[str], resampling: Resampling) -> tuple[Estimate, ...]:
    """Per model: the accuracy of every level of every part, the total over all items, and the plain mean over the types.

    `accuracy` tells of a level, `weighted_total` of all items, `macro_mean` of the levels of the first of the parts.
    """
    found: list[Estimate] = []
    for model, own in frame.groupby("model", sort=True):
        by = {"model": str(model)}
        for part in parts:
            found += [
                accuracy(level, by=by | {part: str(name)}, resampling=resampling)
                for name, level in own.groupby(part, sort=True)
            ]
        found.append(accuracy(own, name="weighted_total", by=by, resampling=resampling))
        if parts:
            found.append(macro(own, part=parts[0], by=by, resampling=resampling))
    return tuple(found)


def accuracy(frame: pd.DataFrame, *, by: Mapping[str, str], resampling: Resampling, name: str = "accuracy") -> Estimate:
    """The share of right answers (0 to 1) of one model over the rows given.

    The interval is Wilson's; where items hang together, or points are not whole, clusters of items are resampled.
    """
    n = int(frame["n"].sum())
    if not n:
        return undefined(name, "no item was answered", n=0, by=by)
    value = float(frame["correct"].sum() / n)
    if _counts(frame) and not _clustered(frame):
        low, high = wilson(round(float(frame["correct"].sum())), n)
        return Estimate(name=name, value=value, low=low, high=high, n=n, method=_WILSON, by=by)
    sums = _by_cluster(frame)
    what = "right answers / items" if _counts(frame) else "points / items"
    interval, said = _interval(sums, resampling)
    unit = _unit(frame)
    return Estimate(
        name=name, value=value, low=interval[0], high=interval[1], n=n, method=f"{what}; {said(unit)}", by=by
    )


def macro(frame: pd.DataFrame, *, part: str, by: Mapping[str, str], resampling: Resampling) -> Estimate:
    """The plain mean of the accuracies of a part's levels."""
    levels = [level for _, level in frame.groupby(part, sort=True) if level["n"].sum() > 0]
    if not levels:
        return undefined("macro_mean", "no item was answered", n=0, by=by)
    value = float(np.mean([level["correct"].sum() / level["n"].sum() for level in levels]))
    words = _MACRO.format(parts=f"{len(levels)} {part}s")
    low, high, said = _macro_interval(frame, levels, part, resampling)
    n = int(frame["n"].sum())
    return Estimate(name="macro_mean", value=value, low=low, high=high, n=n, method=f"{words}; {said}", by=by)


def _macro_interval(
    frame: pd.DataFrame, levels: Sequence[pd.DataFrame], part: str, resampling: Resampling
) -> tuple[float | None, float | None, str]:
    """Counts of single items have Wilson's limits put together; clusters and points are resampled."""
    if _clustered(frame):
        clusters = frame["cluster"].nunique()
        low, high = limits(_macro_of_clusters(frame, part, resampling), clusters)
        return low, high, resampling.label(_unit(frame))
    if _counts(frame):
        return *_squared(levels), _SQUARED
    # Levels are drawn apart from one another, so each has a seed of its own.
    apart = [_draws(_by_cluster(level), resampling.resamples, resampling.seed + at) for at, level in enumerate(levels)]
    low, high = limits(np.mean(apart, axis=0), len(frame) - len(levels) + 1)
    return low, high, resampling.label(_unit(frame))


def _squared(levels: Sequence[pd.DataFrame]) -> tuple[float, float]:
    """Limits of a mean of shares from the limits of each: the distances to either side add up in their squares."""
    right = [(round(float(level["correct"].sum())), int(level["n"].sum())) for level in levels]
    shares = np.array([k / n for k, n in right])
    ends = np.array([wilson(k, n) for k, n in right])
    below, above = (float(np.sqrt(((shares - ends[:, side]) ** 2).sum())) / len(right) for side in (0, 1))
    return float(shares.mean()) - below, float(shares.mean()) + above


def compare(frame: pd.DataFrame, first: str, second: str, *, resampling: Resampling) -> tuple[Estimate, ...]:
    """Two models on the items that both answered: their difference with its interval, and McNemar's exact test.

    `difference` is first minus second, in shares. `only_first` and `only_second` count the items that one alone got right.
    """
    by = {"first": first, "second": second}
    pairs = _paired(frame, first, second)
    if pairs.empty:
        return (undefined("difference", "no item was answered by both", n=0, by=by),)
    found = [_difference(pairs, by, resampling)]
    found += [
        _difference(level, by | {"type": str(name)}, resampling) for name, level in pairs.groupby("type", sort=True)
    ]
    return (*found, *_mcnemar(pairs, by))


def _difference(pairs: pd.DataFrame, by: Mapping[str, str], resampling: Resampling) -> Estimate:
    gap = pairs.assign(correct=pairs["correct_first"] - pairs["correct_second"])
    sums = _by_cluster(gap)
    interval, said = _interval(sums, resampling)
    n = int(gap["n"].sum())
    return Estimate(
        name="difference",
        value=float(gap["correct"].sum() / n),
        low=interval[0],
        high=interval[1],
        n=n,
        method=f"difference of shares on the same items; {said(_unit(gap))}",
        by=by,
    )


def _mcnemar(pairs: pd.DataFrame, by: Mapping[str, str]) -> tuple[Estimate, ...]:
    n = len(pairs)
    single = bool(
        (pairs["n"] == 1).all() and pairs[["correct_first", "correct_second"]].isin((0.0, 1.0)).all(axis=None)
    )
    if not single:
        why = "it takes a right or wrong for every single item"
        return (undefined("mcnemar_exact_p", why, n=n, by=by),)
    one, other = pairs["correct_first"] == 1, pairs["correct_second"] == 1
    cells = (int((one & other).sum()), int((one & ~other).sum()), int((~one & other).sum()), int((~one & ~other).sum()))
    counts = tuple(
        Estimate(name=name, value=value, n=n, unit="items", method="items that one model alone got right", by=by)
        for name, value in (("only_first", cells[1]), ("only_second", cells[2]))
    )
    tests = mcnemar(cells, by=by, prefix="mcnemar_")
    return (*counts, *(each for each in tests if each.name in _TESTS))


def _paired(frame: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    own, other = (frame[frame["model"] == name] for name in (first, second))
    pairs = own.merge(other[["item", "correct"]], on="item", suffixes=("_first", "_second"))
    return pairs.sort_values("item", ignore_index=True)


# Resampling


def _counts(frame: pd.DataFrame) -> bool:
    """Whether every row counts right answers, so that the total is binomial."""
    return bool((frame["correct"] % 1 == 0).all())


def _clustered(frame: pd.DataFrame) -> bool:
    return bool(frame.duplicated(["model", "cluster"]).any())


def _unit(frame: pd.DataFrame) -> str:
    clustered = frame["cluster"].duplicated().any()
    return "clusters of items that belong together" if clustered else "items"


def _by_cluster(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.groupby("cluster", sort=True)[["correct", "n"]].sum()


def _interval(
    sums: pd.DataFrame, resampling: Resampling
) -> tuple[tuple[float | None, float | None], Callable[[str], str]]:
    """The percentile interval of a share over clusters, and how to say it; none where there is one cluster."""
    if len(sums) < _FEWEST:
        return (None, None), lambda unit: f"no interval, there is only one of {unit}"
    return limits(_draws(sums, resampling.resamples, resampling.seed), len(sums)), resampling.label


def _draws(sums: pd.DataFrame, times: int, seed: int) -> Floats:
    """The share of right answers in each resample of clusters.

    How often each kind of cluster is drawn is multinomial, so that of many clusters that are alike, as single questions
    are, only their numbers are drawn.
    """
    each = sums[["correct", "n"]].to_numpy(dtype=float)
    kinds, counts = np.unique(each, axis=0, return_counts=True)
    if len(kinds) <= _FEW_KINDS:
        drawn = np.random.default_rng(seed).multinomial(len(each), counts / len(each), size=times)
        return np.asarray(drawn @ kinds[:, 0] / (drawn @ kinds[:, 1]))
    return replicated(lambda w: w @ each[:, 0] / (w @ each[:, 1]), len(each), resamples=times, seed=seed)


def _macro_of_clusters(frame: pd.DataFrame, part: str, resampling: Resampling) -> Floats:
    """A resample in which a level is not drawn at all is the mean of the other levels."""
    right = frame.pivot_table(index="cluster", columns=part, values="correct", aggfunc="sum", fill_value=0).to_numpy()
    n = frame.pivot_table(index="cluster", columns=part, values="n", aggfunc="sum", fill_value=0).to_numpy()

    def mean_of_levels(weights: Floats) -> Floats:
        drawn = weights @ n
        shares = np.divide(weights @ right, drawn, out=np.full_like(drawn, np.nan), where=drawn > 0)
        return np.asarray(np.nanmean(shares, axis=1))

    return replicated(mean_of_levels, len(right), resamples=resampling.resamples, seed=resampling.seed)

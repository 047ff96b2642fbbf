"""Agreement beyond chance for any number of raters, with missing ratings: each coefficient from how often each item counts.

Every function here takes `times`, (resamples, items), and gives one row per resample. With ones it is the coefficient
itself, with a resample's counts the coefficient of that resample: the value and its interval cannot come apart.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Statistic = Callable[[Floats], Floats]

PAIR = ("percent_agreement", "cohen_kappa", "cohen_kappa_linear", "cohen_kappa_quadratic", "pabak", "gwet_ac1")
MANY = ("percent_agreement", "fleiss_kappa", "gwet_ac1", "pabak")


def disagreement(size: int, scheme: str) -> Floats:
    """How far apart two categories are: 1 or 0, their distance, or its square; 1 at most."""
    gap = np.abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(float)
    if scheme == "unweighted":
        return (gap > 0).astype(float)
    gap /= max(1, size - 1)
    return gap if scheme == "linear" else gap**2


def tables(first: Codes, second: Codes, size: int) -> Callable[[Floats], Floats]:
    """(resamples, size, size) tables of the items both rated."""
    both = np.flatnonzero((first >= 0) & (second >= 0))
    where = (both, first[both] * size + second[both])
    cell = csr_array((np.ones(len(both)), where), shape=(len(first), size * size))

    def counted(times: Floats) -> Floats:
        return np.asarray(times @ cell).reshape(len(times), size, size)

    return counted


def pair(first: Codes, second: Codes, size: int) -> Statistic:
    """The coefficients of `PAIR` for two raters; NaN where one is undefined."""
    table_of = tables(first, second, size)
    schemes = [disagreement(size, name) for name in ("unweighted", "linear", "quadratic")]

    def statistic(times: Floats) -> Floats:
        table = table_of(times)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = table / table.sum(axis=(1, 2), keepdims=True)
            rows, columns = share.sum(axis=2), share.sum(axis=1)
            agreed = np.trace(share, axis1=1, axis2=2)
            constant = (rows.max(axis=1) > 1 - 1e-12) | (columns.max(axis=1) > 1 - 1e-12)
            kappas = []
            for weight in schemes:
                expected = np.einsum("bi,ij,bj->b", rows, weight, columns)
                value = 1 - np.einsum("bij,ij->b", share, weight) / expected
                kappas.append(np.where(constant, np.nan, value))
            mean = (rows + columns) / 2
            chance = (mean * (1 - mean)).sum(axis=1) / (size - 1) if size > 1 else np.full(len(times), np.nan)
            ac1 = (agreed - chance) / (1 - chance)
            pabak = (size * agreed - 1) / (size - 1) if size > 1 else np.full(len(times), np.nan)
        return np.column_stack([agreed, *kappas, pabak, ac1])

    return statistic


def kappa_errors(table: Floats, scheme: str) -> tuple[float, float]:
    """The standard error of a kappa, and that under no agreement (Fleiss, Cohen & Everitt 1969, 10.1037/h0028106)."""
    n = table.sum()
    share = table / n
    weight = 1 - disagreement(len(table), scheme)
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    agreed, chance = float((weight * share).sum()), float(rows @ weight @ columns)
    kappa = (agreed - chance) / (1 - chance)
    beside = (weight @ columns)[:, None] + (rows @ weight)[None, :]
    spread = float((share * (weight - beside * (1 - kappa)) ** 2).sum()) - (kappa - chance * (1 - kappa)) ** 2
    null = float((np.outer(rows, columns) * (weight - beside) ** 2).sum()) - chance**2
    scale = n * (1 - chance) ** 2
    return float(np.sqrt(max(0.0, spread) / scale)), float(np.sqrt(max(0.0, null) / scale))


def counts(codes: Codes, size: int) -> Floats:
    """(items, categories): how many raters put each item in each category."""
    found = np.zeros((len(codes), size))
    for rater in codes.T:
        said = np.flatnonzero(rater >= 0)
        found[said, rater[said]] += 1
    return found


def many(given: Floats) -> Statistic:
    """The coefficients of `MANY` from counts; items with one rating tell only of how often a category is used.

    Fleiss 1971 (10.1037/h0031619) and Gwet 2008, with missing ratings as in Gwet 2014.
    """
    raters, pairs, agreed, used = _parts(given)
    size = given.shape[1]
    rated = (raters > 0).astype(float)

    def statistic(times: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            observed = (times @ agreed) / (times @ pairs)
            share = (times @ used) / (times @ rated)[:, None]
            chances = (
                (share**2).sum(axis=1),
                (share * (1 - share)).sum(axis=1) / (size - 1 or np.nan),
                np.full(len(times), 1 / size if size > 1 else np.nan),
            )
            values = [(observed - chance) / (1 - chance) for chance in chances]
            values[0] = np.where(share.max(axis=1) > 1 - 1e-12, np.nan, values[0])
        return np.column_stack([observed, *values])

    return statistic


def _parts(given: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    raters = given.sum(axis=1)
    pairs = (raters >= 2).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        agreed = np.where(pairs > 0, (given * (given - 1)).sum(axis=1) / (raters * (raters - 1)), 0.0)
        used = np.where(raters[:, None] > 0, given / raters[:, None], 0.0)
    return raters, pairs, agreed, used


def many_errors(given: Floats) -> Floats:
    """Standard errors of `MANY` over items, by linearisation (Gwet 2021, 10.1177/0013164420973080)."""
    raters, pairs, agreed, used = _parts(given)
    kept = raters > 0
    n, size = int(kept.sum()), given.shape[1]
    values = many(given)(np.ones((1, len(given))))[0]
    share = used[kept].mean(axis=0)
    weight = n / pairs.sum()
    own = weight * agreed[kept]
    chances = (
        ((share**2).sum(), used[kept] @ share),
        ((share * (1 - share)).sum() / (size - 1 or np.nan), used[kept] @ (1 - share) / (size - 1 or np.nan)),
        (1 / size, np.full(n, 1 / size)),
    )
    errors = [_error(own, values[0], n)]
    for value, (chance, each) in zip(values[1:], chances, strict=True):
        with np.errstate(invalid="ignore", divide="ignore"):
            part = (own - weight * pairs[kept] * chance) / (1 - chance)
            errors.append(_error(part - 2 * (1 - value) * (each - chance) / (1 - chance), value, n))
    return np.array(errors)


def _error(each: Floats, value: float, n: int) -> float:
    return float(np.sqrt(((each - value) ** 2).sum() / (n * (n - 1)))) if n > 1 else float("nan")


def dice(codes: Codes, members: NDArray[np.bool_]) -> Statistic:
    """Per class the share of markings that another rater made too: 2·both/(first + second) for two raters."""
    rated = (codes >= 0).sum(axis=1)
    inside = np.zeros((len(codes), members.shape[1]))
    for rater in codes.T:
        said = np.flatnonzero(rater >= 0)
        inside[said] += members[rater[said]]
    both, made = inside * (inside - 1), inside * (rated - 1)[:, None]

    def statistic(times: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            found: Floats = (times @ both) / (times @ made)
        return found

    return statistic


def alpha(given: Floats, values: Floats, level: str) -> Statistic:
    """Krippendorff's alpha (2011, "Computing Krippendorff's alpha-reliability"): 1 − observed/expected disagreement.

    `given` is (items, categories) of counts, `values` what the categories stand for; items with one rating are left
    out. NaN where all ratings are the same.
    """
    given = np.where(given.sum(axis=1, keepdims=True) >= 2, given, 0.0)
    raters = given.sum(axis=1)
    over = np.maximum(1, raters - 1)
    apart = _apart(values, level)

    def statistic(times: Floats) -> Floats:
        used = times @ given
        total = used.sum(axis=1)
        if level == "ordinal":  # the distance of two ranks is that of the middles of their shares
            middle = np.cumsum(used, axis=1) - used / 2
            second, first = given @ (middle**2).T, given @ middle.T
            own = 2 * (raters[:, None] * second - first**2) / over[:, None]
            observed = np.einsum("bi,ib->b", times, own)
            expected = 2 * (total * (used * middle**2).sum(axis=1) - (used * middle).sum(axis=1) ** 2)
        else:
            own = np.einsum("iq,qr,ir->i", given, apart, given, optimize=True) / over
            observed = times @ own
            expected = np.einsum("bq,bq->b", used @ apart, used)
        with np.errstate(invalid="ignore", divide="ignore"):
            found = 1 - observed * (total - 1) / expected
        return np.where(expected > 1e-12 * np.maximum(1.0, total), found, np.nan)[:, None]

    return statistic


def _apart(values: Floats, level: str) -> Floats:
    """The squared distance of every two values at a level of measurement."""
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level == "ordinal":
        return np.zeros((0, 0))
    gap = np.subtract.outer(values, values)
    if level == "interval":
        return np.asarray(gap**2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num((gap / np.add.outer(values, values)) ** 2)


def alpha_of_measurements(scores: Floats) -> Statistic:
    """The same at the interval level from (items, raters) of numbers, NaN where missing, however many differ."""
    said = np.isfinite(scores)
    raters = np.where(said.sum(axis=1) >= 2, said.sum(axis=1), 0).astype(float)
    centred = np.where(said & (raters > 0)[:, None], scores - np.nanmean(scores), 0.0)
    first, second = centred.sum(axis=1), (centred**2).sum(axis=1)
    own = 2 * (raters * second - first**2) / np.maximum(1, raters - 1)

    def statistic(times: Floats) -> Floats:
        total = times @ raters
        expected = 2 * (total * (times @ second) - (times @ first) ** 2)
        with np.errstate(invalid="ignore", divide="ignore"):
            found = 1 - (times @ own) * (total - 1) / expected
        return np.where(expected > 1e-12 * np.maximum(1.0, total), found, np.nan)[:, None]

    return statistic

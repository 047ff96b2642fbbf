"""All coefficients of agreement of a set of ratings, each with its interval or with the reason why it has none."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from review.domain.estimate import Estimate, undefined
from review.evidence import agreement, chance, measurements
from review.evidence.bootstrap import LARGEST, limits, replicated
from review.evidence.proportions import Z95
from review.evidence.ratings import MEASUREMENTS, Ratings
from review.evidence.resampling import Resampling

Floats = NDArray[np.float64]
_MANY_RATERS = 6  # beyond, only raw agreement and plain kappa of every two are listed
_LABELS = 200  # categories; more are measurements or free text
_CELLS = 40_000_000  # numbers in one table that is worked with: 320 MB
_MEASURED = "the labels are measurements, not categories"
_SCHEMES = {
    "cohen_kappa": ("unweighted", "Cohen's kappa, unweighted"),
    "cohen_kappa_linear": ("linear", "Cohen's weighted kappa, linear weights, categories {order}"),
    "cohen_kappa_quadratic": ("quadratic", "Cohen's weighted kappa, quadratic weights, categories {order}"),
}
_MANY_WORDS = {
    "percent_agreement": "mean over items of the share of rater pairs that agree",
    "fleiss_kappa": "Fleiss' kappa (Fleiss 1971; items with missing ratings as in Gwet 2014)",
    "gwet_ac1": "Gwet's AC1 (Gwet 2008)",
    "pabak": "(k·Po − 1)/(k − 1), {k} categories (Brennan & Prediger 1981; PABAK for two raters and categories)",
}
_CALLED = ("observed agreement", "Fleiss' kappa", "Gwet's AC1", "prevalence- and bias-adjusted kappa")


@dataclass(frozen=True, slots=True)
class _Piece:
    """Estimates that one statistic gives, a column each. `bare` ones have no interval but that of resampling."""

    statistic: chance.Statistic
    estimates: tuple[Estimate, ...]
    bare: bool = False
    errors: tuple[float, ...] = ()  # standard errors of the first estimates, where they are told too


def coefficients(ratings: Ratings, how: Resampling) -> tuple[Estimate, ...]:
    """Every coefficient. With two raters it tells of them; with more, those of all come first and those of every two say
    whose they are.
    """
    parts = [[*_pairs(ratings)], [*_together(ratings)], [*_measured(ratings)]]
    if len(ratings.raters) > 2:
        parts[:2] = parts[1::-1]
    pieces = [piece for part in parts for piece in part]
    return tuple(_with_intervals(pieces, ratings, how))


def every_two(ratings: Ratings) -> Iterable[tuple[int, int, dict[str, str]]]:
    """The places of every two raters and what their values tell of."""
    two = len(ratings.raters) == 2
    for i, j in combinations(range(len(ratings.raters)), 2):
        yield i, j, {} if two else {"raters": f"{ratings.raters[i]}–{ratings.raters[j]}"}


def table_of(ratings: Ratings, i: int, j: int) -> list[list[int]]:
    """Counts of the items two raters both judged, the first in rows."""
    size = len(ratings.categories)
    first, second = ratings.codes[:, i], ratings.codes[:, j]
    both = (first >= 0) & (second >= 0)
    cells = np.bincount(first[both] * size + second[both], minlength=size * size)
    return [[int(n) for n in row] for row in cells.reshape(size, size)]


def _too_fine(ratings: Ratings) -> str:
    """Why categories cannot be counted here, or nothing."""
    size = len(ratings.categories)
    if ratings.level in ("interval", "ratio") and size > MEASUREMENTS:
        return _MEASURED
    if size > _LABELS:
        return f"{size:,} different labels are too many to be categories"
    if size * len(ratings.items) > _CELLS:
        return f"{len(ratings.items):,} items with {size:,} labels are more than can be counted at once"
    return ""


def _pairs(ratings: Ratings) -> Iterable[_Piece]:
    why, few = _too_fine(ratings), len(ratings.raters) <= _MANY_RATERS
    for i, j, by in every_two(ratings):
        if why:
            if not by:
                yield _Piece(_nothing, tuple(undefined(n, why, n=len(ratings.items), by=by) for n in chance.PAIR))
            continue
        found, errors = _pair_estimates(ratings, i, j, by)
        statistic = chance.pair(ratings.codes[:, i], ratings.codes[:, j], len(ratings.categories))
        if not few:
            found, errors = found[:2], errors[:2]
            statistic = _first_two(statistic)
        yield _Piece(statistic, found, errors=errors)
        if few and len(ratings.categories) == 2:
            a = agreement.agreement_of_table(table_of(ratings, i, j), categories=ratings.categories)
            yield _Piece(_nothing, (replace(a.prevalence_index, name="prevalence_index", by=by),))
            yield _Piece(_nothing, (replace(a.bias_index, name="bias_index", by=by),))


def _nothing(times: Floats) -> Floats:
    return np.zeros((len(times), 0))


def _first_two(statistic: chance.Statistic) -> chance.Statistic:
    return lambda times: statistic(times)[:, :2]


def _pair_estimates(
    ratings: Ratings, i: int, j: int, by: dict[str, str]
) -> tuple[tuple[Estimate, ...], tuple[float, ...]]:
    """In the order of `chance.PAIR`, and the standard errors of those that have one."""
    table = table_of(ratings, i, j)
    found = agreement.agreement_of_table(table, categories=ratings.categories)
    n = found.n
    values = chance.pair(ratings.codes[:, i], ratings.codes[:, j], len(table))(np.ones((1, len(ratings.items))))[0]
    kappas, errors = [], [math.nan]
    for at, (name, (scheme, words)) in enumerate(_SCHEMES.items(), start=1):
        value = float(values[at])
        if not math.isfinite(value):
            who = [ratings.raters[r] for r in (i, j) if np.unique(_shared(ratings, i, j)[:, r]).size < 2]
            why = f"{' and '.join(who)} gave every item the same label" if n else "no item was rated by both"
            kappas.append(undefined(name, why, n=n, by=by))
            errors.append(math.nan)
            continue
        error, null = chance.kappa_errors(np.array(table, dtype=float), scheme)
        against = f", z = {value / null:.3f} against no agreement" if null > 0 else ""
        method = (
            f"{words.format(order=ratings.order)}; SE {error:.4f}, null SE {null:.4f}{against}; "
            "95 % CI of Fleiss, Cohen & Everitt 1969"
        )
        low, high = max(-1.0, value - Z95 * error), min(1.0, value + Z95 * error)
        kappas.append(Estimate(name=name, value=value, low=low, high=high, n=n, method=method, by=by))
        errors.append(error)
    named = (replace(found.pabak, name="pabak", by=by), replace(found.ac1, name="gwet_ac1", by=by))
    return (replace(found.observed, name="percent_agreement", by=by), *kappas, *named), tuple(errors)


def _shared(ratings: Ratings, i: int, j: int) -> NDArray[np.intp]:
    return ratings.codes[(ratings.codes[:, i] >= 0) & (ratings.codes[:, j] >= 0)]


def _together(ratings: Ratings) -> Iterable[_Piece]:
    """Coefficients of all raters at once."""
    n, why, two = len(ratings.items), _too_fine(ratings), len(ratings.raters) == 2
    if why:
        names = ("fleiss_kappa",) if two else chance.MANY
        yield _Piece(_nothing, tuple(undefined(name, why, n=n) for name in names))
    else:
        given = chance.counts(ratings.codes, len(ratings.categories))
        yield _many(ratings, given, ("fleiss_kappa",) if two else chance.MANY)
        statistic = chance.dice(ratings.codes, ratings.members)
        values = statistic(np.ones((1, n)))[0]
        words = "markings of the class that another rater made too, of all markings: 2·both/(first + second)"
        note = "; items that no rater marked do not count, one that only one marked counts against"
        yield _Piece(
            statistic,
            tuple(
                Estimate(name="dice", value=float(value), n=n, method=words + note, by={"class": label})
                if math.isfinite(value)
                else undefined(
                    "dice", "no two raters judged an item that one of them marked so", n=n, by={"class": label}
                )
                for label, value in zip(ratings.classes, values, strict=True)
            ),
            bare=True,
        )
    yield _alpha(ratings)


def _many(ratings: Ratings, given: Floats, names: Sequence[str]) -> _Piece:
    pairable = int((given.sum(axis=1) >= 2).sum())
    columns = [chance.MANY.index(name) for name in names]
    statistic = chance.many(given)
    values = statistic(np.ones((1, len(given))))[0]
    errors = chance.many_errors(given) if pairable > 1 else np.full(len(chance.MANY), np.nan)
    rated = int((given.sum(axis=1) > 0).sum())
    found = []
    for at, name in zip(columns, names, strict=True):
        value, error = float(values[at]), float(errors[at])
        if not pairable or not math.isfinite(value):
            why = "all ratings are the same" if pairable else "no item was rated by two people"
            found.append(undefined(name, why, n=pairable))
            continue
        words = _MANY_WORDS[name].format(k=len(ratings.categories))
        half = float(student.ppf(0.975, rated - 1)) * error if math.isfinite(error) else None
        low, high = (None, None) if half is None else (max(-1.0, value - half), min(1.0, value + half))
        if name == "percent_agreement" and low is not None:
            low = max(0.0, low)
        method = f"{words}; {len(ratings.raters)} raters; 95 % CI over items, linearised (Gwet 2021)"
        found.append(Estimate(name=name, value=value, low=low, high=high, n=pairable, method=method))
    return _Piece(lambda times: statistic(times)[:, columns], tuple(found))


def _alpha(ratings: Ratings) -> _Piece:
    name, level, size = "krippendorff_alpha", ratings.level, len(ratings.categories)
    pairable = int(((ratings.codes >= 0).sum(axis=1) >= 2).sum())
    if level == "interval" and ratings.numbers is not None:
        statistic = chance.alpha_of_measurements(ratings.numbers)
    elif size * max(size, len(ratings.items)) > _CELLS:
        return _Piece(_nothing, (undefined(name, f"{size:,} different labels are too many", n=pairable),))
    else:
        numeric = ratings.numbers is not None and level == "ratio"
        values = np.array([float(c) for c in ratings.categories]) if numeric else np.arange(float(size))
        statistic = chance.alpha(chance.counts(ratings.codes, size), values, level)
    value = float(statistic(np.ones((1, len(ratings.items))))[0, 0])
    if not math.isfinite(value):
        why = "all ratings are the same" if pairable else "no item was rated by two people"
        return _Piece(statistic, (undefined(name, why, n=pairable),))
    order = f", categories {ratings.order}" if level == "ordinal" else ""
    method = f"Krippendorff's alpha, {level}{order}; {len(ratings.raters)} raters, missing ratings allowed"
    return _Piece(statistic, (Estimate(name=name, value=value, n=pairable, method=method),), bare=True)


def _measured(ratings: Ratings) -> Iterable[_Piece]:
    """Intraclass correlation and limits of agreement, where the labels are numbers."""
    if ratings.numbers is None:
        why = "the labels are not numbers"
    elif ratings.level == "nominal" and ratings.asked:
        why = "the labels are nominal, so their distances mean nothing"
    else:
        yield from _numbers(ratings, ratings.numbers)
        return
    names = (*measurements.ICC, *measurements.BLAND_ALTMAN)
    yield _Piece(_nothing, tuple(undefined(name, why, n=len(ratings.items)) for name in names))


def _numbers(ratings: Ratings, scores: Floats) -> Iterable[_Piece]:
    complete = np.isfinite(scores).all(axis=1)
    found = measurements.icc(scores[complete])
    if left := int((~complete).sum()):
        found = tuple(replace(e, method=f"{e.method}; {left:,} items not rated by all left out") for e in found)
    statistic = measurements.icc_statistic(scores[complete]) if complete.sum() > 1 else _nothing
    yield _Piece(lambda times: statistic(times[:, complete]), found)
    for i, j, by in every_two(ratings):
        if len(ratings.raters) > _MANY_RATERS:
            return
        both = np.isfinite(scores[:, i]) & np.isfinite(scores[:, j])
        differences = scores[both, i] - scores[both, j]
        which = f"{ratings.raters[i]} − {ratings.raters[j]}"
        limits_of = measurements.bland_altman_statistic(differences)
        yield _Piece(_on(limits_of, both), measurements.bland_altman(differences, which=which, by=by))


def _on(statistic: chance.Statistic, kept: NDArray[np.bool_]) -> chance.Statistic:
    return lambda times: statistic(times[:, kept])


def _with_intervals(pieces: Sequence[_Piece], ratings: Ratings, how: Resampling) -> Iterable[Estimate]:
    """The estimates, with intervals of resampled patients where there are patients, else where there is no other."""
    chosen = [p for p in pieces if ratings.owner is not None or p.bare]
    owner = ratings.owner if ratings.owner is not None else np.arange(len(ratings.items))
    what = "patients" if ratings.owner is not None else "items"
    possible = 1 < ratings.patients <= LARGEST and how.resamples > 0 and chosen
    drawn: dict[int, Floats] = {}
    if possible:
        ends = np.cumsum([0, *(p.statistic(np.ones((1, len(owner)))).shape[1] for p in chosen)])
        everything = replicated(
            lambda times: np.hstack([p.statistic(times[:, owner]) for p in chosen]),
            ratings.patients,
            resamples=how.resamples,
            seed=how.seed,
        )
        drawn = {id(p): everything[:, ends[k] : ends[k + 1]] for k, p in enumerate(chosen)}
    words = f"95 % percentile interval (expanded, Hesterberg 2015) of {how.resamples:,} resamples of {ratings.patients:,} {what}, seed {how.seed}"
    for piece in pieces:
        replicates = drawn.get(id(piece))
        clustered = ratings.owner is not None and piece.statistic is not _nothing
        for at, estimate in enumerate(piece.estimates):
            error = piece.errors[at] if at < len(piece.errors) else math.nan
            if estimate.value is None or not (clustered or piece.bare):
                yield estimate
            else:
                own = replicates[:, at] if replicates is not None else np.zeros(0)
                yield _resampled(estimate, own, ratings.patients, words)
                defined = own[np.isfinite(own)]
                error = float(defined.std(ddof=1)) if math.isfinite(error) and defined.size > 1 else math.nan
            if estimate.value is not None and math.isfinite(error):
                method = f"standard error of {estimate.name}, {words if clustered else 'Fleiss, Cohen & Everitt 1969'}"
                yield Estimate(name=f"{estimate.name}_se", value=error, n=estimate.n, method=method, by=estimate.by)


def _resampled(estimate: Estimate, replicates: Floats, units: int, words: str) -> Estimate:
    """The estimate with the percentile interval in place of the one that takes items as independent."""
    method = "; ".join(
        part for part in estimate.method.split("; ") if "95 %" not in part and not part.startswith("SE ")
    )
    ends = limits(replicates, units) if replicates.size else None
    if ends is None:
        why = "it is undefined in many resamples" if replicates.size else "there are too few or too many to resample"
        return replace(estimate, low=None, high=None, method=f"{method}; no interval, for {why}")
    return replace(estimate, low=ends[0], high=ends[1], method=f"{method}; {words}")


def pooled(given: Floats, of_pairs: agreement.Agreement) -> agreement.Agreement:
    """Agreement of three or more people: the coefficients that hold for them, in place of those of two.

    `given` is (items, categories) of counts; `of_pairs` is what all pairs say when they are put into one table, whose
    kappa would take every pair for the same two people.
    """
    values = chance.many(given)(np.ones((1, len(given))))[0]
    errors = chance.many_errors(given)
    made = {}
    for at, (name, called) in enumerate(zip(chance.MANY, _CALLED, strict=True)):
        words = _MANY_WORDS[name].format(k=given.shape[1])
        value, n = float(values[at]), len(given)
        if not math.isfinite(value):
            made[name] = undefined(called, "all verdicts were the same", n=n)
            continue
        half = float(student.ppf(0.975, n - 1)) * float(errors[at]) if n > 1 else math.nan
        least = 0.0 if name == "percent_agreement" else -1.0
        low, high = (max(least, value - half), min(1.0, value + half)) if math.isfinite(half) else (None, None)
        method = f"{words}; 95 % CI over items, linearised (Gwet 2021)"
        made[name] = Estimate(name=called, value=value, low=low, high=high, n=n, method=method)
    why = "it is made for two people"
    return replace(
        of_pairs,
        observed=made["percent_agreement"],
        kappa=made["fleiss_kappa"],
        ac1=made["gwet_ac1"],
        pabak=made["pabak"],
        prevalence_index=undefined("prevalence index", why, n=of_pairs.n),
        bias_index=undefined("bias index", why, n=of_pairs.n),
    )

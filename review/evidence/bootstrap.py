"""Resampling patients: how a mean and a median over cases vary when other patients had been drawn.

A resample is how often each patient was drawn, so a statistic of it is a weighted one. One matrix product gives the sums
of every group in every resample; a median needs, beside the weight below the middle, only the values near it.
Each patient brings all of their cases, so several scans of one person do not narrow an interval.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtrit

from review.evidence import resampling
from review.evidence.proportions import Z95

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
Counts = NDArray[np.int64]
_AT_ONCE = 8_000_000  # weights in memory at a time: 64 MB
_WHOLE_IN_HALF = 2**24  # whole numbers up to here are exact in single precision
LARGEST = 100_000  # patients; beyond, the interval of the normal distribution is the same to three digits


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The values of one group in ascending order, and to which of its patients each belongs (0 to patients − 1)."""

    values: Floats
    owner: Whole
    patients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A statistic with its percentile and BCa interval; an interval that does not exist is None."""

    value: float
    percentile: tuple[float, float] | None
    bca: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampled:
    """What resampling says about one group. `resamples` is 0 where patients are too few, or so many that it was
    calculated instead.
    """

    mean: Interval
    median: Interval
    resamples: int


def sample(values: Floats, patients: NDArray[np.generic]) -> Sample:
    """A group from its values and their patients, in any order."""
    order = np.argsort(values, kind="stable")
    known, owner = np.unique(patients, return_inverse=True)
    return Sample(values[order], owner[order], len(known))


def drawn(patients: int, *, resamples: int, seed: int) -> Iterator[Floats]:
    """How often each patient is in each resample, as blocks of (resamples, patients); the same for the same seed."""
    random = np.random.default_rng(seed)
    step = max(1, min(resamples, _AT_ONCE // patients))
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        times = np.empty((rows, patients))
        for row in times:
            row[:] = np.bincount(random.integers(0, patients, size=patients, dtype=np.int32), minlength=patients)
        yield times


def resampled(samples: Sequence[Sample], keys: Sequence[bytes], *, resamples: int, seed: int) -> list[Resampled]:
    """Mean and median of each group. Groups of one key have the same patients and share their resamples, so that they
    may be compared.
    """
    together: dict[bytes, list[int]] = {}
    for at, key in enumerate(keys):
        together.setdefault(key, []).append(at)
    found: dict[int, Resampled] = {}
    for members in together.values():
        patients = samples[members[0]].patients
        if patients < 2 or patients > LARGEST or resamples < 1:
            found.update((at, _calculated(samples[at])) for at in members)
            continue
        chosen = [samples[at] for at in members]
        means, medians = _replicates(chosen, resamples, seed)
        for k, at in enumerate(members):
            found[at] = _intervals(chosen[k], means[k], medians[k])
    return [found[at] for at in range(len(samples))]


def key(patients: NDArray[np.integer]) -> bytes:
    """A short name of a set of patients (sorted codes)."""
    return hashlib.blake2b(np.ascontiguousarray(patients).tobytes(), digest_size=16).digest()


def limits(replicates: Floats, patients: int) -> tuple[float, float] | None:
    """The percentile interval, its tails widened for few patients (Hesterberg 2015); None if the statistic was undefined
    in more than one resample of twenty.
    """
    low, high = resampling.limits(replicates, patients)
    return None if low is None or high is None else (low, high)


def bca(value: float, replicates: Floats, jackknife: Floats) -> tuple[float, float] | None:
    """The bias-corrected and accelerated interval (Efron 1987, 10.2307/2289144), its tails widened for few patients as
    those of the percentile interval are; None where it is not defined.
    """
    below = (np.sum(replicates < value) + np.sum(replicates <= value)) / (2 * replicates.size)
    if not 0 < below < 1:
        return None
    shift = float(ndtri(below))
    spread = jackknife.mean() - jackknife
    cubes = float(np.sum(spread**2)) ** 1.5
    pull = float(np.sum(spread**3)) / (6 * cubes) if cubes > 0 else 0.0
    n = len(jackknife)
    reach = math.sqrt(n / (n - 1)) * float(stdtrit(n - 1, 0.975))
    ends = [float(ndtr(shift + (shift + z) / (1 - pull * (shift + z)))) for z in (-reach, reach)]
    low, high = np.quantile(replicates, ends)
    return float(low), float(high)


def _replicates(samples: Sequence[Sample], resamples: int, seed: int) -> tuple[Floats, Floats]:
    """Means and medians, each (groups, resamples), of groups with the same patients."""
    patients, groups = samples[0].patients, len(samples)
    middles = np.array([[s.values.mean()] for s in samples])
    sums = [
        np.bincount(s.owner, weights=s.values - middle, minlength=patients)
        for s, middle in zip(samples, middles, strict=True)
    ]
    each = [np.bincount(s.owner, minlength=patients) for s in samples]
    unlike = {count.tobytes(): count for count in each}  # complete tables count alike in every group
    which = [list(unlike).index(count.tobytes()) for count in each]
    counts = list(unlike.values())
    below = np.vstack([np.bincount(s.owner[: len(s.values) // 2], minlength=patients) for s in samples])
    # Counts are whole numbers, which half the digits hold exactly, in half the time; of sums of what is left beside the
    # mean, seven digits are far more than resampling tells.
    exact = np.float32 if max(len(s.values) for s in samples) < _WHOLE_IN_HALF // 2 else np.float64
    rows: NDArray[Any] = np.vstack([*counts, below, *sums]).astype(exact)
    means, medians, at = np.empty((groups, resamples)), np.empty((groups, resamples)), 0
    for times in drawn(patients, resamples=resamples, seed=seed):
        here = slice(at, at + len(times))
        by_patient: NDArray[Any] = np.ascontiguousarray(times.T, dtype=exact)
        found = rows @ by_patient
        reached = found[: len(counts) + groups].astype(np.int64)
        totals = reached[: len(counts)][which]
        means[:, here] = middles + found[len(counts) + groups :] / totals
        for g, one in enumerate(samples):
            medians[g, here] = _medians(one, by_patient, totals[g], reached[len(counts) + g])
        at += len(times)
    return means, medians


def _medians(one: Sample, times: NDArray[Any], totals: Counts, base: Counts) -> Floats:
    """The median of one group in each resample: the value, or the mean of the two values, in the middle.

    `times` is (patients, resamples); `base` is how much weight the lower half of the sample has in each resample.
    """
    first = (totals + 1) // 2
    place, beyond = _place(one, times, first, base)
    values: Floats = one.values[place]
    columns = np.flatnonzero((totals % 2 == 0) & (beyond < 1))  # the upper of the two is a later value
    following = place[columns]
    waiting = np.arange(columns.size)
    while waiting.size:
        following[waiting] += 1
        waiting = waiting[times[one.owner[following[waiting]], columns[waiting]] == 0]
    values[columns] = (values[columns] + one.values[following]) / 2
    return values


def _place(one: Sample, times: NDArray[Any], ranks: Counts, base: Counts) -> tuple[Whole, Counts]:
    """Where the value of a rank (from 1) lies in each resample, and how much weight up to it is above that rank.

    Walks from the middle outwards, a block at a time, with those resamples that have not arrived.
    """
    place, beyond = np.zeros(len(ranks), dtype=np.intp), np.zeros(len(ranks), dtype=np.int64)
    middle = len(one.values) // 2
    for step, need in ((1, ranks - base), (-1, base - ranks + 1)):
        columns = np.flatnonzero(need > 0)
        left, at = need[columns], middle if step == 1 else middle - 1
        size = max(8, round(math.sqrt(len(one.values)) / 2))
        while columns.size:
            owners = one.owner[at : at + size] if step == 1 else one.owner[max(0, at - size + 1) : at + 1][::-1]
            weights = times[np.ix_(owners, columns)]
            reached = np.cumsum(weights, axis=0)
            end = reached[-1].astype(np.int64)
            done = end >= left
            inside = (reached[:, done] < left[done]).sum(axis=0)
            place[columns[done]] = at + step * inside
            here = reached[inside, np.flatnonzero(done)].astype(np.int64)
            if step == 1:
                beyond[columns[done]] = here - left[done]
            else:
                beyond[columns[done]] = left[done] - 1 - here + weights[inside, np.flatnonzero(done)].astype(np.int64)
            left, columns, at = left[~done] - end[~done], columns[~done], at + step * size
    return place, beyond


def _intervals(one: Sample, means: Floats, medians: Floats) -> Resampled:
    mean, median = float(one.values.mean()), float(np.median(one.values))
    left_mean, left_median = _without_each(one)
    return Resampled(
        mean=Interval(value=mean, percentile=limits(means, one.patients), bca=bca(mean, means, left_mean)),
        median=Interval(value=median, percentile=limits(medians, one.patients), bca=bca(median, medians, left_median)),
        resamples=len(means),
    )


def _without_each(one: Sample) -> tuple[Floats, Floats]:
    """Mean and median without each patient in turn."""
    n, patients = len(one.values), one.patients
    counts = np.bincount(one.owner, minlength=patients)
    sums = np.bincount(one.owner, weights=one.values, minlength=patients)
    left = n - counts
    means = (sums.sum() - sums) / left
    # Where a patient's values lie, as one sorted list of patient × n + position.
    order = np.argsort(one.owner, kind="stable")
    keys = one.owner[order] * n + order
    begins = np.concatenate([[0], np.cumsum(counts)[:-1]])
    medians = np.zeros(patients)
    for rank in ((left + 1) // 2 - 1, left // 2):
        place = rank.copy()
        while True:
            passed = np.searchsorted(keys, np.arange(patients) * n + place, side="right") - begins
            following = rank + passed
            if np.array_equal(following, place):
                break
            place = following
        medians += one.values[place] / 2
    return means, medians


def _calculated(one: Sample) -> Resampled:
    """Without resampling: no interval for a single patient, and that of the normal distribution for very many."""
    mean, median = float(one.values.mean()), float(np.median(one.values))
    ends: list[tuple[float, float] | None] = [None, None]
    if one.patients > 1:
        n = len(one.values)
        counts = np.bincount(one.owner, minlength=one.patients)
        sums = np.bincount(one.owner, weights=one.values, minlength=one.patients)
        half = Z95 * math.sqrt(float(np.sum((sums - mean * counts) ** 2))) / n
        below = np.bincount(one.owner[: (n + 1) // 2], minlength=one.patients)
        reach = Z95 * math.sqrt(float(np.sum((below - counts / 2) ** 2)))
        first, last = max(0, round((n - 1) / 2 - reach)), min(n - 1, round((n - 1) / 2 + reach))
        ends = [(float(mean - half), float(mean + half)), (float(one.values[first]), float(one.values[last]))]
    return Resampled(
        mean=Interval(value=mean, percentile=ends[0], bca=None),
        median=Interval(value=median, percentile=ends[1], bca=None),
        resamples=0,
    )


def replicated(statistic: Callable[[Floats], Floats], patients: int, *, resamples: int, seed: int) -> Floats:
    """Any statistic in each resample: from (resamples, patients) times drawn to (resamples, numbers)."""
    blocks = [statistic(times) for times in drawn(patients, resamples=resamples, seed=seed)]
    return np.concatenate(blocks)

"""Resampling patients: exact against writing every resample out, unmoved by duplicated patients, in the right width."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap

from review.evidence import bootstrap as method
from review.evidence.bootstrap import Resampled, Sample, drawn, resampled, sample

clustered = st.integers(2, 25).flatmap(
    lambda patients: st.lists(
        st.tuples(st.integers(0, patients - 1), st.integers(0, 20)), min_size=patients, max_size=90
    )
)


def one(values: np.ndarray, patients: np.ndarray, **how: int) -> Resampled:
    return resampled([sample(values, patients)], [b"all"], **({"resamples": 2000, "seed": 0} | how))[0]


def width(interval: tuple[float, float] | None) -> float:
    assert interval is not None
    return interval[1] - interval[0]


@settings(deadline=None)
@given(rows=clustered, seed=st.integers(0, 5))
def test_means_and_medians_are_those_of_every_resample_written_out(rows: list[tuple[int, int]], seed: int) -> None:
    owner, values = (np.array(column) for column in zip(*rows, strict=True))
    made = sample(values / 4, owner)
    means, medians = method._replicates([made], 12, seed)
    for k, times in enumerate(np.vstack(list(drawn(made.patients, resamples=12, seed=seed)))):
        out = np.repeat(made.values, times[made.owner].astype(int))
        assert means[0, k] == pytest.approx(
            out.mean(), abs=1e-6 * max(1, *np.abs(made.values))
        )  # sums in single precision
        assert medians[0, k] == pytest.approx(np.median(out))


@settings(deadline=None)
@given(rows=clustered)
def test_the_jackknife_is_that_of_leaving_each_patient_out(rows: list[tuple[int, int]]) -> None:
    owner, values = (np.array(column) for column in zip(*rows, strict=True))
    made = sample(values / 4, owner)
    if made.patients < 2:
        return
    means, medians = method._without_each(made)
    for patient in range(made.patients):
        left = made.values[made.owner != patient]
        assert (means[patient], medians[patient]) == pytest.approx((left.mean(), np.median(left)))


def test_patients_written_five_times_leave_the_interval_while_cases_narrow_it_by_the_root_of_five() -> None:
    values = np.random.default_rng(11).normal(0.8, 0.1, 40)
    once = one(values, np.arange(40))
    five, who = np.repeat(values, 5), np.repeat(np.arange(40), 5)
    together, alone = one(five, who), one(five, np.arange(200))
    assert together.mean.percentile == pytest.approx(once.mean.percentile)
    assert together.mean.bca == pytest.approx(once.mean.bca)
    assert width(once.mean.percentile) / width(alone.mean.percentile) == pytest.approx(
        5**0.5 * 1.037, rel=0.08
    )  # the tails are wider for 40 than for 200


def test_intervals_are_those_of_scipy_within_the_error_of_resampling() -> None:
    values = np.random.default_rng(12).beta(8, 2, 120)
    found = one(values, np.arange(120), resamples=9999)
    for interval, statistic in ((found.mean, np.mean), (found.median, np.median)):
        for ours, name in ((interval.percentile, "percentile"), (interval.bca, "BCa")):
            other = bootstrap((values,), statistic, n_resamples=9999, method=name, rng=5).confidence_interval
            assert ours == pytest.approx((other.low, other.high), abs=0.12 * width(ours))


@given(seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=20)
def test_the_order_of_rows_changes_nothing_and_another_seed_changes_something(seed: int) -> None:
    random = np.random.default_rng(1)
    values, patients = random.random(30), random.integers(0, 12, 30)
    order = np.random.default_rng(seed).permutation(30)
    here, there = one(values, patients, resamples=200), one(values[order], patients[order], resamples=200)
    assert here.mean.percentile == pytest.approx(there.mean.percentile)
    assert here.median.percentile == pytest.approx(there.median.percentile)
    assert here.mean.percentile != one(values, patients, resamples=200, seed=seed + 1).mean.percentile


def test_a_row_dropped_changes_the_mean() -> None:
    values = np.arange(10.0)
    assert one(values, np.arange(10)).mean.value != one(values[1:], np.arange(9)).mean.value


def test_one_patient_has_no_interval_and_equal_values_no_bca() -> None:
    assert one(np.array([0.1, 0.9]), np.array([0, 0])).mean.percentile is None
    same = one(np.ones(12), np.arange(12))
    assert same.mean.percentile == (1.0, 1.0)
    assert same.median.bca in (None, (1.0, 1.0))


def test_very_many_patients_get_the_interval_that_resampling_would_give(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    patients = np.repeat(np.arange(1500), 2)
    values = random.normal(size=1500)[patients] + random.normal(size=3000)
    by_resampling = one(values, patients)
    monkeypatch.setattr(method, "LARGEST", 100)
    calculated = one(values, patients)
    assert calculated.resamples == 0
    for a, b in ((calculated.mean, by_resampling.mean), (calculated.median, by_resampling.median)):
        assert a.percentile == pytest.approx(b.percentile, abs=0.15 * width(b.percentile))


def test_groups_of_the_same_patients_share_their_resamples() -> None:
    values = np.random.default_rng(5).random(25)
    made = [Sample(np.sort(values), np.argsort(values), 25) for _ in range(2)]
    shared = resampled(made, [b"k", b"k"], resamples=100, seed=3)
    apart = resampled(made, [b"k", b"j"], resamples=100, seed=3)
    for one_of, other in ((shared[0], shared[1]), (shared[1], apart[1])):
        assert one_of.mean.percentile == pytest.approx(other.mean.percentile)
        assert one_of.mean.bca == pytest.approx(other.mean.bca)
        assert one_of.median == other.median

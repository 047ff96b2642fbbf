"""Two models on the same patients: the example of Hollander and Wolfe, scipy as a second opinion, and symmetry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import permutation_test
from scipy.stats import wilcoxon as scipy_wilcoxon

from review.evidence import paired
from review.evidence.paired import hodges_lehmann, sign_flip, wilcoxon

QUICK = settings(deadline=None, max_examples=30)
DEPRESSION = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]) - np.array(
    [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
)
differences = st.lists(st.integers(-40, 40).map(lambda n: n / 8), min_size=1, max_size=40).map(np.array)


def test_the_depression_example() -> None:
    statistic, p = wilcoxon(DEPRESSION)
    assert statistic.value == 40
    assert p.value == pytest.approx(0.03906, abs=5e-6)
    assert (p.value or 0) / 2 == pytest.approx(0.01953, abs=5e-6)
    shift = hodges_lehmann(DEPRESSION)
    assert (shift.value, shift.low, shift.high) == pytest.approx((0.46, 0.010, 0.786), abs=5e-4)


def test_one_sign_turned_changes_the_statistic() -> None:
    turned = DEPRESSION.copy()
    turned[0] *= -1
    assert wilcoxon(turned)[0].value != 40


@QUICK
@given(values=differences)
def test_turned_around_the_shift_turns_and_the_p_values_stay(values: np.ndarray) -> None:
    one, other = hodges_lehmann(values), hodges_lehmann(-values)
    assert one.value == pytest.approx(-(other.value or 0), abs=1e-12)
    for x, y in ((wilcoxon(values)[1], wilcoxon(-values)[1]), (sign_flip(values, seed=1), sign_flip(-values, seed=1))):
        assert (x.value is None) == (y.value is None)
        assert x.value is None or x.value == pytest.approx(y.value, abs=0.03)


@QUICK
@given(values=differences, seed=st.integers(0, 50))
def test_the_order_of_patients_changes_nothing(values: np.ndarray, seed: int) -> None:
    mixed = np.random.default_rng(seed).permutation(values)
    assert wilcoxon(values)[1].value == wilcoxon(mixed)[1].value
    assert hodges_lehmann(values).value == pytest.approx(hodges_lehmann(mixed).value)


@QUICK
@given(values=st.lists(st.floats(-5, 5).filter(lambda x: abs(x) > 1e-3), min_size=6, max_size=30, unique_by=abs))
def test_the_p_value_is_that_of_scipy(values: list[float]) -> None:
    assert wilcoxon(np.array(values))[1].value == pytest.approx(scipy_wilcoxon(values, method="exact").pvalue)


def test_the_exact_permutation_is_that_of_scipy() -> None:
    def mean(x: np.ndarray, axis: int) -> np.ndarray:
        return np.mean(x, axis=axis)

    other = permutation_test((DEPRESSION,), mean, permutation_type="samples", n_resamples=10_000)
    assert sign_flip(DEPRESSION, seed=0).value == pytest.approx(other.pvalue)


def test_random_signs_come_near_the_exact_p_value(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = sign_flip(DEPRESSION, seed=0).value
    monkeypatch.setattr(paired, "_FLIPS_UP_TO", 3)
    assert sign_flip(DEPRESSION, seed=0).value == pytest.approx(exact, abs=0.006)
    assert sign_flip(DEPRESSION, seed=0) == sign_flip(DEPRESSION, seed=0)


def test_walsh_averages_are_the_same_when_they_are_too_many_to_write_down(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(3).normal(0.2, 1, 300)
    written = hodges_lehmann(values)
    monkeypatch.setattr(paired, "_WALSH_UP_TO", 10)
    found = hodges_lehmann(values)
    assert (found.value, found.low, found.high) == pytest.approx((written.value, written.low, written.high), abs=1e-12)


def test_nothing_to_compare_is_undefined_and_few_pairs_have_no_interval() -> None:
    assert wilcoxon(np.zeros(4))[1].value is None
    assert wilcoxon(np.array([]))[1].value is None
    assert sign_flip(np.zeros(4), seed=0).value is None
    assert hodges_lehmann(np.array([])).value is None
    few = hodges_lehmann(np.array([1.0, 2.0, 3.0]))
    assert (few.value, few.low) == (2.0, None)

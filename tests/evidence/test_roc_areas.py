"""DeLong's areas and tests against the figures published for 113 patients with subarachnoid haemorrhage, and laws.

The data are those of Turck et al. 2010 (10.1007/s00134-009-1641-y) as analysed with pROC. Only the order of the patients
on each marker is kept here, worked out from the placement values printed in pROC's tests: areas and tests rest on order.
"""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from review.domain.estimate import Estimate
from review.evidence.delong import auc, compare

QUICK = settings(deadline=None, max_examples=30)
POOR = np.arange(113) < 41  # the patients with a poor outcome stand first
_ORDER = {
    "ndka": "38 25 29 36 4 10 19 44 48 44 44 15 33 40 6 8 31 2 52 40 17 19 23 31 42 27 40 8 50 35 4 13 40 4 12 44 21 33 46 19 36 1 9 7 18 5 35 5 39 30 39 37 47 11 5 24 5 5 51 26 14 14 39 3 7 5 13 28 7 34 45 7 5 24 11 7 28 43 41 16 22 49 5 37 14 18 18 34 3 37 24 11 18 39 18 22 7 14 18 43 9 24 27 45 20 24 11 43 16 32 41 5 30",
    "wfns": "3 2 4 5 5 5 5 2 5 2 1 2 5 4 4 2 5 5 5 2 5 2 5 2 4 5 4 4 1 4 4 2 2 5 5 2 2 5 5 5 5 1 1 1 1 5 1 2 2 1 2 2 1 1 1 2 1 2 1 1 3 4 1 4 1 5 5 1 1 2 4 1 1 2 2 1 2 1 2 2 1 1 1 1 2 1 2 1 1 3 2 4 2 1 4 1 1 5 4 2 2 1 1 1 3 1 2 2 4 4 1 1 1",
    "s100b": "9 6 12 8 26 31 29 3 20 5 3 24 22 28 31 16 31 31 31 3 31 18 1 5 14 31 16 31 4 16 9 6 7 14 31 10 31 19 31 31 26 9 10 6 2 27 13 6 6 2 4 2 5 7 3 13 3 7 9 13 2 12 10 21 5 30 27 12 3 25 27 7 4 5 4 2 9 6 10 11 2 2 5 2 5 4 12 5 4 20 7 17 3 6 19 3 2 15 23 6 11 4 10 6 3 2 13 11 27 13 11 30 28",
}
MARKERS = {name: np.array(text.split(), dtype=float) for name, text in _ORDER.items()}

scored = st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=6, max_size=40).filter(
    lambda cases: 2 <= sum(positive for _, positive in cases) <= len(cases) - 2
)


def arrays(cases: list[tuple[int, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([s for s, _ in cases], dtype=float), np.array([p for _, p in cases])


def close(one: Estimate, other: Estimate) -> bool:
    pairs = ((one.value, other.value), (one.low, other.low), (one.high, other.high))
    return all((x is None) == (y is None) and (x is None or math.isclose(x, y or 0.0, abs_tol=1e-9)) for x, y in pairs)


@pytest.mark.parametrize(
    ("marker", "area", "low", "high"),
    [("wfns", 0.8237, 0.7485, 0.8988), ("s100b", 0.7314, 0.6301, 0.8326), ("ndka", 0.6120, 0.5012, 0.7227)],
)
def test_the_area_of_each_marker(marker: str, area: float, low: float, high: float) -> None:
    found = auc(MARKERS[marker], POOR)
    assert (found.value, found.low, found.high) == pytest.approx((area, low, high), abs=5.1e-5)
    assert found.n == 113


@pytest.mark.parametrize(
    ("first", "second", "z", "p"),
    [
        ("wfns", "s100b", 2.20898359, 0.02717578),
        ("wfns", "ndka", 2.79777592, 0.00514558),
        ("ndka", "s100b", -1.39077003, 0.16429518),
    ],
)
def test_the_difference_of_two_markers(first: str, second: str, z: float, p: float) -> None:
    _, found_z, found_p = compare(MARKERS[first], MARKERS[second], POOR)
    assert found_z.value == pytest.approx(z, abs=5e-9)
    assert found_p.value == pytest.approx(p, abs=5e-9)


def test_the_interval_of_the_difference() -> None:
    gap = compare(MARKERS["wfns"], MARKERS["s100b"], POOR)[0]
    assert (gap.low, gap.high) == pytest.approx((0.01041, 0.17421), abs=5.1e-6)


def test_two_outcomes_swapped_change_the_area() -> None:
    swapped = POOR.copy()
    swapped[[3, 50]] = swapped[[50, 3]]
    assert auc(MARKERS["wfns"], swapped).value != pytest.approx(0.8237, abs=1e-4)


def test_outcomes_shuffled_leave_no_area() -> None:
    shuffled = np.random.default_rng(4).permutation(POOR)
    found = auc(MARKERS["wfns"], shuffled)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.5 < found.high


@QUICK
@given(cases=scored, seed=st.integers(0, 99))
def test_the_order_of_cases_and_any_rising_change_of_scores_change_nothing(
    cases: list[tuple[int, bool]], seed: int
) -> None:
    scores, positive = arrays(cases)
    order = np.random.default_rng(seed).permutation(len(scores))
    assert close(auc(scores, positive), auc(np.exp(scores[order]) - 5, positive[order]))


@QUICK
@given(cases=scored)
def test_the_area_is_that_of_scikit_learn_and_turns_over_with_the_scores(cases: list[tuple[int, bool]]) -> None:
    scores, positive = arrays(cases)
    value = auc(scores, positive).value
    assert value == pytest.approx(roc_auc_score(positive, scores))
    assert auc(-scores, positive).value == pytest.approx(1 - (value or 0))


@QUICK
@given(cases=scored)
def test_patients_with_one_case_each_change_nothing(cases: list[tuple[int, bool]]) -> None:
    scores, positive = arrays(cases)
    assert close(auc(scores, positive), auc(scores, positive, patients=[f"P{k}" for k in range(len(scores))]))


def test_every_case_written_five_times_for_its_patient_changes_no_interval_but_does_without_patients() -> None:
    once = auc(MARKERS["wfns"], POOR, patients=np.arange(113))
    scores, poor = np.repeat(MARKERS["wfns"], 5), np.repeat(POOR, 5)
    together = auc(scores, poor, patients=np.repeat(np.arange(113), 5))
    assert together.value == pytest.approx(once.value)
    assert (together.low, together.high) == pytest.approx((once.low, once.high), abs=1e-9)
    alone = auc(scores, poor)
    assert (once.high or 0) - (once.low or 0) == pytest.approx(
        5**0.5 * ((alone.high or 0) - (alone.low or 0)), rel=0.02
    )


def test_one_kind_of_case_has_no_area_and_one_case_of_a_kind_no_interval() -> None:
    assert auc([0.1, 0.2], [True, True]).value is None
    assert auc([], []).value is None
    found = auc([0.1, 0.2, 0.3], [True, False, False])
    assert (found.value, found.low) == (0.0, None)


def test_a_score_compared_with_itself_has_no_test() -> None:
    gap, z, p = compare(MARKERS["wfns"], MARKERS["wfns"] * 2, POOR)
    assert gap.value == 0
    assert (z.value, p.value) == (None, None)


def test_a_hundred_thousand_scores_take_about_a_second() -> None:
    random = np.random.default_rng(1)
    scores, positive = random.normal(size=100_000), random.random(100_000) < 0.3
    began = time.process_time()
    assert auc(scores, positive).value == pytest.approx(0.5, abs=0.01)
    assert time.process_time() - began < 3  # generous on a busy machine; the benchmark says what it takes

"""Calibration and thresholds: the analytic example, a logistic fit by statsmodels, and bad probabilities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from review.evidence.calibration import bins, calibration, picture
from review.evidence.scores import Scored, events, judged

QUICK = settings(deadline=None, max_examples=20)
P = np.repeat([0.1, 0.8], 5)
E = np.array([1, 0, 0, 0, 0, 1, 1, 1, 0, 0], dtype=bool)


def test_the_analytic_example() -> None:
    brier, ece, *_ = calibration(P, E, bin_count=2)
    assert brier.value == pytest.approx(0.225)
    assert ece.value == pytest.approx(0.15)
    assert "2 bins" in ece.method
    assert calibration(P, E[::-1], bin_count=2)[0].value != pytest.approx(0.225)


@QUICK
@given(seed=st.integers(0, 10_000))
def test_the_order_of_cases_changes_nothing(seed: int) -> None:
    order = np.random.default_rng(seed).permutation(10)
    for one, other in zip(calibration(P, E), calibration(P[order], E[order]), strict=True):
        assert one.value == pytest.approx(other.value)


def test_slope_and_intercept_are_those_of_a_logistic_fit() -> None:
    random = np.random.default_rng(2)
    p = random.uniform(0.02, 0.98, 400)
    event = random.random(400) < p**1.5
    logits = np.log(p / (1 - p))
    fit = sm.Logit(event.astype(float), sm.add_constant(logits)).fit(disp=0)
    large = sm.GLM(event.astype(float), np.ones(400), family=sm.families.Binomial(), offset=logits).fit()
    *_, slope, intercept, in_large = calibration(p, event)
    assert (intercept.value, slope.value) == pytest.approx(tuple(fit.params), abs=1e-6)
    assert (slope.low, slope.high) == pytest.approx(tuple(fit.conf_int()[1]), abs=1e-5)
    assert in_large.value == pytest.approx(large.params[0], abs=1e-6)


def test_what_is_no_probability_and_what_has_no_fit_are_undefined_with_their_reason() -> None:
    assert {e.value for e in calibration(np.array([0.2, 1.4]), np.array([True, False]))} == {None}
    assert {e.value for e in calibration(np.array([]), np.array([], dtype=bool))} == {None}
    apart = calibration(np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True]))
    assert apart[2].value is None
    assert "no end" in apart[2].method
    alike = calibration(np.array([0.1, 0.9]), np.array([True, True]))
    assert alike[0].value is not None
    assert alike[2].value is None


def test_the_last_bin_has_its_upper_end_and_every_case_is_in_one() -> None:
    found = bins(np.array([0.0, 0.5, 1.0]), np.array([False, True, True]), count=2)
    assert [(b.n, b.observed) for b in found] == [(1, 0), (2, 2)]
    shown = picture(P, E, bin_count=10, name="c", title="t")
    assert sum(bar.n or 0 for bar in shown.observed) == 10


def test_labels_in_many_words_and_a_strange_one_with_its_line() -> None:
    labels = pd.Series(["1", "no", "Positive", "", "maybe"], index=range(2, 7))
    found, findings = events(labels, positive=None, path="s.csv", column=3)
    assert found.tolist()[:3] == [True, False, True]
    assert found.isna().tolist() == [False, False, False, True, True]
    assert [(f.line, f.column) for f in findings] == [(6, 3)]
    named, none = events(pd.Series(["poor", "good"]), positive="Poor", path="s.csv", column=1)
    assert (named.tolist(), none) == ([True, False], ())
    assert events(labels, positive="bad", path="s.csv", column=3)[1]


def test_several_cases_of_a_patient_widen_the_interval_of_sensitivity() -> None:
    random = np.random.default_rng(7)
    score, positive = random.random(60), random.random(60) < 0.5
    how = Scored(resamples=800)
    alone = {e.name: e for e in judged(score, positive, patients=np.arange(60), how=how)}
    five = np.repeat(np.arange(60), 5)
    together = {e.name: e for e in judged(score[five], positive[five], patients=five, how=how)}
    for name in ("sensitivity", "specificity", "accuracy"):
        one, other = alone[name], together[name]
        assert one.value == pytest.approx(other.value)
        width = (one.high or 0) - (one.low or 0)
        assert (other.high or 0) - (other.low or 0) == pytest.approx(width, rel=0.25)
        assert "patients" in other.method

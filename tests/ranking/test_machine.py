"""The support vector machine gives liblinear's answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix, random_array
from sklearn.svm import LinearSVC

from review.ranking import machine


def problem(seed: int, rows: int = 60, columns: int = 90) -> tuple[csr_matrix, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    matrix = csr_matrix(random_array((rows, columns), density=0.1, rng=draw))
    signs = np.where(draw.random(rows) < 0.3, 1.0, -1.0)
    signs[:2] = 1, -1
    return matrix, signs, draw.uniform(0.02, 2, rows)


def objective(rows: csr_matrix, signs: np.ndarray, costs: np.ndarray, weights: np.ndarray, intercept: float) -> float:
    hinge = np.maximum(0, 1 - signs * (rows @ weights + intercept))
    return float(0.5 * (weights @ weights + intercept**2) + costs @ hinge**2)


@given(seed=st.integers(0, 10_000))
@settings(deadline=None, max_examples=25)
def test_it_is_as_good_as_liblinear_on_liblinears_own_terms(seed: int) -> None:
    rows, signs, costs = problem(seed)
    found = machine.fit(machine.gram(rows), signs, costs)
    ours = objective(rows, signs, costs, rows.T @ found, found.sum())
    theirs = LinearSVC(C=1.0, tol=1e-6, max_iter=20_000, random_state=0).fit(rows, signs, sample_weight=costs)
    assert ours <= objective(rows, signs, costs, theirs.coef_[0], theirs.intercept_[0]) * (1 + 1e-3)


@given(seed=st.integers(0, 10_000))
@settings(deadline=None, max_examples=25)
def test_the_likeness_is_the_written_out_one(seed: int) -> None:
    rows, _, _ = problem(seed)
    whole = (rows @ rows.T).toarray() + 1
    likeness = machine.gram(rows)
    v = np.random.default_rng(seed).normal(size=rows.shape[0])
    assert likeness.product(v) == pytest.approx(whole @ v)
    assert likeness.diagonal == pytest.approx(np.diag(whole))


def test_rows_without_any_word_leave_only_the_intercept() -> None:
    found = machine.fit(machine.gram(csr_matrix((3, 5))), np.asarray([1.0, -1.0, -1.0]), np.ones(3))
    assert found.sum() < 0

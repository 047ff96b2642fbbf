"""A linear support vector machine fitted fast: squared hinge loss, found by Newton steps among the training rows.

The answer is the one liblinear gives (Fan et al. 2008, JMLR 9:1871) for the same loss, weights and intercept. There
is an unknown per training row instead of one per column, for there are many times as many columns. Starting from the answer
to the labels before was tried: it takes twice as many steps as starting from nothing, for part of the rows are drawn anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix

NEWTON_STEPS = 30
GRADIENT_STEPS = 60  # of the conjugate gradient inside a Newton step
TOLERANCE = 1e-4  # of the residual, relative to the right-hand side
ROUNDING = 1e-6  # of sums in single precision

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gram:
    """The likeness of every two training rows, plus one for the intercept: `product(v)` is that matrix times `v`.

    Products are summed in the precision of the rows: the solution is not sought more closely than single precision tells.
    """

    rows: csr_matrix
    turned: csc_matrix
    diagonal: Vector

    def product(self, v: Vector) -> Vector:
        found = self.rows @ (self.turned @ v.astype(self.rows.dtype, copy=False))
        summed: Vector = np.asarray(found, dtype=np.float64)
        summed += v.sum()
        return summed


def gram(rows: csr_matrix) -> Gram:
    """The likeness of all pairs of rows, never written out. Columns that no row has make each product slower: leave them out."""
    return Gram(rows=rows, turned=rows.T, diagonal=_sums(np.square(rows.data), rows.indptr) + 1)


def _sums(values: Vector, starts: NDArray[np.int32]) -> Vector:
    """The sum of the values of each row; rows may be empty."""
    there = np.flatnonzero(np.diff(starts))
    found = np.zeros(len(starts) - 1)
    if len(there):
        found[there] = np.add.reduceat(values, starts[:-1][there])
    return found


def fit(likeness: Gram, signs: Vector, costs: Vector) -> Vector:
    """One number per training row: the weights of the columns are `rows.T @ answer`, the intercept is `answer.sum()`.

    `signs` are +1 and −1, `costs` what a unit of squared hinge costs in each row (positive). Minimises half the squared
    length of weights and intercept plus the costs, by Newton's method on the rows inside the margin (Chapelle 2007,
    10.1162/neco.2007.19.5.1155), each step solved by conjugate gradients.
    """
    ridge = 1 / (2 * costs)
    answer, margin = np.zeros(len(signs)), np.zeros(len(signs))
    inside = np.ones(len(signs), dtype=np.bool_)
    value = _objective(answer, margin, signs, costs)
    for _ in range(NEWTON_STEPS):
        target = _solved(likeness, ridge, np.where(inside, signs, 0.0), np.where(inside, answer, 0.0), inside)
        new_margin = likeness.product(target)
        step = 1.0
        new_value = _objective(target, new_margin, signs, costs)
        while new_value > value * (1 + ROUNDING) and step > 1 / 64:
            step /= 2
            trial, trial_margin = answer + step * (target - answer), margin + step * (new_margin - margin)
            new_value = _objective(trial, trial_margin, signs, costs)
        answer, margin = answer + step * (target - answer), margin + step * (new_margin - margin)
        now = signs * margin < 1
        settled = step == 1.0 and (np.array_equal(now, inside) or value - new_value < TOLERANCE * abs(new_value))
        inside, value = now, new_value
        if settled:
            break
    return answer


def _objective(answer: Vector, margin: Vector, signs: Vector, costs: Vector) -> float:
    hinge = np.maximum(0.0, 1 - signs * margin)
    return float(0.5 * (answer @ margin) + costs @ (hinge * hinge))


def _solved(likeness: Gram, ridge: Vector, right: Vector, start: Vector, inside: NDArray[np.bool_]) -> Vector:
    """(likeness + ridge) x = right among the rows inside the margin, x = 0 elsewhere."""
    scale = np.where(inside, 1 / (likeness.diagonal + ridge), 0.0)

    def product(v: Vector) -> Vector:
        return np.where(inside, likeness.product(v) + ridge * v, 0.0)

    x = start
    residual = right - product(x) if x.any() else right.copy()
    direction = scale * residual
    strength = float(residual @ direction)
    enough = TOLERANCE**2 * float(right @ (scale * right))
    for _ in range(GRADIENT_STEPS):
        if strength <= enough:
            break
        turned = product(direction)
        length = strength / float(direction @ turned)
        x = x + length * direction
        residual = residual - length * turned
        towards = scale * residual
        before, strength = strength, float(residual @ towards)
        direction = towards + (strength / before) * direction
    return x

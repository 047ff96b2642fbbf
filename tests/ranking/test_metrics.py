"""Measures of a screening order."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.ranking.metrics import order_metrics

orders = st.lists(st.booleans(), min_size=2, max_size=60).filter(lambda v: 0 < sum(v) < len(v))


@given(order=orders)
def test_the_best_order_has_no_loss_and_the_worst_has_all(order: list[bool]) -> None:
    best, worst = sorted(order, reverse=True), sorted(order)
    assert order_metrics(best).loss == pytest.approx(0, abs=1e-12)
    assert order_metrics(worst).loss == pytest.approx(1)
    assert order_metrics(best).ndcg == pytest.approx(1)


@given(order=orders)
def test_loss_of_an_order_and_its_reverse_add_up_to_one(order: list[bool]) -> None:
    assert (order_metrics(order).loss or 0) + (order_metrics(order[::-1]).loss or 0) == pytest.approx(1)


@given(order=orders, data=st.data())
def test_bringing_a_relevant_record_forward_never_worsens_a_measure(order: list[bool], data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(order) - 1))
    better = [*order]
    if order[at] and not order[at - 1]:
        better[at - 1], better[at] = True, False
    old, new = order_metrics(order), order_metrics(better)
    assert (new.loss or 0) <= (old.loss or 0) + 1e-12
    assert (new.wss95 or 0) >= (old.wss95 or 0) - 1e-12
    assert (new.recall_at_10pct or 0) >= (old.recall_at_10pct or 0)
    assert (new.ndcg or 0) >= (old.ndcg or 0) - 1e-12


def test_a_worked_order() -> None:
    m = order_metrics([1, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    assert (m.n, m.r, m.n95, m.n100) == (10, 2, 3, 3)
    assert m.wss95 == pytest.approx(0.65)
    assert m.wss100 == pytest.approx(0.7)
    assert m.recall_at_10pct == pytest.approx(0.5)
    assert m.atd == pytest.approx(2)
    assert m.loss == pytest.approx(1 / 16)  # one step late, of 2 · 8 possible steps


@pytest.mark.parametrize("order", [[], [0, 0], [1, 1, 1]])
def test_with_one_kind_of_record_only_nothing_is_defined(order: list[int]) -> None:
    m = order_metrics(order)
    assert (m.n, m.r) == (len(order), sum(order))
    assert m.loss is None
    assert m.wss95 is None


@pytest.mark.shared
@given(order=orders)
def test_the_reference_program_measures_the_same(shared: Path, order: list[bool]) -> None:
    spec = importlib.util.spec_from_file_location("score_ranking", shared / "bench" / "score_ranking.py")
    assert spec is not None
    assert spec.loader is not None
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    theirs = program.compute([int(v) for v in order])
    ours = {("N" if k == "n" else "R" if k == "r" else k): v for k, v in order_metrics(order).as_dict().items()}
    for name, value in ours.items():
        assert value is not None
        assert math.isclose(value, theirs[name], abs_tol=1e-12), name

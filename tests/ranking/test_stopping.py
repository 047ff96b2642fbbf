"""When screening may stop."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from review.ranking.stopping import (
    enough_in_a_row,
    hypergeometric,
    irrelevant_in_a_row,
    missed_if_below,
    tail_p,
)

lists = st.lists(st.booleans(), min_size=1, max_size=50)


def test_the_worked_value_of_the_rule() -> None:
    k = missed_if_below(100, 100, target=0.95)
    assert k == 6
    first = next(n for n in range(1001) if tail_p(0, n, left=1000, hypothesis=k) < 0.05)
    assert first == 393
    assert tail_p(0, 393, left=1000, hypothesis=k) == pytest.approx(0.04953, abs=5e-6)
    assert tail_p(0, 392, left=1000, hypothesis=k) == pytest.approx(0.05003, abs=5e-6)
    assert tail_p(0, 500, left=1000, hypothesis=k) == pytest.approx(0.01539, abs=5e-6)


def test_the_rule_on_a_list_stops_where_the_worked_value_says() -> None:
    found = [1] * 100
    assert not hypergeometric([*found, *[0] * 392], 1100).stop
    advice = hypergeometric([*found, *[0] * 393], 1100)
    assert advice.stop
    assert (advice.tail, advice.hypothesis, advice.unseen) == (393, 6, 607)


@given(seen=lists, unseen=st.integers(0, 200), target=st.sampled_from([0.8, 0.9, 0.95, 1.0]))
@settings(deadline=None)
def test_the_least_p_over_all_tails_is_found(seen: list[bool], unseen: int, target: float) -> None:
    total, found = len(seen) + unseen, sum(seen)
    expected = []
    for start in range(len(seen)):
        before, drawn = sum(seen[:start]), len(seen) - start
        k, left = missed_if_below(found, before, target=target), total - start
        expected.append(float(hypergeom.cdf(found - before, left, k, drawn)) if k <= left else 0.0)
    if unseen:
        assert hypergeometric(seen, total, target=target).p == pytest.approx(min(expected), abs=1e-12)
    else:
        assert hypergeometric(seen, total, target=target).p == 0


@given(seen=lists, unseen=st.integers(1, 200))
@settings(deadline=None)
def test_one_more_irrelevant_record_never_weakens_the_advice(seen: list[bool], unseen: int) -> None:
    total = len(seen) + unseen
    assert hypergeometric([*seen, False], total).p <= hypergeometric(seen, total).p + 1e-12


def test_nothing_screened_is_no_reason_to_stop_and_everything_screened_is() -> None:
    assert not hypergeometric([], 100).stop
    assert hypergeometric([0, 1, 0], 3).stop
    assert hypergeometric([], 0).stop


def test_more_screened_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="more records"):
        hypergeometric([0, 0], 1)


@given(seen=lists, run=st.integers(0, 30))
def test_irrelevant_records_are_counted_from_the_end(seen: list[bool], run: int) -> None:
    listed = [*seen, True, *[False] * run]
    assert irrelevant_in_a_row(listed) == run
    assert enough_in_a_row(listed, needed=run)
    assert not enough_in_a_row(listed, needed=run + 1)

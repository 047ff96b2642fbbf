"""When screening may stop."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from review.ranking.habits import (
    budget_spent,
    enough_in_a_row,
    irrelevant_in_a_row,
    knee,
    knee_bound,
    safe,
)
from review.ranking.stopping import HELD_SHARE, PLAIN_ALPHA, held, hypergeometric, missed_if_below, tail_p

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


@given(seen=lists, unseen=st.integers(1, 200), odds=st.sampled_from([1.0, 2.0, 4.0]))
@settings(deadline=None)
def test_the_more_readily_relevant_records_come_up_the_sooner_reading_may_end(
    seen: list[bool], unseen: int, odds: float
) -> None:
    total = len(seen) + unseen
    assert held(seen, total, odds=odds + 1).p <= held(seen, total, odds=odds).p + 1e-12


@given(found=st.integers(1, 60), more=st.integers(0, 300), unseen=st.integers(1, 300))
@settings(deadline=None)
def test_irrelevant_records_alone_never_weaken_the_held_test(found: int, more: int, unseen: int) -> None:
    seen, total = [1] * found + [0] * more, found + more + unseen
    assert held([*seen, 0], total).p <= held(seen, total).p + 1e-12


@given(found=st.integers(1, 40), unseen=st.integers(0, 300))
@settings(deadline=None)
def test_the_held_test_asks_for_its_share_of_all_records_after_the_last_one_found(found: int, unseen: int) -> None:
    """It stood all the while: before these last records the tail must have been long enough already."""
    total = 400
    seen = [1] * found + [0] * (total - found - unseen)
    if unseen and held(seen, total).stop:
        assert len(seen) - found > HELD_SHARE * total


def test_the_held_test_at_a_worked_value() -> None:
    """K = 6 and odds 4: (1 − f)^24 = .05 at f = .1173, so 117 of the 994 irrelevant ones, and then 3 % of all.

    For 90 % without the assumption K = 12: (1 − f)^12 = .125 at f = .1591, so 158 of the 988, which is later.
    """
    seen = [1] * 100
    advice = [held([*seen, *[0] * n], 1100) for n in range(300)]
    assert next(n for n, one in enumerate(advice) if one.p < one.alpha) == 117 + 33
    assert next(n for n, one in enumerate(advice) if one.stop) == 158 + 33


@given(found=st.integers(1, 30), more=st.integers(0, 400), unseen=st.integers(1, 400))
@settings(deadline=None)
def test_whatever_the_ranking_is_worth_nine_tenths_are_asked_for_without_it(found: int, more: int, unseen: int) -> None:
    seen, total = [1] * found + [0] * more, found + more + unseen
    if held(seen, total, odds=1000.0).stop:
        k = missed_if_below(found, found, target=0.9)
        before = len(seen) - round(HELD_SHARE * total) - found  # irrelevant ones read when it began to stand
        left = total - found - k
        assert left < 0 or (1 - min(1.0, max(0, before) / max(1, left))) ** k < PLAIN_ALPHA + 1e-9


def test_nothing_screened_never_stops_and_everything_screened_does() -> None:
    assert not held([], 50).stop
    assert held([0] * 50, 50).stop
    with pytest.raises(ValueError, match="more records"):
        held([0, 0], 1)


def test_the_knee_is_where_the_curve_bends() -> None:
    assert knee([1] * 10 + [0] * 90) == pytest.approx((10 / 10) / (1 / 90))
    assert knee([1, 0] * 30) < 2
    assert knee([]) == knee([0, 0]) == 0
    assert knee([1, 1]) < 1
    assert (knee_bound(0), knee_bound(100), knee_bound(900)) == (156, 56, 6)


def test_safe_says_what_it_cannot_know() -> None:
    seen = [1] * 5 + [0] * 60
    assert safe(seen, 500).stop is None
    assert safe(seen, 500, expected=30, key_papers_left=0).stop is True
    assert safe(seen, 500, expected=40, key_papers_left=0).stop is False
    assert safe(seen, 1000).stop is False
    assert budget_spent(seen, 100, share=0.65)
    assert not budget_spent(seen, 100, share=0.66)

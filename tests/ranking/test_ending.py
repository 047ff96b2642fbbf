"""Where stopping rules end a screening."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.ranking.ending import HELD, RULES, ended, endings, first_look, held_at, looks
from review.ranking.stopping import ODDS, PLAIN_ALPHA, PLAIN_SHORT, TARGET_RECALL, held

ranked = st.builds(
    lambda top, rest, tail: [1] * top + rest + [0] * tail,
    st.integers(1, 30),
    st.lists(st.integers(0, 1), max_size=40),
    st.integers(0, 400),
)


@given(seen=ranked)
@settings(deadline=None, max_examples=60)
def test_every_rule_ends_once_and_finds_what_was_seen_by_then(seen: list[int]) -> None:
    found = endings(seen)
    assert [one.rule for one in found] == [HELD, *RULES]
    for one in found:
        assert 0 < one.screened <= one.total == len(seen)
        assert one.recall == sum(seen[: one.screened]) / sum(seen)
        assert one.never == (one.screened == len(seen))
        assert one.kept == (one.recall >= 0.95)


@given(top=st.integers(5, 60), tail=st.integers(200, 600))
@settings(deadline=None, max_examples=25)
def test_our_rule_ends_at_a_look_at_which_it_says_so_itself(top: int, tail: int) -> None:
    seen = [1, 0] * top + [0] * tail
    at = held_at(seen)
    if at < len(seen):
        assert held(seen[:at], len(seen)).stop
    ahead = [look for look in looks(len(seen)) if look < at - len(seen) / 100 - 2]
    assert not any(held(seen[:look], len(seen)).stop for look in ahead[:: max(1, len(ahead) // 5)])


def test_our_rule_says_nothing_while_nothing_relevant_is_found() -> None:
    for total in (7, 40, 1000):
        seen = [0] * (total - 1) + [1]
        assert held_at(seen) == total
        assert not held(seen[:-1], total).stop


def found_by_the_end(odds: float, *, total: int, relevant: int, draws: int) -> list[float]:
    """Recall at our rule's end in orders in which a relevant record comes up exactly so many times as readily."""
    draw = np.random.default_rng(7)
    recalls = []
    for _ in range(draws):
        clock = draw.exponential(size=total)
        clock[:relevant] /= odds
        seen = (np.argsort(clock) < relevant).astype(int)
        recalls.append(float(seen[: held_at(seen.tolist())].sum() / relevant))
    return recalls


@pytest.mark.parametrize(("total", "relevant"), [(200, 20), (400, 60)])
def test_where_the_assumption_holds_the_promise_is_kept(total: int, relevant: int) -> None:
    recalls = found_by_the_end(ODDS, total=total, relevant=relevant, draws=60)
    assert np.mean([one >= TARGET_RECALL - 1e-9 for one in recalls]) >= 0.95


def test_where_the_order_is_worth_nothing_nine_tenths_are_found_as_often_as_the_second_test_says() -> None:
    recalls = found_by_the_end(1.0, total=200, relevant=40, draws=60)
    assert np.mean([one >= TARGET_RECALL - PLAIN_SHORT - 1e-9 for one in recalls]) >= 1 - PLAIN_ALPHA


def test_a_screening_without_anything_relevant_has_no_ending() -> None:
    assert endings([0, 0, 0]) == ()


@pytest.mark.parametrize(("seen", "screened"), [([1] + [0] * 399, 104), ([0, 1] * 50, 100), ([1], 1)])
def test_a_hundred_irrelevant_ones_in_a_row_end_at_the_next_look(seen: list[int], screened: int) -> None:
    found = ended("100-in-a-row", seen, first_look(seen, RULES["100-in-a-row"]))
    assert (found.screened, found.never) == (screened, screened == len(seen))

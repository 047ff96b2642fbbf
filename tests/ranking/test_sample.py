"""The random sample of the rest: its interval is exact and covers the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from review.ranking.sample import recall, relevant_in, size_needed


@st.composite
def samples(draw: st.DrawFn) -> tuple[int, int, int]:
    rest = draw(st.integers(1, 400))
    drawn = draw(st.integers(1, rest))
    return rest, drawn, draw(st.integers(0, drawn))


@given(sample=samples())
@example(sample=(40, 1, 0))  # 39 relevant ones leave exactly one chance in forty
@settings(deadline=None)
def test_exactly_the_numbers_that_the_sample_does_not_contradict_are_possible(sample: tuple[int, int, int]) -> None:
    rest, drawn, hits = sample
    low, high = relevant_in(rest, drawn=drawn, hits=hits)
    least = 0.025 - 1e-9
    for k in range(hits, rest - drawn + hits + 1):
        likely = hypergeom.sf(hits - 1, rest, k, drawn) > least and hypergeom.cdf(hits, rest, k, drawn) > least
        assert likely == (low <= k <= high)


@given(sample=samples(), found=st.integers(0, 200), later=st.integers(0, 20))
@settings(deadline=None)
def test_recall_lies_in_its_interval(sample: tuple[int, int, int], found: int, later: int) -> None:
    rest, drawn, hits = sample
    made = recall(found, rest, drawn=drawn, hits=hits, later=min(later, rest - drawn))
    if made.recall is None:
        assert found + hits == 0
        return
    assert made.low is not None
    assert made.high is not None
    assert 0 <= made.low <= made.recall <= made.high <= 1
    assert made.unseen_low <= made.unseen <= made.unseen_high


@pytest.mark.parametrize(("rest", "relevant", "drawn"), [(2000, 6, 200), (500, 40, 100), (900, 0, 150), (300, 3, 290)])
def test_the_interval_covers_the_truth_in_19_of_20_draws(rest: int, relevant: int, drawn: int) -> None:
    hits = np.random.default_rng(7).hypergeometric(relevant, rest - relevant, drawn, size=1000)
    held = {h: relevant_in(rest, drawn=drawn, hits=h) for h in set(hits.tolist())}
    assert np.mean([held[h][0] <= relevant <= held[h][1] for h in hits.tolist()]) >= 0.95


def test_a_whole_sample_leaves_no_doubt() -> None:
    assert relevant_in(50, drawn=50, hits=4) == (4, 4)
    made = recall(96, 50, drawn=50, hits=4)
    assert (made.recall, made.low, made.high, made.unseen_high) == (1, 1, 1, 0)


@given(found=st.integers(1, 500), rest=st.integers(1, 3000))
@settings(deadline=None, max_examples=60)
def test_a_clean_sample_of_the_size_asked_for_shows_the_target(found: int, rest: int) -> None:
    size = size_needed(found, rest)
    assert size is not None
    low = recall(found, rest, drawn=size, hits=0).low
    assert low is not None
    assert low >= 0.95 - 1e-9
    if size > 1:
        fewer = recall(found, rest, drawn=size - 1, hits=0).low
        assert fewer is not None
        assert fewer < 0.95


def test_before_anything_is_found_no_size_can_be_named() -> None:
    assert size_needed(0, 100) is None


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="hits"):
        relevant_in(10, drawn=5, hits=6)

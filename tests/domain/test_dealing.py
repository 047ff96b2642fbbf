"""Dealing out: everybody gets what their share says, and a change moves as few works as it can."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from review.domain.dealing import Deal, Dealt, pilot

WORKS = [f"pubmed:{n}" for n in range(2_000)]
NAMES = st.lists(st.text(min_size=1, max_size=12), min_size=2, max_size=6, unique=True)


@given(NAMES, st.integers(1, 3))
def test_each_work_goes_to_as_many_different_people_as_are_needed(names, needed):
    deal = Deal(how=Dealt.SHARES, shares=dict.fromkeys(names, 1.0))
    for work in WORKS[:20]:
        asked = deal.asked(work, needed=needed)
        assert len(asked) == min(needed, len(names))
        assert asked <= set(names)


def test_people_are_asked_in_proportion_to_their_shares():
    shares = {"Ana": 1.0, "Bo": 2.0, "Cy": 5.0}
    count = Counter(name for work in WORKS for name in Deal(how=Dealt.SHARES, shares=shares).asked(work, needed=1))
    for name, share in shares.items():
        assert abs(count[name] / len(WORKS) - share / 8) < 0.04


def test_a_person_who_leaves_moves_only_their_own_works():
    before = Deal(how=Dealt.SHARES, shares={"Ana": 1, "Bo": 1, "Cy": 1})
    after = Deal(how=Dealt.SHARES, shares={"Ana": 1, "Bo": 1})
    for work in WORKS:
        asked = before.asked(work, needed=1)
        if asked != {"Cy"}:
            assert after.asked(work, needed=1) == asked


def test_each_work_goes_to_one_of_the_pairs_and_to_each_about_equally():
    pairs = (("Ana", "Bo"), ("Bo", "Cy"), ("Ana", "Cy"))
    count = Counter(Deal(how=Dealt.PAIRS, pairs=pairs).asked(work, needed=2) for work in WORKS)
    assert set(count) == {frozenset(pair) for pair in pairs}
    assert min(count.values()) > 0.28 * len(WORKS)


def test_everybody_is_asked_when_nothing_is_dealt_out():
    assert Deal().asked("pubmed:1", needed=2) is None
    assert Deal(how=Dealt.PAIRS).asked("pubmed:1", needed=2) is None


@given(st.lists(st.text(min_size=1), unique=True, max_size=30), st.integers(0, 40), st.randoms())
def test_the_pilot_is_one_sample_whatever_the_order_of_the_works(works, size, draw):
    shuffled = draw.sample(works, len(works))
    found = pilot(works, size)
    assert found == pilot(shuffled, size)
    assert len(found) == (size if len(works) > size else 0)
    assert set(found) <= set(works)

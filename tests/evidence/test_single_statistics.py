"""Proportions, two-by-two tables and corrected p-values against published examples, and what must not change them."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from review.evidence.contingency import fisher, mcnemar
from review.evidence.multiplicity import benjamini_hochberg, holm
from review.evidence.proportions import INTERVALS, clopper_pearson, diagnostic, proportion, wilson, wilson_corrected

QUICK = settings(deadline=None, max_examples=40)
NEWCOMBE = {
    (81, 263): ((0.2553, 0.3662), (0.2535, 0.3682), (0.2527, 0.3676)),
    (15, 148): ((0.0624, 0.1605), (0.0598, 0.1644), (0.0578, 0.1617)),
    (0, 20): ((0.0, 0.1611), (0.0, 0.2005), (0.0, 0.1684)),
    (1, 29): ((0.0061, 0.1718), (0.0018, 0.1963), (0.0009, 0.1776)),
}
counts = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
cells = st.tuples(*[st.integers(0, 60)] * 4)
p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@QUICK
@given(of=counts, method=st.sampled_from(sorted(INTERVALS)))
def test_every_interval_holds_its_share_and_that_of_the_opposite_is_its_mirror(
    of: tuple[int, int], method: str
) -> None:
    hits, n = of
    low, high = INTERVALS[method][0](hits, n)
    assert 0 <= low <= hits / n + 1e-12
    assert hits / n - 1e-12 <= high <= 1
    assert INTERVALS[method][0](n - hits, n) == pytest.approx((1 - high, 1 - low), abs=1e-9)


@QUICK
@given(of=counts)
def test_intervals_are_those_of_statsmodels(of: tuple[int, int]) -> None:
    assert wilson(*of) == pytest.approx(proportion_confint(*of, method="wilson"), abs=1e-9)
    assert clopper_pearson(*of) == pytest.approx(proportion_confint(*of, method="beta"), abs=1e-9)


@pytest.mark.parametrize(("of", "expected"), NEWCOMBE.items())
def test_newcombes_table_of_1998(of: tuple[int, int], expected: tuple[tuple[float, float], ...]) -> None:
    for interval, printed in zip((wilson, wilson_corrected, clopper_pearson), expected, strict=True):
        assert interval(*of) == pytest.approx(printed, abs=5.1e-5)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(615, 706, 84.4, 89.4), (13, 28, 29.5, 64.2), (16, 25, 44.5, 79.8), (8, 28, 15.3, 47.1), (166, 195, 79.5, 89.4)],
)
def test_intervals_printed_in_papers(hits: int, n: int, low: float, high: float) -> None:
    found = proportion(hits, n)
    assert found.value == hits / n
    assert (100 * (found.low or 0), 100 * (found.high or 0)) == pytest.approx((low, high), abs=0.051)


def test_a_share_of_nothing_is_undefined_and_an_impossible_one_refused() -> None:
    assert proportion(0, 0).value is None
    assert "nothing to count" in proportion(0, 0).method
    with pytest.raises(ValueError, match="no share"):
        proportion(4, 3)


def test_the_liver_scan_of_altman_and_bland() -> None:
    sensitivity, specificity, ppv, npv, accuracy = diagnostic((231, 32, 27, 54))
    assert (sensitivity.value, sensitivity.low, sensitivity.high) == pytest.approx((0.895, 0.852, 0.927), abs=5.1e-4)
    assert (specificity.value, specificity.low, specificity.high) == pytest.approx((0.628, 0.522, 0.723), abs=5.1e-4)
    assert (ppv.value, npv.value) == pytest.approx((0.878, 0.667), abs=5.1e-4)
    assert accuracy.n == 344
    assert diagnostic((32, 231, 27, 54))[0].value != sensitivity.value  # two cells swapped


def test_without_a_positive_case_sensitivity_is_undefined_and_not_0() -> None:
    assert [e.value for e in diagnostic((0, 3, 0, 5))] == [None, 5 / 8, 0.0, 1.0, 5 / 8]


def test_the_three_forms_of_mcnemars_test_disagree_about_five_percent() -> None:
    found = {e.name: e.value for e in mcnemar((59, 6, 16, 80))}
    assert found["statistic"] == pytest.approx(4.545, abs=5e-4)
    assert found["p_value"] == pytest.approx(0.0330, abs=5e-5)
    assert found["statistic_corrected"] == pytest.approx(3.682, abs=5e-4)
    assert found["p_value_corrected"] == pytest.approx(0.0550, abs=5e-5)
    assert found["exact_p"] == pytest.approx(0.0525, abs=5e-5)


def test_mcnemars_large_example() -> None:
    found = {e.name: e.value for e in mcnemar((101, 121, 59, 33))}
    assert found["statistic"] == pytest.approx(21.36, abs=5e-3)
    assert found["p_value"] == pytest.approx(3.8e-6, abs=5e-8)
    assert found["exact_p"] == pytest.approx(4.4e-6, abs=5e-8)


@QUICK
@given(table=cells)
def test_mcnemar_does_not_care_who_is_first_nor_for_those_who_agree(table: tuple[int, int, int, int]) -> None:
    a, b, c, d = table
    one, other = mcnemar(table), mcnemar((d, c, b, a + 7))
    for x, y in zip(one[:5], other[:5], strict=True):
        assert x.value == y.value
    if b + c == 0:
        assert one[0].value is None
        assert "no discordant" in one[0].method


def test_swapping_a_discordant_with_an_agreeing_cell_changes_mcnemar() -> None:
    assert mcnemar((6, 59, 16, 80))[0].value != pytest.approx(4.545, abs=0.1)


@pytest.mark.parametrize(("table", "ratio", "p"), [((1, 7, 6, 1), 0.0238, 0.0101), ((4, 10, 94, 664), 2.83, 0.0895)])
def test_fishers_test_as_printed(table: tuple[int, int, int, int], ratio: float, p: float) -> None:
    odds, test = fisher(table)
    assert odds.value == pytest.approx(ratio, abs=5e-3)
    assert test.value == pytest.approx(p, abs=5e-5)
    assert odds.low is not None
    assert odds.high is not None
    assert odds.low < (odds.value or 0) < odds.high


@QUICK
@given(table=cells)
def test_fisher_is_the_same_for_the_table_turned_and_undefined_on_an_empty_side(
    table: tuple[int, int, int, int],
) -> None:
    a, b, c, d = table
    one, other = fisher(table), fisher((a, c, b, d))
    assert one[1].value == pytest.approx(other[1].value) if one[1].value is not None else other[1].value is None
    assert (one[1].value is None) == (0 in (a + b, c + d, a + c, b + d))
    assert (one[0].value is None) == (one[1].value is None or b * c == 0)


def test_holms_example() -> None:
    found = holm([0.01, 0.04, 0.03, 0.005])
    assert found == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert [p < 0.05 for p in found] == [True, False, False, True]
    assert holm([0.04, 0.01, 0.03, 0.005]) == pytest.approx([0.06, 0.03, 0.06, 0.02])


@QUICK
@given(p_values=p_values)
def test_corrections_are_those_of_statsmodels_and_scipy(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1].tolist(), abs=1e-12)
    assert benjamini_hochberg(p_values) == pytest.approx(false_discovery_control(p_values).tolist(), abs=1e-12)


@QUICK
@given(p_values=p_values)
def test_a_correction_never_lowers_a_p_value_and_keeps_their_order(p_values: list[float]) -> None:
    for corrected in (holm(p_values), benjamini_hochberg(p_values)):
        assert all(new >= old - 1e-15 for old, new in zip(p_values, corrected, strict=True))
        pairs = sorted(zip(p_values, corrected, strict=True))
        assert all(x[1] <= y[1] + 1e-15 for x, y in itertools.pairwise(pairs))


@pytest.mark.parametrize("strange", [-0.1, 1.2, math.nan])
def test_what_is_no_p_value_is_refused(strange: float) -> None:
    with pytest.raises(ValueError, match="no p-value"):
        holm([0.1, strange])

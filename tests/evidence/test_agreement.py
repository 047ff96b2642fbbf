"""Agreement of raters against published worked examples, and what must not change it."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from review.domain.estimate import Estimate
from review.evidence.agreement import Z95, Agreement, agreement, agreement_of_table, pairwise, wilson

COHEN_1960 = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
TWO_BY_TWO = [[20, 5], [10, 15]]
ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]

tables = st.integers(2, 4).flatmap(
    lambda k: st.lists(st.lists(st.integers(0, 30), min_size=k, max_size=k), min_size=k, max_size=k)
)


def half_width(estimate: Estimate) -> float:
    assert estimate.low is not None
    assert estimate.high is not None
    return (estimate.high - estimate.low) / 2 / Z95


def transposed(table: list[list[int]]) -> list[list[int]]:
    return [list(column) for column in zip(*table, strict=True)]


def values(found: Agreement) -> list[float | None]:
    return [e.value for e in (found.observed, found.kappa, found.pabak, found.ac1)]


@given(table=tables)
def test_who_is_called_first_changes_no_coefficient(table: list[list[int]]) -> None:
    one, other = agreement_of_table(table), agreement_of_table(transposed(table))
    for a, b in zip(one.estimates[:4], other.estimates[:4], strict=True):
        for x, y in ((a.value, b.value), (a.low, b.low), (a.high, b.high)):
            assert (x is None) == (y is None)
            if x is not None and y is not None:
                assert math.isclose(x, y, abs_tol=1e-6)


@given(table=tables)
def test_the_order_of_categories_changes_no_coefficient(table: list[list[int]]) -> None:
    turned = [list(reversed(row)) for row in reversed(table)]
    for x, y in zip(values(agreement_of_table(table)), values(agreement_of_table(turned)), strict=True):
        assert x == y or (x is not None and y is not None and math.isclose(x, y, abs_tol=1e-9))


@given(table=tables)
def test_every_interval_holds_its_value_and_is_undefined_together_with_it(table: list[list[int]]) -> None:
    for e in agreement_of_table(table).estimates:
        if e.value is None:
            assert e.low is None
            assert e.method.startswith("undefined: ")
        elif e.low is not None and e.high is not None:
            assert -1 - 1e-9 <= e.low <= e.value + 1e-9 <= e.high + 2e-9 <= 1 + 1e-6


@given(counts=st.lists(st.integers(1, 40), min_size=2, max_size=4))
def test_perfect_agreement_over_several_categories_is_one(counts: list[int]) -> None:
    table = [[n if i == j else 0 for j in range(len(counts))] for i, n in enumerate(counts)]
    for value in values(agreement_of_table(table)):
        assert value is not None
        assert math.isclose(value, 1.0)


@given(table=tables, times=st.integers(2, 5))
def test_more_items_of_the_same_kind_narrow_the_interval_only(table: list[list[int]], times: int) -> None:
    once = agreement_of_table(table).kappa
    often = agreement_of_table([[n * times for n in row] for row in table]).kappa
    assume(once.value is not None and once.low is not None and once.low > -0.99)
    assume(once.high is not None and once.high < 0.99)
    assert often.value is not None
    assert math.isclose(often.value, once.value or 0.0, abs_tol=1e-9)
    assert math.isclose(half_width(often), half_width(once) / math.sqrt(times), rel_tol=1e-6, abs_tol=1e-7)


def test_cohens_example_of_1960() -> None:
    found = agreement_of_table(COHEN_1960)
    assert found.n == 200
    assert found.observed.value == pytest.approx(0.70)
    assert found.kappa.value == pytest.approx(0.4915, abs=5e-5)
    assert (found.kappa.low, found.kappa.high) == pytest.approx((0.3916, 0.5915), abs=5e-5)
    assert half_width(found.kappa) == pytest.approx(0.0510, abs=5e-5)


def test_the_two_by_two_example() -> None:
    found = agreement_of_table(TWO_BY_TWO)
    assert found.kappa.value == pytest.approx(0.40)
    assert (found.kappa.low, found.kappa.high) == pytest.approx((0.151, 0.649), abs=5e-4)
    assert half_width(found.kappa) == pytest.approx(0.1270, abs=5e-5)
    assert found.prevalence_index.value == pytest.approx(0.1)
    assert found.bias_index.value == pytest.approx(-0.1)
    assert found.pabak.value == pytest.approx(2 * 0.7 - 1)


def test_swapping_two_cells_is_noticed() -> None:
    swapped = [[14, 88, 18], *COHEN_1960[1:]]
    assert agreement_of_table(swapped).kappa.value != pytest.approx(0.4915, abs=0.05)


def test_gwets_three_category_example() -> None:
    found = agreement_of_table(ABSTRACTORS)
    assert found.kappa.value == pytest.approx(0.7964094, abs=5e-8)
    assert half_width(found.kappa) == pytest.approx(0.05891072, abs=5e-8)
    assert found.ac1.value == pytest.approx(0.8493305, abs=5e-8)


@pytest.mark.parametrize("table", [COHEN_1960, ABSTRACTORS, [[118, 5], [2, 0]], [[60, 8], [5, 27]]])
def test_the_standard_error_of_ac1_is_that_of_leaving_one_out(table: list[list[int]]) -> None:
    n, left_out = sum(map(sum, table)), []
    for i, row in enumerate(table):
        for j, count in enumerate(row):
            less = [list(r) for r in table]
            less[i][j] -= 1
            left_out += [agreement_of_table(less).ac1.value or 0.0] * count if count else []
    mean = sum(left_out) / n
    jackknife = math.sqrt((n - 1) / n * sum((v - mean) ** 2 for v in left_out))
    ac1 = agreement_of_table(table).ac1
    assert ac1.value is not None
    assert ac1.low is not None
    assert (ac1.value - ac1.low) / Z95 == pytest.approx(jackknife, rel=0.04)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_newcombes_examples_of_wilsons_interval(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == pytest.approx((low, high), abs=5e-5)


def test_the_kappa_paradox_is_shown_by_the_other_coefficients() -> None:
    found = agreement_of_table([[118, 5], [2, 0]])
    assert found.observed.value == pytest.approx(0.944)
    assert found.kappa.value is not None
    assert found.kappa.value < 0
    assert found.ac1.value is not None
    assert found.ac1.value > 0.9


def test_all_the_same_answer_leaves_kappa_undefined_with_its_reason() -> None:
    found = agreement([("exclude", "exclude")] * 9, categories=["include", "exclude"])
    assert found.kappa.value is None
    assert "chance" in found.kappa.method
    assert found.observed.value == 1.0
    assert found.ac1.value == 1.0


def test_no_pairs_leave_everything_undefined() -> None:
    found = agreement([], categories=["include", "exclude"])
    assert found.n == 0
    assert [e.value for e in found.estimates] == [None] * 6


def test_one_possible_category_leaves_all_but_raw_agreement_undefined() -> None:
    assert values(agreement([("x", "x")])) == [1.0, None, None, None]


def test_pairs_and_table_say_the_same() -> None:
    names = ["include", "maybe", "exclude"]
    pairs = [(names[i], names[j]) for i, row in enumerate(COHEN_1960) for j, n in enumerate(row) for _ in range(n)]
    assert agreement(pairs, categories=names) == agreement_of_table(COHEN_1960, categories=names)


def test_an_answer_outside_the_categories_is_refused() -> None:
    with pytest.raises(ValueError, match="maybe"):
        agreement([("include", "maybe")], categories=["include", "exclude"])


@pytest.mark.parametrize("table", [[[1, 2]], [[1, -1], [0, 2]]])
def test_a_table_that_is_not_square_or_counts_below_zero_is_refused(table: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="square"):
        agreement_of_table(table)


def test_every_two_raters_are_compared_on_what_both_judged() -> None:
    found = pairwise({"B": {"1": "i", "2": "e", "3": "e"}, "A": {"1": "i", "2": "i"}, "C": {"9": "e"}})
    assert [(p.first, p.second, p.agreement.n) for p in found] == [("A", "B", 2), ("A", "C", 0), ("B", "C", 0)]
    assert found[0].agreement.categories == ("e", "i")
    assert found[0].agreement.observed.value == 0.5

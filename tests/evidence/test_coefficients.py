"""Coefficients of agreement against published worked examples and other programs, and what must not change them."""

from __future__ import annotations

import math

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa

from review.evidence import chance
from review.evidence.measurements import bland_altman, icc

QUICK = settings(deadline=None, max_examples=30)
LEVELS = ("nominal", "ordinal", "interval", "ratio")
WEIGHTED = [[44, 5, 1], [7, 20, 3], [9, 5, 6]]
FOUR_CODERS = """1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 ."""
FLEISS = """0 0 0 0 14/0 2 6 4 2/0 0 3 5 6/0 3 9 2 0/2 2 8 1 1/7 7 0 0 0/3 2 6 3 0/2 5 3 2 2/6 5 2 1 0/0 2 2 3 7"""
SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)

coded = (
    st.integers(2, 4)
    .flatmap(
        lambda raters: st.lists(st.lists(st.integers(-1, 3), min_size=raters, max_size=raters), min_size=2, max_size=15)
    )
    .map(np.array)
)


def four_coders() -> np.ndarray:
    """Items × coders, −1 where nothing was said."""
    lines = [[-1 if x == "." else int(x) - 1 for x in line.split()] for line in FOUR_CODERS.splitlines()]
    return np.array(lines).T


def once(statistic: chance.Statistic, items: int) -> np.ndarray:
    return statistic(np.ones((1, items)))[0]


def alpha(codes: np.ndarray, level: str, size: int = 5) -> float:
    return float(once(chance.alpha(chance.counts(codes, size), np.arange(1.0, size + 1), level), len(codes))[0])


def written_out(table: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    pairs = [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return np.array(pairs)[:, 0], np.array(pairs)[:, 1]


def test_weighted_kappas_as_computed_and_their_errors_as_in_statsmodels() -> None:
    first, second = written_out(WEIGHTED)
    found = dict(zip(chance.PAIR, once(chance.pair(first, second, 3), 100), strict=True))
    assert found["cohen_kappa"] == pytest.approx(0.4915, abs=5e-5)
    assert found["cohen_kappa_linear"] == pytest.approx(0.4737, abs=5e-5)
    assert found["cohen_kappa_quadratic"] == pytest.approx(0.4545, abs=5e-5)
    for scheme, name in (("unweighted", None), ("linear", "linear"), ("quadratic", "quadratic")):
        other = cohens_kappa(WEIGHTED, wt=name)
        assert chance.kappa_errors(np.array(WEIGHTED, float), scheme) == pytest.approx(
            (other.std_kappa, other.std_kappa0)
        )


def test_the_null_error_of_the_two_by_two_example() -> None:
    error, null = chance.kappa_errors(np.array([[20.0, 5], [10, 15]]), "unweighted")
    assert (error, null, 0.4 / null) == pytest.approx((0.1270, 0.1386, 2.887), abs=5e-4)


def test_two_ratings_swapped_change_every_kappa() -> None:
    first, second = written_out(WEIGHTED)
    whole = once(chance.pair(first, second, 3), 100)
    second[[0, 99]] = second[[99, 0]]
    assert not np.isclose(once(chance.pair(first, second, 3), 100)[:4], whole[:4]).any()


def test_fleiss_example_and_its_free_margins() -> None:
    given_counts = np.array([row.split() for row in FLEISS.split("/")], dtype=float)
    observed, kappa, _, free = once(chance.many(given_counts), 10)
    assert kappa == pytest.approx(0.20993, abs=5e-6)
    assert free == pytest.approx(0.22253, abs=5e-6)
    assert observed == pytest.approx(0.378, abs=5e-4)
    assert once(chance.many(given_counts[1:]), 9)[1] != pytest.approx(0.20993, abs=1e-3)


@QUICK
@given(rows=st.lists(st.lists(st.integers(0, 5), min_size=3, max_size=3), min_size=3, max_size=12))
def test_fleiss_kappa_is_that_of_statsmodels(rows: list[list[int]]) -> None:
    filled = np.array([[*row, 15 - sum(row)] for row in rows], dtype=float)
    if (filled.sum(axis=0) == filled.sum()).any():
        return
    assert once(chance.many(filled), len(rows))[1] == pytest.approx(fleiss_kappa(filled))


@pytest.mark.parametrize(
    ("level", "value"), [("nominal", 0.7434), ("ordinal", 0.8154), ("interval", 0.8491), ("ratio", 0.7974)]
)
def test_krippendorffs_example_at_four_levels(level: str, value: float) -> None:
    assert alpha(four_coders(), level) == pytest.approx(value, abs=5.1e-5)
    assert alpha(four_coders()[1:], level) != pytest.approx(value, abs=1e-4)


@QUICK
@given(codes=coded, level=st.sampled_from(LEVELS))
def test_alpha_is_that_of_the_library_and_undefined_where_nothing_varies(codes: np.ndarray, level: str) -> None:
    mine = alpha(codes, level, 4)
    pairable = codes[(codes >= 0).sum(axis=1) >= 2]
    if len(np.unique(pairable[pairable >= 0])) < 2:
        assert math.isnan(mine)
        return
    data = np.where(codes >= 0, codes + 1.0, np.nan)
    other = krippendorff.alpha(reliability_data=data.T, level_of_measurement=level, value_domain=[1.0, 2.0, 3.0, 4.0])
    assert mine == pytest.approx(other)
    if level == "interval":
        assert once(chance.alpha_of_measurements(data), len(data))[0] == pytest.approx(other)


@QUICK
@given(codes=coded, seed=st.integers(0, 99))
def test_neither_the_order_of_items_nor_of_raters_changes_anything(codes: np.ndarray, seed: int) -> None:
    random = np.random.default_rng(seed)
    mixed = codes[random.permutation(len(codes))][:, random.permutation(codes.shape[1])]
    for made in (
        lambda c: once(chance.many(chance.counts(c, 4)), len(c)),
        lambda c: np.array([alpha(c, "ordinal", 4)]),
    ):
        np.testing.assert_allclose(made(codes), made(mixed), atol=1e-9, equal_nan=True)
    members = np.eye(4, dtype=bool)
    np.testing.assert_allclose(
        once(chance.dice(codes, members), len(codes)),
        once(chance.dice(mixed, members), len(codes)),
        equal_nan=True,
        atol=1e-12,
    )


@QUICK
@given(codes=coded)
def test_a_weight_of_two_is_an_item_written_twice(codes: np.ndarray) -> None:
    counts = chance.counts(codes, 4)
    twice = np.vstack([counts, counts])
    np.testing.assert_allclose(
        chance.many(counts)(np.full((1, len(codes)), 2.0)),
        chance.many(twice)(np.ones((1, len(twice)))),
        equal_nan=True,
        atol=1e-12,
    )


def test_the_four_coders_as_in_gwets_tables() -> None:
    counts = chance.counts(four_coders(), 5)
    observed, kappa, ac1, _ = once(chance.many(counts), 12)
    assert (observed, kappa, ac1) == pytest.approx((0.81818, 0.76117, 0.77544), abs=5e-6)
    errors = chance.many_errors(counts)
    assert (errors[1], errors[2]) == pytest.approx((0.15302, 0.14295), abs=5e-6)


def test_dice_of_two_raters_is_twice_what_both_marked_over_what_each_marked() -> None:
    codes = np.array([[0, 0], [0, 1], [2, 1], [2, 2]])
    members = np.array([[True, False], [True, True], [False, False]])  # {a}, {a, b}, {}
    assert once(chance.dice(codes, members), 4).tolist() == pytest.approx([2 * 2 / (2 + 3), 0.0])


def test_shrout_and_fleiss_table_in_six_forms() -> None:
    found = {e.name: e for e in icc(SHROUT_FLEISS)}
    printed = {
        "icc_1_1": (0.17, -0.13, 0.72),
        "icc_2_1": (0.29, 0.02, 0.76),
        "icc_3_1": (0.71, 0.34, 0.95),
        "icc_1_k": (0.44, -0.88, 0.91),
        "icc_2_k": (0.62, 0.07, 0.93),
        "icc_3_k": (0.91, 0.68, 0.99),
    }
    for name, expected in printed.items():
        e = found[name]
        assert (e.value, e.low, e.high) == pytest.approx(expected, abs=5.1e-3)
    turned = icc(SHROUT_FLEISS[:, ::-1][::-1])
    assert [e.value for e in turned] == pytest.approx([e.value for e in found.values()])
    swapped = SHROUT_FLEISS.copy()
    swapped[0, 0], swapped[1, 1] = swapped[1, 1], swapped[0, 0]
    assert icc(swapped)[1].value != pytest.approx(found["icc_2_1"].value, abs=0.01)


def test_icc_without_any_difference_is_undefined_and_without_error_has_no_interval() -> None:
    assert {e.value for e in icc(np.ones((5, 3)))} == {None}
    assert {e.value for e in icc(np.ones((1, 3)))} == {None}
    shifted = icc(np.column_stack([np.arange(6.0), np.arange(6.0) + 1]))
    assert shifted[2].value == pytest.approx(1.0)
    assert shifted[2].low is None


def test_limits_of_agreement_by_hand() -> None:
    differences = np.array([1.0, -2.0, 3.0, 0.0, 0.5])
    bias, spread, low, high = bland_altman(differences, which="A − B")
    assert (bias.value, spread.value) == pytest.approx((0.5, differences.std(ddof=1)))
    assert low.value == pytest.approx(0.5 - 1.96 * differences.std(ddof=1))
    assert (high.value or 0) + (low.value or 0) == pytest.approx(1.0)
    assert low.low is not None
    assert bland_altman(-differences, which="B − A")[0].value == pytest.approx(-0.5)
    assert bland_altman(np.array([1.0]), which="A − B")[0].value is None

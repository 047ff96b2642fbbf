"""Scores of models on a benchmark: totals, intervals, and two models on the same items."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.domain.estimate import Estimate
from review.evidence.benchmark import accuracy, compare, macro, scores
from review.evidence.resampling import Resampling

FEW = Resampling(resamples=300, seed=1)


def frame(
    right: Sequence[float], *, model: str = "m", types: Sequence[str] = (), clusters: Sequence[str] = ()
) -> pd.DataFrame:
    items = [f"q{i:03}" for i in range(len(right))]
    return pd.DataFrame(
        {
            "model": model,
            "item": items,
            "correct": [float(r) for r in right],
            "n": 1.0,
            "type": list(types) or "all",
            "cluster": list(clusters) or items,
        }
    )


def named(values: Sequence[Estimate], name: str, **by: str) -> Estimate:
    (found,) = [v for v in values if v.name == name and by.items() <= v.by.items() and len(v.by) == len(by)]
    return found


answers = st.lists(st.tuples(st.booleans(), st.sampled_from("abc")), min_size=2, max_size=60)


@given(answers)
@settings(max_examples=25, deadline=None)
def test_the_weighted_total_is_the_share_of_all_items_and_the_macro_mean_that_of_the_types(
    found: list[tuple[bool, str]],
) -> None:
    own = frame([r for r, _ in found], types=[t for _, t in found])
    values = scores(own, parts=["type"], resampling=FEW)
    shares = [own[own["type"] == t]["correct"].mean() for t in {t for _, t in found}]
    assert named(values, "weighted_total", model="m").value == pytest.approx(own["correct"].mean())
    assert named(values, "macro_mean", model="m").value == pytest.approx(sum(shares) / len(shares))


@given(answers, st.randoms())
@settings(max_examples=15, deadline=None)
def test_the_order_of_rows_changes_nothing(found: list[tuple[bool, str]], chance: object) -> None:
    own = frame([r for r, _ in found], types=[t for _, t in found])
    mixed = own.sample(frac=1, random_state=chance.randint(0, 1000))  # type: ignore[attr-defined]
    assert scores(own, parts=["type"], resampling=FEW) == scores(mixed, parts=["type"], resampling=FEW)


def test_an_accuracy_has_the_interval_of_wilson() -> None:
    found = accuracy(frame([1] * 81 + [0] * 182), by={}, resampling=FEW)
    assert (round(found.low, 4), round(found.high, 4), found.n) == (0.2553, 0.3662, 263)
    other = accuracy(frame([1] * 80 + [0] * 183), by={}, resampling=FEW)
    assert other.value < found.value


def test_items_repeated_within_patients_do_not_narrow_the_interval() -> None:
    right = [i % 3 != 0 for i in range(40)]
    single = accuracy(frame(right, clusters=[str(i) for i in range(40)]), by={}, resampling=FEW)
    fivefold = accuracy(frame(right * 5, clusters=[str(i) for i in range(40)] * 5), by={}, resampling=FEW)
    naive = accuracy(frame(right * 5), by={}, resampling=FEW)
    assert fivefold.high - fivefold.low == pytest.approx(single.high - single.low, rel=0.15)
    assert (fivefold.high - fivefold.low) / (naive.high - naive.low) == pytest.approx(5**0.5, rel=0.15)
    assert "clusters" in fivefold.method


def test_points_between_right_and_wrong_are_resampled() -> None:
    found = accuracy(frame([0.5, 0.25, 1, 0.75]), by={}, resampling=FEW)
    assert found.value == 0.625
    assert "bootstrap" in found.method
    assert found.low < 0.625 < found.high


def both(table: Sequence[int]) -> pd.DataFrame:
    """Pairs of answers from (both right, only a, only b, both wrong)."""
    a = [1] * table[0] + [1] * table[1] + [0] * table[2] + [0] * table[3]
    b = [1] * table[0] + [0] * table[1] + [1] * table[2] + [0] * table[3]
    return pd.concat([frame(a, model="a"), frame(b, model="b")])


@pytest.mark.parametrize(("table", "p"), [((59, 6, 16, 80), 0.0525), ((101, 121, 59, 33), 4.4e-6)])
def test_mcnemars_exact_test_has_its_published_values(table: tuple[int, ...], p: float) -> None:
    found = named(compare(both(table), "a", "b", resampling=FEW), "mcnemar_exact_p", first="a", second="b")
    assert found.value == pytest.approx(p, rel=0.02)


def test_swapping_two_cells_or_dropping_a_row_changes_the_comparison_as_it_must() -> None:
    plain = compare(both((59, 6, 16, 80)), "a", "b", resampling=FEW)
    turned = compare(both((59, 16, 6, 80)), "a", "b", resampling=FEW)
    assert plain[0].value == pytest.approx(-10 / 161)
    assert turned[0].value == pytest.approx(10 / 161)
    assert plain[0].low < plain[0].value < plain[0].high
    fewer = compare(both((59, 6, 16, 80)).iloc[1:], "a", "b", resampling=FEW)
    assert fewer[0].n == 160


def test_permuting_the_answers_of_one_model_leaves_its_total_and_changes_the_pairs() -> None:
    pairs = both((59, 6, 16, 80))
    mixed = pairs.copy()
    mixed.loc[mixed["model"] == "b", "correct"] = mixed.loc[mixed["model"] == "b", "correct"].to_numpy()[::-1]
    name = {"first": "a", "second": "b"}
    before, after = (compare(each, "a", "b", resampling=FEW) for each in (pairs, mixed))
    assert named(before, "difference", **name).value == pytest.approx(named(after, "difference", **name).value)
    assert named(before, "only_first", **name).value != named(after, "only_first", **name).value


def test_without_a_discordant_pair_or_a_common_item_the_test_is_undefined() -> None:
    same = compare(both((5, 0, 0, 5)), "a", "b", resampling=FEW)
    assert named(same, "mcnemar_exact_p", first="a", second="b").method.startswith("undefined: no discordant pairs")
    apart = pd.concat([frame([1, 0], model="a"), frame([1, 0], model="b").assign(item=["x", "y"])])
    assert [v.value for v in compare(apart, "a", "b", resampling=FEW)] == [None]


def test_a_type_nobody_answered_is_undefined_and_a_single_cluster_has_no_interval() -> None:
    assert accuracy(frame([]), by={}, resampling=FEW).value is None
    assert macro(frame([]), part="type", by={}, resampling=FEW).value is None
    one = accuracy(frame([1, 0], clusters=["p", "p"]), by={}, resampling=FEW)
    assert (one.value, one.low, one.high) == (0.5, None, None)


def test_the_seed_decides_the_interval_and_nothing_else() -> None:
    own = frame([0.5, 0.25, 1, 0.75, 0.3, 0.9])
    first, again, other = (accuracy(own, by={}, resampling=Resampling(resamples=300, seed=s)) for s in (1, 1, 2))
    assert first == again
    assert (first.value, first.low) != (other.value, other.low)
    assert first.value == other.value

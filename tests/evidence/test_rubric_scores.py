"""Rubric scores: sections count the same, nothing missing is a zero, and agreement is that of the textbooks."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from review.domain.estimate import Estimate
from review.evidence.resampling import Resampling
from review.evidence.rubric import agreement, levels, pair, summary, totals, weighted_kappa

FEW = Resampling(resamples=200, seed=0)
COLUMNS = ["report", "rater", "kind", "section", "dimension", "score"]
SHAPE = {"a": 1, "b": 1, "c": 3, "d": 1, "e": 4}  # sections and their numbers of dimensions


def one_report(scores: Iterable[float], *, report: str = "r", rater: str = "x", kind: str = "human") -> pd.DataFrame:
    at = [(section, f"{section}{i}") for section, n in SHAPE.items() for i in range(n)]
    rows = [(report, rater, kind, section, name, score) for (section, name), score in zip(at, scores, strict=True)]
    return pd.DataFrame(rows, columns=COLUMNS)


def score(frame: pd.DataFrame) -> float:
    return float(totals(frame, highest=5)["score"].iloc[0])


marks = st.lists(st.integers(1, 5), min_size=10, max_size=10)


@pytest.mark.parametrize(("mark", "expected"), [(5, 100), (1, 20), (3, 60)])
def test_the_same_mark_everywhere_is_twenty_times_that_mark(mark: int, expected: float) -> None:
    assert score(one_report([mark] * 10)) == pytest.approx(expected)


def test_sections_count_the_same_however_many_dimensions_they_have() -> None:
    frame = one_report([5, 1, 1, 1, 1, 1, 1, 1, 1, 1])
    assert score(frame) == pytest.approx(20 * (5 + 1 + 1 + 1 + 1) / 5)
    assert score(frame) != pytest.approx(20 * frame["score"].mean())


@given(marks)
@settings(max_examples=15, deadline=None)
def test_a_score_lies_between_twenty_and_a_hundred_and_ignores_the_order_of_rows(found: list[int]) -> None:
    frame = one_report(found)
    assert 20 <= score(frame) <= 100.0001
    assert score(frame) == pytest.approx(score(frame.iloc[::-1]))


@given(marks, st.integers(0, 9))
@settings(max_examples=15, deadline=None)
def test_a_missing_dimension_is_not_a_zero(found: list[int], gap: int) -> None:
    blank = one_report([np.nan if i == gap else float(v) for i, v in enumerate(found)])
    zero = one_report([0.0 if i == gap else float(v) for i, v in enumerate(found)])
    assert score(blank) > score(zero)
    assert score(blank) == pytest.approx(score(blank.dropna()))


def test_swapping_two_marks_of_different_sections_changes_the_score() -> None:
    assert score(one_report([5, 1, 1, 1, 1, 1, 1, 1, 1, 1])) != score(one_report([1, 1, 5, 1, 1, 1, 1, 1, 1, 1]))


# Agreement

ratings = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=5, max_size=40).filter(
    lambda pairs: len({a for a, _ in pairs}) > 1 and len({b for _, b in pairs}) > 1
)


@given(ratings)
@settings(max_examples=40, deadline=None)
def test_kappa_of_whole_scores_is_the_quadratic_weighted_kappa_of_the_textbooks(pairs: list[tuple[int, int]]) -> None:
    x, y = np.array(pairs, dtype=float).T
    known = cohen_kappa_score(x.astype(int), y.astype(int), labels=[1, 2, 3, 4, 5], weights="quadratic")
    assert weighted_kappa(np.ones((1, len(x))), x, y)[0] == pytest.approx(known)


def test_kappa_of_the_published_table_is_its_quadratic_value() -> None:
    table = [[44, 5, 1], [7, 20, 3], [9, 5, 6]]
    pairs = [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    x, y = np.array(pairs, dtype=float).T
    assert round(float(weighted_kappa(np.ones((1, 100)), x, y)[0]), 4) == 0.4545
    swapped = [[44, 5, 7], [1, 20, 3], [9, 5, 6]]
    pairs = [(i, j) for i, row in enumerate(swapped) for j, n in enumerate(row) for _ in range(n)]
    a, b = np.array(pairs, dtype=float).T
    assert round(float(weighted_kappa(np.ones((1, 100)), a, b)[0]), 4) != 0.4545


def estimates(x: list[float], y: list[float]) -> dict[str, Estimate]:
    found = pair(np.array(x, dtype=float), np.array(y, dtype=float), by={"dimension": "d"}, resampling=FEW)
    return {each.name: each for each in found}


def test_the_icc_counts_a_shift_between_people_and_program_as_disagreement() -> None:
    plain, shifted = (
        estimates([1, 2, 3, 4, 2, 3], [1, 2, 3, 4, 2, 4]),
        estimates([1, 2, 3, 4, 2, 3], [2, 3, 4, 5, 3, 5]),
    )
    assert plain["icc_2_1"].value > 0.9 > shifted["icc_2_1"].value
    assert plain["icc_2_1"].low < plain["icc_2_1"].value < plain["icc_2_1"].high


def test_correlation_is_not_agreement() -> None:
    shifted = estimates([1, 2, 3, 4, 1, 2, 3, 3], [2, 3, 4, 5, 2, 3, 4, 4])
    assert shifted["pearson"].value == pytest.approx(1)
    assert shifted["bias"].value == 1
    assert shifted["cohen_kappa_quadratic"].value < 0.8
    assert shifted["pearson"].low is None


def test_a_constant_rater_is_undefined_and_stays_out_of_the_summary() -> None:
    still, moving = estimates([5] * 6, [5, 4, 5, 3, 5, 5]), estimates([1, 2, 3, 4, 5, 3], [1, 2, 3, 5, 5, 2])
    assert still["pearson"].value is still["icc_2_1"].value is still["cohen_kappa_quadratic"].value is None
    assert still["bias"].value == pytest.approx(-0.5)
    over = {each.name: each for each in summary([still["pearson"], moving["pearson"]])}
    assert (over["dimensions_undefined"].value, over["pearson_lowest"].n) == (1, 1)
    assert over["pearson_lowest"].value == moving["pearson"].value
    assert over["dimensions_above_0_7"].value == 1


def test_fisher_s_interval_of_a_correlation_is_the_known_one() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=87)
    y = x + rng.normal(size=87)
    found = estimates(list(x), list(y))["pearson"]
    half = 1.959963984540054 / np.sqrt(84)
    assert found.low == pytest.approx(np.tanh(np.arctanh(found.value) - half))
    assert found.n == 87


def reports(n: int = 8) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    frames = [
        one_report(rng.integers(1, 6, 10), report=f"r{i}", rater=rater, kind=kind)
        for i in range(n)
        for rater, kind in (("a", "human"), ("b", "human"), ("judge", "automatic"))
    ]
    return pd.concat(frames, ignore_index=True)


def test_the_order_of_rows_and_the_names_of_raters_change_nothing() -> None:
    frame = reports()
    mixed = frame.sample(frac=1, random_state=0).replace({"rater": {"a": "z"}})
    for method in (agreement, levels):
        one, other = (method(each, totals(each, highest=5), FEW) for each in (frame, mixed))
        assert [(v.name, v.by) for v in one] == [(v.name, v.by) for v in other]
        assert [v.value for v in one] == pytest.approx([v.value for v in other])


def test_permuting_the_reports_of_the_judge_changes_agreement_and_not_the_means() -> None:
    frame = reports()
    turned = frame.copy()
    judge = turned["kind"] == "automatic"
    turned.loc[judge, "report"] = turned.loc[judge, "report"].map({f"r{i}": f"r{(i + 3) % 8}" for i in range(8)})
    before, after = (agreement(each, totals(each, highest=5), FEW) for each in (frame, turned))
    assert [v.value for v in before if v.name == "pearson"] != [v.value for v in after if v.name == "pearson"]
    assert [v.value for v in before if v.name == "bias"] == pytest.approx([v.value for v in after if v.name == "bias"])


def test_a_report_scored_by_one_kind_only_is_not_paired() -> None:
    frame = reports()
    fewer = frame[~((frame["report"] == "r0") & (frame["kind"] == "automatic"))]
    assert {v.n for v in agreement(fewer, totals(fewer, highest=5), FEW) if v.name == "bias"} == {7}
    human = frame[frame["kind"] == "human"]
    assert all(v.value is None for v in agreement(human, totals(human, highest=5), FEW) if v.name == "pearson")

"""Splits that are made: whole patients, every one dealt, rare strata everywhere, the same again from the same seed."""

from __future__ import annotations

import itertools
from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedGroupKFold

from review.evidence.cohort import Cohort, cohort
from review.evidence.split_forms import Split
from review.evidence.split_making import deal, make, plan_of
from review.evidence.splits import Placed, prove


def of(frame: pd.DataFrame, *strata: str) -> Cohort:
    return cohort(frame, strata=list(strata), path="m.csv")[0]


def patients(n: int, label: dict[str, int], cases: int = 2) -> pd.DataFrame:
    """`n` patients with up to `cases` cases; the first few have the labels wanted, the rest `normal`."""
    words = [word for word, times in label.items() for _ in range(times)]
    rows = []
    for p in range(n):
        rows += [
            (f"p{p}c{c}", f"p{p}", words[p] if p < len(words) else "normal", "FM"[p % 2]) for c in range(1 + p % cases)
        ]
    return pd.DataFrame(rows, columns=["case", "patient", "class", "sex"], index=range(2, len(rows) + 2), dtype=str)


def held(split: Split, frame: pd.DataFrame, label: str) -> list[int]:
    """Patients of a label that each fold holds out (or each side has)."""
    person = dict(zip(frame["case"], frame["patient"], strict=True))
    of_label = dict(zip(frame["case"], frame["class"] == label, strict=True))
    kfold = len(split.folds) > 1
    wanted = [s for s in split.sides if s.name == "val" or not kfold]
    return [len({person[c] for c in side.cases if of_label[c]}) for side in wanted]


drawn = st.lists(st.tuples(st.integers(0, 12), st.sampled_from("abc"), st.sampled_from("xy")), min_size=1, max_size=60)


@settings(max_examples=30, deadline=None)
@given(
    drawn,
    st.sampled_from(["kfold:2", "kfold:5", "kfold:3,test=20", "train/val/test=70/10/20", "80/20"]),
    st.integers(0, 9),
)
def test_whatever_the_data_no_patient_is_torn_and_every_case_is_dealt(
    rows: list[tuple[int, str, str]], plan: str, seed: int
) -> None:
    frame = pd.DataFrame(
        [(f"c{i}", f"p{p}", a, b, f"h{i % 50}") for i, (p, a, b) in enumerate(rows)],
        columns=["case", "patient", "a", "b", "sha256"],
        index=range(2, len(rows) + 2),
        dtype=str,
    )
    found = of(frame, "a", "b")
    split = make(found, plan_of(plan), seed=seed).split
    faults = {f.rule for f in prove(Placed(split=split, cohort=found, file="s.json")).findings}
    assert faults <= {"SPL-FOLDS"}  # with fewer patients than folds, a fold holds nobody out
    assert make(found, plan_of(plan), seed=seed).split == split


def test_every_rare_stratum_is_in_every_fold_as_evenly_as_can_be() -> None:
    frame = patients(300, {"semi": 5, "lumbar": 7, "sacral": 18})
    split = make(of(frame, "class", "sex"), plan_of("kfold:5"), seed=3).split
    assert sorted(held(split, frame, "semi")) == [1, 1, 1, 1, 1]
    assert sorted(held(split, frame, "lumbar")) == [1, 1, 1, 2, 2]
    assert sorted(held(split, frame, "sacral")) == [3, 3, 4, 4, 4]
    sizes = [len({c.split("c")[0] for c in s.cases}) for s in split.sides if s.name == "val"]
    assert max(sizes) - min(sizes) <= 1


def test_a_small_side_too_has_one_of_a_stratum_with_enough_patients() -> None:
    frame = patients(200, {"semi": 4})
    split = make(of(frame, "class"), plan_of("train/val/test=70/10/20"), seed=0).split
    assert [s.name for s in split.sides] == ["train", "val", "test"]
    assert min(held(split, frame, "semi")) == 1
    cases = [len(s.cases) for s in split.sides]
    assert [round(n / sum(cases), 2) for n in cases] == [0.7, 0.1, 0.2]


def test_another_seed_gives_another_split_that_is_as_good() -> None:
    frame = patients(100, {"semi": 5})
    one, other = (make(of(frame, "class", "sex"), plan_of("kfold:5"), seed=seed).split for seed in (1, 2))
    assert one != other
    assert held(one, frame, "semi") == held(other, frame, "semi") == [1] * 5


def test_the_order_of_rows_changes_nothing_of_the_balance_and_dropping_a_patient_changes_the_split() -> None:
    frame = patients(100, {"semi": 5, "lumbar": 11})
    mixed = frame.sample(frac=1, random_state=1)
    one, other = (make(of(f, "class"), plan_of("kfold:5"), seed=1).split for f in (frame, mixed))
    for label in ("semi", "lumbar"):
        assert sorted(held(one, frame, label)) == sorted(held(other, frame, label))
    fewer = frame[frame["patient"] != "p0"]
    assert sorted(held(make(of(fewer, "class"), plan_of("kfold:5"), seed=1).split, fewer, "semi")) == [0, 1, 1, 1, 1]


def test_rare_strata_are_nearer_to_their_share_than_with_stratified_group_k_fold() -> None:
    frame = patients(300, {"semi": 6, "lumbar": 9, "sacral": 18}, cases=3)
    off = {"ours": 0.0, "theirs": 0.0}
    for seed in range(3):
        split = make(of(frame, "class", "sex"), plan_of("kfold:5"), seed=seed).split
        other = StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(frame, frame["class"], frame["patient"])
        folds = [frame.iloc[at] for _, at in other]
        for label, n in (("semi", 6), ("lumbar", 9), ("sacral", 18)):
            theirs = [fold.loc[fold["class"] == label, "patient"].nunique() for fold in folds]
            off["ours"] += sum(abs(each - n / 5) for each in held(split, frame, label))
            off["theirs"] += sum(abs(each - n / 5) for each in theirs)
    assert off["ours"] < off["theirs"]


def test_what_cannot_be_balanced_is_said() -> None:
    frame = patients(60, {"semi": 3, "lumbar": 9})
    told = [f.message for f in make(of(frame, "class"), plan_of("kfold:5"), seed=0).findings]
    assert any("semi has 3 patients, so it cannot be on each of 5 sides" in text for text in told)
    assert any("lumbar has 9 patients: no split gives 5" in text for text in told)
    heavy = pd.DataFrame(
        {"case": [f"c{i}" for i in range(20)], "patient": ["p"] * 12 + [f"q{i}" for i in range(8)]},
        index=range(2, 22),
        dtype=str,
    )
    (finding,) = make(of(heavy), plan_of("kfold:5"), seed=0).findings
    assert "One patient has 12 of 20 cases" in finding.message


def test_patients_with_a_file_in_common_stay_together() -> None:
    frame = patients(40, {}, cases=1).assign(sha256=[f"h{i // 2}" for i in range(40)])
    split = make(of(frame), plan_of("kfold:4"), seed=0).split
    for side in split.sides:
        there = defaultdict(int)
        for case in side.cases:
            there[int(case[1:].split("c")[0]) // 2] += 1
        assert {*there.values()} == {2}


def test_external_cases_go_to_the_test_set_and_the_rest_is_divided() -> None:
    frame = patients(60, {}, cases=1)
    kept = np.zeros(60, dtype=np.bool_)
    kept[:10] = True
    split = make(of(frame), plan_of("kfold:5"), seed=0, kept_out=kept).split
    (test,) = [s for s in split.sides if s.name == "test"]
    assert {*test.cases} == {f"p{i}c0" for i in range(10)}
    assert sorted(len(s.cases) for s in split.sides if s.name == "val") == [10] * 5


@pytest.mark.parametrize("seed", range(8))
def test_small_problems_are_divided_nearly_as_well_as_an_exhaustive_search_does(seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns = [np.ones(8), rng.integers(1, 4, 8), rng.integers(0, 2, 8), rng.integers(0, 2, 8)]
    features = np.column_stack(columns).astype(float)
    scale = 1 / np.maximum((features**2).sum(axis=0), 1e-9)

    def cost(side: np.ndarray) -> float:
        off = features[side == 0].sum(axis=0) - features.sum(axis=0) / 2
        return float(2 * (off**2 * scale / 0.5).sum())

    best = min(cost(np.array(side)) for side in itertools.product((0, 1), repeat=8))
    found = cost(deal(features, np.array([0.5, 0.5]), weights=np.ones(4), rng=np.random.default_rng(1)))
    assert found <= best * 1.3 + 1e-9


@pytest.mark.parametrize(
    "text", ["kfold:1", "kfold:500", "nonsense", "train/val=70", "train/train=50/50", "kfold:5,test=100", "70/0/30"]
)
def test_a_plan_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        plan_of(text)

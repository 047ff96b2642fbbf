"""Splits: every way of writing them reads the same, and every way of breaking them is told with who and where."""

from __future__ import annotations

import random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.domain.finding import Severity, Status
from review.evidence.cohort import cohort
from review.evidence.split_forms import Split, Strange, of_table, of_tree
from review.evidence.split_strata import compare, difference, external
from review.evidence.splits import Placed, Proof, prove

Folds = list[dict[str, list[str]]]


def manifest(n: int = 20, **columns: list[str]) -> pd.DataFrame:
    """`n` cases of n/2 patients at two sites; patient p has the cases 2p and 2p + 1."""
    given = {
        "case": [f"c{i:02d}" for i in range(n)],
        "patient": [f"p{i // 2}" for i in range(n)],
        "site": ["A" if i < 16 else "B" for i in range(n)],
        "sex": ["F" if i // 2 % 2 else "M" for i in range(n)],
        "sha256": [f"{i:08d}" for i in range(n)],
    }
    return pd.DataFrame({**given, **columns}, index=range(2, n + 2), dtype=str)


def folds(n: int = 20, k: int = 5) -> Folds:
    """Clean folds of the cases above: patients stay together."""
    held = [[f"c{i:02d}" for i in range(n) if i // 2 % k == f] for f in range(k)]
    return [{"train": [c for g in range(k) if g != f for c in held[g]], "val": held[f]} for f in range(k)]


def placed(split: Split, frame: pd.DataFrame | None = None, *, strata: list[str] | None = None) -> Placed:
    found, findings = cohort(manifest() if frame is None else frame, strata=strata or [], path="m.csv")
    assert not [f for f in findings if f.severity is Severity.ERROR]
    return Placed(split=split, cohort=found, file="splits_final.json")


def proof(tree: Any, frame: pd.DataFrame | None = None) -> Proof:
    return prove(placed(of_tree(tree), frame))


def rules(tree: Any, frame: pd.DataFrame | None = None) -> list[str]:
    return [finding.rule for finding in proof(tree, frame).findings]


# Forms


def same(one: Split, other: Split) -> bool:
    return {(s.fold, s.name, frozenset(s.cases)) for s in one.sides} == {
        (s.fold, s.name, frozenset(s.cases)) for s in other.sides
    }


def table(rows: list[tuple[str, ...]], columns: str) -> Split:
    split, findings = of_table(
        pd.DataFrame(rows, columns=columns.split(), index=range(2, len(rows) + 2), dtype=str), path="s.csv"
    )
    assert not findings
    assert split is not None
    return split


def test_folds_read_the_same_in_every_form() -> None:
    clean = folds()
    wanted = of_tree(clean)
    held = [fold["val"] for fold in clean]
    number = {case: f for f, cases in enumerate(held) for case in cases}
    forms: list[Any] = [
        {f"fold_{f}": fold for f, fold in enumerate(clean)},
        {"folds": clean},
        {"folds": held},
        held,
        {str(f): cases for f, cases in enumerate(held)},
        {f"Fold {f}": {"training": fold["train"], "validation": fold["val"]} for f, fold in enumerate(clean)},
        number,
    ]
    assert all(same(of_tree(form), wanted) for form in forms)
    assert same(table([(c, str(f)) for c, f in number.items()], "case fold"), wanted)
    assert same(table([(c, str(f)) for c, f in number.items()], "case split"), wanted)
    long = [(c, str(f), side) for f, fold in enumerate(clean) for side, cases in fold.items() for c in cases]
    assert same(table(long, "case fold split"), wanted)
    assert same(table([(c, str(f), "train") for c, f in number.items()], "case fold split"), wanted)


def test_one_division_reads_the_same_in_every_form_and_test_cases_stay_out_of_folds() -> None:
    sides = {"train": ["a", "b"], "val": ["c"], "test": ["d"]}
    wanted = of_tree(sides)
    place = {case: side for side, cases in sides.items() for case in cases}
    assert same(of_tree([sides]), wanted)
    assert same(of_tree(place), wanted)
    assert same(
        of_tree({"training": [{"image": "imagesTr/a_0000.nii.gz"}, "b"], "validation": ["c"], "test": ["d"]}), wanted
    )
    assert same(table(list(place.items()), "case split"), wanted)
    kept = {"folds": [["a"], ["b"]], "test": ["d"]}
    assert same(of_tree(kept), table([("a", "0", "train"), ("b", "1", "train"), ("d", "", "test")], "case fold split"))
    assert same(of_tree(kept), table([("a", "0"), ("b", "1"), ("d", "test")], "case fold"))


@pytest.mark.parametrize(
    "tree", [None, [], {}, 5, "x", [1, 2], {"train": []}, [{"a": 1}], {"a": "somewhere"}, [[["x"]]]]
)
def test_what_is_no_split_is_refused_in_words(tree: Any) -> None:
    with pytest.raises(Strange):
        of_tree(tree)


def test_a_word_that_is_no_side_is_told_with_row_and_column() -> None:
    frame = pd.DataFrame({"case": ["a", "b"], "split": ["train", "trian"]}, index=[2, 3], dtype=str)
    _, findings = of_table(frame, path="s.csv")
    assert [(f.line, f.column) for f in findings] == [(3, 2)]


# What must hold


def test_clean_folds_are_proved_with_their_counts() -> None:
    found = proof(folds())
    assert found.findings == ()
    assert len(found.table.rows) == 5
    assert all(row[-3:] == (0, 0, 0) for row in found.table.rows)
    assert found.table.rows[0][:4] == ("0", "train ∩ val", "16 + 4", "8 + 2")
    assert "20 are held out exactly once" in found.table.note
    counts = {
        (e.by["fold"], e.by["side"]): e.value for e in found.estimates if e.name == "count" and e.unit == "patients"
    }
    assert counts["0", "train"] == 8


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_neither_the_order_of_cases_folds_nor_rows_matters(chance: random.Random) -> None:
    clean, frame = folds(), manifest()
    for fold in clean:
        for cases in fold.values():
            chance.shuffle(cases)
    chance.shuffle(clean)
    order = list(range(20))
    chance.shuffle(order)
    assert rules(clean, frame.iloc[order]) == []
    clean[0]["val"], clean[1]["val"] = (
        [*clean[0]["val"][1:], clean[1]["val"][0]],
        [*clean[1]["val"][1:], clean[0]["val"][0]],
    )
    assert {"SPL-BOTH", "SPL-NONE"} <= {*rules(clean, frame.iloc[order])}


# What breaks


def test_a_patient_on_two_sides_is_named_with_the_cases() -> None:
    sides = {"train": [f"c{i:02d}" for i in range(15)], "val": [f"c{i:02d}" for i in range(15, 20)]}
    found = proof(sides)
    (finding,) = found.findings
    assert (finding.rule, finding.path, finding.line, finding.column) == ("SPL-01", "m.csv", 17, 2)
    assert all(word in finding.message for word in ("p7", "c14 (line 16)", "c15 (line 17)", "training", "validation"))
    assert found.table.rows[0][-2] == 1
    assert [e.value for e in found.estimates if e.name == "overlap" and e.unit == "patients"] == [1]


def test_swapping_two_cases_of_two_folds_tears_two_patients() -> None:
    held = [fold["val"] for fold in folds()]
    held[0][0], held[1][0] = held[1][0], held[0][0]
    assert rules(held) == ["SPL-01", "SPL-01"]


def test_permuted_patients_break_what_was_clean() -> None:
    people = [f"p{i % 10}" for i in range(20)]
    frame = manifest(sex=["F"] * 20)
    assert rules(folds(), frame.assign(patient=people)) == []  # c00 and c10 are in the same fold
    assert "SPL-01" in rules(folds(), frame.assign(patient=[people[2], *people[1:2], people[0], *people[3:]]))


def test_spelling_a_patient_in_another_way_does_not_hide_the_person() -> None:
    people = [f"P {i // 2}" if i % 2 else f"p-{i // 2}" for i in range(20)]
    found, findings = cohort(manifest(patient=people), strata=[], path="m.csv")
    assert len(findings) == 10
    assert {f.severity for f in findings} == {Severity.WARNING}
    sides = of_tree({"train": [f"c{i:02d}" for i in range(15)], "val": [f"c{i:02d}" for i in range(15, 20)]})
    assert [f.rule for f in prove(Placed(split=sides, cohort=found, file="s")).findings] == ["SPL-01"]


def test_a_case_on_both_sides_on_none_and_in_two_folds() -> None:
    clean = folds()
    clean[2]["train"].append("c04")
    assert rules(clean) == ["SPL-BOTH"]
    clean = folds()
    clean[2]["train"].remove("c00")
    (finding,) = proof(clean).findings
    assert finding.rule == "SPL-NONE"
    assert "no side of fold 2: c00 (line 2)" in finding.message
    assert rules(folds(), manifest(22)) == ["SPL-NONE"]
    held = [fold["val"] for fold in folds()]
    assert set(rules([*held[:4], [*held[4], "c00", "c01"]])) == {"SPL-BOTH", "SPL-FOLDS"}
    dropped = folds()
    for fold in dropped:
        fold["val"] = [c for c in fold["val"] if c not in ("c00", "c01")]
    assert set(rules(dropped)) == {"SPL-NONE", "SPL-FOLDS"}


def test_a_test_set_that_meets_the_folds_is_told() -> None:
    kept = {"folds": [fold["val"] for fold in folds(18)], "test": ["c18", "c19"]}
    assert rules(kept) == []
    kept["test"] = ["c18", "c19", "c00"]
    (first, *others) = proof(kept).findings
    assert {first.rule, *(f.rule for f in others)} == {"SPL-TEST"}
    assert "c00 (line 2)" in first.message


def test_folds_with_a_test_set_each_are_a_partition_by_test() -> None:
    held = [fold["val"] for fold in folds()]
    nested = [
        {
            "train": [c for g in range(5) if g not in (f, (f + 1) % 5) for c in held[g]],
            "val": held[(f + 1) % 5],
            "test": held[f],
        }
        for f in range(5)
    ]
    assert rules(nested) == []
    nested[0]["test"] = nested[0]["test"][:-2]
    assert set(rules(nested)) == {"SPL-NONE", "SPL-FOLDS"}


def test_the_same_content_under_two_names_is_told() -> None:
    hashes = [f"{i:08d}" for i in range(20)]
    hashes[19] = hashes[0]
    (finding,) = proof(folds(), manifest(sha256=hashes)).findings
    assert (finding.rule, finding.line, finding.column) == ("SPL-02", 21, 5)
    hashes[19], hashes[1] = "x", hashes[0]
    assert rules(folds(), manifest(sha256=hashes)) == []  # both on one side
    assert rules(folds(), manifest(sha256=[""] * 20)) == []


def test_unknown_cases_are_told_with_the_name_the_manifest_has() -> None:
    clean = folds()
    clean[0]["val"][0] = "c00_0000.nii.gz"
    found = [f for f in proof(clean).findings if f.rule == "SPL-UNKNOWN"]
    assert len(found) == 1
    assert found[0].path == "splits_final.json"
    assert "calls it c00" in found[0].hint


def test_without_patients_nothing_passes() -> None:
    (finding,) = proof(folds(), manifest().drop(columns="patient")).findings
    assert (finding.rule, finding.status) == ("SPL-01", Status.NOT_EVALUABLE)
    blank = ["", *[f"p{i // 2}" for i in range(1, 20)]]
    (finding,) = proof(folds(), manifest(patient=blank)).findings
    assert (finding.rule, finding.status, finding.line) == ("SPL-01", Status.NOT_EVALUABLE, 2)


def test_a_case_listed_twice_is_told() -> None:
    clean = folds()
    clean[0]["train"].append(clean[0]["train"][0])
    assert rules(clean) == ["SPL-TWICE"]


def test_faults_of_a_manifest_are_told_with_row_and_column() -> None:
    def faults(frame: pd.DataFrame) -> list[tuple[str, int | None, int | None]]:
        return [(f.rule, f.line, f.column) for f in cohort(frame, strata=[], path="m.csv")[1]]

    twice = pd.concat([manifest(), manifest().iloc[[3]].set_axis([22])])
    assert faults(twice) == [("ACC-DUPLICATE", 22, 1)]
    torn = pd.concat([manifest(), manifest().iloc[[3]].assign(patient="p9").set_axis([22])])
    assert ("SPL-MANIFEST", 22, 2) in faults(torn)
    sexes = ["M", "F", *manifest()["sex"][2:]]
    assert faults(manifest(sex=sexes)) == [("SPL-MANIFEST", 3, 4)]


# Sites and strata


def test_a_site_claimed_external_is_tested_on_only() -> None:
    outside = {
        "train": [f"c{i:02d}" for i in range(12)],
        "val": ["c12", "c13", "c14", "c15"],
        "test": ["c16", "c17", "c18", "c19"],
    }
    good = placed(of_tree(outside))
    assert external(good, ["B"]) == ()
    assert external(good, ["test"]) == ()
    assert external(placed(of_tree({**outside, "external": outside["test"], "test": []})), []) == ()
    assert [f.rule for f in external(good, ["A"])] == ["SPL-06"]
    assert "no site called 'C'" in external(good, ["C"])[0].message
    leaky = {**outside, "val": [*outside["val"], "c16"], "test": outside["test"][1:]}
    (finding,) = external(placed(of_tree(leaky)), ["B"])
    assert "c16 (line 18)" in finding.message
    assert (finding.line, finding.column) == (18, 3)
    no_site = placed(of_tree(outside), manifest().drop(columns="site"))
    assert external(no_site, ["B"])[0].status is Status.NOT_EVALUABLE


def warned(tree: Any, frame: pd.DataFrame, stratum: str = "class") -> list[tuple[str, str]]:
    found = compare(placed(of_tree(tree), frame, strata=[stratum])).findings
    assert {f.severity for f in found} <= {Severity.WARNING}
    return [(f.rule, f.message) for f in found]


def test_rare_strata_are_told_where_they_are_missing_or_too_few() -> None:
    label = ["rare" if i < 4 else "common" for i in range(200)]
    rare = dict.fromkeys(rule for rule, text in warned(folds(200), manifest(200, **{"class": label})) if "rare" in text)
    assert list(rare) == ["SPL-03", "SPL-SMALL"]
    text = " ".join(text for _, text in warned(folds(200), manifest(200, **{"class": label})))
    assert "(2 patients) is missing from val of fold 2, val of fold 3, val of fold 4" in text
    assert "val of fold 0 (1)" in text
    assert warned(folds(200), manifest(200, **{"class": ["x" if i // 2 % 10 < 5 else "y" for i in range(200)]})) == []


def test_a_prevalence_that_differs_is_told() -> None:
    label = ["x" if (i < 100) == (i % 10 < 8) else "y" for i in range(200)]
    sides = {"train": [f"c{i:02d}" for i in range(100)], "test": [f"c{i:02d}" for i in range(100, 200)]}
    assert {
        rule for rule, _ in warned(sides, manifest(200, patient=[f"p{i}" for i in range(200)], **{"class": label}))
    } == {"SPL-PREVALENCE"}


def test_strata_are_counted_in_patients_and_add_up() -> None:
    alike = compare(placed(of_tree(folds()), strata=["sex"]))
    (plot,) = alike.plots
    assert plot.sides == ("fold 0", "fold 1", "fold 2", "fold 3", "fold 4")
    assert [sum(row) for row in plot.counts] == [5, 5]
    assert all(abs(sum(column) - 1) < 1e-12 for column in zip(*plot.shares, strict=True))
    doubled = pd.concat([manifest(), manifest().assign(sha256="other").set_axis(range(30, 50))])
    assert compare(placed(of_tree(folds()), doubled, strata=["sex"])).plots == alike.plots


@given(st.integers(0, 50), st.integers(1, 50), st.integers(0, 50), st.integers(1, 50))
def test_the_standardised_difference_is_symmetric_and_zero_only_for_equal_shares(
    a: int, m: int, b: int, n: int
) -> None:
    a, b = min(a, m), min(b, n)
    found = difference(a, m, b, n)
    assert found == difference(b, n, a, m)
    assert (found == 0) == (a * n == b * m)

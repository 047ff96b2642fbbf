"""Counts from a manifest: each unit once, in every cell of split and class."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from review.domain.finding import Severity
from review.evidence.counting import Counted, count


def manifest(*rows: tuple[str, ...], columns: str = "case patient split class") -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split(), index=range(2, len(rows) + 2), dtype=str)


SMALL = manifest(
    ("a1", "a", "train", "normal"),
    ("a2", "a", "train", "lstv"),
    ("b1", "b", "train", "normal"),
    ("c1", "c", "test", "normal"),
    ("d1", "d", "test", "lstv"),
)


def cells(found: Counted, unit: str) -> dict[tuple[str, str], float]:
    return {
        (v.by.get("split", "all"), v.by.get("class", "all")): v.value or 0
        for v in found.estimates
        if v.by["unit"] == unit
    }


def test_a_patient_with_two_classes_is_counted_in_both_and_once_in_all() -> None:
    found = count(SMALL, by=["split", "class"])
    assert found.findings == ()
    patients = cells(found, "patients")
    assert patients["all", "all"] == 4
    assert patients["train", "normal"] == 2
    assert patients["train", "lstv"] == 1
    assert patients["train", "all"] == 2
    assert patients["test", "all"] == 2
    assert found.table is not None
    assert "patients by class add up to 5, 1 more" in found.table.note
    assert found.table.columns == ("split", "class", "patients", "cases")
    assert found.table.rows[-1] == ("all", "all", 4, 5)


def test_splits_stand_in_the_order_of_the_work_and_empty_cells_are_zero() -> None:
    frame = manifest(("a", "a", "test", "x"), ("b", "b", "val", "x"), ("c", "c", "train", "y"))
    table = count(frame, by=["split", "class"]).table
    assert table is not None
    assert list(dict.fromkeys(row[0] for row in table.rows)) == ["train", "val", "test", "all"]
    assert ("train", "x", 0, 0) in table.rows


rows = st.lists(
    st.tuples(st.integers(0, 8), st.sampled_from(["train", "val", "test"]), st.sampled_from("xyz")),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(rows, st.randoms())
def test_counts_are_those_of_sets_and_no_order_of_rows_matters(
    drawn: list[tuple[int, str, str]], chance: object
) -> None:
    lines = [(f"c{i}", f"p{p}", s, c) for i, (p, s, c) in enumerate(drawn)]
    found = count(manifest(*lines), by=["split", "class"])
    for (split, label), n in cells(found, "patients").items():
        assert n == len({p for _, p, s, c in lines if split in ("all", s) and label in ("all", c)})
    assert sum(n for (s, c), n in cells(found, "cases").items() if s != "all" and c != "all") == len(lines)
    chance.shuffle(lines)  # type: ignore[attr-defined]
    assert cells(count(manifest(*lines), by=["split", "class"]), "patients") == cells(found, "patients")


def test_a_dropped_row_and_a_permuted_label_change_the_counts() -> None:
    whole = cells(count(SMALL, by=["split", "class"]), "cases")
    assert cells(count(SMALL.iloc[1:], by=["split", "class"]), "cases") != whole
    swapped = SMALL.copy()
    swapped.loc[[2, 6], "class"] = ["lstv", "normal"]
    assert cells(count(swapped, by=["split", "class"]), "cases") != whole


def faults(frame: pd.DataFrame, **choices: object) -> list[tuple[str, int | None, int | None]]:
    by = [name for name in ("split", "class") if name in frame]
    return [(f.rule, f.line, f.column) for f in count(frame, by=by, path="m.csv", **choices).findings]  # type: ignore[arg-type]


def test_a_line_that_stands_twice_is_told_and_counted_once() -> None:
    frame = manifest(("a1", "a", "train", "x"), ("b1", "b", "train", "x"), ("a1", "a", "train", "x"))
    assert faults(frame) == [("ACC-DUPLICATE", 4, 1)]
    assert cells(count(frame, by=["split"]), "cases")["all", "all"] == 2


def test_a_patient_in_two_splits_with_two_sexes_and_a_case_of_two_patients_are_told_with_row_and_column() -> None:
    frame = manifest(
        ("a1", "a", "train", "F"), ("a2", "a", "test", "M"), ("b1", "b", "test", "F"), ("b1", "c", "test", "F"),
        columns="case patient split sex",
    )  # fmt: skip
    assert set(faults(frame)) == {("SPL-01", 3, 3), ("ACC-MANIFEST", 3, 4), ("ACC-MANIFEST", 5, 2)}


def test_unknown_and_empty_classes_are_told() -> None:
    assert faults(SMALL, classes=("normal", "lstv")) == []
    assert faults(SMALL, classes=("normal",)) == [("ACC-CLASS", 3, 4), ("ACC-CLASS", 6, 4)]
    assert faults(SMALL, classes=("normal", "lstv", "hardware")) == [("ACC-07", None, None)]


def test_blanks_are_counted_apart_and_look_alikes_are_told() -> None:
    frame = manifest(("a1", "a", "train", "LSTV"), ("b1", "", "train", "lstv"), ("c1", "c", "train", ""))
    found = count(frame, by=["class"], path="m.csv")
    assert [f.rule for f in found.findings] == ["ACC-BLANK", "ACC-BLANK", "ACC-SPELLING"]
    assert {f.severity for f in found.findings} == {Severity.WARNING}
    assert cells(found, "patients")["all", "(not given)"] == 1
    assert cells(found, "patients")["all", "all"] == 2


def test_a_class_that_a_split_lacks_is_told() -> None:
    frame = manifest(("a", "a", "train", "x"), ("b", "b", "train", "y"), ("c", "c", "test", "x"))
    (finding,) = count(frame, by=["split", "class"]).findings
    assert finding.rule == "ACC-07"
    assert "Class y has no cases in test" in finding.message

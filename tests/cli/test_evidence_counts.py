"""`review evidence accounting` and `review evidence splits` as a student uses them, on good files and on bad ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Ask = Callable[..., Any]
Table = Callable[..., Path]

STORY = """\
title: CTSpinoPelvic1K
units: {volumes: one released pair of image and label map}
quantities:
  - {unit: patients, subset: released, value: 802, source: card}
  - {unit: patients, subset: female, value: 393, source: card}
  - {unit: patients, subset: male, value: 345, source: card}
  - {unit: volumes, subset: released, value: "1,153", source: card}
  - {unit: volumes, subset: fused, value: 342, source: card}
  - {unit: volumes, subset: spine_only, value: 440, source: card}
  - {unit: volumes, subset: pelvic_only, value: 371, source: card}
  - {name: mean_dice, unit: score, subset: test, value: 0.770, source: card}
identities:
  - partition: [volumes.fused, volumes.spine_only, volumes.pelvic_only]
    of: volumes.released
  - partition: [patients.female, patients.male]
    of: patients.released
    remainder: {other: 11, not recorded: 53}
  - difference: [mean_dice, 0.574]
    equals: 0.196
  - check: volumes.spine_only + volumes.pelvic_only = 811
"""
MANIFEST = (
    "Case ID,Subject,Site,Split,Class,SHA256",
    "a1,a,north,train,normal,01",
    "a2,a,north,train,lstv,02",
    "b1,b,north,train,normal,03",
    "c1,c,south,val,normal,04",
    "d1,d,east,test,lstv,05",
    "e1,e,east,test,normal,06",
)


def places(document: dict[str, Any]) -> list[tuple[str, int | None, int | None]]:
    return [(f["rule"], f["line"], f["column"]) for f in document["findings"]]


@pytest.fixture
def story(tmp_path: Path) -> Callable[..., Path]:
    """Writes the story to counts.yml, with some words replaced."""

    def write(*changes: tuple[str, str]) -> Path:
        text = STORY
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "counts.yml"
        path.write_text(text)
        return path

    return write


# Accounting


def test_counts_that_add_up_pass_and_are_values_by_unit_and_subset(ask: Ask, story: Callable[..., Path]) -> None:
    found = ask("evidence", "accounting", story())
    assert found["findings"] == []
    values = {(v["name"], v["by"]["unit"], v["by"]["subset"]): v["value"] for v in found["values"]}
    assert values["count", "volumes", "released"] == 1153
    assert values["mean_dice", "score", "test"] == 0.77
    assert "4 of 4 identities hold" in found["sentence"]
    assert set(found["values"][0]) == {"name", "value", "low", "high", "n", "unit", "method", "by"}
    assert found["inputs"][0]["sha256"] == hashlib.sha256(STORY.encode()).hexdigest()


@pytest.mark.parametrize(
    ("old", "new", "rule", "line", "said"),
    [
        ('"1,153"', "1137", "ACC-03", 13, "16 too many"),
        ('"1,153"', '"1,163"', "ACC-03", 13, "10 are in none of the parts"),
        ("    remainder: {other: 11, not recorded: 53}\n", "", "ACC-03", 15, "64 are in none of the parts"),
        ("= 811", "= 812", "ACC-03", 20, "a difference of 1"),
        ("equals: 0.196", "equals: 0.198", "ACC-03", 18, "0.002 too few"),
    ],
)
def test_a_number_that_was_changed_is_found_at_its_identity(
    ask: Ask, story: Callable[..., Path], old: str, new: str, rule: str, line: int, said: str
) -> None:
    found = ask("evidence", "accounting", story((old, new)), status=1)
    wrong = [f for f in found["findings"] if f["severity"] == "error"]
    assert (wrong[0]["rule"], wrong[0]["line"], wrong[0]["path"]) == (rule, line, "counts.yml")
    assert said in wrong[0]["message"]
    assert wrong[0]["column"]


@pytest.mark.parametrize(
    ("old", "new", "rule", "line", "column", "said"),
    [
        ("value: 802", "value: many", "ACC-FILE", 4, 47, "'many' is not a number"),
        (", value: 802", "", "ACC-FILE", 4, 5, "there is no value"),
        ("volumes.fused,", "volumes.fusde,", "ACC-UNKNOWN", 13, 17, "no quantity called 'volumes.fusde'"),
        ("difference: [mean_dice, 0.574]", "product: [1, 2]", "ACC-FILE", 18, 5, "no kind"),
        ("check: volumes", "check: os.system() + volumes", "ACC-FILE", 20, 5, "cannot be checked"),
        ("    of: patients.released\n", "", "ACC-FILE", 15, 5, "needs members and a whole"),
        ("quantities:", "quantitees:", "ACC-FILE", 1, 1, "no `quantities:`"),
    ],
)
def test_what_cannot_be_understood_is_told_with_its_line_and_column(
    ask: Ask, story: Callable[..., Path], old: str, new: str, rule: str, line: int, column: int, said: str
) -> None:
    found = ask("evidence", "accounting", story((old, new)), status=1)
    first = next(f for f in found["findings"] if f["severity"] == "error")
    assert (first["rule"], first["line"], first["column"]) == (rule, line, column)
    assert said in first["message"]


def test_a_source_that_changed_is_told_and_one_that_is_not_here_too(
    ask: Ask, story: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "card.csv").write_text("a\n1\n")
    digest = hashlib.sha256(b"a\n1\n").hexdigest()
    named = ("value: 802, source: card", f"value: 802, source: card.csv, sha256: {digest}")
    found = ask("evidence", "accounting", story(named))
    assert found["findings"] == []
    assert {each["sha256"] for each in found["inputs"]} >= {digest}
    (tmp_path / "card.csv").write_text("a\n2\n")
    found = ask("evidence", "accounting", story(named), status=1)
    assert [(f["rule"], f["line"], f["expected"]) for f in found["findings"]] == [("ACC-SOURCE", 4, digest)]
    (tmp_path / "card.csv").unlink()
    found = ask("evidence", "accounting", story(named))
    assert [(f["severity"], f["status"]) for f in found["findings"]] == [("warning", "not_evaluable")]


def test_an_accounting_table_is_checked_by_its_partitions(ask: Ask, table: Table, tmp_path: Path) -> None:
    rows = [
        "unit,subset,partition_of,n,source,sha256",
        'volumes,released,,"1,153",m.csv,',
        "volumes,fused,released,342,m.csv,",
        "volumes,spine_only,released,440,m.csv,",
        "volumes,pelvic_only,released,371,m.csv,",
        "volumes,train,released,805,m.csv,",
        "volumes,val,released,174,m.csv,",
        "volumes,test,released,174,m.csv,",
    ]
    found = ask("evidence", "accounting", table(tmp_path / "accounting.csv", *rows))
    assert [f["severity"] for f in found["findings"]] == ["info"]
    assert "2 of 2 identities hold" in found["sentence"]
    rows[3] = rows[3].replace("440", "441")
    found = ask("evidence", "accounting", table(tmp_path / "accounting.csv", *rows), status=1)
    assert places(found) == [("ACC-03", 3, 4)]
    rows[3] = rows[3].replace("441", "many")
    found = ask("evidence", "accounting", table(tmp_path / "accounting.csv", *rows), status=1)
    assert places(found)[0] == ("ACC-FILE", 4, 4)
    rows = [rows[0], *rows[2:3]]
    found = ask("evidence", "accounting", table(tmp_path / "accounting.csv", *rows), status=1)
    assert places(found) == [("ACC-UNKNOWN", 2, 4)]


def test_a_manifest_is_counted_per_split_and_class_and_set_in_one_table(
    ask: Ask, run: Callable[..., Any], table: Table, tmp_path: Path
) -> None:
    path = table(tmp_path / "manifest.csv", *MANIFEST)
    found = ask("evidence", "accounting", path, "--by", "split,class")
    counts = {(v["by"]["unit"], v["by"].get("split"), v["by"].get("class")): v["value"] for v in found["values"]}
    assert counts["patients", None, None] == 5
    assert counts["patients", "train", "normal"] == 2
    assert counts["cases", "test", "lstv"] == 1
    assert counts["cases", "val", "lstv"] == 0
    assert places(found) == [("ACC-07", None, None)]
    run("evidence", "accounting", path, "--out", "t.md", "--out", "t.tex", "--out", "t.csv", "--out", "t.json")
    assert "| train | normal |" in Path("t.md").read_text()
    assert r"\toprule" in Path("t.tex").read_text()
    assert Path("t.csv").read_text().splitlines()[0] == "split,class,patients,cases,sites"
    assert json.loads(Path("t.json").read_text())["kind"] == "accounting"
    assert ask("evidence", "accounting", path, "--by", "nothing", status=1)["findings"][0]["rule"] == "EVIDENCE-TABLE"
    assert places(ask("evidence", "accounting", path, "--classes", "normal", status=1))[0] == ("ACC-CLASS", 3, 5)


def test_stated_counts_are_held_to_the_manifest(ask: Ask, table: Table, tmp_path: Path) -> None:
    path = table(tmp_path / "manifest.csv", *MANIFEST)
    counts = table(
        tmp_path / "counts.yml",
        "quantities:",
        "  patients.all: 5",
        "  patients.train: 3",
        "  cases.train lstv: 1",
        "  patients.elsewhere: 9",
        "units: {cases: one image}",
    )
    found = ask("evidence", "accounting", counts, "--manifest", path, status=1)
    assert [f["message"] for f in found["findings"] if f["severity"] == "error"] == [
        "patients.train is stated as 3; the manifest has 2."
    ]


@pytest.mark.parametrize("name", ["counts.yml", "accounting.csv", "manifest.csv"])
def test_an_empty_file_is_a_finding(ask: Ask, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("")
    (finding,) = ask("evidence", "accounting", tmp_path / name, status=1)["findings"]
    assert finding["line"] == 1
    assert "empty" in finding["message"]


def test_kept_counts_are_facts_of_the_manuscript(run: Callable[..., Any], project: Path, table: Table) -> None:
    table(project / "manifest.csv", *MANIFEST)
    run("evidence", "accounting", "manifest.csv", "--keep", "counts")
    assert "n.patients.train" in run("paper", "facts").output
    assert "unchanged" in run("trace", "n.patients.train").output


def test_the_examples_of_the_guide_hold(ask: Ask, tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "evidence" / "accounting.md").read_text(encoding="utf-8")
    blocks = [
        "\n".join(line[4:] for line in block.splitlines())
        for block in text.split("\n\n")
        if all(line.startswith("    ") for line in block.splitlines())
    ]
    for first, name in (("case,", "m.csv"), ("title:", "counts.yml"), ("unit,", "accounting.csv")):
        (block,) = [each for each in blocks if each.startswith(first)]
        (tmp_path / name).write_text(block)
        found = ask("evidence", "accounting", tmp_path / name)
        assert {f["severity"] for f in found["findings"]} <= {"info", "warning"}
        assert found["values"]


# Splits


def folds(tmp_path: Path, *pairs: tuple[str, str], name: str = "splits_final.json") -> Path:
    """A splits file: a fold for each pair of training and validation cases, given with blanks between."""
    path = tmp_path / name
    path.write_text(json.dumps([{"train": train.split(), "val": val.split()} for train, val in pairs], indent=1))
    return path


CLEAN = (("a1 a2 b1", "c1"), ("a1 a2 c1", "b1"), ("b1 c1", "a1 a2"))


def test_clean_folds_are_proved_and_the_test_set_is_read_from_the_manifest(
    ask: Ask, table: Table, tmp_path: Path
) -> None:
    manifest = table(tmp_path / "manifest.csv", *MANIFEST)
    found = ask(
        "evidence", "splits", folds(tmp_path, *CLEAN), "--manifest", manifest, "--external", "east", "--strata", "class"
    )
    assert {f["severity"] for f in found["findings"]} == {"warning"}
    assert {f["rule"] for f in found["findings"]} <= {"SPL-03", "SPL-SMALL", "SPL-PREVALENCE"}
    proof = found["tables"][0]
    assert len(proof["rows"]) == 9
    assert all(row[-3:] == [0, 0, 0] for row in proof["rows"])
    assert "disjoint at the patient level" in found["sentence"]
    assert {v["value"] for v in found["values"] if v["name"] == "overlap"} == {0}


@pytest.mark.parametrize(
    ("pairs", "rule", "said"),
    [
        ((("a1 b1", "a2 c1"), ("a2 c1", "a1 b1")), "SPL-01", "Patient a is on two sides"),
        ((("a1 a2 b1", "c1 b1"), ("c1", "a1 a2")), "SPL-BOTH", "b1 (line 4)"),
        ((("a1 a2 b1", "c1"), ("c1", "a1 a2")), "SPL-NONE", "b1 (line 4)"),
        ((("a1 a2 b1", "c1"), ("a1 a2 c1", "b1")), "SPL-FOLDS", "held out by no fold"),
        ((("a1 a2 b1 d1", "c1"), ("c1 d1", "a1 a2 b1")), "SPL-TEST", "d1 (line 6)"),
        ((("a1 a2 b1 zz", "c1"), ("c1 zz", "a1 a2 b1")), "SPL-UNKNOWN", "zz"),
    ],
)
def test_what_breaks_folds_is_named(
    ask: Ask, table: Table, tmp_path: Path, pairs: tuple[tuple[str, str], ...], rule: str, said: str
) -> None:
    manifest = table(tmp_path / "manifest.csv", *MANIFEST)
    found = ask("evidence", "splits", folds(tmp_path, *pairs), "--manifest", manifest, status=1)
    wrong = [f for f in found["findings"] if f["severity"] == "error" and f["rule"] == rule]
    assert wrong
    assert said in wrong[0]["message"]
    assert wrong[0]["line"]
    assert wrong[0]["column"]
    assert "could not be shown" in found["sentence"]


def test_a_table_of_splits_needs_no_manifest(ask: Ask, table: Table, tmp_path: Path) -> None:
    found = ask("evidence", "splits", table(tmp_path / "splits.csv", *MANIFEST), "--external", "east,south", status=1)
    assert places({"findings": [f for f in found["findings"] if f["severity"] == "error"]}) == [("SPL-06", 5, 3)]
    rows = [row.replace("a2,a,north,train,lstv,02", "a2,a,north,test,lstv,06") for row in MANIFEST]
    found = ask("evidence", "splits", table(tmp_path / "splits.csv", *rows), status=1)
    wrong = [f for f in found["findings"] if f["severity"] == "error"]
    assert [(f["rule"], f["line"], f["column"]) for f in wrong] == [("SPL-01", 3, 2)]
    rows[3] = "b1,b,north,train,normal,06"
    found = ask("evidence", "splits", table(tmp_path / "splits.csv", *rows), status=1)
    assert {f["rule"] for f in found["findings"] if f["severity"] == "error"} == {"SPL-01", "SPL-02"}


def test_a_case_may_be_called_a_scan_and_a_table_may_be_a_tsv(ask: Ask, table: Table, tmp_path: Path) -> None:
    rows = ("scan_id\tsubject\tset", "x\t1\ttraining", "y\t2\ttesting")
    found = ask("evidence", "splits", table(tmp_path / "s.tsv", *rows))
    assert found["tables"][0]["rows"] == [["train ∩ test", "1 + 1", "1 + 1", 0, 0, None]]


def test_splits_are_made_written_with_their_hash_and_never_replaced(
    ask: Ask, run: Callable[..., Any], table: Table, tmp_path: Path
) -> None:
    rows = [f"c{i},p{i // 2},{'rare' if i < 10 else 'normal'}" for i in range(80)]
    manifest = table(tmp_path / "manifest.csv", "case,patient,class", *rows)
    found = ask("evidence", "splits", "--manifest", manifest, "--make", "kfold:5", "--seed", "7")
    written = tmp_path / "splits_final.json"
    digest = hashlib.sha256(written.read_bytes()).hexdigest()
    assert digest in found["sentence"]
    assert found["options"]["sha256"] == digest
    assert (tmp_path / "splits_final.json.sha256").read_text() == f"{digest}  splits_final.json\n"
    assert {each["sha256"] for each in found["inputs"]} >= {digest}
    made = json.loads(written.read_text())
    assert [sorted(fold) for fold in made] == [["train", "val"]] * 5
    assert sorted(case for fold in made for case in fold["val"]) == sorted(row.split(",")[0] for row in rows)
    assert all(sum(int(case[1:]) < 10 for case in fold["val"]) == 2 for fold in made)
    run("evidence", "splits", "--manifest", manifest, "--make", "kfold:5", status=1)
    assert hashlib.sha256(written.read_bytes()).hexdigest() == digest
    again = ("evidence", "splits", manifest, "--make", "kfold:5", "--seed", "7", "--make-to", tmp_path / "again.json")
    run(*again)
    assert (tmp_path / "again.json").read_bytes() == written.read_bytes()
    run("evidence", "splits", written, "--manifest", manifest, "--out", "balance.svg", "--out", "proof.md")
    assert Path("balance.svg").read_text().startswith(("<?xml", "<svg"))
    sides = ("evidence", "splits", manifest, "--make", "train/val/test=70/10/20", "--make-to", tmp_path / "sides.json")
    run(*sides)
    assert sorted(json.loads((tmp_path / "sides.json").read_text())[0]) == ["test", "train", "val"]


def test_nothing_is_made_of_a_manifest_with_faults_nor_without_patients(
    ask: Ask, run: Callable[..., Any], table: Table, tmp_path: Path
) -> None:
    path = table(tmp_path / "m.csv", "case,patient,sex", "a,p,F", "b,p,M", "a,p,F")
    assert places(ask("evidence", "splits", path, "--make", "kfold:2", status=1)) == [
        ("ACC-DUPLICATE", 4, 1),
        ("SPL-MANIFEST", 3, 3),
    ]
    bare = table(tmp_path / "n.csv", "case,sex", "a,F")
    assert (
        "no column 'patient'"
        in ask("evidence", "splits", bare, "--make", "kfold:2", status=1)["findings"][0]["message"]
    )
    assert not (tmp_path / "splits_final.json").exists()
    run("evidence", "splits", path, "--make", "nonsense", status=1)
    run("evidence", "splits", status=2)


@pytest.mark.parametrize("text", ["", "[", "{}", "[1]", '{"train": 5}', "null", '[{"train": [{}], "val": []}]'])
def test_a_file_that_holds_no_splits_is_a_finding(ask: Ask, table: Table, tmp_path: Path, text: str) -> None:
    path = tmp_path / "splits.json"
    path.write_text(text)
    found = ask("evidence", "splits", path, "--manifest", table(tmp_path / "m.csv", *MANIFEST), status=1)
    assert found["findings"][0]["line"] == 1


@pytest.mark.parametrize(
    ("rows", "line", "column"),
    [
        (("case,patient,split", "a,p,train", "b,q,tset"), 3, 3),
        (("case,patient,fold", "a,p,0", "b,q,one"), 3, 3),
        (("name,patient,split", "a,p,train"), 1, 1),
        (("case,patient", "a,p"), 1, 1),
        (("case,patient,split",), 2, 1),
    ],
)
def test_a_bad_table_of_splits_is_told_with_row_and_column(
    ask: Ask, table: Table, tmp_path: Path, rows: tuple[str, ...], line: int, column: int
) -> None:
    found = ask("evidence", "splits", table(tmp_path / "s.csv", *rows), status=1)
    first = found["findings"][0]
    assert (first["line"], first["column"]) == (line, column)

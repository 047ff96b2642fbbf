"""A dataset paper's numbers: open tasks until evidence is kept, then exact; what moved and why; names for figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.domain.finding import Severity
from review.domain.provenance import Fact
from review.services import project
from review.services.evidence import accounting, kept, splits
from review.services.evidence.accounting import Choices
from review.services.manuscript import binding, building, lint, moved, paper, resolved
from review.services.manuscript.moved_tables import moved_cells
from review.services.project import Project

MANIFEST = "case_id,patient_id,split,class\n" + "".join(
    f"c{n},p{n},{'train' if n % 4 else 'test'},{'lstv' if n % 5 == 0 else 'normal'}\n" for n in range(24)
)
TEXT = """\
# Abstract

The set holds {{ n.patients.all | pending }} patients, {{ n.patients.test | pending }} of them for testing.

{{ table("counts") | pending }}

# Data availability

Here.

# Ethics

Yes. # Funding and interests

# Funding

None.

# Competing interests

None.
"""


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Project, Path]:
    monkeypatch.delenv(project.DATABASE_URL, raising=False)
    made = project.create(tmp_path / "study", type="dataset")
    place = paper.create(made, Path("paper"))
    (place / "manuscript.md").write_text(TEXT, encoding="utf-8")
    return made, place


def count(study: tuple[Project, Path], manifest: str = MANIFEST) -> None:
    file = study[0].root / "manifest.csv"
    file.write_text(manifest, encoding="utf-8")
    kept.keep(study[0], accounting.accounting(file, Choices(by=("split", "class"))), "counts")


def built(study: tuple[Project, Path]) -> str:
    return building.build(*study, ["md"]).files[0].read_text(encoding="utf-8")


def test_a_project_without_screening_gets_the_paper_of_its_kind(study: tuple[Project, Path]) -> None:
    assert (study[1] / "paper.yaml").read_text().count("type: dataset") == 1
    assert not (study[1] / "figures").exists()
    assert "included studies" not in (study[1] / "references.bib").read_text()


@pytest.mark.parametrize("kind", ["dataset", "method", "clinical", "review"])
def test_every_kind_builds_before_anything_is_kept(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(project.DATABASE_URL, raising=False)
    made = project.create(tmp_path / kind, type=kind)
    place = paper.create(made, Path("paper"), for_venue="miccai")
    report = building.build(made, place, ["md", "docx"])
    assert all(path.stat().st_size > 1000 for path in report.files)
    assert not [f for f in report.findings if f.severity is Severity.ERROR and f.rule.startswith("FACT")]
    assert (kind != "review") == any(f.rule == "FACT-PENDING" for f in report.findings)
    made.close()


def test_a_number_is_an_open_task_until_it_is_kept_and_exact_then(study: tuple[Project, Path]) -> None:
    before = built(study)
    assert before.count("still to be computed") == 3
    count(study)
    after = built(study)
    assert "still to be computed" not in after
    assert "The set holds 24 patients, 6 of them for testing." in after
    assert "| train | normal |" in after


def test_what_moved_is_told_with_its_lines_and_its_reason(study: tuple[Project, Path]) -> None:
    assert moved.diff(*study) == ("", []), "it was never built"
    count(study)
    built(study)
    at, found = moved.diff(*study)
    assert at
    assert found == [], "nothing happened"
    count(study, MANIFEST + "c24,p24,test,normal\n")
    _, found = moved.diff(*study)
    assert [(one.name, one.before, one.now, one.lines) for one in found] == [
        ("n.patients.all", "24, n = 24", "25, n = 25", (3,)),
        ("n.patients.test", "6, n = 6", "7, n = 7", (3,)),
        (
            'table("counts")',
            "test, normal, Patients: 4; test, normal, Cases: 4; test, all, Patients: 6; and 5 cells more",
            "5; 5; 7; …",
            (5,),
        ),
    ]
    assert found[0].why.startswith("manifest.csv changed; computed again ")
    built(study)
    assert moved.diff(*study)[1] == []


def test_rows_that_came_or_went_are_told_by_their_labels() -> None:
    head = "| Class | n | Dice |\n|--|--|--|\n"
    old = head + "| hip | 9 | 0.84 (0.80 to 0.88) |\n| rib | 9 | 0.7 |\n"
    new = head + "| hip | 9 | 0.83 (0.80 to 0.88) |\n| spine | 4 | 0.9 |\n"
    assert moved_cells(old, new) == (
        "hip, Dice: 0.84 (0.80 to 0.88); rib: 9 | 0.7; spine: no such row",
        "0.83 (0.80 to 0.88); no such row; 4 | 0.9",
    )
    assert moved_cells(old, old) is None
    assert moved_cells(old, new.replace("Dice", "IoU")) is None


def test_a_name_whose_evidence_was_dropped_is_told_too(study: tuple[Project, Path]) -> None:
    count(study)
    built(study)
    kept.drop(study[0], "counts")
    _, found = moved.diff(*study)
    assert {one.name: one.now for one in found} == {
        "n.patients.all": "nothing",
        "n.patients.test": "nothing",
        'table("counts")': "nothing",
    }


def test_a_build_warns_when_the_file_behind_a_number_changed(study: tuple[Project, Path]) -> None:
    count(study)
    (study[0].root / "manifest.csv").write_text(MANIFEST + "c24,p24,test,normal\n")
    assert any(f.rule == "EVIDENCE-STALE" for f in building.build(*study, ["md"]).findings)
    assert any(f.rule == "EVIDENCE-STALE" for f in lint.check(*study).faults)


def test_what_an_earlier_build_wrote_is_read_back_and_a_damaged_file_is_none(tmp_path: Path) -> None:
    one = resolved.Resolved(at="x", stored={"records": 3}, facts={"a": Fact(name="a", value=1, inputs=("f",))})
    path = tmp_path / "facts.json"
    path.write_bytes(one.as_json())
    assert resolved.read(path) == one
    for damage in (b"", b"[]", b'{"at": 1}', b"\xff"):
        path.write_bytes(damage)
        assert resolved.read(path) is None


def test_the_split_sentence_and_overlap_of_the_skeleton_are_facts_of_kept_splits(study: tuple[Project, Path]) -> None:
    file = study[0].root / "manifest.csv"
    file.write_text(MANIFEST, encoding="utf-8")
    kept.keep(study[0], splits.check(file), "splits")
    (study[1] / "manuscript.md").write_text(
        TEXT + "\n# Splits\n\n{{ sentence.splits | pending }} {{ split.patients.train_and_test.overlap | pending }}\n"
    )
    assert "disjoint at the patient level" in built(study)


# Binding

KNOWN = {
    fact.name: fact
    for fact in (
        Fact(name="n.patients.all", value=1153, unit="patients"),
        Fact(name="n.cases.all", value=1153, unit="cases"),
        Fact(name="n.patients.test", value=174, unit="patients"),
        Fact(name="n.readers", value=2, unit="readers"),
        Fact(name="n.year", value=2020, unit="scans"),
        Fact(name="eval.dice.mean", value=0.8164),
        Fact(name="eval.share", value=81.82, unit="%"),
        Fact(name="eval.hits", value=0.818),
    )
}


def bound(text: str) -> list[tuple[str, str, bool]]:
    return [(one.literal, one.replacement, one.certain) for one in binding.suggestions(text, KNOWN)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Of 1,153 patients", [("1,153", "{{ n.patients.all | thousands }}", True)]),
        ("Of 1153 cases", [("1153", "{{ n.cases.all }}", True)]),
        ("There were 174 patients.", [("174", "{{ n.patients.test }}", True)]),
        ("There were 2 readers.", [("2", "{{ n.readers }}", True)]),
        ("Dice was 0.82", [("0.82", "{{ eval.dice.mean | round(2) }}", False)]),
        ("in 81.8% of", [("81.8%", "{{ eval.hits | pct(1, 1) }}", False)]),
    ],
)
def test_a_figure_is_given_the_name_whose_value_it_prints(text: str, expected: list[tuple[str, str, bool]]) -> None:
    assert bound(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "In 2020 we began.",
        "Both 2 and 3.",
        "# 174 patients",
        "`174` and {{ n.patients.test }}",
        "See Table 174 and [174] and [@key174] and 10.1000/174.",
        "https://example.org/174",
        "Version 1.174.2 of L174 was used.",
        "174-fold, 100-174",
        "<!-- 174 patients -->",
        "> **To write:** 174 patients",
        "95% CI",
        "---\ntitle: 174 patients\n---\n",
        "Dice was 0.83",
        "173 patients",
    ],
)
def test_what_is_no_number_of_this_paper_is_left_alone(text: str) -> None:
    assert bound(text) == []


def test_the_line_and_column_are_those_of_the_file() -> None:
    text = "---\ntitle: x\n---\n\nFirst.\n\nOf `x` 174 patients\n"
    (one,) = binding.suggestions(text, KNOWN)
    assert (one.line, one.column) == (7, 8)
    assert text.split("\n")[one.line - 1][one.column - 1 :].startswith("174")


@given(st.integers(11, 10**7), st.sampled_from(["patients", "scans", "masks"]))
def test_every_count_is_found_again_from_its_own_print(value: int, unit: str) -> None:
    known = {"n.x": Fact(name="n.x", value=value, unit=unit)}
    for printed in (f"{value:,}", str(value)):
        (one,) = binding.suggestions(f"There were {printed} {unit} in all.", known)
        assert (one.names, one.certain, one.literal) == (("n.x",), True, printed)

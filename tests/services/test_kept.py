"""Evidence kept in a project becomes facts, and says when a file it rests on changed or went."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from review.domain.errors import BadInput, Missing, ReviewError
from review.domain.estimate import Estimate, Evidence, Table, undefined
from review.domain.finding import Finding
from review.domain.plot import Bar, Forest
from review.services import facts
from review.services.evidence import kept
from review.services.evidence import write_files as evidence_output
from review.services.evidence.read_files import fingerprint
from review.services.project import Project, create

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


@pytest.fixture
def project(tmp_path: Path):
    made = create(tmp_path / "mine")
    yield made
    made.close()


def evaluation(file: Path) -> Evidence:
    dice = {"metric": "dice", "class": "L5/S1", "split": "test"}
    return Evidence(
        kind="evaluation",
        function="review.evidence.evaluation.evaluate",
        values=(
            Estimate(name="mean", value=0.91, low=0.88, high=0.94, n=40, method="bootstrap", by=dice),
            Estimate(name="median", value=0.93, n=40, method="median", by=dice),
            undefined("mean", "no case has a reference", n=0, by=dice | {"class": "2 mm"}),
        ),
        inputs=(fingerprint(file),),
        options={"seed": 0},
        tables=(
            Table(name="dice", title="Dice & more", columns=("Class", "Dice"), rows=(("=L5", 0.91234), ("S1", None))),
        ),
        plots=(Forest(name="dice", title="Dice", axis="Dice", bars=(Bar(label="L5", value=0.9),)),),
    )


def test_kept_numbers_are_facts_with_their_interval_and_the_way_back(project: Project) -> None:
    table = project.root / "cases.csv"
    table.write_text("case\na\n")
    names = kept.keep(project, evaluation(table), "dice_test", now=NOW)
    assert names == ("eval.dice.l5_s1.test", "eval.dice.l5_s1.test.median", "eval.dice.n2_mm.test")
    fact = facts.facts(project)["eval.dice.l5_s1.test"]
    assert (fact.value, fact.low, fact.high, fact.n, fact.at) == (0.91, 0.88, 0.94, 40, "2026-01-02T03:04:00+00:00")
    assert facts.facts(project)["eval.dice.n2_mm.test"].value is None
    lines = facts.trace(project, "eval.dice.l5_s1.test")
    assert f"file: cases.csv, sha256 {fingerprint(table).sha256} (unchanged)" in lines
    assert "option: seed = 0" in lines


def test_a_changed_input_makes_its_facts_stale_and_a_lost_one_orphans(project: Project) -> None:
    table = project.root / "cases.csv"
    table.write_text("case\na\n")
    kept.keep(project, evaluation(table), "dice_test")
    assert kept.check(project) == ()
    table.write_text("case\nb\n")
    (stale,) = kept.check(project)
    assert stale.rule == "EVIDENCE-STALE"
    assert "eval.dice.l5_s1.test" in stale.message
    table.unlink()
    (orphan,) = kept.check(project)
    assert orphan.rule == "EVIDENCE-ORPHANED"
    assert any("orphaned" in line for line in facts.trace(project, "eval.dice.l5_s1.test"))


def test_the_project_may_move_with_its_files(tmp_path: Path) -> None:
    project = create(tmp_path / "mine")
    (project.root / "cases.csv").write_text("case\na\n")
    kept.keep(project, evaluation(project.root / "cases.csv"), "one")
    project.close()
    (tmp_path / "mine").rename(tmp_path / "moved")
    from review.services.project import open_project

    moved = open_project(tmp_path / "moved")
    assert kept.check(moved) == ()
    moved.close()


def test_evidence_without_a_number_or_with_an_unspeakable_name_is_not_kept(project: Project) -> None:
    table = project.root / "cases.csv"
    table.write_text("case\na\n")
    with pytest.raises(ReviewError, match="small letters"):
        kept.keep(project, evaluation(table), "Test Dice")
    with pytest.raises(ReviewError, match="no number"):
        kept.keep(project, Evidence(kind="evaluation", function="f"), "one")
    assert not (project.root / "evidence").exists()


def test_what_was_kept_can_be_dropped_and_a_damaged_file_is_named(project: Project) -> None:
    table = project.root / "cases.csv"
    table.write_text("case\na\n")
    kept.keep(project, evaluation(table), "one")
    assert "eval.dice.l5_s1.test" in kept.drop(project, "one")
    assert kept.facts(project) == ()
    with pytest.raises(Missing):
        kept.drop(project, "one")
    (project.root / "evidence" / "two.json").write_text("{")
    with pytest.raises(BadInput, match=r"two\.json"):
        kept.facts(project)


def test_evidence_is_written_in_every_form_and_nothing_runs_in_a_spreadsheet(tmp_path: Path) -> None:
    table = tmp_path / "cases.csv"
    table.write_text("case\na\n")
    found = evaluation(table)
    files = [tmp_path / f"out.{form}" for form in ("md", "tex", "csv", "svg", "png", "pdf", "json")]
    assert set(evidence_output.write(found, files)) == set(files)
    assert "'=L5,0.91234" in (tmp_path / "out.csv").read_text()
    assert "| =L5 | 0.912 |" in (tmp_path / "out.md").read_text()
    assert r"Dice \& more" in (tmp_path / "out.tex").read_text()
    assert len(json.loads((tmp_path / "out.json").read_text())["values"]) == 3
    with pytest.raises(ReviewError, match="kind"):
        evidence_output.write(found, [tmp_path / "ok.md", tmp_path / "out.xyz"])
    assert not (tmp_path / "ok.md").exists()


def test_files_of_data_are_laid_into_the_project_and_nowhere_else(project: Project) -> None:
    assert kept.take(project, "ratings.csv", b"item\n1\n") == "evidence/data/ratings.csv"
    assert kept.take(project, "../../outside.csv", b"x\n") == "evidence/data/outside.csv"
    assert kept.take(project, "C:\\data\\a.xlsx", b"") == "evidence/data/a.xlsx"
    (project.root / "counts.yml").write_text("quantities: []\n")
    assert kept.files(project) == (
        "evidence/data/a.xlsx", "evidence/data/outside.csv", "evidence/data/ratings.csv", "counts.yml",
    )  # fmt: skip
    for name in ("run.exe", ".csv", "..", "", "a\n.csv"):
        with pytest.raises(ReviewError):
            kept.take(project, name, b"")


def test_faults_of_the_data_stay_with_the_numbers(project: Project) -> None:
    table = project.root / "cases.csv"
    table.write_text("case\na\n")
    fault = Finding(rule="SPL-01", message="P1 is in train and in test.")
    kept.keep(project, replace(evaluation(table), findings=(fault,)), "one")
    (found,) = kept.check(project)
    assert found.rule == "EVIDENCE-DOUBTFUL"
    assert "P1 is in train and in test" in found.message


def test_two_computations_never_share_a_name(project: Project) -> None:
    table = project.root / "cases.csv"
    table.write_text("case\na\n")
    kept.keep(project, evaluation(table), "internal")
    assert kept.keep(project, evaluation(table), "external")[0] == "eval.external.dice.l5_s1.test"
    assert kept.keep(project, evaluation(table), "external")[0] == "eval.external.dice.l5_s1.test"
    assert kept.keep(project, evaluation(table), "internal")[0] == "eval.dice.l5_s1.test"
    names = [fact.name for fact in kept.facts(project)]
    assert len(names) == len(set(names)) == 6


def test_values_of_two_parts_with_one_name_say_which_part(project: Project) -> None:
    table = project.root / "items.csv"
    table.write_text("item\na\n")
    parts = [{"type": "text"}, {"modality": "text"}, {"type": "image"}]
    values = tuple(Estimate(name="accuracy", value=at / 4, n=4, method="share", by=by) for at, by in enumerate(parts))
    found = Evidence(kind="benchmark", function="f", values=values, inputs=(fingerprint(table),))
    assert kept.keep(project, found, "one") == (
        "bench.type_text.accuracy", "bench.modality_text.accuracy", "bench.image.accuracy",
    )  # fmt: skip

"""A paper that starts from an empty cell of the evidence map: its numbers are facts, and it notices when the gap closes."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_maps import project

from review.domain.charting import ChartEntry
from review.domain.errors import BadInput, Missing, NotAllowed, ReviewError
from review.domain.evidence_map import cell_named
from review.services import chart, facts, flow
from review.services.manuscript import building, gaps, lint, paper
from review.services.project import Project, create

__all__ = ["project"]
CELL = "task=segment, modality=MRI"


def begun(project: Project, cell: str = CELL) -> Path:
    return paper.create(project, Path("next"), type="dataset", from_gap=cell)


def test_the_paper_begins_with_the_gap_and_every_number_of_it_is_a_fact(project: Project) -> None:
    place = begun(project)
    text = (place / "manuscript.md").read_text(encoding="utf-8")
    introduction = text.split("# Introduction")[1].split("\n# ")[0]
    assert gaps.HEADING in introduction
    known = facts.facts(project)
    assert {name: known[name].value for name in gaps.names(cell_named(CELL, ["task", "modality"]))} == {  # type: ignore[arg-type]
        "map.task.segment": 2,
        "map.modality.mri": 0,
        "map.task.segment.modality.mri": 0,
    }
    building.build(project, Path("next"), ["md"])
    built = (place / "build" / "manuscript.md").read_text(encoding="utf-8")
    assert "A scoping review of 4 studies asked: Where? Of these studies, 2 had\n“segment” as task and 0 had" in built
    assert "none had both." in built


def test_the_studies_next_to_the_gap_are_cited_and_in_the_references(project: Project) -> None:
    place = begun(project)
    keys = paper.keys_in((place / "references.bib").read_text(encoding="utf-8"))
    assert len(keys) == 2
    building.build(project, Path("next"), ["md"])
    built = (place / "build" / "manuscript.md").read_text(encoding="utf-8")
    assert all(f"| [@{key}] |" in built for key in keys.values())
    assert [f.rule for f in lint.check(project, Path("next")).findings if f.rule in ("REF-01", "REF-UNCITED")].count(
        "REF-01"
    ) == 0


def test_a_gap_that_closes_is_told_and_the_sentence_changes(project: Project) -> None:
    begun(project)
    last = flow.included(project)[-1]
    study = next(
        work
        for work in flow.included(project)
        if work not in {s.record_id for s in chart.studies(project) if s.answers}
    )
    assert study or last
    chart.save(
        project,
        [
            ChartEntry(record_id=study, field_id="task", reviewer="Ana", value="segment"),
            ChartEntry(record_id=study, field_id="modality", reviewer="Ana", value="MRI"),
        ],
    )
    report = building.build(project, Path("next"), ["md"])
    assert "GAP-CLOSED" in {f.rule for f in report.findings}
    assert "this gap has closed since" in (project.root / "next" / "build" / "manuscript.md").read_text(
        encoding="utf-8"
    )


def test_a_cell_with_a_study_is_refused_and_the_empty_ones_are_named(project: Project) -> None:
    with pytest.raises(NotAllowed, match="task=detect, modality=MRI"):
        begun(project, "task=detect; modality=CT")
    assert not (project.root / "next").exists()


@pytest.mark.parametrize(
    ("cell", "error", "said"),
    [
        ("segment in MRI", BadInput, "field=level"),
        ("task=segment", BadInput, "field=level"),
        ("task=cut, modality=MRI", Missing, "segment"),
        ("task=segment, modality=PET", Missing, "MRI"),
    ],
)
def test_what_names_no_cell_is_refused_with_what_there_is(
    project: Project, cell: str, error: type[ReviewError], said: str
) -> None:
    with pytest.raises(error, match=said):
        begun(project, cell)


def test_a_review_is_no_next_paper_and_no_gap_is_there_before_a_study_is(project: Project, tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match="--type"):
        paper.create(project, Path("next"), from_gap=CELL)
    empty = create(tmp_path / "empty", preset="lstv-machine-learning")
    with pytest.raises(ReviewError, match="No study is included"):
        paper.create(empty, Path("next"), type="dataset", from_gap=CELL)
    empty.close()


@pytest.mark.parametrize(
    "text",
    ["task=segment, n=10,000 to 99,999", "n = 10,000 to 99,999 x task=segment", "task=segment × n=10,000 to 99,999",
     "task=segment and n=10,000 to 99,999"],
)  # fmt: skip
def test_a_level_may_hold_commas_and_fields_stand_in_any_order(text: str) -> None:
    found = cell_named(text, ["task", "n", "modality"])
    assert found is not None
    assert {(found.rows, found.row), (found.columns, found.column)} == {("task", "segment"), ("n", "10,000 to 99,999")}


def test_a_field_that_is_charted_no_longer_is_told(project: Project) -> None:
    place = begun(project)
    settings = place / "paper.yaml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace('columns: "modality"', 'columns: "machine"'), encoding="utf-8"
    )
    text = place / "manuscript.md"
    text.write_text("# Introduction\n\nNothing.\n", encoding="utf-8")
    assert "GAP-FIELD" in {f.rule for f in building.build(project, Path("next"), ["md"]).findings}

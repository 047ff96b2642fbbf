"""Maps of what was included: every study stands where its answers say, and the gaps are what nobody reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from review.domain.charting import Answer, ChartEntry
from review.domain.errors import Missing
from review.domain.screening import Decision, Role, Stage, Verdict
from review.services import chart, collect, flow, included, maps, screen, works
from review.services.collect import Origin
from review.services.project import Project, create

PROTOCOL = """\
title: Maps
question: Where?
pcc: {population: a, concept: b, context: c}
sources:
  - {name: pubmed, label: PubMed, kind: database, query: "x"}
  - {name: scopus, label: Scopus, kind: database, query: "x"}
criteria:
  include: [{id: I1, label: A, text: A.}]
  exclude: [{id: E1, label: B, text: B.}]
screening: {reviewers_per_record: 1}
charting:
  fields:
    - {id: task, label: Task, kind: multi, options: [detect, segment, measure]}
    - {id: modality, label: Modality, kind: choice, options: [CT, MRI]}
    - {id: n, label: Patients, kind: number, unit: patients}
    - {id: open_code, label: Open code, kind: yes_no}
"""
# task, modality, patients of each included study; the last is not charted at all
CHARTED = (
    ("detect; segment", "CT", "120"),
    ("detect", "CT", "8"),
    ("segment", Answer.NOT_REPORTED, "45000"),
    None,
)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    root = tmp_path / "maps"
    root.mkdir()
    (root / "protocol.yaml").write_text(PROTOCOL)
    found = create(root)
    for source, numbers in (("pubmed", range(4)), ("scopus", range(2, 6))):
        ris = "\n".join(
            f"TY  - JOUR\nTI  - Study number {'abcdef'[n] * 9} of spines\nAU  - Au{n}, A\nPY  - {2019 + n}\nDO  - 10.5555/m.{n}\nER  - "
            for n in numbers
        )
        collect.import_bytes(found, ris.encode(), file_name=f"{source}.ris", origin=Origin(source=source))
    works.dedup(found)
    shown = works.read(found, list(works.works(found).members))
    ids = sorted(shown, key=lambda work: shown[work].doi)
    for stage in Stage:
        for work in ids[:4]:
            screen.decide(
                found,
                Decision(
                    record_id=work, stage=stage, reviewer="Ana", verdict=Verdict.INCLUDE, shown=work, role=Role.REVIEWER
                ),
            )
    entries = [
        ChartEntry(record_id=work, field_id=field, reviewer="Ana", **said)
        for work, answers in zip(ids, CHARTED, strict=False)
        if answers
        for field, value in zip(("task", "modality", "n"), answers, strict=True)
        for said in [{"answer": value} if isinstance(value, Answer) else {"value": value}]
    ]
    chart.save(found, entries)
    yield found
    found.close()


def test_every_study_stands_in_the_cells_of_its_answers(project: Project) -> None:
    found = maps.crossed(project, "task", "modality")
    assert found.rows.levels == ("detect", "segment", "measure", "not charted")
    assert found.columns.levels == ("CT", "MRI", "not reported", "not charted")
    assert found.counts() == ((2, 0, 0, 0), (1, 0, 1, 0), (0, 0, 0, 0), (0, 0, 0, 1))
    assert {study for cell in found.cells for study in cell.studies} == set(flow.included(project))


def test_gaps_are_empty_cells_between_levels_that_say_something(project: Project) -> None:
    gaps = {(gap.row, gap.column) for gap in maps.crossed(project, "task", "modality").gaps()}
    assert gaps == {("detect", "MRI"), ("segment", "MRI"), ("measure", "CT"), ("measure", "MRI")}


def test_numbers_stand_in_spans_of_ten_by_size_with_their_unit(project: Project) -> None:
    axis = maps.axis(project, "n")
    assert axis.label == "Patients"
    assert axis.levels == ("1 to 9", "100 to 999", "10,000 to 99,999", "not charted")


def test_rows_and_columns_may_be_swapped(project: Project) -> None:
    one, other = maps.crossed(project, "task", "n").counts(), maps.crossed(project, "n", "task").counts()
    assert [list(line) for line in zip(*one, strict=True)] == [list(line) for line in other]


def test_an_unknown_field_is_refused_with_those_there_are(project: Project) -> None:
    with pytest.raises(Missing, match="modality"):
        maps.map_of(project, "task", "modalty")


def test_the_timeline_counts_every_year_in_between_and_every_study_once(project: Project) -> None:
    found = maps.timeline(project)
    assert [row[0] for row in found.tables[0].rows] == ["2019", "2020", "2021", "2022"]
    assert sum(value.value or 0 for value in found.values) == 4


def test_sources_count_works_once_and_tell_what_each_found_alone(project: Project) -> None:
    found = maps.overlap(project)
    assert found.tables[0].rows == (("PubMed", 4, 2), ("Scopus", 4, 2))
    assert sum(int(row[1] or 0) for row in found.tables[1].rows) == 6
    only = maps.overlap(project, included=True)
    assert only.tables[0].rows == (("PubMed", 4, 2), ("Scopus", 2, 0))


def test_the_table_of_included_studies_has_a_row_for_each_and_tells_blank_from_not_reported(project: Project) -> None:
    (table,) = included.studies(project, ["modality", "n"]).tables
    assert table.columns[-2:] == ("Modality", "Patients")
    assert [row[-2:] for row in table.rows] == [("CT", "120"), ("CT", "8"), ("NR", "45000"), ("", "")]
    with pytest.raises(Missing):
        included.studies(project, ["modalty"])


def test_every_report_left_out_at_full_text_is_listed_with_its_reason(project: Project) -> None:
    work = flow.included(project)[0]
    verdict = Decision(
        record_id=work, stage=Stage.FULL_TEXT, reviewer="Ana", verdict=Verdict.EXCLUDE, reason="E1", shown=work
    )
    screen.decide(project, verdict)
    (table,) = included.excluded(project).tables
    assert [row[-2:] for row in table.rows] == [("E1", "B")]
    assert flow.counts(project).dbr_excluded_total == len(table.rows)

"""No table the program writes holds a cell that a spreadsheet would run, and no name from outside leads out of the project."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from invented import TOPICS, ris

from review.domain import cell
from review.domain.charting import ChartEntry
from review.domain.record import DuplicateGroup, DuplicateLink
from review.domain.screening import Decision, Stage, Verdict
from review.formats import columns
from review.services import (
    audit,
    chart,
    collect,
    duplicates_in_files,
    exchange,
    flow,
    programs,
    protocol,
    raw,
    replay,
    screen,
    sheets,
    works,
)
from review.services.collect import Origin
from review.services.project import Project
from review.sources.contract import Plan, Question

REVIEW = Path(__file__).resolve().parents[2] / "review"
EVIL = '=HYPERLINK("x")'
RUN = re.compile(r"[\s\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


@settings(deadline=None)
@given(st.text())
@example("=1")
@example("'=1")
@example("NA")
@example(" \t@x")
@example("\uff0b1")
def test_a_cell_made_harmless_is_not_run_and_comes_back(text: str) -> None:
    written = columns.neutral(text)
    assert not RUN.match(written)
    assert columns.restored(written) == text
    assert cell.harmless(written) == written or written.startswith("'")


@pytest.fixture
def evil(empty: Project) -> Project:
    """A review in which titles, names, notes, sources and charted values all begin as formulas do."""
    protocol.freeze(empty, who="=Ana")
    for source, numbers in ((EVIL, range(4)), ("@b", (0, 5))):
        data = "".join(
            ris(n, journal="+J").replace("TI  - ", "TI  - =").replace("AU  - W", "AU  - @W") for n in numbers
        )
        collect.import_bytes(empty, data.encode(), file_name="../../=evil.ris", origin=Origin(source=source))
    works.dedup(empty)
    for stage, reason in ((Stage.TITLE_ABSTRACT, ""), (Stage.FULL_TEXT, "")):
        for who in ("=Ana", "+Ben"):
            for work in works.works(empty).members:
                said = Decision(
                    record_id=work, stage=stage, reviewer=who, verdict=Verdict.INCLUDE, note="@SUM(1)", reason=reason
                )
                screen.decide(empty, said)
    field = next(f for f in chart.form(empty).fields if f.kind.value == "text")
    for study in list(chart.studies(empty))[:2]:
        chart.save(
            empty,
            [
                ChartEntry(
                    record_id=study.record_id, field_id=field.id, reviewer="=Ana", value="-cmd|x", quote="=1", page="+2"
                )
            ],
        )
    return empty


def tables(found: Project, folder: Path) -> Iterator[Path]:
    """Every file for a spreadsheet that can be written of a project, and of files without one."""
    for program in ("", "asreview", "rayyan"):
        for ending in (".csv", ".tsv", ".xlsx"):
            if not program or ending in programs.screened.READ_BY[program]:
                programs.write_records(
                    found, folder / f"records-{program}{ending}", programs.Wanted(program=program, copies=True)
                )
                yield folder / f"records-{program}{ending}"
    exchange.export_decisions(found, folder / "decisions.csv")
    exchange.export_chart(found, folder / "chart.csv", blanks=True)
    flow.write(found, [folder / "flow.csv"])
    link = DuplicateLink(record_a="=a", record_b="+b", condition="@c", explanation="-d")
    group = DuplicateGroup(group_id="g", members=("=a", "+b"))
    shown = dict.fromkeys(("=a", "+b"), duplicates_in_files.Shown("=title", "+about"))
    grouped = duplicates_in_files.Grouped(
        records=("=a", "+b", "@c"), works=2, groups=(group,), unsure=(link,), findings=(), shown=shown
    )
    duplicates_in_files.write_groups(folder / "groups.csv", grouped)
    duplicates_in_files.write_uncertain(folder / "uncertain.csv", grouped)
    replay.write_order(folder / "order.csv", SimpleNamespace(order=("=a", "-x", "-5")))  # type: ignore[arg-type]
    (folder / "audit.csv").write_bytes(audit.as_csv(found))
    (folder / "page.csv").write_bytes(sheets.as_csv((EVIL, "Study"), [("=a", None), ("\t@b", 3)]))
    for name in ("decisions", "chart", "flow", "groups", "uncertain", "order", "audit", "page"):
        yield folder / f"{name}.csv"


def test_no_table_of_a_project_holds_a_formula(evil: Project, tmp_path: Path) -> None:
    seen = 0
    for path in tables(evil, tmp_path):
        if path.suffix == ".xlsx":
            sheet = openpyxl.load_workbook(path).active
            assert sheet is not None
            assert all(one.data_type != "f" for row in sheet.iter_rows() for one in row), path.name
            texts = [str(one.value) for row in sheet.iter_rows() for one in row if one.value is not None]
        else:
            text = path.read_text(encoding="utf-8-sig")
            delimiter = "\t" if path.suffix == ".tsv" else ","
            texts = [one for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for one in row]
        assert [one for one in texts if RUN.match(one) and not NUMBER.fullmatch(one)] == [], path.name
        seen += sum("'" in one[:1] for one in texts)
    assert seen > 50, "the tables do hold what was to be made harmless"


def test_every_writer_of_tables_is_one_that_was_looked_at() -> None:
    writes = re.compile(r"csv\.writer|DictWriter|to_csv|to_excel|excel\.write\(|openpyxl\.Workbook")
    found = {
        str(path.relative_to(REVIEW))
        for path in REVIEW.rglob("*.py")
        if writes.search(path.read_text(encoding="utf-8"))
    }
    assert found == {
        "formats/excel.py", "formats/screened.py", "formats/table.py", "render/flow_file.py", "render/tables.py",
        "render/workbook.py", "services/audit.py", "services/manuscript/checklist_files.py", "services/sheets.py",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["../../evil.ris", "/etc/evil.ris", "..\\..\\evil.ris", "a\0b.ris", "."])
def test_the_name_of_an_imported_file_writes_nothing_anywhere(empty: Project, tmp_path: Path, name: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    data = ris(0).replace("TI  - ", f"TI  - {TOPICS[0]} ../../x ").encode()
    assert collect.import_bytes(empty, data, file_name=name, origin=Origin(source="../../evil")).new == 1
    assert [path for path in sorted(tmp_path.rglob("*")) if path not in before and "sqlite" not in path.name] == []


@pytest.mark.parametrize("name", ["../../evil", "/etc", "..", "a/b", "C:\\x", "\u2026", ""])
def test_the_folder_of_a_search_stays_in_the_project(tmp_path: Path, name: str) -> None:
    root = tmp_path / "review"
    root.mkdir()
    asked = raw.Begun(
        folder=root, name=name, source="pubmed", question=Question(query="q"), plan=Plan(reported=1, sent="q"), at=""
    )
    begun = raw.begin(root, asked, taken={f"{raw.FOLDER}/../../x-001"})
    assert begun.folder.parent.resolve() == (root / raw.FOLDER).resolve()
    assert {path.name for path in tmp_path.iterdir()} == {"review"}

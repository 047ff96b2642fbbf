"""Commands on search strings: drafts, what is wrong with them, and known studies."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result

CONCEPTS = """\
concepts:
  - name: spine
    synonyms: [transitional vertebra*, LSTV]
  - name: learning
    synonyms: [deep learning]
"""


@pytest.fixture
def folder(empty_project: Path, tmp_path: Path) -> Path:
    place = tmp_path / "p"
    shutil.copytree(empty_project, place)
    path = place / "protocol.yaml"
    text = path.read_text(encoding="utf-8")
    begin, end = text.index("sources:"), text.index("# Each criterion has an id")
    path.write_text(
        text[:begin] + CONCEPTS + "sources:\n  - name: scopus\n  - name: arxiv\n" + text[end:], encoding="utf-8"
    )
    return place


def test_drafts_are_printed_and_written(run, folder: Path) -> None:
    printed: Result = run("protocol", "strings", "--project", folder)
    assert 'TITLE-ABS("transitional vertebra*" OR LSTV)\nAND TITLE-ABS("deep learning")' in printed.stdout
    assert "arXiv reads no *" in printed.stderr
    written = json.loads(run("protocol", "strings", "--write", "--json", "--project", folder).stdout)
    assert [each["written"] for each in written["drafts"]] == [["scopus"], ["arxiv"]]
    checked = run("protocol", "check", "--project", folder)
    assert "STRING" not in checked.output


def test_a_string_with_a_fault_is_told_by_check_with_its_line(run, folder: Path) -> None:
    run("protocol", "strings", "--write", "--project", folder)
    path = folder / "protocol.yaml"
    text = path.read_text(encoding="utf-8").replace("AND TITLE-ABS(", "AND TITEL-ABS(")
    path.write_text(text, encoding="utf-8")
    line = next(n for n, each in enumerate(text.split("\n"), start=1) if "TITEL" in each)
    assert (
        f"protocol.yaml:{line}: scopus: Scopus knows no field TITEL-ABS("
        in run("protocol", "check", "--project", folder).stdout
    )


def test_known_studies_are_listed_by_string(run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "scopus.ris").write_text(
        "TY  - JOUR\nTI  - Invented title of a study\nDO  - 10.5555/x.1\nER  - \n", encoding="utf-8"
    )
    (tmp_path / "list.txt").write_text("10.5555/x.1\n10.5555/x.2\n", encoding="utf-8")
    run("import", tmp_path / "scopus.ris", "--project", folder)
    told: Result = run("search", "--known", tmp_path / "list.txt", "--project", folder)
    assert "1 of 2 known studies found (50%)." in told.stdout
    assert "(nothing)" in told.stdout
    assert "Known studies: 1 of 2 found (scopus 1)" in run("status", "--project", folder).stdout
    assert json.loads(run("status", "--json", "--project", folder).stdout)["known"]["missed"] == ["10.5555/x.2"]


def test_the_search_report_is_printed_and_written(run, folder: Path, tmp_path: Path) -> None:
    run("protocol", "strings", "--write", "--project", folder)
    printed: Result = run("protocol", "search-report", "--project", folder)
    assert "### Planned and not yet run: Scopus" in printed.stdout
    assert "PRISMA-S:" in printed.stderr
    told = json.loads(
        run("protocol", "search-report", "--out", tmp_path / "a.html", "--json", "--project", folder).stdout
    )
    assert len(told["items"]) == 16
    assert "PRISMA-S" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_the_kind_of_a_source_is_listed_and_corrected(run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "refs.ris").write_text("TY  - JOUR\nTI  - Invented title of a study\nER  - \n", encoding="utf-8")
    run("import", tmp_path / "refs.ris", "--project", folder)
    assert run("source", "--project", folder).stdout.split() == [
        "refs",
        "database",
        "1",
        "record",
        "from",
        "1",
        "search",
    ]
    run("source", "nowhere", "--project", folder, status=1)
    told = run("source", "refs", "--kind", "citation", "--reason", "Reference lists.", "--project", folder)
    assert "citation" in told.stdout
    assert json.loads(run("flow", "--json", "--project", folder).stdout)["counts"]["citations_results"] == 1

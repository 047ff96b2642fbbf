"""What goes wrong for somebody who writes a first paper is told once, plainly, with what to do."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from review.domain.errors import BadInput
from review.domain.finding import Severity
from review.services import project
from review.services.manuscript import building, lint, paper
from review.services.project import Project

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def word(path: Path, *, tracked: bool) -> Path:
    """A Word file in which 1,137 was changed to 1,153, with or without the trace of it."""

    def run(text: str, tag: str = "t") -> str:
        return f'<w:r><w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'

    made = 'w:author="Ana" w:date="2026-01-01T00:00:00Z"'
    new = f'<w:del w:id="1" {made}>{run("1,137", "delText")}</w:del><w:ins w:id="2" {made}>{run("1,153")}</w:ins>'
    body = run("We release ") + (new if tracked else run("1,153")) + run(" CT volumes. The data hold 1,153 volumes.")
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{_OFFICE}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body><w:p>{body}</w:p></w:body></w:document>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return path


def test_a_word_file_is_read_with_its_changes_accepted_and_says_that_there_are_some(tmp_path: Path) -> None:
    found = lint.check_file(word(tmp_path / "draft.docx", tracked=True)).findings
    [told] = [f for f in found if f.rule == "DOCX-CHANGES"]
    assert (told.severity, "2 tracked changes" in told.message) == (Severity.INFO, True)
    assert [f for f in found if "1,137" in f.message] == []
    plain = lint.check_file(word(tmp_path / "plain.docx", tracked=False)).findings
    assert [f for f in plain if f.rule == "DOCX-CHANGES"] == []


def test_a_word_file_that_is_cut_off_is_refused_without_the_words_of_programs(tmp_path: Path) -> None:
    whole = word(tmp_path / "draft.docx", tracked=False).read_bytes()
    (tmp_path / "cut.docx").write_bytes(whole[:300])
    with pytest.raises(BadInput) as refused:
        lint.check_file(tmp_path / "cut.docx")
    assert "exitcode" not in str(refused.value)
    assert "save it again" in refused.value.hint


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.delenv(project.DATABASE_URL, raising=False)
    found = project.create(tmp_path / "spines", type="clinical")
    yield found
    found.close()


def test_a_fresh_paper_says_in_one_line_how_much_is_to_be_written_and_quotes_its_name(made: Project) -> None:
    paper.create(made, Path("Meine Übersicht"), type="clinical")
    report = building.build(made, Path("Meine Übersicht"), ["md"])
    [tasks] = [f for f in report.findings if f.rule.startswith("DRAFT")]
    n = sum(f.rule.startswith("DRAFT") for f in report.linted)
    assert n > 10
    assert tasks.message.startswith(f"{n} tasks of the skeleton")
    [rest] = [f for f in report.findings if f.rule == "LINT"]
    assert rest.hint.endswith('review paper lint "Meine Übersicht"')


def test_a_few_tasks_are_told_one_by_one(made: Project) -> None:
    place = paper.create(made, Path("paper"), type="clinical")
    (place / "manuscript.md").write_text("# Methods\n\n> **To write:** how.\n\n# Results\n\n> **To write:** what.\n")
    report = building.build(made, place, ["md"])
    assert [f.line for f in report.findings if f.rule.startswith("DRAFT")] == [3, 7]

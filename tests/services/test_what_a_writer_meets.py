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


def test_an_empty_part_is_told_beside_the_tasks(made: Project) -> None:
    place = paper.create(made, Path("paper"), type="clinical")
    tasks = "".join(f"# Part {n}\n\n> **To write:** how.\n\n" for n in range(5))
    (place / "manuscript.md").write_text(f"# Results\n\n{tasks}")
    told = [f.message for f in building.build(made, place, ["md"]).findings if f.rule.startswith("DRAFT")]
    assert sorted(message.partition("“")[0] for message in told) == [
        "5 tasks of the skeleton are not written yet; the first is ",
        "Nothing is written under ",
    ]


def test_evidence_that_is_not_there_is_told_with_its_line_and_the_rest_is_asked(made: Project) -> None:
    place = paper.create(made, Path("paper"), type="clinical")
    settings = "type: clinical\nevidence:\n  splits: lost.csv\n  counts: nothere.yml\n"
    (place / "paper.yaml").write_text(settings)
    (place / "manuscript.md").write_text("# Results\n\nDice was 0.84. TODO: ask Ben.\n")
    for found in (lint.check(made, place).findings, lint.check_file(place).findings):
        lost = {f.line: f.message for f in found if f.rule == "PAPER-EVIDENCE"}
        assert sorted(lost) == [3, 4]
        assert "counts: nothere.yml" in lost[4]
        assert "REL-02" in {f.rule for f in found}


def test_a_picture_that_is_not_there_is_refused_with_the_line_that_names_it(made: Project) -> None:
    place = paper.create(made, Path("paper"), type="clinical")
    (place / "manuscript.md").write_text("# Results\n\nSee it.\n\n![A spine](figures/lost.png)\n")
    with pytest.raises(
        BadInput, match=r"manuscript\.md:5: figures/lost\.png: this picture is not in the paper's folder"
    ):
        building.build(made, place, ["html"])


def test_references_that_cannot_be_read_are_refused_with_the_line_of_the_entry(made: Project) -> None:
    place = paper.create(made, Path("paper"), type="clinical")
    (place / "manuscript.md").write_text("# Results\n\nAs shown [@good2020].\n")
    good = "@article{good2020, title={Good}, author={A, B}, year={2020}}\n"
    (place / "references.bib").write_text(f"{good}\n@article{{bad2020, title={{Un{{closed, year=2020\n")
    with pytest.raises(BadInput, match=r"references\.bib:3: the entry bad2020 cannot be read") as refused:
        building.build(made, place, ["html"])
    assert "citations.lua" not in str(refused.value)


def test_a_file_in_another_encoding_is_refused_with_its_line_and_how_to_save_it(made: Project) -> None:
    place = paper.create(made, Path("paper"), type="clinical")
    (place / "manuscript.md").write_bytes(b"# Results\n\nThe caf\xe9 was open.\n")
    for run in (lambda: building.build(made, place, ["md"]), lambda: lint.check_file(place)):
        with pytest.raises(BadInput, match=r"manuscript\.md:3: this line holds a sign that is not UTF-8") as refused:
            run()
        assert "Encoding: UTF-8" in refused.value.hint


def test_settings_of_the_wrong_form_and_half_a_waiver_are_told_in_whole_sentences(made: Project) -> None:
    place = paper.create(made, Path("paper"), type="clinical")
    (place / "paper.yaml").write_text("- a\n- b\n")
    assert "This file must be a group of `name: value` lines." in {f.message for f in lint.check_file(place).findings}
    (place / "paper.yaml").write_text("type: clinical\nwaivers:\n  - rule: EVA-01\n    reason: seen\n    who: Ana\n")
    [lacking] = [f for f in lint.check_file(place).findings if "date is missing" in f.message]
    assert (lacking.message, lacking.hint) == ("waivers.1.date is missing.", "Add a line date: to it.")


def test_an_input_that_cannot_be_read_is_told_whatever_is_selected(tmp_path: Path) -> None:
    draft, counts = tmp_path / "draft.md", tmp_path / "counts.yml"
    draft.write_text("# Results\n\nWe release 1,137 CT volumes. TODO: ask Ben.\n")
    counts.write_text("quantities:\n  - {unit: volumes, subset: all, n: [1153\n")
    found = lint.check_file(draft, lint.Given(type="dataset", files={"counts": counts})).findings
    chosen = lint.selected([f for f in found if f.severity is not Severity.INFO], "ACC-01")
    assert {f.rule for f in chosen} == {"YAML-SYNTAX"}
    assert lint.selected(chosen, "ACC-01", "YAML") == []

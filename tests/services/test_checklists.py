"""Checklists beside a manuscript: said, anchored, stale when the text changes, contradicted when a rule fails, exported."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest

from review.domain.checklist import SAID, ItemAnswer, ItemState
from review.domain.errors import BadInput, Missing, ReviewError
from review.domain.finding import Finding, Severity, Status
from review.services import project
from review.services.manuscript import checklist_files, checklists, paper
from review.services.manuscript.checklists import Answering
from review.services.project import Project

TEXT = """\
# Abstract

<!-- reports: claim-2024:2 -->

We looked at 12 scans.

# Methods

<!-- na: claim-2024:34 -- this is no trial -->

Two radiologists read every scan. The reference standard was surgery.

## Model

<!-- open: claim-2024:22 -->

> **To write:** the model.

# Discussion

This is a limitation.
"""


@pytest.fixture
def draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Project, Path]:
    monkeypatch.delenv(project.DATABASE_URL, raising=False)
    monkeypatch.setattr(checklists, "_lint", lambda *_: [])
    made = project.create(tmp_path / "study")
    place = made.root / "paper"
    place.mkdir()
    (place / "manuscript.md").write_text(TEXT, encoding="utf-8")
    (place / "paper.yaml").write_text("type: review\nchecklists: [claim-2024]\n", encoding="utf-8")
    return made, place


def standing(draft: tuple[Project, Path], number: str, name: str = "claim-2024") -> ItemAnswer:
    return next(a for a in checklists.answers(*draft, name) if a.item.number == number)


def say(draft: tuple[Project, Path], item: str, state: ItemState, where: str = "", note: str = "") -> None:
    checklists.say(*draft, "claim-2024", Answering(item=item, state=state, where=where, note=note, who="Ana"))


def edit(draft: tuple[Project, Path], old: str, new: str) -> None:
    path = draft[1] / "manuscript.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_marks_in_the_text_are_answers(draft: tuple[Project, Path]) -> None:
    assert standing(draft, "2").state is ItemState.YES
    assert (standing(draft, "34").state, standing(draft, "34").note) == (ItemState.NOT_APPLICABLE, "this is no trial")
    assert standing(draft, "22").state is ItemState.NO
    assert standing(draft, "14").note == "nobody has answered this item"


def test_an_item_nobody_answered_is_told_where_it_seems_to_stand(draft: tuple[Project, Path]) -> None:
    assert standing(draft, "14").suggestion == "“Methods”, line 7"
    assert standing(draft, "40").suggestion == "“Discussion”, line 19"
    assert standing(draft, "27").suggestion == ""


def test_what_is_said_counts_before_a_mark_and_the_last_answer_counts(draft: tuple[Project, Path]) -> None:
    say(draft, "2", ItemState.PARTIAL, note="no numbers yet")
    say(draft, "claim-2024:2", ItemState.NO, note="forgotten")
    found = standing(draft, "2")
    assert (found.state, found.said, found.note, found.who) == (ItemState.NO, ItemState.NO, "forgotten", "Ana")
    text = (draft[1] / "checklists" / "claim-2024.yaml").read_text(encoding="utf-8")
    assert text.count("- item:") == 2, "nothing that was said is taken away"


def test_an_answer_by_heading_becomes_stale_when_its_text_changes_and_not_before(draft: tuple[Project, Path]) -> None:
    say(draft, "14", ItemState.YES, where="Methods")
    assert standing(draft, "16").state is ItemState.NO
    edit(draft, "We looked at 12 scans.", "We looked at 13 scans.")
    edit(draft, "Two radiologists", "<!-- a comment -->\nTwo  radiologists")
    assert standing(draft, "14").state is ItemState.PARTIAL or standing(draft, "14").state is ItemState.YES
    edit(draft, "was surgery", "was histology")
    found = standing(draft, "14")
    assert found.state is ItemState.STALE
    assert found.said is ItemState.YES
    assert "changed since Ana answered" in found.note


def test_an_answer_by_sentence_is_stale_only_when_that_sentence_is_gone(draft: tuple[Project, Path]) -> None:
    say(draft, "16", ItemState.YES, where="Two radiologists read every scan.")
    edit(draft, "was surgery", "was histology")
    assert (standing(draft, "16").state, standing(draft, "16").line) == (ItemState.YES, 11)
    edit(draft, "Two radiologists read", "Three radiologists read")
    assert standing(draft, "16").state is ItemState.STALE
    assert "no longer stands" in standing(draft, "16").note


def test_yes_needs_a_place_that_exists_and_the_others_a_reason(draft: tuple[Project, Path]) -> None:
    with pytest.raises(ReviewError, match="needs the place"):
        say(draft, "14", ItemState.YES)
    with pytest.raises(Missing, match="Methods"):
        say(draft, "14", ItemState.YES, where="Method")
    for state in SAID[1:]:
        with pytest.raises(ReviewError, match="needs a reason"):
            say(draft, "14", state)
    with pytest.raises(Missing, match="item of claim-2024"):
        say(draft, "99", ItemState.NO, note="x")
    assert not (draft[1] / "checklists").exists(), "what is refused leaves nothing behind"


def test_a_section_with_an_open_task_reports_an_item_only_in_part(draft: tuple[Project, Path]) -> None:
    say(draft, "22", ItemState.YES, where="Model")
    assert (standing(draft, "22").state, standing(draft, "22").note) == (
        ItemState.PARTIAL,
        "a task is still open in line 17",
    )


@pytest.mark.parametrize(
    ("status", "severity", "expected"),
    [
        (Status.FAIL, Severity.BLOCKER, ItemState.CONTRADICTED),
        (Status.FAIL, Severity.WARNING, ItemState.CONTRADICTED),
        (Status.FAIL, Severity.INFO, ItemState.YES),
        (Status.NOT_EVALUABLE, Severity.ERROR, ItemState.YES),
    ],
)
def test_a_rule_that_fails_contradicts_what_was_said(
    draft: tuple[Project, Path],
    monkeypatch: pytest.MonkeyPatch,
    status: Status,
    severity: Severity,
    expected: ItemState,
) -> None:
    item = next(i for i in checklists.load("claim-2024").items if i.number == "14")
    rule = next(r for i in checklists.load("claim-2024").items if i.number == "18" for r in i.rules)
    found = [Finding(rule=rule, message="wrong", status=status, severity=severity)]
    monkeypatch.setattr(checklists, "_lint", lambda *_: found)
    say(draft, "18", ItemState.YES, where="Two radiologists read every scan.")
    say(draft, "14", ItemState.YES, where="The reference standard was surgery.")
    assert standing(draft, "18").state is expected
    assert (rule in standing(draft, "18").note) == (expected is ItemState.CONTRADICTED)
    assert standing(draft, "14").state is ItemState.YES
    assert rule not in item.rules


def test_a_broad_rule_without_a_line_contradicts_only_the_items_it_speaks_of(
    draft: tuple[Project, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [Finding(rule="REV-08", message="Not said: a pilot or calibration.", severity=Severity.ERROR)]
    monkeypatch.setattr(checklists, "_lint", lambda *_: found)
    for number in ("1", "9", "10"):
        answering = Answering(item=number, state=ItemState.YES, where="Methods")
        checklists.say(*draft, "prisma-scr", answering)
    states = {number: standing(draft, number, "prisma-scr").state for number in ("1", "9", "10")}
    assert states == {"1": ItemState.YES, "9": ItemState.YES, "10": ItemState.CONTRADICTED}
    assert "REV-08 found: Not said: a pilot" in standing(draft, "10", "prisma-scr").note
    found[0] = Finding(rule="REV-08", message="Not said: a pilot.", severity=Severity.ERROR, line=3)
    assert standing(draft, "1", "prisma-scr").state is ItemState.CONTRADICTED


def test_a_file_written_by_hand_is_read_and_a_damaged_one_refused_with_its_line(draft: tuple[Project, Path]) -> None:
    path = draft[1] / "checklists" / "claim-2024.yaml"
    path.parent.mkdir()
    path.write_text(
        "answers:\n  - item: 40\n    state: yes\n    where: Discussion\n  - {item: '3', state: no, note: x}\n"
    )
    assert standing(draft, "40").state is ItemState.YES
    assert standing(draft, "3").state is ItemState.NO
    for damage, told in (
        ("answers:\n  - item: '1'\n    state: perhaps\n", r":2: 'perhaps' is no answer"),
        ("answers:\n  - state: yes\n", r":2: an answer needs"),
        ("answers: all\n", "must be a list"),
        ("answers:\n  - {item: '1', state: no, why: x}\n", "'why' is not known"),
        ("answers: [\n", "not valid YAML"),
    ):
        path.write_text(damage)
        with pytest.raises(BadInput, match=told):
            standing(draft, "1")
        with pytest.raises(BadInput):
            say(draft, "1", ItemState.NO, note="x")
        assert path.read_text() == damage


def test_text_with_quotes_and_line_breaks_comes_back_as_it_was_said(draft: tuple[Project, Path]) -> None:
    say(draft, "15", ItemState.NO, note='it is "obvious": #1,\n- they say é')
    assert standing(draft, "15").note == 'it is "obvious": #1, - they say é'


def test_it_is_exported_as_csv_markdown_word_and_pdf(draft: tuple[Project, Path]) -> None:
    say(draft, "14", ItemState.NO, note="=HYPERLINK(1)")
    data = checklist_files.as_file(*draft, "claim-2024", to="csv").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data)))
    assert rows[0] == list(checklist_files.COLUMNS)
    assert len(rows) == 45
    assert rows[14][5] == "'=HYPERLINK(1)", "no spreadsheet runs it"
    text = checklist_files.as_file(*draft, "claim-2024", to="md").decode()
    assert text.count("\n| ") == 44 + text.count("| Item |")
    assert "2 of 44 items are answered" in text
    word = checklist_files.as_file(*draft, "claim-2024", to="docx")
    assert b"word/document.xml" in word
    with zipfile.ZipFile(io.BytesIO(word)) as packed:
        assert "radiologist" in packed.read("word/document.xml").decode() or packed.testzip() is None
    assert checklist_files.as_file(*draft, "grras", to="pdf").startswith(b"%PDF")
    with pytest.raises(Missing, match="docx"):
        checklist_files.as_file(*draft, "grras", to="rtf")


def test_the_guidelines_of_a_paper_are_those_of_paper_yaml(draft: tuple[Project, Path]) -> None:
    assert checklists.of_paper(*draft) == ["claim-2024"]
    assert checklists.places(paper.text_of(draft[1])) == ["Abstract", "Methods", "Model", "Discussion"]

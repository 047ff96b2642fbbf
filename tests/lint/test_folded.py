"""What a rule says of several sentences of a section is one finding; a waiver is still for one sentence."""

from __future__ import annotations

from pathlib import Path

import pypandoc  # type: ignore[import-untyped]

from review.domain.finding import Finding
from review.services.manuscript import lint
from review.services.manuscript.lint import Given

TEXT = """# Abstract

The Dice was 0.84. On the external set, the AUC was 0.91.

# Results

The sensitivity was 85.1%.

## External data

The specificity was 61.9%.

The accuracy was 0.74.
"""
WAIVER = """type: method
waivers:
  - rule: EVA-01
    sentence: The Dice was 0.84.
    reason: Printed as published.
    who: Ana
    date: '2026-11-02'
"""


def _bare(folder: Path, text: str = TEXT, settings: str = "") -> list[Finding]:
    path = folder / "manuscript.md"
    path.write_text(text, encoding="utf-8")
    (folder / "paper.yaml").write_text(settings or "type: method\n", encoding="utf-8")
    return [f for f in lint.check_file(path, Given()).faults if f.rule == "EVA-01"]


def test_the_sentences_of_a_section_are_one_finding_that_names_the_others(tmp_path: Path) -> None:
    assert [(f.line, f.message) for f in _bare(tmp_path)] == [
        (3, "Dice 0.84 stands without an interval or a deviation. So does AUC 0.91 (line 3) in the same section."),
        (7, "sensitivity 85.1% stands without an interval or a deviation."),
        (11, "specificity 61.9% stands without an interval or a deviation. So does accuracy 0.74 (line 13) in the same section."),
    ]  # fmt: skip


def test_many_sentences_are_counted_where_they_would_be_too_many_to_name(tmp_path: Path) -> None:
    [one] = _bare(tmp_path, "# Results\n\n" + "".join(f"In run {n}, Dice was 0.8{n}. " for n in range(9)))
    assert "So do Dice 0.81 (line 3), Dice 0.82 (line 3)" in one.message
    assert one.message.endswith("and 3 more in the same section.")


def test_tables_are_told_of_one_by_one(tmp_path: Path) -> None:
    table = "| Model | AUC |\n|--|--|\n| A | 0.81 |\n"
    assert len(_bare(tmp_path, f"# Results\n\n{table}\nText.\n\n{table}")) == 2


def test_a_waiver_is_for_its_sentence_and_not_for_the_section(tmp_path: Path) -> None:
    found = _bare(tmp_path, settings=WAIVER)
    assert [f.got for f in found] == ["AUC 0.91", "sensitivity 85.1%", "specificity 61.9%"]


def test_in_a_word_file_no_line_is_named(tmp_path: Path) -> None:
    pypandoc.convert_text(TEXT, "docx", format="markdown", outputfile=str(tmp_path / "draft.docx"))
    given = Given(type="method")
    first = next(f for f in lint.check_file(tmp_path / "draft.docx", given).faults if f.rule == "EVA-01")
    assert first.message.startswith("Dice 0.84 stands without an interval or a deviation. So does AUC 0.91 in the same")
    assert first.line is None

"""Linting papers in their project and files alone: lines of the author's file, waivers that lapse, LaTeX and Word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from review.domain.finding import Finding, Status
from review.services.manuscript import lint, lint_text, lint_ways, paper
from review.services.manuscript.lint import Given
from review.services.project import Project

SUM = "Of the 802 patients, 393 were female and 345 were male."
COUNTS = "units: {volumes: one CT}\nquantities:\n  - {unit: volumes, subset: all, n: 1153}\n"
TEX = r"""\documentclass{article}
\title{A dataset of spines}
\begin{document}
\begin{abstract}
The dataset contains 1{,}137 volumes.
\end{abstract}
\section{Results}
% [ADD] a reference
Of the 802 patients, 393 were female
and 345 were male.
\begin{tabular}{lr}
Set & Volumes \\
\hline
Fused & 342 \\
Spine & 440 \\
Pelvis & 371 \\
Total & 1,163 \\
\end{tabular}
\end{document}
"""


def write(folder: Path, text: str, *, settings: str = "", counts: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "manuscript.md").write_text(text, encoding="utf-8")
    if settings:
        (folder / "paper.yaml").write_text(settings, encoding="utf-8")
    if counts:
        (folder / "counts.yml").write_text(counts, encoding="utf-8")
    return folder


def waiver(**told: str) -> str:
    lines = "".join(f"    {name}: {value}\n" for name, value in told.items())
    return (
        f"type: dataset\nwaivers:\n  - {lines.strip()}\n    reason: They overlap.\n    who: Ana\n    date: 2026-11-02\n"
    )


def named(found: list[Finding], rule: str) -> list[Finding]:
    return [f for f in found if f.rule == rule]


def test_a_waiver_covers_its_sentence_and_lapses_when_the_sentence_changes(tmp_path: Path) -> None:
    place = write(tmp_path / "p", f"# Results\n\n{SUM}\n", settings=waiver(rule="ACC-03", sentence=SUM))
    found = lint.check_file(place)
    assert named(found.faults, "ACC-03") == []
    assert [(f.rule, w.who) for f, w in found.waived] == [("ACC-03", "Ana")]
    write(place, f"# Results\n\n{SUM.replace('345', '346')}\n")
    changed = lint.check_file(place)
    assert len(named(changed.faults, "ACC-03")) == 1
    assert named(changed.faults, lint.LAPSED)[0].line == 3
    assert changed.waived == ()


def test_a_waiver_may_name_its_sentence_by_hash_or_by_place(tmp_path: Path) -> None:
    for told in ({"sentence": lint.sentence_hash(SUM)[:12]}, {"where": "line 3"}, {"where": "802 patients"}):
        place = write(tmp_path / "p", f"# Results\n\n{SUM}\n", settings=waiver(rule="ACC-03", **told))
        assert named(lint.check_file(place).faults, "ACC-03") == []
    place = write(tmp_path / "p", f"# Results\n\n{SUM}\n", settings=waiver(rule="ACC-03", where="line 30"))
    assert named(lint.check_file(place).faults, "ACC-03")


def test_inputs_of_paper_yaml_are_found_from_the_folder_of_the_paper(tmp_path: Path) -> None:
    settings = "type: dataset\nevidence:\n  counts: counts.yml\n"
    place = write(tmp_path / "p", "# Results\n\nWe release 1,137 volumes.\n", settings=settings, counts=COUNTS)
    found = named(lint.check_file(place).faults, "ACC-01")
    assert [(f.line, f.got) for f in found] == [(3, "1,137")]


@pytest.mark.parametrize("suffix", [".tex", ".docx"])
def test_latex_and_word_are_read_with_what_the_original_shows(suffix: str, tmp_path: Path) -> None:
    pypandoc = pytest.importorskip("pypandoc", reason="pandoc comes with the export parts")
    file = tmp_path / "draft.tex"
    file.write_text(TEX, encoding="utf-8")
    if suffix == ".docx":
        pypandoc.convert_file(str(file), "docx", outputfile=str(tmp_path / "draft.docx"))
        file = tmp_path / "draft.docx"
    (tmp_path / "counts.yml").write_text(COUNTS, encoding="utf-8")
    found = lint.check_file(file, Given(files={"counts": tmp_path / "counts.yml"})).faults
    sums = named(found, "ACC-03")
    assert {f.got for f in sums} == {"738", "1,163"}
    assert {f.got for f in named(found, "ACC-01")} >= {"1,137", "1,163"}
    if suffix == ".tex":
        assert [f.line for f in sums] == [9, 17]
        assert [f.line for f in named(found, "REL-02")] == [8]
        assert next(f.line for f in named(found, "ACC-01")) == 5
    else:
        assert all(f.line is None for f in sums)
        assert "Near “Of the 802 patients" in sums[0].message


def test_a_paper_of_a_project_is_read_with_its_numbers_and_named_by_its_own_lines(made: Project) -> None:
    place = paper.create(made, Path("paper"))
    text = paper.text_of(place)
    wrong = "\n\n# More\n\nA total of {{ flow.records_screened }} of 900 records (99.9%) were screened.\nTODO: look.\n"
    (place / "manuscript.md").write_text(text + wrong, encoding="utf-8")
    last = (text + wrong).count("\n")
    found = lint.check(made, Path("paper"))
    assert found.type == "review"
    assert [f.line for f in named(found.faults, "REL-02")] == [last]
    assert [f.line for f in named(found.faults, "ACC-04")] == [last - 1]
    assert all((f.line or 0) <= last + 1 for f in found.findings)


def test_a_fact_that_nobody_knows_is_a_finding_and_stops_nothing(made: Project) -> None:
    place = paper.create(made, Path("paper"))
    (place / "manuscript.md").write_text("# Results\n\nWe saw {{ flow.recrods }}.\n\nTODO\n", encoding="utf-8")
    found = lint.check(made, Path("paper"))
    assert {3, 5} <= {f.line for f in found.faults}


def test_a_line_of_a_converted_text_is_found_in_the_original() -> None:
    source = ["% note", "First words of it", "and then more", "", "A second part"]
    assert lint_text.aligned(["First words of it and then more", "", "A second part"], source) == [2, 2, 5]


def test_what_cannot_be_read_is_refused_kindly(tmp_path: Path) -> None:
    file = tmp_path / "a.pages"
    file.write_text("x", encoding="utf-8")
    with pytest.raises(Exception, match="cannot be read"):
        lint.check_file(file)
    with pytest.raises(Exception, match=r"no file called|There is no"):
        lint.check_file(tmp_path / "none.md")


def test_a_bound_number_that_lost_its_footing_says_so(tmp_path: Path, made: Project, monkeypatch: Any) -> None:
    place = paper.create(made, Path("paper"))
    (place / "manuscript.md").write_text(
        "---\ntitle: x\n---\n\n# Results\n\nIn all, {{ flow.records_screened }} records were screened.\n",
        encoding="utf-8",
    )
    assert named(lint.check(made, Path("paper")).faults, "REV-02") == []


def test_a_word_file_whose_parts_are_bold_lines_and_no_headings_is_read_by_its_parts(tmp_path: Path) -> None:
    pypandoc = pytest.importorskip("pypandoc", reason="pandoc comes with the export parts")
    text = "**Abstract**\n\nThe Dice was 0.84.\n\n**1. Introduction**\n\nWhy.\n\n**Limitations:**\n\nOne site. One reader. Few cases.\n"
    pypandoc.convert_text(text, "docx", format="markdown", outputfile=str(tmp_path / "draft.docx"))
    found = lint.check_file(tmp_path / "draft.docx", Given(type="method")).faults
    assert [f.got for f in named(found, "EVA-01")] == ["Dice 0.84"]
    assert named(found, "PART-03") == []


def test_classes_and_tasks_may_be_named_in_the_settings_of_a_paper(tmp_path: Path) -> None:
    table = "| Class | n | Dice (95 % CI) |\n|--|--|--|\n| Sacrum | 9 | 0.84 (0.80 to 0.88) |\n"
    settings = "type: dataset\nevidence:\n  labels: labels.yaml\n  tasks: tasks.yaml\n"
    place = write(tmp_path / "p", f"# Results\n\n{table}", settings=settings)
    (place / "labels.yaml").write_text("classes: [sacrum, rib]\n", encoding="utf-8")
    (place / "tasks.yaml").write_text("- kind: segmentation\n", encoding="utf-8")
    found = lint.check_file(place).faults
    assert ["rib" in f.message for f in named(found, "EVA-02")] == [True]
    assert "overlap only" in named(found, "EVA-03")[0].message
    assert named(found, "PAPER-UNKNOWN-KEY") == []


def test_an_input_that_was_given_and_cannot_be_used_is_to_be_mended_and_not_to_be_given(tmp_path: Path) -> None:
    place = write(tmp_path / "p", f"# Results\n\n{SUM} The split is external.\n", counts="units: [\n")
    (tmp_path / "splits.csv").write_text("case,split\nc1,train\n", encoding="utf-8")
    given = {"counts": place / "counts.yml", "splits": tmp_path / "splits.csv", "cases": tmp_path / "none.csv"}
    (tmp_path / "none.csv").write_text("case,metric,value\n", encoding="utf-8")
    found = lint.check_file(place, Given(files=given, type="dataset"))
    hints = {f.rule: f.hint for f in found.findings if f.status is Status.NOT_EVALUABLE}
    assert hints["ACC-01"] == "Mend counts.yml, which was given and could not be used."
    assert hints["ACC-07"].startswith("Give `labels:` under evidence in paper.yaml")
    assert hints["ACC-07"].endswith(" Mend counts.yml, which was given and could not be used.")
    assert hints["SPL-01"].startswith("In splits.csv: the split file has no column patient")
    told = lint_ways.told_together(found.findings)
    assert "--counts" not in told
    assert "--splits" not in told
    assert told.count("Mend counts.yml") == 1
    assert "Mend none.csv" in told

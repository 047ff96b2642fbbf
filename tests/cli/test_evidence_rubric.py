"""`review evidence rubric`: scores by the shipped rubric or one's own, every fault with its row and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from review.resources import data_dir

Ask = Callable[..., Any]
Write = Callable[..., Path]

HEAD = "report,rater,rater_kind,section,dimension,score"
DIMENSIONS = (
    ("structured_imaging_report", "imaging_report"),
    ("ai_assisted_diagnosis", "diagnosis"),
    ("treatment_recommendations", "patient_guidance"),
    ("treatment_recommendations", "evidence_based_treatment"),
    ("treatment_recommendations", "technical_feasibility"),
    ("risk_and_prognosis", "risk_prognosis"),
    ("reasoning_and_disclaimer", "coverage"),
    ("reasoning_and_disclaimer", "relevance"),
    ("reasoning_and_disclaimer", "granularity"),
    ("reasoning_and_disclaimer", "interpretability"),
)


def rows(report: str, rater: str, kind: str, scores: list[object]) -> list[str]:
    return [f"{report},{rater},{kind},{s},{d},{v}" for (s, d), v in zip(DIMENSIONS, scores, strict=True)]


GOOD = [line for i, base in enumerate((1, 2, 3, 4, 5)) for line in
        rows(f"r{i}", "anna", "physician", [base] * 10) + rows(f"r{i}", "judge", "LLM", [*[base] * 7, 5, base, max(1, base - 1)])]  # fmt: skip


@pytest.fixture
def score(ask: Ask, table: Write, tmp_path: Path) -> Ask:
    def run(lines: list[str], *more: str, head: str = HEAD, status: int = 0) -> Any:
        path = table(tmp_path / "scores.csv", head, *lines)
        return ask("evidence", "rubric", path, "--resamples", "200", *more, status=status)

    return run


def value(document: dict[str, Any], name: str, **by: str) -> Any:
    (found,) = [v["value"] for v in document["values"] if v["name"] == name and v["by"] == by]
    return found


def test_the_preset_has_six_sections_and_ten_dimensions_with_anchors() -> None:
    rubric = yaml.safe_load((data_dir("templates") / "rubrics" / "spine-report.yaml").read_text())
    assert [len(s["dimensions"]) for s in rubric["sections"]] == [1, 1, 3, 1, 0, 4]
    assert list(rubric["scale"]["anchors"]) == [1, 2, 3, 4, 5]
    assert all(d["ask"].endswith("?") for s in rubric["sections"] for d in s["dimensions"])


def test_all_fives_are_a_hundred_and_all_ones_are_twenty(score: Ask) -> None:
    document = score(rows("x", "a", "human", [5] * 10) + rows("y", "a", "human", [1] * 10), "--rubric", "spine-report")
    assert value(document, "report_score", report="x", rater="a") == 100
    assert value(document, "report_score", report="y", rater="a") == 20
    assert [(f["rule"], f["status"]) for f in document["findings"]] == [("RUBRIC-ONE-KIND", "not_evaluable")]


def test_people_and_programs_are_held_against_each_other_per_dimension(score: Ask) -> None:
    document = score(GOOD, "--rubric", "spine-report")
    assert value(document, "pearson", dimension="diagnosis") == pytest.approx(1)
    assert value(document, "pearson", dimension="relevance") is None
    assert value(document, "bias", dimension="relevance") == 2
    assert value(document, "bias", dimension="interpretability") == pytest.approx(-0.8)
    assert value(document, "dimensions_undefined") == 1
    (said,) = [f["message"] for f in document["findings"] if "relevance" in f["message"]]
    assert "automatic scores are the same" in said


def test_without_a_rubric_the_column_section_decides(score: Ask) -> None:
    document = score(GOOD)
    assert value(document, "score", rater_kind="human") == 60
    assert document["values"] == score(GOOD, "--rubric", "spine-report")["values"]


def test_the_order_of_rows_changes_no_value(score: Ask) -> None:
    one, other = score(GOOD)["values"], score(GOOD[::-1])["values"]
    assert [(v["name"], v["by"], v["value"]) for v in one] == [(v["name"], v["by"], v["value"]) for v in other]


def test_a_missing_score_is_told_and_is_no_zero(score: Ask) -> None:
    document = score(rows("x", "a", "human", [5] * 9 + [""]), "--rubric", "spine-report")
    assert value(document, "report_score", report="x", rater="a") == 100
    assert any(f["rule"] == "RUBRIC-MISSING" and "interpretability" in f["message"] for f in document["findings"])


def test_a_rubric_of_one_s_own_sets_sections_and_scale(score: Ask, tmp_path: Path) -> None:
    own = {
        "name": "mine",
        "scale": {"low": 0, "high": 10},
        "sections": [{"id": "a", "dimensions": ["x", "y"]}, {"id": "b", "dimensions": ["z"]}],
    }
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(own))
    document = score(
        ["r,p,human,x,0", "r,p,human,y,10", "r,p,human,z,10"],
        "--rubric",
        str(tmp_path / "mine.yaml"),
        head="report,rater,kind,dimension,score",
    )
    assert value(document, "report_score", report="r", rater="p") == 75
    assert [i["path"].rsplit("/")[-1] for i in document["inputs"]] == ["scores.csv", "mine.yaml"]


@pytest.mark.parametrize(
    ("line", "rule", "column"),
    [
        ("r9,anna,physician,ai_assisted_diagnosis,diagnosis,6", "RUBRIC-SCALE", 6),
        ("r9,anna,physician,ai_assisted_diagnosis,diagnosis,0", "RUBRIC-SCALE", 6),
        ("r9,anna,physician,ai_assisted_diagnosis,diagnosis,good", "EVIDENCE-TABLE", 6),
        ("r9,anna,physician,ai_assisted_diagnosis,beauty,4", "RUBRIC-DIMENSION", 5),
        ("r9,anna,alien,ai_assisted_diagnosis,diagnosis,4", "RUBRIC-KIND", 3),
        ("r9,anna,LLM,ai_assisted_diagnosis,diagnosis,4", "RUBRIC-KIND", 3),
        ("r0,anna,physician,ai_assisted_diagnosis,diagnosis,4", "RUBRIC-DUPLICATE", 5),
    ],
)
def test_bad_scores_are_told_with_their_row_and_column(score: Ask, line: str, rule: str, column: int) -> None:
    document = score([*GOOD, line], "--rubric", "spine-report", status=1)
    assert (rule, len(GOOD) + 2, column) in [(f["rule"], f["line"], f["column"]) for f in document["findings"]]
    assert document["values"] == []


def test_a_section_that_contradicts_the_rubric_is_told(score: Ask) -> None:
    document = score([*GOOD, "r9,anna,human,risk_and_prognosis,diagnosis,4"], "--rubric", "spine-report")
    assert [(f["line"], f["column"]) for f in document["findings"] if f["rule"] == "RUBRIC-SECTION"] == [
        (len(GOOD) + 2, 4)
    ]


def test_without_section_and_rubric_nothing_is_guessed(score: Ask) -> None:
    document = score(["r,a,human,x,3"], head="report,rater,kind,dimension,score", status=1)
    assert [f["rule"] for f in document["findings"]] == ["RUBRIC-SECTION"]
    assert "spine-report" in document["findings"][0]["hint"]


def test_an_empty_file_and_an_unknown_rubric_say_what_to_do(
    score: Ask, run: Callable[..., Any], tmp_path: Path
) -> None:
    assert score([], status=1)["findings"][0]["rule"] == "EVIDENCE-TABLE"
    result = run("evidence", "rubric", tmp_path / "scores.csv", "--rubric", "spin-report", status=1)
    assert "Known: spine-report" in result.stderr


@pytest.mark.parametrize("text", ["sections: 3", "name: x", "sections:\n  - title: no id", "sections:\n  - {id: a, dimensions: [x, x]}",
                                  "scale: {low: 5, high: 1}\nsections:\n  - {id: a, dimensions: [x]}"])  # fmt: skip
def test_a_rubric_that_cannot_be_used_is_refused(
    run: Callable[..., Any], table: Write, tmp_path: Path, text: str
) -> None:
    scores = table(tmp_path / "scores.csv", HEAD, *GOOD)
    rubric = table(tmp_path / "r.yaml", text)
    assert "r.yaml" in run("evidence", "rubric", scores, "--rubric", rubric, status=1).stderr


def test_tables_and_pictures_are_written(score: Ask, run: Callable[..., Any], tmp_path: Path) -> None:
    score(GOOD)
    run("evidence", "rubric", tmp_path / "scores.csv", "--rubric", "spine-report", "--out", "r.tex", "--out", "r.svg")
    assert "undefined" in (tmp_path / "r.tex").read_text()
    assert (tmp_path / "r-total.svg").is_file()

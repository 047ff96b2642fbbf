"""Status, flow, agreement and trace."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Ask = Callable[..., Any]
Table = Callable[..., Path]
Doi = Callable[[int], str]


def test_status_of_an_empty_project_says_what_to_do_first(project: Path, run: Run, ask: Ask) -> None:
    assert run("status").stdout.splitlines()[-1].startswith("Next: Check the protocol and freeze it")
    assert ask("status")["records"] == 0


def test_status_counts_records_works_and_people(collected: Path, run: Run, table: Table, doi: Doi) -> None:
    table(collected / "a.csv", "record_id,verdict", f"{doi(0)},include")
    run("decide", "a.csv", "--stage", "title_abstract", "--reviewer", "Ana")
    text = run("status").stdout
    assert "Records: 8 from PubMed 4, Scopus 4" in text
    assert "Works: 6 (2 groups of duplicates" in text
    assert "0 of 6 settled (1 judged by too few, 5 not screened); decided: Ana 1" in text


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf", "csv", "json", "mmd"])
def test_the_diagram_is_written_in_the_form_its_ending_asks_for(collected: Path, run: Run, suffix: str) -> None:
    run("flow", "--out", f"deep/flow.{suffix}")
    data = (collected / "deep" / f"flow.{suffix}").read_bytes()
    starts = {"svg": b"<", "png": b"\x89PNG", "pdf": b"%PDF", "csv": b"data", "json": b"{", "mmd": b"flowchart"}
    assert data.removeprefix(b"\xef\xbb\xbf").lstrip(b'"').startswith(starts[suffix]), data[:80]


def test_the_diagram_can_be_written_in_several_forms_at_once_and_says_that_work_is_left(
    collected: Path, run: Run
) -> None:
    result = run("flow", "--out", "a.svg", "--out", "a.csv")
    assert result.stdout.splitlines()[:2] == ["a.svg written.", "a.csv written."]
    assert "not finished" in result.stdout


def test_an_ending_that_is_no_picture_is_refused(collected: Path, run: Run) -> None:
    assert ".svg" in run("flow", "--out", "flow.docx", status=1).stderr
    assert not (collected / "flow.docx").exists()


def test_without_a_file_the_numbers_are_listed(collected: Path, run: Run) -> None:
    assert "database_results" in run("flow").stdout


def test_agreement_before_anybody_has_judged_is_undefined_and_never_zero(collected: Path, ask: Ask, run: Run) -> None:
    document = ask("evidence", "agreement")
    assert {v["by"]["stage"] for v in document["values"]} == {"title_abstract", "full_text"}
    assert all(v["value"] is None and v["n"] == 0 and v["method"] for v in document["values"])
    digest = hashlib.sha256((collected / "review.sqlite").read_bytes()).hexdigest()
    assert document["inputs"] == [{"path": "review.sqlite", "sha256": digest}]
    assert set(document["values"][0]) == {"name", "value", "low", "high", "n", "unit", "method", "by"}
    assert "undefined" in run("evidence", "agreement").stdout


def test_agreement_has_its_interval(collected: Path, run: Run, table: Table, doi: Doi) -> None:
    for name, last in (("Ana", "include"), ("Ben", "exclude")):
        rows = [f"{doi(n)},{'include' if n < 2 else 'exclude'}" for n in range(5)]
        table(collected / "x.csv", "record_id,verdict", *rows, f"{doi(5)},{last}")
        run("decide", "x.csv", "--stage", "title_abstract", "--reviewer", name)
    text = run("evidence", "agreement", "--stage", "title_abstract").stdout
    assert text.startswith("title abstract: 6 works judged by two people\n")
    assert "0.833 (95 % CI 0.436 to 0.970)" in text


def test_trace_walks_back_to_the_records_and_knows_near_names(collected: Path, run: Run, ask: Ask) -> None:
    text = run("trace", "flow.duplicates").stdout
    assert text.startswith("flow.duplicates = 2 ")
    document = ask("trace", "flow.duplicates")
    assert (document["name"], document["fact"]["value"]) == ("flow.duplicates", 2)
    assert document["trace"] == text.splitlines()
    assert "flow.duplicates" in run("trace", "flow.duplicate", status=1).stderr


def test_the_flow_csv_has_the_columns_other_tools_read(collected: Path, run: Run) -> None:
    run("flow", "--out", "flow.csv")
    with (collected / "flow.csv").open(newline="", encoding="utf-8-sig") as handle:
        numbers = {row["data"]: row["n"] for row in csv.DictReader(handle)}
    assert (numbers["database_results"], numbers["duplicates"]) == ("8", "2")

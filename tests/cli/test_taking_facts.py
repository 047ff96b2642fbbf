"""Decisions, chart entries and retrievals from tables: all or nothing, every bad row named, nothing stored twice."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from review.services import sheets

Run = Callable[..., Any]
Ask = Callable[..., Any]
Table = Callable[..., Path]
Doi = Callable[[int], str]

FIRST = ("--stage", "title_abstract")
SECOND = ("--stage", "full_text")
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(str.strip)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cells=st.lists(st.tuples(WORDS.filter(bool), WORDS), min_size=1, max_size=5))
@example(cells=[("NULL", "'NA"), ("''None", "=1+1")])
def test_what_is_written_is_read_back_unchanged(tmp_path: Path, cells: list[tuple[str, str]]) -> None:
    sheets.write(tmp_path / "x.csv", ("one", "two"), cells)
    found = sheets.read(tmp_path / "x.csv", required=("one", "two"))
    assert [(row["one"], row["two"]) for row in found.rows] == cells


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_that_is_written_is_run_by_a_spreadsheet(tmp_path: Path, start: str) -> None:
    sheets.write(tmp_path / "x.csv", ("one",), [(f"{start}cmd|calc",), ("-3.5",)])
    written = (tmp_path / "x.csv").read_text().splitlines()
    assert not written[1].strip('"').startswith(start)
    assert written[2] == "-3.5", "a number stays a number"


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffRecord ID;Verdict\r\n{doi};Include\r\n",
        "sep=;\nrecord_id;verdict\n{doi};include\n",
        "record_id\tverdict\n{doi}\tINCLUDE\n",
        '"record_id","verdict","my own column"\n"{doi}","include","x"\n',
    ],
)
def test_the_dialects_of_spreadsheets_are_understood(collected: Path, ask: Ask, doi: Doi, text: str) -> None:
    (collected / "a.csv").write_text(text.format(doi=doi(0)), encoding="utf-8")
    assert ask("decide", "a.csv", *FIRST, "--reviewer", "Ana")["stored"] == 1


def test_an_excel_file_of_decisions_is_taken_too(collected: Path, ask: Ask, doi: Doi) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (("record_id", "verdict"), (doi(0), "include")):
        book.active.append(row)
    book.save(collected / "a.xlsx")
    assert ask("decide", "a.xlsx", *FIRST, "--reviewer", "Ana")["stored"] == 1


def test_every_bad_row_is_named_with_its_line_and_nothing_is_stored(
    collected: Path, run: Run, ask: Ask, table: Table, doi: Doi
) -> None:
    table(
        collected / "a.csv",
        "record_id,verdict,reason,decided_at,reviewer",
        f"{doi(0)},include,,,",
        "10.5555/unknown,include,,,",
        f"{doi(1)},perhaps,,,",
        f"{doi(2)},include,E1,,",
        f"{doi(3)},exclude,E99,,",
        f"{doi(4)},exclude,,yesterday,",
        f"{doi(5)},exclude,,,Ben",
        ",exclude,,,",
        f"{doi(0)},exclude,,,",
    )
    report = ask("decide", "a.csv", *FIRST, "--reviewer", "Ana", status=1)
    assert report["stored"] == 0
    assert [f["line"] for f in report["findings"]] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert all(f["path"] == "a.csv" and f["message"] and f["hint"] for f in report["findings"])
    assert ask("status")["title_abstract"]["by_person"] == {}
    assert "Nothing was stored." in run("decide", "a.csv", *FIRST, "--reviewer", "Ana", status=1).stderr


def test_the_same_table_twice_stores_nothing_twice_and_a_change_of_mind_is_one_more_fact(
    collected: Path, ask: Ask, table: Table, doi: Doi
) -> None:
    table(collected / "a.csv", "record_id,verdict,reason", f"{doi(0)},include,", f"{doi(1)},exclude,E1")
    who = (*FIRST, "--reviewer", "Ana")
    assert ask("decide", "a.csv", *who)["stored"] == 2
    assert ask("decide", "a.csv", *FIRST, "--reviewer", "ana ")["known"] == 2, "a name is one whatever its capitals"
    table(collected / "b.csv", "record_id,verdict", f"{doi(0)},exclude")
    assert ask("decide", "b.csv", *who)["stored"] == 1
    assert ask("decisions", "--out", "all.csv")["decisions"] == 3


def test_a_reason_may_be_written_as_its_label(collected: Path, run: Run, ask: Ask, table: Table, doi: Doi) -> None:
    label = ask("protocol", "show")["protocol"]["exclude"][0]["label"]
    table(collected / "a.csv", "record_id,verdict,reason", f'{doi(0)},exclude,"{label.upper()}"')
    run("decide", "a.csv", *FIRST, "--reviewer", "Ana")
    run("decisions", "--out", "all.csv")
    with (collected / "all.csv").open(newline="") as handle:
        assert next(csv.DictReader(handle))["reason"] == "E1"


def test_the_rules_of_screening_hold_for_tables_too(collected: Path, run: Run, table: Table, doi: Doi) -> None:
    table(collected / "a.csv", "record_id,verdict", f"{doi(0)},include")
    assert (
        "not been included at title and abstract" in run("decide", "a.csv", *SECOND, "--reviewer", "A", status=1).stderr
    )
    adjudicator = (*FIRST, "--reviewer", "Cem", "--role", "adjudicator")
    assert "no conflict" in run("decide", "a.csv", *adjudicator, status=1).stderr
    assert "A decision needs a name." in run("decide", "a.csv", *FIRST, "--reviewer", " ", status=1).stderr


def test_a_table_without_the_columns_is_refused_with_those_it_has(collected: Path, run: Run, table: Table) -> None:
    table(collected / "a.csv", "id,decision", "1,include")
    stderr = run("decide", "a.csv", *FIRST, "--reviewer", "Ana", status=1).stderr
    assert "the column record_id is missing; line 1 holds id, decision." in stderr
    table(collected / "a.csv", "record_id,verdict,verdict", "1,include,exclude")
    assert "stands twice" in run("decide", "a.csv", *FIRST, "--reviewer", "Ana", status=1).stderr
    (collected / "a.csv").write_text("")
    assert "the file is empty" in run("decide", "a.csv", *FIRST, "--reviewer", "Ana", status=1).stderr
    assert "no such file" in run("decide", "b.csv", *FIRST, "--reviewer", "Ana", status=1).stderr
    assert "Missing option '--stage'" in run("decide", "a.csv", "--reviewer", "Ana", status=2).stderr


@pytest.fixture
def included(collected: Path, run: Run, table: Table, doi: Doi) -> Path:
    """One study of the review is included, another one waits for its full text."""
    table(collected / "a.csv", "record_id,verdict", f"{doi(0)},include", f"{doi(1)},include")
    table(collected / "b.csv", "record_id,verdict", f"{doi(0)},include")
    for name, stage in (("a.csv", FIRST), ("b.csv", SECOND)):
        for person in ("Ana", "Ben"):
            run("decide", name, *stage, "--reviewer", person)
    return collected


def test_charted_values_come_in_go_out_and_come_in_again_as_known(
    included: Path, run: Run, ask: Ask, table: Table, doi: Doi
) -> None:
    fields = ask("protocol", "show")["protocol"]["form"]["fields"]
    number = next(f for f in fields if f["kind"] == "number")
    other = next(f for f in fields if f["kind"] == "text")
    header = "record_id,field_id,value,answer,unit,quote,page"
    table(
        included / "c.csv",
        header,
        f'{doi(0)},{number["id"]},"1,024",,,"we had 1,024",3',
        f"{doi(0)},{other['label']},,NR,,,",
        f"{doi(0)},{fields[-1]['id']},,,,,",
    )
    assert ask("chart", "import", "c.csv", "--reviewer", "Ana")["stored"] == 2
    assert ask("chart", "export", "out.csv")["rows"] == 2
    with (included / "out.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert (rows[0]["value"], rows[0]["unit"], rows[0]["page"]) == ("1024", number["unit"], "3")
    assert rows[1]["answer"] == "not_reported"
    again = ask("chart", "import", "out.csv", "--reviewer", "Ana")
    assert (again["stored"], again["known"]) == (0, 2)
    assert "charted by Ana, not by Ben" in run("chart", "import", "out.csv", "--reviewer", "Ben", status=1).stderr


def test_a_charting_table_with_mistakes_is_refused_as_a_whole(
    included: Path, run: Run, ask: Ask, table: Table, doi: Doi
) -> None:
    number = next(f for f in ask("protocol", "show")["protocol"]["form"]["fields"] if f["kind"] == "number")["id"]
    table(
        included / "c.csv",
        "record_id,field_id,value,answer",
        f"{doi(0)},{number},12,",
        f"{doi(0)},{number},many,",
        f"{doi(0)},shoe_size,12,",
        f"{doi(0)},{number},,unknown",
        f"{doi(1)},{number},12,",
        f"{doi(0)},{number},13,",
    )
    report = ask("chart", "import", "c.csv", "--reviewer", "Ana", status=1)
    assert [f["line"] for f in report["findings"]] == [3, 4, 5, 6, 7]
    assert "something else than line 2" in report["findings"][-1]["message"]
    assert run("chart", "export", "out.csv").stdout == "out.csv: 0 rows.\n"


def test_retrievals_are_taken_once_and_faulty_ones_not_at_all(
    included: Path, run: Run, ask: Ask, table: Table, doi: Doi
) -> None:
    table(included / "r.csv", "record_id,status,note", f"{doi(1)},Not retrieved,no answer")
    assert ask("retrieval", "r.csv", "--reviewer", "Ana")["stored"] == 1
    assert ask("retrieval", "r.csv", "--reviewer", "Ana")["known"] == 1
    assert ask("status")["not_retrieved"] == 1
    table(
        included / "r.csv",
        "record_id,status",
        f"{doi(1)},retrieved",
        f"{doi(1)},lost",
        f"{doi(5)},sought",
        f"{doi(1)},sought",
    )
    report = ask("retrieval", "r.csv", "--reviewer", "Ana", status=1)
    assert [f["line"] for f in report["findings"]] == [3, 4, 5]
    assert ask("status")["not_retrieved"] == 1

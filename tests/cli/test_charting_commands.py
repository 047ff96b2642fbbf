"""`review chart`: what was charted goes out in every form it promises, and what is not there is said in a sentence."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import TITLES
from tests.pdfs import paper

Ask = Callable[..., Any]


@pytest.fixture
def charted(collected: Path, run: Any, table: Any, doi: Any) -> Path:
    """Of two full texts one is included and charted, the other left out."""
    first, second = ("--stage", "title_abstract"), ("--stage", "full_text")
    table(collected / "a.csv", "record_id,verdict", f"{doi(0)},include", f"{doi(1)},include")
    reason = yaml.safe_load((collected / "protocol.yaml").read_text(encoding="utf-8"))["criteria"]["exclude"][0]["id"]
    table(collected / "b.csv", "record_id,verdict,reason", f"{doi(0)},include,", f"{doi(1)},exclude,{reason}")
    for name, stage in (("a.csv", first), ("b.csv", second)):
        for person in ("Ana", "Bo"):
            run("decide", name, *stage, "--reviewer", person)
    return collected


@pytest.fixture
def field(charted: Path, ask: Ask) -> Callable[[str], str]:
    """The first field of a kind in the form; its id."""
    fields = ask("protocol", "show")["protocol"]["form"]["fields"]
    return lambda kind: next(f["id"] for f in fields if f["kind"] == kind and not f["group"])


def rows_of(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(Path(name).read_text(encoding="utf-8-sig"))))


def fill(run: Any, table: Any, doi: Any, rows: list[str]) -> None:
    table(Path("c.csv"), "record_id,field_id,value,quote,page", *(f"{doi(0)},{row}" for row in rows))
    run("chart", "import", "c.csv", "--reviewer", "Ana")


def test_charted_answers_go_out_as_lines_json_workbook_and_map(
    charted: Path, run: Any, table: Any, doi: Any, field: Callable[[str], str]
) -> None:
    fill(
        run,
        table,
        doi,
        [f'{field("text")},=2+2 words,"the cohort, as it was",4', f'{field("number")},120,"120 were",2'],
    )
    assert "2 rows" in run("chart", "export", "out.csv").stdout
    told = json.loads(Path("long.json").read_bytes()) if run("chart", "export", "long.json") else {}
    [study] = told["studies"]
    assert {(a["field_id"], a["value"], a["page"]) for a in study["answers"]} == {
        (field("text"), "=2+2 words", "4"),
        (field("number"), "120", "2"),
    }
    run("chart", "export", "all.xlsx")
    with zipfile.ZipFile("all.xlsx") as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
    assert len(sheets) == 3
    assert not any("<f>" in sheet for sheet in sheets), "no cell is a formula"
    run("chart", "export", "map-eppi.json")
    drawn = json.loads(Path("map-eppi.json").read_bytes())
    assert len(drawn["References"]) == 1
    assert {p["AttributeName"] for p in drawn["CodeSets"][0]["Attributes"]["AttributesList"]} >= {"Year"}


def test_a_quote_that_is_not_in_the_pdf_is_pointed_out_and_its_answer_kept(
    charted: Path, run: Any, ask: Ask, table: Any, doi: Any, field: Callable[[str], str]
) -> None:
    body = ["We had 120 patients of one hospital.", "Nothing else is told."]
    Path("paper.pdf").write_bytes(paper(TITLES[0], doi=doi(0), body=body))
    run("fulltext", "add", "paper.pdf", "--reviewer", "Ana")
    rows = [
        f"{doi(0)},{field('number')},120,We had 120 patients,1",
        f"{doi(0)},{field('text')},here,nobody wrote this,1",
        f"{doi(0)},{field('choice')},retrospective,We had 120 patients,2",
    ]
    table(Path("c.csv"), "record_id,field_id,value,quote,page", *rows)
    told = ask("chart", "import", "c.csv", "--reviewer", "Ana")
    assert told["stored"] == 3
    unfound, elsewhere = sorted(told["findings"], key=lambda finding: finding["line"])
    assert [(f["severity"], f["line"]) for f in (unfound, elsewhere)] == [("warning", 3), ("warning", 4)]
    assert "not in the text of the PDF" in unfound["message"]
    assert "stand on page 1 of the PDF, not on page 2" in elsewhere["message"]


def test_the_blanks_to_be_filled_in_are_every_field_that_nobody_charted(
    charted: Path, run: Any, ask: Ask, table: Any, doi: Any, field: Callable[[str], str]
) -> None:
    fill(run, table, doi, [f"{field('text')},words,,"])
    fields = ask("protocol", "show")["protocol"]["form"]["fields"]
    assert ask("chart", "export", "blank.csv", "--blanks")["rows"] == len(fields)
    rows = rows_of("blank.csv")
    assert {row["field_id"] for row in rows if not row["value"]} == {f["id"] for f in fields} - {field("text")}


def test_the_table_of_studies_and_the_list_of_those_left_out(
    charted: Path, run: Any, table: Any, doi: Any, field: Callable[[str], str]
) -> None:
    fill(run, table, doi, [f"{field('text')},a | b & c_d,,"])
    run("chart", "table", "--fields", field("text"), "--out", "t.md", "--out", "t.tex", "--out", "t.csv")
    cell = Path("t.md").read_text(encoding="utf-8").splitlines()[2]
    assert cell.replace("\\|", "").count("|") == 7, "what was charted adds no column"
    assert r"a \textbar{} b \& c\_d" in Path("t.tex").read_text(encoding="utf-8")
    assert len(rows_of("t.csv")) == 1
    assert "Known" in run("chart", "table", "--fields", "shoe_size", status=1).stderr
    run("chart", "excluded", "--out", "left-out.csv")
    [row] = rows_of("left-out.csv")
    assert any("Numbering vertebrae" in value for value in row.values())


@pytest.mark.parametrize(
    ("name", "sign"), [("a.ris", "TI  - "), ("a.bib", "title"), ("a.json", '"title"'), ("a.csv", ",")]
)
def test_references_go_to_every_reference_manager_by_their_ending(
    charted: Path, run: Any, name: str, sign: str
) -> None:
    for which, studies in (("included", 1), ("excluded", 1), ("all", 2)):
        run("chart", "references", name, "--which", which)
        text = Path(name).read_text(encoding="utf-8-sig")
        assert sign in text
        assert text.count("Scopewright decision:") == studies
    assert "docx" in run("chart", "references", "a.docx", status=1).stderr


def test_agreement_is_told_field_by_field_once_two_people_charted(
    charted: Path, run: Any, ask: Ask, table: Any, doi: Any, field: Callable[[str], str]
) -> None:
    nobody = ask("chart", "agreement")
    assert all(value["n"] in (0, None) for value in nobody["values"])
    path = charted / "protocol.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("charting:\n", "charting:\n  people_per_study: 2\n", 1),
        encoding="utf-8",
    )
    for who, said in (("Ana", "words"), ("Bo", "other words")):
        table(
            Path("c.csv"),
            "record_id,field_id,value",
            f"{doi(0)},{field('text')},{said}",
            f"{doi(0)},{field('number')},12",
        )
        run("chart", "import", "c.csv", "--reviewer", who)
    found = {v["by"].get("field"): v["value"] for v in ask("chart", "agreement")["values"] if v["by"].get("field")}
    assert found[field("number")] == 100
    assert found[field("text")] == 0


def test_answers_to_a_field_that_changed_are_listed_until_somebody_decides(
    charted: Path, run: Any, ask: Ask, table: Any, doi: Any, field: Callable[[str], str]
) -> None:
    run("protocol", "freeze", "--who", "Ana") if not ask("protocol", "show").get("frozen") else None
    fill(run, table, doi, [f"{field('number')},120,,"])
    assert "Every answer fits" in run("chart", "changed").stdout
    text = (charted / "protocol.yaml").read_text(encoding="utf-8")
    was = field("number")
    (charted / "protocol.yaml").write_text(text.replace(f"id: {was},", f"id: {was}_now,").replace(
        f"id: {was}\n", f"id: {was}_now\n"), encoding="utf-8")  # fmt: skip
    assert (charted / "protocol.yaml").read_text(encoding="utf-8") != text
    run("protocol", "amend", "--reason", "another name")
    assert ask("chart", "changed")["fields"] == [{"field_id": was, "answers": 1, "gone": True}]
    assert "Nothing of them is lost" in run("chart", "changed").stderr

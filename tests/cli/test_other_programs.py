"""Records and decisions leave for other programs and come back, by the commands a person types."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Ask = Callable[..., Any]
Table = Callable[..., Path]
Doi = Callable[[int], str]

FIRST = ("--stage", "title_abstract")


@pytest.fixture
def screened(collected: Path, ask: Ask, table: Table, doi: Doi) -> Path:
    """Ana and Ben agree on works 0 and 1, differ on 2, only Ana says something of 3."""
    table(
        collected / "a.csv",
        "record_id,verdict,reason",
        f"{doi(0)},include,",
        f"{doi(1)},exclude,E1",
        f"{doi(2)},include,",
        f"{doi(3)},maybe,",
    )
    table(
        collected / "b.csv",
        "record_id,verdict,reason",
        f"{doi(0)},include,",
        f"{doi(1)},exclude,E1",
        f"{doi(2)},exclude,",
    )
    ask("decide", "a.csv", *FIRST, "--reviewer", "Ana")
    ask("decide", "b.csv", *FIRST, "--reviewer", "Ben")
    return collected


@pytest.mark.parametrize(
    ("ending", "kind"),
    [("ris", "ris"), ("bib", "bibtex"), ("json", "csl_json"), ("csv", "csv"), ("tsv", "tsv"), ("xlsx", "xlsx")],
)
def test_every_work_is_written_once_in_the_format_of_the_ending(
    collected: Path, ask: Ask, ending: str, kind: str
) -> None:
    assert ask("records", "--out", f"all.{ending}")["records"] == 6
    assert ask("records", "--out", f"copies.{ending}", "--copies")["records"] == 8
    again = ask("convert", f"all.{ending}", "again.json")
    assert (again["from"], again["records"]) == (kind, 6)
    dois = {item["DOI"] for item in json.loads((collected / "again.json").read_text(encoding="utf-8"))}
    assert dois == {f"10.5555/study.{n}" for n in range(6)}


def test_only_the_works_that_stand_so_are_written(screened: Path, ask: Ask, doi: Doi) -> None:
    for which, numbers in (("included", {0}), ("excluded", {1}), ("undecided", {2, 3, 4, 5})):
        ask("records", "--out", f"{which}.json", "--which", which)
        items = json.loads((screened / f"{which}.json").read_text(encoding="utf-8"))
        assert {item["DOI"] for item in items} == {doi(n) for n in numbers}


@pytest.mark.parametrize("ending", ["csv", "ris"])
def test_rayyan_s_file_holds_everybody_s_verdicts_and_each_comes_back(
    screened: Path, ask: Ask, run: Run, ending: str
) -> None:
    ask("records", "--out", f"rayyan.{ending}", "--for", "rayyan")
    ask("records", "--out", f"hers.{ending}", "--for", "rayyan", "--reviewer", "ana")
    assert ask("decide", f"rayyan.{ending}", *FIRST, "--reviewer", "Ana")["known"] == 4
    assert ask("decide", f"rayyan.{ending}", *FIRST, "--reviewer", "Cem", "--as", "ben")["stored"] == 3
    refused = run("decide", f"rayyan.{ending}", *FIRST, "--reviewer", "Dora", status=1).stderr
    assert "Ana, Ben" in refused
    assert "--as" in refused
    assert ask("decide", f"hers.{ending}", *FIRST, "--reviewer", "Dora")["stored"] == 4
    assert (
        "Known: Ana, Ben"
        in run("decide", f"rayyan.{ending}", *FIRST, "--reviewer", "D", "--as", "Zoe", status=1).stderr
    )
    run("decisions", "--out", "all.csv")
    with (screened / "all.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["reason"] for row in rows if row["reviewer"] == "Cem" and row["verdict"] == "exclude"] == ["E1", ""]


@pytest.mark.parametrize("ending", ["csv", "tsv", "xlsx", "ris"])
def test_asreview_s_file_holds_the_outcome_or_one_person_s_verdicts(screened: Path, ask: Ask, ending: str) -> None:
    ask("records", "--out", f"outcome.{ending}", "--for", "asreview")
    ask("records", "--out", f"hers.{ending}", "--for", "asreview", "--reviewer", "Ana")
    assert ask("decide", f"outcome.{ending}", *FIRST, "--reviewer", "Cem")["stored"] == 2
    assert ask("decide", f"hers.{ending}", *FIRST, "--reviewer", "Ana")["known"] == 3, "a maybe is left to be decided"


def test_a_reason_that_is_no_criterion_is_kept_as_a_note(
    collected: Path, ask: Ask, run: Run, table: Table, doi: Doi
) -> None:
    notes = '"RAYYAN-INCLUSION: {""Ann""=>""Excluded""} | RAYYAN-EXCLUSION-REASONS: no spine"'
    table(collected / "r.csv", "key,title,doi,notes", f"rayyan-1,x,{doi(0)},{notes}")
    assert ask("decide", "r.csv", *FIRST, "--reviewer", "Ann")["stored"] == 1
    run("decisions", "--out", "all.csv")
    with (collected / "all.csv").open(newline="") as handle:
        (row,) = csv.DictReader(handle)
    assert (row["reason"], row["note"]) == ("", "Reason given: no spine")


def test_a_list_of_records_says_what_the_person_says_of_it(collected: Path, ask: Ask, run: Run) -> None:
    (collected / "list.ris").write_text("TY  - JOUR\nTI  - x\nDO  - 10.5555/study.0\nER  - \n")
    refused = run("decide", "list.ris", *FIRST, "--reviewer", "Ann", status=1).stderr
    assert "no decision stands in this file" in refused
    assert "--verdict" in refused
    assert ask("decide", "list.ris", *FIRST, "--reviewer", "Ann", "--verdict", "exclude")["stored"] == 1


def test_a_record_that_is_not_in_the_project_refuses_the_file(collected: Path, ask: Ask, run: Run, doi: Doi) -> None:
    (collected / "a.csv").write_text(f"title,doi,included\nKnown,{doi(0)},1\nUnheard of,,0\nNot labelled,,\n")
    refused = ask("decide", "a.csv", *FIRST, "--reviewer", "Ann", status=1)
    assert refused["stored"] == 0
    assert [f["message"] for f in refused["findings"]] == ["There is no record 'Unheard of' in this project."]
    assert "review import" in refused["findings"][0]["hint"]


@pytest.mark.shared
def test_the_layouts_of_rayyan_covidence_and_asreview_are_understood(
    collected: Path, run: Run, ask: Ask, shared: Path
) -> None:
    for name, person, more, stored in (
        ("rayyan", "Bob", (), 1),
        ("covidence", "Ann", ("--verdict", "include"), 1),
        ("asreview", "Cem", (), 2),
    ):
        path = shared / "data" / "hostile" / f"csv_{name}_style.csv"
        run("import", path)
        ask("dedup")
        assert ask("decide", path, *FIRST, "--reviewer", person, *more)["stored"] == stored


def test_what_does_not_belong_together_is_wrong_usage(collected: Path, run: Run) -> None:
    run("records", "--out", "a.csv", "--reviewer", "Ana", status=2)
    run("records", "--out", "a.csv", "--for", "excel", status=2)
    assert "Known: .csv, .ris" in run("records", "--out", "a.bib", "--for", "rayyan", status=1).stderr
    assert "Known: bibtex, csl_json" in run("records", "--out", "a.odt", status=1).stderr
    assert not list(collected.glob("a.*"))

"""Import, convert and dedup: what they answer, and the mistakes people make."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Ask = Callable[..., Any]
Table = Callable[..., Path]

RIS = "TY  - JOUR\nTI  - {title}\nAU  - Lima, Ana\nPY  - 2020\nDO  - 10.5555/{n}\nAB  - Text.\nER  - \n\n"


@pytest.fixture
def ris(tmp_path: Path, run: Run) -> Path:
    path = tmp_path / "scopus (2).ris"
    path.write_text(RIS.format(title="Of vertebrae", n=1) + RIS.format(title="Of ribs and how to count them", n=2))
    return path


def test_an_import_says_what_came_and_a_second_one_adds_nothing(project: Path, run: Run, ask: Ask, ris: Path) -> None:
    report = ask("import", ris)["files"][0]
    assert {k: report[k] for k in ("source", "format", "read", "new", "known", "unreadable")} == {
        "source": "scopus",
        "format": "ris",
        "read": 2,
        "new": 2,
        "known": 0,
        "unreadable": 0,
    }
    again = run("import", ris)
    assert again.stdout == "scopus (2).ris: imported before; nothing was added.\n"
    assert ask("status")["records"] == 2


def test_an_entry_that_cannot_be_read_is_named_with_its_line_and_the_rest_is_kept(
    project: Path, run: Run, ask: Ask
) -> None:
    (project / "x.ris").write_text(RIS.format(title="Of vertebrae", n=1) + "TI  - No type\nAU  - Berg, Ole\nER  - \n")
    result = run("import", "x.ris", status=1)
    assert "1 entry could not be read" in result.stdout
    assert "error: x.ris:9: An entry without a TY line was left out." in result.stderr
    assert ask("status")["records"] == 1


def test_one_refused_file_does_not_keep_the_others_out(project: Path, run: Run, ask: Ask, ris: Path) -> None:
    (project / "empty.ris").write_text("")
    result = run("import", "empty.ris", "missing.ris", ris, status=1)
    assert "2 new records" in result.stdout
    assert "empty.ris: the file is empty." in result.stderr
    assert "missing.ris: there is no such file." in result.stderr
    assert ask("status")["records"] == 2


def test_the_kind_date_and_query_given_stand_in_the_search_run(project: Path, run: Run, ask: Ask, ris: Path) -> None:
    run(
        "import",
        ris,
        "--source",
        "citations",
        "--kind",
        "citation",
        "--searched-on",
        "2025-03-31",
        "--query",
        "of ribs",
    )
    counts = ask("flow")["counts"]
    assert (counts["citations_results"], counts["database_results"]) == (2, 0)
    assert "2025-03-31" in run("trace", "search.last_date").stdout
    assert "as in 2025-03-31" in run("import", ris, "--searched-on", "31.3.2025", status=2).stderr
    assert "'kitchen' is not one of" in run("import", ris, "--kind", "kitchen", status=2).stderr


@pytest.mark.parametrize("target", ["out.csv", "out.bib", "out.nbib", "out.ris", "out.json", "out.xlsx", "out.tsv"])
def test_a_converted_file_is_read_back_as_the_same_titles(run: Run, ask: Ask, ris: Path, target: str) -> None:
    if target == "out.nbib":
        refused = run("convert", ris, target, status=1)
        assert "Known:" in refused.stderr
        return
    assert ask("convert", ris, target)["records"] == 2
    items = json.loads(run("convert", target, "-", "--to", "json").stdout)
    assert sorted(item["title"] for item in items) == ["Of ribs and how to count them", "Of vertebrae"]
    assert {item["DOI"] for item in items} == {"10.5555/1", "10.5555/2"}


def test_convert_prints_csl_json_and_nothing_else_even_where_an_entry_is_faulty(tmp_path: Path, run: Run) -> None:
    (tmp_path / "x.ris").write_text(RIS.format(title="Of vertebrae", n=1) + "TI  - No type\nER  - \n")
    result = run("convert", "x.ris", "-", "--to", "json", status=1)
    assert [item["title"] for item in json.loads(result.stdout)] == ["Of vertebrae"]
    assert "x.ris:9" in result.stderr


def test_convert_of_what_is_no_export_prints_nothing_and_fails(tmp_path: Path, run: Run) -> None:
    (tmp_path / "x.ris").write_text("<!DOCTYPE html><html><body>Sign in</body></html>")
    result = run("convert", "x.ris", "-", "--to", "json", status=1)
    assert result.stdout == ""
    assert "web page" in result.stderr


def test_convert_says_what_is_wrong_with_how_it_was_called(run: Run, ris: Path) -> None:
    assert "--to ris" in run("convert", ris, "-", status=2).stderr
    assert "standard output" in run("convert", ris, "-", "--to", "ris", "--json", status=2).stderr
    assert "no format to write called" in run("convert", ris, "x.papyrus", status=1).stderr


def groups(path: Path) -> dict[str, str]:
    with path.open(newline="", encoding="utf-8") as handle:
        return {row["record_id"]: row["group_id"] for row in csv.DictReader(handle)}


TWINS = (
    "record_id,title,authors,year,doi",
    'r1,Numbering vertebrae with deep learning,"Lima, A.",2020,10.5555/1',
    'r2,Numbering Vertebrae with Deep Learning.,"Lima, Ana",2020,10.5555/1',
    'r3,Knee cartilage of runners,"Berg, O.",2019,10.5555/3',
)


def test_dedup_of_files_groups_every_record_under_the_name_it_has_there(tmp_path: Path, ask: Ask, table: Table) -> None:
    table(tmp_path / "all.csv", *TWINS)
    found = ask("dedup", "all.csv", "--groups", "groups.csv", "--uncertain", "look.csv")
    assert (found["records"], found["works"], found["duplicates"], found["groups"]) == (3, 2, 1, 1)
    named = groups(tmp_path / "groups.csv")
    assert set(named) == {"r1", "r2", "r3"}
    assert named["r1"] == named["r2"] != named["r3"]
    assert (tmp_path / "look.csv").read_text().startswith("record_a,record_b,score,condition,explanation,title_a,")


def test_where_two_files_use_one_name_each_name_is_preceded_by_its_file(tmp_path: Path, ask: Ask, table: Table) -> None:
    table(tmp_path / "one.csv", *TWINS[:2])
    table(tmp_path / "two.csv", TWINS[0], TWINS[1].replace("learning", "Learning"))
    ask("dedup", "one.csv", "two.csv", "--groups", "groups.csv")
    named = groups(tmp_path / "groups.csv")
    assert set(named) == {"one:r1", "two:r1"}
    assert len(set(named.values())) == 1


def test_dedup_says_what_is_wrong_with_how_it_was_called(run: Run, tmp_path: Path) -> None:
    assert "--groups groups.csv" in run("dedup", "x.ris", status=2).stderr
    assert "FILE…" in run("dedup", "--groups", "g.csv", status=2).stderr
    assert "either FILE… or --project" in run("dedup", "x.ris", "--groups", "g.csv", "--project", "p", status=2).stderr
    assert "no such file" in run("dedup", "x.ris", "--groups", "g.csv", status=1).stderr
    assert not (tmp_path / "g.csv").exists()


def test_dedup_writes_no_answer_over_a_file_it_reads_or_over_another_answer(
    run: Run, tmp_path: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    table(tmp_path / "all.csv", *TWINS)
    before = (tmp_path / "all.csv").read_bytes()
    assert "is one of the files to look through" in run("dedup", "all.csv", "--groups", "./all.csv", status=2).stderr
    named = run("dedup", "all.csv", "--groups", "g.csv", "--links", "g.csv", status=2)
    assert "is named for two answers" in named.stderr
    assert "There is no folder away" in run("dedup", "all.csv", "--groups", "away/g.csv", status=2).stderr
    (tmp_path / "folder").mkdir()
    late = run("dedup", "all.csv", "--groups", "g.csv", "--uncertain", "folder", status=2)
    assert "folder is a folder" in late.stderr
    assert "Name it .csv" in run("dedup", "all.csv", "--groups", "g.xlsx", status=2).stderr
    (tmp_path / "hard.csv").hardlink_to(tmp_path / "all.csv")
    assert "is one of the files" in run("dedup", "all.csv", "--groups", "hard.csv", status=2).stderr
    (tmp_path / "kept.csv").write_text("kept", encoding="utf-8")
    with monkeypatch.context() as protected:
        protected.setattr(os, "access", lambda place, mode: mode != os.W_OK or Path(place).name != "kept.csv")
        assert "kept.csv cannot be written" in run("dedup", "all.csv", "--groups", "kept.csv", status=2).stderr
    run("dedup", "all.csv", "--groups", "g2.csv", "--uncertain", os.devnull, "--links", os.devnull)
    assert (tmp_path / "all.csv").read_bytes() == before
    assert not (tmp_path / "g.csv").exists()


def test_dedup_in_a_project_tells_records_works_and_duplicates(collected: Path, run: Run, ask: Ask) -> None:
    assert run("dedup").stdout.startswith("8 records, 6 works: 2 duplicates in 2 groups.")
    assert ask("dedup", "--uncertain", "look.csv")["duplicates"] == 2
    assert (collected / "look.csv").exists()


def test_dedup_in_a_project_tells_for_each_source_what_it_gave_and_what_only_it_gave(
    collected: Path, run: Run, ask: Ask
) -> None:
    found = ask("dedup")
    assert sum(one["records"] for one in found["sources"]) == found["records"]
    assert [(one["source"], one["records"], one["works"], one["alone"]) for one in found["sources"]] == [
        ("pubmed", 4, 4, 2),
        ("scopus", 4, 4, 2),
    ]
    assert ": 4 records, 4 works, 2 of them found nowhere else\n" in run("dedup").stdout


def test_the_groups_are_listed_with_what_a_person_knows_their_records_by(collected: Path, run: Run) -> None:
    run("dedup")
    group, first, second, why, *_ = run("duplicates").stdout.split("\n")
    assert group.isalnum()
    title = "Castellvi grading of sacralisation from radiographs by machine learning"
    assert first == f"    pubmed:90000002: Lima et al. 2017 · Invented Journal · {title}"
    assert second.startswith("    scopus:")
    assert title.casefold() in second.casefold()
    assert re.match(r"    \w+: [A-Z]", why), "the condition, and what it means"

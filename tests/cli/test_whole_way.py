"""The whole way by commands alone: new, import, dedup, rank, two reviewers and an adjudicator, full texts, chart, flow."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]
Ask = Callable[..., Any]
Table = Callable[..., Path]
Doi = Callable[[int], str]


def test_a_review_can_be_taken_from_an_empty_folder_to_a_balanced_flow_diagram(
    collected: Path, run: Run, ask: Ask, table: Table, doi: Doi
) -> None:
    run("protocol", "freeze", "--who", "Ana Lima")
    ranked = ask("rank", "--top", "2")
    assert ranked["works"] == 6
    assert len(ranked["first"]) == 2
    assert all(one["title"] and one["words"] for one in ranked["first"])

    rows = ["record_id,verdict"]
    ana = ["include", "include", "include", "exclude", "exclude", "exclude"]
    ben = ["include", "include", "include", "include", "exclude", "exclude"]
    for name, verdicts in (("ana", ana), ("ben", ben)):
        table(collected / f"{name}.csv", *rows, *(f"{doi(n)},{v}" for n, v in enumerate(verdicts)))
        run("decide", f"{name}.csv", "--stage", "title_abstract", "--reviewer", name)
    waiting = ask("conflicts")["conflicts"]
    assert [c["stage"] for c in waiting] == ["title_abstract"]
    assert {d["reviewer"]: d["verdict"] for d in waiting[0]["decisions"]} == {"ana": "exclude", "ben": "include"}

    table(collected / "cem.csv", *rows, f"{waiting[0]['record_id']},include")
    run("decide", "cem.csv", "--stage", "title_abstract", "--reviewer", "cem", "--role", "adjudicator")
    assert run("conflicts").stdout == "No conflict waits to be settled.\n"

    table(collected / "got.csv", "record_id,status,note", f"{doi(2)},not_retrieved,asked twice", f"{doi(0)},retrieved,")
    run("retrieval", "got.csv", "--reviewer", "ana")
    for name in ("ana", "ben"):
        table(collected / f"{name}2.csv", "record_id,verdict,reason", f"{doi(0)},include,", f"{doi(1)},exclude,E1")
        run("decide", f"{name}2.csv", "--stage", "full_text", "--reviewer", name)

    run("chart", "export", "fill.csv", "--blanks")
    with (collected / "fill.csv").open(newline="") as handle:
        blank = list(csv.DictReader(handle))
    assert blank, "one included study has fields to chart"
    assert {row["reviewer"] for row in blank} == {""}
    table(
        collected / "charted.csv", "record_id,field_id,value,answer", f"{doi(0)},{blank[0]['field_id']},,not_reported"
    )
    run("chart", "import", "charted.csv", "--reviewer", "ana")

    flow = ask("flow", "--out", "flow.json", "--out", "flow.svg")
    counts = flow["counts"]
    assert flow["findings"] == []
    assert (counts["database_results"], counts["duplicates"], counts["records_screened"]) == (8, 2, 6)
    assert (counts["records_excluded"], counts["dbr_sought_reports"], counts["dbr_notretrieved_reports"]) == (2, 4, 1)
    assert (counts["dbr_assessed"], counts["dbr_awaiting"], counts["new_studies"]) == (2, 1, 1)
    assert (collected / "flow.svg").read_text().startswith("<")

    status = ask("status")
    assert (status["included"], status["charted"], status["not_retrieved"]) == (1, 1, 1)
    assert status["title_abstract"]["by_person"] == {"ana": 6, "ben": 6}
    agreement = ask("evidence", "agreement", "--stage", "title_abstract")
    observed = agreement["values"][0]
    assert (observed["n"], round(observed["value"], 3), observed["by"]) == (6, 0.833, {"stage": "title_abstract"})
    traced = run("trace", "flow.new_studies").stdout
    assert "flow.new_studies = 1" in traced


def test_decisions_written_out_and_taken_back_in_elsewhere_give_the_same_table(
    collected: Path, run: Run, tmp_path: Path, monkeypatch: Any, table: Table, doi: Doi
) -> None:
    table(collected / "a.csv", "record_id,verdict,note", f'{doi(0)},include,"=1+1, a formula?"', f"{doi(1)},maybe,")
    table(collected / "b.csv", "record_id,verdict", f"{doi(1)},withdrawn")
    for name in ("a.csv", "b.csv"):
        run("decide", name, "--stage", "title_abstract", "--reviewer", "Ana Lima")
    run("decisions", "--out", "all.csv")
    written = (collected / "all.csv").read_text()
    assert [row["verdict"] for row in csv.DictReader(written.splitlines())] == ["include", "maybe", "withdrawn"]

    monkeypatch.chdir(tmp_path)
    run("new", "again", "--type", "review")
    monkeypatch.chdir(tmp_path / "again")
    run("import", collected / "pubmed.nbib", collected / "scopus.ris")
    table(tmp_path / "again" / "all.csv", written.rstrip("\n"))
    run("decide", "all.csv", "--stage", "title_abstract", "--reviewer", "Ana Lima")
    run("decisions", "--out", "second.csv")
    assert (tmp_path / "again" / "second.csv").read_text() == written

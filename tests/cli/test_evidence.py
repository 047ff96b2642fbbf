"""The group `review evidence`: what is kept is listed, traced, found stale, and dropped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def test_kept_numbers_are_listed_traced_and_dropped(project: Path, run: Any) -> None:
    assert "Nothing is kept yet" in run("evidence", "list").stdout
    ratings = project / "ratings.csv"
    rows = [f"{item},{rater},{label}" for item in range(20) for rater, label in (("A", item % 2), ("B", item % 3 % 2))]
    ratings.write_text("item,rater,label\n" + "\n".join(rows) + "\n")
    said = run("evidence", "agreement", str(ratings), "--keep", "reading", "--out", str(project / "table.md")).stderr
    assert "Kept as reading" in said
    assert "table.md written" in said
    (one,) = json.loads(run("evidence", "list", "--json").stdout)["kept"]
    assert one["inputs"] == {"ratings.csv": one["inputs"]["ratings.csv"]}
    name = next(each for each in one["facts"] if each.endswith("cohen_kappa"))
    assert "ratings.csv" in run("trace", name).stdout
    ratings.write_text(ratings.read_text() + "99,A,1\n99,B,1\n")
    assert "stale" in run("evidence", "list", status=1).stderr
    assert "stale" in run("trace", name).stdout
    assert "no longer kept" in run("evidence", "drop", "reading").stdout
    assert "Nothing is kept yet" in run("evidence", "list").stdout


def test_none_is_a_label_and_an_empty_cell_is_not(project: Path, ask: Any) -> None:
    rows = ["a,A,none", "a,B,none", "b,A,IIa", "b,B,none", "c,A,IIa", "c,B,IIa", "d,A,IIa", "d,B,"]
    (project / "r.csv").write_text("item,rater,label\n" + "\n".join(rows) + "\n")
    found = {v["name"]: v for v in ask("evidence", "agreement", str(project / "r.csv"))["values"]}
    assert found["percent_agreement"]["n"] == 3
    assert round(found["percent_agreement"]["value"], 3) == 0.667

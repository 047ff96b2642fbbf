"""The group `review map`: what can be drawn, and refusals in a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def test_a_map_of_nothing_yet_is_all_gaps_and_sources_are_counted(collected: Path, run: Any, ask: Any) -> None:
    fields = ask("map", "fields")["fields"]
    assert {"year", "source"} <= set(fields)
    rows, columns = list(fields)[:2]
    found = ask("map", "draw", rows, columns)
    assert all(value["value"] == 0 for value in found["values"])
    assert "nothing" not in run("map", "timeline").stdout
    sources = ask("map", "sources")
    assert sum(v["value"] for v in sources["values"] if v["name"] == "found") >= 6
    run("map", "sources", "--out", str(collected / "overlap.svg"), "--out", str(collected / "overlap.csv"))
    assert (collected / "overlap.svg").read_text().startswith("<?xml")
    assert (collected / "overlap-sources.csv").exists()


def test_a_field_that_is_none_is_refused_with_those_there_are(collected: Path, run: Any) -> None:
    assert "Known" in run("map", "draw", "nonsense", "year", status=1).stderr

"""The flow diagram in every form: all its numbers are in it, nothing overflows, and files travel both ways."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import struct
import xml.etree.ElementTree as ET
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from review.domain.errors import Missing
from review.domain.flow import FlowCounts
from review.render.diagram import flow_svg
from review.render.flow_file import flow_file
from review.render.typeface import NBSP

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
WHOLE = FlowCounts(
    database_results=2150,
    database_specific_results=(("MEDLINE", 1200), ("Embase", 640), ("Scopus, all", 310)),
    register_results=50,
    register_specific_results=(("Trials; a register", 50),),
    duplicates=600,
    excluded_automatic=100,
    records_screened=1488,
    left_unscreened=12,
    records_excluded=1368,
    dbr_sought_reports=120,
    dbr_notretrieved_reports=5,
    dbr_assessed=115,
    dbr_excluded=(("Population", 40), ("Concept <a & b>", 25), ("Type", 10)),
    citations_results=30,
    other_sought_reports=12,
    other_notretrieved_reports=1,
    other_assessed=11,
    other_excluded=(("Population", 8),),
    new_studies=41,
    new_reports=43,
)
UPDATE = replace(WHOLE, previous_studies=1204, previous_reports=1311)
number = st.integers(0, 9_999_999)
rows = st.lists(
    st.tuples(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=60), number),
    max_size=12,
).map(tuple)
counts = st.builds(
    FlowCounts,
    **{
        f.name: rows if f.name.endswith(("_specific_results", "_excluded")) and f.name != "records_excluded" else number
        for f in fields(FlowCounts)
    },
)


def texts(svg: str) -> list[str]:
    root = ET.fromstring(svg)
    return ["".join(node.itertext()).replace(NBSP, " ") for node in root.iter() if node.tag.endswith("}text")]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(counts)
def test_any_counts_make_a_drawing_that_fits_its_own_page(found: FlowCounts) -> None:
    root = ET.fromstring(flow_svg(found))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for node in root.iter():
        if node.tag.endswith("}rect"):
            x, y = float(node.attrib.get("x", 0)), float(node.attrib.get("y", 0))
            assert x >= 0
            assert y >= 0
            assert x + float(node.attrib["width"]) <= width + 0.01
            assert y + float(node.attrib["height"]) <= height + 0.01


def test_every_number_stands_in_the_picture() -> None:
    said = " ".join(texts(flow_svg(WHOLE)))
    for value in (2150, 1200, 640, 310, 50, 600, 100, 1488, 12, 1368, 120, 5, 115, 75, 40, 25, 10, 30, 11, 8, 41, 43):
        assert f"n = {value:,}" in said, value
    assert "Concept <a & b>" in said
    assert "other methods" in said


def test_without_other_methods_there_is_one_column() -> None:
    assert "other methods" not in " ".join(texts(flow_svg(FlowCounts(database_results=1))))


def test_an_update_shows_the_previous_version_and_the_totals() -> None:
    said = " ".join(texts(flow_svg(UPDATE)))
    for part in (
        "Previous studies",
        "Identification of new studies via databases and registers",
        "Identification of new studies via other methods",
        "previous version of review",
        "n = 1,204",
        "n = 1,311",
        "New studies included in review",
        "Total studies included in review",
        f"n = {1204 + 41:,}",
        f"n = {1311 + 43:,}",
    ):
        assert part in said, part
    assert "previous version" not in " ".join(texts(flow_svg(WHOLE)))
    table = {row["data"]: row["n"] for row in csv.DictReader(io.StringIO(flow_file(UPDATE, ".csv").decode()))}
    assert (table["previous_studies"], table["new_studies"], table["total_studies"]) == ("1204", "41", "1245")
    chart = flow_file(UPDATE, ".mmd").decode()
    assert {"previous --> total", "included --> total", "other_assessed --> included"} <= {
        line.strip() for line in chart.splitlines()
    }
    assert json.loads(flow_file(UPDATE, ".json"))["counts"]["total_reports"] == 1354


@pytest.mark.parametrize("suffix", [".svg", ".csv", ".json", ".mmd"])
@pytest.mark.parametrize(("name", "shown"), [("flow", WHOLE), ("flow-update", UPDATE)], ids=["new", "update"])
def test_the_golden_files_still_hold(name: str, shown: FlowCounts, suffix: str) -> None:
    """UPDATE_GOLDEN=1 writes them anew; look at the difference before you commit it."""
    path = GOLDEN / f"{name}{suffix}"
    made = flow_file(shown, suffix)
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_bytes(made)
    assert made.decode() == path.read_text(encoding="utf-8")


def test_the_table_has_the_keys_and_numbers_of_the_r_package() -> None:
    table = list(csv.DictReader(io.StringIO(flow_file(WHOLE, ".csv").decode())))
    assert list(table[0]) == ["data", "node", "box", "description", "boxtext", "tooltips", "url", "n"]
    by_key = {row["data"]: row["n"] for row in table}
    assert by_key["records_screened"] == "1488"
    assert by_key["database_specific_results"] == "MEDLINE, 1200; Embase, 640; Scopus / all, 310"
    parts = [re.split(r",(?=[^,]*$)", part) for part in by_key["dbr_excluded"].split("; ")]
    assert [(name, int(n)) for name, n in parts] == list(WHOLE.dbr_excluded)


def test_json_carries_counts_equations_and_findings() -> None:
    found = json.loads(flow_file(WHOLE, ".json"))
    assert found["counts"]["records_screened"] == 1488
    assert all(i["holds"] for i in found["identities"])
    assert found["findings"] == []
    wrong = json.loads(flow_file(FlowCounts(database_results=3), ".json"))
    assert {f["rule"] for f in wrong["findings"]} == {"FLOW-I1", "FLOW-I2"}


def test_png_has_the_resolution_asked_for_and_shows_text() -> None:
    small, large = flow_file(WHOLE, ".png", dpi=96), flow_file(WHOLE, ".png", dpi=300)
    width = struct.unpack(">I", small[16:20])[0]
    assert struct.unpack(">I", large[16:20])[0] == pytest.approx(width * 300 / 96, abs=2)
    assert len(large) > 30_000


def test_pdf_is_one_page_with_real_text() -> None:
    data = flow_file(WHOLE, ".pdf")
    assert data.startswith(b"%PDF")
    assert data.count(b"/Type /Page\n") + data.count(b"/Type/Page/") + data.count(b"/Type /Page ") <= 1
    assert b"/Font" in data


def test_an_unknown_suffix_lists_the_known() -> None:
    with pytest.raises(Missing, match=r"\.svg"):
        flow_file(WHOLE, ".gif")

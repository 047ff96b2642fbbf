"""The folder of a small paper, with its picture and its references."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from spines import BIB

from review.domain.flow import FlowCounts
from review.render.diagram import flow_svg


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "figures").mkdir()
    counts = FlowCounts(database_results=5, database_specific_results=(("PubMed", 5),), left_unscreened=5)
    (tmp_path / "figures" / "flow.svg").write_text(flow_svg(counts), encoding="utf-8")
    (tmp_path / "references.bib").write_text(BIB, encoding="utf-8")
    return tmp_path

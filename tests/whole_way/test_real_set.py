"""One real, labelled set the whole way, as the benchmark does it: everything adds up, and opens elsewhere the same."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from review.domain.flow import identities
from review.services import bundle, chart, facts, flow, project

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "whole_way.py"


def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("whole_way_benchmark", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.shared
def test_a_real_review_adds_up_from_import_to_bundle(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(project.DATABASE_URL, raising=False)
    data = shared / "data" / "ranking" / "dev" / "Cohen_ADHD.csv.xz"
    way = benchmark().run(data, tmp_path, formats=("pdf", "md"))
    made = project.open_project(way.root)
    counts = flow.counts(made)
    assert counts.identified == len(way.labels)
    assert counts.finished
    assert [i.id for i in identities(counts) if not i.holds] == []
    assert flow.check(made) == []
    relevant = sum(way.labels.values())
    assert 0 < counts.new_studies <= relevant
    assert len([s for s in chart.studies(made) if s.answers]) == min(10, counts.new_studies)
    built = (way.root / "paper/build/manuscript.md").read_text(encoding="utf-8")
    for number in (counts.identified, counts.records_screened, counts.records_excluded, counts.dbr_assessed):
        assert f"{number:,}" in built
    assert (way.root / "paper/build/manuscript.pdf").read_bytes().startswith(b"%PDF")
    assert bundle.verify(way.bundle) == []
    again = bundle.open_bundle(way.bundle, tmp_path / "elsewhere")
    values = {name: fact.value for name, fact in facts.facts(made).items()}
    assert {name: fact.value for name, fact in facts.facts(again).items()} == values
    made.close()
    again.close()

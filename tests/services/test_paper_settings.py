"""`paper.yaml`: read with defaults, and every thing that cannot be meant is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from review.domain import paper_settings
from review.domain.errors import BadInput
from review.domain.finding import Severity
from review.domain.paper_settings import EVIDENCE, Known, PaperSettings, Waiver
from review.services.manuscript import settings as service

NAMES = Known(types=["dataset", "review"], venues=["generic", "miccai"], checklists=["claim-2024", "prisma-scr"])
WAIVER = {"rule": "ACC-01", "reason": "The other paper's number.", "who": "Ana", "date": "2026-11-22"}


def written(tmp_path: Path, text: str) -> Path:
    folder = tmp_path / "paper"
    folder.mkdir()
    (folder / "paper.yaml").write_text(text, encoding="utf-8")
    return folder


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(NAMES.types),
            "venue": st.sampled_from(NAMES.venues),
            "checklists": st.lists(st.sampled_from(NAMES.checklists), unique=True),
            "evidence": st.dictionaries(st.sampled_from(EVIDENCE), st.just("data/x.csv")),
            "subgroups": st.lists(st.sampled_from(["lstv", "normal"])),
            "primary_metric": st.sampled_from(["dice", "hd95"]),
            "waivers": st.lists(st.just(WAIVER), max_size=2),
        },
    )
)
def test_what_is_written_well_is_read_back_without_a_finding(said: dict[str, object]) -> None:
    settings, found = paper_settings.read(said, line=lambda *_: 1, path="paper.yaml", known=NAMES)
    assert found == ()
    for name, value in said.items():
        got = getattr(settings, name)
        if name == "waivers":
            assert got == tuple(Waiver(**WAIVER, line=1) for _ in value)  # type: ignore[attr-defined]
        else:
            assert (list(got) if isinstance(got, tuple) else got) == value


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)
    )
)
def test_whatever_stands_there_reading_gives_settings_and_findings_and_never_fails(tree: object) -> None:
    settings, found = paper_settings.read(tree, line=lambda *_: 1, path="paper.yaml", known=NAMES)
    assert isinstance(settings, PaperSettings)
    assert all(f.rule.startswith("PAPER") for f in found)


def test_each_fault_is_told_with_its_line_and_the_nearest_names(tmp_path: Path) -> None:
    folder = written(
        tmp_path, "type: reviw\nvenu: generic\nchecklists:\n  - prisma-scr\n  - prisma-src\nevidence:\n  count: a.yml\n"
    )
    settings, found = service.read(folder)
    assert settings.type == "review"
    assert settings.checklists == ("prisma-scr",)
    assert sorted((f.line, f.rule) for f in found) == [
        (1, "PAPER"),
        (2, "PAPER-UNKNOWN-KEY"),
        (5, "PAPER"),
        (7, "PAPER-UNKNOWN-KEY"),
    ]
    assert all(f.path == "paper/paper.yaml" for f in found)
    assert any("Did you mean 'venue'?" in f.hint for f in found)


def test_a_waiver_without_who_and_why_does_not_count(tmp_path: Path) -> None:
    text = yaml.safe_dump({"waivers": [WAIVER, {"rule": "ACC-02", "where": "Results"}]})
    settings, found = service.read(written(tmp_path, text))
    assert [w.rule for w in settings.waivers] == ["ACC-01"]
    assert settings.waivers[0].date == "2026-11-22"
    assert any(f.severity is Severity.WARNING and "does not count" in f.message for f in found)


def test_without_the_file_the_defaults_hold(tmp_path: Path) -> None:
    assert service.read(tmp_path) == (PaperSettings(), ())


def test_a_file_that_is_no_text_is_refused_and_one_that_is_no_yaml_is_a_finding(tmp_path: Path) -> None:
    folder = written(tmp_path, "type: [review\n")
    assert [f.rule for f in service.read(folder)[1]] == ["YAML-SYNTAX"]
    (folder / "paper.yaml").write_bytes(b"type: \xff\xfe")
    with pytest.raises(BadInput, match="UTF-8"):
        service.read(folder)

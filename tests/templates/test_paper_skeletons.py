"""The skeletons of dataset, method and clinical papers: nothing kept, little kept, everything kept.

The golden files are rewritten with UPDATE_GOLDEN=1.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import golden
import pytest
import yaml

from review import plugins
from review.domain.checklist import marks
from review.domain.finding import Severity
from review.domain.manuscript import PROJECT_TYPES, PaperType
from review.domain.provenance import Fact
from review.domain.sections import sections
from review.formats import bibtex
from review.render.environment import render_manuscript
from review.resources import data_dir
from review.services.manuscript import checklists
from review.services.manuscript import settings as paper_settings

TYPES = ("dataset", "method", "clinical")
CONTEXTS = ("empty", "minimal", "full")
FOLDER = data_dir("templates") / "paper_types"
ORDER = {
    "dataset": ["Abstract", "Introduction", "Construction", "Labels", "Splits", "Baseline and evaluation", "Results",
                "Discussion", "Data, code and models", "Ethics", "Funding", "Competing interests", "Use of AI tools"],
    "method": ["Abstract", "Introduction", "Related work", "Data", "Method", "Evaluation", "Results", "Discussion",
               "Code, models and data", "Ethics", "Funding", "Competing interests", "Use of AI tools"],
    "clinical": ["Abstract", "Clinical question", "Methods", "Results", "Discussion", "Data and code", "Registration",
                 "Funding", "Competing interests", "Use of AI tools"],
}  # fmt: skip


@cache
def text(name: str) -> str:
    return (FOLDER / name / "manuscript.md").read_text(encoding="utf-8")


def facts(context: str) -> dict[str, Fact]:
    """What is kept: nothing; the counts; or everything the skeletons name."""
    counts = {"n.patients.all": 1153, "n.cases.all": 2306}
    more = {
        "n.patients.train": 805, "n.patients.val": 174, "n.patients.test": 174,
        "split.patients.train_and_test.overlap": 0,
        "sentence.splits": "1,153 patients were divided into train, val and test at the patient level.",
        "sentence.labels": "Two raters judged 33 patients.",
        "sentence.readers": "Two readers judged 313 patients.",
        "sentence.results": "Intervals are percentile intervals of 2,000 bootstrap samples of patients.",
    }  # fmt: skip
    known = {"empty": {}, "minimal": counts, "full": counts | more}[context]
    return {name: Fact(name=name, value=value, formula="made up") for name, value in known.items()}


def tables(context: str) -> dict[str, str]:
    names = {"empty": (), "minimal": ("counts",), "full": ("counts", "labels", "readers", "strata", "results")}[context]
    return {name: f"| {name} | n |\n|:---|--:|\n| all | 1,153 |\n\n: The table {name}.\n" for name in names}


def built(name: str, context: str) -> tuple[str, int]:
    out, findings = render_manuscript(text(name), facts(context), tables(context))
    assert all(f.severity is Severity.WARNING and f.rule == "FACT-PENDING" for f in findings), findings
    return out, len(findings)


def test_each_kind_of_project_has_its_skeleton_and_says_which_guidelines_apply() -> None:
    for name in PROJECT_TYPES:
        kind: PaperType = plugins.load("review.paper_types", name)
        settings, found = paper_settings.read(FOLDER / name)
        assert found == ()
        assert (settings.type, settings.venue) == (name, "generic")
        assert settings.checklists == kind.checklists
        assert all(name in checklists.load(one).types for one in kind.checklists)


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("context", CONTEXTS)
def test_it_builds_whatever_is_kept_and_says_what_is_still_to_be_computed(name: str, context: str) -> None:
    out, pending = built(name, context)
    assert out.count("**[still to be computed: ") == pending
    assert (pending == 0) == (context == "full")
    assert "{{" not in re.sub(r"`[^`]*`", "", re.sub(r"<!--.*?-->", "", out, flags=re.DOTALL))
    golden.compared(golden.FOLDER / f"{name}-{context}.md", out)


@pytest.mark.parametrize("name", TYPES)
def test_with_less_kept_nothing_else_changes(name: str) -> None:
    full, empty = built(name, "full")[0], built(name, "empty")[0]
    task = re.compile(r"\*\*\[still to be computed: .*?\]\*\*")
    for piece in task.split(empty):
        assert piece in full


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("context", CONTEXTS)
def test_the_documents_are_the_golden_ones(name: str, context: str, tmp_path: Path) -> None:
    out, pending = built(name, context)
    for ending, made in golden.documents(out, tmp_path, FOLDER / name / "references.bib"):
        assert ("still to be computed" in made) == bool(pending)
        assert ("1,153" in made) == (context != "empty")
        golden.compared(golden.FOLDER / f"{name}-{context}.{ending}", made)


@pytest.mark.parametrize("name", TYPES)
def test_the_sections_stand_in_the_order_of_this_kind_of_paper(name: str) -> None:
    assert [s.heading for s in sections(text(name)) if s.level == 1] == ORDER[name]


@pytest.mark.parametrize("name", TYPES)
def test_every_section_has_something_to_write_or_something_bound(name: str) -> None:
    for section in sections(text(name)):
        if section.level:
            assert "> **To write:**" in section.whole or "{{" in section.whole, section.heading


@pytest.mark.parametrize("name", TYPES)
def test_every_item_of_claim_stands_once_as_open_or_not_applicable(name: str) -> None:
    open_ = re.findall(r"claim-2024:\d+", " ".join(re.findall(r"<!-- open: (.*?) -->", text(name))))
    na = re.findall(r"<!-- na: (claim-2024:\d+) -- ", text(name))
    assert marks(text(name)) == [], "nothing is reported before somebody wrote it"
    assert sorted(open_ + na) == sorted(item.id for item in checklists.load("claim-2024").items)


@pytest.mark.parametrize("name", TYPES)
def test_no_number_is_written_where_a_fact_belongs(name: str) -> None:
    body = text(name).split("---\n", 2)[2]
    prose = re.sub(r"\{\{.*?\}\}|<!--.*?-->|`[^`]*`", "", body, flags=re.DOTALL)
    assert re.findall(r"\d+", prose) == []


@pytest.mark.parametrize("name", TYPES)
def test_what_is_cited_is_in_the_references_and_nothing_else(name: str) -> None:
    data = (FOLDER / name / "references.bib").read_bytes()
    cited = set(re.findall(r"\[@([\w-]+)\]", text(name)))
    assert cited == set(re.findall(r"^@\w+\{([\w-]+),", data.decode(), re.MULTILINE))
    assert all(getattr(record, "doi", "") for record in bibtex.FORMAT.read(data, "own"))


@pytest.mark.parametrize("name", TYPES)
def test_the_header_is_yaml_without_a_name_of_anybody(name: str) -> None:
    header = yaml.safe_load(text(name).split("---")[1])
    assert header["title"].startswith("[Title:")
    assert all(author["name"].startswith("[") for author in header["authors"])


@pytest.mark.parametrize("name", TYPES)
def test_there_are_places_for_figures_and_none_that_is_missing(name: str) -> None:
    slots = re.findall(r"`!\[Caption\.\]\((figures/\w+\.\w+)\)`", text(name))
    assert len(slots) >= 2
    assert len(set(slots)) == len(slots)
    assert "![" not in re.sub(r"`[^`]*`", "", text(name)), "a picture that is not there would stop the build"


def test_a_clinical_paper_asks_for_the_deployment_gap_in_each_respect() -> None:
    gap = next(s for s in sections(text("clinical")) if s.heading == "Deployment gap")
    assert re.findall(r"^\| (\w+) \| \| \|$", gap.own, re.MULTILINE) == [
        "Scanner",
        "Protocol",
        "Demographics",
        "Prevalence",
    ]

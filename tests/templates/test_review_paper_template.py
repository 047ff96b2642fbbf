"""The PRISMA-ScR checklist and the manuscript skeleton say the same: each item once, as reported or as open."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import golden
import pytest
import yaml

from review.domain.checklist import Checklist, marks
from review.domain.flow import FlowCounts
from review.domain.manuscript import REVIEW
from review.domain.provenance import Fact
from review.formats import bibtex
from review.render.environment import render_manuscript
from review.resources import data_dir
from review.services.manuscript import checklists

FOLDER = data_dir("templates") / "paper_types" / "review"
MANUSCRIPT = (FOLDER / "manuscript.md").read_text(encoding="utf-8")
# Item numbers of the fillable form, and their rows in the 27-row numbering.
ROWS_27 = dict(enumerate([*range(1, 13), 14, 17, 18, 19, 20, 21, 24, 25, 26, 27], start=1))
TABLES = {
    "criteria",
    "search_strings",
    "search_runs",
    "excluded_reports",
    "included_studies",
    "charting_form",
    "charting",
}


def checklist() -> Checklist:
    return checklists.load("prisma-scr")


def open_marks(text: str) -> list[str]:
    return re.findall(r"<!-- open: (\S+) -->", text)


def facts() -> dict[str, Any]:
    """Every fact the skeleton may name, each number different, for an unfinished and unregistered review."""
    counts = FlowCounts()
    computed = [n for n in dir(counts) if type(getattr(counts, n)) is int]
    flow = {name: 1000 + number for number, name in enumerate(computed)}
    agreement = {
        "kappa_name": "Cohen's kappa",
        "kappa": 0.82,
        "kappa_low": 0.71,
        "kappa_high": 0.93,
        "n": 152,
        "observed": 94.7,
    }
    return {
        "flow": flow,
        "search": {"sources": 4, "list": "PubMed (n = 65) and arXiv (n = 35)", "last_date": "20 November 2026"},
        "screen": {"reviewers": 2, "conflicts": 10, "conflicts_settled": 9},
        "agree": {"title_abstract": agreement, "full_text": dict(agreement, kappa=0.77)},
        "protocol": {
            "title": "A title",
            "question": "What is known?",
            "population": "People.",
            "concept": "An idea.",
            "context": "Anywhere.",
            "frozen_at": "1 November 2026",
            "sha256": "c0ffee",
            "amendments": 2,
            "registration": "",
        },
        "chart": {"studies": 14, "fields": 66},
        "software": {"name": "Scopewright", "version": "0.0"},
    }


def flattened(tree: Mapping[str, Any], parent: str = "") -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    for key, value in tree.items():
        name = f"{parent}{key}"
        if isinstance(value, Mapping):
            found |= flattened(value, f"{name}.")
        else:
            found[name] = Fact(name=name, value=value, formula="made up")
    return found


def built(known: Mapping[str, Any]) -> str:
    text, findings = render_manuscript(MANUSCRIPT, flattened(known), {name: f"[table {name}]" for name in TABLES})
    assert [str(f) for f in findings] == []
    return text


def test_the_checklist_has_the_22_items_in_order() -> None:
    found = checklist()
    assert (found.name, found.doi) == ("prisma-scr", "10.7326/M18-0850")
    assert [item.number for item in found.items] == [str(n) for n in range(1, 23)]
    assert [item.id for item in found.items] == [f"prisma-scr:{n}" for n in range(1, 23)]
    assert [item.number for item in found.items if item.optional] == ["12", "16"]


def test_every_item_carries_its_row_in_the_27_row_numbering() -> None:
    assert {item.number: item.aliases for item in checklist().items} == {
        str(number): (f"prisma-scr27:{row}",) for number, row in ROWS_27.items()
    }


def test_items_stand_under_the_parts_of_a_paper_in_order() -> None:
    sections = list(dict.fromkeys(item.section for item in checklist().items))
    assert sections == ["Title", "Abstract", "Introduction", "Methods", "Results", "Discussion", "Funding"]


def test_the_checklist_is_worded_for_this_project() -> None:
    asks = [item.ask for item in checklist().items]
    assert len(set(asks)) == 22
    assert all(ask.endswith(".") and 20 < len(ask) < 180 for ask in asks)


@pytest.mark.shared
def test_the_checklist_agrees_with_the_reference_inventory(shared: Any) -> None:
    reference = json.loads((shared / "reference" / "checklists.json").read_text(encoding="utf-8"))["prisma-scr"]
    ours = [(item.id, item.section, item.optional) for item in checklist().items]
    assert ours == [(i["id"], i["section"], i["flag"] == "optional") for i in reference["items"]]


def test_the_skeleton_marks_each_item_once_as_reported_or_as_open() -> None:
    reported = [mark for mark, _ in marks(MANUSCRIPT)]
    assert sorted(reported + open_marks(MANUSCRIPT)) == sorted(item.id for item in checklist().items)


def test_an_open_item_has_its_task_and_a_reported_one_has_none() -> None:
    parts = re.split(r"(?=<!-- (?:open|reports): )", MANUSCRIPT)[1:]
    for part in parts:
        # A part ends where the next heading begins.
        body = part.split("\n#", 1)[0]
        assert ("> **To write:**" in body) == part.startswith("<!-- open"), part[:60]


def test_the_skeleton_stands_in_the_order_of_the_checklist() -> None:
    order = [int(n) for n in re.findall(r"<!-- (?:open|reports): prisma-scr:(\d+) -->", MANUSCRIPT)]
    assert order == list(range(1, 23))


def test_every_number_of_the_skeleton_is_bound_to_a_fact() -> None:
    prose = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|<!--.*?-->|SHA-256|95%", "", MANUSCRIPT, flags=re.DOTALL)
    assert re.findall(r"\d+", prose) == []


def test_the_skeleton_builds_from_the_named_facts_and_no_others() -> None:
    text = built(facts())
    assert set(re.findall(r"\[table (\w+)\]", text)) == TABLES
    assert "{{" not in text
    assert "![" in text
    assert "figures/flow.svg" in text


def nothing_yet() -> dict[str, Any]:
    known = facts()
    known["flow"] = dict.fromkeys(known["flow"], 0)
    known["screen"] = {"reviewers": 0, "conflicts": 0, "conflicts_settled": 0}
    known["agree"] = {stage: dict.fromkeys(values) for stage, values in known["agree"].items()}
    known["search"] = {"sources": 0, "list": "none yet", "last_date": None}
    known["protocol"].update(frozen_at=None, sha256=None, amendments=0)
    return known


def one_reviewer() -> dict[str, Any]:
    known = facts()
    known["screen"] = {"reviewers": 1, "conflicts": 0, "conflicts_settled": 0}
    known["flow"].update(register_results=0, excluded_automatic=0, excluded_other=0, other_sought_reports=0)
    return known


@pytest.mark.parametrize(("context", "known"), [("empty", nothing_yet), ("minimal", one_reviewer), ("full", facts)])
def test_the_whole_text_is_the_golden_one(context: str, known: Any) -> None:
    """UPDATE_GOLDEN=1 writes it anew; look at the difference before you commit it."""
    golden.compared(golden.FOLDER / f"review-{context}.md", built(known()))


@pytest.mark.parametrize(("context", "known"), [("empty", nothing_yet), ("minimal", one_reviewer), ("full", facts)])
def test_the_documents_are_the_golden_ones(context: str, known: Any, tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    box = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><rect width="80" height="50"/></svg>'
    (tmp_path / "figures" / "flow.svg").write_text(box, encoding="utf-8")
    for ending, made in golden.documents(built(known()), tmp_path, FOLDER / "references.bib"):
        golden.compared(golden.FOLDER / f"review-{context}.{ending}", made)


def test_it_says_which_numbers_are_not_final_only_while_they_are_not() -> None:
    known = facts()
    assert built(known).count("not final") == 2
    known["flow"]["left_unscreened"] = 0
    assert built(known).count("not final") == 1
    known["flow"].update(dbr_awaiting=0, other_awaiting=0)
    assert "not final" not in built(known)


def test_undefined_agreement_is_said_in_words_and_never_as_none() -> None:
    known = facts()
    known["agree"]["title_abstract"] = dict.fromkeys(known["agree"]["title_abstract"])
    text = built(known)
    assert "Agreement at title and abstract could not be calculated" in text
    assert "None" not in text
    assert "kappa was 0.77 (95% CI" in text


@pytest.mark.parametrize(
    ("amendments", "words"), [(0, "It was not amended."), (1, "It was amended once;"), (2, "It was amended 2 times;")]
)
def test_amendments_are_counted_in_words_that_fit(amendments: int, words: str) -> None:
    known = facts()
    known["protocol"]["amendments"] = amendments
    assert words in built(known)


def test_registration_is_stated_whether_or_not_there_is_one() -> None:
    known = facts()
    assert "It was not registered." in built(known)
    known["protocol"]["registration"] = "osf.io/sample"
    assert "It is registered: osf.io/sample." in built(known)


def test_the_header_is_yaml_and_the_paper_file_names_a_known_type() -> None:
    header = yaml.safe_load(built(facts()).split("---")[1])
    assert header["title"] == "A title"
    assert header["authors"]
    paper = yaml.safe_load((FOLDER / "paper.yaml").read_text(encoding="utf-8"))
    expected = {"type": REVIEW.name, "checklists": list(REVIEW.checklists), "venue": "generic", "style": "vancouver"}
    assert paper == expected


def test_flow_facts_named_in_the_skeleton_exist_in_the_flow() -> None:
    named = set(re.findall(r"\bflow\.(\w+)", MANUSCRIPT)) - {"svg"}
    known = {f.name for f in dataclasses.fields(FlowCounts)} | {
        name for name, value in vars(FlowCounts).items() if isinstance(value, property)
    }
    assert named <= known


def test_before_the_first_search_no_date_is_printed() -> None:
    known = facts()
    known["search"]["last_date"] = None
    text = built(known)
    assert "None" not in text
    assert "latest search" not in text


def test_conflicts_are_told_as_far_as_they_are_settled() -> None:
    known = facts()
    assert "They disagreed 10 times. A person who was neither of the two settled 9 of these conflicts." in built(known)
    known["screen"]["conflicts_settled"] = 0
    assert "They disagreed 10 times.\n" in built(known)
    known["screen"]["conflicts"] = 0
    assert "They did not disagree on any record." in built(known)


def test_boxes_that_are_empty_are_not_told() -> None:
    known = facts()
    told = built(known)
    known["flow"].update(register_results=0, excluded_automatic=0, excluded_other=0, other_sought_reports=0)
    text = built(known)
    for words in ("in registers", "by automation", "for other reasons", "Other methods, such as"):
        assert words in told
        assert words not in text


def test_a_review_in_which_nothing_was_screened_still_builds() -> None:
    known = facts()
    known["flow"] = dict.fromkeys(known["flow"], 0)
    assert "The titles and abstracts of 0 records were screened." in built(known)


def test_one_reviewer_alone_is_not_called_independent() -> None:
    known = facts()
    known["screen"] = {"reviewers": 1, "conflicts": 0, "conflicts_settled": 0}
    text = built(known)
    assert "One person judged the records" in text
    assert "did not see each other" not in text
    assert "They did not disagree" not in text


def test_an_unfrozen_protocol_is_said_to_be_one() -> None:
    known = facts()
    known["protocol"].update(frozen_at=None, sha256=None, amendments=0)
    text = built(known)
    assert "was not fixed before the review" in text
    assert "None" not in text


def test_every_work_cited_in_the_skeleton_is_in_its_references() -> None:
    cited = set(re.findall(r"\[@([\w-]+)\]", MANUSCRIPT))
    data = (FOLDER / "references.bib").read_bytes()
    keys = set(re.findall(r"^@\w+\{([\w-]+),", data.decode("utf-8"), re.MULTILINE))
    dois = {getattr(record, "doi", record) for record in bibtex.FORMAT.read(data, "own")}
    assert cited == keys
    assert dois == {"10.7326/m18-0850", "10.1136/bmj.n71"}


def test_before_screening_nothing_is_said_about_reviewers() -> None:
    known = facts()
    known["screen"] = {"reviewers": 0, "conflicts": 0, "conflicts_settled": 0}
    text = built(known)
    assert "Screening has not begun." in text
    assert "One person judged" not in text

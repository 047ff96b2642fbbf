"""Each rule flags what it must and nothing else: two cases of either kind for every rule, in a file per family."""

from __future__ import annotations

import json
from typing import Any

import cases_of_accounting
import cases_of_agreement
import cases_of_evaluation
import cases_of_references
import cases_of_release
import cases_of_scoping
import cases_of_splits
import cases_of_words
import pytest
from asking import TYPES, Case, ask, faults, rule

from review import plugins
from review.domain.finding import Severity, Status
from review.lint.rule import Charting
from review.services.manuscript import lint

FAMILIES = (
    cases_of_accounting,
    cases_of_splits,
    cases_of_evaluation,
    cases_of_agreement,
    cases_of_scoping,
    cases_of_release,
    cases_of_words,
    cases_of_references,
)
FAILING: dict[str, list[Case]] = {name: cases for family in FAMILIES for name, cases in family.FAILING.items()}
PASSING: dict[str, list[Case]] = {name: cases for family in FAMILIES for name, cases in family.PASSING.items()}


@pytest.mark.parametrize(
    ("name", "text", "said", "inputs"),
    [(n, *c) for n, cases in FAILING.items() for c in cases],
    ids=lambda v: str(v)[:30],
)
def test_a_rule_flags_what_it_must(name: str, text: str, said: str, inputs: dict[str, Any]) -> None:
    found = faults(name, text, **inputs)
    assert found
    assert any(part in str(f) for f in found for part in said.split("|"))
    assert all(f.rule == name for f in found)


@pytest.mark.parametrize(
    ("name", "text", "inputs"),
    [(n, c[0], c[2]) for n, cases in PASSING.items() for c in cases],
    ids=lambda v: str(v)[:30],
)
def test_a_rule_leaves_the_rest_alone(name: str, text: str, inputs: dict[str, Any]) -> None:
    assert [str(f) for f in faults(name, text, **inputs)] == []


def test_every_installed_rule_has_two_cases_of_either_kind_and_says_what_it_is() -> None:
    names = [each.id for each in lint.rules()]
    assert set(plugins.names("review.rules")) <= set(names)
    assert set(names) == set(FAILING) == set(PASSING)
    assert len([n for n in names if n[:3] in {"ACC", "SPL", "EVA", "AGR", "REV", "REL"}]) == 40
    for name in names:
        one = rule(name)
        assert min(len(FAILING[name]), len(PASSING[name])) >= 2
        assert one.id == name
        assert all((one.title, one.does, one.why, one.bad, one.good, one.fix))
        assert set(one.types) <= set(TYPES)


@pytest.mark.shared
def test_the_forty_rules_are_those_of_the_list(shared: Any) -> None:
    for told in json.loads((shared / "reference" / "rules.json").read_text(encoding="utf-8")):
        one = rule(told["id"])
        assert (one.title.replace("“", '"').replace("”", '"'), list(one.serves)) == (told["title"], told["maps"])
        assert set(told["types"]) <= set(one.types)
        assert str(one.severity) == told["severity"]


@pytest.mark.parametrize(("po", "pe", "kappa", "holds"), [(71.91, 55.31, 0.4367, False), (92.86, 56.38, 0.8363, True), (71.91, 50.13, 0.4367, True)])  # fmt: skip
def test_kappa_is_held_against_its_own_agreement(po: float, pe: float, kappa: float, holds: bool) -> None:
    table = f"| Item | Observed | Expected | Kappa |\n|--|--|--|--|\n| a | {po} % | {pe} % | {kappa} |\n"
    assert (faults("AGR-02", table) == []) is holds


def test_a_missing_input_is_said_and_is_no_fault() -> None:
    found = ask("ACC-01", "We release 5 volumes.")
    assert [(f.status, f.severity) for f in found] == [(Status.NOT_EVALUABLE, Severity.INFO)]
    assert "--counts" in found[0].hint


def test_before_any_study_is_included_their_citations_are_not_asked_for() -> None:
    [told] = ask("REV-07", "# Results\nNone yet.", charting=Charting(rows={}))
    assert (told.status, "no study is included" in told.message) == (Status.NOT_EVALUABLE, True)


def test_without_a_kind_of_paper_nothing_is_asked_for_that_only_some_kinds_need() -> None:
    text = "# Abstract\nIn 615 of 706 patients (88.1%) the Dice was 0.84."
    assert faults("REL-05", text, type="") == []
    assert faults("EVA-01", text, type="") == []
    assert [f.rule for f in faults("ACC-04", text, type="")] == ["ACC-04"]


def test_a_board_by_a_name_not_known_here_is_an_error_and_silence_a_blocker() -> None:
    spoken = faults("REL-05", "# Methods\nThe study had the approval of the council of the hospital.", type="method")
    silent = faults("REL-05", "# Methods\nWe used public scans.", type="method")
    assert [f.severity for f in (*spoken, *silent)] == [Severity.ERROR, Severity.BLOCKER]

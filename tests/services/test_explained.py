"""Every name that the linter can print in brackets is told, by `--explain` and on the page of rules."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import pkgutil
import re
from pathlib import Path

import pytest

import review.lint
import review.services.manuscript.lint as linting
from review.domain.errors import Missing
from review.services.manuscript.explained import FAULTS, explained

ROOT = Path(__file__).resolve().parents[2]
_NAME = re.compile(r"[A-Z]{3,}-[A-Z0-9-]+")
# Who makes findings of a manuscript: the rules, and those who read it, its numbers, paper.yaml and the files beside it.
SPEAKERS = (
    *(f"review.lint.{module.name}" for module in pkgutil.iter_modules(review.lint.__path__)),
    "review.domain.paper_settings",
    "review.domain.tree",
    "review.evidence.split_forms",
    "review.render.environment",
    "review.resources",
    "review.services.evidence.accounting_file",
    "review.services.evidence.accounting_tree",
    "review.services.evidence.kept",
    "review.services.evidence.read_files",
    "review.services.manuscript.lint",
    "review.services.manuscript.lint_inputs",
    "review.services.manuscript.lint_repository",
    "review.services.manuscript.lint_review",
    "review.services.manuscript.lint_text",
    "review.services.manuscript.references",
    "review.services.manuscript.settings",
    "review.services.manuscript.waiving",
)
_OTHERS = ("FLOW-", "UTF-8")  # what a rule looks for in what another says, and an encoding


def spoken() -> set[str]:
    """Every literal in these modules that has the form of a name; paper.yaml renames what every YAML file says."""
    found = set()
    for name in SPEAKERS:
        source = importlib.import_module(name).__file__
        assert source is not None
        for node in ast.walk(ast.parse(Path(source).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _NAME.fullmatch(node.value):
                found.add(node.value.replace("PROTOCOL-", "PAPER-"))
    return {name for name in found if not name.startswith(_OTHERS)}


def test_every_name_that_can_be_printed_is_explained_and_stands_on_the_page_of_rules() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    names = spoken()
    assert len(names) > 80
    known = {rule.id for rule in linting.rules()} | {fault.id for fault in FAULTS}
    assert names <= known
    for name in names:
        [one] = explained(name)
        assert one.id == name
        assert f"### {name}\n" in page or f"| {name} |" in page


def test_nothing_is_explained_that_nobody_says() -> None:
    assert {fault.id for fault in FAULTS} <= spoken()
    assert {rule.id for rule in linting.rules()} <= spoken()


def test_a_family_is_explained_by_the_beginning_of_its_names_and_a_rule_by_its_own() -> None:
    assert {one.id for one in explained("ref-0, DRAFT")} == {"REF-01", "REF-02", "REF-03", "DRAFT-01"}
    with pytest.raises(Missing, match="rule called 'NOPE'"):
        explained("NOPE")

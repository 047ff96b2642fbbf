"""Every guideline that ships: as many items as its edition has, numbered as there, worded by us."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from review.domain.checklist import Checklist, marks
from review.lint import document
from review.resources import data_dir, read_yaml
from review.services.manuscript import checklists

COUNTS = {
    "bias": 29, "chart": 12, "claim-2024": 44, "clear": 58, "consort-ai": 14, "datasheets": 57, "decide-ai": 27,
    "fair": 15, "future-ai": 30, "grras": 15, "mi-clear-llm": 8, "miccai": 28, "model-cards": 9, "neurips": 16,
    "pineau": 21, "press": 6, "prisma-s": 16, "prisma-scr": 22, "prisma2020-sel": 13, "spirit-ai": 15, "stard-ai": 48,
    "traice": 17, "tripod-ai": 52, "tripod-llm": 19,
}  # fmt: skip
OURS = {"reproducibility": 7}
# First and last number of each, as the edition counts.
ENDS = {
    "claim-2024": ("1", "44"), "tripod-ai": ("1", "27c"), "stard-ai": ("1", "40b"), "decide-ai": ("1", "X"),
    "consort-ai": ("1a,b(i)", "25"), "spirit-ai": ("1(i)", "29"), "datasheets": ("M1", "N8"), "fair": ("F1", "R1.3"),
    "prisma2020-sel": ("5", "27"), "traice": ("T1", "D2"), "future-ai": ("F1", "G7"), "miccai": ("A1", "D13"),
}  # fmt: skip
PAPERS = {"review", "dataset", "method", "clinical"}
ALL = sorted(COUNTS | OURS)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def test_all_24_instruments_and_591_items_are_there_and_one_of_our_own() -> None:
    assert {name: len(checklists.load(name).items) for name in checklists.names()} == COUNTS | OURS
    assert (len(COUNTS), sum(COUNTS.values())) == (24, 591)


@pytest.mark.parametrize("name", ALL)
def test_the_file_is_clean_and_says_where_it_comes_from(name: str) -> None:
    path = data_dir("templates") / "checklists" / f"{name}.yaml"
    assert read_yaml(path.read_text(encoding="utf-8")).findings == ()
    found = checklists.load(name)
    assert found.name == name
    assert found.title
    assert re.match(r"20\d\d", found.edition)
    assert found.doi == "" or re.fullmatch(r"10\.\d{4,9}/\S+", found.doi)
    assert "our own" in found.licence
    assert found.numbering
    assert found.types
    assert set(found.types) <= PAPERS


@pytest.mark.parametrize("name", ALL)
def test_every_item_has_a_number_of_its_own_and_asks_in_a_sentence(name: str) -> None:
    found = checklists.load(name)
    assert len({item.number for item in found.items}) == len(found.items)
    assert len({item.id for item in found.items}) == len(found.items)
    for item in found.items:
        assert item.id == f"{name}:{item.number}"
        assert item.ask[0].isupper() or item.ask[0] == "("
        assert item.ask[-1] in ".?"
        assert 8 < len(item.ask) < 260
        re.compile(item.pattern)
        assert item.role in {"title", "abstract", "introduction", "methods", "results", "discussion", "other"}
        assert all(re.fullmatch(r"[A-Z]{3}-\d\d", rule) for rule in item.rules)


@pytest.mark.parametrize("name", ALL)
def test_every_item_can_be_marked_in_a_manuscript_by_its_id_or_an_alias(name: str) -> None:
    for item in checklists.load(name).items:
        known = {item.id, *item.aliases}
        assert any({mark for mark, _ in marks(f"<!-- reports: {one} -->")} == {one} for one in known)
        texts = [document.parse(f"# A\n\n<!-- reports: {one} -->\n").marks for one in known]
        assert any(found and found[0].items <= known for found in texts), item.id


def test_no_alias_names_two_items() -> None:
    for name in ALL:
        aliases = [alias for item in checklists.load(name).items for alias in item.aliases]
        assert len(set(aliases)) == len(aliases)


@pytest.mark.parametrize(("name", "ends"), ENDS.items())
def test_the_numbering_is_the_editions(name: str, ends: tuple[str, str]) -> None:
    items = checklists.load(name).items
    assert (items[0].number, items[-1].number) == ends


def test_stard_2015_is_the_part_of_stard_ai_that_carries_its_numbers() -> None:
    items = checklists.load("stard-ai").items
    old = [alias.removeprefix("stard-2015:") for item in items for alias in item.aliases]
    assert {re.sub(r"\D", "", number) for number in old} >= {str(n) for n in range(1, 31)} - {"6"} | {"6"}
    assert len(old) == 34


def test_the_numbers_of_claim_2020_are_found_by_their_alias() -> None:
    found = checklists.load("claim-2024")
    assert checklists.find_item(found, "claim-2020:42").number == "44"
    assert checklists.find_item(found, "CLAIM-2024:12").number == "12"
    assert checklists.find_item(found, "12").id == "claim-2024:12"


def reference(shared: Path) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads((shared / "reference" / "checklists.json").read_text(encoding="utf-8"))
    return whole


@pytest.mark.shared
def test_each_instrument_agrees_with_the_inventory_in_number_numbering_edition_and_rules(shared: Path) -> None:
    inventory = reference(shared)
    assert set(inventory) == set(COUNTS)
    for name, theirs in inventory.items():
        ours: Checklist = checklists.load(name)
        assert theirs["version"].startswith(ours.edition), name
        assert ours.doi in theirs["doi"], name
        assert len(ours.items) == theirs["count"]
        assert [(i.id, i.number, i.section, i.flag, list(i.rules)) for i in ours.items] == [
            (i["id"], i["num"], i["section"], i["flag"], i["rules"]) for i in theirs["items"]
        ], name
        letters = {"review": "S", "dataset": "D", "method": "M", "clinical": "C"}
        assert {letters[kind] for kind in ours.types} == set(theirs["types"]), name


@pytest.mark.shared
def test_where_the_inventory_hints_at_a_place_so_do_we(shared: Path) -> None:
    hinted = 0
    for name, theirs in reference(shared).items():
        by_id = {item.id: item for item in checklists.load(name).items}
        for item in theirs["items"]:
            if "hint" in item:
                hinted += 1
                assert (by_id[item["id"]].role, by_id[item["id"]].pattern) == (
                    item["hint"]["section"],
                    item["hint"]["regex"],
                )
    assert hinted == 66

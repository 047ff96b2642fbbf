"""Reporting guidelines: an edition's items, and where a manuscript answers each.

An answer is what somebody said (`Said`) or what a mark in the text says; its state is computed anew each time, because
the text it points to may have changed (stale) and a rule may have found the opposite (contradicted).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from review.domain.finding import Finding


class ItemState(StrEnum):
    YES = "yes"
    PARTIAL = "partial"
    NO = "no"
    NOT_APPLICABLE = "na"
    CONTRADICTED = "contradicted"  # computed: it was said to be reported, and a rule that looks at it fails
    STALE = "stale"  # computed: the text it points to has changed since, or is gone


SAID = (ItemState.YES, ItemState.PARTIAL, ItemState.NO, ItemState.NOT_APPLICABLE)
OPEN = frozenset({ItemState.NO, ItemState.PARTIAL, ItemState.CONTRADICTED, ItemState.STALE})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem:
    """One item, in our own words, with its number in the edition.

    `rules` are those of the linter that look at the same thing; `role` and `pattern` say where in a paper it usually
    stands and in which words.
    """

    id: str
    number: str
    section: str
    ask: str
    optional: bool = False
    aliases: tuple[str, ...] = ()
    flag: str = ""  # as the edition marks it: new, extension, D;E …
    rules: tuple[str, ...] = ()
    role: str = ""
    pattern: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    name: str  # "prisma-scr"
    title: str
    edition: str
    doi: str
    items: tuple[ChecklistItem, ...]
    numbering: str = ""
    licence: str = ""
    note: str = ""
    types: tuple[str, ...] = ()  # the kinds of paper it is for


def from_tree(tree: Mapping[str, Any]) -> Checklist:
    """A checklist as its YAML file holds it."""
    items = tuple(
        ChecklistItem(
            id=item["id"],
            number=str(item["number"]),
            section=item["section"],
            ask=item["ask"],
            optional=bool(item.get("optional", False)),
            aliases=tuple(item.get("aliases", ())),
            flag=item.get("flag", ""),
            rules=tuple(item.get("rules", ())),
            role=item.get("hint", {}).get("section", ""),
            pattern=item.get("hint", {}).get("regex", ""),
        )
        for item in tree["items"]
    )
    return Checklist(
        name=tree["name"],
        title=tree["title"],
        edition=str(tree["edition"]),
        doi=tree["doi"],
        items=items,
        numbering=tree.get("numbering", ""),
        licence=tree.get("licence", ""),
        note=tree.get("note", ""),
        types=tuple(tree.get("types", ())),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer somebody gave. `where` is a heading or a sentence of the manuscript, `text_hash` what stood there then."""

    item: str
    state: ItemState
    where: str = ""
    note: str = ""
    who: str = ""
    at: str = ""
    text_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswer:
    """Where an item stands: `place` is the heading and `line` the line that answers it, `note` why it is open.

    `said` is the state somebody gave, which `state` overrules when it is stale or contradicted.
    """

    item: ChecklistItem
    state: ItemState
    said: ItemState | None = None
    place: str = ""
    line: int | None = None
    note: str = ""
    who: str = ""
    at: str = ""
    suggestion: str = ""  # where an item nobody answered seems to be reported


_BROAD = 3  # a rule that so many items share looks at many things at once


def contradicted(answer: ItemAnswer, failed: Sequence[Finding], about: Checklist) -> ItemAnswer:
    """The answer, contradicted if it says yes or partial and a rule that looks at the item found otherwise.

    A rule that looks at many items and names no line speaks only of those whose words are in what it says.
    """
    if answer.state not in (ItemState.YES, ItemState.PARTIAL):
        return answer
    for finding in failed:
        if finding.rule in answer.item.rules and _bears(finding, answer.item, about):
            note = f"said to be reported, but {finding.rule} found: {finding.message}"
            return replace(answer, state=ItemState.CONTRADICTED, said=answer.state, note=note)
    return answer


def _bears(finding: Finding, item: ChecklistItem, about: Checklist) -> bool:
    sharing = sum(finding.rule in one.rules for one in about.items)
    if finding.line is not None or sharing < _BROAD or not item.pattern:
        return True
    return re.search(item.pattern, f"{finding.message} {finding.hint}", re.IGNORECASE) is not None


_MARK = re.compile(r"<!--\s*reports:(?P<ids>[^<>]*)-->")


def marks(text: str) -> list[tuple[str, int]]:
    r"""The item ids a manuscript says it reports, with the line of each mark.

    >>> marks("# Title\n<!-- reports: prisma-scr:1 -->")
    [('prisma-scr:1', 2)]
    """
    found: list[tuple[str, int]] = []
    for match in _MARK.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        found += [(part, line) for part in re.split(r"[,\s]+", match["ids"]) if part]
    return found


def open_items(answers: Sequence[ItemAnswer]) -> list[ItemAnswer]:
    """What is still to be done: everything that is neither reported nor declared not applicable."""
    return [a for a in answers if a.state in OPEN]

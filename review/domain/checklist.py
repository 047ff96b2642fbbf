"""Reporting guidelines: an edition's items, and where a manuscript answers each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class ItemState(StrEnum):
    YES = "yes"
    PARTIAL = "partial"
    NO = "no"
    NOT_APPLICABLE = "na"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem:
    """One item, in our own words, with its number in the edition."""

    id: str
    number: str
    section: str
    ask: str
    optional: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    name: str  # "prisma-scr"
    title: str
    edition: str
    doi: str
    items: tuple[ChecklistItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswer:
    """Where an item stands: `place` is the heading and line that carry its mark, `note` why it is open."""

    item: ChecklistItem
    state: ItemState
    place: str = ""
    line: int | None = None
    note: str = ""


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
    return [a for a in answers if a.state in (ItemState.NO, ItemState.PARTIAL)]

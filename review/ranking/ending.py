"""Where each stopping rule would have ended a finished screening, and the share of relevant records found by then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from review.ranking.habits import KNEE_FROM, enough_in_a_row, knee, knee_bound
from review.ranking.stopping import HELD_SHARE, ODDS, TARGET_RECALL, hypergeometric, speaks

LOOKS = 100  # a rule is asked after each per cent of the records
IN_A_ROW = 100  # irrelevant ones, the number most often seen in reviews
BUDGET = 0.5  # of all records
_ROUNDING = 1e-12

Rule = Callable[[Sequence[bool | int], int], bool]
RULES: dict[str, Rule] = {
    "hypergeometric": lambda seen, total: hypergeometric(seen, total).stop,
    "knee": lambda seen, total: len(seen) >= min(KNEE_FROM, total / 10) and knee(seen) >= knee_bound(sum(seen)),
    "100-in-a-row": lambda seen, _: enough_in_a_row(seen, needed=IN_A_ROW),
    "half": lambda seen, total: len(seen) >= BUDGET * total,
}
HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A rule's end: records screened of all, and the share of the relevant ones among them.

    `never` says that the rule never spoke, so that everything was read.
    """

    rule: str
    screened: int
    total: int
    recall: float
    never: bool

    @property
    def share(self) -> float:
        return self.screened / self.total

    @property
    def kept(self) -> bool:
        """Whether the target of 95 % was reached."""
        return self.recall >= TARGET_RECALL - _ROUNDING


def endings(seen: Sequence[bool | int]) -> tuple[Ending, ...]:
    """Every rule's end of a screening whose labels are given in the order seen, to the last record; our own rule first.

    Nothing if no record is relevant: there was nothing to find.

    >>> [(one.rule, one.screened) for one in endings([1, 1, 0, 0])][-1]
    ('half', 2)
    """
    if not any(seen):
        return ()
    return (
        ended(HELD, seen, held_at(seen)),
        *(ended(name, seen, first_look(seen, rule)) for name, rule in RULES.items()),
    )


def ended(rule: str, seen: Sequence[bool | int], at: int) -> Ending:
    """What was found when a rule ended the screening after `at` records."""
    total = len(seen)
    return Ending(rule=rule, screened=at, total=total, recall=sum(seen[:at]) / sum(seen), never=at == total)


def looks(total: int) -> list[int]:
    """After how many records a rule is asked; not after the last, where nothing is left to stop."""
    return sorted({round(look * total / LOOKS) for look in range(1, LOOKS)} - {0, total})


def first_look(seen: Sequence[bool | int], rule: Rule) -> int:
    """After how many records a rule says for the first time that one may stop; all of them if it never does."""
    total = len(seen)
    return next((at for at in looks(total) if rule(seen[:at], total)), total)


def held_at(seen: Sequence[bool | int], odds: float = ODDS) -> int:
    """Where `stopping.held` ends a screening, asked after each per cent, so that every p is computed once."""
    total = len(seen)
    labels = np.asarray([bool(value) for value in seen], dtype=np.int64)
    standing_from = 0  # the first look of those in a row at which the tests speak; 0 while they do not
    for at in looks(total):
        if not speaks(labels[:at], total, odds):
            standing_from = 0
            continue
        standing_from = standing_from or at
        if at - round(HELD_SHARE * total) >= standing_from:
            return at
    return total

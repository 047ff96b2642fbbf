"""Dealing out the screening: which people are asked to judge a work, and which works form the pilot round.

Both are computed from the work's id, so that nothing has to be stored for each work, and a change moves as few works as
it can: people are drawn by weighted rendezvous hashing (Thaler & Ravishankar 1998; weights as in Efraimidis & Spirakis
2006), in which a person who joins or leaves changes only the works drawn for that person.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Dealt(StrEnum):
    EVERYONE = "everyone"  # everybody is asked for every work, until enough have judged it
    PAIRS = "pairs"  # each work goes to one of the pairs
    SHARES = "shares"  # each work goes to as many people as the protocol asks for, drawn by their shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """How the work is dealt out. `pairs` for pairs; `shares` (any positive numbers by name) for shares."""

    how: Dealt = Dealt.EVERYONE
    pairs: tuple[tuple[str, str], ...] = ()
    shares: Mapping[str, float] = field(default_factory=dict)

    @property
    def named(self) -> frozenset[str]:
        """The people whom this way of dealing names."""
        if self.how is Dealt.PAIRS:
            return frozenset(name for pair in self.pairs for name in pair)
        return frozenset(self.shares if self.how is Dealt.SHARES else ())

    def asked(self, work: str, *, needed: int) -> frozenset[str] | None:
        """The people asked to judge a work; None means everybody.

        >>> deal = Deal(how=Dealt.SHARES, shares={"Ana": 1, "Bo": 1, "Cy": 2})
        >>> len(deal.asked("pubmed:1", needed=2))
        2
        """
        if self.how is Dealt.PAIRS and self.pairs:
            return frozenset(min(self.pairs, key=lambda pair: _lot(work, "\0".join(pair))))
        if self.how is Dealt.SHARES and self.shares:
            drawn = sorted(
                (name for name, share in self.shares.items() if share > 0), key=lambda n: self._draw(work, n)
            )
            return frozenset(drawn[:needed])
        return None

    def _draw(self, work: str, name: str) -> float:
        return -math.log(_lot(work, name)) / self.shares[name]


def pilot(works: Iterable[str], size: int) -> list[str]:
    """The works of the pilot round: a sample that is the same for everybody, in one order; empty if it would be all.

    >>> pilot(["a", "b", "c"], 2) == pilot(["c", "b", "a"], 2)
    True
    """
    found = list(works)
    return sorted(found, key=lambda work: _lot(work, "pilot"))[:size] if len(found) > size > 0 else []


def _lot(work: str, name: str) -> float:
    """A number between 0 and 1, neither included, that is the same wherever and whenever it is drawn."""
    digest = hashlib.sha256(f"{work}\0{name}".encode()).digest()
    return (int.from_bytes(digest[:8]) + 0.5) / 2**64

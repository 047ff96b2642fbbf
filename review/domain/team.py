"""The people of a review: their roles, and what each role may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TeamRole(StrEnum):
    """A person has one role at a time. A decision has its own, smaller `screening.Role`."""

    OWNER = "owner"
    REVIEWER = "reviewer"
    ADJUDICATOR = "adjudicator"
    READER = "reader"


class Right(StrEnum):
    """What a service may need. Nobody may see another's open decision, whatever their rights."""

    READ = "read"  # protocol, records, progress, and whatever is settled
    REVIEW = "review"  # screen, look for full texts, chart, answer whether two records are one work
    ADJUDICATE = "adjudicate"  # see both sides of a conflict and settle it
    WRITE = "write"  # the manuscript and its files
    AUDIT = "audit"  # who did what when
    GOVERN = "govern"  # searches, imports, the protocol, people, copies, taking everything out


RIGHTS: dict[TeamRole, frozenset[Right]] = {
    TeamRole.OWNER: frozenset(Right),
    TeamRole.REVIEWER: frozenset({Right.READ, Right.REVIEW, Right.WRITE, Right.AUDIT}),
    TeamRole.ADJUDICATOR: frozenset({Right.READ, Right.ADJUDICATE, Right.WRITE, Right.AUDIT}),
    TeamRole.READER: frozenset({Right.READ}),
}
# What each right lets a person do, for messages.
DOES = {
    Right.READ: "read this review",
    Right.REVIEW: "screen and chart",
    Right.ADJUDICATE: "settle conflicts",
    Right.WRITE: "change the manuscript",
    Right.AUDIT: "see who did what",
    Right.GOVERN: "change the protocol, the records or the people",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """For whom a project is open.

    `trusted`: nobody checked the name, so nobody's role is asked (one computer, no passwords). `session` is the hash of
    the token they signed in with: once it has ended, the seat is empty. So it is after `until` (seconds since 1970; 0:
    no such time), where somebody else vouched for them.
    """

    name: str
    trusted: bool = False
    session: str = ""
    until: float = 0.0


def roles_with(right: Right) -> tuple[TeamRole, ...]:
    """The roles that give a right, the most specific first.

    >>> [str(role) for role in roles_with(Right.ADJUDICATE)]
    ['adjudicator', 'owner']
    """
    return tuple(sorted((role for role, rights in RIGHTS.items() if right in rights), key=lambda r: len(RIGHTS[r])))

"""Decisions are facts; outcomes and conflicts are computed from them and never stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter


class Stage(StrEnum):
    TITLE_ABSTRACT = "title_abstract"
    FULL_TEXT = "full_text"


class Verdict(StrEnum):
    INCLUDE = "include"
    EXCLUDE = "exclude"
    MAYBE = "maybe"

    @property
    def goes_forward(self) -> bool:
        return self is not Verdict.EXCLUDE


class Role(StrEnum):
    REVIEWER = "reviewer"
    ADJUDICATOR = "adjudicator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One person's verdict on one record at one stage. `verdict` None takes the earlier one back (undo).

    A withdrawal takes back what this person last said on this record, not on another copy of it.
    `shown` is the id of the record that was on the screen; it must equal `record_id`.
    `number` is the order in which the store accepted it; `uid` makes a repeated delivery harmless.
    """

    record_id: str
    stage: Stage
    reviewer: str
    verdict: Verdict | None
    reason: str = ""
    note: str = ""
    role: Role = Role.REVIEWER
    decided_at: str = ""
    shown: str = ""
    uid: str = ""
    number: int = 0


class Standing(StrEnum):
    """Where a work stands at one stage."""

    UNSCREENED = "unscreened"
    PARTIAL = "partial"  # fewer people than the protocol asks for
    CONFLICT = "conflict"
    INCLUDED = "included"
    EXCLUDED = "excluded"

    @property
    def settled(self) -> bool:
        return self in {Standing.INCLUDED, Standing.EXCLUDED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Computed: where a work stands, the reason if excluded, and the decisions that say so."""

    record_id: str
    stage: Stage
    standing: Standing
    reason: str = ""
    adjudicated: bool = False
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two people disagree; `kind` is "verdict" or, at full text, "reason"."""

    record_id: str
    stage: Stage
    kind: str
    decisions: tuple[Decision, ...]

    @property
    def reviewers(self) -> tuple[str, ...]:
        return tuple(d.reviewer for d in self.decisions)


_NUMBER = attrgetter("number")


def current_decisions(decisions: Iterable[Decision]) -> list[Decision]:
    """Each person's latest standing decision on one work, in order of arrival.

    The work may have several records. A withdrawal takes back what the person said on its record; what they said on
    another copy stands, and counts again if it is the latest that is left. Once the last reviewer's decision is taken
    back, an adjudication of the work is gone too.
    """
    said: dict[tuple[str, Role, str], Decision] = {}
    for decision in sorted(decisions, key=_NUMBER):
        key = (decision.reviewer, decision.role, decision.record_id)
        said.pop(key, None)
        if decision.verdict is not None:
            said[key] = decision
        elif not any(role is Role.REVIEWER for _, role, _ in said):
            said.clear()  # nothing is left that an adjudicator could have settled
    latest: dict[tuple[str, Role], Decision] = {}
    for decision in said.values():
        person = (decision.reviewer, decision.role)
        latest.pop(person, None)
        latest[person] = decision
    return list(latest.values())


def outcome(record_id: str, stage: Stage, decisions: Sequence[Decision], *, reviewers_needed: int) -> Outcome:
    """Where one work stands at one stage.

    An adjudicator's decision settles as long as any reviewer's stands, also when the reviewers come to agree among
    themselves: only the adjudicator takes it back. With no reviewer's decision left the work is unscreened, and what
    was settled does not come back with new decisions. Without an adjudicator, as many people as the protocol asks for
    must agree; `maybe` counts as forward at title and abstract, and keeps a full text open. At full text, two
    exclusions for different reasons are a conflict, because the flow diagram counts one reason per report.
    """
    mine = current_decisions(d for d in decisions if d.stage is stage)
    settled_by = [d for d in mine if d.role is Role.ADJUDICATOR]
    reviewed = [d for d in mine if d.role is Role.REVIEWER]
    if settled_by and reviewed:
        last = settled_by[-1]
        standing = Standing.INCLUDED if last.verdict is Verdict.INCLUDE else Standing.EXCLUDED
        if last.verdict is Verdict.MAYBE:
            standing = Standing.INCLUDED if stage is Stage.TITLE_ABSTRACT else Standing.CONFLICT
        reason = last.reason if standing is Standing.EXCLUDED else ""
        return Outcome(
            record_id=record_id,
            stage=stage,
            standing=standing,
            reason=reason,
            adjudicated=standing.settled,
            decisions=tuple(mine),
        )
    standing, reason = _agreement(reviewed, stage, reviewers_needed)
    return Outcome(record_id=record_id, stage=stage, standing=standing, reason=reason, decisions=tuple(mine))


def _agreement(mine: Sequence[Decision], stage: Stage, needed: int) -> tuple[Standing, str]:
    if not mine:
        return Standing.UNSCREENED, ""
    if len(mine) < needed:
        return Standing.PARTIAL, ""
    verdicts = {d.verdict for d in mine}
    if Verdict.EXCLUDE in verdicts and len(verdicts) > 1:
        return Standing.CONFLICT, ""
    if stage is Stage.FULL_TEXT and Verdict.MAYBE in verdicts:
        return Standing.CONFLICT, ""
    if Verdict.EXCLUDE not in verdicts:
        return Standing.INCLUDED, ""
    reasons = [d.reason for d in mine if d.reason]
    if stage is Stage.FULL_TEXT and len(set(reasons)) > 1:
        return Standing.CONFLICT, ""
    return Standing.EXCLUDED, reasons[0] if reasons else ""


def conflict(found: Outcome) -> Conflict | None:
    """The disagreement behind an outcome, if there is one."""
    if found.standing is not Standing.CONFLICT:
        return None
    people = tuple(d for d in found.decisions if d.role is Role.REVIEWER)
    kind = "verdict" if len({d.verdict for d in people}) > 1 else "reason"
    return Conflict(record_id=found.record_id, stage=found.stage, kind=kind, decisions=people)

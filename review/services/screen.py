"""Screening: decisions in, outcomes and conflicts out. Every rule about who may decide what is checked here.

Reviewers are blinded to each other: what a reviewer may read (`my_decisions`, `queue`, `progress`) never depends
on anybody else's verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from review.domain.dealing import Deal
from review.domain.errors import Missing, NotAllowed, ReviewError, StaleDecision
from review.domain.protocol import Protocol
from review.domain.record import Record
from review.domain.screening import (
    Conflict,
    Decision,
    Outcome,
    Role,
    Stage,
    Standing,
    Verdict,
    conflict,
    outcome,
)
from review.domain.team import Right
from review.services import audit_sample, dealing, marks, protocol, rights, team, works
from review.services.project import Project
from review.services.standing import Outcomes, hidden, outcomes, veiled
from review.storage import decisions, projects, records, stamps

__all__ = ["outcomes"]  # where works stand is asked here as well


@rights.needs(Right.ADJUDICATE)
def conflicts(project: Project, stage: Stage) -> list[Conflict]:
    """Disagreements that wait for a third person. For adjudicators only: it shows the verdicts."""
    return [found for o in outcomes(project, stage).values() if (found := conflict(o)) is not None]


# Deciding


@rights.needs(rights.of_decision, whose="decision")
def decide(project: Project, decision: Decision) -> bool:
    """Append one decision in its own transaction; False if this very decision (its uid) was stored before.

    Raises StaleDecision when `shown` is not the record decided, and a ReviewError for whatever the rules forbid.
    """
    now = Grounds.of(project, _stages_needed(decision))
    try:
        [checked] = _directed(project, [check(project, decision, now=now)], now)
    except ReviewError:
        if decision.uid and decisions.is_stored(project.store, decision.uid):
            return False  # it was right when it came first
        raise
    if checked.reviewer not in now.names.values():
        checked = replace(checked, reviewer=team.join(project, checked.reviewer, role=str(checked.role)))
    return decisions.append_one(project.store, checked, protocol=now.version)


def _directed(project: Project, found: Sequence[Decision], known: Grounds) -> list[Decision]:
    """The decisions in order, each withdrawal on the copy of the work on which that person's decision stands."""
    if all(decision.verdict is not None for decision in found):
        return list(found)
    work_of = known.works.work_of
    people = {(d.stage, d.reviewer) for d in found if d.verdict is None}
    before = [d for stage, person in people for d in decisions.read(project.store, stage=stage, reviewer=person)]
    standing: dict[tuple[Stage, str, Role, str], dict[str, None]] = {}
    directed = []
    for at, decision in enumerate([*before, *found]):
        record = decision.record_id
        place = (decision.stage, decision.reviewer, decision.role, work_of[record])
        if decision.verdict is None and place not in standing:
            raise ReviewError(
                f"{decision.reviewer} has decided nothing on {record} that could be taken back.",
                hint="Nothing was stored. Check the record and the name.",
            )
        copies = standing.setdefault(place, {})
        if decision.verdict is None and copies and record not in copies:
            record = next(reversed(copies))
        copies.pop(record, None)
        if decision.verdict is not None:
            copies[record] = None
        if at >= len(before):
            directed.append(
                decision if record == decision.record_id else replace(decision, record_id=record, shown=record)
            )
    return directed


def _stages_needed(decision: Decision) -> tuple[Stage, ...]:
    """The stages whose outcomes a decision is checked against: at title and abstract its own work is enough."""
    return () if decision.stage is Stage.TITLE_ABSTRACT else (decision.stage,)


@rights.needs(rights.of_decision, whose="found")
def decide_all(project: Project, found: Sequence[Decision]) -> int:
    """Append many decisions and who made them in one transaction, all or none; how many. Each is checked first, as by `decide`."""
    now = Grounds.of(project)
    checked = _directed(project, [check(project, decision, now=now) for decision in found], now)
    roles = {decision.reviewer: str(decision.role) for decision in checked}
    with project.store.writing() as connection:
        stored = {name: projects.join(connection, name, role=role) for name, role in roles.items()}
        named = [replace(decision, reviewer=stored[decision.reviewer]) for decision in checked]
        decisions.append(connection, named, protocol=now.version)
    return len(checked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What decisions are checked against, read once for a whole batch."""

    works: works.Works
    rules: Protocol
    standing: Mapping[Stage, Outcomes]
    names: Mapping[str, str]  # by their folded form
    version: int  # of the protocol

    @staticmethod
    def of(project: Project, stages: Sequence[Stage] = tuple(Stage)) -> Grounds:
        now = stamps.read(project.store)
        return Grounds(
            works=works.works(project, now=now),
            rules=protocol.in_force(project, now=now),
            standing={stage: outcomes(project, stage) for stage in stages},
            names={person.name.casefold(): person.name for person in team.people(project, now=now)},
            version=now.protocol,
        )


@rights.internal
def check(project: Project, decision: Decision, *, now: Grounds | None = None) -> Decision:
    """The decision as it may be stored, or the reason why it may not. Nothing is stored."""
    if decision.shown and decision.shown != decision.record_id:
        raise StaleDecision(decision.record_id, decision.shown)
    known = now or Grounds.of(project, _stages_needed(decision))
    work = known.works.work_of.get(decision.record_id)
    if work is None:
        raise Missing("record", decision.record_id, list(known.works.work_of)[:2_000])
    if decision.reason and known.rules.exclusion(decision.reason) is None:
        raise Missing("exclusion criterion", decision.reason, [c.id for c in known.rules.exclude])
    if decision.verdict is not Verdict.EXCLUDE and decision.reason:
        raise ReviewError("Only an exclusion has a reason.", hint="Leave the reason out, or exclude the record.")
    name = team.clean_name(decision.reviewer)
    named = replace(decision, reviewer=known.names.get(name.casefold(), name))
    found = _found(project, decision, work, known)
    if decision.stage is Stage.TITLE_ABSTRACT and decision.verdict and not known.works.from_databases(work):
        raise NotAllowed(
            f"{decision.record_id} was found by another way than a database, so it has no screening by title.",
            hint="Look for its full text and assess that.",
        )
    if decision.stage is Stage.FULL_TEXT:
        _check_full_text(named, found, known.rules)
    if decision.role is Role.ADJUDICATOR:
        _check_adjudicator(named, found)
    else:
        _check_reviewer(named, found)
    return named


def _found(project: Project, decision: Decision, work: str, known: Grounds) -> Outcome | None:
    """Where the work stands, read for it alone if the outcomes of all are not at hand."""
    stage = decision.stage
    if stage in known.standing:
        return known.standing[stage].get(work)
    said = decisions.read(project.store, stage=stage, of=known.works.members[work])
    found = outcome(work, stage, said, reviewers_needed=known.rules.screening.reviewers_per_record)
    return veiled(found) if decision.role is Role.ADJUDICATOR and work in hidden(project) else found


def _check_full_text(decision: Decision, found: Outcome | None, rules: Protocol) -> None:
    if found is None:
        raise NotAllowed(
            f"{decision.record_id} has not been included at title and abstract.",
            hint="Settle it there first; only then is its full text assessed.",
        )
    if decision.verdict is Verdict.MAYBE:
        raise NotAllowed("A full text is included or excluded.", hint="Discuss it if you are unsure, then decide.")
    if decision.verdict is Verdict.EXCLUDE and not decision.reason:
        raise NotAllowed(
            "Excluding a full text needs exactly one reason.",
            hint=f"Choose one of {', '.join(c.id for c in rules.exclude)}.",
        )


def _check_reviewer(decision: Decision, found: Outcome | None) -> None:
    settled = {d.reviewer for d in found.decisions if d.role is Role.ADJUDICATOR} if found else set()
    if decision.verdict is not None and decision.reviewer in settled:
        raise NotAllowed(
            f"{decision.reviewer} settled the conflict on this record and cannot review it.",
            hint="Whoever settles a conflict is neither of the two. Take the settlement back first, if it was a mistake.",
        )


def _check_adjudicator(decision: Decision, found: Outcome | None) -> None:
    judges = {d.reviewer for d in found.decisions if d.role is Role.REVIEWER} if found else set()
    if decision.reviewer in judges:
        raise NotAllowed(
            f"{decision.reviewer} reviewed this record and cannot settle it.",
            hint="Ask a third person to settle the conflict.",
        )
    if found is None or (found.standing is not Standing.CONFLICT and not found.adjudicated):
        raise NotAllowed(f"There is no conflict on {decision.record_id} to settle.", hint="Nothing was stored.")
    if decision.verdict is Verdict.MAYBE:
        raise NotAllowed("An adjudicator includes or excludes.", hint="Choose one; it settles the conflict.")


@rights.needs(rights.of_decision, whose="reviewer")
def undo(project: Project, reviewer: str, stage: Stage, *, role: Role = Role.REVIEWER) -> Decision | None:
    """Take back this person's latest standing decision at a stage, as a later fact; the decision taken back.

    What they said earlier on another copy of the work stands again.
    """
    latest: dict[str, Decision] = {}
    for decision in decisions.read(project.store, stage=stage, reviewer=reviewer):
        if decision.role is role:
            latest[decision.record_id] = decision
    standing = [d for d in latest.values() if d.verdict is not None]
    if not standing:
        return None
    last = max(standing, key=lambda d: d.number)
    taken = Decision(
        record_id=last.record_id, stage=stage, reviewer=reviewer, verdict=None, role=role, shown=last.record_id
    )
    decisions.append_one(project.store, taken, protocol=projects.latest_protocol(project.store))
    return last


# What one reviewer may see


@rights.needs(Right.REVIEW, whose="reviewer")
def my_decisions(project: Project, reviewer: str, stage: Stage) -> dict[str, Decision]:
    """The standing decisions of one reviewer on the works that are at this stage now, by work, the newest last."""
    mine = (
        (work, decision)
        for work, one in outcomes(project, stage).items()
        for decision in one.decisions
        if decision.reviewer == reviewer and decision.role is Role.REVIEWER
    )
    return dict(sorted(mine, key=lambda said: said[1].number))


@rights.needs(Right.REVIEW, whose="reviewer")
def queue(project: Project, reviewer: str, stage: Stage) -> list[str]:
    """The works this reviewer has still to judge, most likely relevant first.

    A work that enough other people have judged already is not asked for again. The order rests on nothing that
    another person has said of a work that still waits here (`rank.labels`). The pilot round comes first, in one order
    for everybody; what this person put off comes last.
    """
    position = {record: at for at, (record, _) in enumerate(projects.read_order(project.store, reviewer))}
    last = len(position)
    later = marks.postponed(project, reviewer)
    pilot, _ = _asked_for(project, stage)
    ordered = sorted(
        waiting(project, reviewer, stage),
        key=lambda work: (later.get(work, 0), work not in pilot, pilot.get(work, 0), position.get(work, last)),
    )
    if stage is not Stage.TITLE_ABSTRACT or pilot:
        return ordered
    now = [work for work in ordered if work not in later]
    return [*audit_sample.mixed_in(project, now), *ordered[len(now) :]]


@rights.needs(Right.REVIEW, whose="reviewer")
def waiting(project: Project, reviewer: str, stage: Stage) -> list[str]:
    """The same works in no order: to count them, or to know whether one is among them."""
    needed = protocol.in_force(project).screening.reviewers_per_record
    mine = my_decisions(project, reviewer, stage)
    pilot, deal = _asked_for(project, stage)
    found = []
    for work, one in outcomes(project, stage).items():
        if work in mine or one.adjudicated:
            continue
        enough = bool(one.decisions) and sum(d.role is Role.REVIEWER for d in one.decisions) >= needed
        asked = deal.asked(work, needed=needed)
        if work in pilot or (not enough and (asked is None or reviewer in asked)):
            found.append(work)
    return found


def _asked_for(project: Project, stage: Stage) -> tuple[Mapping[str, int], Deal]:
    """The pilot's works with their places while it lasts, and how the rest is dealt out; only titles are."""
    if stage is not Stage.TITLE_ABSTRACT:
        return {}, Deal()
    pilot = dealing.pilot_round(project)
    return {} if pilot.over else {work: at for at, work in enumerate(pilot.works)}, dealing.current(project)


@rights.needs(Right.REVIEW, whose="reviewer")
def rules_changed(project: Project, reviewer: str, stage: Stage) -> str:
    """Why criteria or instructions were amended since this person's last decision; empty if they were not."""
    last = decisions.last_protocol(project.store, reviewer, stage)
    newest = projects.latest_protocol(project.store)
    if last is None or not 0 <= last < newest:
        return ""
    return project.cached(f"rules since {last}", newest, lambda: protocol.changes_for_screening(project, since=last))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerProgress:
    """How far one person is at a stage; nothing of anybody else's verdicts."""

    decided: int
    waiting: int

    @property
    def share(self) -> float:
        total = self.decided + self.waiting
        return self.decided / total if total else 0.0


@rights.needs(Right.REVIEW, whose="reviewer")
def progress(project: Project, reviewer: str, stage: Stage) -> ReviewerProgress:
    decided = len(my_decisions(project, reviewer, stage))
    return ReviewerProgress(decided=decided, waiting=len(waiting(project, reviewer, stage)))


@rights.needs(Right.READ)
def record(project: Project, record_id: str) -> Record:
    """One record to show; `Missing` if there is none of this id."""
    found = records.by_id(project.store, [record_id])
    if record_id not in found:
        raise Missing("record", record_id, list(works.works(project).work_of)[:2_000])
    return found[record_id]

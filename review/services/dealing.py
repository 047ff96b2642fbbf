"""Who is asked for what: the pilot round that everybody judges, and how the rest is dealt out. Changed midway at will."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from review.domain.dealing import Deal, Dealt, pilot
from review.domain.errors import ReviewError
from review.domain.naming import counted
from review.domain.screening import Role, Stage
from review.domain.team import RIGHTS, Right, TeamRole
from review.services import protocol, rights, team, works
from review.services.project import Project
from review.storage import arrangements, decisions, stamps


@rights.needs(Right.READ)
def current(project: Project) -> Deal:
    """How the work is dealt out now."""
    said = arrangements.arranged(project.store, arrangements.DEAL)
    if said is None:
        return Deal()
    detail = json.loads(said)
    return Deal(
        how=Dealt(detail["how"]),
        pairs=tuple((str(a), str(b)) for a, b in detail["pairs"]),
        shares={str(name): float(share) for name, share in detail["shares"].items()},
    )


@rights.needs(Right.GOVERN)
def deal(project: Project, wanted: Deal) -> Deal:
    """Deal the work out anew. Decisions made so far stand; only who is asked for what is left changes."""
    needed = protocol.in_force(project).screening.reviewers_per_record
    known = {person.name for person in team.people(project) if person.active}
    if unknown := sorted(wanted.named - known):
        raise ReviewError(
            f"{unknown[0]} does not take part in this review.",
            hint=f"Taking part: {', '.join(sorted(known)) or 'nobody'}.",
        )
    if wanted.how is Dealt.PAIRS and (needed != 2 or not wanted.pairs or any(a == b for a, b in wanted.pairs)):
        raise ReviewError(
            "Pairs are for protocols that ask for two people for each record, two different people to a pair.",
            hint=f"This one asks for {needed}. Use shares, or everyone.",
        )
    if wanted.how is Dealt.SHARES and (
        len(wanted.shares) < needed or any(not 0 < share <= 1_000_000 for share in wanted.shares.values())
    ):
        raise ReviewError(
            f"Shares need at least {needed} people, each with a number above zero.", hint="For example 1 for everybody."
        )
    detail = {"how": str(wanted.how), "pairs": wanted.pairs, "shares": dict(wanted.shares)}
    arrangements.arrange(
        project.store,
        arrangements.DEAL,
        detail=json.dumps(detail, ensure_ascii=False),
        who=project.who or team.COMMAND_LINE,
    )
    return wanted


@rights.needs(Right.READ)
def unstaffed(project: Project) -> str:
    """What nobody is left to do since people have left, and what to do about it; empty if all work has its people."""
    needed = protocol.in_force(project).screening.reviewers_per_record
    left = {p.name for p in team.people(project) if p.active and Right.REVIEW in RIGHTS[TeamRole(p.role)]}
    said = []
    if len(left) < needed:
        said.append(
            f"The protocol asks for {needed} people for each record; {counted(len(left), 'person', 'people')} who may "
            f"screen {'takes' if len(left) == 1 else 'take'} part. Take somebody in on the page People, or amend the protocol."
        )
    if gone := sorted(current(project).named - left):
        said.append(f"Work is still dealt out to {', '.join(gone)}: deal it out anew on the page Agreement.")
    return " ".join(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotRound:
    """The pilot: its works in order, the people who judged some of them and how many, and whether it is over."""

    works: tuple[str, ...]
    judged: dict[str, int]
    confirmed: bool
    over: bool


@rights.needs(Right.READ)
def pilot_round(project: Project) -> PilotRound:
    """The pilot round of the protocol (`screening: pilot_records`). With one person for each record there is none.

    It is over once it is confirmed, or once screening has evidently gone on: enough people have judged a work outside.
    """
    rules = protocol.in_force(project).screening
    size = rules.pilot_records if rules.reviewers_per_record > 1 else 0
    now = stamps.read(project.store)
    found = works.works(project, now=now)

    def drawn() -> tuple[str, ...]:
        return tuple(pilot((work for work in found.members if found.from_databases(work)), size))

    chosen = project.cached("pilot", (now.works, size), drawn)
    if not chosen:
        return PilotRound(works=(), judged={}, confirmed=False, over=True)
    confirmed = arrangements.arranged(project.store, arrangements.PILOT_CONFIRMED) is not None
    newest = decisions.latest(project.store, Stage.TITLE_ABSTRACT)
    copies = [record for work in chosen for record in found.members[work]]
    judged = project.cached("pilot judged", (now.works, size, newest), lambda: _judged(project, found, copies))
    needed = rules.reviewers_per_record
    over = confirmed or project.cached(
        "pilot over", (now.works, size, needed, newest), lambda: decisions.most_judged(project.store, copies) >= needed
    )
    return PilotRound(works=chosen, judged=judged, confirmed=confirmed, over=over)


def _judged(project: Project, found: works.Works, copies: Sequence[str]) -> dict[str, int]:
    """How many works of the pilot each person has judged; `copies` are all records of them."""
    standing: dict[str, set[str]] = {}
    for decision in decisions.read(project.store, stage=Stage.TITLE_ABSTRACT, of=copies):
        if decision.role is not Role.REVIEWER:
            continue
        held = standing.setdefault(decision.reviewer, set())
        (held.add if decision.verdict else held.discard)(found.work_of[decision.record_id])
    return {name: len(done) for name, done in sorted(standing.items()) if done}


@rights.needs(Right.GOVERN)
def confirm_pilot(project: Project) -> None:
    """Say that the criteria held, or were amended, after the pilot: from now on everybody screens the rest."""
    found = pilot_round(project)
    if not found.works:
        raise ReviewError("This review has no pilot round.", hint="The protocol sets it: screening: pilot_records.")
    if found.confirmed:
        raise ReviewError("The pilot round was confirmed before.", hint="Nothing was stored.")
    arrangements.arrange(project.store, arrangements.PILOT_CONFIRMED, detail="", who=project.who or team.COMMAND_LINE)

"""Talking about a conflict: between the people who judged the work and whoever settles it, and nobody else."""

from __future__ import annotations

from collections.abc import Mapping

from review.domain.errors import NotAllowed, ReviewError
from review.domain.screening import Outcome, Role, Stage, Standing
from review.domain.team import Right
from review.services import rights, screen, team, works
from review.services.project import Project
from review.storage import arrangements
from review.storage.arrangements import Remark

_LONGEST = 4_000


@rights.needs(Right.READ, whose="person")
def remarks(project: Project, person: str, record_id: str, stage: Stage) -> list[Remark]:
    """What was said about a work in conflict, in order, to a person who takes part in it."""
    _check_part(project, person, record_id, stage)
    found = works.works(project)
    return arrangements.said(project.store, stage, found.members[found.work_of[record_id]])


@rights.needs(Right.READ, whose="person")
def say(project: Project, person: str, record_id: str, stage: Stage, *, text: str) -> None:
    """Add something to the discussion of a conflict."""
    said = text.strip()
    if not said or len(said) > _LONGEST:
        raise ReviewError(f"A remark has between 1 and {_LONGEST:,} letters.", hint="Nothing was stored.")
    _check_part(project, person, record_id, stage)
    who = team.join(project, person)
    arrangements.say(project.store, Remark(record_id=record_id, stage=stage, who=who, text=said))


@rights.needs(Right.READ, whose="person")
def mine(project: Project, person: str, stage: Stage) -> Mapping[str, Outcome]:
    """The open conflicts this person is a side of, by work, with this person's own decision alone."""
    found = {}
    for work, outcome in screen.outcomes(project, stage).items():
        own = tuple(d for d in outcome.decisions if d.reviewer == person and d.role is Role.REVIEWER)
        if outcome.standing is Standing.CONFLICT and own:
            found[work] = Outcome(record_id=work, stage=stage, standing=outcome.standing, decisions=own)
    return found


def _check_part(project: Project, person: str, record_id: str, stage: Stage) -> None:
    """Raise NotAllowed unless the work is or was in conflict and the person judged or may settle it."""
    work = works.works(project).work_of.get(record_id, record_id)
    outcome = screen.outcomes(project, stage).get(work)
    if outcome is None or (outcome.standing is not Standing.CONFLICT and not outcome.adjudicated):
        raise NotAllowed("There is no conflict on this record to talk about.", hint="Nothing was shown or stored.")
    sides = {d.reviewer for d in outcome.decisions}
    if person not in sides and not rights.may(project, Right.ADJUDICATE):
        raise NotAllowed("You are no side of this conflict.", hint="Nothing was shown or stored.")

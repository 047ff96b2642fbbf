"""Who may see whose decision. A decision is open to a person while its work waits for enough people, or for that person;
until then nobody but its maker reads it, whatever their role.
"""

from __future__ import annotations

from collections.abc import Callable

from review.domain.errors import NotAllowed
from review.domain.screening import Decision, Stage, Standing
from review.domain.team import Right
from review.services import rights, screen
from review.services.project import Project
from review.services.works import works
from review.storage import decisions


@rights.internal
def reader(project: Project) -> Callable[[Decision], bool]:
    """Whether the person the project is open for may read a decision; for whoever holds the folder, always."""
    if project.seat is None:
        return lambda _: True
    name = project.seat.name
    work_of = works(project).work_of
    closed = {stage: _closed(project, name, stage) for stage in Stage}
    return lambda d: d.reviewer == name or work_of.get(d.record_id) in closed[d.stage]


def _closed(project: Project, name: str, stage: Stage) -> set[str]:
    """The works enough people have judged, less those that wait for this person."""
    waiting = set(screen.waiting(project, name, stage)) if Right.REVIEW in rights.of(project) else set()
    standing = screen.outcomes(project, stage)
    return {
        work
        for work, found in standing.items()
        if found.standing not in (Standing.UNSCREENED, Standing.PARTIAL) and work not in waiting
    }


@rights.internal
def refuse_while_open(project: Project, what: str) -> None:
    """Raise NotAllowed if something that shows every decision is asked for by a person to whom one of them is open."""
    if project.seat is None:
        return
    may_read = reader(project)
    hidden = sum(not may_read(decision) for decision in decisions.read(project.store))
    if hidden:
        raise NotAllowed(
            f"{what} would show {hidden:,} decisions of others that are still open to you; screening is blinded.",
            hint="Take it once those works are judged. Whoever holds the project's folder can take it at any time.",
        )

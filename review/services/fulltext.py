"""Full texts: sought, retrieved, not retrieved; who said so and when."""

from __future__ import annotations

from dataclasses import dataclass

from review.domain.errors import Missing, NotAllowed
from review.domain.screening import Stage
from review.domain.team import Right
from review.services import rights, screen, team
from review.services.project import Project
from review.services.works import works
from review.storage import decisions
from review.storage.decisions import Retrieval

STATUSES = ("sought", "retrieved", "not_retrieved")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportStanding:
    """A report at full text: its retrieval as last stated (empty before anybody said)."""

    record_id: str
    retrieval: str
    note: str = ""


@rights.needs(Right.REVIEW, whose="person")
def set_retrieval(project: Project, record_id: str, status: str, *, person: str, note: str = "") -> None:
    """Say what became of the search for a full text."""
    if status not in STATUSES:
        raise Missing("retrieval status", status, STATUSES)
    work = works(project).work_of.get(record_id)
    if work is None or work not in screen.outcomes(project, Stage.FULL_TEXT):
        raise NotAllowed(
            f"{record_id} has not been included at title and abstract.", hint="Only then is its full text sought."
        )
    who = team.join(project, person)
    decisions.append_retrieval(project.store, [Retrieval(record_id=record_id, status=status, who=who, note=note)])


@rights.needs(Right.READ)
def standings(project: Project) -> dict[str, ReportStanding]:
    """Every report that came to full text, by work."""
    found = works(project)
    latest: dict[str, Retrieval] = {}
    for retrieval in decisions.read_retrievals(project.store):
        latest[found.work_of[retrieval.record_id]] = retrieval
    return {
        work: ReportStanding(
            record_id=work,
            retrieval=latest[work].status if work in latest else "",
            note=latest[work].note if work in latest else "",
        )
        for work in screen.outcomes(project, Stage.FULL_TEXT)
    }

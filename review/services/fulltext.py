"""Full texts: sought, retrieved, not retrieved; who said so and when."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from review.domain.errors import Missing, NotAllowed
from review.domain.record import Record
from review.domain.screening import Stage
from review.domain.team import Right
from review.services import rights, screen, standing, team
from review.services.project import Project
from review.services.works import read, works
from review.storage import decisions, stamps
from review.storage.decisions import Retrieval

STATUSES = ("sought", "retrieved", "not_retrieved")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportStanding:
    """A report at full text: its retrieval as last stated (empty before anybody said), by whom and when (UTC)."""

    record_id: str
    retrieval: str
    note: str = ""
    who: str = ""
    at: str = ""
    history: tuple[Retrieval, ...] = ()


@rights.needs(Right.REVIEW, whose="person")
def set_retrieval(project: Project, record_id: str, status: str, *, person: str, note: str = "") -> None:
    """Say what became of the search for a full text."""
    if status not in STATUSES:
        raise Missing("retrieval status", status, STATUSES)
    report_of(project, record_id)
    who = team.join(project, person)
    decisions.append_retrieval(project.store, [Retrieval(record_id=record_id, status=status, who=who, note=note)])


@rights.needs(Right.READ)
def report_of(project: Project, record_id: str) -> str:
    """The work at full text under which a record is assessed: its own, or the version that counts for it.

    Raises NotAllowed for a record that did not come to full text.
    """
    own = works(project).work_of.get(record_id, "")
    work = standing.counting(project).get(own, own)
    if work not in screen.outcomes(project, Stage.FULL_TEXT):
        raise NotAllowed(
            f"{record_id} has not been included at title and abstract.", hint="Only then is its full text sought."
        )
    return work


@rights.needs(Right.READ)
def standings(project: Project) -> dict[str, ReportStanding]:
    """Every report that came to full text, by work."""
    there = tuple(screen.outcomes(project, Stage.FULL_TEXT))
    stamp = (decisions.latest_retrieval(project.store), *stamps.read(project.store), there)

    def compute() -> dict[str, ReportStanding]:
        found = said(project)
        return {work: _standing(work, found.get(work, [])) for work in there}

    return project.cached(f"standings at full text {project.who}", stamp, compute)


@rights.needs(Right.READ)
def records_of(project: Project) -> dict[str, Record]:
    """The record shown of every report at full text, by work."""
    there = tuple(screen.outcomes(project, Stage.FULL_TEXT))
    name = f"records at full text {project.who}"
    return project.cached(name, (stamps.read(project.store).works, there), lambda: read(project, there))


def _standing(work: str, told: list[Retrieval]) -> ReportStanding:
    if not told:
        return ReportStanding(record_id=work, retrieval="")
    last = told[-1]
    return ReportStanding(
        record_id=work, retrieval=last.status, note=last.note, who=last.who, at=last.at, history=tuple(told)
    )


@rights.internal
def said(project: Project) -> dict[str, list[Retrieval]]:
    """By work everything that was said of the search for its full text, the newest last; also of hidden works."""
    work_of, counting = works(project).work_of, standing.counting(project)
    found: dict[str, list[Retrieval]] = defaultdict(list)
    for retrieval in decisions.read_retrievals(project.store):
        own = work_of[retrieval.record_id]
        found[counting.get(own, own)].append(retrieval)
    return found

"""What a person has typed on a page and not sent yet; a reload, another computer or a stopped server loses none of it."""

from __future__ import annotations

from review.domain.team import Right
from review.services import rights
from review.services.project import Project
from review.services.works import works
from review.storage import typed

_LONGEST = 4_000  # letters


@rights.needs(Right.READ, whose="person")
def keep(project: Project, person: str, record_id: str, what: str, text: str) -> None:
    """Keep what somebody typed beside a record, for nobody else; nothing is kept for a record that is none."""
    if record_id in works(project).work_of:
        typed.keep(project.store, person=person, record_id=record_id, what=what, text=text[:_LONGEST])


@rights.needs(Right.READ, whose="person")
def kept(project: Project, person: str, record_id: str) -> dict[str, str]:
    """What this person typed beside a record and did not send."""
    return typed.read(project.store, person, record_id)

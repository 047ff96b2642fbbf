"""The sections of a manuscript on their way from draft to approved. Only a named person approves; a change undoes it."""

from __future__ import annotations

import difflib
from pathlib import Path

from review.domain import manuscript
from review.domain.errors import Missing, NotAllowed, ReviewError
from review.domain.manuscript import SectionFact, SectionStanding, SectionState
from review.domain.team import Right
from review.services import rights
from review.services.manuscript import paper
from review.services.project import Project
from review.storage import sections as storage


@rights.needs(Right.READ)
def standings(project: Project, folder: Path) -> list[SectionStanding]:
    """Where each section of the first level stands."""
    place = paper.find(project, folder)
    return manuscript.standing(paper.text_of(place), history(project, folder))


@rights.needs(Right.READ)
def history(project: Project, folder: Path) -> list[SectionFact]:
    """All that was told of the sections, in order."""
    return storage.read(project.store, paper.name_of(project, paper.find(project, folder)))


@rights.needs(Right.WRITE, whose="who")
def approve(project: Project, folder: Path, section: str, who: str, *, note: str = "") -> SectionStanding:
    """A person's approval of a section as it reads now. Refused without a name and while a task is open in it."""
    if not who.strip():
        raise NotAllowed("Only a named person approves a section.", hint="Say who: --by NAME.")
    place = paper.find(project, folder)
    one = _find(standings(project, folder), section)
    if one.tasks:
        many = "a task is" if one.tasks == 1 else f"{one.tasks} tasks are"
        raise ReviewError(
            f"“{one.section}” is a draft: {many} still open in it.",
            hint="Write what is asked for, delete the task, then approve.",
        )
    paper.record_sections(project, place)
    fact = SectionFact(
        paper=paper.name_of(project, place),
        section=one.section,
        kind=SectionState.APPROVED,
        text=one.text,
        sha256=one.sha256,
        who=who.strip(),
        note=" ".join(note.split()),
    )
    storage.append(project.store, [fact])
    return _find(standings(project, folder), one.section)


def _find(found: list[SectionStanding], named: str) -> SectionStanding:
    wanted = named.strip().lstrip("#").strip().casefold()
    for one in found:
        if one.section.casefold() == wanted:
            return one
    near = difflib.get_close_matches(wanted, [one.section.casefold() for one in found], n=1)
    names = [one.section for one in found]
    raise Missing("section of the first level", named, [n for n in names if n.casefold() in near] or names)

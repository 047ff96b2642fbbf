"""The people of a review: who reviews, who adjudicates."""

from __future__ import annotations

import unicodedata

from review.domain.errors import ReviewError
from review.services.project import Project
from review.storage import projects
from review.storage.projects import Person

_LONGEST = 80


def clean_name(name: str) -> str:
    """A person's name, white space folded; refused when empty, too long or not printable."""
    folded = " ".join(unicodedata.normalize("NFC", name).split())
    if not folded:
        raise ReviewError("A decision needs a name.", hint="Say who is deciding, for example --reviewer 'Ana Lima'.")
    if len(folded) > _LONGEST or not folded.isprintable():
        raise ReviewError("This name cannot be used.", hint=f"Use letters and spaces, at most {_LONGEST} of them.")
    return folded


def join(project: Project, name: str, *, role: str = "reviewer") -> str:
    """Make sure a person is known to the project; their name as stored."""
    known = clean_name(name)
    for person in projects.read_people(project.store):
        if person.name == known:
            return known
        if person.name.casefold() == known.casefold():
            return person.name
    projects.append_person(project.store, name=known, role=role)
    return known


def people(project: Project) -> list[Person]:
    return projects.read_people(project.store)

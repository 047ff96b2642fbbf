"""The people of a review: who reviews, who adjudicates."""

from __future__ import annotations

import unicodedata

from review.domain.errors import ReviewError
from review.services.project import Project
from review.storage import projects, stamps
from review.storage.projects import Person
from review.storage.stamps import Stamps

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
    """Make sure a person is known to the project, once however many ask at the same time; their name as stored."""
    cleaned = clean_name(name)
    with project.store.writing() as connection:
        return projects.join(connection, cleaned, role=role)


def as_known(project: Project, name: str) -> str:
    """The name as the project already writes it, else cleaned; nothing is stored."""
    return projects.as_stored([person.name for person in projects.read_people(project.store)], clean_name(name))


def people(project: Project, *, now: Stamps | None = None) -> list[Person]:
    """Each person once, as last stated, by name."""
    newest = (now or stamps.read(project.store)).person
    return project.cached("people", newest, lambda: projects.read_people(project.store))

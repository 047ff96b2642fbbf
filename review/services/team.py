"""The people of a review: who they are, what role each has, who has left. Said as facts, so that history stays."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

from sqlalchemy.exc import IntegrityError

from review.domain.errors import AlreadyExists, Missing, NotAllowed, ReviewError
from review.domain.team import Right, TeamRole
from review.services import rights
from review.services.project import Project
from review.storage import accounts, projects, stamps
from review.storage.projects import Person
from review.storage.stamps import Stamps

_LONGEST = 80
_LONGEST_EMAIL = 254
COMMAND_LINE = "(command line)"  # who says something when nobody is signed in


def clean_name(name: str) -> str:
    """A person's name, white space folded; refused when empty, too long or not printable."""
    folded = " ".join(unicodedata.normalize("NFC", name).split())
    if not folded:
        raise ReviewError("A decision needs a name.", hint="Say who is deciding, for example --reviewer 'Ana Lima'.")
    if len(folded) > _LONGEST or not folded.isprintable():
        raise ReviewError("This name cannot be used.", hint=f"Use letters and spaces, at most {_LONGEST} of them.")
    return folded


@rights.needs(Right.READ, whose="name")
def join(project: Project, name: str, *, role: str = "reviewer") -> str:
    """Make sure a person is known to the project, once however many ask at the same time; their name as stored."""
    cleaned = clean_name(name)
    with project.store.writing() as connection:
        return projects.join(connection, cleaned, role=role)


@rights.needs(Right.READ)
def as_known(project: Project, name: str) -> str:
    """The name as the project already writes it, else cleaned; nothing is stored."""
    return projects.as_stored([person.name for person in projects.read_people(project.store)], clean_name(name))


@rights.needs(Right.READ)
def people(project: Project, *, now: Stamps | None = None) -> list[Person]:
    """Each person once, as last stated, by name."""
    newest = (now or stamps.read(project.store)).person
    return project.cached("people", newest, lambda: projects.read_people(project.store))


# Who takes part


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person with how they sign in: `email` and `vouched` (by whom) may be empty."""

    name: str
    role: str
    active: bool
    email: str = ""
    vouched: str = ""
    has_password: bool = False


@rights.needs(Right.GOVERN)
def members(project: Project) -> list[Member]:
    """Everybody, with how they sign in; owners only, because of the addresses."""
    held = {account.name: account for account in accounts.all_accounts(project.store)}
    found = []
    for person in projects.read_people(project.store):
        account = held.get(person.name)
        found.append(
            Member(
                name=person.name,
                role=person.role,
                active=person.active,
                email=account.email if account else "",
                vouched=account.issuer if account else "",
                has_password=bool(account and account.hash),
            )
        )
    return found


@rights.needs(Right.GOVERN)
def add(project: Project, name: str, *, role: TeamRole | None = None, email: str = "") -> Person:
    """Take a person into the review, with an account. Somebody who decided without one gets an account.

    Without a `role` they keep the one they have; somebody new is a reviewer.
    """
    address = _clean_email(email)
    stored = as_known(project, name)
    before = {person.name: person for person in projects.read_people(project.store)}.get(stored)
    given = str(role or (before.role if before else TeamRole.REVIEWER))
    try:
        with project.store.writing() as connection:
            accounts.add(connection, stored, email=address)
            if before is None or before.role != given or not before.active:
                projects.append_person(connection, name=stored, role=given, who=_by(project))
    except IntegrityError as error:
        taken = f"{stored} or the address {address}" if address else stored
        raise AlreadyExists(f"An account for {taken}", hint="See them all: review people list.") from error
    return Person(name=stored, role=given, active=True)


@rights.needs(Right.GOVERN)
def set_role(project: Project, name: str, role: TeamRole) -> Person:
    """Give a person another role, from now on."""
    return _state(project, name, role=str(role))


@rights.needs(Right.GOVERN)
def deactivate(project: Project, name: str) -> Person:
    """Let a person decide nothing more and sign in no more. What they decided stays and counts."""
    return _state(project, name, active=False)


@rights.needs(Right.GOVERN)
def activate(project: Project, name: str) -> Person:
    """Let a person take part again."""
    return _state(project, name, active=True)


@rights.needs(Right.READ)
def has_owner(project: Project) -> bool:
    """Whether anybody could change people and the protocol after signing in."""
    return bool(_owners(projects.read_people(project.store)))


def _owners(found: list[Person]) -> list[str]:
    return [person.name for person in found if person.active and person.role == TeamRole.OWNER]


def _state(project: Project, name: str, *, role: str | None = None, active: bool | None = None) -> Person:
    """Append what holds of a known person from now on. The last owner stays one."""
    stored = as_known(project, name)
    account = accounts.by_login(project.store, stored)
    with project.store.writing() as connection:  # others wait, so that two owners cannot remove each other
        known = projects.read_people(project.store)
        before = {person.name: person for person in known}.get(stored)
        if before is None:
            raise Missing("person", stored, [person.name for person in known])
        now = replace(before, role=role or before.role, active=before.active if active is None else active)
        if now == before:
            return now
        if _owners(known) == [stored] and not _owners([now]):
            raise NotAllowed(f"{stored} is the only owner of this review.", hint="Make somebody else an owner first.")
        projects.append_person(connection, name=stored, role=now.role, active=now.active, who=_by(project))
        if account is not None and not now.active:
            accounts.end_sessions(connection, account.id)
    return now


def _by(project: Project) -> str:
    return project.who or COMMAND_LINE


def _clean_email(email: str) -> str:
    address = email.strip()
    name, at, domain = address.partition("@")
    good = name and domain and "@" not in domain and address.isprintable() and " " not in address
    if address and not (at and good and len(address) <= _LONGEST_EMAIL):
        raise ReviewError(f"{address[:60]!r} is not an e-mail address.", hint="Write it as ana@university.example.")
    return address

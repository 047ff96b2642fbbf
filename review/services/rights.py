"""Who may ask a service for what. A project that is open for a person (`Project.seat`) is checked at the first service
it reaches; what that service asks of others on the way is its own affair.

A project without a seat is open for whoever holds the folder: the command line. Every public function of the services
that takes a project says what it needs; a test finds those that do not.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from review.domain.errors import LacksRight, NotAllowed, NotSignedIn
from review.domain.screening import Role
from review.domain.team import DOES, RIGHTS, Right, Seat, TeamRole, roles_with
from review.services.project import Project
from review.storage import accounts, projects
from review.storage.projects import Person

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Service = Callable[Concatenate[Project, Arguments], Result]
RightOf = Callable[[Mapping[str, Any]], Right]  # from the arguments of the call
INTERNAL = "internal"  # the mark of what only services ask of each other


def needs(
    right: Right | RightOf, *, whose: str = ""
) -> Callable[[Service[Arguments, Result]], Service[Arguments, Result]]:
    """Say what right a service needs of the person a project is open for.

    `whose` names the argument that says in whose name it is done or whose things are read: a name, or something with
    a `reviewer`, or several. It must be the person's own; left empty, it becomes it.
    """

    def decorate(function: Service[Arguments, Result]) -> Service[Arguments, Result]:
        signature = inspect.signature(function)
        if whose and whose not in signature.parameters:
            raise TypeError(f"{function.__name__} has no argument {whose}")

        @wraps(function)
        def checked(project: Project, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            if project.seat is None or project.inside:
                return function(project, *args, **kwargs)
            call = signature.bind(project, *args, **kwargs)
            call.apply_defaults()
            check(project, right if isinstance(right, Right) else right(call.arguments))
            if whose:
                call.arguments[whose] = _own(project.seat, call.arguments[whose])
            call.arguments[next(iter(signature.parameters))] = replace(project, inside=True)
            return function(*call.args, **call.kwargs)

        checked.__dict__["needs"] = right
        return checked

    return decorate


def internal(function: Service[Arguments, Result]) -> Service[Arguments, Result]:
    """Say that a service is there for other services only: what it gives shows more than any one person may see."""

    @wraps(function)
    def checked(project: Project, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        if project.seat is not None and not project.inside:
            raise LacksRight(f"No page may ask for {function.__name__}.", hint="Nothing was shown or changed.")
        return function(project, *args, **kwargs)

    checked.__dict__["needs"] = INTERNAL
    return checked


def of_decision(arguments: Mapping[str, Any]) -> Right:
    """Reviewing or settling, as the role says: of a decision, of several, or of who made them."""
    said = next(arguments[name] for name in ("decision", "found", "judge", "role") if name in arguments)
    several = said if isinstance(said, Sequence) and not isinstance(said, str) else [said]
    roles = {getattr(one, "role", one) for one in several}
    return Right.ADJUDICATE if Role.ADJUDICATOR in roles else Right.REVIEW


def _own(seat: Seat, given: Any) -> Any:
    """What was given, in the person's own name as the project writes it."""
    if isinstance(given, str):
        if given and given.casefold() != seat.name.casefold():
            raise NotAllowed(
                f"You are {seat.name} here and cannot do this as {given}.", hint="Everybody acts under their own name."
            )
        return seat.name
    if isinstance(given, Sequence):
        return [_own(seat, one) for one in given]
    return replace(given, reviewer=_own(seat, given.reviewer))


# Who may


def check(project: Project, right: Right) -> None:
    """Raise NotAllowed, with what to do, if the person the project is open for does not have the right."""
    if project.seat is None or may(project, right):
        return
    if not _is_open(project, project.seat):
        raise NotSignedIn("You are signed out.", hint="Load the page again and sign in; what was decided is stored.")
    person = standing(project)
    if person is not None and not person.active:
        raise LacksRight(
            f"{person.name} does not take part in this review at present and cannot {DOES[right]}.",
            hint="What was decided stays. An owner can let a person in again on the page People.",
        )
    role = "nobody's role" if person is None else f"the role {person.role}"
    wanted = " or ".join(roles_with(right))
    raise LacksRight(
        f"With {role} one cannot {DOES[right]}.", hint=f"It takes the role {wanted}; an owner gives it (page People)."
    )


def may(project: Project, right: Right) -> bool:
    """Whether the person the project is open for has the right now. Without a seat everything is allowed."""
    return project.seat is None or right in of(project)


def of(project: Project) -> frozenset[Right]:
    """All rights, now, of the person the project is open for."""
    if project.seat is None:
        return frozenset(Right)
    if not _is_open(project, project.seat):
        return frozenset()
    person = standing(project)
    if project.seat.trusted:
        left = person is not None and not person.active
        return frozenset({Right.READ}) if left else frozenset(Right)
    if person is None or not person.active or person.role not in set(TeamRole):
        return frozenset()
    return RIGHTS[TeamRole(person.role)]


def _is_open(project: Project, seat: Seat) -> bool:
    """Whether the session has not ended, looked up once a second: one page asks many services."""
    session = seat.session
    if seat.until and time.time() >= seat.until:
        return False
    if not session:
        return True
    second = int(time.monotonic())
    return project.cached(
        f"session {session}", second, lambda: accounts.use_session(project.store, session) is not None
    )


def standing(project: Project) -> Person | None:
    """The person the project is open for, as last stated; None if nobody of this name is known."""
    if project.seat is None:
        return None
    stamp = projects.people_stamp(project.store)
    known = project.cached("people by name", stamp, lambda: {p.name: p for p in projects.read_people(project.store)})
    return known.get(project.seat.name)


def declared(function: object) -> Right | RightOf | str | None:
    """What a service says it needs; None if it says nothing."""
    return cast("Right | RightOf | str | None", getattr(function, "needs", None))

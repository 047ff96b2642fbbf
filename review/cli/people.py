"""Commands about people: who takes part, in which role, and how they sign in."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project
from review.cli.program import program
from review.domain.team import TeamRole

if TYPE_CHECKING:
    from review.services.project import Project

_ROLE = click.Choice([str(role) for role in TeamRole])
_WHAT_ROLES_DO = "An owner may do everything; a reviewer screens, charts and writes; an adjudicator settles conflicts; a reader reads."


@program.group("people")
def people() -> None:
    """Who takes part in the review, in which role, and how they sign in."""


@people.command("list", examples=["review people list", "review people list --json"])
@answers
@in_project
def list_(project: Project) -> Answer:
    """Show everybody with role and way to sign in."""
    from review.services import team

    found = team.members(project)
    lines = [
        f"{m.name:24}{m.role:14}{'' if m.active else 'left':8}{m.email:32}{_signs_in(m.has_password, m.vouched)}".rstrip()
        for m in found
    ]
    return Answer(
        document={"people": [asdict(m) for m in found]}, text="\n".join(lines) or "Nobody is on the list yet."
    )


def _signs_in(has_password: bool, vouched: str) -> str:
    return "password" if has_password else vouched


@people.command(
    "add",
    examples=[
        "review people add 'Ana Lima' --role owner --password",
        "review people add 'Bo Chen' --email bo@example.org",
    ],
)
@answers
@in_project
@click.argument("name")
@click.option("--role", type=_ROLE, help=f"{_WHAT_ROLES_DO} [default: reviewer]")
@click.option(
    "--email", default="", metavar="ADDRESS", help="For signing in with it, or through a university's service."
)
@click.option("--password", is_flag=True, help="Ask for a password to sign in with (from a script: standard input).")
def add(project: Project, name: str, role: str | None, email: str, password: bool) -> Answer:
    """Take a person into the review."""
    from review.services import accounts, team

    word = _asked_for(name) if password else ""
    if password:  # also an empty one, as of a script whose input has ended
        accounts.checked(name, word)
    person = team.add(project, name, role=TeamRole(role) if role else None, email=email)
    if word:
        accounts.set_password(project, person.name, word)
    text = f"{person.name} takes part as {person.role}."
    if not word and not email:
        text += f" To let {person.name} sign in: review people password '{person.name}'"
    return Answer(document=asdict(person), text=text)


@people.command("role", examples=["review people role 'Bo Chen' adjudicator"])
@answers
@in_project
@click.argument("name")
@click.argument("role", type=_ROLE)
def role_(project: Project, name: str, role: str) -> Answer:
    """Give a person another role, from now on."""
    from review.services import team

    person = team.set_role(project, name, TeamRole(role))
    return Answer(document=asdict(person), text=f"{person.name} has the role {person.role}. {_WHAT_ROLES_DO}")


@people.command("deactivate", examples=["review people deactivate 'Bo Chen'"])
@answers
@in_project
@click.argument("name")
def deactivate(project: Project, name: str) -> Answer:
    """Let a person decide and sign in no more. Nothing they decided is lost: it stays and counts."""
    from review.services import dealing, team

    person = team.deactivate(project, name)
    text = f"{person.name} takes no part from now on; what {person.name} decided stays."
    return Answer(document=asdict(person), text=text, notes=[note] if (note := dealing.unstaffed(project)) else [])


@people.command("activate", examples=["review people activate 'Bo Chen'"])
@answers
@in_project
@click.argument("name")
def activate(project: Project, name: str) -> Answer:
    """Let a person who left take part again."""
    from review.services import team

    person = team.activate(project, name)
    return Answer(document=asdict(person), text=f"{person.name} takes part again, as {person.role}.")


@people.command("password", examples=["review people password 'Bo Chen'"])
@answers
@in_project
@click.argument("name")
def password(project: Project, name: str) -> Answer:
    """Give a person a new password. It ends the wait after wrong passwords and signs them out everywhere."""
    from review.services import accounts

    stored = accounts.set_password(project, name, _asked_for(name))
    return Answer(document={"name": stored}, text=f"{stored} has a new password. Tell {stored} in person.")


def _asked_for(name: str) -> str:
    """The password, typed twice without showing; from a script, the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt(f"Password for {name}", hide_input=True, confirmation_prompt=True, err=True))

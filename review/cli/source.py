"""The command on sources: what kind each is, and how to put a wrong one right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

import click

from review.cli.answer import Answer, answers, in_project
from review.cli.program import program
from review.domain.errors import Missing
from review.domain.naming import counted
from review.domain.record import SourceKind

if TYPE_CHECKING:
    from review.services.kinds import SourceState
    from review.services.project import Project


@program.command(
    "source", examples=["review source", 'review source handsearch --kind citation --reason "Not a database."']
)
@answers
@in_project
@click.argument("name", metavar="[NAME]", default="")
@click.option("--kind", type=click.Choice([str(each) for each in SourceKind]), help="The kind it really is.")
@click.option("--reason", default="", metavar="TEXT", help="Why the kind is corrected; kept with the correction.")
@click.option("--who", default="", metavar="NAME", help="Who corrects it.")
def source(project: Project, name: str, kind: str | None, reason: str, who: str) -> Answer:
    """List the sources of the review with their kind, or correct the kind of one.

    The kind decides where the flow diagram counts the records of a source. It is said with the first file or search; a
    correction is a later fact with its reason, and changes no decision.
    """
    from review.services import kinds as service

    if kind is None:
        found = service.sources(project)
        if name:
            found = [each for each in found if each.name == name] or _missing(name, found)
    else:
        found = [service.correct(project, name, kind=SourceKind(kind), reason=reason, who=who)]
    text = "\n".join(_line(each) for each in found) or "No source yet."
    return Answer(document={"sources": [each.as_dict() for each in found]}, text=text)


def _missing(name: str, known: Sequence[SourceState]) -> NoReturn:
    raise Missing("source", name, [each.name for each in known])


def _line(each: SourceState) -> str:
    return (
        f"{each.name:20}{each.kind:14}{counted(each.records, 'record')} from {counted(each.runs, 'search', 'searches')}"
    )

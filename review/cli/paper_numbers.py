"""The commands on a manuscript's numbers: names for those written as figures, and what moved since the last build."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project
from review.cli.paper import FOLDER, paper
from review.domain.naming import counted

if TYPE_CHECKING:
    from review.services.project import Project


@paper.command("bind", examples=["review paper bind paper --suggest", "review paper bind paper --suggest --json"])
@answers
@in_project
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--suggest", is_flag=True, required=True, help="Propose names; the manuscript is not changed.")
def bind(project: Project, folder: Path, *, suggest: bool) -> Answer:
    """Propose names for numbers that are written as figures in the manuscript.

    A number that is a name cannot go stale. Each proposal says where the number stands and which facts have its value,
    the likeliest first; put in the one you mean.
    """
    from review.services.manuscript import binding

    found = binding.suggest(project, folder) if suggest else []
    lines = []
    for one in found:
        others = f"  (or {', '.join(one.names[1:])})" if one.names[1:] else ""
        sure = "" if one.certain else "perhaps "
        lines.append(
            f"{folder}/manuscript.md:{one.line}:{one.column}: {one.literal} is {sure}{one.replacement}{others}"
        )
    lines.append(f"{counted(len(found), 'number')} could be a name.")
    return Answer(document={"path": folder, "suggestions": [asdict(one) for one in found]}, text="\n".join(lines))


@paper.command("diff", examples=["review paper diff paper"])
@answers
@in_project
@click.argument("folder", metavar="DIR", type=FOLDER)
def diff(project: Project, folder: Path) -> Answer:
    """Say which numbers of the manuscript moved since it was last built, and why."""
    from review.services.manuscript import moved

    at, found = moved.diff(project, folder)
    document = {"path": folder, "built": at, "moved": [asdict(one) for one in found]}
    if not at:
        return Answer(document=document, text=f"{folder} was never built, so there is nothing to compare with.")
    lines = []
    for one in found:
        where = f" (line {', '.join(str(line) for line in one.lines)})" if one.lines else ""
        lines += [f"{one.name}: {one.before} → {one.now}{where}", f"    {one.why}"]
    lines.append(f"{counted(len(found), 'value')} moved since {at}.")
    return Answer(document=document, text="\n".join(lines))

"""The commands on a manuscript's sections: where each stands, and approving one by name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project
from review.cli.paper import FOLDER, paper
from review.domain.manuscript import SectionStanding, SectionState
from review.domain.naming import counted

if TYPE_CHECKING:
    from review.services.project import Project


@paper.command("sections", examples=["review paper sections paper", "review paper sections paper --history"])
@answers
@in_project
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--history", is_flag=True, help="Everything that was told of the sections, in order.")
def sections(project: Project, folder: Path, *, history: bool) -> Answer:
    """Show where each section stands: draft, revised or approved.

    A section is a draft while a task is open in it and revised when none is. It is approved when a person approved the
    very text that stands there; when the text changes it falls back. The documents say which sections are not approved.
    """
    from review.services.manuscript import approval

    if history:
        told = approval.history(project, folder)
        lines = [f"{one.at}  {one.kind:9} {one.section}{f', by {one.who}' if one.who else ''}" for one in told]
        facts = [
            {name: getattr(one, name) for name in ("section", "kind", "sha256", "who", "note", "at")} for one in told
        ]
        return Answer(
            document={"path": folder, "history": facts}, text="\n".join(lines) or "Nothing has been built yet."
        )
    found = approval.standings(project, folder)
    done = sum(one.state is SectionState.APPROVED for one in found)
    lines = [f"{one.state:9} {one.section}{_why(one)}" for one in found]
    lines.append(f"{done} of {counted(len(found), 'section')} approved.")
    return Answer(
        document={"path": folder, "sections": [_row(one) for one in found], "approved": done}, text="\n".join(lines)
    )


@paper.command("approve", examples=['review paper approve paper "Introduction" --by "Ana Lima"'])
@answers
@in_project
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("section", metavar="SECTION")
@click.option("--by", "who", required=True, metavar="NAME", help="Who approves: a person's name.")
@click.option("--note", default="", metavar="TEXT", help="What the approval answers, such as a reviewer's comment.")
def approve(project: Project, folder: Path, section: str, who: str, note: str) -> Answer:
    """Approve a section as it reads now, in your own name. A later change of its text undoes the approval."""
    from review.services.manuscript import approval

    one = approval.approve(project, folder, section, who, note=note)
    return Answer(document=_row(one), text=f"“{one.section}” is approved by {one.who}.")


def _why(one: SectionStanding) -> str:
    if one.state is SectionState.APPROVED:
        return f", by {one.who} on {one.at[:10]}"
    open_ = f", {counted(one.tasks, 'task')} open" if one.tasks else ""
    return f"{open_}{f', changed since {one.who} approved it on {one.at[:10]}' if one.lapsed else ''}"


def _row(one: SectionStanding) -> dict[str, object]:
    return {
        "section": one.section,
        "line": one.line,
        "state": one.state,
        "who": one.who,
        "at": one.at,
        "lapsed": one.lapsed,
        "tasks": one.tasks,
        "sha256": one.sha256,
    }

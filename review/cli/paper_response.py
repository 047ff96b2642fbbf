"""The commands on the response to reviewers: comments taken in, answered one by one, and printed with their totals."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project
from review.cli.paper import FOLDER, paper
from review.cli.program import Commands
from review.domain.naming import counted, shortened

if TYPE_CHECKING:
    from review.services.manuscript.response import ResponseReport
    from review.services.project import Project

_FILE = click.Path(path_type=Path, dir_okay=False)


@paper.group("response", cls=Commands)
def response() -> None:
    """Answer the reviewers: every comment with what was done and where the text changed.

    The comments and answers are in response.yaml of the manuscript's folder, which is yours to edit.
    """


@response.command("new", examples=["review paper response new paper"])
@answers
@in_project
@click.argument("folder", metavar="DIR", type=FOLDER)
def new(project: Project, folder: Path) -> Answer:
    """Start an empty response; comments are then written by hand or imported."""
    from review.services.manuscript import response as service

    path = service.new(project, folder)
    text = f"{path} written. Take the comments in: review paper response import {folder} FILE"
    return Answer(document={"path": path}, text=text)


@response.command(
    "import", examples=["review paper response import paper comments.docx", "review paper response import paper r2.csv"]
)
@answers
@in_project
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("file", metavar="COMMENTS", type=_FILE)
def imported(project: Project, folder: Path, file: Path) -> Answer:
    """Take comments in from a Word, Markdown or text file, or from a table with a column `comment`.

    In a text a line such as "Reviewer 2" says whose comments follow. Where a reviewer numbers, each number is one
    comment; where not, each paragraph is. Taking a file in again adds what is new; answers stay as they are.
    """
    from review.services.manuscript import response as service

    report, fresh = service.take(project, folder, file)
    return _shown(report, f"{counted(fresh, 'comment')} new from {file.name}.", quiet=True)


@response.command(
    "answer",
    examples=[
        'review paper response answer paper R1.2 --status done --action "We give n for each class." --where "Results"',
        'review paper response answer paper R2.1 --status declined --action "The data have no follow-up."',
    ],
)
@answers
@in_project
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("name", metavar="ID")
@click.option("--status", default=None, metavar="STATUS", help="open, done or declined.")
@click.option("--action", default=None, metavar="TEXT", help="What was done, or why not; facts may be named in it.")
@click.option("--where", default=None, metavar="PLACE", help="Where the text changed: a heading, a sentence, a table.")
@click.option("--anchor", default=None, metavar="PLACE", help="What of the text the comment is about.")
def answer(project: Project, folder: Path, name: str, **given: str | None) -> Answer:
    """Answer one comment."""
    from review.services.manuscript import response as service

    said = {field: text for field, text in given.items() if text is not None}
    if not said:
        raise click.UsageError("Give at least one of --status, --action, --where and --anchor.")
    return _shown(service.answer(project, folder, name, said), f"{name} is answered.", quiet=True)


@response.command("show", examples=["review paper response show paper"])
@answers
@in_project
@click.argument("folder", metavar="DIR", type=FOLDER)
def show(project: Project, folder: Path) -> Answer:
    """List the comments with how each stands, and what is missing."""
    from review.services.manuscript import response as service

    report = service.check(project, folder)
    lines = [f"{one.id:>8}  {one.status:<9} {shortened(one.comment, 90)}" for one in report.response.comments]
    return _shown(report, "\n".join(lines))


@response.command("build", examples=["review paper response build paper --to docx,pdf"])
@answers
@in_project
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--to", "formats", default="docx", show_default=True, metavar="FORMATS", help="Any of docx,pdf,md,html.")
def build(project: Project, folder: Path, formats: str) -> Answer:
    """Write the response into DIR/build: the totals, then every comment with its answer."""
    from review.services.manuscript import response_document as service

    wanted = list(dict.fromkeys(part.strip().lower() for part in formats.split(",") if part.strip()))
    if not wanted:
        raise click.UsageError("Say what to build: --to docx, for example.")
    files, report = service.build(project, folder, wanted)
    answered = _shown(report, "\n".join(f"{path} written." for path in files))
    return Answer(document={**answered.document, "files": files}, text=answered.text, findings=answered.findings)


def _shown(report: ResponseReport, text: str, *, quiet: bool = False) -> Answer:
    """How all comments stand; `quiet` leaves out that some are still open, which is no surprise while one answers."""
    sums = report.totals
    told = f"{counted(sums['comments'], 'comment')}: {sums['done']} done, {sums['declined']} declined, {sums['open']} open."
    document = {
        "path": report.path,
        "totals": dict(sums),
        "comments": [asdict(comment) for comment in report.response.comments],
    }
    findings = [f for f in report.findings if not (quiet and f.rule == "RESPONSE-OPEN")]
    return Answer(document=document, text=f"{text}\n{told}".lstrip("\n"), findings=findings)

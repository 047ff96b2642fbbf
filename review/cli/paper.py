"""Commands on the manuscript: made, built, checked against rules and guidelines, and the numbers it may name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project
from review.cli.program import Commands, program
from review.domain.naming import argument

if TYPE_CHECKING:
    from review.services.project import Project

FOLDER = click.Path(path_type=Path, file_okay=False)


@program.group("paper", cls=Commands)
def paper() -> None:
    """Write the paper: its numbers come from the review, its words from you.

    The manuscript is a text file, manuscript.md, in a folder of the project. Numbers in it are names such as
    {{ flow.records_screened }}; every build looks them up again.
    """


@paper.command(
    "new",
    examples=[
        "review paper new paper",
        "review paper new paper --type dataset --venue medical-physics",
        'review paper new next --type dataset --from-gap "task=measure, modality=MRI T2"',
    ],
)
@answers
@in_project
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option(
    "--type", "type_", default="", metavar="TYPE", help="review, dataset, method or clinical. [default: the project's]"
)
@click.option(
    "--venue", default="generic", show_default=True, metavar="NAME", help="Whose rules apply; a wrong name lists them."
)
@click.option(
    "--from-gap",
    "gap",
    default="",
    metavar="CELL",
    help='Begin with an empty cell of the evidence map: "field=level, field=level".',
)
def new(project: Project, folder: Path, type_: str, venue: str, gap: str) -> Answer:
    """Start a manuscript in the folder DIR of the project.

    You get the order of the sections, what each must answer, tables and numbers that fill themselves, the references and
    paper.yaml. A number whose evidence is not kept yet stands in the document as an open task.

    With --from-gap the introduction begins with what the review found: how many studies stand in the row and in the
    column of that cell, that none stands in it, and which they are. Every build looks that up again.
    """
    from review.services.manuscript import paper as service

    place = service.create(project, folder, type=type_, for_venue=venue, from_gap=gap)
    text = (
        f"A manuscript is in {place}. Write in {service.MANUSCRIPT}, then: review paper build {argument(str(folder))}"
    )
    return Answer(document={"path": place, "type": type_ or project.type, "venue": venue}, text=text)


@paper.command("build", examples=["review paper build paper", "review paper build paper --to docx,pdf,jats"])
@answers
@in_project
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option(
    "--to", "formats", default="docx", show_default=True, metavar="FORMATS", help="Any of docx,pdf,html,tex,jats,md."
)
def build(project: Project, folder: Path, formats: str) -> Answer:
    """Look every number up and write the documents into DIR/build. Your text is not touched.

    References are set in the style of paper.yaml (vancouver or apa), the same in every format. The PDF is tagged for
    screen readers (PDF/UA-1); the page is one file without anything from elsewhere; jats is what PubMed Central takes.
    Markdown keeps its citation keys. Pictures that a format names lie beside it.
    """
    from review.services.manuscript import building as service

    wanted = list(dict.fromkeys(part.strip().lower() for part in formats.split(",") if part.strip()))
    if not wanted:
        raise click.UsageError("Say what to build: --to docx, for example.")
    report = service.build(project, folder, wanted)
    text = "\n".join(f"{path} written." for path in report.files)
    return Answer(document={"files": list(report.files)}, text=text, findings=report.findings)


@paper.command("facts", examples=["review paper facts", "review paper facts paper --json"])
@answers
@in_project
@click.argument("folder", metavar="[DIR]", required=False, type=FOLDER)
def facts(project: Project, folder: Path | None) -> Answer:
    """List every number and text that a manuscript may name, with its value now."""
    from review.services import facts as service
    from review.services.manuscript import paper as papers

    if folder is not None:
        papers.find(project, folder)
    known = service.facts(project)
    lines = [f"{name:44}{'undefined' if f.value is None else f.value} {f.unit}".rstrip() for name, f in known.items()]
    return Answer(document={"facts": [fact.as_dict() for fact in known.values()]}, text="\n".join(lines))

"""Commands of `review map`: the evidence map and its gaps, studies over the years, what each source found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project
from review.cli.evidence import answer_of, out_option
from review.cli.program import Commands, program

if TYPE_CHECKING:
    from review.services.project import Project


@program.group("map", cls=Commands)
def maps() -> None:
    """Pictures of what was included: where the evidence lies, and where there is none."""


@maps.command("fields", examples=["review map fields"])
@answers
@in_project
def fields(project: Project) -> Answer:
    """List what a map may be drawn of: the fields of the charting form, and what every record says of itself."""
    from review.services import maps as service

    found = service.fields(project)
    return Answer(document={"fields": found}, text="\n".join(f"{name:<24} {label}" for name, label in found.items()))


@maps.command(
    "draw",
    examples=[
        "review map draw task modality",
        "review map draw task modality --out map.svg --out map.png --out map.csv",
        "review map draw country n_patients --heat --out map.pdf",
    ],
)
@answers
@in_project
@click.argument("rows", metavar="ROWS")
@click.argument("columns", metavar="COLUMNS")
@click.option("--heat", is_flag=True, help="Shades instead of bubbles.")
@out_option
def draw(project: Project, rows: str, columns: str, heat: bool, files: tuple[Path, ...]) -> Answer:
    """Draw the evidence map: included studies where the levels of two fields meet.

    ROWS and COLUMNS are fields of the charting form, or year, journal, language or source. Cells without a study are
    listed as gaps; what a form offers and nobody reports is a gap too. Numbers are put into spans of ten.
    """
    from review.services import maps as service

    return answer_of(service.map_of(project, rows, columns, heat=heat), files)


@maps.command("timeline", examples=["review map timeline", "review map timeline --by modality --out years.svg"])
@answers
@in_project
@click.option("--by", default="", metavar="FIELD", help="Show the levels of this field on one another.")
@out_option
def timeline(project: Project, by: str, files: tuple[Path, ...]) -> Answer:
    """Count the included studies per year of publication."""
    from review.services import maps as service

    return answer_of(service.timeline(project, by=by), files)


@maps.command("sources", examples=["review map sources --out overlap.svg", "review map sources --included"])
@answers
@in_project
@click.option("--included", is_flag=True, help="Only the included studies; else every work that was found.")
@out_option
def sources(project: Project, included: bool, files: tuple[Path, ...]) -> Answer:
    """Say what each source found, what it found alone, and which sources found the same."""
    from review.services import maps as service

    return answer_of(service.overlap(project, included=included), files)

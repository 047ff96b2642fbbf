"""Commands of charting: the table out, the filled-in table in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, counted, in_project
from review.cli.program import Commands, program
from review.cli.screen import taken

if TYPE_CHECKING:
    from review.services.project import Project

FILE = click.Path(path_type=Path)


@program.group("chart", cls=Commands)
def chart() -> None:
    """Take the charting table out to Excel and back in. In the app it is the page Chart.

    The table is long: one row for each study and field, with the value, its unit, and the quote and page it rests on.
    """


@chart.command("export", examples=["review chart export chart.csv", "review chart export to-fill.csv --blanks"])
@answers
@in_project
@click.argument("file", metavar="FILE", type=FILE)
@click.option(
    "--blanks", is_flag=True, help="Add an empty row for every field that nobody has charted, to be filled in."
)
def export(project: Project, file: Path, blanks: bool) -> Answer:
    """Write every charted value with the words of the paper it rests on."""
    from review.services.exchange import export_chart

    count = export_chart(project, file, blanks=blanks)
    return Answer(document={"path": file, "rows": count}, text=f"{file}: {counted(count, 'row')}.")


@chart.command("import", examples=["review chart import filled.csv --reviewer 'Ana Lima'"])
@answers
@in_project
@click.argument("file", metavar="FILE", type=FILE)
@click.option("--reviewer", required=True, metavar="NAME", help="Who charted.")
def import_(project: Project, file: Path, reviewer: str) -> Answer:
    """Take one person's charted values from a table.

    FILE has the columns record_id, field_id and value and, if you like, answer (not_reported or not_applicable), unit,
    quote and page. Empty rows are passed over. If one row is wrong, nothing is stored.
    """
    from review.services.exchange import import_chart

    return taken(import_chart(project, file, reviewer=reviewer), "value")

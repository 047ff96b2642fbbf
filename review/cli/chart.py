"""Commands of charting: the table out, the filled-in table in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project
from review.cli.evidence import answer_of, out_option
from review.cli.program import Commands, program
from review.cli.screen import taken
from review.domain.naming import counted

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
    """Write every charted value with the words of the paper it rests on.

    The ending of FILE decides: .csv is one row for each study and field, .json the same with the form and what counts, and
    .xlsx has the table of studies, every answer and the form on three sheets. A name with "eppi" and .json is a map for
    EPPI-Mapper, in the shape of EPPI-Reviewer's published reports; it was not tried in EPPI-Mapper itself yet.
    """
    from review.services.exchange import export_chart

    if file.suffix.lower() in (".json", ".xlsx"):
        return _exported(project, file)
    count = export_chart(project, file, blanks=blanks)
    return Answer(document={"path": file, "rows": count}, text=f"{file}: {counted(count, 'row')}.")


def _exported(project: Project, file: Path) -> Answer:
    from review.resources import write_file
    from review.services.charting import exports

    if file.suffix.lower() == ".xlsx":
        data = exports.table_file(project, ".xlsx")
    else:
        data = exports.eppi_json(project) if "eppi" in file.stem.lower() else exports.long_json(project)
    write_file(file, data)
    return Answer(document={"path": file, "bytes": len(data)}, text=f"{file} written.")


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


@chart.command(
    "table",
    examples=["review chart table --out included.csv", "review chart table --fields task,modality --out table.tex"],
)
@answers
@in_project
@click.option("--fields", default="", metavar="ID,…", help="Only these fields of the form, in this order; else all.")
@out_option
def table(project: Project, fields: str, files: tuple[Path, ...]) -> Answer:
    """Show the included studies with what was charted, a row for each.

    The ending of --out decides: .csv has everything for a spreadsheet, .md and .tex go into a paper.
    """
    from review.services import included

    chosen = [name.strip() for name in fields.split(",") if name.strip()]
    return answer_of(included.studies(project, chosen), files)


@chart.command("excluded", examples=["review chart excluded --out appendix.md --out appendix.csv"])
@answers
@in_project
@out_option
def excluded(project: Project, files: tuple[Path, ...]) -> Answer:
    """List the reports left out at full text with the reason of each, for an appendix."""
    from review.services import included

    return answer_of(included.excluded(project), files)


@chart.command("agreement", examples=["review chart agreement", "review chart agreement --out agreement.xlsx"])
@answers
@in_project
@out_option
def agreement(project: Project, files: tuple[Path, ...]) -> Answer:
    """Say how often two people charted the same, field by field, before anything was settled."""
    from review.services.charting import comparison

    return answer_of(comparison.agreement(project), files)


@chart.command(
    "references",
    examples=[
        "review chart references included.ris",
        "review chart references excluded.bib --which excluded",
        "review chart references all.json --which all --tags-of 'Ana Lima'",
    ],
)
@answers
@in_project
@click.argument("file", metavar="FILE", type=FILE)
@click.option(
    "--which",
    type=click.Choice(["included", "excluded", "undecided", "all"]),
    default="included",
    show_default=True,
    help="Which reports, as they stand at full text.",
)
@click.option("--tags-of", default="", metavar="NAME", help="Also write the tags that this person gave.")
def references(project: Project, file: Path, which: str, tags_of: str) -> Answer:
    """Write the included studies for a reference manager: RIS, BibTeX, CSL-JSON or CSV, by the ending of FILE.

    What was decided stands in each reference's notes as "Scopewright decision: …" and among its keywords.
    """
    from review.resources import write_file
    from review.services.charting import exports
    from review.services.programs import Which

    data = exports.references(project, file.suffix, which=Which(which), tags_of=tags_of)
    write_file(file, data)
    return Answer(document={"path": file, "bytes": len(data)}, text=f"{file} written.")


@chart.command("changed", examples=["review chart changed"])
@answers
@in_project
def changed(project: Project) -> Answer:
    """List the answers that were given to a field of the form which has changed since. The page Chart settles them."""
    from review.services.charting import form_changes

    waiting = form_changes.pending(project)
    lines = [
        f"{one.was.id:<24} {counted(one.answers, 'answer')}, {'changed' if one.now else 'no longer in the form'}"
        for one in waiting
    ]
    document = {
        "fields": [{"field_id": one.was.id, "answers": one.answers, "gone": one.now is None} for one in waiting]
    }
    notes = ["Nothing of them is lost. On the page Chart somebody says what becomes of them."] if waiting else []
    return Answer(document=document, text="\n".join(lines) or "Every answer fits the form in force.", notes=notes)

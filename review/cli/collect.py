"""Commands that collect: import export files, and convert between formats."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from review.cli.answer import Answer, answers, in_project, progress, wants_json
from review.cli.program import program
from review.domain.errors import ReviewError
from review.domain.finding import Finding
from review.domain.naming import counted
from review.domain.record import SourceKind

if TYPE_CHECKING:
    from review.services.collect import ImportReport
    from review.services.project import Project

FILE = click.Path(path_type=Path)
STANDARD_OUTPUT = Path("-")


class Day(click.ParamType[str]):
    """A date such as 2025-03-31."""

    name = "date"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            self.fail(f"{value!r} is not a date; write it as in 2025-03-31.", param, ctx)


@program.command(
    "import",
    examples=[
        "review import pubmed.nbib scopus.ris ieee.csv",
        "review import export.ris --source embase --searched-on 2025-03-31",
        "review import references.bib --source citations --kind citation",
    ],
)
@answers
@in_project
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=FILE)
@click.option("--source", default="", metavar="NAME", help="Where the files come from; else taken from the file name.")
@click.option(
    "--kind", type=click.Choice([str(each) for each in SourceKind]), help="The kind of source, for the flow diagram."
)
@click.option("--query", default="", help="The search string, word for word; else taken from the protocol.")
@click.option("--searched-on", type=Day(), metavar="DATE", help="The day of the search; else today.")
@click.option("--reported", type=click.IntRange(0), metavar="N", help="How many results the database itself showed.")
def import_(project: Project, files: tuple[Path, ...], **said: Any) -> Answer:
    """Import the export files of your searches: RIS, nbib, BibTeX, CSV, Excel and others.

    Each file is taken as a whole or not at all. An entry that cannot be read is reported with its line and does not
    stop the rest. Importing a file twice adds nothing.
    """
    from review.services.collect import Origin, import_file

    origin = Origin(
        source=said["source"],
        kind=SourceKind(said["kind"]) if said["kind"] else None,
        query=said["query"],
        searched_on=said["searched_on"] or "",
        reported=said["reported"],
    )
    reports: list[ImportReport] = []
    refused: list[Finding] = []
    for path in files:
        try:
            with progress() as tell:
                reports.append(import_file(project, path, origin=origin, progress=tell))
        except ReviewError as error:
            refused.append(Finding(rule="IMPORT", message=error.message, hint=error.hint))
    document = {"files": [report.as_dict() for report in reports], "refused": len(refused)}
    return Answer(
        document=document,
        text="\n".join(_imported(report) for report in reports),
        findings=[*(f for report in reports for f in report.findings), *refused],
        notes=("Nothing of a refused file was kept.",) if refused else (),
    )


def _imported(report: ImportReport) -> str:
    if report.imported_before:
        return f"{report.file}: imported before; nothing was added."
    parts = [f"{counted(report.new, 'new record')} from {report.source} ({report.format})"]
    if report.known:
        parts.append(f"{report.known:,} known already")
    if report.without_abstract:
        parts.append(f"{report.without_abstract:,} without an abstract")
    if report.unreadable:
        parts.append(f"{counted(report.unreadable, 'entry', 'entries')} could not be read")
    return f"{report.file}: {', '.join(parts)}."


@program.command(
    "convert",
    examples=[
        "review convert pubmed.nbib pubmed.ris",
        "review convert scopus.csv - --to json",
        "review convert export.txt clean.bib --from ris",
    ],
)
@answers
@click.argument("source", metavar="IN", type=FILE)
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--from", "from_format", metavar="FORMAT", help="The format of IN; else recognised from its content.")
@click.option(
    "--to", "to_format", metavar="FORMAT", help="The format of OUT; else taken from its ending. json is CSL-JSON."
)
def convert(source: Path, target: Path, from_format: str | None, to_format: str | None) -> Answer:
    """Turn a reference file into another format. OUT may be - for standard output.

    Entries that cannot be read are reported with their line, and the exit status is then 1; all others are written.
    """
    from review.resources import write_pieces
    from review.services import files

    if target == STANDARD_OUTPUT and wants_json():
        raise click.UsageError("--json and OUT - would both write to standard output. Name a file.")
    if target == STANDARD_OUTPUT and not to_format:
        raise click.UsageError("Say which format to write: --to ris, for example.")
    found = files.convert(source, from_format=from_format, to_format=to_format or target.suffix)
    if target == STANDARD_OUTPUT:
        for piece in found.pieces:
            click.echo(piece, nl=False)
        return Answer(document={}, findings=found.findings)
    write_pieces(target, found.pieces)
    return Answer(
        document={"path": target, "from": found.from_format, "to": found.to_format, "records": found.records},
        text=f"{target}: {counted(found.records, 'record')} written as {found.to_format}.",
        findings=found.findings,
    )

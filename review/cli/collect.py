"""Commands that collect: import export files, convert between formats, find duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from review.cli.answer import Answer, answers, in_project, progress, project_option, wants_json
from review.cli.program import program
from review.domain.errors import ReviewError
from review.domain.finding import Finding
from review.domain.naming import counted
from review.domain.record import SourceKind

if TYPE_CHECKING:
    from review.services.collect import ImportReport
    from review.services.duplicates_in_files import Grouped
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
    from review.domain.errors import ReviewError
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


@program.command(
    "dedup",
    examples=[
        "review dedup",
        "review dedup pubmed.ris scopus.ris --groups groups.csv --uncertain look.csv",
        "review dedup records.csv.xz --groups groups.csv --links related.csv --source-column database",
    ],
)
@answers
@click.argument("files", metavar="[FILE…]", nargs=-1, type=FILE)
@click.option("--groups", type=FILE, metavar="OUT.csv", help="With FILE…: write the group of every record here.")
@click.option("--uncertain", type=FILE, metavar="OUT.csv", help="Write the pairs that a person should look at here.")
@click.option(
    "--links",
    type=FILE,
    metavar="OUT.csv",
    help="Write related works here, such as an erratum and its article.",
)
@click.option(
    "--source-column", default="", metavar="NAME", help="The column that names the database each record came from."
)
@click.option(
    "--jobs",
    type=click.IntRange(1),
    help="How many processes share the work where there are many records; without it, one for each core.",
)
@project_option
def dedup(
    files: tuple[Path, ...],
    project_folder: Path | None,
    *,
    groups: Path | None,
    uncertain: Path | None,
    links: Path | None,
    source_column: str,
    jobs: int | None,
) -> Answer:
    """Find the records that are one work.

    In a project: records are grouped, never deleted, and a group can be undone in the app. With FILE… it works on
    those files alone and writes the columns record_id, group_id and relation for every record: same for copies,
    version for another version of the work, such as its preprint. A FILE may be packed (.xz, .gz).
    """
    if not files and groups:
        raise click.UsageError("--groups belongs to FILE…; name the files to look through.")
    if files and not groups:
        raise click.UsageError("Say where to write the groups: --groups groups.csv")
    if files and project_folder:
        raise click.UsageError("Name either FILE… or --project, not both.")
    if not files and source_column:
        raise click.UsageError("--source-column belongs to FILE…; name the files to look through.")
    _refuse_places(files, [path for path in (groups, uncertain, links) if path])
    if not groups:
        return _in_project(project_folder, uncertain, links, jobs=jobs)
    from review.services import duplicates_in_files as service
    from review.services.processes import cores

    with progress() as tell:
        found = service.dedup(files, source_column=source_column, progress=tell, jobs=jobs or cores())
    service.write_groups(groups, found)
    _write_pairs(found, uncertain, links)
    return _found(
        found, f"Look at the pairs in {uncertain}." if uncertain else "Write them to a file with --uncertain."
    )


def _refuse_places(files: Sequence[Path], outputs: Sequence[Path]) -> None:
    """Before any work: no answer may be written over a file that is read, over another answer, or where no folder is."""
    taken = {path.resolve(): "is one of the files to look through" for path in files}
    for path in outputs:
        if path.resolve() in taken:
            raise click.UsageError(f"{path} {taken[path.resolve()]}. Write the answer to another file.")
        if not path.resolve().parent.is_dir():
            raise click.UsageError(f"There is no folder {path.parent}. Make it first, or write to another place.")
        taken[path.resolve()] = "is named for two answers"


def _write_pairs(found: Grouped, uncertain: Path | None, links: Path | None) -> None:
    from review.services import duplicates_in_files as service

    if uncertain:
        service.write_uncertain(uncertain, found.unsure)
    if links:
        service.write_links(links, found.related)


def _in_project(folder: Path | None, uncertain: Path | None, links: Path | None, *, jobs: int | None) -> Answer:
    from review.services import duplicates as service
    from review.services import works
    from review.services.duplicates_in_files import Grouped
    from review.services.processes import cores
    from review.services.project import open_project

    project = open_project(folder)
    try:
        with progress() as tell:
            found, unsure = works.dedup(project, progress=tell, jobs=jobs or cores())
        total, related = works.works(project), service.related(project)
    finally:
        project.close()
    grouped = Grouped(
        records=tuple(total.work_of),
        works=len(total.members),
        groups=tuple(found),
        unsure=tuple(unsure),
        related=tuple(related),
        findings=(),
    )
    _write_pairs(grouped, uncertain, links)
    return _found(grouped, "Look at the pairs in the app, page Duplicates.")


def _found(found: Grouped, where: str) -> Answer:
    redundant = len(found.records) - found.works
    records, works = counted(len(found.records), "record"), counted(found.works, "work")
    lines = [f"{records}, {works}: {counted(redundant, 'duplicate')} in {counted(len(found.groups), 'group')}."]
    if found.unsure:
        lines.append(f"{counted(len(found.unsure), 'pair')} could be duplicates. {where}")
    document = {
        "records": len(found.records),
        "works": found.works,
        "duplicates": redundant,
        "groups": len(found.groups),
        "uncertain": len(found.unsure),
        "related": len(found.related),
    }
    return Answer(document=document, text="\n".join(lines), findings=found.findings)


@program.command(
    "duplicates",
    examples=[
        "review duplicates",
        'review duplicates --undo 3f2a9c01d4e5b678 --reviewer "Ana Lima"',
        'review duplicates --move scopus:2-s2.0-85 --to pubmed:31234567 --reviewer "Ana Lima"',
    ],
)
@answers
@in_project
@click.option("--undo", metavar="GROUP", help="Say that the records of this group are not one work.")
@click.option("--move", metavar="RECORD", help="Take this record out of its group.")
@click.option("--to", default="", metavar="RECORD", help="With --move: the record whose work it is instead.")
@click.option("--take-back", is_flag=True, help="Take back what you said last, whatever it was.")
@click.option("--reviewer", metavar="NAME", help="Who says so.")
def duplicates(
    project: Project, undo: str | None, *, move: str | None, to: str, take_back: bool, reviewer: str | None
) -> Answer:
    """List the groups of records that are one work, and why they were joined, and the works that belong together.

    What a person says here stays so in every later search for duplicates, until it is taken back.
    """
    if bool(undo) + bool(move) + take_back > 1 or (to and not move):
        raise click.UsageError("Say one of --undo, --move (with --to) and --take-back.")
    if not (undo or move or take_back):
        return _listed(project)
    if not reviewer:
        raise click.UsageError('Say who says so: --reviewer "Your Name"')
    if undo:
        return _undone(project, undo, reviewer)
    from review.services import duplicates as service
    from review.services import team

    if move:
        service.move(project, move, to=to, person=reviewer)
        text = f"{move} is the same work as {to} now." if to else f"{move} is a work of its own now."
        return Answer(document={"moved": move, "to": to}, text=text)
    who = team.as_known(project, reviewer)
    mine = [act for act in service.acts(project) if act.person == who]
    if not mine:
        raise ReviewError(f"{reviewer} has said nothing about duplicates.", hint="There is nothing to take back.")
    act = service.take_back(project, at=mine[0].at, person=reviewer)
    said = f"What was said of {counted(len(act.records), 'record')} is taken back: {', '.join(act.records)}."
    return Answer(document={"taken_back": list(act.records)}, text=said)


def _undone(project: Project, group_id: str, reviewer: str) -> Answer:
    from review.services import works

    group = works.undo_group(project, group_id, person=reviewer)
    text = f"{counted(len(group.members), 'record')} are separate works again: {', '.join(group.members)}."
    return Answer(document={"undone": group_id, "records": list(group.members)}, text=text)


def _listed(project: Project) -> Answer:
    from review.services import duplicates as service
    from review.services import works

    found, related, versions = works.groups(project), service.related(project), service.versions(project)
    lines = [
        f"{group.group_id}  {', '.join(m + ' (version)' * (m in versions) for m in group.members)}\n"
        + "\n".join(f"    {link.condition}: {link.explanation}" for link in group.links)
        for group in found
    ]
    lines += [f"{link.record_a} and {link.record_b}\n    {link.condition}: {link.explanation}" for link in related]
    lines.append(
        f"{counted(len(found), 'group')}. Undo one with --undo GROUP."
        + (f" {counted(len(related), 'pair')} of related works." if related else "")
    )
    document = {
        "groups": [asdict(group) for group in found],
        "versions": sorted(versions),
        "related": [asdict(link) for link in related],
    }
    return Answer(document=document, text="\n".join(lines))

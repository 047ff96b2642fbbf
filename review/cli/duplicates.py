"""Commands about duplicates: find them in a project or among files, list them, and say what is one work."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from review.cli.answer import Answer, answers, in_project, progress, project_option
from review.cli.program import program
from review.domain.errors import Missing, ReviewError
from review.domain.naming import counted

if TYPE_CHECKING:
    from review.services.duplicates import OfSource
    from review.services.duplicates_in_files import Grouped
    from review.services.project import Project

FILE = click.Path(path_type=Path)
_WORKBOOKS = (".xlsx", ".xls")


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

    In a project: records are grouped, never deleted, and a group can be undone in the app; `review records` then writes
    each work once, for Zotero, EndNote, Excel and others. With FILE… it works on those files alone and writes the
    columns record_id, group_id and relation for every record: same for copies, version for another version of the work,
    such as its preprint. A FILE may be packed (.xz, .gz).
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
    """Before any work: no answer may be written over a file that is read, over another answer, or where it cannot be."""
    written: list[Path] = []
    for path in outputs:
        folder = path.resolve().parent
        if path.is_dir():
            raise click.UsageError(f"{path} is a folder. Name a file to write, such as groups.csv.")
        if path.exists() and not path.is_file():  # /dev/null takes all there is
            continue
        if not folder.is_dir():
            raise click.UsageError(f"There is no folder {path.parent}. Make it first, or write to another place.")
        if not os.access(path if path.exists() else folder, os.W_OK):
            raise click.UsageError(f"{path} cannot be written: it is protected. Write to another place.")
        if path.suffix.lower() in _WORKBOOKS:
            raise click.UsageError(f"{path} would be no workbook but a CSV file. Name it .csv; Excel opens it.")
        if any(_same(path, file) for file in files):
            raise click.UsageError(f"{path} is one of the files to look through. Write the answer to another file.")
        if any(_same(path, other) for other in written):
            raise click.UsageError(f"{path} is named for two answers. Write the answer to another file.")
        written.append(path)


def _same(one: Path, other: Path) -> bool:
    """Whether both name one file, also by a link or where the system takes capital letters for small ones."""
    return one.resolve() == other.resolve() or (one.is_file() and other.is_file() and one.samefile(other))


def _write_pairs(found: Grouped, uncertain: Path | None, links: Path | None) -> None:
    from review.services import duplicates_in_files as service

    if uncertain:
        service.write_uncertain(uncertain, found)
    if links:
        service.write_links(links, found)


def _in_project(folder: Path | None, uncertain: Path | None, links: Path | None, *, jobs: int | None) -> Answer:
    from review.services import duplicates as service
    from review.services import works
    from review.services.duplicates_in_files import Grouped, shown
    from review.services.processes import cores
    from review.services.project import open_project

    project = open_project(folder)
    try:
        with progress() as tell:
            found, unsure = works.dedup(project, progress=tell, jobs=jobs or cores())
        total, related = works.works(project), service.related(project)
        asked = sorted({key for link in (*unsure, *related) for key in (link.record_a, link.record_b)})
        read = works.read(project, asked) if uncertain or links else {}
        sources = service.per_source(project)
    finally:
        project.close()
    grouped = Grouped(
        records=tuple(total.work_of),
        works=len(total.members),
        groups=tuple(found),
        unsure=tuple(unsure),
        related=tuple(related),
        findings=(),
        shown={key: shown(record, total.labels.get(record.source, record.source)) for key, record in read.items()},
    )
    _write_pairs(grouped, uncertain, links)
    also = f", or in {uncertain}" if uncertain else ""
    return _found(grouped, f"Look at the pairs in the app, page Duplicates{also}.", sources)


def _found(found: Grouped, where: str, sources: Sequence[OfSource] = ()) -> Answer:
    redundant = len(found.records) - found.works
    records, works = counted(len(found.records), "record"), counted(found.works, "work")
    lines = [f"{records}, {works}: {counted(redundant, 'duplicate')} in {counted(len(found.groups), 'group')}."]
    lines += [
        f"  {one.label}: {counted(one.records, 'record')}, {counted(one.works, 'work')}, "
        f"{one.alone:,} of them found nowhere else"
        for one in sources
    ]
    if found.unsure:
        lines.append(f"{counted(len(found.unsure), 'pair')} could be duplicates. {where}")
    document = {
        "records": len(found.records),
        "works": found.works,
        "duplicates": redundant,
        "groups": len(found.groups),
        "uncertain": len(found.unsure),
        "related": len(found.related),
        **({"sources": [asdict(one) for one in sources]} if sources else {}),
    }
    return Answer(document=document, text="\n".join(lines), findings=found.findings)


@program.command(
    "duplicates",
    examples=[
        "review duplicates",
        'review duplicates --undo 3f2a9c01d4e5b678 --reviewer "Ana Lima"',
        'review duplicates --split embase:621 --split scopus:2-s2.0-85 --reviewer "Ana Lima"',
        'review duplicates --move scopus:2-s2.0-85 --to pubmed:31234567 --reviewer "Ana Lima"',
    ],
)
@answers
@in_project
@click.option("--undo", metavar="GROUP", help="Say that the records of this group are not one work.")
@click.option(
    "--split",
    multiple=True,
    metavar="RECORD",
    help="Take this record out of its group; several times: these are one other work, together.",
)
@click.option("--move", metavar="RECORD", help="Take this record out of its group.")
@click.option("--to", default="", metavar="RECORD", help="With --move: the record whose work it is instead.")
@click.option(
    "--different",
    nargs=2,
    metavar="RECORD RECORD",
    help="Say that these two are different works, as of an unsure pair.",
)
@click.option("--take-back", is_flag=True, help="Take back what you said last, whatever it was.")
@click.option("--reviewer", metavar="NAME", help="Who says so.")
def duplicates(project: Project, *, reviewer: str | None, to: str, **said: Any) -> Answer:
    """List the groups of records that are one work, and why they were joined, the pairs in doubt, and related works.

    What a person says here stays so in every later search for duplicates, until it is taken back.
    """
    asked = [name for name, value in said.items() if value]
    if len(asked) > 1 or (to and asked != ["move"]):
        raise click.UsageError("Say one of --undo, --split, --move (with --to), --different and --take-back.")
    if not asked:
        return _listed(project)
    if not reviewer:
        raise click.UsageError('Say who says so: --reviewer "Your Name"')
    if asked == ["undo"]:
        return _undone(project, said["undo"], reviewer)
    if asked == ["split"]:
        return _split(project, said["split"], reviewer)
    if asked == ["move"]:
        return _moved(project, said["move"], to, reviewer)
    if asked == ["different"]:
        return _kept_apart(project, said["different"], reviewer)
    return _taken_back(project, reviewer)


def _undone(project: Project, group_id: str, reviewer: str) -> Answer:
    from review.services import works

    group = works.undo_group(project, group_id, person=reviewer)
    text = f"{counted(len(group.members), 'record')} are separate works again: {', '.join(group.members)}."
    return Answer(document={"undone": group_id, "records": list(group.members)}, text=text)


def _split(project: Project, out: Sequence[str], reviewer: str) -> Answer:
    from review.services import duplicates as service
    from review.services import works

    group = next((one for one in works.groups(project) if out[0] in one.members), None)
    if group is None:
        raise Missing("record in a group", out[0], [record for one in works.groups(project) for record in one.members])
    service.split(project, group.group_id, out=out, person=reviewer)
    text = f"{', '.join(out)}: one work of {'its' if len(out) == 1 else 'their'} own now."
    return Answer(document={"split": list(out), "from": group.group_id}, text=text)


def _moved(project: Project, record: str, to: str, reviewer: str) -> Answer:
    from review.services import duplicates as service

    service.move(project, record, to=to, person=reviewer)
    text = f"{record} is the same work as {to} now." if to else f"{record} is a work of its own now."
    return Answer(document={"moved": record, "to": to}, text=text)


def _kept_apart(project: Project, pair: tuple[str, str], reviewer: str) -> Answer:
    from review.services import works

    works.judge(project, [pair], same_work=False, person=reviewer)
    return Answer(document={"different": list(pair)}, text=f"{pair[0]} and {pair[1]} are different works.")


def _taken_back(project: Project, reviewer: str) -> Answer:
    from review.services import duplicates as service
    from review.services import team

    who = team.as_known(project, reviewer)
    mine = [act for act in service.acts(project) if act.person == who]
    if not mine:
        raise ReviewError(f"{reviewer} has said nothing about duplicates.", hint="There is nothing to take back.")
    act = service.take_back(project, at=mine[0].at, person=reviewer)
    said = f"What was said of {counted(len(act.records), 'record')} is taken back: {', '.join(act.records)}."
    return Answer(document={"taken_back": list(act.records)}, text=said)


def _listed(project: Project) -> Answer:
    from review.services import duplicates as service
    from review.services import works
    from review.services.duplicates_in_files import shown

    found, related, versions = works.groups(project), service.related(project), service.versions(project)
    unsure = works.unsure(project)
    named = {record for group in found for record in group.members}
    named |= {record for link in (*unsure, *related) for record in (link.record_a, link.record_b)}
    read = works.read(project, sorted(named))

    def line(record: str) -> str:
        known = shown(read[record], "")
        return f"    {record}: {known.about} · {known.title}{' (another version)' * (record in versions)}"

    lines = [
        "\n".join(
            [
                group.group_id,
                *map(line, group.members),
                *(f"    {link.condition}: {link.explanation}" for link in group.links),
            ]
        )
        for group in found
    ]
    lines += [
        f"{doubt}{link.condition}: {link.explanation}\n{line(link.record_a)}\n{line(link.record_b)}"
        for doubt, links in (("In doubt, ", unsure), ("", related))
        for link in links
    ]
    lines.append(
        f"{counted(len(found), 'group')}. Undo one with --undo GROUP."
        + (f" {counted(len(unsure), 'pair')} in doubt." if unsure else "")
        + (f" {counted(len(related), 'pair')} of related works." if related else "")
    )
    document = {
        "groups": [asdict(group) for group in found],
        "versions": sorted(versions),
        "unsure": [asdict(link) for link in unsure],
        "related": [asdict(link) for link in related],
    }
    return Answer(document=document, text="\n".join(lines))

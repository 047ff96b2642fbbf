"""Commands of full texts: bring the files, look for free copies, say which reports belong together."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project, progress
from review.cli.program import Commands, program
from review.domain.errors import Missing
from review.domain.finding import Finding, Severity
from review.domain.naming import counted
from review.domain.report import Relation

if TYPE_CHECKING:
    from review.services.full_text_intake import Taken
    from review.services.project import Project

PLACE = click.Path(path_type=Path)
REVIEWER = click.option("--reviewer", required=True, metavar="NAME", help="Who says so.")


@program.group("fulltext", cls=Commands)
def fulltext() -> None:
    """Bring the files of full texts, look for free copies, and link reports. In the app it is the page Full text.

    Files lie in the project's folder full_texts under their hash; a bundle does not take them along.
    """


@fulltext.command(
    "add",
    examples=[
        "review fulltext add papers/ --reviewer 'Ana Lima'",
        "review fulltext add lima.pdf --for pubmed:3141 --reviewer 'Ana Lima'",
    ],
)
@answers
@in_project
@click.argument("places", metavar="FILES…", nargs=-1, required=True, type=PLACE)
@click.option("--for", "record", default="", metavar="RECORD", help="The report they are of; else each says it itself.")
@click.option("--sure", is_flag=True, help="With --for: keep them even if they look like another paper.")
@REVIEWER
def add(project: Project, places: tuple[Path, ...], record: str, sure: bool, reviewer: str) -> Answer:
    """Keep PDF files, each for the report whose DOI or title stands in it. A folder stands for all PDF files in it.

    What is in doubt waits: say of which report it is with --for, or in the app. One bad file stops no other.
    """
    from review.services.full_text_intake import Upload, take

    if sure and not record:
        raise click.UsageError("--sure belongs to --for: it says of which report the file surely is.")
    for place in places:
        if not place.exists():
            raise Missing("file", str(place), [each.name for each in place.parent.glob("*")])
    files = [f for place in places for f in (sorted(place.rglob("*.[pP][dD][fF]")) if place.is_dir() else [place])]
    uploads = [Upload(name=file.name, path=file, record_id=record, sure=sure) for file in files]
    with progress() as tell:
        taken = take(project, uploads, person=reviewer, progress=tell)
    many = Counter(each.outcome for each in taken)
    told = ", ".join(f"{n:,} {outcome}" for outcome, n in many.items()) or "there was no PDF"
    lines = [f"{counted(len(taken), 'file')}: {told}."]
    lines += [f"{each.name}: {each.message} Perhaps {', '.join(each.near)}." for each in taken if each.near]
    document = {"files": [asdict(each) for each in taken]}
    return Answer(document=document, text="\n".join(lines), findings=[f for each in taken for f in _doubt(each)])


def _doubt(taken: Taken) -> list[Finding]:
    if taken.outcome == "refused":
        return [Finding(rule="FULL-TEXT-REFUSED", message=taken.message)]
    if taken.outcome == "waiting" and not taken.near:
        message = f"{taken.name} waits: {taken.message}"
        hint = "Say of which report it is: `review fulltext add FILE --for RECORD --sure`."
        return [Finding(rule="FULL-TEXT-WAITS", severity=Severity.WARNING, message=message, hint=hint)]
    return []


@fulltext.command("list", examples=["review fulltext list", "review fulltext list --missing --json"])
@answers
@in_project
@click.option("--missing", is_flag=True, help="Only the reports without a file.")
def listed(project: Project, missing: bool) -> Answer:
    """List the reports at full text: what became of the search, by whom and when, and the files kept or waiting."""
    from review.services import full_text_intake, full_texts
    from review.services import fulltext as service
    from review.services.works import read

    reports = service.standings(project)
    shown = read(project, list(reports))
    rows, lines = [], []
    for work, report in reports.items():
        files = full_texts.files(project, work)
        if missing and files:
            continue
        names = [file.name for file in files]
        rows.append(
            {
                "record_id": work,
                "title": shown[work].title,
                "doi": shown[work].doi,
                "status": report.retrieval,
                "who": report.who,
                "at": report.at,
                "note": report.note,
                "files": names,
            }
        )
        status = (report.retrieval or "nothing said").replace("_", " ")
        lines.append(f"{work}  {status:14} {shown[work].title}{f' [{len(names)} PDF]' if names else ''}")
    waiting = [{"name": each.file.name, "because": each.because} for each in full_text_intake.waiting(project)]
    notes = [f"{each['name']} waits for somebody to say of which report it is: {each['because']}." for each in waiting]
    document = {"reports": rows, "waiting": waiting}
    return Answer(document=document, text="\n".join(lines) or "No report to list.", notes=notes)


@fulltext.command(
    "find",
    examples=["review fulltext find --reviewer 'Ana Lima'", "review fulltext find --fetch --reviewer 'Ana Lima'"],
)
@answers
@in_project
@click.option("--fetch", is_flag=True, help="Also take the first PDF that can be had of each report.")
@REVIEWER
def find(project: Project, fetch: bool, reviewer: str) -> Answer:
    """Look in OpenAlex and Europe PMC for free copies of the reports that have no file yet."""
    from review.services import open_access

    reports = open_access.wanted(project)
    with progress() as tell:
        found = open_access.look_up(project, reports, person=reviewer, progress=tell)
        taken = open_access.fetch_first(project, found, person=reviewer, progress=tell) if fetch else []
    free = [work for work, copies in found.copies.items() if copies]
    lines = [f"{counted(len(free), 'report')} of {len(reports):,} can be read freely."]
    for work in free:
        lines += [f"{work}", *(f"  {c.url}{' (PDF)' if c.is_pdf else ''}" for c in found.copies[work])]
    if fetch:
        lines.append(f"{sum(each.outcome == 'kept' for each in taken):,} files kept.")
    document = {
        "copies": {work: [asdict(copy) for copy in copies] for work, copies in found.copies.items()},
        "files": [asdict(each) for each in taken],
    }
    findings = [*found.findings, *(f for each in taken for f in _doubt(each))]
    return Answer(document=document, text="\n".join(lines), findings=findings)


@fulltext.command(
    "link", examples=["review fulltext link pubmed:3141 arxiv:2401.00001v1 --as version --reviewer 'Ana Lima'"]
)
@answers
@in_project
@click.argument("first", metavar="RECORD")
@click.argument("second", metavar="OTHER")
@click.option(
    "--as", "relation", required=True, type=click.Choice([str(each) for each in Relation]), help="How they belong."
)
@REVIEWER
def link(project: Project, first: str, second: str, relation: str, reviewer: str) -> Answer:
    """Say that two are versions of one report (RECORD is the one that counts), reports of one study, or apart again."""
    from review.services import reports

    reports.link(project, first, second, Relation(relation), person=reviewer)
    said = {"version": "versions of one report", "study": "reports of one study", "apart": "apart"}[relation]
    return Answer(document={"records": [first, second], "as": relation}, text=f"{first} and {second} are {said} now.")

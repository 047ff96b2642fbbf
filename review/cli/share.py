"""Commands that share: the whole review as one file, and the proof that its numbers hold."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project, progress, summary_of
from review.cli.program import program
from review.domain.naming import counted

if TYPE_CHECKING:
    from review.services.project import Project

FILE = click.Path(path_type=Path)


@program.command("export", examples=["review export review.zip", "review export blind.zip --pseudonyms --no-abstracts"])
@answers
@in_project
@click.argument("file", metavar="FILE.zip", type=FILE)
@click.option("--pseudonyms", is_flag=True, help="Write Person 01, Person 02 … for the people who worked on it.")
@click.option("--no-abstracts", is_flag=True, help="Leave out abstracts and the raw answers of the sources.")
def export(project: Project, file: Path, pseudonyms: bool, no_abstracts: bool) -> Answer:
    """Pack the whole review into one file: protocol, records, decisions, chart, facts and manuscript, with hashes.

    Put it with the paper: anybody can check it with `review verify FILE.zip`. The file is an RO-Crate, which repositories
    such as Zenodo and WorkflowHub read. PDFs of full texts, passwords and settings of signing in are never in it.
    """
    from review.services import bundle
    from review.services.pseudonyms import Packing

    with progress() as tell:
        packing = Packing(pseudonyms=pseudonyms, abstracts=not no_abstracts)
        report = bundle.export(project, file, packing=packing, progress=tell)
    text = f"{report.path}: {counted(report.files, 'file')}, {counted(report.facts, 'fact')}, SHA-256 {report.sha256}"
    notes = [f"{name} names people; its hash counts, so it was left as it is." for name in report.named_in]
    return Answer(document=asdict(report), text=text, notes=notes)


@program.command("verify", examples=["review verify review.zip"])
@answers
@click.argument("file", metavar="FILE.zip", type=FILE)
def verify(file: Path) -> Answer:
    """Check a packed review: every file's hash, and every number computed anew from the records and decisions."""
    from review.services import bundle

    findings = bundle.verify(file)
    good = not findings
    text = (
        f"{file}: every file is whole and every number follows from it." if good else f"{file}: {summary_of(findings)}."
    )
    return Answer(document={"path": file, "valid": good}, text=text, findings=findings, findings_in="answer")


@program.command("open", examples=["review open review.zip their-review"])
@answers
@click.argument("file", metavar="FILE.zip", type=FILE)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def open_(file: Path, folder: Path) -> Answer:
    """Unpack a packed review into the new folder DIR, as a project that can be looked at and carried on."""
    from review.services import bundle

    opened = bundle.open_bundle(file, folder)
    opened.close()
    text = f"{folder} holds the review. Check its numbers with `review verify {file}`; look at it with `review status`."
    return Answer(document={"path": folder}, text=text)

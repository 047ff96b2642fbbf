"""Commands that share: the whole review as one file, and the proof that its numbers hold."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, counted, in_project, progress, summary_of
from review.cli.program import program

if TYPE_CHECKING:
    from review.services.project import Project

FILE = click.Path(path_type=Path)


@program.command("export", examples=["review export review.zip"])
@answers
@in_project
@click.argument("file", metavar="FILE.zip", type=FILE)
def export(project: Project, file: Path) -> Answer:
    """Pack the whole review into one file: protocol, records, decisions, chart, facts and manuscript, with hashes.

    Put it with the paper: anybody can check it with `review verify FILE.zip`.
    """
    from review.services import bundle

    with progress() as tell:
        report = bundle.export(project, file, progress=tell)
    text = f"{report.path}: {counted(report.files, 'file')}, {counted(report.facts, 'fact')}, SHA-256 {report.sha256}"
    return Answer(document=asdict(report), text=text)


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

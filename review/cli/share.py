"""Commands that share: the whole review as one file, and the proof that its numbers hold."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project, progress, summary_of
from review.cli.program import program
from review.domain.naming import counted, named

if TYPE_CHECKING:
    from review.services.bundle import BundleReport
    from review.services.project import Project

FILE = click.Path(path_type=Path)
_UNCHANGED = ("protocol.yaml", "facts/protocol_versions.jsonl", "facts/form_versions.jsonl")


@program.command("export", examples=["review export review.zip", "review export blind.zip --pseudonyms --no-abstracts"])
@answers
@in_project
@click.argument("file", metavar="FILE.zip", type=FILE)
@click.option("--pseudonyms", is_flag=True, help="Write Person 01, Person 02 … for the people who worked on it.")
@click.option("--no-abstracts", is_flag=True, help="Leave out abstracts and the raw answers of the sources.")
@click.option(
    "--with-full-texts",
    is_flag=True,
    help="Take the PDFs of full texts along, too. Their publishers seldom allow passing them on: for your team and archive.",
)
def export(project: Project, file: Path, pseudonyms: bool, no_abstracts: bool, with_full_texts: bool) -> Answer:
    """Pack the whole review into one file: protocol, records, decisions, chart, facts and manuscript, with hashes.

    Put it with the paper: anybody can check it with `review verify FILE.zip`. The file is an RO-Crate, which repositories
    such as Zenodo and WorkflowHub read. Passwords and settings of signing in are never in it; PDFs of full texts only with
    `--with-full-texts`, for a file that goes to nobody who may not have them.
    """
    from review.services import bundle
    from review.services.pseudonyms import Packing

    with progress() as tell:
        packing = Packing(pseudonyms=pseudonyms, abstracts=not no_abstracts, full_texts=with_full_texts)
        report = bundle.export(project, file, packing=packing, progress=tell)
    text = f"{report.path}: {counted(report.files, 'file')}, {counted(report.facts, 'fact')}, SHA-256 {report.sha256}"
    notes = [_still_named(name) for name in report.named_in]
    if pseudonyms:
        also = ", and the PDFs, in which somebody may have written a name" if report.full_texts else ""
        notes.append(
            f"No program can hide initials, first names, pictures{also}: look at them before you hand the file on."
        )
    notes += _of_full_texts(report)
    return Answer(document=asdict(report), text=text, notes=notes)


def _still_named(name: str) -> str:
    if name in _UNCHANGED:
        return f"{name} names people; its hash counts, so it was left as it is."
    return f"{name} still names people, or a folder of theirs: look at it before you hand the file on."


def _of_full_texts(report: BundleReport) -> list[str]:
    """Which full texts are in the bundle, and which are not."""
    if not report.full_texts_kept:
        return []
    kept = counted(report.full_texts_kept, "full text")
    if not report.full_texts and not report.full_texts_lacking:
        return [
            f"The PDFs of {kept} are not in it, for publishers seldom allow passing them on (see --with-full-texts)."
        ]
    said = [f"PDFs of {report.full_texts:,} of {kept} are in it: pass it on only to people who may have them."]
    if report.full_texts_lacking:
        lacking = named(report.full_texts_lacking)
        said.append(
            f"Not in it, because they are lost or damaged on this disk: {lacking}. Bring them again, then pack anew."
        )
    return said


@program.command("verify", examples=["review verify review.zip"])
@answers
@click.argument("file", metavar="FILE.zip", type=FILE)
def verify(file: Path) -> Answer:
    """Check a packed review: every file's hash, and every number computed anew from the records and decisions."""
    from review.services import bundle, full_text_copies

    findings = bundle.verify(file)
    good = not findings
    texts = full_text_copies.in_bundle(file) if good else None  # of a changed bundle it is said what was changed
    text = (
        f"{file}: every file is whole and every number follows from it." if good else f"{file}: {summary_of(findings)}."
    )
    if texts and texts.kept:
        text += f" It holds {texts.files:,} of {counted(texts.kept, 'full text')} as PDF."
    document = {"path": file, "valid": good, "full_texts": asdict(texts) if texts else None}
    return Answer(document=document, text=text, findings=findings, findings_in="answer")


@program.command("open", examples=["review open review.zip their-review"])
@answers
@click.argument("file", metavar="FILE.zip", type=FILE)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def open_(file: Path, folder: Path) -> Answer:
    """Unpack a packed review into the new folder DIR, as a project that can be looked at and carried on."""
    from review.services import bundle, full_text_copies

    opened = bundle.open_bundle(file, folder)
    opened.close()
    texts = full_text_copies.in_bundle(file)
    text = f"{folder} holds the review. Check its numbers with `review verify {file}`; look at it with `review status`."
    notes = []
    if texts.files < texts.kept:
        notes.append(
            f"{counted(texts.kept - texts.files, 'PDF')} of full texts did not come along; bring them again to read."
        )
    return Answer(document={"path": folder, "full_texts": asdict(texts)}, text=text, notes=notes)

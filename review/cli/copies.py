"""Commands that keep the review safe: dated copies of its database and of its full texts, and the way back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from review.cli.answer import Answer, answers, project_option
from review.cli.program import program
from review.domain.naming import counted, named


@program.command("backup", examples=["review backup", "review backup --with-full-texts", "review backup --list"])
@answers
@project_option
@click.option("--list", "listing", is_flag=True, help="Only list the copies there are.")
@click.option("--with-full-texts", is_flag=True, help="Copy the PDFs of full texts, too: each once for all copies.")
def backup(project_folder: Path | None, listing: bool, with_full_texts: bool) -> Answer:
    """Write a dated copy of the database into the folder backups, whoever is working with it.

    The app makes one by itself every day and keeps the last 14 days; those made with this command are never removed.
    `review restore` also brings back the PDFs that are gone. Keep a copy of the folder backups on another disk.
    """
    from review.services import backup as service
    from review.services.project import find_root, open_project

    root = project_folder or find_root(Path.cwd())
    if listing:  # also when the database is too damaged to be opened
        found = service.listed(root)
        lines = [f"{b.path.name:40}{b.at:24}{b.size / 1e6:10,.1f} MB{'' if b.kept else '  (daily)'}" for b in found]
        document = {"copies": [_as_dict(b) for b in found]}
        return Answer(document=document, text="\n".join(lines) or "There is no copy yet. Make one: review backup")
    project = open_project(project_folder)
    try:
        made = service.make(project)
        copied = service.copy_full_texts(project) if with_full_texts else None
    finally:
        project.close()
    text = f"{made.path} ({made.size / 1e6:,.1f} MB). To go back to it: review restore {made.path.name}"
    if copied is None:
        notes = ["The PDFs of full texts are not in it. --with-full-texts copies them, too."]
        return Answer(document=_as_dict(made) | {"full_texts": None}, text=text, notes=notes)
    notes = [
        f"{counted(copied.files, 'PDF')} of full texts ({copied.size / 1e6:,.1f} MB) beside it, {copied.new:,} of them new.",
        *(
            [f"Not copied, because they are not here as they were kept: {named(copied.lacking)}."]
            if copied.lacking
            else ()
        ),
    ]
    return Answer(document=_as_dict(made) | {"full_texts": asdict(copied)}, text=text, notes=notes)


def _as_dict(found: object) -> dict[str, object]:
    return {name: getattr(found, name) for name in ("path", "at", "size", "kept")}


@program.command("restore", examples=["review restore review-20260103T081500Z.sqlite"])
@answers
@project_option
@click.argument("file", type=click.Path(path_type=Path))
def restore(project_folder: Path | None, file: Path) -> Answer:
    """Put the copy FILE in the place of the database. What it replaces is kept beside it. Stop the app first."""
    from review.services import backup as service
    from review.services.project import find_root

    found = service.restore(project_folder or find_root(Path.cwd()), file)
    lines = [
        f"{found.copy.name} is in force: {counted(found.records, 'record')}, {counted(found.decisions, 'decision')}."
    ]
    if found.full_texts:
        lines.append(f"{counted(found.full_texts, 'PDF')} of full texts came back that had gone.")
    if found.replaced:
        lines.append(f"What it replaced is kept as {found.replaced}.")
    document = {
        "copy": found.copy,
        "replaced": found.replaced,
        "records": found.records,
        "decisions": found.decisions,
        "full_texts": found.full_texts,
    }
    return Answer(document=document, text="\n".join(lines))

"""The group `review evidence`: how every one of its commands prints, writes and keeps what was computed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from review.cli.answer import Answer, answers, in_project, last_option, project_option
from review.cli.program import Commands, program
from review.domain.naming import counted

if TYPE_CHECKING:
    from review.domain.estimate import Estimate, Evidence
    from review.services.project import Project


@program.group("evidence", cls=Commands)
def evidence() -> None:
    """The numbers a paper must defend, each with its interval and the method behind it.

    Every command reads plain tables (CSV, TSV, Excel) and needs no project. With --keep NAME the numbers become facts
    of the project that a manuscript may use, tied to the files they came from.
    """


out_option = last_option(
    "--out",
    "files",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write it; the ending decides: tables as .md .tex .csv .xlsx, pictures as .svg .png .pdf, all of it as .json.",
)


def gives_evidence(function: Callable[..., Evidence]) -> Callable[..., None]:
    """Add --out, --keep, --project and --json to a command that computes evidence; print, write and keep it."""

    @answers
    @out_option
    @last_option("--keep", "name", metavar="NAME", help="Keep the numbers in the project as facts, under this name.")
    @project_option
    @functools.wraps(function)
    def run(*, files: tuple[Path, ...], name: str | None, project_folder: Path | None, **arguments: Any) -> Answer:
        found = function(**arguments)
        answer = answer_of(found, files)
        if name is None:
            return answer
        return replace(answer, notes=(*answer.notes, _keep(found, name, project_folder)))

    return run


def answer_of(found: Evidence, files: Iterable[Path]) -> Answer:
    """What was computed, written to these files, as text and as JSON."""
    from review.services.evidence import write_files as evidence_output

    notes = [f"{path} written." for path in evidence_output.write(found, files)]
    return Answer(document=found.as_dict(), text=_text(found), notes=notes, findings=found.findings)


def _keep(found: Evidence, name: str, project_folder: Path | None) -> str:
    from review.services.evidence import kept
    from review.services.project import open_project

    project = open_project(project_folder)
    try:
        names = kept.keep(project, found, name)
    finally:
        project.close()
    return (
        f"Kept as {name}: {len(names):,} facts for the manuscript, such as {names[0]}." if names else f"Kept as {name}."
    )


def _text(found: Evidence) -> str:
    from review.render.tables import plain

    parts = [plain(table) for table in found.tables] or ["\n".join(map(_line, found.values))]
    return "\n\n".join(part for part in (*parts, found.sentence) if part)


def _line(estimate: Estimate) -> str:
    by = ", ".join(str(value) for value in estimate.by.values())
    label = f"{estimate.name}{f' ({by})' if by else ''}"
    if estimate.value is None:
        return f"{label:<40} {estimate.method}"
    interval = ""
    if estimate.low is not None and estimate.high is not None:
        interval = f" ({estimate.low:.4g} to {estimate.high:.4g})"
    n = f", n = {estimate.n:,}" if estimate.n is not None else ""
    return f"{label:<40} {estimate.value:.4g}{estimate.unit and ' ' + estimate.unit}{interval}{n}"


@evidence.command("list", examples=["review evidence list"])
@answers
@in_project
def listed(project: Project) -> Answer:
    """List what is kept in the project, and what has lost its footing.

    Where a file has changed since, its numbers are stale; where it is gone, they are orphans. Both end with status 1.
    """
    from review.services.evidence import kept

    found = kept.kept(project)
    findings = kept.check(project)
    names = {each.name: [fact.name for fact in kept.facts_of(each)] for each in found}
    lines = [f"{each.name}: {each.kind}, {counted(len(names[each.name]), 'fact')}, {each.at}" for each in found]
    document = [{"name": e.name, "kind": e.kind, "at": e.at, "facts": names[e.name], "inputs": e.inputs} for e in found]
    nothing = "Nothing is kept yet. Add --keep NAME to a command of `review evidence`."
    return Answer(document={"kept": document}, text="\n".join(lines) or nothing, findings=findings)


@evidence.command("drop", examples=["review evidence drop test_dice"])
@answers
@in_project
@click.argument("name", metavar="NAME")
def dropped(project: Project, name: str) -> Answer:
    """Take what is kept under NAME out of the project. The files it was computed from stay."""
    from review.services.evidence import kept

    names = kept.drop(project, name)
    return Answer(
        document={"facts": names}, text=f"{name} is no longer kept; {counted(len(names), 'fact')} went with it."
    )

"""Commands that begin: a new project, the sample review, the app, and what is installed."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project, progress, project_option, summary_of
from review.cli.program import program
from review.domain.finding import Finding, summed
from review.domain.manuscript import PROJECT_TYPES
from review.domain.naming import argument, counted

if TYPE_CHECKING:
    from review.services.project import Project

HOST = "127.0.0.1"
PORT = 8501  # Streamlit's own, so that what people read elsewhere holds here too


@program.command(
    "new",
    examples=["review new my-review --type review", "review new lstv --type review --protocol lstv-machine-learning"],
)
@answers
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--type", "type_", required=True, type=click.Choice(PROJECT_TYPES), help="The kind of paper you will write."
)
@click.option(
    "--protocol",
    "preset",
    metavar="PRESET",
    help="The protocol to start from; a wrong name lists them. [default: scoping-review]",
)
def new(folder: Path, type_: str, preset: str | None) -> Answer:
    """Make a new project in the folder DIR.

    The folder gets three files: review.toml (its name), protocol.yaml (your question, sources and criteria, to be
    filled in with any text editor) and review.sqlite (everything you collect and decide).
    """
    from review.services.project import DEFAULT_PRESET, create

    project = create(folder, type=type_, preset=preset or DEFAULT_PRESET)
    project.close()
    steps = _next_steps(folder, project)
    document = {
        "root": folder,
        "name": project.name,
        "id": project.id,
        "type": project.type,
        "protocol": project.protocol_path,
    }
    return Answer(document=document, text="\n".join(steps))


def _next_steps(folder: Path, project: Project) -> tuple[str, ...]:
    begun = f"A new project is in {folder}."
    if project.type != "review":
        return (
            begun,
            "Next: start the paper, and keep the numbers it rests on:",
            f"  cd {argument(str(folder))}",
            "  review paper new paper",
            "  review evidence accounting manifest.csv --by split,class --keep counts",
        )
    return (
        begun,
        f"Next: write your question and criteria into {project.protocol_path}, then",
        f"  cd {argument(str(folder))}",
        "  review protocol check",
    )


@program.command("app", examples=["review app", "review app --reviewer 'Ana Lima' --port 8600"])
@answers
@in_project
@click.option("--host", default=HOST, show_default=True, help="The address of this computer to serve at.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535), help="The port.")
@click.option("--reviewer", metavar="NAME", help="Your name, so that the app need not ask for it.")
@click.option("--no-browser", is_flag=True, help="Do not open the browser.")
def app(project: Project, host: str, port: int, reviewer: str | None, no_browser: bool) -> Answer:
    """Open the app in the browser: screening, conflicts, full text, charting, progress.

    Stop it with Ctrl-C. Nothing is lost: every decision is stored the moment it is made.
    """
    project.close()  # the app opens it anew; this was only to refuse a folder that is no project
    serve(project.root, host=host, port=port, reviewer=reviewer, open_browser=not no_browser)
    return Answer(document={"root": project.root}, notes=("The app has ended.",))


def serve(root: Path, *, host: str, port: int, reviewer: str | None, open_browser: bool) -> None:
    """Run the app until it is stopped."""
    from review.app import server

    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"

    def tell() -> None:
        click.echo(f"The app is at {address} (stop it with Ctrl-C).", err=True)

    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how the app is meant to end
        server.serve(root, host=host, port=port, reviewer=reviewer, open_browser=open_browser, listening=tell)


@program.command("demo", examples=["review demo", "review demo my-demo --no-serve"])
@answers
@click.argument("folder", metavar="[DIR]", default="review-demo", type=click.Path(path_type=Path))
@click.option("--no-serve", is_flag=True, help="Only write the sample review; do not open the app.")
@click.option("--host", default=HOST, show_default=True, help="The address of this computer to serve at.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535), help="The port.")
@click.option("--no-browser", is_flag=True, help="Do not open the browser.")
def demo(folder: Path, no_serve: bool, host: str, port: int, no_browser: bool) -> Answer:
    """Write a small invented review to DIR, take it to the paper, and open it.

    Look around in it freely: it is only a folder, and it can be deleted.
    """
    from review.services import demo as sample

    with progress() as tell:
        report = sample.build(folder, progress=tell)
    written = "was there already" if report.was_there else f"is written ({counted(len(report.files), 'file')})"
    document = {
        "root": report.root,
        "files": list(report.files),
        "was_there": report.was_there,
        "lint": summed(report.linted),
    }
    if no_serve:
        lines = [f"The sample review {written}: {report.root}", *(f"  {path}" for path in report.files)]
        if report.linted:
            lines.append(f"Its paper is a draft: {summary_of(report.linted)}. Read them: review paper lint paper")
        lines.append(f"To screen such records yourself: review new practice --type review --protocol {sample.PRESET}")
        lines.append(f"  then: review import {report.root / 'exports'}/* --project practice")
        return Answer(document=document, text="\n".join(lines), findings=report.findings, findings_in="text")
    click.echo(f"The sample review {written}: {report.root}", err=True)
    serve(report.root, host=host, port=port, reviewer=None, open_browser=not no_browser)
    return Answer(document=document)


@program.command("doctor", examples=["review doctor", "review doctor --json"])
@answers
@project_option
def doctor(project_folder: Path | None) -> Answer:
    """Say what is installed, what is missing, and what to do about it.

    Run it first when something does not work, and copy what it prints into your question.
    """
    from review.services.doctor import checks

    found = checks(project_folder)
    lines = [
        f"{'ok' if c.found else 'missing' if c.needed else 'absent':8}{c.name:32}{c.version}".rstrip() for c in found
    ]
    lines += [f"To add {c.name}: {c.advice}" for c in found if not c.found and not c.needed]
    broken = [c for c in found if c.needed and not c.found]
    if not broken:
        lines.append("All is well.")
    return Answer(
        document={"checks": [c.as_dict() for c in found], "well": not broken},
        text="\n".join(lines),
        findings=[
            Finding(rule="DOCTOR", message=f"{c.name} is missing or does not work.", hint=c.advice) for c in broken
        ],
    )

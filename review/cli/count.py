"""Commands that count: where the review stands, the flow diagram, agreement, and the way back from a number."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project
from review.cli.program import program
from review.domain.naming import counted

if TYPE_CHECKING:
    from review.services.manuscript.status import PaperStatus
    from review.services.overview import ReviewStatus, StageStatus
    from review.services.project import Project


@program.command("status", examples=["review status", "review status --json"])
@answers
@in_project
def status(project: Project) -> Answer:
    """Say where everything stands and what to do next."""
    from review.services.overview import status as service

    found = service(project)
    if project.type != "review" and not found.records:
        from review.services.manuscript.status import status as of_paper

        paper = of_paper(project)
        document = found.as_dict() | paper.as_dict()
        return Answer(document=document, text="\n".join(_paper_lines(paper)))
    return Answer(document=found.as_dict(), text="\n".join(_status_lines(found)))


def _paper_lines(s: PaperStatus) -> list[str]:
    kinds = ", ".join(f"{name} ({kind})" for name, kind in s.evidence.items()) or "none yet"
    lines = [f"{s.name}: a {s.type} paper", f"Evidence kept: {kinds}; {counted(s.facts, 'fact')}"]
    if s.doubtful:
        lines.append(f"Lost its footing: {s.doubtful:,} of them")
    for draft in s.papers:
        told = ", ".join(f"{n} {state}" for state, n in draft.sections.items() if n)
        lines.append(f"Manuscript {draft.folder}: {told or 'no section yet'}")
    return [*lines, f"Next: {s.next_step}"]


def _status_lines(s: ReviewStatus) -> list[str]:
    frozen = (
        "frozen" + (f", {counted(s.amendments, 'amendment')}" if s.amendments else "") if s.frozen else "not frozen"
    )
    lines = [s.title or s.name, f"Protocol: {frozen}"]
    lines.append(
        f"Records: {s.records:,}"
        + (f" from {', '.join(f'{k} {n:,}' for k, n in s.sources.items())}" if s.sources else "")
    )
    unsure = f"; {counted(s.unsure_pairs, 'pair')} to look at" if s.unsure_pairs else ""
    lines.append(f"Works: {s.works:,} ({counted(s.duplicate_groups, 'group')} of duplicates{unsure})")
    lines += [_stage_line("Title and abstract", s.title_abstract), _stage_line("Full text", s.full_text)]
    if s.not_retrieved:
        lines.append(f"Not retrieved: {s.not_retrieved:,}")
    lines.append(
        f"Included: {counted(s.included, 'study', 'studies')}, {s.charted:,} charted ({counted(s.fields, 'field')})"
    )
    if s.known:
        each = "; ".join(f"{one.source} {one.found:,}" for one in s.known.strings)
        lines.append(f"Known studies: {s.known.found:,} of {s.known.n:,} found{f' ({each})' if each else ''}")
    if s.stopping:
        lines.append(f"Stopping (advice): {s.stopping.line}")
    return [*lines, f"Next: {s.next_step}"]


def _stage_line(name: str, stage: StageStatus) -> str:
    parts = (
        (stage.included, "included"),
        (stage.excluded, "excluded"),
        (stage.conflict, "in conflict"),
        (stage.partial, "judged by too few"),
        (stage.unscreened, "not screened"),
    )
    told = ", ".join(f"{n:,} {what}" for n, what in parts if n)
    people = ", ".join(f"{who} {n:,}" for who, n in stage.by_person.items())
    return (
        f"{name}: {stage.settled:,} of {stage.total:,} settled"
        + (f" ({told})" if told else "")
        + (f"; decided: {people}" if people else "")
    )


@program.command(
    "flow",
    examples=[
        "review flow --out flow.svg",
        "review flow --out flow.png --out flow.csv",
        "review flow --since last --out update.svg",
        "review flow --out figure1.png --dpi 600",
    ],
)
@answers
@in_project
@click.option(
    "--out",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The file to write; its ending decides: .svg .png .pdf .csv .json .mmd. May be given several times.",
)
@click.option(
    "--since",
    metavar="DATE",
    help="The form for an updated review: what was searched until that day is the previous version. last: until the newest "
    "`review search --since`. Without it the protocol decides (previous_version:).",
)
@click.option(
    "--dpi", type=click.Choice(["300", "600"]), default="300", show_default=True, help="The resolution of a PNG."
)
def flow(project: Project, files: tuple[Path, ...], since: str | None, dpi: str) -> Answer:
    """Draw the PRISMA flow diagram from what was collected and decided.

    Its words and what it leaves out stand in review.toml: [flow] hide = ["registers"], [flow.labels] screened = "…"; the
    page Flow diagram of the app writes them there. Without --out the numbers are only listed. A diagram that does not balance is reported as an error.
    """
    from review.domain.flow import boxes
    from review.services import flow as service

    done = service.write(project, files, since=since, dpi=int(dpi)) if files else None
    findings = service.check(project, since=since) if done is None else done
    counts = service.counts(project, since=since)
    if files:
        text = "\n".join(f"{path} written." for path in files)
    else:
        text = "\n".join(f"{name:40}{n:>8,}" for name, n in boxes(counts) if n)
    if not counts.finished:
        text += "\nScreening is not finished: the diagram says how many records still wait."
    if counts.is_update:
        text += f"\nAn update: {counts.previous_studies:,} studies before, {counts.total_studies:,} in all."
    totals = {"total_studies": counts.total_studies, "total_reports": counts.total_reports}
    document = {"counts": asdict(counts) | totals, "finished": counts.finished, "files": list(files)}
    return Answer(document=document, text=text.strip(), findings=findings)


@program.command("trace", examples=["review trace flow.records_screened", "review trace agree.title_abstract.kappa"])
@answers
@in_project
@click.argument("name", metavar="NAME")
def trace(project: Project, name: str) -> Answer:
    """Walk back from a number in the paper to the records and decisions it came from.

    NAME is the name the manuscript uses; `review paper facts` lists them all.
    """
    from review.services import facts

    lines = facts.trace(project, name)
    fact = facts.facts(project).get(name)
    return Answer(
        document={"name": name, "fact": fact.as_dict() if fact else None, "trace": list(lines)}, text="\n".join(lines)
    )

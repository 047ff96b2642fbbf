"""Commands that search: the protocol's strings in a project, one string without a project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project, progress
from review.cli.program import program
from review.domain.naming import counted

if TYPE_CHECKING:
    from review.services.gathering import SearchReport
    from review.services.project import Project


@program.command(
    "search",
    examples=[
        "review search --dry-run",
        "review search",
        "review search --source pubmed --since 2026-01-31",
        "review search --since last",
        "review search --known known-studies.ris",
    ],
)
@answers
@in_project
@click.option(
    "--source", "sources", metavar="NAME", multiple=True, help="Only this search of the protocol; repeatable."
)
@click.option(
    "--since", default="", metavar="DATE", help="Only what arrived there since that day; last: since the search before."
)
@click.option("--dry-run", is_flag=True, help="Only ask how many results there are; fetch and store nothing.")
@click.option(
    "--known",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Search nothing; say which of the known studies in this file each string found: any export, or DOIs, PMIDs, titles.",
)
def search(project: Project, sources: tuple[str, ...], since: str, dry_run: bool, known: Path | None) -> Answer:
    """Run the search strings of your protocol where that can be done from here: PubMed, arXiv, Europe PMC, OpenAlex, Crossref.

    The answers are kept as they came in the folder searches/ of the project, and all their records are imported.
    If it is stopped, by you or by the network, run it again: it goes on where it was. Set NCBI_API_KEY to make PubMed
    faster, REVIEW_OPENALEX_KEY to get more from OpenAlex in a day, and REVIEW_EMAIL to let the sources reach you.
    """
    from review.services import search as service

    if known is not None:
        return _known(project, known)
    if dry_run:
        found = service.count(project, sources=sources, since=since)
    else:
        with progress() as tell:
            found = service.run(project, sources=sources, since=since, progress=tell)
    lines = [_line(report) for report in found.searches]
    if since and not dry_run and any(report.state == "done" for report in found.searches):
        lines.append("For the diagram of an updated review: review flow --since last --out flow.svg")
    if found.by_hand:
        lines.append(f"To be searched by hand and imported: {', '.join(found.by_hand)}.")
    return Answer(
        document={"searches": [report.as_dict() for report in found.searches], "by_hand": list(found.by_hand)},
        text="\n".join(lines),
        findings=found.findings,
    )


def _known(project: Project, path: Path) -> Answer:
    """What each string found of the studies in a file, which stays in the project for the overview and the report."""
    from review.services import known as service

    found = service.keep(project, path)
    lines = [
        f"{found.found:,} of {counted(found.n, 'known study', 'known studies')} found{_share(found.found, found.n)}."
    ]
    lines += [
        f"  {each.source:20}{each.found:>4,} of {each.n:,}{_share(each.found, each.n)}, {each.alone:,} by this source alone"
        for each in found.strings
    ]
    lines += ["", "Found by"] + [f"  {', '.join(s.sources) or '(nothing)':28}{s.name}" for s in found.studies]
    note = f"The list is kept in the project as {found.file}; the overview and the search report use it."
    return Answer(document=found.as_dict(), text="\n".join(lines), notes=[note], findings=found.findings)


def _share(part: int, whole: int) -> str:
    return f" ({part / whole:.0%})" if whole else ""


def _line(report: SearchReport) -> str:
    if report.state == "refused":
        return f"{report.name}: not searched."
    total = counted(report.reported or 0, "result")
    if report.state == "counted":
        return f"{report.name}: {total}; fetching them takes at least {_effort(report)}."
    if report.state == "unfinished":
        return (
            f"{report.name}: stopped after {counted(report.pages, 'page')} of {total}. Run the same command to go on."
        )
    parts = [f"{counted(report.new, 'new record')} of {total}"]
    if report.known:
        parts.append(f"{report.known:,} known already")
    if report.without_abstract:
        parts.append(f"{report.without_abstract:,} without an abstract")
    if report.pages_before:
        parts.append(f"went on behind page {report.pages_before:,}")
    return f"{report.name}: {', '.join(parts)}. The raw answers are in {report.folder}."


def _effort(report: SearchReport) -> str:
    """`12 requests and 33 s (about $0.01 of …)`."""
    seconds = report.least_seconds
    lasting = f" and {seconds / 60:.0f} min" if seconds > 90 else f" and {seconds:.0f} s" if seconds >= 1 else ""
    cost = f" ({report.cost})" if report.cost else ""
    return f"{counted(report.least_requests, 'request')}{lasting}{cost}"


@program.command(
    "fetch",
    examples=[
        "review fetch pubmed 'Castellvi[tiab]' --out castellvi.ris",
        "review fetch arxiv 'abs:\"vertebra labeling\"' --out labeling.csv --limit 100",
        "review fetch europepmc 'TITLE:\"Bertolotti syndrome\"' --out bertolotti.bib",
    ],
)
@answers
@click.argument("source", metavar="SOURCE")
@click.argument("query", metavar="QUERY")
@click.option(
    "--out",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Its ending is the format: .ris, .bib, .csv …",
)
@click.option("--limit", metavar="N", type=click.IntRange(1), help="Only so many records; else all.")
def fetch(source: str, query: str, out: Path, limit: int | None) -> Answer:
    """Search pubmed, arxiv, europepmc, openalex or crossref with one string and write the records to a file.

    No project is needed. Put the string in quotation marks, so that your shell leaves it whole. The file is written
    when all is fetched.
    """
    from review.services import fetch as service

    with progress() as tell:
        found = service.fetch(source, query, out=out, limit=limit, progress=tell)
    return Answer(
        document={
            "path": found.path,
            "format": found.format,
            "source": found.source,
            "query": found.query,
            "reported": found.reported,
            "records": found.records,
            "requests": found.requests,
        },
        text=f"{found.path}: {counted(found.records, 'record')} of {counted(found.reported, 'result')} written as {found.format}.",
        findings=found.findings,
    )


@program.command(
    "cite",
    examples=[
        "review cite --dry-run",
        "review cite --from included --direction both",
        "review cite --from 10.1016/j.spinee.2020.01.001 --direction citations",
    ],
)
@answers
@in_project
@click.option(
    "--from",
    "start",
    metavar="STUDY",
    multiple=True,
    default=("included",),
    help="included (all included studies), or a record id, DOI, PMID or OpenAlex id; repeatable.",
)
@click.option(
    "--direction",
    type=click.Choice(["both", "references", "citations"]),
    default="both",
    help="references: what the studies cite; citations: what cites them.",
)
@click.option("--dry-run", is_flag=True, help="Only ask how many works there are; fetch and store nothing.")
def cite(project: Project, start: tuple[str, ...], direction: str, dry_run: bool) -> Answer:
    """Follow the references and the citations of studies through OpenAlex: citation searching.

    What is found is imported as the source "citations" and has a box of its own in the flow diagram. If it is stopped,
    run it again: it goes on where it was. OpenAlex gives everybody a small budget a day, and ten times as much with a
    free key in REVIEW_OPENALEX_KEY.
    """
    from review.services import cite as service
    from review.sources.citing import Direction

    if dry_run:
        found = service.count(project, start=start, direction=Direction(direction))
    else:
        with progress() as tell:
            found = service.run(project, start=start, direction=Direction(direction), progress=tell)
    return Answer(document=found.as_dict(), text=_line(found), findings=found.findings)

"""Commands of screening: decisions and records in and out, conflicts, retrieval of full texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project
from review.cli.program import program
from review.domain.naming import counted
from review.domain.screening import Role, Stage, Verdict

if TYPE_CHECKING:
    from review.services.exchange import ExchangeReport
    from review.services.project import Project

FILE = click.Path(path_type=Path)
WHICH = ("all", "included", "excluded", "undecided")


@program.command(
    "decide",
    examples=[
        "review decide ana.csv --stage title_abstract --reviewer 'Ana Lima'",
        "review decide rayyan.csv --stage title_abstract --reviewer 'Ana Lima' --as Ana",
        "review decide asreview.ris --stage title_abstract --reviewer 'Ana Lima'",
        "review decide covidence-excluded.csv --stage full_text --reviewer 'Ana Lima' --verdict exclude",
        "review decide settled.csv --stage full_text --reviewer 'Cem Aydin' --role adjudicator",
    ],
)
@answers
@in_project
@click.argument("file", metavar="FILE", type=FILE)
@click.option("--stage", required=True, type=click.Choice([str(each) for each in Stage]), help="What was judged.")
@click.option("--reviewer", required=True, metavar="NAME", help="Who judged.")
@click.option(
    "--role",
    default=str(Role.REVIEWER),
    show_default=True,
    type=click.Choice([str(each) for each in Role]),
    help="An adjudicator settles conflicts.",
)
@click.option("--as", "person", default="", metavar="NAME", help="What Rayyan calls this person, if not the same.")
@click.option(
    "--verdict",
    type=click.Choice([str(each) for each in Verdict]),
    help="For a list of records without decisions: what was decided of every one.",
)
def decide(project: Project, file: Path, reviewer: str, **said: str) -> Answer:
    """Take decisions that one person made elsewhere: in Excel, in Rayyan, ASReview or Covidence.

    A table has the columns record_id and verdict (include, exclude, maybe or withdrawn) and, if you like, reason (the
    exclusion criterion), note and decided_at. A record_id may be the id, DOI, PMID, arXiv number or exact title. From an
    export of Rayyan or ASReview, CSV or RIS, the decisions in it are taken. If one row is wrong, nothing is stored and
    every wrong row is named.
    """
    from review.services.exchange import import_decisions
    from review.services.programs import Elsewhere, decisions_in

    how = Elsewhere(person=said["person"], verdict=Verdict(said["verdict"]) if said["verdict"] else None)
    sheet = decisions_in(project, file, reviewer, how) or file
    report = import_decisions(project, sheet, stage=Stage(said["stage"]), reviewer=reviewer, role=Role(said["role"]))
    return taken(report, "decision")


def taken(report: ExchangeReport, what: str) -> Answer:
    """The answer of every command that takes a table of facts."""
    if report.refused:
        note = f"Nothing was stored. Mend the rows named above in {report.file} and try again."
        return Answer(document=report.as_dict(), notes=(note,), findings=report.findings)
    known = f"; {report.known:,} said nothing new" if report.known else ""
    text = f"{counted(report.stored, what)} stored from {report.file}{known}."
    return Answer(document=report.as_dict(), text=text, findings=report.findings)


@program.command("decisions", examples=["review decisions --out decisions.csv"])
@answers
@in_project
@click.option("--out", required=True, type=FILE, metavar="FILE.csv", help="The file to write.")
def decisions(project: Project, out: Path) -> Answer:
    """Write every decision as it was made, in order: who, what, when, why, and which record was on the screen.

    A decision that was taken back has the verdict "withdrawn". The table shows everybody's verdicts: reviewers who
    still screen should not open it.
    """
    from review.services.exchange import export_decisions

    count = export_decisions(project, out)
    return Answer(document={"path": out, "decisions": count}, text=f"{out}: {counted(count, 'decision')}.")


@program.command(
    "records",
    examples=[
        "review records --out library.ris",
        "review records --out included.bib --which included --stage full_text",
        "review records --out rayyan.csv --for rayyan",
        "review records --out asreview.csv --for asreview --reviewer 'Ana Lima'",
    ],
)
@answers
@in_project
@click.option("--out", required=True, type=FILE, metavar="FILE", help="The file to write; its ending says the format.")
@click.option(
    "--which", default="all", show_default=True, type=click.Choice(WHICH), help="Which works, by where they stand."
)
@click.option(
    "--stage",
    default=str(Stage.TITLE_ABSTRACT),
    show_default=True,
    type=click.Choice([str(each) for each in Stage]),
    help="The stage they stand at, and whose decisions are meant.",
)
@click.option("--for", "program_name", type=click.Choice(("asreview", "rayyan")), help="With the decisions.")
@click.option("--reviewer", default="", metavar="NAME", help="With --for: this person's decisions; else the outcome.")
@click.option("--copies", is_flag=True, help="Also the records that are copies of another; else each work once.")
def records(project: Project, out: Path, program_name: str | None, copies: bool, **said: str) -> Answer:
    """Take the records with you, to Zotero, EndNote, Excel, ASReview or Rayyan.

    The ending of FILE is the format: .ris, .bib, .json (CSL-JSON), .csv, .tsv or .xlsx. With --for the decisions are in
    it, in the form that program reads (ASReview: .csv .tsv .xlsx .ris; Rayyan: .csv .ris), and come back with
    `review decide`. Such a file shows verdicts: reviewers who still screen should not open it.
    """
    from review.services import programs

    wanted = programs.Wanted(
        which=programs.Which(said["which"]),
        stage=Stage(said["stage"]),
        program=program_name or "",
        reviewer=said["reviewer"],
        copies=copies,
    )
    if wanted.reviewer and not wanted.program:
        raise click.UsageError("--reviewer belongs to --for: only those files hold decisions.")
    count = programs.write_records(project, out, wanted)
    return Answer(document={"path": out, "records": count}, text=f"{out}: {counted(count, 'record')}.")


@program.command("conflicts", examples=["review conflicts", "review conflicts --stage full_text --json"])
@answers
@in_project
@click.option("--stage", type=click.Choice([str(each) for each in Stage]), help="Only this stage; else both.")
def conflicts(project: Project, stage: str | None) -> Answer:
    """List the records on which two people disagree. For the adjudicator: it shows what each of them said.

    Settle them in the app (page Conflicts), or with `review decide FILE.csv --role adjudicator`.
    """
    from review.services import screen as service

    stages = [Stage(stage)] if stage else list(Stage)
    found = [conflict for each in stages for conflict in service.conflicts(project, each)]
    rows: list[dict[str, object]] = []
    lines: list[str] = []
    for conflict in found:
        title = service.record(project, conflict.record_id).title
        said = [
            {"reviewer": d.reviewer, "verdict": d.verdict, "reason": d.reason, "note": d.note}
            for d in conflict.decisions
        ]
        rows.append(
            {
                "record_id": conflict.record_id,
                "title": title,
                "stage": conflict.stage,
                "kind": conflict.kind,
                "decisions": said,
            }
        )
        lines += [f"{conflict.record_id}  {title}", f"  {conflict.stage}, they differ in the {conflict.kind}:"]
        lines += [f"    {d.reviewer}: {' '.join(filter(None, [d.verdict, d.reason]))}" for d in conflict.decisions]
    text = "\n".join(lines) if lines else "No conflict waits to be settled."
    return Answer(document={"conflicts": rows}, text=text)


@program.command("retrieval", examples=["review retrieval fulltexts.csv --reviewer 'Ana Lima'"])
@answers
@in_project
@click.argument("file", metavar="FILE.csv", type=FILE)
@click.option("--reviewer", required=True, metavar="NAME", help="Who looked for the full texts.")
def retrieval(project: Project, file: Path, reviewer: str) -> Answer:
    """Say what became of the search for the full texts, from a table.

    FILE.csv has the columns record_id, status (sought, retrieved or not_retrieved) and, if you like, note.
    """
    from review.services.exchange import import_retrievals

    return taken(import_retrievals(project, file, person=reviewer), "statement")

"""The commands on a manuscript's references: what is wrong with them, and whether the cited works say what is claimed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project, last_option
from review.cli.paper import FOLDER, paper
from review.domain.naming import counted

if TYPE_CHECKING:
    from review.services.project import Project


@paper.command("references", examples=["review paper references paper", "review paper references paper --crossref"])
@answers
@in_project
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--crossref", is_flag=True, help="Also ask Crossref for every DOI (REVIEW_EMAIL makes that faster).")
def references(project: Project, folder: Path, *, crossref: bool) -> Answer:
    """Say what is wrong with references.bib.

    Cited and missing, there and never cited, one work under two keys, DOIs that cannot be one, fields that a reader
    needs, title, year or first author other than in the records of the project, works that were retracted, doubted or
    corrected since. Nothing is sent anywhere without --crossref; then the DOIs are, and what Crossref has is compared.
    """
    from review.services.manuscript import references as service

    found = service.check(project, folder, ask_crossref=crossref)
    asked = "" if found.at_crossref is None else f", {found.at_crossref} known to Crossref"
    text = f"{counted(found.references, 'reference')}: {found.cited} cited, {found.stored} also in the records{asked}."
    document = {
        "path": folder,
        "references": found.references,
        "cited": found.cited,
        "stored": found.stored,
        "at_crossref": found.at_crossref,
    }
    return Answer(document=document, text=text, findings=found.findings, findings_in="answer")


@paper.command(
    "claims",
    examples=[
        "review paper claims paper --new",
        "review paper claims paper",
        "review paper claims paper --out claims.docx",
    ],
)
@answers
@in_project
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--new", is_flag=True, help="Add a row to DIR/claims.csv for every citing sentence that has none.")
@last_option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write it as an appendix: .docx, .pdf, .html, .md, .tex or .csv.",
)
def claims(project: Project, folder: Path, *, new: bool, out: Path | None) -> Answer:
    """Check the claim table: what the text says with each citation, and whether the cited work says it.

    DIR/claims.csv (or claims.yaml) has the columns claim, reference, verdict, quote, how_read, note, checked_by and
    checked_on. A verdict is one of: supported, supported with a caveat, subject only, not retrievable. One that is
    supported needs the words of the source. {{ table("claims") }} prints the table in the manuscript.
    """
    from review.domain.claims import counts
    from review.services.manuscript import claims as service

    notes = []
    if new:
        path, rows = service.start(project, folder)
        notes.append(f"{counted(rows, 'row')} added to {path}.")
    found = service.check(project, folder)
    if out is not None:
        notes.append(f"{service.write(project, folder, out)} written.")
    sums = counts(found.claims)
    told = ", ".join(f"{number} {name}" for name, number in sums.items())
    text = (
        f"{counted(len(found.claims), 'claim')}: {told}."
        if found.path
        else "There is no claim table; start one with --new."
    )
    document = {"path": folder, "claims": [asdict(claim) for claim in found.claims], "counts": sums}
    return Answer(document=document, text=text, notes=notes, findings=found.findings, findings_in="answer")

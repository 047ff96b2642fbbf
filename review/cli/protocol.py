"""Commands on the protocol: check it, freeze it, amend it, show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project, summary_of
from review.cli.program import Commands, program
from review.domain.naming import counted
from review.domain.protocol import Amendment, Protocol

if TYPE_CHECKING:
    from review.services.project import Project


@program.group("protocol", cls=Commands)
def protocol() -> None:
    """Check, freeze, amend or show the protocol of the review.

    The protocol is the file protocol.yaml: your question, sources, criteria and charting form. Freeze it before you
    screen; a later change is an amendment with a reason, and the paper will list it.
    """


@protocol.command("check", examples=["review protocol check"])
@answers
@in_project
def check(project: Project) -> Answer:
    """Read protocol.yaml and list every mistake with its line."""
    from review.services import protocol as service

    status = service.status(project)
    good = status.protocol is not None
    word = "can be frozen" if good and not status.frozen else "is readable" if good else "cannot be used yet"
    text = f"{project.protocol_path.name} {word}: {summary_of(status.findings)}."
    if status.changed:
        text += '\nIt differs from the version in force. Keep the change with: review protocol amend --reason "…"'
    return Answer(
        document={"path": project.protocol_path, "valid": good, "frozen": status.frozen, "changed": status.changed},
        text=text,
        findings=status.findings,
        findings_in="answer",
    )


@protocol.command("freeze", examples=["review protocol freeze --who 'Ana Lima'"])
@answers
@in_project
@click.option("--who", default="", metavar="NAME", help="Who freezes it.")
def freeze(project: Project, who: str) -> Answer:
    """Fix the protocol with its hash and the time, before screening begins."""
    from review.services import protocol as service

    frozen = service.freeze(project, who=who)
    faults = service.status(project).findings
    return Answer(
        document=_version(frozen),
        notes=[f"It was frozen with {summary_of(faults)}; `review protocol check` lists them."] if faults else [],
        text=f"The protocol is frozen ({frozen.at[:10]}, SHA-256 {frozen.sha256[:12]}…).\n"
        "Next: run the searches with `review search`, and take in the files of other databases with `review import FILE…`.",
    )


@protocol.command("amend", examples=['review protocol amend --reason "E3 reworded after the pilot" --who "Ana Lima"'])
@answers
@in_project
@click.option("--reason", required=True, help="Why it was changed; the paper prints it.")
@click.option("--who", default="", metavar="NAME", help="Who changed it.")
def amend(project: Project, reason: str, who: str) -> Answer:
    """Keep the edited protocol.yaml as the next numbered amendment."""
    from review.services import protocol as service

    version = service.amend(project, reason=reason, who=who)
    return Answer(document=_version(version), text=f"This is amendment {version.number}: {version.reason}")


@protocol.command("show", examples=["review protocol show", "review protocol show --json"])
@answers
@in_project
def show(project: Project) -> Answer:
    """Show the protocol in force, and every version of it."""
    from review.services import protocol as service

    rules = service.in_force(project)
    history = service.status(project).history
    versions = [_version(version) for version in history]
    document = {"protocol": asdict(rules), "frozen": bool(history), "versions": versions}
    return Answer(document=document, text="\n".join(_shown(rules, history)))


@protocol.command(
    "strings",
    examples=["review protocol strings", "review protocol strings --source scopus", "review protocol strings --write"],
)
@answers
@in_project
@click.option(
    "--source",
    "sources",
    metavar="NAME",
    multiple=True,
    help="Only this search or source, also one not listed yet; repeatable.",
)
@click.option("--write", is_flag=True, help="Fill the empty strings of protocol.yaml; nothing else in it is touched.")
def strings(project: Project, sources: tuple[str, ...], write: bool) -> Answer:
    """Derive a draft of the search string in each source's syntax from the concept table of protocol.yaml.

    Known: PubMed, arXiv, Europe PMC, OpenAlex, Crossref and, to be searched by hand, Scopus, Web of Science, Embase,
    Ovid, Cochrane and IEEE Xplore. A draft is where you begin: edit it, show it to a librarian, then freeze the protocol.
    """
    from review.services import protocol as rules
    from review.services import strings as service

    found = service.drafts(project, sources=sources, write=write)
    written = [name for each in found for name in each.written]
    text = "\n\n".join(f"{each.label}{_for(each.searches)}\n{each.query or '(no draft)'}" for each in found)
    if write:
        text += f"\n\nWritten into protocol.yaml: {', '.join(written) or 'nothing, since no string is empty'}."
    notes = []
    if written and rules.status(project).frozen:
        notes.append('The protocol is frozen: keep the change with `review protocol amend --reason "…"`.')
    return Answer(
        document={"drafts": [each.as_dict() for each in found]},
        text=text,
        notes=notes,
        findings=[replace(f, line=None, column=None) for each in found for f in each.findings],
    )


@protocol.command(
    "search-report",
    examples=["review protocol search-report", "review protocol search-report --out appendix.docx"],
)
@answers
@in_project
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write it to a file: .md, .docx, .pdf, .html or .tex. Without it the report is printed.",
)
def search_report(project: Project, out: Path | None) -> Answer:
    """Report the searches as PRISMA-S asks: every string word for word with platform, date, limits and counts.

    What the stored searches and the protocol do not answer is marked as open. Answer it in protocol.yaml under
    search_methods: with browsing:, citations:, contacts:, other:, filters:, earlier_strategies:, updates:, peer_review:.
    """
    from review.services import search_report as service

    made = service.write(project, out) if out else service.report(project)
    left = f"{counted(made.open, 'item')} of {len(made.items)} open or answered in part"
    return Answer(
        document={"path": out, **made.as_dict()},
        text=f"{out} written; {left}." if out else made.markdown,
        notes=[] if out else [f"PRISMA-S: {left}."],
    )


def _for(searches: Sequence[str]) -> str:
    return f" ({', '.join(searches)})" if searches else ""


def _version(version: Amendment) -> dict[str, object]:
    return {name: value for name, value in asdict(version).items() if name != "text"}


def _shown(rules: Protocol, history: tuple[Amendment, ...]) -> list[str]:
    lines = [rules.title, "", rules.question, ""]
    lines += [f"{name:12}{text}" for name, text in asdict(rules.pcc).items()]
    if rules.concepts:
        lines += ["", "Concepts"] + [f"  {c.name}: {', '.join(t.text for t in c.synonyms)}" for c in rules.concepts]
    lines += ["", "Sources"] + [f"  {s.name:18}{s.label} ({s.kind})" for s in rules.searches]
    lines += ["", "Include"] + [f"  {c.id:4}{c.label}" for c in rules.include]
    lines += ["", "Exclude"] + [f"  {c.id:4}{c.label}" for c in rules.exclude]
    lines += ["", f"Reviewers per record: {rules.screening.reviewers_per_record}"]
    lines += [f"Charting form: {len(rules.form.fields)} fields", ""]
    if not history:
        return [*lines, "Not frozen yet: review protocol freeze"]
    named = ("Frozen", *(f"Amendment {version.number}" for version in history[1:]))
    return lines + [
        f"{name} {version.at[:10]}{f' by {version.who}' if version.who else ''}, SHA-256 {version.sha256[:12]}…"
        + (f": {version.reason}" if version.reason else "")
        for name, version in zip(named, history, strict=True)
    ]

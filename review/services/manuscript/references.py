"""What is wrong with the references of a manuscript: uncited, twice under two names, unfinished, other than the record says,
retracted. They are held against the records of the project, and against Crossref when that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from review.domain.bibliography import Bibliography
from review.domain.finding import Finding
from review.domain.record import Record
from review.domain.team import Right
from review.formats import crossref as crossref_format
from review.lint import bibliography as of_entries
from review.lint import document
from review.lint import references as of_keys
from review.lint.rule import Context
from review.services import collect, rights
from review.services.manuscript import bibliography, paper
from review.services.project import Project
from review.services.search import Connect
from review.services.works import works
from review.sources import crossref, crossref_works, registry
from review.storage import records


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceReport:
    """How many references there are, are cited, were found among the project's records, and were known to Crossref."""

    references: int
    cited: int
    stored: int
    at_crossref: int | None
    findings: tuple[Finding, ...]


@rights.needs(Right.READ)
def check(
    project: Project, folder: Path, *, ask_crossref: bool = False, connect: Connect = registry.connect
) -> ReferenceReport:
    """Everything there is to say of a manuscript's references; Crossref is asked for their DOIs if that is wanted.

    Raises SourceUnavailable if Crossref does not answer.
    """
    place = paper.find(project, folder)
    text, path = paper.references_of(place), f"{paper.name_of(project, place)}/{paper.REFERENCES}"
    found = bibliography.read(text, mark=paper.MARK)
    held = stored(project, found)
    answers = _at_crossref(found, connect) if ask_crossref else None
    context = Context(
        document=document.parse(paper.text_of(place), path=f"{paper.name_of(project, place)}/{paper.MANUSCRIPT}"),
        references=text,
        paths={"references": path},
        bibliography=found,
        stored=held,
        at_crossref=answers,
    )
    told = [finding for rule in (*of_keys.RULES, *of_entries.RULES) for finding in rule.findings(context)]
    ordered = sorted(told, key=lambda finding: (finding.path or "", finding.line or 0, finding.rule))
    cited = {citation.key for citation in context.document.citations}
    return ReferenceReport(
        references=len(found.references),
        cited=sum(reference.key in cited for reference in found.references),
        stored=len(held),
        at_crossref=None if answers is None else sum(record is not None for record in answers.values()),
        findings=tuple(dict.fromkeys(ordered)),
    )


@rights.internal
def stored(project: Project, found: Bibliography) -> dict[str, Sequence[Record]]:
    """The project's records of the work each reference is, by its key: found by DOI, PMID, arXiv id or exact title."""
    asked = {reference.key: _names(reference.record) for reference in found.references}
    held = collect.find_records(project, [name for names in asked.values() for name in names])
    if not held:
        return {}
    known = works(project)
    members = {
        key: known.members[known.work_of[record]]
        for key, names in asked.items()
        if (record := next((held[name] for name in names if name in held), None)) is not None
    }
    shown = records.by_id(project.store, [record for ids in members.values() for record in ids])
    return {key: [shown[record] for record in ids] for key, ids in members.items()}


def _names(record: Record) -> list[str]:
    return [name for name in (record.doi, record.pmid, record.arxiv_id, record.title) if name]


# At Crossref


def _at_crossref(found: Bibliography, connect: Connect) -> dict[str, Record | None]:
    """What Crossref has, by DOI; None where it was asked for one and does not know it."""
    wanted = [reference.record.doi for reference in found.references if reference.record.doi]
    line = connect(crossref.SOURCE)
    try:
        known: Mapping[str, Record] = {
            record.doi: record for data in crossref_works.works(wanted, line) for record in _records(data) if record.doi
        }
    finally:
        line.close()
    return {doi: known.get(doi) for doi in wanted if doi in known or crossref_works.askable(doi)}


def _records(data: bytes) -> Iterable[Record]:
    return (found for found in crossref_format.read(data, crossref.SOURCE.name) if isinstance(found, Record))

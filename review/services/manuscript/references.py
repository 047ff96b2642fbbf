"""What is wrong with the references of a manuscript: uncited, twice under two names, unfinished, other than the record says,
retracted. They are held against the records of the project, and against Crossref when that is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from review.dedup.features import OTHER, SUBSTITUTED, title_relation
from review.dedup.find import find_duplicates
from review.dedup.prepare import NormalForm, normal_form
from review.domain.finding import Finding, Severity
from review.domain.naming import shortened
from review.domain.notices import Notice, gravest
from review.domain.record import Record
from review.domain.team import Right
from review.formats import crossref as crossref_format
from review.lint import document
from review.lint import references as rules
from review.lint.rule import Context
from review.services import collect, rights
from review.services.manuscript import bibliography, paper
from review.services.manuscript.bibliography import Bibliography, Reference
from review.services.project import Project
from review.services.search import Connect
from review.services.works import works
from review.sources import crossref, crossref_works, registry
from review.storage import records

# What each kind of entry needs so that a reader finds the work: one field of each group. From BibTeX's own lists of
# required fields, with what NLM and APA print.
_AUTHOR, _TITLE, _YEAR = ("author", "editor"), ("title",), ("year", "date")
_PLACE = ("doi", "pages", "eid", "article-number", "volume", "url", "eprint")
_WEB = ("url", "doi", "howpublished", "eprint")
NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "article": (_AUTHOR, _TITLE, ("journal", "journaltitle"), _YEAR, _PLACE),
    "inproceedings": (_AUTHOR, _TITLE, ("booktitle",), _YEAR),
    "conference": (_AUTHOR, _TITLE, ("booktitle",), _YEAR),
    "incollection": (_AUTHOR, _TITLE, ("booktitle",), ("publisher",), _YEAR),
    "inbook": (_AUTHOR, _TITLE, ("publisher",), _YEAR),
    "book": (_AUTHOR, _TITLE, ("publisher",), _YEAR),
    "phdthesis": (_AUTHOR, _TITLE, ("school", "institution"), _YEAR),
    "mastersthesis": (_AUTHOR, _TITLE, ("school", "institution"), _YEAR),
    "thesis": (_AUTHOR, _TITLE, ("school", "institution"), _YEAR),
    "techreport": (_AUTHOR, _TITLE, ("institution",), _YEAR),
    "report": (_AUTHOR, _TITLE, ("institution", "publisher"), _YEAR),
    "unpublished": (_AUTHOR, _TITLE, _YEAR),
    "online": (_TITLE, ("url",), ("year", "date", "urldate")),
    "dataset": (_TITLE, _WEB, _YEAR),
    "software": (_TITLE, _WEB, _YEAR),
    "misc": (_TITLE, _WEB, _YEAR),
}
_WORDS: Mapping[str, str] = {
    "author": "the authors",
    "title": "the title",
    "year": "the year",
    "journal": "the journal",
    "booktitle": "the book or the proceedings",
    "publisher": "the publisher",
    "school": "the school",
    "institution": "the institution",
    "doi": "a DOI, volume or pages",
    "url": "an address or a DOI",
}
_SEVERITY: Mapping[Notice, Severity] = {
    Notice.RETRACTED: Severity.ERROR,
    Notice.CONCERN: Severity.WARNING,
    Notice.CORRECTED: Severity.INFO,
}
_NOTICE_HINT: Mapping[Notice, str] = {
    Notice.RETRACTED: "Take it out, or say beside it that it was retracted and why you cite it.",
    Notice.CONCERN: "Read the notice before you rest a sentence on it.",
    Notice.CORRECTED: "Read the correction: the number you cite may have changed.",
}


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
    read = document.parse(paper.text_of(place), path=f"{paper.name_of(project, place)}/{paper.MANUSCRIPT}")
    context = Context(document=read, references=text, paths={"references": path})
    told = [finding for rule in rules.RULES for finding in rule.findings(context)]
    found = bibliography.read(text, path=path, mark=paper.MARK)
    stored = _stored(project, found)
    cited = {citation.key for citation in read.citations}
    told += _told(found, cited, stored, path)
    known = None
    if ask_crossref:
        answers = _at_crossref(found, connect)
        known = len(answers)
        told += _against_crossref(found, answers, path)
    ordered = sorted(told, key=lambda finding: (finding.path or "", finding.line or 0, finding.rule))
    return ReferenceReport(
        references=len(found.references),
        cited=sum(reference.key in cited for reference in found.references),
        stored=len(stored),
        at_crossref=known,
        findings=tuple(dict.fromkeys(ordered)),
    )


@rights.internal
def beside(project: Project, text: str, *, cited: Collection[str], path: str) -> list[Finding]:
    """What the linter adds to its own rules on references: the same without Crossref."""
    found = bibliography.read(text, path=path, mark=paper.MARK)
    return list(_told(found, cited, _stored(project, found), path))


def alone(text: str, *, cited: Collection[str], path: str) -> list[Finding]:
    """The same for a draft that belongs to no project."""
    return list(_told(bibliography.read(text, path=path), cited, {}, path))


def _told(
    found: Bibliography, cited: Collection[str], stored: Mapping[str, Sequence[Record]], path: str
) -> Iterator[Finding]:
    yield from found.findings
    yield from _uncited(found, cited, path)
    yield from _same_work(found, path)
    for reference in found.references:
        yield from _unfinished(reference, path)
        copies = stored.get(reference.key, ())
        if reference.own and copies:
            yield from _differs(reference, copies, "the record in this project", path)
        yield from _noticed(reference, [reference.record, *copies], path)


def _fault(rule: str, severity: Severity, reference: Reference, message: str, hint: str, *, path: str) -> Finding:
    return Finding(
        rule=rule, severity=severity, message=message, hint=hint, path=path, line=reference.line, got=reference.key
    )


def _uncited(found: Bibliography, cited: Collection[str], path: str) -> Iterator[Finding]:
    """The author's own references that nothing in the text cites; the included studies stand in tables."""
    for reference in found.references:
        if reference.own and reference.key not in cited:
            message = f"{reference.key} is in the references and is cited nowhere; it will not be printed."
            hint = f"Cite it as [@{reference.key}], or take it out."
            yield _fault("REF-UNCITED", Severity.INFO, reference, message, hint, path=path)


def _same_work(found: Bibliography, path: str) -> Iterator[Finding]:
    """Two keys for one work; one key or one DOI twice is told by a rule of its own."""
    by_id = {reference.record.record_id: reference for reference in found.references}
    for group in find_duplicates([reference.record for reference in by_id.values()]).groups:
        for link in group.links:
            one, other = sorted((by_id[link.record_a], by_id[link.record_b]), key=lambda each: each.line)
            if one.record.doi and one.record.doi == other.record.doi:
                continue
            message = f"{other.key} is the same work as {one.key} in line {one.line}: {link.explanation}"
            hint = f"Keep one of them, and cite @{one.key} everywhere."
            yield _fault("REF-SAME-WORK", Severity.WARNING, other, message, hint, path=path)


def _unfinished(reference: Reference, path: str) -> Iterator[Finding]:
    missing = [
        group for group in NEEDED.get(reference.kind, (_TITLE,)) if not any(name in reference.fields for name in group)
    ]
    if missing:
        names = ", ".join(_WORDS[group[0]] for group in missing)
        message = f"{reference.key} lacks {names}."
        severity = Severity.ERROR if _TITLE in missing else Severity.WARNING
        yield _fault(
            "REF-FIELDS", severity, reference, message, "Look it up at the publisher and fill it in.", path=path
        )


# Against a record of the same work


@rights.internal
def _stored(project: Project, found: Bibliography) -> dict[str, list[Record]]:
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


def _differs(reference: Reference, copies: Sequence[Record], what: str, path: str) -> Iterator[Finding]:
    """Title, year and first author, where no copy of the work has what the reference says."""
    ours = normal_form(reference.record)
    theirs = [normal_form(copy) for copy in copies]
    first = copies[0]
    told = []
    if ours.title and all(form.title and not _titles_agree(ours, form) for form in theirs):
        told.append(("title", Severity.ERROR, reference.record.title, first.title))
    years = sorted({copy.year for copy in copies if copy.year})
    if reference.record.year and years and reference.record.year not in years:
        near = min(abs(reference.record.year - year) for year in years) == 1  # online in one year, in print in the next
        severity = Severity.INFO if near else Severity.ERROR
        told.append(("year", severity, str(reference.record.year), " or ".join(map(str, years))))
    if ours.family and all(form.family and not _authors_agree(ours, form) for form in theirs):
        told.append(("first author", Severity.ERROR, reference.record.authors[0], first.authors[0]))
    for field, severity, got, expected in told:
        message = f"{reference.key}: the {field} is “{shortened(got, 80)}”, but {what} has “{shortened(expected, 80)}”."
        hint = "Look at the work itself and correct the entry; a wrong DOI has the same effect."
        yield _fault("REF-DIFFERS", severity, reference, message, hint, path=path)


def _titles_agree(one: NormalForm, other: NormalForm) -> bool:
    if one.title_key.startswith(other.title_key) or other.title_key.startswith(one.title_key):
        return True
    if one.main_title and other.main_title and one.main_title == other.main_title:
        return True
    return title_relation(one.title, other.title) not in (OTHER, SUBSTITUTED)


def _authors_agree(one: NormalForm, other: NormalForm) -> bool:
    """Whether the family name of one is among the names of the other's first author, whichever way these are turned."""
    return bool(set(one.family.split()) & set(other.first_author.split())) or bool(
        set(other.family.split()) & set(one.first_author.split())
    )


def _noticed(reference: Reference, copies: list[Record], path: str) -> Iterator[Finding]:
    told = gravest(copies)
    if told:
        notice, said = told
        message = f"{reference.key} is {notice}: {shortened(said, 80)}."
        yield _fault("REF-NOTICE", _SEVERITY[notice], reference, message, _NOTICE_HINT[notice], path=path)


# At Crossref


def _at_crossref(found: Bibliography, connect: Connect) -> dict[str, Record]:
    """What Crossref has, by DOI."""
    wanted = [reference.record.doi for reference in found.references if reference.record.doi]
    line = connect(crossref.SOURCE)
    try:
        return {
            record.doi: record
            for data in crossref_works.works(wanted, line)
            for record in crossref_format.read(data, crossref.SOURCE.name)
            if isinstance(record, Record) and record.doi
        }
    finally:
        line.close()


def _against_crossref(found: Bibliography, answers: Mapping[str, Record], path: str) -> Iterator[Finding]:
    for reference in found.references:
        doi = reference.record.doi
        if doi in answers:
            yield from _differs(reference, [answers[doi]], "Crossref", path)
            yield from _noticed(reference, [answers[doi]], path)
        elif doi and crossref_works.askable(doi):
            message = f"{reference.key}: Crossref does not know the DOI {doi}."
            hint = "Open it in a browser; data sets and preprints may be registered elsewhere (DataCite)."
            yield _fault("REF-DOI-UNKNOWN", Severity.WARNING, reference, message, hint, path=path)
    without = sum(not reference.record.doi for reference in found.references)
    if without:
        message = f"{without} of {len(found.references)} references have no DOI, and Crossref was not asked for them."
        yield Finding(rule="REF-NOT-ASKED", severity=Severity.INFO, message=message, path=path)

"""Records into the project: export files imported all or nothing, with a report of what could not be read."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from review import __version__
from review.domain.errors import BadInput, ReviewError
from review.domain.finding import Finding, Severity
from review.domain.protocol import PlannedSearch
from review.domain.record import Record, SourceKind
from review.domain.team import Right
from review.formats import registry
from review.formats.decoding import windows
from review.resources import Data
from review.services import protocol, rights, sheets
from review.services.project import Progress, Project, silent
from review.services.works import works
from review.storage import deeds, records
from review.storage.records import Intake

# A file of these formats can only come from one place.
_NATURAL_SOURCE = {
    "nbib": "pubmed",
    "pubmed_xml": "pubmed",
    "arxiv_atom": "arxiv",
    "europepmc": "europepmc",
    "openalex": "openalex",
    "crossref": "crossref",
}
_LONGEST_SOURCE = 80
_LABELS = {
    "pubmed": "PubMed",
    "arxiv": "arXiv",
    "europepmc": "Europe PMC",
    "openalex": "OpenAlex",
    "crossref": "Crossref",
    "scopus": "Scopus",
    "ieee": "IEEE Xplore",
    "embase": "Embase",
    "wos": "Web of Science",
    "cochrane": "Cochrane Library",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of one file. `read` = `new` + `known`; `unreadable` entries are listed in `findings` with their line."""

    file: str
    format: str
    source: str
    read: int
    new: int
    known: int
    without_abstract: int
    findings: tuple[Finding, ...]
    imported_before: bool = False

    @property
    def unreadable(self) -> int:
        return sum(f.severity in (Severity.ERROR, Severity.BLOCKER) for f in self.findings)

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "unreadable": self.unreadable}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the user says of a file: where it came from and how it was searched. Empty parts come from the protocol."""

    source: str = ""
    kind: SourceKind | None = None
    query: str = ""
    searched_on: str = ""  # ISO date of the search
    reported: int | None = None


@rights.needs(Right.GOVERN)
def import_file(
    project: Project, path: Path, *, origin: Origin | None = None, progress: Progress = silent
) -> ImportReport:
    """Import one export file, all or nothing. A file imported before adds nothing."""
    with sheets.held(path) as data:
        return import_bytes(project, data, file_name=path.name, origin=origin, progress=progress)


@rights.needs(Right.GOVERN)
def import_bytes(
    project: Project, data: Data, *, file_name: str, origin: Origin | None = None, progress: Progress = silent
) -> ImportReport:
    """Import the bytes of an export file under the name it had."""
    asked = origin or Origin()
    file_name = file_name.encode("utf-8", "replace").decode().replace("\0", "")  # a name that is no UTF-8 on the disk
    form = registry.detect(data, file_name)
    planned = _planned(project, _checked_source(asked.source) or source_name(file_name, form.name))
    digest = _sha256(data)
    progress(f"Reading {file_name}", 0.0)
    with project.store.writing(much=True) as connection:
        earlier = records.run_with_hash(connection, digest, planned.name)
        if earlier is None:
            before = records.sources_with_hash(connection, digest)
            kind = _kind(records.kind_of(connection, planned.name), planned, asked)
            run = records.add_run(connection, _run(replace(planned, kind=kind), asked, form.name, file_name, digest))
            deeds.append_author(connection, project.who, f"search run {run}")
            entries = registry.read(data, source=planned.name, file_name=file_name, found=form)
            intake = records.take_in(connection, run, planned.name, _watched(entries, file_name, len(data), progress))
            if not intake.read and not intake.findings:
                raise BadInput(file_name, "there is no record in this file.", hint="Export it again from the database.")
            if not intake.read:
                raise BadInput(file_name, f"no record could be read: {intake.findings[0]}")
            intake.findings += [_as_another(name, planned.name) for name in before[:1]]
            records.add_report(connection, run, intake)
    progress(f"Imported {file_name}", 1.0)
    if earlier is not None:
        return _again(project, earlier, file_name)
    return _report(intake, file_name=file_name, form=form.name, source=planned.name)


def _as_another(before: str, now: str) -> Finding:
    return Finding(
        rule="IMPORT-TWICE",
        severity=Severity.WARNING,
        message=f"This very file was imported before as {before}; now its records stand in the project as {now} too.",
        hint="If that was a slip, the flow diagram counts them twice before duplicates are removed: name the source with --source.",
    )


def _sha256(data: Data) -> str:
    digest = hashlib.sha256()
    for part in windows(data):
        digest.update(part)
    return digest.hexdigest()


def _watched(
    entries: Iterator[Record | Finding], name: str, size: int, progress: Progress
) -> Iterator[Record | Finding]:
    done = 0
    for count, entry in enumerate(entries, start=1):
        if isinstance(entry, Record):
            done += len(entry.raw)
        if count % 1_000 == 0:
            progress(f"Reading {name}: {count:,} entries", min(0.99, done / max(size, 1)))
        yield entry


def source_name(file_name: str, form: str) -> str:
    """The short source name a file suggests: its format's only source, else its own name without numbering.

    >>> source_name("Scopus (2).ris", "ris")
    'scopus'
    >>> source_name("export.nbib", "nbib")
    'pubmed'
    """
    if form in _NATURAL_SOURCE:
        return _NATURAL_SOURCE[form]
    stem = re.sub(r"[\W_]+", "-", Path(file_name).stem.casefold()).strip("-")
    return re.sub(r"(-?\d+)+$", "", stem).strip("-") or stem or form


def suggested_source(data: bytes, file_name: str) -> str:
    """The short source name an export file suggests by what it holds and by its name."""
    return source_name(file_name, registry.detect(data, file_name).name)


def _checked_source(name: str) -> str:
    """A colon would make one id of two records: `a:b` + `c` and `a` + `b:c`."""
    if ":" in name or not name.isprintable() or len(name) > _LONGEST_SOURCE:
        raise ReviewError(
            f"{name[:40]!r} cannot be the name of a source.",
            hint=f"Use letters, digits and hyphens, at most {_LONGEST_SOURCE}.",
        )
    return name


@rights.needs(Right.READ)
def known_kinds(project: Project) -> dict[str, SourceKind]:
    """The kind of each source that the protocol names or that a file was imported from, by its short name."""
    try:
        kinds = {search.name: search.kind for search in protocol.in_force(project).searches}
    except BadInput:
        kinds = {}
    return kinds | {source: SourceKind(kind) for source, kind in records.kinds(project.store).items()}


def _planned(project: Project, name: str) -> PlannedSearch:
    try:
        searches = protocol.in_force(project).searches
    except BadInput:
        searches = ()  # a faulty protocol does not keep anybody from importing
    for search in searches:
        if search.name == name:
            return search
    label = _LABELS.get(name, name)
    return PlannedSearch(name=name, label=label, kind=SourceKind.DATABASE, platform="", query="", limits="")


def _kind(before: str | None, planned: PlannedSearch, asked: Origin) -> SourceKind:
    """A source stands in one column of the flow diagram: in that said with its first file."""
    if before is None:
        return asked.kind or planned.kind
    first = SourceKind(before)
    if asked.kind not in (None, first):
        raise ReviewError(
            f"{planned.label} was imported before as a source of the kind {first.value}, not {asked.kind}.",
            hint=f"Import this file as another source, such as {planned.name}-{asked.kind}; or, if {first.value} was wrong, "
            f'say so: review source {planned.name} --kind {asked.kind} --reason "…"',
        )
    return first


def _run(planned: PlannedSearch, asked: Origin, form: str, file_name: str, digest: str) -> dict[str, object]:
    return {
        "source": planned.name,
        "label": planned.label,
        "kind": str(planned.kind),
        "platform": planned.platform,
        "query": asked.query or planned.query,
        "limits": planned.limits,
        "run_at": asked.searched_on or datetime.now(UTC).date().isoformat(),
        "reported": asked.reported,
        "tool_version": __version__,
        "raw_sha256": digest,
        "file_name": file_name,
        "format": form,
    }


def _report(intake: Intake, *, file_name: str, form: str, source: str) -> ImportReport:
    return ImportReport(
        file=file_name,
        format=form,
        source=source,
        read=intake.read,
        new=intake.new,
        known=intake.known,
        without_abstract=intake.without_abstract,
        findings=tuple(replace(f, path=f.path or file_name) for f in intake.findings),
    )


def _again(project: Project, number: int, file_name: str) -> ImportReport:
    run = next(run for run in records.runs(project.store) if run.number == number)
    return ImportReport(
        file=file_name,
        format=run.format,
        source=run.source,
        read=run.read,
        new=0,
        known=run.read,
        without_abstract=0,
        findings=tuple(Finding(**found) for found in json.loads(run.findings)),
        imported_before=True,
    )


@rights.needs(Right.READ)
def reports(project: Project) -> list[ImportReport]:
    """The report of every file imported so far, in order."""
    return [
        ImportReport(
            file=run.file_name,
            format=run.format,
            source=run.source,
            read=run.read,
            new=run.new,
            known=run.known,
            without_abstract=run.without_abstract,
            findings=tuple(Finding(**found) for found in json.loads(run.findings)),
        )
        for run in records.runs(project.store)
    ]


@rights.needs(Right.READ)
def find_records(project: Project, references: list[str]) -> dict[str, str]:
    """The record id behind each reference: a record id, DOI, PMID, arXiv id or exact title.

    Unknown ones are absent, and so is what several works share, such as the title "Editorial".
    """
    lookup: dict[str, str] = {}
    work_of = works(project).work_of
    rows = records.identifiers(project.store)
    for row in rows:
        for key in (row["doi"], row["pmid"], row["arxiv_id"], row["title"]):
            folded, record = str(key).casefold(), row["record_id"]
            earlier = lookup.setdefault(folded, record)  # the earliest record wins
            if key and earlier and work_of.get(earlier) != work_of.get(record):
                lookup[folded] = ""
    lookup.update({row["record_id"].casefold(): row["record_id"] for row in rows})
    found = {reference: lookup.get(reference.strip().casefold(), "") for reference in references}
    return {reference: record for reference, record in found.items() if reference.strip() and record}

"""Looking for free copies of the reports that are sought, and taking one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from review.domain.errors import ReviewError
from review.domain.finding import Finding, Severity
from review.domain.record import Record
from review.domain.team import Right
from review.formats.pdf import MOST_BYTES
from review.services import full_text_intake, full_texts, fulltext, rights, standing, team
from review.services.full_text_intake import REFUSED, Taken, Upload
from review.services.project import Progress, Project, silent
from review.services.search import Connect
from review.services.works import read, works
from review.sources import open_access, registry
from review.sources.citing import Study
from review.sources.open_access import FreeCopy
from review.storage import decisions
from review.storage.decisions import Retrieval

Fetch = Callable[[str], bytes]
NONE_FOUND = "no free copy known to OpenAlex or Europe PMC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The free copies of each report, the likeliest first; what a service did not answer is a finding."""

    copies: dict[str, tuple[FreeCopy, ...]]
    findings: tuple[Finding, ...] = ()


def _get(url: str) -> bytes:
    return open_access.fetch(url, most=MOST_BYTES)


@rights.needs(Right.REVIEW)
def wanted(project: Project) -> list[str]:
    """The reports without a file whose search was not given up."""
    there = full_texts.with_files(project)
    reports = fulltext.standings(project)
    return [work for work, report in reports.items() if work not in there and report.retrieval in ("", "sought")]


@rights.needs(Right.REVIEW, whose="person")
def look_up(
    project: Project,
    record_ids: Sequence[str],
    *,
    person: str,
    connect: Connect = registry.connect,
    progress: Progress = silent,
) -> Looked:
    """Ask OpenAlex and Europe PMC for free copies. Each report asked for is sought from then on, by this person."""
    reports = list(dict.fromkeys(fulltext.report_of(project, record) for record in record_ids))
    studies = _studies(project, reports)
    copies: dict[str, list[FreeCopy]] = {work: [] for work in reports}
    findings = []
    answered = False
    for at, (source, ask) in enumerate(open_access.SERVICES):
        progress(f"Asking {source.label}", at / len(open_access.SERVICES))
        http = connect(source)
        try:
            found = open_access.asked(ask, [s for each in studies.values() for s in each], http)
            answered = True
        except ReviewError as error:
            findings.append(
                Finding(rule="OPEN-SILENT", severity=Severity.WARNING, message=error.message, hint=error.hint)
            )
            continue
        finally:
            http.close()
        for work, each in studies.items():
            copies[work] += [copy for study in each for copy in found.get(study, [])]
    ordered = {work: _ordered(listed) for work, listed in copies.items()}
    if answered:
        _note(project, ordered, person)
    return Looked(copies=ordered, findings=tuple(findings))


def _studies(project: Project, reports: Sequence[str]) -> dict[str, list[Study]]:
    """By report every DOI and PMID of its records, those of its other versions too."""
    members = works(project).members
    of = {work: list(members[work]) for work in reports}
    for version, work in standing.counting(project).items():
        if work in of:
            of[work] += members[version]
    known = read(project, [record for copies in of.values() for record in copies])
    return {work: list(dict.fromkeys(filter(str, map(_study, (known[r] for r in ids))))) for work, ids in of.items()}


def _study(record: Record) -> Study:
    preprint = f"10.48550/arxiv.{record.arxiv_id.partition('v')[0]}" if record.arxiv_id else ""
    return Study(doi=record.doi or preprint, pmid=record.pmid if not record.doi else "")


def _ordered(copies: Sequence[FreeCopy]) -> tuple[FreeCopy, ...]:
    """PDFs first, the published version before others; each address once."""
    once: dict[str, FreeCopy] = {}
    for copy in copies:
        once.setdefault(copy.url, copy)
    return tuple(sorted(once.values(), key=lambda c: (not c.is_pdf, c.version not in ("", "publishedVersion"))))


def _note(project: Project, found: dict[str, tuple[FreeCopy, ...]], person: str) -> None:
    reports, who = fulltext.standings(project), team.join(project, person)
    said = [
        Retrieval(record_id=work, status="sought", who=who, note="" if copies else NONE_FOUND)
        for work, copies in found.items()
        if not reports[work].retrieval
    ]
    decisions.append_retrieval(project.store, said)


@rights.needs(Right.REVIEW, whose="person")
def fetch(project: Project, record_id: str, url: str, *, person: str, get: Fetch = _get) -> Taken:
    """Take the file at the address of a free copy; it is checked and matched as one that somebody brings."""
    name = url.split("?", maxsplit=1)[0].rstrip("/").rsplit("/", 1)[-1] or "copy.pdf"
    upload = Upload(name=name, data=get(url), record_id=record_id, origin=url)
    return full_text_intake.take(project, [upload], person=person)[0]


@rights.needs(Right.REVIEW, whose="person")
def fetch_first(
    project: Project, found: Looked, *, person: str, get: Fetch = _get, progress: Progress = silent
) -> list[Taken]:
    """Of each report the first PDF that can be had; what is refused is told of once no other copy is left."""
    taken = []
    for at, (work, copies) in enumerate(found.copies.items()):
        progress(f"Fetching {work}", at / len(found.copies))
        last = None
        for copy in (copy for copy in copies if copy.is_pdf):
            try:
                last = fetch(project, work, copy.url, person=person, get=get)
            except ReviewError as error:
                last = Taken(name=copy.url, outcome=REFUSED, message=str(error))
            if last.outcome != REFUSED:
                break
        taken += [last] if last else []
    return taken

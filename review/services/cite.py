"""Citation searching: what the included studies refer to and what cites them becomes a batch with a box of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from review.domain.errors import Missing, ReviewError
from review.domain.finding import Finding, Severity
from review.domain.protocol import PlannedSearch
from review.domain.record import Record, SourceKind
from review.domain.team import Right
from review.services import collect, flow, gathering, rights
from review.services.gathering import Job, SearchReport
from review.services.project import Progress, Project, silent
from review.services.search import Connect
from review.services.works import read, works
from review.sources import citing, registry
from review.sources.citing import Direction, Study
from review.sources.contract import Question
from review.storage.store import now

INCLUDED = "included"
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_WORK = re.compile(r"W\d{4,15}")
_PMID = re.compile(r"\d{1,9}")
_NAMED = 10


@rights.needs(Right.GOVERN)
def count(
    project: Project,
    *,
    start: Sequence[str] = (INCLUDED,),
    direction: Direction = Direction.BOTH,
    connect: Connect = registry.connect,
) -> SearchReport:
    """Ask how many works there are, and what it will cost; nothing is kept."""
    job, silent_ones = _job(project, start, direction, connect)
    try:
        report = gathering.count(project, job)
    finally:
        job.http.close()
    return _with(report, job, silent_ones)


@rights.needs(Right.GOVERN)
def run(
    project: Project,
    *,
    start: Sequence[str] = (INCLUDED,),
    direction: Direction = Direction.BOTH,
    connect: Connect = registry.connect,
    progress: Progress = silent,
) -> SearchReport:
    """Follow references and citations of the studies to start from, and take in what is found.

    `start` is "included", or record ids, DOIs, PMIDs and OpenAlex ids. One that was stopped goes on behind its last page.
    """
    job, silent_ones = _job(project, start, direction, connect)
    try:
        report = gathering.run(project, job, progress)
    finally:
        job.http.close()
    return _with(report, job, silent_ones)


def _with(report: SearchReport, job: Job, silent_ones: list[str]) -> SearchReport:
    findings = (*_unnamed(silent_ones), *report.findings)
    return replace(report, requests=job.http.requests, findings=findings)


def _job(project: Project, start: Sequence[str], direction: Direction, connect: Connect) -> tuple[Job, list[str]]:
    """The search, and the ids of studies that have no identifier to be looked up by."""
    found = _studies(project, start)
    asked = [study for study in found.values() if str(study)]
    if not asked:
        raise ReviewError(
            "None of these studies has a DOI, a PMID or an OpenAlex id.",
            hint="Follow their references by hand, and import what you find with --kind citation.",
        )
    planned = PlannedSearch(
        name=citing.SOURCE.name,
        label="Citation searching",
        kind=SourceKind.CITATION,
        platform=citing.SOURCE.platform,
        query="",
        limits="",
    )
    question = Question(query=citing.asked(dict.fromkeys(asked), direction), until=now()[:10])
    job = Job(planned, citing.SOURCE, connect(citing.SOURCE), question)
    return job, [name for name, study in found.items() if not str(study)]


def _studies(project: Project, start: Sequence[str]) -> dict[str, Study]:
    """The studies to start from, by work or as they were given."""
    members = works(project).members
    chosen: dict[str, Study] = {}
    wanted: dict[str, None] = {}
    if INCLUDED in start:
        wanted.update(dict.fromkeys(flow.included(project)))
        if not wanted and len(start) == 1:
            raise ReviewError(
                "No study is included yet.",
                hint="Include studies at full text first, or give --from the DOIs of studies you know.",
            )
    given = [reference for reference in start if reference != INCLUDED]
    held = collect.find_records(project, given)
    for reference in given:
        if reference in held:
            wanted[works(project).work_of[held[reference]]] = None
        else:
            chosen[reference] = _outside(reference)
    ids = [record for work in wanted for record in members[work]]
    records = read(project, ids)
    return {work: _study([records[record] for record in members[work]]) for work in wanted} | chosen


def _study(copies: Sequence[Record]) -> Study:
    """One study by what all its records say of it."""

    def first(values: list[str]) -> str:
        return next((value for value in values if value), "")

    preprints = [f"10.48550/arxiv.{copy.arxiv_id.partition('v')[0]}" for copy in copies if copy.arxiv_id]
    return Study(
        openalex=first([copy.source_id for copy in copies if _WORK.fullmatch(copy.source_id)]),
        doi=first([copy.doi for copy in copies] + preprints),
        pmid=first([copy.pmid for copy in copies]),
    )


def _outside(reference: str) -> Study:
    """A study that is not in the project, by one identifier."""
    text = reference.strip()
    doi = _DOI.search(text)
    if doi:
        return Study(doi=doi[0].lower())
    if _WORK.fullmatch(text.rpartition("/")[2]):
        return Study(openalex=text.rpartition("/")[2])
    if _PMID.fullmatch(text):
        return Study(pmid=text)
    raise Missing("study to start from", reference, [INCLUDED, "a record id", "a DOI", "a PMID"])


def _unnamed(ids: list[str]) -> list[Finding]:
    if not ids:
        return []
    named = ", ".join(ids[:_NAMED]) + (" and others" if len(ids) > _NAMED else "")
    return [
        Finding(
            rule="CITE-NO-ID",
            severity=Severity.WARNING,
            message=f"{len(ids):,} of the studies have no DOI, PMID or OpenAlex id and were left out: {named}.",
            hint="Follow their references by hand, and import what you find with --kind citation.",
        )
    ]

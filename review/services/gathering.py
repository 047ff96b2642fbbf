"""One search from asking to storing: raw pages fetched and kept first, then all their records taken in at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace

from review import __version__
from review.domain.finding import Finding, Severity
from review.domain.protocol import PlannedSearch
from review.services import raw, reckoning, rights
from review.services.project import Progress, Project
from review.services.raw import Begun
from review.services.reading import Reading
from review.sources.contract import Page, Plan, QueryRefused, Question, Source
from review.sources.http import Http, SourceUnavailable
from review.storage import deeds, records
from review.storage.store import now

_TOO_MANY = 3  # spoilt pages in a row: the source is not well, and going on would only trouble it


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchReport:
    """What became of one search.

    `reported` is what the source said it has, `fetched` the different records that came, of which `new` were not in
    the project before. `state` is "done", "counted" (nothing was fetched), "unfinished" (run again to go on) or
    "refused". `requests` were sent now; `least_requests` would bring everything, in no less than `least_seconds` since the
    source wants them apart; `cost` says what else it takes.
    """

    name: str
    label: str
    state: str
    query: str = ""
    limits: str = ""
    understood: str = ""
    run_at: str = ""
    reported: int | None = None
    fetched: int = 0
    new: int = 0
    known: int = 0
    without_abstract: int = 0
    pages: int = 0
    pages_before: int = 0
    requests: int = 0
    least_requests: int = 0
    least_seconds: float = 0.0
    cost: str = ""
    folder: str = ""
    sha256: str = ""
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, object]:
        return {name: value for name, value in asdict(self).items() if name != "findings"}


@dataclass(slots=True)
class Job:
    """A planned search, the source it goes to, the line to it and what is asked."""

    planned: PlannedSearch
    source: Source
    http: Http
    question: Question


@rights.internal
def count(_project: Project, job: Job) -> SearchReport:
    return _told(job, job.source.count(job.question, job.http), state="counted")


def _told(job: Job, plan: Plan, *, state: str) -> SearchReport:
    """What is known once the source has said how much it has."""
    return SearchReport(
        name=job.planned.name,
        label=job.planned.label,
        state=state,
        query=plan.sent,
        limits="; ".join(part for part in (_limits(job.planned.limits, plan.limits), plan.limits) if part),
        understood=plan.understood,
        reported=plan.reported,
        least_requests=plan.least,
        least_seconds=round((plan.least - 1) * job.http.interval, 1),
        cost=plan.cost,
        findings=plan.findings,
    )


def _limits(planned: str, further: str) -> str:
    """The protocol's limits; that there are none is not said beside one that the search sets."""
    return "" if further and planned.strip().casefold() == "none" else planned


@rights.internal
def run(project: Project, job: Job, progress: Progress) -> SearchReport:
    """Fetch what the source has, or what is still lacking of it, and store it; a source that gives up leaves its pages."""
    progress(f"Asking {job.source.label}", 0.0)
    begun = _begun(project, job)
    before = len(begun.pages)
    if begun.plan.cost:
        progress(f"{job.source.label}: {begun.plan.reported:,} results, {begun.plan.cost}", 0.0)
    with Reading(job.source, begun) as reading:
        try:
            for further in _kept(job, reading, progress):
                begun = further
        except (SourceUnavailable, QueryRefused) as error:
            return replace(
                _so_far(job, begun, before, state="unfinished"),
                findings=(*begun.plan.findings, _stopped(begun, error)),
            )
        reading.wait()
        return _stored(project, job, _so_far(job, begun, before, state="done"), reading, progress)


def _stopped(begun: Begun, error: SourceUnavailable | QueryRefused) -> Finding:
    return Finding(
        rule="SEARCH-STOPPED",
        message=f"{error.message} {len(begun.pages):,} pages are kept.",
        path=raw.address(begun.folder),
        hint=f"{error.hint} It goes on from page {len(begun.pages) + 1:,}.",
    )


def _begun(project: Project, job: Job) -> Begun:
    """The same search where it was stopped, else a new one."""
    moment = now()
    runs = records.runs(project.store)
    done = {run.run_at for run in runs if run.source == job.planned.name}
    found = raw.unfinished(project.root, job.planned.name, done=done, now=moment)
    asked = job.question
    if found and (found.question.query, found.question.since) == (asked.query, asked.since):
        return found
    plan = job.source.plan(asked, job.http)
    fresh = Begun(
        folder=project.root, name=job.planned.name, source=job.source.name, question=asked, plan=plan, at=moment
    )
    return raw.begin(project.root, fresh, taken={run.file_name for run in runs})


def _kept(job: Job, reading: Reading, progress: Progress) -> Iterator[Begun]:
    """The search after each page that was put on the disk."""
    start, had = time.monotonic(), sum(page.expected for page in reading.begun.pages)
    for further in _put_away(job, reading):
        done = sum(page.expected for page in further.pages)
        progress(*_where(job, done, further.plan.expected, (time.monotonic() - start) / max(done - had, 1)))
        yield further


def _put_away(job: Job, reading: Reading) -> Iterator[Begun]:
    """Each page is packed, written and read while the next one is asked for; a search that stops keeps the last that came."""
    begun, spoilt = reading.begun, list[Page]()

    def put(behind: Begun, pages: list[Page]) -> Begun:
        kept = raw.keep(behind, pages)
        reading.follow(kept)
        return kept

    coming = job.source.pages(begun.question, begun.plan, job.http, begun.after)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="keeping") as keeping:
        held: Future[Begun] | None = None
        try:
            for page in coming:
                if held:
                    begun, held = held.result(), None
                    yield begun
                if page.fault:
                    spoilt.append(page)
                    if len(spoilt) == _TOO_MANY:
                        raise SourceUnavailable(job.source.label, page.fault)
                    continue
                held = keeping.submit(put, begun, [*spoilt, page])
                spoilt.clear()
        except (SourceUnavailable, QueryRefused):
            if held:
                yield held.result()
            raise
        if held:
            begun = held.result()
            yield begun
    if spoilt:
        yield put(begun, spoilt)


def _where(job: Job, done: int, total: int, each: float) -> tuple[str, float]:
    left = max(total - done, 0) * each
    rest = f", about {left / 60:.0f} min left" if left > 90 else f", about {left:.0f} s left" if left > 5 else ""
    return f"{job.planned.label}: {done:,} of {total:,}{rest}", min(0.99, done / max(total, 1))


def _so_far(job: Job, begun: Begun, before: int, *, state: str) -> SearchReport:
    return replace(
        _told(job, begun.plan, state=state),
        run_at=begun.at,
        reported=reckoning.reported(begun),
        pages=len(begun.pages),
        pages_before=before,
        folder=raw.address(begun.folder),
        sha256=begun.sha256,
    )


def _stored(project: Project, job: Job, report: SearchReport, reading: Reading, progress: Progress) -> SearchReport:
    """Take in all records of the pages, in one transaction with the run and its report."""
    name, begun = job.planned.name, reading.begun
    progress(f"{job.planned.label}: storing", 0.99)
    with project.store.writing(much=True) as connection:
        if records.run_with_hash(connection, begun.sha256, name) is not None:
            return replace(report, findings=(_twice(job),))
        kind = records.kind_of(connection, name) or str(job.planned.kind)  # a source keeps its first kind
        number = records.add_run(connection, {**_row(job, report), "kind": kind})
        deeds.append_author(connection, project.who, f"search run {number}")
        tally = reckoning.Tally()
        intake = records.take_in(connection, number, name, tally.watch(reading.entries()))
        intake.findings[:0] = begun.plan.findings
        intake.findings += reckoning.reckoned(begun, job.source.label, stored=intake.read, tally=tally)
        records.add_report(connection, number, intake)
    progress(f"{job.planned.label}: {intake.read:,} records", 1.0)
    return replace(
        report,
        fetched=intake.read,
        new=intake.new,
        known=intake.known,
        without_abstract=intake.without_abstract,
        findings=tuple(intake.findings),
    )


def _twice(job: Job) -> Finding:
    return Finding(
        rule="SEARCH-TWICE",
        severity=Severity.WARNING,
        message=f"The search {job.planned.name} was stored by another run of the program at the same time.",
        hint="Nothing was stored twice.",
    )


def _row(job: Job, report: SearchReport) -> dict[str, object]:
    return {
        "source": job.planned.name,
        "label": job.planned.label,
        "platform": job.planned.platform or job.source.platform,
        "query": report.query,
        "limits": report.limits,
        "run_at": report.run_at,
        "reported": report.reported,
        "tool_version": __version__,
        "raw_sha256": report.sha256,
        "file_name": report.folder,
        "format": job.source.format,
        "since": job.question.since,
    }

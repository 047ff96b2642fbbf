"""The searches the program runs itself: raw pages fetched and kept first, then all their records taken in at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from review import __version__
from review.domain.errors import Missing, ReviewError
from review.domain.finding import Finding, Severity
from review.domain.protocol import PlannedSearch
from review.domain.team import Right
from review.services import protocol, raw, reckoning, rights
from review.services.project import PROTOCOL, Progress, Project, silent
from review.services.raw import Begun
from review.sources import registry
from review.sources.contract import Page, Plan, QueryRefused, Question, Source
from review.sources.http import Http, SourceUnavailable
from review.storage import records
from review.storage.store import now

LAST = "last"  # since the search before
_TOO_MANY = 3  # spoilt pages in a row: the source is not well, and going on would only trouble it
_PLACEHOLDER = '"['  # as the presets have it; no source reads it
Connect = Callable[[Source], Http]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchReports:
    """One report for each search; `by_hand` are the protocol's searches that have to be run at the database itself."""

    searches: tuple[SearchReport, ...]
    by_hand: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for report in self.searches for finding in report.findings)


@dataclass(slots=True)
class _Job:
    """A search of the protocol, the source it goes to and the line to it."""

    planned: PlannedSearch
    source: Source
    http: Http
    question: Question


@rights.needs(Right.GOVERN)
def count(
    project: Project, *, sources: Sequence[str] = (), since: str = "", connect: Connect = registry.connect
) -> SearchReports:
    """Ask each source only how much it has; one request each, nothing is kept."""
    return _each(project, _chosen(project, sources), since=since, connect=connect, do=_count)


@rights.needs(Right.GOVERN)
def run(
    project: Project,
    *,
    sources: Sequence[str] = (),
    since: str = "",
    connect: Connect = registry.connect,
    progress: Progress = silent,
) -> SearchReports:
    """Run the protocol's searches, or only those named, for what arrived at the sources since a day (or `last`).

    One that was stopped goes on behind its last kept page. A source that does not answer does not stop the others.
    """

    def do(project: Project, job: _Job) -> SearchReport:
        return _run(project, job, progress)

    return _each(project, _chosen(project, sources), since=since, connect=connect, do=do)


def _each(
    project: Project,
    chosen: tuple[list[tuple[PlannedSearch, Source]], tuple[str, ...]],
    *,
    since: str,
    connect: Connect,
    do: Callable[[Project, _Job], SearchReport],
) -> SearchReports:
    searches, by_hand = chosen
    _check_day(since)
    lines: dict[str, Http] = {}
    reports = []
    try:
        for planned, source in searches:
            if source.name not in lines:
                lines[source.name] = connect(source)  # one line for all searches there, or its intervals would not hold
            job = _Job(planned, source, lines[source.name], _question(project, planned, since))
            reports.append(_guarded(project, job, do))
    finally:
        for line in lines.values():
            line.close()
    return SearchReports(searches=tuple(reports), by_hand=by_hand)


def _guarded(project: Project, job: _Job, do: Callable[[Project, _Job], SearchReport]) -> SearchReport:
    """The report of a search; a refusal by the source is one too."""
    sent = job.http.requests
    try:
        fault = _unready(job.planned)
        report = _refused(job, fault) if fault else do(project, job)
    except ReviewError as error:
        if isinstance(error, Missing):
            raise
        report = _refused(job, Finding(rule="SEARCH", message=error.message, hint=error.hint))
    return replace(report, requests=job.http.requests - sent)


def _refused(job: _Job, fault: Finding) -> SearchReport:
    return SearchReport(
        name=job.planned.name, label=job.planned.label, state="refused", query=job.question.query, findings=(fault,)
    )


def _unready(planned: PlannedSearch) -> Finding | None:
    """Why a string cannot be sent as it stands."""
    if planned.query and _PLACEHOLDER not in planned.query:
        return None
    what = "still holds places to be filled in" if planned.query else "is missing"
    return Finding(
        rule="SEARCH-STRING",
        message=f"The search string for {planned.name} {what}.",
        path=PROTOCOL,
        hint="Write it under sources: in protocol.yaml.",
    )


def _check_day(since: str) -> None:
    if since in {"", LAST}:
        return
    try:
        day = date.fromisoformat(since)
    except ValueError:
        raise ReviewError(f"{since!r} is not a date.", hint="Write it as 2026-01-31, or write last.") from None
    if day.isoformat() > now()[:10]:
        raise ReviewError(f"{since} lies in the future.", hint="Give the day of the search before, or write last.")


def _chosen(project: Project, names: Sequence[str]) -> tuple[list[tuple[PlannedSearch, Source]], tuple[str, ...]]:
    """The searches to be run, each with its source, and the names of those that cannot be run from here."""
    planned = {search.name: search for search in protocol.in_force(project).searches}
    found: list[tuple[PlannedSearch, Source]] = []
    by_hand: list[str] = []
    for name in dict.fromkeys(names or planned):
        if name not in planned:
            raise Missing("search in the protocol", name, planned)
        source = registry.behind(name)
        if source is None:
            by_hand.append(name)
        else:
            found.append((planned[name], source))
    if not found:
        listed = f" ({', '.join(by_hand)})" if by_hand else ""
        raise ReviewError(
            f"The protocol names no search that can be run from here{listed}.",
            hint=f"Searched from here: {', '.join(sorted(registry.sources()))}. "
            "For others, export the results at the database and use `review import`.",
        )
    return found, tuple(by_hand)


def _question(project: Project, planned: PlannedSearch, since: str) -> Question:
    if since == LAST:
        since = max((run.run_at[:10] for run in records.runs(project.store) if run.source == planned.name), default="")
    # A protocol breaks long strings into lines; no source means anything by a line's end.
    return Question(query=" ".join(planned.query.split()), since=since, until=now()[:10])


def _count(_project: Project, job: _Job) -> SearchReport:
    return _told(job, job.source.count(job.question, job.http), state="counted")


def _told(job: _Job, plan: Plan, *, state: str) -> SearchReport:
    """What is known once the source has said how much it has."""
    return SearchReport(
        name=job.planned.name,
        label=job.planned.label,
        state=state,
        query=plan.sent,
        limits="; ".join(part for part in (job.planned.limits, plan.limits) if part),
        understood=plan.understood,
        reported=plan.reported,
        least_requests=plan.least,
        least_seconds=round((plan.least - 1) * job.http.interval, 1),
        cost=plan.cost,
        findings=plan.findings,
    )


def _run(project: Project, job: _Job, progress: Progress) -> SearchReport:
    progress(f"Asking {job.source.label}", 0.0)
    begun = _begun(project, job)
    before = len(begun.pages)
    if begun.plan.cost:
        progress(f"{job.source.label}: {begun.plan.reported:,} results, {begun.plan.cost}", 0.0)
    try:
        for further in _kept(begun, job, progress):
            begun = further
    except (SourceUnavailable, QueryRefused) as error:
        return replace(
            _so_far(job, begun, before, state="unfinished"),
            findings=(
                *begun.plan.findings,
                Finding(
                    rule="SEARCH-STOPPED",
                    message=f"{error.message} {len(begun.pages):,} pages are kept.",
                    path=raw.address(begun.folder),
                    hint=f"{error.hint} It goes on from page {len(begun.pages) + 1:,}.",
                ),
            ),
        )
    return _stored(project, job, begun, before, progress)


def _begun(project: Project, job: _Job) -> Begun:
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


def _kept(begun: Begun, job: _Job, progress: Progress) -> Iterator[Begun]:
    """The search after each page that was put on the disk."""
    spoilt: list[Page] = []
    start, had = time.monotonic(), sum(page.expected for page in begun.pages)
    for page in job.source.pages(begun.question, begun.plan, job.http, begun.after):
        if page.fault:
            spoilt.append(page)
            if len(spoilt) == _TOO_MANY:
                raise SourceUnavailable(job.source.label, page.fault)
            continue
        begun = raw.keep(begun, [*spoilt, page])
        spoilt.clear()
        done = sum(page.expected for page in begun.pages)
        progress(*_where(job, done, begun.plan.expected, (time.monotonic() - start) / max(done - had, 1)))
        yield begun
    if spoilt:
        yield raw.keep(begun, spoilt)


def _where(job: _Job, done: int, total: int, each: float) -> tuple[str, float]:
    left = max(total - done, 0) * each
    rest = f", about {left / 60:.0f} min left" if left > 90 else f", about {left:.0f} s left" if left > 5 else ""
    return f"{job.planned.label}: {done:,} of {total:,}{rest}", min(0.99, done / max(total, 1))


def _so_far(job: _Job, begun: Begun, before: int, *, state: str) -> SearchReport:
    return replace(
        _told(job, begun.plan, state=state),
        run_at=begun.at,
        reported=reckoning.reported(begun),
        pages=len(begun.pages),
        pages_before=before,
        folder=raw.address(begun.folder),
        sha256=begun.sha256,
    )


def _stored(project: Project, job: _Job, begun: Begun, before: int, progress: Progress) -> SearchReport:
    """Take in all records of the pages, in one transaction with the run and its report."""
    report = _so_far(job, begun, before, state="done")
    progress(f"{job.planned.label}: storing", 0.99)
    with project.store.writing() as connection:
        earlier = records.run_with_hash(connection, begun.sha256, job.planned.name)
        if earlier is not None:
            return replace(report, findings=(_twice(job),))
        number = records.add_run(connection, _row(job, report))
        tally = reckoning.Tally()
        intake = records.take_in(
            connection, number, job.planned.name, tally.watch(reckoning.entries(begun, job.source))
        )
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


def _twice(job: _Job) -> Finding:
    return Finding(
        rule="SEARCH-TWICE",
        severity=Severity.WARNING,
        message=f"The search {job.planned.name} was stored by another run of the program at the same time.",
        hint="Nothing was stored twice.",
    )


def _row(job: _Job, report: SearchReport) -> dict[str, object]:
    return {
        "source": job.planned.name,
        "label": job.planned.label,
        "kind": str(job.planned.kind),
        "platform": job.planned.platform or job.source.platform,
        "query": report.query,
        "limits": report.limits,
        "run_at": report.run_at,
        "reported": report.reported,
        "tool_version": __version__,
        "raw_sha256": report.sha256,
        "file_name": report.folder,
        "format": job.source.format,
    }

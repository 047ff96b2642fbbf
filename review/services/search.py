"""The protocol's searches, as far as the program can run them itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from review.domain.errors import Missing, ReviewError
from review.domain.finding import Finding, Severity
from review.domain.protocol import PlannedSearch
from review.domain.protocol_blanks import string_is_blank
from review.domain.team import Right
from review.services import gathering, protocol, rights, strings
from review.services.gathering import Job, SearchReport
from review.services.project import PROTOCOL, Progress, Project, silent
from review.sources import registry
from review.sources.contract import Question, Source
from review.sources.http import Http
from review.storage import records
from review.storage.store import now

LAST = "last"  # since the search before
# As the presets have it, "[a word]"; in "a phrase"[tiab] the bracket opens behind the mark.
Connect = Callable[[Source], Http]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchReports:
    """One report for each search; `by_hand` are the protocol's searches that have to be run at the database itself."""

    searches: tuple[SearchReport, ...]
    by_hand: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for report in self.searches for finding in report.findings)


@rights.needs(Right.GOVERN)
def count(
    project: Project, *, sources: Sequence[str] = (), since: str = "", connect: Connect = registry.connect
) -> SearchReports:
    """Ask each source only how much it has; one request each, nothing is kept."""
    return _each(project, _chosen(project, sources), since=since, connect=connect, do=gathering.count)


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

    def do(project: Project, job: Job) -> SearchReport:
        return gathering.run(project, job, progress)

    return _each(project, _chosen(project, sources), since=since, connect=connect, do=do)


def _each(
    project: Project,
    chosen: tuple[list[tuple[PlannedSearch, Source]], tuple[str, ...]],
    *,
    since: str,
    connect: Connect,
    do: Callable[[Project, Job], SearchReport],
) -> SearchReports:
    searches, by_hand = chosen
    _check_day(since)
    lines: dict[str, Http] = {}
    reports = []
    try:
        for planned, source in searches:
            if source.name not in lines:
                lines[source.name] = connect(source)  # one line for all searches there, or its intervals would not hold
            job = Job(planned, source, lines[source.name], _question(project, planned, since))
            reports.append(_guarded(project, job, do))
    finally:
        for line in lines.values():
            line.close()
    return SearchReports(searches=tuple(reports), by_hand=by_hand)


def _guarded(project: Project, job: Job, do: Callable[[Project, Job], SearchReport]) -> SearchReport:
    """The report of a search; a refusal by the source is one too."""
    sent = job.http.requests
    try:
        faults = _unready(job.planned) or strings.faults(project, job.planned)
        if any(fault.severity is Severity.ERROR for fault in faults):
            report = _refused(job, *faults)
        else:
            report = do(project, job)
            report = replace(report, findings=(*faults, *report.findings))
    except ReviewError as error:
        if isinstance(error, Missing):
            raise
        report = _refused(job, Finding(rule="SEARCH", message=error.message, hint=error.hint))
    return replace(report, requests=job.http.requests - sent)


def _refused(job: Job, *faults: Finding) -> SearchReport:
    return SearchReport(
        name=job.planned.name, label=job.planned.label, state="refused", query=job.question.query, findings=faults
    )


def _unready(planned: PlannedSearch) -> list[Finding]:
    """Why there is nothing to be sent yet."""
    if planned.query and not string_is_blank(planned.query):
        return []
    what = "still holds places to be filled in" if planned.query else "is missing"
    return [
        Finding(
            rule="SEARCH-STRING",
            message=f"The search string for {planned.name} {what}.",
            path=PROTOCOL,
            hint="Write it under sources: in protocol.yaml; `review protocol strings` drafts it from a concept table.",
        )
    ]


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

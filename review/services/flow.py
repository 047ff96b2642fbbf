"""The flow of records through the review, computed from the facts alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from review.domain import flow as arithmetic
from review.domain.errors import ReviewError
from review.domain.finding import Finding, Severity
from review.domain.flow import FlowCounts, Rows
from review.domain.protocol import PreviousVersion, Protocol
from review.domain.record import SourceKind
from review.domain.report import standing_links, studies
from review.domain.screening import Outcome, Stage, Standing
from review.domain.team import Right
from review.render import images
from review.render.flow_file import flow_file
from review.render.flow_words import FlowLook
from review.resources import write_file
from review.services import flow_look, protocol, rights, screen, standing
from review.services.project import Project
from review.services.works import Works, works
from review.storage import decisions, records, report_links
from review.storage.records import StoredRun
from review.storage.sightings import sightings

NO_REASON = "No reason given"
LAST = "last"  # the newest search for what arrived since the one before


@rights.needs(Right.READ)
def counts(project: Project, *, since: str | None = None) -> FlowCounts:
    """A number for every box. A work counts once, however many records it has; records count per source.

    `since` is a day or `last`: what was searched until then is the previous version, and the other boxes count only what
    is new. None leaves that to the protocol, "" counts the whole review.
    """
    said = (
        decisions.latest(project.store, Stage.TITLE_ABSTRACT),
        decisions.latest(project.store, Stage.FULL_TEXT),
        decisions.latest_retrieval(project.store),
    )
    stamp = (*standing.stamp(project), said, standing.hidden(project))
    return project.cached(f"flow {project.who} {since!r}", stamp, lambda: _counted(project, since))


def _counted(project: Project, since: str | None) -> FlowCounts:
    found = works(project)
    part = within(project, since=since)
    rules = protocol.in_force(project)
    missing = not_retrieved(project, found)
    label = partial(protocol.criterion_label, project)
    databases = _per_source(found, part.records, SourceKind.DATABASE)
    registers = _per_source(found, part.records, SourceKind.REGISTER)
    settled = [o for o in part.first.values() if o.standing.settled]
    left = _column([o for work, o in part.second.items() if found.from_databases(work)], missing, rules, label)
    right = _column([o for work, o in part.second.items() if not found.from_databases(work)], missing, rules, label)
    identified = sum(n for _, n in databases) + sum(n for _, n in registers)
    taken = _taken(part.second)
    return FlowCounts(
        database_results=sum(n for _, n in databases),
        database_specific_results=databases,
        register_results=sum(n for _, n in registers),
        register_specific_results=registers,
        duplicates=identified - len(part.first),
        records_screened=len(settled),
        left_unscreened=len(part.first) - len(settled),
        records_excluded=sum(o.standing is Standing.EXCLUDED for o in settled),
        dbr_sought_reports=left.sought,
        dbr_versions=sum(found.from_databases(work) for work in part.versions),
        dbr_notretrieved_reports=left.missing,
        dbr_assessed=left.assessed,
        dbr_awaiting=left.awaiting,
        dbr_excluded=left.excluded,
        website_results=_total(found, part.records, SourceKind.WEBSITE),
        organisation_results=_total(found, part.records, SourceKind.ORGANISATION),
        citations_results=_total(found, part.records, SourceKind.CITATION),
        other_sought_reports=right.sought,
        other_versions=sum(not found.from_databases(work) for work in part.versions),
        other_notretrieved_reports=right.missing,
        other_assessed=right.assessed,
        other_awaiting=right.awaiting,
        other_excluded=right.excluded,
        new_studies=len(new_studies(project, part)),
        new_reports=len(taken),
        previous_studies=part.previous[0],
        previous_reports=part.previous[1],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """One column of the lower half of the diagram."""

    sought: int
    missing: int
    assessed: int
    awaiting: int
    excluded: Rows


def _column(found: list[Outcome], missing: set[str], rules: Protocol, label: Callable[[str], str]) -> _Column:
    settled = [o for o in found if o.standing.settled]
    gone = sum(o.record_id in missing and not o.standing.settled for o in found)
    out = Counter(o.reason for o in settled if o.standing is Standing.EXCLUDED)
    order = {c.id: at for at, c in enumerate(rules.exclude)}
    reasons = sorted(out, key=lambda reason: (-out[reason], order.get(reason, len(order))))
    return _Column(
        sought=len(found),
        missing=gone,
        assessed=len(settled),
        awaiting=len(found) - gone - len(settled),
        excluded=tuple((label(r) if r else NO_REASON, out[r]) for r in reasons),
    )


@rights.needs(Right.READ)
def not_retrieved(project: Project, found: Works) -> set[str]:
    """Works whose full text was sought and not retrieved, as last stated."""
    latest: dict[str, str] = {}
    counting = standing.counting(project)
    for retrieval in decisions.read_retrievals(project.store):
        own = found.work_of[retrieval.record_id]
        latest[counting.get(own, own)] = retrieval.status
    return {work for work, status in latest.items() if status == "not_retrieved"}


def _per_source(found: Works, shown: Mapping[str, str], kind: SourceKind) -> Rows:
    per_source = Counter(shown.values())
    wanted = [name for name, of_kind in found.kinds.items() if of_kind is kind]
    return tuple((found.labels[name], per_source[name]) for name in wanted if per_source[name])


def _total(found: Works, shown: Mapping[str, str], kind: SourceKind) -> int:
    return sum(n for _, n in _per_source(found, shown, kind))


# The part of the review that a diagram counts: all of it, or what an update brought


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """The records (with their source) and the works counted, at both stages, and those that are only another version of
    a report; studies and reports of the previous version, its included works, and those that nobody has settled.
    """

    records: Mapping[str, str]
    first: Mapping[str, Outcome]
    second: Mapping[str, Outcome]
    versions: tuple[str, ...] = ()
    previous: tuple[int, int] = (0, 0)
    earlier: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()


@rights.internal
def within(project: Project, *, since: str | None = None) -> Within:
    """What the diagram counts, as `counts` describes it."""
    found = works(project)
    first = screen.outcomes(project, Stage.TITLE_ABSTRACT)
    second = screen.outcomes(project, Stage.FULL_TEXT)
    rules = protocol.in_force(project).previous_version if since is None else None
    until = rules.searched_until if rules else since
    versions = tuple(standing.counting(project))
    whole = Within(records=found.sources, first=first, second=second, versions=versions, previous=_given(rules, (0, 0)))
    if not until:
        return whole
    new_runs = _runs_after(records.runs(project.store), until)
    if not new_runs:
        old = _taken(second)
        counted = (len(_studies(project, old)), len(old))
        return Within(records={}, first={}, second={}, previous=_given(rules, counted), earlier=tuple(old))
    seen = list(sightings(project.store))
    earlier = {found.work_of[record] for run, record in seen if run not in new_runs and record in found.work_of}
    old = [work for work in _taken(second) if work in earlier]
    return Within(
        records={record: found.sources[record] for run, record in seen if run in new_runs},
        first={work: o for work, o in first.items() if work not in earlier},
        second={work: o for work, o in second.items() if work not in earlier},
        versions=tuple(work for work in versions if work not in earlier),
        previous=_given(rules, (len(_studies(project, old)), len(old))),
        earlier=tuple(old),
        unsettled=tuple(_open(first, earlier)) + tuple(_open(second, earlier)),
    )


@rights.needs(Right.READ)
def was_updated(project: Project) -> bool:
    """True if any search asked only for what arrived since an earlier one: the form for updates can be drawn."""
    return any(run.since for run in records.runs(project.store))


def _given(rules: PreviousVersion | None, counted: tuple[int, int]) -> tuple[int, int]:
    """Studies and reports of the previous version: as published, else as counted here."""
    if rules is None or rules.studies is None:
        return counted
    return rules.studies, rules.reports if rules.reports is not None else rules.studies


def _taken(second: Mapping[str, Outcome]) -> list[str]:
    return [work for work, o in second.items() if o.standing is Standing.INCLUDED]


def _studies(project: Project, reports: Sequence[str]) -> list[tuple[str, ...]]:
    """The reports, each study's together."""
    links = standing_links(report_links.read(project.store), works(project).work_of)
    return studies(links, reports)


@rights.internal
def new_studies(project: Project, part: Within) -> list[tuple[str, ...]]:
    """The studies included anew: those of which no report stood in the previous version."""
    earlier = set(part.earlier)
    grouped = _studies(project, [*part.earlier, *_taken(part.second)])
    return [group for group in grouped if not earlier.intersection(group)]


def _open(found: Mapping[str, Outcome], works_of_it: set[str]) -> Iterator[str]:
    return (work for work, o in found.items() if work in works_of_it and not o.standing.settled)


def _check_day(day: str) -> None:
    try:
        date.fromisoformat(day)
    except ValueError:
        raise ReviewError(f"{day!r} is not a day.", hint="Write it as 2026-01-31, or write last.") from None


def _runs_after(runs: Sequence[StoredRun], until: str) -> set[int]:
    """The runs of the update: those of a later day, or with `last` those since the newest search with --since began."""
    if until != LAST:
        _check_day(until)
        return {run.number for run in runs if run.run_at[:10] > until}
    newest = next((run for run in reversed(runs) if run.since), None)
    if newest is None:
        raise ReviewError(
            "No search was updated yet, so there is no previous version.",
            hint="Run `review search --since last`, or name the last day of the earlier searches: --since 2026-01-31.",
        )
    before = max((run.number for run in runs if run.source == newest.source and run.number < newest.number), default=0)
    begun = min(
        run.number
        for run in runs
        if run.since
        and run.number > before
        and (run.run_at[:10] > newest.since or run.run_at[:10] == newest.run_at[:10])
    )
    return {run.number for run in runs if run.number >= begun}


@rights.needs(Right.READ)
def included(project: Project) -> list[str]:
    """The works included in the review, in order of arrival."""
    return [w for w, o in screen.outcomes(project, Stage.FULL_TEXT).items() if o.standing is Standing.INCLUDED]


@rights.needs(Right.READ)
def check(project: Project, *, since: str | None = None) -> list[Finding]:
    """A finding for each identity of the diagram that fails, and for what stands in neither version of an update."""
    left = within(project, since=since).unsettled
    counted = counts(project, since=since)
    findings = [*arithmetic.check(counted), *flow_look.remarks(project, counted)]
    if left:
        findings.append(
            Finding(
                rule="FLOW-UPDATE",
                severity=Severity.WARNING,
                message=f"{len(left):,} works of the previous version are not settled: the diagram counts them nowhere.",
                hint="Decide on them, or take an earlier day for the end of the previous version.",
            )
        )
    return findings


@rights.needs(Right.READ)
def as_file(
    project: Project, suffix: str, *, since: str | None = None, dpi: int = 300, look: FlowLook | None = None
) -> bytes:
    """The diagram in the form of a suffix: .svg .png .pdf .csv .json .mmd; in the words of review.toml or of `look`."""
    shown = flow_look.look(project) if look is None else look
    return flow_file(counts(project, since=since), suffix, dpi=dpi, look=shown)


def missing_for(suffix: str) -> ReviewError | None:
    """Why `as_file` cannot make a file of this suffix on this machine; None if it can."""
    return images.missing_for(suffix)


@rights.needs(Right.WRITE)
def write(project: Project, paths: Iterable[Path], *, since: str | None = None, dpi: int = 300) -> list[Finding]:
    """Write the diagram in the form each suffix asks for; findings if it does not balance."""
    made = [(path, as_file(project, path.suffix, since=since, dpi=dpi)) for path in paths]
    for path, data in made:
        write_file(path, data)
    return check(project, since=since)

"""The flow of records through the review, computed from the facts alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from review.domain import flow as arithmetic
from review.domain.finding import Finding
from review.domain.flow import FlowCounts, Rows
from review.domain.protocol import Protocol
from review.domain.record import SourceKind
from review.domain.screening import Outcome, Stage, Standing
from review.domain.team import Right
from review.render.flow_file import flow_file
from review.resources import write_file
from review.services import protocol, rights, screen
from review.services.project import Project
from review.services.works import Works, works
from review.storage import decisions

NO_REASON = "No reason given"


@rights.needs(Right.READ)
def counts(project: Project) -> FlowCounts:
    """A number for every box. A work counts once, however many records it has; records count per source."""
    found = works(project)
    first = screen.outcomes(project, Stage.TITLE_ABSTRACT)
    second = screen.outcomes(project, Stage.FULL_TEXT)
    rules = protocol.in_force(project)
    missing = not_retrieved(project, found)
    label = partial(protocol.criterion_label, project)
    databases = _per_source(found, SourceKind.DATABASE)
    registers = _per_source(found, SourceKind.REGISTER)
    settled = [o for o in first.values() if o.standing.settled]
    excluded = sum(o.standing is Standing.EXCLUDED for o in settled)
    left = _column([o for work, o in second.items() if found.from_databases(work)], missing, rules, label)
    right = _column([o for work, o in second.items() if not found.from_databases(work)], missing, rules, label)
    identified = sum(n for _, n in databases) + sum(n for _, n in registers)
    included = left.included + right.included
    return FlowCounts(
        database_results=sum(n for _, n in databases),
        database_specific_results=databases,
        register_results=sum(n for _, n in registers),
        register_specific_results=registers,
        duplicates=identified - len(first),
        records_screened=len(settled),
        left_unscreened=len(first) - len(settled),
        records_excluded=excluded,
        dbr_sought_reports=left.sought,
        dbr_notretrieved_reports=left.missing,
        dbr_assessed=left.assessed,
        dbr_awaiting=left.awaiting,
        dbr_excluded=left.excluded,
        website_results=_total(found, SourceKind.WEBSITE),
        organisation_results=_total(found, SourceKind.ORGANISATION),
        citations_results=_total(found, SourceKind.CITATION),
        other_sought_reports=right.sought,
        other_notretrieved_reports=right.missing,
        other_assessed=right.assessed,
        other_awaiting=right.awaiting,
        other_excluded=right.excluded,
        new_studies=included,
        new_reports=included,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """One column of the lower half of the diagram."""

    sought: int
    missing: int
    assessed: int
    awaiting: int
    excluded: Rows
    included: int


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
        included=sum(o.standing is Standing.INCLUDED for o in settled),
    )


@rights.needs(Right.READ)
def not_retrieved(project: Project, found: Works) -> set[str]:
    """Works whose full text was sought and not retrieved, as last stated."""
    latest: dict[str, str] = {}
    for retrieval in decisions.read_retrievals(project.store):
        latest[found.work_of[retrieval.record_id]] = retrieval.status
    return {work for work, status in latest.items() if status == "not_retrieved"}


def _per_source(found: Works, kind: SourceKind) -> Rows:
    per_source = Counter(found.sources.values())
    wanted = [name for name, of_kind in found.kinds.items() if of_kind is kind]
    return tuple((found.labels[name], per_source[name]) for name in wanted if per_source[name])


def _total(found: Works, kind: SourceKind) -> int:
    return sum(n for _, n in _per_source(found, kind))


@rights.needs(Right.READ)
def included(project: Project) -> list[str]:
    """The works included in the review, in order of arrival."""
    return [w for w, o in screen.outcomes(project, Stage.FULL_TEXT).items() if o.standing is Standing.INCLUDED]


@rights.needs(Right.READ)
def check(project: Project) -> list[Finding]:
    """A finding for each identity of the diagram that fails."""
    return arithmetic.check(counts(project))


@rights.needs(Right.READ)
def as_file(project: Project, suffix: str) -> bytes:
    """The diagram in the form of a suffix: .svg .png .pdf .csv .json .mmd."""
    return flow_file(counts(project), suffix)


@rights.needs(Right.WRITE)
def write(project: Project, paths: Iterable[Path]) -> list[Finding]:
    """Write the diagram in the form each suffix asks for; findings if it does not balance."""
    made = [(path, as_file(project, path.suffix)) for path in paths]
    for path, data in made:
        write_file(path, data)
    return check(project)

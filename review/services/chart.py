"""Data charting: one form for every included study, each value with the words it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from review.domain.charting import Answer, ChartEntry, ChartingForm, check_value, current_entries
from review.domain.errors import Missing, NotAllowed, ReviewError
from review.domain.team import Right
from review.services import flow, protocol, rights, team
from review.services.project import Project
from review.services.works import works
from review.storage import charting, projects


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartedStudy:
    """The answers on one included work, by field; `reviewers` are all who charted it."""

    record_id: str
    answers: dict[str, ChartEntry]
    reviewers: tuple[str, ...]


@rights.needs(Right.READ)
def form(project: Project) -> ChartingForm:
    return protocol.in_force(project).form


@rights.needs(Right.READ)
def check(project: Project, entry: ChartEntry, *, included: frozenset[str] | None = None) -> ChartEntry:
    """The entry as it may be stored: a known field, a value of its kind, a number in the form's unit.

    `included` are all records of the included works, read once for a batch.
    """
    field = form(project).field(entry.field_id)
    if field is None:
        raise Missing("charting field", entry.field_id, [f.id for f in form(project).fields])
    if entry.record_id not in (included if included is not None else included_records(project)):
        raise NotAllowed(f"{entry.record_id} is not among the included studies.", hint="Include its full text first.")
    try:
        value = check_value(field, entry.value)
    except ValueError as error:
        raise ReviewError(str(error)) from None
    if value and entry.answer is not None:
        raise ReviewError(
            f"{field.label}: a value and {entry.answer.replace('_', ' ')!r} cannot both hold.", hint="Keep one of them."
        )
    unit = entry.unit or (field.unit if value else "")
    if value and field.unit and unit != field.unit:
        raise ReviewError(f"{field.label} is charted in {field.unit}, not in {unit}.", hint="Convert it first.")
    return replace(entry, value=value, unit=unit, reviewer=team.clean_name(entry.reviewer), quote=entry.quote.strip())


@rights.needs(Right.READ)
def included_records(project: Project) -> frozenset[str]:
    members = works(project).members
    return frozenset(record for work in flow.included(project) for record in members[work])


@rights.needs(Right.REVIEW, whose="entries")
def save(project: Project, entries: Sequence[ChartEntry]) -> int:
    """Append the answers that differ from what the same person said last, all or none; how many were new."""
    work_of = works(project).work_of
    standing = _standing(project)
    included = included_records(project)
    written = {name: team.as_known(project, name) for name in {entry.reviewer for entry in entries}}
    named = [replace(entry, reviewer=written[entry.reviewer]) for entry in entries]
    checked = [check(project, entry, included=included) for entry in named]
    fresh = [e for e in checked if _changes(e, standing.get((work_of[e.record_id], e.field_id, e.reviewer)))]
    stored = {name: team.join(project, name) for name in {entry.reviewer for entry in fresh}}
    fresh = [replace(entry, reviewer=stored[entry.reviewer]) for entry in fresh]
    charting.append(project.store, fresh, protocol=projects.latest_protocol(project.store))
    return len(fresh)


def _changes(entry: ChartEntry, before: ChartEntry | None) -> bool:
    if before is None:
        return bool(entry.value or entry.answer)
    same = (before.value, before.answer, before.unit, before.quote, before.page)
    return same != (entry.value, entry.answer, entry.unit, entry.quote, entry.page)


@rights.needs(Right.READ)
def entries(project: Project) -> list[ChartEntry]:
    """Every standing answer of every person, under the record it was given for."""
    return list(_standing(project).values())


def _standing(project: Project) -> dict[tuple[str, str, str], ChartEntry]:
    """By (work, field, person): an answer given for one copy is changed and taken back by one for another."""
    work_of = works(project).work_of
    given = charting.read(project.store)
    latest = current_entries([replace(entry, record_id=work_of[entry.record_id]) for entry in given])
    own = {entry.number: entry for entry in given}
    return {key: own[entry.number] for key, entry in latest.items()}


@rights.needs(Right.READ)
def studies(project: Project) -> list[ChartedStudy]:
    """Every included work with its answers; where several people charted a field, the latest answer is shown."""
    work_of = works(project).work_of
    by_work: dict[str, list[ChartEntry]] = {}
    for entry in sorted(entries(project), key=lambda e: e.number):
        by_work.setdefault(work_of[entry.record_id], []).append(entry)
    return [
        ChartedStudy(
            record_id=work,
            answers={e.field_id: e for e in by_work.get(work, ())},
            reviewers=tuple(sorted({e.reviewer for e in by_work.get(work, ())})),
        )
        for work in flow.included(project)
    ]


def shown(entry: ChartEntry | None) -> str:
    """An answer as a table prints it. A blank is not the same as "not reported"."""
    if entry is None:
        return ""
    if entry.answer is Answer.NOT_REPORTED:
        return "NR"
    if entry.answer is Answer.NOT_APPLICABLE:
        return "NA"
    return entry.value

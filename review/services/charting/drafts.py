"""What a person is typing: kept with every word, whether it can be an answer or not, until it is handed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from review.domain.charting import ChartEntry
from review.domain.errors import Missing, NotAllowed, ReviewError
from review.domain.team import Right
from review.services import chart, protocol, rights, team
from review.services.charting import texts
from review.services.charting.charted import charted
from review.services.project import Project
from review.services.works import works
from review.storage import charting
from review.storage.charting import Draft

Spot = tuple[str, int]  # a field and a row


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """One box of the form as it stands: `draft` if it is not handed in, `fault` says why it cannot be an answer yet,
    `warning` what to look at again.
    """

    entry: ChartEntry
    draft: bool = False
    fault: str = ""
    warning: str = ""


@rights.needs(Right.REVIEW, whose="entry")
def keep(project: Project, entry: ChartEntry, *, typed_at: float = 0.0) -> Filled:
    """Keep one box as it was typed, also what cannot be an answer, or not any more. Only the latest word stands."""
    asked = chart.form(project).field(entry.field_id) is not None
    if not asked and entry.field_id not in protocol.charting_labels(project):
        raise Missing("charting field", entry.field_id, [f.id for f in chart.form(project).fields])
    work_of = works(project).work_of
    work = work_of.get(entry.record_id)
    included = chart.included_records(project)
    if work is None or entry.record_id not in included:
        raise NotAllowed(f"{entry.record_id} is not among the included studies.", hint="Include its full text first.")
    mine = replace(entry, record_id=work, reviewer=_known(project, entry.reviewer))
    charting.keep_drafts(project.store, [Draft(entry=mine, typed_at=typed_at)])
    if not asked:  # the form was changed while somebody typed
        return Filled(entry=mine, draft=True, fault="This field is no longer in the form.")
    found = _looked_at(project, mine, texts.pages(project, work), included=included, draft=True)
    if found.fault or not _is_stored(project, work, mine):
        return found
    charting.drop_drafts(project.store, [mine])
    return replace(found, draft=False)


def _is_stored(project: Project, work: str, typed: ChartEntry) -> bool:
    """Whether a box says what its person handed in before: it was typed back, or arrived a second time."""
    known = charted(project)
    spot = (typed.field_id, typed.row, typed.reviewer)
    given = known.of.get(work, ())
    before = next((e for e in given if not e.consensus and (e.field_id, e.row, e.reviewer) == spot), None)
    if before is None or typed.blank:
        return before is None and typed.blank and not typed.quote
    return not chart.changes(chart.check(project, typed), before, known)


def _known(project: Project, name: str) -> str:
    """The name as the project writes it; somebody new joins. Most drafts are of people long known."""
    cleaned = team.clean_name(name)
    written = {person.name.casefold(): person.name for person in team.people(project)}
    return written.get(cleaned.casefold()) or team.join(project, cleaned)


@rights.needs(Right.REVIEW, whose="reviewer")
def filled(project: Project, work: str, *, reviewer: str) -> dict[Spot, Filled]:
    """One person's form for a study: what they handed in, and over it what they have typed since."""
    name = team.as_known(project, reviewer)
    pages = texts.pages(project, work)
    included = chart.included_records(project)
    stored = {
        (e.field_id, e.row): Filled(entry=e)
        for e in charted(project).of.get(work, ())
        if e.reviewer == name and not e.consensus
    }
    typed = {(e.field_id, e.row): e for e in _typed(project, work, name)}
    return {
        spot: _looked_at(project, typed[spot], pages, included=included, draft=True)
        if spot in typed
        else _looked_at(project, stored[spot].entry, pages, included=included, draft=False)
        for spot in {**stored, **typed}
    }


def _typed(project: Project, work: str, name: str) -> list[ChartEntry]:
    """The drafts on a work, under whichever of its records they were kept."""
    return [replace(e, record_id=work) for e in _drafts(project, work, name) if _asked(project, e)]


def _drafts(project: Project, work: str, name: str) -> list[ChartEntry]:
    return charting.drafts(project.store, name, works(project).members.get(work, (work,)))


def _asked(project: Project, entry: ChartEntry) -> bool:
    return chart.form(project).field(entry.field_id) is not None


@rights.needs(Right.REVIEW, whose="reviewer")
def no_longer_asked(project: Project, work: str, *, reviewer: str) -> list[tuple[str, ChartEntry]]:
    """What a person typed into fields that a change of the form has removed since, each with the label of its field."""
    labels = protocol.charting_labels(project)
    typed = _drafts(project, work, team.as_known(project, reviewer))
    return [(labels.get(e.field_id, e.field_id), e) for e in typed if not _asked(project, e) and not e.blank]


def _looked_at(
    project: Project, entry: ChartEntry, pages: texts.Pages, *, included: frozenset[str], draft: bool
) -> Filled:
    fault = ""
    if draft and not entry.blank:
        try:
            chart.check(project, entry, included=included)
        except ReviewError as error:
            fault = str(error)
    return Filled(entry=entry, draft=draft, fault=fault, warning=texts.warning(entry.quote, entry.page, pages))


@rights.needs(Right.REVIEW, whose="reviewer")
def counts(project: Project, *, reviewer: str) -> Mapping[str, tuple[int, int]]:
    """By work: how many boxes one person has filled in, and how many of them are drafts."""
    name = team.as_known(project, reviewer)
    work_of = works(project).work_of
    spots: dict[str, set[Spot]] = {}
    drafts: dict[str, int] = {}
    asked = {field.id for field in chart.form(project).fields}
    for work, given in charted(project).of.items():
        mine = (e for e in given if e.reviewer == name and not e.consensus and e.field_id in asked)
        spots[work] = {(e.field_id, e.row) for e in mine}
    for entry in (draft for draft in charting.drafts(project.store, name) if draft.field_id in asked):
        work = work_of[entry.record_id]
        drafts[work] = drafts.get(work, 0) + 1
        (spots.setdefault(work, set()).discard if entry.blank else spots.setdefault(work, set()).add)(
            (entry.field_id, entry.row)
        )
    return {work: (len(found), drafts.get(work, 0)) for work, found in spots.items()}


@rights.needs(Right.REVIEW, whose="reviewer")
def handed(project: Project, *, reviewer: str) -> frozenset[str]:
    """The works whose charting this person said is complete."""
    name = team.as_known(project, reviewer)
    return frozenset(work for work, people in charted(project).handed.items() if name in people)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """What became of handing in: how many answers were new, and the labels of the fields left blank."""

    new: int
    blank: tuple[str, ...]


@rights.needs(Right.REVIEW, whose="reviewer")
def hand_in(project: Project, work: str, *, reviewer: str) -> HandedIn:
    """Turn the drafts on a study into answers, all or none, and say that its charting is complete.

    Raises ReviewError naming every answer that cannot be stored; what was typed is kept.
    """
    new = store(project, work, reviewer=reviewer)
    chart.hand_in(project, [work], reviewer=reviewer)
    return HandedIn(new=new, blank=_blank(project, filled(project, work, reviewer=reviewer).values()))


@rights.needs(Right.REVIEW, whose="reviewer")
def store(project: Project, work: str, *, reviewer: str) -> int:
    """Turn the drafts on a study into answers, all or none; how many were new."""
    name = team.as_known(project, reviewer)
    typed = _typed(project, work, name)
    faults = []
    for entry in typed:
        try:
            if not entry.blank:
                chart.check(project, entry)
        except ReviewError as error:
            faults.append(str(error))
    if faults:
        raise ReviewError(
            f"{len(faults)} answer{'s' * (len(faults) != 1)} cannot be stored yet: {' '.join(faults)}",
            hint="Nothing is lost: mend these and hand in again.",
        )
    new = chart.save(project, typed)
    charting.drop_drafts(project.store, [e for e in _drafts(project, work, name) if _asked(project, e)])
    return new


@rights.needs(Right.REVIEW, whose="reviewer")
def forget(project: Project, work: str, *, reviewer: str, of: Sequence[Spot]) -> None:
    """Let go of drafts of these boxes: what they said was stored in another way."""
    name = team.as_known(project, reviewer)
    charting.drop_drafts(project.store, [e for e in _drafts(project, work, name) if (e.field_id, e.row) in of])


def _blank(project: Project, found: Iterable[Filled]) -> tuple[str, ...]:
    answered = {one.entry.field_id for one in found if not one.entry.blank}
    return tuple(f.label for f in chart.form(project).fields if f.id not in answered and not f.group)

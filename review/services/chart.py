"""Data charting: one form for every included study, each value with the words it rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from review.domain.charting import Answer, ChartEntry, ChartingField, ChartingForm, form_text, with_unit
from review.domain.consensus import compare
from review.domain.errors import Missing, NotAllowed, ReviewError
from review.domain.team import Right
from review.services import flow, protocol, rights, team
from review.services.charting.charted import Charted, charted, sees
from review.services.project import Project
from review.services.works import works
from review.storage import charting, projects
from review.storage.charting import HandIn

_MOST_ROWS = 500  # of a repeated group: more than any paper has models
_LONGEST = 20_000  # letters of a value or a quote


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartedStudy:
    """The answers that count on one included work, by field; `reviewers` are all who charted it.

    A field of a repeated group stands in `answers` with the values of all its rows, and in `rows` by itself: for each
    group its rows, each by field. `unsettled` counts the answers in which people differ; they do not count until they
    are settled. `handed` are those who said that their charting is complete.
    """

    record_id: str
    answers: dict[str, ChartEntry]
    reviewers: tuple[str, ...]
    rows: Mapping[str, tuple[Mapping[str, ChartEntry], ...]] = field(default_factory=dict)
    unsettled: int = 0
    handed: tuple[str, ...] = ()

    def each(self, asked: ChartingField) -> tuple[ChartEntry, ...]:
        """The answers to a field: one, or one for each row of its group."""
        if not asked.group:
            return (self.answers[asked.id],) if asked.id in self.answers else ()
        return tuple(row[asked.id] for row in self.rows.get(asked.group, ()) if asked.id in row)


@rights.needs(Right.READ)
def form(project: Project) -> ChartingForm:
    return protocol.in_force(project).form


@rights.needs(Right.READ)
def check(project: Project, entry: ChartEntry, *, included: frozenset[str] | None = None) -> ChartEntry:
    """The entry as it may be stored: a known field, a value of its kind, a number in a unit of the form.

    `included` are all records of the included works, read once for a batch.
    """
    asked = form(project).field(entry.field_id)
    if asked is None:
        raise Missing("charting field", entry.field_id, [f.id for f in form(project).fields])
    if entry.record_id not in (included if included is not None else included_records(project)):
        raise NotAllowed(f"{entry.record_id} is not among the included studies.", hint="Include its full text first.")
    if bool(asked.group) is not bool(entry.row) or not 0 <= entry.row <= _MOST_ROWS:
        raise ReviewError(
            f"{asked.label} belongs to a repeated group, so its row must be said."
            if asked.group
            else f"{asked.label} is answered once for a study and has no rows.",
            hint=f"Rows count from 1 to {_MOST_ROWS}." if asked.group else "Leave the row out.",
        )
    if max(len(entry.value), len(entry.quote), len(entry.page)) > _LONGEST:
        raise ReviewError(f"{asked.label}: this is longer than any answer.", hint=f"Keep below {_LONGEST:,} letters.")
    try:
        value, unit = with_unit(asked, entry.value, entry.unit)
    except ValueError as error:
        raise ReviewError(str(error)) from None
    if value and entry.answer is not None:
        raise ReviewError(
            f"{asked.label}: a value and {entry.answer.replace('_', ' ')!r} cannot both hold.", hint="Keep one of them."
        )
    return replace(
        entry,
        value=value,
        unit=unit,
        reviewer=team.clean_name(entry.reviewer),
        quote=entry.quote.strip(),
        page=entry.page.strip(),
    )


@rights.needs(Right.READ)
def included_records(project: Project) -> frozenset[str]:
    members = works(project).members
    return frozenset(record for work in flow.included(project) for record in members[work])


@rights.needs(Right.REVIEW, whose="entries")
def save(project: Project, entries: Sequence[ChartEntry]) -> int:
    """Append the answers that differ from what the same person said last, all or none; how many were new."""
    work_of = works(project).work_of
    found = charted(project)
    standing = {
        (work, e.field_id, e.row, e.reviewer): e
        for work in {work_of[entry.record_id] for entry in entries if entry.record_id in work_of}
        for e in found.of.get(work, ())
        if not e.consensus
    }
    included = included_records(project)
    written = {name: team.as_known(project, name) for name in {entry.reviewer for entry in entries}}
    named = [replace(entry, reviewer=written[entry.reviewer], consensus=False) for entry in entries]
    checked = [check(project, entry, included=included) for entry in named]
    fresh = [
        e for e in checked if changes(e, standing.get((work_of[e.record_id], e.field_id, e.row, e.reviewer)), found)
    ]
    stored = {name: team.join(project, name) for name in {entry.reviewer for entry in fresh}}
    fresh = [replace(entry, reviewer=stored[entry.reviewer]) for entry in fresh]
    append(project, fresh)
    return len(fresh)


@rights.internal
def append(project: Project, entries: Sequence[ChartEntry]) -> None:
    """Store answers that were checked, with the version of the form they were given to."""
    number = projects.latest_protocol(project.store)
    charting.append(project.store, entries, protocol=number, form=form_text(form(project)))


def changes(entry: ChartEntry, before: ChartEntry | None, found: Charted) -> bool:
    """Whether an answer says something that was not said; saying it again under a changed form does."""
    if before is None:
        return not entry.blank
    if before.number in found.open:
        return True
    return (*before.said, before.quote, before.page) != (*entry.said, entry.quote, entry.page)


@rights.needs(Right.REVIEW, whose="reviewer")
def hand_in(project: Project, works_of_it: Sequence[str], *, reviewer: str) -> int:
    """Say that one's charting of these works is complete; how many were not handed in before."""
    known = charted(project)
    included = set(flow.included(project))
    work_of = works(project).work_of
    wanted = list(dict.fromkeys(work_of.get(record, record) for record in works_of_it))
    for work in wanted:
        if work not in included:
            raise NotAllowed(f"{work} is not among the included studies.", hint="Include its full text first.")
    name = team.join(project, reviewer)
    fresh = [work for work in wanted if name not in known.handed.get(work, ())]
    charting.append_hand_ins(project.store, [HandIn(record_id=work, reviewer=name) for work in fresh])
    return len(fresh)


@rights.needs(Right.READ)
def entries(project: Project) -> list[ChartEntry]:
    """Every standing answer that the person may see, under the record it was given for; what was settled included."""
    found = charted(project)
    may_see = sees(project, found)
    seen = [e for work, given in found.of.items() for e in given if may_see(work, "" if e.consensus else e.reviewer)]
    return sorted(seen, key=lambda e: e.number)


@rights.needs(Right.READ)
def studies(project: Project) -> list[ChartedStudy]:
    """Every included work with the answers that count.

    Where several people charted a study, a field counts once they say the same or have settled it. If the protocol asks
    for more than one person, nothing of a study counts before so many have handed it in.
    """
    found = charted(project)
    known: dict[str, ChartedStudy] = found.counted
    included = flow.included(project)
    for work in included:
        if work not in known:
            known[work] = _study(work, found)
    return [known[work] for work in included]


def _study(work: str, found: Charted) -> ChartedStudy:
    given = found.of.get(work, ())
    handed = found.handed.get(work, ())
    who = tuple(sorted({e.reviewer for e in given if not e.consensus}))
    if not found.closed(work):
        return ChartedStudy(record_id=work, answers={}, reviewers=who, handed=handed)
    compared = compare(given, found.form, handed if found.form.people > 1 else ())
    answers: dict[str, ChartEntry] = {}
    rows: dict[str, dict[int, dict[str, ChartEntry]]] = defaultdict(lambda: defaultdict(dict))
    group_of = {one.id: one.group for one in found.form.fields}
    for each in compared:
        if (counts := each.counts) is None:
            continue
        if group := group_of[each.field_id]:
            rows[group][each.row][each.field_id] = counts
        else:
            answers[each.field_id] = counts
    for group, of_row in rows.items():
        for asked in found.form.of_group(group):
            together = [of_row[at][asked.id] for at in sorted(of_row) if asked.id in of_row[at]]
            if together:
                answers[asked.id] = _joined(together)
    return ChartedStudy(
        record_id=work,
        answers=answers,
        reviewers=who,
        rows={group: tuple(of_row[at] for at in sorted(of_row)) for group, of_row in rows.items()},
        unsettled=sum(each.open for each in compared),
        handed=handed,
    )


def _joined(entries: Sequence[ChartEntry]) -> ChartEntry:
    """The answers of all rows as one; NR or NA only if every row says so."""
    first = entries[0]
    if len({entry.said for entry in entries}) == 1:
        return first
    return replace(first, value="; ".join(map(shown, entries)), answer=None, quote="", page="")


def shown(entry: ChartEntry | None) -> str:
    """An answer as a table prints it. A blank is not the same as "not reported"."""
    if entry is None:
        return ""
    if entry.answer is Answer.NOT_REPORTED:
        return "NR"
    if entry.answer is Answer.NOT_APPLICABLE:
        return "NA"
    return entry.value

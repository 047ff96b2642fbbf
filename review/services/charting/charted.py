"""Everything that was charted, read by the form in force; and whose answers a person may see.

A study is open to a person until as many people as the protocol asks for have handed it in, and for whoever is charting
it until they have handed it in themselves: until then each sees only their own answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from review.domain.charting import ChartEntry, ChartingField, ChartingForm, current_entries, form_of, meaning
from review.domain.form_changes import carried, latest
from review.services import protocol, rights
from review.services.project import Project
from review.services.works import works
from review.storage import charting, stamps


@dataclass(frozen=True, slots=True, kw_only=True)
class Charted:
    """Every standing answer by work, each under the record it was given for.

    `open` are the numbers of answers to a field that has changed since, about which nobody has decided; `handed` are
    those who handed in each work, in order.
    """

    form: ChartingForm
    of: Mapping[str, tuple[ChartEntry, ...]]
    open: frozenset[int]
    handed: Mapping[str, tuple[str, ...]]
    counted: dict[str, Any] = field(default_factory=dict)  # by work what was computed of it so far

    def closed(self, work: str) -> bool:
        """Whether as many people as the protocol asks for have handed it in; with one person every answer counts at once."""
        return self.form.people == 1 or len(self.handed.get(work, ())) >= self.form.people


@rights.internal
def charted(project: Project) -> Charted:
    """All that stands, whoever asks. Never for the eyes of a person while it is open to them."""
    form = protocol.in_force(project).form
    now = stamps.read(project.store)
    stamp = (charting.stamp(project.store), now.works, form)
    return project.cached("charted", stamp, lambda: _read(project, form))


def _read(project: Project, form: ChartingForm) -> Charted:
    work_of = works(project).work_of
    given = charting.read(project.store)
    moved, still_open = _carried(project, form, given)
    of: dict[str, list[ChartEntry]] = defaultdict(list)
    for (work, *_), entry in current_entries(moved, work_of=work_of).items():
        of[work].append(entry)
    handed: dict[str, dict[str, None]] = defaultdict(dict)
    for one in charting.read_hand_ins(project.store):
        handed[work_of[one.record_id]][one.reviewer] = None
    return Charted(
        form=form,
        of={work: tuple(found) for work, found in of.items()},
        open=frozenset(still_open),
        handed={work: tuple(people) for work, people in handed.items()},
    )


def _carried(project: Project, form: ChartingForm, given: list[ChartEntry]) -> tuple[list[ChartEntry], set[int]]:
    """Each answer as the form in force has it, and the numbers of those nobody has decided about."""
    was = fields_were(project)
    now = {asked.id: meaning(asked) for asked in form.fields}
    unchanged = {place for place, asked in was.items() if now.get(asked.id) == meaning(asked)}
    decided = latest(charting.changes(project.store))
    moved, still_open = [], set()
    for entry in given:
        place = (entry.form, entry.field_id)
        if not entry.form or place in unchanged:
            moved.append(entry)
            continue
        found = carried(entry, was.get(place), form, decided)
        if found.entry is not None:
            moved.append(found.entry)
        if found.open:
            still_open.add(entry.number)
    return moved, still_open


@rights.internal
def fields_were(project: Project) -> dict[tuple[int, str], ChartingField]:
    """Every field of every form that was filled in, by the form's number and its id."""
    forms = {number: form_of(text) for number, (text, _) in charting.forms(project.store).items()}
    return {(number, asked.id): asked for number, form in forms.items() for asked in form.fields}


@rights.internal
def sees(project: Project, found: Charted) -> Callable[[str, str], bool]:
    """Whether the person the project is open for may see what somebody charted of a work: (work, reviewer)."""
    if project.seat is None:
        return lambda _work, _reviewer: True
    name = project.seat.name
    work_of = works(project).work_of
    begun = (
        {work_of[draft.record_id] for draft in charting.drafts(project.store, name)} if found.form.people > 1 else ()
    )

    def closed_to_me(work: str) -> bool:
        if found.form.people == 1:
            return True
        mine = name in found.handed.get(work, ())
        charting_it = work in begun or any(e.reviewer == name and not e.consensus for e in found.of.get(work, ()))
        return found.closed(work) and (mine or not charting_it)

    return lambda work, reviewer: reviewer == name or closed_to_me(work)

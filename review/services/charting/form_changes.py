"""After the charting form was changed: which answers were given to a field that now means something else, and what
becomes of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from review.domain.charting import ChartEntry, ChartingField, meaning
from review.domain.errors import Missing, ReviewError
from review.domain.form_changes import Carry, FormChange, misfits
from review.domain.team import Right
from review.services import chart, rights, team
from review.services.charting.charted import charted, fields_were
from review.services.project import Project
from review.storage import charting


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """Answers about which somebody has to decide: to `was`, which is `now` (None: no longer in the form).

    `values` counts them by value and unit; `misfits` says which cannot be answers to the field as it is now.
    """

    was: ChartingField
    now: ChartingField | None
    values: Mapping[tuple[str, str], int]
    misfits: tuple[str, ...]

    @property
    def answers(self) -> int:
        return sum(self.values.values())


@rights.needs(Right.READ)
def version(project: Project) -> int:
    """How many different forms were filled in so far."""
    return len(charting.forms(project.store))


@rights.needs(Right.GOVERN)
def pending(project: Project) -> list[Pending]:
    """Every field whose answers wait for a decision, in the order of the form they were given to."""
    found = charted(project)
    was = fields_were(project)
    of: dict[str, list[ChartEntry]] = defaultdict(list)
    fields: dict[str, ChartingField] = {}
    for given in found.of.values():
        for entry in given:
            field = was.get((entry.form, entry.field_id))
            if entry.number in found.open and field is not None:
                key = f"{field.id}|{meaning(field)}"
                fields[key] = field
                of[key].append(entry)
    return [_waiting(project, fields[key], of[key]) for key in fields]


def _waiting(project: Project, was: ChartingField, given: list[ChartEntry]) -> Pending:
    now = chart.form(project).field(was.id)
    values = Counter((entry.value, entry.unit) for entry in given if entry.value)
    nothing = Counter((chart.shown(entry), "") for entry in given if not entry.value)
    return Pending(
        was=was,
        now=now,
        values=values + nothing,
        misfits=tuple(misfits(list(values), now, {})) if now else (),
    )


@rights.needs(Right.GOVERN, whose="who")
def decide(
    project: Project,
    change: Pending,
    action: Carry,
    *,
    to: str = "",
    values: Mapping[str, str] | None = None,
    who: str = "",
) -> None:
    """Say what becomes of the answers: kept, carried over to the field `to` with some `values` becoming others, or asked
    again. What was said stays in the history in every case.
    """
    becomes = chart.form(project).field(to or change.was.id)
    if becomes is None and action is not Carry.ASK:
        raise Missing("charting field", to or change.was.id, [f.id for f in chart.form(project).fields])
    mapping = dict(values or {}) if action is Carry.MAP else {}
    if becomes is not None and action is not Carry.ASK:
        _check_group(change.was, becomes)
        left = misfits([pair for pair in change.values if pair[0] not in ("NR", "NA")], becomes, mapping)
        if left:
            raise ReviewError(
                f"{len(left)} of these answers cannot be answers to {becomes.label!r}: {' '.join(left[:5])}",
                hint="Say what each becomes, or ask again.",
            )
    charting.append_change(
        project.store,
        FormChange(
            field_id=change.was.id,
            was=meaning(change.was),
            becomes_id=becomes.id if becomes else change.was.id,
            becomes=meaning(becomes) if becomes else "",
            action=action,
            values=mapping,
            who=who or team.COMMAND_LINE,
        ),
    )


def _check_group(was: ChartingField, becomes: ChartingField) -> None:
    if bool(was.group) is not bool(becomes.group):
        raise ReviewError(
            f"{was.label!r} and {becomes.label!r} do not match: one of them is in a repeated group.",
            hint="Ask again, and copy from the history what still holds.",
        )

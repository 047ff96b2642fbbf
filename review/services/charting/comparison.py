"""What two people charted, side by side: where they agree, field by field, and what they settle on where they do not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from review.domain.charting import ChartEntry as Entry
from review.domain.charting import ChartingField, FieldKind
from review.domain.consensus import Compared, compare
from review.domain.errors import NotAllowed
from review.domain.estimate import Cell, Estimate, Evidence, Table, undefined
from review.domain.screening import Role
from review.domain.team import Right
from review.evidence.agreement import agreement as agreement_of
from review.services import chart, flow, rights, team
from review.services.charting.charted import Charted, charted, sees
from review.services.project import Project
from review.services.works import works

_CATEGORICAL = (FieldKind.CHOICE, FieldKind.YES_NO)


@rights.needs(Right.READ)
def comparable(project: Project) -> list[str]:
    """The included works that two or more people charted, as far as the person may see both."""
    found = charted(project)
    may_see = sees(project, found)
    return [work for work in flow.included(project) if len(_people(found, work)) > 1 and may_see(work, "")]


def _people(found: Charted, work: str) -> tuple[str, ...]:
    if found.form.people > 1:
        return found.handed.get(work, ()) if found.closed(work) else ()
    return tuple(sorted({e.reviewer for e in found.of.get(work, ()) if not e.consensus}))


@rights.needs(Right.READ)
def compared(project: Project, work: str) -> list[Compared]:
    """The answers to one study by field, and by row of a repeated group. Only once nobody charts it blinded any more."""
    found = charted(project)
    _refuse_open(project, found, work)
    return compare(found.of.get(work, ()), found.form, _people(found, work) if found.form.people > 1 else ())


def _refuse_open(project: Project, found: Charted, work: str) -> None:
    if not found.closed(work):
        raise NotAllowed(
            f"{len(found.handed.get(work, ()))} of {found.form.people} people have handed this study in; until then nobody "
            "sees what another charted.",
            hint="Hand in your own charting, and wait for the others.",
        )
    if not sees(project, found)(work, ""):
        raise NotAllowed(
            "You are charting this study yourself and have not handed it in.",
            hint="Hand it in first; then you see what the others charted.",
        )


@rights.needs(rights.of_decision, whose="entries")
def settle(project: Project, entries: Sequence[Entry], *, role: Role) -> int:
    """Store what counts where people differed; how many answers were new. An empty answer takes the settlement back.

    As reviewer, somebody who charted the study writes down what they agreed on; as adjudicator, somebody who did not
    charts it decides.
    """
    found = charted(project)
    work_of = works(project).work_of
    included = chart.included_records(project)
    fresh = []
    for entry in entries:
        work = work_of.get(entry.record_id, entry.record_id)
        _refuse_open(project, found, work)
        _check_role(found, work, team.as_known(project, entry.reviewer), role)
        checked = replace(chart.check(project, entry, included=included), consensus=True)
        before = next(
            (e for e in found.of.get(work, ()) if e.consensus and (e.field_id, e.row) == (entry.field_id, entry.row)),
            None,
        )
        if chart.changes(checked, before, found):
            fresh.append(checked)
    names = {name: team.join(project, name, role=str(role)) for name in {entry.reviewer for entry in fresh}}
    chart.append(project, [replace(entry, reviewer=names[entry.reviewer]) for entry in fresh])
    return len(fresh)


def as_settled(entry: Entry, one: Compared, who: str) -> Entry:
    """An answer as what was settled at this place, written down by `who`."""
    return replace(entry, field_id=one.field_id, row=one.row, reviewer=who, consensus=True)


def _check_role(found: Charted, work: str, name: str, role: Role) -> None:
    people = _people(found, work)
    if len(people) < 2:
        raise NotAllowed(
            "Fewer than two people charted this study, so there is nothing to settle.", hint="Chart it first."
        )
    if role is Role.ADJUDICATOR and name in people:
        raise NotAllowed(
            f"{name} charted this study and is no third person.",
            hint="Settle it as one of those who charted it, after talking with the other.",
        )
    if role is Role.REVIEWER and name not in people:
        raise NotAllowed(
            f"{name} did not chart this study.", hint="Those who did settle it between them; else an adjudicator does."
        )


# Agreement


@rights.needs(Right.READ)
def agreement(project: Project) -> Evidence:
    """How often two people charted the same, by field: per cent of pairs, and Cohen's kappa where there are options.

    Counted on the studies that two or more people charted, before anything was settled; a blank is an answer of its own
    where the protocol asks for two people.
    """
    form = chart.form(project)
    pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)
    settled: dict[str, int] = defaultdict(int)
    found = comparable(project)
    known = charted(project)
    for work in found:
        people = _people(known, work) if known.form.people > 1 else ()
        for one in compare(known.of.get(work, ()), known.form, people):
            pairs[one.field_id] += _pairs(one)
            settled[one.field_id] += one.consensus is not None and not one.agree
    values: list[Estimate] = []
    rows: list[tuple[Cell, ...]] = []
    for field in form.fields:
        given = pairs.get(field.id, [])
        observed, kappa = _measured(field, given)
        values += [observed, kappa] if kappa else [observed]
        same = sum(a == b for a, b in given)
        rows.append((field.label, len(given), same, observed.value, kappa.value if kappa else None, settled[field.id]))
    whole = [pair for given in pairs.values() for pair in given]
    values.append(_share("chart_agreement", whole, {}))
    table = Table(
        name="chart-agreement",
        title=f"Agreement of those who charted, by field ({len(found)} studies)",
        columns=("Field", "Pairs", "Alike", "Per cent", "Cohen's kappa", "Settled"),
        rows=tuple(rows),
        note="A pair is the two answers of two people to one field of one study. Kappa is given where the form offers "
        "options.",
    )
    return Evidence(
        kind="chart-agreement",
        function="review.services.charting.comparison.agreement",
        values=tuple(values),
        tables=(table,),
    )


def _pairs(one: Compared) -> Iterator[tuple[str, str]]:
    said = [chart.shown(entry) + (f" {entry.unit}" if entry and entry.unit else "") for entry in one.answers.values()]
    yield from combinations(said, 2)


def _share(name: str, given: Sequence[tuple[str, str]], by: dict[str, str]) -> Estimate:
    if not given:
        return undefined(name, "nobody else charted it", n=0, unit="%", by=by)
    same = sum(a == b for a, b in given)
    return Estimate(
        name=name,
        value=round(100 * same / len(given), 1),
        n=len(given),
        unit="%",
        method="pairs of equal answers",
        by=by,
    )


def _measured(field: ChartingField, given: Sequence[tuple[str, str]]) -> tuple[Estimate, Estimate | None]:
    by = {"field": field.id}
    observed = _share("chart_agreement", given, by)
    if field.kind not in _CATEGORICAL or not given:
        return observed, None
    return observed, replace(agreement_of(given).kappa, name="chart_kappa", by=by)

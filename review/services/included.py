"""Tables of a review's result, to take along: the included studies with what was charted, and the reports left out."""

from __future__ import annotations

from collections.abc import Sequence

from review.domain.charting import ChartingField
from review.domain.errors import Missing
from review.domain.estimate import Estimate, Evidence, Table
from review.domain.screening import Stage, Standing
from review.domain.team import Right
from review.services import chart, flow, maps, protocol, rights, screen
from review.services.chart import ChartedStudy
from review.services.project import Project
from review.services.works import works
from review.storage import records

ABOUT = ("Study", "Title", "Year", "Where", "DOI")


@rights.needs(Right.READ)
def studies(project: Project, fields: Sequence[str] = ()) -> Evidence:
    """A row for each included study: what it is, then the charted values; NR is not reported, NA does not apply.

    `fields` are ids of the form, in this order; without them all. Raises `Missing` for one that is none.
    """
    form = {field.id: field for field in chart.form(project).fields}
    for name in fields:
        if name not in form:
            raise Missing("charting field", name, form)
    wanted = [form[name] for name in fields or form]
    found = chart.studies(project)
    shown = records.by_id(project.store, [study.record_id for study in found])
    rows = []
    for study in found:
        record = shown[study.record_id]
        about = (record.short_citation, record.title, str(record.year or ""), record.journal, record.doi)
        rows.append((*about, *(_cell(study, field) for field in wanted)))
    table = Table(
        name="included",
        title="Studies included in the review",
        columns=(*ABOUT, *map(maps.head, wanted)),
        rows=tuple(rows),
        note="NR: not reported. NA: does not apply. An empty cell has not been charted.",
    )
    count = Estimate(name="included", value=len(rows), n=len(rows), unit="studies", method="included at full text")
    return Evidence(
        kind="included",
        function="review.services.included.studies",
        values=(count,),
        tables=(table,),
        options={"fields": [field.id for field in wanted]},
    )


def _cell(study: ChartedStudy, field: ChartingField) -> str:
    """An answer as the table prints it, with its unit where people say it; of a repeated group a part for each row."""
    given = study.each(field)
    said = [chart.shown(e) + (f" {e.unit}" if field.units and e.unit else "") for e in given]
    return "; ".join(said) if len(set(said)) > 1 else said[0] if said else ""


@rights.needs(Right.READ)
def excluded(project: Project) -> Evidence:
    """A row for each report excluded at full text with its reason, and for each that could not be had, for an appendix."""
    outcomes = screen.outcomes(project, Stage.FULL_TEXT)
    found = {
        work: (o.reason, protocol.criterion_label(project, o.reason) if o.reason else "no reason given")
        for work, o in outcomes.items()
        if o.standing is Standing.EXCLUDED
    }
    missing = {
        work: ("", "full text not retrieved")
        for work in sorted(flow.not_retrieved(project, works(project)))
        if work in outcomes and not outcomes[work].standing.settled
    }
    shown = records.by_id(project.store, [*found, *missing])
    rows = tuple(
        (r.short_citation, r.title, str(r.year or ""), r.journal, r.doi, code, label)
        for work, (code, label) in (found | missing).items()
        for r in [shown[work]]
    )
    table = Table(
        name="excluded",
        title="Reports excluded at full text, with the reason",
        columns=(*ABOUT, "Criterion", "Reason"),
        rows=rows,
    )
    count = Estimate(name="excluded", value=len(found), n=len(found), unit="reports", method="excluded at full text")
    return Evidence(kind="excluded", function="review.services.included.excluded", values=(count,), tables=(table,))

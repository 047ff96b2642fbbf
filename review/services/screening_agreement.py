"""How far the people of a review agree in screening, as evidence: the coefficients of each stage and the database behind."""

from __future__ import annotations

from review.domain.estimate import Cell, Estimate, Evidence, Input, Table
from review.domain.screening import Stage
from review.domain.team import Right
from review.evidence.agreement import Agreement
from review.services import rights
from review.services.evidence.read_files import fingerprint
from review.services.facts import stage_agreement
from review.services.project import DATABASE, Project


@rights.needs(Right.READ)
def screening_agreement(project: Project, stage: Stage | None = None) -> Evidence:
    """Raw agreement and the coefficients of one stage or of both, before anybody settled a conflict."""
    found = {each: stage_agreement(project, each) for each in ([stage] if stage else Stage)}
    values = tuple(_of(stage, e) for stage, a in found.items() for e in a.estimates)
    return Evidence(
        kind="agreement",
        function="review.services.screening_agreement.screening_agreement",
        values=values,
        inputs=_database(project),
        tables=tuple(_table(each, a) for each, a in found.items()),
    )


def _of(stage: Stage, e: Estimate) -> Estimate:
    return Estimate(
        name=e.name,
        value=e.value,
        low=e.low,
        high=e.high,
        n=e.n,
        unit=e.unit,
        method=e.method,
        by={"stage": str(stage)},
    )


def _table(stage: Stage, found: Agreement) -> Table:
    def row(e: Estimate) -> tuple[Cell, ...]:
        interval = f" (95 % CI {e.low:.3f} to {e.high:.3f})" if e.low is not None and e.high is not None else ""
        return e.name, e.method if e.value is None else f"{e.value:.3f}{interval}"

    works = f"{found.n:,} {'work' if found.n == 1 else 'works'} judged by two people"
    return Table(
        name=f"agreement-{stage.replace('_', '-')}",
        title=f"{stage.replace('_', ' ')}: {works}",
        columns=("statistic", "value"),
        rows=tuple(map(row, found.estimates)),
    )


def _database(project: Project) -> tuple[Input, ...]:
    """The file the numbers came from, with its hash; a database on a server has none."""
    path = project.root / DATABASE
    return (Input(path=path.name, sha256=fingerprint(path).sha256),) if path.is_file() else ()

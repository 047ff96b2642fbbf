"""How far two people agree on what both have judged, overall and criterion by criterion; nothing that is still open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from review.domain.screening import Decision, Role, Stage, Standing, Verdict
from review.domain.team import Right
from review.evidence.agreement import PairAgreement, pairwise
from review.services import blinding, rights, screen
from review.services.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionUse:
    """How often two people excluded for one criterion: the first, the second, and both for the same work."""

    criterion: str
    first: int
    second: int
    both: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PairReport:
    """Two people: their agreement over the verdicts as given, and over going forward or not; the reasons they gave."""

    verdicts: PairAgreement
    forward: PairAgreement
    criteria: tuple[CriterionUse, ...]


@rights.needs(Right.READ)
def between(project: Project, stage: Stage, *, among: Collection[str] | None = None) -> tuple[PairReport, ...]:
    """Every two people with works that both judged, `among` the works given or all; a work counts once it is closed
    to the person who asks.
    """
    judged = _closed(project, stage, among)
    verdicts = {name: {work: str(d.verdict) for work, d in own.items()} for name, own in judged.items()}
    forward = {name: {work: _forward(d) for work, d in own.items()} for name, own in judged.items()}
    said = {verdict for own in verdicts.values() for verdict in own.values()}
    names = [str(verdict) for verdict in Verdict if verdict in said or verdict is not Verdict.MAYBE]
    return tuple(
        PairReport(verdicts=exact, forward=rough, criteria=_criteria(judged, exact.first, exact.second))
        for exact, rough in zip(
            pairwise(verdicts, categories=names), pairwise(forward, categories=("include", "exclude")), strict=True
        )
        if exact.agreement.n
    )


def _closed(project: Project, stage: Stage, among: Collection[str] | None) -> dict[str, dict[str, Decision]]:
    """The reviewers' standing decisions by person and work, of the works the person who asks may read all of."""
    may_read = blinding.reader(project)
    found: dict[str, dict[str, Decision]] = defaultdict(dict)
    for work, outcome in screen.outcomes(project, stage).items():
        if outcome.standing is Standing.UNSCREENED or (among is not None and work not in among):
            continue
        if not all(may_read(decision) for decision in outcome.decisions):
            continue
        for decision in outcome.decisions:
            if decision.role is Role.REVIEWER:
                found[decision.reviewer][work] = decision
    return found


def _forward(decision: Decision) -> str:
    return "include" if decision.verdict is not None and decision.verdict.goes_forward else "exclude"


def _criteria(judged: dict[str, dict[str, Decision]], first: str, second: str) -> tuple[CriterionUse, ...]:
    shared = judged[first].keys() & judged[second].keys()
    one, two = ({work: judged[name][work].reason for work in shared} for name in (first, second))
    return tuple(
        CriterionUse(
            criterion=reason,
            first=sum(said == reason for said in one.values()),
            second=sum(said == reason for said in two.values()),
            both=sum(one[work] == two[work] == reason for work in shared),
        )
        for reason in sorted({*one.values(), *two.values()} - {""})
    )

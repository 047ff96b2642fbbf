"""What the linter needs of a review in its project: the flow, the log of decisions, the searches, the charted studies."""

from __future__ import annotations

import re
from typing import Any

from review.domain.charting import ChartEntry
from review.domain.notices import Notice, gravest
from review.domain.screening import Outcome, Stage, Standing
from review.domain.string_check import check_string
from review.domain.strings import behind
from review.lint.rule import Charting, Log, Search
from review.services import chart, flow, protocol, rights, standing
from review.services.project import Project
from review.services.works import works
from review.storage import records

_IN_A_ROW = re.compile(r"(\d+)\s(?:consecutive|irrelevant|excluded|records?\sin\sa\srow)")
KEY = re.compile(r"^% key (?P<key>\S+) = (?P<record>.+)$", re.MULTILINE)


@rights.internal
def inputs(project: Project, references: str) -> dict[str, Any]:
    """The inputs of the scoping rules by name, as they stand now."""
    found = flow.counts(project)
    return {
        "flow": found,
        "log": _log(project),
        "searches": _searches(project),
        "charting": _charting(project, references),
        "codebook": {field.id: {"options": list(field.options) or None} for field in chart.form(project).fields},
    }


def _log(project: Project) -> Log:
    """Reviewers per stage and what was left; no boxes: in a project the flow is counted from the log itself."""
    reviewers = {}
    outcomes: dict[Stage, dict[str, Outcome]] = {}
    for stage in Stage:
        outcomes[stage] = dict(standing.outcomes(project, stage))
        names = {decision.reviewer for outcome in outcomes[stage].values() for decision in outcome.decisions}
        reviewers[str(stage)] = len(names)
    first = outcomes[Stage.TITLE_ABSTRACT]
    left = sum(o.standing in (Standing.UNSCREENED, Standing.PARTIAL) for o in first.values())
    stopping = _IN_A_ROW.search(protocol.in_force(project).screening.stopping)
    return Log(
        reviewers=reviewers,
        unscreened=left,
        stopping_rule=int(stopping[1]) if stopping else None,
    )


def _searches(project: Project) -> list[Search]:
    planned = {search.name: search for search in protocol.in_force(project).searches}
    found = []
    for run in records.runs(project.store):
        plan = planned.get(run.source)
        query = run.query or (plan.query if plan else "")
        faults = check_string(query, behind(plan) if plan else None) if query else []
        found.append(
            Search(
                source=run.label or run.source,
                platform=run.platform or (plan.platform if plan else ""),
                run_on=run.run_at or run.at,
                string=query,
                hits=run.reported if run.reported is not None else run.read,
                limits=run.limits
                or (plan.limits or "none" if plan else ""),  # a planned search without limits has none
                string_faults=tuple(f.message for f in faults if f.severity.value in ("error", "blocker")),
            )
        )
    return found


def _charting(project: Project, references: str) -> Charting:
    included = tuple(flow.included(project))
    form = chart.form(project)
    charted = {study.record_id: study.answers for study in chart.studies(project)}
    shown = records.by_id(project.store, included)
    rows = {
        work: {field.id: _answer(charted[work].get(field.id)) for field in form.fields}
        for work in included
        if charted.get(work)
    }
    keys = {match["record"]: match["key"] for match in KEY.finditer(references)}
    identified = frozenset(
        work for work in included if work in shown and (shown[work].doi or shown[work].pmid or shown[work].arxiv_id)
    )
    return Charting(
        rows=rows, included=included, keys=keys, identified=identified, retracted=_retracted(project, included)
    )


def _retracted(project: Project, included: tuple[str, ...]) -> frozenset[str]:
    """The included works of which any record says that they were retracted."""
    members = works(project).members
    copies = records.by_id(project.store, [record for work in included for record in members[work]])
    told = {work: gravest([copies[record] for record in members[work]]) for work in included}
    return frozenset(work for work, notice in told.items() if notice and notice[0] is Notice.RETRACTED)


def _answer(entry: ChartEntry | None) -> str | None:
    if entry is None:
        return None
    return entry.value or (str(entry.answer) if entry.answer else None)

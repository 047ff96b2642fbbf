"""The facts a manuscript may name: each a value with its formula and its inputs, computed from the review's facts.

Names: `flow.*` boxes of the diagram, `search.*`, `screen.*`, `agree.<stage>.*`, `protocol.*`, `chart.*`, `software.*`.
`trace` walks back from a name to the records behind it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from review import __version__
from review.domain import flow as arithmetic
from review.domain.charting import Answer, ChartEntry, ChartingField, FieldKind
from review.domain.errors import Missing
from review.domain.flow import FlowCounts
from review.domain.naming import fact_name
from review.domain.provenance import Fact
from review.domain.record import SourceKind
from review.domain.screening import Outcome, Role, Stage, Standing
from review.domain.team import Right
from review.evidence.agreement import Agreement, agreement
from review.services import chart, flow, overview, protocol, rights, screen
from review.services.evidence import kept
from review.services.manuscript import gaps
from review.services.project import Project
from review.services.works import works
from review.storage import records

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d+)?(?:e[+-]?\d{1,2})?")  # as the form stores numbers
_CATEGORIES = ("include", "exclude")


@rights.needs(Right.READ)
def facts(project: Project) -> dict[str, Fact]:
    """Every fact by name, sorted."""
    found = [
        *_flow_facts(project),
        *_search_facts(project),
        *_screen_facts(project),
        *_agreement_facts(project),
        *_protocol_facts(project),
        *_chart_facts(project),
        *kept.facts(project),
        *gaps.facts(project),
        *_sentences(project),
        Fact(name="software.name", value="Scopewright", formula="the program that computed these facts"),
        Fact(name="software.version", value=__version__, formula="its version"),
    ]
    return {fact.name: fact for fact in sorted(found, key=lambda f: f.name)}


def _sentences(project: Project) -> Iterable[Fact]:
    """What each kept computation did, in a sentence for Methods."""
    for each in kept.kept(project):
        if each.sentence:
            name = f"sentence.{each.name}"
            yield Fact(
                name=name,
                value=each.sentence,
                formula=f"how {each.name} was computed",
                inputs=(*each.inputs,),
                at=each.at,
            )


def _flow_facts(project: Project) -> Iterable[Fact]:
    counts = flow.counts(project)
    equations = {box: i.text for i in reversed(arithmetic.identities(counts)) for box in i.boxes[:1]}
    names = [f.name for f in fields(FlowCounts) if isinstance(getattr(counts, f.name), int)]
    extra = (
        "identified",
        "removed_before_screening",
        "dbr_excluded_total",
        "other_excluded_total",
        "total_studies",
        "total_reports",
    )
    for name in (*names, *extra):
        formula = equations.get(name, f"{name.replace('_', ' ')}, counted from records and decisions")
        yield Fact(
            name=f"flow.{name}", value=getattr(counts, name), unit=_unit(name), formula=formula, inputs=_FLOW_INPUTS
        )


_FLOW_INPUTS = ("records", "duplicate links", "judgements", "decisions", "retrievals", "report links")


def _unit(box: str) -> str:
    if "studies" in box:
        return "studies"
    return "reports" if "reports" in box or box.startswith(("dbr_", "other_")) else "records"


def _search_facts(project: Project) -> Iterable[Fact]:
    runs = records.runs(project.store)
    found = works(project)
    per_source: dict[str, int] = {}
    for source in found.sources.values():
        per_source[source] = per_source.get(source, 0) + 1
    named = [f"{found.labels[source]} (n = {count:,})" for source, count in per_source.items()]
    dates = sorted(run.run_at[:10] for run in runs if run.run_at)
    inputs = tuple(f"search run {run.number} ({run.file_name})" for run in runs)
    yield Fact(
        name="search.sources", value=len(per_source), unit="sources", formula="sources with a record", inputs=inputs
    )
    yield Fact(name="search.runs", value=len(runs), unit="searches", formula="search runs stored", inputs=inputs)
    yield Fact(name="search.list", value=_listed(named), formula="records per source", inputs=inputs)
    yield Fact(
        name="search.last_date",
        value=dates[-1] if dates else None,
        formula="the latest date of a search" if dates else "no search has been stored yet",
        inputs=inputs,
    )


def _listed(parts: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts) or "none yet"


def _screen_facts(project: Project) -> Iterable[Fact]:
    people: set[str] = set()
    settled = waiting = 0
    for stage in Stage:
        for o in screen.outcomes(project, stage).values():
            people.update(d.reviewer for d in o.decisions if d.role is Role.REVIEWER)
            settled += o.adjudicated
            waiting += o.standing is Standing.CONFLICT
    inputs = ("decisions",)
    yield Fact(name="screen.reviewers", value=len(people), unit="people", formula="people who screened", inputs=inputs)
    yield Fact(
        name="screen.conflicts",
        value=settled + waiting,
        unit="works",
        formula="works settled by an adjudicator + conflicts that wait, both stages",
        inputs=inputs,
    )
    yield Fact(
        name="screen.conflicts_settled",
        value=settled,
        unit="works",
        formula="works settled by an adjudicator",
        inputs=inputs,
    )


@rights.needs(Right.READ)
def stage_agreement(project: Project, stage: Stage) -> Agreement:
    """Agreement of every two people on the works both judged, forward or excluded, before any adjudication.

    With three or more people `kappa` is Fleiss' kappa and says so in its name: Cohen's is made for the same two.
    """
    judged = overview.agreement_pairs(project, stage)
    found = agreement([(first, second) for _, _, first, second in judged], categories=_CATEGORIES)
    if len({who for _, who, _, _ in judged}) < 2:
        return found
    from review.evidence.raters import pooled

    return pooled(_verdict_counts(judged), found)


def _verdict_counts(judged: Iterable[tuple[str, str, str, str]]) -> NDArray[np.float64]:
    """How many people put each work in each category, from its pairs: of r people each is in r − 1 of them."""
    import numpy as np

    pairs: dict[str, list[str]] = {}
    for work, _, first, second in judged:
        pairs.setdefault(work, []).extend((first, second))
    found = []
    for verdicts in pairs.values():
        people = (1 + math.isqrt(1 + 4 * len(verdicts))) // 2
        found.append([verdicts.count(name) / (people - 1) for name in _CATEGORIES])
    return np.array(found)


def _agreement_facts(project: Project) -> Iterable[Fact]:
    for stage in Stage:
        found = stage_agreement(project, stage)
        base = f"agree.{stage}"
        inputs = (f"{found.n} judgements of two people on one work",)
        kappa, observed = found.kappa, found.observed
        percent = None if observed.value is None else round(100 * observed.value, 1)
        yield Fact(
            name=f"{base}.n",
            value=found.n,
            unit="works",
            formula="works judged by two people, once for every two",
            inputs=inputs,
        )
        yield Fact(name=f"{base}.observed", value=percent, unit="%", formula=observed.method, inputs=inputs)
        for name, value in (("kappa", kappa.value), ("kappa_low", kappa.low), ("kappa_high", kappa.high)):
            yield Fact(name=f"{base}.{name}", value=value, formula=kappa.method, inputs=inputs)
        yield Fact(name=f"{base}.kappa_name", value=kappa.name, formula="the kind of kappa", inputs=inputs)


def _protocol_facts(project: Project) -> Iterable[Fact]:
    status = protocol.status(project)
    rules = protocol.in_force(project)
    inputs = ("protocol.yaml",)
    for name, value in (
        ("title", rules.title),
        ("question", rules.question),
        ("population", rules.pcc.population),
        ("concept", rules.pcc.concept),
        ("context", rules.pcc.context),
        ("registration", rules.registration),
    ):
        yield Fact(name=f"protocol.{name}", value=value, formula="as the protocol says", inputs=inputs)
    first = status.history[0] if status.history else None
    missing = "the protocol has not been frozen yet"
    yield Fact(
        name="protocol.frozen_at",
        value=first.at[:10] if first else None,
        formula="day on which the protocol was frozen" if first else missing,
        inputs=inputs,
    )
    yield Fact(
        name="protocol.sha256",
        value=status.history[-1].sha256 if first else None,
        formula="SHA-256 of the version in force" if first else missing,
        inputs=inputs,
    )
    yield Fact(
        name="protocol.amendments",
        value=max(0, len(status.history) - 1),
        unit="amendments",
        formula="numbered versions after the frozen one",
        inputs=("protocol versions",),
    )


def _chart_facts(project: Project) -> Iterable[Fact]:
    form = chart.form(project)
    studies = chart.studies(project)
    charted = [study for study in studies if study.answers]
    inputs = ("chart entries",)
    yield Fact(
        name="chart.studies", value=len(charted), unit="studies", formula="included studies charted", inputs=inputs
    )
    for group in form.groups:
        rows = sum(len(study.rows.get(group.id, ())) for study in charted)
        name = f"chart.{group.id}.rows"
        yield Fact(name=name, value=rows, unit="rows", formula="rows of all studies", inputs=inputs)
    if form.people > 1 or any(study.unsettled for study in studies):
        yield Fact(
            name="chart.unsettled",
            value=sum(study.unsettled for study in studies),
            unit="answers",
            formula="answers in which people differ and have not settled",
            inputs=inputs,
        )
    yield Fact(name="chart.fields", value=len(form.fields), unit="fields", formula="fields of the form", inputs=inputs)
    for field in form.fields:
        answers = [found for study in charted if (found := study.each(field))]
        reported = [[a for a in found if a.answer is None] for found in answers]
        missing = sum(all(a.answer is Answer.NOT_REPORTED for a in found) for found in answers)
        with_value = sum(map(bool, reported))
        base = f"chart.{field.id}"
        yield Fact(name=f"{base}.reported", value=with_value, unit="studies", formula="with a value", inputs=inputs)
        yield Fact(name=f"{base}.not_reported", value=missing, unit="studies", formula="charted as NR", inputs=inputs)
        if field.kind is FieldKind.NUMBER:
            yield from _sums(base, field, [a for found in reported for a in found])
        for name, option in _option_names(field):
            count = sum(any(option in _chosen(field, a) for a in found) for found in reported)
            formula = f"charted as {option!r}"
            yield Fact(name=f"{base}.{name}", value=count, unit="studies", formula=formula, inputs=inputs)


def _chosen(field: ChartingField, answer: ChartEntry) -> list[str]:
    return answer.value.split("; ") if field.kind is FieldKind.MULTI else [answer.value]


def _sums(base: str, field: ChartingField, reported: list[ChartEntry]) -> Iterable[Fact]:
    """The sum; where people say the unit, one for each unit. Of a repeated group every row is added."""
    if not field.units:
        yield _sum(f"{base}.sum", field, reported)
        return
    for unit in field.units:
        in_unit = [a for a in reported if a.unit == unit]
        yield _sum(f"{base}.sum_{fact_name(unit)}", replace(field, unit=unit, units=()), in_unit)


def _sum(name: str, field: ChartingField, reported: list[ChartEntry]) -> Fact:
    """The sum, or none with the reason: an amendment may have changed what the field asks for."""
    inputs = ("chart entries",)
    strange = [a for a in reported if a.unit != field.unit or not _NUMBER.fullmatch(a.value)]
    if strange:
        why = f"undefined: {len(strange)} answers, such as {strange[0].value[:40]!r}, are not in {field.unit}"
        return Fact(name=name, value=None, unit=field.unit, formula=why, inputs=inputs)
    total = math.fsum(float(a.value) for a in reported)
    whole = int(total) if total.is_integer() else total
    return Fact(name=name, value=whole, unit=field.unit, formula="sum over studies", inputs=inputs)


def _option_names(field: ChartingField) -> Iterable[tuple[str, str]]:
    """Every option with a name of its own: `not_reported` is taken, and `<50` and `≥50` read alike."""
    taken = {"reported", "not_reported", "sum"}
    for option in field.options:
        base = name = fact_name(option)
        number = 1
        while name in taken:
            number += 1
            name = f"{base}_{number}"
        taken.add(name)
        yield name, option


# The way back


@rights.needs(Right.READ)
def trace(project: Project, name: str) -> list[str]:
    """From a name to the rows behind it, a line each: value, formula, inputs, then the records counted."""
    known = facts(project)
    if name not in known:
        raise Missing("fact", name, known)
    fact = known[name]
    unit = f" {fact.unit}" if fact.unit else ""
    lines = [f"{fact.name} = {fact.value}{unit}", f"how: {fact.formula}", *(f"from: {part}" for part in fact.inputs)]
    return [*lines, *kept.chain(project, name), *(f"row: {row}" for row in rows(project, name))]


@rights.needs(Right.READ)
def rows(project: Project, name: str) -> list[str]:
    """The record ids counted by a box of the diagram, or the answers counted by a charting fact."""
    if name.startswith("map."):
        return gaps.rows(project, name)
    if name.startswith("flow."):
        return _flow_rows(project).get(name.removeprefix("flow."), [])
    if name.startswith("chart."):
        field = name.split(".")[1]
        return [
            f"{study.record_id}: {chart.shown(answer)} “{answer.quote}” p. {answer.page} ({answer.reviewer})"
            for study in chart.studies(project)
            if (answer := study.answers.get(field)) is not None
        ]
    return []


def _flow_rows(project: Project) -> dict[str, list[str]]:
    found = works(project)
    part = flow.within(project)
    first, second = part.first, part.second
    left = {work: o for work, o in second.items() if found.from_databases(work)}
    kinds = {record: found.kinds[source] for record, source in part.records.items()}
    databases = [record for record, kind in kinds.items() if kind is SourceKind.DATABASE]
    registers = [record for record, kind in kinds.items() if kind is SourceKind.REGISTER]
    shown = set(first)
    missing = flow.not_retrieved(project, found)
    return {
        "database_results": databases,
        "register_results": registers,
        "identified": [*databases, *registers],
        "duplicates": [r for r in (*databases, *registers) if r not in shown],
        "records_screened": _of(first, Standing.INCLUDED, Standing.EXCLUDED),
        "left_unscreened": _of(first, Standing.UNSCREENED, Standing.PARTIAL, Standing.CONFLICT),
        "records_excluded": _of(first, Standing.EXCLUDED),
        "dbr_sought_reports": list(left),
        "dbr_notretrieved_reports": [w for w, o in left.items() if w in missing and not o.standing.settled],
        "dbr_assessed": _of(left, Standing.INCLUDED, Standing.EXCLUDED),
        "dbr_excluded_total": [f"{w} ({left[w].reason})" for w in _of(left, Standing.EXCLUDED)],
        "new_reports": _of(second, Standing.INCLUDED),
        "dbr_versions": [work for work in part.versions if found.from_databases(work)],
        "new_studies": [" + ".join(group) for group in flow.new_studies(project, part)],
        "previous_studies": list(part.earlier),
        "previous_reports": list(part.earlier),
        "total_studies": [*part.earlier, *_of(second, Standing.INCLUDED)],
        "total_reports": [*part.earlier, *_of(second, Standing.INCLUDED)],
    }


def _of(found: Mapping[str, Outcome], *wanted: Standing) -> list[str]:
    return [work for work, o in found.items() if o.standing in wanted]

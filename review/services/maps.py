"""Pictures of what was included: the evidence map with its gaps, studies over the years, and what each source found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from review.domain.charting import Answer, ChartEntry, ChartingField, FieldKind
from review.domain.errors import Missing
from review.domain.estimate import Estimate, Evidence, Table
from review.domain.evidence_map import (
    NOT_APPLICABLE,
    NOT_CHARTED,
    NOT_REPORTED,
    Axis,
    EvidenceMap,
    evidence_map,
    magnitude,
    ordered,
)
from review.domain.naming import counted
from review.domain.plot import Bubbles, Overlap, Timeline
from review.domain.record import Record
from review.domain.team import Right
from review.services import chart, flow, rights
from review.services.project import Project
from review.services.works import Works, works
from review.storage import records

# What every record says of itself, beside the fields of the form.
OF_RECORD: Mapping[str, str] = {"year": "Year", "journal": "Journal", "language": "Language", "source": "Source"}
_MOST_LEVELS = 60  # more than fit on a page


@rights.needs(Right.READ)
def fields(project: Project) -> dict[str, str]:
    """What a map may be drawn of: the fields of the form and what every record says of itself, with their labels."""
    return {field.id: field.label for field in chart.form(project).fields} | {
        name: label for name, label in OF_RECORD.items() if chart.form(project).field(name) is None
    }


@rights.needs(Right.READ)
def crossed(project: Project, rows: str, columns: str) -> EvidenceMap:
    """The evidence map of two fields over the included studies. Raises `Missing` for a field that is none."""
    studies = flow.included(project)
    form = chart.form(project)
    asked = [form.field(name) for name in (rows, columns)]
    if asked[0] and asked[1] and asked[0].group and asked[0].group == asked[1].group:
        return _crossed_in_rows(project, rows, columns)
    return evidence_map(axis(project, rows), axis(project, columns), studies)


def _crossed_in_rows(project: Project, rows: str, columns: str) -> EvidenceMap:
    """Two fields of one repeated group: a study stands where one of its rows says both."""
    form = chart.form(project)
    fields_of_it = [found for name in (rows, columns) if (found := form.field(name)) is not None]
    placed: dict[str, list[tuple[str, str]]] = {}
    for study in chart.studies(project):
        for row in study.rows.get(fields_of_it[0].group, ()):
            down, across = (_levels_of(f, (row[f.id],) if f.id in row else ()) for f in fields_of_it)
            placed.setdefault(study.record_id, []).extend((a, b) for a in down for b in across)
    whole = evidence_map(axis(project, rows), axis(project, columns), flow.included(project))
    cells = tuple(
        replace(c, studies=tuple(s for s in c.studies if s not in placed or (c.row, c.column) in placed[s]))
        for c in whole.cells
    )
    return replace(whole, cells=cells)


@rights.needs(Right.READ)
def axis(project: Project, name: str) -> Axis:
    """One field as an axis: its levels, and those of every included study."""
    studies = flow.included(project)
    field = chart.form(project).field(name)
    if field is None and name not in OF_RECORD:
        raise Missing("field", name, fields(project))
    if field is None:
        of = _of_records(project, studies, name)
        return Axis(name=name, label=OF_RECORD[name], levels=ordered((), _used(of)), of=of)
    answers = {study.record_id: study.each(field) for study in chart.studies(project)}
    of = {study: _levels_of(field, answers.get(study, ())) for study in studies}
    options = ("yes", "no") if field.kind is FieldKind.YES_NO else field.options
    levels = ordered(options, _used(of))
    if field.kind is FieldKind.NUMBER:
        levels = _by_size(levels)
    return Axis(name=name, label=head(field), levels=levels, of=of)


def head(field: ChartingField) -> str:
    """A field's name over a column, with its unit unless it is named after it; where people say the unit, the answers do."""
    if not field.unit or field.unit.casefold() in field.label.casefold():
        return field.label
    return f"{field.label} ({field.unit})"


def _used(of: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [level for levels in of.values() for level in levels]


def _levels_of(field: ChartingField, entries: Sequence[ChartEntry]) -> tuple[str, ...]:
    """The levels of a study: of a repeated group those of all its rows."""
    return tuple(dict.fromkeys(level for e in entries for level in _levels(field, e))) or (NOT_CHARTED,)


def _levels(field: ChartingField, entry: ChartEntry) -> tuple[str, ...]:
    if entry.answer is not None:
        return (NOT_REPORTED if entry.answer is Answer.NOT_REPORTED else NOT_APPLICABLE,)
    if field.kind is FieldKind.NUMBER:
        try:
            said = magnitude(float(entry.value))
            return (f"{said} {entry.unit}" if field.units else said,)
        except ValueError:
            return (entry.value,)
    if field.kind is FieldKind.DATE:
        return (entry.value[:4],)
    if field.kind in (FieldKind.MULTI, FieldKind.TEXT):
        return tuple(dict.fromkeys(part.strip() for part in entry.value.split(";") if part.strip()))
    return (entry.value,)


def _by_size(levels: Sequence[str]) -> tuple[str, ...]:
    def size(level: str) -> tuple[int, float]:
        first = level.split(" ", maxsplit=1)[0].replace(",", "")
        if level.startswith("below"):
            return 0, -1 if level == "below 0" else 0.5
        return (0, float(first)) if first.isdecimal() else (1, 0)

    return tuple(sorted(levels, key=size))


def _of_records(project: Project, studies: Sequence[str], name: str) -> dict[str, tuple[str, ...]]:
    shown = project.cached("map records", tuple(studies), lambda: records.by_id(project.store, studies))
    if name == "source":
        found = works(project)
        return {study: tuple(found.labels[source] for source in _sources(found, study)) for study in studies}
    return {study: (_said(shown[study], name) or NOT_REPORTED,) for study in studies}


def _sources(found: Works, work: str) -> tuple[str, ...]:
    """The sources that gave a record of this work."""
    return tuple(sorted({found.sources[record] for record in found.members[work]}))


def _said(record: Record, name: str) -> str:
    return str(getattr(record, name) or "")


@rights.needs(Right.READ)
def map_of(project: Project, rows: str, columns: str, *, heat: bool = False) -> Evidence:
    """The evidence map as table, picture and values, with its gaps listed."""
    found = crossed(project, rows, columns)
    gaps = _gaps(found)
    values = (
        Estimate(
            name="studies",
            value=len(cell.studies),
            n=found.n,
            unit="studies",
            method="included studies charted so",
            by={rows: cell.row, columns: cell.column},
        )
        for cell in found.cells
    )
    return Evidence(
        kind="map",
        function="review.domain.evidence_map.evidence_map",
        values=tuple(values),
        tables=(_matrix(found), gaps) if gaps.rows else (_matrix(found),),
        plots=_picture(found, heat=heat),
        options={"rows": rows, "columns": columns},
    )


def _title(found: EvidenceMap) -> str:
    return f"{found.rows.label} by {found.columns.label}"


def _matrix(found: EvidenceMap) -> Table:
    counts = found.counts()
    return Table(
        name=f"{found.rows.name}-{found.columns.name}",
        title=f"{_title(found)}: {counted(found.n, 'included study', 'included studies')}",
        columns=(found.rows.label, *found.columns.levels),
        rows=tuple((level, *line) for level, line in zip(found.rows.levels, counts, strict=True)),
        note="A study may stand in several cells." if sum(map(sum, counts)) > found.n else "",
    )


def _gaps(found: EvidenceMap) -> Table:
    return Table(
        name=f"{found.rows.name}-{found.columns.name}-gaps",
        title=f"Gaps: cells of {_title(found)} without a study",
        columns=(found.rows.label, found.columns.label),
        rows=tuple((gap.row, gap.column) for gap in found.gaps()),
    )


def _picture(found: EvidenceMap, *, heat: bool) -> tuple[Bubbles, ...]:
    if not 0 < max(len(found.rows.levels), len(found.columns.levels)) <= _MOST_LEVELS:
        return ()
    return (
        Bubbles(
            name=f"{found.rows.name}-{found.columns.name}",
            title=_title(found),
            rows_are=found.rows.label,
            columns_are=found.columns.label,
            rows=found.rows.levels,
            columns=found.columns.levels,
            counts=found.counts(),
            heat=heat,
        ),
    )


@rights.needs(Right.READ)
def timeline(project: Project, *, by: str = "") -> Evidence:
    """Included studies per year of publication, in the levels of a field if one is named."""
    years = axis(project, "year")
    groups = axis(project, by) if by else Axis(name="", label="", levels=("studies",), of={})
    given = sorted(int(year) for year in years.levels if year.isdecimal())
    span = [str(year) for year in range(given[0], given[-1] + 1)] if given else []
    counted = Counter(
        (year, level) for study, (year, *_) in years.of.items() for level in groups.of.get(study, ("studies",))
    )
    undated = sum(n for (year, _), n in counted.items() if not year.isdecimal())
    counts = tuple(tuple(counted[year, level] for year in span) for level in groups.levels)
    title = "Included studies per year" + (f", by {groups.label}" if by else "")
    table = Table(
        name="timeline",
        title=title,
        columns=("Year", *groups.levels),
        rows=tuple((year, *(line[at] for line in counts)) for at, year in enumerate(span)),
        note=" ".join(
            said
            for said, true in (
                (f"Without a year: {undated}.", undated),
                ("A study may stand in several columns.", sum(counted.values()) > len(years.of)),
            )
            if true
        ),
    )
    values = (
        Estimate(
            name="studies",
            value=counted[year, level],
            n=len(years.of),
            unit="studies",
            method="included studies of that year",
            by={"year": year} | ({by: level} if by else {}),
        )
        for year in span
        for level in groups.levels
    )
    plot = Timeline(name="timeline", title=title, years=tuple(span), series=groups.levels, counts=counts)
    return Evidence(
        kind="timeline",
        function="review.services.maps.timeline",
        values=tuple(values),
        tables=(table,),
        plots=(plot,) if span else (),
        options={"by": by},
    )


@rights.needs(Right.READ)
def overlap(project: Project, *, included: bool = False) -> Evidence:
    """Which sources found the same works: works per combination of sources, the largest first."""
    found = works(project)
    wanted = set(flow.included(project)) if included else None
    combined = Counter(_sources(found, work) for work in found.members if wanted is None or work in wanted)
    one, which = ("included study", "included studies") if included else ("work", "works")
    n = sum(combined.values())
    title = f"What each combination of sources found ({counted(n, one, which)})"
    ranked = sorted(combined.items(), key=lambda each: (-each[1], each[0]))
    sources = tuple(sorted({source for combination in combined for source in combination}))
    per_source = {
        s: (sum(k for combination, k in combined.items() if s in combination), combined[(s,)]) for s in sources
    }
    values = (
        Estimate(name=name, value=number, n=n, unit=which, method=f"{which} {said}", by={"source": source})
        for source, both in per_source.items()
        for name, number, said in zip(("found", "found_alone"), both, _SAID, strict=True)
    )
    named = [(tuple(found.labels[s] for s in combination), k) for combination, k in ranked]
    plot = Overlap(
        name="overlap",
        title=title,
        sets=tuple(found.labels[s] for s in sources),
        members=tuple(tuple(s in combination for s in sources) for combination, _ in ranked),
        counts=tuple(k for _, k in ranked),
    )
    return Evidence(
        kind="overlap",
        function="review.services.maps.overlap",
        values=tuple(values),
        tables=(
            Table(
                name="sources",
                title=f"{which.capitalize()} per source",
                columns=("Source", "Found", "Found here alone"),
                rows=tuple((found.labels[s], *both) for s, both in per_source.items()),
            ),
            Table(
                name="overlap",
                title=title,
                columns=("Sources", which.capitalize()),
                rows=tuple((" + ".join(names), k) for names, k in named),
            ),
        ),
        plots=(plot,) if ranked else (),
        options={"included": included},
    )


_SAID = ("with a record from this source", "with records from this source only")

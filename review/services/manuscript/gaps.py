"""Papers that start from an empty cell of the evidence map: the cell found, its numbers as facts, and the studies next to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from review.domain.errors import BadInput, Missing, NotAllowed, ReviewError
from review.domain.evidence_map import Cell, EvidenceMap, Gap, cell_named
from review.domain.finding import Finding, Severity
from review.domain.naming import fact_name
from review.domain.provenance import Fact
from review.domain.team import Right
from review.formats import bibtex
from review.formats.citation_keys import citation_keys
from review.render.environment import escape_markdown
from review.services import flow, maps, rights
from review.services.manuscript import settings as paper_settings
from review.services.manuscript.tables import markdown_table
from review.services.project import Project
from review.storage import records

_SHOWN = 8  # gaps named in a refusal
HEADING = "## The gap this paper starts from"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a paper that starts from a gap is given: the paragraph for its introduction, and the studies next to the cell."""

    gap: Gap
    text: str
    references: str  # BibTeX, with the work of each key in a comment


@rights.needs(Right.READ)
def start(project: Project, text: str) -> Start:
    """What a new paper is given that starts from this cell, written `field=level, field=level`.

    Raises Missing for a field or level that is not there, NotAllowed for a cell that holds a study.
    """
    if not flow.included(project):
        raise ReviewError(
            "No study is included yet, so every cell of the map is empty.",
            hint="Finish the review first; a gap is what the included studies leave.",
        )
    gap = cell_named(text, maps.fields(project))
    if gap is None:
        fields = ", ".join(maps.fields(project))
        raise BadInput(
            text,
            "this names no cell of the map.",
            hint=f'Write "field=level, field=level", such as "task=measure, modality=MRI". Fields: {fields}.',
        )
    found = maps.crossed(project, gap.rows, gap.columns)
    gap = _as_charted(gap, found)
    if cell := _cell(found, gap).studies:
        others = "; ".join(str(_gap(found, each)) for each in found.gaps()[:_SHOWN]) or "none in this map"
        raise NotAllowed(
            f"This cell is no gap: {len(cell)} included {'study stands' if len(cell) == 1 else 'studies stand'} in it.",
            hint=f"Empty cells of the same map: {others}.",
        )
    near = [study for study in flow.included(project) if study in _near(found, gap)]
    return Start(gap=gap, text=_paragraph(gap, found), references=_references(project, near))


def _as_charted(gap: Gap, found: EvidenceMap) -> Gap:
    """The cell with its levels as the map has them."""
    said = []
    for axis, level in ((found.rows, gap.row), (found.columns, gap.column)):
        as_charted = {known.casefold(): known for known in axis.levels}
        if level.casefold() not in as_charted:
            raise Missing(f"level of {axis.name}", level, axis.levels)
        said.append(as_charted[level.casefold()])
    return Gap(rows=gap.rows, row=said[0], columns=gap.columns, column=said[1])


def _cell(found: EvidenceMap, gap: Gap) -> Cell:
    return next(cell for cell in found.cells if (cell.row, cell.column) == (gap.row, gap.column))


def _gap(found: EvidenceMap, cell: Cell) -> Gap:
    return Gap(rows=found.rows.name, row=cell.row, columns=found.columns.name, column=cell.column)


def _near(found: EvidenceMap, gap: Gap) -> set[str]:
    """The studies of the same row and of the same column."""
    return {study for cell in found.cells if cell.row == gap.row or cell.column == gap.column for study in cell.studies}


def _paragraph(gap: Gap, found: EvidenceMap) -> str:
    """The gap in words; every number in them is a fact, and so is whether the gap is still one."""
    row, column, both = names(gap)
    of_row = f"“{escape_markdown(gap.row)}” as {escape_markdown(found.rows.label.casefold())}"
    of_column = f"“{escape_markdown(gap.column)}” as {escape_markdown(found.columns.label.casefold())}"
    return f"""{HEADING}

A scoping review of {{{{ flow.new_studies | thousands }}}} studies asked: {{{{ protocol.question }}}} Of these studies, {{{{ {row} | thousands }}}} had
{of_row} and {{{{ {column} | thousands }}}} had {of_column}; {{% if {both} == 0 %}}none had both.{{% else %}}{{{{ {both} | thousands }}}} had both,
so that this gap has closed since.{{% endif %}}

{{{{ table("gap") }}}}

> **To write:** why nobody stands in this cell: because it is hard, because it is new, or because it is not worth it; and
> what would fill it: on whom, measured how, better than what. Cite the review itself. Reviewers object to a gap that is
> empty for a good reason.
"""


def _references(project: Project, near: Sequence[str]) -> str:
    shown = records.by_id(project.store, near)
    ordered = [shown[study] for study in near if study in shown]
    keys = citation_keys(ordered)
    lines = [f"% key {key} = {work}" for work, key in keys.items()]
    return "\n".join(["% The studies next to the gap.", *lines, "", bibtex.write(ordered, keys=keys).decode("utf-8")])


# The gaps of papers as facts, which every build looks up again


def names(gap: Gap) -> tuple[str, str, str]:
    """The facts of a cell: the studies of its row, of its column, and in it.

    >>> names(Gap(rows="task", row="Measure", columns="modality", column="MRI"))
    ('map.task.measure', 'map.modality.mri', 'map.task.measure.modality.mri')
    """
    row = f"{fact_name(gap.rows)}.{fact_name(gap.row)}"
    column = f"{fact_name(gap.columns)}.{fact_name(gap.column)}"
    return f"map.{row}", f"map.{column}", f"map.{row}.{column}"


@rights.needs(Right.READ)
def facts(project: Project) -> list[Fact]:
    """The numbers of every cell that a paper of this project speaks of."""
    found: dict[str, Fact] = {}
    for gap in dict.fromkeys(gap for _, gaps in _papers(project) for gap in gaps):
        try:
            crossed = maps.crossed(project, gap.rows, gap.columns)
        except Missing:
            continue  # the form no longer has the field; the build says which name it misses
        found |= {fact.name: fact for fact in _of_cell(gap, crossed)}
    return list(found.values())


def _of_cell(gap: Gap, found: EvidenceMap) -> Iterator[Fact]:
    told = (
        f"{gap.rows} = {gap.row!r}",
        f"{gap.columns} = {gap.column!r}",
        f"{gap.rows} = {gap.row!r} and {gap.columns} = {gap.column!r}",
    )
    for (name, studies), how in zip(_studies(gap, found).items(), told, strict=True):
        formula = f"included studies charted with {how}"
        yield Fact(name=name, value=len(studies), unit="studies", formula=formula, inputs=("chart entries",))


def _studies(gap: Gap, found: EvidenceMap) -> dict[str, list[str]]:
    """The studies behind each fact of a cell, by its name."""
    row = [study for study, levels in found.rows.of.items() if gap.row in levels]
    column = [study for study, levels in found.columns.of.items() if gap.column in levels]
    both = [study for study in row if study in set(column)]
    return dict(zip(names(gap), (row, column, both), strict=True))


@rights.needs(Right.READ)
def rows(project: Project, name: str) -> list[str]:
    """The studies that a fact of a cell counts."""
    for gap in dict.fromkeys(gap for _, listed in _papers(project) for gap in listed):
        if name in names(gap):
            return _studies(gap, maps.crossed(project, gap.rows, gap.columns))[name]
    return []


def _papers(project: Project) -> Iterable[tuple[Path, tuple[Gap, ...]]]:
    for path in sorted(project.root.glob(f"*/{paper_settings.SETTINGS}")):
        if "gaps:" in path.read_text(encoding="utf-8-sig", errors="replace"):
            yield path.parent, paper_settings.read(path.parent)[0].gaps


@rights.needs(Right.READ)
def check(project: Project, gaps: Sequence[Gap], *, path: str) -> list[Finding]:
    """A gap that has closed, and one whose field or level is no longer charted."""
    found = []
    for gap in gaps:
        try:
            crossed = maps.crossed(project, gap.rows, gap.columns)
            there = _cell(crossed, _as_charted(gap, crossed)).studies
        except Missing as error:
            found.append(Finding(rule="GAP-FIELD", message=error.message, hint=error.hint, path=path))
            continue
        if there:
            message = f"The gap {gap} has closed: {len(there)} included studies stand there now."
            hint = "Say what they leave open, or start from another cell: review map draw ROWS COLUMNS"
            found.append(Finding(rule="GAP-CLOSED", severity=Severity.WARNING, message=message, hint=hint, path=path))
    return found


@rights.needs(Right.READ)
def table(project: Project, gaps: Sequence[Gap], keys: Mapping[str, str]) -> str:
    """The studies next to the first gap: those of its row and of its column, with what they have there instead.

    `keys` are citation keys by work; a study without one is named.
    """
    if not gaps:
        return ""
    found = maps.crossed(project, gaps[0].rows, gaps[0].columns)
    near = [study for study in flow.included(project) if study in _near(found, gaps[0])]
    if not near:
        return "*No included study stands in the row or the column of this gap.*"
    shown = records.by_id(project.store, near)
    rows = []
    for study in near:
        name = f"[@{keys[study]}]" if study in keys else escape_markdown(shown[study].short_citation)
        levels = ("; ".join(axis.of.get(study, ())) for axis in (found.rows, found.columns))
        rows.append((name, escape_markdown(shown[study].title), *map(escape_markdown, levels)))
    head = ("Study", "Title", escape_markdown(found.rows.label), escape_markdown(found.columns.label))
    return f"{markdown_table(head, rows, widths=(14, 42, 22, 22))}\n\n: The studies next to the gap.\n"

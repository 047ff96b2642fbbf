"""The tables a manuscript may place: criteria, searches, included studies, charted data and kept evidence, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from review.domain.charting import ChartingField
from review.domain.record import Record
from review.domain.screening import Stage, Standing
from review.domain.team import Right
from review.render.environment import escape_markdown
from review.render.paper_form import paper_form
from review.render.tables import markdown
from review.services import chart, protocol, rights, screen
from review.services.evidence import kept
from review.services.project import Project
from review.storage import records

_NAMES = (
    "criteria",
    "search_strings",
    "search_runs",
    "excluded_reports",
    "included_studies",
    "charting_form",
    "charting",
)
_WORST = "worst"


@rights.needs(Right.READ)
def tables(project: Project, *, keys: Mapping[str, str]) -> dict[str, str]:
    """Every table by name. `keys` are the citation keys of the included works, by work."""
    found = screen.outcomes(project, Stage.FULL_TEXT)
    excluded = [work for work, o in found.items() if o.standing is Standing.EXCLUDED]
    shown = records.by_id(project.store, [*keys, *excluded])
    made = (
        _criteria(project),
        _search_strings(project),
        _search_runs(project),
        _excluded(project, [shown[work] for work in excluded]),
        _included([(shown[work], key) for work, key in keys.items()]),
        _form(project),
        _charting(project, keys),
    )
    return _of_evidence(project) | dict(zip(_NAMES, made, strict=True))


def _of_evidence(project: Project) -> dict[str, str]:
    """The tables of kept evidence: all of one computation by its name, each by `name.table`, and by `table` if no other has it.

    Cases one by one stand in no table of results; they have their own, such as `results.worst`.
    """
    found: dict[str, str] = {}
    owners: dict[str, list[str]] = {}
    for each in kept.kept(project):
        for table in each.tables:
            found[f"{each.name}.{table.name}"] = markdown(paper_form(table))
            owners.setdefault(table.name, []).append(f"{each.name}.{table.name}")
    alone = {name: found[places[0]] for name, places in owners.items() if len(places) == 1}
    whole = {
        each.name: "\n".join(found[f"{each.name}.{table.name}"] for table in each.tables if table.name != _WORST)
        for each in kept.kept(project)
        if each.tables
    }
    return alone | whole | found


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]], *, widths: Sequence[int]) -> str:
    """A pipe table; `widths` are the columns' shares of the page. Cells are taken as Markdown already."""
    lines = [" | ".join(head), "|".join(":" + "-" * max(3, width) for width in widths)]
    lines += [" | ".join(cell.replace("\n", " ") or " " for cell in row) for row in rows]
    return "\n".join(f"| {line} |" if at != 1 else f"|{line}|" for at, line in enumerate(lines))


_safe = escape_markdown


def _criteria(project: Project) -> str:
    rules = protocol.in_force(project)
    rows = [(_safe(c.id), "include", _safe(c.text)) for c in rules.include] + [
        (_safe(c.id), "exclude", _safe(c.text)) for c in rules.exclude
    ]
    return markdown_table(("Id", "Use", "Criterion"), rows, widths=(8, 14, 78)) + "\n\n: Eligibility criteria.\n"


def _search_strings(project: Project) -> str:
    parts = []
    for search in protocol.in_force(project).searches:
        platform = f" ({_safe(search.platform)})" if search.platform else ""
        limits = f"\n\nLimits: {_safe(search.limits)}" if search.limits else ""
        fence = "```" if "```" not in search.query else "````````"
        parts.append(f"**{_safe(search.label)}**{platform}{limits}\n\n{fence}\n{search.query.strip()}\n{fence}")
    return "\n\n".join(parts) or "*No search string is recorded in the protocol.*"


def _search_runs(project: Project) -> str:
    rows = [
        (_safe(run.label), _safe(run.platform), run.run_at[:10], f"{run.read:,}", _safe(run.file_name))
        for run in records.runs(project.store)
    ]
    head = ("Source", "Platform", "Searched on", "Records", "File")
    return markdown_table(head, rows, widths=(20, 25, 15, 12, 28)) + "\n\n: Searches and the records they gave.\n"


def _excluded(project: Project, found: Sequence[Record]) -> str:
    if not found:
        return "*No report has been excluded at full text.*"
    outcomes = screen.outcomes(project, Stage.FULL_TEXT)
    rows = []
    for record in found:
        reason = outcomes[record.record_id].reason
        label = protocol.criterion_label(project, reason) if reason else "no reason given"
        why = f"{reason}: {label}" if reason not in ("", label) else label
        rows.append((_safe(record.short_citation), _safe(record.title), _safe(why)))
    table = markdown_table(("Report", "Title", "Reason"), rows, widths=(20, 50, 30))
    return f"{table}\n\n: Reports excluded at full text, with the reason.\n"


def _included(found: Sequence[tuple[Record, str]]) -> str:
    if not found:
        return "*No study has been included yet.*"
    rows = [(f"@{key}", _safe(r.title), _safe(r.journal or "preprint"), str(r.year or "n.d.")) for r, key in found]
    table = markdown_table(("Study", "Title", "Where", "Year"), rows, widths=(22, 46, 22, 10))
    return f"{table}\n\n: Studies included in the review.\n"


def _form(project: Project) -> str:
    rows = [
        (
            _safe(f.label),
            f"{f.kind.replace('_', ' ')}{_in_units(f)}",
            _safe("; ".join(f.options) or f.help),
        )
        for f in chart.form(project).fields
    ]
    if not rows:
        return "*The protocol has no charting form.*"
    return markdown_table(("Item", "Kind", "Values"), rows, widths=(30, 20, 50)) + "\n\n: The charting form.\n"


def _in_units(field: ChartingField) -> str:
    return f" ({_safe(' or '.join(field.known_units))})" if field.known_units else ""


def _charting(project: Project, keys: Mapping[str, str]) -> str:
    """One row per answer, study by study: a table that fits a page however many fields there are."""
    form = {f.id: f for f in chart.form(project).fields}
    rows = []
    for study in chart.studies(project):
        if study.record_id not in keys:
            continue
        first = True
        for field_id, field in form.items():
            answer = study.answers.get(field_id)
            if answer is None:
                continue
            unit = f" {answer.unit}" if answer.value and answer.unit else ""
            name = f"@{keys[study.record_id]}" if first else ""
            rows.append((name, _safe(field.label), _safe(f"{chart.shown(answer)}{unit}")))
            first = False
    if not rows:
        return "*No study has been charted yet.*"
    table = markdown_table(("Study", "Item", "Charted"), rows, widths=(24, 34, 42))
    return f"{table}\n\n: Charted data. NR: not reported; NA: not applicable.\n"

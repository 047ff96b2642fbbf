"""What was charted as files for elsewhere: one table, every answer as JSON, a map for EPPI-Mapper, references with decisions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from review import __version__
from review.domain.charting import ChartEntry, ChartingField, form_text
from review.domain.errors import Missing
from review.domain.estimate import Cell, Table
from review.domain.record import Record
from review.domain.screening import Outcome, Role, Stage
from review.domain.team import Right
from review.formats import registry
from review.render import tables
from review.render.workbook import workbook
from review.services import chart, duplicates, flow, included, maps, marks, programs, protocol, rights, screen
from review.services.charting.charted import charted, sees
from review.services.programs import Which
from review.services.project import Project
from review.services.works import read, works

REFERENCES = (".ris", ".bib", ".json", ".csv")
DECISION = "Scopewright decision"  # before what is said of a work in the notes of a reference


@rights.needs(Right.READ)
def new_studies(project: Project) -> frozenset[str]:
    """The included works that the newest update of the searches brought; none if nothing was updated."""
    if not flow.was_updated(project):
        return frozenset()
    earlier = set(flow.within(project, since=flow.LAST).earlier)
    return frozenset(work for work in flow.included(project) if work not in earlier)


# Tables


@rights.needs(Right.READ)
def table_file(project: Project, ending: str) -> bytes:
    """The table of included studies as .md, .tex, .csv, or as .xlsx, which also has every answer and the form."""
    found = included.studies(project).tables[0]
    if ending == ".xlsx":
        return workbook([found, answers(project), _codebook(project)])
    if ending not in tables.WRITERS:
        raise Missing("form of a table", ending, (*tables.WRITERS, ".xlsx"))
    return tables.WRITERS[ending](found).encode()


@rights.needs(Right.READ)
def answers(project: Project) -> Table:
    """Every answer as a row: each person's, as far as whoever asks may see it, and what was settled."""
    form = {field.id: field for field in chart.form(project).fields}
    shown = read(project, flow.included(project))
    work_of = works(project).work_of
    rows: list[tuple[Cell, ...]] = []
    for entry in chart.entries(project):
        work, field = work_of[entry.record_id], form.get(entry.field_id)
        if work not in shown or field is None:
            continue
        who = "settled" if entry.consensus else entry.reviewer
        said = (chart.shown(entry), entry.unit, entry.quote, entry.page)
        rows.append(
            (shown[work].short_citation, work, field.label, field.id, entry.row or None, *said, who, entry.form)
        )
    return Table(
        name="answers",
        title="Every charted answer",
        columns=(
            "Study", "Record", "Field", "Field id", "Row", "Answer", "Unit", "Words of the paper", "Page", "Charted by",
            "Form version",
        ),
        rows=tuple(rows),
    )  # fmt: skip


def _codebook(project: Project) -> Table:
    form = chart.form(project)
    return Table(
        name="form",
        title="The charting form",
        columns=("Section", "Group", "Field", "Field id", "Kind", "Unit", "Options", "Help"),
        rows=tuple(
            (f.section, f.group, f.label, f.id, str(f.kind), " or ".join(f.known_units), "; ".join(f.options), f.help)
            for f in form.fields
        ),
    )


# JSON


@rights.needs(Right.READ)
def long_json(project: Project) -> bytes:
    """The form and, study by study, the answers that count, each with its words, page, row and the people behind it."""
    form = chart.form(project)
    found = charted(project)
    shown = read(project, flow.included(project))
    may_see = sees(project, found)
    studies = []
    for study in chart.studies(project):
        record = shown[study.record_id]
        others = [e for e in found.of.get(study.record_id, ()) if may_see(study.record_id, e.reviewer)]
        counted = [answer for field in form.fields for answer in _counted(study, field)]
        studies.append(
            {
                "record_id": study.record_id,
                "citation": record.short_citation,
                **{name: getattr(record, name) for name in ("title", "year", "journal", "doi", "pmid", "arxiv_id")},
                "reviewers": list(study.reviewers),
                "unsettled": study.unsettled,
                "answers": counted,
                "given": [_as_dict(e, e.row) | {"reviewer": e.reviewer, "consensus": e.consensus} for e in others],
            }
        )
    return _json({"form": json.loads(form_text(form)), "people_per_study": form.people, "studies": studies})


def _counted(study: chart.ChartedStudy, field: ChartingField) -> Iterator[dict[str, Any]]:
    if not field.group:
        if field.id in study.answers:
            yield _as_dict(study.answers[field.id], 0)
        return
    for at, row in enumerate(study.rows.get(field.group, ()), start=1):
        if field.id in row:
            yield _as_dict(row[field.id], at)


def _as_dict(entry: ChartEntry, row: int) -> dict[str, Any]:
    return {
        "field_id": entry.field_id,
        "row": row,
        "value": entry.value,
        "answer": str(entry.answer) if entry.answer else None,
        "unit": entry.unit,
        "quote": entry.quote,
        "page": entry.page,
        "form_version": entry.form,
    }


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


@rights.needs(Right.READ)
def eppi_json(project: Project) -> bytes:
    """The evidence map in the shape of EPPI-Reviewer's JSON report, which EPPI-Mapper draws: a code set whose codes are
    the levels of every field that has some, and each study with the codes it stands under.

    The shape is that of a report its users published (infoqualitylab/Empirical-Retraction-Lit, web-maintenance/
    eppi_export_162.json). Nobody has opened one of ours in EPPI-Mapper itself yet.
    """
    form = chart.form(project)
    fields = [f for f in form.fields if f.options or f.kind in ("yes_no", "number")]
    studies = flow.included(project)
    shown = read(project, studies)
    codes: dict[str, list[dict[str, Any]]] = {study: [] for study in studies}
    said = {one.record_id: one.answers for one in chart.studies(project)}
    parents = []
    number = iter(range(1, 1_000_000))
    for name in (*(f.id for f in fields), "year"):
        axis = maps.axis(project, name)
        parent = next(number)
        children = []
        for level in axis.levels:
            child = next(number)
            children.append(_attribute(child, level, []))
            for study in studies:
                if level in axis.of.get(study, ()):
                    codes[study].append(_code(child, said[study].get(name)))
        parents.append(_attribute(parent, axis.label, children))
    code_set = {
        "SetName": protocol.in_force(project).title,
        "ReviewSetId": 1,
        "SetId": 1,
        "SetType": {"SetTypeName": "Standard", "SetTypeDescription": ""},
        "SetDescription": f"Charting form, written by Scopewright {__version__}",
        "Attributes": {"AttributesList": parents},
    }
    references = [_reference(at, shown[study], codes[study]) for at, study in enumerate(studies, start=1)]
    return _json({"CodeSets": [code_set], "References": references})


def _attribute(number: int, name: str, children: list[dict[str, Any]]) -> dict[str, Any]:
    kind = "Not selectable (no checkbox)" if children else "Selectable (show checkbox)"
    made: dict[str, Any] = {
        "AttributeSetId": number,
        "AttributeId": number,
        "OriginalAttributeID": 0,
        "AttributeSetDescription": "",
        "AttributeType": kind,
        "AttributeName": name,
        "AttributeDescription": "",
        "ExtURL": "",
        "ExtType": "",
    }
    return made | ({"Attributes": {"AttributesList": children}} if children else {})


def _code(number: int, entry: ChartEntry | None) -> dict[str, Any]:
    """A code of a study with the words it rests on; EPPI-Reviewer's arms are those of trials."""
    return {"AttributeId": number, "AdditionalText": entry.quote if entry else "", "ArmId": 0, "ArmTitle": ""}


_UNSAID = (
    "Month",
    "StandardNumber",
    "City",
    "Country",
    "Publisher",
    "Institution",
    "Edition",
    "Availability",
    "OldItemId",
    "Comments",
    "ParentAuthors",
)


def _reference(number: int, record: Record, codes: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "QuickCitation": f"{record.short_citation} {record.title}. {record.journal}",
        "ItemId": number,
        "Title": record.title,
        "ParentTitle": record.journal,
        "ShortTitle": record.short_citation,
        "Year": str(record.year or ""),
        "Volume": record.volume,
        "Issue": record.issue,
        "Pages": record.pages,
        "Abstract": record.abstract,
        "DOI": record.doi,
        "URL": record.url,
        "Authors": "".join(f"{author} ; " for author in record.authors),
        "Keywords": "; ".join(record.keywords),
        "TypeName": "Journal, Article",
        "ItemStatus": "I",
        "ItemStatusTooltip": "Included in review",
        "Codes": codes,
    } | dict.fromkeys(_UNSAID, "")


# References


@rights.needs(Right.READ, whose="tags_of")
def references(project: Project, ending: str, *, which: Which = Which.INCLUDED, tags_of: str = "") -> bytes:
    """Works as they stand at full text in RIS, BibTeX, CSL-JSON or CSV, ready for a reference manager.

    What was decided stands in the notes, as `Scopewright decision: included …`, and as a keyword, which Zotero shows as
    a tag; so do the tags of the person who asks, which nobody else sees.
    """
    standing = screen.outcomes(project, Stage.FULL_TEXT)
    wanted = [w for w, o in standing.items() if which is Which.ALL or programs.stands(o) is which]
    shown = duplicates.best(project, wanted)
    tags = marks.tags_of(project, tags_of) if tags_of else {}
    members = works(project).members
    listed = [
        _told(shown[w], _decision(project, standing[w]), [t for r in members[w] for t in tags.get(r, ())])
        for w in wanted
    ]
    return registry.write(listed, registry.writable(ending).name)


def _decision(project: Project, found: Outcome) -> str:
    where = programs.stands(found)
    if where is Which.UNDECIDED:
        return str(where)
    why = f" ({found.reason}: {protocol.criterion_label(project, found.reason)})" if found.reason else ""
    people = sum(d.role is Role.REVIEWER for d in found.decisions)
    return f"{where}{why}, by {people} {'person' if people == 1 else 'people'}"


def _told(record: Record, decision: str, tags: Iterable[str]) -> Record:
    note = f"{DECISION}: {decision}"
    words = dict.fromkeys(
        (
            *record.keywords,
            f"{DECISION.split(maxsplit=1)[0]}: {decision.split(' (', maxsplit=1)[0].split(',', maxsplit=1)[0]}",
            *tags,
        )
    )
    return replace(record, notes="; ".join(part for part in (record.notes, note) if part), keywords=tuple(words))

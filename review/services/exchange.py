"""Decisions, chart entries and retrievals made elsewhere come in from sheets, all or nothing; facts go out."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from review.domain.charting import Answer, ChartEntry, ChartingForm
from review.domain.errors import ReviewError
from review.domain.finding import Finding, Severity
from review.domain.protocol import Protocol
from review.domain.screening import Decision, Role, Stage, Verdict
from review.domain.team import Right
from review.services import blinding, chart, collect, fulltext, protocol, rights, screen, sheets, team
from review.services.charting import texts
from review.services.project import Project
from review.services.sheets import Row, Sheet
from review.services.works import works
from review.storage import decisions, records
from review.storage.decisions import Retrieval

WITHDRAWN = "withdrawn"  # the verdict of a decision that was taken back
DECIDED = ("record_id", "verdict")
DECISION_COLUMNS = ("record_id", "stage", "reviewer", "verdict", "reason", "decided_at", "shown", "role", "note")
CHART_COLUMNS = ("record_id", "field_id", "value", "answer", "unit", "quote", "page", "reviewer", "row", "consensus")
RETRIEVAL_COLUMNS = ("record_id", "status", "note")
_SETTLED = "yes"  # in the column consensus: what people settled on, which is nobody's own answer
_ANSWERS = {
    "not_reported": Answer.NOT_REPORTED,
    "nr": Answer.NOT_REPORTED,
    "not_applicable": Answer.NOT_APPLICABLE,
    "na": Answer.NOT_APPLICABLE,
    "n/a": Answer.NOT_APPLICABLE,
}
Fact = TypeVar("Fact")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeReport:
    """What became of a sheet: all its rows were taken (`stored` new, `known` said nothing new), or none was."""

    file: str
    rows: int
    stored: int
    known: int
    findings: tuple[Finding, ...]

    @property
    def refused(self) -> bool:
        return any(f.severity in (Severity.ERROR, Severity.BLOCKER) for f in self.findings)

    def as_dict(self) -> dict[str, object]:
        return {name: value for name, value in asdict(self).items() if name != "findings"}


def _taken(
    sheet: Sheet, read: Callable[[Row, str], Fact], ids: Mapping[str, str]
) -> tuple[list[tuple[Row, Fact]], list[Finding]]:
    """What each row says, and a finding for each row that says something impossible."""
    facts: list[tuple[Row, Fact]] = []
    findings = list(sheet.findings)
    for row in sheet.rows:
        try:
            record = ids.get(row["record_id"])
            if not row["record_id"]:
                raise ReviewError("The record_id is missing.", hint="Write the id, DOI, PMID or exact title.")
            if record is None:
                raise ReviewError(
                    f"There is no record {row['record_id']!r} in this project.",
                    hint="Write its id, DOI, PMID, arXiv number or exact title."
                    if row.line
                    else "Import the file itself first, with `review import`.",
                )
            facts.append((row, read(row, record)))
        except ReviewError as error:
            findings.append(sheet.fault(row, error.message, error.hint))
    return facts, findings


def _contradictions(
    sheet: Sheet, facts: list[tuple[Row, Fact]], of: Callable[[Fact], tuple[Hashable, object]]
) -> list[Finding]:
    """A finding for each row that says of a thing something else than an earlier row. `of` tells the thing and what is said."""
    first: dict[Hashable, tuple[Row, object]] = {}
    findings = []
    for row, fact in facts:
        thing, said = of(fact)
        earlier = first.setdefault(thing, (row, said))
        if earlier[1] != said:
            place = f"line {earlier[0].line}" if earlier[0].line else f"an earlier one on {earlier[0]['record_id']!r}"
            message = f"This row says something else than {place}."
            findings.append(sheet.fault(row, message, "Keep the one that holds."))
    return findings


def _ids(project: Project, sheet: Sheet) -> dict[str, str]:
    return collect.find_records(project, [row["record_id"] for row in sheet.rows])


def _stored(sheet: Sheet, findings: list[Finding], facts: int, store: Callable[[], int]) -> ExchangeReport:
    in_order = tuple(sorted(findings, key=lambda found: found.line or 0))
    report = ExchangeReport(file=str(sheet.path), rows=len(sheet.rows), stored=0, known=0, findings=in_order)
    if report.refused:
        return report
    new = store()
    return ExchangeReport(file=report.file, rows=report.rows, stored=new, known=facts - new, findings=report.findings)


# Decisions


@rights.needs(rights.of_decision, whose="reviewer")
def import_decisions(
    project: Project, path: Path | Sheet, *, stage: Stage, reviewer: str, role: Role = Role.REVIEWER
) -> ExchangeReport:
    """Take one person's decisions at one stage from a sheet with the columns record_id, verdict and, if wanted, reason,
    note and decided_at. Every row is checked by the rules of screening; one bad row refuses them all.

    Another program's file is made such a sheet by `programs.decisions_in`.
    """
    name = team.as_known(project, reviewer)
    sheet = path if isinstance(path, Sheet) else sheets.read(path, required=DECIDED, optional=DECISION_COLUMNS)
    found = _Decisions(rules=protocol.in_force(project), stage=stage, reviewer=name, role=role)
    facts, findings = _taken(sheet, found.read, _ids(project, sheet))
    undated = [(row, decision) for row, decision in facts if not decision.decided_at]  # dates tell which came later
    findings += _contradictions(sheet, undated, lambda d: (d.record_id, d.verdict))
    fresh = _new(project, facts, found)
    grounds = screen.Grounds.of(project)
    for row, decision in fresh:
        try:
            screen.check(project, decision, now=grounds)
        except ReviewError as error:
            findings.append(sheet.fault(row, error.message, error.hint))

    return _stored(sheet, findings, len(facts), lambda: screen.decide_all(project, [d for _, d in fresh]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decisions:
    """How a row becomes a decision of this person at this stage."""

    rules: Protocol
    stage: Stage
    reviewer: str
    role: Role

    def read(self, row: Row, record: str) -> Decision:
        for column, mine in (("stage", self.stage), ("reviewer", self.reviewer), ("role", self.role)):
            if row[column] and row[column].casefold() != mine.casefold():
                raise ReviewError(
                    f"This row has the {column} {row[column]!r}, but {mine!r} was asked for.",
                    hint="Import the rows of each person, role and stage on their own.",
                )
        word = row["verdict"].casefold()
        if word not in {*Verdict, WITHDRAWN}:
            raise ReviewError(
                f"{row['verdict']!r} is not a verdict." if word else "The verdict is missing.",
                hint=f"Write {', '.join(Verdict)} or {WITHDRAWN}.",
            )
        return Decision(
            record_id=record,
            stage=self.stage,
            reviewer=self.reviewer,
            verdict=None if word == WITHDRAWN else Verdict(word),
            reason=self._reason(row["reason"]),
            note=row["note"],
            role=self.role,
            decided_at=_moment(row["decided_at"]),
            shown=record if not row["shown"] or row["shown"] == row["record_id"] else row["shown"],
        )

    def _reason(self, said: str) -> str:
        """The criterion's id, also where its label was written."""
        words = {word.casefold(): c.id for c in self.rules.exclude for word in (c.label, c.id)}
        return words.get(said.casefold(), said)


def _moment(said: str) -> str:
    try:
        return said if not said or datetime.fromisoformat(said) else ""
    except ValueError:
        raise ReviewError(f"{said!r} is not a date.", hint="Write it as 2025-03-31 or 2025-03-31T14:05:00Z.") from None


def _content(decision: Decision) -> tuple[object, ...]:
    return decision.verdict, decision.reason, decision.note


def _new(project: Project, facts: list[tuple[Row, Decision]], who: _Decisions) -> list[tuple[Row, Decision]]:
    """The decisions that say something new: taking the same sheet twice stores nothing twice."""
    mine = [d for d in decisions.read(project.store, stage=who.stage, reviewer=who.reviewer) if d.role is who.role]
    seen = {(d.record_id, *_content(d), d.decided_at) for d in mine}
    standing = {d.record_id: _content(d) for d in mine}
    fresh = []
    for row, decision in facts:
        before = standing.get(decision.record_id, (None, "", ""))
        dated = bool(decision.decided_at)
        if (decision.record_id, *_content(decision), decision.decided_at) in seen:
            continue
        # Another program's file that repeats a verdict and knows no reason says nothing new.
        repeated = row.line is None and _content(decision) == (before[0], "", "")
        if not dated and (before == _content(decision) or repeated):
            continue
        standing[decision.record_id] = _content(decision)
        fresh.append((row, decision))
    return fresh


@rights.needs(Right.AUDIT)
def export_decisions(project: Project, path: Path) -> int:
    """Write every decision as it was made, in order; how many there were. Those still open to a person are left out."""
    may_read = blinding.reader(project)
    return sheets.write(
        path,
        DECISION_COLUMNS,
        (
            (d.record_id, d.stage, d.reviewer, d.verdict or WITHDRAWN, d.reason, d.decided_at, d.shown, d.role, d.note)
            for d in decisions.read(project.store)
            if may_read(d)
        ),
    )


# Charting


@rights.needs(Right.REVIEW, whose="reviewer")
def import_chart(project: Project, path: Path, *, reviewer: str) -> ExchangeReport:
    """Take one person's chart entries from a long sheet: a row for each record and field. Rows without a value and
    without an answer say nothing and are passed over.
    """
    name = team.as_known(project, reviewer)
    sheet = sheets.read(path, required=("record_id", "field_id", "value"), optional=(*CHART_COLUMNS, "title", "label"))
    form, included = chart.form(project), chart.included_records(project)

    def read(row: Row, record: str) -> ChartEntry | None:
        if row["reviewer"] and row["reviewer"].casefold() != name.casefold():
            raise ReviewError(
                f"This row was charted by {row['reviewer']}, not by {name}.",
                hint="Import each person's rows on their own.",
            )
        if (not row["value"] and not row["answer"]) or row["consensus"] == _SETTLED:
            return None
        return chart.check(project, _entry(row, record, form, name), included=included)

    facts, findings = _taken(sheet, read, _ids(project, sheet))
    charted = [(row, entry) for row, entry in facts if entry is not None]
    findings += _contradictions(sheet, charted, lambda e: ((e.record_id, e.field_id, e.row), e.said))
    findings += _quotes_elsewhere(project, sheet, charted)
    entries = [entry for _, entry in charted]

    def store() -> int:
        new = chart.save(project, entries)
        chart.hand_in(project, [entry.record_id for entry in entries], reviewer=name)  # a sheet is finished work
        return new

    return _stored(sheet, findings, len(entries), store)


def _quotes_elsewhere(project: Project, sheet: Sheet, charted: list[tuple[Row, ChartEntry]]) -> Iterator[Finding]:
    """A warning for each quote that is not in the text of the study's PDF, or stands on another page of it."""
    for row, entry in sorted(charted, key=lambda each: each[1].record_id):  # the text of one study at a time
        said = texts.warning(entry.quote, entry.page, texts.pages(project, entry.record_id))
        if said:
            yield sheet.fault(row, said, "The answer is stored all the same.", severity=Severity.WARNING)


def _entry(row: Row, record: str, form: ChartingForm, reviewer: str) -> ChartEntry:
    said = row["answer"].casefold().replace(" ", "_")
    if said and said not in _ANSWERS:
        raise ReviewError(
            f"{row['answer']!r} is not an answer.",
            hint="Write not_reported or not_applicable there; a value belongs into the column value.",
        )
    labels = {f.label.casefold(): f.id for f in form.fields}
    return ChartEntry(
        record_id=record,
        field_id=labels.get(row["field_id"].casefold(), row["field_id"]),
        reviewer=reviewer,
        value=row["value"],
        answer=_ANSWERS.get(said),
        unit=row["unit"],
        quote=row["quote"],
        page=row["page"],
        row=_row_of(row["row"]),
    )


def _row_of(said: str) -> int:
    try:
        return int(said or 0)
    except ValueError:
        raise ReviewError(f"{said!r} is no row.", hint="Write 1, 2, 3 … in a repeated group, else nothing.") from None


@rights.needs(Right.READ)
def export_chart(project: Project, path: Path, *, blanks: bool = False) -> int:
    """Write every standing chart entry, one row each; with `blanks` also an empty row for each field nobody has charted."""
    entries = sorted(chart.entries(project), key=lambda entry: entry.number)
    found: list[tuple[object, ...]] = [
        (
            *(e.record_id, e.field_id, e.value, e.answer or "", e.unit, e.quote, e.page, e.reviewer),
            *(e.row or "", _SETTLED * e.consensus),
        )
        for e in entries
    ]
    columns: tuple[str, ...] = CHART_COLUMNS
    if blanks:
        fields = {field.id: field for field in chart.form(project).fields}
        found += [
            (study.record_id, name, "", "", fields[name].unit, "", "", "", 1 if fields[name].group else "", "")
            for study in chart.studies(project)
            for name in fields
            if name not in study.answers
        ]
        titles = {
            r.record_id: r.title for r in records.by_id(project.store, list({str(row[0]) for row in found})).values()
        }
        labels = {name: field.label for name, field in fields.items()}
        found = [(*row, titles.get(str(row[0]), ""), labels.get(str(row[1]), "")) for row in found]
        columns = (*CHART_COLUMNS, "title", "label")
    return sheets.write(path, columns, found)


# Full texts


@rights.needs(Right.REVIEW, whose="person")
def import_retrievals(project: Project, path: Path, *, person: str) -> ExchangeReport:
    """Take from a sheet what became of the search for each full text: sought, retrieved or not_retrieved."""
    name = team.as_known(project, person)
    sheet = sheets.read(path, required=("record_id", "status"), optional=RETRIEVAL_COLUMNS)
    standings = fulltext.standings(project)
    work_of = works(project).work_of

    def read(row: Row, record: str) -> Retrieval:
        status = row["status"].casefold().replace(" ", "_")
        if status not in fulltext.STATUSES:
            raise ReviewError(
                f"{row['status']!r} does not say what became of the full text.",
                hint=f"Write {', '.join(fulltext.STATUSES)}.",
            )
        if work_of[record] not in standings:
            raise ReviewError(
                f"{record} has not been included at title and abstract.", hint="Only then is its full text sought."
            )
        return Retrieval(record_id=record, status=status, who=name, note=row["note"])

    facts, findings = _taken(sheet, read, _ids(project, sheet))
    findings += _contradictions(sheet, facts, lambda r: (r.record_id, r.status))
    fresh = [
        found
        for _, found in facts
        if (standings[work_of[found.record_id]].retrieval, standings[work_of[found.record_id]].note)
        != (found.status, found.note)
    ]

    def store() -> int:
        who = team.join(project, name)
        decisions.append_retrieval(project.store, [replace(found, who=who) for found in fresh])
        return len(fresh)

    return _stored(sheet, findings, len(facts), store)

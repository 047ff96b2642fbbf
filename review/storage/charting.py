"""Charting: answers, appended, of which the latest stands; versions of the form; who handed in; and drafts, which are no
facts and are replaced as they are typed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from review.domain.charting import Answer, ChartEntry
from review.domain.form_changes import Carry, FormChange
from review.storage import projects
from review.storage.moments import remembered
from review.storage.schema import chart_drafts, chart_entries, form_changes, form_versions, hand_ins
from review.storage.store import Store, now


def append(store: Store, entries: Sequence[ChartEntry], *, protocol: int, form: str) -> None:
    """Append answers in one transaction, each with the version of the form it was given to; drafts of them are gone."""
    if not entries:
        return
    with store.writing() as connection:
        projects.refuse_inactive(connection, {e.reviewer for e in entries})
        version = _form_number(connection, form, protocol)
        at = now()
        rows = [
            {**_row(e), "protocol": protocol, "form": version, "consensus": int(e.consensus), "at": at} for e in entries
        ]
        connection.execute(insert(chart_entries), rows)
        _drop(connection, [e for e in entries if not e.consensus])


def _row(entry: ChartEntry) -> dict[str, object]:
    return {
        "record_id": entry.record_id,
        "field_id": entry.field_id,
        "row": entry.row,
        "reviewer": entry.reviewer,
        "value": entry.value,
        "answer": None if entry.answer is None else str(entry.answer),
        "unit": entry.unit,
        "quote": entry.quote,
        "page": entry.page,
    }


def read(store: Store) -> list[ChartEntry]:
    """Every answer ever given, in order of arrival."""
    c = chart_entries.c
    query = select(
        c.record_id, c.field_id, c.reviewer, c.value, c.answer, c.unit, c.quote, c.page, c.at, c.number, c.row, c.form,
        c.consensus,
    ).order_by(c.number)  # fmt: skip
    with store.reading() as connection:
        rows = connection.execute(query).all()
    return [
        ChartEntry(
            record_id=r[0],
            field_id=r[1],
            reviewer=r[2],
            value=r[3],
            answer=Answer(r[4]) if r[4] else None,
            unit=r[5],
            quote=r[6],
            page=r[7],
            at=r[8],
            number=r[9],
            row=r[10],
            form=r[11],
            consensus=bool(r[12]),
        )
        for r in rows
    ]


@remembered
def stamp(store: Store) -> tuple[int, ...]:
    """Changes exactly when an answer, a hand-in, a version of the form or a decision about its changes is added."""
    newest = (
        select(func.coalesce(func.max(table.c.number), 0)).scalar_subquery()
        for table in (chart_entries, hand_ins, form_versions, form_changes)
    )
    with store.reading() as connection:
        return tuple(int(number) for number in connection.execute(select(*newest)).one())


# Versions of the form


def _form_number(connection: Connection, text: str, protocol: int) -> int:
    """The number of this form, which is kept once."""
    c = form_versions.c
    found = connection.execute(select(c.number).where(c.text == text).limit(1)).scalar()
    if found is None:
        row = {"text": text, "protocol": protocol, "at": now()}
        found = connection.execute(insert(form_versions).values(**row).returning(c.number)).scalar_one()
    return int(found)


@remembered
def forms(store: Store) -> dict[int, tuple[str, int]]:
    """Every form that was ever filled in, by its number: its text, and the version of the protocol it stood in."""
    c = form_versions.c
    with store.reading() as connection:
        return {r.number: (r.text, r.protocol) for r in connection.execute(select(c.number, c.text, c.protocol))}


def append_change(store: Store, change: FormChange) -> None:
    row = {
        "field_id": change.field_id,
        "was": change.was,
        "becomes_id": change.becomes_id,
        "becomes": change.becomes,
        "action": str(change.action),
        "detail": json.dumps(dict(change.values), ensure_ascii=False),
        "who": change.who,
    }
    with store.writing() as connection:
        connection.execute(insert(form_changes).values(**row, at=now()))


def changes(store: Store) -> list[FormChange]:
    """Every decision about answers to changed fields, in order."""
    c = form_changes.c
    with store.reading() as connection:
        rows = connection.execute(select(*c).order_by(c.number)).all()
    return [
        FormChange(
            field_id=r.field_id,
            was=r.was,
            becomes_id=r.becomes_id,
            becomes=r.becomes,
            action=Carry(r.action),
            values=json.loads(r.detail),
            who=r.who,
            at=r.at,
            number=r.number,
        )
        for r in rows
    ]


# Handing in: the person says that their charting of a study is complete


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn:
    record_id: str
    reviewer: str
    at: str = ""


def append_hand_ins(store: Store, found: Iterable[HandIn]) -> None:
    rows = [{"record_id": one.record_id, "reviewer": one.reviewer, "at": now()} for one in found]
    if rows:
        with store.writing() as connection:
            projects.refuse_inactive(connection, {str(row["reviewer"]) for row in rows})
            connection.execute(insert(hand_ins), rows)


def read_hand_ins(store: Store) -> list[HandIn]:
    c = hand_ins.c
    with store.reading() as connection:
        rows = connection.execute(select(c.record_id, c.reviewer, c.at).order_by(c.number)).all()
    return [HandIn(record_id=r.record_id, reviewer=r.reviewer, at=r.at) for r in rows]


# Drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An answer as it stands in the form, whether it can be one or not; `typed_at` is the browser's time in milliseconds."""

    entry: ChartEntry
    typed_at: float = 0.0


def keep_drafts(store: Store, drafts: Sequence[Draft]) -> None:
    """Keep what was typed, in one transaction; what arrives late gives way to what was typed after it."""
    with store.writing() as connection:
        for draft in drafts:
            row = _row(draft.entry)
            place = _at(draft.entry)
            later = connection.execute(select(chart_drafts.c.typed_at).where(*place)).scalar()
            if later is not None and later > draft.typed_at:
                continue
            connection.execute(delete(chart_drafts).where(*place))
            connection.execute(insert(chart_drafts).values(**row, typed_at=draft.typed_at, at=now()))


@remembered
def drafts(store: Store, reviewer: str, records: tuple[str, ...] | None = None) -> list[ChartEntry]:
    """What a person typed and has not handed in, of these records (at most some hundreds) or of all."""
    c = chart_drafts.c
    query = select(*c).where(c.reviewer == reviewer).order_by(c.record_id, c.row, c.field_id)
    if records is not None:
        query = query.where(c.record_id.in_(records))
    with store.reading() as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    for row in rows:
        del row["typed_at"]
    return [ChartEntry(**{**row, "answer": row["answer"] and Answer(row["answer"])}) for row in rows]


def drop_drafts(store: Store, found: Sequence[ChartEntry]) -> None:
    """Forget drafts that say nothing but what is stored."""
    if found:
        with store.writing() as connection:
            _drop(connection, found)


def _drop(connection: Connection, found: Sequence[ChartEntry]) -> None:
    for entry in found:
        connection.execute(delete(chart_drafts).where(*_at(entry)))


def _at(entry: ChartEntry) -> tuple[ColumnElement[bool], ...]:
    c = chart_drafts.c
    return (
        c.record_id == entry.record_id,
        c.field_id == entry.field_id,
        c.row == entry.row,
        c.reviewer == entry.reviewer,
    )

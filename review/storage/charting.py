"""Chart entries: one person's answer to one field, appended; the latest stands."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select

from review.domain.charting import Answer, ChartEntry
from review.storage import projects
from review.storage.schema import chart_entries
from review.storage.store import Store, now


def append(store: Store, entries: Sequence[ChartEntry], *, protocol: int) -> None:
    """Append answers in one transaction."""
    at = now()
    rows = [
        {
            "record_id": e.record_id,
            "field_id": e.field_id,
            "reviewer": e.reviewer,
            "value": e.value,
            "answer": None if e.answer is None else str(e.answer),
            "unit": e.unit,
            "quote": e.quote,
            "page": e.page,
            "protocol": protocol,
            "at": at,
        }
        for e in entries
    ]
    if rows:
        with store.writing() as connection:
            projects.refuse_inactive(connection, {e.reviewer for e in entries})
            connection.execute(insert(chart_entries), rows)


def read(store: Store) -> list[ChartEntry]:
    """Every answer ever given, in order of arrival."""
    c = chart_entries.c
    query = select(
        c.record_id, c.field_id, c.reviewer, c.value, c.answer, c.unit, c.quote, c.page, c.at, c.number
    ).order_by(c.number)
    with store.reading() as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    return [ChartEntry(**{**row, "answer": row["answer"] and Answer(row["answer"])}) for row in rows]

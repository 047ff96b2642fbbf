"""What people put right in records: facts beside what the sources gave. The newest of a field counts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from review.storage.moments import remembered
from review.storage.schema import corrections
from review.storage.store import Store, now


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One field put right; a `value` of None gives the field back to the source."""

    record_id: str
    field: str
    value: Any
    reason: str
    who: str
    at: str = ""
    number: int = 0


def append(store: Store, found: Sequence[Correction]) -> None:
    """Add corrections, all or none."""
    at = now()
    rows = [
        {
            "record_id": one.record_id,
            "field": one.field,
            "value": json.dumps(one.value, ensure_ascii=False),
            "reason": one.reason,
            "who": one.who,
            "at": at,
        }
        for one in found
    ]
    with store.writing() as connection:
        connection.execute(insert(corrections), rows)


@remembered
def read(store: Store) -> list[Correction]:
    """Every correction in order."""
    with store.reading() as connection:
        rows = connection.execute(select(corrections).order_by(corrections.c.number)).mappings()
        return [Correction(**{**row, "value": json.loads(row["value"])}) for row in rows]


@remembered
def standing(store: Store) -> Mapping[str, Mapping[str, Any]]:
    """What counts instead of what the source gave: by record id, the value of each field that was put right."""
    newest = {(one.record_id, one.field): one.value for one in read(store)}
    found: dict[str, dict[str, Any]] = {}
    for (record_id, name), value in newest.items():
        if value is not None:
            found.setdefault(record_id, {})[name] = tuple(value) if isinstance(value, list) else value
    return found

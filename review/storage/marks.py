"""What each person keeps for themselves: records put off, tags, and how they like the app. The latest of each counts."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from review.storage.decisions import new_uid
from review.storage.moments import remembered
from review.storage.schema import marks, preferences
from review.storage.store import Store, now

LATER = "later"
TAGS = "tags"


def append(store: Store, *, record_id: str, person: str, kind: str, value: str, uid: str = "") -> bool:
    """Append one mark; False if its uid was stored before."""
    row = {"uid": uid or new_uid(), "record_id": record_id, "person": person, "kind": kind, "value": value, "at": now()}
    try:
        with store.writing() as connection:
            connection.execute(insert(marks).values(**row))
    except IntegrityError:
        with store.reading() as connection:
            if connection.execute(select(marks.c.uid).where(marks.c.uid == row["uid"])).scalar() is None:
                raise
        return False
    return True


def later(store: Store, person: str) -> dict[str, int]:
    """The records a person put off, each with the number of the last time: the order in which they come again."""
    c = marks.c
    query = select(c.record_id, c.number).where(c.person == person, c.kind == LATER).order_by(c.number)
    with store.reading() as connection:
        return {record: int(number) for record, number in connection.execute(query)}


def tags(store: Store, person: str, records: Sequence[str] | None = None) -> dict[str, tuple[str, ...]]:
    """A person's tags by record, of the given records (at most some hundreds) or of all; records without are absent."""
    c = marks.c
    query = select(c.record_id, c.value).where(c.person == person, c.kind == TAGS).order_by(c.number)
    if records is not None:
        query = query.where(c.record_id.in_(records))
    with store.reading() as connection:
        found = {record: tuple(json.loads(value)) for record, value in connection.execute(query)}
    return {record: said for record, said in found.items() if said}


def set_preference(store: Store, person: str, name: str, value: str) -> None:
    with store.writing() as connection:
        connection.execute(insert(preferences).values(person=person, name=name, value=value, at=now()))


@remembered
def read_preferences(store: Store, person: str) -> dict[str, str]:
    c = preferences.c
    query = select(c.name, c.value).where(c.person == person).order_by(c.number)
    with store.reading() as connection:
        return {row.name: row.value for row in connection.execute(query)}

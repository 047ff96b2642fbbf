"""What a person has typed beside a record and not sent: no fact, replaced with every change, and in no bundle."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from review.storage.schema import typed
from review.storage.store import Store, now


def keep(store: Store, *, person: str, record_id: str, what: str, text: str) -> None:
    """Keep a text in the place of the one before; an empty one is forgotten."""
    c = typed.c
    with store.writing() as connection:
        connection.execute(delete(typed).where(c.person == person, c.record_id == record_id, c.what == what))
        if text:
            row = {"person": person, "record_id": record_id, "what": what, "text": text, "at": now()}
            connection.execute(insert(typed).values(**row))


def read(store: Store, person: str, record_id: str) -> dict[str, str]:
    """What a person typed beside a record, by what it is."""
    c = typed.c
    with store.reading() as connection:
        rows = connection.execute(select(c.what, c.text).where(c.person == person, c.record_id == record_id))
        return {row.what: row.text for row in rows}

"""What people did that no other fact tells: signing in, bringing a file in, taking a copy out. Appended, never changed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from review.storage.schema import deeds
from review.storage.store import Store, now


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    who: str
    what: str
    about: str = ""
    detail: str = ""
    at: str = ""


def append(connection: Connection, deed: Deed) -> None:
    """Append one deed in the caller's transaction."""
    row = {"who": deed.who, "what": deed.what, "about": deed.about, "detail": deed.detail, "at": now()}
    connection.execute(insert(deeds).values(**row))


def append_author(connection: Connection, who: str, about: str) -> None:
    """Say who did what another fact tells without a name; nothing if nobody is signed in."""
    if who:
        append(connection, Deed(who=who, what="", about=about))


def append_one(store: Store, deed: Deed) -> None:
    with store.writing() as connection:
        append(connection, deed)


def read(store: Store) -> list[Deed]:
    """Every deed in order."""
    c = deeds.c
    with store.reading() as connection:
        rows = connection.execute(select(c.who, c.what, c.about, c.detail, c.at).order_by(c.number)).mappings()
        return [Deed(**row) for row in rows]

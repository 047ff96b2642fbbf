"""Whole fact tables row by row, for the trail of who did what when."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, select

from review.storage.schema import metadata
from review.storage.store import Store


def rows(store: Store, table: str, columns: Sequence[str]) -> Sequence[RowMapping]:
    """These columns of every row of a table, in the order of its key."""
    found = metadata.tables[table]
    query = select(*(found.c[name] for name in columns)).order_by(*found.primary_key)
    with store.reading() as connection:
        return connection.execute(query).mappings().all()

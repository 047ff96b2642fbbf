"""Which run brought which record, also the ones that were known already."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from review.storage.schema import run_records
from review.storage.store import Store


def sightings(store: Store) -> Iterator[tuple[int, str]]:
    """(run number, record id) of everything that any run brought."""
    with store.reading() as connection:
        for row in connection.execute(select(run_records.c.run, run_records.c.record_id)):
            yield int(row.run), str(row.record_id)

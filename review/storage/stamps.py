"""What is newest in each table that answers are computed from, read at once: an answer stands until its stamp changes."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select

from review.storage.moments import remembered
from review.storage.schema import (
    corrections,
    dedup_runs,
    judgements,
    people,
    protocol_versions,
    records,
    report_links,
    search_runs,
    source_kinds,
)
from review.storage.store import Store


class Stamps(NamedTuple):
    """The highest number in each table; 0 where nothing stands yet, and −1 before the protocol is frozen."""

    record: int
    run: int
    dedup: int
    judgement: int
    protocol: int
    person: int
    kind: int
    link: int  # between reports
    correction: int

    @property
    def works(self) -> tuple[int, int, int, int, int, int, int]:
        """Changes exactly when the works or their texts may have changed; the protocol says whether versions are one."""
        return self.record, self.run, self.dedup, self.judgement, self.kind, self.protocol, self.correction


_NEWEST = select(
    *(
        select(func.coalesce(func.max(table.c.number), least)).scalar_subquery()
        for table, least in (
            (records, 0),
            (search_runs, 0),
            (dedup_runs, 0),
            (judgements, 0),
            (protocol_versions, -1),
            (people, 0),
            (source_kinds, 0),
            (report_links, 0),
            (corrections, 0),
        )
    )
)


@remembered
def read(store: Store) -> Stamps:
    with store.reading() as connection:
        return Stamps(*(int(number) for number in connection.execute(_NEWEST).one()))

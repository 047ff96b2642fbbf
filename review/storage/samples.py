"""Random samples drawn of the records not yet settled, with what was known on the day they were drawn."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import insert, select

from review.storage.moments import remembered
from review.storage.schema import audit_samples
from review.storage.store import Store, now


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSample:
    """`records` were drawn, in this order, of `rest` works not settled when `found` were included and `settled` settled."""

    records: tuple[str, ...]
    rest: int
    found: int
    settled: int
    seed: int
    who: str
    at: str = ""


def append(store: Store, sample: AuditSample) -> None:
    row = {name: getattr(sample, name) for name in ("rest", "found", "settled", "seed", "who")}
    with store.writing() as connection:
        connection.execute(insert(audit_samples).values(**row, records=json.dumps(sample.records), at=now()))


@remembered
def latest(store: Store) -> AuditSample | None:
    c = audit_samples.c
    columns = (c.records, c.rest, c.found, c.settled, c.seed, c.who, c.at)
    with store.reading() as connection:
        row = connection.execute(select(*columns).order_by(c.number.desc()).limit(1)).mappings().first()
    return None if row is None else AuditSample(**{**row, "records": tuple(json.loads(row["records"]))})

"""Search runs and records: taken in as a whole or not at all, found again by id."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, and_, false, func, insert, not_, or_, select
from sqlalchemy.sql.compiler import SQLCompiler

from review.domain.finding import Finding
from review.domain.record import Record
from review.storage import corrections
from review.storage.moments import remembered
from review.storage.schema import raw_entries, records, run_records, run_reports, search_runs, source_kinds
from review.storage.store import Store, now

_BATCH = 1_000  # rows per statement
_IN_LIMIT = 10_000  # SQLite takes at most 32,766 variables
_COLUMNS = tuple(c for c in records.c if c.name not in ("number", "run"))


@dataclass(slots=True)
class Intake:
    """What became of the entries of one file: how many were read, new, already known, unreadable."""

    read: int = 0
    new: int = 0
    known: int = 0
    without_abstract: int = 0
    findings: list[Finding] = field(default_factory=list)


class Ready(NamedTuple):
    """A record made ready to be stored: the row without its run, and the raw entry packed."""

    record_id: str
    source_id: str
    row: dict[str, object]
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A search run as stored, with its number and the report of what became of its entries (`findings` is JSON)."""

    number: int
    source: str
    label: str
    kind: str
    platform: str
    query: str
    limits: str
    run_at: str
    reported: int | None
    tool_version: str
    raw_sha256: str
    file_name: str
    format: str
    at: str
    read: int
    new: int
    known: int
    without_abstract: int
    findings: str
    since: str = ""


def add_run(connection: Connection, run: Mapping[str, object]) -> int:
    """Append a search run; its number."""
    row = {"at": now(), **run}
    return int(connection.execute(insert(search_runs).values(**row).returning(search_runs.c.number)).scalar_one())


def kind_of(connection: Connection, source: str) -> str | None:
    """The kind all records of a source are of: as corrected last, else as said with its first run."""
    c, first = source_kinds.c, search_runs.c
    corrected = select(c.kind).where(c.source == source).order_by(c.number.desc()).limit(1)
    said = select(first.kind).where(first.source == source).order_by(first.number).limit(1)
    return connection.execute(corrected).scalar() or connection.execute(said).scalar()


def kinds(store: Store) -> dict[str, str]:
    """The kind of every source that was searched, in order of their first runs."""
    with store.reading() as connection:
        said = connection.execute(select(search_runs.c.source, search_runs.c.kind).order_by(search_runs.c.number)).all()
        c = source_kinds.c
        corrected = connection.execute(select(c.source, c.kind).order_by(c.number)).all()
    found: dict[str, str] = {}
    for source, kind in said:
        found.setdefault(source, kind)  # a later file of a source is of the first one's kind
    return found | {source: kind for source, kind in corrected if source in found}


def correct_kind(connection: Connection, *, source: str, kind: str, reason: str, who: str) -> None:
    row = {"source": source, "kind": kind, "reason": reason, "who": who, "at": now()}
    connection.execute(insert(source_kinds).values(**row))


def add_report(connection: Connection, run: int, intake: Intake) -> None:
    """Append what became of a run's entries, in the same transaction as the records."""
    row = {
        "run": run,
        "read": intake.read,
        "new": intake.new,
        "known": intake.known,
        "without_abstract": intake.without_abstract,
        "findings": json.dumps([f.as_dict() for f in intake.findings], ensure_ascii=False),
    }
    connection.execute(insert(run_reports).values(**row))


@remembered
def runs(store: Store) -> list[StoredRun]:
    """Every run in order, with its report."""
    columns = [c for c in run_reports.c if c.name != "run"]
    query = select(search_runs, *columns).join(run_reports, run_reports.c.run == search_runs.c.number)
    with store.reading() as connection:
        rows = connection.execute(query.order_by(search_runs.c.number)).mappings()
        return [StoredRun(**row) for row in rows]


def run_with_hash(connection: Connection, sha256: str, source: str) -> int | None:
    """The number of an earlier run that took this very file under this source name."""
    query = select(search_runs.c.number).where(search_runs.c.raw_sha256 == sha256, search_runs.c.source == source)
    return connection.execute(query.limit(1)).scalar()


def sources_with_hash(connection: Connection, sha256: str) -> list[str]:
    """The sources as which this very file was taken, in order."""
    c = search_runs.c
    return list(connection.execute(select(c.source).where(c.raw_sha256 == sha256).order_by(c.number)).scalars())


def take_in(
    connection: Connection,
    run: int,
    source: str,
    entries: Iterable[Record | Ready | Finding],
    *,
    known: set[str] | None = None,
) -> Intake:
    """Append the records of one run inside the caller's transaction; those known already are counted, not doubled."""
    seen = ids_of_source(connection, source) if known is None else known
    mine: set[str] = set()
    intake = Intake()
    for batch in _batches(_sorted_out(entries, intake), _BATCH):
        fresh, sightings = [], []
        for record in batch:
            if record.record_id not in mine:
                mine.add(record.record_id)
                sightings.append({"run": run, "record_id": record.record_id})
            if record.record_id in seen:
                intake.known += 1
                continue
            seen.add(record.record_id)
            found = record if isinstance(record, Ready) else ready(record)
            fresh.append(found)
            intake.new += 1
            intake.without_abstract += not found.row["abstract"]
        if fresh:
            _append(connection, records, [{**found.row, "run": run} for found in fresh])
            _append(connection, raw_entries, [{"record_id": one.record_id, "raw": one.raw} for one in fresh])
        if sightings:
            _append(connection, run_records, sightings)
    return intake


def _append(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Rows of one form into a table: written out once for the driver, which takes a third less time than row by row.

    They have two columns or more.
    """
    compiled = insert(table).compile(dialect=connection.dialect, column_keys=list(rows[0]))
    names = compiled.positiontup if isinstance(compiled, SQLCompiler) and compiled.positional else None
    given = list(map(itemgetter(*names), rows)) if names else [dict(row) for row in rows]
    connection.exec_driver_sql(str(compiled), given)


def _sorted_out(entries: Iterable[Record | Ready | Finding], intake: Intake) -> Iterator[Record | Ready]:
    for entry in entries:
        if isinstance(entry, Finding):
            intake.findings.append(entry)
        else:
            intake.read += 1
            yield entry


def _batches(items: Iterable[Record | Ready], size: int) -> Iterator[list[Record | Ready]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def ready(record: Record) -> Ready:
    """The record as `take_in` stores it. It takes time, and may be done long before."""
    record_id = record.record_id
    row: dict[str, object] = {
        "record_id": record_id,
        "source": record.source,
        "source_id": record.source_id,
        "title": record.title,
        "abstract": record.abstract,
        "authors": json.dumps(record.authors, ensure_ascii=False),
        "year": record.year,
        "journal": record.journal,
        "volume": record.volume,
        "issue": record.issue,
        "pages": record.pages,
        "doi": record.doi,
        "pmid": record.pmid,
        "arxiv_id": record.arxiv_id,
        "keywords": json.dumps(record.keywords, ensure_ascii=False),
        "language": record.language,
        "type": record.type,
        "url": record.url,
        "notes": record.notes,
    }
    return Ready(record_id, record.source_id, row, packed_raw(record.raw))


def packed_raw(text: str) -> bytes:
    """An entry as it is stored."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def raw_text(packed: bytes) -> str:
    """The entry that was stored so."""
    return zlib.decompress(packed).decode("utf-8", "surrogatepass")


def _record(row: RowMapping | Mapping[str, Any], corrected: Mapping[str, Mapping[str, Any]]) -> Record:
    values = dict(row)
    record_id = values.pop("record_id")
    values["authors"] = tuple(json.loads(values["authors"]))
    values["keywords"] = tuple(json.loads(values["keywords"]))
    return Record(**{**values, **corrected.get(record_id, {})})


def ids_of_source(connection: Connection, source: str) -> set[str]:
    return set(connection.execute(select(records.c.record_id).where(records.c.source == source)).scalars())


def all_records(store: Store) -> list[Record]:
    """Every record without its raw entry, in order of arrival, with what people put right."""
    corrected = corrections.standing(store)
    with store.reading() as connection:
        rows = connection.execute(select(*_COLUMNS).order_by(records.c.number)).mappings()
        return [_record(row, corrected) for row in rows]


def by_id(store: Store, record_ids: Sequence[str]) -> dict[str, Record]:
    """The records of these ids, without their raw entries, with what people put right."""
    found: dict[str, Record] = {}
    corrected = corrections.standing(store)
    with store.reading() as connection:
        for start in range(0, len(record_ids), _IN_LIMIT):
            chunk = record_ids[start : start + _IN_LIMIT]
            rows = connection.execute(select(*_COLUMNS).where(records.c.record_id.in_(chunk))).mappings()
            found.update({row["record_id"]: _record(row, corrected) for row in rows})
    return found


def as_given(store: Store, record_id: str) -> Record | None:
    """The record as its source gave it, whatever people put right since."""
    with store.reading() as connection:
        row = connection.execute(select(*_COLUMNS).where(records.c.record_id == record_id)).mappings().first()
    return _record(row, {}) if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a record must hold, or not hold if `absent`. An empty field looks through words, names and identifiers."""

    field: str
    text: str
    absent: bool = False
    span: tuple[int, int] = (0, 0)  # years, both included


_LOOKED_THROUGH = {
    "title": ("title",),
    "abstract": ("abstract",),
    "author": ("authors",),
    "journal": ("journal",),
    "keyword": ("keywords",),
    "doi": ("doi",),
    "pmid": ("pmid",),
    "source": ("source",),
    "": ("title", "abstract", "authors", "journal", "keywords", "doi", "pmid", "arxiv_id"),
}


def find(store: Store, conditions: Sequence[Condition]) -> list[str]:
    """The ids of the records that meet every condition, in order of arrival. Capitals make no difference in ASCII."""
    corrected = by_id(store, list(corrections.standing(store)))  # few, and not as the table has them
    hits = [key for key, record in corrected.items() if all(_meets(record, each) for each in conditions)]
    given = and_(*map(_holds, conditions), records.c.record_id.not_in(corrected))
    query = select(records.c.record_id).where(or_(given, records.c.record_id.in_(hits))).order_by(records.c.number)
    with store.reading() as connection:
        return list(connection.execute(query).scalars())


def _holds(condition: Condition) -> ColumnElement[bool]:
    """The condition on what the sources gave."""
    holds: ColumnElement[bool] = records.c.year.between(*condition.span)
    if condition.field != "year":
        columns = (records.c[name] for name in _LOOKED_THROUGH[condition.field])
        holds = or_(*(column.icontains(condition.text, autoescape=True) for column in columns))
    return not_(func.coalesce(holds, false())) if condition.absent else holds


def _meets(record: Record, condition: Condition) -> bool:
    """The same condition on a record that somebody put right."""
    if condition.field == "year":
        first, last = condition.span
        return (record.year is not None and first <= record.year <= last) is not condition.absent
    parts = (getattr(record, name) for name in _LOOKED_THROUGH[condition.field])
    lines = (part if isinstance(part, str) else json.dumps(part, ensure_ascii=False) for part in parts)
    return any(condition.text.casefold() in line.casefold() for line in lines) is not condition.absent


def raw_entry(store: Store, record_id: str) -> str:
    """The entry as it stood in the source's file; empty if the id is unknown."""
    with store.reading() as connection:
        packed = connection.execute(select(raw_entries.c.raw).where(raw_entries.c.record_id == record_id)).scalar()
    return raw_text(packed) if packed else ""


def ids_and_sources(store: Store) -> list[tuple[str, str]]:
    """(record id, source) of every record, in order of arrival: enough to count by."""
    query = select(records.c.record_id, records.c.source).order_by(records.c.number)
    with store.reading() as connection:
        return [(a, b) for a, b in connection.execute(query).all()]


def abstract_lengths(store: Store, record_ids: Sequence[str]) -> dict[str, int]:
    """How long the abstract of each of these records is, in characters."""
    found: dict[str, int] = {}
    query = select(records.c.record_id, func.length(records.c.abstract))
    with store.reading() as connection:
        for start in range(0, len(record_ids), _IN_LIMIT):
            chunk = record_ids[start : start + _IN_LIMIT]
            rows = connection.execute(query.where(records.c.record_id.in_(chunk))).all()
            found.update({record_id: int(size) for record_id, size in rows})
    corrected = corrections.standing(store)
    told = {key: len(corrected[key]["abstract"]) for key in found if "abstract" in corrected.get(key, {})}
    return found | told


def identifiers(store: Store) -> list[Mapping[str, Any]]:
    """record_id, title, doi, pmid and arxiv_id of every record, to look one up by."""
    c = records.c
    corrected = corrections.standing(store)
    with store.reading() as connection:
        rows = list(connection.execute(select(c.record_id, c.title, c.doi, c.pmid, c.arxiv_id)).mappings())
    known = ({**row, **corrected.get(row["record_id"], {})} for row in rows) if corrected else rows
    return list(known)


@remembered
def count(store: Store) -> int:
    with store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(records)).scalar_one())

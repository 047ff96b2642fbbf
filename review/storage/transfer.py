"""All facts of a database as lines of JSON, and back into an empty SQLite file with the same numbers."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import Table, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from review.domain.errors import BadInput
from review.storage.schema import FACT_TABLES, metadata, rank_order
from review.storage.store import Store

_BATCH = 1_000
# Parents before children, so that every reference is there when it is needed.
TABLES = (*FACT_TABLES, rank_order.name)


def state(store: Store) -> tuple[int, ...]:
    """How many facts of each kind there are: it changes exactly when one was added."""
    counts = [select(func.count()).select_from(metadata.tables[name]).scalar_subquery() for name in FACT_TABLES]
    with store.reading() as connection:
        return tuple(connection.execute(select(*counts)).one())


def dump(store: Store, table: str) -> Iterator[str]:
    """Each row of a table as one JSON object, in the order of its key."""
    found = metadata.tables[table]
    with store.reading() as connection:
        for row in connection.execute(select(found).order_by(*found.primary_key)).mappings():
            yield json.dumps({k: packed(v) for k, v in row.items()}, ensure_ascii=False)


def load(store: Store, tables: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Fill an empty database from dumped tables in one transaction; the row numbers are kept."""
    with store.writing() as connection:
        for name, lines in tables:
            found = metadata.tables.get(name)
            if found is None:
                raise BadInput(f"{name}.jsonl", "there is no such table in a review.")
            numbered = enumerate(lines, start=1)
            while batch := list(islice(numbered, _BATCH)):
                first = batch[0][0]
                try:
                    rows = [{k: unpacked(v) for k, v in json.loads(line).items()} for _, line in batch]
                    _check_kinds(found, rows)
                    connection.execute(insert(found), rows)
                except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, SQLAlchemyError) as error:
                    raise BadInput(
                        f"{name}.jsonl",
                        f"a row from line {first} on cannot be read back.",
                        hint="The bundle is damaged.",
                    ) from error


def _check_kinds(found: Table, rows: list[dict[str, object]]) -> None:
    """SQLite would take a word for a number and give it back as a word."""
    for column in found.columns:
        kind = column.type.python_type
        for row in rows:
            value = row.get(column.name)
            whole = kind is float and type(value) is int
            if value is not None and type(value) is not kind and not whole:
                raise TypeError(f"{column.name} is no {kind.__name__}")


def packed(value: object) -> object:
    return {"base64": base64.b64encode(value).decode("ascii")} if isinstance(value, bytes) else value


def unpacked(value: object) -> object:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value

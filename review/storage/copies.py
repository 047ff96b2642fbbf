"""Copies of the SQLite file: made whole while others work, looked at, and put back in its place."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from review.domain.errors import BadInput, NewerDatabase, StorageFailure
from review.storage.layout import MIGRATIONS

_BESIDE = ("-wal", "-shm")  # what SQLite keeps beside its file


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a database holds, in a few numbers; `project` is the id of its review."""

    project: str
    records: int
    decisions: int


def write(database: Path, copy: Path) -> None:
    """Write a whole copy of a database in use; the copy appears only when it is complete."""
    unfinished = copy.with_name(f".{copy.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        with _opened(database) as connection:
            connection.execute("VACUUM INTO ?", (str(unfinished),))
        unfinished.replace(copy)
    except sqlite3.OperationalError as error:
        raise StorageFailure(f"a copy could not be written ({error})") from error
    finally:
        unfinished.unlink(missing_ok=True)


def contents(path: Path) -> Contents:
    """What a copy holds, every page of it checked. Raises BadInput if it is damaged or no review's database, and
    NewerDatabase if this program could not open it.
    """
    try:
        with _opened(path, writing=False) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if found != ("ok",):
                raise BadInput(path, f"it is damaged: {found[0]}.", hint="Take another copy: review backup --list.")
            layout = connection.execute("SELECT COALESCE(MAX(number), 0) FROM migrations").fetchone()[0]
            if layout > len(MIGRATIONS):
                raise NewerDatabase(layout, len(MIGRATIONS))
            project = connection.execute("SELECT id FROM projects").fetchone()
            records = connection.execute("SELECT COUNT(*) FROM records").fetchone()[0]
            decisions = connection.execute("SELECT COUNT(*) FROM decisions").fetchone()[0]
    except sqlite3.Error as error:
        raise BadInput(
            path, f"this is no copy of a review ({error}).", hint="Take another one: review backup --list."
        ) from error
    return Contents(project=project[0] if project else "", records=records, decisions=decisions)


def put_back(copy: Path, database: Path, *, replaced: Path) -> None:
    """Put a copy in the place of a database, which is kept under another name. Nobody may have it open."""
    fresh = database.with_name(f".{database.name}.part")
    shutil.copyfile(copy, fresh)
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())
    try:
        if database.exists():
            _settle(database)
            for suffix in ("", *_BESIDE):
                part = database.with_name(database.name + suffix)
                if part.exists():
                    part.rename(replaced.with_name(replaced.name + suffix))
        fresh.replace(database)
    finally:
        fresh.unlink(missing_ok=True)


def _settle(database: Path) -> None:
    """Bring everything into the one file, which SQLite does only while nobody else has it open."""
    try:
        with _opened(database) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise StorageFailure(
                "another program has the review open", hint="Stop the app (Ctrl-C in its terminal), then try again."
            ) from error
    except sqlite3.DatabaseError:
        return  # so damaged that SQLite cannot read it: it is kept as it is


@contextlib.contextmanager
def _opened(path: Path, *, writing: bool = True) -> Iterator[sqlite3.Connection]:
    mode = "rw" if writing else "ro"
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=5)
    try:
        yield connection
    finally:
        connection.close()

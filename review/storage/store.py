"""Opening the database: SQLite beside the protocol, or PostgreSQL for a team; migrations, transactions, time.

One function per fact lives in the file of its subject (`records`, `decisions`, …); this file only holds the
connection. Writers are serialised: `BEGIN IMMEDIATE` on SQLite, an advisory lock on PostgreSQL.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, NoSuchModuleError, OperationalError

from review.domain.errors import DamagedDatabase, NewerDatabase, NotInstalled, ReviewError, StorageFailure
from review.storage.layout import MIGRATIONS
from review.storage.moments import Moments

_BUSY_MS = 30_000  # how long a writer waits for another before it gives up
_CONNECTIONS = 48  # as many people as may look at one moment; the next wait
_ROOM_KB = 65_536  # of memory for pages while much is written: a quarter less time than with SQLite's usual 2 MB
_USUAL_ROOM_KB = 2_000
_LOCK = 7_061_823  # one advisory lock for all writers of a PostgreSQL database


class Store:
    """A held database. Use `reading()` and `writing()`; everything inside one block is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.moments = Moments(engine)
        # Writers of one process wait here for each other: the database's own waiting is a sleep that grows.
        self._turn = threading.Lock()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with _translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, much: bool = False) -> Iterator[Connection]:
        """One transaction, committed at the end of the block or not at all; `much` is for tens of thousands of rows."""
        engine = self.engine.execution_options(review_writing=True)
        with self._turn, _translated(), engine.begin() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            elif much:
                connection.exec_driver_sql(f"PRAGMA cache_size=-{_ROOM_KB}")
            yield connection
            if self.is_sqlite and much:
                connection.exec_driver_sql(f"PRAGMA cache_size=-{_USUAL_ROOM_KB}")

    def close(self) -> None:
        self.moments.close()
        self.engine.dispose()


def now() -> str:
    """The time, in UTC, as the store writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def open_file(path: Path) -> Store:
    """Open a SQLite file, whatever its folder is called: in an address, a `?` would end the name."""
    return open_store(URL.create("sqlite", database=str(path)))


def open_store(url: str | URL) -> Store:
    """Open a database and bring its layout up to date; a SQLite file is copied before it is changed."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql" and "+" not in parsed.drivername:
            parsed = parsed.set(drivername="postgresql+psycopg")
        arguments = {"timeout": _BUSY_MS / 1000} if parsed.get_backend_name() == "sqlite" else {}
        engine = create_engine(parsed, connect_args=arguments, pool_size=8, max_overflow=_CONNECTIONS - 8)
    except ModuleNotFoundError as error:
        raise NotInstalled("The PostgreSQL driver", "postgres") from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise ReviewError(
            "The database address is not understood.",
            hint="REVIEW_DATABASE_URL looks like postgresql://user:password@host/name.",
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    store = Store(engine)
    try:
        _check_whole(store)
        _migrate(store)
    except BaseException:
        store.close()
        raise
    return store


def _check_whole(store: Store) -> None:
    """Read a SQLite file through (0.2 s for 80 MB) before anything rests on it. A server checks its own."""
    path = Path(store.engine.url.database or "")
    if not store.is_sqlite or not path.is_file() or not path.stat().st_size:
        return
    with store.reading() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        raise DamagedDatabase(path, str(found))


def _prepare_sqlite(connection: object, _record: object) -> None:
    """Settings of each connection: WAL and a full sync, so that what was acknowledged survives a power cut."""
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        f"busy_timeout={_BUSY_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("review_writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _applied(connection: Connection) -> int:
    if not inspect(connection).has_table("migrations"):
        return 0
    return int(connection.execute(text("SELECT COALESCE(MAX(number), 0) FROM migrations")).scalar_one())


def _migrate(store: Store) -> None:
    with store.reading() as connection:
        done = _applied(connection)
    if done > len(MIGRATIONS):
        raise NewerDatabase(done, len(MIGRATIONS))
    if done == len(MIGRATIONS):
        return
    if done and store.is_sqlite:
        _copy_first(store, done)
    for number, (name, migration) in enumerate(MIGRATIONS, start=1):
        with store.writing() as connection:
            if _applied(connection) >= number:
                continue
            if number == 1:
                connection.exec_driver_sql(
                    "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, at TEXT NOT NULL)"
                )
            migration(connection)
            connection.execute(
                text("INSERT INTO migrations (number, name, at) VALUES (:number, :name, :at)"),
                {"number": number, "name": name, "at": now()},
            )


def _copy_first(store: Store, done: int) -> None:
    """Keep the file as it was before a migration, beside it."""
    path = Path(store.engine.url.database or "")
    if path.is_file():
        with store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy2(path, path.with_suffix(f".layout-{done}{path.suffix}"))


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the database's own words into one sentence with what to do."""
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig)
        if "database or disk is full" in reason or "disk I/O error" in reason or "No space left" in reason:
            raise StorageFailure("the disk is full") from error
        if "database is locked" in reason:
            raise StorageFailure(
                "another program is writing to it and does not finish",
                hint="Close other windows that work on this review, then try again; nothing was stored.",
            ) from error
        if "unable to open database file" in reason or "readonly database" in reason:
            raise StorageFailure(
                "the file cannot be opened for writing", hint="Check that the folder exists and may be written to."
            ) from error
        raise StorageFailure(
            reason.strip().splitlines()[0] if reason.strip() else "no reason given",
            hint="Check that the database server is running and REVIEW_DATABASE_URL is right.",
        ) from error
    except (DataError, UnicodeEncodeError) as error:
        raise StorageFailure(
            "a text holds a character, or a number is so large, that no database keeps it",
            hint="Nothing was stored. Look for a character that does not show, and leave it out.",
        ) from error
    except DatabaseError as error:
        reason = str(error.orig)
        if "file is not a database" in reason or "malformed" in reason:
            raise DamagedDatabase("The database file") from error
        raise

"""Whether anything was committed since: what a page asks the database twenty times over is read once until then.

An answer is never older than the question: another window's, another program's and another computer's writing is seen
at once. SQLite tells by a number that changes with every commit (5 µs, a query takes 150), PostgreSQL by its snapshot.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")
_SNAPSHOT = text("SELECT CAST(pg_current_snapshot() AS text)")  # names the transactions one sees


class Moments:
    """What was read of one database, each with the moment before it was read."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = threading.Lock()
        self._watching: sqlite3.Connection | None = None  # never writes: its number changes with the commits of others
        self._held: dict[Hashable, tuple[object, Any]] = {}

    def recall(self, what: Hashable, read: Callable[[], Value]) -> Value:
        """What `read` gave, if nothing was committed since; else it is read again."""
        moment = self._now()
        before, found = self._held.get(what, (None, None))
        if moment is None or moment != before:
            found = read()
            self._held[what] = (moment, found)
        return cast("Value", found)

    def _now(self) -> object:
        """Equal to the moment before exactly if nothing was committed between; None if that cannot be told."""
        with suppress(sqlite3.Error, SQLAlchemyError):  # whatever is wrong is said by who reads
            if self._engine.dialect.name != "sqlite":
                with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    return connection.execute(_SNAPSHOT).scalar()
            with self._turn:
                if self._watching is None and (path := self._engine.url.database):
                    self._watching = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
                if self._watching is not None:
                    return self._watching.execute("PRAGMA data_version").fetchall()[0][0]
        return None

    def close(self) -> None:
        with self._turn:
            if self._watching is not None:
                self._watching.close()
            self._watching = None
            self._held.clear()


class Watched(Protocol):
    """A store whose moments are told apart."""

    @property
    def moments(self) -> Moments: ...


Store = TypeVar("Store", bound=Watched)


def remembered(
    read: Callable[Concatenate[Store, Arguments], Value],
) -> Callable[Concatenate[Store, Arguments], Value]:
    """Let a function that reads give its last answer again until anything is committed.

    The answer is shared, so nobody may change it. For small answers to few questions: all are kept.
    """

    @wraps(read)
    def known(store: Store, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Value:
        what = (read, args, *sorted(kwargs.items()))
        return store.moments.recall(what, lambda: read(store, *args, **kwargs))

    return known

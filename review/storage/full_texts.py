"""Files of full texts: which file was kept for which report, appended; and the files themselves, in a folder by hash."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, insert, select

from review.resources import write_file
from review.storage import decisions, projects
from review.storage.decisions import Retrieval
from review.storage.moments import remembered
from review.storage.schema import full_texts
from review.storage.store import Store, now

KEPT = "kept"  # for a report
WAITING = "waiting"  # nobody has said yet of which report it is
REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFact:
    """Something that was said of a file. `record_id` is None while it waits; the latest of a file and a record counts."""

    sha256: str
    record_id: str | None
    status: str
    name: str
    size: int
    pages: int  # 0: nobody has counted
    origin: str  # the address it was fetched from; "" if a person brought it
    who: str
    note: str = ""
    at: str = ""
    number: int = 0


def append(store: Store, found: Sequence[FileFact], *, retrieved: Sequence[Retrieval] = ()) -> None:
    """Append what was said of files, and that reports were retrieved by it, in one transaction."""
    at = now()
    rows = [
        {
            "sha256": f.sha256,
            "record_id": f.record_id,
            "status": f.status,
            "name": f.name,
            "size": f.size,
            "pages": f.pages,
            "origin": f.origin,
            "who": f.who,
            "note": f.note,
            "at": at,
        }
        for f in found
    ]
    if rows:
        with store.writing() as connection:
            projects.refuse_inactive(connection, {f.who for f in found})
            connection.execute(insert(full_texts), rows)
            decisions.append_retrievals(connection, retrieved)


def read(store: Store) -> list[FileFact]:
    """Everything ever said of files, in order of arrival."""
    columns = [full_texts.c[name] for name in FileFact.__dataclass_fields__]
    with store.reading() as connection:
        return [
            FileFact(**row) for row in connection.execute(select(*columns).order_by(full_texts.c.number)).mappings()
        ]


@remembered
def latest(store: Store) -> int:
    """The number of the newest: it changes exactly when something was said."""
    with store.reading() as connection:
        return int(connection.execute(select(func.coalesce(func.max(full_texts.c.number), 0))).scalar_one())


# The files


def path_of(folder: Path, sha256: str) -> Path:
    """Where a file of this hash lies; 256 folders, so that none holds too many."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("this is no SHA-256")
    return folder / sha256[:2] / f"{sha256}.pdf"


def put(folder: Path, data: bytes) -> str:
    """Keep a file under its hash, once, however often it comes; the hash."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = path_of(folder, sha256)
    if not path.is_file() or path.stat().st_size != len(data):
        write_file(path, data)
    return sha256

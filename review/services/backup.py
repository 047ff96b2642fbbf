"""Copies of the review's database, and of its full texts if asked: one a day by itself, more when asked, and the way back."""

from __future__ import annotations

import os
import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from review.domain.errors import BadInput, Missing, ReviewError
from review.domain.team import Right
from review.services import full_text_copies, rights, team
from review.services.full_text_copies import Copied
from review.services.full_texts import FOLDER as FULL_TEXTS
from review.services.project import DATABASE, DATABASE_URL, Project, project_of
from review.storage import copies, deeds
from review.storage.deeds import Deed

FOLDER = "backups"
KEEP_DAYS = 14
_NAME = re.compile(r"^review-(?P<at>\d{8}T\d{6}Z)(?P<kept>-kept)?\.sqlite$")
_LOOK_EVERY = 600.0  # seconds between two looks at whether a new day has begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A copy in the folder `backups`. One that was asked for (`kept`) is never removed by the program."""

    path: Path
    at: str  # UTC
    size: int
    kept: bool


@rights.needs(Right.GOVERN)
def copy_full_texts(project: Project) -> Copied:
    """Copy the files of full texts beside the copies of the database; each once, however often this is asked."""
    return full_text_copies.copy_aside(project, project.root / FOLDER / FULL_TEXTS)


@rights.needs(Right.GOVERN)
def make(project: Project, *, kept: bool = True) -> Backup:
    """Write a dated copy beside the database. Daily ones (not `kept`) are thinned out to the last of each of 14 days."""
    database = _database(project)
    folder = project.root / FOLDER
    folder.mkdir(exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    path = folder / f"review-{stamp}{'-kept' if kept else ''}.sqlite"
    copies.write(database, path)
    if kept:
        deeds.append_one(project.store, Deed(who=project.who or team.COMMAND_LINE, what="copy made", detail=path.name))
    else:
        _thin_out(project.root)
    return _backup(path)


def _database(project: Project) -> Path:
    name = project.store.engine.url.database
    if not project.store.is_sqlite or not name:
        raise ReviewError(
            "This review is in a database on a server, which is copied with the server's own program.",
            hint="For PostgreSQL: pg_dump --format=custom --file=review.dump DATABASE. The files of full texts are not in "
            f"it: copy the folder {FULL_TEXTS} as well.",
        )
    return Path(name)


def _thin_out(root: Path) -> None:
    daily = [found for found in listed(root) if not found.kept]
    last_of_day: dict[str, Backup] = {}
    for found in daily:  # the newest first
        last_of_day.setdefault(found.at[:10], found)
    staying = {found.path for found in list(last_of_day.values())[:KEEP_DAYS]}
    for found in daily:
        if found.path not in staying:
            found.path.unlink(missing_ok=True)


def listed(root: Path) -> list[Backup]:
    """Every copy of the project in this folder, the newest first."""
    folder = root / FOLDER
    found = [_backup(path) for path in folder.iterdir() if _NAME.match(path.name)] if folder.is_dir() else []
    return sorted(found, key=lambda b: b.at, reverse=True)


def _backup(path: Path) -> Backup:
    match = _NAME.match(path.name)
    if match is None:
        raise Missing("copy", path.name, [])
    at = datetime.strptime(match["at"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return Backup(
        path=path, at=at.isoformat().replace("+00:00", "Z"), size=path.stat().st_size, kept=bool(match["kept"])
    )


# By itself


@rights.internal
def daily(project: Project, *, today: str = "") -> Backup | None:
    """Make the day's copy if there is none yet; None if there is, or if the database is on a server."""
    if not project.store.is_sqlite:
        return None
    day = today or datetime.now(UTC).date().isoformat()
    if any(found.at.startswith(day) for found in listed(project.root)):
        return None
    return make(project, kept=False)


@rights.internal
def watch(project: Project, stop: threading.Event, *, every: float = _LOOK_EVERY) -> None:
    """Keep making the day's copy until stopped; a full disk today does not keep tomorrow's from being made."""
    while not stop.wait(every):
        try:
            daily(project)
        except (ReviewError, OSError):
            continue


# The way back


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back, and where what it replaced is kept (None if there was no database)."""

    copy: Path
    replaced: Path | None
    records: int
    decisions: int
    full_texts: int = 0  # files that were gone and came back from their copies


def restore(root: Path, name: str | Path) -> Restored:
    """Put a copy in the place of the database, which is kept beside it. For whoever holds the folder."""
    if os.environ.get(DATABASE_URL):
        raise ReviewError(
            f"{DATABASE_URL} is set, so this review is in a database on a server.",
            hint="A copy of that is put back with the server's own program, for PostgreSQL pg_restore.",
        )
    copy = _named(root, Path(name))
    found = copies.contents(copy)
    if found.project != project_of(root):
        raise BadInput(copy, "this is a copy of another review.", hint="Go to the folder of that review.")
    database = root / DATABASE
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    replaced = root / f"review.replaced-{stamp}.sqlite" if database.exists() else None
    copies.put_back(copy, database, replaced=replaced or database)
    back = full_text_copies.put_back(root / FOLDER / FULL_TEXTS, root)
    return Restored(copy=copy, replaced=replaced, records=found.records, decisions=found.decisions, full_texts=back)


def _named(root: Path, asked: Path) -> Path:
    for path in (asked, root / FOLDER / asked.name):
        if path.is_file():
            return path
    raise Missing("copy", str(asked), [found.path.name for found in listed(root)])

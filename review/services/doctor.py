"""What is installed and works, what is missing, and what to do about it."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

from review import __version__, plugins
from review.domain.errors import NotAProject, ReviewError
from review.resources import data_dir
from review.services.project import CONFIG, DATABASE_URL, find_root, open_project
from review.storage.store import open_store

PACKAGE = plugins.PACKAGE
# What each extra is for, in the user's words.
EXTRAS = {
    "export": "papers as Word and PDF, figures as PNG and PDF",
    "postgres": "a shared database for a team",
    "auth": "signing in to a shared app",
    "scale": "a faster app for many people at once",
    "embeddings": "ranking with a sentence model of your own",
}
_REQUIREMENT = re.compile(
    r"^(?P<name>[A-Za-z0-9_.-]+)(?:\[[^\]]*\])?[^;]*(?:;.*extra == ['\"](?P<extra>[^'\"]+)['\"])?"
)
_OLDEST_SQLITE = (3, 35)  # RETURNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at. What is not `needed` may be missing; `advice` says how to get it."""

    name: str
    found: bool
    version: str = ""
    advice: str = ""
    needed: bool = True

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def checks(folder: Path | None = None) -> list[Check]:
    """Everything a person should know when something does not work. `folder` names the project to look at."""
    return [*_program(), *_packages(), *_extras(), _database(folder)]


def _program() -> Iterator[Check]:
    yield Check(name="Scopewright", found=True, version=__version__)
    yield Check(name="Python", found=True, version=f"{platform.python_version()} on {platform.system()}")
    yield Check(
        name="SQLite",
        found=sqlite3.sqlite_version_info >= _OLDEST_SQLITE,
        version=sqlite3.sqlite_version,
        advice="Install a newer Python; it brings its own SQLite.",
    )
    for name in ("templates", "protocols"):
        yield _tried(f"Shipped {name}", partial(_shipped, name))
    for group in (group for group in plugins.GROUPS if plugins.names(group)):
        yield _tried(group.removeprefix("review.").replace("_", " ").capitalize(), partial(_loaded, group))


def _tried(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name=name, found=True, version=look())
    except plugins.Unusable as error:
        return Check(name=name, found=False, version=error.message, advice=error.hint)
    except (ReviewError, ImportError, OSError) as error:
        return Check(name=name, found=False, version=str(error), advice=_REINSTALL)


_REINSTALL = f"Install it again: python -m pip install --force-reinstall {PACKAGE}"


def _shipped(name: str) -> str:
    return f"{sum(path.is_file() for path in data_dir(name).rglob('*'))} files"


def _loaded(group: str) -> str:
    return ", ".join(sorted(plugins.load_all(group)))


def _requirements() -> dict[str, list[str]]:
    """The distributions each extra asks for; "" are those that are always needed."""
    wanted: dict[str, list[str]] = {}
    try:
        declared = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:
        declared = []
    for line in declared:
        match = _REQUIREMENT.match(line)
        if match and match["name"] != PACKAGE:
            wanted.setdefault(match["extra"] or "", []).append(match["name"])
    return wanted


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def _packages() -> Iterator[Check]:
    for name in sorted(_requirements().get("", [])):
        version = _version(name)
        yield Check(name=name, found=bool(version), version=version, advice=_REINSTALL)


def _extras() -> Iterator[Check]:
    wanted = _requirements()
    for extra, purpose in EXTRAS.items():
        versions = {name: _version(name) for name in wanted.get(extra, [])}
        missing = [name for name, version in versions.items() if not version]
        yield Check(
            name=f"extra {extra}",
            found=not missing,
            version=", ".join(f"{name} {version}" for name, version in versions.items() if version),
            advice=f"For {purpose}: python -m pip install '{PACKAGE}[{extra}]'",
            needed=False,
        )


def _database(folder: Path | None) -> Check:
    """The database of the project, or the one the environment names; without either there is nothing to reach."""
    try:
        root = folder if folder is not None else find_root(Path.cwd())
    except NotAProject:
        return _database_alone()
    try:
        project = open_project(root)
        kind = "SQLite beside the protocol" if project.store.is_sqlite else "server"
        project.close()
    except ReviewError as error:
        return Check(
            name="Database", found=False, version=error.message, advice=error.hint or f"Look at {root / CONFIG}."
        )
    return Check(name="Database", found=True, version=f"{kind}, project {project.name}")


def _database_alone() -> Check:
    url = os.environ.get(DATABASE_URL)
    if not url:
        return Check(name="Database", found=True, version="none needed yet: this folder is no project")
    try:
        open_store(url).close()
    except ReviewError as error:
        return Check(name="Database", found=False, version=error.message, advice=error.hint or f"Check {DATABASE_URL}.")
    return Check(name="Database", found=True, version=f"reached through {DATABASE_URL}")

"""A project: a folder with `review.toml`, `protocol.yaml` and the database; how it is made, found and opened."""

from __future__ import annotations

import os
import re
import shutil
import threading
import tomllib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from review.domain.errors import AlreadyExists, BadInput, Missing, NotAProject, ReviewError
from review.domain.manuscript import PROJECT_TYPES
from review.domain.team import Seat
from review.resources import data_dir, write_file
from review.storage import projects, transfer
from review.storage.store import Store, open_file, open_store

CONFIG = "review.toml"
PROTOCOL = "protocol.yaml"
DATABASE = "review.sqlite"
DATABASE_URL = "REVIEW_DATABASE_URL"
DEFAULT_PRESET = "scoping-review"
_TRIES = 2  # before others have to wait
_PATIENCE = 60  # seconds for another's answer; then one computes it oneself, so that nobody can ever wait in a circle

Progress = Callable[[str, float], None]  # (what is being done, share done from 0 to 1)
Value = TypeVar("Value")


def silent(_what: str, _share: float) -> None:
    """The progress callback of callers who do not watch."""


@dataclass(slots=True)
class Project:
    """An open project. Computed answers are kept until the facts they rest on change (`cached`).

    `seat` is the person it is open for; None is whoever holds the folder. `inside` is True for a service that was asked
    by one that checked the person's rights (`services/rights.py`).
    """

    root: Path
    name: str
    id: str
    type: str
    store: Store
    seat: Seat | None = None
    inside: bool = False
    _answers: dict[str, tuple[object, Any]] = field(default_factory=dict, repr=False)
    _turns: dict[str, threading.RLock] = field(default_factory=dict, repr=False)

    def seated(self, seat: Seat | None) -> Project:
        """The same project, open for one person."""
        return replace(self, seat=seat, inside=False)

    @property
    def who(self) -> str:
        """The name of the person it is open for; empty for whoever holds the folder."""
        return self.seat.name if self.seat else ""

    @property
    def protocol_path(self) -> Path:
        return self.root / PROTOCOL

    def cached(self, name: str, stamp: object, compute: Callable[[], Value]) -> Value:
        """The answer computed for this stamp, or a new one.

        Who asks while another computes the same waits for that answer; nobody waits for another question's.
        """
        if (held := self._answers.get(name)) is not None and held[0] == stamp:
            return cast("Value", held[1])
        turn = self._turns.setdefault(name, threading.RLock())
        mine = turn.acquire(timeout=_PATIENCE)
        try:
            if (held := self._answers.get(name)) is not None and held[0] == stamp:
                return cast("Value", held[1])
            answer = compute()
            self._answers[name] = (stamp, answer)
            return answer
        finally:
            if mine:
                turn.release()

    def close(self) -> None:
        self.store.close()


def steadily(project: Project, compute: Callable[[], Value]) -> Value:
    """What `compute` gives while nobody adds a fact: else its parts could speak of two moments.

    It is computed again when somebody did, and at last with everybody else waiting. It must store nothing.
    """
    for _ in range(_TRIES):
        before = transfer.state(project.store)
        made = compute()
        if transfer.state(project.store) == before:
            return made
    with project.store.writing():
        return compute()


def presets() -> tuple[str, ...]:
    """The names of the shipped protocol presets."""
    return tuple(sorted(path.stem for path in data_dir("protocols").glob("*.yaml")))


def create(
    root: Path,
    *,
    type: str = "review",  # noqa: A002 - the field's word
    preset: str = DEFAULT_PRESET,
    name: str = "",
) -> Project:
    """Make a project folder with its settings, its protocol from a preset and an empty database."""
    if type not in PROJECT_TYPES:
        raise Missing("project type", type, PROJECT_TYPES)
    if preset not in presets():
        raise Missing("protocol preset", preset, presets())
    if (root / CONFIG).exists():
        raise AlreadyExists(root / CONFIG, hint="This folder already holds a project: work in it, or choose another.")
    if root.exists() and not root.is_dir():
        raise AlreadyExists(root)
    if (root / DATABASE).exists():
        raise AlreadyExists(root / DATABASE, hint="A database without its review.toml lies here: move it away first.")
    root.mkdir(parents=True, exist_ok=True)
    if not (root / PROTOCOL).exists():
        shutil.copyfile(data_dir("protocols") / f"{preset}.yaml", root / PROTOCOL)
    identity = uuid.uuid4().hex
    called = re.sub(r'["\\\x00-\x1f]', " ", name or root.resolve().name).strip() or "review"
    settings = f'[project]\nid = "{identity}"\nname = "{called}"\ntype = "{type}"\n'
    write_file(root / CONFIG, f"# This folder is a Scopewright project.\n{settings}".encode())
    return open_project(root)


def find_root(start: Path) -> Path:
    """The nearest folder, from `start` upwards, that holds review.toml."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / CONFIG).is_file():
            return folder
    raise NotAProject(start)


def open_project(folder: Path | None = None) -> Project:
    """Open the project in this folder (else the nearest upwards from the working folder)."""
    root = folder.resolve() if folder is not None else find_root(Path.cwd())
    if not (root / CONFIG).is_file():
        raise NotAProject(root)
    address = os.environ.get(DATABASE_URL)
    return _with_store(root, lambda: open_store(address) if address else open_file(root / DATABASE))


def open_store_for(root: Path) -> Project:
    """Open a project with the database file beside its protocol, whatever the environment says."""
    return _with_store(root, lambda: open_file(root / DATABASE))


def _with_store(root: Path, opened: Callable[[], Store]) -> Project:
    identity, name, type_ = _read_config(root / CONFIG)
    store = opened()
    found = projects.project_id(store)
    if found is None:
        projects.set_project_id(store, identity)
    elif found != identity:
        store.close()
        raise ReviewError(
            f"The database belongs to another project, not to {root}.",
            hint=f"Give each project its own database in {DATABASE_URL}, or unset it to use the file beside the protocol.",
        )
    return Project(root=root, name=name, id=identity, type=type_, store=store)


def project_of(root: Path) -> str:
    """The id of the project in this folder, without opening its database."""
    return _read_config(root / CONFIG)[0]


def settings(root: Path) -> dict[str, Any]:
    """All that stands in the project's review.toml."""
    path = root / CONFIG
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(path, f"this is not valid TOML: {error}.", hint="Restore the file as it was made.") from error


def _read_config(path: Path) -> tuple[str, str, str]:
    try:
        part = settings(path.parent)["project"]
        return str(part["id"]), str(part["name"]), str(part["type"])
    except (KeyError, TypeError) as error:
        raise BadInput(
            path, f"the setting {error} is missing.", hint='It needs [project] with id, name and type = "review".'
        ) from error

"""A small invented review on each kind of database: twelve records from two sources, three of them copies."""

from __future__ import annotations

import shutil
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from invented import ris, work

from review.domain.screening import Decision, Role, Stage, Verdict
from review.services import collect, project, protocol, screen, works
from review.services.collect import Origin
from review.services.project import Project


@pytest.fixture(autouse=True)
def _no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(project.DATABASE_URL, raising=False)


# What every test begins with is made once for each kind of database; a test works on a copy of its own.


class Mould(NamedTuple):
    folder: Path
    address: str  # of its database

    def pour(self, folder: Path, address: str) -> Project:
        """A copy of the project in this folder, with its database at this address, where there is an empty one."""
        shutil.copytree(self.folder, folder)
        if address.startswith("sqlite"):
            shutil.copyfile(_file(self.address), _file(address))
        else:
            server, _, name = address.rpartition("/")
            with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name}")
                connection.execute(f"CREATE DATABASE {name} TEMPLATE {self.address.rpartition('/')[2]}")
        return project.open_project(folder)


def _file(address: str) -> str:
    return address.removeprefix("sqlite:///")


def _empty(folder: Path) -> Project:
    return project.create(folder, preset="lstv-machine-learning")


def _made(folder: Path) -> Project:
    found = _empty(folder)
    protocol.freeze(found, who="Ana")
    first = "".join(ris(n) for n in range(8)).encode()
    second = "".join(ris(n, journal="Journal of Invented Spine Research") for n in (0, 3, 6)).encode()
    collect.import_bytes(found, first, file_name="scopus.ris", origin=Origin(source="scopus"))
    collect.import_bytes(found, second, file_name="embase.ris", origin=Origin(source="embase"))
    works.dedup(found)
    return found


Poured = Callable[[Callable[[Path], Project]], Project]


@pytest.fixture(scope="session")
def moulds() -> dict[tuple[str, str], Mould]:
    """By what makes the project, and the kind of database."""
    return {}


@pytest.fixture
def poured(
    moulds: dict[tuple[str, str], Mould],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Poured:
    """A copy of the project that is made so, on the database of this test."""

    def copy(make: Callable[[Path], Project]) -> Project:
        kind = database_url.partition(":")[0]
        if (make.__name__, kind) not in moulds:
            moulds[make.__name__, kind] = _cast(make, tmp_path_factory.mktemp("mould"), database_url, monkeypatch)
        monkeypatch.setenv(project.DATABASE_URL, database_url)
        return moulds[make.__name__, kind].pour(tmp_path / "review", database_url)

    return copy


def _cast(make: Callable[[Path], Project], place: Path, like: str, monkeypatch: pytest.MonkeyPatch) -> Mould:
    """Make the project on a database beside this one, and leave it alone for good."""
    address = f"sqlite:///{place / 'store.sqlite'}"
    if not like.startswith("sqlite"):
        server, name = like.rpartition("/")[0], f"mould_{uuid.uuid4().hex}"
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        address = f"{server}/{name}"
    monkeypatch.setenv(project.DATABASE_URL, address)
    make(place / "review").close()
    return Mould(folder=place / "review", address=address)


@pytest.fixture
def empty(poured: Poured) -> Iterator[Project]:
    """A new project from the LSTV preset, on SQLite and on PostgreSQL."""
    found = poured(_empty)
    yield found
    found.close()


@pytest.fixture
def made(poured: Poured) -> Iterator[Project]:
    """The same with its protocol frozen, eleven records imported and three copies found."""
    found = poured(_made)
    yield found
    found.close()


Say = Callable[..., bool]


@pytest.fixture
def say(made: Project) -> Say:
    """Decide by the number of the topic."""

    def decide(
        who: str,
        number: int,
        verdict: str | None,
        *,
        reason: str = "",
        stage: Stage = Stage.TITLE_ABSTRACT,
        role: Role = Role.REVIEWER,
        shown: str = "",
    ) -> bool:
        record = work(made, number)
        return screen.decide(
            made,
            Decision(
                record_id=record,
                stage=stage,
                reviewer=who,
                verdict=Verdict(verdict) if verdict else None,
                reason=reason,
                role=role,
                shown=shown or record,
            ),
        )

    return decide

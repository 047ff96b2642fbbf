"""A small invented review on each kind of database: twelve records from two sources, three of them copies."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

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


@pytest.fixture
def empty(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A new project from the LSTV preset, on SQLite and on PostgreSQL."""
    monkeypatch.setenv(project.DATABASE_URL, database_url)
    made = project.create(tmp_path / "review", preset="lstv-machine-learning")
    yield made
    made.close()


@pytest.fixture
def made(empty: Project) -> Project:
    """The same with its protocol frozen, eleven records imported and three copies found."""
    protocol.freeze(empty, who="Ana")
    first = "".join(ris(n) for n in range(8)).encode()
    second = "".join(ris(n, journal="Journal of Invented Spine Research") for n in (0, 3, 6)).encode()
    collect.import_bytes(empty, first, file_name="scopus.ris", origin=Origin(source="scopus"))
    collect.import_bytes(empty, second, file_name="embase.ris", origin=Origin(source="embase"))
    works.dedup(empty)
    return empty


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

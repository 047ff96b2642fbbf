"""Fixtures for all floors. A missing server, browser or ../shared is a skip with its reason, and a failure in CI."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

import servers
from servers import unavailable

# A law holds on a slow machine too: nothing here is timed. CI draws the same examples every time; everybody else draws new ones.
settings.register_profile(
    "laws",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("REVIEW_REQUIRE_ALL") == "1",
)
settings.load_profile("laws")

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SHARED = ROOT.parent / "shared"

# Their tests wait for a browser, a server or another process, which a busy machine can hold up for longer than anybody foresaw.
IN_REAL_TIME = ("app", "browser", "cli", "sources", "whole_way")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test in real time that fails is tried once more; the report names it, and twice is a failure. All others have one try."""
    for item in items:
        if item.path.relative_to(HERE).parts[0] in IN_REAL_TIME or item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real data beside the checkout."""
    if not (SHARED / "data").is_dir():
        unavailable("the real data folder ../shared is not here")
    return SHARED


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A running PostgreSQL, its address without a database."""
    programs = servers.postgres_programs()
    if programs is None:
        unavailable("PostgreSQL is not installed (Debian: apt-get install postgresql-15)")
    assert programs is not None
    with servers.postgres(programs) as address:
        yield address


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The address of a fresh, empty database."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield f"{postgres_server}/{name}"
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    address: str = request.getfixturevalue("postgres_url")
    return address

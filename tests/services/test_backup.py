"""Copies of the database: made while others work, thinned out day by day, put back without losing what they replace."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from review.domain.errors import BadInput, DamagedDatabase, Missing, NewerDatabase, ReviewError, StorageFailure
from review.services import backup, project, team
from review.services.project import DATABASE, Project, create, open_project


@pytest.fixture
def alone(tmp_path: Path) -> Project:
    """A project on SQLite, with one person in it."""
    made = create(tmp_path / "review")
    team.join(made, "Ana")
    return made


def names(found: Project) -> list[str]:
    return [person.name for person in team.people(found)]


def test_a_copy_is_whole_and_can_be_opened_by_itself(alone: Project) -> None:
    made = backup.make(alone)
    assert [one.path for one in backup.listed(alone.root)] == [made.path]
    assert made.kept
    with sqlite3.connect(made.path) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT name FROM people").fetchall() == [("Ana",)]
    copy.close()
    assert list((alone.root / backup.FOLDER).iterdir()) == [made.path], "nothing half-written lies beside it"


def test_a_copy_is_made_while_somebody_is_writing(alone: Project) -> None:
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            team.join(alone, f"Person {number}")
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [backup.make(alone, kept=False) for _ in range(3)]
    finally:
        stop.set()
        writer.join()
    assert made[-1].path.exists()
    assert "Ana" in names(alone)


def test_the_way_back_keeps_what_it_replaces(alone: Project) -> None:
    made = backup.make(alone)
    team.join(alone, "Bo")
    alone.close()
    found = backup.restore(alone.root, made.path.name)
    again = open_project(alone.root)
    assert names(again) == ["Ana"]
    again.close()
    assert found.replaced is not None
    found.replaced.rename(alone.root / DATABASE)
    once_more = open_project(alone.root)
    assert names(once_more) == ["Ana", "Bo"]
    once_more.close()


def test_nothing_is_put_back_under_an_app_that_runs(alone: Project) -> None:
    made = backup.make(alone)
    team.join(alone, "Bo")
    with pytest.raises(StorageFailure, match="Stop the app"):
        backup.restore(alone.root, made.path)
    assert names(alone) == ["Ana", "Bo"]
    assert not list(alone.root.glob("review.replaced-*"))
    alone.close()


def test_a_damaged_database_says_so_and_a_copy_takes_its_place(alone: Project) -> None:
    made = backup.make(alone)
    alone.close()
    path = alone.root / DATABASE
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] + b"\xff" * 4096 + whole[len(whole) // 2 + 4096 :])
    with pytest.raises(DamagedDatabase, match="review restore"):
        open_project(alone.root)
    assert path.read_bytes()[: len(whole) // 2] == whole[: len(whole) // 2], "it was not touched"
    found = backup.restore(alone.root, made.path)
    again = open_project(alone.root)
    assert names(again) == ["Ana"]
    again.close()
    assert found.replaced is not None
    assert b"\xff" * 4096 in found.replaced.read_bytes()


def test_a_copy_is_looked_at_before_it_replaces_anything(alone: Project, tmp_path: Path) -> None:
    made = backup.make(alone)
    other = create(tmp_path / "other")
    foreign = backup.make(other)
    damaged = alone.root / "damaged.sqlite"
    whole = made.path.read_bytes()
    damaged.write_bytes(whole[:20_000] + b"\xff" * 8_192 + whole[28_192:])
    notes = alone.root / "notes.sqlite"
    notes.write_text("these are my notes")
    alone.close()
    before = (alone.root / DATABASE).read_bytes()
    for copy, words in ((foreign.path, "another review"), (damaged, "damaged|no copy"), (notes, "no copy of a review")):
        with pytest.raises(BadInput, match=words):
            backup.restore(alone.root, copy)
    with pytest.raises(Missing, match=made.path.name):
        backup.restore(alone.root, "nothing.sqlite")
    assert (alone.root / DATABASE).read_bytes() == before
    other.close()


def test_a_copy_of_a_newer_version_is_not_put_in_force(alone: Project) -> None:
    made = backup.make(alone)
    alone.close()
    with sqlite3.connect(made.path) as copy:
        copy.execute("INSERT INTO migrations (number, name, at) VALUES (99, 'later', 'now')")
    copy.close()
    before = (alone.root / DATABASE).read_bytes()
    with pytest.raises(NewerDatabase, match="Install the newer version"):
        backup.restore(alone.root, made.path)
    assert (alone.root / DATABASE).read_bytes() == before


def test_the_last_copy_of_each_of_fourteen_days_stays_and_so_does_every_one_asked_for(alone: Project) -> None:
    folder = alone.root / backup.FOLDER
    folder.mkdir()
    today = datetime.now(UTC).replace(hour=3, minute=0, second=0)
    for day in range(1, 30):
        for hour, kept in ((1, ""), (5, ""), (6, "-kept" if day == 25 else "")):
            at = (today - timedelta(days=day)).replace(hour=hour)
            (folder / f"review-{at:%Y%m%dT%H%M%SZ}{kept}.sqlite").write_bytes(b"")
    made = backup.make(alone, kept=False)
    left = backup.listed(alone.root)
    daily = [one for one in left if not one.kept]
    assert daily[0].path == made.path
    assert len(daily) == backup.KEEP_DAYS
    assert [one.at[11:13] for one in daily[1:]] == ["06"] * (backup.KEEP_DAYS - 1)
    assert len([one for one in left if one.kept]) == 1


def test_one_copy_a_day_is_made_by_itself(alone: Project) -> None:
    assert backup.daily(alone) is not None
    assert backup.daily(alone) is None
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    assert backup.daily(alone, today=tomorrow) is not None


def test_while_the_app_runs_the_days_copy_is_made_and_the_watch_ends(alone: Project) -> None:
    stop = threading.Event()
    watcher = threading.Thread(target=backup.watch, args=(alone, stop), kwargs={"every": 0.01})
    watcher.start()
    for _ in range(6_000):
        if backup.listed(alone.root):
            break
        threading.Event().wait(0.01)
    stop.set()
    watcher.join(timeout=60)
    assert not watcher.is_alive()
    assert len(backup.listed(alone.root)) == 1


@pytest.mark.postgres
def test_a_database_on_a_server_is_copied_with_the_servers_program(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(project.DATABASE_URL, postgres_url)
    served = create(tmp_path / "served")
    with pytest.raises(ReviewError, match="pg_dump"):
        backup.make(served)
    assert backup.daily(served) is None
    served.close()
    with pytest.raises(ReviewError, match="pg_restore"):
        backup.restore(served.root, "x.sqlite")


def test_a_copy_keeps_its_history_as_firmly_and_says_who_made_it(alone: Project) -> None:
    copy = backup.make(alone)
    with sqlite3.connect(copy.path) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("DELETE FROM people")
    connection.close()
    with alone.store.reading() as stored:
        assert stored.execute(text("SELECT who, what, detail FROM deeds")).all() == [
            (team.COMMAND_LINE, "copy made", copy.path.name)
        ]

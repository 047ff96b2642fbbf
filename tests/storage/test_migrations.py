"""A database of every earlier layout is brought up to date: a copy first, every fact kept, the new tables there."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import insert, inspect, text

from review.domain.errors import NotAllowed
from review.domain.screening import Decision, Stage, Verdict
from review.storage import decisions, projects, store
from review.storage.layout import MIGRATIONS
from review.storage.schema import metadata, records, search_runs
from review.storage.store import Store, open_store

RUN = dict.fromkeys(
    [
        "source",
        "label",
        "kind",
        "platform",
        "query",
        "limits",
        "run_at",
        "tool_version",
        "raw_sha256",
        "file_name",
        "format",
        "at",
    ],
    "x",
)
RECORD = dict.fromkeys(
    [
        "source",
        "source_id",
        "title",
        "abstract",
        "authors",
        "journal",
        "volume",
        "issue",
        "pages",
        "doi",
        "pmid",
        "arxiv_id",
        "keywords",
        "language",
        "type",
        "url",
        "notes",
    ],
    "x",
)


def laid(url: str, layout: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database as the program of that layout left it, with a person, a record and a decision in it."""
    with monkeypatch.context() as patched:
        patched.setattr(store, "MIGRATIONS", MIGRATIONS[:layout])
        old = open_store(url)
        with old.writing() as connection:
            connection.execute(insert(search_runs).values(**RUN))
            connection.execute(insert(records).values(record_id="x:1", run=1, **RECORD))
            projects.append_person(connection, name="Ana", role="reviewer")
        decide(old, "Ana", "first")
        old.close()


def decide(found: Store, who: str, uid: str) -> bool:
    decision = Decision(
        record_id="x:1", stage=Stage.TITLE_ABSTRACT, reviewer=who, verdict=Verdict.INCLUDE, uid=uid, shown="x:1"
    )
    return decisions.append_one(found, decision, protocol=0)


@pytest.mark.parametrize("layout", range(1, len(MIGRATIONS)))
def test_a_database_of_an_earlier_layout_keeps_its_facts_and_gets_the_new_tables(
    database_url: str, layout: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(database_url, layout, monkeypatch)
    opened = open_store(database_url)
    assert set(inspect(opened.engine).get_table_names()) == set(metadata.tables) | {"migrations"}
    assert [d.uid for d in decisions.read(opened)] == ["first"]
    assert [p.name for p in projects.read_people(opened)] == ["Ana"]
    assert decide(opened, "Ana", "second")
    with opened.reading() as connection:
        assert connection.execute(text("SELECT MAX(number) FROM migrations")).scalar() == len(MIGRATIONS)
    opened.close()


@pytest.mark.parametrize("layout", range(1, len(MIGRATIONS)))
def test_the_file_is_copied_as_it_was_before_its_layout_changes(
    tmp_path: Path, layout: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    laid(url, layout, monkeypatch)
    open_store(url).close()
    with sqlite3.connect(tmp_path / f"old.layout-{layout}.sqlite") as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT uid FROM decisions").fetchall() == [("first",)]
        assert copy.execute("SELECT MAX(number) FROM migrations").fetchone() == (layout,)
    copy.close()


def test_whoever_left_the_review_decides_nothing_and_what_they_decided_stays(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(database_url, len(MIGRATIONS), monkeypatch)
    opened = open_store(database_url)
    with opened.writing() as connection:
        projects.append_person(connection, name="Ana", role="reviewer", active=False, who="Bo")
    with pytest.raises(NotAllowed, match="does not take part"):
        decide(opened, "Ana", "late")
    assert [d.uid for d in decisions.read(opened)] == ["first"]
    with opened.writing() as connection:
        projects.append_person(connection, name="Ana", role="reviewer", active=True, who="Bo")
    assert decide(opened, "Ana", "again")
    opened.close()

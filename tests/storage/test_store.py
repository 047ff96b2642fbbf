"""The store on SQLite and on a real PostgreSQL: facts stay, transactions are whole, layouts are checked."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import textwrap
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, inspect, text
from sqlalchemy.exc import DatabaseError

from review.domain.errors import BadInput, NewerDatabase, ReviewError, StorageFailure
from review.domain.finding import Finding
from review.domain.record import DuplicateLink, Judgement, Record
from review.domain.screening import Decision, Stage, Verdict
from review.storage import charting, decisions, duplicates, projects, records, stamps
from review.storage.layout import MIGRATIONS
from review.storage.records import Intake
from review.storage.schema import FACT_TABLES, LOCAL_FACT_TABLES, metadata, rank_order
from review.storage.store import Store, open_store

RUN = {
    "source": "pubmed",
    "label": "PubMed",
    "kind": "database",
    "platform": "",
    "query": "spine",
    "limits": "",
    "run_at": "2026-01-01",
    "reported": None,
    "tool_version": "1",
    "raw_sha256": "0",
    "file_name": "a.nbib",
    "format": "nbib",
}


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    yield opened
    opened.close()


def record(number: int, **values: object) -> Record:
    return Record(source="pubmed", source_id=str(number), title=f"Title {number}", **values)  # type: ignore[arg-type]


def take(store: Store, *entries: Record | Finding) -> Intake:
    with store.writing() as connection:
        run = records.add_run(connection, RUN)
        intake = records.take_in(connection, run, "pubmed", entries)
        records.add_report(connection, run, intake)
    return intake


def decide(store: Store, record_id: str = "pubmed:1", **values: object) -> bool:
    given = {"reviewer": "Ana", "stage": Stage.TITLE_ABSTRACT, "verdict": Verdict.INCLUDE} | values
    return decisions.append_one(store, Decision(record_id=record_id, **given), protocol=0)  # type: ignore[arg-type]


def test_the_migrations_make_exactly_the_declared_tables(store: Store) -> None:
    found = inspect(store.engine)
    for table in metadata.sorted_tables:
        keys = set(found.get_pk_constraint(table.name)["constrained_columns"])
        columns = {c["name"]: c["nullable"] and c["name"] not in keys for c in found.get_columns(table.name)}
        assert columns == {c.name: bool(c.nullable) for c in table.columns}, table.name
    assert set(found.get_table_names()) == set(metadata.tables) | {"migrations"}


def test_the_database_itself_refuses_to_change_or_remove_a_fact(store: Store) -> None:
    take(store, record(1))
    decide(store)
    charting.append(store, [], protocol=0, form="")
    for table in FACT_TABLES:
        column = inspect(store.engine).get_columns(table)[-1]["name"]
        with store.reading() as connection:
            rows = connection.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one()
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
            if not rows:
                continue
            with pytest.raises(DatabaseError, match="append-only"), store.writing() as connection:
                connection.execute(text(statement))
    assert len(decisions.read(store)) == 1


def test_every_fact_table_has_its_triggers(store: Store) -> None:
    names = "sqlite_master WHERE type = 'trigger'" if store.is_sqlite else "pg_trigger WHERE NOT tgisinternal"
    column = "name" if store.is_sqlite else "tgname"
    with store.reading() as connection:
        found = set(connection.execute(text(f"SELECT {column} FROM {names}")).scalars())
    events = ("update", "delete") if store.is_sqlite else ("row", "statement")
    assert found == {f"{table}_no_{event}" for table in (*FACT_TABLES, *LOCAL_FACT_TABLES) for event in events}


def test_a_record_comes_back_as_it_went_in(store: Store) -> None:
    whole = record(
        1,
        abstract="Äpfel & “quotes” \U0001f9b4",
        authors=("Müller, Zoë", "The Spine Group"),
        year=2024,
        journal="J. Invented",
        volume="3",
        issue="2",
        pages="11-19",
        doi="10.5555/a",
        pmid="1",
        arxiv_id="2401.00001v2",
        keywords=("spine", "CT"),
        language="eng",
        type="Journal Article",
        url="https://example.org",
        notes="a note",
        raw="PMID- 1\n\x1f",
    )
    take(store, whole)
    back = records.by_id(store, ["pubmed:1"])["pubmed:1"]
    assert back == Record(**{**{f: getattr(whole, f) for f in whole.__slots__}, "raw": ""})
    assert records.raw_entry(store, "pubmed:1") == whole.raw


def test_records_known_already_are_counted_and_not_doubled(store: Store) -> None:
    first = take(store, record(1), record(2, abstract="x"))
    again = take(store, record(2), record(3), record(3))
    assert (first.read, first.new, first.known, first.without_abstract) == (2, 2, 0, 1)
    assert (again.read, again.new, again.known) == (3, 1, 2)
    assert [r.record_id for r in records.all_records(store)] == ["pubmed:1", "pubmed:2", "pubmed:3"]


def test_an_import_that_fails_in_the_middle_leaves_nothing(store: Store) -> None:
    def entries() -> Iterator[Record]:
        yield from (record(n) for n in range(2_500))
        raise BadInput("a.nbib", "cut in the middle")

    with pytest.raises(BadInput), store.writing() as connection:
        run = records.add_run(connection, RUN)
        records.take_in(connection, run, "pubmed", entries())
    assert records.count(store) == 0
    assert records.runs(store) == []


def test_a_decision_delivered_twice_is_stored_once(store: Store) -> None:
    take(store, record(1))
    assert decide(store, uid="once")
    assert not decide(store, uid="once")
    assert len(decisions.read(store)) == 1


def test_a_decision_on_a_record_that_was_not_shown_is_refused_by_the_database(store: Store) -> None:
    take(store, record(1), record(2))
    with pytest.raises(DatabaseError):
        decide(store, shown="pubmed:2", uid="x")
    assert decisions.read(store) == []


def test_decisions_come_back_in_the_order_they_were_accepted(store: Store) -> None:
    take(store, *(record(n) for n in range(20)))
    for n in range(20):
        decide(store, f"pubmed:{n}")
    found = decisions.read(store)
    assert [d.record_id for d in found] == [f"pubmed:{n}" for n in range(20)]
    assert [d.number for d in found] == sorted(d.number for d in found)


def test_four_people_deciding_at_once_lose_nothing(store: Store) -> None:
    take(store, *(record(n) for n in range(40)))

    def work(name: str) -> None:
        for n in range(40):
            decide(store, f"pubmed:{n}", reviewer=name)

    people = [threading.Thread(target=work, args=(f"P{n}",)) for n in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    found = decisions.read(store)
    assert len(found) == len({(d.record_id, d.reviewer) for d in found}) == 160


def test_links_and_answers_are_kept_per_run(store: Store) -> None:
    take(store, record(1), record(2), record(3))
    link = DuplicateLink(record_a="pubmed:1", record_b="pubmed:2", condition="same_doi", explanation="e", score=0.5)
    assert duplicates.latest_run(store) is None
    notice = DuplicateLink(record_a="pubmed:1", record_b="pubmed:3", condition="notice", explanation="e", score=0.5)
    found = {duplicates.JOINED: [link], duplicates.RELATED: [notice]}
    run = duplicates.append_run(store, version="1", records=3, links=found)
    assert duplicates.links(store, run, "related") == [notice]
    assert duplicates.latest_run(store) == (run, 3)
    assert duplicates.links(store, run, "joined") == [link]
    assert duplicates.links(store, run, "unsure") == []
    before = stamps.read(store)
    answer = Judgement(record_a="pubmed:1", record_b="pubmed:2", same_work=False, person="Ana")
    duplicates.append_judgements(store, [answer])
    assert [j.same_work for j in duplicates.read_judgements(store)] == [False]
    assert stamps.read(store) != before
    duplicates.append_judgements(store, [dataclasses.replace(answer, withdrawn=True)])
    assert [j.withdrawn for j in duplicates.read_judgements(store)] == [False, True]


def test_what_one_look_for_duplicates_leaves_for_the_next_is_replaced(store: Store) -> None:
    assert duplicates.memory(store, rules="a") is None
    for content in (b"1", b"2"):
        duplicates.keep_memory(store, rules="a", content=content)
    assert duplicates.memory(store, rules="a") == b"2"
    assert duplicates.memory(store, rules="b") is None


def test_a_new_order_replaces_the_old_one_whole(store: Store) -> None:
    run = {"model": "tfidf", "parameters": "{}", "seed": 0, "labels": 0, "last_decision": 0}
    projects.replace_orders(store, {"": [("a", 1.0), ("b", 0.5)], "Ana": [("b", 3.0)]}, run=run)
    assert projects.read_order(store, "Ana") == [("b", 3.0)]
    assert projects.read_order(store, "Ben") == [("a", 1.0), ("b", 0.5)]
    projects.replace_orders(store, {"": [("b", 2.0)]}, run=run)
    assert projects.read_order(store) == projects.read_order(store, "Ana") == [("b", 2.0)]
    newest = projects.latest_rank_run(store)
    assert newest is not None
    assert newest["records"] == 1


def test_an_order_written_as_pairs_is_still_read(store: Store) -> None:
    pairs = zlib.compress(json.dumps([["b", 2.0], ["a", -1.5]]).encode())
    with store.writing() as connection:
        connection.execute(insert(rank_order), [{"reviewer": "", "works": pairs}])
    assert projects.read_order(store) == [("b", 2.0), ("a", -1.5)]


def test_an_order_written_as_two_lists_is_still_read(store: Store) -> None:
    lists = zlib.compress(json.dumps({"works": ["b", "a"], "scores": [2.0, -1.5]}).encode())
    with store.writing() as connection:
        connection.execute(insert(rank_order), [{"reviewer": "", "works": lists}])
    assert projects.read_order(store) == [("b", 2.0), ("a", -1.5)]


@given(order=st.lists(st.tuples(st.text(min_size=1), st.floats(allow_nan=False))))
@settings(deadline=None)
def test_an_order_is_read_as_it_was_written(order: list[tuple[str, float]]) -> None:
    works, scores = [work for work, _ in order], [score for _, score in order]
    assert projects._unpacked(projects._packed(works, scores)) == order


def test_people_stand_as_last_stated(store: Store) -> None:
    with store.writing() as connection:
        projects.append_person(connection, name="Ana", role="reviewer")
        projects.append_person(connection, name="Ana", role="adjudicator", active=False)
    assert [(p.name, p.role, p.active) for p in projects.read_people(store)] == [("Ana", "adjudicator", False)]


def test_two_who_join_at_once_under_one_name_are_one_person(store: Store) -> None:
    ready, stored = threading.Barrier(4), []

    def work(name: str) -> None:
        ready.wait()
        with store.writing() as connection:
            stored.append(projects.join(connection, name, role="reviewer"))

    threads = [threading.Thread(target=work, args=(name,)) for name in ("Ana", "ana", "ANA", "Ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = [person.name for person in projects.read_people(store)]
    assert len(names) == 2
    assert sorted(set(stored)) == names


def test_opening_twice_changes_nothing(database_url: str) -> None:
    open_store(database_url).close()
    store = open_store(database_url)
    with store.reading() as connection:
        applied = connection.execute(text("SELECT number, name FROM migrations ORDER BY number")).all()
    store.close()
    assert [tuple(row) for row in applied] == [(n, name) for n, (name, _) in enumerate(MIGRATIONS, start=1)]


def test_a_database_of_a_newer_version_is_refused_and_left_alone(database_url: str) -> None:
    store = open_store(database_url)
    with store.writing() as connection:
        connection.execute(text("INSERT INTO migrations (number, name, at) VALUES (99, 'later', 'now')"))
    store.close()
    with pytest.raises(NewerDatabase, match="Install the newer version"):
        open_store(database_url)


def test_a_full_disk_is_one_sentence_and_nothing_half_written(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'full.sqlite'}")
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(StorageFailure, match="the disk is full"):
        take(store, *(record(n, abstract="word " * 500) for n in range(2_000)))
    assert records.count(store) == 0
    store.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    path.write_text("these are my notes, not a database\n" * 100)
    with pytest.raises(BadInput, match="is not a database"):
        open_store(f"sqlite:///{path}")
    assert path.read_text().startswith("these are my notes")


def test_an_address_that_means_nothing_is_one_sentence() -> None:
    with pytest.raises(ReviewError, match="not understood"):
        open_store("my database")


def test_an_acknowledged_decision_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "killed.sqlite"
    store = open_store(f"sqlite:///{path}")
    take(store, record(1))
    store.close()
    program = textwrap.dedent(f"""
        import os, signal
        from review.domain.screening import Decision, Stage, Verdict
        from review.storage import decisions
        from review.storage.store import open_store
        store = open_store("sqlite:///{path}")
        found = Decision(record_id="pubmed:1", stage=Stage.TITLE_ABSTRACT, reviewer="Ana", verdict=Verdict.INCLUDE)
        decisions.append_one(store, found, protocol=0)
        print("acknowledged", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "acknowledged\n"
    store = open_store(f"sqlite:///{path}")
    assert [d.reviewer for d in decisions.read(store)] == ["Ana"]
    store.close()


def test_text_that_no_database_keeps_is_refused_in_one_sentence(store: Store) -> None:
    take(store, record(1))
    with pytest.raises(StorageFailure, match="character"):
        decide(store, note="half a \udcff character")
    if not store.is_sqlite:
        with pytest.raises(StorageFailure, match="character"):
            decide(store, note="a \x00 in it")

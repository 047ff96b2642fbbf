"""What is read once until anything is committed: on SQLite and on a real PostgreSQL, never older than the question."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from review.storage import arrangements, projects
from review.storage.store import Store, open_store

# What one of two programs does to the database: says something of a person, arranges something, or only looks.
DEEDS = st.lists(st.tuples(st.booleans(), st.sampled_from(["person", "arrangement", "look"])), max_size=12)
ELSEWHERE = (
    "import sys; from review.storage import projects; from review.storage.store import open_store\n"
    "store = open_store(sys.argv[1])\n"
    "with store.writing() as connection: projects.append_person(connection, name='Bo', role='owner', active=False)\n"
    "store.close()"
)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    yield opened
    opened.close()


def asked(store: Store) -> list[str]:
    """The tables' queries of this store from now on; a look whether anything changed is none."""
    seen: list[str] = []

    @event.listens_for(store.engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "FROM" in statement:
            seen.append(statement)

    return seen


def test_the_database_is_asked_once_while_nothing_is_committed(store: Store) -> None:
    seen = asked(store)
    for _ in range(5):
        assert projects.read_people(store) == []
    assert len(seen) == 1


def test_what_another_program_committed_is_seen_by_the_next_question(store: Store, database_url: str) -> None:
    assert projects.read_people(store) == []
    subprocess.run([sys.executable, "-c", ELSEWHERE, database_url], check=True)
    assert [(person.name, person.active) for person in projects.read_people(store)] == [("Bo", False)]


def test_what_is_not_committed_is_not_told(store: Store) -> None:
    with store.writing() as connection:
        projects.append_person(connection, name="Ana", role="reviewer")
        assert projects.read_people(store) == []
    assert [person.name for person in projects.read_people(store)] == ["Ana"]


def test_questions_that_differ_have_answers_of_their_own(store: Store) -> None:
    deal, pilot = arrangements.DEAL, arrangements.PILOT_CONFIRMED
    arrangements.arrange(store, deal, detail="1", who="Ana")
    assert [arrangements.arranged(store, what) for what in (deal, pilot, deal)] == ["1", None, "1"]


@pytest.fixture
def other(store: Store, database_url: str) -> Iterator[Store]:
    """The same database, as another program has it open."""
    opened = open_store(database_url)
    yield opened
    opened.close()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
def test_two_programs_on_one_database_always_tell_the_same(
    store: Store, other: Store, deeds: list[tuple[bool, str]]
) -> None:
    for number, (here, deed) in enumerate(deeds):
        acting = store if here else other
        if deed == "person":
            with acting.writing() as connection:
                projects.append_person(connection, name=f"P{number}", role="reviewer")
        elif deed == "arrangement":
            arrangements.arrange(acting, arrangements.DEAL, detail=str(number), who="Ana")
        in_truth = projects.read_people.__wrapped__(acting)  # type: ignore[attr-defined]
        assert projects.read_people(store) == projects.read_people(other) == in_truth
        assert arrangements.arranged(store, arrangements.DEAL) == arrangements.arranged(other, arrangements.DEAL)


def test_many_windows_never_see_less_than_was_acknowledged(store: Store) -> None:
    acknowledged, missed = 0, []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            at_least = acknowledged
            if projects.people_stamp(store) < at_least:
                missed.append(at_least)

    windows = [threading.Thread(target=look) for _ in range(3)]
    for window in windows:
        window.start()
    for number in range(40):
        with store.writing() as connection:
            projects.append_person(connection, name=f"P{number}", role="reviewer")
        acknowledged = number + 1
    done.set()
    for window in windows:
        window.join()
    assert (projects.people_stamp(store), missed) == (40, [])


def test_after_closing_nothing_is_remembered(store: Store) -> None:
    projects.read_people(store)
    seen = asked(store)
    store.close()
    projects.read_people(store)
    assert len(seen) == 1

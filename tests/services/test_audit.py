"""Who did what when: every fact has its event, nobody's open decision is told, and the sheet runs no formula."""

from __future__ import annotations

import csv
import inspect
import io
from collections.abc import Callable

import pytest
from invented import work
from sqlalchemy import func, select

from review.domain.screening import Decision, Stage, Verdict
from review.domain.team import Seat, TeamRole
from review.services import audit, duplicates, fulltext, screen, team, works
from review.services.audit import Wanted
from review.services.project import Project
from review.storage.schema import FACT_TABLES, LOCAL_FACT_TABLES, metadata

Say = Callable[..., bool]


@pytest.fixture
def busy(made: Project, say: Say) -> Project:
    """Two people with one closed work, one open one, a settled conflict, and some other facts."""
    for name, role in (("Olga", TeamRole.OWNER), ("Ada", TeamRole.ADJUDICATOR)):
        team.add(made, name, role=role)
    say("Ana", 0, "include")
    say("Bo", 0, "include")
    say("Ana", 1, "include")
    say("Bo", 1, "exclude", reason="E1")
    from review.domain.screening import Role

    say("Ada", 1, "exclude", role=Role.ADJUDICATOR)
    record = work(made, 2)
    said = Decision(
        record_id=record, stage=Stage.TITLE_ABSTRACT, reviewer="Bo", verdict=Verdict.EXCLUDE, note="=SECRET()",
        shown=record,
    )  # fmt: skip
    screen.decide(made, said)
    fulltext.set_retrieval(made, work(made, 0), "not_retrieved", person="Bo", note='=HYPERLINK("http://x")')
    works.judge(made, [(work(made, 4), work(made, 5))], same_work=False, person="Ana")
    return made


def test_every_fact_that_somebody_stated_has_its_event(busy: Project) -> None:
    found = audit.events(busy)
    told = "protocol_versions people search_runs source_kinds dedup_runs judgements decisions retrievals full_texts chart_entries deeds"
    with busy.store.reading() as connection:
        facts = sum(
            connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
            for name in told.split()
        )
    assert len(found) == facts
    assert [event.at for event in found] == sorted((event.at for event in found), reverse=True)
    assert {event.kind for event in found} <= set(audit.KINDS)


def test_an_answer_that_was_taken_back_is_told_beside_it(busy: Project) -> None:
    duplicates.take_back(busy, at=duplicates.acts(busy)[0].at, person="Ana")
    told = [event.what for event in audit.events(busy) if event.kind == "duplicates" and event.who == "Ana"]
    assert told == ["took back what was said of two records", "said that two records are two works"]


def test_every_table_of_facts_that_names_a_person_is_in_the_trail() -> None:
    """What people keep for themselves alone is told to nobody."""
    naming = {
        table.name
        for table in metadata.sorted_tables
        if table.name in (*FACT_TABLES, *LOCAL_FACT_TABLES) and {"who", "person", "reviewer"} & set(table.c.keys())
    }
    source = inspect.getsource(audit)
    assert {name for name in naming if f'"{name}"' not in source} == {"marks", "preferences"}


def test_the_events_say_who_did_what(busy: Project) -> None:
    said = {(event.who, event.what) for event in audit.events(busy)}
    assert {
        ("Ana", "froze the protocol"),
        ("Ana", "joined"),
        (team.COMMAND_LINE, "took into the review"),
        ("Bo", "excluded"),
        ("Ada", "settled: excluded"),
        ("Bo", "full text not retrieved"),
        ("Ana", "said that two records are two works"),
    } <= said


def test_nobody_but_its_maker_reads_an_open_decision(busy: Project) -> None:
    for who in ("Ana", "Olga", "Ada"):
        events = audit.events(busy.seated(Seat(name=who)))
        hidden = [event for event in events if event.detail == audit.HIDDEN]
        assert [(event.who, event.what, event.about) for event in hidden] == [("Bo", "decided", work(busy, 2))]
        assert not [event for event in events if "SECRET" in event.detail]
    own = audit.events(busy.seated(Seat(name="Bo")))
    assert [event.what for event in own if "SECRET" in event.detail] == ["excluded"]


def test_words_find_nothing_that_is_hidden(busy: Project) -> None:
    for words in ("SECRET", "excluded"):
        found = audit.events(busy.seated(Seat(name="Ana")), Wanted(words=words))
        assert work(busy, 2) not in {event.about for event in found}


def test_a_person_who_signed_in_stands_beside_what_they_brought_in(busy: Project) -> None:
    works.dedup(busy.seated(Seat(name="Olga")))
    newest = audit.events(busy, Wanted(kind="duplicates"))[0]
    assert (newest.who, newest.what) == ("Olga", "looked for duplicates")


def test_events_are_filtered_by_person_part_words_and_days(busy: Project) -> None:
    everything = audit.events(busy)
    assert {e.who for e in audit.events(busy, Wanted(who="Bo"))} == {"Bo"}
    assert {e.kind for e in audit.events(busy, Wanted(kind="screening"))} == {"screening"}
    today = everything[0].at[:10]
    assert audit.events(busy, Wanted(since=today, until=today)) == everything
    assert audit.events(busy, Wanted(since="2999-01-01")) == []
    assert audit.events(busy, Wanted(until="1999-01-01")) == []


def test_no_cell_of_the_sheet_is_a_formula_and_excel_reads_its_letters(busy: Project) -> None:
    data = audit.as_csv(busy)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0] == list(audit.COLUMNS)
    assert len(rows) == len(audit.events(busy)) + 1
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert any("HYPERLINK" in cell for row in rows for cell in row)

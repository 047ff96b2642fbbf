"""Signing in: one answer for every wrong guess, a wait after five, and sessions that end. On SQLite and PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from review.domain.errors import AlreadyExists, Missing, NotAllowed, NotSignedIn, ReviewError
from review.domain.team import Seat, TeamRole
from review.services import accounts, team
from review.services.project import Project
from review.storage import accounts as stored
from review.storage import deeds, projects

WORD = "four words in a row"


@pytest.fixture
def people(empty: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.setattr(accounts, "COST", {"time_cost": 1, "memory_cost": 8, "parallelism": 1})
    team.add(empty, "Olga", role=TeamRole.OWNER, email="Olga@Example.org")
    team.add(empty, "Rae")
    for name in ("Olga", "Rae"):
        accounts.set_password(empty, name, WORD)
    yield empty


def refused(project: Project, login: str, word: str, **how: str) -> str:
    with pytest.raises(NotSignedIn) as caught:
        accounts.sign_in(project, login, word, **how)
    return str(caught.value)


def test_a_name_or_an_address_and_the_password_begin_a_session(people: Project) -> None:
    for login in ("Olga", " olga ", "OLGA@example.ORG"):
        seat = accounts.seat_of(people, accounts.sign_in(people, login, WORD))
        assert seat is not None
        assert seat.name == "Olga"
        assert not seat.trusted


def test_neither_the_password_nor_the_token_is_in_the_database(people: Project) -> None:
    cookie = accounts.sign_in(people, "Rae", WORD)
    with people.store.reading() as connection:
        rows = [
            str(row)
            for table in ("accounts", "sessions", "deeds", "app_keys", "sign_in_failures")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        ]
    assert not [row for row in rows if WORD in row or cookie.split(".")[0] in row]
    assert any("$argon2id$" in row for row in rows)


def test_a_wrong_name_and_a_wrong_password_are_refused_in_the_same_words(people: Project) -> None:
    assert refused(people, "Rae", "not it at all") == refused(people, "Nobody", "not it at all")
    assert refused(people, "Rae", "") == refused(people, "", WORD)


def test_after_five_wrong_passwords_even_the_right_one_waits(people: Project) -> None:
    for _ in range(5):
        assert "not right" in refused(people, "Rae", "guess")
    assert re.search(r"waits for 1[45] minutes", refused(people, "rae", WORD))
    assert accounts.sign_in(people, "Olga", WORD), "the wait is for one name"
    with people.store.writing() as connection:
        long_ago = stored.ago(accounts.LOCKED_FOR + timedelta(seconds=1))
        connection.execute(text("UPDATE sign_in_failures SET at = :at"), {"at": long_ago})
    assert accounts.sign_in(people, "Rae", WORD)


def test_a_name_nobody_has_is_locked_too_so_that_the_lock_tells_nothing(people: Project) -> None:
    for _ in range(5):
        refused(people, "Nobody", "guess")
    assert "waits for" in refused(people, "nobody", "guess")


def test_a_new_password_ends_the_wait_and_every_session(people: Project) -> None:
    cookie = accounts.sign_in(people, "Rae", WORD)
    for _ in range(5):
        refused(people, "Rae", "guess")
    accounts.set_password(people.seated(Seat(name="Olga")), "Rae", "another four words here")
    assert accounts.seat_of(people, cookie) is None
    assert accounts.sign_in(people, "Rae", "another four words here")
    assert [d.who for d in deeds.read(people.store) if d.what == "password set"][-1] == "Olga"


def test_right_passwords_in_between_begin_the_count_anew(people: Project) -> None:
    for _ in range(4):
        refused(people, "Rae", "guess")
    assert accounts.sign_in(people, "Rae", WORD)
    for _ in range(4):
        refused(people, "Rae", "guess")
    assert accounts.sign_in(people, "Rae", WORD)


def test_many_names_from_one_address_wait_together(people: Project) -> None:
    for number in range(50):
        refused(people, f"name {number}", "guess", address="192.0.2.7")
    assert "waits for" in refused(people, "Rae", WORD, address="192.0.2.7")
    assert accounts.sign_in(people, "Rae", WORD, address="192.0.2.8")


def test_a_session_ends_when_signed_out_or_after_twelve_hours_of_rest(people: Project) -> None:
    first, second = accounts.sign_in(people, "Rae", WORD), accounts.sign_in(people, "Rae", WORD)
    accounts.sign_out(people, first)
    assert accounts.seat_of(people, first) is None
    assert accounts.seat_of(people, second)
    for hours, lasts in ((11.9, True), (12.1, False)):
        with people.store.writing() as connection:
            connection.execute(text("UPDATE sessions SET seen = :at"), {"at": stored.ago(timedelta(hours=hours))})
        assert (accounts.seat_of(people, second) is not None) is lasts


def test_a_session_in_use_does_not_end(people: Project) -> None:
    cookie = accounts.sign_in(people, "Rae", WORD)
    for _ in range(3):
        with people.store.writing() as connection:
            connection.execute(text("UPDATE sessions SET seen = :at"), {"at": stored.ago(timedelta(hours=8))})
        assert accounts.seat_of(people, cookie)


@pytest.mark.parametrize("forged", ["", ".", "x", "x.y", "token.0000", "ä.ö", "a.b.c"])
def test_a_cookie_this_program_did_not_sign_is_nobody(people: Project, forged: str) -> None:
    token, _, signature = accounts.sign_in(people, "Rae", WORD).partition(".")
    for cookie in (forged, token, f"{token}.", f"{token}.{'0' * len(signature)}", f"{token}x.{signature}"):
        assert accounts.seat_of(people, cookie) is None


def test_whoever_is_taken_out_is_signed_out_and_stays_out(people: Project) -> None:
    cookie = accounts.sign_in(people, "Rae", WORD)
    team.deactivate(people, "Rae")
    assert accounts.seat_of(people, cookie) is None
    assert "does not take part" in refused(people, "Rae", WORD)
    team.activate(people, "Rae")
    assert accounts.seat_of(people, cookie) is None, "the old session stays ended"
    assert accounts.sign_in(people, "Rae", WORD)


@pytest.mark.parametrize("word", ["", "short", "x" * 201, "aaaaaaaaaaaa", "abababababab"])
def test_a_password_that_is_easy_to_guess_is_refused(people: Project, word: str) -> None:
    with pytest.raises(ReviewError, match="password"):
        accounts.set_password(people, "Rae", word)
    assert accounts.sign_in(people, "Rae", WORD), "the old one stays"


def test_people_change_their_own_password_with_the_old_one(people: Project) -> None:
    seated = people.seated(Seat(name="Rae"))
    with pytest.raises(NotSignedIn, match="old password"):
        accounts.change_password(seated, "Rae", old="guess", new="another four words here")
    with pytest.raises(NotAllowed, match="You are Rae"):
        accounts.change_password(seated, "Olga", old=WORD, new="another four words here")
    accounts.change_password(seated, "Rae", old=WORD, new="another four words here")
    assert accounts.sign_in(people, "Rae", "another four words here")


def test_somebody_who_took_part_without_an_account_gets_one_with_a_password(people: Project) -> None:
    team.join(people, "Bo")
    assert accounts.set_password(people, "bo", WORD) == "Bo"
    assert accounts.sign_in(people, "Bo", WORD)
    with pytest.raises(Missing, match=r"Known: .*Bo"):
        accounts.set_password(people, "Mallory", WORD)


# People others vouch for


def test_an_invitation_is_taken_up_once_and_then_the_subject_counts(people: Project) -> None:
    team.add(people, "Bo", email="bo@example.org")
    seat = accounts.vouched(people, issuer="https://idp", subject="17", invited_as="BO@example.org")
    assert seat.name == "Bo"
    assert accounts.vouched(people, issuer="https://idp", subject="17").name == "Bo", "also after the address changed"
    for issuer, subject in (("https://idp", "18"), ("https://other", "17")):
        with pytest.raises(NotSignedIn, match="not on the list"):
            accounts.vouched(people, issuer=issuer, subject=subject, invited_as="bo@example.org")


def test_an_address_that_nobody_verified_takes_up_no_invitation(people: Project) -> None:
    team.add(people, "Bo", email="bo@example.org")
    with pytest.raises(NotSignedIn, match="not on the list"):
        accounts.vouched(people, issuer="https://idp", subject="17", invited_as="")


def test_whoever_left_is_not_let_in_by_anybodys_word(people: Project) -> None:
    team.add(people, "Bo", email="bo@example.org")
    accounts.vouched(people, issuer="https://idp", subject="17", invited_as="bo@example.org")
    team.deactivate(people, "Bo")
    with pytest.raises(NotSignedIn, match="does not take part"):
        accounts.vouched(people, issuer="https://idp", subject="17")


# The list


def test_an_account_is_made_once_for_a_name_and_an_address(people: Project) -> None:
    for name, email in (("RAE", ""), ("Bo", "OLGA@example.org")):
        with pytest.raises(AlreadyExists):
            team.add(people, name, email=email)
    assert [m.name for m in team.members(people)] == ["Olga", "Rae"]
    with pytest.raises(ReviewError, match="not an e-mail address"):
        team.add(people, "Bo", email="bo at example")


def test_history_of_a_person_is_kept_as_facts(people: Project) -> None:
    owner = people.seated(Seat(name="Olga"))
    team.set_role(owner, "Rae", TeamRole.ADJUDICATOR)
    team.deactivate(owner, "Rae")
    team.deactivate(owner, "Rae")
    with people.store.reading() as connection:
        rows = connection.execute(text("SELECT role, active, who FROM people WHERE name = 'Rae' ORDER BY number")).all()
    assert [tuple(row) for row in rows] == [
        ("reviewer", 1, team.COMMAND_LINE),
        ("adjudicator", 1, "Olga"),
        ("adjudicator", 0, "Olga"),
    ]
    assert [p.active for p in projects.read_people(people.store) if p.name == "Rae"] == [False]


def test_the_last_owner_stays_one(people: Project) -> None:
    for change in (
        lambda: team.deactivate(people, "Olga"),
        lambda: team.set_role(people, "olga", TeamRole.READER),
    ):
        with pytest.raises(NotAllowed, match="only owner"):
            change()
    team.set_role(people, "Rae", TeamRole.OWNER)
    team.deactivate(people, "Olga")
    assert team.has_owner(people)

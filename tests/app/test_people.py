"""Each role sees the pages that are for it, and only those; owners keep the people; everybody's audit is blinded."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from review.app import card, frame, person
from review.app.menu import PAGES
from review.app.waiting import Waiting
from review.domain.errors import NotSignedIn
from review.domain.screening import Decision, Stage, Verdict
from review.domain.team import RIGHTS, Right, Seat, TeamRole
from review.services import accounts, identity, overview, screen, team
from review.services.project import CONFIG, Project
from tests.app.conftest import MAIN, ids
from tests.app.test_pages import fine, press, texts

PASSWORD = "four words in a row"
PEOPLE = {"Ana": TeamRole.REVIEWER, "Ada": TeamRole.ADJUDICATOR, "Olga": TeamRole.OWNER, "Lee": TeamRole.READER}


@pytest.fixture
def local(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The review of the other tests with sign-in by password; Bo has an open decision with a secret note."""
    monkeypatch.setattr(accounts, "COST", {"time_cost": 1, "memory_cost": 8, "parallelism": 1})
    monkeypatch.delenv(identity.MODE, raising=False)
    path = project.root / CONFIG
    path.write_text(path.read_text(encoding="utf-8") + '\n[auth]\nmode = "local"\n', encoding="utf-8")
    for name, role in PEOPLE.items():
        team.add(project, name, role=role)
        accounts.set_password(project, name, PASSWORD)
    record = ids(project)[4]
    said = Decision(
        record_id=record, stage=Stage.TITLE_ABSTRACT, reviewer="Bo", verdict=Verdict.EXCLUDE, note="open secret",
        shown=record,
    )  # fmt: skip
    screen.decide(project, said)
    return project


@pytest.fixture
def enter(local: Project, monkeypatch: pytest.MonkeyPatch):
    """Open one page with the session of somebody who signed in; '' for nobody."""

    def opened(file: str, who: str) -> AppTest:
        cookie = accounts.sign_in(local, who, PASSWORD) if who else ""
        monkeypatch.setattr(person, "session_cookie", lambda _: cookie)
        at = AppTest.from_file(str(MAIN), default_timeout=60)
        at.query_params["basic"] = "1"
        at.run()
        return at.switch_page(f"views/{file}.py").run()

    return opened


def title(at: AppTest) -> str:
    return at.title[0].value


@pytest.mark.parametrize("who", PEOPLE)
def test_each_role_opens_its_pages_and_no_others(enter, who):
    at = enter("overview", who)
    for entry in PAGES:
        if entry.right in RIGHTS[PEOPLE[who]]:
            at = fine(at.switch_page(f"views/{entry.file}").run())
            assert len(at.title) == 1, entry.address
        else:
            with pytest.raises(ValueError, match="Could not find a navigation page"):
                at.switch_page(f"views/{entry.file}")


def test_nothing_of_the_review_is_shown_to_somebody_who_is_not_signed_in(local, monkeypatch):
    monkeypatch.setattr(person, "session_cookie", lambda _: "forged.cookie")
    at = AppTest.from_file(str(MAIN), default_timeout=60).run()
    assert title(at) == "Sign in"
    assert "Counting" not in texts(at)
    assert "spines" not in texts(at)


def test_whoever_is_taken_out_while_at_work_is_signed_out(enter, local):
    at = enter("overview", "Lee")
    assert title(at) == "Overview"
    team.deactivate(local, "Lee")
    assert title(at.run()) == "Sign in"


def test_signing_out_ends_the_session(enter, local):
    at = fine(enter("overview", "Ana"))
    at = press(at, "sign-out")
    assert title(at) == "Sign in"
    assert accounts.seat_of(local, person.session_cookie(local)) is None


def test_the_name_in_the_address_makes_nobody_of_somebody_else(enter, local):
    at = enter("screen", "Ana")
    at.query_params["reviewer"] = "Olga"
    at.session_state["who"] = "Olga"
    at.run()
    assert at.session_state["who"] == "Ana"
    assert "Olga" not in texts(at)


def test_an_owner_takes_somebody_in_who_can_then_sign_in(enter, local):
    at = fine(enter("people", "Olga"))
    at.text_input(key="person-name").set_value("Cy Young")
    at.selectbox(key="person-role").set_value("reader")
    at.text_input(key="person-email").set_value("cy@example.org")
    at.text_input(key="person-password").set_value("one more good word")
    at = fine(next(b for b in at.button if b.label == "Take in").click().run())
    assert "Cy Young takes part as reader" in texts(at)
    assert accounts.seat_of(local, accounts.sign_in(local, "cy@EXAMPLE.org", "one more good word")).name == "Cy Young"


def test_an_owner_gives_another_role_takes_out_and_lets_in_again(enter, local):
    at = fine(enter("people", "Olga"))
    at = fine(at.selectbox(key="person-chosen").set_value("Lee").run())
    at = fine(at.selectbox(key="role-Lee").set_value("reviewer").run())
    at = fine(press(at, "give-role"))
    at = fine(press(at, "deactivate"))
    assert {p.name: (p.role, p.active) for p in team.people(local)}["Lee"] == ("reviewer", False)
    at = fine(press(at, "activate"))
    assert {p.name: (p.role, p.active) for p in team.people(local)}["Lee"] == ("reviewer", True)


def test_an_owner_hears_what_nobody_is_left_to_do(enter, local):
    for one in team.people(local):
        if one.name not in {"Olga", "Ana"}:
            team.deactivate(local, one.name)
    at = fine(enter("people", "Olga"))
    at = fine(at.selectbox(key="person-chosen").set_value("Ana").run())
    said = "1 person who may screen takes part"
    assert said in fine(press(at, "deactivate")).warning[0].value
    assert said in fine(enter("agreement", "Olga")).warning[0].value


def test_whoever_only_settles_is_sent_to_the_conflicts_and_who_screens_to_the_queue(enter, local):
    assert "Settle 1 conflict at title and abstract" in fine(enter("overview", "Ada")).info[0].value
    assert "Screen titles and abstracts" in fine(enter("overview", "Ana")).info[0].value


def test_the_only_owner_stays_one(enter, local):
    at = fine(enter("people", "Olga"))
    at = at.selectbox(key="person-chosen").set_value("Olga").run()
    at = press(at, "deactivate")
    assert "only owner" in at.error[0].value
    assert team.has_owner(local)


@pytest.mark.parametrize("who", ["Ana", "Ada", "Olga"])
def test_the_audit_tells_who_did_what_and_hides_open_decisions(enter, who):
    at = fine(enter("audit", who))
    shown = at.dataframe[0].value
    assert {"Ana", "Bo"} <= set(shown["Who"])
    assert "froze the protocol" in set(shown["What"])
    assert not shown["Detail"].str.contains("open secret").any()
    assert shown["Detail"].str.contains("^open: shown once").sum() == 1


def test_the_audit_is_filtered_by_person_part_and_words(enter):
    at = fine(enter("audit", "Olga"))
    at = fine(at.selectbox(key="audit-who").set_value("Bo").run())
    assert set(at.dataframe[0].value["Who"]) == {"Bo"}
    at = fine(at.selectbox(key="audit-kind").set_value("charting").run())
    assert list(at.dataframe[0].value["Detail"]) == ["120"]
    at = fine(at.text_input(key="audit-words").set_value("no such thing").run())
    assert "Nothing fits" in at.info[0].value


def test_in_solo_mode_everybody_sees_every_page(visit):
    assert "Roles count once people sign in" in texts(fine(visit("people")))
    assert title(fine(visit("audit"))) == "Audit"


def test_a_reviewer_without_the_right_is_refused_by_the_service_even_behind_the_pages(local):
    seated = local.seated(Seat(name="Ana"))
    assert person.may(seated, Right.REVIEW)
    assert not person.may(seated, Right.GOVERN)
    assert overview.waiting_for(local.seated(Seat(name="Lee")), "Lee", Stage.TITLE_ABSTRACT) == 0


# Through a provider, as Streamlit tells it


def provider_says(monkeypatch, **claims):
    told = {"is_logged_in": True, "iss": "https://idp", "sub": "1", "iat": time.time(), **claims}
    monkeypatch.setattr(person.st, "user", SimpleNamespace(to_dict=lambda: told))


def test_a_sign_in_of_the_provider_lasts_twelve_hours(local, monkeypatch):
    found = identity.SignIn(mode=identity.Mode.OIDC)
    team.add(local, "Cy", email="cy@example.org")
    invited = {"email": "cy@example.org", "email_verified": True}
    for hours, seat in ((11.9, "Cy"), (12.1, None)):
        provider_says(monkeypatch, iat=time.time() - hours * 3600, **invited)
        found_seat = person._by_provider(local, found)
        assert (found_seat and found_seat.name) == seat
    provider_says(monkeypatch, iat=None, **invited)
    assert person._by_provider(local, found) is None
    provider_says(monkeypatch, is_logged_in=False)
    assert person._by_provider(local, found) is None


def test_started_by_streamlit_itself_nothing_is_served_to_others(project, monkeypatch):
    monkeypatch.chdir(project.root)
    monkeypatch.delenv(frame.PROJECT)
    for address, opens in (("127.0.0.1", True), ("0.0.0.0", False), ("", False)):
        monkeypatch.setattr("streamlit.get_option", lambda name, at=address: at if name == "server.address" else None)
        at = AppTest.from_file(str(MAIN), default_timeout=60).run()
        assert bool(at.error) is not opens, address
        assert ("Counting" in texts(at)) is opens


def test_a_sign_in_that_ran_out_is_told_before_and_closes_also_an_open_window(local, monkeypatch):
    """Pages that stay open ask nobody again who it is: what they hold of the project closes by itself."""
    now = time.time()
    soon, past = local.seated(Seat(name="Ana", until=now + 600)), local.seated(Seat(name="Ana", until=now - 1))
    assert person.minutes_left(soon) == 10
    assert person.minutes_left(local.seated(Seat(name="Ana", until=now + 7_200))) is None
    assert person.minutes_left(local.seated(Seat(name="Ana"))) is None
    assert screen.my_decisions(soon, "Ana", Stage.TITLE_ABSTRACT)
    with pytest.raises(NotSignedIn, match="signed out"):
        screen.my_decisions(past, "Ana", Stage.TITLE_ABSTRACT)


def test_what_the_card_sends_after_a_sign_in_ran_out_is_kept_by_the_browser(local):
    past = local.seated(Seat(name="Ana", until=time.time() - 1))
    waiting = Waiting.of(local.seated(Seat(name="Ana")), "Ana", Stage.TITLE_ABSTRACT)
    item = {"uid": "late", "id": waiting.head, "shown": waiting.head, "verdict": "include"}
    stored, [refused] = card.take(past, waiting, [item])
    assert stored == []
    assert refused["keep"] == "yes"
    stored, refused_now = card.take(local.seated(Seat(name="Ana")), waiting, [item])
    assert (stored, refused_now) == (["late"], [])

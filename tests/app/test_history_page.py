"""The page History: what was decided, and one decision changed or taken back."""

from __future__ import annotations

from review.domain.screening import Stage, Verdict
from review.services import screen
from tests.app.conftest import ids
from tests.app.test_pages import fine, press

TITLE = Stage.TITLE_ABSTRACT


def test_the_history_lists_own_changes_and_one_of_them_is_changed(visit, project):
    at = fine(visit("history"))
    assert set(at.dataframe[0].value["Who"]) == {"Ana"}
    ribs = ids(project)[3]
    at = fine(at.selectbox(key="history-record").set_value(ribs).run())
    first = screen.my_decisions(project, "Ana", TITLE)[ribs]
    at = fine(press(at, f"mine-maybe-{first.number}"))
    second = screen.my_decisions(project, "Ana", TITLE)[ribs]
    assert second.verdict is Verdict.MAYBE
    assert list(at.dataframe[1].value["Said"]) == ["maybe", "maybe", "include"], "both of Ana's, and Bo's"
    assert list(at.dataframe[1].value["Stands"]) == ["yes", "yes", ""]
    fine(press(at, f"mine-back-{second.number}"))
    assert ribs not in screen.my_decisions(project, "Ana", TITLE)
    assert ribs in screen.queue(project, "Ana", TITLE)


def test_the_history_shows_what_others_said_once_it_is_open_to_see(visit, project):
    at = visit("history")
    at = fine(at.selectbox(key="history-of").set_value("").run())
    assert set(at.dataframe[0].value["Who"]) == {"Ana", "Bo"}
    at = visit("history", who="Cy")
    assert "Nothing fits" in at.info[0].value, "nothing of one's own yet"


def test_the_history_of_one_record_has_an_address(visit, project):
    ribs = ids(project)[3]
    at = visit("history")
    at.query_params["record"] = ribs
    at = fine(at.run())
    assert at.selectbox(key="history-record").value == ribs
    assert set(at.dataframe[1].value["Who"]) == {"Ana", "Bo"}

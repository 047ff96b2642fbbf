"""The Duplicates page: a record is moved and its move taken back; nothing in a record is read as markup."""

from __future__ import annotations

from review.services import duplicates, works
from tests.app.conftest import NASTY, ids
from tests.app.test_pages import fine, press, texts


def test_a_record_is_moved_out_of_its_group_and_the_move_taken_back(visit, project):
    a, b, c = ids(project)[4:7]
    works.judge(project, [(a, b), (a, c)], same_work=True, person="Ana")
    (group,) = works.groups(project)
    at = fine(visit("duplicates"))
    at = fine(press(at, f"change-{group.group_id}"))
    at = fine(at.selectbox(key="dup-record").set_value(c).run())
    fine(press(at, "dup-move"))
    assert [set(each.members) for each in works.groups(project)] == [{a, b}]
    newest = duplicates.acts(project)[0]
    at = fine(visit("duplicates"))
    at.session_state["dup-view"] = "answers"
    fine(press(fine(at.run()), f"back-{newest.at}"))
    assert [set(each.members) for each in works.groups(project)] == [{a, b, c}]


def test_the_work_to_move_to_is_found_by_its_words(visit, project):
    a, b, c = ids(project)[4:7]
    works.judge(project, [(a, b)], same_work=True, person="Ana")
    (group,) = works.groups(project)
    at = fine(press(fine(visit("duplicates")), f"change-{group.group_id}"))
    at = fine(at.selectbox(key="dup-record").set_value(b).run())
    at = fine(at.text_input(key="dup-words").set_value("without words").run())
    at = fine(at.selectbox(key="dup-to").set_value(c).run())
    fine(press(at, "dup-move"))
    assert {b, c} in [set(each.members) for each in works.groups(project)]
    assert NASTY not in texts(at)

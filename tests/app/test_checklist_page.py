"""The page Checklists answers an item beside the text, and the page Manuscript starts papers and approves sections."""

from __future__ import annotations

from pathlib import Path

import pytest

from review.domain.checklist import ItemState
from review.services.manuscript import approval, checklists, paper
from tests.app.test_pages import fine, press, texts


@pytest.fixture
def draft(project):
    place = paper.create(project, Path("paper"))
    (place / "manuscript.md").write_text(
        "# Abstract\n\nShort and <b>true</b>.\n\n# Methods\n\n> **To write:** all.\n\n# Results\n\nTwo.\n",
        encoding="utf-8",
    )
    return place


def test_without_a_manuscript_the_page_says_what_to_do(visit):
    assert "There is no manuscript yet" in fine(visit("checklist")).info[0].value


def test_an_item_is_answered_beside_the_text(visit, project, draft):
    at = fine(visit("checklist"))
    assert at.selectbox(key="checklist-name").value == "prisma-scr"
    assert "0 of 22 items answered" in at.get("progress")[0].proto.text
    at.selectbox(key="item-prisma-scr").set_value("2").run()
    key = "prisma-scr-prisma-scr:2"
    at.radio(key=f"state-{key}").set_value(ItemState.YES)
    at.selectbox(key=f"where-{key}").set_value("Abstract")
    at.text_input(key=f"note-{key}").set_value("looked at twice")
    at = fine(press(at, f"save-{key}"))
    assert "Item 2 is answered" in texts(at)
    found = next(a for a in checklists.answers(project, draft, "prisma-scr") if a.item.number == "2")
    assert (found.state, found.place, found.note, found.who) == (ItemState.YES, "Abstract", "looked at twice", "Ana")
    assert "1 of 22 items answered" in at.get("progress")[0].proto.text


def test_a_yes_without_a_place_is_refused_in_a_sentence(visit, project, draft):
    at = fine(visit("checklist"))
    key = f"prisma-scr-prisma-scr:{at.selectbox(key='item-prisma-scr').value}"
    at = press(at, f"save-{key}")
    assert "No answer was chosen" in at.error[0].value
    at.radio(key=f"state-{key}").set_value(ItemState.YES)
    at = press(at, f"save-{key}")
    assert "needs the place" in at.error[0].value
    assert not at.exception
    assert not (draft / "checklists").exists()


def test_every_guideline_can_be_looked_at_and_taken_along(visit, draft):
    at = fine(visit("checklist"))
    assert len(at.selectbox(key="checklist-name").options) == 25
    at = fine(at.selectbox(key="checklist-name").set_value("consort-ai").run())
    assert "0 of 14 items answered" in at.get("progress")[0].proto.text
    at = fine(press(at, "checklist-prepare"))
    assert at.get("download_button")


def test_the_text_stands_beside_the_item_as_it_is_written(visit, draft):
    at = fine(visit("checklist"))
    assert any("<b>true</b>" in code.value or "Two." in code.value or "To write" in code.value for code in at.code)


def test_a_paper_of_another_kind_is_started_from_the_page(visit, project):
    at = fine(visit("manuscript"))
    at.text_input(key="paper-name").set_value("data-paper")
    at.selectbox(key="paper-type").set_value("dataset")
    at.selectbox(key="paper-venue").set_value("miccai")
    at = fine(next(button for button in at.button if button.label == "Create").click().run())
    assert "Created" in texts(at)
    settings = (project.root / "data-paper" / "paper.yaml").read_text(encoding="utf-8")
    assert "type: dataset\nvenue: miccai\n" in settings


def test_a_section_without_tasks_is_approved_in_the_name_of_who_presses(visit, project, draft):
    at = fine(visit("manuscript"))
    assert "1 task open" in texts(at)
    at = fine(press(at, "approve-0"))
    assert "is approved in the name of Ana" in texts(at)
    found = {one.section: (str(one.state), one.who) for one in approval.standings(project, draft)}
    assert found["Abstract"] == ("approved", "Ana")
    assert found["Methods"][0] == "draft"
    assert "approve-1" not in {button.key for button in at.button}

"""Putting a record right on the page Find records, and who may."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from review.app import person
from review.app.waiting import Waiting
from review.domain.screening import Stage
from review.domain.team import Right
from review.services import corrections
from review.services.project import Project
from review.services.works import read, works

BARE = "A third open record, without words"


def bare(project: Project) -> str:
    found = works(project)
    return next(work for work, record in read(project, list(found.members)).items() if record.title == BARE)


def opened(visit: Any, record: str, who: str = "Ana") -> AppTest:
    at = visit("find", who)
    at.query_params["record"] = record
    return at.run()


def test_a_missing_abstract_is_added_shown_and_given_back(project: Project, visit: Any) -> None:
    record = bare(project)
    at = opened(visit, record)
    assert at.selectbox(key=f"correct-field-{record}").value == "abstract"
    at.text_area(key=f"correct-to-{record}-abstract-0").set_value("*Vertebrae* were <i>counted</i>.")
    at.text_input(key=f"correct-reason-{record}").set_value("the PDF, page 1")
    at = at.button(key=f"correct-keep-{record}").click().run()
    assert not at.exception
    assert not at.error
    assert read(project, [record])[record].abstract == "*Vertebrae* were counted."
    assert at.text_area(key=f"correct-to-{record}-abstract-1").value == "*Vertebrae* were counted."
    assert any("the PDF, page 1" in found.proto.body for found in at.get("html"))
    at = at.button(key=f"give-back-{record}-abstract").click().run()
    assert not at.exception
    assert read(project, [record])[record].abstract == ""


def test_without_a_reason_nothing_is_kept_and_nothing_typed_is_lost(project: Project, visit: Any) -> None:
    record = bare(project)
    at = opened(visit, record)
    at.text_area(key=f"correct-to-{record}-abstract-0").set_value("Counted.")
    at = at.button(key=f"correct-keep-{record}").click().run()
    assert "needs a reason" in at.error[0].value
    assert at.text_area(key=f"correct-to-{record}-abstract-0").value == "Counted."
    assert corrections.everything(project) == []


def test_a_record_that_is_not_there_is_said(visit: Any) -> None:
    at = opened(visit, "nobody:1")
    assert not at.exception
    assert "nobody" in at.error[0].value


def test_the_screening_queue_shows_what_another_put_right_meanwhile(project: Project) -> None:
    record = bare(project)
    waiting = Waiting.of(project, "Ana", Stage.TITLE_ABSTRACT)
    assert waiting.record(project, record).abstract == ""
    corrections.correct(project, record, {"abstract": "Counted."}, reason="the PDF", person="Bo")
    assert waiting.record(project, record).abstract == "Counted."


def test_who_may_not_judge_sees_no_form(project: Project, visit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(person, "may", lambda _project, right: right is not Right.REVIEW)
    at = opened(visit, bare(project))
    assert not at.exception
    assert not [button for button in at.button if "correct-keep" in (button.key or "")]

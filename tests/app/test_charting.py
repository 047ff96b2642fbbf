"""The page Chart by person and role, in its plain form: drafts, rows, units, comparison, and a form that was changed."""

from __future__ import annotations

import pytest

from review.app import charting as component
from review.domain.charting import ChartEntry
from review.domain.screening import Stage, Verdict
from review.domain.team import TeamRole
from review.services import chart, collect, protocol, team, works
from review.services.charting import drafts, exports
from review.services.collect import Origin
from tests.app.conftest import decide, ids
from tests.app.test_flow_of_an_update import searched_again

GROUP = """\
    - id: models
      label: Models
      kind: group
      fields:
        - {id: model, label: Model, kind: text}
        - {id: dice, label: Dice, kind: number, units: [per cent, fraction]}
"""


def fine(at):
    assert not at.exception, at.exception
    assert not at.error, [e.value for e in at.error]
    return at


def amended(project, text: str) -> None:
    project.protocol_path.write_text(text, encoding="utf-8")
    protocol.amend(project, reason="the form was mended", who="Ana")


def form_text(project) -> str:
    return project.protocol_path.read_text(encoding="utf-8")


def press(at, label: str):
    return next(b for b in at.button if b.label == label).click().run()


def differing(project) -> str:
    """Ana and Bo differ in the number of patients of the first work."""
    work = ids(project)[0]
    chart.save(
        project, [ChartEntry(record_id=work, field_id="n_patients", reviewer="Ana", value="99", quote="99 *of* us")]
    )
    return work


def test_what_cannot_be_stored_yet_is_there_again_after_a_reload(visit, project):
    work = ids(project)[0]
    at = visit("chart")
    at.text_input(key=f"chart {work} n_patients value").set_value("many")
    at.text_input(key=f"chart {work} remark value").set_value("said")
    at = press(at, "Save")
    assert "not a number" in at.error[0].value.replace("\\", "")
    again = visit("chart")
    assert again.text_input(key=f"chart {work} n_patients value").value == "many"
    assert again.text_input(key=f"chart {work} remark value").value == "said"
    assert not [e for e in chart.entries(project) if e.reviewer == "Ana"]
    again.text_input(key=f"chart {work} n_patients value").set_value("12")
    fine(press(again, "Save"))
    assert {e.field_id for e in chart.entries(project) if e.reviewer == "Ana"} == {"n_patients", "remark"}
    assert drafts.counts(project, reviewer="Ana")[work][1] == 0, "no draft is left"


def test_words_typed_into_a_field_that_went_stay_in_sight_until_they_are_let_go(visit, project):
    work = ids(project)[0]
    drafts.keep(project, ChartEntry(record_id=work, field_id="remark", reviewer="Ana", value="said *once* <b>"))
    text = project.protocol_path.read_text(encoding="utf-8")
    gone = "\n".join(line for line in text.splitlines() if "id: remark" not in line)
    assert gone != text
    project.protocol_path.write_text(gone, encoding="utf-8")
    protocol.amend(project, reason="It is not needed.", who="Ana")
    at = visit("chart")
    assert not at.exception
    assert any("no longer asked" in one.value for one in at.warning)
    assert "Remark: said *once* <b>" in [one.value for one in at.get("text")]
    at = fine(press(at, "I do not need it any more"))
    assert not at.warning
    assert drafts.no_longer_asked(project, work, reviewer="Ana") == []


def test_rows_of_a_group_grow_by_one_and_ask_for_their_unit(visit, project):
    amended(project, form_text(project) + GROUP)
    work = ids(project)[0]
    at = fine(visit("chart"))
    at.text_input(key=f"chart {work} model 1 value").set_value("U-Net")
    at.text_input(key=f"chart {work} dice 1 value").set_value("91")
    at = press(at, "Save")
    assert "91 of what? Say the unit: per cent or fraction." in at.error[0].value.replace("\\", "")
    at.selectbox(key=f"chart {work} dice 1 unit").set_value("per cent")
    fine(press(at, "Save"))
    again = fine(visit("chart"))
    assert again.text_input(key=f"chart {work} model 1 value").value == "U-Net"
    assert again.text_input(key=f"chart {work} model 2 value").value == ""
    [study] = chart.studies(project)
    assert study.rows["models"][0]["dice"].unit == "per cent"


def test_two_people_see_where_they_differ_and_settle_it(visit, project):
    work = differing(project)
    at = visit("chart").segmented_control(key="chart-view").set_value("Compare and settle").run()
    fine(at)
    assert any("99 *of* us" in block.body for block in at.get("html")), "quotes are no markup"
    at = fine(press(at, "Take Bo's answer"))
    assert chart.studies(project)[0].answers["n_patients"].value == "120"
    assert chart.studies(project)[0].record_id == work
    assert any("Nothing is left to settle" in s.value for s in at.success)


@pytest.mark.parametrize(
    ("role", "sees_form", "settles"),
    [
        (TeamRole.OWNER, True, True),
        (TeamRole.REVIEWER, True, False),
        (TeamRole.ADJUDICATOR, False, True),
        (TeamRole.READER, False, False),
    ],
)
def test_each_role_sees_what_it_may(visit, project, monkeypatch, role, sees_form, settles):
    """Cy charted nothing here: only whoever may adjudicate settles."""
    differing(project)
    team.add(project, "Cy", role=role)
    team.add(project, "Olga", role=TeamRole.OWNER)
    from review.app import person
    from review.domain.team import Seat

    monkeypatch.setattr(person, "_solo", lambda bare: _seated(Seat(name="Cy")))
    at = fine(visit("chart", who="Cy"))
    views = at.segmented_control(key="chart-view").options
    assert ("Chart a study" in views) is sees_form
    at = fine(at.segmented_control(key="chart-view").set_value("Compare and settle").run())
    assert any(b.label == "Take Bo's answer" for b in at.button) is settles
    fine(at.segmented_control(key="chart-view").set_value("Table of studies").run())


def _seated(seat):
    import streamlit as st

    st.session_state["who"] = seat.name
    return seat


def test_an_owner_says_what_becomes_of_answers_to_a_changed_field(visit, project):
    text = form_text(project)
    chart.save(project, [ChartEntry(record_id=ids(project)[0], field_id="design", reviewer="Ana", value="prospective")])
    amended(project, text.replace("options: [prospective, retrospective]", "options: [forward in time, retrospective]"))
    at = visit("chart")
    assert "The charting form has changed since 1 answer was given" in at.warning[0].value
    at = fine(at.radio(key="carry design choice").set_value("map").run())
    at = fine(at.selectbox(key="map design choice design prospective").set_value("forward in time").run())
    at = fine(press(at, "Decide"))
    assert chart.studies(project)[0].answers["design"].value == "forward in time"
    assert not any("has changed since" in w.value for w in at.warning)


def test_what_an_update_of_the_search_brought_is_marked_new(visit, project):
    assert exports.new_studies(project) == frozenset()
    searched_again(project)
    entry = "TY  - JOUR\nTI  - Counting the teeth of whales\nPY  - 2026\nDO  - 10.5555/inv.77\nER  - \n"
    collect.import_bytes(project, entry.encode(), file_name="new.ris", origin=Origin(source="pubmed"))
    [fresh] = set(works.works(project).members) - set(ids(project))
    for stage in Stage:
        for who in ("Ana", "Bo"):
            decide(project, who, fresh, Verdict.INCLUDE, stage)
    assert exports.new_studies(project) == {fresh}
    at = fine(visit("chart"))
    named = {option.partition(":")[0]: option for option in at.selectbox(key="chart-work").options}
    assert "whales" in named["new"]
    assert len(chart.studies(project)) == 2, "what was included before stays"


# What the component sends


def test_only_what_a_form_can_send_is_taken(project):
    work = ids(project)[0]
    good = {"uid": "1", "field": "remark", "row": 0, "value": "said", "typed_at": 5}
    sent = [good, {"uid": 7}, "nothing", {**good, "uid": "2", "answer": "perhaps"}, {**good, "uid": "3", "field": "no_such"},
            {**good, "uid": "4", "value": "x" * 30_000}, {**good, "uid": "5", "row": "1"}]  # fmt: skip
    answer = component.take(project, "Ana", {"items": sent, "work": work})
    assert answer["stored"] == ["1"]
    assert {one["uid"] for one in answer["refused"]} == {"2", "3", "4", "5"}
    assert not any(one.get("keep") for one in answer["refused"])
    again = component.take(project, "Ana", {"items": [good], "work": work, "hand_in": work})
    assert again["handed"]
    assert "Handed in: 1 answer stored." in again["message"]["text"]
    assert [e.value for e in chart.entries(project) if e.reviewer == "Ana"] == ["said"]

"""The page Full text: files are brought, read beside the criteria, doubted and taken away; reports are linked."""

from __future__ import annotations

import pytest

from review.domain.report import Relation
from review.domain.screening import Role, Stage, Verdict
from review.domain.team import Seat
from review.services import audit_sample, flow, full_text_intake, full_texts, fulltext, reports, screen, typed
from review.services.full_text_intake import Taken, Upload
from tests.app.conftest import RECORDS, decide, ids
from tests.app.test_pages import fine, press, texts
from tests.pdfs import paper, pdf

FULL = Stage.FULL_TEXT


def bring(project, *files, record_id=""):
    uploads = [Upload(name=name, data=data, record_id=record_id) for name, data in files]
    return full_text_intake.take(project, uploads, person="Bo")


def file_of(number, **more):
    return paper(RECORDS[number][0], doi=f"10.5555/inv.{number}", **more)


@pytest.fixture
def open_work(project):
    """The report that still waits for Ana's decision."""
    return ids(project)[3]


def test_a_page_of_the_file_stands_beside_the_criteria_and_its_words_can_be_searched(visit, project, open_work):
    bring(project, ("ribs.pdf", file_of(3, body=["The *ribs* were <b>counted</b> twice."])))
    at = fine(visit("full_text"))
    assert at.get("image"), "a page is drawn"
    assert "Counted by hand &amp; eye &lt;only&gt;." in texts(at)
    at.segmented_control(key=f"way-{open_work}").set_value("Text")
    at = fine(at.run())
    assert "The *ribs* were &lt;b&gt;counted&lt;/b&gt; twice." in texts(at)
    at.text_input(key=f"find-{open_work}").set_value("found was  nothing")
    assert "Not found" in texts(fine(at.run()))
    at.text_input(key=f"find-{open_work}").set_value("nothing was found")
    assert "On page 2" in texts(fine(at.run()))


def test_pages_are_turned_and_stop_at_the_ends(visit, project, open_work):
    [taken] = bring(project, ("ribs.pdf", file_of(3, pages=2)))
    key = f"page-{taken.sha256[:12]}"
    at = fine(visit("full_text"))
    assert at.button(key=f"{key}--1").disabled
    at = fine(press(at, f"{key}-1"))
    assert at.number_input(key=key).value == 2
    assert at.button(key=f"{key}-1").disabled


def test_a_report_without_a_file_and_a_scan_say_so(visit, project, open_work):
    assert "No file is kept" in texts(fine(visit("full_text")))
    bring(project, ("scan.pdf", pdf([[]])), record_id=open_work)
    at = visit("full_text")
    at.segmented_control(key=f"way-{open_work}").set_value("Text")
    assert "it is a scan" in texts(fine(at.run()))


def test_many_files_are_told_in_a_sentence_each_fate_with_a_list_to_open(visit, project):
    taken = [Taken(name=f"*{n}*.pdf", outcome="kept", message="Its DOI stands in the file.") for n in range(4)]
    taken += [Taken(name="a.pdf", outcome="refused", message="a.pdf: the file is empty.")]
    at = visit("full_text")
    at.session_state["bring-told"] = taken
    at = at.run()
    assert not at.exception
    assert "4 files are kept for their reports." in [one.value for one in at.success]
    assert any("*3*.pdf: kept. Its DOI stands in the file." in one.value for one in at.get("text"))
    assert [one.value.replace("\\", "") for one in at.error] == ["a.pdf: the file is empty."]


def test_a_file_that_waits_is_shown_with_how_it_begins_and_gets_its_place(visit, project, open_work):
    [taken] = bring(project, ("*strange*.pdf", paper("Gait after <i>stroke</i> in forty people of one clinic")))
    at = fine(visit("full_text"))
    assert any("1 wait for their report" in box.label for box in at.expander)
    assert "Gait after <i>stroke</i>" in texts(at)
    at.selectbox(key=f"waits-{taken.sha256}").set_value(open_work)
    at = fine(at.run())
    fine(press(at, f"place-{taken.sha256}"))
    assert [f.name for f in full_texts.files(project, open_work)] == ["*strange*.pdf"]
    assert fulltext.standings(project)[open_work].retrieval == "retrieved"


def test_a_wrong_file_is_taken_away(visit, project, open_work):
    [taken] = bring(project, ("ribs.pdf", file_of(3)))
    at = fine(visit("full_text"))
    fine(press(at, f"wrong-{open_work}-{taken.sha256[:12]}"))
    assert full_texts.files(project, open_work) == ()


def test_who_looked_for_a_full_text_and_when_stays_readable(visit, project, open_work):
    fulltext.set_retrieval(project, open_work, "sought", person="Bo", note="asked the *library*")
    said = fulltext.standings(project)[open_work]
    at = fine(visit("full_text"))
    assert f"{said.at[:10]}, Bo: sought (asked the *library*)" in texts(at).replace("\\", "")


def test_the_reason_is_changed_on_the_page_and_the_diagram_follows(visit, project, open_work):
    decide(project, "Bo", open_work, Verdict.INCLUDE, FULL)
    at = visit("full_text")
    at.radio(key=f"ft-reason-{open_work}").set_value("E1")
    fine(press(at, f"ft-exclude-{open_work}"))
    now = screen.my_decisions(project, "Ana", FULL)[open_work]
    at = visit("full_text")
    at.toggle(key="ft-all").set_value(True)
    at = at.run()
    at.selectbox(key="ft-work").set_value(open_work)
    at = at.run()
    at.selectbox(key=f"mine-reason-{now.number}").set_value("E2")
    at = fine(at.run())
    fine(press(at, f"mine-exclude-{now.number}"))
    assert screen.my_decisions(project, "Ana", FULL)[open_work].reason == "E2"
    ada = screen.Decision(
        record_id=open_work, stage=FULL, reviewer="Ada", role=Role.ADJUDICATOR, verdict=Verdict.EXCLUDE, reason="E2"
    )
    screen.decide(project, ada)
    assert flow.counts(project).dbr_excluded == (("No program", 1),)
    screen.decide(project, screen.replace(ada, reason="E1", uid=""))
    assert flow.counts(project).dbr_excluded == (("Not human", 1),)


def test_the_adjudicator_reads_the_file_beside_both_verdicts(visit, project, open_work):
    bring(project, ("ribs.pdf", file_of(3)))
    decide(project, "Ana", open_work, Verdict.INCLUDE, FULL)
    excluded = screen.Decision(record_id=open_work, stage=FULL, reviewer="Bo", verdict=Verdict.EXCLUDE, reason="E1")
    screen.decide(project, excluded)
    at = visit("conflicts", who="Ada")
    at.segmented_control(key="role").set_value(Role.ADJUDICATOR)
    at = at.run()
    at.segmented_control(key="conflict-stage").set_value(FULL)
    at = fine(at.run())
    assert at.get("image")
    assert at.button(key=f"settle-exclude-full_text-{open_work}")


def test_two_reports_are_linked_and_parted_on_the_page(visit, project, open_work):
    other = ids(project)[0]
    at = visit("full_text")
    at.selectbox(key=f"with-{open_work}").set_value(other)
    at = at.run()
    at.radio(key=f"as-{open_work}").set_value("study")
    fine(press(at.run(), f"link-{open_work}"))
    assert reports.together(project, open_work).study == (other,)
    at = fine(visit("full_text"))
    fine(press(at, f"apart-{open_work}-{other}"))
    assert reports.together(project, open_work).study == ()
    reports.link(project, other, open_work, Relation.VERSION, person="Bo")
    assert open_work not in fulltext.standings(project)
    fine(visit("full_text"))


def test_nobody_sees_on_this_page_what_another_decided(visit, project, open_work):
    excluded = screen.Decision(
        record_id=open_work, stage=FULL, reviewer="Bo", verdict=Verdict.EXCLUDE, reason="E1", note="Bo's secret note"
    )
    before = texts(visit("full_text"))
    screen.decide(project.seated(Seat(name="Bo", trusted=True)), excluded)
    after = texts(visit("full_text"))
    assert before == after


# The diagram and the overview


def test_words_of_the_diagram_are_tried_out_and_kept(visit, project):
    for work in ids(project)[4:]:
        decide(project, "Ana", work, Verdict.EXCLUDE, Stage.TITLE_ABSTRACT)
    decide(project, "Ana", ids(project)[3], Verdict.INCLUDE, FULL)
    at = fine(visit("flow"))
    at.multiselect(key="flow-changed").set_value(["screened"])
    at = fine(at.run())
    at.text_input(key="flow-word-screened").set_value("Titles <b>read</b>")
    at.multiselect(key="flow-hide").set_value(["registers", "automatic"])
    at = fine(at.run())
    assert "Titles" not in flow.as_file(project, ".svg").decode(), "it is only tried out"
    at = fine(press(at, "flow-keep"))
    svg = flow.as_file(project, ".svg").decode()
    assert "Titles &lt;b&gt;read&lt;/b&gt;" in svg
    assert "Registers" not in svg
    fine(press(at, "flow-usual"))
    assert "Records screened" in flow.as_file(project, ".svg").decode()


def test_the_overview_tells_the_pace_and_when_it_will_be_done(visit, project):
    at = fine(visit("overview"))
    shown = texts(at)
    assert "decisions are still needed from all of you together" in shown
    assert "; at this pace it takes about" in shown


def test_the_overview_tells_what_is_found_only_once_a_random_sample_is_read(visit, project):
    assert "cannot be told from the order of the queue" in texts(fine(visit("overview")))
    audit_sample.draw(project, seed=1)
    assert "A random sample of 4 records was drawn" in texts(fine(visit("overview")))
    for work in (ids(project)[1], *ids(project)[4:]):
        for who in ("Ana", "Bo"):
            decide(project, who, work, Verdict.EXCLUDE, Stage.TITLE_ABSTRACT)
    decide(project, "Ana", ids(project)[3], Verdict.INCLUDE, FULL)
    shown = texts(fine(visit("overview")))
    assert "of 100 relevant records are found" in shown
    assert "may still be unseen" in shown


def test_what_is_typed_and_not_sent_is_there_after_a_reload_for_its_writer_alone(visit, project, open_work):
    at = visit("full_text")
    at.radio(key=f"ft-reason-{open_work}").set_value("E2")
    at.text_input(key=f"ft-note-{open_work}").set_value("counted *by hand*")
    at.text_input(key=f"retrieval-note-{open_work}").set_value("asked the library")
    fine(at.run())
    again = fine(visit("full_text"))
    assert again.radio(key=f"ft-reason-{open_work}").value == "E2"
    assert again.text_input(key=f"ft-note-{open_work}").value == "counted *by hand*"
    assert again.text_input(key=f"retrieval-note-{open_work}").value == "asked the library"
    assert visit("full_text", who="Bo").text_input(key=f"ft-note-{open_work}").value == ""
    fine(press(again, f"ft-exclude-{open_work}"))
    assert screen.my_decisions(project, "Ana", FULL)[open_work].note == "counted *by hand*"
    assert typed.kept(project, "Ana", open_work) == {"retrieval-note": "asked the library"}

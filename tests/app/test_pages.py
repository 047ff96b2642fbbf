"""Every page with a small review behind it: it shows what is stored, stores what is pressed, and blinds."""

from __future__ import annotations

import re

import pytest

from review.app.main import about
from review.app.menu import PAGES
from review.domain.errors import ReviewError
from review.domain.screening import Stage, Standing, Verdict
from review.services import chart, collect, fulltext, protocol, screen, works
from review.services.collect import Origin
from review.services.project import create
from tests.app.conftest import NASTY, RECORDS, ids

TITLE, FULL = Stage.TITLE_ABSTRACT, Stage.FULL_TEXT


def texts(at):
    """All text a page shows, as one string."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "text", "info", "success", "warning", "error")
    parts = [element.value for kind in kinds for element in at.get(kind)]
    return "\n".join([*parts, *(element.proto.body for element in at.get("html"))])


def fine(at):
    assert not at.exception, at.exception
    assert not at.error, at.error[0].value
    return at


def press(at, key):
    return at.button(key=key).click().run()


def test_every_page_opens(visit):
    for entry in PAGES:
        at = fine(visit(entry.file.removesuffix(".py")))
        assert len(at.title) == 1, entry.address


def test_what_was_imported_is_listed_file_by_file(visit):
    for page in ("overview", "imports"):
        (table,) = [
            one.proto.body for one in fine(visit(page)).get("html") if 'aria-label="Imported files"' in one.proto.body
        ]
        assert re.findall(r'<th scope="row">(.*?)</th>', table) == ["pubmed.ris"], page
        assert re.findall(r'<td data-is="Read">(.*?)</td>', table) == [str(len(RECORDS))], page


def test_the_name_of_an_imported_file_is_no_markup(visit, project):
    collect.import_bytes(
        project, b"TY  - JOUR\nTI  - Ribs\nER  - \n", file_name="<img src=x>.ris", origin=Origin(source="a&b")
    )
    shown = texts(visit("imports"))
    assert "&lt;img src=x&gt;.ris</th>" in shown
    assert "a&amp;b</td>" in shown


@pytest.mark.parametrize("file", ["screen", "full_text", "conflicts", "chart"])
def test_who_decides_is_asked_once_and_kept_in_the_address(visit, file):
    at = visit(file, who="")
    assert at.subheader[0].value == "Who are you?"
    at.text_input(key="name").set_value("  ana ")
    at = fine(at.button[0].click().run())
    assert at.query_params["reviewer"] == "Ana", "the project writes this name with a capital"
    assert "Who are you?" not in texts(at)


def test_a_name_that_cannot_be_used_is_refused_in_a_sentence(visit):
    at = visit("screen", who="")
    at.text_input(key="name").set_value("   ")
    at = at.button[0].click().run()
    assert "needs a name" in at.error[0].value
    assert not at.exception


def test_overview_keeps_outcomes_from_a_reviewer_with_work_left(visit):
    assert "in conflict" not in texts(visit("overview", who="Ana"))
    assert "in conflict <b>1</b>" in texts(visit("overview", who=""))


def test_a_full_text_that_cannot_be_had_is_no_work_left(visit, project):
    assert "Pace: full text" in texts(visit("overview", who=""))
    fulltext.set_retrieval(project, ids(project)[3], "not_retrieved", person="Ana")
    said = texts(fine(visit("overview", who="")))
    assert "1 full text was not retrieved, so nobody has to decide there" in said
    assert "Pace: full text" not in said


# Screening


def test_a_record_is_shown_as_it_is_written(visit, project):
    at = fine(visit("screen"))
    card = next(e.proto.body for e in at.get("html") if "record-title" in e.proto.body)
    assert "&lt;script&gt;" in card
    assert "<script" not in card
    assert "<b>bold" not in card


def test_a_press_decides_the_record_that_was_shown(visit, project):
    at = visit("screen")
    shown = screen.queue(project, "Ana", TITLE)
    for work, verdict in zip(shown, ("include", "exclude", "maybe"), strict=True):
        at = fine(press(at, f"{verdict}-{work}"))
    stored = screen.my_decisions(project, "Ana", TITLE)
    assert [stored[work].verdict for work in shown] == ["include", "exclude", "maybe"]
    assert all(stored[work].shown == work for work in shown)
    assert "Nothing is left" in at.info[0].value


def test_undo_brings_the_record_back(visit, project):
    at = visit("screen")
    first = screen.queue(project, "Ana", TITLE)[0]
    at = press(at, f"include-{first}")
    second = next(b.key for b in at.button if b.label == "Undo").removeprefix("undo-")
    at = fine(press(at, f"undo-{second}"))
    assert at.button(key=f"include-{first}")
    assert first not in screen.my_decisions(project, "Ana", TITLE)


def test_a_reason_stays_chosen_and_goes_with_exclusions_only(visit, project):
    at = visit("screen")
    first, second, _ = screen.queue(project, "Ana", TITLE)
    at.get_by_key("exclusion-reason").set_value("E2").run()
    at = press(at, f"exclude-{first}")
    at = fine(press(at, f"include-{second}"))
    stored = screen.my_decisions(project, "Ana", TITLE)
    assert (stored[first].reason, stored[second].reason) == ("E2", "")


def test_a_note_is_kept_with_the_decision(visit, project):
    at = visit("screen")
    first = screen.queue(project, "Ana", TITLE)[0]
    at.session_state["more"] = True
    at = fine(at.run())
    at.text_input(key=f"note-{first}").set_value("  ask *Bo*  ").run()
    fine(press(at, f"maybe-{first}"))
    assert screen.my_decisions(project, "Ana", TITLE)[first].note == "ask *Bo*"


def test_why_a_record_comes_now_is_computed_only_when_opened(visit, project, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "review.services.rank.why", lambda _, work, reviewer: asked.append(work) or [("*bone*", 0.4), ("hill", -1)]
    )
    at = fine(visit("screen", basic=False))
    assert asked == []
    first = screen.queue(project, "Ana", TITLE)[0]
    at.session_state["why"] = True
    at = fine(at.run())
    assert asked == [first]
    assert r"**Words that moved it up:** \*bone\*" in texts(at)


def test_a_ranking_that_cannot_say_why_is_told_in_its_box_and_the_card_goes_on(visit, monkeypatch):
    def refused(_project, _work, reviewer):
        raise ReviewError(f"The ranking failed for {reviewer}.", hint="Use another.")

    monkeypatch.setattr("review.services.rank.why", refused)
    at = visit("screen", basic=False)
    at.session_state["why"] = True
    at = at.run()
    assert not at.exception
    assert [one.value for one in at.error] == [r"The ranking failed for Ana\. Use another\."]
    assert at.segmented_control(key="screen-view")


def test_my_decisions_can_be_changed_and_show_nobody_elses(visit, project):
    at = visit("screen")
    at = at.segmented_control(key="screen-view").set_value("My decisions").run()
    disputed = ids(project)[1]
    assert "Bo" not in at.dataframe[0].value.to_string()
    at = at.selectbox(key="mine-choice").set_value(disputed).run()
    before = screen.my_decisions(project, "Ana", TITLE)[disputed]
    fine(press(at, f"mine-exclude-{before.number}"))
    after = screen.my_decisions(project, "Ana", TITLE)[disputed]
    assert (after.verdict, after.note) == (Verdict.EXCLUDE, "Ana's secret note"), "the note stays unless it is changed"


@pytest.mark.parametrize("file", ["overview", "screen", "full_text", "duplicates", "chart", "manuscript"])
def test_no_page_of_a_reviewer_shows_what_another_said(visit, file):
    assert "Bo's secret note" not in texts(visit(file, who="Ana"))


# Conflicts


def test_a_reviewer_sees_no_verdict_on_the_conflicts_page(visit):
    at = fine(visit("conflicts", who="Cy"))
    assert "secret note" not in texts(at)
    assert "disputed" not in texts(at)


def test_a_third_person_sees_both_sides_and_settles(visit, project):
    at = visit("conflicts", who="Cy")
    at = fine(at.segmented_control(key="role").set_value("adjudicator").run())
    assert {"Ana's secret note", "Bo's secret note"} <= {t.value for t in at.text}
    work = ids(project)[1]
    at = fine(press(at, f"settle-include-title_abstract-{work}"))
    found = screen.outcomes(project, TITLE)[work]
    assert (found.standing, found.adjudicated) == (Standing.INCLUDED, True)


def test_a_party_to_a_conflict_does_not_settle_it(visit):
    at = visit("conflicts", who="Bo")
    at = at.segmented_control(key="role").set_value("adjudicator").run()
    assert "1 conflicts are your own" in at.warning[0].value
    assert not [b for b in at.button if b.label.startswith("Settle")]
    assert "Ana's secret note" not in texts(at)


# Full text


def test_a_full_text_is_excluded_for_exactly_one_reason(visit, project):
    work = ids(project)[3]
    at = visit("full_text")
    at = press(at, f"ft-exclude-{work}")
    assert "exactly one reason" in at.error[0].value
    at.radio(key=f"ft-reason-{work}").set_value("E2")
    fine(press(at, f"ft-exclude-{work}"))
    stored = screen.my_decisions(project, "Ana", FULL)[work]
    assert (stored.verdict, stored.reason) == ("exclude", "E2")


def test_what_became_of_a_full_text_is_kept(visit, project):
    work = ids(project)[3]
    at = visit("full_text")
    at.text_input(key=f"retrieval-note-{work}").set_value("asked the library")
    fine(press(at, f"retrieval-not_retrieved-{work}"))
    found = fulltext.standings(project)[work]
    assert (found.retrieval, found.note) == ("not_retrieved", "asked the library")


# Charting


def test_answers_are_saved_and_shown_again(visit, project):
    work = ids(project)[0]
    at = visit("chart")
    at.text_input(key=f"chart {work} n_patients value").set_value("1,204")
    at.text_input(key=f"chart {work} n_patients quote").set_value("1204 patients")
    at.text_input(key=f"chart {work} n_patients page").set_value("4")
    at.selectbox(key=f"chart {work} design value").set_value("prospective")
    at.multiselect(key=f"chart {work} tasks value").set_value(["detect", "count"])
    at.selectbox(key=f"chart {work} open_code answer").set_value("not reported")
    fine(_save(at))
    stored = {e.field_id: e for e in chart.entries(project) if e.reviewer == "Ana"}
    assert stored["n_patients"].value == "1204"
    assert (stored["n_patients"].unit, stored["n_patients"].page) == ("patients", "4")
    assert stored["tasks"].value == "detect; count"
    assert stored["open_code"].answer == "not_reported"
    assert "remark" not in stored, "a blank is no answer"
    again = visit("chart")
    assert again.text_input(key=f"chart {work} n_patients value").value == "1204"
    assert again.multiselect(key=f"chart {work} tasks value").value == ["detect", "count"]
    assert again.selectbox(key=f"chart {work} open_code answer").value == "not reported"


def _save(at):
    return next(b for b in at.button if b.label == "Save").click().run()


def test_a_wrong_answer_stores_nothing_and_names_every_fault(visit, project):
    work = ids(project)[0]
    before = chart.entries(project)
    at = visit("chart")
    at.text_input(key=f"chart {work} n_patients value").set_value("many")
    at.selectbox(key=f"chart {work} design value").set_value("prospective")
    at.selectbox(key=f"chart {work} design answer").set_value("not applicable")
    at = _save(at)
    assert len(at.error) == 2
    assert chart.entries(project) == before


def test_the_table_tells_a_blank_from_not_reported(visit, project):
    at = visit("chart").segmented_control(key="chart-view").set_value("Table of studies").run()
    table = fine(at).dataframe[0].value
    assert table.loc[0, "Patients"] == "120"
    assert table.loc[0, "Design"] == ""


def test_a_long_form_is_drawn_and_saved_a_part_at_a_time(visit, project):
    more = "".join(f"    - {{id: more_{n}, label: More {n}, kind: text, section: Many}}\n" for n in range(25))
    text = project.protocol_path.read_text(encoding="utf-8")
    project.protocol_path.write_text(text + more, encoding="utf-8")
    protocol.amend(project, reason="more to chart", who="Ana")
    work = ids(project)[0]
    at = fine(visit("chart"))
    keys = {box.key for box in at.text_input}
    assert f"chart {work} n_patients value" in keys
    assert f"chart {work} more_1 value" not in keys, "what is closed costs nothing"
    many = next(box.label for box in at.expander if box.label.startswith("Many"))
    assert many == "Many (0 of 25)"
    at.session_state[f"chart-part-3-{work}"] = True
    at = fine(at.run())
    at.text_input(key=f"chart {work} more_1 value").set_value("said")
    fine(at.button(key=f"save-{work}-more_0").click().run())
    stored = {e.field_id: e.value for e in chart.entries(project) if e.reviewer == "Ana"}
    assert stored == {"more_1": "said"}


# Duplicates, flow


def test_duplicates_are_separated_and_stay_so(visit, project):
    a, b = ids(project)[4:6]
    works.judge(project, [(a, b)], same_work=True, person="Ana")
    (group,) = works.groups(project)
    at = fine(visit("duplicates"))
    fine(press(at, f"separate-{group.group_id}"))
    assert works.groups(project) == []


def test_the_diagram_waits_for_a_reviewer_with_work_left(visit):
    assert "blinded" in visit("flow", who="Ana").info[0].value
    at = fine(visit("flow", who=""))
    assert [b.label for b in at.get("download_button")] == ["SVG", "PNG 300 dpi", "PNG 600 dpi", "PDF", "CSV", "JSON"]


def test_markup_in_the_protocol_is_shown_as_it_is_written(visit):
    at = visit("overview")
    assert r"\*vertebrae\*" in texts(at)
    assert "&lt;only&gt;" in texts(at)
    assert NASTY not in texts(at)


# Finding records


def test_records_are_found_and_a_filter_is_kept(visit, project):
    at = fine(visit("find"))
    at = fine(at.text_input(key="find-query").set_value("counting -sheep").run())
    assert "2 works" in texts(at)
    at.text_input(key="filter-name").set_value("not sheep")
    at = fine(press(at, "filter-keep"))
    at = fine(at.text_input(key="find-query").set_value("").run())
    at = fine(press(at, "saved-not sheep"))
    assert at.text_input(key="find-query").value == "counting -sheep"
    at = at.text_input(key="find-query").set_value("colour:red").run()
    assert "no field" in at.error[0].value


def test_a_record_on_the_screen_is_said_to_be_a_duplicate(visit, project):
    at = visit("screen", basic=False)
    here = screen.queue(project, "Ana", TITLE)[0]
    other = ids(project)[2]
    at.session_state["duplicate"] = True
    at = fine(at.run())
    at = fine(at.text_input(key="duplicate-of").set_value("sheep hills").run())
    fine(press(at, f"same-{other}"))
    assert works.works(project).work_of[here] == works.works(project).work_of[other]
    assert here not in screen.queue(project, "Ana", TITLE), "Ana has judged that work already"


# Agreement


def test_agreement_is_shown_pair_by_pair_and_the_rest_is_dealt_out(visit, project):
    at = fine(visit("agreement", who="Cy"))
    assert "**Ana** and **Bo**, 4 records judged by both" in texts(at)
    measures, crossed = at.table[0].value, at.table[1].value
    assert measures.loc["Cohen's kappa"].notna().all()
    assert (crossed.index.name, int(crossed.to_numpy().sum())) == ("Ana ↓ Bo →", 4)
    at = fine(at.radio(key="deal").set_value("pairs").run())
    at.text_area(key="deal-pairs").set_value("Ana")
    at = press(at, "deal-keep")
    assert "no pair" in at.error[0].value
    at.text_area(key="deal-pairs").set_value("ana, bo")
    fine(press(at, "deal-keep"))
    assert screen.queue(project, "Cy", TITLE) == []
    assert len(screen.queue(project, "Ana", TITLE)) == 3


def test_agreement_is_closed_to_a_reviewer_about_what_waits_for_them(visit, project):
    first = screen.queue(project, "Ana", TITLE)[0]
    at = fine(visit("agreement", who="Ana"))
    assert "4 records" in texts(at)
    assert first not in texts(at)


# History


def test_a_paper_without_a_review_is_not_called_one(tmp_path):
    for kind, said in (("dataset", "A dataset paper"), ("review", "[Concept] in [population]: a scoping review")):
        made = create(tmp_path / kind, type=kind)
        assert about(made) == said
        made.close()

"""The page Evidence: a table in, findings, tables and plots out, and the numbers sent to the paper."""

from __future__ import annotations

import pytest

from review.app.evidence_forms import KINDS
from review.services import facts
from review.services.evidence import kept

RATINGS = "item,rater,label\n" + "".join(
    f"{i},{rater},{label}\n" for i in range(30) for rater, label in (("Ana", i % 3), ("Bo", i % 3 if i % 5 else 0))
)


def fine(at):
    assert not at.exception, at.exception
    return at


def keep(at):
    return next(each for each in at.button if each.label == "Keep").click().run()


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_asks_for_its_file_and_waits_for_it(visit, project, kind):
    at = fine(visit("evidence"))
    at = fine(at.segmented_control(key="evidence-kind").set_value(kind).run()) if kind != "accounting" else at
    assert at.button(key="evidence-compute").disabled
    assert len(at.selectbox) >= 1


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_example_of_every_kind_is_a_table_it_reads(visit, project, kind):
    rows = [KINDS[kind].columns, *KINDS[kind].example]
    kept.take(project, "example.csv", "\n".join(",".join(row) for row in rows).encode())
    at = fine(visit("evidence"))
    if kind != "accounting":
        at = fine(at.segmented_control(key="evidence-kind").set_value(kind).run())
    at.selectbox[0].set_value("evidence/data/example.csv")
    if kind == "printed":
        at.text_input(key="evidence-sizes").set_value("text=294, image=193, qa=487")
    at = fine(at.run())
    at = fine(at.button(key="evidence-compute").click().run())
    unread = [each.value for each in at.error if "column" in each.value or "cannot" in each.value]
    assert not unread
    assert at.dataframe or at.error or at.warning or at.info


def test_numbers_are_computed_kept_and_dropped(visit, project):
    kept.take(project, "ratings.csv", RATINGS.encode())
    at = fine(visit("evidence"))
    at = at.segmented_control(key="evidence-kind").set_value("agreement").run()
    at = at.selectbox(key="evidence-ratings").set_value("evidence/data/ratings.csv").run()
    at = fine(at.button(key="evidence-compute").click().run())
    assert "2 raters judged 30 items" in at.code[0].value
    at.text_input(key="evidence-name").set_value("Not A Name")
    at = keep(at)
    assert "small letters" in at.error[0].value
    at.text_input(key="evidence-name").set_value("reading")
    at = fine(keep(at))
    assert any("{{ agree.reading.cohen_kappa" in each.value for each in at.code)
    assert facts.facts(project)["agree.reading.percent_agreement"].value == pytest.approx(26 / 30)
    at = fine(at.button(key="evidence-drop-reading").click().run())
    assert kept.kept(project) == ()


def test_a_changed_file_is_said_on_the_page(visit, project):
    kept.take(project, "ratings.csv", RATINGS.encode())
    at = visit("evidence")
    at = at.segmented_control(key="evidence-kind").set_value("agreement").run()
    at = at.selectbox(key="evidence-ratings").set_value("evidence/data/ratings.csv").run()
    at = at.button(key="evidence-compute").click().run()
    at.text_input(key="evidence-name").set_value("reading")
    at = keep(at)
    kept.take(project, "ratings.csv", RATINGS.replace("29,Bo", "31,Bo").encode())
    at = fine(visit("evidence"))
    assert "stale" in at.error[0].value


def test_a_table_of_something_else_is_refused_with_its_line(visit, project):
    kept.take(project, "ratings.csv", b"name,age\nx,3\n")
    at = visit("evidence")
    at = at.segmented_control(key="evidence-kind").set_value("agreement").run()
    at = at.selectbox(key="evidence-ratings").set_value("evidence/data/ratings.csv").run()
    at = fine(at.button(key="evidence-compute").click().run())
    assert "item" in at.error[0].value
    assert "line 1" in at.error[0].value

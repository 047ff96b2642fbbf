"""The page Manuscript as a reviewer reads it: findings beside the text, what to do, letting one stand with name and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from review.app import person
from review.domain.team import Right
from review.services.manuscript import paper, settings
from tests.app.test_pages import fine, press, texts

NASTY = "*Stars* <b>bold</b> <script>window.hacked=1</script> :red[no]"
SUM = "Of the 802 patients, 393 were female and 345 were male."


@pytest.fixture
def draft(project) -> Path:
    place = paper.create(project, Path("paper"), type="dataset")
    (place / "manuscript.md").write_text(
        f"# Results\n\n{NASTY} was kept.\n\n{SUM}\n\nWe found TODO and p = 0.000.\n", encoding="utf-8"
    )
    return place


def shown(at) -> str:
    return " ".join(str(each.proto.body) for each in at.get("html"))


def read(visit, **who):
    return fine(press(fine(visit("manuscript", **who)), "lint-read-now"))


def test_nothing_is_read_before_it_is_asked_for(visit, draft):
    at = fine(visit("manuscript"))
    assert "What to do" not in shown(at)


def test_a_finding_stands_beside_its_sentence_with_what_to_do(visit, draft):
    at = read(visit)
    html = shown(at)
    assert f"<mark>{SUM}</mark>" in html
    assert "ACC-03 Parts do not sum to the whole" in html
    assert "What to do." in html
    assert "Line 5" in texts(at)
    assert "<script>" not in html.replace("&lt;script&gt;", "")


def test_what_others_wrote_is_never_markup(visit, draft):
    at = read(visit)
    text = draft / "manuscript.md"
    text.write_text(text.read_text(encoding="utf-8").replace("was kept.", "was kept, see Table ??."), encoding="utf-8")
    html = shown(fine(at.toggle(key="lint-looked-up").set_value(False).run()))
    assert "&lt;script&gt;" in html
    assert "<b>bold" not in html


def test_jumping_shows_the_text_from_the_line_of_a_finding_on(visit, draft):
    at = read(visit)
    jump = at.selectbox(key="lint-jump")
    last = len(jump.options) - 1
    assert jump.options[last].startswith("Line 7: ")
    at = fine(jump.set_value(last).run())
    assert "Line 7" in texts(at)
    assert f"<mark>{SUM}</mark>" not in shown(at)


def test_only_the_chosen_kinds_are_shown(visit, draft):
    at = read(visit)
    pills = at.get("button_group")
    chosen = next(each for each in pills if each.key == "lint-severities")
    at = fine(chosen.set_value(["warning"]).run())
    assert f"<mark>{SUM}</mark>" not in shown(at)


def test_a_finding_is_let_stand_with_name_and_reason_and_comes_back_with_another_sentence(visit, draft):
    at = read(visit)
    at.text_input(key="lint-why-5-0").set_value("They overlap.")
    at = fine(press(at, "lint-waive-5-0"))
    assert "is let stand in the name of Ana" in texts(at)
    found, _ = settings.read(draft)
    assert [(w.rule, w.who, w.reason, w.sentence) for w in found.waivers] == [("ACC-03", "Ana", "They overlap.", SUM)]
    assert f"<mark>{SUM}</mark>" not in shown(at)
    assert any("1 let stand" in each.label for each in at.expander)
    text = draft / "manuscript.md"
    text.write_text(text.read_text(encoding="utf-8").replace("345 were", "346 were"), encoding="utf-8")
    assert "346 were male.</mark>" in shown(fine(at.run()))


def test_without_a_reason_nothing_is_waived(visit, draft):
    at = read(visit)
    at = press(at, "lint-waive-5-0")
    assert "needs a reason" in texts(at)
    assert settings.read(draft)[0].waivers == ()


def test_who_may_only_read_sees_the_findings_and_no_button(visit, draft, monkeypatch):
    monkeypatch.setattr(person, "may", lambda _project, right: right is Right.READ)
    at = read(visit)
    assert f"<mark>{SUM}</mark>" in shown(at)
    assert not [each for each in at.text_input if str(each.key).startswith("lint-why")]

"""The screening card in a real browser: no decision is lost, none falls on another record, none is stored twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from urllib.parse import quote

import pytest

from review.domain.screening import Stage
from review.services import marks, protocol, screen
from review.services.project import open_project
from tests.browser.conftest import CARD, VERDICTS, WATCH, Served, sixty_records

pytestmark = pytest.mark.browser


@pytest.fixture
def who(request):
    return "".join(c if c.isalnum() else " " for c in request.node.name)[-60:].strip()


@pytest.fixture
def page(browser, address, who):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.outside = []
    opened.on("request", lambda r: r.url.startswith((address, "ws:", "data:", "blob:")) or opened.outside.append(r.url))
    opened.add_init_script(WATCH)
    visit(opened, address, who)
    yield opened
    context.close()


def visit(page, address, who):
    page.goto(f"{address}/screen?reviewer={quote(who)}")
    ready(page)


def ready(page):
    page.wait_for_function("window.drawn()")
    page.wait_for_timeout(150)  # nobody presses sooner after seeing a record


def shown(page):
    return page.get_attribute(CARD, "data-record-id")


def press(page, keys, pause=120, *, seen=True):
    """Press keys one after the other; the record that was shown at each. Unless `seen` is false, each record is there first."""
    before = []
    for key in keys:
        if seen:
            page.wait_for_function("window.drawn()")
        before.append(shown(page))
        page.keyboard.press(key)
        page.wait_for_timeout(pause)
    return before


def shut(page):
    """Close what is open on top; a page that was just being drawn anew may miss the first press, as people see."""
    open_on_top = page.get_by_test_id("stPopoverBody")
    for _ in range(60):
        page.keyboard.press("Escape")
        page.wait_for_timeout(500)
        if not open_on_top.count():
            return
    raise AssertionError("it does not close")


def all_stored(page):
    """Wait until the outbox is empty, as the browser's storage says."""
    page.wait_for_function("!Object.keys(localStorage).some((key) => key.startsWith('scopewright/'))", polling=100)


def rows(root, who):
    """Every stored decision of one person, as it lies in the database."""
    with closing(sqlite3.connect(root / "review.sqlite")) as database:
        return database.execute(
            "SELECT record_id, verdict, reason, note, shown FROM decisions WHERE reviewer = ? ORDER BY number", (who,)
        ).fetchall()


def opened(root):
    return closing(open_project(root))


def test_twenty_records_by_keyboard_two_undone_and_a_reload(page, sixty, who):
    keys = "iemieeimeeiiemeimeie"
    order = press(page, keys)
    assert len(set(order)) == 20
    for work in reversed(order[-2:]):
        press(page, "u")
        assert shown(page) == work, "undo brings the record back to the screen"
    all_stored(page)
    expected = {work: VERDICTS[key] for work, key in zip(order[:18], keys, strict=False)}
    with opened(sixty) as project:
        stored = screen.my_decisions(project, who, Stage.TITLE_ABSTRACT)
    assert {work: str(decision.verdict) for work, decision in stored.items()} == expected
    page.reload()
    ready(page)
    page.get_by_text("18 decided by you, 42 waiting").wait_for()
    assert shown(page) not in expected
    press(page, "u")
    assert shown(page) == order[17], "undo also reaches back behind a reload"


@pytest.mark.parametrize("pause", [0, 30, 80, 150])
def test_quick_presses_decide_what_was_shown_and_nothing_else(page, sixty, who, pause):
    keys = ("ieeimeie" * 4)[:24]
    press(page, keys, pause, seen=pause >= 80)
    all_stored(page)
    stored = [(work, verdict) for work, verdict, *_ in rows(sixty, who)]
    pressed = [(work, VERDICTS[key]) for key, work, seen in page.evaluate("window.pressed") if seen]
    assert stored == pressed, "none is lost, and none falls on a record that nobody saw"
    assert len({work for work, _ in stored}) == len(stored), "none is stored twice"
    assert len(stored) == 24 if pause >= 80 else stored


def test_a_held_key_decides_one_record(page, sixty, who):
    for _ in range(12):
        page.keyboard.down("i")
        page.wait_for_timeout(40)
    page.keyboard.up("i")
    all_stored(page)
    assert len(rows(sixty, who)) == 1


def test_a_killed_server_and_a_reload_lose_nothing(browser, tmp_path):
    served = Served(sixty_records(tmp_path / "sixty"))
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        page = context.new_page()
        visit(page, served.address, "Ana")
        expected = list(zip(press(page, "iem"), "iem", strict=True))
        served.kill()
        expected += zip(press(page, "eiie"), "eiie", strict=True)
        page.get_by_text("kept in this browser until the program answers").wait_for()
        served.start()
        all_stored(page)
        expected += zip(press(page, "me"), "me", strict=True)
        served.kill()
        expected += zip(press(page, "iei"), "iei", strict=True)
        page.close()  # the window is closed before the program comes back
        served.start()
        page = context.new_page()
        visit(page, served.address, "Ana")
        all_stored(page)
        stored = [(work, verdict) for work, verdict, *_ in rows(served.root, "Ana")]
        assert stored == [(work, VERDICTS[key]) for work, key in expected]
        assert shown(page) not in dict(stored)
    finally:
        context.close()
        served.stop()


def test_two_windows_of_one_person_store_each_decision_once(page, address, sixty, who):
    second = page.context.new_page()
    visit(second, address, who)
    for window, keys in ((page, "ie"), (second, "m"), (page, "ie")):
        window.bring_to_front()
        window.wait_for_timeout(150)
        press(window, keys)
    all_stored(page)
    second.close()
    stored = [(work, verdict) for work, verdict, *_ in rows(sixty, who)]
    assert len(stored) == 5


def test_keys_are_letters_while_typing_and_a_note_goes_with_its_record(page, sixty, who):
    first = shown(page)
    page.keyboard.press("n")
    page.keyboard.type("I exclude me? imeu 12")
    assert shown(page) == first
    page.reload()
    ready(page)
    assert page.get_by_label("Note, kept").input_value() == "I exclude me? imeu 12", "a draft survives a reload"
    press(page, "m")
    assert page.get_by_label("Note, kept").input_value() == ""
    all_stored(page)
    assert [row[:4] for row in rows(sixty, who)] == [(first, "maybe", "", "I exclude me? imeu 12")]


def test_a_digit_chooses_the_reason_of_the_next_exclusion_only(page, sixty, who):
    with opened(sixty) as project:
        criteria = [c.id for c in protocol.in_force(project).exclude]
    first, _, second = press(page, ["2", "e", "e"])[0:3]
    third = press(page, ["1", "1", "e"])[0]
    all_stored(page)
    assert [(row[0], row[2]) for row in rows(sixty, who)] == [(first, criteria[1]), (second, ""), (third, "")]


def test_later_puts_a_record_to_the_end_and_tags_stay_with_their_owner(page, sixty, who):
    first = shown(page)
    page.keyboard.press("t")
    page.keyboard.type("ask Bo, *cohort*")
    page.keyboard.press("Enter")
    _, second = press(page, "il")
    all_stored(page)
    with opened(sixty) as project:
        assert marks.tags_of(project, who) == {first: ("ask Bo", "*cohort*")}
        assert marks.tags_of(project, "somebody else") == {}
        assert screen.queue(project, who, Stage.TITLE_ABSTRACT)[-1] == second
    page.reload()
    ready(page)
    assert shown(page) not in (first, second)
    press(page, "u")
    assert page.get_by_label("Tags, yours alone").input_value() == "ask Bo, *cohort*"


def test_keys_do_nothing_while_something_is_open_on_top(page, sixty, who):
    first = shown(page)
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    press(page, "iem")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="My card").click()
    page.get_by_test_id("stPopoverBody").wait_for()
    press(page, "iem")
    shut(page)
    assert shown(page) == first
    press(page, "i")
    all_stored(page)
    assert [row[0] for row in rows(sixty, who)] == [first]


def test_keys_can_be_changed_and_mouse_and_tab_do_the_same(page, sixty, who):
    page.get_by_role("button", name="My card").click()
    page.get_by_test_id("stPopoverBody").get_by_label("Include", exact=True).fill("j")
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Keep").click()
    page.get_by_text("Your card is as you like it").wait_for()
    shut(page)
    page.wait_for_function("() => document.querySelector('[data-do=include] kbd')?.textContent === 'J'")
    first = shown(page)
    press(page, "i")
    assert shown(page) == first, "the old key has gone"
    second = press(page, "j")[0]
    third = shown(page)
    page.wait_for_function("window.drawn()")
    page.get_by_role("button", name="Maybe").click()
    fourth = shown(page)
    page.get_by_role("button", name="Exclude").focus()
    press(page, ["Enter"])
    assert page.evaluate("document.activeElement.dataset.do") == "exclude", "the focus stays where it is"
    all_stored(page)
    assert [row[:2] for row in rows(sixty, who)] == [(second, "include"), (third, "maybe"), (fourth, "exclude")]


def test_a_double_click_decides_one_record_and_two_clicks_two(page, sixty, who):
    first = shown(page)
    after = page.evaluate(
        """async () => {
            const shown = () => document.querySelector('[data-testid=screening-card]').dataset.recordId
            // A click at this moment of its own clock, for a busy machine has no even pauses. The next record has been drawn.
            const click = async (name, time) => {
                const event = new MouseEvent('click', {bubbles: true, composed: true, detail: 1})
                Object.defineProperty(event, 'timeStamp', {value: time})
                while (!window.drawn()) await new Promise((done) => setTimeout(done, 10))
                document.querySelector(`[data-do=${name}]`).dispatchEvent(event)
            }
            await click('exclude', 1000)
            await click('exclude', 1100)  // as people double-click
            const seen = [shown()]
            await click('exclude', 1400)
            seen.push(shown())
            await click('maybe', 1500)
            return seen
        }"""
    )
    all_stored(page)
    verdicts = [row[:2] for row in rows(sixty, who)]
    assert verdicts[:2] == [(first, "exclude"), (after[0], "exclude")]
    assert verdicts[2:] == [(after[1], "maybe")], "another button is no double click"


def test_a_refused_decision_is_said_and_comes_back(page, sixty, who):
    first = shown(page)
    page.evaluate(
        "document.querySelector('.screening').screeningCard.data.reasons[0].id = 'nothing known'; "
        "document.querySelector('.screening .reasons button').dataset.reason = 'nothing known'"
    )
    press(page, ["1", "e"])
    page.get_by_role("alert").filter(has_text="Not stored").wait_for()
    all_stored(page)
    assert rows(sixty, who) == []
    page.reload()
    ready(page)
    assert shown(page) == first


def test_titles_are_text_and_nothing_is_fetched_from_elsewhere(page):
    assert "<script>window.hacked=1</script> *on* bones" in page.inner_text("[data-testid=record-title]")
    assert page.evaluate("window.hacked") is None
    assert page.outside == []

"""Screening with plain buttons in a real browser: every decision belongs to the record that was shown when the key went down."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from review.domain.screening import Stage
from review.services import screen
from review.services.project import open_project
from tests.browser.conftest import CARD, VERDICTS, WATCH

pytestmark = pytest.mark.browser


@pytest.fixture
def who(request):
    return "plainly " + "".join(c if c.isalnum() else " " for c in request.node.name)[-50:].strip()


@pytest.fixture
def page(browser, address, who):
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.outside = []
    opened.on("request", lambda r: r.url.startswith((address, "ws:", "data:", "blob:")) or opened.outside.append(r.url))
    opened.add_init_script(WATCH)
    opened.goto(f"{address}/screen?basic=1&reviewer={quote(who)}")
    ready(opened)
    yield opened
    opened.close()


# All from within the page, for what drives it from outside may be slower than the 250 ms in which nobody clicks on purpose.
CLICKED_ON = """async ([x, y, card, id]) => {
  const click = (detail) => {
    const event = new MouseEvent('click', {bubbles: true, cancelable: true, detail})
    document.elementFromPoint(x, y).dispatchEvent(event)
  }
  click(1)
  while (document.querySelector(card)?.dataset.recordId === id) await new Promise(requestAnimationFrame)
  for (const more of [2, 3, 4]) {
    click(more)
    await new Promise((then) => setTimeout(then, 40))
  }
}"""


def ready(page):
    """Wait until a record and its buttons are on the screen."""
    page.wait_for_selector(CARD)
    page.get_by_role("button", name="Include").wait_for()


def shown(page):
    return page.get_attribute(CARD, "data-record-id")


def press(page, key):
    """Press a key and wait until another record is on the screen; the record that was shown before.

    As a person would, it presses when the card and its buttons are there; before that a press decides nothing.
    """
    page.wait_for_function(
        """card => {
            const id = document.querySelector(card)?.dataset.recordId.replace(/[^a-zA-Z0-9_-]/g, "-")
            return id && document.getElementsByClassName(`st-key-include-${id}`).length > 0
        }""",
        arg=CARD,
    )
    page.wait_for_timeout(80)  # nobody presses sooner after seeing a record
    before = shown(page)
    page.keyboard.press(key)
    page.wait_for_function(
        "([card, id]) => document.querySelector(card) && document.querySelector(card).dataset.recordId !== id",
        arg=[CARD, before],
    )
    return before


def decisions(root, who):
    project = open_project(root)
    try:
        return screen.my_decisions(project, who, Stage.TITLE_ABSTRACT)
    finally:
        project.close()


def stored(root, who):
    return {work: str(decision.verdict) for work, decision in decisions(root, who).items()}


def settled(page, root, who, *, least=1):
    """What is stored once the page has come to rest, and at least so much."""
    seen = None
    for _ in range(120):
        page.wait_for_timeout(500)
        page.wait_for_function(
            "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
        )
        now = (shown(page), stored(root, who))
        if now == seen and len(now[1]) >= least:
            return now[1]
        seen = now
    pytest.fail("the page does not come to rest")


def test_twenty_records_by_keyboard_two_undone_and_a_reload(page, sixty, who):
    decided = {}
    order = []
    for key in "iemieeimeeiiemeimeie":
        work = press(page, key)
        decided[work] = VERDICTS[key]
        order.append(work)
    assert len(decided) == 20
    for work in reversed(order[-2:]):
        press(page, "u")
        assert shown(page) == work, "undo brings the record back to the screen"
        del decided[work]
    assert stored(sixty, who) == decided
    page.reload()
    ready(page)
    page.get_by_text("18 decided by you, 42 waiting").wait_for()
    assert shown(page) not in decided
    assert stored(sixty, who) == decided


@pytest.mark.parametrize("pause", [0, 30, 80, 150])
def test_quick_presses_never_decide_another_record(page, sixty, who, pause):
    keys = ("ieeimeie" * 4)[:24]
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(pause)
    found = settled(page, sixty, who)
    pressed = {(work, VERDICTS[key]) for key, work, _ in page.evaluate("window.pressed") if key in VERDICTS}
    wrong = {work: verdict for work, verdict in found.items() if (work, verdict) not in pressed}
    assert found
    assert wrong == {}


def test_a_held_key_decides_one_record(page, sixty, who):
    for _ in range(12):
        page.keyboard.down("i")
        page.wait_for_timeout(40)
    page.keyboard.up("i")
    assert len(settled(page, sixty, who)) == 1


def test_a_double_click_decides_one_record(page, sixty, who):
    first = shown(page)
    place = page.get_by_role("button", name="Exclude").bounding_box()
    at = (place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.evaluate(CLICKED_ON, [*at, CARD, first])
    found = settled(page, sixty, who)
    assert found == {first: "exclude"}
    page.mouse.click(*at)
    assert len(settled(page, sixty, who, least=2)) == 2


def test_typing_a_note_decides_nothing_and_the_note_is_kept(page, sixty, who):
    first = shown(page)
    page.get_by_text("Add a note").click()
    page.get_by_label("Note (optional, kept with your decision)").fill("")
    page.keyboard.type("I exclude me? imeu")
    page.wait_for_timeout(800)
    assert shown(page) == first
    assert stored(sixty, who) == {}
    page.get_by_role("button", name="Maybe").click()
    page.wait_for_function(
        "([card, id]) => document.querySelector(card) && document.querySelector(card).dataset.recordId !== id",
        arg=[CARD, first],
    )
    decision = decisions(sixty, who)[first]
    assert (decision.verdict, decision.note) == ("maybe", "I exclude me? imeu")


def test_a_reason_is_chosen_and_the_next_key_still_decides(page, sixty, who):
    first = shown(page)
    page.get_by_role("button", name="Reason when excluding: none").click()
    page.get_by_test_id("stPopoverBody").get_by_role("radio").first.click()
    page.get_by_role("button", name="Reason when excluding").filter(has_not_text="none").wait_for()
    page.keyboard.press("Escape")
    press(page, "e")
    decision = decisions(sixty, who)[first]
    assert decision.verdict == "exclude"
    assert decision.reason


def test_titles_are_text_and_nothing_is_fetched_from_elsewhere(page):
    assert "<script>window.hacked=1</script> *on* bones" in page.inner_text("[data-testid=record-title]")
    assert page.evaluate("window.hacked") is None
    assert page.outside == []

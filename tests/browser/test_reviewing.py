"""The linter beside the text in a real browser: by the keyboard alone, in light and in dark, on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from review.services.manuscript import paper
from review.services.project import create
from tests.browser.conftest import serving
from tests.browser.test_accessibility import axe, faults_that_stay, misplaced  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser
SUM = "Of the 802 patients, 393 were female and 345 were male."


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("reviewing") / "spines"
    made = create(found, type="dataset")
    place = paper.create(made, Path("paper"), type="dataset")
    (place / "manuscript.md").write_text(
        f"# Results\n\nIt rained.\n\n{SUM}\n\nNobody minded.\n\nWe found TODO.\n", encoding="utf-8"
    )
    made.close()
    return found


@pytest.fixture(scope="module")
def address(root: Path) -> Iterator[str]:
    with serving(root) as found:
        yield found


def read(context, address):
    page = context.new_page()
    page.goto(f"{address}/manuscript?reviewer=Ana")
    tab = page.get_by_role("tab", name="As a reviewer")
    tab.wait_for()
    tab.focus()
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Read it as a reviewer would")
    button.wait_for()
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Jump to").wait_for()
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_timeout(800)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out_and_nothing_is_cut_off(browser, address, axe, scheme):  # noqa: F811 - the fixture
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    try:
        page = read(context, address)
        page.evaluate(axe)
        assert faults_that_stay(page) == []
        page.set_viewport_size({"width": 390, "height": 800})
        assert misplaced(page) == []
    finally:
        context.close()


def test_the_text_between_is_opened_and_a_finding_let_stand_by_the_keyboard(browser, address, root):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        page = read(context, address)
        assert page.locator(".passage mark", has_text="393 were female").count() == 1
        between = page.get_by_text("Line 7: nothing to say")
        between.focus()
        page.keyboard.press("Enter")
        page.get_by_text("Nobody minded.").wait_for()
        stand = page.get_by_role("button", name="Let it stand").first
        stand.focus()
        page.keyboard.press("Enter")
        why = page.get_by_label("Why may it stand?").first
        why.wait_for()
        why.focus()
        page.keyboard.type("The groups overlap.")
        page.keyboard.press("Enter")
        page.get_by_text("is let stand in the name of Ana").wait_for()
        settings = (root / "paper" / "paper.yaml").read_text(encoding="utf-8")
        assert f"sentence: {SUM}" in settings
        assert "reason: The groups overlap." in settings
        assert page.locator(".passage mark", has_text="393 were female").count() == 0
    finally:
        context.close()

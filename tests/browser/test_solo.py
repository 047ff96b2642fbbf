"""Working alone: the name is asked once, kept by the browser, and forgotten on request."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser):
    """A browser that was never here before."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def test_the_name_is_asked_once_and_not_at_the_next_visit(page, address):
    page.goto(f"{address}/screen")
    page.get_by_label("Your name").fill("Zoë; O'Neil")
    page.get_by_role("button", name="Begin").click()
    page.get_by_test_id("screening-card").wait_for()
    page.goto(f"{address}/chart")  # as typed or from a bookmark: without the name in it
    page.get_by_text("Zoë; O'Neil").first.wait_for()
    page.get_by_role("button", name="Not you? Change the name").click()
    page.get_by_label("Your name").wait_for()
    page.wait_for_function("() => !document.cookie.includes('_name=')")
    page.goto(f"{address}/chart")
    page.get_by_label("Your name").wait_for()


@pytest.mark.parametrize(("by_file", "own"), [("full_text", "full-text"), ("imports", "import")])
def test_a_page_is_found_by_the_name_of_its_file_too(page, address, by_file, own):
    page.goto(f"{address}/{by_file}?reviewer=Ana")
    page.wait_for_url(re.compile(rf"{address}/{own}\b"))

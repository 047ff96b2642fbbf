"""Every page for everybody: no serious fault that axe-core finds, in light and in dark, and no page wider than a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from review.app.menu import PAGES
from tests.app.conftest import reviewed
from tests.browser.conftest import serving

pytestmark = pytest.mark.browser

ADDRESSES = [entry.address for entry in PAGES]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(reviewed(tmp_path_factory.mktemp("everybody") / "spines")) as found:
        yield found


@pytest.fixture(scope="module")
def axe() -> str:
    package = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page_address", ADDRESSES)
def test_no_serious_fault_and_no_page_wider_than_a_phone(browser, address, axe, page_address, scheme):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    try:
        page = opened(context, address, page_address)
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        faults = [
            f"{v['id']} ({v['impact']}): {v['help']}: " + " | ".join(n["html"][:160] for n in v["nodes"][:3])
            for v in found["violations"]
            if v["impact"] in ("serious", "critical")
        ]
        assert faults == []
        page.set_viewport_size({"width": 390, "height": 800})
        page.wait_for_timeout(400)
        wide = page.evaluate(
            "() => { const main = document.querySelector('[data-testid=stMain]');"
            " return [document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth] }"
        )
        assert max(wide) <= 0
    finally:
        context.close()


def opened(context, address, page_address):
    page = context.new_page()
    page.goto(f"{address}/{page_address}?reviewer=Cy")
    page.get_by_role("heading", level=1).first.wait_for(timeout=60_000)
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')", timeout=60_000)
    page.wait_for_timeout(1_000)  # what is drawn after the run: tables, the card
    return page

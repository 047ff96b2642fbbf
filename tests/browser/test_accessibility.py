"""Every page for everybody: no serious fault that axe-core finds, in light and in dark; nothing cut off at 200 % or on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from review.app.menu import PAGES
from review.services import corrections
from review.services.full_text_intake import Upload, take
from review.services.project import open_project
from review.services.works import works
from tests.app.conftest import RECORDS, reviewed
from tests.browser.conftest import serving
from tests.pdfs import paper

pytestmark = pytest.mark.browser

ADDRESSES = [entry.address for entry in PAGES]
DESK, DOUBLE, PHONE = (
    {"width": w, "height": h} for w, h in ((1280, 900), (640, 450), (390, 800))
)  # double: DESK at 200 %


# What can be read or pressed and stands outside the page, is cut off, or lies over something else.
MISPLACED = """() => {
  const main = document.querySelector('[data-testid=stMain]')
  const found = []
  const said = (el) => `${el.tagName} ${(el.innerText || el.ariaLabel || el.dataset.testid || '').slice(0, 60)}`
  if (document.documentElement.scrollWidth > innerWidth) found.push('the document is wider than the window')
  if (main.scrollWidth > main.clientWidth) found.push('the page is wider than its place')
  const shown = (el) => {
    const box = el.getBoundingClientRect()
    return box.width > 1 && box.height > 1 && el.checkVisibility({opacityProperty: true, visibilityProperty: true})
      && !el.closest('[data-testid=stDataFrame], [data-testid=stElementToolbar], [data-testid=stDateInput]')
  }
  const kinds = 'button, a, input, textarea, [role=radio], [role=combobox], h1, h2, h3, h4, p, label, li'
  const all = [...main.querySelectorAll(kinds)].filter(shown)
  for (const el of all) {
    const box = el.getBoundingClientRect()
    if (box.left < -1 || box.right > innerWidth + 1) found.push(`outside: ${said(el)}`)
    const scrolls = ['INPUT', 'TEXTAREA'].includes(el.tagName) || getComputedStyle(el).overflowX === 'visible'
    if (!scrolls && el.clientWidth && el.scrollWidth > el.clientWidth + 2) found.push(`cut off: ${said(el)}`)
  }
  const leaves = all.filter((el) => !all.some((other) => other !== el && el.contains(other)))
  const boxes = leaves.map((el) => el.getBoundingClientRect())
  leaves.forEach((one, i) => leaves.slice(i + 1).forEach((other, k) => {
    const [a, b] = [boxes[i], boxes[i + 1 + k]]
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left)
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
    if (wide > 3 && high > 3) found.push(`${said(one)} lies over ${said(other)}`)
  }))
  return found
}"""


AT_REST = """() => {
  window.lastChange = performance.now()
  const told = () => { window.lastChange = performance.now() }
  new MutationObserver(told).observe(document.body, {childList: true, subtree: true, attributes: true})
}"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = reviewed(tmp_path_factory.mktemp("everybody") / "spines")
    _bring_papers(made)
    return made


@pytest.fixture(scope="module")
def address(root: Path) -> Iterator[str]:
    with serving(root) as found:
        yield found


@pytest.fixture(scope="module")
def windows(browser) -> Iterator[dict[str, object]]:
    """A browser in each colour for all pages: it has read the app's own scripts once."""
    found = {scheme: browser.new_context(color_scheme=scheme) for scheme in ("light", "dark")}
    yield found
    for context in found.values():
        context.close()


@pytest.fixture(scope="module")
def put_right(root: Path) -> str:
    """The id of a record of which a person corrected two fields."""
    project = open_project(root)
    record = next(iter(works(project).members))
    written = {"abstract": "A long word: " + "sacralisation" * 3, "year": "2019"}
    corrections.correct(project, record, written, reason="the publisher's page", person="Ana")
    project.close()
    return record


def _bring_papers(root: Path) -> None:
    """A page of a paper to look at, and a file that waits to be asked about."""
    project = open_project(root)
    papers = (paper(RECORDS[3][0], doi="10.5555/inv.3"), paper("Gait after stroke in forty people of one clinic"))
    uploads = [Upload(name=f"a rather long name of a file, number {n}.pdf", data=data) for n, data in enumerate(papers)]
    take(project, uploads, person="Ana")
    project.close()


@pytest.fixture(scope="module")
def axe() -> str:
    package = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page_address", ADDRESSES)
def test_no_serious_fault_and_nothing_cut_off_at_double_size_or_on_a_phone(windows, address, axe, page_address, scheme):
    judged(windows, axe, f"{address}/{page_address}?reviewer=Cy", scheme)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_in_which_a_record_is_put_right_is_for_everybody_too(windows, address, axe, put_right, scheme):
    judged(windows, axe, f"{address}/find?reviewer=Cy&record={put_right}", scheme, press="Something missing or wrong?")


@pytest.mark.parametrize("page_address", ["imports", "overview"])
def test_the_imported_files_are_read_on_a_phone_without_swiping(windows, address, page_address):
    with opened(windows["light"], f"{address}/{page_address}?reviewer=Cy", size=PHONE) as page:
        files = page.get_by_role("region", name="Imported files")
        width, place = files.evaluate("(el) => [el.scrollWidth, el.clientWidth]")
        assert width <= place
        last = "(el) => getComputedStyle(el.querySelector('td:last-child'), '::before').content"
        assert "Without abstract" in files.evaluate(last)


def judged(windows, axe, place, scheme, press=""):
    with opened(windows[scheme], place) as page:
        if press:
            page.get_by_text(press).click()
            page.wait_for_timeout(1_000)
        page.evaluate(axe)
        assert faults_that_stay(page) == []
        for size in (DOUBLE, PHONE) if scheme == "light" else ():
            page.set_viewport_size(size)
            assert misplaced(page) == [], f"at {size}"


def faults_that_stay(page) -> list[str]:
    """What axe finds wrong and still finds seconds later: a page that is just being drawn has passing ones."""
    for patience in (1_000, 4_000, 15_000, 0):
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        faults = [
            f"{v['id']} ({v['impact']}): {v['help']}: " + " | ".join(n["html"][:160] for n in v["nodes"][:3])
            for v in found["violations"]
            if v["impact"] in ("serious", "critical")
        ]
        if not faults:
            break
        page.wait_for_timeout(patience)
    return faults


def misplaced(page) -> list[str]:
    """What is out of its place after the window got another size, and still is seconds later."""
    for patience in (600, 1_000, 5_000, 15_000):
        page.wait_for_timeout(patience)
        if not (found := page.evaluate(MISPLACED)):
            break
    return found


@contextmanager
def opened(context, place, *, size=DESK):
    """The page, drawn: its heading is there, the run is over, and nothing has changed for a while."""
    page = context.new_page()
    try:
        page.set_viewport_size(size)
        page.goto(place)
        page.get_by_role("heading", level=1).first.wait_for()
        page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
        page.evaluate(AT_REST)
        page.wait_for_function("performance.now() - window.lastChange > 800")
        yield page
    finally:
        page.close()

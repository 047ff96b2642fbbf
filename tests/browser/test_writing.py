"""Files taken in and documents written in a real browser, from an empty project to a manuscript."""

from __future__ import annotations

from pathlib import Path

import pytest

from review.services import collect, works
from review.services.project import create, open_project
from tests.browser.conftest import serving

pytestmark = pytest.mark.browser

RIS = "".join(
    f"TY  - JOUR\nTI  - Invented study {name}\nAU  - Writer, Ada\nPY  - 2020\nAB  - Spines.\nER  - \n\n"
    for name in "AB"
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = create(tmp_path_factory.mktemp("writing") / "an empty review", preset="lstv-machine-learning")
    made.close()
    return made.root


@pytest.fixture(scope="module")
def address(root: Path):
    with serving(root) as found:
        yield found


@pytest.fixture
def page(browser, address):
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()


def test_a_file_is_uploaded_reported_and_known_the_second_time(page, address, root, tmp_path):
    (tmp_path / "scopus.ris").write_text(RIS, encoding="utf-8")
    (tmp_path / "export.ris").write_text("<html><body>Please sign in</body></html>", encoding="utf-8")
    for said in ("2", "imported before"):
        page.goto(f"{address}/import?reviewer=Ana")
        page.set_input_files("input[type=file]", str(tmp_path / "scopus.ris"))
        page.get_by_role("button", name="Import 1 file").click()
        page.get_by_text("Records read").first.wait_for()
        page.get_by_text(said, exact=said.isdigit()).first.wait_for()
    page.goto(f"{address}/import?reviewer=Ana")
    page.set_input_files("input[type=file]", str(tmp_path / "export.ris"))
    page.get_by_text("this is a web page, not an export").first.wait_for()
    project = open_project(root)
    assert len(works.works(project).work_of) == 2
    assert [r.source for r in collect.reports(project)] == ["scopus"]
    project.close()


def test_a_manuscript_is_started_and_built(page, address, root):
    page.goto(f"{address}/manuscript?reviewer=Ana")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="Build", exact=True).click()
    page.get_by_role("button", name="manuscript.pdf").wait_for()
    assert (root / "paper" / "build" / "manuscript.pdf").read_bytes().startswith(b"%PDF")

"""A paper brought, read, excluded with a reason and settled in a real browser; the diagram follows."""

from __future__ import annotations

from pathlib import Path

import pytest

from review.domain.screening import Decision, Stage, Verdict
from review.services import collect, flow, full_texts, fulltext, protocol, screen, works
from review.services.collect import Origin
from review.services.project import create, open_project
from tests.browser.conftest import serving
from tests.pdfs import paper

pytestmark = pytest.mark.browser

TITLES = ("Counting the vertebrae of forty people by a program", "Counting the ribs of ten people by hand")
SAID = "We counted *forty* people & <b>nobody</b> else."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two reports at full text in a review in which one person decides."""
    made = create(tmp_path / "review", preset="lstv-machine-learning")
    text = made.protocol_path.read_text(encoding="utf-8")
    for two, one in (("reviewers_per_record: 2", "reviewers_per_record: 1"), ("pilot_records: 50", "pilot_records: 0")):
        assert two in text
        text = text.replace(two, one)
    made.protocol_path.write_text(text, encoding="utf-8")
    protocol.freeze(made)
    records = "".join(
        f"TY  - JOUR\nTI  - {title}\nAU  - Writer, Ada\nPY  - 2020\nDO  - 10.5555/b.{n}\nAB  - Spines.\nER  - \n\n"
        for n, title in enumerate(TITLES)
    )
    collect.import_bytes(made, records.encode(), file_name="pubmed.ris", origin=Origin(source="pubmed"))
    for record in works.works(made).members:
        said = Decision(record_id=record, stage=Stage.TITLE_ABSTRACT, reviewer="Ana", verdict=Verdict.INCLUDE)
        screen.decide(made, said)
    made.close()
    return made.root


@pytest.fixture
def page(browser, root):
    with serving(root) as address:
        opened = browser.new_page(viewport={"width": 1280, "height": 1000}, base_url=address)
        opened.set_default_timeout(60_000)
        yield opened
        opened.close()


def excluded(root: Path) -> tuple[tuple[str, int], ...]:
    project = open_project(root)
    try:
        return flow.counts(project).dbr_excluded
    finally:
        project.close()


def test_a_paper_is_brought_read_and_excluded_and_the_diagram_follows_its_reason(page, root, tmp_path):
    made = tmp_path / "a paper.pdf"
    made.write_bytes(paper(TITLES[0], doi="10.5555/b.0", body=[SAID]))
    wrong = tmp_path / "wall.pdf"
    wrong.write_bytes(b"<!doctype html><title>Sign in</title>")
    page.goto("/full-text?reviewer=Ana")
    page.get_by_text("Bring files").click()
    page.locator("input[type=file]").first.set_input_files([str(made), str(wrong)])
    page.get_by_text("this is a web page under the name of a PDF").first.wait_for()
    page.get_by_text("a paper.pdf: kept").first.wait_for()
    page.locator("[data-testid=stImage] img, .stImage img").first.wait_for()
    page.get_by_role("radio", name="Text", exact=True).click()
    page.locator(".paper").get_by_text(SAID).wait_for()
    page.get_by_role("button", name="Exclude", exact=True).click()
    page.get_by_text("exactly one reason").first.wait_for()
    assert excluded(root) == ()
    project = open_project(root)
    first, second, *_ = protocol.in_force(project).exclude
    labels = [protocol.criterion_label(project, c.id) for c in (first, second)]
    assert len(fulltext.standings(project)) == 2
    assert len(full_texts.with_files(project)) == 1
    project.close()
    page.get_by_text(f"{first.id} {first.label}", exact=True).first.click()
    page.get_by_role("button", name="Exclude", exact=True).click()
    page.get_by_text("Stored.").wait_for()
    assert excluded(root) == ((labels[0], 1),)
    page.goto("/flow?reviewer=Ana")
    page.get_by_role("img", name="PRISMA 2020 flow diagram").wait_for()
    page.goto("/full-text?reviewer=Ana")
    page.get_by_text("My decisions").click()
    page.get_by_role("combobox", name="Change a decision").click()
    page.get_by_role("option", name=TITLES[0]).click()
    page.get_by_role("combobox", name="Reason, if you exclude").click()
    page.get_by_role("option", name=f"{second.id} {second.label}").click()
    page.get_by_role("button", name="Still exclude").click()
    page.get_by_text("Changed. The earlier decision stays").wait_for()
    assert excluded(root) == ((labels[1], 1),)


def test_what_was_brought_and_typed_survives_a_reload_and_a_killed_server(browser, root, tmp_path):
    from tests.browser.conftest import Served

    strange = tmp_path / "strange.pdf"
    strange.write_bytes(paper("Sleep of forty people in one town of the far north"))
    served = Served(root)
    try:
        page = browser.new_page(viewport={"width": 390, "height": 844}, base_url=served.address)
        page.set_default_timeout(60_000)
        page.goto("/full-text?reviewer=Ana")
        page.get_by_text("Bring files").click()
        page.locator("input[type=file]").first.set_input_files(str(strange))
        page.get_by_text("Of which report is it?").wait_for()
        served.kill()
        served.start()
        page.goto("/full-text?reviewer=Ana")
        page.get_by_text("Bring files (1 wait for their report)").wait_for()
        page.get_by_role("button", name="It is none of them").click()
        page.get_by_text("Taken away.").wait_for()
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, "a telephone shows it without scrolling sideways"
        page.close()
    finally:
        served.stop()

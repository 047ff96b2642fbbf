"""The charting form in Chromium: words of a real PDF become a quote with its page, drafts outlive a reload and a killed
server, and two people chart and settle.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from review.domain.screening import Decision, Stage, Verdict
from review.services import chart, collect, full_text_intake, protocol, screen, works
from review.services.charting import comparison, drafts
from review.services.collect import Origin
from review.services.full_text_intake import Upload
from review.services.project import Project, create, open_project
from tests.browser.conftest import Served
from tests.browser.test_accessibility import axe  # noqa: F401 - a fixture
from tests.pdfs import pdf

pytestmark = pytest.mark.browser
FORM = "[data-testid=charting]"
TITLE = "Counting vertebrae by a network of neurons"
PAGES = (
    (TITLE, "DOI 10.5555/chart.0", "We counted vertebrae in computed tomography."),
    (
        "Methods",
        "The cohort held 2,140 patients from one",
        "hospital, scanned between 2012 and 2020.",
        "Dice was 91.2%.",
    ),
)
PROTOCOL = """\
title: Counting vertebrae
question: Which programs count vertebrae?
pcc: {population: People, concept: Counting, context: Anywhere}
sources:
  - {name: pubmed, label: PubMed, kind: database, query: "spine AND count"}
criteria:
  include:
    - {id: I1, label: Counts, text: The report counts vertebrae.}
  exclude:
    - {id: E1, label: Not human, text: Animals only.}
screening: {reviewers_per_record: 1}
charting:
  people_per_study: 2
  fields:
    - {id: n_patients, label: Patients, kind: number, unit: patients, section: Study, help: "*All*, <b>not</b> only the ill."}
    - {id: size, label: Size, kind: number, units: [patients, images], section: Study}
    - {id: modality, label: Modality, kind: multi, options: [X-ray, CT, MRI], section: Study}
    - {id: design, label: Design, kind: choice, options: [prospective, retrospective], section: Study}
    - {id: remark, label: Remark, kind: text, section: Study}
    - id: models
      label: Models
      kind: group
      section: Models
      fields:
        - {id: model, label: Model, kind: text}
        - {id: dice, label: Dice, kind: number, unit: per cent}
"""


def charted_review(root: Path) -> Path:
    """A review with one included study, whose PDF is kept."""
    root.mkdir(parents=True)
    (root / "protocol.yaml").write_text(PROTOCOL, encoding="utf-8")
    project = create(root)
    protocol.freeze(project, who="Ana")
    entry = f"TY  - JOUR\nTI  - {TITLE}\nAU  - Sample, Ann\nPY  - 2024\nJO  - Invented\nDO  - 10.5555/chart.0\nER  - \n"
    collect.import_bytes(project, entry.encode(), file_name="pubmed.ris", origin=Origin(source="pubmed"))
    works.dedup(project)
    [work] = works.works(project).members
    for stage in Stage:
        screen.decide(
            project, Decision(record_id=work, stage=stage, reviewer="Ana", verdict=Verdict.INCLUDE, shown=work)
        )
    [taken] = full_text_intake.take(project, [Upload(name="paper.pdf", data=pdf(PAGES, title=TITLE))], person="Ana")
    assert taken.outcome == "kept", taken.message
    project.close()
    return root


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    found = Served(charted_review(tmp_path / "charted"))
    yield found
    found.stop()


def the_work(project: Project) -> str:
    [study] = chart.studies(project)
    return study.record_id


def opened(browser, served: Served, who: str, *, context=None):
    page = (context or browser.new_context(viewport={"width": 1500, "height": 950})).new_page()
    page.goto(f"{served.address}/chart?reviewer={who}")
    page.locator(f"{FORM} .field").first.wait_for()
    return page


def field(page, label: str):
    return page.locator(f"{FORM} .field").filter(has=page.locator(f"label.name:text-is('{label}')"))


def saved(page) -> None:
    page.wait_for_function(f"/^Saved/.test(document.querySelector('{FORM} [data-part=saved]')?.textContent)")


def until(said: Callable[[], bool]) -> None:
    for _ in range(150):
        if said():
            return
        time.sleep(0.1)
    pytest.fail("it did not come about within 15 seconds")


def select(page, words: str) -> None:
    """Select words in the text of the paper, as a mouse would."""
    page.evaluate(
        """(words) => {
          for (const p of document.querySelectorAll('.charting .page p')) {
            const at = p.textContent.replace(/\\n/g, ' ').indexOf(words);
            if (at < 0) continue;
            const range = new Range();
            range.setStart(p.firstChild, at);
            range.setEnd(p.firstChild, at + words.length);
            const found = document.getSelection();
            found.removeAllRanges();
            found.addRange(range);
            return;
          }
          throw new Error('the words are not on a page');
        }""",
        words,
    )


def test_words_of_a_pdf_become_the_quote_of_a_field_with_their_page(browser, served: Served) -> None:
    page = opened(browser, served, "Ana")
    shown = (
        page.locator(f"{FORM} .page p")
        .nth(1)
        .evaluate("(found) => found.textContent.split('\\n').map((one) => one.trim())")
    )
    assert "The cohort held 2,140 patients from one hospital, scanned between 2012 and 2020." in " ".join(shown[1:2]), (
        "a full line goes on in the next, and a heading stays by itself"
    )
    patients = field(page, "Patients")
    patients.locator("[data-of=value]").fill("2,140")
    select(page, "2,140 patients from one hospital")
    page.get_by_role("button", name="Quote for “Patients”").click()
    assert patients.locator("[data-of=quote]").input_value() == "2,140 patients from one hospital"
    assert patients.locator("[data-of=page]").input_value() == "2"
    saved(page)
    project = open_project(served.root)
    kept = drafts.filled(project, the_work(project), reviewer="Ana")["n_patients", 0]
    assert (kept.entry.value, kept.entry.quote, kept.entry.page) == ("2,140", "2,140 patients from one hospital", "2")
    assert kept.warning == ""
    patients.locator("[data-of=quote]").fill("words that nobody wrote")
    patients.get_by_text("not in the text of the PDF").wait_for()
    assert page.evaluate("document.querySelector('.charting .quiet').innerHTML.includes('&lt;b&gt;')"), (
        "help is no markup"
    )
    project.close()


def test_sentences_are_quoted_by_keyboard_alone(browser, served: Served, axe) -> None:  # noqa: F811 - the fixture
    page = opened(browser, served, "Ana")
    patients = field(page, "Patients")
    patients.locator("[data-of=value]").focus()
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Choose in the text":
            break
    page.keyboard.press("Enter")
    pages = page.locator(f"{FORM} .pages")
    assert pages.evaluate("(found) => found === document.activeElement")
    told = page.locator(f"{FORM} [data-part=found]")
    assert "There is no quote for “Patients” yet" in told.inner_text()
    first = ""
    for _ in range(60):
        page.keyboard.press("ArrowDown")
        first = page.evaluate("document.getSelection().toString()")
        if "2,140 patients" in first:
            break
    assert " ".join(first.split()).startswith("The cohort held 2,140 patients from one hospital"), (
        "no heading before it"
    )
    assert told.inner_text().startswith("Page 2: ")
    page.keyboard.press("Shift+ArrowDown")
    both = " ".join(page.evaluate("document.getSelection().toString()").split())
    assert both.startswith(" ".join(first.split()))
    assert len(both) > len(first)
    page.evaluate(axe)
    faults = page.evaluate("axe.run(document.querySelector('.charting'), {resultTypes: ['violations']})")["violations"]
    assert [fault["id"] for fault in faults if fault["impact"] in {"serious", "critical"}] == []
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")
    quote = patients.locator("[data-of=quote]")
    assert quote.input_value() == " ".join(first.split())
    assert patients.locator("[data-of=page]").input_value() == "2"
    assert quote.evaluate("(found) => found === document.activeElement"), "and back in the form"
    saved(page)
    project = open_project(served.root)
    kept = drafts.filled(project, the_work(project), reviewer="Ana")["n_patients", 0]
    assert (kept.entry.page, kept.warning) == ("2", "")
    project.close()


def test_what_is_typed_outlives_a_reload_and_a_killed_server(browser, served: Served) -> None:
    page = opened(browser, served, "Ana")
    field(page, "Size").locator("[data-of=value]").fill("300")
    field(page, "Size").get_by_text("300 of what?").wait_for()
    field(page, "Remark").locator("[data-of=value]").fill("typed and at once reloaded")
    page.reload()
    page.locator(f"{FORM} .field").first.wait_for()
    assert field(page, "Remark").locator("[data-of=value]").input_value() == "typed and at once reloaded"
    assert field(page, "Size").locator("[data-of=value]").input_value() == "300"
    saved(page)
    served.kill()
    field(page, "Design").locator("[data-of=value]").select_option("retrospective")
    field(page, "Remark").locator("[data-of=value]").fill("typed while nobody answered")
    page.get_by_text("Kept in this browser until the program answers").wait_for()
    served.start()
    saved(page)
    project = open_project(served.root)
    kept = {spot[0]: one.entry.value for spot, one in drafts.filled(project, the_work(project), reviewer="Ana").items()}
    assert kept == {"size": "300", "remark": "typed while nobody answered", "design": "retrospective"}
    project.close()


def test_an_offer_of_the_text_is_stored_only_once_it_is_taken(browser, served: Served) -> None:
    page = opened(browser, served, "Ana")
    patients = field(page, "Patients")
    patients.locator(".offers summary").click()
    project = open_project(served.root)
    assert drafts.filled(project, the_work(project), reviewer="Ana") == {}
    patients.get_by_role("button", name="Take 2140 patients").click()
    assert patients.locator("[data-of=value]").input_value() == "2140"
    assert "The cohort held 2,140 patients" in patients.locator("[data-of=quote]").input_value()
    assert patients.locator("[data-of=page]").input_value() == "2"
    saved(page)
    assert drafts.filled(project, the_work(project), reviewer="Ana")["n_patients", 0].warning == ""
    project.close()


def test_two_people_chart_blinded_compare_and_settle(browser, served: Served) -> None:
    for who, patients in (("Ana", "2140"), ("Bo", "2410")):
        page = opened(browser, served, who)
        field(page, "Patients").locator("[data-of=value]").fill(patients)
        field(page, "Modality").get_by_label("CT").check()
        page.locator(f"{FORM} summary", has_text="Models").click()
        field(page, "Model").locator("[data-of=value]").fill("U-Net")
        page.get_by_role("button", name="Add a row to Models").click()
        field(page, "Model").nth(1).locator("[data-of=value]").fill("SVM")
        page.get_by_role("button", name="Hand in this study").click()
        page.get_by_text("Handed in: 4 answers stored.").wait_for()
    page.get_by_text("Compare and settle", exact=True).click()
    page.get_by_role("button", name="Take Ana's answer").click()
    page.get_by_text("Nothing is left to settle").wait_for()
    project = open_project(served.root)
    [study] = chart.studies(project)
    assert (study.answers["n_patients"].value, study.unsettled) == ("2140", 0)
    assert [row["model"].value for row in study.rows["models"]] == ["U-Net", "SVM"]
    assert {v.by["field"]: v.value for v in comparison.agreement(project).values if v.by}["n_patients"] == 0
    project.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1500, 390])
def test_the_form_stays_within_its_page(browser, served: Served, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = opened(browser, served, "Ana", context=context)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
    boxes = page.locator(f"{FORM} .field input, {FORM} .field select, {FORM} .field textarea")
    for at in range(boxes.count()):
        found = boxes.nth(at).bounding_box()
        assert found is None or found["x"] + found["width"] <= width

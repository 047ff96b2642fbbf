"""The shipped sample, from nothing to the PDF, on both databases; then the numbers in the text against the facts."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from review.domain.checklist import ItemState, open_items
from review.domain.errors import AlreadyExists, BadInput, Missing, NotAllowed
from review.domain.flow import identities
from review.domain.quotes import page_of
from review.domain.screening import Stage
from review.services import bundle, demo, facts, flow, full_texts, overview, project, screen, works
from review.services.charting import texts
from review.services.demo import DemoReport
from review.services.manuscript import building, checklists, paper
from review.services.project import Project
from review.services.sample_papers import NOTICE
from review.storage import charting

PAPER = Path("paper")


@dataclass(frozen=True)
class Sample:
    project: Project
    report: DemoReport


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """The finished sample review; tests that change it work on a copy of their own."""
    folder = tmp_path_factory.mktemp("sample")
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv(project.DATABASE_URL, raising=False)
        if request.param == "postgresql":
            address = request.getfixturevalue("postgres_server")
            environment.setenv(project.DATABASE_URL, fresh_database(address))
        report = demo.build(folder / "demo")
        opened = project.open_project(report.root)
        yield Sample(opened, report)
        opened.close()


def fresh_database(address: str) -> str:
    import uuid

    import psycopg

    name = f"sample_{uuid.uuid4().hex}"
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{address}/{name}"


def test_it_leaves_the_diagram_the_manuscript_and_its_documents(sample: Sample) -> None:
    names = {path.relative_to(sample.report.root).as_posix() for path in sample.report.files}
    assert {"flow.svg", "flow.png", "flow.pdf", "paper/manuscript.md", "paper/build/manuscript.pdf"} <= names
    assert all(path.stat().st_size > 500 for path in sample.report.files)
    starts = {".pdf": b"%PDF", ".docx": b"PK", ".png": b"\x89PNG", ".html": b"<!DOCTYPE html", ".tex": b"% Options"}
    for path in sample.report.files:
        assert path.read_bytes().startswith(starts.get(path.suffix, b"")), path.name


def test_its_numbers_are_those_its_readme_tells(sample: Sample) -> None:
    counts = flow.counts(sample.project)
    assert (counts.identified, counts.duplicates, counts.records_screened) == (185, 33, 152)
    assert (counts.dbr_sought_reports, counts.dbr_notretrieved_reports, counts.new_studies) == (29, 2, 14)
    assert all(i.holds for i in identities(counts))
    known = facts.facts(sample.project)
    assert (known["screen.conflicts"].value, known["screen.conflicts_settled"].value) == (10, 10)
    assert known["chart.studies"].value == 14
    assert overview.status(sample.project).next_step.startswith("Write the paper")


def test_nothing_in_the_sample_is_wrong(sample: Sample) -> None:
    assert [str(f) for f in sample.report.findings if f.severity in ("error", "blocker")] == []


def test_every_number_in_the_built_text_equals_the_database(sample: Sample) -> None:
    text = (sample.report.root / "paper/build/manuscript.md").read_text(encoding="utf-8")
    folded = re.sub(r"\s+", " ", text)
    counts = flow.counts(sample.project)
    assert "{{" not in re.sub(r"`[^`]*`|<!--.*?-->", "", folded)
    for sentence in (
        f"titles and abstracts of {counts.records_screened} records were screened",
        f"{counts.records_excluded} of them (80.9%) were excluded",
        f"Of {counts.dbr_sought_reports} reports sought, {counts.dbr_notretrieved_reports} could not be retrieved",
        f"{counts.new_reports} reports of {counts.new_studies} studies",
        "PubMed (n = 65), arXiv (n = 35), Scopus (n = 60) and IEEE Xplore (n = 25)",
        "kappa was 0.82 (95% CI 0.71 to 0.94)",
    ):
        assert sentence in folded, sentence


def test_it_brings_papers_in_which_every_quote_stands_on_its_page(sample: Sample) -> None:
    papers = {
        work: pages
        for work in full_texts.with_files(sample.project)
        if (pages := full_texts.pages(sample.project, work))
    }
    assert len(papers) == 5
    work_of = works.works(sample.project).work_of
    quotes = [
        (one.quote, papers[work_of[one.record_id]], one.page)
        for one in charting.read(sample.project.store)
        if one.quote and work_of[one.record_id] in papers
    ]
    assert [quote for quote, pages, page in quotes if str(page_of(quote, pages)) != page] == []
    assert len(quotes) > 80
    assert all(NOTICE in " ".join(pages[0].split()) for pages in papers.values())


def test_its_papers_offer_something_to_chart_after_the_abstract(sample: Sample) -> None:
    for work in full_texts.with_files(sample.project):
        assert {one.page for one in texts.suggestions(sample.project, work)} - {"0", "1"}


def test_building_it_again_over_the_same_folder_only_names_it(sample: Sample) -> None:
    again = demo.build(sample.report.root)
    assert again.was_there
    assert again.files == sample.report.files
    assert not list(sample.report.root.parent.glob(".*"))


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(AlreadyExists):
        demo.build(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_the_checklist_shows_all_22_items_and_where_each_stands(sample: Sample) -> None:
    answers = checklists.answers(sample.project, PAPER, "prisma-scr")
    assert [a.item.number for a in answers] == [str(n) for n in range(1, 23)]
    by_number = {a.item.number: a for a in answers}
    assert by_number["14"].state is ItemState.YES
    assert by_number["14"].place == "Selection of sources of evidence"
    assert by_number["3"].state is ItemState.NO
    assert by_number["3"].line
    assert 0 < len(open_items(answers)) < 22
    with pytest.raises(Missing, match="prisma-scr"):
        checklists.answers(sample.project, PAPER, "prisma")


def test_a_bundle_opens_elsewhere_with_the_same_numbers(sample: Sample, tmp_path: Path) -> None:
    written = bundle.export(sample.project, tmp_path / "review.zip")
    assert bundle.verify(tmp_path / "review.zip") == []
    opened = bundle.open_bundle(tmp_path / "review.zip", tmp_path / "again")
    before = {name: fact.value for name, fact in facts.facts(sample.project).items()}
    assert {name: fact.value for name, fact in facts.facts(opened).items()} == before
    assert len(before) == written.facts
    assert flow.counts(opened) == flow.counts(sample.project)
    assert screen.outcomes(opened, Stage.FULL_TEXT) == screen.outcomes(sample.project, Stage.FULL_TEXT)
    rebuilt = building.build(opened, PAPER, ["md"])
    assert rebuilt.files[0].read_bytes() == (sample.report.root / "paper/build/manuscript.md").read_bytes()
    opened.close()
    with pytest.raises(AlreadyExists):
        bundle.open_bundle(tmp_path / "review.zip", tmp_path / "again")


def test_a_bundle_with_one_byte_changed_is_caught(sample: Sample, tmp_path: Path) -> None:
    bundle.export(sample.project, tmp_path / "review.zip")
    with zipfile.ZipFile(tmp_path / "review.zip") as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}

    def packed(changed: dict[str, bytes]) -> Path:
        path = tmp_path / "changed.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in (contents | changed).items():
                archive.writestr(name, data)
        return path

    rows = contents["facts/decisions.jsonl"]
    forged = packed({"facts/decisions.jsonl": rows.replace(b'"exclude"', b'"include"', 1)})
    assert [f.rule for f in bundle.verify(forged)] == ["BUNDLE-HASH"]
    stated = contents["facts.json"].replace(b'"value": 152', b'"value": 153', 1)
    import hashlib
    import json

    manifest = json.loads(contents["manifest.json"])
    manifest["files"]["facts.json"] = hashlib.sha256(stated).hexdigest()
    cunning = packed({"facts.json": stated, "manifest.json": json.dumps(manifest).encode()})
    assert {f.rule for f in bundle.verify(cunning)} == {"BUNDLE-NUMBER"}
    assert {f.rule for f in bundle.verify(packed({"extra.txt": b"x"}))} == {"BUNDLE-EXTRA"}
    raw = (tmp_path / "review.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(raw[: len(raw) // 2])
    with pytest.raises(BadInput):
        bundle.verify(tmp_path / "cut.zip")
    with pytest.raises(BadInput, match="leads out of the folder"):
        bundle.verify(packed({"../evil.txt": b"x"}))


# These change the paper: each takes a copy of the review.


@pytest.fixture
def copy(sample: Sample, tmp_path: Path) -> Iterator[Project]:
    bundle.export(sample.project, tmp_path / "copy.zip")
    opened = bundle.open_bundle(tmp_path / "copy.zip", tmp_path / "copy")
    yield opened
    opened.close()


def test_more_screening_moves_the_numbers_and_leaves_the_authors_text_alone(copy: Project) -> None:
    manuscript = copy.root / "paper/manuscript.md"
    manuscript.write_text(manuscript.read_text() + "\nMy own words stay, n = {{ flow.new_studies }}.\n")
    references = copy.root / "paper/references.bib"
    own = "@book{mine2001book,\n  title = {Mine}\n}\n\n"
    references.write_text(own + references.read_text())
    before = manuscript.read_bytes()
    key = re.search(r"% key (\S+) = ", references.read_text())
    assert key
    building.build(copy, PAPER, ["md"])
    included = flow.included(copy)[0]
    for who in ("Ana Sample", "Ben Sample"):
        from review.domain.screening import Decision, Verdict

        screen.decide(
            copy,
            Decision(record_id=included, stage=Stage.FULL_TEXT, reviewer=who, verdict=Verdict.EXCLUDE, reason="E1"),
        )
    text = building.build(copy, PAPER, ["md"]).files[0].read_text()
    assert "My own words stay, n = 13." in text
    assert manuscript.read_bytes() == before
    assert references.read_text().startswith(own.strip())
    assert references.read_text().count("mine2001book") == 1


def test_a_name_nobody_knows_stops_the_build_with_its_line(copy: Project) -> None:
    manuscript = copy.root / "paper/manuscript.md"
    lines = manuscript.read_text().count("\n")
    manuscript.write_text(manuscript.read_text() + "\nWe screened {{ flow.records_screned }}.\n")
    with pytest.raises(BadInput, match=rf"manuscript.md:{lines + 2}.*flow.records_screned.*flow.records_screened"):
        building.build(copy, PAPER, ["md"])


def test_nothing_is_written_outside_the_project(copy: Project) -> None:
    for name in ("..", "../elsewhere", "/elsewhere", "."):
        with pytest.raises(NotAllowed):
            paper.create(copy, Path(name))
    with pytest.raises(AlreadyExists):
        paper.create(copy, PAPER)
    with pytest.raises(Missing, match="paper"):
        building.build(copy, Path("papre"), ["md"])
    with pytest.raises(Missing, match="docx"):
        building.build(copy, PAPER, ["word"])

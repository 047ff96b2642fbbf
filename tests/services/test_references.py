"""The references of a manuscript: each fault is told with its line, a sound list has none, and Crossref is asked only on request."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from invented import ris

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sources"))

from loopback import Asked, Loopback, Reply, serving, status

from review.domain.finding import Finding, Severity
from review.domain.notices import Notice, notice_of
from review.domain.record import Record
from review.services import collect, project
from review.services.collect import Origin
from review.services.manuscript import lint, paper, references
from review.services.project import Project
from review.sources import crossref
from review.sources.http import Clock, Http, SourceUnavailable

SOUND = """@article{writer2015,
  author = {Writer0, Ada and Second, Bo},
  title = {Deep learning grades lumbosacral transitional vertebrae on radiographs},
  journal = {J Invented Spine},
  year = {2015},
  volume = {1},
  doi = {10.5555/inv.0}
}
"""


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project with eight records, and a dataset paper that cites one of them."""
    monkeypatch.delenv(project.DATABASE_URL, raising=False)
    made = project.create(tmp_path / "review", preset="lstv-machine-learning")
    collect.import_bytes(made, "".join(map(ris, range(8))).encode(), file_name="a.ris", origin=Origin(source="scopus"))
    paper.create(made, Path("paper"), type="dataset")
    write(made, SOUND)
    yield made
    made.close()


def write(made: Project, bib: str, text: str = "# Introduction\n\nIt is graded [@writer2015].\n") -> None:
    (made.root / "paper" / "references.bib").write_text(bib, encoding="utf-8")
    (made.root / "paper" / "manuscript.md").write_text(text, encoding="utf-8")


def told(made: Project, **more: Any) -> list[Finding]:
    return list(references.check(made, Path("paper"), **more).findings)


def rules(found: list[Finding]) -> list[tuple[str, str | None, int | None]]:
    return [(f.rule, f.got, f.line) for f in found]


def test_a_sound_list_has_nothing_to_say_and_is_found_among_the_records(found: Project) -> None:
    report = references.check(found, Path("paper"))
    assert report.findings == ()
    assert (report.references, report.cited, report.stored, report.at_crossref) == (1, 1, 1, None)


CASES = [
    ("cited and missing", SOUND, "It is so [@nobody].", ("REF-01", "nobody", 3)),
    ("there and not cited", SOUND + "@book{bland, author={Bland, M}, title={Numbers}, publisher={P}, year={2015}}\n", "", ("REF-UNCITED", "bland", 9)),
    ("a DOI that cannot be one", SOUND.replace("10.5555/inv.0", "PMC123"), "", ("REF-03", "PMC123", 7)),
    ("one key twice", SOUND + SOUND, "", ("REF-02", None, 9)),
    ("no journal", SOUND.replace("  journal = {J Invented Spine},\n", ""), "", ("REF-FIELDS", "writer2015", 1)),
    ("no authors", SOUND.replace("  author = {Writer0, Ada and Second, Bo},\n", ""), "", ("REF-FIELDS", "writer2015", 1)),
    ("another year than the record", SOUND.replace("{2015}", "{2011}"), "", ("REF-DIFFERS", "writer2015", 1)),
    ("another first author", SOUND.replace("Writer0, Ada and Second, Bo", "Third, Cy and Writer0, Ada"), "", ("REF-DIFFERS", "writer2015", 1)),
    ("a title put to the wrong work", SOUND.replace("Deep learning grades lumbosacral transitional vertebrae on radiographs", "Surgery at the wrong level of the spine"), "", ("REF-DIFFERS", "writer2015", 1)),
    ("an entry that never ends", SOUND + "@article{open, title={never closed\n", "", ("REF-UNREAD", None, 9)),
]  # fmt: skip


@pytest.mark.parametrize(("bib", "more", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_fault_is_told_at_its_line(found: Project, bib: str, more: str, expected: tuple[str, str, int]) -> None:
    write(found, bib, f"# Introduction\n\nIt is graded [@writer2015]. {more}\n")
    assert expected in rules(told(found))


FINE = [
    ("a title without its subtitle", SOUND.replace(" on radiographs", "")),
    ("a title in other letters", SOUND.replace("Deep learning grades", "{DEEP LEARNING} Grades")),
    ("a first author by initial", SOUND.replace("Writer0, Ada", "A. Writer0")),
    ("no volume, but a DOI", SOUND.replace("  volume = {1},\n", "")),
    (
        "a kind that is not known",
        SOUND.replace("@article", "@bookinbook").replace("  journal = {J Invented Spine},\n", ""),
    ),
    ("biblatex words", SOUND.replace("journal =", "journaltitle =").replace("year = {2015}", "date = {2015-03-01}")),
]


@pytest.mark.parametrize("bib", [case[1] for case in FINE], ids=[case[0] for case in FINE])
def test_what_is_only_written_otherwise_is_no_fault(found: Project, bib: str) -> None:
    write(found, bib)
    assert told(found) == []


def test_a_year_beside_the_printed_one_is_a_remark_and_no_error(found: Project) -> None:
    write(found, SOUND.replace("{2015}", "{2016}"))
    assert [(f.rule, f.severity) for f in told(found)] == [("REF-DIFFERS", Severity.INFO)]


def test_two_keys_for_one_work_are_named_together(found: Project) -> None:
    again = (
        SOUND.replace("writer2015", "w15")
        .replace(",\n  doi = {10.5555/inv.0}", "")
        .replace("  volume = {1}", "  volume = {1}")
    )
    write(found, SOUND + again, "# A\n\nOne [@writer2015]. Two [@w15].\n")
    [one] = [f for f in told(found) if f.rule == "REF-SAME-WORK"]
    assert (one.got, one.line) == ("w15", 9)
    assert "writer2015 in line 1" in one.message


def test_what_was_retracted_since_is_told_from_the_records(found: Project) -> None:
    text = (
        ris(0)
        .replace("ER  - ", "N1  - Retraction in: J Invented Spine 2020;9:9\nER  - ")
        .replace("10.5555/inv.0", "10.5555/inv.0")
    )
    collect.import_bytes(found, text.encode(), file_name="b.ris", origin=Origin(source="embase"))
    from review.services import works

    works.dedup(found)
    [one] = [f for f in told(found) if f.rule == "REF-NOTICE"]
    assert (one.got, one.severity) == ("writer2015", Severity.ERROR)
    assert "Retraction in: J Invented Spine 2020" in one.message


@pytest.mark.parametrize(
    ("notes", "title", "expected"),
    [
        ("Retraction in: J", "A", Notice.RETRACTED),
        ("PMCID: PMC1; Retraction: 10.1/x (2024-05-31)", "A", Notice.RETRACTED),
        ("Publication types: Journal Article, Retracted Publication", "A", Notice.RETRACTED),
        ("Retracted", "A", Notice.RETRACTED),
        ("", "RETRACTED: A study", Notice.RETRACTED),
        ("Expression of concern in: J", "A", Notice.CONCERN),
        ("Erratum in: J; Correction: 10.1/y", "A", Notice.CORRECTED),
        ("Retraction of: J", "Retraction notice", None),
        ("Erratum for: J", "A", None),
        ("Publication types: Retraction of Publication", "A", None),
        ("We speak of retraction in muscles", "Muscles that retracted: a study", None),
    ],
)
def test_a_notice_is_told_from_the_notes_and_a_notice_itself_is_none(
    notes: str, title: str, expected: Notice | None
) -> None:
    said = notice_of(Record(source="s", source_id="1", title=title, notes=notes))
    assert (said[0] if said else None) == expected


def test_the_linter_says_the_same_and_a_waiver_covers_it(found: Project) -> None:
    write(found, SOUND.replace("{2015}", "{2011}"))
    [one] = [f for f in lint.check(found, Path("paper")).findings if f.rule == "REF-DIFFERS"]
    assert (one.path, one.line) == ("paper/references.bib", 1)
    settings = found.root / "paper" / "paper.yaml"
    waiver = "waivers:\n  - {rule: REF-DIFFERS, where: writer2015, reason: The record is wrong., who: Ana, date: 2026-11-22}\n"
    settings.write_text(settings.read_text().replace("waivers: []", "") + waiver)
    linted = lint.check(found, Path("paper"))
    assert "REF-DIFFERS" not in {f.rule for f in linted.findings}
    assert [w.who for _, w in linted.waived] == ["Ana"]


def test_a_draft_without_a_project_is_held_to_its_own_list(tmp_path: Path) -> None:
    (tmp_path / "references.bib").write_text(SOUND.replace("  journal = {J Invented Spine},\n", ""))
    (tmp_path / "draft.md").write_text("# Introduction\n\nIt is graded [@writer2015].\n")
    assert "REF-FIELDS" in {f.rule for f in lint.check_file(tmp_path / "draft.md").findings}


# Crossref, pretended by a server on this machine


WORK = {
    "DOI": "10.5555/INV.0",
    "title": ["Deep learning grades lumbosacral transitional vertebrae on radiographs"],
    "author": [{"family": "Writer0", "given": "Ada"}],
    "issued": {"date-parts": [[2015]]},
    "type": "journal-article",
}


class Pretended:
    """A Crossref that has these works, and a line to it."""

    def __init__(self, *works: dict[str, Any]) -> None:
        self.works = {str(work["DOI"]).lower(): work for work in works}
        self.server = Loopback(self.answer)

    def answer(self, asked: Asked) -> Reply:
        wanted = [part.removeprefix("doi:") for part in asked.parameters["filter"].split(",")]
        items = [self.works[doi] for doi in wanted if doi in self.works]
        message = {"total-results": len(items), "items": items}
        return Reply(json.dumps({"status": "ok", "message-type": "work-list", "message": message}).encode())

    def connect(self, source: Any) -> Http:
        assert source is crossref.SOURCE
        manners = replace(source.manners({}), connect_timeout=60.0, read_timeout=60.0)
        return Http(source.label, self.server.address, manners=manners, clock=Clock(sleep=lambda _seconds: None))


def asked_of(made: Project, service: Pretended) -> references.ReferenceReport:
    with serving(service.server):
        return references.check(made, Path("paper"), ask_crossref=True, connect=service.connect)


def test_crossref_is_asked_once_for_all_dois_and_agrees(found: Project) -> None:
    service = Pretended(WORK)
    report = asked_of(found, service)
    assert report.findings == ()
    assert report.at_crossref == 1
    assert [one.parameters["filter"] for one in service.server.asked] == ["doi:10.5555/inv.0"]


def test_without_asking_nothing_is_sent(found: Project) -> None:
    def connect(_source: Any) -> Http:
        raise AssertionError("nobody asked for this")

    references.check(found, Path("paper"), connect=connect)


def test_what_crossref_has_otherwise_is_told_field_by_field(found: Project) -> None:
    other = WORK | {
        "title": ["Surgery at the wrong level"],
        "author": [{"family": "Nobody"}],
        "issued": {"date-parts": [[1999]]},
    }
    other |= {"updated-by": [{"type": "retraction", "label": "Retraction", "DOI": "10.5555/notice"}]}
    found_ = list(asked_of(found, Pretended(other)).findings)
    said = " ".join(f.message for f in found_)
    assert [f.rule for f in found_] == ["REF-DIFFERS"] * 3 + ["REF-NOTICE"]
    for words in (
        "the title is",
        "the year is “2015”, but Crossref has “1999”",
        "the first author is",
        "10.5555/notice",
    ):
        assert words in said


def test_a_doi_that_crossref_does_not_know_is_told(found: Project) -> None:
    assert rules(list(asked_of(found, Pretended()).findings)) == [("REF-DOI-UNKNOWN", "writer2015", 1)]


def test_more_dois_than_fit_into_one_question_are_asked_in_parts(found: Project) -> None:
    bib = "".join(
        f"@article{{k{n}, author={{A{n}, B}}, title={{Title number {n} of {n * 7919}}}, journal={{J}}, year={{2000}}, doi={{10.5555/x.{n}}}}}\n"
        for n in range(90)
    )
    write(found, bib, "# A\n\n" + " ".join(f"[@k{n}]" for n in range(90)) + "\n")
    service = Pretended()
    asked_of(found, service)
    assert [one.parameters["filter"].count("doi:") for one in service.server.asked] == [40, 40, 10]


def test_a_silent_crossref_is_one_sentence(found: Project) -> None:
    service = Pretended(WORK)
    service.server.spoil(status(503), times=50)
    with pytest.raises(SourceUnavailable, match="Crossref"):
        asked_of(found, service)

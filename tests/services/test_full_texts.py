"""Files of full texts: matched with their report, kept by hash, doubted aloud; nothing that was brought is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from invented import TOPICS, work

from review.domain.errors import BadInput, Missing, NotAllowed
from review.domain.team import Seat, TeamRole
from review.services import full_text_intake, full_texts, fulltext, team
from review.services.full_text_intake import Upload, take
from review.services.project import Project
from tests.pdfs import paper, pdf

Decide = Callable[..., bool]


@pytest.fixture
def sought(made: Project, say: Decide) -> Project:
    """Works 0, 1 and 2 came to full text."""
    for number in (0, 1, 2):
        for who in ("Ana", "Bo"):
            say(who, number, "include")
    return made


def file_of(number: int, **more: object) -> bytes:
    return paper(TOPICS[number], doi=f"10.5555/inv.{number}", **more)  # type: ignore[arg-type]


def brought(project: Project, *uploads: Upload, person: str = "Ana") -> list[full_text_intake.Taken]:
    return take(project, uploads, person=person)


def test_a_file_finds_its_report_and_says_that_it_is_retrieved(sought: Project) -> None:
    [taken] = brought(sought, Upload(name="C:\\papers\\lima.pdf", data=file_of(1)))
    assert (taken.outcome, taken.work, taken.name) == ("kept", work(sought, 1), "lima.pdf")
    standing = fulltext.standings(sought)[work(sought, 1)]
    assert (standing.retrieval, standing.who) == ("retrieved", "Ana")
    assert standing.at
    assert full_texts.pages(sought, work(sought, 1))[1].startswith("Results")
    assert full_texts.pdf_bytes(sought, work(sought, 1)) == file_of(1)
    assert full_texts.pages(sought, work(sought, 0)) == ()


def test_every_copy_of_a_work_leads_to_its_file(sought: Project) -> None:
    from review.services.works import works

    brought(sought, Upload(name="a.pdf", data=file_of(0)))
    copies = works(sought).members[work(sought, 0)]
    assert len(copies) == 2
    assert all(full_texts.files(sought, copy) for copy in copies)


def test_one_bad_file_among_many_stops_none_of_the_others(sought: Project) -> None:
    found = brought(
        sought,
        Upload(name="web.pdf", data=b"<html>sign in"),
        Upload(name="ok.pdf", data=file_of(0)),
        Upload(name="locked.pdf", data=pdf([["x"]], locked=True)),
        Upload(name="gone.pdf", path=Path("nowhere.pdf")),
        Upload(name="again.pdf", data=file_of(0)),
        Upload(name="other.pdf", data=paper("Gait after stroke in forty patients of one clinic")),
    )
    assert [taken.outcome for taken in found] == ["refused", "kept", "refused", "refused", "known", "waiting"]
    kept = sorted(path.suffix for path in (sought.root / full_texts.FOLDER).rglob("*.*"))
    assert kept == [".json", ".json", ".pdf", ".pdf"], "what was refused leaves nothing behind"


def test_the_wrong_paper_is_asked_about_and_not_lost(sought: Project) -> None:
    first, second = work(sought, 0), work(sought, 1)
    [taken] = brought(sought, Upload(name="a.pdf", data=file_of(1), record_id=first))
    assert (taken.outcome, taken.near) == ("waiting", (first, second))
    assert "another paper" in taken.message
    assert full_texts.files(sought, first) == ()
    assert fulltext.standings(sought)[first].retrieval == ""
    [waits] = full_text_intake.waiting(sought)
    assert (waits.near, waits.file.work) == ((first, second), first)
    assert waits.begins.startswith("Numbering of lumbar levels")
    full_text_intake.place(sought, taken.sha256, second, person="Bo")
    assert full_text_intake.waiting(sought) == []
    assert [f.who for f in full_texts.files(sought, second)] == ["Bo"]


def test_a_person_who_is_sure_is_believed(sought: Project) -> None:
    first = work(sought, 0)
    [taken] = brought(sought, Upload(name="a.pdf", data=file_of(1), record_id=first, sure=True))
    assert (taken.outcome, taken.work) == ("kept", first)


def test_a_volume_of_five_hundred_pages_is_asked_about(sought: Project) -> None:
    first = ["Proceedings", *TOPICS[1].split(":"), "10.5555/inv.1"]
    [taken] = brought(sought, Upload(name="book.pdf", data=pdf([first, *([f"Page {n}"] for n in range(499))])))
    assert (taken.outcome, taken.near) == ("waiting", (work(sought, 1),))
    assert "500 pages" in taken.message


def test_a_scan_is_kept_and_said_to_have_no_words(sought: Project) -> None:
    [taken] = brought(sought, Upload(name="scan.pdf", data=pdf([[], []]), record_id=work(sought, 2)))
    assert taken.outcome == "kept"
    assert "scan" in taken.message
    [unknown] = brought(sought, Upload(name="scan2.pdf", data=pdf([[]])))
    assert unknown.outcome == "waiting"


def test_a_file_taken_away_leaves_the_report_sought_and_can_come_again(sought: Project) -> None:
    record = work(sought, 1)
    [taken] = brought(sought, Upload(name="a.pdf", data=file_of(1)))
    full_text_intake.remove(sought, taken.sha256, record_id=record, person="Bo", note="only the abstract")
    assert full_texts.files(sought, record) == ()
    assert fulltext.standings(sought)[record].retrieval == "sought"
    assert brought(sought, Upload(name="a.pdf", data=file_of(1)))[0].outcome == "kept"
    with pytest.raises(Missing):
        full_text_intake.remove(sought, "0" * 64, record_id=record, person="Bo")


def test_of_two_files_the_newest_is_read_and_the_other_is_still_there(sought: Project) -> None:
    record = work(sought, 1)
    [old] = brought(sought, Upload(name="old.pdf", data=file_of(1)))
    brought(sought, Upload(name="new.pdf", data=file_of(1, body=["a better scan"])))
    assert [f.name for f in full_texts.files(sought, record)] == ["new.pdf", "old.pdf"]
    assert "better scan" in full_texts.pages(sought, record)[0]
    assert "better scan" not in full_texts.pages(sought, record, sha256=old.sha256)[0]


def test_a_report_that_did_not_come_to_full_text_takes_no_file(sought: Project) -> None:
    [taken] = brought(sought, Upload(name="a.pdf", data=file_of(5), record_id=work(sought, 5)))
    assert taken.outcome == "refused"
    assert "title and abstract" in taken.message


def test_a_file_that_was_changed_or_lost_on_the_disk_is_said_to_be(sought: Project) -> None:
    record = work(sought, 1)
    [taken] = brought(sought, Upload(name="a.pdf", data=file_of(1)))
    path = sought.root / full_texts.FOLDER / taken.sha256[:2] / f"{taken.sha256}.pdf"
    assert not path.stat().st_mode & 0o111, "nothing that was uploaded can be executed"
    path.write_bytes(b"%PDF-1.4 something else")
    with pytest.raises(BadInput, match="not the one that was kept"):
        full_texts.pdf_bytes(sought, record)
    path.unlink()
    assert full_texts.pages(sought, record), "the text that was read is kept beside it"
    path.with_suffix(".json").unlink()
    with pytest.raises(Exception, match="not on this computer"):
        full_texts.pages(sought, record)


def test_readers_and_adjudicators_read_the_file_and_bring_none(sought: Project) -> None:
    brought(sought, Upload(name="a.pdf", data=file_of(1)))
    team.add(sought, "Ada", role=TeamRole.ADJUDICATOR)
    team.add(sought, "Lee", role=TeamRole.READER)
    for name in ("Ada", "Lee"):
        theirs = sought.seated(Seat(name=name))
        assert full_texts.pages(theirs, work(sought, 1))
        assert full_texts.picture(theirs, work(sought, 1), 1, width=200).startswith(b"\xff\xd8")
        with pytest.raises(NotAllowed):
            take(theirs, [Upload(name="b.pdf", data=file_of(0))], person="")

"""What other screening programs write of decisions is understood, and what is written for them is read back."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from review.domain.errors import Missing
from review.domain.record import Record
from review.domain.screening import Verdict
from review.formats import fields, registry, ris, screened
from review.formats.screened import Screened, said

LAW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=12)
name = st.one_of(
    _words.map(fields.fold).filter(bool), st.sampled_from(['A "B" C', "a}b", "{x", "R&D", "<i>x</i>", "\\", "Ö|;"])
)
reason = st.sampled_from(["wrong population", "R&D <b>", "no spine", "E3"])
verdicts = st.dictionaries(name, st.sampled_from(list(Verdict)), max_size=3)


def record(notes: str = "", **more: object) -> Record:
    return Record(source="s", source_id="1", title="T", notes=notes, **more)  # type: ignore[arg-type]


def back(data: bytes, ending: str) -> list[Record]:
    read = registry.read(data, source="x", file_name=f"export{ending}")
    return [item for item in read if isinstance(item, Record)]


@LAW
@given(
    people=verdicts, reasons=st.lists(reason, max_size=2, unique=True), notes=st.sampled_from(["", "kept; as it was"])
)
@example(people={"}": Verdict.MAYBE}, reasons=[], notes="")
@pytest.mark.parametrize("ending", screened.READ_BY["rayyan"])
def test_what_is_written_for_rayyan_says_the_same_when_read(
    ending: str, people: dict[str, Verdict], reasons: list[str], notes: str
) -> None:
    one = Screened(record=record(notes), verdicts=people, reasons=tuple(reasons))
    (read,) = back(screened.write([one], program="rayyan", ending=ending), ending)
    found = said(read)
    assert found.record_id == "s:1"
    assert dict(found.verdicts) == people
    if people:
        assert found.reasons == tuple(reasons)
    assert notes in read.notes


@LAW
@given(labels=st.lists(st.none() | st.sampled_from([Verdict.INCLUDE, Verdict.EXCLUDE]), min_size=1, max_size=5))
@pytest.mark.parametrize("ending", screened.READ_BY["asreview"])
def test_what_is_written_for_asreview_says_the_same_when_read(ending: str, labels: list[Verdict | None]) -> None:
    listed = [
        Screened(record=Record(source="s", source_id=str(n), title=f"T{n}", year=2001), label=label)
        for n, label in enumerate(labels)
    ]
    read = back(screened.write(listed, program="asreview", ending=ending), ending)
    assert [said(one).verdicts.get("") for one in read] == labels


def test_a_maybe_is_not_decided_for_asreview() -> None:
    (read,) = back(
        screened.write([Screened(record=record(), label=Verdict.MAYBE)], program="asreview", ending=".ris"), ".ris"
    )
    assert "ASReview_not_seen" in read.notes
    assert said(read).verdicts == {}


@pytest.mark.parametrize(("program", "ending"), [("rayyan", ".xlsx"), ("asreview", ".bib")])
def test_a_form_the_program_does_not_read_is_refused(program: str, ending: str) -> None:
    with pytest.raises(Missing, match=r"Known: \.csv"):
        screened.write([], program=program, ending=ending)


@pytest.mark.parametrize(
    ("notes", "people", "reasons"),
    [
        ('RAYYAN-INCLUSION: {"Ann"=>"Included", "Bob"=>"Excluded"} | RAYYAN-LABELS: rct', {"Ann": "include", "Bob": "exclude"}, ()),
        ('own | RAYYAN-INCLUSION: {"Ann"=>"Maybe"} | RAYYAN-EXCLUSION-REASONS: a b,c', {"Ann": "maybe"}, ("a b", "c")),
        ('RAYYAN-INCLUSION: {"Ann"=>"Undecided"}', {}, ()),
        ("ASReview_relevant; asreview_prior", {"": "include"}, ()),
        ("ASReview_irrelevant", {"": "exclude"}, ()),
        ("ASReview_not_seen", {}, ()),
        ("included: 1; asreview_label: 0", {"": "exclude"}, ()),
        ("label_included: 1.0", {"": "include"}, ()),
        ("label: rct", {}, ()),
        ("Exclusion reason: Wrong outcome; Covidence #: #17", {"": "exclude"}, ("Wrong outcome",)),
        ("a note that says nothing of it", {}, ()),
    ],
)  # fmt: skip
def test_notes_of_other_programs_are_understood(notes: str, people: dict[str, str], reasons: tuple[str, ...]) -> None:
    found = said(record(notes))
    assert dict(found.verdicts) == people
    assert found.reasons == reasons


def test_what_a_person_noted_in_rayyan_is_theirs() -> None:
    text = 'RAYYAN-INCLUSION: {"Ann"=>"Included"} | USER-NOTES: {"Ann"=>["look, again", "p. 3"], "Bob"=>["no"]}'
    assert said(record(text)).notes == {"Ann": "look, again; p. 3", "Bob": "no"}


def test_an_asreview_table_with_labels_for_some_gives_those() -> None:
    data = b"record_id,title,included,asreview_note\n0,A,1,\n1,B,0,far off\n2,C,,\n"
    found = [said(one) for one in back(data, ".csv")]
    assert [dict(one.verdicts) for one in found] == [{"": "include"}, {"": "exclude"}, {}]
    assert found[1].notes == {"": "far off"}


def test_a_pubmed_number_reaches_zotero_and_endnote_as_their_own_pubmed_export_writes_it() -> None:
    written = ris.write([record(pmid="31452104", arxiv_id="2104.12255v1")])
    assert b"AN  - 31452104\r\n" in written
    assert b"DB  - PubMed\r\n" in written
    (read,) = back(written, ".ris")
    assert (read.pmid, read.arxiv_id) == ("31452104", "2104.12255v1")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "\uff1d", "'="])
@pytest.mark.parametrize("program", list(screened.READ_BY))
def test_no_cell_for_another_program_is_run_by_a_spreadsheet(program: str, start: str) -> None:
    hostile = Screened(
        record=record(authors=(f"{start}a",), abstract=f"{start}b"),
        reasons=(f"{start}r",),
        verdicts={f"{start}n": Verdict.MAYBE},
    )
    data = screened.write([hostile], program=program, ending=".csv")
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        for cell in row:
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d"))
            assert not cell.startswith(("\t", "\r", "\n"))

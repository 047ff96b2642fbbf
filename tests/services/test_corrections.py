"""Records that people put right: what counts then, what stays, what is computed anew."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from review.domain.errors import Missing, ReviewError
from review.domain.record import Record
from review.services import audit, bundle, collect, corrections, find, overview, rank, works
from review.services.collect import Origin
from review.services.project import Project, create, open_project
from review.services.pseudonyms import Packing
from review.storage import records

PROTOCOL = """\
title: Counting vertebrae
question: Which programs count vertebrae?
pcc: {population: People, concept: Counting, context: Anywhere}
sources:
  - {name: one, label: One, kind: database, query: "spine"}
  - {name: two, label: Two, kind: database, query: "spine"}
criteria:
  include: [{id: I1, label: Counts, text: It counts.}]
  exclude: [{id: E1, label: Other, text: It does not.}]
"""
HERE = "one:A1"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = create(tmp_path / "review")
    made.protocol_path.write_text(PROTOCOL, encoding="utf-8")
    first = b"TY  - JOUR\nID  - A1\nTI  - Counting ribs by a program\nPY  - 2012\nAU  - Lima, Ana\nER  - \n"
    second = (
        b"TY  - JOUR\nID  - B1\nTI  - Counting vertebrae by a program in children\nPY  - 2021\nAU  - Lima, Ana\n"
        b"DO  - 10.1000/counted\nJO  - Spine Tests\nVL  - 3\nSP  - 11\nER  - \n"
    )
    collect.import_bytes(made, first, file_name="one.ris", origin=Origin(source="one"))
    collect.import_bytes(made, second, file_name="two.ris", origin=Origin(source="two"))
    return made


def here(project: Project) -> str:
    return next(key for key, _ in records.ids_and_sources(project.store) if key.startswith("one:"))


def put(project: Project, reason: str = "the PDF, page 1", **written: str) -> corrections.Corrected:
    return corrections.correct(project, here(project), written, reason=reason, person="Ana Lima")


def test_what_was_put_right_counts_wherever_the_record_is_read(project: Project) -> None:
    put(project, year="2021", abstract="Vertebrae were <i>counted</i> by a program.", authors="Berg, Bo; Lima, Ana")
    record_id = here(project)
    wanted = (2021, "Vertebrae were counted by a program.", ("Berg, Bo", "Lima, Ana"))
    for record in (
        records.by_id(project.store, [record_id])[record_id],
        next(r for r in records.all_records(project.store) if r.record_id == record_id),
        works.read(project, [record_id])[record_id],
    ):
        assert (record.year, record.abstract, record.authors) == wanted
    given = records.as_given(project.store, record_id)
    assert given is not None
    assert (given.year, given.abstract) == (2012, "")
    assert records.abstract_lengths(project.store, [record_id]) == {record_id: len(wanted[1])}


def test_the_ranking_learns_the_text_that_was_put(project: Project) -> None:
    before = rank.corpus(project)
    assert rank.corpus(project) is before
    put(project, abstract="Sacralisation of a vertebra.")
    assert rank.corpus(project).matrix.nnz > before.matrix.nnz


@pytest.mark.parametrize(
    ("query", "before", "after"),
    [
        ("year:2021", False, True),
        ("year:2012", True, False),
        ("-year:2012", False, True),
        ("abstract:measured", False, True),
        ("-abstract:measured", True, False),
        ("author:berg", False, True),
        ("10.1000/mended", False, True),
        ("ribs", True, True),
    ],
)
def test_a_search_goes_by_what_was_put_right(project: Project, query: str, before: bool, after: bool) -> None:
    def found() -> bool:
        return here(project) in {hit.work for hit in find.find(project, "Ana Lima", query).first}

    assert found() is before
    put(project, year="2021", abstract="Measured.", authors="Berg, Bo", doi="https://doi.org/10.1000/Mended")
    assert found() is after
    assert collect.find_records(project, ["10.1000/mended"]) == {"10.1000/mended": here(project)}


def test_a_record_put_right_is_compared_anew_and_decisions_stay(project: Project) -> None:
    works.dedup(project)
    assert works.groups(project) == []
    put(project, abstract="It tells no two works apart.")
    assert not overview.needs_dedup(project)
    put(project, title="Counting vertebrae by a program in children", year="2021", doi="10.1000/counted")
    assert overview.needs_dedup(project)
    groups, _ = works.dedup(project)
    assert not overview.needs_dedup(project)
    assert [len(group.members) for group in groups] == [2]
    corrections.give_back(project, here(project), "title", person="Ana Lima")
    corrections.give_back(project, here(project), "year", person="Ana Lima")
    corrections.give_back(project, here(project), "doi", person="Ana Lima")
    assert works.dedup(project)[0] == []


def test_the_newest_counts_and_a_field_can_be_given_back(project: Project) -> None:
    put(project, year="2020")
    found = put(project, "the publisher's page", year="2021")
    assert [(one.value, one.reason) for one in found.corrections] == [
        (2021, "the publisher's page"),
        (2020, "the PDF, page 1"),
    ]
    assert found.differing == ("year",)
    back = corrections.give_back(project, here(project), "year", person="Ana Lima")
    assert (back.record.year, back.differing, len(back.corrections)) == (2012, (), 3)
    with pytest.raises(ReviewError, match="as the source gave it"):
        corrections.give_back(project, here(project), "year", person="Ana Lima")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"year": "20x1"}, "“20x1” is no year"),
        ({"year": "²⁰²¹"}, "is no year"),
        ({"doi": "none"}, "“none” is no DOI"),
        ({"title": "  "}, "The title is empty"),
        ({"url": "javascript:alert(1)"}, "is no link"),
        ({"year": "2012"}, "says that already"),
        ({"year": "2020", "pmid": "x"}, "is no PMID"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(project: Project, written: dict[str, str], said: str) -> None:
    with pytest.raises(ReviewError, match=said):
        put(project, **written)
    assert corrections.everything(project) == []


def test_a_reason_a_known_field_and_a_known_record_are_needed(project: Project) -> None:
    with pytest.raises(ReviewError, match="needs a reason"):
        put(project, " ", year="2021")
    with pytest.raises(Missing, match="notes"):
        put(project, notes="Retracted")
    with pytest.raises(Missing, match="nothing:1"):
        corrections.correct(project, "nothing:1", {"year": "2021"}, reason="seen", person="Ana Lima")


def test_who_put_what_right_stands_in_the_trail(project: Project) -> None:
    put(project, year="2021")
    corrections.give_back(project, here(project), "year", person="Bo Berg")
    told = [(event.who, event.what, event.detail) for event in audit.events(project) if "year" in event.what]
    assert sorted(told) == [
        ("Ana Lima", "put right: year", "the PDF, page 1"),
        ("Bo Berg", "gave back to its source: year", "as the source gives it"),
    ]


def test_a_bundle_takes_corrections_along_and_is_verified_with_them(project: Project, tmp_path: Path) -> None:
    put(project, abstract="Secret words of a publisher.", year="2021")
    target = tmp_path / "review.zip"
    bundle.export(project, target)
    assert bundle.verify(target) == []
    opened = bundle.open_bundle(target, tmp_path / "opened")
    assert records.by_id(opened.store, [here(project)])[here(project)].year == 2021
    opened.close()


def test_a_bundle_without_abstracts_holds_no_abstract_that_was_put(project: Project, tmp_path: Path) -> None:
    put(project, abstract="Secret words of a publisher.")
    target = tmp_path / "review.zip"
    bundle.export(project, target, packing=Packing(abstracts=False))
    with zipfile.ZipFile(target) as archive:
        assert not [name for name in archive.namelist() if b"Secret words" in archive.read(name)]
    assert bundle.verify(target) == []


def test_another_window_sees_it_at_once(project: Project) -> None:
    other = open_project(project.root)
    assert records.by_id(other.store, [here(project)])[here(project)].year == 2012
    put(project, year="2021")
    assert records.by_id(other.store, [here(project)])[here(project)].year == 2021
    assert corrections.newest(other) == 1
    other.close()


def test_a_record_says_its_fields_as_text(project: Project) -> None:
    put(project, keywords="spine; MRI")
    assert json.dumps(works.read(project, [here(project)])[here(project)].keywords) == '["spine", "MRI"]'
    assert isinstance(works.read(project, [here(project)])[here(project)], Record)

"""Stories of places: what journal, volume, issue, pages and year say of two records that are otherwise alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.dedup.article import ARTICLE, joined_by, kept_apart_by, twin

BARE = replace(ARTICLE, doi="", abstract="")


def test_introductions_of_two_yearly_issues_on_one_first_page_stay_two() -> None:
    title = "Special section on strategy, economics and information systems"
    one = replace(ARTICLE, title=title, doi="", abstract="", volume="26", issue="2", pages="7-13", year=2009)
    assert not joined_by(one, replace(one, source="b", volume="27", issue="3", pages="7-10", year=2010))


def test_two_journals_and_two_issues_are_two_places_without_pages_and_year() -> None:
    one = replace(ARTICLE, doi="", pages="", abstract="", year=None)
    assert not joined_by(one, twin(doi="", pages="", abstract="", year=None, journal="Current Opinion", issue="5"))
    assert joined_by(one, twin(doi="", pages="", abstract="", year=None, issue=""))


def test_the_notes_of_an_editor_that_differ_in_a_year_of_a_short_abstract_stay_two() -> None:
    said = "The performance of the journal is reviewed and metrics for {} are presented."
    one = replace(ARTICLE, title="Editorial notes", doi="", pages="", issue="4", abstract=said.format(2008), year=2008)
    assert not joined_by(one, replace(one, source="b", volume="31", abstract=said.format(2009), year=2009))


def test_a_thesis_of_the_same_year_is_the_one_that_the_index_of_theses_prints() -> None:
    printed = twin(doi="", abstract="", journal="Dissertation Abstracts International", volume="69", pages="")
    thesis = replace(ARTICLE, doi="", abstract="", journal="", volume="", issue="", pages="", type="thesis")
    assert joined_by(thesis, printed)
    assert not joined_by(replace(thesis, year=2020), printed)


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"issue": "9", "pages": ""},  # another issue of the volume
        {"volume": "", "issue": "", "pages": "77"},  # a page of its own, and no volume
        {"volume": "31", "issue": "", "pages": ""},  # a volume of its own, and no pages
        {"journal": "Current Opinion in Organ Transplantation", "volume": "", "issue": "", "pages": ""},
        {"journal": "", "volume": "", "issue": "", "pages": "", "year": 2022},  # nothing but another year
    ],
)
def test_one_thing_against_a_place_and_nothing_for_it_keeps_apart(elsewhere: dict[str, object]) -> None:
    assert kept_apart_by(BARE, replace(BARE, source="b", **elsewhere)) == "different_place"


@pytest.mark.parametrize(
    "alike",
    [
        {"pages": "1102-1020"},  # a page was mistyped; volume and issue agree
        {"volume": "3", "issue": ""},  # a volume was; the pages agree
        {"journal": "Orthopaedic Literature", "pages": ""},  # a journal under another name; volume and issue agree
        {"journal": "", "volume": "", "issue": "", "pages": ""},
        {"volume": "", "issue": "", "pages": "", "year": 2022},  # online this year, in print the next
    ],
)
def test_what_speaks_for_a_place_makes_good_one_thing_against_it(alike: dict[str, object]) -> None:
    assert joined_by(BARE, replace(BARE, source="b", **alike))


def test_the_number_of_a_supplement_in_the_place_of_the_volume_contradicts_nothing() -> None:
    whole = replace(BARE, volume="58", issue="1 SUPPL. 1", pages="")
    assert joined_by(whole, replace(whole, source="b", volume="1", issue=""))
    assert not joined_by(whole, replace(whole, source="b", volume="2", issue=""))


def test_names_of_a_conference_that_share_most_words_contradict_nothing() -> None:
    paper = replace(
        BARE,
        journal="International Conference on Service Systems and Service Management",
        volume="",
        issue="",
        pages="",
    )
    other = "2007 4th Conf on Service Systems and Management of Service, International"
    assert joined_by(paper, replace(paper, source="b", journal=other))
    assert not joined_by(paper, replace(paper, source="b", journal="European Conference on Machine Learning"))


def test_editorials_of_one_year_on_one_page_stay_two_where_the_volume_is_not_known() -> None:
    one = replace(BARE, title="Editorial introduction", volume="", issue="", pages="5-8")
    assert not joined_by(one, replace(one, source="b", pages="5-7"))
    assert joined_by(one, replace(one, source="b"))


def test_a_cochrane_review_written_anew_stays_apart_where_neither_doi_nor_year_tells_versions() -> None:
    first = replace(
        BARE,
        title="Natural surfactant extract versus synthetic surfactant for neonatal respiratory distress syndrome",
        journal="Cochrane Database Syst Rev",
        volume="",
        issue="",
        pages="CD000144",
        year=None,
        authors=("Soll, R. F.", "Blanco, F."),
    )
    anew = (
        "Animal derived surfactant extract versus protein free synthetic surfactant for respiratory distress syndrome"
    )
    assert not joined_by(first, replace(first, source="b", title=anew, authors=("Ardell, S.", "Soll, R.")))
    assert joined_by(first, replace(first, source="b", title=f"{first.title} in preterm infants"))

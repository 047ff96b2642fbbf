"""Stories of slips: what exports lose, glue together or put into another column does not make another work."""

from __future__ import annotations

from dataclasses import replace

import pytest

from review.dedup import find_duplicates
from review.dedup.find import find_more
from review.dedup.places import place_of
from review.dedup.prepare import author_names, normal_pages
from tests.dedup.article import ARTICLE, joined_by, kept_apart_by, twin

BARE = replace(ARTICLE, doi="", abstract="")


@pytest.mark.parametrize("last", ["7", "47", "S47"])
def test_the_last_page_of_a_supplement_is_written_short_or_in_full(last: str) -> None:
    assert normal_pages(f"S41-{last}") == ("s41", "s47")


@pytest.mark.parametrize(
    ("pages", "read"),
    [("143S-144S", ("143s", "144s")), ("e98-105", ("e98", "105")), ("S9-A12", ("s9", "a12")), ("12-x3", ("12", "x3"))],
)
def test_a_last_page_of_another_kind_is_left_as_it_is(pages: str, read: tuple[str, str]) -> None:
    assert normal_pages(pages) == read


def test_a_text_on_the_same_pages_under_a_title_translated_otherwise_is_one_work() -> None:
    one = replace(ARTICLE, title="Cerebral neuroprotection and ketamine", doi="", volume="43", issue="", pages="S41-7")
    other = replace(
        one, source="b", title="Cerebral protection and ketamine. German", issue="SUPPL. 2", pages="S41-S47"
    )
    assert joined_by(one, other)


def test_the_running_number_of_a_supplement_is_volume_or_issue() -> None:
    running = replace(BARE, volume="75", issue="", pages="S44-8")
    both = replace(BARE, source="b", volume="57", issue="75", pages="S44-S48")
    assert joined_by(running, both)
    assert not joined_by(running, replace(both, pages="S12-S19"))


def test_a_family_name_of_two_words_is_written_as_one() -> None:
    title = {"title": "Nitrates as antiplatelet agents", "authors": ("DECATERINA R",)}
    one = replace(BARE, title="Nitrates as thrombocyte function inhibitors", authors=("De Caterina R.",))
    assert joined_by(one, replace(one, source="b", **title))
    assert not joined_by(one, replace(one, source="b", **title | {"authors": ("DECATUR R",)}))


def test_particles_are_not_the_family_name_wherever_they_stand() -> None:
    families = [author_names((name,))[1] for name in ("van der Berg, J.", "Berg J van der", "van der Berg J")]
    assert families == ["berg"] * 3


@pytest.mark.parametrize(
    ("doi", "joined"),
    [("10.1515/pap-2018-0124", True), ("10.1515/pb-2018-0124", False), ("10.1515/pp-2018-01245", False)],
)
def test_a_letter_that_a_doi_lost_is_a_slip_and_another_letter_is_another_work(doi: str, joined: bool) -> None:
    one = replace(ARTICLE, abstract="", pages="", doi="10.1515/pp-2018-0124")
    assert bool(joined_by(one, replace(one, source="b", doi=doi))) is joined


def test_words_that_lost_their_spaces_are_the_same_words() -> None:
    one = replace(BARE, title="Artificial sweeteners: leaving behind biter effect on gut microbiota")
    glued = replace(one, source="b", title="Artificial sweeteners: leaving behind bitereffectongut microbiota")
    assert joined_by(one, glued)
    other = replace(
        glued, title="Artificial sweeteners: leaving behind bittereffectsgut microbiota", pages="", volume=""
    )
    assert not joined_by(one, other)


def test_the_number_of_a_session_before_a_title_is_not_a_part_of_a_series() -> None:
    one = replace(ARTICLE, title="Cardiac and vascular remodelling: effect of antihypertensive agents", doi="")
    session = replace(one, source="b", title=f"Session 2. {one.title}")
    assert joined_by(replace(one, pages="S35-41"), replace(session, pages="S35-S41"))
    assert not joined_by(one, replace(session, pages="S90-S95", abstract=""))


def test_one_letter_more_in_the_twin_of_an_article_needs_the_title() -> None:
    assert not joined_by(ARTICLE, twin(title="Gait in stroke: a review of what is known", doi=f"{ARTICLE.doi[:9]}x"))


@pytest.mark.parametrize(
    ("volume", "issue", "pages"),
    [("30 (4) (no pagination)", "e1012", ""), ("30 (4) (no pagination)", "1012", ""), ("30 (4)", "", "1012-1020")],
)
def test_issue_and_page_are_found_in_the_columns_before(volume: str, issue: str, pages: str) -> None:
    assert place_of(replace(BARE, volume=volume, issue=issue, pages=pages))[:2] == ("30", "4")
    assert joined_by(replace(BARE, authors=()), twin(volume=volume, issue=issue, pages=pages, doi="", abstract=""))


def test_the_number_of_a_cochrane_issue_is_not_its_volume() -> None:
    assert place_of(replace(BARE, volume="(4) (no pagination)", issue="CD006180", pages="")) == (
        "",
        "4",
        ("cd006180", ""),
    )


def test_a_page_in_the_column_of_the_issue_contradicts_no_issue() -> None:
    paged = replace(ARTICLE, doi="", issue="791", pages="")
    assert joined_by(paged, replace(paged, source="b", issue="3", pages="791"))
    assert not joined_by(paged, replace(paged, source="b", issue="3", pages="5"))


def test_a_text_that_one_issue_lists_twice_is_one_work_and_a_text_of_two_issues_is_not() -> None:
    one = replace(ARTICLE, pages="1087-1094", doi="10.2174/1389450118666180516122517")
    again = replace(one, source="b", pages="1095-1107", doi="10.2174/1389450119666180207092539")
    assert joined_by(one, again)
    assert not joined_by(one, replace(again, issue="5"))
    assert not joined_by(one, replace(again, authors=("Haddad, Lina", "Ito, S.")))


def test_initials_before_the_family_name_are_those_of_the_names_behind_it() -> None:
    alone = {"title": "Aesthetics and the containment of grief", "journal": "", "volume": "", "issue": "", "pages": ""}
    one = replace(BARE, authors=("AM Higgins",), **alone)
    assert joined_by(one, replace(one, source="b", authors=("Higgins, Anna Marie",)))
    assert not joined_by(one, replace(one, source="b", authors=("Higgins, Thomas",)))
    assert author_names(("KM Higgins",))[1] == author_names(("Higgins, Kathleen",))[1] == "higgins"


def test_a_title_without_its_subtitle_is_known_by_its_abstract_where_no_journal_is_given() -> None:
    cut = {"title": "Chronic kidney disease in dogs in veterinary practices", "journal": "", "volume": ""}
    whole = replace(ARTICLE, doi="", pages="", title=f"{cut['title']}: prevalence, risk factors and survival in 2013")
    assert joined_by(whole, replace(whole, source="b", **cut))
    assert not joined_by(whole, replace(whole, source="b", **cut, abstract=""))


def test_a_column_of_one_author_in_one_issue_of_a_year_needs_no_volume() -> None:
    one = replace(BARE, title="News in brief", authors=("Lawrence, A.",), pages="")
    assert joined_by(one, replace(one, source="b", volume=""))
    assert not joined_by(one, replace(one, source="b", volume="", issue=""))
    assert not joined_by(one, replace(one, source="b", volume="", year=2022))


def test_abstracts_of_one_group_on_one_page_with_titles_alike_and_other_texts_are_two() -> None:
    page = {"issue": "SUPPL. 2", "pages": "S67", "doi": ""}
    one = replace(ARTICLE, title="Intraocular chondrosarcoma in the dog, a report", **page)
    other = replace(
        one, source="b", title="Intraocular osteosarcoma in the dog, a report", abstract="Objective: bones. " * 20
    )
    assert not joined_by(one, other)
    assert joined_by(one, replace(other, abstract=ARTICLE.abstract))


def test_the_name_of_the_journal_that_a_program_read_into_the_title_is_no_part_of_it() -> None:
    bare = {"journal": "", "volume": "", "issue": "", "pages": "", "year": None}
    one = replace(
        BARE,
        title="Anonymizing and sharing the texts of medical records in hospitals",
        journal="Information Systems Research",
    )
    assert joined_by(one, replace(one, source="b", **bare, title=f"Information Systems Research {one.title}"))
    for head in ("Critical Care Children", "Information Systems Research Moral hazards"):
        assert not joined_by(one, replace(one, source="b", **bare, title=f"{head} {one.title}"))


def test_the_number_of_an_article_does_not_contradict_a_page() -> None:
    paged = replace(BARE, issue="", pages="949")
    assert joined_by(paged, replace(paged, source="b", volume="", pages="e533661", year=2020))
    assert not joined_by(paged, replace(paged, source="b", volume="", pages="533", year=2020))
    numbered = replace(paged, pages="38926")  # of an article as well
    assert not joined_by(numbered, replace(numbered, source="b", volume="", pages="e38919", year=2020))


def test_a_meeting_abstract_and_an_article_without_a_place_are_two_where_their_dois_are() -> None:
    placeless = replace(ARTICLE, volume="", issue="", pages="")
    meeting = twin(volume="44", issue="Suppl 1", pages="S211", doi="10.1111/jvim.12333")
    assert not joined_by(placeless, meeting)
    assert joined_by(placeless, replace(meeting, issue="1", pages="211"))


def test_issues_of_one_volume_are_two_places_where_one_record_gives_no_journal() -> None:
    one = replace(BARE, title="Remarks from the editor of the quarterly: editor's comments", pages="", issue="2")
    assert not joined_by(one, replace(one, source="b", journal="", issue="4"))
    assert joined_by(one, replace(one, source="b", journal="", issue="2"))


def test_a_column_on_the_first_pages_of_two_years_needs_its_issue() -> None:
    one = replace(BARE, title="Editorial introduction", pages="5-6")
    assert not joined_by(one, replace(one, source="b", journal="", issue="", year=2022))
    assert joined_by(one, replace(one, source="b", journal="", issue=""))


def test_a_short_title_that_is_over_no_column_is_known_by_author_journal_and_year() -> None:
    bare = {"volume": "", "issue": "", "pages": ""}
    one = replace(BARE, title="Bounded ideation theory")
    assert joined_by(one, replace(one, source="b", **bare))
    column = replace(BARE, title="Notes on practice")
    assert kept_apart_by(column, replace(column, source="b", **bare)) == "generic_title"
    assert not joined_by(one, replace(one, source="b", **bare, year=2020))
    assert not joined_by(one, replace(one, source="b", **bare, journal=""))


def test_a_title_of_some_length_is_known_by_journal_and_year_where_nobody_is_named() -> None:
    bare = {"authors": (), "volume": "", "issue": "", "pages": ""}
    one = replace(BARE, title="A model of project implementation")
    assert joined_by(one, replace(one, source="b", **bare))
    assert not joined_by(one, replace(one, source="b", **bare, year=None))
    column = replace(BARE, title="Welcome to the summer meeting")
    assert not joined_by(column, replace(column, source="b", **bare))


def test_a_short_title_becomes_a_rubric_when_a_later_search_brings_more_authors_of_it() -> None:
    bare = {"volume": "", "issue": "", "pages": ""}
    one = replace(BARE, title="Clinical pearls")
    first = [one, replace(one, source="b", **bare)]
    later = [
        replace(one, source="c", source_id=name, authors=(name,), volume=str(n))
        for n, name in enumerate(("Ito", "Haddad", "Moreau"), 40)
    ]
    assert len(find_duplicates(first).groups) == 1
    _, memory = find_more(None, first, read=lambda _ids: {})
    known = {record.record_id: record for record in first}
    result, _ = find_more(memory, later, read=lambda ids: {key: known[key] for key in ids})
    assert result.groups == find_duplicates([*first, *later]).groups == ()

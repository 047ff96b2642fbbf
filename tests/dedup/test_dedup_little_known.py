"""Deduplication where little is known of a record: titles alone, placeholders, places that are half given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from review.dedup import find_duplicates
from review.domain.record import Record
from tests.dedup.article import ARTICLE, joined_by, kept_apart_by, twin

_TEXT = "We numbered the vertebrae of ninety-six adults and compared two readers. " * 4


def alone(number: int, **fields: object) -> Record:
    """A title, and nothing else unless it is given."""
    return Record(**{"source": "list", "source_id": str(number), "title": ARTICLE.title, **fields})


def test_an_article_and_the_comment_under_its_title_stay_two_where_nothing_but_an_abstract_is_known() -> None:
    result = find_duplicates([alone(1, abstract=_TEXT), alone(2)])
    assert not result.groups
    assert [pair.record_b for pair in result.unsure] == ["list:2"]


@pytest.mark.parametrize("known", [{"year": 2020}, {"journal": "Spine"}, {"authors": ("Wu, Y.",)}, {"volume": "3"}])
def test_one_field_that_agrees_is_enough_for_a_long_title(known: dict[str, object]) -> None:
    assert joined_by(alone(1, abstract=_TEXT, **known), alone(2, **known))


def test_two_titles_with_nothing_else_are_copies() -> None:
    assert joined_by(alone(1), alone(2, title=ARTICLE.title.upper())) == "exact_copy"


def test_a_title_noted_as_french_is_no_copy_of_the_same_title_noted_as_german() -> None:
    title = "Treatment of Wilson's disease. [{}]"
    assert joined_by(alone(1, title=title.format("French")), alone(2, title=title.format("German"))) == ""
    assert joined_by(alone(1, title=title.format("French")), alone(2, title=title.format("French"))) == "exact_copy"


@pytest.mark.parametrize("nothing", ["[No abstract available]", "NA", "Abstract not available.", "n/a"])
def test_what_stands_for_a_missing_abstract_is_no_text_that_two_works_share(nothing: str) -> None:
    one = replace(ARTICLE, doi="", abstract=nothing, pages="")
    other = twin(doi="", abstract=nothing, pages="", authors=("Zhang, Wei",), year=2010, volume="19")
    assert joined_by(one, other) == ""


def test_an_abstract_cut_short_agrees_with_the_whole() -> None:
    assert (
        joined_by(alone(1, abstract=_TEXT), alone(2, abstract=_TEXT[:90], authors=("Wu, Y.",))) == "title_year_unsure"
    )


def test_a_protocol_is_listed_beside_its_result_also_where_journal_and_year_are_the_same() -> None:
    study = replace(ARTICLE, doi="", abstract="")
    assert kept_apart_by(study, twin(title=f"{ARTICLE.title}: study protocol", doi="", pages="")) == "protocol"


def test_two_abstracts_on_one_page_of_a_supplement_stay_two() -> None:
    one = replace(ARTICLE, pages="S102", issue="Suppl 1", doi="", abstract="")
    words = ARTICLE.title.replace("Automatic numbering", "Radiographic follow-up").replace("patients", "children")
    assert joined_by(one, twin(title=words, pages="S102", issue="Suppl 1", doi="", abstract="")) == ""


def test_a_column_is_one_work_where_the_page_is_lost_and_the_issue_is_the_same() -> None:
    column = replace(ARTICLE, title="From the editor", authors=("Wu, Y.",), doi="", abstract="")
    assert joined_by(column, replace(column, source="b", pages="")) == "rubric_same_place"
    assert joined_by(column, replace(column, source="b", pages="", issue="5")) == ""


def test_a_column_that_nobody_signed_is_one_work_on_the_same_pages() -> None:
    column = replace(ARTICLE, title="News in brief", authors=(), doi="", abstract=_TEXT)
    assert joined_by(column, replace(column, source="b", abstract="")) == "rubric_same_place"
    assert joined_by(column, replace(column, source="b", abstract="", pages="1030-1032")) == ""


def test_a_title_with_words_added_and_a_run_of_pages_of_its_own_is_another_work() -> None:
    article = replace(ARTICLE, doi="", abstract="")
    longer = f"{ARTICLE.title}: large animals"
    assert joined_by(article, twin(title=longer, doi="", abstract="", pages="1021-1030")) == ""
    assert joined_by(article, twin(title=longer, doi="", abstract="", pages="1013-1020"))  # the first page was mistyped


def test_a_meeting_abstract_of_the_year_before_stays_beside_an_article_whose_place_is_unknown() -> None:
    abstract = replace(ARTICLE, year=2020, volume="29", issue="Suppl 1", pages="S41", doi="", abstract="")
    article = twin(volume="", issue="", pages="", doi="", abstract="")
    assert kept_apart_by(abstract, article) == "meeting_abstract"
    assert joined_by(abstract, replace(article, year=2020))


def test_of_two_pairs_the_one_is_asked_about_first_whose_places_do_not_contradict_it() -> None:
    column = replace(ARTICLE, title="News in brief", doi="", abstract="", source_id="1")
    other = replace(column, title="From the editor", source_id="2", authors=("Haddad, Lina",))
    bare = {"source": "b", "volume": "", "issue": "", "pages": ""}
    elsewhere = replace(other, source="b", pages="5-6", issue="9")
    asked = find_duplicates([column, replace(column, **bare), other, elsewhere]).unsure
    assert asked[0].condition == "generic_title"
    assert {asked[0].record_a, asked[0].record_b} == {"pubmed:1", "b:1"}


def test_a_title_without_its_subtitle_is_asked_about_where_only_its_author_is_known() -> None:
    whole = replace(ARTICLE, doi="", abstract="", title="Chronic kidney disease in dogs: prevalence and survival")
    bare = {"volume": "", "issue": "", "pages": "", "journal": ""}
    cut = replace(whole, source="b", title="Chronic kidney disease in dogs", **bare)
    assert len(find_duplicates([whole, cut]).unsure) == 1
    assert not find_duplicates([whole, replace(cut, authors=("Haddad, Lina",))]).unsure
    assert not find_duplicates([whole, replace(cut, authors=())]).unsure


def test_two_titles_on_one_page_of_one_volume_are_asked_about_whatever_keeps_them_apart() -> None:
    one = replace(ARTICLE, doi="", authors=(), title="Mirabegron (Betmiga0): poorly effective in incontinence")
    other = replace(one, source="b", title="Mirabegron (Betmigadegree): poorly effective in incontinence", abstract="")
    assert len(find_duplicates([one, other]).unsure) == 1
    assert not find_duplicates([one, replace(other, pages="3-4")]).unsure


def test_nobody_is_asked_about_a_title_of_many_works_of_which_nothing_else_is_known() -> None:
    bare = Record(source="a", source_id="1", title="Wilson disease")
    assert not find_duplicates([bare, replace(bare, source="b", title="Wilson's disease. [Dutch]")]).unsure


def test_a_short_title_without_a_year_is_known_by_author_journal_and_its_whole_run_of_pages() -> None:
    short = replace(ARTICLE, title="No risk, no reward", abstract="", doi="", pages="84-88")
    again = twin(title="No risk, no reward", abstract="", doi="", year=None, volume="", issue="", pages="84-88")
    assert joined_by(short, again)
    assert joined_by(short, replace(again, pages="84")) == ""
    assert joined_by(short, replace(again, volume="12")) == ""
    assert joined_by(replace(short, title="Editorial notes"), replace(again, title="Editorial notes")) == ""


def test_a_running_head_in_front_of_a_short_title_is_met_without_year_or_volume() -> None:
    """The names stand in two orders, so that only the end of the title brings the two together."""
    plain = replace(
        ARTICLE,
        title="Service provision in a software technology unit",
        authors=("Mathiassen, Lars",),
        doi="",
        abstract="",
    )
    printed = replace(
        plain,
        source="files",
        title=f"{ARTICLE.journal} {plain.title}",
        authors=("Lars Mathiassen1",),
        year=None,
        volume="",
        issue="",
    )
    assert joined_by(plain, printed)

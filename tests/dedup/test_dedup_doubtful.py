"""Deduplication where a record may be one of two works: what it joins, what it does not, and when a person is asked."""

from __future__ import annotations

from dataclasses import replace

from review.dedup import find_duplicates
from review.domain.record import Record
from tests.dedup.article import ARTICLE, joined_by, twin

_TEXT = "We numbered the vertebrae of ninety-six adults and compared two readers. " * 4
_ABSTRACT = twin(source_id="2", doi="", year=2020, volume="57", issue="Suppl 1", pages="S268", abstract="")


def bare(**fields: object) -> Record:
    """The article as a list of search results gives it: no place, no number."""
    return twin(**{"source": "scholar", "source_id": "9", "doi": "", "volume": "", "issue": "", "pages": "", **fields})


def members(*records: Record) -> list[tuple[str, ...]]:
    return [group.members for group in find_duplicates(records).groups]


def test_a_record_of_the_year_before_without_a_place_is_the_article_that_came_online_first() -> None:
    assert joined_by(ARTICLE, bare(year=2020, abstract="")) == "title_year_unsure"


def test_but_it_is_the_meeting_abstract_of_its_own_year_where_there_is_one() -> None:
    listed = bare(year=2020, abstract="")
    assert members(ARTICLE, _ABSTRACT, listed) == [(_ABSTRACT.record_id, listed.record_id)]


def asked_about(one: Record, other: Record) -> bool:
    found = find_duplicates([one, other])
    assert not found.groups
    assert bool(found.unsure) != bool(found.related)
    return bool(found.unsure)


def test_a_meeting_abstract_and_a_bare_record_of_the_next_year_are_asked_about_and_not_joined() -> None:
    assert asked_about(replace(_ABSTRACT, abstract=_TEXT), bare(abstract=_TEXT))


def test_a_meeting_abstract_in_the_volume_of_the_other_record_is_asked_about_and_not_told() -> None:
    one = replace(ARTICLE, doi="", issue="", pages="S30", abstract="")
    assert asked_about(one, twin(doi="", issue="", pages="e264005", abstract=""))
    assert not asked_about(one, twin(doi="", issue="", volume="29", pages="e264005", abstract=""))


def test_places_that_contradict_each_other_break_a_chain() -> None:
    """A record that came early has the number of the article, and the year of its abstract at a meeting."""
    early = bare(source_id="8", doi=ARTICLE.doi, year=2020, abstract="")
    abstracts = [replace(_ABSTRACT, source=source) for source in ("embase", "scopus")]
    article = [ARTICLE, replace(ARTICLE, source="wos")]
    assert members(*article, early, *abstracts) == [
        tuple(each.record_id for each in abstracts),
        (ARTICLE.record_id, early.record_id, "wos:1"),
    ]


def test_a_long_title_alone_joins_nothing_that_another_of_its_group_contradicts() -> None:
    named = replace(ARTICLE, doi="", abstract="", volume="", issue="", pages="")
    other = twin(doi="", abstract="", volume="", issue="", pages="", authors=("Stranger, Ann B.",))
    nobody = Record(source="list", source_id="3", title=ARTICLE.title)
    found = find_duplicates([named, other, nobody])
    assert all({named.record_id, other.record_id} - set(group.members) for group in found.groups)
    assert "others_contradict" in {pair.condition for pair in found.unsure}


def column(number: int, **fields: object) -> Record:
    title = "Remarks from the desk of a travelling radiologist"
    plain = {"authors": ("Lee, Ann",), "year": 2000, "journal": "Spine Quarterly", "volume": "24"}
    return Record(**{"source": "index", "source_id": str(number), "title": title, **plain, **fields})


def test_a_title_that_stands_in_many_issues_is_a_column_however_long_it_is() -> None:
    issues = [column(number, issue=str(number)) for number in range(1, 5)]
    lost = column(9, source="list")
    assert members(*issues, lost) == []
    assert members(issues[0], lost) == [(issues[0].record_id, lost.record_id)]


def test_of_unsure_pairs_those_come_later_that_have_rivals() -> None:
    """A column without an issue may stand in any of several; a short title that is met once may not."""
    columns = [column(number, issue=str(number)) for number in range(1, 7)]
    lost = column(9, source="list")
    once = [
        Record(source=source, source_id="20", title="No risk, no reward", authors=("Roe, Jan",), journal="Spine Weekly", **more)
        for source, more in (("index", {"year": 2019, "volume": "34", "issue": "1"}), ("list", {}))
    ]  # fmt: skip
    first, *rest = find_duplicates([*columns, lost, *once]).unsure
    assert (first.record_a, first.record_b) == ("index:20", "list:20")
    assert len(rest) >= len(columns)


def test_of_unsure_pairs_those_come_later_whose_titles_differ_by_a_word() -> None:
    plain = replace(ARTICLE, doi="", abstract="", pages="", volume="", issue="")
    men, women = (
        replace(plain, source="index", source_id=who, title=f"{plain.title} in {who}", journal="Spine Weekly")
        for who in ("men", "women")
    )
    short = replace(plain, title="Numbering vertebrae", source_id="5")
    again = replace(short, source="list", year=2020, journal="Eur. Spine J.")
    asked = [{pair.record_a, pair.record_b} for pair in find_duplicates([men, women, short, again]).unsure]
    assert asked[0] == {short.record_id, again.record_id}
    assert {men.record_id, women.record_id} in asked[1:]


def test_two_abstracts_of_one_group_on_one_page_with_two_dois_are_two() -> None:
    one = replace(ARTICLE, issue="Suppl 2", pages="S289", doi="10.1111/vsu.13432", abstract="")
    other = twin(
        issue="Suppl 2", pages="S289", doi="10.1111/vsu.13449", abstract="", title=f"{ARTICLE.title} of adults"
    )
    assert joined_by(one, other) == ""


def test_what_came_online_the_year_before_is_no_update() -> None:
    listed = bare(year=2020)
    assert joined_by(ARTICLE, listed) == "title_year_unsure"


def test_a_column_on_the_first_page_of_every_issue_of_a_volume_is_known_by_its_issue_or_its_last_page() -> None:
    """Only some journals count their pages on from issue to issue."""
    heading = replace(ARTICLE, title="Editorial introduction", abstract="", doi="", pages="5-10")
    brief = twin(title="Editorial introduction", abstract="", doi="", pages="5", issue="")
    assert joined_by(heading, brief) == ""
    assert joined_by(heading, replace(brief, pages="5-8")) == ""
    assert joined_by(replace(heading, pages="305-310"), replace(brief, pages="305-308")) == ""
    assert joined_by(heading, replace(brief, issue="4")) != ""
    assert joined_by(heading, replace(brief, pages="5-10")) != ""
    assert joined_by(replace(heading, pages="305-310"), replace(brief, pages="305")) != ""
    assert joined_by(replace(heading, title=ARTICLE.title), replace(brief, title=ARTICLE.title)) != ""

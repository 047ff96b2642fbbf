"""Deduplication: a story for each condition and each veto."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from review.dedup import (
    compare,
    find_duplicates,
    prepare,
    vetoes,
)
from review.domain.record import Record
from tests.dedup.article import ARTICLE, joined_by, kept_apart_by, twin

# --- stories: what joins --------------------------------------------------------------------------------------------

JOINS = {
    "exact_copy": (twin(source="pubmed"), ARTICLE),
    "same_pmid": (
        replace(ARTICLE, pmid="33712345", doi=""),
        twin(pmid="33712345", doi="", year=2024, volume="31", pages="7"),
    ),
    "same_arxiv": (
        replace(ARTICLE, arxiv_id="2101.01234v1", doi="", journal="", volume="", pages=""),
        twin(arxiv_id="2101.01234v3", title="Numbering lumbar vertebrae", doi="", journal="", volume="", pages=""),
    ),
    "same_doi_and_title": (
        ARTICLE,
        twin(doi="https://doi.org/10.1007/S00586-021-06700-1", title=ARTICLE.title.upper(), pages="", year=2022),
    ),
    "same_doi_and_pages": (ARTICLE, twin(title="Nummerierung von Lendenwirbeln in der Kernspintomografie")),
    "cochrane_version": (
        replace(ARTICLE, doi="10.1002/14651858.CD000504.pub2", year=2009, pages="CD000504", volume=""),
        twin(doi="10.1002/14651858.CD000504.pub4", year=2013, pages="CD000504", volume="", authors=("Okafor, Ada",)),
    ),
    "cochrane_review": (
        replace(ARTICLE, doi="10.1002/14651858.CD000504.pub2", pages="CD000504", volume=""),
        twin(doi="", journal="Cochrane Database Syst Rev", pages="CD000504", volume="", title=ARTICLE.title[:-20]),
    ),
    "title_span_author": (
        replace(ARTICLE, volume="8", journal="Proceedings of the Spine Week"),
        twin(doi="", abstract=""),
    ),
    "title_unopposed": (
        replace(ARTICLE, authors=(), doi="", abstract=""),
        twin(doi="", pages="", volume="", issue="", journal="", abstract=""),
    ),
    "title_and_place": (
        replace(ARTICLE, title="Labelling vertebrae in the whole spine", authors=(), doi="", abstract="", year=None),
        twin(title="Labelling vertebrae in the whole spine", doi="", abstract="", pages=""),
    ),
    "journal_span_authors": (
        ARTICLE,
        twin(doi="", abstract="", title="Nummerierung von Lendenwirbeln in der Kernspintomografie"),
    ),
    "title_year_author": (ARTICLE, twin(doi="", pages="", authors=("Muller KH",), journal="Eur. Spine J.", year=2020)),
    "title_year_unsure": (
        ARTICLE,
        twin(doi="", pages="", volume="", issue="", year=(ARTICLE.year or 0) - 1, abstract=""),  # online first
    ),
    "title_abstract": (ARTICLE, twin(doi="", authors=("Consortium for spine imaging",), pages="", volume="")),
    "title_pages_author": (ARTICLE, twin(doi="10.1007/s00586-021-9999-z", abstract="")),
    "title_volume_pages": (
        ARTICLE,
        twin(doi="", abstract="", authors=(), journal="Orthopaedic literature", year=2023),
    ),
    "rubric_same_place": (
        replace(ARTICLE, title="Editorial", abstract=""),
        twin(title="Editorial.", abstract="", doi=""),
    ),
    "journal_volume_pages_author": (
        ARTICLE,
        twin(
            doi="",
            abstract="",
            title="Numbering lumbar vertebrae automatically on MRI in transitional anatomy patients",
        ),
    ),
    "subtitle_year_author": (ARTICLE, twin(doi="", pages="", title=ARTICLE.title + ": a multicentre study")),
    "title_span": (
        replace(ARTICLE, abstract="", authors=("Lindqvist P", "Okafor A", "Müller KH"), doi=""),
        twin(abstract="", authors=("De Castro Barbosa X.",), doi=""),
    ),
    "wrong_doi": (ARTICLE, twin(doi="10.1016/j.appet.2012.05.003", pages="")),
    "updated_article": (
        replace(
            ARTICLE, title="Head lice", journal="BMJ Clin Evid", volume="2009", year=2009, issue="", pages="", doi=""
        ),
        twin(
            title="Head lice",
            journal="BMJ Clin Evid",
            volume="2011",
            year=2011,
            issue="",
            pages="",
            doi="",
            authors=("Wu, Y.",),
        ),
    ),
    "twice_in_one_issue": (
        replace(ARTICLE, pages="S156", issue="SUPPL. 2", doi="10.1093/schbul/sbz022.170"),
        twin(pages="S294", issue="SUPPL. 2", doi="10.1093/schbul/sbz018.519"),
    ),
    "preprint_and_article": (
        ARTICLE,
        twin(doi="10.1101/2019.04.05.123456", journal="medRxiv", year=2019, volume="", issue="", pages="", abstract=""),
    ),
}


@pytest.mark.parametrize("name", JOINS)
def test_each_condition_joins_its_story(name: str) -> None:
    assert joined_by(*JOINS[name]) == name


def test_every_condition_has_a_story() -> None:
    assert set(JOINS) == {rule.name for rule in compare.CONDITIONS}


# --- stories: what keeps apart --------------------------------------------------------------------------------------

APART = {
    "different_numbers": (
        ARTICLE,
        twin(title=ARTICLE.title + ", part II", doi="", pages="", abstract=""),
    ),
    "erratum_or_reply": (ARTICLE, twin(title=f"Correction to: {ARTICLE.title}", doi="", pages="1300", year=2021)),
    "protocol": (ARTICLE, twin(title=f"{ARTICLE.title}: study protocol", doi="", abstract="", pages="")),
    "different_language": (
        replace(ARTICLE, title=f"{ARTICLE.title}. [French]", doi="", pages="", abstract=""),
        twin(title=f"{ARTICLE.title}. [Italian]", doi="", abstract=""),
    ),
    "generic_title": (
        replace(ARTICLE, title="Editorial", abstract=""),
        twin(title="Editorial", abstract="", doi="", issue="", pages=""),
    ),
    "different_word": (
        replace(ARTICLE, title="Deep learning for LSTM detection on lumbar MRI in adults"),
        twin(title="Deep learning for LSTV detection on lumbar MRI in adults", doi="", pages="1044", abstract=""),
    ),
    "different_authors": (ARTICLE, twin(authors=("Zhang, Wei", "Ivanova, Olga"), doi="", abstract="", journal="")),
    "different_doi": (ARTICLE, twin(doi="10.1016/j.spinee.2021.01.001", pages="", abstract="")),
    "different_pmid": (
        replace(ARTICLE, pmid="33712345", doi=""),
        twin(pmid="33799999", doi="", pages="", abstract=""),
    ),
    "thesis": (
        replace(ARTICLE, doi="", abstract="", journal="", volume="Ph.D.", issue="", pages="", year=None),
        twin(doi="", abstract="", journal="Dissertation Abstracts International", volume="69"),
    ),
    "different_abstract": (ARTICLE, twin(doi="", pages="", abstract="Guidance is missing. " * 30)),
    "different_year": (ARTICLE, twin(year=2016, doi="", pages="", abstract="")),
    "different_place": (ARTICLE, twin(journal="Skeletal Radiology", volume="50", pages="1-9", doi="", abstract="")),
    "other_review": (
        replace(
            ARTICLE,
            title="Vedolizumab for induction of remission in ulcerative colitis",
            abstract="",
            volume="",
            doi="10.1002/14651858.CD007571.pub2",
            year=2014,
            pages="CD007571",
        ),
        twin(
            title="Humanized antibody to the integrin for induction of remission in ulcerative colitis",
            abstract="",
            volume="",
            doi="10.1002/14651858.CD007571",
            year=2009,
            pages="CD007571",
            authors=("Behm, B. W.",),
        ),
    ),
    "meeting_abstract": (ARTICLE, twin(pages="S102", doi="", issue="", abstract="")),
}


@pytest.mark.parametrize("name", APART)
def test_each_veto_keeps_its_story_apart_and_lays_it_before_a_person(name: str) -> None:
    assert kept_apart_by(*APART[name]) == name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (  # the supplement of a journal, counted as an issue of its own
            replace(ARTICLE, journal="Spine Supplements. Conference: 15th International Symposium on Vertebrae", issue="2", doi=""),
            twin(journal="Spine. Conference: 15th International Symposium on Vertebrae", issue="S2", doi="", pages=""),
        ),
        (  # the meeting stands where the journal should
            replace(ARTICLE, journal="Spine J. Conference: 23rd Congress of the International Society on Spines", pages="", doi="", issue=""),
            twin(journal="23rd Congress of the International Society on Spines", issue="", pages="", doi="", abstract=""),
        ),
        (  # one abstract of one meeting; a page was mistyped
            replace(ARTICLE, journal="Spine J. Conference: 6th Congress of Spines", pages="22-22", doi="", issue="", abstract=""),
            twin(journal="Spine J", pages="52-52", doi="", issue="", abstract=""),
        ),
        (  # a book review whose issue was mistyped: one volume has its pages once
            replace(ARTICLE, title="Review of memory rehabilitation, integrating theory and practice", pages="139-140", issue="3", doi="", abstract=""),
            twin(title="Review of memory rehabilitation, integrating theory and practice", pages="139-140", issue="2", doi="", abstract=""),
        ),
        (  # what a source adds where several letters were printed together
            replace(ARTICLE, title=f"{ARTICLE.title} (multiple letters) [1]", doi=""),
            twin(doi="", pages="1012-1013"),
        ),
        (  # initials that an export runs into the next family name
            replace(ARTICLE, authors=("Mallion JMBaguet JPSiche JPTremel F",), doi="", abstract=""),
            twin(authors=("Mallion, J. M.", "Baguet, J. P.", "Siche, J. P."), doi="", abstract="", pages=""),
        ),
    ],
)  # fmt: skip
def test_what_sources_write_otherwise_is_still_one_work(one: Record, other: Record) -> None:
    assert joined_by(one, other)


def test_an_abstract_printed_in_a_journal_that_has_no_word_in_common_is_not_the_article() -> None:
    article = replace(ARTICLE, journal="J Cutan Pathol", volume="", issue="", pages="")
    other = twin(journal="Australasian Dermatology", volume="60", issue="", pages="43-43", doi="", abstract="")
    assert joined_by(article, other) == ""


def test_two_editorials_on_the_first_pages_of_two_issues_stay_two() -> None:
    first = replace(ARTICLE, title="Editorial introduction", pages="5-6", issue="2", doi="", abstract="")
    assert joined_by(first, replace(first, source="b", issue="4", year=2022)) == ""


def test_one_abstract_with_two_places_in_a_journal_is_left_to_a_person() -> None:
    assert (
        kept_apart_by(ARTICLE, twin(doi="10.1007/s00586-021-09999-9", issue="5", pages="1200-1208")) == "different_doi"
    )


def test_a_digit_behind_a_doi_makes_another_doi() -> None:
    one = replace(ARTICLE, doi="10.1000/j.12", volume="", pages="", abstract="", authors=("Wu, Yi",))
    assert not joined_by(one, twin(doi="10.1000/j.123", volume="", pages="", abstract="", authors=("Ito, Ken",)))
    assert joined_by(one, twin(doi="10.1000/j.12.", volume="", pages="", abstract="", authors=("Wu, Yi",)))
    assert joined_by(one, twin(doi="10.1000/j.12;jsessionid=1", volume="", pages="", abstract="", authors=("Wu, Yi",)))


def test_a_letter_of_its_own_makes_another_work_unless_it_is_left_of_a_genitive_or_a_trade_mark() -> None:
    bare = replace(ARTICLE, doi="", pages="", abstract="", title="Teaching cases of Invented Foods - Case A")
    assert not joined_by(bare, replace(bare, source="b", title="Teaching cases of Invented Foods - Case B"))
    drug = replace(bare, title="Rituximab (MabThera) for gait in Parkinson disease")
    assert joined_by(drug, replace(drug, source="b", title="Rituximab (MabThera (R)) for gait in Parkinson's disease"))


def test_a_comment_printed_under_the_title_and_abstract_of_its_article_stays_a_work_of_its_own() -> None:
    article = replace(ARTICLE, doi="")
    assert not joined_by(article, twin(doi="", pages="1021-1022", authors=("Zimmer, Max",)))
    assert joined_by(article, twin(doi="", authors=("Zimmer, Max",)))


def test_every_veto_has_a_story() -> None:
    assert set(APART) | {"one_source"} == {veto.name for veto in vetoes.VETOES}


def test_a_source_that_lists_each_work_once_keeps_two_records_apart_unless_they_carry_one_number() -> None:
    bare, like = replace(ARTICLE, doi=""), replace(ARTICLE, source_id="2", doi="", abstract="", pages="")
    assert find_duplicates([bare, like]).groups
    result = find_duplicates([bare, like], one_each=["pubmed"])
    assert not result.groups
    assert result.unsure[0].condition == "one_source"
    assert find_duplicates([ARTICLE, replace(ARTICLE, source_id="2", pages="")], one_each=["pubmed"]).groups


def test_a_third_record_does_not_join_two_of_one_source() -> None:
    bare, like = replace(ARTICLE, doi=""), replace(ARTICLE, source_id="2", doi="", abstract="", pages="")
    (found,) = find_duplicates([bare, like, twin(doi="")], one_each=["pubmed"]).groups
    assert len(found.members) == 2


def test_a_record_between_two_that_contradict_each_other_joins_one_of_them() -> None:
    series = [
        replace(ARTICLE, doi="10.1000/one", abstract="", pages=""),
        twin(doi="", abstract="", pages=""),
        replace(ARTICLE, source="c", doi="10.2000/two", abstract="", pages=""),
        replace(ARTICLE, source="d", doi="10.2000/two", abstract="", pages=""),
    ]
    groups = find_duplicates(series).groups
    assert all(not {"pubmed:1", "c:1"} <= set(group.members) for group in groups)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("notice", twin(title=f"Correction to: {ARTICLE.title}", doi="10.1007/s00586-021-06799-9", pages="1300")),
        ("notice", twin(title=f"Retraction notice to: {ARTICLE.title}", doi="", pages="1300")),
        ("protocol", twin(title=f"{ARTICLE.title}: study protocol", doi="10.2196/1", year=2019, abstract="", pages="")),
        ("meeting_abstract", twin(pages="S102", doi="", issue="", abstract="", journal="Global Spine J")),
    ],
)
def test_what_belongs_together_and_is_not_one_work_is_told_and_not_joined(name: str, other: Record) -> None:
    result = find_duplicates([ARTICLE, other])
    assert not result.groups
    assert [link.condition for link in result.related] == [name]
    assert not result.unsure  # each pair stands in one place


@pytest.mark.parametrize("note", ["RETRACTED: {}", "{} (Retracted article. See vol. 31, p. 7, 2022)", "Withdrawn: {}"])
def test_a_retracted_article_is_still_the_article(note: str) -> None:
    assert joined_by(ARTICLE, twin(title=note.format(ARTICLE.title), doi="", abstract=""))


def test_a_join_says_what_was_alike() -> None:
    (found,) = find_duplicates([ARTICLE, twin(doi="", pages="")]).groups
    assert "Title 100 %" in found.links[0].explanation
    assert "same: year, journal, volume, issue" in found.links[0].explanation


def test_one_doi_on_clearly_different_titles_joins_nothing() -> None:
    other = twin(title="Sagittal balance after long fusion", authors=("Rossi, Anna",), pages="S77", abstract="")
    assert joined_by(ARTICLE, other) == ""


def test_parts_of_a_series_stay_parts() -> None:
    first = replace(ARTICLE, title=ARTICLE.title + ", part 1")
    assert joined_by(first, twin(title=ARTICLE.title + ", part II", doi="", pages="1021-1030")) == ""


def test_abstracts_under_the_one_doi_of_a_supplement_stay_apart() -> None:
    first = replace(ARTICLE, title="Pet exposure in infancy and allergic rhinitis at school age", pages="S22")
    assert joined_by(first, twin(title="Pet exposure in infancy and asthma at school age", pages="S23")) == ""


def test_a_bare_copy_of_a_record_without_title_is_not_proof() -> None:
    blank = Record(source="a", source_id="1", title="", authors=("Wu, Y.",), year=2020, journal="Spine")
    assert joined_by(blank, replace(blank, source="b")) == ""


def test_text_that_no_source_should_send_is_still_read() -> None:
    odd = ["\ud800 spine", "²³ 10", "\x00", "ﬁ" * 500, "<" * 3000, "(" * 3000, "İstanbul ẞ", "10.1000/" + "9" * 5000]
    records = [
        Record(
            source="a",
            source_id=str(n),
            title=text,
            authors=(text,),
            pages=text,
            volume=text,
            issue=text,
            doi=text,
            journal=text,
            abstract=text,
            pmid=text,
            arxiv_id=text,
            url=text,
            year=n,
        )
        for n, text in enumerate(odd * 2)
    ]
    assert len(find_duplicates(records).groups) <= len(odd)


@pytest.mark.parametrize(
    "text", ["." * 9000, "... 2000 " * 2000, "(vol 1" * 2000, "a. " * 5000, "aB" * 5000, "suppl " * 3000]
)
def test_a_page_of_rubbish_in_every_field_costs_no_time(text: str) -> None:
    rubbish = Record(
        source="a", source_id="1", title=text, authors=(text,), pages=text, issue=text, journal=text, doi=text
    )
    start = time.process_time()
    prepare.normal_forms([rubbish])
    assert time.process_time() - start < 0.5


def test_two_replies_of_one_author_in_one_year_stay_two() -> None:
    first = replace(ARTICLE, title="Reply", abstract="", doi="", pages="12")
    assert joined_by(first, twin(title="Reply", abstract="", doi="", pages="99")) == ""


def test_records_with_nothing_but_the_same_generic_title_stay_apart() -> None:
    assert not find_duplicates([Record(source="a", source_id=str(n), title="Editorial") for n in range(3)]).groups


def test_incomplete_copies_of_one_file_are_all_joined() -> None:
    bare = [
        Record(source="a", source_id=str(n), title=f"A study of vertebra {n} and what follows from it")
        for n in range(50)
    ]
    again = [replace(record, source="b") for record in bare]
    assert len(find_duplicates([*bare, *again]).groups) == 50

"""Deduplication where other programs fail: each case by its name, and text of every kind that must not stop it."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.dedup import find_duplicates
from review.dedup.prepare import normal_form
from review.domain.record import Record

ARTICLE = Record(
    source="pubmed",
    source_id="1",
    title="Salt intake and blood pressure in children of the northern islands",
    authors=("Wu, Ching-yi", "Okafor, Ada"),
    year=2013,
    journal="Food & Nutrition Research",
    volume="57",
    issue="4",
    pages="305-314",
    doi="10.3402/fnr.v57i0.20000",
)

NOWHERE = {"journal": "", "volume": "", "issue": "", "pages": "", "doi": ""}


def other(**changes: object) -> Record:
    return replace(ARTICLE, **{"source": "embase", "source_id": "2", **changes})


def are_one_work(one: Record, two: Record) -> bool:
    return bool(find_duplicates([one, two]).groups)


ONE_WORK = {
    "a slip in the DOI": (ARTICLE, other(doi="10.3402/fnrv57i0.20000")),
    "a DOI with its prefix": (
        ARTICLE,
        other(doi="https://doi.org/10.3402/FNR.v57i0.20000", title=ARTICLE.title.upper()),
    ),
    "family and given name exchanged": (ARTICLE, other(authors=("Ching-yi, Wu", "Ada, Okafor"), doi="", pages="")),
    "an author list cut": (ARTICLE, other(authors=("Wu C-y",), doi="", year=2012)),
    "Greek letters spelt out": (
        replace(ARTICLE, title="TNF-α and β-catenin in ageing cartilage of the knee", doi=""),
        other(title="TNF-alpha and beta-catenin in aging cartilage of the knee", doi=""),
    ),
    "a volume from a conference supplement of Embase": (
        replace(
            ARTICLE,
            journal="Spine Journal. Conference: 30th Annual Meeting",
            volume="1)",
            issue="",
            pages="S42",
            doi="",
        ),
        other(journal="Spine Journal", volume="13", issue="SUPPL. 1", pages="S42", doi=""),
    ),
    "pages that a spreadsheet took for a date": (replace(ARTICLE, pages="8-11", doi=""), other(pages="08-Nov", doi="")),
    "a translated title in brackets with its language": (
        ARTICLE,
        other(title="[Salt intake and blood pressure in children of the northern islands]. [Chinese]", doi=""),
    ),
    "a title in another language at the same place": (
        ARTICLE,
        other(title="Salzzufuhr und Blutdruck bei Kindern der nördlichen Inseln", doi=""),
    ),
    "a Cochrane review updated under another title": (
        replace(ARTICLE, doi="10.1002/14651858.CD003177.pub2", journal="Cochrane Database Syst Rev", pages="CD003177"),
        other(
            doi="10.1002/14651858.CD003177.pub4",
            journal="Cochrane Database of Systematic Reviews",
            title="Salt intake for the prevention of high blood pressure in children of islands",
            year=2018,
            pages="CD003177",
        ),
    ),
    "a Cochrane review updated by other authors": (
        replace(ARTICLE, doi="10.1002/14651858.CD003177.pub2", journal="Cochrane Database Syst Rev", pages="CD003177"),
        other(
            doi="10.1002/14651858.CD003177.pub4",
            journal="Cochrane Database of Systematic Reviews",
            authors=("Okafor, Ada",),
            year=2018,
            pages="CD003177",
        ),
    ),
    "a note that an erratum appears elsewhere": (
        ARTICLE,
        other(title=f"{ARTICLE.title}.[Erratum appears in Food Nutr Res. 2013 May;57(5):943]", doi=""),
    ),
    "no year on one side": (ARTICLE, other(year=None, doi="", pages="")),
    "a subtitle left out": (ARTICLE, other(title=f"{ARTICLE.title}: a cohort study", doi="", pages="")),
    "the name of a conference and its initials": (
        replace(
            ARTICLE,
            journal="International Conference on Information Systems",
            volume="",
            issue="",
            pages="1-12",
            doi="",
        ),
        other(journal="ICIS : Transforming Society", volume="", issue="", pages="", doi="", year=2014),
    ),
}

TWO_WORKS = {
    "an erratum with its volume note": (
        ARTICLE,
        other(title=f"{ARTICLE.title} (vol 57, pg 305, 2013)", doi="", pages="911"),
    ),
    "two editorials of one year": (
        replace(ARTICLE, title="Editorial", doi="", pages="1-2"),
        other(title="Editorial", doi="", pages="301-302", issue="5"),
    ),
    "a reply and what it answers": (ARTICLE, other(title=f"Reply to: {ARTICLE.title}", doi="", pages="400")),
    "two records without a title": (replace(ARTICLE, title="", doi=""), other(title="", doi="", pages="999-1002")),
    "a conference abstract and its article": (
        ARTICLE,
        other(journal="Gut", issue="Suppl 1", pages="A12", doi="", volume="60"),
    ),
    "one abstract at two meetings": (
        replace(ARTICLE, journal="Diabetologia", issue="SUPPL. 1", pages="", doi=""),
        other(journal="Diabetes", issue="SUPPL. 1", pages="", doi="", volume=""),
    ),
    "a study in women and one in men": (
        replace(ARTICLE, title="Salt intake and blood pressure in women of the islands", doi="", pages=""),
        other(title="Salt intake and blood pressure in men of the islands", doi="", pages=""),
    ),
    "two trials of one sponsor": (
        replace(
            ARTICLE,
            title="Open label trial of salt in adults with plasma-sensitive disease",
            authors=("Firm Inc",),
            **NOWHERE,
        ),
        other(
            title="Open label trial of salt in adults with plasma-resistant disease", authors=("Firm Inc",), **NOWHERE
        ),
    ),
    "a reprint in another journal": (ARTICLE, other(journal="Hypertension", volume="9", pages="1-9", doi="10.1161/99")),
}


@pytest.mark.parametrize("name", ONE_WORK)
def test_joined_where_others_leave_two(name: str) -> None:
    assert are_one_work(*ONE_WORK[name])


@pytest.mark.parametrize("name", TWO_WORKS)
def test_kept_apart_where_others_merge(name: str) -> None:
    assert not are_one_work(*TWO_WORKS[name])


def test_a_file_of_incomplete_records_imported_twice_leaves_no_pair() -> None:
    first = [
        Record(source="a", source_id=str(n), title=f"A study of vertebra {n} and what follows from it")
        for n in range(242)
    ]
    result = find_duplicates([*first, *(replace(record, source="b") for record in first)])
    assert len(result.groups) == 242
    assert not result.unsure


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet=st.characters(), max_size=40), min_size=8, max_size=8), st.integers())
def test_any_text_in_any_field_is_read(texts: list[str], year: int) -> None:
    names = ("title", "abstract", "journal", "volume", "issue", "pages", "doi", "pmid")
    odd = Record(source="a", source_id="1", authors=tuple(texts), year=year, **dict(zip(names, texts, strict=True)))
    assert len(find_duplicates([odd, replace(odd, source="b"), ARTICLE]).groups) <= 1


@pytest.mark.parametrize(
    "title",
    [
        "",
        " ",
        "🦴" * 40,
        "دراسة الفقرات القطنية في التصوير بالرنين المغناطيسي",
        "腰椎移行椎的自动编号研究与临床意义分析",
        "\u202eenips",
        "a" * 10**6,
    ],
)
def test_titles_of_every_script_and_length_are_read_and_copies_are_found(title: str) -> None:
    record = replace(ARTICLE, title=title)
    assert are_one_work(record, other(title=title))


def test_six_thousand_authors_cost_no_more_than_twelve() -> None:
    crowd = replace(ARTICLE, authors=tuple(f"Family{n}, Given" for n in range(6_000)))
    start = time.process_time()
    for _ in range(100):
        normal_form(crowd)
    assert time.process_time() - start < 1
    assert are_one_work(crowd, other(authors=crowd.authors[:3]))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(sorted(ONE_WORK) + sorted(TWO_WORKS)), min_size=1, max_size=6, unique=True), st.data())
def test_two_searches_give_the_same_groups_whichever_comes_first(names: list[str], data: st.DataObject) -> None:
    both = [replace(r, source_id=f"{n}-{r.source_id}") for n in names for r in {**ONE_WORK, **TWO_WORKS}[n]]
    cut = data.draw(st.integers(0, len(both)))
    assert find_duplicates([*both[:cut], *both[cut:]]) == find_duplicates([*both[cut:], *both[:cut]])

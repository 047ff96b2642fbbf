"""The table of conditions that join two records, each with a name and a reason, and what it and the vetoes say together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from review.dedup.columns import Bools, Codes, Scores
from review.dedup.features import Features
from review.dedup.titles import CONTAINED, EQUAL, SUBSTITUTED
from review.dedup.vetoes import SAME_TEXT, VETOES, Test, authors_conflict, like_title, same_title

_ALIKE_TEXT = 90
_MOST = 3  # parts of a place
_UPDATED_WITHIN = range(1, 7)  # years


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Two records that match this are one work, unless a veto holds that it does not overrule."""

    name: str
    explanation: str
    holds: Test
    overrules: frozenset[str] = frozenset()
    version: bool = False  # the two are versions of one work, such as a preprint and its article
    doubtful: bool = False  # it joins two groups only if no veto holds between any of their records
    by_definition: bool = False  # it follows from what a number is, or from what counts as one work


def _year_unsure(f: Features) -> Bools:
    """The years are one apart or not given, and no part of a place speaks for it."""
    unsure = (f.year_gap == 1) | (f.year_gap < 0)
    return np.asarray(unsure & ~(f.volume.same | f.page.same | f.doi.same))


def _authors_agree(f: Features) -> Bools:
    return f.first_author.same | (f.authors >= 85)


def _supported(f: Features) -> Bools:
    """Anything besides the title and the abstract speaks for it. An article and a comment on it often share a title,
    and only the article has an abstract.
    """
    return np.asarray(f.first_author.same | (f.year_gap == 0) | f.journal.same | f.volume.same | f.page.same)


def _agreeing(f: Features) -> Codes:
    """How many parts of a place agree."""
    parts = (f.year_gap == 0, f.journal.same, f.volume.same, f.issue.same, f.page.same, f.last_page.same)
    return np.asarray(np.sum(parts, axis=0, dtype=np.int64))


def _placed(f: Features) -> Bools:
    """Enough besides a generic title to say that a copy is a copy."""
    named = (f.title > 0) & (f.first_author.same | f.volume.same) & f.journal.same & (f.year_gap == 0)
    return np.asarray(f.page.same | f.doi.same | f.pmid.same | (f.abstract >= 90) | named)


def _named_alike(f: Features) -> Bools:
    """Nobody is named: then journal and the whole run of pages must speak."""
    return f.first_author.same | f.doi.same | (f.first_author.missing & f.journal.same & f.last_page.same)


def _in_one_issue(f: Features) -> Bools:
    """A page is not given, but the issue is: one author fills a column of it once."""
    return f.page.missing & f.issue.same & f.journal.same & (f.year_gap <= 0)


def _one_of_a_volume(f: Features) -> Bools:
    """Where each issue of a volume begins with page one, and with a column, it is this issue's."""
    return f.issue.same | f.last_page.same | f.doi.same | ~f.opening


def _contents_conflict(f: Features) -> Bools:
    """Neighbours under one DOI, as the abstracts of a supplement are."""
    return authors_conflict(f) | (f.relation <= SUBSTITUTED) | f.numbers.differ


def _neighbours(f: Features) -> Bools:
    """Two abstracts of a meeting, of which a group has several on one page, under titles that are alike."""
    return np.asarray(~like_title(f) & f.meetings & f.long_abstract & (f.abstract < _ALIKE_TEXT))


_ALL = frozenset(veto.name for veto in VETOES)

CONDITIONS: tuple[Condition, ...] = (
    Condition(
        name="exact_copy",
        explanation="Every field is the same once spelling and punctuation are set aside.",
        holds=lambda f: f.everything & (~f.generic | _placed(f)),
        overrules=_ALL,
    ),
    Condition(
        name="same_pmid",
        explanation="The PubMed numbers are the same and the titles agree.",
        holds=lambda f: f.pmid.same & (like_title(f) | (f.title >= 70)),
        overrules=_ALL - {"erratum_or_reply"},
        by_definition=True,
    ),
    Condition(
        name="same_arxiv",
        explanation="They are versions of one arXiv paper.",
        holds=lambda f: f.arxiv.same & (_authors_agree(f) | like_title(f)),
        overrules=_ALL - {"erratum_or_reply", "different_authors"},
        by_definition=True,
    ),
    Condition(
        name="same_doi_and_title",
        explanation="The DOIs are the same and the titles agree.",
        holds=lambda f: (
            (f.doi.same | f.doi_typo) & (like_title(f) | (f.title >= 80)) & ~(f.page.differ & _contents_conflict(f))
        ),
        overrules=_ALL - {"erratum_or_reply"},
    ),
    Condition(
        name="same_doi_and_pages",
        explanation="DOI, volume, pages and author are the same; the title is worded otherwise or translated.",
        holds=lambda f: f.doi.same & f.page.same & ~f.volume.differ & f.first_author.same & (f.title > 0),
        overrules=_ALL,
    ),
    Condition(
        name="cochrane_review",
        explanation="The number of the Cochrane review is the same, and nothing says that they are two versions of it.",
        holds=lambda f: f.cochrane.same & ~(f.doi.differ | (f.year_gap > 0)) & (like_title(f) | (f.title >= 60)),
        overrules=_ALL - {"erratum_or_reply", "other_review"},
        by_definition=True,
    ),
    Condition(
        name="cochrane_version",
        explanation="They are versions of one Cochrane review.",
        holds=lambda f: f.cochrane.same & (f.doi.differ | (f.year_gap > 0)) & (like_title(f) | (f.title >= 60)),
        overrules=_ALL - {"erratum_or_reply", "other_review"},
        version=True,
        by_definition=True,
    ),
    Condition(
        name="preprint_and_article",
        explanation="A preprint and the article it became are counted as one work: title and first author agree.",
        holds=lambda f: f.preprint & ~f.doi.same & same_title(f) & f.first_author.same & (f.year_gap <= 4),
        overrules=frozenset({"different_doi", "different_year", "different_place", "one_source"}),
        version=True,
        by_definition=True,
    ),
    Condition(
        name="title_year_author",
        explanation="Title, first author and year agree.",
        holds=lambda f: same_title(f) & _authors_agree(f) & (f.year_gap <= 1) & ~_year_unsure(f),
    ),
    Condition(
        name="title_abstract",
        explanation="Title and abstract agree.",
        holds=lambda f: (
            same_title(f)
            & (f.abstract >= 90)
            & ~(authors_conflict(f) & f.page.differ)  # such is a comment
            & ~_year_unsure(f)
        ),
        overrules=frozenset({"different_authors", "different_year"}),
    ),
    Condition(
        name="title_pages_author",
        explanation="Title, first author, volume, issue and pages agree.",
        holds=lambda f: (
            (like_title(f) | ((f.title >= 85) & ~_neighbours(f)))
            & f.first_author.same
            & f.volume.same
            & f.page.same
            & ~(f.issue.differ | f.last_page.differ | f.generic)
            & ~(f.meetings & f.doi.differ)  # a group has several abstracts on one page
        ),
        overrules=_ALL - {"erratum_or_reply"},
    ),
    Condition(
        name="title_volume_pages",
        explanation="Title, volume and first page agree.",
        holds=lambda f: like_title(f) & f.page.same & (f.volume.same | (f.volume.missing & (f.year_gap == 0))),
        overrules=frozenset({"different_year", "different_place", "meeting_abstract"}),
    ),
    Condition(
        name="rubric_same_place",
        explanation="A title that many works share, but author, journal, volume, issue and pages agree as well.",
        holds=lambda f: (
            same_title(f)
            & _named_alike(f)
            & ((f.page.same & _one_of_a_volume(f)) | _in_one_issue(f))
            # A year has several issues, each with its editorial on the first page.
            & (f.volume.same | f.doi.same | (f.volume.missing & f.issue.same & (f.year_gap == 0)))
            & ~f.journal.differ
            & ~(f.issue.missing & ((f.year_gap > 0) | f.last_page.differ))
            & ~(f.issue.differ & ~(f.last_page.same & f.telling))  # of a long title the pages tell more than the issue
        ),
        overrules=frozenset({"generic_title"}),
    ),
    Condition(
        name="journal_volume_pages_author",
        explanation="Journal, volume, pages and first author agree; the title is worded otherwise or translated.",
        holds=lambda f: (
            f.journal.same
            & f.volume.same
            & f.page.same
            & f.first_author.same
            & ~(f.issue.differ | f.last_page.differ)
            & (~f.rubric | _one_of_a_volume(f))
            & (((f.title >= np.where(f.meetings, 85, 60)) & ~_neighbours(f)) | (f.abstract >= 90))
        ),
        overrules=_ALL - {"erratum_or_reply", "different_doi", "different_numbers", "different_pmid", "one_source"},
    ),
    Condition(
        name="subtitle_year_author",
        explanation="One title is the other with a subtitle; first author, year, and journal or abstract agree.",
        holds=lambda f: (
            (f.relation == CONTAINED)
            & f.first_author.same
            & (f.year_gap == 0)
            & (f.journal.same | (f.journal.missing & f.long_abstract & (f.abstract >= SAME_TEXT)))
            # The abstract of a meeting often has the title of its article, cut short.
            & ~(f.page.differ & ~f.last_page.same)
        ),
    ),
    Condition(
        name="title_span_author",
        explanation="Title, first author, year and the whole run of pages agree.",
        holds=lambda f: (
            f.span
            & f.first_author.same
            & (f.year_gap == 0)
            & (like_title(f) | (f.title >= 85))
            & ~f.numbers.differ
            & ~(f.generic & (f.volume.differ | f.issue.differ))
        ),
        overrules=frozenset({"generic_title", "different_word", "different_place", "meeting_abstract"}),
    ),
    Condition(
        name="journal_span_authors",
        explanation="Authors, journal, volume, year and the whole run of pages agree; the title is translated or cut.",
        holds=lambda f: (
            f.span
            & f.journal.same
            & f.volume.same
            & ~f.issue.differ
            & (f.authors >= 90)
            & (f.year_gap == 0)
            & (f.title > 0)
        ),
        overrules=frozenset({"generic_title", "different_word", "different_numbers"}),
    ),
    Condition(
        name="title_span",
        explanation="Title, journal, volume and the whole run of pages agree; the authors are written otherwise.",
        holds=lambda f: f.span & f.journal.same & f.volume.same & same_title(f) & ~f.issue.differ & (f.year_gap <= 0),
        overrules=frozenset({"different_authors"}),
    ),
    Condition(
        name="wrong_doi",
        explanation="Title, authors, journal, place and the beginning of the abstract agree; one of the DOIs is wrong.",
        holds=lambda f: (
            same_title(f)
            & f.first_author.same
            & (f.authors >= 85)
            & f.journal.same
            & f.long_abstract
            & (f.abstract >= SAME_TEXT)
            & (f.year_gap <= 0)
            & ~(f.volume.differ | f.issue.differ | f.page.differ | f.meeting)
        ),
        overrules=frozenset({"different_doi", "different_pmid"}),
    ),
    Condition(
        name="twice_in_one_issue",
        explanation="One issue of a journal lists the same text twice: title, authors and abstract agree.",
        holds=lambda f: (
            (f.relation == EQUAL)
            & f.first_author.same
            & (f.authors >= 85)
            & f.journal.same
            & f.volume.same
            & f.issue.same
            & (f.year_gap == 0)
            & f.long_abstract
            & (f.abstract >= SAME_TEXT)
            & ~f.meeting
        ),
        overrules=frozenset({"different_doi", "different_pmid", "different_place"}),
    ),
    Condition(
        name="updated_article",
        explanation="They are versions of one article that its journal updates: title, journal and abstract agree.",
        holds=lambda f: (
            (f.relation == EQUAL)
            & f.journal.same
            & f.long_abstract
            & (f.abstract >= SAME_TEXT)
            & np.isin(f.year_gap, list(_UPDATED_WITHIN))
            & ((f.year_gap > 1) | f.volume.differ)  # an article comes online in the year before it is printed
            & ~f.page.differ
        ),
        overrules=frozenset({"generic_title", "different_authors", "different_year"}),
        version=True,
    ),
    Condition(
        name="title_year_unsure",
        explanation="Title, and first author or abstract, agree; the years are one apart or not given.",
        holds=lambda f: same_title(f) & (_authors_agree(f) | (f.abstract >= 90)) & _year_unsure(f),
        doubtful=True,
    ),
    Condition(
        name="title_unopposed",
        explanation="The long title is the same, and no other field that both give says otherwise.",
        holds=lambda f: (
            same_title(f)
            & (f.telling | (f.journal.same & (f.year_gap == 0) & ~f.rubric))
            & (f.year_gap <= 0)
            & ~(f.first_author.differ | f.journal.differ | f.volume.differ | f.page.differ | f.issue.differ)
            & (f.abstract_missing | (f.abstract >= 85))
            & (~f.abstract_on_one_side | _supported(f))
        ),
        doubtful=True,
    ),
    Condition(
        name="title_and_place",
        explanation="The title and most of journal, year, volume, issue and pages agree, and nothing says otherwise.",
        holds=lambda f: (
            same_title(f)
            & ((f.volume.same & f.journal.same) | f.page.same)
            & (_agreeing(f) >= _MOST)
            & (f.year_gap <= 0)
            & ~(f.first_author.differ | f.journal.differ | f.volume.differ | f.page.differ | f.issue.differ)
            & (f.abstract_missing | (f.abstract >= 85))
        ),
    ),
)


VERSIONS = frozenset(rule.name for rule in CONDITIONS if rule.version)
DOUBTFUL = frozenset(rule.name for rule in CONDITIONS if rule.doubtful)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """For each pair: the number of the first condition that joins it, or -1; the first veto in the way, or -1."""

    condition: Codes
    veto: Codes
    vetoes: Codes  # how many vetoes hold, overruled or not
    near_miss: Bools  # some condition is met but for a single veto
    score: Scores


def judge(f: Features) -> Verdicts:
    """Ask the table about all pairs."""
    count = len(f.title)
    condition = np.full(count, -1, dtype=np.int64)
    near_miss = np.zeros(count, dtype=bool)
    held = {veto.name: veto.holds(f) for veto in VETOES}
    for number, rule in reversed(list(enumerate(CONDITIONS))):
        met = rule.holds(f)
        against = np.zeros(count, dtype=np.int64)
        for veto in VETOES:
            if veto.name not in rule.overrules:
                against += held[veto.name]
        condition[met & (against == 0)] = number
        near_miss |= met & (against == 1)
    first_veto = np.full(count, -1, dtype=np.int64)
    for number, veto in reversed(list(enumerate(VETOES))):
        first_veto[held[veto.name]] = number
    vetoes = np.sum(list(held.values()), axis=0)
    return Verdicts(condition, first_veto, vetoes, near_miss & (condition < 0), likeness(f))


def likeness(f: Features) -> Scores:
    """From 0 to 1: how much a pair has in common, for ordering only; no decision rests on it."""
    parts = (
        (0.50, f.title / 100),
        (0.20, np.where(f.first_author.missing, 0.5, np.where(f.first_author.same, 1.0, f.authors / 200))),
        (0.08, _graded(f.journal.same, f.journal.differ)),
        (0.08, _graded(f.page.same, f.page.differ)),
        (0.04, _graded(f.volume.same, f.volume.differ)),
        (0.05, _graded(f.year_gap == 0, f.year_gap > 1)),
        (0.05, _graded(f.doi.same, f.doi.differ)),
    )
    total = np.zeros(len(f.title), dtype=np.float64)
    for weight, part in parts:
        total += weight * part
    return np.clip(total, 0, 1).astype(np.float32)


def _graded(same: Bools, differ: Bools) -> Scores:
    return np.where(same, 1.0, np.where(differ, 0.0, 0.5)).astype(np.float32)

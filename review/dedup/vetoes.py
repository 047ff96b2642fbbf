"""The table of vetoes that keep two records apart; each has a name and a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from review.dedup.columns import Bools
from review.dedup.features import Features
from review.dedup.titles import CLOSE, CONTAINED, SUBSTITUTED

Test = Callable[[Features], Bools]

SAME_TEXT = 97
_OTHER_TEXT = 50  # two long abstracts less alike than this are not one text in two wordings


@dataclass(frozen=True, slots=True, kw_only=True)
class Veto:
    """Two records that match this are kept apart by every condition that does not overrule it."""

    name: str
    explanation: str
    holds: Test
    by_definition: bool = False  # it follows from what a number or a kind of record is, and needs no labelled set


def same_title(f: Features) -> Bools:
    return np.asarray(f.relation >= CLOSE)


def like_title(f: Features) -> Bools:
    return np.asarray(f.relation >= CONTAINED)


def authors_conflict(f: Features) -> Bools:
    return f.first_author.differ & (f.authors < 60)


def _places_conflict(f: Features) -> Bools:
    """More of volume, pages and journal contradicts that they stand at one place than of volume and pages speaks for it.

    One journal is no place: an author's abstract and article, and the columns of two issues, are in one journal too.
    But where the journals are not known to be one, another year is one more contradiction. Two issues of one
    journal are two places, and a volume speaks for a place together with its issue, a first page with the last.
    """
    another_year = (f.year_gap > 0) & ~f.journal.same
    another_issue = f.volume.same & f.issue.differ & ~f.journal.differ
    against = (f.volume.differ | another_issue).astype(int) + f.page.differ + f.journal.differ + another_year
    speak = (f.volume.same & ~f.issue.differ).astype(int) + (f.page.same & ~f.last_page.differ)
    return np.asarray((against > speak) & ~f.doi.same)


def _another_time(f: Features) -> Bools:
    """Another year, and neither a part of a place nor a text that both give: an abstract comes a year before its article.
    Where one gives no place, the text does not tell them apart: a list of search results gives none of the article.
    """
    placeless = f.volume.missing & f.page.missing
    one_text = f.long_abstract & (f.abstract >= 90) & ~placeless
    return np.asarray((f.year_gap > 0) & ~(f.volume.same | f.page.same | f.doi.same | one_text))


def _in_a_subtitle(f: Features) -> Bools:
    """Of one text, the numbers that only one title gives stand in what the other leaves out."""
    text = f.long_abstract & (f.abstract >= SAME_TEXT)
    return np.asarray((f.relation == CONTAINED) & text & f.first_author.same & (f.year_gap <= 0))


def _one_topic(f: Features) -> Bools:
    """A title that is short, but over no column: its authors wrote under it in one journal once a year, or where no
    year is given, on one run of pages.
    """
    once = (f.year_gap == 0) | ((f.year_gap < 0) & f.span & ~f.volume.differ)
    return np.asarray(~f.rubric & f.first_author.same & (f.authors >= 85) & f.journal.same & once)


VETOES: tuple[Veto, ...] = (
    Veto(
        name="different_numbers",
        explanation="The titles are alike but hold different numbers, as parts of a series do.",
        holds=lambda f: f.numbers.differ & ~_in_a_subtitle(f),
    ),
    Veto(
        name="erratum_or_reply",
        explanation="One is a correction of, or a reply to, the other.",
        holds=lambda f: f.kind.differ,
        by_definition=True,
    ),
    Veto(
        name="protocol",
        explanation="One is the protocol of a study, the other its result.",
        holds=lambda f: f.protocol & ~f.doi.same,
        by_definition=True,
    ),
    Veto(
        name="different_language",
        explanation="The titles name two languages, and an article is written in one.",
        holds=lambda f: f.language.differ,
        by_definition=True,
    ),
    Veto(
        name="generic_title",
        explanation="The title is short, or stands over many works as “Editorial” does, and proves nothing.",
        holds=lambda f: f.generic & ~(f.first_author.same & f.long_abstract & (f.abstract >= 90)) & ~_one_topic(f),
    ),
    Veto(
        name="other_review",
        explanation="One Cochrane number, but another title and another first author: the review was written anew.",
        holds=lambda f: f.cochrane.same & ~same_title(f) & ~f.first_author.same & ~(like_title(f) & (f.title >= 90)),
    ),
    Veto(
        name="different_word",
        explanation="The titles are alike except for a word that changes what the work is about.",
        holds=lambda f: np.asarray(f.relation <= SUBSTITUTED),
    ),
    Veto(
        name="different_authors",
        explanation="Both name authors, and they are different people.",
        holds=authors_conflict,
    ),
    Veto(
        name="different_doi",
        explanation="The DOIs differ by more than a slip of the pen.",
        holds=lambda f: (f.doi.differ & ~f.doi_typo) | f.cochrane.differ,
        by_definition=True,
    ),
    Veto(
        name="different_pmid",
        explanation="PubMed lists them under two numbers.",
        holds=lambda f: f.pmid.differ & ~f.doi.same,
        by_definition=True,
    ),
    Veto(
        name="one_source",
        explanation="Both come from one source, which lists each work once.",
        holds=lambda f: f.one_source,
        by_definition=True,
    ),
    Veto(
        name="different_year",
        explanation="They appeared more than a year apart.",
        holds=lambda f: np.asarray(f.year_gap > 1),
    ),
    Veto(
        name="different_place",
        explanation="What both give of journal, volume and pages says that they were printed in different places.",
        holds=_places_conflict,
    ),
    Veto(
        name="different_abstract",
        explanation="Both abstracts are long, and they have little in common.",
        holds=lambda f: f.long_abstract & (f.abstract < _OTHER_TEXT) & ~f.page.same & ~f.doi.same,
    ),
    Veto(
        name="thesis",
        explanation="One is a thesis, the other is printed in a journal, and no years say whether they are one.",
        holds=lambda f: f.thesis & (f.year_gap < 0) & ~f.doi.same,
    ),
    Veto(
        name="meeting_abstract",
        explanation="One is a conference abstract and the other is not.",
        holds=lambda f: (
            f.meeting
            & (f.volume.differ | f.page.differ | f.journal.differ | _another_time(f))
            & ~(f.one_page & f.journal.same & f.volume.same)  # then it is the abstract, and a page was mistyped
        ),
    ),
)

"""Normal forms: a record reduced to what can be compared, whatever the source wrote around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from review.dedup.names import author_names, congress_stems, journal_stems
from review.dedup.places import normal_arxiv, normal_doi, normal_issue, normal_pages, normal_pmid, place_of
from review.dedup.words import one_spelling, plain, spaced, title_words, titled
from review.domain.record import Record

__all__ = [
    "NormalForm",
    "author_names",
    "journal_stems",
    "normal_arxiv",
    "normal_doi",
    "normal_form",
    "normal_forms",
    "normal_issue",
    "normal_pages",
    "normal_pmid",
    "one_spelling",
    "plain",
    "title_words",
]

_DIGITS = re.compile(r"\d+")
_COCHRANE = re.compile(r"10\.1002/14651858\.((?:cd|mr|ed)\d{6})")
_COCHRANE_PAGE = re.compile(r"((?:cd|mr|ed)\d{6})$")
_COCHRANE_UPDATE = re.compile(r"\.pub(\d+)$")
_PREPRINT_DOI = ("10.1101/", "10.48550/", "10.21203/", "10.20944/", "10.2139/", "10.31234/", "10.26434/", "10.36227/")
_PREPRINT_PLACE = re.compile(r"arxiv|biorxiv|medrxiv|preprint|research square|ssrn|psyarxiv|chemrxiv", re.IGNORECASE)
# A journal that carries a meeting; proceedings that are a venue of their own do not count.
_MEETING = re.compile(
    r"\.\s*conference|conference:|congress|annual meeting|annual scientific|\babstracts? (?:of|from)", re.IGNORECASE
)
_THESIS = re.compile(r"\bthesis|dissertation|\bph\.? ?d\b|\bm\.?sc\b|\bmaster'?s\b", re.IGNORECASE)
_MEETING_PAGE = re.compile(r"[sa]\d")

_TITLE_READ = 600  # characters; the longest real titles have about 500
_FIELD_READ = 300  # characters of any other field; a broken export may put a whole page into one
ABSTRACT_READ = 400  # characters of an abstract that are looked at
_ABSTRACT_LEAST = 40  # characters; less says that there is none
_ABSTRACT_KEY = 120  # letters that make the key; shorter abstracts have none
_CUT_FIELDS = ("journal", "volume", "issue", "pages", "doi", "pmid", "arxiv_id")
_fields_that_are_cut = attrgetter(*_CUT_FIELDS)


class NormalForm(NamedTuple):
    """One record in comparable form. Every text is lower-case ASCII where it can be; "" means not given."""

    title: str  # words without stop words, in one spelling
    main_title: str  # key of the part before the subtitle, "" if there is none
    numbers: str  # the numbers in the title, in order
    kind: str  # "erratum", "reprint", "reply" or ""
    language: str  # that a note in the title names
    first_author: str  # all names of the first author, longest forms only
    family: str  # best guess at the family name of the first author
    authors: str  # names of all authors
    year: int  # 0 if not given
    journal: str  # first three letters of each word
    volume: str
    issue: str
    first_page: str
    last_page: str
    doi: str
    pmid: str
    arxiv: str
    cochrane: str  # number of a Cochrane review, whatever its version
    abstract: str  # beginning of the abstract
    preprint: bool
    meeting: bool  # a conference abstract, as far as the record says
    thesis: bool  # as far as the record says
    congress: str  # the meeting that the journal names behind its own title

    @property
    def title_key(self) -> str:
        """The title without spaces."""
        return self.title.replace(" ", "")

    @property
    def abstract_key(self) -> str:
        letters = self.abstract[: 2 * _ABSTRACT_KEY].replace(" ", "")  # no word is one letter, or nearly none
        return letters[:_ABSTRACT_KEY] if len(letters) >= _ABSTRACT_KEY else ""


def normal_forms(records: Sequence[Record], *, progress: Callable[[float], None] | None = None) -> list[NormalForm]:
    """The normal form of each record, in order."""
    forms: list[NormalForm] = []
    for number, record in enumerate(records):
        if progress is not None and number % 5000 == 0:
            progress(number / len(records))
        forms.append(normal_form(record))
    return forms


def normal_form(record: Record) -> NormalForm:
    """The normal form of one record."""
    record = _cut(record)
    title, main, kind, language = titled(record.title)
    key = title.replace(" ", "")
    first, family, everyone = author_names(record.authors)
    volume, issue, (first_page, last_page) = place_of(record)
    doi = normal_doi(record.doi) or (normal_doi(record.url) if "doi.org/10." in record.url else "")
    journal, congress, is_cochrane, of_preprints, of_meetings = _journal(record.journal)
    cochrane = _COCHRANE.match(doi) or (_COCHRANE_PAGE.match(first_page) if is_cochrane else None)
    # In the order of the fields: naming them would take longer than all that is done to most of them.
    return NormalForm(
        title,
        main,
        "" if key.isalpha() else " ".join(_DIGITS.findall(key)),
        kind,
        language,
        first,
        family,
        everyone,
        record.year if record.year and 1000 < record.year < 3000 else 0,
        journal,
        "" if volume == str(record.year) else volume,  # "2016, May" has no volume
        issue,
        first_page,
        last_page,
        doi,
        normal_pmid(record),
        normal_arxiv(record),
        cochrane[1] if cochrane else "",
        _abstract(record.abstract),
        _is_preprint(record, doi, of_preprints=of_preprints),
        of_meetings or _is_meeting(record, issue, first_page),
        _is_thesis(record),
        congress,
    )


def _cut(record: Record) -> Record:
    """The record with no field longer than is ever looked at; nearly all come back as they are."""
    if len(record.title) <= _TITLE_READ and len("".join(_fields_that_are_cut(record))) <= _FIELD_READ:
        return record
    cut = {name: getattr(record, name)[:_FIELD_READ] for name in _CUT_FIELDS}
    return replace(record, title=record.title[:_TITLE_READ], **cut)


def is_preprint(record: Record) -> bool:
    """True if a record says that it is a preprint, by its journal, its arXiv number or its DOI."""
    return _is_preprint(record, normal_doi(record.doi), of_preprints=bool(_PREPRINT_PLACE.search(record.journal)))


def _is_preprint(record: Record, doi: str, *, of_preprints: bool) -> bool:
    return of_preprints or bool(record.arxiv_id) or doi.startswith(_PREPRINT_DOI)


@lru_cache(maxsize=1 << 14)
def _journal(journal: str) -> tuple[str, str, bool, bool, bool]:
    """Its stems and those of its meeting; whether it is the Cochrane Library, holds preprints, carries a meeting."""
    return (
        journal_stems(journal),
        congress_stems(journal),
        "ochrane" in journal,
        bool(_PREPRINT_PLACE.search(journal)),
        bool(_MEETING.search(journal)),
    )


def _abstract(text: str) -> str:
    """Its beginning; "[No abstract available]" is none."""
    found = spaced(text[:ABSTRACT_READ])
    return found if len(found) >= _ABSTRACT_LEAST else ""


def _is_meeting(record: Record, issue: str, first_page: str) -> bool:
    """A conference abstract: it says so, or stands in a supplement on a page of its own numbering."""
    if (record.type and "meeting abstract" in record.type.casefold()) or _MEETING_PAGE.match(first_page):
        return True
    if record.doi:
        return False
    return "s" in issue or record.volume.strip().endswith(")") or "suppl" in record.volume.casefold()


def _is_thesis(record: Record) -> bool:
    """By its type, or by a degree that stands where a thesis without a journal has nothing else to say."""
    degree = "" if record.journal.strip() else f"{record.volume} {record.issue}"
    return bool(_THESIS.search(f"{record.type} {degree}"))

"""What candidate pairs have in common, field by field, as arrays over all pairs at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from review.dedup.block import Indexes, Marks
from review.dedup.prepare import NormalForm
from review.dedup.titles import CONTAINED, EQUAL, OTHER, title_relation

Bools = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int64]

_SPAN = 2  # pages: two works may share one, or the end of one and the beginning of the next
_GENERIC_LETTERS = 22  # "Editorial", "Reply to Smith", "Heart failure": too little to recognise a work by
_TELLING_LETTERS = 45
_SHORT_LETTERS = 60  # longer titles are nobody's rubric
_TITLE = np.uint64(32)  # bits: the code of a title stands before that of its author
_GENERIC_AUTHORS = 3  # a title that so many different first authors wrote is a rubric, not a title
_LONG_ABSTRACT = 200  # characters
_CUT_SCORE = 90  # an abstract cut short may be less like the whole
_MEETING_WORDS = 3  # more than these, in the name of a meeting that begins like another
_WORDS_SHARED = 2 / 3  # of the shorter name of a journal; with fewer it is another journal
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LOST_MARKS = 20  # more than any DOI has
_WORTH_A_THREAD = 50_000  # pairs; fewer are done before a second thread has begun
_WORTH_ALIGNING = 60.0  # below this ratio two titles are not compared word by word


@dataclass(frozen=True, slots=True)
class Agreement:
    """One field over all pairs. Neither holds where one side is missing."""

    same: Bools
    differ: Bools

    @property
    def missing(self) -> Bools:
        """True where at least one side does not give the field."""
        return ~(self.same | self.differ)


@dataclass(frozen=True, slots=True)
class Features:
    """Everything the conditions may ask about; arrays have one entry per pair. Similarities run from 0 to 100."""

    relation: Codes  # of the titles: OTHER … EQUAL
    title: Scores
    numbers: Agreement  # numbers in the title; "none" is a value here, so nothing is missing
    language: Agreement  # as notes in the titles name it
    kind: Agreement  # erratum or reply against original; likewise never missing
    generic: Bools
    telling: Bools  # both titles are so long that two works hardly share one
    first_author: Agreement
    authors: Scores  # 0 where one side names nobody
    year_gap: Codes  # -1 where one side has no year
    journal: Agreement
    volume: Agreement
    issue: Agreement
    page: Agreement
    last_page: Agreement
    span: Bools  # the same first and last page, with at least one page between them
    doi: Agreement
    doi_typo: Bools  # different only by a slip of the pen
    pmid: Agreement
    arxiv: Agreement
    cochrane: Agreement
    abstract: Scores  # 0 where one side has none
    abstract_missing: Bools
    abstract_on_one_side: Bools
    long_abstract: Bools  # both abstracts are long enough to know a text by
    everything: Bools  # all fields are the same, missing ones included
    preprint: Bools  # exactly one of the two is a preprint
    meeting: Bools  # exactly one of the two is a conference abstract
    meetings: Bools  # both are
    one_page: Bools  # both stand on a single page
    protocol: Bools  # exactly one of the two titles speaks of a protocol
    thesis: Bools  # exactly one of the two is a thesis, and the other is printed in a journal
    one_source: Bools  # both stand in one source that lists each work once


def features(
    forms: Sequence[NormalForm], left: Indexes, right: Indexes, *, generic: Bools, source: Codes | None = None
) -> Features:
    """Compare each pair in every field. `generic` says of each record whether its title stands for one work;
    `source` numbers, for each record, the source that lists each work once; or 0.
    """
    table = _Columns(forms, left, right)
    title = table.similarity("title", fuzz.ratio)
    volume, issue, page = _volume(table), _issue(table), _page(table)
    doi = table.agree("doi")
    preprint, meeting, thesis = table.flags("preprint"), table.flags("meeting"), table.flags("thesis")
    printed = table.sides_of([bool(form.journal) for form in forms])
    relation, telling = _relations(table, title), _telling(forms)
    one_page = table.sides_of([bool(form.first_page) and form.first_page == form.last_page for form in forms])
    long = table.sides_of([len(form.abstract) >= _LONG_ABSTRACT for form in forms])
    abstract = table.sides_of([bool(form.abstract) for form in forms])
    protocol = table.sides_of(["protocol" in form.title for form in forms])
    return Features(
        relation=relation,
        title=title,
        numbers=table.agree("numbers", blank_counts=True),
        language=table.agree("language"),
        kind=table.agree("kind", blank_counts=True),
        generic=generic[left] | generic[right],
        telling=telling[left] & telling[right],
        first_author=_first_author(table),
        authors=table.similarity("authors", fuzz.token_set_ratio),
        year_gap=_year_gap(forms, left, right),
        journal=_journal(table),
        volume=volume,
        issue=issue,
        page=page,
        last_page=table.agree("last_page"),
        span=_span(table, page.same & table.agree("last_page").same),
        doi=doi,
        doi_typo=_doi_typo(table, doi.differ),
        pmid=table.agree("pmid"),
        arxiv=table.agree("arxiv"),
        cochrane=table.agree("cochrane"),
        abstract=_abstract(table),
        abstract_missing=table.missing("abstract"),
        abstract_on_one_side=abstract[0] != abstract[1],
        long_abstract=long[0] & long[1],
        everything=_everything(table),
        preprint=preprint[0] != preprint[1],
        meeting=meeting[0] != meeting[1],
        meetings=meeting[0] & meeting[1],
        one_page=one_page[0] & one_page[1],
        protocol=protocol[0] != protocol[1],
        thesis=(thesis[0] & ~thesis[1] & printed[1]) | (thesis[1] & ~thesis[0] & printed[0]),
        one_source=np.zeros(len(left), dtype=bool)
        if source is None
        else (source[left] > 0) & (source[left] == source[right]),
    )


class _Columns:
    """The fields of both sides of the pairs, taken out once."""

    def __init__(self, forms: Sequence[NormalForm], left: Indexes, right: Indexes) -> None:
        self.forms, self.left, self.right = forms, left, right
        self._pairs = (left.tolist(), right.tolist())
        self._codes: dict[str, tuple[Codes, Codes]] = {}

    def sides(self, field: str) -> tuple[list[str], list[str]]:
        values = list(map(attrgetter(field), self.forms))
        left, right = self._pairs
        return [values[i] for i in left], [values[i] for i in right]

    def codes(self, field: str) -> tuple[Codes, Codes]:
        """A number for each value on both sides; 0 where it is missing."""
        if field not in self._codes:
            known: dict[object, int] = {"": 0}
            number = known.setdefault
            values = np.array(
                [number(value, len(known)) for value in map(attrgetter(field), self.forms)], dtype=np.int64
            )
            self._codes[field] = values[self.left], values[self.right]
        return self._codes[field]

    def agree(self, field: str, *, blank_counts: bool = False) -> Agreement:
        one, other = self.codes(field)
        both = np.ones(len(one), dtype=bool) if blank_counts else (one > 0) & (other > 0)
        return Agreement(both & (one == other), both & (one != other))

    def missing(self, field: str) -> Bools:
        one, other = self.codes(field)
        return np.asarray((one == 0) | (other == 0))

    def flags(self, field: str) -> tuple[Bools, Bools]:
        return self.sides_of([getattr(form, field) for form in self.forms])

    def sides_of(self, flags: list[bool]) -> tuple[Bools, Bools]:
        values = np.array(flags, dtype=bool)
        return values[self.left], values[self.right]

    def similarity(self, field: str, scorer: Callable[..., float]) -> Scores:
        one, other = self.sides(field)
        scores = likeness_of(one, other, scorer)
        scores[self.missing(field)] = 0
        return scores

    def repeated(self, field: str, scorer: Callable[..., float]) -> Scores:
        """The same for a field of few values, each two of which are compared once."""
        one, other = self.codes(field)
        values = ["", *dict.fromkeys(value for form in self.forms if (value := getattr(form, field)))]
        pairs, place = np.unique(one * len(values) + other, return_inverse=True)
        scores = likeness_of(
            [values[n] for n in (pairs // len(values)).tolist()],
            [values[n] for n in (pairs % len(values)).tolist()],
            scorer,
        )[place]
        scores[(one == 0) | (other == 0)] = 0
        return scores


def likeness_of(one: list[str], other: list[str], scorer: Callable[..., float], *, at_least: float = 0.0) -> Scores:
    """How alike two texts of each pair are, from 0 to 100; 0 where it is less than `at_least`."""
    if not one:
        return np.empty(0, dtype=np.float32)
    workers = -1 if len(one) > _WORTH_A_THREAD else 1
    found = process.cpdist(one, other, scorer=scorer, dtype=np.float32, workers=workers, score_cutoff=at_least or None)
    return np.asarray(found)


def _doi_typo(table: _Columns, differ: Bools) -> Bools:
    """DOIs that differ by a slip of the pen: a lost dot, an o for a 0, something stuck to the end."""
    one, other = table.sides("doi")
    typo = np.zeros(len(one), dtype=bool)
    for n in np.flatnonzero(differ).tolist():
        a, b = one[n], other[n]
        near = abs(len(a) - len(b)) <= _LOST_MARKS and _alphanumeric(a) == _alphanumeric(b)
        typo[n] = near or _stuck(*sorted((a, b), key=len))
    return typo


def _stuck(doi: str, longer: str) -> bool:
    """Something is stuck to the end of a DOI; a digit behind a digit makes another DOI."""
    return longer.startswith(doi) and not (doi[-1:].isdigit() and longer[len(doi)].isdigit())


def _alphanumeric(doi: str) -> str:
    return "".join(filter(str.isalnum, doi.replace("o", "0").replace("l", "1")))


def _everything(table: _Columns) -> Bools:
    """Pairs whose normal forms are the same but for the name of the meeting; only those of one title are looked at."""
    one, other = table.codes("title")
    whole = np.zeros(len(one), dtype=bool)
    for n in np.flatnonzero(one == other).tolist():
        whole[n] = table.forms[table.left[n]][:-1] == table.forms[table.right[n]][:-1]
    return whole


def _abstract(table: _Columns) -> Scores:
    """How alike the beginnings are; the same where one is the other cut short, as a list of search results shows it."""
    scores = table.similarity("abstract", fuzz.ratio)
    one, other = table.sides("abstract")
    for n in np.flatnonzero((scores > 0) & (scores < _CUT_SCORE)).tolist():
        if one[n].startswith(other[n]) or other[n].startswith(one[n]):
            scores[n] = 100
    return scores


def _telling(forms: Sequence[NormalForm]) -> Bools:
    return np.array([len(form.title) >= _TELLING_LETTERS and form.kind != "reply" for form in forms], dtype=bool)


def generic_titles(marks: Marks) -> Bools:
    """Titles too short, or used by too many different first authors, to stand for one work."""
    short = np.flatnonzero(marks.letters < _SHORT_LETTERS)
    written = marks.row("title")[short].astype(np.uint64) << _TITLE | marks.row("family")[short]
    titles, writers = np.unique(np.unique(written) >> _TITLE, return_counts=True)
    generic = np.asarray(marks.letters < _GENERIC_LETTERS)
    generic[short] |= np.isin(written >> _TITLE, titles[writers > _GENERIC_AUTHORS])
    return generic


def _page(table: _Columns) -> Agreement:
    """First pages; "c37" and "37" are the same, "s37" and "e37" are not."""
    exact = table.agree("first_page")
    one, other = table.sides("first_page")
    loose = np.zeros(len(one), dtype=bool)
    for n in np.flatnonzero(exact.differ).tolist():
        bare, lettered = sorted((one[n], other[n]), key=len)
        loose[n] = bare.isdigit() and lettered.strip(_LETTERS) == bare
    return Agreement(exact.same | loose, exact.differ & ~loose)


def _span(table: _Columns, same: Bools) -> Bools:
    first, last = table.sides("first_page")[0], table.sides("last_page")[0]
    span = same.copy()
    for n in np.flatnonzero(same).tolist():
        begin, end = first[n].strip(_LETTERS), last[n].strip(_LETTERS)
        span[n] = begin.isdecimal() and end.isdecimal() and int(end) - int(begin) >= _SPAN
    return span


def _volume(table: _Columns) -> Agreement:
    """Volumes; the "1" of a source that lost the volume of "58 Suppl 1" is its supplement, and contradicts nothing."""
    exact = table.agree("volume")
    one, other = table.sides("volume")
    issue, others = table.sides("issue")
    differ = exact.differ.copy()
    for n in np.flatnonzero(differ).tolist():
        differ[n] = not (_is_supplement(one[n], issue[n], others[n]) or _is_supplement(other[n], others[n], issue[n]))
    return Agreement(exact.same, differ)


def _is_supplement(volume: str, issue: str, other_issue: str) -> bool:
    return not issue and "s" in other_issue and volume in other_issue.split("s")


def _issue(table: _Columns) -> Agreement:
    """Issues; "21" and "21 Suppl 1", or "2" and "Suppl 2", contradict each other no more than "21" and nothing."""
    exact = table.agree("issue")
    one, other = table.sides("issue")
    differ = exact.differ.copy()
    for n in np.flatnonzero(differ).tolist():
        short, long = sorted((one[n], other[n]), key=len)
        differ[n] = not ("s" in long and (long.startswith(short) or long == f"s{short}"))
    return Agreement(exact.same, differ)


def _first_author(table: _Columns) -> Agreement:
    """The same if a name of the first author agrees, or nearly, whichever order the names stand in."""
    score = table.similarity("first_author", fuzz.token_set_ratio)
    family = table.repeated("family", fuzz.ratio)
    missing = table.missing("first_author")
    same = ~missing & ((score >= 90) | (family >= 80))
    return Agreement(same, ~missing & ~same)


def _journal(table: _Columns) -> Agreement:
    """The same if the stems agree, if one begins with the other, or is the initials of the other, or its meeting.

    Names that share most of their words say neither: "Conference on Service Systems" may be "2nd Conference on Systems".
    """
    one, other = table.sides("journal")
    missing = table.missing("journal")
    same = ~missing & (table.repeated("journal", fuzz.ratio) >= 80)
    differ = np.zeros(len(same), dtype=bool)
    meeting, others = table.sides("congress")
    for n in np.flatnonzero(~missing & ~same).tolist():
        same[n] = _initials_agree(one[n], other[n]) or _one_meeting((one[n], meeting[n]), (other[n], others[n]))
        differ[n] = not same[n] and _few_words_shared(one[n], other[n])
    return Agreement(same, differ)


def _one_meeting(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Journal and meeting of both: they name one meeting, or the journal of one is the meeting of the other."""
    if one[1] and one[1] == other[1]:
        return True
    return any(meeting and _begins(meeting, journal) for meeting, journal in ((one[1], other[0]), (other[1], one[0])))


def _begins(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and short.count(" ") >= _MEETING_WORDS


def _few_words_shared(one: str, other: str) -> bool:
    short, long = sorted((set(one.split()), set(other.split())), key=len)
    return len(short & long) < _WORDS_SHARED * len(short)


def _initials_agree(one: str, other: str) -> bool:
    short, long = sorted((one.split(), other.split()), key=len)
    if len(short) == 1:
        return len(long) > 1 and "".join(word[0] for word in long) == short[0]
    return bool(short) and long[: len(short)] == short


def _year_gap(forms: Sequence[NormalForm], left: Indexes, right: Indexes) -> Codes:
    years = np.fromiter((form.year for form in forms), np.int64, len(forms))
    gap = np.abs(years[left] - years[right])
    return np.where((years[left] > 0) & (years[right] > 0), gap, -1)


def _relations(table: _Columns, ratio: Scores) -> Codes:
    """How the titles of each pair are related; only pairs that are alike are looked at word by word."""
    keys, other_keys = table.sides("title_key")
    mains, other_mains = table.sides("main_title")
    titles, other_titles = table.sides("title")
    one, two = table.codes("title_key")
    relation = np.where((one == two) & (one > 0), EQUAL, OTHER)
    for n in np.flatnonzero((one != two) & (one > 0) & (two > 0)).tolist():
        key, other = keys[n], other_keys[n]
        if (mains[n] or key) == other or key == (other_mains[n] or other):
            relation[n] = CONTAINED
        elif ratio[n] >= _WORTH_ALIGNING or key.startswith(other) or other.startswith(key):
            relation[n] = title_relation(titles[n], other_titles[n])
    return relation

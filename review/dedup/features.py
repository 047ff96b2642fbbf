"""What candidate pairs have in common, field by field, as arrays over all pairs at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from review.dedup.block import Indexes, Marks
from review.dedup.columns import Agreement, Bools, Codes, Columns, Scores
from review.dedup.prepare import NormalForm
from review.dedup.titles import CLOSE, CONTAINED, EQUAL, OTHER, title_relation
from review.dedup.words import COLUMN_WORDS

SHORT, RUBRIC = 1, 2
_SPAN = 2  # pages: two works may share one, or the end of one and the beginning of the next
_OPENING = 10  # pages with which an issue opens, where each begins to count anew
_GENERIC_LETTERS = 22  # "Editorial", "Reply to Smith", "Heart failure": too little to recognise a work by
_TELLING_LETTERS = 45
_SHORT_LETTERS = 60  # longer titles are nobody's rubric
_TITLE = np.uint64(32)  # bits: the code of a title stands before that of its author
_GENERIC_AUTHORS = 3  # a title that so many different first authors wrote is a rubric, not a title
_GENERIC_ISSUES = 3  # an article stands in one, and a slip makes two
_LONG_ABSTRACT = 130  # characters
_INITIALS = 2  # letters; longer names are written out
_ARTICLE_NUMBER, _PAGE_NUMBER = re.compile(r"e\d{4,}"), re.compile(r"\d{1,4}")
_NAME_ALIKE = 80  # of a journal, as stems
_NAMES_ALIKE = 90
_CUT_SCORE = 90  # an abstract cut short may be less like the whole
_MEETING_WORDS = 3  # more than these, in the name of a meeting that begins like another
_WORDS_SHARED = 2 / 3  # of the shorter name of a journal; with fewer it is another journal
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LOST_MARKS = 20  # more than any DOI has
_WORTH_ALIGNING = 60.0  # below this ratio two titles are not compared word by word


@dataclass(frozen=True, slots=True)
class Features:
    """Everything the conditions may ask about; arrays have one entry per pair. Similarities run from 0 to 100."""

    relation: Codes  # of the titles: OTHER … EQUAL
    title: Scores
    numbers: Agreement  # numbers in the title; "none" is a value here, so nothing is missing
    language: Agreement  # as notes in the titles name it
    kind: Agreement  # erratum or reply against original; likewise never missing
    generic: Bools  # too little to recognise a work by
    rubric: Bools  # many works have it, or one of the words that journals put over columns
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
    opening: Bools  # the same first page, and one of those with which an issue opens
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
    forms: Sequence[NormalForm], left: Indexes, right: Indexes, *, generic: Codes, source: Codes | None = None
) -> Features:
    """Compare each pair in every field. `generic` says of each record what `generic_titles` says of its title;
    `source` numbers, for each record, the source that lists each work once; or 0.
    """
    table = Columns(forms, left, right)
    title = table.similarity("title", fuzz.ratio)
    volume, issue, page = _volume(table), _issue(table), _page(table)
    doi, first_author = table.agree("doi"), _first_author(table)
    preprint, meeting, thesis = table.flags("preprint"), table.flags("meeting"), table.flags("thesis")
    printed = table.sides_of([bool(form.journal) for form in forms])
    relation, telling = _relations(table, title), _telling(forms)
    one_page = table.sides_of([bool(form.first_page) and form.first_page == form.last_page for form in forms])
    long = table.sides_of([len(form.abstract) >= _LONG_ABSTRACT for form in forms])
    abstract = table.sides_of([bool(form.abstract) for form in forms])
    rubric = table.sides_of([not COLUMN_WORDS.isdisjoint(form.title.split()) for form in forms])
    protocol = table.sides_of(["protocol" in form.title for form in forms])
    return Features(
        relation=relation,
        title=title,
        numbers=table.agree("numbers", blank_counts=True),
        language=table.agree("language"),
        kind=table.agree("kind", blank_counts=True),
        generic=(generic[left] > 0) | (generic[right] > 0),
        rubric=(generic[left] == RUBRIC) | (generic[right] == RUBRIC) | rubric[0] | rubric[1],
        telling=telling[left] & telling[right],
        first_author=first_author,
        authors=_authors(table, first_author.same),
        year_gap=_year_gap(forms, left, right),
        journal=_journal(table),
        volume=volume,
        issue=issue,
        page=page,
        last_page=table.agree("last_page"),
        span=_span(table, page.same & table.agree("last_page").same),
        opening=_opening(table, page.same),
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


def _doi_typo(table: Columns, differ: Bools) -> Bools:
    """DOIs that differ by a slip of the pen: a lost dot, an o for a 0, something stuck to the end."""
    one, other = table.sides("doi")
    typo = np.zeros(len(one), dtype=bool)
    for n in np.flatnonzero(differ).tolist():
        a, b = one[n], other[n]
        near = abs(len(a) - len(b)) <= _LOST_MARKS and _alphanumeric(a) == _alphanumeric(b)
        short, long = sorted((a, b), key=len)
        typo[n] = near or _stuck(short, long) or _one_letter_more(short, long)
    return typo


def _stuck(doi: str, longer: str) -> bool:
    """Something is stuck to the end of a DOI; a digit behind a digit makes another DOI."""
    return longer.startswith(doi) and not (doi[-1:].isdigit() and longer[len(doi)].isdigit())


def _one_letter_more(doi: str, longer: str) -> bool:
    """A letter was lost or written twice between others, as in "jo" for "joo"."""
    if len(longer) != len(doi) + 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(doi, longer, strict=False)) if a != b), len(doi))
    return doi[at:] == longer[at + 1 :] and longer[at - 1 : at + 2].isalpha() and at < len(doi)


def _alphanumeric(doi: str) -> str:
    return "".join(filter(str.isalnum, doi.replace("o", "0").replace("l", "1")))


def _everything(table: Columns) -> Bools:
    """Pairs whose normal forms are the same but for the name of the meeting; only those of one title are looked at."""
    one, other = table.codes("title")
    whole = np.zeros(len(one), dtype=bool)
    for n in np.flatnonzero(one == other).tolist():
        whole[n] = table.forms[table.left[n]][:-1] == table.forms[table.right[n]][:-1]
    return whole


def _abstract(table: Columns) -> Scores:
    """How alike the beginnings are; the same where one is the other cut short, as a list of search results shows it."""
    scores = table.similarity("abstract", fuzz.ratio)
    one, other = table.sides("abstract")
    for n in np.flatnonzero((scores > 0) & (scores < _CUT_SCORE)).tolist():
        if one[n].startswith(other[n]) or other[n].startswith(one[n]):
            scores[n] = 100
    return scores


def _telling(forms: Sequence[NormalForm]) -> Bools:
    return np.array([len(form.title) >= _TELLING_LETTERS and form.kind != "reply" for form in forms], dtype=bool)


def generic_titles(marks: Marks) -> Codes:
    """Of each title SHORT if it is too short to stand for one work; RUBRIC if too many different first authors used it,
    or it stands in too many issues; or 0.
    """
    short = np.flatnonzero(marks.letters < _SHORT_LETTERS)
    title = marks.row("title")[short].astype(np.uint64) << _TITLE
    generic = np.where(marks.letters < _GENERIC_LETTERS, SHORT, 0).astype(np.int64)
    for name, most in (("family", _GENERIC_AUTHORS), ("volume_issue", _GENERIC_ISSUES)):
        there = title | marks.row(name)[short]
        given = marks.row(name)[short] > 0
        titles, count = np.unique(np.unique(there[given]) >> _TITLE, return_counts=True)
        generic[short[np.isin(title >> _TITLE, titles[count > most])]] = RUBRIC
    return generic


def _page(table: Columns) -> Agreement:
    """First pages; "c37" and "37" are the same, "s37" and "e37" are not. The number of an article and a page do not
    contradict each other: they are two ways to say where it is.
    """
    exact = table.agree("first_page")
    one, other = table.sides("first_page")
    loose, elsewhere = np.zeros(len(one), dtype=bool), np.zeros(len(one), dtype=bool)
    for n in np.flatnonzero(exact.differ).tolist():
        bare, lettered = sorted((one[n], other[n]), key=len)
        loose[n] = bare.isdigit() and lettered.strip(_LETTERS) == bare
        elsewhere[n] = bool(_PAGE_NUMBER.fullmatch(bare) and _ARTICLE_NUMBER.fullmatch(lettered))
    return Agreement(exact.same | loose, exact.differ & ~loose & ~elsewhere)


def _span(table: Columns, same: Bools) -> Bools:
    first, last = table.sides("first_page")[0], table.sides("last_page")[0]
    span = same.copy()
    for n in np.flatnonzero(same).tolist():
        begin, end = first[n].strip(_LETTERS), last[n].strip(_LETTERS)
        span[n] = begin.isdecimal() and end.isdecimal() and int(end) - int(begin) >= _SPAN
    return span


def _opening(table: Columns, same: Bools) -> Bools:
    first, opening = table.sides("first_page")[0], same.copy()
    for n in np.flatnonzero(same).tolist():
        page = first[n].strip(_LETTERS)
        opening[n] = not page.isdecimal() or int(page) <= _OPENING
    return opening


def _volume(table: Columns) -> Agreement:
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


def _issue(table: Columns) -> Agreement:
    """Issues; "21" and "21 Suppl 1", or "2" and "Suppl 2", contradict each other no more than "21" and nothing. Nor
    does a page that stands in the column of the issue.
    """
    exact = table.agree("issue")
    one, other = table.sides("issue")
    page, others = table.sides("first_page")
    differ = exact.differ.copy()
    for n in np.flatnonzero(differ).tolist():
        short, long = sorted((one[n], other[n]), key=len)
        supplement = "s" in long and (long.startswith(short) or long == f"s{short}")
        paged = (not page[n] and one[n] == others[n]) or (not others[n] and other[n] == page[n])
        differ[n] = not (supplement or paged)
    return Agreement(exact.same, differ)


def _first_author(table: Columns) -> Agreement:
    """The same if a name of the first author agrees, or nearly, whichever order the names stand in."""
    score = table.similarity("first_author", fuzz.token_set_ratio)
    family = table.repeated("family", fuzz.ratio)
    missing = table.missing("first_author")
    same = ~missing & ((score >= 90) | (family >= 80))
    one, other = table.sides("first_author")
    for n in np.flatnonzero(~missing & ~same).tolist():
        names, others = one[n].split(), other[n].split()
        same[n] = _glued(names, others) or _initials_first(names, others)
    return Agreement(same, ~missing & ~same)


def _initials_first(one: list[str], other: list[str]) -> bool:
    """A family name is shared, and what else one side gives are initials of the other, as "KM Higgins" of "Higgins Kathleen"."""
    shared = {name for name in one if len(name) > _INITIALS and name in other}
    if not shared:
        return False
    short, long = sorted(([n for n in one if n not in shared], [n for n in other if n not in shared]), key=_letters_of)
    return _letters_of(short) <= _INITIALS and (not short or not long or short[0][0] == long[0][0])


def _letters_of(names: list[str]) -> int:
    return max(map(len, names), default=0)


def _authors(table: Columns, first_same: Bools) -> Scores:
    """How alike all names are; where some are glued together, the letters without spaces tell it."""
    scores = table.similarity("authors", fuzz.token_set_ratio)
    one, other = table.sides("authors")
    for n in np.flatnonzero(first_same & (scores > 0) & (scores < _NAMES_ALIKE)).tolist():
        scores[n] = max(scores[n], fuzz.ratio(one[n].replace(" ", ""), other[n].replace(" ", "")))
    return scores


def _glued(one: list[str], other: list[str]) -> bool:
    """The first names of one side, written as one word, are a name of the other, as "De Caterina" is DECATERINA."""
    return any("".join(names[:count]) == whole[0] for names, whole in ((one, other), (other, one)) for count in (2, 3))


def _journal(table: Columns) -> Agreement:
    """The same if the stems agree, if one begins with the other, or is the initials of the other, or its meeting.

    Names that share most of their words say neither: "Conference on Service Systems" may be "2nd Conference on Systems".
    """
    one, other = table.sides("journal")
    missing = table.missing("journal")
    same = ~missing & (table.repeated("journal", fuzz.ratio) >= _NAME_ALIKE)
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


def _relations(table: Columns, ratio: Scores) -> Codes:
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
        elif (key.endswith(other) or other.endswith(key)) and _under_running_head(table, titles[n], other_titles[n], n):
            relation[n] = CLOSE
        elif ratio[n] >= _WORTH_ALIGNING or key.startswith(other) or other.startswith(key):
            relation[n] = title_relation(titles[n], other_titles[n])
    return relation


def _under_running_head(table: Columns, one: str, other: str, n: int) -> bool:
    """One title is the other behind the name of the journal, as programs read it from the head of a page."""
    short, long = sorted((one, other), key=len)
    if len(short) < _GENERIC_LETTERS or not long.endswith(f" {short}"):
        return False
    head = " ".join(word[:3] for word in long.removesuffix(short).split())
    journals = {table.forms[side[n]].journal for side in (table.left, table.right)}
    return any(
        head.count(" ") == name.count(" ") and fuzz.ratio(head, name) >= _NAME_ALIKE for name in journals if name
    )

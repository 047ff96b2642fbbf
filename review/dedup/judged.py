"""Candidate pairs judged some at a time; only those that say something are kept: joined, open, related or contradicted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from review.dedup.block import Indexes, Marks
from review.dedup.columns import Bools, Codes, Scores, likeness_of
from review.dedup.compare import Verdicts, judge
from review.dedup.features import Features, features, generic_titles
from review.dedup.ready import Spread, form_of, in_turn, no_collecting, title_in
from review.dedup.related import relations
from review.dedup.titles import CLOSE, CONTAINED, SUBSTITUTED
from review.dedup.vetoes import VETOES

Lines = Callable[[Indexes], Sequence[str]]

_SIFTED_AT_ONCE = 400_000  # pairs
_AT_ONCE = 20_000  # pairs
_ALIKE = 60.0  # two titles less alike are the same work only if a number or the place says so
_WORTH_A_LOOK = 0.80
_SAME_TEXT = 0.1  # so much sooner is a pair looked at whose abstracts agree
_CONTRADICTED = 0.1  # so much later is a pair looked at for each part of a place, or word, that differs
_LAST = 0.01  # but still before never
_ALL_BUT_A_WORD, _ALIKE_SO = 95.0, 0.75  # such a title, and so much alike, with one doubt
_ALIKE_THERE = 80.0  # a title on one page of one volume
_DOUBTS = 2  # more vetoes than these, and nobody need look
# Vetoes that say that too little is known, and do not contradict that two records are one work.
_TOO_LITTLE = ("generic_title", "thesis", "one_source")
_AGAINST = [number for number, veto in enumerate(VETOES) if veto.name not in _TOO_LITTLE]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Pairs (left < right) and what was found about them; all arrays have one entry for each pair."""

    left: Indexes
    right: Indexes
    condition: Codes  # the number of the condition that joins them, or -1
    veto: Codes  # the number of the first veto that holds, or -1
    relation: Codes  # the number of the relation between two works, or -1
    open: Scores  # how soon a person should look at it; 0 for never
    score: Scores
    said: npt.NDArray[np.object_]  # the similarities in words

    def __len__(self) -> int:
        return len(self.left)

    def take(self, places: npt.NDArray[np.int64] | Bools) -> Judged:
        return Judged(**{each.name: getattr(self, each.name)[places] for each in fields(self)})

    @property
    def against(self) -> Bools:
        """A veto contradicts that they are one work."""
        return (self.condition < 0) & np.isin(self.veto, _AGAINST)

    @property
    def vetoed(self) -> Bools:
        """Some veto keeps them apart."""
        return (self.condition < 0) & (self.veto >= 0)


def together(parts: Sequence[Judged]) -> Judged:
    """All pairs in ascending order."""
    whole = Judged(
        **{each.name: np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(Judged)}
    )
    return whole.take(np.lexsort((whole.right, whole.left)))


@dataclass(frozen=True, slots=True)
class Bench:
    """What judging needs beside the pairs. `source` numbers the source that lists each work once, or is 0."""

    marks: Marks
    lines: Lines  # normal forms as texts
    generic: Codes
    source: Codes | None = None
    spread: Spread = in_turn


def bench(marks: Marks, lines: Lines, *, spread: Spread, source: Codes | None = None) -> Bench:
    return Bench(marks, lines, generic_titles(marks), source, spread)


def judged(
    on: Bench, left: Indexes, right: Indexes, *, everything: bool = False, tell: Callable[[float], None] | None = None
) -> Judged:
    """What the candidates have to say; those that no condition could ever join are set aside by their titles alone.

    `everything` keeps each pair, for the question what contradicts a chain.
    """
    if not everything:
        parts = range(0, len(left), _SIFTED_AT_ONCE)
        both = ((left[start : start + _SIFTED_AT_ONCE], right[start : start + _SIFTED_AT_ONCE]) for start in parts)
        worth = np.concatenate([np.empty(0, dtype=bool), *(worth_comparing(on, *each) for each in both)])
        left, right = left[worth], right[worth]
    starts = range(0, len(left), _AT_ONCE)
    tasks = (
        _task(on, left[start : start + _AT_ONCE], right[start : start + _AT_ONCE], everything=everything)
        for start in starts
    )
    found = [_nothing()]
    for number, some in enumerate(on.spread(compared, tasks), start=1):
        found.append(some)
        if tell is not None:
            tell(number / (len(starts) + 1))
    return together(found)


def worth_comparing(on: Bench, left: Indexes, right: Indexes) -> Bools:
    """Every pair that may be joined, be open or be related, and some that are not."""
    worth = np.zeros(len(left), dtype=bool)
    for name in ("doi", "pmid", "arxiv", "cochrane", "title", "head", "volume_page"):
        row = on.marks.row(name)
        worth |= (row[left] == row[right]) & (row[left] > 0)
    titles, mains = on.marks.row("title"), on.marks.row("main_title")
    worth |= (mains[left] == titles[right]) | (titles[left] == mains[right])
    rest = np.flatnonzero(~worth)
    records, place = np.unique(np.concatenate((left[rest], right[rest])), return_inverse=True)
    words = list(map(title_in, on.lines(records)))
    one, other = place[: len(rest)].tolist(), place[len(rest) :].tolist()
    ratio = likeness_of([words[n] for n in one], [words[n] for n in other], fuzz.ratio, at_least=_ALIKE)
    worth[rest[ratio >= _ALIKE]] = True
    return worth


class _Task(NamedTuple):
    """Some pairs, with all that is known of their records: a process of its own can compare them."""

    left: Indexes
    right: Indexes
    place: Indexes  # of the left records among the lines, and then of the right ones
    lines: Sequence[str]
    generic: Codes
    source: Codes | None
    everything: bool


def _task(on: Bench, left: Indexes, right: Indexes, *, everything: bool) -> _Task:
    records, place = np.unique(np.concatenate((left, right)), return_inverse=True)
    source = None if on.source is None else on.source[records]
    return _Task(left, right, place, on.lines(records), on.generic[records], source, everything)


def compared(task: _Task) -> Judged:
    """What some pairs have to say."""
    with no_collecting():
        forms, count = list(map(form_of, task.lines)), len(task.left)
        found = features(forms, task.place[:count], task.place[count:], generic=task.generic, source=task.source)
        verdicts = judge(found)
        relation = relations(found, verdicts)
        wanted = _worth_a_look(found, verdicts)
        kept = np.flatnonzero((verdicts.condition >= 0) | (wanted > 0) | (relation >= 0) | task.everything)
        said = np.empty(len(kept), dtype=object)
        said[:] = list(_similarities(found, kept))
        return Judged(
            left=task.left[kept],
            right=task.right[kept],
            condition=verdicts.condition[kept],
            veto=verdicts.veto[kept],
            relation=relation[kept],
            open=wanted[kept],
            score=verdicts.score[kept],
            said=said,
        )


def _worth_a_look(f: Features, verdicts: Verdicts) -> Scores:
    """How soon a person should look at each open pair: nearly joined, nearly alike, one text with two places, or one
    title of which too little else is known. Of pairs without one text, those come later whose places or titles
    contradict them.
    """
    elsewhere = np.sum((f.journal.differ, f.volume.differ, f.issue.differ, f.page.differ, f.doi.differ), axis=0)
    against = elsewhere + (f.year_gap > 1)
    text = (f.title >= 85) & (f.authors >= 85) & (f.abstract >= 90)
    nobodys = f.generic & (f.rubric | (elsewhere > 0))  # a title that proves nothing
    place = (f.title >= 99) & f.journal.same & ~nobodys & (verdicts.score >= _WORTH_A_LOOK)
    enough = np.where((f.title >= _ALL_BUT_A_WORD) & ~f.generic, _ALIKE_SO, _WORTH_A_LOOK)
    spot = (f.title >= _ALIKE_THERE) & f.journal.same & f.volume.same & f.page.same & ~nobodys
    title = (f.relation >= CLOSE) & f.telling & (verdicts.vetoes == 0)
    one_title = (f.relation >= CLOSE) & (f.first_author.same | (f.first_author.missing & ~f.generic))
    little = (one_title | ((f.relation == CONTAINED) & f.first_author.same)) & (against == 0)
    one_doubt = ((verdicts.score >= enough) | little) & (verdicts.vetoes <= 1)
    worth = verdicts.near_miss | one_doubt | spot | text | title | (place & (verdicts.vetoes <= _DOUBTS))
    another_title = f.numbers.differ | (f.relation <= SUBSTITUTED)
    later = against + (f.page.same & f.last_page.differ) + another_title
    soon = verdicts.score + np.where(f.abstract >= 90, _SAME_TEXT, -_CONTRADICTED * later)
    return np.where(worth & (verdicts.condition < 0), np.maximum(soon, _LAST), 0).astype(np.float32)


def _nothing() -> Judged:
    none = np.empty(0, dtype=np.int64)
    return Judged(
        left=none,
        right=none,
        condition=none,
        veto=none,
        relation=none,
        open=np.empty(0, dtype=np.float32),
        score=np.empty(0, dtype=np.float32),
        said=np.empty(0, dtype=object),
    )


def _similarities(f: Features, places: Indexes) -> Iterator[str]:
    """What the fields say, in words: `Title 97 %, authors 100 %; same: year, volume; different: DOI.`"""
    fields_said = {"journal": f.journal, "volume": f.volume, "issue": f.issue, "pages": f.page, "DOI": f.doi}
    columns = [("year", (f.year_gap == 0)[places].tolist(), (f.year_gap > 0)[places].tolist())]
    columns += [(name, each.same[places].tolist(), each.differ[places].tolist()) for name, each in fields_said.items()]
    titles, authors = f.title[places].tolist(), f.authors[places].tolist()
    abstracts = np.where(f.abstract_missing, -1.0, f.abstract)[places].tolist()
    for n, (title, people, abstract) in enumerate(zip(titles, authors, abstracts, strict=True)):
        said = f"Title {title:.0f} %"
        said += f", authors {people:.0f} %" if people else ""
        said += f", abstract {abstract:.0f} %" if abstract >= 0 else ""
        same = ", ".join([name for name, same, _ in columns if same[n]])
        differ = ", ".join([name for name, _, differ in columns if differ[n]])
        yield said + (f"; same: {same}" if same else "") + (f"; different: {differ}" if differ else "") + "."

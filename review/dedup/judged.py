"""Candidate pairs judged some at a time; only those that say something are kept: joined, open, related or contradicted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from review.dedup.block import Indexes, Marks
from review.dedup.compare import VETOES, Verdicts, judge
from review.dedup.features import Bools, Codes, Features, Scores, features, generic_titles, likeness_of
from review.dedup.prepare import NormalForm
from review.dedup.related import relations

Forms = Callable[[Indexes], Sequence[NormalForm]]

_AT_ONCE = 400_000  # pairs
_ALIKE = 60.0  # two titles less alike are the same work only if a number or the place says so
_WORTH_A_LOOK = 0.80
_SAME_TEXT = 0.1  # so much sooner is a pair looked at whose abstracts agree
_DOUBTS = 2  # more vetoes than these, and nobody need look
# Vetoes that make a chain doubtful; the others only say that too little is known.
_CONTRADICTIONS = (
    "different_numbers",
    "erratum_or_reply",
    "other_review",
    "different_doi",
    "different_pmid",
    "different_authors",
)
_AGAINST = [number for number, veto in enumerate(VETOES) if veto.name in _CONTRADICTIONS]


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
    forms: Forms
    generic: Bools
    source: Codes | None = None


def bench(marks: Marks, forms: Forms, source: Codes | None = None) -> Bench:
    return Bench(marks, forms, generic_titles(marks), source)


def judged(
    on: Bench, left: Indexes, right: Indexes, *, everything: bool = False, tell: Callable[[float], None] | None = None
) -> Judged:
    """What the candidates have to say; those that no condition could ever join are set aside by their titles alone.

    `everything` keeps each pair, for the question what contradicts a chain.
    """
    parts = [_nothing()]
    for start in range(0, len(left), _AT_ONCE):
        if tell is not None:
            tell(start / len(left))
        one, other = left[start : start + _AT_ONCE], right[start : start + _AT_ONCE]
        if not everything:
            worth = worth_comparing(on, one, other)
            one, other = one[worth], other[worth]
        if len(one):
            parts.append(_some(on, one, other, everything=everything))
    return together(parts)


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
    words = [form.title for form in on.forms(records)]
    one, other = place[: len(rest)].tolist(), place[len(rest) :].tolist()
    ratio = likeness_of([words[n] for n in one], [words[n] for n in other], fuzz.ratio, at_least=_ALIKE)
    worth[rest[ratio >= _ALIKE]] = True
    return worth


def _some(on: Bench, left: Indexes, right: Indexes, *, everything: bool) -> Judged:
    records, place = np.unique(np.concatenate((left, right)), return_inverse=True)
    source = None if on.source is None else on.source[records]
    found = features(
        on.forms(records), place[: len(left)], place[len(left) :], generic=on.generic[records], source=source
    )
    verdicts = judge(found)
    relation = relations(found, verdicts)
    wanted = _worth_a_look(found, verdicts)
    kept = np.flatnonzero((verdicts.condition >= 0) | (wanted > 0) | (relation >= 0) | everything)
    said = np.empty(len(kept), dtype=object)
    said[:] = list(_similarities(found, kept))
    return Judged(
        left=left[kept],
        right=right[kept],
        condition=verdicts.condition[kept],
        veto=verdicts.veto[kept],
        relation=relation[kept],
        open=wanted[kept],
        score=verdicts.score[kept],
        said=said,
    )


def _worth_a_look(f: Features, verdicts: Verdicts) -> Scores:
    """How soon a person should look at each open pair: nearly joined, nearly alike, or one text with two places."""
    text = (f.title >= 85) & (f.authors >= 85) & (f.abstract >= 90)
    place = (f.title >= 99) & f.journal.same & ~f.generic & (verdicts.score >= _WORTH_A_LOOK)
    alike = (verdicts.score >= _WORTH_A_LOOK) & (verdicts.vetoes <= 1)
    worth = verdicts.near_miss | alike | ((text | place) & (verdicts.vetoes <= _DOUBTS))
    return np.where(worth & (verdicts.condition < 0), verdicts.score + _SAME_TEXT * (f.abstract >= 90), 0).astype(
        np.float32
    )


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

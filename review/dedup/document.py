"""Which record a document is, from the words on its first pages: by its DOI, its arXiv number or its title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from review.dedup.words import folded
from review.domain.record import Record

OPENING = 6_000  # letters of a paper in which its title, authors and DOI stand
_SHORT_TITLE = 25  # letters: a shorter title is found by chance in other papers too
_TELLING_TITLE = 10  # letters: a shorter one is not even offered
_LIKE = 88.0  # of 100, from which on a title is offered as perhaps the one; a misread letter in ten stays above
_OFFERED = 5
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]+")
_VERSION = re.compile(r"v\d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """What a document seems to be. `work` is set if there is no doubt; else `near` are the works it may be."""

    work: str = ""
    near: tuple[str, ...] = ()
    because: str = ""  # in words


@dataclass(frozen=True, slots=True)
class _Known:
    work: str
    title: str
    doi: str
    arxiv: str


class Shelf:
    """The works a document may be, made ready once for many documents."""

    def __init__(self, works: Iterable[tuple[str, Sequence[Record]]]) -> None:
        self._known = [
            _Known(work, _letters(r.title), _letters(r.doi), _letters(_VERSION.sub("", r.arxiv_id)))
            for work, copies in works
            for r in copies
        ]

    def identify(self, pages: Sequence[str], title: str = "") -> Identified:
        """Which work these pages are of; `title` is what the file calls itself."""
        opening = _opening(pages)
        text = _letters(opening)
        named = _longest({k.work: k.doi for k in self._known if len(k.doi) >= 8 and k.doi in text})
        named |= {k.work for k in self._known if k.arxiv and f"arxiv{k.arxiv}" in text}
        whole = _longest(
            {k.work: k.title for k in self._known if len(k.title) >= _SHORT_TITLE and k.title in text + _letters(title)}
        )
        if len(named) == 1 and (named <= whole or not whole):
            return Identified(work=next(iter(named)), because="its DOI stands in the file")
        if len(whole) == 1 and not named:
            return self._by_title(next(iter(whole)), opening)
        if named or whole:
            return Identified(near=tuple(sorted(named | whole))[:_OFFERED], because="the file names several of them")
        return self._likely(text)

    def fits(self, work: str, pages: Sequence[str], title: str = "") -> bool:
        """Whether the pages could be of this work: False only if they can be read and nothing of it stands there."""
        text = _letters(_opening(pages)) + _letters(title)
        mine = [k for k in self._known if k.work == work]
        if not text or not any(k.title or k.doi for k in mine):
            return True
        named = any((k.doi and k.doi in text) or (k.arxiv and f"arxiv{k.arxiv}" in text) for k in mine)
        return named or any(_within(k.title, text) or (k.title and k.title in text) for k in mine)

    def _by_title(self, work: str, opening: str) -> Identified:
        """The title alone, unless the file states a DOI that is not the record's: then it may be another version."""
        dois = {k.doi for k in self._known if k.work == work and k.doi}
        if dois and _DOI.search(opening):
            because = "its title fits, but the file states another DOI: perhaps another version, as a preprint"
            return Identified(near=(work,), because=because)
        return Identified(work=work, because="its title stands in the file")

    def _likely(self, text: str) -> Identified:
        if not text:
            return Identified(because="no words can be read in the file")
        hits = sorted(((_within(k.title, text), k.work) for k in self._known if k.title), reverse=True)
        near = tuple(dict.fromkeys(work for score, work in hits if score))[:_OFFERED]
        because = "a title much like it stands in the file" if near else "no title and no DOI of a report stands in it"
        return Identified(near=near, because=because)


def _within(title: str, text: str) -> float:
    """How well a title is found within a text, of 100; 0 if not well enough, or if it is too short to say."""
    return fuzz.partial_ratio(title, text, score_cutoff=_LIKE) if len(title) >= _TELLING_TITLE else 0.0


def _longest(found: dict[str, str]) -> set[str]:
    """The works whose words are not a mere part of another's: `10.1/abc1` stands in `10.1/abc12` too."""
    return {w for w, words in found.items() if not any(words != other and words in other for other in found.values())}


def _opening(pages: Sequence[str]) -> str:
    """The first words of a paper, on from a cover page if it has one."""
    return "\n".join(pages[:2])[:OPENING]


def _letters(text: str) -> str:
    """A text without anything a line break, a hyphen or a font can change."""
    return "".join(folded(text))

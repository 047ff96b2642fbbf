"""Candidate pairs: records that share any of several keys, as two arrays of indexes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from review.dedup.prepare import NormalForm

Indexes = npt.NDArray[np.int64]
Key = Callable[[NormalForm], str | tuple[str | int, ...]]

_CAP = 60  # a block of this size gives 1,770 pairs; more says the key is no key
_WINDOW = 6  # in larger blocks each record meets only so many neighbours in title order


def _all(*parts: str | int) -> tuple[str | int, ...] | str:
    """One key of several parts; "" if any is missing."""
    return parts if all(parts) else ""


def _begin(form: NormalForm, words: int) -> str:
    parts = form.title.split(" ", words)
    return " ".join(parts[:words]) if len(parts) >= words else ""


def _longest(form: NormalForm) -> str:
    words = set(form.title.split())
    return " ".join(sorted(sorted(sorted(words), key=len, reverse=True)[:4])) if len(words) >= 6 else ""


def _initials(form: NormalForm) -> str:
    return "".join([word[0] for word in form.title.split(" ", 5)[:5] if word])


def _ending(form: NormalForm) -> str:
    key = form.title_key
    return key[-30:] if len(key) >= 40 else ""


# Each line is one way in which two records of a work may still agree when the rest of them is damaged.
KEYS: dict[str, Key] = {
    "doi": lambda f: f.doi,
    "pmid": lambda f: f.pmid,
    "arxiv": lambda f: f.arxiv,
    "cochrane": lambda f: f.cochrane,
    "title": lambda f: f.title_key,
    "main_title": lambda f: f.main_title or f.title_key,
    "title_end": _ending,
    "long_words": _longest,
    "title_begin": lambda f: _begin(f, 5),
    "author_title_begin": lambda f: _all(f.family, _begin(f, 2)),
    "author_year_initials": lambda f: _all(f.family, f.year, _initials(f)),
    "abstract": lambda f: f.abstract_key,
    "volume_page_year": lambda f: _all(f.volume, f.first_page, f.year),
    "volume_page_journal": lambda f: _all(f.volume, f.first_page, f.journal),
    "volume_issue_page": lambda f: _all(f.volume, f.issue, f.first_page),
    "author_page": lambda f: _all(f.family, f.first_page, f.last_page or f.volume),
    "author_volume_year": lambda f: _all(f.family, f.volume, f.year),
    "author_year_journal": lambda f: _all(f.family, f.year, f.journal),
}


def candidate_pairs(forms: Sequence[NormalForm]) -> tuple[Indexes, Indexes]:
    """Two arrays (left < right), each pair once, in ascending order."""
    count = max(len(forms), 1)
    by_title = np.argsort(np.array([form.title_key[:80] for form in forms], dtype="U80"), kind="stable")
    place = np.empty(len(forms), dtype=np.int64)
    place[by_title] = np.arange(len(forms))
    found = np.empty(0, dtype=np.int64)
    for key in KEYS.values():
        pairs = [one * count + other for one, other in _pairs(_codes(forms, key), place)]
        if pairs:
            found = np.union1d(found, np.concatenate(pairs))
    return found // count, found % count


def _codes(forms: Sequence[NormalForm], key: Key) -> Indexes:
    """A number for each value of the key; 0 where a record has none."""
    known: dict[str | tuple[str | int, ...], int] = {"": 0}
    return np.fromiter((known.setdefault(key(form), len(known)) for form in forms), np.int64, len(forms))


def _pairs(codes: Indexes, place: Indexes) -> Iterator[tuple[Indexes, Indexes]]:
    """All pairs of each block, or those of near neighbours in title order if it is too large."""
    members = np.lexsort((place, codes))
    members = members[codes[members] > 0]
    sizes = np.bincount(codes) if len(codes) else np.zeros(1, dtype=np.int64)
    members = members[sizes[codes[members]] > 1]
    small = sizes[codes[members]] <= _CAP
    for step in range(1, _CAP):
        if step > _WINDOW and not small.any():
            return
        one, other = members[:-step], members[step:]
        wanted = codes[one] == codes[other]
        if step > _WINDOW:
            wanted &= small[:-step]
        if not wanted.any():
            return
        one, other = one[wanted], other[wanted]
        yield np.minimum(one, other), np.maximum(one, other)

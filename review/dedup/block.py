"""Candidate pairs: records that share any of several keys, as two arrays of indexes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from review.dedup.prepare import NormalForm

Indexes = npt.NDArray[np.int64]
Key = Callable[[NormalForm], str]

_CAP = 60  # a block of this size gives 1,770 pairs; more says the key is no key
_WINDOW = 6  # in larger blocks each record meets only so many neighbours in title order


def _joined(*parts: str | int) -> str:
    """One key of several parts; "" if any is missing."""
    return "\x1f".join(map(str, parts)) if all(parts) else ""


def _words(form: NormalForm, count: int) -> str:
    words = form.title.split()
    return " ".join(words[:count]) if len(words) >= count else ""


def _longest(form: NormalForm) -> str:
    words = sorted(set(form.title.split()), key=lambda word: (-len(word), word))
    return " ".join(sorted(words[:4])) if len(words) >= 6 else ""


# Each line is one way in which two records of a work may still agree when the rest of them is damaged.
KEYS: dict[str, Key] = {
    "doi": lambda f: f.doi,
    "pmid": lambda f: f.pmid,
    "arxiv": lambda f: f.arxiv,
    "cochrane": lambda f: f.cochrane,
    "title": lambda f: f.title_key,
    "main_title": lambda f: f.main_title or f.title_key,
    "title_end": lambda f: f.title_key[-30:] if len(f.title_key) >= 40 else "",
    "long_words": _longest,
    "title_begin": lambda f: _words(f, 5),
    "author_title_begin": lambda f: _joined(f.family, _words(f, 2)),
    "author_year_initials": lambda f: _joined(f.family, f.year, "".join(word[0] for word in f.title.split()[:5])),
    "abstract": lambda f: f.abstract_key,
    "volume_page_year": lambda f: _joined(f.volume, f.first_page, f.year),
    "volume_page_journal": lambda f: _joined(f.volume, f.first_page, f.journal),
    "volume_issue_page": lambda f: _joined(f.volume, f.issue, f.first_page),
    "author_page": lambda f: _joined(f.family, f.first_page, f.last_page or f.volume),
    "author_volume_year": lambda f: _joined(f.family, f.volume, f.year),
    "author_year_journal": lambda f: _joined(f.family, f.year, f.journal),
}


def candidate_pairs(forms: Sequence[NormalForm]) -> tuple[Indexes, Indexes]:
    """Two arrays (left < right), each pair once, in ascending order."""
    count = len(forms)
    titles = np.argsort(np.array([form.title_key[:80] for form in forms], dtype="U80"), kind="stable")
    order = np.empty(count, dtype=np.int64)
    order[titles] = np.arange(count)
    found = np.empty(0, dtype=np.int64)
    triangles = [np.triu_indices(size, 1) for size in range(_CAP + 1)]
    for key in KEYS.values():
        blocks: dict[str, list[int]] = {}
        for index, form in enumerate(forms):
            if value := key(form):
                blocks.setdefault(value, []).append(index)
        pairs = [_pairs(block, order, triangles) for block in blocks.values() if len(block) > 1]
        if pairs:
            found = np.union1d(found, np.concatenate(pairs))
    return found // max(count, 1), found % max(count, 1)


def _pairs(block: list[int], order: Indexes, triangles: Sequence[tuple[Indexes, Indexes]]) -> Indexes:
    """All pairs of a block as left * count + right, or those of near neighbours if it is too large."""
    count = len(order)
    if len(block) == 2:
        return np.array([block[0] * count + block[1]], dtype=np.int64)
    if len(block) <= _CAP:
        members = np.array(block, dtype=np.int64)
        left, right = triangles[len(block)]
        return members[left] * count + members[right]
    members = np.array(sorted(block, key=lambda index: order[index]), dtype=np.int64)
    return np.concatenate(list(_neighbours(members, count)))


def _neighbours(members: Indexes, count: int) -> Iterator[Indexes]:
    for step in range(1, _WINDOW + 1):
        one, other = members[:-step], members[step:]
        yield np.minimum(one, other) * count + np.maximum(one, other)

"""Candidate pairs: records that share any of several keys, as two arrays of indexes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from zlib import crc32

import numpy as np
import numpy.typing as npt

from review.dedup.prepare import NormalForm

Indexes = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint32]

_CAP = 60  # a block of this size gives 1,770 pairs; more says the key is no key
_WINDOW = 6  # in larger blocks each record meets only so many neighbours in title order
_ORDER = 24  # bytes of the title that make that order
_HEAD = 12  # letters: titles of which one begins with the other share them
_LONG_OF = 6  # words: of fewer the longest four are nearly all
_MERGED_AT = 20_000_000  # pairs; then those found by several keys are counted once
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # an odd number whose bits are well mixed
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

# Each line is one way in which two records of a work may still agree when the rest of them is damaged.
KEYS: dict[str, tuple[str, ...]] = {
    "doi": ("doi",),
    "pmid": ("pmid",),
    "arxiv": ("arxiv",),
    "cochrane": ("cochrane",),
    "title": ("title",),
    "main_title": ("main_title",),
    "title_end": ("title_end",),
    "long_words": ("long_words",),
    "title_begin": ("five_words",),
    "author_title_begin": ("family", "two_words"),
    "author_year_initials": ("family", "year", "initials"),
    "abstract": ("abstract",),
    "volume_page_year": ("volume", "first_page", "year"),
    "volume_page_journal": ("volume", "first_page", "journal"),
    "volume_issue_page": ("volume", "issue", "first_page"),
    "author_page": ("family", "first_page", "last_page"),
    "author_volume_year": ("family", "volume", "year"),
    "author_year_journal": ("family", "year", "journal"),
}
# What else is asked about a pair before it is compared; these make no blocks.
_ASKED: dict[str, tuple[str, ...]] = {
    "family": ("family",),
    "head": ("head",),
    "volume_page": ("volume", "bare_page"),
    "volume_issue": ("volume", "issue"),
}
_ROWS = {name: row for row, name in enumerate((*KEYS, *_ASKED))}


@dataclass(frozen=True, slots=True)
class Marks:
    """What candidates are found by: a few numbers for each record, which outlive the record in memory.

    `codes` has a row for each key and a column for each record; 0 says that the record does not have it. Two texts
    may share a code by chance (one pair in four thousand millions), which makes a candidate and nothing else.
    """

    codes: npt.NDArray[np.uint32]
    letters: npt.NDArray[np.uint16]  # of the title
    order: npt.NDArray[np.bytes_]  # the beginning of the title

    def __len__(self) -> int:
        return len(self.letters)

    def row(self, name: str) -> Hashes:
        return np.asarray(self.codes[_ROWS[name]])

    def take(self, places: Indexes | Sequence[int]) -> Marks:
        return Marks(self.codes[:, places], self.letters[places], self.order[places])


def joined_marks(parts: Sequence[Marks]) -> Marks:
    """The marks of several lots of records, one lot after the other."""
    every = parts or [marks_of([])]
    return Marks(
        np.concatenate([part.codes for part in every], axis=1),
        np.concatenate([part.letters for part in every]),
        np.concatenate([part.order for part in every]),
    )


def marks_of(forms: Sequence[NormalForm]) -> Marks:
    """The marks of records, in their order."""
    titles = [form.title.replace(" ", "") for form in forms]
    part = {name: _hashes(texts) for name, texts in _texts(forms, titles)}
    part["year"] = np.fromiter((form.year for form in forms), np.uint32, len(forms))
    return Marks(
        np.stack([_mixed([part[name] for name in parts]) for parts in (*KEYS.values(), *_ASKED.values())]),
        np.fromiter((min(len(title), 65_535) for title in titles), np.uint16, len(forms)),
        np.array([title[:_ORDER].encode("utf-8", "surrogatepass") for title in titles], dtype=f"S{_ORDER}"),
    )


def _texts(forms: Sequence[NormalForm], titles: Sequence[str]) -> Iterator[tuple[str, Iterable[str]]]:
    """Each part of a key by its name: one text for each record, "" if it has none."""
    for name in (
        "doi", "pmid", "arxiv", "cochrane", "family", "volume", "issue", "first_page", "journal",
    ):  # fmt: skip
        yield name, map(attrgetter(name), forms)
    yield "abstract", [form.abstract_key for form in forms]
    yield "last_page", [form.last_page or form.volume for form in forms]
    yield "bare_page", [form.first_page.strip(_LETTERS) for form in forms]
    yield "title", titles
    yield "main_title", [form.main_title or title for form, title in zip(forms, titles, strict=True)]
    yield "title_end", [title[-30:] if len(title) >= 30 else "" for title in titles]
    yield "head", [title[:_HEAD] if len(title) >= _HEAD else "" for title in titles]
    words = [form.title.split() for form in forms]
    yield "five_words", [" ".join(each[:5]) if len(each) >= 5 else "" for each in words]
    yield "two_words", [" ".join(each[:2]) if len(each) >= 2 else "" for each in words]
    yield "initials", ["".join([word[0] for word in each[:5]]) for each in words]
    yield "long_words", map(_longest, words)


def _longest(words: Sequence[str]) -> str:
    """The four longest words, whatever their order in the title."""
    each = sorted(set(words))
    if len(each) < _LONG_OF:
        return ""
    each.sort(key=len, reverse=True)
    return " ".join(sorted(each[:4]))


def _hashes(texts: Iterable[str]) -> Hashes:
    """A number for each text that is the same in every run; 0 for ""."""
    listed = list(texts)
    try:
        return np.fromiter(map(crc32, map(str.encode, listed)), np.uint32, len(listed))
    except UnicodeEncodeError:  # half a character, as broken files hold
        codes = (crc32(text.encode("utf-8", "surrogatepass")) for text in listed)
        return np.fromiter(codes, np.uint32, len(listed))


def _mixed(parts: Sequence[Hashes]) -> Hashes:
    """One number for several; 0 where any of them is missing."""
    if len(parts) == 1:
        return parts[0]
    mixed, given = np.zeros(len(parts[0]), dtype=np.uint64), np.ones(len(parts[0]), dtype=bool)
    for part in parts:
        mixed = (mixed ^ part) * _SPREAD
        given &= part > 0
    return np.where(given, (mixed >> np.uint64(32)).astype(np.uint32) | 1, 0).astype(np.uint32)


def candidate_pairs(marks: Marks) -> tuple[Indexes, Indexes]:
    """Two arrays (left < right), each pair once, in ascending order."""
    count = max(len(marks), 1)
    by_title = np.argsort(marks.order, kind="stable")
    found: list[Indexes] = [np.empty(0, dtype=np.int64)]
    waiting = 0
    for row in range(len(KEYS)):
        for one, other in _pairs(marks.codes[row][by_title]):
            left, right = by_title[one], by_title[other]
            found.append(np.minimum(left, right) * count + np.maximum(left, right))
            waiting += len(left)
        if waiting > _MERGED_AT:
            found, waiting = [np.unique(np.concatenate(found))], 0
    pairs = np.unique(np.concatenate(found))
    return pairs // count, pairs % count


def _pairs(codes: Hashes) -> Iterator[tuple[Indexes, Indexes]]:
    """All pairs of each block, or those of near neighbours if it is too large."""
    members = np.flatnonzero(codes)
    members = members[np.argsort(codes[members], kind="stable")]
    ordered = codes[members]
    begin = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    sizes = np.diff(np.append(begin, len(members)))
    size, block = np.repeat(sizes, sizes), np.repeat(np.arange(len(sizes)), sizes)
    for step in range(1, _CAP):
        wanted = (size > step) & ((size <= _CAP) | (step <= _WINDOW))
        members, size, block = members[wanted], size[wanted], block[wanted]
        if not len(members):
            return
        same = block[:-step] == block[step:]
        yield members[:-step][same], members[step:][same]

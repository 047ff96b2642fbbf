"""Texts as numbers: one TF-IDF block over title, abstract and keywords, and a lighter one over the title alone.

Fitted once per corpus; refitting a model on new decisions never touches it. Words are folded (case, accents,
plural) and paired with their neighbour, never across two fields. Scripts written without spaces are cut into
characters, so that pairs of characters stand in for words.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix, hstack, vstack

from review.ranking.kept import Kept

TITLE_WEIGHT = 0.3  # best on the development sets; 1.0 is worse than no title block at all
MAX_SHARE = 0.95  # a term that nearly every record has says nothing …
MAX_SHARE_FROM = 20  # … unless there are too few records to tell
CHUNK = 4096  # records counted at a time: bounds the memory of the sort, not the result …
SORTED_AT_ONCE = 1 << 24  # … and so many terms at a time are set against each other …
SAMPLED = 1 << 16  # … in ranges of about the same size, as so many terms tell them
SUMMED_AT_ONCE = 1 << 16  # records
LOOKED_AT = 1_000  # rows that stand for all where a spread of scores is taken
TURNED_UP_TO = 1 << 26  # cells, some 250,000 abstracts: more are kept by row only, for memory is then what is short
PAIR_MIN_RECORDS = 2  # a pair of words seen once is kept for the length of its record only

# Han, kana, Thai, Lao, Khmer and Burmese are written without spaces. Indic vowel signs, Arabic and Hebrew
# points are no letters to Python's \w and would break words apart.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_MARKS = "\u0591-\u05c7\u064b-\u065f\u0900-\u0dff"
_WORD = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}_])[\w{_MARKS}]){{2,}}")
_ASCII_WORDS = "".join(chr(i).lower() if chr(i).isalnum() else " " for i in range(128))
_ACCENT = re.compile("[\u0300-\u036f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What is read of a record or of a group of duplicates."""

    record_id: str
    title: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.title, self.abstract, *self.keywords)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Columns of one TF-IDF block. A key is a word's number, or (first + 1) · words + second for a pair.

    The terms that most records have come first, so that the weights looked up most lie together in the processor's
    cache: a third of the time of each fit. `by_key` are the columns in ascending order of their keys.
    """

    keys: NDArray[np.int64]
    by_key: NDArray[np.int32]
    idf: NDArray[np.float64]
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Corpus:
    """The records as a matrix; can be pickled and kept.

    Rows follow `ids`, which are sorted so that the order of arrival cannot change a number; `given` is each
    row's place in the order of arrival and breaks ties. Columns are those of the text block, then those of the
    title block, then one per row for the pairs that only this row has. Rows of the text block have length 1.
    Cells are of single precision: half the memory to read for each scoring, and no score is known better than that.
    `sample` are rows spread over all, `sampled` as a matrix of their own. `turned` is the matrix by column, or None where
    there are too many cells to keep them twice. `brief` are the rows without an abstract. `kept` is what nearness.py remembers.
    """

    ids: tuple[str, ...]
    given: NDArray[np.int64]
    matrix: csr_matrix
    words: dict[str, int]
    readable: tuple[str, ...]
    text: Block
    title: Block
    column_sums: NDArray[np.float64]
    sample: NDArray[np.int64]
    sampled: csr_matrix
    turned: csc_matrix | None
    brief: NDArray[np.bool_]
    kept: Kept = field(init=False, default_factory=Kept)

    def __len__(self) -> int:
        return len(self.ids)

    def times(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Each row times a weight per column.

        By column it takes half the time: the weights, of which there are many times as many as rows, are read one after
        the other, and the sums fit into the processor's cache. Each sum adds up in the same order either way.
        """
        found = (self.matrix if self.turned is None else self.turned) @ weights
        return np.asarray(found, dtype=np.float32)

    def term(self, column: int) -> str:
        """The words of a column as people write them; empty for a row's private column."""
        block, at = self.text, column
        if at >= len(block.keys):
            block, at = self.title, at - len(block.keys)
        if at >= len(block.keys):
            return ""
        first, second = divmod(int(block.keys[at]), max(1, len(self.readable)))
        return self.readable[second] if first == 0 else f"{self.readable[first - 1]} {self.readable[second]}"


def tokens(text: str) -> list[str]:
    """The words of a text, folded but for the plural.

    >>> tokens("Sjögren's MRI of L5–S1, 骶骨")
    ['sjogren', 'mri', 'of', 'l5', 's1', '骶', '骨']
    """
    if text.isascii():
        return [word for word in text.translate(_ASCII_WORDS).split() if len(word) > 1]
    folded = unicodedata.normalize("NFKD", text).casefold()
    return _WORD.findall(unicodedata.normalize("NFC", _ACCENT.sub("", folded)))


def stem(word: str) -> str:
    """The word without its English plural (Harman 1991, 10.1002/(SICI)1097-4571(199101)42:1<7::AID-ASI2>3.0.CO;2-P).

    >>> [stem(w) for w in ("vertebrae", "studies", "ties", "images", "analysis", "diagnoses", "focus", "process")]
    ['vertebrae', 'study', 'tie', 'image', 'analysis', 'diagnose', 'focus', 'process']
    """
    if len(word) < 4 or word[-1] != "s" or not word.isascii():
        return word
    if len(word) > 4 and word.endswith("ies") and word[-4] not in "ae":
        return word[:-3] + "y"
    if word.endswith("es") and word[-3] not in "aeo":
        return word[:-1]
    return word if word[-2] in "usi" else word[:-1]


def build_corpus(texts: Iterable[Text]) -> Corpus:
    """Read all texts once. Record ids must be unique (`ValueError`).

    >>> corpus = build_corpus([Text(record_id="a", title="Sacral images"), Text(record_id="b", title="A sacral image")])
    >>> corpus.ids, corpus.matrix.shape[0]
    (('a', 'b'), 2)
    """
    arrived = sorted(enumerate(texts), key=lambda one: one[1].record_id)
    ids = tuple(text.record_id for _, text in arrived)
    if len(set(ids)) < len(ids):
        raise ValueError("two texts have the same record id")
    given = np.asarray([place for place, _ in arrived], dtype=np.int64)
    streams = _read([text for _, text in arrived])
    brief = np.asarray([not text.abstract.strip() for _, text in arrived], dtype=np.bool_)
    del arrived
    body, text, lone = _block(streams.all, len(streams.readable), len(ids), weight=1.0)
    head, title, lone_title = _block(streams.titles, len(streams.readable), len(ids), weight=TITLE_WEIGHT)
    private = np.sqrt(lone**2 + lone_title**2).astype(np.float32)
    own = csr_matrix((private, (np.arange(len(ids)), np.arange(len(ids)))), shape=(len(ids), len(ids)))
    matrix = csr_matrix(hstack([body, head, own], format="csr"))
    matrix.eliminate_zeros()
    matrix.sort_indices()
    sample = np.arange(0, len(ids), max(1, -(-len(ids) // LOOKED_AT)))
    return Corpus(
        ids=ids,
        given=given,
        matrix=matrix,
        words=streams.words,
        readable=streams.readable,
        text=text,
        title=title,
        column_sums=_column_sums(matrix),
        sample=sample,
        sampled=csr_matrix(matrix[sample]),
        turned=matrix.tocsc() if matrix.nnz <= TURNED_UP_TO else None,
        brief=brief,
    )


def _column_sums(matrix: csr_matrix) -> NDArray[np.float64]:
    """In double precision: a million small numbers add up here."""
    sums = np.zeros(matrix.shape[1])
    for start in range(0, matrix.shape[0], SUMMED_AT_ONCE):
        cells = slice(matrix.indptr[start], matrix.indptr[min(start + SUMMED_AT_ONCE, matrix.shape[0])])
        sums += np.bincount(matrix.indices[cells], weights=matrix.data[cells], minlength=len(sums))
    return sums


def vector(corpus: Corpus, text: str) -> csr_matrix:
    """One row in the columns of the corpus for a text that is not in it, such as the protocol's own words."""
    columns = corpus.matrix.shape[1]
    word_of = [[corpus.words.get(stem(token), -1) for token in tokens(line)] for line in text.splitlines()]
    flat = np.asarray([number for line in word_of for number in (*line, -1)], dtype=np.int64)
    keys, counts = np.unique(_keys(flat, len(corpus.readable)), return_counts=True)
    parts_at: list[NDArray[np.int64]] = []
    parts: list[NDArray[np.float64]] = []
    offset = 0
    for block in (corpus.text, corpus.title):
        at, known = _find(block.keys[block.by_key], keys)
        columns_of = block.by_key[at[known]].astype(np.int64)
        values = (1 + np.log(counts[known])) * block.idf[columns_of]
        norm = float(np.sqrt(np.sum(values**2)))
        parts_at.append(columns_of + offset)
        parts.append(values * (block.weight / norm) if norm else values)
        offset += len(block.keys)
    indices, data = np.concatenate(parts_at), np.concatenate(parts)
    return csr_matrix((data, indices, np.asarray([0, len(indices)])), shape=(1, columns))


@dataclass(frozen=True, slots=True)
class _Stream:
    """Word numbers of all rows, -1 between fields, and where each row starts."""

    words: NDArray[np.int32]
    starts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Streams:
    words: dict[str, int]
    readable: tuple[str, ...]
    all: _Stream
    titles: _Stream


def _read(texts: Sequence[Text]) -> _Streams:
    spelled: dict[str, int] = defaultdict(lambda: len(spelled))
    number = spelled.__getitem__
    everything: list[NDArray[np.int32]] = []
    titles: list[NDArray[np.int32]] = []
    for text in texts:
        row: list[int] = []
        for place, part in enumerate(text.fields):
            row += map(number, tokens(part))
            row.append(-1)
            if place == 0:
                titles.append(np.asarray(row, dtype=np.int32))
        everything.append(np.asarray(row, dtype=np.int32))
    all_words, starts = _joined(everything)
    title_words, title_starts = _joined(titles)
    words, readable, word_of = _merge_spellings(list(spelled), all_words)
    return _Streams(words, readable, _Stream(word_of[all_words], starts), _Stream(word_of[title_words], title_starts))


def _joined(rows: list[NDArray[np.int32]]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    starts = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in rows], out=starts[1:])
    return (np.concatenate(rows) if rows else np.empty(0, dtype=np.int32)), starts


def _merge_spellings(
    spelled: list[str], stream: NDArray[np.int32]
) -> tuple[dict[str, int], tuple[str, ...], NDArray[np.int32]]:
    """Stems in alphabetical order, the commonest spelling of each, and the stem of each spelling (-1 stays -1)."""
    stems = [stem(word) for word in spelled]
    words = {word: i for i, word in enumerate(sorted(set(stems)))}
    counts = np.bincount(stream[stream >= 0], minlength=len(spelled))
    best: list[tuple[int, str]] = [(0, "")] * len(words)
    for word, stemmed, count in zip(spelled, stems, counts.tolist(), strict=True):
        at = words[stemmed]
        if not best[at][1] or (-count, word) < (-best[at][0], best[at][1]):
            best[at] = (count, word)
    word_of = np.asarray([*(words[s] for s in stems), -1], dtype=np.int32)  # the last one serves index -1
    return words, tuple(word for _, word in best), word_of


def _keys(words: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Keys of all single words and of all pairs of neighbours in a stream; -1 separates."""
    single = words[words >= 0]
    first, second = words[:-1], words[1:]
    pair = (first >= 0) & (second >= 0)
    return np.concatenate([single, (first[pair] + 1) * size + second[pair]])


def _block(stream: _Stream, size: int, rows: int, *, weight: float) -> tuple[csr_matrix, Block, NDArray[np.float64]]:
    """TF-IDF of one stream: tf = 1 + ln count, idf = 1 + ln((1 + n) / (1 + records)), each row of length `weight`.

    Pairs that occur in one record only get no column; their share of the row's length is returned apart.
    """
    parts = [_count(stream, size, start, min(start + CHUNK, rows)) for start in range(0, rows, CHUNK)]
    keys, records = _in_how_many([part.keys for part in parts], size)
    limit = MAX_SHARE * rows if rows >= MAX_SHARE_FROM else rows
    kept = records <= limit
    often_first = np.argsort(-records[kept], kind="stable").astype(np.int32)
    by_key = np.empty_like(often_first)
    by_key[often_first] = np.arange(len(often_first), dtype=np.int32)
    terms = _Terms(
        keys=keys[kept],
        columns=by_key,
        idf=np.log((1 + rows) / (1 + records[kept])) + 1,
        once=math.log((1 + rows) / 2) + 1,
        size=size,
        everywhere=keys[~kept],
    )
    matrices, alone = [], []
    for at in range(len(parts)):
        matrix, lone = _weighed(parts[at], terms, weight)
        parts[at] = _NOTHING  # at a million records, what has been weighed has to make room
        matrices.append(matrix)
        alone.append(lone)
    block = Block(keys=terms.keys[often_first], by_key=by_key, idf=terms.idf[often_first], weight=weight)
    if not matrices:
        return csr_matrix(np.empty((0, len(block.keys)), dtype=np.float32)), block, np.empty(0)
    return csr_matrix(vstack(matrices, format="csr")), block, np.concatenate(alone)


@dataclass(frozen=True, slots=True)
class _Counted:
    """The terms of some rows, ordered by row and key, and how often each occurs; `starts` has one end more than rows."""

    starts: NDArray[np.int64]
    keys: NDArray[np.int64]
    counts: NDArray[np.int32]


_NOTHING = _Counted(np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int32))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """The terms that have a column, sorted, and the idf of a pair seen once; `everywhere` are those that say nothing."""

    keys: NDArray[np.int64]
    columns: NDArray[np.int32]
    idf: NDArray[np.float64]
    once: float
    size: int
    everywhere: NDArray[np.int64]


def _count(stream: _Stream, size: int, start: int, stop: int) -> _Counted:
    begin, end = stream.starts[start], stream.starts[stop]
    words = stream.words[begin:end].astype(np.int64)
    row = np.repeat(np.arange(stop - start), np.diff(stream.starts[start : stop + 1]))
    single = words >= 0
    pair = single[:-1] & single[1:]  # every row ends with -1, so no pair spans two rows
    span = size * (size + 1) + 1
    codes = np.concatenate(
        [
            row[single] * span + words[single],
            row[:-1][pair] * span + (words[:-1][pair] + 1) * size + words[1:][pair],
        ]
    )
    codes, counts = np.unique(codes, return_counts=True)
    starts = np.searchsorted(codes, np.arange(stop - start + 1) * span)
    codes %= span
    return _Counted(starts, codes, counts.astype(np.int32))


def _in_how_many(keys: Sequence[NDArray[np.int64]], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The terms that may have a column, sorted, and in how many records each is. Sorted a range of keys at a time."""
    total = sum(len(part) for part in keys)
    span = size * (size + 1) + 1
    ranges = -(-total // SORTED_AT_ONCE)
    sample = np.sort(np.concatenate([part[:: 1 + total // SAMPLED] for part in keys])) if ranges > 1 else keys[:0]
    bounds = [0, *(int(sample[len(sample) * at // ranges]) for at in range(1, ranges)), span]
    found: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = [(_NOTHING.keys, _NOTHING.keys)]
    for low, high in pairwise(bounds):
        some = np.concatenate([_NOTHING.keys, *(part[(part >= low) & (part < high)] for part in keys)])
        some, records = np.unique(some, return_counts=True)
        columns = (records >= PAIR_MIN_RECORDS) | (some < size)
        found.append((some[columns], records[columns]))
    return np.concatenate([some for some, _ in found]), np.concatenate([records for _, records in found])


def _weighed(part: _Counted, terms: _Terms, weight: float) -> tuple[csr_matrix, NDArray[np.float64]]:
    """The rows of a part as a matrix, and what the pairs that only one record has add to the length of each."""
    rows = len(part.starts) - 1
    row = np.repeat(np.arange(rows, dtype=np.int32), np.diff(part.starts))
    at, known = _find(terms.keys, part.keys)
    tf = 1 + np.log(part.counts)
    lone = ~known & (part.keys >= terms.size)
    if len(terms.everywhere):
        lone &= ~np.isin(part.keys, terms.everywhere)
    alone = np.bincount(row[lone], weights=(tf[lone] * terms.once) ** 2, minlength=rows)
    row, at = row[known], at[known]
    values = tf[known] * terms.idf[at]
    squares = np.bincount(row, weights=values**2, minlength=rows) + alone
    scale = np.divide(weight, np.sqrt(squares), out=np.zeros(rows), where=squares > 0)
    counts = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=rows), out=counts[1:])
    cells = (values * scale[row]).astype(np.float32)
    return csr_matrix((cells, terms.columns[at], counts), shape=(rows, len(terms.keys))), np.sqrt(alone) * scale


def _find(keys: NDArray[np.int64], wanted: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where each wanted key stands in the sorted keys, and whether it is there."""
    at = np.searchsorted(keys, wanted)
    inside = at < len(keys)
    known = inside.copy()
    known[inside] = keys[at[inside]] == wanted[inside]
    return at, known

"""What reviews usually include, whatever they ask: words that finished reviews included more, or less, often than the rest.

A weight per word, learned from labelled reviews by benchmarks/usual_words.py and kept in usual_words.csv. They speak before
anything is known of this review, and fall silent as relevant records are found.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from review.ranking.features import Block, Corpus
from review.ranking.kept import Usual

SHARE = 0.6  # of the score before anything is found; like the protocol it counts 1/√(1 + relevant found) of that


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Words:
    """The weight of a folded word (see `features.stem`) in the whole text and in the title.

    A word's cell, before it is multiplied by the word's rarity (idf), times its weight is what it adds. `version` tells
    one table from another in the log of a ranking: the beginning of the SHA-256 of its text.
    """

    text: Mapping[str, float]
    title: Mapping[str, float]
    version: str = ""


@cache
def shipped() -> Words:
    """The words that come with the program."""
    return read_words(resources.files("review.ranking").joinpath("usual_words.csv").read_text(encoding="utf-8"))


def read_words(table: str) -> Words:
    """Words from a CSV table with the columns part (text or title), word and weight."""
    parts: dict[str, dict[str, float]] = {"text": {}, "title": {}}
    for row in csv.DictReader(io.StringIO(table, newline="")):
        parts[row["part"]][row["word"]] = float(row["weight"])
    return Words(text=parts["text"], title=parts["title"], version=hashlib.sha256(table.encode()).hexdigest()[:12])


def share_of(corpus: Corpus, found: float) -> float:
    """How much of the score is what is usual, when so many relevant records have been found; none if no text has such a word."""
    return SHARE / math.sqrt(1 + found) if len(usual(corpus).columns) else 0.0


def parameters(corpus: Corpus, found: float) -> dict[str, float | str]:
    """What the log of a ranking says of it."""
    return {"usual_share": share_of(corpus, found), "usual_words": shipped().version}


def usual(corpus: Corpus) -> Usual:
    """What the words that come with the program say of the corpus; kept with it."""
    words = shipped()
    if corpus.kept.usual is None or corpus.kept.usual.words is not words:
        corpus.kept.usual = usual_of(corpus, words)
    return corpus.kept.usual


def usual_of(corpus: Corpus, words: Words) -> Usual:
    """The columns of the corpus that have such a weight, the weights, and what each row gets from them."""
    of_text, of_title = _placed(corpus, corpus.text, words.text), _placed(corpus, corpus.title, words.title)
    columns = np.concatenate([of_text[0], of_title[0] + len(corpus.text.keys)])
    weights = np.concatenate([of_text[1], of_title[1]]).astype(np.float32)
    every = np.zeros(corpus.matrix.shape[1], dtype=np.float32)
    every[columns] = weights
    return Usual(words=words, columns=columns, weights=weights, numbers=corpus.times(every))


def _placed(corpus: Corpus, block: Block, words: Mapping[str, float]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The columns of a block, from its first, and the weight of a cell there."""
    known = sorted((corpus.words[word], weight) for word, weight in words.items() if word in corpus.words)
    keys = np.asarray([key for key, _ in known], dtype=np.int64)
    _, at, there = np.intersect1d(block.keys[block.by_key], keys, assume_unique=True, return_indices=True)
    columns = block.by_key[at].astype(np.int64)
    return columns, np.asarray([weight for _, weight in known], dtype=np.float64)[there] / block.idf[columns]

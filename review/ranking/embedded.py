"""Sentence embeddings beside the words: a record that says the same in other words is found too.

The model that reads sentences is given as a function; what runs it knows of files. Words stay in: they are what the
reasons for a place in the queue are told in, and half of the score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from review.ranking.features import Corpus, Text, build_corpus, vector
from review.ranking.model import Fitted, Labels, fit_margin, fit_words, mixed

_NOTHING = 1e-6  # shorter is rounding: all texts are alike
SHARE = 0.5  # of the score that is the embeddings'; the rest is that of the words

Embed = Callable[[Sequence[str]], NDArray[np.float32]]  # a row of numbers for each text


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Embedded(Corpus):
    """A corpus whose last columns are embeddings, centred and of length 1, behind those of the words."""

    words_only: Corpus
    meanings: Corpus
    centre: NDArray[np.float64]


def build_embedded(texts: Iterable[Text], embed: Embed) -> Embedded:
    """Read all texts once. Each different text is embedded once, whatever their order, so that copies are alike."""
    given = list(texts)
    words = replace(build_corpus(given), turned=None)  # three matrices are kept as it is
    said = {text.record_id: sentences(text) for text in given}
    different = sorted(set(said.values()), key=lambda one: (len(one), one))
    vectors = np.asarray(embed(different), dtype=np.float64)
    row_of = {one: row for row, one in enumerate(different)}
    rows = vectors[[row_of[said[record_id]] for record_id in words.ids]]
    centre = rows.mean(axis=0) if len(rows) else np.zeros(vectors.shape[1])
    meanings = csr_matrix(_unit(rows - centre).astype(np.float32))
    both = _with_columns(words, csr_matrix(hstack([words.matrix, meanings], format="csr")))
    return Embedded(
        **{field.name: getattr(both, field.name) for field in fields(Corpus) if field.init},
        words_only=words,
        meanings=_with_columns(words, meanings),
        centre=centre,
    )


def sentences(text: Text) -> str:
    """What a sentence model reads of a record."""
    return "\n".join(part for part in (text.title.strip(), text.abstract.strip()) if part)


def _with_columns(corpus: Corpus, matrix: csr_matrix) -> Corpus:
    """The same records with other columns, of which the first have the same names."""
    sums = np.asarray(matrix.sum(axis=0, dtype=np.float64)).ravel()
    return replace(corpus, matrix=matrix, column_sums=sums, sampled=csr_matrix(matrix[corpus.sample]))


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > _NOTHING), dtype=np.float64)


def read_embedded(corpus: Corpus, text: str, embed: Embed) -> csr_matrix:
    """One row in the columns of the corpus for a text that is not in it."""
    known = _checked(corpus)
    said = "\n".join(line.strip() for line in text.splitlines() if line.strip())
    size = known.meanings.matrix.shape[1]
    meaning = _unit(np.asarray(embed([said]), dtype=np.float64) - known.centre) if said else np.zeros((1, size))
    return csr_matrix(hstack([vector(known.words_only, text), csr_matrix(meaning)], format="csr"))


def fit_embedded(corpus: Corpus, labels: Labels, seed: int) -> Fitted:
    """The words' model and a support vector machine on the embeddings, each fitted by itself, then mixed."""
    known = _checked(corpus)
    width = known.words_only.matrix.shape[1]
    size = known.meanings.matrix.shape[1]
    by_words = fit_words(known.words_only, replace(labels, protocol=labels.protocol[:, :width]), seed)
    by_meaning = fit_margin(known.meanings, replace(labels, protocol=labels.protocol[:, width:]), seed)
    first, second = np.zeros(width + size, dtype=np.float32), np.zeros(width + size, dtype=np.float32)
    first[:width], second[width:] = by_words.weights, by_meaning.weights
    weights, shift = mixed(known, labels, first, second, share=SHARE)
    parameters = {**by_words.parameters, "embeddings_share": SHARE, "seed": seed}
    return Fitted(weights=weights, intercept=shift, name=f"embeddings and {by_words.name}", parameters=parameters)


def _checked(corpus: Corpus) -> Embedded:
    if not isinstance(corpus, Embedded):
        raise TypeError("this corpus has no embeddings")
    return corpus

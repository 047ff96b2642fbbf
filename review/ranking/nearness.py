"""What a weight per word cannot say: how like a record is to the found ones it is most like, and that it has no abstract.

A review seeks studies of several kinds, and what its late ones share with a few early ones is lost in the mean of all.
A record without an abstract has few of the words by which studies are known; that alone must not send it to the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from review.ranking.features import Corpus
from review.ranking.kept import Nearest

NEAREST = 3  # found records, so that no single one decides
KEPT = 4  # sets of found records whose answers are kept, for each reader of a project has found others
AT_ONCE = 8  # found records set against all others: bounds memory
BRIEF_LEAST = 2  # with fewer records of either kind there is nothing to set right


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Beside:
    """A number per row of the corpus that comes on top of its words' weights: `scale` times its nearness, and what is set
    right for want of an abstract. `found` are the rows that nearness is measured to.
    """

    numbers: NDArray[np.float64]
    found: csr_matrix
    scale: float

    def weights_for(self, row: csr_matrix) -> NDArray[np.float64]:
        """What nearness adds to the weight of each column that the row has."""
        like = (self.found @ row.T).toarray().ravel()
        most = np.argsort(-like, kind="stable")[:NEAREST]
        mean = np.asarray(self.found[most][:, row.indices].mean(axis=0), dtype=np.float64).ravel()
        return self.scale * mean


def found_rows(corpus: Corpus, found: Mapping[int, float], protocol: csr_matrix) -> csr_matrix:
    """The rows found relevant, each times the share of "relevant" in it, and last the protocol's if it has words."""
    rows = corpus.matrix[list(found)]
    rows.data *= np.repeat(np.fromiter(found.values(), dtype=np.float32), np.diff(rows.indptr))
    return _stacked(rows, protocol) if protocol.nnz else rows


def _stacked(rows: csr_matrix, last: csr_matrix) -> csr_matrix:
    data = np.concatenate([rows.data, last.data.astype(np.float32)])
    indptr = np.append(rows.indptr, len(data))
    return csr_matrix((data, np.concatenate([rows.indices, last.indices]), indptr), (len(indptr) - 1, rows.shape[1]))


def nearness(corpus: Corpus, found: Mapping[int, float], protocol: csr_matrix) -> NDArray[np.float64]:
    """Of each row, the mean likeness to the (at most three) found rows it is most like; the protocol is one of them.

    `found` holds the share of "relevant" of each row in which there is any. The answers for some sets of found rows are
    kept with the corpus, so that one more found record costs one more look at its words; they change no number.
    """
    said = protocol.indices.tobytes() + protocol.data.tobytes()
    known = [kept for kept in tuple(corpus.kept.nearest) if kept.said == said and kept.found.items() <= found.items()]
    before = max(known, key=lambda kept: len(kept.found), default=None)
    fresh = {row: worth for row, worth in found.items() if before is None or row not in before.found}
    if before is not None and not fresh:
        return _mean(before.most)
    most = np.empty((len(corpus), 0), dtype=np.float32) if before is None else before.most
    rows = found_rows(corpus, fresh, protocol if before is None else protocol[:0])
    for start in range(0, rows.shape[0], AT_ONCE):
        both = np.hstack([most, _likeness(corpus, rows[start : start + AT_ONCE])])
        most = np.sort(both, axis=1)[:, -NEAREST:]  # in order, so that the sum is the same however they came
    corpus.kept.nearest.insert(0, Nearest(found=dict(found), said=said, most=most))
    del corpus.kept.nearest[KEPT:]
    return _mean(most)


def _likeness(corpus: Corpus, rows: csr_matrix) -> NDArray[np.float32]:
    """The product of every row of the corpus (rows) with each of these (columns)."""
    if corpus.turned is not None:
        return np.asarray((rows @ corpus.turned.T).toarray().T, dtype=np.float32)
    return np.asarray((corpus.matrix @ rows.T).toarray(), dtype=np.float32)


def _mean(most: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.asarray(most.mean(axis=1, dtype=np.float64)) if most.shape[1] else np.zeros(len(most))


def want_of_abstract(
    corpus: Corpus,
    found: Mapping[int, float],
    weights: NDArray[np.float32] | NDArray[np.float64],
    near: NDArray[np.float64],
) -> float:
    """What to add to the score of each record without an abstract; scores are rows times `weights` plus `near`.

    At most so much that their mean is that of the others, and the less, the rarer they are among what was found than among
    all: some reviews include none. Half a record is added to what was found without an abstract and one to what was to be
    expected, so that this is one half before anything is known. The means are those of all records: what was decided was
    ranked high, more often with an abstract, and without it the others would seem to lead by less than they do.
    """
    brief = corpus.brief
    count = int(brief.sum())
    if min(count, len(brief) - count) <= BRIEF_LEAST:
        return 0.0
    of_brief = float(_brief_sum(corpus).dot(weights)[0]) + float(near[brief].sum())
    of_all = float(corpus.column_sums @ weights) + float(near.sum())
    lag = (of_all - of_brief) / (len(brief) - count) - of_brief / count
    without = sum(worth for row, worth in found.items() if brief[row])
    expected = sum(found.values()) * count / len(brief)
    return max(0.0, lag) * min(1.0, (without + 0.5) / (expected + 1))


def _brief_sum(corpus: Corpus) -> csr_matrix:
    """The sum of the rows without an abstract, so that their mean score costs no look at each of them."""
    if corpus.kept.brief_sum is None:
        rows = corpus.matrix[corpus.brief]
        columns, cell = np.unique(rows.indices, return_inverse=True)
        sums = np.bincount(cell, weights=rows.data)
        corpus.kept.brief_sum = csr_matrix((sums, columns, [0, len(columns)]), shape=(1, rows.shape[1]))
    return corpus.kept.brief_sum

"""What makes a record look relevant: a linear model fitted on the decisions so far.

Everything a ranker knows is one weight per column, so that a score is a sum of the contributions of words and
can be explained. Register a ranker by entry point in the group `review.rankers`.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from review.ranking import machine, usual
from review.ranking.features import TITLE_WEIGHT, Corpus, Text, build_corpus, vector
from review.ranking.nearness import NEAREST, Beside, found_rows, nearness, want_of_abstract
from review.ranking.sought import sought

# Values found on the development sets; see benchmarks/ranking.py.
SOFTNESS = 0.11  # C of the linear support vector machine
CLASS_RATIO = 9.8  # total weight of the relevant records over that of the irrelevant ones
BAYES_SHARE = 0.3  # of the score; the rest is the support vector machine's
WEAK_NEGATIVES = 200  # unscreened records, drawn anew at each fit, that stand in for irrelevant ones …
WEAK_LEAST, WEAK_MORE = 0.15, 0.2  # … with this share of the irrelevant records' weight, and so much more where …
BACKGROUND = (
    0.5  # … and naive Bayes takes up to this share of "irrelevant" from all records not known as relevant, where …
)
FADING = 8.0  # … few are relevant: both fall to their least when an eighth of all records has been found relevant
NEAR_SHARE = 0.2  # of the score that is nearness to the found records; the rest is that of the words
SPREAD_LEAST = 400  # open records from which the spread of scores is taken, if there are so many
TO_THE_PROTOCOL = "likeness to the protocol"  # the name of what ranks before any decision
_EQUAL = 1e-6  # a spread below this is rounding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """A weight per column of the corpus; a record's score is `intercept` + its row times `weights` + what stands beside."""

    weights: NDArray[np.float32] | NDArray[np.float64]
    intercept: float = 0.0
    name: str
    parameters: Mapping[str, float | int | str]
    beside: Beside | None = None

    def scores(self, corpus: Corpus) -> NDArray[np.float64]:
        """One score per row of the corpus."""
        weights = self.weights.astype(np.float32, copy=False)
        found = corpus.times(weights).astype(np.float64) + self.intercept
        return found if self.beside is None else found + self.beside.numbers

    def weights_for(self, row: csr_matrix) -> NDArray[np.float64]:
        """What each column that a row of the corpus has weighs in its score."""
        found = self.weights[row.indices].astype(np.float64)
        return found if self.beside is None else found + self.beside.weights_for(row)


Fit = Callable[[Corpus, "Labels", int], Fitted]
Read = Callable[[Corpus, str], csr_matrix]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranker:
    """A named way to rank: how texts become a corpus, and how decisions become a fitted model.

    `read` turns a text that is not in the corpus, the protocol's words, into a row of the same columns. A ranker that
    needs a folder of its own has `with_folder`, which takes it (and a file in which to keep what is costly to compute,
    or None) and gives the ranker to be used.
    """

    name: str
    label: str
    build: Callable[[Iterable[Text]], Corpus]
    fit: Fit
    read: Read = vector
    with_folder: Callable[[Path, Path | None], Ranker] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Labels:
    """Decided rows in ascending order, the share of "relevant" in each, and the protocol as a row of the same columns."""

    rows: NDArray[np.int64]
    values: NDArray[np.float64]
    protocol: csr_matrix

    @property
    def found(self) -> float:
        return float(self.values.sum())

    @property
    def relevant(self) -> dict[int, float]:
        """The rows with any share of "relevant", and that share."""
        yes = self.values > 0
        return dict(zip(self.rows[yes].tolist(), self.values[yes].tolist(), strict=True))


def labels_of(corpus: Corpus, labels: Mapping[str, float], *, protocol_text: str = "", read: Read = vector) -> Labels:
    """Decisions as rows. Ids the corpus does not have are left out; a value outside 0 to 1 is a `ValueError`."""
    placed = ((bisect_left(corpus.ids, record_id), record_id, value) for record_id, value in labels.items())
    known = sorted((row, float(value)) for row, record_id, value in placed if corpus.ids[row : row + 1] == (record_id,))
    if not all(0 <= value <= 1 for _, value in known):
        raise ValueError("a label lies between 0 (exclude) and 1 (include)")
    return Labels(
        rows=np.asarray([row for row, _ in known], dtype=np.int64),
        values=np.asarray([value for _, value in known], dtype=np.float64),
        protocol=read(corpus, sought(protocol_text)),
    )


def fit_tfidf(corpus: Corpus, labels: Labels, seed: int) -> Fitted:
    """The words' model with a part of nearness to what was found and of what reviews usually include.

    Records without an abstract are set right. Before any decision the words of the protocol speak alone, and where there are
    none, what is usual.
    """
    words = fit_words(corpus, labels, seed)
    share = usual.share_of(corpus, labels.found)
    if words.name != "tfidf":
        first, all_decided = words.name == TO_THE_PROTOCOL, words.name == "like the included"
        return words if first or all_decided or not share else _with_usual(corpus, labels, words, share)
    relevant, pool = labels.relevant, _open(corpus, labels)
    near = nearness(corpus, relevant, labels.protocol)
    spread = float(near[pool].std())
    scale = NEAR_SHARE * (1 - share) / spread if spread > _EQUAL else 0.0
    near *= scale
    rest = (1 - NEAR_SHARE) * (1 - share)
    weights, shift = _usual_added(corpus, pool, words.weights * np.float32(rest), share)
    plain = replace(
        words,
        weights=weights,
        intercept=words.intercept * rest - float(near[pool].mean()) + shift,
        parameters={
            **words.parameters,
            **usual.parameters(corpus, labels.found),
            "nearness_share": NEAR_SHARE,
            "nearest": NEAREST,
        },
    )
    if corpus.brief.any():
        near[corpus.brief] += want_of_abstract(corpus, relevant, plain.weights, near)
    rows = found_rows(corpus, relevant, labels.protocol)
    return replace(plain, beside=Beside(numbers=near, found=rows, scale=scale))


def _with_usual(corpus: Corpus, labels: Labels, plain: Fitted, share: float) -> Fitted:
    """What is usual beside a model that has learned nothing yet; where that has nothing to say, alone."""
    pool = _open(corpus, labels)
    scores = plain.scores(corpus)[pool]
    spread = float(scores.std()) if len(scores) else 0.0
    said = spread > _EQUAL
    worth = (1 - share) / spread if said else 0.0
    weights, shift = _usual_added(corpus, pool, plain.weights * worth, share)
    name = f"{plain.name} and what is usual" if said else "what is usual"
    intercept = shift - (float(scores.mean()) * worth if said else 0.0)
    return replace(
        plain, weights=weights, intercept=intercept, name=name, parameters=usual.parameters(corpus, labels.found)
    )


def _usual_added(
    corpus: Corpus, pool: NDArray[np.bool_], plain: NDArray[np.float32] | NDArray[np.float64], share: float
) -> tuple[NDArray[np.float32], float]:
    """The weights with this share of what is usual on top, brought to the spread of the open records, and the intercept."""
    weights = plain.astype(np.float32, copy=False)  # made for this
    known = usual.usual(corpus)
    numbers = known.numbers[pool].astype(np.float64)
    spread = float(numbers.std()) if len(numbers) else 0.0
    if spread <= _EQUAL:
        return weights, 0.0
    weights[known.columns] += known.weights * np.float32(share / spread)
    return weights, -float(numbers.mean()) * share / spread


def fit_words(corpus: Corpus, labels: Labels, seed: int) -> Fitted:
    """A linear support vector machine with a part of naive Bayes.

    Without any decision, the score is the likeness (cosine) to the protocol; later the protocol counts as one
    more relevant document of weight 1/√(1 + relevant found). With exclusions only and no protocol, records come
    first that are like the rest of the corpus and unlike what was excluded.
    """
    found = _learned(corpus, labels, seed)
    if isinstance(found, Fitted):
        return found
    taught, margin = found
    weights, shift = mixed(corpus, labels, margin, _bayes(corpus, labels, taught), share=BAYES_SHARE)
    return Fitted(weights=weights, intercept=shift, name="tfidf", parameters=_parameters(seed))


def fit_margin(corpus: Corpus, labels: Labels, seed: int) -> Fitted:
    """The support vector machine alone, for columns that are no words and may be negative; its intercept is left out."""
    found = _learned(corpus, labels, seed)
    return found if isinstance(found, Fitted) else Fitted(weights=found[1], name="linear", parameters={"C": SOFTNESS})


def _learned(corpus: Corpus, labels: Labels, seed: int) -> Fitted | tuple[_Taught, NDArray[np.float32]]:
    """What was learned from and the support vector machine's weights; or all there is to say where there are no two classes."""
    with_protocol = labels.protocol.nnz > 0
    if not len(labels.rows):
        plain = _dense(labels.protocol) if with_protocol else np.zeros(corpus.matrix.shape[1])
        return Fitted(weights=plain, name=TO_THE_PROTOCOL if with_protocol else "order given", parameters={})
    if labels.found == 0 and not with_protocol:
        unlike = _mean(corpus.matrix) - _mean(corpus.matrix[labels.rows])
        return Fitted(weights=unlike, name="unlike the excluded", parameters={})
    taught = _training(corpus, labels, seed)
    if len(set(taught.signs.tolist())) < 2:  # every record of the corpus is decided, and all alike
        like = np.zeros(corpus.matrix.shape[1], dtype=np.float32)
        like[taught.columns] = _mean(taught.rows)
        return Fitted(weights=like, name="like the included", parameters={})
    found = machine.fit(machine.gram(taught.rows), taught.signs, SOFTNESS * taught.weights)
    margin = np.zeros(corpus.matrix.shape[1], dtype=np.float32)
    margin[taught.columns] = taught.rows.T @ found
    return taught, margin


TFIDF = Ranker(name="tfidf", label="TF-IDF with a linear model", build=build_corpus, fit=fit_tfidf)


def _parameters(seed: int) -> dict[str, float | int | str]:
    return {
        "C": SOFTNESS,
        "class_ratio": CLASS_RATIO,
        "naive_bayes_share": BAYES_SHARE,
        "weak_negatives": WEAK_NEGATIVES,
        "weak_share_least": WEAK_LEAST,
        "weak_share_more": WEAK_MORE,
        "background": BACKGROUND,
        "fading": FADING,
        "title_weight": TITLE_WEIGHT,
        "seed": seed,
    }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Taught:
    """What a model is fitted on: rows, +1 or −1, and weights.

    The rows have the columns that occur in them only, `columns` says which of the corpus these are: a corpus has several
    times as many, and each pass over all of them would cost as much as the fit.
    """

    rows: csr_matrix
    columns: NDArray[np.int64]
    signs: NDArray[np.float64]
    weights: NDArray[np.float64]


def _training(corpus: Corpus, labels: Labels, seed: int) -> _Taught:
    """A label between 0 and 1 enters on both sides with its shares."""
    yes, no = labels.values > 0, labels.values < 1
    weak = _weak_negatives(corpus, labels, seed)
    for_relevant = labels.values[yes]
    if labels.protocol.nnz:
        for_relevant = np.append(for_relevant, 1 / math.sqrt(1 + labels.found))
    for_decided = 1 - labels.values[no]
    share = WEAK_LEAST + WEAK_MORE * _trust_in_the_rest(corpus, labels) if len(weak) else 0.0
    share = share if for_decided.sum() > 0 else 1.0
    for_weak = np.full(len(weak), share / max(1, len(weak)))
    if for_decided.sum() > 0:
        for_decided *= (1 - share) / for_decided.sum()
    for_irrelevant = np.concatenate([for_decided, for_weak])
    # Both classes together weigh as much as there are decisions, so that C keeps its meaning as they grow.
    total = max(2, len(labels.rows))
    weights = np.concatenate(
        [
            for_relevant / for_relevant.sum() * total * CLASS_RATIO / (1 + CLASS_RATIO),
            for_irrelevant * total / (1 + CLASS_RATIO),
        ]
    )
    known = corpus.matrix[np.concatenate([labels.rows[yes], labels.rows[no], weak])]
    if labels.protocol.nnz:
        at = int(yes.sum())
        known = vstack([known[:at], labels.protocol, known[at:]], format="csr")
    rows, columns = _narrowed(csr_matrix(known))
    signs = np.repeat(np.asarray([1.0, -1.0]), [len(for_relevant), len(for_irrelevant)])
    return _Taught(rows=rows, columns=columns, signs=signs, weights=weights)


def _narrowed(rows: csr_matrix) -> tuple[csr_matrix, NDArray[np.int64]]:
    """The rows without the columns that none of them has, and which columns are left."""
    cell = rows.indices.astype(np.intp)  # numpy would do so at each use
    there = np.zeros(rows.shape[1], dtype=np.bool_)
    there[cell] = True
    columns = np.flatnonzero(there)
    place = np.empty(rows.shape[1], dtype=np.int32)
    place[columns] = np.arange(len(columns), dtype=np.int32)
    cells = (rows.data, place[cell], rows.indptr)
    return csr_matrix(cells, shape=(rows.shape[0], len(columns))), columns


def _weak_negatives(corpus: Corpus, labels: Labels, seed: int) -> NDArray[np.int64]:
    """Unscreened rows drawn by the seed and the number of decisions: a new draw for each fit, the same for the same."""
    open_rows = np.setdiff1d(np.arange(len(corpus), dtype=np.int64), labels.rows, assume_unique=True)
    if len(open_rows) <= WEAK_NEGATIVES:
        return open_rows
    draw = np.random.default_rng([abs(seed), len(labels.rows)])
    return np.sort(draw.choice(open_rows, WEAK_NEGATIVES, replace=False))


def _trust_in_the_rest(corpus: Corpus, labels: Labels) -> float:
    """How well a record nobody has decided stands for an irrelevant one: 1 at first, less the more turn out relevant."""
    return max(0.0, 1 - FADING * labels.found / max(1, len(corpus)))


def _bayes(corpus: Corpus, labels: Labels, taught: _Taught) -> NDArray[np.float32]:
    """Log ratio of a term's share in the two classes (multinomial naive Bayes, one added to each term).

    Both classes are first brought to the same weight, half of the decisions each: one relevant record among many would
    otherwise vanish under the added ones. What was excluded was first ranked high, so it is not what irrelevant records
    look like at large: a part of their side is the mean of all records not known as relevant.
    """
    half = max(1.0, len(labels.rows) / 2)
    relevant = int((taught.signs > 0).sum())  # they come first …
    known = int((labels.values > 0).sum())  # … and those among them that are records before the protocol
    weights = taught.weights.astype(np.float32)
    yes = _summed(taught.rows[:relevant], weights[:relevant], half)
    no = _summed(taught.rows[relevant:], weights[relevant:], half)
    at_large, each = np.zeros(len(no)), 0.0
    if known < len(corpus):
        share = BACKGROUND * _trust_in_the_rest(corpus, labels)
        each = share * half / (len(corpus) - known)
        at_large = each * corpus.column_sums[taught.columns]
        of_known = _summed(taught.rows[:known], np.ones(known, dtype=np.float32), known)
        no = (1 - share) * no + np.maximum(0.0, at_large - each * of_known)
    everywhere = float(each * corpus.column_sums.sum() - at_large.sum() + no.sum())
    size = corpus.matrix.shape[1]
    constant = math.log((everywhere + size) / (yes.sum() + size))
    ratio = np.multiply(corpus.column_sums, -each, dtype=np.float32)  # of the columns that no decided record has …
    np.log(np.subtract(1, ratio, out=ratio), out=ratio)
    np.subtract(constant, ratio, out=ratio)
    ratio[taught.columns] = np.log(((1 + yes) / (1 + no)).astype(np.float32)) + np.float32(constant)
    return ratio


def _summed(rows: csr_matrix, weights: NDArray[np.float32], total: float) -> NDArray[np.float64]:
    """The weighted sum of each column, weights brought to this total."""
    summed = np.asarray(rows.T @ weights, dtype=np.float64)
    return summed * (total / float(weights.sum())) if total else summed


def mixed(
    corpus: Corpus, labels: Labels, first: NDArray[np.float32], second: NDArray[np.float32], *, share: float
) -> tuple[NDArray[np.float32], float]:
    """Weights of both on one scale, and the intercept; `share` is the second's. Both arrays are used up.

    Each is centred and divided by its spread over the open records, then they are mixed.
    """
    pool = _open(corpus, labels)
    looked_at, chosen = corpus.sampled, pool[corpus.sample]
    if chosen.sum() < min(SPREAD_LEAST, pool.sum()):
        open_rows = np.flatnonzero(pool)
        looked_at = corpus.matrix[open_rows[:: -(-len(open_rows) // SPREAD_LEAST)]]
        chosen = np.ones(looked_at.shape[0], dtype=bool)
    scales, shift = [], 0.0
    for part, worth in ((first, 1 - share), (second, share)):
        values = np.asarray((looked_at @ part)[chosen], dtype=np.float64)
        if values.std() <= _EQUAL:  # the open records are alike, and the decided ones give the scale
            values = np.asarray(corpus.matrix @ part, dtype=np.float64)
        spread = float(values.std())
        scales.append(worth / spread if spread > _EQUAL else 0.0)
        shift -= float(values.mean()) * scales[-1]
    first *= np.float32(scales[0])
    second *= np.float32(scales[1])
    first += second
    return first, shift


def _open(corpus: Corpus, labels: Labels) -> NDArray[np.bool_]:
    """The rows nobody has decided; all if there are none."""
    pool = np.ones(len(corpus), dtype=np.bool_)
    pool[labels.rows] = False
    return pool if pool.any() else ~pool


def _mean(rows: csr_matrix) -> NDArray[np.float64]:
    return np.asarray(rows.mean(axis=0), dtype=np.float64).ravel()


def _dense(row: csr_matrix) -> NDArray[np.float64]:
    return np.asarray(row.toarray(), dtype=np.float64).ravel()

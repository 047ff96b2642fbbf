"""The screening loop: rank by the decisions so far, decide, rank again; and its replay on a labelled set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.ranking.features import Corpus
from review.ranking.model import TFIDF, Fitted, Labels, Ranker, labels_of

REFIT_SHARE = 0.02  # of the decisions so far: refitting after each label instead gains less than .4 % of the loss


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranking:
    """All ids of the corpus, the most likely relevant first, with their scores and the model behind them.

    Decided records are ranked too: who shows the queue leaves out what its reader has already judged.
    """

    ids: tuple[str, ...]
    scores: tuple[float, ...]
    model: Fitted


def rank(
    corpus: Corpus, labels: Mapping[str, float], *, protocol_text: str = "", seed: int = 0, ranker: Ranker = TFIDF
) -> Ranking:
    """The order in which to screen. A label is 1 for include, 0 for exclude, between for doubt or disagreement.

    The same corpus, labels and seed give the same order; equal scores keep the order of arrival.

    >>> from review.ranking.features import Text, build_corpus
    >>> corpus = build_corpus([Text(record_id="a", title="Knee"), Text(record_id="b", title="Sacral variants")])
    >>> rank(corpus, {}, protocol_text="sacral MRI").ids
    ('b', 'a')
    """
    known = labels_of(corpus, labels, protocol_text=protocol_text, read=ranker.read)
    model = ranker.fit(corpus, known, seed)
    scores = model.scores(corpus)
    rows = _ordered(scores, corpus)
    return Ranking(
        ids=tuple(map(corpus.ids.__getitem__, rows.tolist())), scores=tuple(scores[rows].tolist()), model=model
    )


def _ordered(scores: NDArray[np.float64], corpus: Corpus) -> NDArray[np.int64]:
    return np.lexsort((corpus.given, -scores))


def simulate(
    corpus: Corpus,
    labels: Mapping[str, float],
    priors: Sequence[str] = (),
    *,
    protocol_text: str = "",
    seed: int = 0,
    retrain_every: int | None = None,
    ranker: Ranker = TFIDF,
) -> tuple[str, ...]:
    """The order in which a reviewer who answers with `labels` would have seen the records, priors left out.

    The model is refitted after `retrain_every` decisions; by default after every one, and later after each half
    per cent more. Once nothing relevant (a label of at least one half) is left, the last ranking stands: no
    measure depends on the order of the rest. Records without a label count as irrelevant.
    """
    truth = np.asarray([float(labels.get(record_id, 0.0)) for record_id in corpus.ids])
    row_of = {record_id: row for row, record_id in enumerate(corpus.ids)}
    decided = np.zeros(len(corpus), dtype=bool)
    decided[[row_of[record_id] for record_id in priors]] = True
    protocol = labels_of(corpus, {}, protocol_text=protocol_text, read=ranker.read).protocol
    seen: list[int] = []
    while True:
        rows = np.flatnonzero(decided)
        model = ranker.fit(corpus, Labels(rows=rows, values=truth[rows], protocol=protocol), seed)
        order = _ordered(model.scores(corpus), corpus)
        order = order[~decided[order]]
        if not (truth[order] >= 0.5).any():
            seen += order.tolist()
            return tuple(corpus.ids[row] for row in seen)
        step = retrain_every or max(1, int(REFIT_SHARE * len(rows)))
        seen += order[:step].tolist()
        decided[order[:step]] = True

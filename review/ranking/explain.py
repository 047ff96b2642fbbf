"""Why a record stands where it stands: the words that pull it up and down."""

from __future__ import annotations

from bisect import bisect_left

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from review.domain.errors import Missing
from review.ranking.features import Corpus
from review.ranking.model import Fitted


def why(corpus: Corpus, model: Fitted, record_id: str, top: int = 8) -> list[tuple[str, float]]:
    """The `top` terms of a record that weigh most in its score, up (positive) or down (negative), strongest first.

    A contribution is the term's value in the record times its weight in the model and in the found records that it
    is most like, title and text together; all of them and the intercept add up to the score (of a record that has
    an abstract). Terms made with function words ("of the") and bare numbers
    count in the score but are not listed. `Missing` if there is no such record.

    >>> from review.ranking.active import rank
    >>> from review.ranking.features import Text, build_corpus
    >>> corpus = build_corpus([Text(record_id="a", title="Knee"), Text(record_id="b", title="Sacral images")])
    >>> [term for term, _ in why(corpus, rank(corpus, {}, protocol_text="sacral MRI").model, "b")]
    ['sacral']
    """
    at = bisect_left(corpus.ids, record_id)
    if at == len(corpus.ids) or corpus.ids[at] != record_id:
        raise Missing("record", record_id, corpus.ids[:2000])
    row = corpus.matrix[[at]]
    found: dict[str, float] = {}
    pulls = row.data * model.weights_for(row)
    for column, pull in zip(row.indices.tolist(), pulls.tolist(), strict=True):
        term = corpus.term(column)
        if _tells(term):
            found[term] = found.get(term, 0.0) + pull
    strongest = sorted((item for item in found.items() if item[1] != 0), key=lambda item: (-abs(item[1]), item[0]))
    return strongest[:top]


def _tells(term: str) -> bool:
    words = term.split()
    return not all(word.isdecimal() for word in words) and not any(word in ENGLISH_STOP_WORDS for word in words)

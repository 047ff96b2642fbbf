"""What reviews usually include: read as it was learned, told as any other word, and silent where it has nothing to say."""

from __future__ import annotations

import pickle
from unittest.mock import patch

import numpy as np
import pytest

from review.ranking import usual
from review.ranking.active import rank
from review.ranking.explain import why
from review.ranking.features import Text, build_corpus, stem, tokens

TOPICS = ["sacral spine", "knee cartilage", "soil bacteria", "cell nuclei"]
TEXTS = [
    Text(
        record_id=f"{i:03}",
        title=f"{TOPICS[i % 4]} {'predictive accuracy' if i % 3 == 0 else 'case report'}",
        abstract=f"We describe {TOPICS[i % 4]} number {i}.",
    )
    for i in range(120)
]
WORDS = usual.Words(text={"accuracy": 2.0, "report": -1.0}, title={"accuracy": 3.0})


def test_the_words_shipped_are_folded_as_words_of_a_corpus_are() -> None:
    words = usual.shipped()
    for part in (words.text, words.title):
        assert part
        for word, weight in part.items():
            assert tokens(word) == [word] or len(word) == 1
            assert stem(word) == word or stem(stem(word)) == stem(word)
            assert weight != 0


def test_the_words_of_a_table_are_read_by_part() -> None:
    words = usual.read_words("part,word,weight\ntext,accuracy,2\ntitle,accuracy,-3.5\n")
    assert words.text == {"accuracy": 2.0}
    assert words.title == {"accuracy": -3.5}
    assert words.version != usual.read_words("part,word,weight\n").version


def test_each_row_gets_the_sum_of_its_cells_without_their_rarity_times_the_weights() -> None:
    corpus = build_corpus(TEXTS)
    found = usual.usual_of(corpus, WORDS)
    for row in (0, 1, 60):
        cells = corpus.matrix[[row]]
        expected = 0.0
        for column, value in zip(cells.indices.tolist(), cells.data.tolist(), strict=True):
            in_title = column >= len(corpus.text.keys)
            block = corpus.title if in_title else corpus.text
            at = column - len(corpus.text.keys) if in_title else column
            weight = (WORDS.title if in_title else WORDS.text).get(corpus.term(column), 0.0)
            expected += value / block.idf[at] * weight if weight else 0.0
        assert found.numbers[row] == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_before_any_decision_what_is_usual_comes_first_and_with_each_found_record_it_says_less() -> None:
    corpus = build_corpus(TEXTS)
    with patch.object(usual, "shipped", lambda: WORDS):
        first = rank(corpus, {})
        assert first.model.name == "what is usual"
        assert all("accuracy" in TEXTS[int(name)].title for name in first.ids[:40])
        shares = [rank(corpus, labels).model.parameters["usual_share"] for labels in ({}, {"000": 1.0, "001": 0.0})]
    log = rank(corpus, {"000": 1.0, "001": 0.0}).model.parameters
    assert log["usual_words"] == usual.shipped().version != ""
    assert shares == [usual.SHARE, usual.SHARE / np.sqrt(2)]


def test_it_is_told_as_a_reason_like_any_other_word_and_reasons_still_add_up() -> None:
    corpus = build_corpus(TEXTS)
    with patch.object(usual, "shipped", lambda: WORDS):
        ranking = rank(corpus, {"001": 1.0, "002": 0.0}, protocol_text="sacral spine")
    reasons = why(corpus, ranking.model, "000", top=10_000)
    assert dict(reasons)["accuracy"] > 0
    row = corpus.matrix[[0]]
    score = float(row.data @ ranking.model.weights_for(row)) + ranking.model.intercept
    near = ranking.model.beside
    assert near is not None
    assert score == pytest.approx(ranking.scores[ranking.ids.index("000")], abs=1e-4)


def test_a_corpus_that_has_none_of_the_words_is_ranked_as_without_them() -> None:
    texts = [Text(record_id=str(i), title=f"zephyr{i % 3} quartz{i % 5} fjord{i}") for i in range(30)]
    corpus, labels = build_corpus(texts), {"0": 1.0, "1": 0.0}
    with_words = rank(corpus, labels, protocol_text="quartz2")
    with patch.object(usual, "shipped", lambda: usual.Words(text={}, title={})):
        without = rank(build_corpus(texts), labels, protocol_text="quartz2")
    assert with_words.ids == without.ids
    assert rank(build_corpus(texts), {}, protocol_text="quartz2").model.name == "likeness to the protocol"


def test_a_corpus_that_was_kept_and_read_again_gives_the_same_order() -> None:
    corpus = build_corpus(TEXTS)
    before = rank(corpus, {"000": 1.0, "001": 0.0})
    again = rank(pickle.loads(pickle.dumps(corpus)), {"000": 1.0, "001": 0.0})  # made here
    assert before.scores == again.scores


def test_other_words_than_those_remembered_are_looked_up_anew() -> None:
    corpus = build_corpus(TEXTS)
    shipped = rank(corpus, {}).scores
    with patch.object(usual, "shipped", lambda: WORDS):
        assert rank(corpus, {}).scores != shipped
    assert rank(corpus, {}).scores == shipped


def test_a_bare_number_counts_but_is_no_reason_to_tell() -> None:
    texts = [Text(record_id=f"{i}", title=f"knee {i % 3}0 mm", abstract="type 2 of 82") for i in range(12)]
    corpus = build_corpus(texts)
    words = usual.Words(text={"10": 5.0, "82": 1.0}, title={})
    with patch.object(usual, "shipped", lambda: words):
        model = rank(corpus, {"0": 1.0, "2": 0.0}).model
    assert usual.usual_of(corpus, words).numbers[corpus.ids.index("1")] > 0
    terms = [term for term, _ in why(corpus, model, "1", top=99)]
    assert not [term for term in terms if term.replace(" ", "").isdecimal()]
    assert any(word in term for term in terms for word in ("knee", "mm"))

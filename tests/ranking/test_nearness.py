"""Laws of nearness: what is remembered changes no number, and a missing abstract is no exclusion."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.ranking.active import rank
from review.ranking.explain import why
from review.ranking.features import Corpus, Text, build_corpus, vector
from review.ranking.nearness import KEPT, NEAREST, nearness, want_of_abstract

WORDS = ["sacral", "variants", "images", "network", "spine", "knee", "cell", "gene", "骶骨", "L5"]
abstracts = st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), min_size=8, max_size=12)


def of(given_texts: list[str]) -> Corpus:
    return build_corpus([Text(record_id=f"{i:02}", title=t[:6], abstract=t) for i, t in enumerate(given_texts)])


def near(corpus: Corpus, found: dict[int, float], words: str = "") -> np.ndarray:
    return nearness(corpus, found, vector(corpus, words))


@given(given_texts=abstracts, order=st.permutations(range(7)), words=st.sampled_from(["", "sacral spine"]))
@settings(deadline=None, max_examples=60)
def test_what_is_remembered_of_earlier_decisions_changes_no_number(
    given_texts: list[str], order: list[int], words: str
) -> None:
    corpus = of(given_texts)
    found: dict[int, float] = {}
    for row in order:
        found[row] = 0.5 if row % 2 else 1.0
        assert np.array_equal(near(corpus, found, words), near(of(given_texts), dict(sorted(found.items())), words))
    assert len(corpus.kept.nearest) == KEPT


@given(given_texts=abstracts)
@settings(deadline=None, max_examples=40)
def test_nearness_is_the_same_to_the_last_bit_by_row_and_by_column(given_texts: list[str]) -> None:
    corpus = of(given_texts)
    found = {0: 1.0, 3: 0.5, 4: 1.0, 7: 1.0}
    assert np.array_equal(near(corpus, found), near(replace(corpus, turned=None), found))


def test_a_decision_taken_back_is_forgotten() -> None:
    corpus = of(["knee cell", "sacral spine", "sacral images", "knee gene", *["network"] * 4])
    alone = near(corpus, {0: 1.0})
    both = near(corpus, {0: 1.0, 1: 1.0})
    assert both[2] > alone[2] == 0
    assert np.array_equal(near(corpus, {0: 1.0}), alone)
    assert near(corpus, {1: 0.5})[2] == pytest.approx(near(corpus, {1: 1.0})[2] / 2)


def test_another_protocol_is_not_taken_for_the_one_before() -> None:
    corpus = of(["knee cell", "sacral spine", "sacral images", "knee gene", *["network"] * 4])
    assert near(corpus, {4: 1.0}, "sacral")[1] > near(corpus, {4: 1.0}, "knee")[1]


def test_a_record_like_three_found_ones_is_nearer_than_one_a_little_like_all() -> None:
    found = ["sacral spine images"] * NEAREST + ["knee cell gene"] * 5
    corpus = of([*found, "sacral spine images network", "sacral knee variants network", "network", "variants"])
    numbers = near(corpus, dict.fromkeys(range(len(found)), 1.0))
    assert numbers[8] > numbers[9] > numbers[10] == 0


def test_what_is_kept_goes_with_the_corpus_and_not_with_another_matrix() -> None:
    corpus = of(["knee cell", "sacral spine", *["network"] * 6])
    near(corpus, {0: 1.0})
    assert len(pickle.loads(pickle.dumps(corpus)).kept.nearest) == 1
    assert replace(corpus, matrix=corpus.matrix).kept.nearest == []


def review(brief: int, size: int = 60) -> list[Text]:
    """Every fourth is on the spine; so many of the first have no abstract."""
    rest = "patients were examined and the results compared with those of the other group"
    return [
        Text(
            record_id=f"{i:02}",
            title=f"{'Sacral spine' if i % 4 == 0 else 'Soil'} {WORDS[i % 7]}",
            abstract="" if i < brief else f"{'spine' if i % 4 == 0 else 'farm'} {WORDS[i % 5]} {rest}",
        )
        for i in range(size)
    ]


def test_want_of_an_abstract_is_made_up_for_and_less_where_what_was_found_has_one() -> None:
    corpus = build_corpus(review(20))
    words = np.zeros(corpus.matrix.shape[1], dtype=np.float32)
    near = np.where(corpus.brief, -1.0, 1.0)
    none_known = want_of_abstract(corpus, {}, words, near)
    with_abstract = want_of_abstract(corpus, dict.fromkeys(range(20, 40), 1.0), words, near)
    without = want_of_abstract(corpus, dict.fromkeys(range(10), 1.0), words, near)
    assert 2 == without > none_known == 1 > with_abstract > 0
    assert want_of_abstract(corpus, {}, words, -near) == 0


def test_the_lag_of_records_without_an_abstract_is_that_of_their_mean_score() -> None:
    corpus = build_corpus(review(20))
    weights = np.cos(np.arange(corpus.matrix.shape[1])).astype(np.float32)
    near = np.linspace(0, 1, len(corpus))
    scores = corpus.times(weights) + near
    lag = scores[~corpus.brief].mean() - scores[corpus.brief].mean()
    half = [want_of_abstract(corpus, {}, sign * weights, sign * near) for sign in (np.float32(1), np.float32(-1))]
    assert sorted(half) == pytest.approx([0.0, abs(lag) / 2], rel=1e-5)


def test_two_records_without_an_abstract_are_too_few_to_judge() -> None:
    corpus = build_corpus(review(2))
    words = np.zeros(corpus.matrix.shape[1], dtype=np.float32)
    assert want_of_abstract(corpus, {}, words, np.where(corpus.brief, -1.0, 1.0)) == 0


def test_a_relevant_record_without_an_abstract_comes_before_irrelevant_ones() -> None:
    corpus = build_corpus(review(20))
    labels = {"24": 1.0, "28": 1.0, "32": 1.0, "33": 0.0, "34": 0.0}
    model = rank(corpus, labels).model
    assert model.beside is not None
    bare = replace(model, beside=replace(model.beside, numbers=np.zeros(len(corpus))))
    gained = model.scores(corpus) - bare.scores(corpus)
    assert gained[corpus.ids.index("04")] > gained[corpus.ids.index("05")]
    ids = [one for one in rank(corpus, labels).ids if one not in labels]
    assert ids.index("04") < min(ids.index("37"), ids.index("05"))


def test_the_reasons_of_a_record_with_an_abstract_add_up_with_what_is_near_it() -> None:
    corpus = build_corpus([replace(text, title="") for text in review(0)])
    model = rank(corpus, {"24": 1.0, "28": 0.5, "32": 1.0, "36": 1.0, "33": 0.0}, protocol_text="spine").model
    row = corpus.matrix[[corpus.ids.index("40")]]
    own = row.data @ model.weights_for(row)
    assert own + model.intercept == pytest.approx(model.scores(corpus)[corpus.ids.index("40")], abs=1e-5)
    words = row.data @ model.weights[row.indices]
    assert own - words == pytest.approx(float(model.beside.numbers[corpus.ids.index("40")]), abs=1e-5)  # type: ignore[union-attr]
    assert own != pytest.approx(words)
    assert dict(why(corpus, model, "40", top=20))["spine"] > 0

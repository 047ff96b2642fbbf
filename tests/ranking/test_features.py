"""Texts as numbers, and the words behind a score."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from review.domain.errors import Missing
from review.ranking import features
from review.ranking.active import rank
from review.ranking.explain import why
from review.ranking.features import TITLE_WEIGHT, Text, build_corpus, stem, tokens, vector

texts = st.lists(st.text(alphabet="ab cdeé骨\n", max_size=40), min_size=1, max_size=25)


@given(abstracts=texts)
@settings(deadline=None)
def test_text_and_title_rows_have_their_lengths(abstracts: list[str]) -> None:
    corpus = build_corpus(Text(record_id=f"{i:03}", title=t, abstract=t) for i, t in enumerate(abstracts))
    squares = np.asarray(corpus.matrix.multiply(corpus.matrix).sum(axis=1)).ravel()
    full = 1 + TITLE_WEIGHT**2
    for square in squares:
        assert any(math.isclose(square, v, abs_tol=1e-6) for v in (0.0, 1.0, full))


@given(
    abstracts=st.lists(
        st.lists(st.sampled_from(["xa", "xb", "xc", "xd", "xe", "xf"]), max_size=12), min_size=1, max_size=19
    )
)
@settings(deadline=None)
def test_the_text_block_is_scikit_learns_tfidf_up_to_a_rotation(abstracts: list[list[str]]) -> None:
    joined = [" ".join(words) for words in abstracts]
    corpus = build_corpus(Text(record_id=f"{i:03}", abstract=t) for i, t in enumerate(joined))
    ours = (corpus.matrix @ corpus.matrix.T).toarray()
    if not any(joined):
        assert not ours.any()
        return
    theirs = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit_transform(joined)
    assert np.allclose(ours, (theirs @ theirs.T).toarray())


def test_common_terms_are_left_out_of_larger_corpora() -> None:
    corpus = build_corpus(Text(record_id=f"{i:02}", abstract=f"patients word{i}a") for i in range(20))
    assert "patients" not in [corpus.term(c) for c in range(corpus.matrix.shape[1])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sjögren's L5–S1", ["sjogren", "l5", "s1"]),
        ("腰椎MRI", ["腰", "椎", "mri"]),
        ("позвонок", ["позвонок"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("العمود الفقري", ["العمود", "الفقري"]),
        ("", []),
        ("a b ☃", []),
    ],
)
def test_words_of_any_script_are_found(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@given(word=st.text(alphabet="aeiosty", max_size=8))
@example(word="ties")
def test_a_stem_is_stable(word: str) -> None:
    assert len(stem(word)) <= len(word)
    assert stem(word)[:2] == word[:2]


def test_no_pair_of_words_reaches_across_fields() -> None:
    corpus = build_corpus(
        [
            Text(record_id="1", title="alpha", abstract="beta", keywords=("gamma", "delta")),
            Text(record_id="2", title="alpha beta", abstract="gamma delta"),
        ]
    )
    first = {corpus.term(c) for c in corpus.matrix[[0]].indices}
    assert {"alpha", "beta", "gamma", "delta"} <= first
    assert not any(" " in term for term in first)


def test_two_texts_with_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="same record id"):
        build_corpus([Text(record_id="1"), Text(record_id="1")])


def test_a_text_outside_the_corpus_is_read_in_its_columns() -> None:
    corpus = build_corpus([Text(record_id="1", title="sacral spine"), Text(record_id="2", title="knee joint")])
    row = vector(corpus, "Sacral\nunknown")
    assert {corpus.term(c) for c in row.indices} == {"sacral"}
    assert vector(corpus, "nothing known").nnz == 0


@given(abstracts=texts)
def test_the_terms_that_most_records_have_come_first_and_each_is_found_in_its_column(abstracts: list[str]) -> None:
    corpus = build_corpus([Text(record_id=str(i), abstract=a) for i, a in enumerate(abstracts)])
    keys = corpus.text.keys
    records = np.bincount(corpus.matrix.indices, minlength=corpus.matrix.shape[1])[: len(keys)]
    assert (np.diff(records) <= 0).all()
    for column in range(len(keys)):
        assert column in vector(corpus, corpus.term(column)).indices


RECORDS = [
    Text(record_id="a", title="Knee cartilage", abstract="A cohort of runners with knee pain."),
    Text(record_id="b", title="Transitional vertebrae on MRI", abstract="Detection of lumbosacral variants."),
    Text(record_id="c", title="Soil bacteria", abstract="Sequencing of soil samples from two farms."),
    Text(record_id="d", title="Vertebrae labelling", abstract="Numbering vertebrae of lumbosacral knee variants."),
]


def test_reasons_name_words_that_pull_up_and_down() -> None:
    corpus = build_corpus(RECORDS)
    reasons = dict(why(corpus, rank(corpus, {"b": 1.0, "a": 0.0}).model, "d", top=20))
    assert reasons["vertebrae"] > 0
    assert reasons["lumbosacral"] > 0
    assert reasons["knee"] < 0
    assert "of" not in reasons


def test_all_reasons_and_the_intercept_add_up_to_the_score() -> None:
    corpus = build_corpus([Text(record_id=t.record_id, title=t.title) for t in RECORDS[:3]])
    ranking = rank(corpus, {"b": 1.0, "a": 0.0})
    reasons = why(corpus, ranking.model, "a", top=99)
    score = ranking.scores[ranking.ids.index("a")]
    own = corpus.matrix[[corpus.ids.index("a")]]
    private = sum(
        value * ranking.model.weights[column]
        for column, value in zip(own.indices, own.data, strict=True)
        if not corpus.term(column)
    )
    assert sum(v for _, v in reasons) + private + ranking.model.intercept == pytest.approx(score)


def test_reasons_are_cut_to_the_strongest() -> None:
    corpus = build_corpus(RECORDS)
    model = rank(corpus, {"b": 1.0, "a": 0.0}).model
    strongest = why(corpus, model, "d", top=3)
    assert strongest == why(corpus, model, "d", top=20)[:3]
    assert [abs(v) for _, v in strongest] == sorted((abs(v) for _, v in strongest), reverse=True)


def test_reasons_for_a_record_that_is_not_there_are_refused() -> None:
    corpus = build_corpus(RECORDS)
    with pytest.raises(Missing):
        why(corpus, rank(corpus, {}).model, "zz")


@given(abstracts=texts, size=st.integers(1, 7))
@settings(deadline=None, max_examples=40)
def test_how_many_records_are_counted_at_a_time_changes_nothing(abstracts: list[str], size: int) -> None:
    records = [Text(record_id=f"{i:03}", title=t[:9], abstract=t) for i, t in enumerate(abstracts)]
    whole = build_corpus(records)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(features, "CHUNK", size)
        patch.setattr(features, "SORTED_AT_ONCE", 3 * size)
        patch.setattr(features, "SUMMED_AT_ONCE", size)
        parts = build_corpus(records)
    assert (parts.text.keys == whole.text.keys).all()
    assert (parts.matrix != whole.matrix).nnz == 0
    assert parts.column_sums == pytest.approx(whole.column_sums)


@given(abstracts=texts)
@settings(deadline=None)
def test_a_score_is_the_same_to_the_last_bit_by_row_and_by_column(abstracts: list[str]) -> None:
    corpus = build_corpus([Text(record_id=str(i), title=one, abstract=one[::-1]) for i, one in enumerate(abstracts)])
    weights = np.sin(np.arange(corpus.matrix.shape[1])).astype(np.float32)
    assert corpus.turned is not None
    assert np.array_equal(corpus.times(weights), replace(corpus, turned=None).times(weights))


def test_cells_are_kept_twice_only_where_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "TURNED_UP_TO", 0)
    assert build_corpus([Text(record_id="a", title="sacral images")]).turned is None

"""Laws of the ranking: what may and may not change an order."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review import plugins
from review.ranking.active import rank, simulate
from review.ranking.features import Text, build_corpus
from review.ranking.model import TFIDF, _trust_in_the_rest, labels_of

WORDS = ["sacral", "variants", "images", "network", "spine", "knee", "cell", "gene", "骶骨", "позвонок", "L5", ""]
sentences = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
any_text = st.one_of(sentences, st.text(max_size=30))
labels_for = st.dictionaries(st.integers(0, 11), st.sampled_from([0.0, 0.5, 1.0]))


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Text], dict[str, float], str]:
    pairs = draw(st.lists(st.tuples(any_text, any_text), min_size=1, max_size=12))
    texts = [Text(record_id=f"r{i}", title=title, abstract=abstract) for i, (title, abstract) in enumerate(pairs)]
    labels = {f"r{i}": value for i, value in draw(labels_for).items()}
    return texts, labels, draw(any_text)


@given(case=cases())
@settings(deadline=None, max_examples=80)
def test_every_record_is_ranked_once_whatever_the_texts_and_labels(case: tuple) -> None:
    texts, labels, protocol = case
    ranking = rank(build_corpus(texts), labels, protocol_text=protocol)
    assert sorted(ranking.ids) == sorted(t.record_id for t in texts)
    assert list(ranking.scores) == sorted(ranking.scores, reverse=True)
    assert all(score == score for score in ranking.scores)


@given(case=cases(), data=st.data())
@settings(deadline=None, max_examples=60)
def test_the_order_of_arrival_changes_no_score(case: tuple, data: st.DataObject) -> None:
    texts, labels, protocol = case
    shuffled = data.draw(st.permutations(texts))
    first = rank(build_corpus(texts), labels, protocol_text=protocol)
    second = rank(build_corpus(shuffled), labels, protocol_text=protocol)
    assert dict(zip(first.ids, first.scores, strict=True)) == dict(zip(second.ids, second.scores, strict=True))


@given(case=cases())
@settings(deadline=None, max_examples=60)
def test_a_copy_of_an_open_record_has_its_score(case: tuple) -> None:
    texts, labels, protocol = case
    copy = Text(record_id="zz-copy", title=texts[0].title, abstract=texts[0].abstract)
    ranking = rank(build_corpus([*texts, copy]), labels, protocol_text=protocol)
    score = dict(zip(ranking.ids, ranking.scores, strict=True))
    assert score["zz-copy"] == score["r0"]


@given(case=cases(), seed=st.integers(0, 5))
@settings(deadline=None, max_examples=50)
def test_the_same_seed_gives_the_same_order_also_after_pickling(case: tuple, seed: int) -> None:
    texts, labels, protocol = case
    corpus = build_corpus(texts)
    kept = pickle.loads(pickle.dumps(corpus))
    first = rank(corpus, labels, protocol_text=protocol, seed=seed)
    second = rank(kept, labels, protocol_text=protocol, seed=seed)
    assert (first.ids, first.scores) == (second.ids, second.scores)


TEXTS = [
    Text(record_id="a", title="Knee cartilage", abstract="A cohort of runners with knee pain."),
    Text(record_id="b", title="Transitional vertebrae on MRI", abstract="Detection of lumbosacral variants."),
    Text(record_id="c", title="Soil bacteria", abstract="Sequencing of soil samples from two farms."),
    Text(record_id="d", title="Vertebrae labelling", abstract="Numbering vertebrae with lumbosacral variants."),
    Text(record_id="e"),
]


def test_a_corpus_and_a_ranking_can_be_keys_of_a_cache() -> None:
    corpus = build_corpus(TEXTS)
    assert len({corpus, rank(corpus, {"a": 1.0}), rank(corpus, {"a": 1.0}).model}) == 3


NEUTRAL = ["knoll", "brume", "zephyr", "quartz", "fjord"]  # words that say nothing of what reviews usually include


def test_without_decisions_and_protocol_texts_that_say_nothing_keep_the_order_given() -> None:
    texts = [Text(record_id=name, title=name) for name in NEUTRAL]
    assert rank(build_corpus(texts[::-1]), {}).ids == tuple(NEUTRAL[::-1])
    assert rank(build_corpus(texts), {}).model.name == "order given"


def test_without_decisions_the_protocol_orders() -> None:
    ids = rank(build_corpus(TEXTS), {}, protocol_text="Lumbosacral transitional vertebra").ids
    assert ids[:2] == ("b", "d")


def test_one_include_alone_brings_its_like_up() -> None:
    assert rank(build_corpus(TEXTS), {"b": 1.0}).ids[:2] == ("b", "d")


def test_decisions_count_also_when_one_record_is_left() -> None:
    ranking = rank(build_corpus(TEXTS[:3]), {"b": 1.0, "c": 0.0})
    assert ranking.ids == ("b", "a", "c")
    assert len(set(ranking.scores)) == 3


def test_when_all_is_decided_the_included_stand_above_the_excluded() -> None:
    assert rank(build_corpus(TEXTS[:3]), {"a": 0.0, "b": 1.0, "c": 0.0}).ids[0] == "b"
    assert len(rank(build_corpus(TEXTS[:3]), {"a": 1.0, "b": 1.0, "c": 1.0}).ids) == 3


def test_an_exclusion_alone_sends_its_like_down() -> None:
    ids = [i for i in rank(build_corpus(TEXTS), {"b": 0.0}).ids if i != "b"]
    assert ids.index("d") > ids.index("a")
    assert ids.index("d") > ids.index("c")


def test_doubt_stands_between_include_and_exclude() -> None:
    others = [Text(record_id=f"o{i}", title=f"Study {i} of soil and knee samples") for i in range(6)]

    def score_of_d(label: float) -> float:
        ranking = rank(build_corpus([*TEXTS, *others]), {"a": 1.0, "c": 0.0, "b": label})
        return ranking.scores[ranking.ids.index("d")]

    assert score_of_d(0.0) < score_of_d(0.5) < score_of_d(1.0)


def test_labels_of_unknown_records_are_left_out() -> None:
    corpus = build_corpus(TEXTS)
    assert rank(corpus, {"b": 1.0, "gone": 0.0}).scores == rank(corpus, {"b": 1.0}).scores


def test_a_label_outside_zero_to_one_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0"):
        rank(build_corpus(TEXTS), {"b": 2.0})


def test_an_empty_corpus_has_an_empty_ranking() -> None:
    assert rank(build_corpus([]), {}, protocol_text="spine").ids == ()


def test_the_ranker_is_found_by_its_registered_name() -> None:
    assert plugins.load("review.rankers", "tfidf") is TFIDF


@given(case=cases(), every=st.one_of(st.none(), st.integers(1, 4)))
@settings(deadline=None, max_examples=40)
def test_a_replay_shows_every_record_but_the_priors_once(case: tuple, every: int | None) -> None:
    texts, labels, protocol = case
    order = simulate(build_corpus(texts), labels, ["r0"], protocol_text=protocol, retrain_every=every)
    assert sorted(["r0", *order]) == sorted(t.record_id for t in texts)


def large(n: int = 160) -> list[Text]:
    topics = ["sacral spine images", "knee cartilage cohort", "soil bacteria samples", "cell gene network"]
    return [
        Text(record_id=f"{i:03}", title=topics[i % 4], abstract=f"study {i % 7} of {topics[i % 3]}") for i in range(n)
    ]


def test_the_draw_of_unscreened_records_does_not_depend_on_the_order_of_arrival() -> None:
    texts = large(400)
    labels = {"000": 1.0, "001": 0.0, "002": 0.0}
    one, other = rank(build_corpus(texts), labels), rank(build_corpus(texts[::-1]), labels)
    assert dict(zip(one.ids, one.scores, strict=True)) == dict(zip(other.ids, other.scores, strict=True))


def test_the_seed_decides_the_draw_of_unscreened_records() -> None:
    corpus = build_corpus(large(400))
    assert rank(corpus, {"000": 1.0}, seed=1).scores == rank(corpus, {"000": 1.0}, seed=1).scores
    assert rank(corpus, {"000": 1.0}, seed=1).scores != rank(corpus, {"000": 1.0}, seed=2).scores


def test_the_protocols_word_fades_as_relevant_records_are_found() -> None:
    texts = large()
    corpus = build_corpus(texts)
    knee = [t.record_id for t in texts if t.title.startswith("knee")]

    def pull(found: int) -> float:
        labels = dict.fromkeys(knee[:found], 1.0) | {"002": 0.0, "006": 0.0}
        model = rank(corpus, labels, protocol_text="sacral").model
        plain = rank(corpus, labels).model
        at = next(c for c in range(corpus.matrix.shape[1]) if corpus.term(c) == "sacral")
        return float(model.weights[at] - plain.weights[at])

    assert pull(1) > pull(5) > pull(30) > 0


def test_the_more_records_turn_out_relevant_the_less_the_undecided_stand_for_irrelevant_ones() -> None:
    corpus = build_corpus(large(400))

    def trust(found: int) -> float:
        labels = labels_of(corpus, {corpus.ids[i]: 1.0 for i in range(found)})
        return _trust_in_the_rest(corpus, labels)

    assert trust(0) == 1
    assert 1 > trust(5) > trust(25) > 0
    assert trust(50) == trust(400) == 0


def test_the_words_by_which_a_review_names_its_kind_bring_no_reviews_up() -> None:
    texts = [
        Text(record_id="a", title="A systematic review and meta-analysis of knee pain"),
        Text(record_id="b", title="Lumbosacral variants on MRI"),
        Text(record_id="c", title="Soil bacteria"),
    ]
    corpus = build_corpus(texts)
    for kind in ("a systematic review and meta-analysis", "scoping review protocol", "An updated rapid review of"):
        assert rank(corpus, {}, protocol_text=f"Lumbosacral variants: {kind}").ids[0] == "b"
        assert rank(corpus, {}, protocol_text=f"{kind} anything").scores == rank(corpus, {}).scores
    assert rank(corpus, {}, protocol_text="How systematic reviews are made").ids[0] == "a"

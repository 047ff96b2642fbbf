"""A sentence model of the user's own: opened or refused with a sentence, and ranked with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sentence_models import write_model

from review.cli import main
from review.domain.errors import BadInput, ReviewError
from review.ranking.active import rank
from review.ranking.features import Text
from review.services import rank as ranking
from review.services import rankers, sentence_model
from review.services.project import CONFIG, Project
from review.services.replay import Question, replay

TEXTS = [
    Text(record_id="a", title="Knee", abstract="Meniscus torn while running"),
    Text(record_id="b", title="Backbone", abstract="Tall people"),
    Text(record_id="c", title="Soil", abstract="Two farms"),
    Text(record_id="d", title="Vertebrae", abstract="Numbered by hand"),
    Text(record_id="e", title="Ground", abstract="Three gardens"),
]
words = st.lists(st.sampled_from(["spine", "knee", "soil", "image", "unheard", "骶骨", ""]), max_size=6).map(" ".join)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("model"))


def test_what_says_the_same_in_other_words_comes_up_after_one_decision(folder: Path) -> None:
    ranker = rankers.named("embeddings", folder)
    labels = {"b": 1.0, "c": 0.0}
    first = [i for i in rank(ranker.build(TEXTS), labels, ranker=ranker).ids if i not in labels]
    assert (first[0], first[-1]) == ("d", "e")


def test_before_any_decision_the_protocol_is_read_by_its_meaning(folder: Path) -> None:
    ranker = rankers.named("embeddings", folder)
    assert rank(ranker.build(TEXTS), {}, protocol_text="A scoping review of earth", ranker=ranker).ids[:2] == ("c", "e")


@given(
    pairs=st.lists(st.tuples(words, words), min_size=1, max_size=8),
    values=st.dictionaries(st.integers(0, 8), st.sampled_from([0.0, 0.5, 1.0])),
    said=words,
    data=st.data(),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_order_of_arrival_copies_and_odd_corpora_change_no_score(
    folder: Path, pairs: list[tuple[str, str]], values: dict[int, float], said: str, data: st.DataObject
) -> None:
    ranker = rankers.named("embeddings", folder)
    texts = [Text(record_id=f"r{at}", title=title, abstract=abstract) for at, (title, abstract) in enumerate(pairs)]
    texts.append(Text(record_id="zz", title=pairs[0][0], abstract=pairs[0][1]))
    labels = {f"r{at}": value for at, value in values.items()}
    once, again = (
        rank(ranker.build(given), labels, protocol_text=said, ranker=ranker)
        for given in (texts, data.draw(st.permutations(texts)))
    )
    scores = dict(zip(once.ids, once.scores, strict=True))
    assert scores == dict(zip(again.ids, again.scores, strict=True))
    assert scores["zz"] == scores["r0"]
    assert np.isfinite(list(scores.values())).all()


@pytest.mark.parametrize("depth", [2, 3])
def test_a_text_is_the_mean_of_its_words_however_long_its_neighbours(folder: Path, tmp_path: Path, depth: int) -> None:
    model = sentence_model.opened(write_model(tmp_path / "m", depth=depth))
    alone = model.embed(["spine knee"])[0]
    assert alone.tolist() == [0.5, 0.5, 0.0, 0.0]
    if depth == 3:  # a model that pools by itself has to mind the padding by itself
        beside = sentence_model.opened(folder)
        assert beside.embed(["knee spine", "soil soil soil soil soil soil"])[0].tolist() == [0.5, 0.5, 0.0, 0.0]


def test_the_first_token_stands_for_the_text_where_the_folder_says_so(tmp_path: Path) -> None:
    folder = write_model(tmp_path)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    assert sentence_model.opened(folder).embed(["knee spine"])[0].tolist() == [0.0, 1.0, 0.0, 0.0]


def test_no_more_is_read_than_the_model_takes(tmp_path: Path) -> None:
    folder = write_model(tmp_path)
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 1}))
    assert sentence_model.opened(folder).embed(["knee spine spine"])[0].tolist() == [0.0, 1.0, 0.0, 0.0]


def _no_folder(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


BROKEN = {
    "there is no such folder": _no_folder,
    "it holds no model.onnx": lambda folder: (folder / "model.onnx").unlink(),
    "it holds no tokenizer.json": lambda folder: (folder / "tokenizer.json").unlink(),
    "this is no ONNX model": lambda folder: (folder / "model.onnx").write_bytes(b"not a model"),
    "this is no tokenizer": lambda folder: (folder / "tokenizer.json").write_text("{}"),
    "it asks for pixels": lambda folder: write_model(folder, inputs=("pixels",)),
    "this is not valid JSON": lambda folder: (folder / "sentence_bert_config.json").write_text("{"),
    "could not read a text": lambda folder: write_model(folder, known_words=3),
}


@pytest.mark.parametrize("sentence", BROKEN)
def test_a_folder_that_cannot_be_used_is_refused_in_one_sentence(tmp_path: Path, sentence: str) -> None:
    folder = write_model(tmp_path / "model")
    BROKEN[sentence](folder)
    with pytest.raises(ReviewError, match=sentence) as refused:
        sentence_model.opened(folder).embed(["spine image"])
    assert "\n" not in refused.value.message
    assert refused.value.hint


def test_a_folder_whose_files_changed_is_opened_again(tmp_path: Path) -> None:
    first = sentence_model.opened(write_model(tmp_path))
    assert sentence_model.opened(tmp_path) is first
    assert sentence_model.opened(write_model(tmp_path, depth=2)) is not first


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = [f"{t.record_id},{t.title},{t.abstract},{int(t.record_id in 'bd')}" for t in TEXTS]
    path = tmp_path / "labelled.csv"
    path.write_text("\n".join(["record_id,title,abstract,label_included", *rows]), encoding="utf-8")
    return path


def test_a_finished_screening_is_replayed_with_a_model_of_ones_own(folder: Path, table: Path) -> None:
    found = replay(Question(data=(table,), priors=("b", "c"), ranker="embeddings", model=folder))
    assert found.order[0] == "d"
    asked = ["simulate", str(table), "--prior-ids", "b,c", "--seeds", "1-2", "--ranker", "embeddings"]
    done = CliRunner().invoke(main, [*asked, "--ranker", "tfidf", "--model", str(folder), "--jobs", "2", "--json"])
    assert done.exit_code == 0, done.output
    assert {row["ranker"] for row in json.loads(done.stdout)["runs"]} == {"embeddings", "tfidf"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--ranker", "embeddings"], "needs a model, and none is named"),
        (["--model", "there"], "No ranking was asked for that takes a model"),
        (["--ranker", "embedings"], "no ranker called 'embedings'"),
    ],
)
def test_a_model_that_is_missing_or_not_used_is_said(table: Path, arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(main, ["simulate", str(table), *arguments])
    assert done.exit_code == 1
    assert said in done.stderr


def _choose(project: Project, lines: str) -> None:
    path = project.root / CONFIG
    path.write_text(path.read_text(encoding="utf-8") + f"\n[ranking]\n{lines}\n", encoding="utf-8")


def test_a_project_ranks_with_the_model_it_names_and_keeps_what_was_read(
    made: Project, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "embeddings" not in ranking.rank(made).model
    _choose(made, f'ranker = "embeddings"\nmodel = "{folder.as_posix()}"')
    assert ranking.rank(made).model.startswith("embeddings and ")
    assert (made.root / rankers.KEPT).is_file()
    leading = ranking.first(made, 1)[0]
    assert leading.words, "the words still say why"
    assert all(word for word, _ in leading.words)
    read: list[str] = []
    monkeypatch.setattr(sentence_model.SentenceModel, "_read", lambda _self, texts: read.extend(texts) or [[1.0]])
    sentence_model._remembered.cache_clear()  # as in a process that has just begun
    made._answers.clear()
    ranking.corpus(made)
    assert read == []
    (made.root / rankers.KEPT).write_bytes(b"damaged")
    sentence_model._remembered.cache_clear()
    made._answers.clear()
    with pytest.raises(ValueError, match="zip"):  # the stand-in gives one row only: it was asked
        ranking.corpus(made)
    assert len(read) > 1


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('ranker = "embeddings"', "needs a model"),
        ("ranker = 3", "not understood"),
        ('ranker = "embeddings"\nmodel = "nowhere"', "there is no such folder"),
    ],
)
def test_a_project_whose_choice_cannot_be_used_says_so(made: Project, lines: str, said: str) -> None:
    _choose(made, lines)
    with pytest.raises(BadInput, match=said):
        ranking.rank(made)

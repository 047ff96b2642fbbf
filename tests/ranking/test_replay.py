"""Replays of real reviews beside ASReview's own runs, and the time a large corpus takes."""

from __future__ import annotations

import csv
import io
import json
import lzma
import random
import time
from pathlib import Path

import pytest

from review.ranking.active import rank, simulate
from review.ranking.features import Text, build_corpus
from review.ranking.metrics import order_metrics


@pytest.mark.shared
@pytest.mark.parametrize("name", ["Cohen_ADHD", "CLEF_CD008081"])
def test_a_small_review_is_replayed_no_worse_than_by_asreview(shared: Path, name: str) -> None:
    folder = shared / "data" / "ranking" / "dev"
    with lzma.open(folder / f"{name}.csv.xz") as packed:
        rows = list(csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8", newline="")))
    with (folder / "asreview.csv").open(encoding="utf-8", newline="") as file:
        theirs = next(r for r in csv.DictReader(file) if (r["dataset"], r["seed"]) == (name, "1"))
    labels = {r["record_id"]: float(r["label_included"]) for r in rows}
    priors = [str(i) for i in json.loads((folder / "priors.json").read_text(encoding="utf-8"))[name]["1"]]
    corpus = build_corpus(Text(record_id=r["record_id"], title=r["title"], abstract=r["abstract"]) for r in rows)
    measured = order_metrics([labels[i] >= 0.5 for i in simulate(corpus, labels, priors, seed=1)])
    assert (measured.n, measured.r) == (int(theirs["N"]), int(theirs["R"]))
    assert measured.loss is not None
    assert measured.loss <= 1.05 * float(theirs["loss"])


def test_a_corpus_of_four_thousand_is_ranked_anew_while_one_waits() -> None:
    draw = random.Random(1)
    words = [f"{a}{b}{c}" for a in "bcdfgklmnprst" for b in "aeiou" for c in "bcdfgklmnprst"]
    texts = [
        Text(record_id=str(i), title=" ".join(draw.choices(words, k=10)), abstract=" ".join(draw.choices(words, k=120)))
        for i in range(4000)
    ]
    corpus = build_corpus(texts)
    labels = {str(i): float(i % 20 == 0) for i in range(500)}

    def seconds() -> float:
        began = time.process_time()
        assert len(rank(corpus, labels).ids) == 4000
        return time.process_time() - began

    assert any(seconds() < 1.5 for _ in range(5)), "a busy machine counts more than was done, but not every time"

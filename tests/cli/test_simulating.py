"""Simulate: a replay of a labelled set, its order and figures, and the mistakes in such sets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from review.ranking.metrics import order_metrics

Run = Callable[..., Any]
Ask = Callable[..., Any]
Table = Callable[..., Path]

HEADER = "record_id,title,abstract,label_included"
RELEVANT = ("vertebra numbering", "transitional vertebra", "sacral vertebra", "vertebra labels")
OTHER = ("knee", "heart", "sleep", "liver", "kidney", "skin", "eye", "ear")
ROWS = (
    *(f"{n},A network for {words},We count every {words}.,1" for n, words in enumerate(RELEVANT)),
    *(f"{n},A trial on the {word},We treated the {word}.,0" for n, word in enumerate(OTHER, start=10)),
)


def test_the_order_holds_every_record_but_the_priors_and_the_figures_are_its_own(
    tmp_path: Path, ask: Ask, table: Table
) -> None:
    table(tmp_path / "d.csv", HEADER, *reversed(ROWS))
    found = ask("simulate", "d.csv", "--prior-ids", "0, 10", "--order", "order.csv", "--metrics", "m.json")
    order = (tmp_path / "order.csv").read_text().splitlines()
    assert sorted(order, key=int) == ["1", "2", "3", *map(str, range(11, 18))]
    figures = order_metrics([int(record) < 10 for record in order]).as_dict()
    assert {name: found[name] for name in figures} == figures
    assert found["loss"] < 0.3, "the words of the relevant ones are alike"
    written = json.loads((tmp_path / "m.json").read_text())
    assert {**written, "seconds": 0} == {**{k: v for k, v in found.items() if k != "findings"}, "seconds": 0}


def test_the_same_seed_gives_the_same_order_whatever_the_number_of_files(
    tmp_path: Path, run: Run, table: Table
) -> None:
    table(tmp_path / "d.csv", HEADER, *ROWS)
    table(tmp_path / "d1.csv", HEADER, *ROWS[:5])
    table(tmp_path / "d2.csv", HEADER, *ROWS[5:])
    run("simulate", "d.csv", "--seed", "3", "--order", "a.csv")
    run("simulate", "d1.csv", "d2.csv", "--seed", "3", "--order", "b.csv")
    assert (tmp_path / "a.csv").read_text() == (tmp_path / "b.csv").read_text()


def test_the_words_of_a_protocol_lead_before_anything_is_known(
    tmp_path: Path, run: Run, ask: Ask, table: Table
) -> None:
    run("new", "p", "--type", "review", "--protocol", "lstv-machine-learning")
    table(tmp_path / "d.csv", HEADER, *reversed(ROWS))
    ask("simulate", "d.csv", "--protocol", "p/protocol.yaml", "--order", "order.csv")
    assert (tmp_path / "order.csv").read_text().split()[0] == "1", "the one on transitional vertebrae"
    (tmp_path / "p" / "protocol.yaml").write_text("title: [")
    assert "protocol.yaml: line" in run("simulate", "d.csv", "--protocol", "p/protocol.yaml", status=1).stderr


@pytest.mark.parametrize(
    ("rows", "priors", "sentence"),
    [
        ((HEADER, "1,A,B,1", "2,A,B,yes"), "", "line 3: the label_included of 2 is 'yes'."),
        ((HEADER, "1,A,B,1", "2,A,B,"), "", "line 3: the label_included of 2 is ''."),
        ((HEADER, "1,A,B,1", "1,A,B,0"), "", "line 3: the record_id '1' stands twice (before in d.csv, line 2)."),
        ((HEADER, ",A,B,1"), "", "line 2: the record_id is missing."),
        ((HEADER, "1,A,B,0"), "", "no record has the label 1"),
        ((HEADER,), "", "there is no record below the first line"),
        (("record_id,title,label_included", "1,A,1"), "", "the column abstract is missing"),
        ((HEADER, "1,A,B,1", "2,A,B,0"), "7", "The prior '7' is not among the records."),
        ((HEADER, "1,A,B,1", "2,A,B,0"), "1", "Every relevant record is a prior"),
    ],
)
def test_a_faulty_set_is_refused_with_one_sentence_that_names_the_row(
    tmp_path: Path, run: Run, table: Table, rows: tuple[str, ...], priors: str, sentence: str
) -> None:
    table(tmp_path / "d.csv", *rows)
    result = run("simulate", "d.csv", "--prior-ids", priors, "--order", "order.csv", status=1)
    assert result.stdout == ""
    assert sentence in result.stderr
    assert not (tmp_path / "order.csv").exists()

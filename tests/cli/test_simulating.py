"""Simulate: a replay of a labelled set, its order and figures, and the mistakes in such sets."""

from __future__ import annotations

import csv
import gzip
import io
import json
import lzma
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from review.cli.program import STOPPED
from review.ranking.metrics import order_metrics
from review.services import study

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


ELSEWHERE = {
    "synergy.csv": ("openalex_id,doi,title,abstract,label_included", "{id},,{title},{abstract},{label}"),
    "asreview.csv": ("record_id,title,abstract,asreview_label", "{id},{title},{abstract},{label}"),
    "hand.csv": ("Article Title;Abstract;Included", "{title};{abstract};{word}"),
    "asreview.ris": ("", "TY  - JOUR\nTI  - {title}\nAB  - {abstract}\nN1  - ASReview_{relevant}\nER  - \n"),
    "rayyan.ris": (
        "",
        'TY  - JOUR\nTI  - {title}\nAB  - {abstract}\nN1  - RAYYAN-INCLUSION: {{"Ana"=>"{rayyan}"}}\nER  - \n',
    ),
}


def elsewhere(name: str, labels: Sequence[int]) -> str:
    """A screening of so many records as another program writes it."""
    header, row = ELSEWHERE[name]
    lines = [
        row.format(
            id=f"W{at}",
            title=f"{'Vertebra' if label else 'Fish'} number {at}",
            abstract=f"{'Spine' if label else 'Pond'} and more of {at}.",
            label=label,
            word="yes" if label else "no",
            relevant="relevant" if label else "irrelevant",
            rayyan="Included" if label else "Excluded",
        )
        for at, label in enumerate(labels)
    ]
    return "\n".join([header, *lines] if header else lines)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_the_export_of_another_program_is_replayed_as_it_is(tmp_path: Path, run: Run, name: str) -> None:
    (tmp_path / name).write_text(elsewhere(name, [1, 0, 0, 1, 0, 0, 0, 0]), encoding="utf-8")
    run("simulate", name, "--metrics", "m.json", "--order", "order.csv")
    found = json.loads((tmp_path / "m.json").read_text())
    assert (found["n"], found["r"]) == (8, 2)
    named = name == "asreview.csv"
    assert set((tmp_path / "order.csv").read_text().split()) == {f"W{n}" if named else str(n + 1) for n in range(8)}


def test_an_export_in_which_a_decision_is_missing_says_of_which_record(tmp_path: Path, run: Run) -> None:
    text = elsewhere("asreview.ris", [1, 0, 0]).replace("ASReview_irrelevant", "ASReview_not_seen", 1)
    (tmp_path / "a.ris").write_text(text, encoding="utf-8")
    assert "a.ris: record 2 ('Fish number 1') has no decision" in run("simulate", "a.ris", status=1).stderr
    (tmp_path / "b.csv").write_text("title,abstract\nA,B\n", encoding="utf-8")
    assert "the column record_id is missing" in run("simulate", "b.csv", status=1).stderr


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
        ((HEADER, "1,A,B,1", "2,A,B,0"), "7", "The prior '7' is not among the records of d."),
        ((HEADER, "1,A,B,1", "2,A,B,0"), "1", "Every relevant record of d is a prior"),
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


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def sets(folder: Path, table: Table) -> None:
    table(folder / "one.csv", HEADER, *ROWS)
    table(folder / "two.csv", HEADER, *reversed(ROWS[1:]))


def test_a_protocol_need_hold_no_more_than_a_title_or_a_question(tmp_path: Path, run: Run, table: Table) -> None:
    table(tmp_path / "d.csv", HEADER, *reversed(ROWS))
    for line in ("title: Transitional vertebrae", "question: Where are transitional vertebrae?"):
        (tmp_path / "t.yaml").write_text(f"{line}\n", encoding="utf-8")
        run("simulate", "d.csv", "--protocol", "t.yaml", "--order", "order.csv")
        assert (tmp_path / "order.csv").read_text().split()[0] == "1", line
    for text, sentence in (
        ("titel: A\n", "Did you mean 'title'?"),
        ("synthesis: A\n", "neither a title nor a question"),
    ):
        (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
        assert sentence in run("simulate", "d.csv", "--protocol", "t.yaml", status=1).stderr


def test_a_record_named_twice_as_known_counts_once(tmp_path: Path, ask: Ask, table: Table) -> None:
    table(tmp_path / "d.csv", HEADER, *ROWS)
    found = ask("simulate", "d.csv", "--prior-ids", "0,0,10")
    assert found["priors"] == ["0", "10"]
    assert {end["total"] for end in found["stops"]} == {len(ROWS)}


def test_when_somebody_stops_many_replays_those_that_are_done_are_written(
    tmp_path: Path, run: Run, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets(tmp_path, table)
    done, stop_at = study.replayed, "two"

    def pressed(task: study.Task) -> list[study.Run]:
        if task.data.name == stop_at:
            raise KeyboardInterrupt
        return done(task)

    monkeypatch.setattr(study, "replayed", pressed)
    result = run("simulate", "one.csv", "two.csv", "--each", "--seeds", "1-3", "--out", "out", status=STOPPED)
    assert "Stopped after 3 of 6 replays. What stands here is of those alone." in result.stderr
    assert [(row["set"], row["seed"]) for row in rows_of(tmp_path / "out" / "runs.csv")] == [("one", s) for s in "123"]
    stop_at = "one"  # the larger one, which is first
    result = run("simulate", "two.csv", "one.csv", "--each", "--out", "none", status=STOPPED)
    assert "Stopped." in result.stderr
    assert not (tmp_path / "none" / "runs.csv").exists()


def test_a_packed_set_gives_the_order_of_the_plain_one(tmp_path: Path, run: Run, table: Table) -> None:
    table(tmp_path / "d.csv", HEADER, *ROWS)
    for name, packed in (("d.csv.gz", gzip.compress), ("d.csv.xz", lzma.compress)):
        (tmp_path / name).write_bytes(packed((tmp_path / "d.csv").read_bytes()))
        run("simulate", name, "--order", f"{name}.txt")
    run("simulate", "d.csv", "--order", "plain.txt")
    plain = (tmp_path / "plain.txt").read_text()
    assert plain == (tmp_path / "d.csv.gz.txt").read_text() == (tmp_path / "d.csv.xz.txt").read_text()


def test_a_fault_in_a_packed_set_names_that_file_and_the_line(tmp_path: Path, run: Run) -> None:
    (tmp_path / "d.csv.gz").write_bytes(gzip.compress(f"{HEADER}\n1,A,B,2\n".encode()))
    assert "d.csv.gz: line 2: the label_included of 1 is '2'." in run("simulate", "d.csv.gz", status=1).stderr


def test_many_sets_and_seeds_leave_curves_tables_and_orders(tmp_path: Path, ask: Ask, table: Table) -> None:
    sets(tmp_path, table)
    found = ask("simulate", "one.csv", "two.csv", "--each", "--seeds", "1-3", "--draw-priors", "--out", "out")
    assert [(r["set"], r["seed"]) for r in found["runs"]] == [(s, n) for s in ("one", "two") for n in (1, 2, 3)]
    loss = next(f for f in found["figures"] if f["figure"] == "loss")
    by_set = [sum(r["loss"] for r in found["runs"] if r["set"] == name) / 3 for name in ("one", "two")]
    assert loss["mean"] == pytest.approx(sum(by_set) / 2)
    assert (loss["n"], loss["over"]) == (2, "sets")
    assert loss["low"] <= loss["mean"] <= loss["high"]
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {"runs.csv", "figures.csv", "curves.csv", "stops.csv", "curves.svg", "curves.png", "orders"}
    order = (tmp_path / "out" / "orders" / "one-tfidf-2.csv").read_text().split()
    run_2 = next(r for r in found["runs"] if (r["set"], r["seed"]) == ("one", 2))
    assert order_metrics([int(i) < 10 for i in order]).loss == run_2["loss"]
    curve = [r for r in rows_of(tmp_path / "out" / "curves.csv") if r["set"] == "one"]
    assert (float(curve[0]["recall"]), float(curve[200]["recall"])) == (0, 1)
    assert "share of the records screened" in (tmp_path / "out" / "curves.svg").read_text()


def test_a_replay_says_where_each_stopping_rule_would_have_ended_it(
    tmp_path: Path, ask: Ask, run: Run, table: Table
) -> None:
    sets(tmp_path, table)
    found = ask("simulate", "one.csv", "--prior-ids", "0,10", "--order", "order.csv")
    seen = [1, 0] + [int(int(record) < 10) for record in (tmp_path / "order.csv").read_text().split()]
    half = next(end for end in found["stops"] if end["rule"] == "half")
    assert (half["screened"], half["total"], half["recall"]) == (6, 12, sum(seen[:6]) / 4)
    never = next(end for end in found["stops"] if end["rule"] == "100-in-a-row")
    assert (never["never"], never["recall"]) == (True, 1)
    assert "(never spoke)" in run("simulate", "one.csv", "--prior-ids", "0,10").stdout
    many = ask("simulate", "one.csv", "two.csv", "--each", "--seeds", "1-3", "--draw-priors", "--out", "out")
    rows = rows_of(tmp_path / "out" / "stops.csv")
    for rule in many["stops"]:
        own = [float(row["recall"]) for row in rows if row["rule"] == rule["rule"]]
        assert len(own) == rule["replays"] == 6
        assert rule["least_recall"] == pytest.approx(min(own))
        assert rule["kept"] == sum(recall >= 0.95 for recall in own)


def test_two_processes_give_what_one_gives(tmp_path: Path, ask: Ask, table: Table) -> None:
    sets(tmp_path, table)
    asked = ("simulate", "one.csv", "two.csv", "--each", "--seeds", "1,2", "--draw-priors")
    alone, both = (
        [{k: v for k, v in r.items() if k != "cpu_seconds"} for r in ask(*asked, "--jobs", jobs)["runs"]]
        for jobs in (1, 2)
    )
    assert alone == both


def test_known_records_and_titles_are_taken_by_set_and_seed(tmp_path: Path, ask: Ask, run: Run, table: Table) -> None:
    sets(tmp_path, table)
    (tmp_path / "priors.json").write_text('{"one": {"1": [0, 10]}, "two": {"1": [3, 11]}}')
    (tmp_path / "titles.json").write_text('{"one": {"title": "sacral"}}')
    untitled = ("simulate", "one.csv", "two.csv", "--each", "--priors", "priors.json")
    asked = (*untitled, "--titles", "titles.json")
    found = ask(*asked, "--seeds", "1", "--out", "out")
    ask(*untitled, "--seeds", "1", "--out", "plain")
    assert [r["n"] for r in found["runs"]] == [10, 9]

    def place(folder: str) -> int:
        return (tmp_path / folder / "orders" / "one-tfidf-1.csv").read_text().split().index("2")

    assert place("out") < place("plain"), "the one with the word of the title"
    refused = run(*asked, "--seeds", "2", status=1).stderr
    assert "priors.json: it names no known records for the set 'one' and the seed 2." in refused


def test_the_settled_works_of_a_project_are_replayed(
    tmp_path: Path, ask: Ask, run: Run, collected: Path, table: Table
) -> None:
    refused = run("simulate", collected, status=1).stderr
    assert "no settled works of both kinds" in refused
    run("records", "--out", "all.csv")
    works = [row["record_id"] for row in rows_of(collected / "all.csv")]
    verdicts = [f"{work},{'include' if place < 2 else 'exclude'}" for place, work in enumerate(works[:5])]
    table(tmp_path / "said.csv", "record_id,verdict", *verdicts)
    for who in ("Ana", "Ben"):
        run("decide", tmp_path / "said.csv", "--stage", "title_abstract", "--reviewer", who)
    found = ask("simulate", collected)
    assert [(r["n"], r["r"]) for r in found["runs"]] == [(5, 2)]
    assert "1 work of " in run("simulate", collected).stderr


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (("one.csv", "--ranker", "magic"), 1, "magic"),
        (("one.csv", "--seeds", "3-1"), 2, "no number and no range"),
        (("one.csv", "--seeds", "1,2", "--order", "o.csv"), 2, "--out writes those of many"),
        (("one.csv", "one.csv", "--each"), 1, "Two sets are called one."),
        (("one.csv", "--titles", "bad.json"), 1, "this is not JSON"),
        (("one.csv", "--titles", "odd.json"), 1, "odd.json: what it says of the set 'one' is no title."),
        (("two.csv", "--titles", "odd.json"), 1, "odd.json: what it says of the set 'two' is no title."),
        (("one.csv", "--priors", "word.json", "--seeds", "1"), 1, 'Add them as a list: {"one": {"1": ["17", "204"]}}.'),
        (("one.csv", "--priors", "word.json", "--draw-priors"), 2, "--priors and --draw-priors both say which"),
        (("one.csv", "--titles", "odd.json", "--protocol", "p.yaml"), 2, "--protocol and --titles both say the words"),
        (("one.csv", "--draw-priors", "--out", "bad.json/out"), 1, "bad.json/out: this folder cannot be made"),
        (("one.csv", "--order", "."), 2, "is a directory"),
        (("none.csv",), 1, "none.csv: there is no such file. Check the name and the folder.\n"),
    ],
)
def test_what_cannot_be_replayed_is_refused(
    tmp_path: Path, run: Run, table: Table, arguments: tuple[str, ...], status: int, sentence: str
) -> None:
    sets(tmp_path, table)
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "odd.json").write_text('{"one": ["sacral"], "two": {"title": 7}}')
    (tmp_path / "word.json").write_text('{"one": {"1": "17"}}')
    assert sentence in run("simulate", *arguments, status=status).stderr

"""`review evidence benchmark`: answers scored, printed tables tested, every fault with its row and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Ask = Callable[..., Any]
Write = Callable[..., Path]

PRINTED = (
    "model,text,image,closed QA avg,report,total",
    "Gemini-2.5-Pro,,,88.50,93.32,89.23",
    "GPT5-mini,,,85.83,93.56,87.01",
    "GPT5,87.41,79.97,84.46,91.60,85.54",
    "GLM-4.5V,85.71,81.35,83.98,79.24,83.26",
    "Qwen2.5-VL-72B,,,82.75,63.80,79.88",
    "Medgemma-27B,,,82.34,70.16,76.66",
    "Qwen2.5-VL-7B,75.51,74.09,74.95,54.52,64.74",
    "SpineGPT,89.46,84.46,87.89,87.24,87.44",
)
SIZES = ("--n", "text=294,image=193,closed QA avg=487", "--scores", "report=87")
TOTAL = ("--total", "total=closed QA avg+report")


@pytest.fixture
def printed(tmp_path: Path, table: Write) -> Path:
    return table(tmp_path / "printed.csv", *PRINTED)


def faults(document: dict[str, Any], rule: str) -> dict[tuple[int, int], str]:
    return {(f["line"], f["column"]): f"{f['message']} {f['hint']}" for f in document["findings"] if f["rule"] == rule}


def test_of_eight_printed_totals_five_follow_and_three_are_flagged(ask: Ask, printed: Path) -> None:
    found = faults(ask("evidence", "benchmark", "--table", printed, *SIZES, *TOTAL, status=1), "EVA-07")
    assert list(found) == [(7, 6), (8, 6), (9, 6)]
    assert "unweighted mean" in found[8, 6]
    assert "unweighted" not in found[7, 6] + found[9, 6]


def test_the_recomputed_totals_are_those_of_the_weights(ask: Ask, printed: Path) -> None:
    document = ask("evidence", "benchmark", "--table", printed, *SIZES, *TOTAL, status=1)
    totals = [v for v in document["values"] if v["name"] == "recomputed_total"]
    assert [round(v["value"], 2) for v in totals] == [89.23, 87.00, 85.54, 83.26, 79.88, 80.49, 71.85, 87.79]


def test_a_part_that_contradicts_its_own_parts_is_named(ask: Ask, printed: Path) -> None:
    document = ask(
        "evidence", "benchmark", "--table", printed, *SIZES, *TOTAL, "--total", "closed_qa_avg=text+image", status=1
    )
    found = faults(document, "EVA-07")
    assert "87.47" in found[9, 6]
    assert (9, 4) in found
    assert (4, 4) not in found


def test_shares_that_no_number_of_items_gives_are_flagged_in_their_cell(ask: Ask, printed: Path) -> None:
    found = faults(ask("evidence", "benchmark", "--table", printed, *SIZES, status=1), "ACC-04")
    assert {(4, 3), (4, 4)} <= found.keys()
    assert "swapped: 79.79" in found[4, 3]


def test_a_share_computed_over_other_items_is_recognised(ask: Ask, table: Write, tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", "setting;text;all", "spine only;;65.31", "full;;87.07", "other;75.51;74.95")
    found = faults(ask("evidence", "benchmark", "--table", path, "--n", "text=294,all=487", status=1), "ACC-04")
    assert "192 of 294" in found[2, 3]
    assert "256 of 294" in found[3, 3]
    assert len(found) == 2


def test_the_number_of_items_behind_two_columns_is_found_again(ask: Ask, printed: Path) -> None:
    document = ask(
        "evidence", "benchmark", "--table", printed, "--n", "closed_qa_avg=487", "--total", "closed_qa_avg=text+image",
        "--find-n", "50-437", status=1,
    )  # fmt: skip
    found = {v["by"]["column"]: v["value"] for v in document["values"] if v["name"] == "possible_n"}
    assert (found["text"], found["image"]) == (294, 193)


def test_a_column_without_a_size_is_not_evaluable_rather_than_passed(ask: Ask, printed: Path) -> None:
    document = ask("evidence", "benchmark", "--table", printed)
    assert {f["status"] for f in document["findings"]} == {"not_evaluable"}
    assert len(document["findings"]) == 5


def test_changing_one_digit_of_a_printed_share_is_found(ask: Ask, table: Write, tmp_path: Path) -> None:
    good = table(tmp_path / "good.csv", "model,all", "a,75.51")
    bad = table(tmp_path / "bad.csv", "model,all", "a,75.52")
    assert ask("evidence", "benchmark", "--table", good, "--n", "294")["values"][0]["value"] == 222
    document = ask("evidence", "benchmark", "--table", bad, "--n", "294", status=1)
    assert document["values"][0]["value"] is None
    assert "undefined" in document["values"][0]["method"]


def test_a_column_called_total_is_taken_for_the_total_of_the_sized_ones(ask: Ask, printed: Path) -> None:
    document = ask(
        "evidence", "benchmark", "--table", printed, "--n", "closed_qa_avg=487", "--scores", "report=87", status=1
    )
    assert list(faults(document, "EVA-07")) == [(7, 6), (8, 6), (9, 6)]


def test_one_number_of_items_for_all_columns_makes_no_column_a_total(ask: Ask, printed: Path) -> None:
    document = ask("evidence", "benchmark", "--table", printed, "--n", "487", status=1)
    assert {f["rule"] for f in document["findings"]} == {"ACC-04"}


def test_parts_that_do_not_add_up_to_their_whole_are_found(ask: Ask, table: Write, tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", "model,text,image,total", "a,50.00,50.00,50.00")
    document = ask("evidence", "benchmark", "--table", path, "--n", "text=294,image=193,total=500", status=1)
    assert (1, 4) in faults(document, "ACC-03")


@pytest.mark.parametrize("size", ["text=0", "text=many", "colour=12", "text"])
def test_a_size_that_makes_no_sense_is_refused(run: Callable[..., Any], printed: Path, size: str) -> None:
    result = run(
        "evidence", "benchmark", "--table", printed, "--n", size, status=2 if size in {"text=many", "text"} else 1
    )
    assert "Error" in result.stderr


# Answers

ITEMS = ("id,type,modality,subgroup,answer,split,contaminated", "q1,mcq,text,normal,A,test,no", "q2,mcq,image,LSTV,B,test,no",
         "q3,report,image,LSTV,C,test,no", "q4,mcq,text,normal,D,test,no")  # fmt: skip
ANSWERS = (
    "Model,Question ID,Response",
    "one,q1,a",
    "one,q2,B",
    "one,q3,C",
    "one,q4,A",
    "two,q1,A",
    "two,q2,C",
    "two,q3,C",
    "two,q4,A",
)


@pytest.fixture
def score(ask: Ask, table: Write, tmp_path: Path) -> Ask:
    def run(items: Any = ITEMS, answers: Any = ANSWERS, *more: str, status: int = 0) -> Any:
        one, two = table(tmp_path / "items.csv", *items), table(tmp_path / "answers.csv", *answers)
        return ask("evidence", "benchmark", one, "--answers", two, "--resamples", "200", *more, status=status)

    return run


def values(document: dict[str, Any], name: str) -> dict[str, float]:
    return {"/".join(v["by"].values()): v["value"] for v in document["values"] if v["name"] == name}


def test_accuracy_is_told_per_part_and_in_total_weighted_and_plain(score: Ask) -> None:
    document = score()
    assert values(document, "weighted_total") == {"one": 0.75, "two": 0.5}
    assert values(document, "macro_mean") == {"one": pytest.approx(5 / 6), "two": pytest.approx(2 / 3)}
    assert values(document, "accuracy")["one/image"] == 1.0
    assert document["findings"] == []
    assert [i["path"].rsplit("/")[-1] for i in document["inputs"]] == ["items.csv", "answers.csv"]


def test_two_models_are_compared_on_the_same_items(score: Ask) -> None:
    document = score(ITEMS, ANSWERS, "--compare", "one", "two")
    assert values(document, "difference")["one/two"] == 0.25
    assert values(document, "only_first") == {"one/two": 1}
    assert values(document, "mcnemar_exact_p") == {"one/two": 1.0}


def test_the_order_of_rows_changes_no_value(score: Ask) -> None:
    assert score()["values"] == score((ITEMS[0], *ITEMS[:0:-1]), (ANSWERS[0], *ANSWERS[:0:-1]))["values"]


def test_a_table_with_a_column_per_model_reads_the_same(score: Ask) -> None:
    wide = ("item,one,two", "q1,1,1", "q2,1,0", "q3,1,1", "q4,0,0")
    assert values(score(ITEMS, wide), "weighted_total") == values(score(), "weighted_total")


def test_an_open_answer_is_left_out_and_counted_unless_said_otherwise(score: Ask) -> None:
    short = tuple(line for line in ANSWERS if line != "one,q4,A")
    document = score(ITEMS, short)
    assert values(document, "weighted_total")["one"] == 1.0
    assert [f["rule"] for f in document["findings"]] == ["BENCH-UNANSWERED"]
    assert values(score(ITEMS, short, "--unanswered", "wrong"), "weighted_total")["one"] == 0.75


def test_contamination_and_splits_are_required_and_their_lack_is_not_a_pass(score: Ask) -> None:
    bare = tuple(",".join(line.split(",")[:5]) for line in ITEMS)
    document = score(bare)
    assert {(f["rule"], f["status"]) for f in document["findings"]} == {
        ("BENCH-CONTAMINATION", "not_evaluable"),
        ("BENCH-SPLITS", "not_evaluable"),
    }
    said = score(bare, ANSWERS, "--contamination", "hashes compared", "--split", "train=10", "--split", "test=4")
    assert said["findings"] == []
    assert values(said, "items")["train"] == 10


def test_items_seen_in_training_are_scored_apart(score: Ask) -> None:
    document = score((*ITEMS[:4], "q4,mcq,text,normal,D,test,yes"))
    assert values(document, "accuracy")["one/clean"] == 1.0
    assert values(document, "accuracy")["one/seen in training"] == 0.0
    assert [f["rule"] for f in document["findings"]] == ["BENCH-CONTAMINATION"]


@pytest.mark.parametrize(
    ("items", "answers", "rule", "place"),
    [
        ((*ITEMS, ITEMS[1]), ANSWERS, "BENCH-DUPLICATE", ("items.csv", 6, 1)),
        (ITEMS, (*ANSWERS, "one,q1,B"), "BENCH-DUPLICATE", ("answers.csv", 10, 3)),
        (ITEMS, (*ANSWERS, "one,q9,B"), "BENCH-UNKNOWN-ITEM", ("answers.csv", 10, 3)),
        (ITEMS, ("model,item,correct", "one,q1,1", "one,q2,maybe"), "BENCH-ANSWER", ("answers.csv", 3, 3)),
        (ITEMS, ("model,item,correct", "one,q1,1", "one,q2,2"), "BENCH-ANSWER", ("answers.csv", 3, 3)),
        (ITEMS, ("model,item,score", "one,q1,high"), "EVIDENCE-TABLE", ("answers.csv", 2, 3)),
        (ITEMS, ("model,item", "one,q1"), "EVIDENCE-TABLE", ("answers.csv", 1, 1)),
        (("id,n", "q1,0"), ("model,item,correct", "one,q1,1"), "BENCH-N", ("items.csv", 2, 2)),
        (("id,n", "q1,few"), ("model,item,correct", "one,q1,1"), "EVIDENCE-TABLE", ("items.csv", 2, 2)),
        (("name,type", "q1,a"), ANSWERS, "EVIDENCE-TABLE", ("items.csv", 1, 1)),
        (("id", "q1"), ("model,item,response", "one,q1,A"), "BENCH-KEY", ("answers.csv", 2, 3)),
        ((), ANSWERS, "EVIDENCE-TABLE", ("items.csv", 1, 1)),
    ],
)  # fmt: skip
def test_bad_input_is_told_with_its_row_and_column(
    score: Ask, items: Any, answers: Any, rule: str, place: tuple[str, int, int]
) -> None:
    document = score(items, answers, status=1)
    assert (rule, *place) in [(f["rule"], f["path"], f["line"], f["column"]) for f in document["findings"]]
    assert not [v for v in document["values"] if v["name"] == "weighted_total"]


def test_a_model_that_is_not_there_is_refused_with_those_that_are(
    run: Callable[..., Any], score: Ask, tmp_path: Path
) -> None:
    score()
    result = run(
        "evidence",
        "benchmark",
        tmp_path / "items.csv",
        "--answers",
        tmp_path / "answers.csv",
        "--compare",
        "one",
        "tow",
        status=1,
    )
    assert "Known: two" in result.stderr


def test_tables_and_pictures_are_written(run: Callable[..., Any], score: Ask, tmp_path: Path) -> None:
    score()
    run("evidence", "benchmark", tmp_path / "items.csv", "--answers", tmp_path / "answers.csv", "--compare", "one", "two",
        "--out", "s.md", "--out", "s.svg", "--out", "s.json")  # fmt: skip
    assert "total (weighted)" in (tmp_path / "s.md").read_text()
    assert (tmp_path / "s-difference.svg").read_text().startswith("<?xml")

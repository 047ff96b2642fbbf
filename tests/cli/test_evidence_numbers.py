"""Agreement, evaluation and single statistics as commands: what they print, and each fault with its row and column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Found = dict[str, Any]
FORM = {"name", "value", "low", "high", "n", "unit", "method", "by"}


def value(document: Found, name: str, **by: str) -> Found:
    """The one value of a name that tells of exactly this."""
    [found] = [v for v in document["values"] if v["name"] == name and v["by"] == by]
    return found


def places(document: Found, rule: str) -> list[tuple[int | None, int | None]]:
    return [(f["line"], f["column"]) for f in document["findings"] if f["rule"] == rule]


@pytest.fixture
def asked(run: Any) -> Any:
    def ask(*arguments: object, status: int = 0) -> Found:
        document: Found = json.loads(run("evidence", *arguments, "--json", status=status).stdout)
        assert all(set(v) == FORM for v in document["values"])
        assert all(v["value"] is not None or v["method"].startswith("undefined: ") for v in document["values"])
        return document

    return ask


def ratings(path: Path, table: list[list[int]], names: str = "123", *, header: str = "item,rater,label") -> Path:
    lines, item = [header], 0
    for i, row in enumerate(table):
        for j, n in enumerate(row):
            for _ in range(n):
                item += 1
                lines += [f"{item},Ana,{names[i]}", f"{item},Ben,{names[j]}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def cases(path: Path, *, models: tuple[str, ...] = ("net", "base"), patients: int = 24) -> Path:
    random = np.random.default_rng(8)
    lines = ["Model,Fold,Case ID,Patient ID,class,metric,value,reference_present,sex"]
    for p in range(patients):
        for scan in range(1 + p % 2):
            for name in ("sacrum", "L6"):
                known = name == "sacrum" or p % 3 == 0
                for k, model in enumerate(models):
                    score = min(1.0, 0.8 + random.normal(0, 0.05) - 0.05 * k)
                    text = f"{score:.4f}" if known else ""
                    lines.append(
                        f"{model},{p % 3},c{p}_{scan},P{p},{name},dice,{text},{str(known).lower()},{'MF'[p % 2]}"
                    )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# Single statistics


def test_single_statistics_have_the_form_of_all_evidence(asked: Any) -> None:
    share = value(asked("stat", "proportion", 81, 263), "proportion")
    assert (share["low"], share["high"], share["n"]) == (
        pytest.approx(0.2553, abs=5e-5),
        pytest.approx(0.3662, abs=5e-5),
        263,
    )
    exact = value(asked("stat", "proportion", 0, 20, "--method", "clopper_pearson"), "proportion")
    assert (exact["low"], exact["high"]) == (0.0, pytest.approx(0.1684, abs=5e-5))
    assert value(asked("stat", "mcnemar", 59, 6, 16, 80), "exact_p")["value"] == pytest.approx(0.0525, abs=5e-5)
    assert value(asked("stat", "fisher", 1, 7, 6, 1), "p_value")["value"] == pytest.approx(0.0101, abs=5e-5)
    holm = asked("stat", "holm", 0.01, 0.04, 0.03, 0.005)
    assert [v["value"] for v in holm["values"]] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert [v["by"] for v in holm["values"]][:2] == [{"index": "1"}, {"index": "2"}]
    assert asked("stat", "bh", 0.01, 0.04)["values"][1]["value"] == pytest.approx(0.04)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(("proportion", 5, 3), 1), (("mcnemar", 0, 0, 0, 0), 1), (("holm", 1.4), 1), (("proportion", "x", 3), 2)],
)
def test_what_is_no_statistic_is_refused_with_a_sentence(run: Any, arguments: tuple[object, ...], status: int) -> None:
    assert run("evidence", "stat", *arguments, status=status).stderr.strip()


def test_areas_of_two_score_columns_are_compared(tmp_path: Path, asked: Any) -> None:
    rows = [f"{s},{s % 3},{'poor' if s > 5 else 'good'}" for s in range(12)]
    (tmp_path / "s.csv").write_text("first,second,outcome\n" + "\n".join(rows))
    document = asked(
        "stat", "auc", "s.csv", "--score", "first", "--score", "second", "--label", "outcome", "--positive", "poor"
    )
    assert value(document, "auc", score="first")["value"] == 1.0
    assert value(document, "delong_p", scores="first − second")["value"] < 0.05
    strange = asked("stat", "auc", "s.csv", "--score", "first", "--label", "outcome", status=1)
    assert places(strange, "EVA-LABEL")[0] == (2, 3)


# Agreement


def test_agreement_of_a_file_of_ratings(tmp_path: Path, asked: Any) -> None:
    ratings(tmp_path / "r.csv", [[88, 14, 18], [10, 40, 10], [2, 6, 12]], header="Case ID,Reader,Rating")
    document = asked("agreement", "r.csv")
    kappa = value(document, "cohen_kappa")
    assert (kappa["value"], kappa["low"], kappa["high"]) == pytest.approx((0.4915, 0.3916, 0.5915), abs=5e-5)
    assert value(document, "cohen_kappa_se")["value"] == pytest.approx(0.0510, abs=5e-5)
    assert value(document, "percent_agreement")["value"] == pytest.approx(0.70)
    assert {"fleiss_kappa", "krippendorff_alpha", "gwet_ac1", "pabak", "icc_2_1", "bland_altman_bias"} <= {
        v["name"] for v in document["values"]
    }
    assert "Ana" in document["sentence"] or "2 raters" in document["sentence"]
    assert document["inputs"][0]["path"].endswith("r.csv")


def test_named_patients_are_drawn_together_and_the_seed_repeats_it(tmp_path: Path, asked: Any) -> None:
    lines = ["item,rater,label,patient"]
    for n in range(40):
        for copy in range(3):
            lines += [f"{n}-{copy},A,{'yes' if n % 2 else 'no'},P{n}", f"{n}-{copy},B,{'yes' if n % 5 else 'no'},P{n}"]
    (tmp_path / "r.csv").write_text("\n".join(lines))
    together = value(asked("agreement", "r.csv", "--seed", 3), "cohen_kappa")
    assert together == value(asked("agreement", "r.csv", "--seed", 3), "cohen_kappa")
    assert "40 patients, seed 3" in together["method"]
    (tmp_path / "alone.csv").write_text("\n".join(line.rsplit(",", 1)[0] for line in lines))
    alone = value(asked("agreement", "alone.csv"), "cohen_kappa")
    assert alone["value"] == pytest.approx(together["value"])
    assert together["high"] - together["low"] > 1.4 * (alone["high"] - alone["low"])


def test_three_raters_get_coefficients_of_all_and_of_every_two(tmp_path: Path, asked: Any) -> None:
    lines = ["item,rater,label"]
    for n in range(12):
        lines += [
            f"{n},{who},{'ab'[(n + k * (n % 5 == 0)) % 2]}" for k, who in enumerate("XYZ") if (n, who) != (3, "Z")
        ]
    (tmp_path / "r.csv").write_text("\n".join(lines))
    document = asked("agreement", "r.csv")
    assert document["values"][0]["name"] == "percent_agreement"
    assert document["values"][0]["by"] == {}
    assert value(document, "cohen_kappa", raters="X–Z")["n"] == 11
    assert value(document, "fleiss_kappa")["value"] is not None


def test_a_constant_rater_leaves_kappa_undefined_and_never_0(tmp_path: Path, asked: Any) -> None:
    ratings(tmp_path / "r.csv", [[9, 3], [0, 0]], "ab")
    document = asked("agreement", "r.csv")
    kappa = value(document, "cohen_kappa")
    assert (kappa["value"], kappa["low"]) == (None, None)
    assert "Ana gave every item the same label" in kappa["method"]
    assert value(document, "percent_agreement")["value"] == 0.75


def test_order_and_level_decide_what_a_weight_means(tmp_path: Path, asked: Any) -> None:
    ratings(tmp_path / "r.csv", [[44, 5, 1], [7, 20, 3], [9, 5, 6]], "xay")
    right = asked("agreement", "r.csv", "--order", "x,a,y", "--level", "ordinal")
    assert value(right, "cohen_kappa_linear")["value"] == pytest.approx(0.4737, abs=5e-5)
    wrong = asked("agreement", "r.csv", "--level", "ordinal")
    assert value(wrong, "cohen_kappa_linear")["value"] != pytest.approx(0.4737, abs=5e-3)
    assert any(f["rule"] == "AGR-ORDER" for f in wrong["findings"])


@pytest.mark.parametrize(
    ("text", "options", "rule", "place"),
    [
        ("", (), "EVIDENCE-TABLE", (1, 1)),
        ("item,rater,label\n", (), "EVIDENCE-TABLE", (2, 1)),
        ("item,label\n1,a\n", (), "EVIDENCE-TABLE", (1, 1)),
        ("item,rater,label\n1,A,x\n1,B,x\n1,A,y\n", (), "AGR-DUPLICATE", (4, 2)),
        ("item,rater,label\n1,A,x\n2,A,x\n", (), "AGR-01", (1, 2)),
        ("item,rater,label\n1,A,3\n1,B,high\n", ("--level", "interval"), "AGR-LABEL", (3, 3)),
        ("item,rater,label\n1,A,3\n1,B,-2\n", ("--level", "ratio"), "AGR-LABEL", (3, 3)),
        ("item,rater,label\n1,A,x\n1,B,z\n", ("--order", "x,y"), "AGR-LABEL", (3, 3)),
        ("item,rater,label,patient\n1,A,x,P1\n1,B,y,P2\n2,A,x,P3\n", (), "AGR-PATIENT", (3, 4)),
        ("item,rater,label\n1,A,x\n1,,y\n1,B,x\n", (), "AGR-NAME", (3, 2)),
    ],
)
def test_bad_ratings_are_told_with_row_and_column(
    tmp_path: Path, asked: Any, text: str, options: tuple[str, ...], rule: str, place: tuple[int, int]
) -> None:
    (tmp_path / "r.csv").write_text(text)
    assert place in places(asked("agreement", "r.csv", *options, status=1), rule)


def test_screening_agreement_is_not_kept_twice(run: Any) -> None:
    assert "already" in run("evidence", "agreement", "--keep", "x", status=1).stderr


# Evaluation


def test_an_evaluation_by_class_and_model_with_a_comparison(tmp_path: Path, asked: Any) -> None:
    cases(tmp_path / "c.csv")
    document = asked("evaluate", "c.csv", "--compare", "net", "base", "--resamples", 500)
    of = {"metric": "dice", "model": "net", "class": "L6"}
    assert value(document, "n_patients", **of)["value"] == 8
    assert value(document, "n_cases", **of)["value"] == 12
    assert value(document, "excluded_no_reference", **of)["value"] == 24
    mean = value(document, "mean", **of)
    assert mean["low"] < mean["value"] < mean["high"]
    assert "resamples of patients" in mean["method"]
    assert value(document, "mean_bca", **of)["value"] == mean["value"]
    pair = {"comparison": "net − base", "metric": "dice", "class": "sacrum"}
    raw, holm = (value(document, name, **pair) for name in ("wilcoxon_p", "wilcoxon_p_holm"))
    assert raw["value"] < holm["value"] <= 2 * raw["value"] + 1e-12
    assert "2 Wilcoxon tests" in holm["method"]
    assert value(document, "hodges_lehmann", **pair)["value"] == pytest.approx(0.05, abs=0.03)
    assert "500 resamples of patients (seed 0)" in document["sentence"]
    assert "48 case-class pairs without a reference" in document["sentence"]


def test_the_order_of_rows_changes_no_value(tmp_path: Path, asked: Any) -> None:
    lines = cases(tmp_path / "c.csv").read_text().splitlines()
    (tmp_path / "d.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]))
    one, other = (asked("evaluate", name, "--resamples", 100) for name in ("c.csv", "d.csv"))
    for a, b in zip(one["values"], other["values"], strict=True):
        assert (a["name"], a["by"]) == (b["name"], b["by"])
        assert a["value"] == pytest.approx(b["value"])
        assert a["low"] == pytest.approx(b["low"])


def test_a_row_dropped_changes_its_class_only(tmp_path: Path, asked: Any) -> None:
    lines = cases(tmp_path / "c.csv").read_text().splitlines()
    (tmp_path / "d.csv").write_text("\n".join(line for line in lines if not line.startswith("net,0,c0_0,P0,sacrum")))
    one, other = (asked("evaluate", name, "--resamples", 100) for name in ("c.csv", "d.csv"))
    for name, same in (("L6", True), ("sacrum", False)):
        of = {"metric": "dice", "model": "net", "class": name}
        assert (value(one, "mean", **of)["value"] == value(other, "mean", **of)["value"]) is same


def test_wide_tables_and_distances_are_understood(tmp_path: Path, asked: Any) -> None:
    rows = [f"c{n},p{n},{0.9 - n / 100},{n + 1}" for n in range(10)]
    (tmp_path / "w.csv").write_text("image,subject,Dice,HD95\n" + "\n".join(rows))
    document = asked("evaluate", "w.csv", "--resamples", 100)
    worst = [v["by"]["case"] for v in document["values"] if v["name"] == "worst"]
    assert worst == ["c9", "c8", "c7"] * 2  # the lowest overlap, the highest distance
    assert value(document, "median", metric="hd95")["value"] == 5.5


@pytest.mark.parametrize(("rule", "mean", "n"), [("exclude", 0.8, 1), ("one", 0.9, 2), ("zero", 0.4, 2)])
def test_a_case_with_neither_reference_nor_prediction_counts_as_declared(
    tmp_path: Path, asked: Any, rule: str, mean: float, n: int
) -> None:
    header = "case,patient,metric,value,reference_present,prediction_present"
    (tmp_path / "c.csv").write_text(f"{header}\na,p,dice,0.8,1,1\nb,q,dice,,0,0\nc,r,dice,,0,1\n")
    document = asked("evaluate", "c.csv", "--empty-empty", rule)
    assert value(document, "mean", metric="dice")["value"] == pytest.approx(mean)
    assert value(document, "n_cases", metric="dice")["value"] == n
    assert rule != "one" or "counted as 1" in document["sentence"]


def test_an_empty_value_is_not_0(tmp_path: Path, asked: Any) -> None:
    (tmp_path / "c.csv").write_text("case,patient,value\na,p,0.8\nb,q,NaN\nc,r,0.6\n")
    document = asked("evaluate", "c.csv")
    assert value(document, "mean", metric="value")["value"] == pytest.approx(0.7)
    assert value(document, "no_value", metric="value")["value"] == 1
    assert places(document, "EVA-08") == [(3, 3)]


@pytest.mark.parametrize(
    ("rows", "options", "rule", "place"),
    [
        ("a,P1,x,0.5,M\nb,P2,x,high,F\n", (), "EVIDENCE-TABLE", (3, 4)),
        ("a,P1,x,0.5,M\na,P1,x,0.6,M\n", (), "EVA-DUPLICATE", (3, 1)),
        ("a,P1,x,0.5,M\nb,P1,x,0.6,F\n", (), "EVA-PATIENT", (3, 5)),
        ("a,P1,x,0.5,M\na,P2,y,0.6,F\n", (), "EVA-PATIENT", (3, 2)),
        ("a,P1,x,0.5,M\nb,P2,y,0.6,F\n", ("--classes", "x,z"), "EVA-CLASS", (3, 3)),
        ("a,P1,x,0.5,M\nb,P2,x,0.6,F\n", ("--classes", "x,z"), "EVA-02", (1, 3)),
        ("a,P1,x,0.5,M\nb,P2,x,0.6,F\n", ("--by", "scanner"), "EVA-10", (1, 1)),
        (",P1,x,0.5,M\nb,P2,x,0.6,F\n", (), "EVA-NAME", (2, 1)),
    ],
)
def test_bad_cases_are_told_with_row_and_column(
    tmp_path: Path, asked: Any, rows: str, options: tuple[str, ...], rule: str, place: tuple[int, int]
) -> None:
    (tmp_path / "c.csv").write_text("case,patient,class,value,sex\n" + rows)
    assert place in places(asked("evaluate", "c.csv", *options, status=1), rule)


@pytest.mark.parametrize("text", ["", "case,value\n", "case,patient\na,b\n"])
def test_a_table_without_values_is_a_finding(tmp_path: Path, asked: Any, text: str) -> None:
    (tmp_path / "c.csv").write_text(text)
    document = asked("evaluate", "c.csv", status=1)
    assert document["values"] == []
    assert document["findings"][0]["line"] in (1, 2)


def test_cases_scored_by_a_model_that_had_seen_them(tmp_path: Path, asked: Any) -> None:
    (tmp_path / "c.csv").write_text("fold,case,patient,value\n0,a,P1,0.5\n1,b,P2,0.6\n0,c,P2,0.7\n1,d.nii.gz,P4,0.8\n")
    folds = [{"train": ["b", "d"], "val": ["a", "c"]}, {"train": ["a", "c"], "val": ["b", "d"]}]
    (tmp_path / "splits_final.json").write_text(json.dumps(folds))
    document = asked("evaluate", "c.csv", "--splits", "splits_final.json", status=1)
    assert places(document, "SPL-05") == [(4, 1), (3, 1)]  # another case of patient P2 is in the training part of both
    assert len(document["inputs"]) == 2
    (tmp_path / "bad.csv").write_text("fold,case,patient,value\n1,a,P1,0.5\n0,zz,P9,0.5\n")
    found = asked("evaluate", "bad.csv", "--splits", "splits_final.json", status=1)
    messages = [f["message"] for f in found["findings"] if f["severity"] == "blocker"]
    assert len(messages) == 2
    assert "training part of fold 1" in messages[1]
    assert "in no part" in messages[0]


def test_out_of_fold_is_said_when_it_is_so_and_is_not_evaluable_without_folds(tmp_path: Path, asked: Any) -> None:
    folds = [{"train": ["b"], "val": ["a"]}, {"train": ["a"], "val": ["b"]}]
    (tmp_path / "s.json").write_text(json.dumps(folds))
    (tmp_path / "c.csv").write_text("fold,case,patient,value\nfold_0,a,P1,0.5\nfold_1,b,P2,0.6\n")
    assert "had not seen it" in asked("evaluate", "c.csv", "--splits", "s.json")["sentence"]
    (tmp_path / "d.csv").write_text("case,patient,value\na,P1,0.5\nb,P2,0.6\n")
    document = asked("evaluate", "d.csv", "--splits", "s.json")
    assert [f["status"] for f in document["findings"] if f["rule"] == "SPL-05"] == ["not_evaluable"]
    assert "had not seen it" not in document["sentence"]


def test_scores_with_labels_give_areas_calibration_and_delong(tmp_path: Path, asked: Any) -> None:
    random = np.random.default_rng(2)
    lines = ["model,case,patient,probability,truth"]
    for n in range(60):
        truth = int(random.random() < 0.5)
        for model, skill in (("a", 0.35), ("b", 0.1)):
            lines.append(
                f"{model},{n},{n},{np.clip(0.5 + skill * (2 * truth - 1) + random.normal(0, 0.2), 0, 1):.4f},{truth}"
            )
    (tmp_path / "s.csv").write_text("\n".join(lines))
    document = asked("evaluate", "s.csv", "--compare", "a", "b", "--bins", 5)
    assert value(document, "auc", model="a")["value"] > value(document, "auc", model="b")["value"]
    assert value(document, "delong_p", comparison="a − b")["value"] < 0.01
    assert {"sensitivity", "specificity", "brier", "ece", "calibration_slope"} <= {
        v["name"] for v in document["values"]
    }
    assert "5 bins" in document["sentence"]


def test_a_model_that_is_not_there_is_refused_with_the_names_that_are(tmp_path: Path, run: Any) -> None:
    cases(tmp_path / "c.csv", patients=4)
    assert "base" in run("evidence", "evaluate", "c.csv", "--compare", "net", "bass", status=1).stderr


def test_pictures_tables_and_facts_are_written(tmp_path: Path, run: Any) -> None:
    cases(tmp_path / "c.csv", patients=12)
    run("new", "p", "--type", "review")
    out = ["--out", "r.md", "--out", "r.svg", "--out", "r.json"]
    run("evidence", "evaluate", "c.csv", "--compare", "net", "base", "--keep", "test", "--project", "p", *out)
    assert "| dice | net | sacrum |" in (tmp_path / "r.md").read_text(encoding="utf-8")
    assert "sacrum" in (tmp_path / "r-forest-dice.svg").read_text(encoding="utf-8")
    traced = run("trace", "eval.dice.net.sacrum", "--project", "p").stdout
    assert "resamples of patients" in traced

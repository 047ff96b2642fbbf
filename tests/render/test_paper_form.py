"""Tables of evidence in a paper: the numbers of the computation in the form that journals print."""

from __future__ import annotations

from review.domain.estimate import Cell, Table
from review.render.paper_form import paper_form
from review.render.tables import markdown

RESULTS = ("metric", "class", "patients", "mean", "mean low", "mean high", "median", "median low", "median high")
MORE = ("q1", "q3", "no reference", "no value")


def _results(*rows: tuple[Cell, ...]) -> Table:
    return Table(name="results", title="Results by metric, class", columns=(*RESULTS, *MORE), rows=rows, note="A note.")


def _row(metric: str, of: str, n: int = 12, mean: float = 0.9, without: int = 0) -> tuple[Cell, ...]:
    return metric, of, n, mean, mean - 0.02, mean + 0.02, mean, mean - 0.03, mean + 0.03, 0.85, 0.95, without, 0


def test_metrics_stand_side_by_side_with_their_intervals() -> None:
    shown = paper_form(
        _results(_row("dice", "hip"), _row("dice", "rib", 9), _row("hd95", "hip"), _row("hd95", "rib", 9))
    )
    assert shown.columns == ("Class", "Patients", "Dice, mean (95 % CI)", "HD95, mean (95 % CI)")
    assert shown.rows == (
        ("hip", 12, "0.900 (0.880 to 0.920)", "0.900 (0.880 to 0.920)"),
        ("rib", 9, "0.900 (0.880 to 0.920)", "0.900 (0.880 to 0.920)"),
    )
    assert (shown.title, shown.note) == ("Results by class", "A note.")


def test_one_metric_keeps_its_median_and_quartiles() -> None:
    shown = paper_form(_results(_row("dice", "hip")))
    assert shown.columns == ("Metric", "Class", "Patients", "Mean (95 % CI)", "Median (95 % CI)", "Quartiles")
    assert shown.rows[0][-1] == "0.850 to 0.950"


def test_cases_without_a_reference_are_still_told() -> None:
    shown = paper_form(_results(_row("dice", "hip", without=2), _row("hd95", "hip", without=2)))
    assert shown.columns[-1] == "No reference"
    assert [row[-1] for row in shown.rows] == [2]


def test_no_number_is_lost_where_metrics_count_differently() -> None:
    rows = (_row("dice", "hip", 12), _row("hd95", "hip", 11))
    shown = paper_form(_results(*rows))
    assert len(shown.rows) == len(rows)
    assert [row[2] for row in shown.rows] == [12, 11]


def test_agreement_is_told_in_words_and_without_what_is_undefined() -> None:
    columns = ("statistic", "of", "value", "95 % low", "95 % high", "n", "note")
    rows: tuple[tuple[Cell, ...], ...] = (
        ("cohen_kappa", "", 0.866, 0.687, 1.0, 30, ""),
        ("cohen_kappa_linear", "", 0.866, 0.687, 1.0, 30, ""),
        ("bias_index", "", 0.0, None, None, 30, ""),
        ("icc_2_1", "", None, None, None, 30, "undefined: the labels are not numbers"),
    )
    note = "The file with all methods is written with --out agreement.json."
    shown = paper_form(Table(name="agreement", title="Agreement", columns=columns, rows=rows, note=note))
    assert shown.columns == ("Statistic", "Value (95 % CI)", "n")
    assert shown.rows == (("Cohen’s kappa", "0.866 (0.687 to 1.000)", 30), ("Bias index", 0.0, 30))
    assert shown.note == ""


def test_columns_of_a_wide_table_get_room_by_what_they_hold() -> None:
    name = "acetabulum of the right hip"
    rows = (_row("dice", name), _row("hd95", name))
    rule = markdown(paper_form(_results(*rows))).splitlines()[1]
    lengths = [len(cell) - 2 for cell in rule.strip("|").split("|")]
    assert lengths[0] > lengths[2] == lengths[3] > 2 * lengths[1] - 3
    assert lengths[1] > len("Patients")
    narrow = markdown(Table(name="t", title="T", columns=("A", "b"), rows=(("x", 1),)))
    assert narrow.splitlines()[1] == "| :-- | --: |"


def test_a_table_of_raters_keeps_their_labels() -> None:
    table = Table(name="confusion-a-b", title="T", columns=("Ana", "no", "yes"), rows=(("no", 3, 0),))
    assert paper_form(table) == table

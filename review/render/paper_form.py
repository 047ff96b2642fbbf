"""A table of evidence as a paper prints it: intervals beside their values, words for names, nothing that is empty."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from review.domain.estimate import Cell, Table
from review.render.tables import shown

# The columns of a value and of the two ends of its interval.
_TRIPLES = (
    ("mean", "mean low", "mean high"),
    ("median", "median low", "median high"),
    ("value", "95 % low", "95 % high"),
    ("difference", "low", "high"),
)
_QUARTILES = ("q1", "q3")
_IDLE = ("no reference", "no value", "of", "note", "quartiles")  # columns that may be left out where they say nothing
_NOTE_OF_FILES = "The file with all"
_WORDS: Mapping[str, str] = {
    "percent_agreement": "Raw agreement",
    "cohen_kappa": "Cohen’s kappa",
    "cohen_kappa_linear": "Cohen’s kappa, linear weights",
    "cohen_kappa_quadratic": "Cohen’s kappa, quadratic weights",
    "pabak": "PABAK",
    "gwet_ac1": "Gwet’s AC1",
    "gwet_ac2": "Gwet’s AC2",
    "prevalence_index": "Prevalence index",
    "bias_index": "Bias index",
    "fleiss_kappa": "Fleiss’ kappa",
    "krippendorff_alpha": "Krippendorff’s alpha",
    "bland_altman_bias": "Mean difference",
    "bland_altman_sd": "SD of the differences",
    "bland_altman_low": "Lower limit of agreement",
    "bland_altman_high": "Upper limit of agreement",
    "dice": "Dice",
    "iou": "IoU",
    "hd95": "HD95",
    "nsd": "NSD",
    "auc": "AUC",
    "ppv": "PPV",
    "npv": "NPV",
    "brier": "Brier score",
    "ece": "ECE",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "calibration_slope": "Calibration slope",
    "calibration_intercept": "Calibration intercept",
}
_WEIGHTED = ("cohen_kappa_linear", "cohen_kappa_quadratic")
Row = tuple[Cell, ...]


def word(name: str) -> str:
    """What a paper calls a statistic.

    >>> word("cohen_kappa"), word("icc_2_1"), word("hd95"), word("ribs")
    ('Cohen’s kappa', 'ICC(2,1)', 'HD95', 'ribs')
    """
    if name.startswith("icc_"):
        return f"ICC({name.removeprefix('icc_').replace('_', ',')})"
    return _WORDS.get(name, name)


def paper_form(table: Table) -> Table:
    """The same numbers, fewer columns and rows; a table that has nothing of the kind stays as it is."""
    named = _named(_defined(table))
    whole = _without_idle(_joined(named))
    note = "" if whole.note.startswith(_NOTE_OF_FILES) else whole.note
    return _headed(_by_metric(replace(whole, note=note)))


def _defined(table: Table) -> Table:
    """Without statistics that do not exist for these data, and without weighted kappas that are the plain one."""
    if not {"statistic", "value", "note"} <= set(table.columns):
        return table
    statistic, value = table.columns.index("statistic"), table.columns.index("value")
    plain = {row[value] for row in table.rows if row[statistic] == "cohen_kappa"}
    rows = [
        row
        for row in table.rows
        if row[value] is not None and not (row[statistic] in _WEIGHTED and row[value] in plain)
    ]
    return replace(table, rows=tuple(rows) or table.rows)


def _named(table: Table) -> Table:
    places = {n for n, name in enumerate(table.columns) if name in ("statistic", "metric")}
    if not places:
        return table
    rows = tuple(
        tuple(word(cell) if n in places and isinstance(cell, str) else cell for n, cell in enumerate(row))
        for row in table.rows
    )
    return replace(table, rows=rows)


def _joined(table: Table) -> Table:
    """Each value in one cell with its interval, and the quartiles in one."""
    for name, low, high in _TRIPLES:
        if {name, low, high} <= set(table.columns):
            table = _in_one(table, (name, low, high), f"{name} (95 % CI)")
    if set(_QUARTILES) <= set(table.columns):
        table = _in_one(table, _QUARTILES, "quartiles")
    return table


def _in_one(table: Table, names: Sequence[str], title: str) -> Table:
    places = [table.columns.index(name) for name in names]
    columns = [title if n == places[0] else name for n, name in enumerate(table.columns) if n not in places[1:]]
    rows = [
        tuple(
            _cell([row[p] for p in places]) if n == places[0] else c for n, c in enumerate(row) if n not in places[1:]
        )
        for row in table.rows
    ]
    return replace(table, columns=tuple(columns), rows=tuple(rows))


def _cell(cells: Sequence[Cell]) -> Cell:
    """`0.903 (0.888 to 0.916)`, `0.896 to 0.920`; the value alone where it has no interval."""
    *value, low, high = cells
    if low is None or high is None:
        return value[0] if value else None
    ends = f"{shown(low)} to {shown(high)}"
    return f"{shown(value[0])} ({ends})" if value else ends


def _without_idle(table: Table) -> Table:
    idle = {
        n
        for n, name in enumerate(table.columns)
        if name in _IDLE and all(row[n] in (None, "", 0) for row in table.rows)
    }
    if not idle:
        return table
    keep = [n for n in range(len(table.columns)) if n not in idle]
    rows = tuple(tuple(row[n] for n in keep) for row in table.rows)
    return replace(table, columns=tuple(table.columns[n] for n in keep), rows=rows)


def _headed(table: Table) -> Table:
    """Headings with a capital, except n, p and labels that somebody gave."""
    if table.name.startswith("confusion"):
        return table
    heads = (name if re.match(r"\w(?:\s|$)", name) else name[:1].upper() + name[1:] for name in table.columns)
    return replace(table, columns=tuple(heads))


def _by_metric(table: Table) -> Table:
    """Results of several metrics side by side, a row for each group; as it is where groups differ in what they count."""
    mean = "mean (95 % CI)"
    if not {"metric", mean} <= set(table.columns):
        return table
    metric, value = table.columns.index("metric"), table.columns.index(mean)
    metrics = list(dict.fromkeys(str(row[metric]) for row in table.rows))
    group = [n for n, name in enumerate(table.columns[:value]) if n != metric]
    counted = [n for n, name in enumerate(table.columns) if n > value and name in _IDLE[:2]]
    found: dict[Row, dict[str, Cell]] = {}
    for row in table.rows:
        key = tuple(row[n] for n in (*group, *counted))
        found.setdefault(key, {})[str(row[metric])] = row[value]
    if len(metrics) < 2 or not any(len(cells) == len(metrics) for cells in found.values()):
        return table
    heads = [*(table.columns[n] for n in group), *(f"{one}, {mean}" for one in metrics)]
    rows = [
        (*key[: len(group)], *(cells.get(one) for one in metrics), *key[len(group) :]) for key, cells in found.items()
    ]
    by = [name for name in heads[: len(group)] if name not in ("patients", "cases")]
    title = f"Results by {', '.join(by)}" if by and table.title.startswith("Results by ") else table.title
    return replace(table, title=title, columns=(*heads, *(table.columns[n] for n in counted)), rows=tuple(rows))

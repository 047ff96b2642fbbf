"""The table of scores: what stands in it, by metric, class, split and model, and every aggregate that a printed value may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from review.lint.grids import Grid
from review.lint.metrics import NAMES
from review.lint.rule import Context, Remark, missing
from review.lint.words import fold_all

_CELL = re.compile(r"^\W*(?P<value>\d*\.\d+|\d+(?:\.\d+)?)\s?%?(?:\s*[±(\[].*)?\W*$")
NO = frozenset({"0", "no", "false", "absent", "n", "0.0"})


def scores_given(context: Context) -> pd.DataFrame | Remark:
    """The table of scores as it was given, or why a rule that reads it cannot be asked."""
    frame = context.cases
    if frame is None:
        return missing("cases")
    if not {"metric", "value"} <= set(frame.columns):
        return missing("cases", what="the table of scores has no columns metric and value")
    return frame


def line_of(index: object) -> int | None:
    """The line of a row, where the index of the table is that."""
    return int(str(index)) if str(index).isdigit() else None


class Scores:
    """Scores by metric, class, split and model, and the aggregates that a printed value may be of."""

    def __init__(self, frame: pd.DataFrame) -> None:
        held = frame.assign(value=pd.to_numeric(frame["value"], errors="coerce"))
        if "reference_present" in held:
            held = held[~held["reference_present"].astype(str).str.strip().str.casefold().isin(NO)]
        self.frame = held[np.isfinite(held["value"])]
        self.metrics = {str(name): fold_all(str(name)) for name in self.frame["metric"].unique()}
        self.levels = {
            column: sorted(map(str, self.frame[column].dropna().unique()))
            for column in ("class", "split", "model")
            if column in self.frame
        }

    def metric(self, name: str) -> str | None:
        """The metric of the table that a name in the text means."""
        for metric in self.metrics:
            if name.casefold() in {metric.casefold(), metric.casefold().replace("_", " ")}:
                return metric
            for pattern in NAMES.values():
                if re.fullmatch(pattern, name, re.IGNORECASE) and re.fullmatch(
                    pattern, metric.replace("_", " "), re.IGNORECASE
                ):
                    return metric
        return None

    def named(self, column: str, text: str) -> list[str]:
        """The levels of a column that a text names."""
        words = fold_all(text)
        return [level for level in self.levels.get(column, []) if fold_all(level) and fold_all(level) <= words]

    def of(self, metric: str, chosen: dict[str, str]) -> pd.DataFrame:
        """The rows of a metric at these levels."""
        part: pd.DataFrame = self.frame[self.frame["metric"] == metric]
        for column, level in chosen.items():
            part = part[part[column].astype(str) == level]
        return part

    def parts(self, metric: str, chosen: dict[str, str]) -> Iterator[tuple[str, pd.DataFrame]]:
        """What may be meant by these levels, by name: all of it, and each split and each model where none was named."""
        part = self.of(metric, chosen)
        yield "", part
        for column in ("split", "model"):
            if column in part and column not in chosen and len(part[column].dropna().unique()) > 1:
                yield from ((f", {level}", rows) for level, rows in part.groupby(column))

    def candidates(self, metric: str, chosen: dict[str, str]) -> dict[str, float]:
        """Every mean and median that a printed value of this metric may be, by what it is of."""
        return {f"{n}{of}": v for of, rows in self.parts(metric, chosen) for n, v in _aggregates(rows).items()}

    def sizes(self, metric: str, chosen: dict[str, str]) -> set[int]:
        """Every number of rows, cases or patients that a printed n may be."""
        found = set()
        for _, rows in self.parts(metric, chosen):
            found |= {len(rows), *(rows[c].nunique() for c in ("case", "patient") if c in rows)}
        return found


def _aggregates(part: pd.DataFrame) -> dict[str, float]:
    if part.empty:
        return {}
    found = {"mean": float(part["value"].mean()), "median": float(part["value"].median())}
    for column, name in (
        ("patient", "mean over patients"),
        ("class", "mean over classes"),
        ("case", "mean over cases"),
    ):
        if column in part and len(part[column].dropna().unique()) > 1:
            means = part.groupby(column)["value"].mean()
            found[name] = float(means.mean())
            found[f"median{name.removeprefix('mean')}"] = float(means.median())
    return found


def metric_of(scores: Scores, text: str) -> str | None:
    """The metric of the table that a header or a caption speaks of."""
    for pattern in NAMES.values():
        if match := re.search(pattern, text, re.IGNORECASE):
            return scores.metric(match[0])
    return scores.metric(text.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A score printed in a table: what it is of, its value as it stands, its row with the place of that in the body."""

    metric: str
    chosen: dict[str, str]
    value: str
    row: tuple[str, ...]
    column: int
    start: int


def cells(scores: Scores, grid: Grid) -> Iterator[Cell]:
    """The cells of a table whose metric and class or model are known from header, caption and row."""
    for column, name in enumerate(grid.header):
        metric = next((m for word in (name, grid.caption) for m in [metric_of(scores, word)] if m), None)
        if (
            metric is None
            or column == 0
            or re.search(r"\b(?:n|ci|sd|low|high|median|iqr|p)\b", re.sub(r"[(\[].*", "", name.casefold()))
        ):
            continue
        if metric_of(scores, name) is None and not scores.named("model", name) and not scores.named("split", name):
            continue
        for row, start in zip(grid.rows, grid.starts, strict=False):
            match = _CELL.match(row[column]) if column < len(row) else None
            label = " ".join((row[0] if row else "", name))
            chosen = {c: found[0] for c in ("class", "split", "model") if len(found := scores.named(c, label)) == 1}
            if match is not None and {"class", "model"} & set(chosen):
                yield Cell(metric=metric, chosen=chosen, value=match["value"], row=row, column=column, start=start)

"""EVA-07 and EVA-08: printed results against the table of scores they come from, and scores where nothing could be scored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pandas as pd

from review.domain.finding import Severity
from review.evidence.printed import printed
from review.lint.document import Sentence
from review.lint.grids import Grid
from review.lint.metrics import NAMES, RESULTS, Reported, reported
from review.lint.rule import Context, Remark, Rule, at, missing
from review.lint.words import fold_all

_OVERLAP = re.compile(NAMES["dice"] + "|" + NAMES["iou"], re.IGNORECASE)
_DISTANCE = re.compile(NAMES["hd95"] + "|" + NAMES["nsd"] + "|assd|asd", re.IGNORECASE)
_EMPTY_RULE = re.compile(
    r"\bempty\b|\babsent\s(?:from|in)\b|\b(?:both|either)\b[^.]*\b(?:reference|mask|prediction)s?\b|\b(?:excluded|undefined|not\sscored|scored\sonly)\b[^.]*\b(?:reference|class|structure|mask)|"
    r"\b(?:reference|class|structure)s?\b[^.]*\b(?:excluded|undefined|not\sscored|scored\sonly|present)",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"\bfail(?:ed|ures?)?\b|\binfinite\b|\bundefined\b|\bexcluded\b|\bmissing\b|\bno\sprediction\b|\bempty\b",
    re.IGNORECASE,
)
_NO = frozenset({"0", "no", "false", "absent", "n", "0.0"})
_CELL = re.compile(r"^\W*(?P<value>\d*\.\d+|\d+(?:\.\d+)?)\s?%?(?:\s*[±(\[].*)?\W*$")


# EVA-07


def _stale(context: Context) -> Iterator[Remark]:
    frame = context.cases
    if frame is None:
        yield missing("cases")
        return
    if not {"metric", "value"} <= set(frame.columns):
        yield missing("cases", what="the table of scores has no columns metric and value")
        return
    scores = _Scores(frame)
    for sentence in context.document.of(*RESULTS):
        if not sentence.cites:
            for one in reported(sentence):
                yield from _sentence_value(scores, sentence, one)
    for grid in context.document.grids:
        yield from _grid_values(scores, grid)


class _Scores:
    """Scores by metric, class, split and model, and the aggregates that a printed value may be of."""

    def __init__(self, frame: pd.DataFrame) -> None:
        held = frame.assign(value=pd.to_numeric(frame["value"], errors="coerce"))
        if "reference_present" in held:
            held = held[~held["reference_present"].astype(str).str.strip().str.casefold().isin(_NO)]
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

    def candidates(self, metric: str, chosen: dict[str, str]) -> dict[str, float]:
        """Every mean and median that a printed value of this metric may be, by what it is of."""
        part = self.frame[self.frame["metric"] == metric]
        for column, level in chosen.items():
            part = part[part[column].astype(str) == level]
        found: dict[str, float] = {}
        for column in ("split", "model"):
            if column in part and column not in chosen and len(part[column].dropna().unique()) > 1:
                for level, rows in part.groupby(column):
                    found |= {f"{name}, {level}": value for name, value in _aggregates(rows).items()}
        return found | _aggregates(part)


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


def _sentence_value(scores: _Scores, sentence: Sentence, one: Reported) -> Iterator[Remark]:
    metric = scores.metric(one.name)
    if metric is None:
        return
    chosen: dict[str, str] = {}
    for column in ("class", "split", "model"):
        found = scores.named(column, sentence.text)
        if len(found) > 1:
            return  # several are named; which one is meant is not for a program to guess
        if found:
            chosen[column] = found[0]
    if (
        "class" not in chosen
        and len(scores.levels.get("class", [])) > 1
        and re.search(r"\b(?:class|for\sthe|in\sthe|subgroup|normal|with)\b", sentence.text[one.start : one.start + 60])
    ):
        return
    yield from _compared(scores, metric, chosen, value=(one.value, one.half, one.text), place=at(sentence, one.start))


def _grid_values(scores: _Scores, grid: Grid) -> Iterator[Remark]:
    """Cells whose column (or caption) names the metric and whose row names the class."""
    for column, name in enumerate(grid.header):
        metric = next((m for word in (name, grid.caption) for m in [_metric_of(scores, word)] if m), None)
        if (
            metric is None
            or column == 0
            or re.search(r"\b(?:n|ci|sd|low|high|median|iqr|p)\b", re.sub(r"[(\[].*", "", name.casefold()))
        ):
            continue
        if _metric_of(scores, name) is None and not scores.named("model", name) and not scores.named("split", name):
            continue
        for row, start in zip(grid.rows, grid.starts, strict=False):
            match = _CELL.match(row[column]) if column < len(row) else None
            label = " ".join((row[0] if row else "", name))
            chosen = {c: found[0] for c in ("class", "split", "model") if len(found := scores.named(c, label)) == 1}
            number = printed(match["value"]) if match else None
            if number is None or not ({"class", "model"} & set(chosen)):
                continue
            yield from _compared(
                scores, metric, chosen, value=(number.value, number.half, match["value"] if match else ""), place=start
            )


def _metric_of(scores: _Scores, text: str) -> str | None:
    for pattern in NAMES.values():
        if match := re.search(pattern, text, re.IGNORECASE):
            return scores.metric(match[0])
    return scores.metric(text.strip())


def _compared(
    scores: _Scores, metric: str, chosen: dict[str, str], *, value: tuple[Fraction, Fraction, str], place: int
) -> Iterator[Remark]:
    candidates = scores.candidates(metric, chosen)
    stated, half, text = value
    if not candidates or any(_rounds_to(one, stated, half, text) for one in candidates.values()):
        return
    of = ", ".join(chosen.values())
    places = len(text.strip("% m").partition(".")[2])
    right = f"{candidates['mean'] * (100 if _as_percent(candidates['mean'], stated) else 1):.{places}f}"
    yield Remark(
        message=f"{metric}{f' of {of}' if of else ''} is printed as {text}; the table of scores gives a mean of {right}.",
        at=place,
        expected=right,
        got=text,
    )


def _as_percent(value: float, stated: Fraction) -> bool:
    return abs(value) <= 1 < stated


def _rounds_to(value: float, stated: Fraction, half: Fraction, text: str) -> bool:
    scale = 100 if "%" in text or _as_percent(value, stated) else 1
    return abs(value * scale - float(stated)) <= float(half) + 1e-9


# EVA-08


def _scored_on_nothing(context: Context) -> Iterator[Remark]:
    frame = context.cases
    if frame is None:
        yield missing("cases")
        return
    if not {"metric", "value"} <= set(frame.columns):
        yield missing("cases", what="the table of scores has no columns metric and value")
        return
    value = pd.to_numeric(frame["value"], errors="coerce")
    if "reference_present" in frame:
        absent = frame["reference_present"].astype(str).str.strip().str.casefold().isin(_NO)
        scored = frame[absent & value.notna()]
        if len(scored):
            path, line = context.paths.get("cases"), _line(scored.index[0])
            yield Remark(
                message=f"{len(scored):,} rows have a score where the reference does not exist, first in case {scored.iloc[0].get('case', '?')}.",
                path=path,
                line=line,
            )
    names = frame["metric"].astype(str)
    exact = frame[names.str.fullmatch(_OVERLAP.pattern, flags=re.IGNORECASE) & value.isin([0.0, 1.0])]
    if "reference_present" not in frame and len(exact) and context.document.says(_EMPTY_RULE) is None:
        yield Remark(
            message=f"{len(exact):,} overlap scores are exactly 0 or 1, and the text does not say how an empty reference or prediction was scored.",
            path=context.paths.get("cases"),
            line=_line(exact.index[0]),
            severity=Severity.ERROR,
        )
    endless = frame[names.str.contains(_DISTANCE) & ~np.isfinite(value.fillna(np.inf))]
    if len(endless) and context.document.says(_FAILED) is None:
        yield Remark(
            message=f"{len(endless):,} distances are infinite or missing, and the text does not say what became of these cases.",
            path=context.paths.get("cases"),
            line=_line(endless.index[0]),
        )


def _line(index: object) -> int | None:
    return int(str(index)) if str(index).isdigit() else None


STALE = Rule(
    id="EVA-07",
    title="Printed value cannot be recomputed",
    severity=Severity.BLOCKER,
    check=_stale,
    types="DMC",
    needs=("manuscript", "cases"),
    does="Computes means and medians from the table of scores, for the class, split and model that a sentence or table row names, and compares them with the printed value within its rounding.",
    why="Results are run again, and one number in the abstract stays as it was.",
    bad="Dice of the sacrum was 0.85 (cases.csv gives 0.8447).",
    good="Dice of the sacrum was 0.84.",
    fix="Print the value that the scores give, or its name in double braces.",
    serves=("neurips:4", "miccai:C6", "pineau:15", "tutorial:6.stale"),
)
NOTHING = Rule(
    id="EVA-08",
    title="Scored where no reference exists / empty-mask rule missing",
    severity=Severity.BLOCKER,
    check=_scored_on_nothing,
    types="DM",
    needs=("cases", "manuscript"),
    does="Looks for scores where the reference is absent, for Dice of exactly 0 or 1 without a rule for empty masks, and for infinite distances that are not mentioned.",
    why="An empty mask scored as 1 lifts a mean, one scored as 0 sinks it; both are hidden decisions.",
    bad="reference_present = no, Dice = 0.",
    good="Cases without the structure are not scored; a missing prediction counts as 0 (4 cases).",
    fix="Leave out rows without a reference, state the rule, and report how many cases failed.",
    serves=("tutorial:3.partial", "metrics-reloaded:P3", "claim-2024:12", "bias:27b"),
)
RULES = (STALE, NOTHING)

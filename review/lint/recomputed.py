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
from review.lint.rule import Context, Remark, Rule, at
from review.lint.scores import NO, Cell, Scores, cells, line_of, scores_given

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
_N_HEAD = re.compile(
    r"^(?:n|no\.?(?:\sof)?\s\w+|number\sof\s\w+|cases|patients|subjects|volumes|scans|images|studies)$", re.IGNORECASE
)
_N_BESIDE = re.compile(r"\bn\s?=\s?(\d{1,3}(?:,\d{3})+|\d+)\b")
_WHOLE = re.compile(r"^(?:\d{1,3}(?:,\d{3})+|\d+)$")


# EVA-07


def _stale(context: Context) -> Iterator[Remark]:
    frame = scores_given(context)
    if isinstance(frame, Remark):
        yield frame
        return
    scores = Scores(frame)
    for sentence in context.document.of(*RESULTS):
        if not sentence.cites:
            for one in reported(sentence):
                yield from _sentence_value(scores, sentence, one)
    for grid in context.document.grids:
        yield from _grid_values(scores, grid)


def _sentence_value(scores: Scores, sentence: Sentence, one: Reported) -> Iterator[Remark]:
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
    beside = _N_BESIDE.search(sentence.text, one.start, one.start + 60)
    if beside and {"class", "split", "model"} & set(chosen):
        yield from _n_differs(scores, metric, chosen, n=beside[1], place=at(sentence, beside.start(1)))


def _grid_values(scores: Scores, grid: Grid) -> Iterator[Remark]:
    """Cells whose column (or caption) names the metric and whose row names the class; and the n of their row."""
    counted: set[int] = set()
    for cell in cells(scores, grid):
        number = printed(cell.value)
        if number is not None:
            value = (number.value, number.half, cell.value)
            yield from _compared(scores, cell.metric, cell.chosen, value=value, place=cell.start)
        if cell.start not in counted:
            counted.add(cell.start)
            yield from _n_of_row(scores, grid, cell)


def _n_of_row(scores: Scores, grid: Grid, cell: Cell) -> Iterator[Remark]:
    for column, name in enumerate(grid.header[: len(cell.row)]):
        found = _WHOLE.match(cell.row[column])
        if found and _N_HEAD.match(re.sub(r"[(\[].*", "", name).strip()):
            yield from _n_differs(scores, cell.metric, cell.chosen, n=found[0], place=cell.start)


def _n_differs(scores: Scores, metric: str, chosen: dict[str, str], *, n: str, place: int) -> Iterator[Remark]:
    """An n that is neither the number of scores nor that of the cases or patients they are of."""
    known = scores.sizes(metric, chosen)
    if not known or int(n.replace(",", "")) in known:
        return
    rows = scores.of(metric, chosen)
    told = " of ".join(f"{rows[c].nunique():,} {c}s" for c in ("case", "patient") if c in rows) or f"{len(rows):,} rows"
    yield Remark(
        message=f"n is printed as {n} for {', '.join((metric, *chosen.values()))}; the table of scores has {told}.",
        at=place,
        expected=f"{max(known):,}",
        got=n,
        hint="Say how many were scored, and what became of the others.",
    )


def _compared(
    scores: Scores, metric: str, chosen: dict[str, str], *, value: tuple[Fraction, Fraction, str], place: int
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
    frame = scores_given(context)
    if isinstance(frame, Remark):
        yield frame
        return
    value = pd.to_numeric(frame["value"], errors="coerce")
    if "reference_present" in frame:
        absent = frame["reference_present"].astype(str).str.strip().str.casefold().isin(NO)
        scored = frame[absent & value.notna()]
        if len(scored):
            path, line = context.paths.get("cases"), line_of(scored.index[0])
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
            line=line_of(exact.index[0]),
            severity=Severity.ERROR,
        )
    endless = frame[names.str.contains(_DISTANCE) & ~np.isfinite(value.fillna(np.inf))]
    if len(endless) and context.document.says(_FAILED) is None:
        yield Remark(
            message=f"{len(endless):,} distances are infinite or missing, and the text does not say what became of these cases.",
            path=context.paths.get("cases"),
            line=line_of(endless.index[0]),
        )


STALE = Rule(
    id="EVA-07",
    title="Printed value cannot be recomputed",
    severity=Severity.BLOCKER,
    check=_stale,
    types="DMC",
    needs=("manuscript", "cases"),
    does="Computes means and medians from the table of scores, for the class, split and model that a sentence or table row names, and compares them with the printed value within its rounding; an n beside it is counted too.",
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

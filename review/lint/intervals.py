"""Printed intervals against those that resample patients: part of EVA-04."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from review.evidence import bootstrap
from review.evidence.proportions import Z95
from review.lint.metrics import RESULTS, reported
from review.lint.rule import Context, Remark, at
from review.lint.scores import Scores, cells, scores_given

RESAMPLES = 1000
_SEED = 1
_MOST = 120  # intervals that are computed again; what comes behind them is left
# An end may differ by this share of the width beside its rounding: other seeds, other ways to cut the tails.
_SLACK = 0.25
_ENDS = re.compile(r"(?P<low>[−-]?\d*\.?\d+)\s?%?\s?(?:[-–—,;]|to)\s?(?P<high>[−-]?\d*\.?\d+)\s?%?\s?[)\];]")
_LEVEL = re.compile(r"\b95\s?%|\bCIs?\b|confidence\sinterval", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A printed interval of the mean of a metric, and what it is of."""

    metric: str
    chosen: dict[str, str]
    low: str
    high: str
    place: int


def narrow(context: Context) -> Iterator[Remark]:
    """Intervals of means that resampling patients does not give, where patients have several scores."""
    frame = scores_given(context)
    if isinstance(frame, Remark) or "patient" not in frame:
        return
    scores = Scores(frame)
    shown = [one for one in _shown(context, scores) if _several(scores.of(one.metric, one.chosen))][:_MOST]
    parts = [scores.of(one.metric, one.chosen) for one in shown]
    samples = [bootstrap.sample(p["value"].to_numpy(float), p["patient"].astype(str).to_numpy()) for p in parts]
    keys = [bootstrap.key(np.unique(pd.util.hash_array(p["patient"].astype(str).to_numpy(object)))) for p in parts]
    found = bootstrap.resampled(samples, keys, resamples=RESAMPLES, seed=_SEED)
    for one, again in zip(shown, found, strict=True):
        if again.mean.percentile is not None:
            yield from _against(
                one, again.mean.percentile, patients=scores.of(one.metric, one.chosen)["patient"].nunique()
            )


def _several(part: pd.DataFrame) -> bool:
    """Whether patients have several scores in it, so that it matters what was resampled."""
    return 2 <= part["patient"].nunique() < len(part)


def _shown(context: Context, scores: Scores) -> Iterator[_Shown]:
    for sentence in context.document.of(*RESULTS):
        if sentence.cites or not _LEVEL.search(sentence.text):
            continue
        for one in reported(sentence):
            metric, ends = scores.metric(one.name), _ENDS.search(sentence.text, one.start, one.start + 60)
            named = {c: scores.named(c, sentence.text) for c in ("class", "split", "model")}
            if metric and ends and all(len(levels) < 2 for levels in named.values()):
                chosen = {column: levels[0] for column, levels in named.items() if levels}
                if len(chosen) == sum(len(scores.levels.get(c, ())) > 1 for c in named):  # what it is of is known
                    yield _Shown(metric=metric, chosen=chosen, low=ends["low"], high=ends["high"], place=at(sentence, one.start))  # fmt: skip
    for grid in context.document.grids:
        if not _LEVEL.search(" ".join((grid.caption, *grid.header))):
            continue
        for cell in cells(scores, grid):
            if ends := _ENDS.search(cell.row[cell.column]):
                yield _Shown(metric=cell.metric, chosen=cell.chosen, low=ends["low"], high=ends["high"], place=cell.start)  # fmt: skip


def _against(one: _Shown, again: tuple[float, float], *, patients: int) -> Iterator[Remark]:
    """Flags what is clearly narrower than even a plain percentile interval, whose tails are not widened for few patients."""
    low, high = (float(end.replace("−", "-")) for end in (one.low, one.high))
    scale = 100 if abs(again[1]) <= 1 < high else 1
    half = 0.5 / 10 ** len(one.low.partition(".")[2])
    wide = (again[1] - again[0]) * scale
    ends = (again[0] * scale, again[1] * scale)
    widened = math.sqrt(patients / (patients - 1)) * float(stdtrit(patients - 1, 0.975)) / Z95
    if (high - low) + 2 * half >= (1 - _SLACK) * wide / widened:
        return
    places = len(one.low.partition(".")[2])
    told = f"{ends[0]:.{places}f} to {ends[1]:.{places}f}"
    yield Remark(
        message=f"The interval of {', '.join((one.metric, *one.chosen.values()))} is printed as {one.low} to {one.high}; "
        f"resampling patients gives {told}, which is wider.",
        at=one.place,
        expected=told,
        got=f"{one.low} to {one.high}",
    )

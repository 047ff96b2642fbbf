"""Scores with true labels, per model and group: what the ROC curve, a threshold and calibration say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from review.domain.estimate import Estimate
from review.domain.finding import Finding, Severity
from review.evidence import comparison, scores
from review.evidence.scores import Scored


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Curve:
    """The scores of one group, for a picture."""

    label: str
    scores: NDArray[np.float64]
    positive: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Judged:
    """The rows that count, with `event` (1, 0), and what was found in them."""

    frame: pd.DataFrame
    values: tuple[Estimate, ...]
    findings: tuple[Finding, ...]
    curves: tuple[Curve, ...]


def judged(frame: pd.DataFrame, by: Sequence[str], path: str, how: tuple[str | None, Scored]) -> Judged:
    """Every value of every group of a table with the columns case, score and label."""
    positive, scored = how
    column = list(frame.columns).index("label") + 1
    event, findings = scores.events(frame["label"], positive=positive, path=path, column=column)
    frame = frame.assign(event=event.astype("Float64"))
    frame, faults = _with_patients(frame, path)
    counted = _counts(frame)
    kept = frame[frame["event"].notna() & frame["score"].notna()]
    kept = kept.assign(event=kept["event"].astype(float))
    names = [*(["model"] if "model" in kept and len(kept["model"].unique()) > 1 else []), *by]
    again, twice = _once(kept, [n for n in ("model", "fold", "case", "class") if n in kept], path)
    values, curves = [*counted], []
    for label, own in again.groupby(names, sort=True, observed=True) if names else [((), again)]:
        parts = label if isinstance(label, tuple) else (label,)
        tells = dict(zip(names, map(str, parts), strict=True))
        score, yes = own["score"].to_numpy(dtype=float), own["event"].to_numpy() > 0.5
        values += _sizes(own, tells)
        values += scores.judged(score, yes, patients=own["patient"].to_numpy(dtype=str), how=scored, by=tells)
        curves.append(Curve(label=", ".join(tells.values()), scores=score, positive=yes))
    return Judged(frame=again, values=tuple(values), findings=(*findings, *faults, *twice), curves=tuple(curves))


def compared(
    found: Judged, models: Sequence[tuple[str, str]], by: Sequence[str], path: str
) -> tuple[tuple[Estimate, ...], list[Finding]]:
    """The areas of two models on the same cases, by DeLong."""
    values: list[Estimate] = []
    faults: list[Finding] = []
    for pair in models:
        of_score = list(comparison.paired(found.frame, pair, by, "score"))
        of_event = list(comparison.paired(found.frame, pair, by, "event"))
        unlike = sum(int((labels.first != labels.second).sum()) for labels in of_event)
        if unlike:
            message = f"{unlike:,} cases have another label for {pair[0]} than for {pair[1]}; the first one counts."
            faults.append(Finding(rule="EVA-LABEL", message=message, path=path, hint="A case has one true label."))
        both = [(one, labels.first > 0.5) for one, labels in zip(of_score, of_event, strict=True)]
        values += comparison.curves(both)
    return tuple(values), faults


def _with_patients(frame: pd.DataFrame, path: str) -> tuple[pd.DataFrame, list[Finding]]:
    if "patient" in frame:
        return frame.assign(patient=frame["patient"].where(frame["patient"] != "", frame["case"])), []
    message = "There is no column patient, so every case counts as a patient of its own."
    hint = "Add the column patient if anybody has several cases; otherwise the intervals would be too narrow."
    finding = Finding(rule="EVA-04", severity=Severity.WARNING, message=message, path=path, line=1, column=1, hint=hint)
    return frame.assign(patient=frame["case"]), [finding]


def _once(kept: pd.DataFrame, names: list[str], path: str) -> tuple[pd.DataFrame, list[Finding]]:
    again = kept[kept.duplicated(names)]
    column = list(kept.columns).index("case") + 1
    findings = [
        Finding(
            rule="EVA-DUPLICATE",
            message=f"Case {case} is there already, further up; the first row counts.",
            path=path,
            line=int(str(line)),
            column=column,
            hint=f"Keep one row for each {', '.join(names)}.",
        )
        for line, case in again["case"].iloc[:20].items()
    ]
    return kept.drop_duplicates(names), findings


def _counts(frame: pd.DataFrame) -> list[Estimate]:
    n = len(frame)
    parts = (
        ("excluded_no_reference", int(frame["event"].isna().sum()), "rows without a label, left out"),
        ("no_value", int((frame["event"].notna() & frame["score"].isna()).sum()), "rows with a label and no score"),
    )
    return [Estimate(name=name, value=v, n=n, unit="rows", method=words) for name, v, words in parts]


def _sizes(own: pd.DataFrame, tells: dict[str, str]) -> list[Estimate]:
    n = len(own)
    cases = Estimate(
        name="n_cases", value=len(own["case"].unique()), n=n, unit="cases", method="distinct cases", by=tells
    )
    patients = len(own["patient"].unique())
    return [replace(cases, name="n_patients", value=patients, unit="patients", method="distinct patients"), cases]

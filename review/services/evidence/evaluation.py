"""Evaluation of models from a table of cases: read it, check it, describe it, compare in it, and say what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from review.domain.errors import Missing, ReviewError
from review.domain.estimate import Estimate, Evidence
from review.domain.finding import Finding, Severity
from review.evidence import case_table, comparison, evaluation, leakage
from review.evidence.case_table import METRICS, Preparation, Prepared
from review.evidence.comparison import Pairs
from review.evidence.evaluation import Group
from review.evidence.resampling import Resampling
from review.evidence.scores import Scored
from review.services.evidence import evaluation_shown, score_table
from review.services.evidence.read_files import rows
from review.services.evidence.split_files import read_splits
from review.services.evidence.statistics import LABEL_NAMES, SCORE_NAMES

__all__ = ["Asked", "Resampling", "Scored", "evaluate"]

KIND = "evaluation"
FUNCTION = "review.services.evidence.evaluation.evaluate"
ALIASES = {
    "case": ("image", "scan", "study", "series", "file", "volume"),
    "patient": ("subject", "subject_id", "patientid", "pid"),
    "model": ("method", "algorithm", "network"),
    "class": ("structure", "organ", "class_label", "region", "roi"),
    "metric": ("measure", "metric_name"),
    "value": ("result", "metric_value"),
    "reference_present": ("has_reference", "reference", "gt_present", "has_gt", "ref_present", "reference_available"),
    "prediction_present": ("has_prediction", "pred_present"),
    "reference_empty": ("gt_empty", "ref_empty"),
    "prediction_empty": ("pred_empty",),
    "score": SCORE_NAMES,
    "label": LABEL_NAMES,
    "split": ("subset", "set"),
    "run": ("repeat", "repetition"),
    "fold": (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an evaluation is asked for. `by` is None for the usual way, by class where there are classes."""

    by: tuple[str, ...] | None = None
    compare: tuple[tuple[str, str], ...] = ()
    splits: Path | None = None
    classes: tuple[str, ...] = ()
    patient_columns: tuple[str, ...] = ()
    empty_empty: str = "exclude"
    positive: str | None = None
    resampling: Resampling = field(default_factory=Resampling)
    worst: int = 3  # cases to name in each group
    scored: Scored = field(default_factory=Scored)

    def as_dict(self) -> dict[str, object]:
        return {
            "by": None if self.by is None else list(self.by),
            "compare": [list(pair) for pair in self.compare],
            "splits": self.splits.as_posix() if self.splits else None,
            "classes": list(self.classes),
            "patient_columns": list(self.patient_columns),
            "empty_empty": self.empty_empty,
            "positive": self.positive,
            "resamples": self.resampling.resamples,
            "seed": self.resampling.seed,
            "threshold": self.scored.threshold,
            "bins": self.scored.bins,
        }


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Result:
    """The parts of an evaluation before they are shown."""

    by: tuple[str, ...]
    values: tuple[Estimate, ...] = ()
    findings: tuple[Finding, ...] = ()
    table: Prepared | None = None
    groups: Sequence[Group] = ()
    pairs: Sequence[Pairs] = ()
    curves: Sequence[score_table.Curve] = ()


def evaluate(path: Path, asked: Asked | None = None) -> Evidence:
    """Metric values per case, or scores with labels, as defensible numbers.

    Raises `Missing` for a file or a model that is not there, and `ReviewError` for models to compare without a column
    model.
    """
    asked = asked or Asked()
    read = rows(path, required=(), numbers=("value", "score", *METRICS), aliases=ALIASES)
    frame, findings, inputs = read.frame, [*read.findings], [read.file]
    if read.usable:
        frame = _long(frame)
        findings += _absent(frame, path)
    if any(f.severity in (Severity.ERROR, Severity.BLOCKER) for f in findings):
        return Evidence(
            kind=KIND, function=FUNCTION, findings=tuple(findings), inputs=tuple(inputs), options=asked.as_dict()
        )
    frame, by, strange = _told_apart(frame, asked, path)
    _known_models(frame, asked)
    found = _scores(frame, by, asked, path) if "value" not in frame else _metrics(frame, by, asked, path)
    options, held_out = asked.as_dict() | {"by": list(by)}, ""
    if asked.splits is not None and "case" in frame:
        splits = read_splits(asked.splits)
        inputs.append(splits.file)
        strange += splits.findings
        if splits.split is not None:
            patients = frame.assign(patient=frame["patient"] if "patient" in frame else frame["case"])
            leaks = leakage.out_of_fold(patients, leakage.folds_of(splits.split), path.name)
            strange += leaks
            held_out = _held_out(leaks, asked.splits.name)
    return Evidence(
        kind=KIND,
        function=FUNCTION,
        values=found.values,
        findings=(*findings, *strange, *found.findings),
        inputs=tuple(inputs),
        tables=evaluation_shown.tables(found.values, asked.compare),
        plots=evaluation_shown.plots(found.values, found.pairs, found.curves, asked.scored.bins),
        sentence=evaluation_shown.sentence(found.values, found.table, options, held_out),
        options=options,
    )


def _long(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with a column per metric (dice, hd95 …) as one row per metric; the index stays the line."""
    wide = [name for name in METRICS if name in frame]
    if "value" in frame or not wide or ("score" in frame and "label" in frame):
        return frame
    kept = [name for name in frame.columns if name not in wide]
    parts = [frame[kept].assign(metric=name, value=frame[name]) for name in wide]
    return pd.concat(parts).sort_index(kind="stable")


def _absent(frame: pd.DataFrame, path: Path) -> list[Finding]:
    """What an evaluation cannot do without: cases with values, or scores with labels."""
    if "score" in frame and "label" in frame and "value" not in frame:
        if "case" not in frame:
            frame["case"] = [f"row {line}" for line in frame.index]
        return []
    return [
        Finding(
            rule="EVIDENCE-TABLE",
            message=f"There is no column {name!r}.",
            path=path.name,
            line=1,
            column=1,
            hint=f"The header has: {', '.join(map(str, frame.columns[:12]))}. An evaluation needs case and value (or a "
            "column per metric, such as dice), or score and label.",
        )
        for name in ("case", "value")
        if name not in frame
    ]


def _told_apart(frame: pd.DataFrame, asked: Asked, path: Path) -> tuple[pd.DataFrame, tuple[str, ...], list[Finding]]:
    """The columns that values are told apart by, with a word in their empty cells."""
    wanted = asked.by if asked.by is not None else (("class",) if "class" in frame else ())
    names = tuple(dict.fromkeys("_".join(name.casefold().replace("-", " ").split()) for name in wanted))
    absent = [name for name in names if name not in frame]
    findings = [
        Finding(
            rule="EVA-10",
            message=f"There is no column {name!r} to tell values apart by.",
            path=path.name,
            line=1,
            column=1,
            hint=f"The header has: {', '.join(map(str, frame.columns[:12]))}.",
        )
        for name in absent
    ]
    names = tuple(name for name in names if name not in absent and name not in ("metric", "model"))
    if names:
        frame = frame.assign(**{name: frame[name].where(frame[name] != "", "not stated") for name in names})
    return frame, names, findings


def _known_models(frame: pd.DataFrame, asked: Asked) -> None:
    if not asked.compare:
        return
    if "model" not in frame:
        raise ReviewError("There is no column model to compare by.", hint="Add the column model, one row per model.")
    known = set(frame["model"].unique())
    for name in (name for pair in asked.compare for name in pair):
        if name not in known:
            raise Missing("model", name, known)


def _metrics(frame: pd.DataFrame, by: tuple[str, ...], asked: Asked, path: Path) -> Result:
    how = Preparation(
        classes=asked.classes,
        empty_empty=asked.empty_empty,
        patient_columns=asked.patient_columns,
        by=by,
    )
    table = case_table.prepared(frame, path.name, how)
    groups = evaluation.grouped(table, by)
    values = [
        *evaluation.whole_counts(table),
        *evaluation.described(table, groups, asked.resampling, worst=asked.worst),
    ]
    scored = table.frame[table.counts]
    pairs = [each for models in asked.compare for each in comparison.paired(scored, models, ("metric", *by))]
    tested = comparison.compared(pairs, asked.resampling) if pairs else ()
    return Result(
        by=by,
        values=(*values, *tested, *comparison.families(tested)),
        findings=(*table.findings, *evaluation.small_groups(groups, path.name)),
        table=table,
        groups=groups,
        pairs=pairs,
    )


def _scores(frame: pd.DataFrame, by: tuple[str, ...], asked: Asked, path: Path) -> Result:
    found = score_table.judged(frame, by, path.name, (asked.positive, asked.scored))
    tested, faults = score_table.compared(found, asked.compare, by, path.name)
    return Result(
        by=by,
        values=(*found.values, *tested, *comparison.families(tested)),
        findings=(*found.findings, *faults),
        curves=found.curves,
    )


def _held_out(leaks: Sequence[Finding], name: str) -> str:
    if any(f.status != "fail" for f in leaks):
        return ""
    if any(f.severity is Severity.BLOCKER for f in leaks):
        return f"Checked against {name}: some cases were scored by a model that had seen them (see the findings)."
    return f"Every case was scored by a model that had not seen it or its patient (checked against {name})."

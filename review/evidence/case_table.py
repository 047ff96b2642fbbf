"""A table of scored cases made fit for evaluation: which rows count, which do not and why, every fault by its line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from review.domain.finding import Finding, Severity
from review.evidence.scores import NO, YES

KEY = ("model", "run", "fold", "split", "case", "class", "metric")
METRICS = (
    *("dice", "dsc", "iou", "jaccard", "nsd", "surface_dice", "hd", "hd95", "assd", "asd", "masd", "msd"),
    *("precision", "recall", "f1", "mae", "rmse", "volume_error"),
)
OVERLAP = frozenset({"dice", "dsc", "iou", "jaccard", "nsd", "surface_dice", "f1", "precision", "recall"})
_LOWER = ("hd", "hausdorff", "assd", "asd", "masd", "msd", "distance", "error", "mae", "rmse", "brier", "loss", "time")
_OF_PATIENT = ("sex", "gender", "patient_sex", "ethnicity", "race", "birth_date", "date_of_birth", "birth_year")
_TRAINING = frozenset({"train", "training", "tr"})
_EMPTY = frozenset({"", "na", "n/a", "nan", "none", "null"})
RULES = ("exclude", "one", "zero")
_SHOWN = 20  # rows of one fault that are told one by one; the rest is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What is declared beforehand: the classes there are, what an empty reference with an empty prediction counts, which
    columns tell of the patient and not of the case, and what values are told apart by.
    """

    classes: tuple[str, ...] = ()
    empty_empty: str = "exclude"
    patient_columns: tuple[str, ...] = ()
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Prepared:
    """All rows in their order. `counts` marks those that are scored, `no_reference` and `no_value` those left out."""

    frame: pd.DataFrame
    counts: NDArray[np.bool_]
    no_reference: NDArray[np.bool_]
    no_value: NDArray[np.bool_]
    both_empty: int
    findings: tuple[Finding, ...]


def lower_is_better(metric: str) -> bool:
    """Whether a small value is a good one, by the metric's name.

    >>> lower_is_better("HD95"), lower_is_better("dice")
    (True, False)
    """
    name = metric.casefold()
    return any(name.startswith(each) or f"_{each}" in name or f" {each}" in name for each in _LOWER)


def prepared(frame: pd.DataFrame, path: str, how: Preparation) -> Prepared:
    """The rows of a table with the columns case and value, and any of model, fold, split, patient, class, metric,
    reference_present, prediction_present, reference_empty and prediction_empty.
    """
    at = {name: place + 1 for place, name in enumerate(frame.columns)}
    faults: list[Finding] = []
    frame = frame.copy(deep=False)
    _named(frame, at, path, faults)
    present = _flag(frame, "reference_present", at, path, faults)
    has_reference = present.fillna(True).to_numpy(dtype=bool)
    both_empty = _both_empty(frame, (present, at, path, faults), how.empty_empty)
    if how.empty_empty != "exclude" and both_empty.any():
        overlap = frame["metric"].str.casefold().isin(OVERLAP).to_numpy()
        ruled = both_empty & overlap
        values = frame["value"].to_numpy(dtype=float, copy=True)
        values[ruled] = 1.0 if how.empty_empty == "one" else 0.0
        frame["value"] = values
        has_reference = has_reference | ruled
        both_empty &= ~overlap
    said = frame["value"].notna().to_numpy()
    twice = _twice(frame, path, at, faults)
    scored = has_reference & said & ~twice & ~both_empty
    _scored_without(frame, ~has_reference & said & ~both_empty, path, at, faults)
    _nothing_said(frame, has_reference & ~said & ~both_empty, path, at, faults)
    faults += [*_classes(frame, how, at, path), *_training(frame, how, at, path), *_range(frame, scored, at, path)]
    faults += [*_one_patient(frame, at, path), *_constant(frame, how, at, path)]
    return Prepared(
        frame=frame,
        counts=scored,
        no_reference=~has_reference & ~twice & ~both_empty,
        no_value=has_reference & ~said & ~twice & ~both_empty,
        both_empty=int(both_empty.sum()),
        findings=tuple(faults),
    )


def _told(
    rows: pd.DataFrame | pd.Series,
    *,
    rule: str,
    path: str,
    column: int | None,
    says: Sequence[str],
    hint: str = "",
    severity: Severity = Severity.ERROR,
) -> Iterable[Finding]:
    """A finding per row, and one that counts the rest. `says` has a message for each row shown."""
    for line, message in zip(rows.index[:_SHOWN], says, strict=False):
        place = int(str(line))
        yield Finding(rule=rule, severity=severity, message=message, path=path, line=place, column=column, hint=hint)
    if len(rows) > _SHOWN:
        message = f"{len(rows) - _SHOWN:,} more rows like these."
        place = int(str(rows.index[_SHOWN]))
        yield Finding(rule=rule, severity=severity, message=message, path=path, line=place, column=column)


def _named(frame: pd.DataFrame, at: dict[str, int], path: str, faults: list[Finding]) -> None:
    """Give the columns that are not there their plain meaning, and tell of cells without a name."""
    if "metric" not in frame:
        frame["metric"] = "value"
    for name in ("case", "patient"):
        if name in frame and (nameless := frame[frame[name] == ""]).shape[0]:
            says = [f"This row names no {name}."] * _SHOWN
            faults += _told(nameless, rule="EVA-NAME", path=path, column=at[name], says=says)
    if "patient" not in frame:
        frame["patient"] = frame["case"]
        message = "There is no column patient, so every case counts as a patient of its own."
        hint = "Add the column patient if anybody has several cases; otherwise the intervals would be too narrow."
        faults.append(
            Finding(rule="EVA-04", severity=Severity.WARNING, message=message, path=path, line=1, column=1, hint=hint)
        )
    elif (frame["patient"] == "").any():
        frame["patient"] = frame["patient"].where(frame["patient"] != "", "case " + frame["case"])


def _flag(frame: pd.DataFrame, name: str, at: dict[str, int], path: str, faults: list[Finding]) -> pd.Series:
    """A column of yes and no; missing where the cell is empty or the column absent."""
    found = pd.Series(pd.NA, index=frame.index, dtype="boolean")
    if name not in frame:
        return found
    said = frame[name].str.casefold()
    found[said.isin(YES)], found[said.isin(NO)] = True, False
    strange = frame[name][found.isna() & ~said.isin(_EMPTY)]
    numbers = pd.to_numeric(strange, errors="coerce")  # voxel counts are flags too: more than none is yes
    found[numbers.index[numbers.notna()]] = numbers.dropna() > 0
    strange = strange[numbers.isna()]
    says = [f"{text[:40]!r} in column {name} is neither yes nor no." for text in strange.iloc[:_SHOWN]]
    faults += _told(strange, rule="EVA-FLAG", path=path, column=at[name], says=says, hint="Write true or false.")
    return found


def _both_empty(
    frame: pd.DataFrame, known: tuple[pd.Series, dict[str, int], str, list[Finding]], rule: str
) -> NDArray[np.bool_]:
    """Rows where neither the reference nor the prediction holds the class.

    An absent reference is an empty one only where a rule for that was declared; else it is one nobody drew.
    """
    present, at, path, faults = known
    reference = _flag(frame, "reference_empty", at, path, faults)
    predicted = _flag(frame, "prediction_empty", at, path, faults)
    if "prediction_present" in frame:
        predicted = predicted.fillna(~_flag(frame, "prediction_present", at, path, faults))
    if rule != "exclude" and "prediction_present" in frame:
        reference = reference.fillna(~present)
    return (reference & predicted).fillna(False).to_numpy(dtype=bool)


def _twice(frame: pd.DataFrame, path: str, at: dict[str, int], faults: list[Finding]) -> NDArray[np.bool_]:
    """Rows that tell of the same model, fold, case, class and metric as one further up; the first counts."""
    names = [name for name in KEY if name in frame]
    codes = np.zeros(len(frame), dtype=np.int64)
    for name in names:
        own, known = pd.factorize(frame[name])
        codes = pd.factorize(codes * (len(known) + 1) + own)[0].astype(np.int64)
    twice = pd.Series(codes).duplicated().to_numpy()
    if twice.any():
        again = frame[twice]
        parts = [", ".join(f"{n} {row[n]}" for n in names if row[n] != "") for _, row in again.iloc[:_SHOWN].iterrows()]
        says = [f"{part} is there already, further up; the first row counts." for part in parts]
        hint = "Keep one row for each model, fold, case, class and metric."
        faults += _told(again, rule="EVA-DUPLICATE", path=path, column=at["case"], says=says, hint=hint)
    return np.asarray(twice, dtype=bool)


def _scored_without(
    frame: pd.DataFrame, rows: NDArray[np.bool_], path: str, at: dict[str, int], faults: list[Finding]
) -> None:
    if n := int(rows.sum()):
        message = f"{n:,} rows have a value but no reference to score against; they were left out and counted."
        faults.append(_one(message, path, frame.index[rows][0], at.get("reference_present")))


def _nothing_said(
    frame: pd.DataFrame, rows: NDArray[np.bool_], path: str, at: dict[str, int], faults: list[Finding]
) -> None:
    if n := int(rows.sum()):
        message = f"{n:,} rows have a reference but no value; they are not counted as 0 and not in any mean."
        hint = "Say in the paper why they failed, and how many."
        faults.append(_one(message, path, frame.index[rows][0], at.get("value"), hint=hint))


def _one(message: str, path: str, line: object, column: int | None, *, hint: str = "") -> Finding:
    return Finding(
        rule="EVA-08",
        severity=Severity.WARNING,
        message=message,
        path=path,
        line=int(str(line)),
        column=column,
        hint=hint,
    )


def _classes(frame: pd.DataFrame, how: Preparation, at: dict[str, int], path: str) -> Iterable[Finding]:
    if not how.classes:
        return
    if "class" not in frame:
        message = "Classes were declared, but there is no column class."
        yield Finding(rule="EVA-02", message=message, path=path, line=1, hint="Add the column class.")
        return
    unknown = frame["class"][~frame["class"].isin(how.classes)]
    says = [f"{text[:40]!r} is not one of the classes {', '.join(how.classes[:12])}." for text in unknown.iloc[:_SHOWN]]
    yield from _told(unknown, rule="EVA-CLASS", path=path, column=at["class"], says=says)
    said = set(frame["class"].unique())
    for name in how.classes:
        if name not in said:
            message = f"The class {name!r} was declared and has no row."
            yield Finding(
                rule="EVA-02", message=message, path=path, line=1, column=at["class"], hint="Report every class."
            )


def _training(frame: pd.DataFrame, how: Preparation, at: dict[str, int], path: str) -> Iterable[Finding]:
    if "split" not in frame or "split" in how.by:
        return
    seen = frame["split"][frame["split"].str.casefold().isin(_TRAINING)]
    says = [f"Case {frame['case'].get(line)} is a training case and was scored." for line in seen.index[:_SHOWN]]
    hint = "Score only cases that the model has not seen, or keep them apart with --by split."
    yield from _told(seen, rule="SPL-05", path=path, column=at["split"], says=says, hint=hint)


def _range(frame: pd.DataFrame, scored: NDArray[np.bool_], at: dict[str, int], path: str) -> Iterable[Finding]:
    """An overlap is between 0 and 1, or between 0 and 100 where it is written in percent."""
    bounded = frame["metric"].str.casefold().isin(OVERLAP).to_numpy() & scored
    if not bounded.any():
        return
    values = frame["value"][bounded]
    most = 1.0 if values.median() <= 1 else 100.0
    strange = values[(values < 0) | (values > most + 1e-9)]
    says = [f"{value:g} is no overlap: it must lie between 0 and {most:g}." for value in strange.iloc[:_SHOWN]]
    yield from _told(strange, rule="EVA-RANGE", path=path, column=at.get("value"), says=says)


def _one_patient(frame: pd.DataFrame, at: dict[str, int], path: str) -> Iterable[Finding]:
    """A case belongs to one patient."""
    if "patient" not in at:
        return
    pairs = frame[["case", "patient"]].drop_duplicates()
    again = pairs[pairs.duplicated("case")]
    says = [
        f"Case {case} belongs to another patient further up, to {patient} here."
        for case, patient in again.iloc[:_SHOWN].to_numpy()
    ]
    yield from _told(again, rule="EVA-PATIENT", path=path, column=at["patient"], says=says)


def _constant(frame: pd.DataFrame, how: Preparation, at: dict[str, int], path: str) -> Iterable[Finding]:
    """A patient has one sex, and one of whatever else tells of the patient."""
    for name in dict.fromkeys((*(n for n in _OF_PATIENT if n in frame), *how.patient_columns)):
        if name not in frame:
            message = f"There is no column {name!r} that could tell of the patient."
            yield Finding(rule="EVA-PATIENT", message=message, path=path, line=1)
            continue
        pairs = frame[["patient", name]][frame[name] != ""].drop_duplicates()
        first = pairs.drop_duplicates("patient").set_index("patient")[name]
        again = pairs[pairs.duplicated("patient")]
        says = [
            f"Patient {patient} has {name} {first[patient]!r} further up and {here!r} here."
            for patient, here in again.iloc[:_SHOWN].to_numpy()
        ]
        yield from _told(again, rule="EVA-PATIENT", path=path, column=at[name], says=says, hint="A patient has one.")

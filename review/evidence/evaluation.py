"""What a table of scored cases says per metric, model, class and subgroup: middle, spread, intervals and the worst cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from review.domain.estimate import Estimate, undefined
from review.domain.finding import Finding, Severity
from review.evidence.bootstrap import Interval, Resampled, Sample, key, resampled
from review.evidence.case_table import Prepared, lower_is_better
from review.evidence.resampling import Resampling

Floats = NDArray[np.float64]
FEW = 10  # patients below which a group is described and not compared
_TOO_FEW = 5


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Group:
    """The rows of one group: `rows` are positions of scored rows in order of their value."""

    by: Mapping[str, str]
    rows: NDArray[np.intp]
    sample: Sample
    patients: NDArray[np.intp]  # sorted codes of its patients
    cases: int
    no_reference: int
    no_value: int


def grouped(table: Prepared, by: Sequence[str]) -> list[Group]:
    """The groups by metric, model (if there are several) and the columns asked for, in order of their names."""
    frame = table.frame
    names = ["metric", *(["model"] if "model" in frame and len(frame["model"].unique()) > 1 else [])]
    names += [name for name in by if name not in names]
    codes, labels = _codes(frame, names)
    patient, _ = pd.factorize(frame["patient"], sort=True)
    case, _ = pd.factorize(frame["case"], sort=True)
    values = frame["value"].to_numpy(dtype=float)
    scored = np.flatnonzero(table.counts)
    order = scored[np.lexsort((case[scored], values[scored], codes[scored]))]
    ends = np.searchsorted(codes[order], np.arange(len(labels) + 1))
    without = np.bincount(codes[table.no_reference], minlength=len(labels))
    silent = np.bincount(codes[table.no_value], minlength=len(labels))
    found = []
    for at, label in enumerate(labels):
        rows = order[ends[at] : ends[at + 1]]
        patients, owner = np.unique(patient[rows], return_inverse=True)
        found.append(
            Group(
                by=dict(zip(names, label, strict=True)),
                rows=rows,
                sample=Sample(values[rows], owner, len(patients)),
                patients=patients,
                cases=np.unique(case[rows]).size,
                no_reference=int(without[at]),
                no_value=int(silent[at]),
            )
        )
    return found


def _codes(frame: pd.DataFrame, names: Sequence[str]) -> tuple[NDArray[np.int64], list[tuple[str, ...]]]:
    """Which group each row is in, and what each group is called, sorted by name."""
    codes = np.zeros(len(frame), dtype=np.int64)
    known = []
    for name in names:
        own, values = pd.factorize(frame[name], sort=True)
        codes = codes * len(values) + own
        known.append([str(value) for value in values])
    used, codes = np.unique(codes, return_inverse=True)
    labels = []
    for code in used.tolist():
        parts, rest = [], code
        for values_of in reversed(known):
            rest, place = divmod(rest, len(values_of))
            parts.append(values_of[place])
        labels.append(tuple(reversed(parts)))
    return codes.astype(np.int64), labels


def described(table: Prepared, groups: Sequence[Group], how: Resampling, *, worst: int) -> tuple[Estimate, ...]:
    """All values of every group, and so many of its worst cases."""
    kept = [g for g in groups if g.rows.size]
    keys = [key(g.patients) for g in kept]
    found = iter(resampled([g.sample for g in kept], keys, resamples=how.resamples, seed=how.seed))
    return tuple(
        e
        for g in groups
        for e in (*_of_group(g, next(found) if g.rows.size else None, how), *_worst_cases(table, g, worst))
    )


def _of_group(group: Group, found: Resampled | None, how: Resampling) -> Iterator[Estimate]:
    n, patients, by = int(group.rows.size), group.sample.patients, group.by
    counted = f"values of {group.cases:,} cases of {patients:,} patients"
    yield Estimate(name="n_patients", value=patients, n=patients, unit="patients", method="distinct patients", by=by)
    yield Estimate(name="n_cases", value=group.cases, n=n, unit="cases", method="distinct cases scored", by=by)
    left = "rows without a reference, left out"
    yield Estimate(name="excluded_no_reference", value=group.no_reference, n=n, unit="rows", method=left, by=by)
    silent = "rows with a reference and no value, not counted as 0"
    yield Estimate(name="no_value", value=group.no_value, n=n, unit="rows", method=silent, by=by)
    if found is None:
        for name in ("mean", "median", "q1", "q3"):
            yield undefined(name, "no case of this group was scored", n=0, by=by)
        return
    for name, interval in (("mean", found.mean), ("median", found.median)):
        yield from _with_intervals(name, interval, f"{name} of {counted}", found, (group, how))
    lower, upper = np.quantile(group.sample.values, [0.25, 0.75])
    yield Estimate(name="q1", value=float(lower), n=n, method=f"first quartile of {counted}", by=by)
    yield Estimate(name="q3", value=float(upper), n=n, method=f"third quartile of {counted}", by=by)


def _worst_cases(table: Prepared, group: Group, worst: int) -> Iterator[Estimate]:
    backwards = lower_is_better(group.by["metric"])
    for row in (group.rows[::-1] if backwards else group.rows)[:worst]:
        case, patient = (str(table.frame[name].iloc[row]) for name in ("case", "patient"))
        words = f"{'highest' if backwards else 'lowest'} values; patient {patient}"
        value = float(table.frame["value"].iloc[row])
        yield Estimate(name="worst", value=value, n=int(group.rows.size), method=words, by={**group.by, "case": case})


def _with_intervals(
    name: str, interval: Interval, words: str, found: Resampled, of: tuple[Group, Resampling]
) -> Iterator[Estimate]:
    group, how = of
    n, by, patients = int(group.rows.size), group.by, group.sample.patients
    if patients < 2:
        yield Estimate(name=name, value=interval.value, n=n, method=f"{words}; no interval from one patient", by=by)
        return
    if not found.resamples:
        told = (
            "95 % CI from the variance between patients, who are too many to resample"
            if how.resamples
            else "no interval"
        )
        low, high = (interval.percentile or (None, None)) if how.resamples else (None, None)
        yield Estimate(name=name, value=interval.value, low=low, high=high, n=n, method=f"{words}; {told}", by=by)
        return
    resamples = f"of {found.resamples:,} resamples of patients, seed {how.seed}"
    for suffix, ends, kind in (("", interval.percentile, "percentile"), ("_bca", interval.bca, "BCa")):
        low, high = ends or (None, None)
        told = (
            f"95 % {kind} interval (expanded, Hesterberg 2015) {resamples}"
            if ends
            else f"no {kind} interval: the resamples do not vary"
        )
        yield Estimate(
            name=name + suffix, value=interval.value, low=low, high=high, n=n, method=f"{words}; {told}", by=by
        )


def small_groups(groups: Sequence[Group], path: str) -> Iterator[Finding]:
    """Groups too small to rest a claim on."""
    few = [g for g in groups if 0 < g.sample.patients < FEW]
    if not few:
        return
    named = "; ".join(f"{', '.join(g.by.values())} ({g.sample.patients})" for g in few[:5])
    more = f" and {len(few) - 5:,} more" if len(few) > 5 else ""
    tiny = any(g.sample.patients < _TOO_FEW for g in few)
    yield Finding(
        rule="EVA-10",
        severity=Severity.WARNING if tiny else Severity.INFO,
        message=f"{len(few):,} groups rest on fewer than {FEW} patients: {named}{more}.",
        path=path,
        hint="Call them descriptive; intervals of so few patients are rough.",
    )


def whole_counts(table: Prepared) -> tuple[Estimate, ...]:
    """What was scored and what was not, over the whole table."""
    n = len(table.frame)
    parts = (
        ("rows_scored", int(table.counts.sum()), "rows that count"),
        ("excluded_no_reference", int(table.no_reference.sum()), "rows without a reference, left out"),
        ("no_value", int(table.no_value.sum()), "rows with a reference and no value, not counted as 0"),
        ("excluded_both_empty", table.both_empty, "rows whose reference and prediction are both empty, left out"),
    )
    return tuple(Estimate(name=name, value=v, n=n, unit="rows", method=words) for name, v, words in parts)

"""Whether the sides of a split are as disjoint as a paper says: the proof with its counts, and every case that breaks it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from review.domain.estimate import Estimate, Table
from review.domain.finding import Finding, Severity, Status
from review.evidence.cohort import Belonging, Codes, Cohort, Mask
from review.evidence.split_forms import Split, stem

SHOWN = 20  # faults of one kind that are told one by one; the rest is counted
HELD_OUT = ("test", "external")
Locate = Callable[[str], tuple[int | None, int | None]]
_NOBODY = np.zeros(1, dtype=np.bool_)
_WORDS = {"train": "training", "val": "validation", "test": "test", "external": "external"}


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A split whose cases are numbered. `file` is the name of the splits file, `locate` finds a case in it."""

    split: Split
    cohort: Cohort
    file: str
    locate: Locate = field(default=lambda _: (None, None))

    @cached_property
    def numbers(self) -> tuple[Codes, ...]:
        """The numbers of the cases of each side, as listed."""
        return tuple(self.cohort.numbers(side.cases) for side in self.split.sides)

    @cached_property
    def masks(self) -> tuple[Mask, ...]:
        """Which cases each side has."""
        return tuple(self._mask(numbers) for numbers in self.numbers)

    def _mask(self, numbers: Codes) -> Mask:
        found = np.zeros(len(self.cohort.cases), dtype=np.bool_)
        found[numbers[numbers >= 0]] = True
        return found

    def of(self, fold: str) -> tuple[tuple[str, Mask], ...]:
        """The sides that hold in a fold, by name, in order."""
        at = {id(side): mask for side, mask in zip(self.split.sides, self.masks, strict=True)}
        merged: dict[str, Mask] = {}
        for side in self.split.of(fold):
            mask = at[id(side)]
            merged[side.name] = merged[side.name] | mask if side.name in merged else mask
        return tuple(merged.items())

    @cached_property
    def kfold(self) -> bool:
        return len(self.split.folds) > 1

    @cached_property
    def held_out(self) -> str:
        """The side by which folds divide the data: validation, or test where every fold has a test set of its own."""
        tests = [dict(self.of(fold)).get("test") for fold in self.split.folds]
        own = [test for test in tests if test is not None and not (test == tests[0]).all()]
        return "test" if own and all(test is not None for test in tests) else "val"

    def pairs(self) -> Iterable[tuple[str, tuple[str, Mask], tuple[str, Mask]]]:
        """Each two sides that must have nothing in common, with their fold."""
        for fold in self.split.folds:
            for one, other in itertools.combinations(self.of(fold), 2):
                yield fold, one, other


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The intersections that must be empty, with their counts, and what is in those that are not."""

    table: Table
    estimates: tuple[Estimate, ...]
    findings: tuple[Finding, ...]


def prove(placed: Placed) -> Proof:
    """Intersect every two sides over cases, patients and contents, and check that the folds are a partition."""
    rows, estimates = [], []
    for fold, one, other in placed.pairs():
        shared = _shared(placed.cohort, one[1], other[1])
        rows.append(
            (*((fold,) if placed.kfold else ()), f"{one[0]} ∩ {other[0]}", *_sizes(placed, one, other), *shared)
        )
        by = {**({"fold": fold} if placed.kfold else {}), "sides": f"{one[0]} and {other[0]}"}
        for unit, n in zip(("cases", "patients", "contents"), shared, strict=True):
            if n is not None:
                method = f"{unit} that are on both sides"
                estimates.append(
                    Estimate(name="overlap", value=n, n=n, unit=unit, method=method, by={"unit": unit, **by})
                )
    findings = (
        *_unknown(placed),
        *_listed_twice(placed),
        *_on_two_sides(placed),
        *_patients(placed),
        *_contents(placed),
        *_nowhere(placed),
        *_folds(placed),
    )
    head = (*(("fold",) if placed.kfold else ()), "sides", "cases", "patients")
    return Proof(
        table=Table(
            name="proof",
            title="What every two sides have in common (all must be 0)",
            columns=(*head, "cases in both", "patients in both", "contents in both"),
            rows=tuple(rows),
            note=_note(placed),
        ),
        estimates=(*_counts(placed), *estimates),
        findings=findings,
    )


def _sizes(placed: Placed, one: tuple[str, Mask], other: tuple[str, Mask]) -> tuple[str, str | None]:
    patients = placed.cohort.patient
    people = None if patients is None else " + ".join(f"{_n(patients, side):,}" for _, side in (one, other))
    return f"{int(one[1].sum()):,} + {int(other[1].sum()):,}", people


def _n(belonging: Belonging, cases: Mask) -> int:
    return int((belonging.among(cases) > 0).sum())


def _shared(cohort: Cohort, one: Mask, other: Mask) -> tuple[int, int | None, int | None]:
    both = int((one & other).sum())
    return both, _in_both(cohort.patient, one, other), _in_both(cohort.content, one, other)


def _in_both(belonging: Belonging | None, one: Mask, other: Mask) -> int | None:
    if belonging is None:
        return None
    return int(((belonging.among(one) > 0) & (belonging.among(other) > 0)).sum())


def _counts(placed: Placed) -> Iterable[Estimate]:
    for fold in placed.split.folds:
        for name, mask in placed.of(fold):
            by = {**({"fold": fold} if placed.kfold else {}), "side": name}
            yield _count("cases", int(mask.sum()), by)
            if placed.cohort.patient is not None:
                yield _count("patients", _n(placed.cohort.patient, mask), by)


def _count(unit: str, n: int, by: dict[str, str]) -> Estimate:
    return Estimate(
        name="count", value=n, n=n, unit=unit, method=f"distinct {unit} on this side", by={"unit": unit, **by}
    )


def _note(placed: Placed) -> str:
    told = []
    if placed.kfold:
        held = _held(placed)
        once = int((held == 1).sum())
        told.append(f"Of {int((held > 0).sum()):,} cases in the folds, {once:,} are held out exactly once.")
    if placed.cohort.patient is None:
        told.append("No column says whose a case is, so patients could not be compared.")
    return " ".join(told)


def _held(placed: Placed) -> Codes:
    """How often each case is held out by a fold."""
    held = np.zeros(len(placed.cohort.cases), dtype=np.int64)
    for fold in placed.split.folds:
        held += dict(placed.of(fold)).get(placed.held_out, np.zeros(len(held), dtype=np.bool_))
    return held


# Findings


def _unknown(placed: Placed) -> Iterable[Finding]:
    names: dict[str, None] = {}
    for side, numbers in zip(placed.split.sides, placed.numbers, strict=True):
        names.update(dict.fromkeys(side.cases[at] for at in np.flatnonzero(numbers < 0)))
    known = {str(case) for case in placed.cohort.cases[:100_000]} if names else set()
    for n, name in enumerate(names):
        if n == SHOWN:
            yield _fault(
                placed, "SPL-UNKNOWN", f"{len(names) - SHOWN:,} more cases are not in the manifest.", case=name
            )
            return
        near = stem(name)
        hint = f"The manifest calls it {near}." if near in known and near != name else ""
        told = f"Case {name} is in the splits and not in the manifest."
        yield _fault(placed, "SPL-UNKNOWN", told, case=name, hint=hint or "Correct the name, or add the case.")


def _listed_twice(placed: Placed) -> Iterable[Finding]:
    for side, numbers, mask in zip(placed.split.sides, placed.numbers, placed.masks, strict=True):
        if int(mask.sum()) < int((numbers >= 0).sum()):
            again = [case for case, n in Counter(side.cases).items() if n > 1]
            told = f"{_count_of(len(again), 'case')} {'stands' if len(again) == 1 else 'stand'} twice in {_called(side.name, side.fold)}: {_few(again)}."
            yield _fault(placed, "SPL-TWICE", told, case=again[0], hint="List each case once.")


def _on_two_sides(placed: Placed) -> Iterable[Finding]:
    found: dict[tuple[str, str], Mask] = {}
    folds: dict[tuple[str, str], list[str]] = {}
    for fold, one, other in placed.pairs():
        both = one[1] & other[1]
        if both.any():
            sides = (one[0], other[0])
            found[sides] = found[sides] | both if sides in found else both
            folds.setdefault(sides, []).append(fold)
    for (one_name, other_name), both in found.items():
        cases = np.flatnonzero(both)
        rule = "SPL-TEST" if placed.kfold and {one_name, other_name} & {*HELD_OUT} else "SPL-BOTH"
        told = f"{_count_of(len(cases), 'case')} in both {_WORDS[one_name]} and {_WORDS[other_name]}"
        told += f" of fold {', '.join(folds[one_name, other_name])}" if placed.kfold else ""
        told += f": {placed.cohort.names(cases)}."
        yield _at(placed, rule, told, case=int(cases[0]), column="case", hint="Leave each case on one side.")


def _patients(placed: Placed) -> Iterable[Finding]:
    patient = placed.cohort.patient
    if patient is None:
        yield Finding(
            rule="SPL-01",
            status=Status.NOT_EVALUABLE,
            message="No column says whose a case is, so it cannot be shown that no patient is on two sides.",
            path=placed.cohort.path,
            line=1,
            hint="Add a column patient to the manifest, and give it with --manifest.",
        )
        return
    yield from _without_patient(placed)
    torn = np.zeros(len(patient.names), dtype=np.bool_)
    for _, one, other in placed.pairs():
        twice = one[1] & other[1]  # told as cases
        torn |= (patient.among(one[1] & ~twice) > 0) & (patient.among(other[1] & ~twice) > 0)
    yield from _each_torn(placed, patient, np.flatnonzero(torn))


def _without_patient(placed: Placed) -> Iterable[Finding]:
    cohort = placed.cohort
    used = np.zeros(len(cohort.cases), dtype=np.bool_)
    for mask in placed.masks:
        used |= mask
    blank = np.flatnonzero((cohort.patient_of < 0) & used)
    if len(blank):
        told = (
            f"{_count_of(len(blank), 'case')} without a patient: {cohort.names(blank)}. Nothing can be shown for them."
        )
        hint = "Say whose they are."
        finding = _at(placed, "SPL-01", told, case=int(blank[0]), column="patient", hint=hint)
        yield _not_evaluable(finding)


def _each_torn(placed: Placed, patient: Belonging, torn: Sequence[int] | Codes) -> Iterable[Finding]:
    hint = "Put all cases of a patient on one side, or the model is tested on people it knows."
    for n, code in enumerate(torn):
        cases = patient.cases_of(int(code))
        if n == SHOWN:
            told = f"{len(torn) - SHOWN:,} more patients are on two sides."
            yield _at(placed, "SPL-01", told, case=int(cases[0]), column="patient", hint=hint)
            return
        where = [_torn_in(placed, fold, cases) for fold in placed.split.folds]
        broken = [(fold, text) for fold, text in zip(placed.split.folds, where, strict=True) if text]
        also = f" (and so in {_count_of(len(broken) - 1, 'other fold')})" if len(broken) > 1 else ""
        fold = f"fold {broken[0][0]}: " if placed.kfold else ""
        told = f"Patient {patient.names[code]} is on two sides; {fold}{broken[0][1]}{also}."
        yield _at(placed, "SPL-01", told, case=int(cases[-1]), column="patient", hint=hint)


def _torn_in(placed: Placed, fold: str, cases: Codes) -> str:
    """Where the cases of one patient are in a fold, if not all on one side."""
    found = [(name, cases[mask[cases]]) for name, mask in placed.of(fold)]
    parts = [f"{_WORDS[name]} has {placed.cohort.names(there)}" for name, there in found if len(there)]
    return "; ".join(parts) if len(parts) > 1 else ""


def _contents(placed: Placed) -> Iterable[Finding]:
    content = placed.cohort.content
    if content is None:
        return
    same = np.zeros(len(content.names), dtype=np.bool_)
    for _, one, other in placed.pairs():
        twice = one[1] & other[1]
        same |= (content.among(one[1] & ~twice) > 0) & (content.among(other[1] & ~twice) > 0)
    shared = np.flatnonzero(same)
    hint = "The same image is on two sides under two names, such as data that were released twice. Keep one of them."
    for n, code in enumerate(shared):
        cases = content.cases_of(int(code))
        if n == SHOWN:
            told = f"{len(shared) - SHOWN:,} more files are on two sides."
        else:
            where = next(filter(None, (_torn_in(placed, fold, cases) for fold in placed.split.folds)), "")
            told = f"The same content ({content.names[code][:12]}…) is on two sides: {where}."
        yield _at(placed, "SPL-02", told, case=int(cases[-1]), column="content", hint=hint)
        if n == SHOWN:
            return


def _nowhere(placed: Placed) -> Iterable[Finding]:
    """Cases of the manifest that are on no side, in no fold or in some folds only."""
    anywhere = np.zeros(len(placed.cohort.cases), dtype=np.bool_)
    for mask in placed.masks:
        anywhere |= mask
    none = np.flatnonzero(~anywhere)
    hint = "Put each case on a side. A test set may stand in the manifest's column split."
    if len(none):
        told = f"{_count_of(len(none), 'case')} of the manifest on no side: {placed.cohort.names(none)}."
        yield _at(placed, "SPL-NONE", told, case=int(none[0]), column="case", hint=hint)
    for fold in placed.split.folds if placed.kfold else ():
        here = np.zeros(len(anywhere), dtype=np.bool_)
        for _, mask in placed.of(fold):
            here |= mask
        missing = np.flatnonzero(anywhere & ~here)
        if len(missing):
            told = f"{_count_of(len(missing), 'case')} on no side of fold {fold}: {placed.cohort.names(missing)}."
            yield _at(placed, "SPL-NONE", told, case=int(missing[0]), column="case", hint=hint)


def _folds(placed: Placed) -> Iterable[Finding]:
    """The validation sides of the folds must be a partition, and a test set that is kept apart must meet none of them."""
    if not placed.kfold:
        return
    held = _held(placed)
    inside, kept = np.zeros(len(held), dtype=np.bool_), np.zeros(len(held), dtype=np.bool_)
    for fold in placed.split.folds:
        for name, mask in placed.of(fold):
            if name in HELD_OUT and name != placed.held_out:
                kept |= mask
            else:
                inside |= mask
    hint = "In cross-validation each case is held out by exactly one fold."
    for wrong, what in ((held > 1, "held out by several folds"), (inside & ~kept & (held == 0), "held out by no fold")):
        cases = np.flatnonzero(wrong)
        if len(cases):
            told = (
                f"The folds are not a partition: {_count_of(len(cases), 'case')} {what}: {placed.cohort.names(cases)}."
            )
            yield _at(placed, "SPL-FOLDS", told, case=int(cases[0]), column="case", hint=hint)
    empty = [
        fold for fold in placed.split.folds if not dict(placed.of(fold)).get("val", np.zeros(1, dtype=np.bool_)).any()
    ]
    if empty:
        yield _fault(placed, "SPL-FOLDS", f"Fold {', '.join(empty)} holds no case out.", case="", hint=hint)


# Small things


def _called(side: str, fold: str) -> str:
    return f"{_WORDS[side]} of fold {fold}" if fold else _WORDS[side]


def _count_of(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4:,} more" if len(names) > 4 else "")


def _at(placed: Placed, rule: str, message: str, *, case: int, column: str, hint: str) -> Finding:
    """A finding at the line of a case in the manifest."""
    return Finding(
        rule=rule,
        message=message,
        path=placed.cohort.path,
        line=int(placed.cohort.lines[case]),
        column=placed.cohort.columns.get(column),
        hint=hint,
    )


def _fault(placed: Placed, rule: str, message: str, *, case: str, hint: str = "") -> Finding:
    """A finding at a case's place in the splits file."""
    line, column = placed.locate(case)
    return Finding(rule=rule, message=message, path=placed.file, line=line, column=column, hint=hint)


def _not_evaluable(finding: Finding) -> Finding:
    return Finding(
        rule=finding.rule,
        status=Status.NOT_EVALUABLE,
        severity=Severity.ERROR,
        message=finding.message,
        path=finding.path,
        line=finding.line,
        column=finding.column,
        hint=finding.hint,
    )

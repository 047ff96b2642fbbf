"""Whether the sides of a split are alike: rare strata that are missing or too few, prevalence that differs, sites shared."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from review.domain.estimate import Estimate, Table
from review.domain.finding import Finding, Severity, Status
from review.domain.plot import Balance
from review.evidence.cohort import Belonging, Cohort, Mask
from review.evidence.splits import HELD_OUT, SHOWN, Placed

FEWEST = 5  # patients of a stratum on a side, below which no result of it is worth much
DIFFERENT = 0.25  # standardised difference of a prevalence from which two sides are not alike
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """How alike the sides are: a table and a picture per stratum, and what is to be said about it."""

    tables: tuple[Table, ...]
    plots: tuple[Balance, ...]
    estimates: tuple[Estimate, ...]
    findings: tuple[Finding, ...]


def compare(placed: Placed) -> Alike:
    """Compare the sides of each fold in every level of every stratum, in patients (in cases where no patient is known)."""
    shown = _shown_sides(placed)
    every = np.ones(len(placed.cohort.cases), dtype=np.bool_)
    sides = {(fold, side): mask for fold in placed.split.folds for side, mask in placed.of(fold)}
    sizes = {key: _people(placed.cohort, mask) for key, mask in sides.items()}
    totals = {label: _people(placed.cohort, mask) for label, mask in shown.items()}
    levels: list[_Level] = []
    for name, stratum in placed.cohort.strata.items():
        tally = _Tally(placed.cohort, stratum)
        whole = tally.among(every)
        per_side = {key: tally.among(mask) for key, mask in sides.items()}
        per_shown = {label: tally.among(mask) for label, mask in shown.items()}
        for at, level in enumerate(stratum.names):
            counts = {key: int(found[at]) for key, found in per_side.items()}
            levels.append(
                _Level(
                    stratum=name,
                    level=level,
                    total=int(whole[at]),
                    counts=counts,
                    shown={label: int(found[at]) for label, found in per_shown.items()},
                    differences=tuple(_differences(counts, sizes, kfold=placed.kfold)),
                )
            )
    return Alike(
        tables=(_table(placed, levels, totals),) if levels else (),
        plots=(_plot(levels, totals, _unit(placed.cohort)),) if levels else (),
        estimates=tuple(estimate for level in levels for estimate in _estimates(_unit(placed.cohort), level)),
        findings=tuple(finding for level in levels for finding in _about(placed, level)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """One level of a stratum: how many in all, per fold and side, per side shown; how far each two sides differ."""

    stratum: str
    level: str
    total: int
    counts: Mapping[tuple[str, str], int]
    shown: Mapping[str, int]
    differences: tuple[tuple[float, str], ...]

    @property
    def worst(self) -> float | None:
        return max((value for value, _ in self.differences if math.isfinite(value)), default=None)


class _Tally:
    """Counts the patients of each level among some cases; a patient counts in each level of their cases."""

    def __init__(self, cohort: Cohort, stratum: Belonging) -> None:
        people = np.arange(len(cohort.cases)) if cohort.patient is None else cohort.patient_of
        known = people[stratum.case] >= 0
        self._case = stratum.case[known]
        width = int(people.max(initial=0)) + 1
        pairs, self._pair = np.unique(stratum.code[known] * width + people[self._case], return_inverse=True)
        self._level = pairs // width
        self._levels = len(stratum.names)

    def among(self, cases: Mask) -> Counts:
        seen = np.zeros(len(self._level), dtype=np.bool_)
        seen[self._pair[cases[self._case]]] = True
        return np.bincount(self._level[seen], minlength=self._levels)


def _table(placed: Placed, levels: Sequence[_Level], totals: Mapping[str, int]) -> Table:
    return Table(
        name="strata",
        title=f"{_unit(placed.cohort).capitalize()} per stratum and side",
        columns=("stratum", "level", *totals, "worst difference"),
        rows=tuple((each.stratum, each.level, *each.shown.values(), each.worst) for each in levels),
        note=f"Of {', '.join(f'{n:,} in {label}' for label, n in totals.items())}. The last column is the largest "
        "standardised difference of the prevalence between two sides of one fold.",
    )


def _plot(levels: Sequence[_Level], totals: Mapping[str, int], unit: str) -> Balance:
    return Balance(
        name="balance",
        title=f"Share of the {unit} of each side, per stratum",
        sides=tuple(totals),
        strata=tuple(f"{each.stratum}: {each.level}" for each in levels),
        shares=tuple(
            tuple(n / max(1, total) for n, total in zip(each.shown.values(), totals.values(), strict=True))
            for each in levels
        ),
        counts=tuple(tuple(each.shown.values()) for each in levels),
    )


def _shown_sides(placed: Placed) -> dict[str, Mask]:
    """What a table shows: each fold by what it holds out, and the test set; or all sides of a single division."""
    if not placed.kfold:
        return dict(placed.of(""))
    found: dict[str, Mask] = {}
    last: dict[str, Mask] = {}
    for fold in placed.split.folds:
        for name, mask in placed.of(fold):
            if name == placed.held_out:
                found[f"fold {fold}"] = mask
            elif name in HELD_OUT:
                last[name] = last.get(name, mask) | mask
    return found | last


def _unit(cohort: Cohort) -> str:
    return "cases" if cohort.patient is None else "patients"


def _people(cohort: Cohort, mask: Mask) -> int:
    return int(mask.sum()) if cohort.patient is None else int((cohort.patient.among(mask) > 0).sum())


def difference(first: int, of_first: int, second: int, of_second: int) -> float | None:
    """The standardised difference of two shares, always positive; None where a side is empty.

    |p − q| / sqrt((p(1 − p) + q(1 − q)) / 2) (Austin 2009), infinite if both have no spread and differ.

    >>> round(difference(10, 100, 20, 100), 4), difference(0, 10, 0, 10), difference(0, 10, 5, 5)
    (0.2828, 0.0, inf)
    """
    if not of_first or not of_second:
        return None
    p, q = first / of_first, second / of_second
    spread = math.sqrt((p * (1 - p) + q * (1 - q)) / 2)
    if spread == 0:
        return 0.0 if p == q else math.inf
    return abs(p - q) / spread


def _differences(
    counts: Mapping[tuple[str, str], int], sizes: Mapping[tuple[str, str], int], *, kfold: bool
) -> Iterable[tuple[float, str]]:
    for one, other in itertools.combinations(counts, 2):
        found = difference(counts[one], sizes[one], counts[other], sizes[other]) if one[0] == other[0] else None
        if found is not None:
            told = [f"{counts[s]:,} of {sizes[s]:,} ({counts[s] / sizes[s]:.1%}) in {s[1]}" for s in (one, other)]
            yield found, " and ".join(told) + (f" of fold {one[0]}" if kfold else "")


def _estimates(unit: str, each: _Level) -> Iterable[Estimate]:
    for label, n in each.shown.items():
        side = {"fold": label.removeprefix("fold ")} if label.startswith("fold ") else {"side": label}
        by = {"unit": unit, **side, "stratum": each.stratum, "level": each.level}
        yield Estimate(name="count", value=n, n=n, unit=unit, method=f"distinct {unit} on this side", by=by)
    if each.worst is not None:
        method = "largest standardised difference of the share between two sides of one fold (Austin 2009)"
        by = {"stratum": each.stratum, "level": each.level}
        yield Estimate(name="standardised_difference", value=each.worst, n=each.total, method=method, by=by)


# Findings


def _about(placed: Placed, each: _Level) -> Iterable[Finding]:
    unit, k, name = _unit(placed.cohort), len(placed.split.folds), each.stratum
    told = f"Stratum {name} = {each.level} ({each.total:,} {unit})"
    missing = [_place(placed, *key) for key, n in each.counts.items() if n == 0]
    few = [f"{_place(placed, *key)} ({n})" for key, n in each.counts.items() if 0 < n < FEWEST]
    if missing:
        hint = "Make the splits again with it as a stratum, or say that nothing can be told of it there."
        yield _warning(placed, "SPL-03", f"{told} is missing from {_few(missing)}.", name, hint)
    if few:
        hint = f"Results of fewer than {FEWEST} {unit} are anecdotes: give them as such, with their number."
        yield _warning(placed, "SPL-03", f"{told} has fewer than {FEWEST}: {_few(few)}.", name, hint)
    if placed.kfold and each.total < k:
        hint = "Use fewer folds, or join it with a stratum that is like it."
        yield _warning(placed, "SPL-SMALL", f"{told} has fewer {unit} than there are folds ({k}).", name, hint)
    value, where = max(each.differences, default=(0.0, ""))
    if value > DIFFERENT and not missing:
        text = f"{told}: {where}, a standardised difference of {value:.2f}."
        yield _warning(placed, "SPL-PREVALENCE", text, name, "Balance the sides, or report results per stratum.")


def _few(parts: Sequence[str]) -> str:
    found = list(dict.fromkeys(parts))
    return ", ".join(found[:8]) + (f" and {len(found) - 8} more" if len(found) > 8 else "")


def _place(placed: Placed, fold: str, side: str) -> str:
    common = not placed.kfold or (side in HELD_OUT and side != placed.held_out)
    return side if common else f"{side} of fold {fold}"


def _warning(placed: Placed, rule: str, message: str, column: str, hint: str) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.WARNING,
        message=message,
        path=placed.cohort.path,
        line=1,
        column=placed.cohort.columns.get(column),
        hint=hint,
    )


# External data


def external(placed: Placed, claimed: Sequence[str]) -> tuple[Finding, ...]:
    """Sites that are claimed to be external must be tested on only. A name may be a site or a side, such as `test`."""
    named = [*claimed, *(["external"] if any(s.name == "external" for s in placed.split.sides) else [])]
    if not named:
        return ()
    site = placed.cohort.site
    if site is None:
        told = "No column says from which site a case is, so it cannot be shown that the external data are external."
        return (
            Finding(
                rule="SPL-06",
                status=Status.NOT_EVALUABLE,
                message=told,
                path=placed.cohort.path,
                line=1,
                hint="Add a column site to the manifest.",
            ),
        )
    sides = {side.name for side in placed.split.sides}
    findings: list[Finding] = []
    for name in dict.fromkeys(named):
        if name in site.names:
            findings += _outside(placed, site, [site.names.index(name)], f"Site {name}")
        elif name in sides:
            there = np.flatnonzero(site.among(_side(placed, (name,))) > 0)
            findings += _outside(placed, site, [int(each) for each in there], f"The {name} side")
        else:
            told = f"There is no site called {name!r}, which is said to be external."
            hint = f"The manifest has: {', '.join(site.names[:12])}."
            findings.append(_error(placed, told, line=1, hint=hint))
    return tuple(findings)


def _side(placed: Placed, names: Sequence[str]) -> Mask:
    found = np.zeros(len(placed.cohort.cases), dtype=np.bool_)
    for side, mask in zip(placed.split.sides, placed.masks, strict=True):
        if side.name in names:
            found |= mask
    return found


def _outside(placed: Placed, site: Belonging, codes: Sequence[int], what: str) -> Iterable[Finding]:
    """Cases of external sites that a model is trained or tuned on."""
    development = _side(placed, ("train", "val"))
    hint = "Keep every case of the site out of training and validation, or call the test internal."
    for n, code in enumerate(codes):
        cases = site.cases_of(code)
        inside = cases[development[cases]]
        if not len(inside):
            continue
        if n >= SHOWN:
            yield _error(placed, f"{len(codes) - SHOWN:,} more sites are compared.", line=1, hint=hint)
            return
        named = "" if what.endswith(site.names[code]) else f" has site {site.names[code]}, which"
        told = f"{what}{named} is not external: {len(inside):,} of its cases are in training or validation: "
        yield _error(
            placed, told + f"{placed.cohort.names(inside)}.", line=int(placed.cohort.lines[inside[0]]), hint=hint
        )


def _error(placed: Placed, message: str, *, line: int, hint: str) -> Finding:
    return Finding(
        rule="SPL-06",
        message=message,
        path=placed.cohort.path,
        line=line,
        column=placed.cohort.columns.get("site"),
        hint=hint,
    )

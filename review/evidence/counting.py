"""Counts from a manifest: how many patients, scans, series or masks per split and class, each counted once."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from review.domain.estimate import Cell, Estimate, Table
from review.domain.finding import Finding, Severity
from review.evidence.manifest import NOT_GIVEN, UNITS, blanks, contradictions, duplicates, fault, undeclared

_SIDES = ("train", "training", "tr", "val", "valid", "validation", "dev", "test", "testing", "external")
_MOST_ROWS = 2000  # of a table; more is no table any more
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The counts of a manifest as values and one table, and what is wrong with it."""

    estimates: tuple[Estimate, ...]
    table: Table | None
    findings: tuple[Finding, ...]
    units: tuple[str, ...]
    by: tuple[str, ...]


def count(
    manifest: pd.DataFrame, *, by: Sequence[str], path: str = "", classes: Sequence[str] = (), title: str = "Counts"
) -> Counted:
    """Count each unit that has a column, in total, by each column of `by`, and by all of them together.

    Units are counted once wherever they stand, so that rows of classes need not add up to the total: one patient may
    have two classes. `classes` are those declared; others are findings, and so are declared ones that are empty.

    >>> m = pd.DataFrame({"case": ["a", "b", "c"], "patient": ["1", "1", "2"], "split": ["train", "train", "test"]})
    >>> [(v.by["unit"], v.by.get("split", "all"), v.value) for v in count(m, by=["split"]).estimates][:3]
    [('patients', 'all', 2), ('patients', 'train', 1), ('patients', 'test', 1)]
    """
    groups = {name: _levels(manifest[name], name, classes if name == "class" else ()) for name in by}
    units = {
        word: _codes(manifest[column]) for column, word in UNITS.items() if column in manifest and column not in by
    }
    if not units:
        units = {"rows": np.arange(len(manifest), dtype=np.int64)}
    cells = {word: _cells(codes, list(groups.values())) for word, codes in units.items()}
    findings = [
        *contradictions(manifest, path),
        *duplicates(manifest, path),
        *blanks(manifest, [c for c in (*UNITS, *by) if c in manifest], path),
        *undeclared(manifest, classes, path),
        *_look_alikes(groups, path),
        *_empty(cells, groups, path),
    ]
    return Counted(
        estimates=tuple(_values(cells, groups)),
        table=_table(cells, groups, title),
        findings=tuple(findings),
        units=tuple(units),
        by=tuple(by),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Levels:
    """The values of a grouping column in the order of print, and the number of each row's value."""

    name: str
    levels: tuple[str, ...]
    codes: Codes


Cells = Mapping[tuple[str | None, ...], int]


def _levels(column: pd.Series, name: str, declared: Sequence[str]) -> _Levels:
    codes, found = pd.factorize(column.where(column != "", NOT_GIVEN))
    names = [str(each) for each in found]
    ordered = [*declared, *sorted((n for n in names if n not in declared), key=lambda n: order(n, name))]
    place = {n: at for at, n in enumerate(ordered)}
    new = np.array([place[n] for n in names], dtype=np.int64)
    return _Levels(name=name, levels=tuple(ordered), codes=new[codes])


def order(level: str, column: str) -> tuple[object, ...]:
    """Training before validation before test, numbers by size, nothing given last."""
    form = level.casefold()
    side = _SIDES.index(form) if column in {"split", "side"} and form in _SIDES else len(_SIDES)
    parts = [(int(p), "") if p.isdigit() else (0, p) for p in re.split(r"(\d{1,18})", form) if p]
    return level == NOT_GIVEN, side, parts


def _codes(column: pd.Series) -> Codes:
    """A number per identifier; -1 where there is none."""
    codes = pd.factorize(column)[0].astype(np.int64)
    codes[(column == "").to_numpy()] = -1
    return codes


def _cells(unit: Codes, groups: Sequence[_Levels]) -> Cells:
    """How many distinct units in each cell; None stands for all levels of a column."""
    found: dict[tuple[str | None, ...], int] = {}
    for chosen in itertools.product((False, True), repeat=len(groups)):
        if not all(chosen) and sum(chosen) > 1:
            continue  # the total, each column alone, and all together
        used = [group for group, wanted in zip(groups, chosen, strict=True) if wanted]
        counts = _distinct(unit, used)
        for place in itertools.product(*(range(len(group.levels)) for group in used)):
            names = iter(group.levels[at] for group, at in zip(used, place, strict=True))
            key = tuple(next(names) if wanted else None for wanted in chosen)
            found[key] = int(counts[place]) if used else int(counts)
    return found


def _distinct(unit: Codes, groups: Sequence[_Levels]) -> npt.NDArray[np.int64]:
    shape = tuple(len(group.levels) for group in groups)
    known = unit >= 0
    cell = np.zeros(int(known.sum()), dtype=np.int64)
    for group in groups:
        cell = cell * len(group.levels) + group.codes[known]
    width = int(unit.max(initial=0)) + 1
    pairs = pd.unique(cell * width + unit[known])
    return np.bincount(pairs // width, minlength=int(np.prod(shape, dtype=np.int64))).reshape(shape)


def _values(cells: Mapping[str, Cells], groups: Mapping[str, _Levels]) -> Iterable[Estimate]:
    for word, counts in cells.items():
        for key, n in counts.items():
            by = {name: level for name, level in zip(groups, key, strict=True) if level is not None}
            yield Estimate(
                name="count",
                value=n,
                n=n,
                unit=word,
                method=f"distinct {word} in the manifest",
                by={"unit": word, **(by or {"subset": "all"})},
            )


def _table(cells: Mapping[str, Cells], groups: Mapping[str, _Levels], title: str) -> Table | None:
    """A row per combination, with a row `all` for each column; the total comes last."""
    columns = [(*group.levels, None) for group in groups.values()]
    first = next(iter(cells.values()))
    keys = [key for key in itertools.product(*columns) if key in first]
    if len(keys) > _MOST_ROWS:
        return None
    rows: list[tuple[Cell, ...]] = [
        (*("all" if level is None else level for level in key), *(counts[key] for counts in cells.values()))
        for key in keys
    ]
    return Table(
        name="accounting",
        title=title,
        columns=(*groups, *cells) if groups else tuple(cells),
        rows=tuple(rows),
        note=_note(cells, groups),
    )


def _note(cells: Mapping[str, Cells], groups: Mapping[str, _Levels]) -> str:
    """Says where the rows of a column add up to more than the total, since one unit may be in several."""
    told = []
    for at, name in enumerate(groups):
        for word, counts in cells.items():
            parts = sum(n for key, n in counts.items() if key[at] is not None and _alone(key, at))
            total = counts[(None,) * len(groups)]
            if parts > total:
                told.append(f"{word} by {name} add up to {parts:,}, {parts - total:,} more than there are")
    each = "Each is counted once in every row"
    return f"{each}; {'; '.join(told)}." if told else f"{each}."


def _alone(key: tuple[str | None, ...], at: int) -> bool:
    return all(level is None for place, level in enumerate(key) if place != at)


# What is wrong with the groups


def _look_alikes(groups: Mapping[str, _Levels], path: str) -> Iterable[Finding]:
    for name, group in groups.items():
        forms: dict[str, list[str]] = {}
        for level in group.levels:
            forms.setdefault("".join(c for c in level.casefold() if c.isalnum()) or level, []).append(level)
        for same in forms.values():
            if len(same) > 1:
                yield fault(
                    "ACC-SPELLING",
                    f"Column {name} has {' and '.join(map(repr, same))}, which are counted apart.",
                    path,
                    hint="Write them the same way if they mean the same.",
                    severity=Severity.WARNING,
                )


def _empty(cells: Mapping[str, Cells], groups: Mapping[str, _Levels], path: str) -> Iterable[Finding]:
    """A class that is nowhere, or in some splits and not in others."""
    if "class" not in groups:
        return
    names = [*groups]
    word = "cases" if "cases" in cells else next(iter(cells))
    counts = cells[word]
    for level in groups["class"].levels:
        at = {key: n for key, n in counts.items() if key[names.index("class")] == level}
        total = next(n for key, n in at.items() if _alone(key, names.index("class")))
        zero = [key for key, n in at.items() if n == 0 and all(key)]
        if total and zero and len(names) == 2:
            missing = ", ".join(" ".join(str(k) for k in key if k != level) for key in zero)
            told = f"Class {level} has no {word} in {missing}; it has {total:,} in all."
            hint = "Say so where results are given per class, or make the splits again with this class as a stratum."
            yield fault("ACC-07", told, path, hint=hint, severity=Severity.WARNING)
        elif not total:
            told = f"Class {level} is declared and has no {word}."
            hint = "Take it out of the list, or say in the paper that it is reserved."
            yield fault("ACC-07", told, path, hint=hint)

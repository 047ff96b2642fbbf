"""The cases of a manifest as numbers: whose they are, where they come from, what is in them, which strata they are of."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from review.domain.finding import Finding, Severity
from review.evidence.counting import order
from review.evidence.manifest import HASHES, UNITS, blanks, conflicts, duplicates, fault, line_of, place_of

MOST_LEVELS = 12  # of a column that is taken for a stratum without being asked
Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
_NOT_STRATA = frozenset({*UNITS, "split", "fold", "path", "file", "filename", "age", "row", "index"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """What lines of a manifest belong to: `code[i]` numbers the value that case `case[i]` has; blanks are left out."""

    names: tuple[str, ...]
    case: Codes
    code: Codes

    def among(self, cases: Mask) -> npt.NDArray[np.int64]:
        """How often each value occurs among some cases."""
        return np.bincount(self.code[cases[self.case]], minlength=len(self.names))

    def cases_of(self, code: int) -> Codes:
        return np.unique(self.case[self.code == code])


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """All cases of a manifest, each once. What has no column is None.

    `patient_of` numbers the patient of each case, -1 where none is given; `lines` is the first line of each case.
    """

    cases: npt.NDArray[np.object_]
    lines: Codes
    patient: Belonging | None
    patient_of: Codes
    site: Belonging | None
    content: Belonging | None
    strata: Mapping[str, Belonging]
    columns: Mapping[str, int]
    path: str

    @cached_property
    def place_of_case(self) -> Mapping[str, int]:
        return {case: at for at, case in enumerate(self.cases)}

    def numbers(self, cases: Sequence[str]) -> Codes:
        """The number of each case, -1 for one that is not in the manifest."""
        found = map(self.place_of_case.get, cases, itertools.repeat(-1))
        return np.fromiter(found, dtype=np.int64, count=len(cases))

    def names(self, numbers: Iterable[int], most: int = 4) -> str:
        """Cases by name, with their line, for a message."""
        listed = list(numbers)
        told = ", ".join(f"{self.cases[n]} (line {self.lines[n]})" for n in listed[:most])
        return f"{told} and {len(listed) - most:,} more" if len(listed) > most else told


def cohort(manifest: pd.DataFrame, *, strata: Sequence[str] | None, path: str) -> tuple[Cohort, tuple[Finding, ...]]:
    """Number the cases of a manifest; the frame's index is the line. Without `strata` they are chosen by `strata_of`."""
    chosen = strata_of(manifest) if strata is None else list(strata)
    findings = list(_faults(manifest, path))
    usable = manifest[(manifest["case"] != "").to_numpy()]
    codes, names = pd.factorize(usable["case"])
    first = np.zeros(len(names), dtype=np.int64)
    first[codes[::-1]] = np.asarray(usable.index[::-1], dtype=np.int64)
    patient, patient_of = None, np.full(len(names), -1, dtype=np.int64)
    if "patient" in usable:
        patient, spelled = _people(_belonging(usable["patient"], codes))
        patient_of[patient.case[::-1]] = patient.code[::-1]
        findings += _spellings(usable, spelled, path)
    column = next((name for name in HASHES if name in usable), "")
    found = Cohort(
        cases=np.asarray(names, dtype=object),
        lines=first,
        patient=patient,
        patient_of=patient_of,
        site=_belonging(usable["site"], codes) if "site" in usable else None,
        content=_belonging(usable[column].str.casefold(), codes) if column else None,
        strata={name: _stratum(usable[name], codes) for name in chosen if name in usable},
        columns={str(name): place_of(manifest, str(name)) for name in manifest.columns}
        | ({"content": place_of(manifest, column)} if column else {}),
        path=path,
    )
    return found, tuple(findings)


def strata_of(manifest: pd.DataFrame) -> list[str]:
    """The columns that look like strata: two to twelve values, each of which can come again."""
    found = []
    for name in manifest.columns:
        if name not in _NOT_STRATA and name not in HASHES and not str(name).endswith(("_id", "_uid", "_path", "_file")):
            levels = manifest[name][manifest[name] != ""].nunique()
            if 2 <= levels <= min(MOST_LEVELS, max(2, len(manifest) // 2)):
                found.append(str(name))
    return found


def _faults(manifest: pd.DataFrame, path: str) -> Iterable[Finding]:
    """A case of two patients, a patient with two sexes, a line that stands twice, a case without a name."""
    yield from duplicates(manifest, path)
    yield from blanks(manifest, [name for name in ("case",) if name in manifest], path)
    told = {
        ("case", "patient"): "A case is of one patient; give each its own identifier.",
        ("case", "site"): "A case comes from one site.",
        ("patient", "sex"): "Look it up at the source; one of the lines is wrong.",
    }
    for (unit, column), hint in told.items():
        if unit in manifest and column in manifest:
            yield from conflicts(manifest, unit, column, path=path, rule="SPL-MANIFEST", hint=hint)


def _belonging(column: pd.Series, cases: Codes) -> Belonging:
    known = (column != "").to_numpy()
    codes, names = pd.factorize(column[known])
    return Belonging(names=tuple(map(str, names)), case=cases[known], code=codes.astype(np.int64))


def _stratum(column: pd.Series, cases: Codes) -> Belonging:
    """As `_belonging`, with the values in the order of print; each case counts once in each of its values."""
    found = _belonging(column, cases)
    names = sorted(found.names, key=lambda name: order(name, ""))
    place = np.array([names.index(name) for name in found.names], dtype=np.int64)
    if not names or np.bincount(found.case).max() == 1:
        return Belonging(names=tuple(names), case=found.case, code=place[found.code] if names else found.code)
    pairs = np.unique(found.case * len(names) + place[found.code])
    return Belonging(names=tuple(names), case=pairs // len(names), code=pairs % len(names))


def _people(patient: Belonging) -> tuple[Belonging, list[tuple[str, str]]]:
    """Identifiers that differ in case, blanks and dashes only are one: `P-01` and `p 01`; which ones were joined."""
    names = pd.Series(patient.names, dtype="str")
    code, _ = pd.factorize(names.str.casefold().str.replace(r"[\s_-]+", "_", regex=True))
    if len(names) == code.max(initial=-1) + 1:
        return patient, []
    first = np.full(int(code.max()) + 1, -1, dtype=np.int64)
    first[code[::-1]] = np.arange(len(code))[::-1]
    joined = np.flatnonzero(first[code] != np.arange(len(code)))
    kept = tuple(patient.names[at] for at in first)
    told = [(patient.names[first[code[at]]], patient.names[at]) for at in joined]
    return Belonging(names=kept, case=patient.case, code=code[patient.code].astype(np.int64)), told


def _spellings(manifest: pd.DataFrame, spelled: Sequence[tuple[str, str]], path: str) -> Iterable[Finding]:
    for first, name in spelled[:20]:
        line = manifest.index[(manifest["patient"] == name).to_numpy()][0]
        told = f"Patients {first!r} and {name!r} are taken for one person."
        hint = "Write the identifier the same way everywhere; if they are two people, give them distinct ones."
        place = place_of(manifest, "patient")
        yield fault("SPL-01", told, path, line=line_of(line), column=place, hint=hint, severity=Severity.WARNING)

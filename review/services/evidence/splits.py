"""Splits: read in any form, held to a manifest, proved to be disjoint; or made anew and written for nnU-Net."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from review.domain.errors import AlreadyExists, BadInput, ReviewError
from review.domain.estimate import Evidence, Input
from review.domain.finding import Finding, Severity
from review.evidence.cohort import Cohort, cohort
from review.evidence.manifest import column_named
from review.evidence.split_forms import Split, of_table
from review.evidence.split_making import Plan, make, plan_of
from review.evidence.split_strata import compare, external
from review.evidence.splits import Placed, prove
from review.resources import write_file
from review.services.evidence.read_files import fingerprint
from review.services.evidence.split_files import case_rows, read_splits

FUNCTION = "review.services.evidence.splits"
FILE = "splits_final.json"  # the name nnU-Net looks for


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a person may choose: the manifest, the sites said to be external, the columns to balance (None: found)."""

    manifest: Path | None = None
    external: tuple[str, ...] = ()
    strata: tuple[str, ...] | None = None


def check(path: Path, choices: Choices | None = None) -> Evidence:
    """Prove that the sides of the splits in a file are disjoint, or name what breaks it. Raises `Missing`."""
    chosen = choices or Choices()
    read = read_splits(path)
    findings = list(read.findings)
    inputs = [read.file]
    manifest: pd.DataFrame | None = read.frame
    name = path.name
    if chosen.manifest is not None:
        table = case_rows(chosen.manifest)
        inputs.append(table.file)
        findings += table.findings
        manifest = _joined(table.frame, read.frame) if table.usable else None
        name = chosen.manifest.name
    if read.split is None or manifest is None:
        return Evidence(kind="splits", function=f"{FUNCTION}.check", findings=tuple(findings), inputs=tuple(inputs))
    found, faults = _cohort(manifest, chosen.strata, name)
    split = _with_test(read.split, manifest) if chosen.manifest is not None else read.split
    placed = Placed(split=split, cohort=found, file=path.name, locate=read.locate)
    return _evidence(placed, chosen, f"{FUNCTION}.check", inputs=inputs, findings=[*findings, *faults])


def _joined(manifest: pd.DataFrame, splits: pd.DataFrame) -> pd.DataFrame:
    """The manifest, with what only the table of splits says of a case, such as the patient."""
    for name in ("patient", "site"):
        if name not in manifest and name in splits:
            known = splits.drop_duplicates("case").set_index("case")[name]
            manifest[name] = manifest["case"].map(known).fillna("")
    return manifest


def _with_test(split: Split, manifest: pd.DataFrame) -> Split:
    """Folds say nothing of a test set; the manifest's column split may."""
    if "split" not in manifest or any(side.name in ("test", "external") for side in split.sides):
        return split
    whole, _ = of_table(manifest[["case", "split"]], path="")
    kept = [side for side in whole.sides if side.name in ("test", "external")] if whole else []
    return Split(sides=(*split.sides, *kept))


def _cohort(manifest: pd.DataFrame, strata: Sequence[str] | None, path: str) -> tuple[Cohort, tuple[Finding, ...]]:
    named = None if strata is None else [column_named(manifest, name) for name in strata]
    found, findings = cohort(manifest, strata=named, path=path)
    missing = [name for name in named or () if name not in manifest]
    faults = [
        Finding(
            rule="EVIDENCE-TABLE",
            message=f"There is no column {name!r} to compare the sides by.",
            path=path,
            line=1,
            column=1,
            hint=f"The header has: {', '.join(map(str, manifest.columns[:12]))}.",
        )
        for name in missing
    ]
    return found, (*faults, *findings)


def _evidence(
    placed: Placed, chosen: Choices, function: str, *, inputs: Sequence[Input], findings: Sequence[Finding]
) -> Evidence:
    proof, alike = prove(placed), compare(placed)
    return Evidence(
        kind="splits",
        function=function,
        values=(*proof.estimates, *alike.estimates),
        findings=(*findings, *proof.findings, *external(placed, chosen.external), *alike.findings),
        inputs=tuple(inputs),
        tables=(proof.table, *alike.tables),
        plots=alike.plots,
        sentence=_sentence(placed, [*findings, *proof.findings]),
        options={"strata": list(placed.cohort.strata), "external": list(chosen.external)},
    )


def _sentence(placed: Placed, findings: Iterable[Finding]) -> str:
    folds, patient = placed.split.folds, placed.cohort.patient
    n_cases = int(np.logical_or.reduce(placed.masks).sum())
    sides = [name for name, _ in placed.of(folds[0])]
    how = f"{len(folds)} folds" if placed.kfold else " and ".join(filter(None, (", ".join(sides[:-1]), sides[-1])))
    what = f"{n_cases:,} cases" + (f" of {len(patient.names):,} patients" if patient is not None else "")
    text = f"{what} were divided into {how}"
    if any(f.severity in (Severity.ERROR, Severity.BLOCKER) for f in findings):
        return f"{text}; that the sides are disjoint could not be shown."
    each = "no patient, case or file content" if placed.cohort.content is not None else "no patient and no case"
    return f"{text}; the sides are disjoint at the patient level: {each} is on two of them."


# Making


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The splits to make: `kfold:5`, `train/val/test=70/10/20`; the seed; the file, by default beside the manifest."""

    plan: str
    seed: int = 0
    file: Path | None = None


def create(manifest: Path, wanted: Wanted, choices: Choices | None = None) -> Evidence:
    """Make splits by patient, balanced in every stratum, write them with their hash, and prove them.

    Nothing is written where the manifest has faults or the file exists. Raises `AlreadyExists`, `BadInput`, `Missing`.
    """
    chosen = choices or Choices()
    plan = _plan(wanted.plan)
    file = wanted.file or manifest.parent / FILE
    for each in (file, _beside(file)):
        if each.exists():
            raise AlreadyExists(each, hint="Splits that results rest on are not replaced. Name another with --make-to.")
    table = case_rows(manifest, "patient")
    if not table.usable:
        return Evidence(kind="splits", function=f"{FUNCTION}.create", findings=table.findings, inputs=(table.file,))
    found, faults = _cohort(table.frame, chosen.strata, manifest.name)
    wrong = [f for f in faults if f.severity in (Severity.ERROR, Severity.BLOCKER)]
    if wrong:
        return Evidence(kind="splits", function=f"{FUNCTION}.create", findings=tuple(faults), inputs=(table.file,))
    made = make(found, plan, seed=wanted.seed, kept_out=_kept_out(found, chosen.external))
    digest = _write(file, made.split)
    placed = Placed(split=made.split, cohort=found, file=file.name)
    evidence = _evidence(
        placed,
        chosen,
        f"{FUNCTION}.create",
        inputs=[table.file, fingerprint(file)],
        findings=[*table.findings, *faults, *made.findings],
    )
    return _signed(evidence, placed, plan, seed=wanted.seed, written=(file, digest))


def _plan(text: str) -> Plan:
    try:
        return plan_of(text)
    except ValueError as error:
        raise ReviewError(
            f"{text!r} is no way to make splits: {error}.",
            hint="Write kfold:5, kfold:5,test=20 or train/val/test=70/10/20.",
        ) from None


def _kept_out(found: Cohort, sites: Sequence[str]) -> np.ndarray | None:
    """The cases of sites that are to be tested on only."""
    if not sites:
        return None
    if found.site is None:
        raise BadInput(found.path, "there is no column site, so no site can be kept for testing.", hint="Add it.")
    unknown = [name for name in sites if name not in found.site.names]
    if unknown:
        known = ", ".join(found.site.names[:12])
        raise BadInput(found.path, f"there is no site called {unknown[0]!r}.", hint=f"It has: {known}.")
    wanted = np.array([name in sites for name in found.site.names])
    kept = np.zeros(len(found.cases), dtype=np.bool_)
    kept[found.site.case[wanted[found.site.code]]] = True
    return kept


def _write(file: Path, split: Split) -> str:
    """Write the splits as nnU-Net reads them, and their hash beside them, as `sha256sum --check` reads it."""
    folds = [{side.name: list(side.cases) for side in split.of(fold)} for fold in split.folds]
    data = (json.dumps(folds, ensure_ascii=False, indent=4) + "\n").encode()
    digest = hashlib.sha256(data).hexdigest()
    write_file(file, data)
    write_file(_beside(file), f"{digest}  {file.name}\n".encode())
    return digest


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.sha256")


def _signed(evidence: Evidence, placed: Placed, plan: Plan, *, seed: int, written: tuple[Path, str]) -> Evidence:
    file, digest = written
    strata = list(placed.cohort.strata)
    by = f", stratified by {', '.join(strata)}" if strata else ""
    sentence = (
        f"{evidence.sentence} They were made by patient{by} ({plan}, seed {seed}) and are in {file.name} "
        f"(SHA-256 {digest})."
    )
    options = {**evidence.options, "plan": str(plan), "seed": seed, "file": file.name, "sha256": digest}
    return replace(evidence, sentence=sentence, options=options)

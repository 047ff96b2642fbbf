"""Files of splits, and tables of cases, as people write them: read with the place of every case."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from review.domain.estimate import Input
from review.domain.finding import Finding
from review.evidence.manifest import ALIASES
from review.evidence.split_forms import Split, Strange, of_table, of_tree
from review.evidence.splits import Locate
from review.services.evidence.read_files import Rows, rows, tree

_TREES = frozenset({".json", ".yml", ".yaml"})
# Columns of a table of splits that say nothing of a case itself.
_OF_SPLITS = frozenset({"split", "fold"})
_NAMES = {**ALIASES, "fold": ("folds", "cv_fold", "kfold", "val_fold", "fold_number")}
# What stands for a case where no column is called so, the first of them that is there.
_CASES = ("scan", "volume", "image", "series", "study", "sample", "id", "sample_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitsRead:
    """Splits as read, and what a table of them says of the cases besides."""

    split: Split | None
    frame: pd.DataFrame
    locate: Locate
    file: Input
    findings: tuple[Finding, ...]


def read_splits(path: Path) -> SplitsRead:
    """Splits of a file in any form people write them in; what is wrong is in the findings. Raises `Missing`."""
    if path.suffix.lower() not in _TREES:
        return _read_table(path)
    document, file = tree(path)
    text = path.read_text(encoding="utf-8", errors="replace")
    split, findings = None, list(document.findings)
    if not findings:
        try:
            split = of_tree(document.tree)
        except Strange as strange:
            hint = 'nnU-Net writes [{"train": [...], "val": [...]}, …], a part for each fold.'
            findings.append(Finding(rule="SPL-FILE", message=str(strange), path=path.name, line=1, column=1, hint=hint))
    cases = dict.fromkeys(case for side in split.sides for case in side.cases) if split else {}
    names = list(cases)
    frame = pd.DataFrame({"case": pd.Series(names, dtype=str)}, index=pd.RangeIndex(1, len(names) + 1))
    return SplitsRead(split=split, frame=frame, locate=_in_text(text), file=file, findings=tuple(findings))


def _read_table(path: Path) -> SplitsRead:
    table = case_rows(path)
    if not table.usable:
        return SplitsRead(split=None, frame=table.frame, locate=_nowhere, file=table.file, findings=table.findings)
    split, findings = of_table(table.frame, path=path.name)
    about = table.frame.drop(columns=[name for name in _OF_SPLITS if name in table.frame])
    frame = table.frame[~about.duplicated()]
    lines = table.frame["case"]

    def locate(case: str) -> tuple[int | None, int | None]:
        at = np.flatnonzero((lines == case).to_numpy())
        return (int(lines.index[at[-1]]), [*table.frame.columns].index("case") + 1) if len(at) else (None, None)

    return SplitsRead(split=split, frame=frame, locate=locate, file=table.file, findings=(*table.findings, *findings))


def case_rows(path: Path, *required: str) -> Rows:
    """A table with a column case, which may be called after what a case is here, such as scan or volume."""
    found = rows(path, required=required, aliases=_NAMES)
    if "case" not in found.frame:
        named = next((name for name in _CASES if name in found.frame), None)
        if named is None:
            return rows(path, required=("case", *required), aliases=_NAMES)
        found = replace(found, frame=found.frame.rename(columns={named: "case"}))
    return found


def _nowhere(_: str) -> tuple[int | None, int | None]:
    return None, None


def _in_text(text: str) -> Locate:
    """The place where a case is named last in a JSON file."""

    def locate(case: str) -> tuple[int | None, int | None]:
        at = text.rfind(json.dumps(case, ensure_ascii=False)) if case else -1
        return (text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)) if at >= 0 else (1, 1)

    return locate

"""Out of fold or not: whether any model scored a case, or another case of the same patient, that it was trained on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from review.domain.finding import Finding, Severity, Status
from review.evidence.split_forms import Side, Split, stem

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Fold:
    """The cases of one fold by side."""

    train: frozenset[str] = field(default_factory=frozenset)
    val: frozenset[str] = field(default_factory=frozenset)
    test: frozenset[str] = field(default_factory=frozenset)


def fold_name(text: str) -> str:
    """A fold by its number, however it is written.

    >>> fold_name("fold_0"), fold_name("2.0"), fold_name("3")
    ('0', '2', '3')
    """
    found = re.search(r"(\d+)(?:\.0+)?$", text.strip())
    return str(int(found.group(1))) if found else text.strip()


def folds_of(split: Split) -> dict[str, Fold]:
    """The sides of each fold by name; a test set of its own, or an external one, belongs to every fold."""
    return {fold_name(name): _fold(split.of(name)) for name in split.folds}


def _fold(sides: Iterable[Side]) -> Fold:
    cases: dict[str, set[str]] = {"train": set(), "val": set(), "test": set()}
    for side in sides:
        cases["test" if side.name == "external" else side.name].update(map(stem, side.cases))
    return Fold(**{name: frozenset(each) for name, each in cases.items()})


def out_of_fold(frame: pd.DataFrame, folds: Mapping[str, Fold], path: str) -> tuple[Finding, ...]:
    """A finding for each row that was scored by a model that had seen it; the frame has case and patient, maybe fold."""
    if "fold" not in frame and len(folds) > 1:
        return (
            Finding(
                rule="SPL-05",
                severity=Severity.WARNING,
                status=Status.NOT_EVALUABLE,
                message=f"There is no column fold, so it cannot be told which of {len(folds)} models scored a case.",
                path=path,
                line=1,
                hint="Add the column fold (0, 1, 2 …): the fold whose validation part the case is in.",
            ),
        )
    names = [name for name in ("model", "fold", "split") if name in frame]
    rows = frame[["case", "patient", *names]].drop_duplicates(["case", *names])
    rows = rows.assign(plain=rows["case"].map(stem))
    named = rows["fold"].map(fold_name) if len(folds) > 1 else pd.Series(next(iter(folds)), index=rows.index)
    patient_of = rows.drop_duplicates("plain").set_index("plain")["patient"]
    column = list(frame.columns).index("fold" if "fold" in frame else "case") + 1
    found: list[Finding] = []
    for name, own in rows.groupby(named):
        fold = folds.get(str(name))
        if fold is None:
            held_out = own["plain"].map(lambda case: not any(case in f.train or case in f.val for f in folds.values()))
            found += _told(own[~held_out], path, column, [f"There is no fold {name} in the splits."] * _SHOWN)
            continue
        found += _of_fold(own, str(name), fold, (patient_of, path, column))
    found += _unscored(rows, named, folds, path)
    return tuple(found)


def _of_fold(own: pd.DataFrame, name: str, fold: Fold, where: tuple[pd.Series, str, int]) -> Iterable[Finding]:
    patient_of, path, column = where
    which = f" of fold {name}" if name else ""
    seen = own["plain"].isin(fold.train)
    says = [
        f"Case {case} is in the training part{which} and was scored by its model."
        for case in own["case"][seen][:_SHOWN]
    ]
    hint = "Score a case with the model of the fold it was left out of."
    yield from _told(own[seen], path, column, says, hint)
    trained = set(patient_of[patient_of.index.isin(fold.train)])
    kin = ~seen & own["patient"].isin(trained)
    says = [
        f"Case {case} was scored{which and f' by fold {name}'}, whose training part has another case of patient {patient}."
        for case, patient in own[["case", "patient"]][kin][:_SHOWN].to_numpy()
    ]
    yield from _told(own[kin], path, column, says, "Keep all cases of a patient on one side.")
    unknown = ~seen & ~kin & ~own["plain"].isin(fold.val | fold.test)
    if "split" in own:
        unknown &= ~own["split"].str.casefold().str.startswith("test")
    says = [f"Case {case} is in no part{which} that may be scored." for case in own["case"][unknown][:_SHOWN]]
    yield from _told(own[unknown], path, column, says, "Compare the names of the cases with those in the splits.")


def _told(rows: pd.DataFrame, path: str, column: int, says: Sequence[str], hint: str = "") -> Iterable[Finding]:
    for line, message in zip(rows.index[:_SHOWN], says, strict=False):
        yield Finding(
            rule="SPL-05",
            severity=Severity.BLOCKER,
            message=message,
            path=path,
            line=int(str(line)),
            column=column,
            hint=hint,
        )
    if len(rows) > _SHOWN:
        line = int(str(rows.index[_SHOWN]))
        message = f"{len(rows) - _SHOWN:,} more cases like these."
        yield Finding(rule="SPL-05", severity=Severity.BLOCKER, message=message, path=path, line=line, column=column)


def _unscored(rows: pd.DataFrame, named: pd.Series, folds: Mapping[str, Fold], path: str) -> Iterable[Finding]:
    """Cases of a validation part that nobody scored: a mean over folds would leave them out in silence."""
    for name, fold in folds.items():
        left = fold.val - set(rows["plain"][named == name])
        if left and (named == name).any():
            some = ", ".join(sorted(left)[:3]) + (" …" if len(left) > 3 else "")
            yield Finding(
                rule="SPL-05",
                severity=Severity.WARNING,
                message=f"{len(left):,} of {len(fold.val):,} cases that fold {name or 'val'} should score have no row: {some}.",
                path=path,
                hint="Score them too, or say why not.",
            )

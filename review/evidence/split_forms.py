"""Splits as people write them, in one form: nnU-Net's list of folds, a JSON of folds or of sides, a table of cases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from review.domain.finding import Finding
from review.evidence.manifest import fault, line_of, place_of

SIDES: Mapping[str, str] = {
    **dict.fromkeys(("train", "training", "tr", "trn", "fit", "development", "dev_train"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "validate", "dev", "tune", "tuning"), "val"),
    **dict.fromkeys(("test", "testing", "ts", "te", "tst", "holdout", "held_out", "heldout", "internal_test"), "test"),
    **dict.fromkeys(("external", "ext", "external_test", "external_validation"), "external"),
}
ORDER = ("train", "val", "test", "external")
_ENDINGS = (".nii.gz", ".nii", ".mha", ".mhd", ".nrrd", ".npz", ".npy", ".b2nd", ".dcm", ".png", ".jpg")
_NAMES = ("case", "case_id", "id", "identifier", "name", "image", "img", "file")
_MOST = 3  # levels of nesting that a file of splits may have
_HINT = 'Write [{"train": [...], "val": [...]}, …] as nnU-Net does, or a table with the columns case and split or fold.'


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The cases of one side of one fold, as listed. `fold` is empty where there is one division only."""

    fold: str
    name: str
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """All sides. A side of the fold "" in a split with folds, such as a test set, holds for every fold."""

    sides: tuple[Side, ...]

    @property
    def folds(self) -> tuple[str, ...]:
        """The names of the folds, or one empty name."""
        return tuple(dict.fromkeys(s.fold for s in self.sides if s.fold)) or ("",)

    def of(self, fold: str) -> tuple[Side, ...]:
        """The sides that hold in a fold, in order."""
        found = [s for s in self.sides if s.fold in (fold, "")]
        return tuple(sorted(found, key=lambda s: ORDER.index(s.name)))


class Strange(ValueError):
    """What no form of splits explains; the message says what was found."""


def of_tree(tree: Any) -> Split:
    """Splits from JSON. Raises `Strange`.

    >>> split = of_tree([{"train": ["a"], "val": ["b"]}, {"train": ["b"], "val": ["a"]}])
    >>> [(s.fold, s.name, s.cases) for s in split.sides][:2], split.folds
    ([('0', 'train', ('a',)), ('0', 'val', ('b',))], ('0', '1'))
    """
    if isinstance(tree, list):
        return _merged(_of_list(tree))
    if isinstance(tree, dict) and tree:
        return _merged(_of_mapping({str(k): v for k, v in tree.items()}))
    raise Strange("The file holds no splits.")


def _of_list(folds: list[Any]) -> Iterable[Side]:
    if folds and all(isinstance(each, dict) and _sides_of(each) for each in folds):
        for number, each in enumerate(folds):
            yield from _of_sides(each, fold=str(number) if len(folds) > 1 else "")
    elif folds and all(isinstance(each, list) for each in folds):
        yield from _rotated({str(number): _cases(each) for number, each in enumerate(folds)})
    else:
        raise Strange("A list of splits has a part per fold, each with train and val.")


def _of_mapping(tree: Mapping[str, Any]) -> Iterable[Side]:
    inner = next(
        (k for k in ("folds", "splits", "cv", "cross_validation") if isinstance(tree.get(k), list | dict)), None
    )
    if inner is not None:
        yield from of_tree(tree[inner]).sides
        yield from _of_sides({k: v for k, v in tree.items() if _side(k) in ("test", "external")}, fold="")
    elif any(_side(k) and isinstance(v, list) for k, v in tree.items()) and not _fold_keys(tree):
        yield from _of_sides(tree, fold="")
    elif _fold_keys(tree):
        yield from _of_folds(tree)
    elif all(isinstance(v, str | int) for v in tree.values()):
        yield from _assigned({case: str(v) for case, v in tree.items()})
    else:
        raise Strange(f"It is not clear what {', '.join(list(tree)[:4])} mean in this file.")


def _fold_keys(tree: Mapping[str, Any]) -> list[str]:
    return [k for k, v in tree.items() if _side(k) is None and isinstance(v, list | dict) and _fold(k) is not None]


def _of_folds(tree: Mapping[str, Any]) -> Iterable[Side]:
    keys = _fold_keys(tree)
    if all(isinstance(tree[k], dict) for k in keys):
        for key in keys:
            yield from _of_sides(tree[key], fold=_fold(key) or key)
    else:
        yield from _rotated({_fold(k) or k: _cases(tree[k]) for k in keys})
    yield from _of_sides({k: v for k, v in tree.items() if _side(k) in ("test", "external")}, fold="")


def _of_sides(tree: Mapping[str, Any], *, fold: str) -> Iterable[Side]:
    for key, cases in tree.items():
        name = _side(key)
        if name is not None and isinstance(cases, list):
            yield Side(fold=fold, name=name, cases=_cases(cases))


def _sides_of(tree: Mapping[str, Any]) -> bool:
    return any(_side(str(k)) and isinstance(v, list) for k, v in tree.items())


def _rotated(folds: Mapping[str, tuple[str, ...]]) -> Iterable[Side]:
    """Each fold is held out once, and the others are trained on."""
    for held, cases in folds.items():
        others = dict.fromkeys(case for fold, each in folds.items() if fold != held for case in each)
        yield Side(fold=held, name="train", cases=tuple(others))
        yield Side(fold=held, name="val", cases=cases)


def _assigned(place: Mapping[str, str]) -> Iterable[Side]:
    """From the side or the number of the fold of each case."""
    sides = {case: _side(word) for case, word in place.items()}
    folds: dict[str, list[str]] = {}
    for case, word in place.items():
        if sides[case] is None and _fold(word) is None:
            raise Strange(f"{word[:40]!r}, where case {case} is, is neither a side nor the number of a fold.")
        if sides[case] is None:
            folds.setdefault(_fold(word) or word, []).append(case)
    yield from _rotated({name: tuple(folds[name]) for name in sorted(folds)})
    for name in ORDER:
        cases = tuple(case for case, side in sides.items() if side == name)
        if cases and not (folds and name in ("train", "val")):
            yield Side(fold="", name=name, cases=cases)


def _merged(sides: Iterable[Side]) -> Split:
    found = tuple(sides)
    if not any(side.cases for side in found):
        raise Strange("The file holds no cases.")
    return Split(sides=found)


def _cases(entries: Sequence[Any]) -> tuple[str, ...]:
    return tuple(_case(entry) for entry in entries)


def _case(entry: Any) -> str:
    if isinstance(entry, dict):
        entry = next((entry[k] for k in _NAMES if isinstance(entry.get(k), str)), entry)
        return stem(PurePosixPath(entry).name) if isinstance(entry, str) else _no_case(entry)
    if isinstance(entry, str | int) and not isinstance(entry, bool):
        return str(entry).strip()
    return _no_case(entry)


def _no_case(entry: Any) -> str:
    raise Strange(f"{str(entry)[:60]} is no case.")


def stem(case: str) -> str:
    """A case without the ending of its file and nnU-Net's number of the channel.

    >>> stem("spine_004_0000.nii.gz"), stem("spine_004")
    ('spine_004', 'spine_004')
    """
    case = case.strip()
    for ending in _ENDINGS:
        if case.lower().endswith(ending):
            return re.sub(r"_\d{4}$", "", case[: -len(ending)])
    return case


def _side(word: str) -> str | None:
    return SIDES.get(re.sub(r"[\s-]+", "_", word.strip().casefold()))


def _fold(word: str) -> str | None:
    """The number of a fold: 0, fold_0, Fold 1, cv2."""
    found = re.fullmatch(r"(?:folds?|cv|split|val)?[\s_-]*(\d{1,4})(?:\.0)?", word.strip().casefold())
    return found.group(1) if found else None


# Tables


def of_table(frame: pd.DataFrame, *, path: str) -> tuple[Split | None, tuple[Finding, ...]]:
    """Splits from a table with the columns case and split or fold; the index is the line of the file.

    A line per case and fold tells the side in that fold; a line per case tells the fold in which it is held out, and
    `test` in the column split keeps it out of all folds.
    """
    if "split" not in frame and "fold" not in frame:
        told = "There is neither a column split nor a column fold."
        return None, (fault("SPL-FILE", told, path, line=1, column=1, hint=_HINT),)
    faults = [
        *_strange_cells(frame, "split", lambda w: _side(w) is not None or _fold(w) is not None, path),
        *_strange_cells(frame, "fold", lambda w: _fold(w) is not None or _side(w) in ("test", "external"), path),
    ]
    try:
        return _merged(_of_frame(frame)), tuple(faults)
    except Strange as error:
        return None, (*faults, fault("SPL-FILE", str(error), path, line=1, column=1, hint=_HINT))


def _of_frame(frame: pd.DataFrame) -> Iterable[Side]:
    case = frame["case"].to_numpy()
    side = frame["split"].map({w: _side(w) or "" for w in frame["split"].unique()}) if "split" in frame else None
    fold = frame["fold"].map({w: _fold(w) or "" for w in frame["fold"].unique()}) if "fold" in frame else None
    if side is not None and fold is None and not (side != "").any():  # the column split holds numbers of folds
        fold, side = frame["split"].map({w: _fold(w) or "" for w in frame["split"].unique()}), None
    if fold is None or not (fold != "").any():
        yield from _grouped(case, side, fold="")
        return
    if side is not None and _long(frame, fold):
        for name in sorted({*fold} - {""}, key=int):
            here = (fold == name).to_numpy()
            yield from _grouped(case[here], side[here], fold=name)
        yield from _grouped(case[(fold == "").to_numpy()], side[fold == ""], fold="")
        return
    where = np.array([_side(word) or "" for word in frame["fold"]] if "fold" in frame else [""] * len(frame))
    if side is not None:
        where = np.where(where == "", side.to_numpy(), where)
    numbers = fold.to_numpy()
    inside = (numbers != "") & ~np.isin(where, ["test", "external"])
    yield from _rotated({n: tuple(case[inside & (numbers == n)]) for n in sorted({*numbers[inside]}, key=int)})
    for name in ("test", "external"):
        if (where == name).any():
            yield Side(fold="", name=name, cases=tuple(case[where == name]))


def _long(frame: pd.DataFrame, fold: pd.Series) -> bool:
    """Whether most cases stand in several folds, with their side in each."""
    pairs = pd.DataFrame({"case": frame["case"], "fold": fold})[(fold != "").to_numpy()].drop_duplicates()
    return bool(pairs["case"].nunique() * 1.5 < len(pairs))


def _grouped(case: Any, side: pd.Series | None, *, fold: str) -> Iterable[Side]:
    words = np.asarray(side, dtype=object)
    for name in ORDER if side is not None else ():
        here = words == name
        if here.any():
            yield Side(fold=fold, name=name, cases=tuple(case[here]))


def _strange_cells(frame: pd.DataFrame, column: str, known: Callable[[str], bool], path: str) -> Iterable[Finding]:
    if column not in frame:
        return
    wrong = [word for word in frame[column].unique() if word and not known(word)]
    for word in wrong[:20]:
        line = line_of(frame.index[(frame[column] == word).to_numpy()][0])
        yield fault(
            "SPL-FILE",
            f"{word[:40]!r} in column {column} is not a {'side' if column == 'split' else 'fold'}.",
            path,
            line=line,
            column=place_of(frame, column),
            hint="Write train, val or test." if column == "split" else "Number the folds from 0.",
        )

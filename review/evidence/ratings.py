"""Ratings as people wrote them down, one row each, set out as items × raters, with every fault by its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from review.domain.finding import Finding, Severity

Floats = NDArray[np.float64]
LEVELS = ("nominal", "ordinal", "interval", "ratio")
MEASUREMENTS = 20  # more distinct numbers than this are measurements, not categories
_EMPTY = frozenset({"", "na", "n/a", "nan", "null", "."})  # "none" is a label: none of the classes
_BETWEEN = r"\s*[;|]\s*"  # what separates the labels of a set, such as L5; S1
_SHOWN = 20


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Ratings:
    """`codes[i, j]` is the place in `categories` of what rater j said of item i, −1 where nothing was said.

    `numbers` holds the same as numbers if all labels are numbers. `sets[q]` says which raters put label q into their
    answer for each item (1, 0), if answers are sets; a plain label is a set of one. `owner` is the patient of each item.
    """

    items: tuple[str, ...]
    raters: tuple[str, ...]
    categories: tuple[str, ...]
    codes: NDArray[np.intp]
    numbers: Floats | None
    classes: tuple[str, ...]
    members: NDArray[np.bool_]  # categories × classes
    owner: NDArray[np.intp] | None
    level: str
    asked: bool  # whether the level was asked for, or is what the labels suggest
    order: str  # in words, how the categories are ordered

    @property
    def patients(self) -> int:
        return int(self.owner.max()) + 1 if self.owner is not None else len(self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How ratings are read: the level of measurement (empty: as the labels suggest), the order of the labels."""

    level: str = ""
    order: tuple[str, ...] = ()


def gathered(frame: pd.DataFrame, path: str, reading: Reading) -> tuple[Ratings | None, tuple[Finding, ...]]:
    """Ratings from the columns item, rater, label and, if there, patient; None where they cannot be used."""
    at = {name: place + 1 for place, name in enumerate(frame.columns)}
    faults = [*_nameless(frame, at, path), *_twice(frame, path), *_strange(frame, at, path, reading)]
    kept = frame[(frame["item"] != "") & (frame["rater"] != "")]
    faults += _patients(kept, at, path)
    kept = kept[~kept["label"].str.casefold().isin(_EMPTY)].drop_duplicates(["item", "rater"])
    faults += _alike(kept, at, path)
    raters = tuple(sorted(kept["rater"].unique()))
    if len(raters) < 2:
        who = f"only {raters[0]!r} rated" if raters else "nobody rated"
        faults.append(_fault(f"Agreement takes two raters; {who}.", path, "AGR-01", line=1, column=at["rater"]))
    if any(f.severity is Severity.ERROR and f.rule in ("AGR-01", "AGR-LABEL") for f in faults):
        return None, tuple(faults)
    return _matrix(kept, raters, reading), tuple(faults)


def _matrix(kept: pd.DataFrame, raters: tuple[str, ...], reading: Reading) -> Ratings:
    numbers = pd.to_numeric(kept["label"], errors="coerce")
    numeric = bool(numbers.notna().all()) and not reading.order
    labels = numbers.map(lambda v: f"{v:.12g}") if numeric else _as_sets(kept["label"])
    categories, order = _ordered(labels, reading, numeric=numeric)
    place = {name: at for at, name in enumerate(categories)}
    items = tuple(sorted(kept["item"].unique()))
    row = kept["item"].map({name: at for at, name in enumerate(items)}).to_numpy()
    column = kept["rater"].map({name: at for at, name in enumerate(raters)}).to_numpy()
    codes = np.full((len(items), len(raters)), -1, dtype=np.intp)
    codes[row, column] = labels.map(place).to_numpy()
    measured = None
    if numeric:
        measured = np.full(codes.shape, np.nan)
        measured[row, column] = numbers.to_numpy(dtype=float)
    parts = {name: [name] if numeric else name.split("; ") for name in categories}
    classes = tuple(dict.fromkeys(part for name in categories for part in parts[name]))
    members = np.array([[one in parts[name] for one in classes] for name in categories])
    return Ratings(
        items=items,
        raters=raters,
        categories=categories,
        codes=codes,
        numbers=measured,
        classes=classes,
        members=members,
        owner=_owner(kept, items),
        level=reading.level or _level(numbers if numeric else None),
        asked=bool(reading.level),
        order=order,
    )


def _owner(kept: pd.DataFrame, items: Sequence[str]) -> NDArray[np.intp] | None:
    if "patient" not in kept:
        return None
    of_item = kept.drop_duplicates("item").set_index("item")["patient"]
    names = [of_item[item] or f"item {item}" for item in items]
    return np.unique(names, return_inverse=True)[1]


def _as_sets(labels: pd.Series) -> pd.Series:
    """Labels with sets in one order, so that `S1; L5` and `L5|S1` are the same answer."""
    parts = {text: "; ".join(sorted({p for p in re.split(_BETWEEN, text) if p})) for text in labels.unique()}
    return labels.map(parts)


def _ordered(labels: pd.Series, reading: Reading, *, numeric: bool) -> tuple[tuple[str, ...], str]:
    said = set(labels.unique())
    if reading.order:
        return reading.order, f"in the order {' < '.join(reading.order)}"
    if numeric:
        return tuple(sorted(said, key=float)), "in the order of the numbers"
    return tuple(sorted(said)), "in alphabetical order, for no order was given (--order)"


def _level(numbers: pd.Series | None) -> str:
    """Text and few whole numbers are categories; numbers with decimals and many different ones are measurements."""
    if numbers is None:
        return "nominal"
    whole = bool((numbers == numbers.round()).all())
    return "nominal" if whole and numbers.nunique() <= MEASUREMENTS else "interval"


def _fault(
    message: str,
    path: str,
    rule: str,
    *,
    line: object,
    column: int | None = None,
    hint: str = "",
    severity: Severity = Severity.ERROR,
) -> Finding:
    return Finding(
        rule=rule, message=message, severity=severity, path=path, line=int(str(line)), column=column, hint=hint
    )


def _nameless(frame: pd.DataFrame, at: dict[str, int], path: str) -> Iterable[Finding]:
    for name in ("item", "rater"):
        for line in frame.index[frame[name] == ""][:_SHOWN]:
            yield _fault(f"This rating names no {name}.", path, "AGR-NAME", line=line, column=at[name])


def _twice(frame: pd.DataFrame, path: str) -> Iterable[Finding]:
    again = frame[frame.duplicated(["item", "rater"]) & (frame["item"] != "") & (frame["rater"] != "")]
    column = list(frame.columns).index("rater") + 1
    for line, item, rater in zip(again.index[:_SHOWN], again["item"], again["rater"], strict=False):
        message = f"{rater} rated {item} already, further up; the first rating counts."
        hint = "Keep one rating of each item by each rater; a second reading is a rater of its own, such as 'Ana 2'."
        yield _fault(message, path, "AGR-DUPLICATE", line=line, column=column, hint=hint)
    if len(again) > _SHOWN:
        message = f"{len(again) - _SHOWN:,} more ratings are there twice."
        yield _fault(message, path, "AGR-DUPLICATE", line=again.index[_SHOWN], column=column)


def _strange(frame: pd.DataFrame, at: dict[str, int], path: str, reading: Reading) -> Iterable[Finding]:
    """Labels that the level or the order asked for does not know."""
    said = frame["label"][~frame["label"].str.casefold().isin(_EMPTY)]
    numbers = pd.to_numeric(said, errors="coerce")
    if reading.level in ("interval", "ratio"):
        bad, why = (
            said[numbers.isna() | ~np.isfinite(numbers)],
            f"is not a number, which the level {reading.level} needs",
        )
        if reading.level == "ratio":
            negative = said[numbers < 0]
            for line, text in negative.iloc[:_SHOWN].items():
                message = f"{text} is below 0, which a ratio scale does not have."
                yield _fault(message, path, "AGR-LABEL", line=line, column=at["label"])
    elif reading.order:
        bad, why = said[~_as_sets(said).isin(reading.order)], f"is not one of {', '.join(reading.order)}"
    else:
        return
    for line, text in bad.iloc[:_SHOWN].items():
        yield _fault(f"{str(text)[:40]!r} {why}.", path, "AGR-LABEL", line=line, column=at["label"])


def _patients(kept: pd.DataFrame, at: dict[str, int], path: str) -> Iterable[Finding]:
    """An item belongs to one patient."""
    if "patient" not in kept:
        return
    first = kept.drop_duplicates("item").set_index("item")["patient"]
    other = kept[kept["patient"] != kept["item"].map(first)]
    for line, item, patient in zip(other.index[:_SHOWN], other["item"], other["patient"], strict=False):
        message = f"Item {item} belongs to patient {first[item]!r} further up and to {patient!r} here."
        yield _fault(message, path, "AGR-PATIENT", line=line, column=at["patient"], hint="An item has one patient.")


def _alike(kept: pd.DataFrame, at: dict[str, int], path: str) -> Iterable[Finding]:
    """Two labels that differ only in capitals or blanks count as two, which is hardly meant."""
    first: dict[str, str] = {}
    for line, text in kept["label"].drop_duplicates().items():
        plain = " ".join(str(text).casefold().split())
        if first.setdefault(plain, str(text)) != text:
            message = f"{text!r} and {first[plain]!r} differ only in how they are written and count as two labels."
            yield _fault(message, path, "AGR-SPELLING", line=line, column=at["label"], severity=Severity.WARNING)

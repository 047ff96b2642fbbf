"""SPL-02: the same or nearly the same content in two splits, by hashes, identifiers, perceptual hashes, geometry and histogram."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from review.domain.finding import Severity
from review.lint.rule import Context, Remark
from review.lint.scores import line_of

EXACT = (
    "sha256",
    "hash",
    "pixel_hash",
    "md5",
    "sop_instance_uid",
    "sopinstanceuid",
    "series_instance_uid",
    "seriesinstanceuid",
    "series",
)
PERCEPTUAL = ("phash", "dhash", "ahash", "whash", "perceptual_hash")
_SHAPES = ("geometry", "affine", "shape", "size")  # one of these with a histogram is as good as a look at both
_HISTOGRAMS = ("histogram", "histogram_hash", "intensity_histogram")
_JUDGED = ("adjudicated", "near_duplicate", "duplicate_of_none")
_DIFFERENT = frozenset({"different", "distinct", "no", "not a duplicate", "false", "no duplicate"})
NEAR = 1 / 16  # the share of bits in which two perceptual hashes of one picture may differ: 4 of 64
_SHOWN = 5
_AT_ONCE = 2_000  # rows of one split that are compared with a whole other at a time
_NOTHING = frozenset({"", "nan", "na", "none"})


def columns(frame: pd.DataFrame) -> list[str]:
    """The columns by which contents can be compared."""
    pair = [h for h in _HISTOGRAMS if h in frame] if any(s in frame for s in _SHAPES) else []
    return [name for name in (*EXACT, *PERCEPTUAL) if name in frame] + pair


def shared(context: Context, told: pd.DataFrame) -> Iterator[Remark]:
    """What two splits share; `told` has the columns `_side` and `_fold` beside its own."""
    for name in EXACT:
        if name in told:
            yield from _few(_exact(context, told, name), context)
    judged = _judged(told)
    for name in PERCEPTUAL:
        if name in told:
            yield from _few(_near(context, told[~judged], name), context)
    yield from _few(_alike(context, told[~judged]), context)


def _few(remarks: Iterator[Remark], context: Context) -> Iterator[Remark]:
    found = list(remarks)
    yield from found[:_SHOWN]
    if len(found) > _SHOWN:
        path = context.paths.get("splits")
        yield Remark(message=f"So are {len(found) - _SHOWN:,} more contents.", path=path, severity=found[0].severity)


def _known(values: pd.Series) -> pd.Series:
    return ~values.astype(str).str.strip().str.casefold().isin(_NOTHING)


def _judged(told: pd.DataFrame) -> pd.Series:
    """The rows that somebody looked at and found to be different."""
    seen = pd.Series(data=False, index=told.index)
    for name in _JUDGED:
        if name in told:
            seen |= told[name].astype(str).str.strip().str.casefold().isin(_DIFFERENT)
    return seen


def _exact(context: Context, told: pd.DataFrame, name: str) -> Iterator[Remark]:
    rows = told[_known(told[name])]
    rows = rows[rows.duplicated(["_fold", name], keep=False)]
    for (_, content), part in rows.groupby(["_fold", name], sort=False):
        sides = sorted(set(part["_side"]))
        if len(sides) > 1:
            yield _remark(context, part, f"The same {name} {str(content)[:24]} is in {' and '.join(sides)}")


def _alike(context: Context, told: pd.DataFrame) -> Iterator[Remark]:
    """One geometry and one histogram in two splits: nearly always the same scan, stored again."""
    shapes, histogram = [s for s in _SHAPES if s in told], next((h for h in _HISTOGRAMS if h in told), None)
    if not shapes or histogram is None:
        return
    keys = ["_fold", *shapes, histogram]
    rows = told[_known(told[histogram])]
    for _, part in rows[rows.duplicated(keys, keep=False)].groupby(keys, sort=False):
        sides = sorted(set(part["_side"]))
        if len(sides) > 1:
            message = f"Scans of one geometry and one histogram are in {' and '.join(sides)}"
            yield _remark(context, part, message, severity=Severity.ERROR)


def _near(context: Context, told: pd.DataFrame, name: str) -> Iterator[Remark]:
    """Perceptual hashes that differ in a few bits only, across splits."""
    rows = told[_known(told[name]) & told[name].astype(str).str.fullmatch(r"[0-9a-fA-F]{4,64}")]
    for _, fold in rows.groupby("_fold", sort=False):
        bits = {side: _bits(part[name].astype(str).tolist()) for side, part in fold.groupby("_side", sort=False)}
        for one, other in combinations(sorted(map(str, bits)), 2):
            first, second = fold[fold["_side"] == one], fold[fold["_side"] == other]
            for a, b, differ in _pairs(bits[one], bits[other]):
                part = pd.concat([first.iloc[[a]], second.iloc[[b]]])
                message = f"Near-duplicates are in {one} and {other}: their {name} differs in {differ} bits"
                yield _remark(context, part, message, severity=Severity.ERROR)


def _bits(hashes: Sequence[str]) -> NDArray[np.uint8]:
    """Hexadecimal hashes as rows of bytes; shorter ones are filled up in front."""
    width = (max(len(text) for text in hashes) + 1) // 2 * 2
    return np.array([list(bytes.fromhex(text.zfill(width))) for text in hashes], dtype=np.uint8)


def _pairs(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> Iterator[tuple[int, int, int]]:
    if one.shape[1] != other.shape[1]:
        return  # hashes of two lengths were not made by one program
    most = int(one.shape[1] * 8 * NEAR)
    for start in range(0, len(one), _AT_ONCE):
        differ = np.zeros((len(one[start : start + _AT_ONCE]), len(other)), dtype=np.uint16)
        for byte in range(one.shape[1]):
            differ += np.bitwise_count(one[start : start + _AT_ONCE, byte, None] ^ other[None, :, byte])
        for a, b in np.argwhere(differ <= most):
            yield start + int(a), int(b), int(differ[a, b])


def _remark(context: Context, part: pd.DataFrame, message: str, *, severity: Severity | None = None) -> Remark:
    cases = f" (cases {', '.join(map(str, part['case'].unique()[:4]))})" if "case" in part else ""
    line = line_of(part.index[-1])
    return Remark(message=f"{message}{cases}.", path=context.paths.get("splits"), line=line, severity=severity)

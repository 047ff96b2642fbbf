"""The fields of candidate pairs side by side: whether they agree, and how alike their texts are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
import numpy.typing as npt
from rapidfuzz import process

from review.dedup.block import Indexes
from review.dedup.prepare import NormalForm

Bools = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int64]

_WORTH_A_THREAD = 50_000  # pairs; fewer are done before a second thread has begun


@dataclass(frozen=True, slots=True)
class Agreement:
    """One field over all pairs. Neither holds where one side is missing."""

    same: Bools
    differ: Bools

    @property
    def missing(self) -> Bools:
        """True where at least one side does not give the field."""
        return ~(self.same | self.differ)


class Columns:
    """The fields of both sides of the pairs, taken out once."""

    def __init__(self, forms: Sequence[NormalForm], left: Indexes, right: Indexes) -> None:
        self.forms, self.left, self.right = forms, left, right
        self._pairs = (left.tolist(), right.tolist())
        self._codes: dict[str, tuple[Codes, Codes]] = {}

    def sides(self, field: str) -> tuple[list[str], list[str]]:
        values = list(map(attrgetter(field), self.forms))
        left, right = self._pairs
        return [values[i] for i in left], [values[i] for i in right]

    def codes(self, field: str) -> tuple[Codes, Codes]:
        """A number for each value on both sides; 0 where it is missing."""
        if field not in self._codes:
            known: dict[object, int] = {"": 0}
            number = known.setdefault
            values = np.array(
                [number(value, len(known)) for value in map(attrgetter(field), self.forms)], dtype=np.int64
            )
            self._codes[field] = values[self.left], values[self.right]
        return self._codes[field]

    def agree(self, field: str, *, blank_counts: bool = False) -> Agreement:
        one, other = self.codes(field)
        both = np.ones(len(one), dtype=bool) if blank_counts else (one > 0) & (other > 0)
        return Agreement(both & (one == other), both & (one != other))

    def missing(self, field: str) -> Bools:
        one, other = self.codes(field)
        return np.asarray((one == 0) | (other == 0))

    def flags(self, field: str) -> tuple[Bools, Bools]:
        return self.sides_of([getattr(form, field) for form in self.forms])

    def sides_of(self, flags: list[bool]) -> tuple[Bools, Bools]:
        values = np.array(flags, dtype=bool)
        return values[self.left], values[self.right]

    def similarity(self, field: str, scorer: Callable[..., float]) -> Scores:
        one, other = self.sides(field)
        scores = likeness_of(one, other, scorer)
        scores[self.missing(field)] = 0
        return scores

    def repeated(self, field: str, scorer: Callable[..., float]) -> Scores:
        """The same for a field of few values, each two of which are compared once."""
        one, other = self.codes(field)
        values = ["", *dict.fromkeys(value for form in self.forms if (value := getattr(form, field)))]
        pairs, place = np.unique(one * len(values) + other, return_inverse=True)
        scores = likeness_of(
            [values[n] for n in (pairs // len(values)).tolist()],
            [values[n] for n in (pairs % len(values)).tolist()],
            scorer,
        )[place]
        scores[(one == 0) | (other == 0)] = 0
        return scores


def likeness_of(one: list[str], other: list[str], scorer: Callable[..., float], *, at_least: float = 0.0) -> Scores:
    """How alike two texts of each pair are, from 0 to 100; 0 where it is less than `at_least`."""
    if not one:
        return np.empty(0, dtype=np.float32)
    workers = -1 if len(one) > _WORTH_A_THREAD else 1
    found = process.cpdist(one, other, scorer=scorer, dtype=np.float32, workers=workers, score_cutoff=at_least or None)
    return np.asarray(found)

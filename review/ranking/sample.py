"""A random sample of what was not screened: how many relevant records it leaves possible, and the recall that follows.

Unlike a stopping rule it needs no assumption on the ranking. The interval is exact (Clopper-Pearson's argument for draws
without replacement).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import hypergeom

from review.ranking.stopping import TARGET_RECALL

CONFIDENCE = 0.95
SIZE = 200  # of a sample for which no size was named
_EDGE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallEstimate:
    """Recall with its interval, and how many relevant records may still be unseen; None if nothing is relevant at all."""

    recall: float | None
    low: float | None
    high: float | None
    unseen: float
    unseen_low: int
    unseen_high: int
    confidence: float


def relevant_in(rest: int, *, drawn: int, hits: int, confidence: float = CONFIDENCE) -> tuple[int, int]:
    """The least and greatest number of relevant records among `rest` that a sample with `hits` among `drawn` leaves possible.

    Each side is left out with a chance of at most half of 1 − confidence.

    >>> relevant_in(1000, drawn=200, hits=0)
    (0, 16)
    """
    if not 0 <= hits <= drawn <= rest:
        raise ValueError("there are as many hits as drawn at most, and as many drawn as there are")
    possible = np.arange(hits, rest - (drawn - hits) + 1)
    side = (1 - confidence) / 2 - _EDGE  # a number at the very limit is possible
    not_fewer = hypergeom.sf(hits - 1, rest, possible, drawn) > side
    not_more = hypergeom.cdf(hits, rest, possible, drawn) > side
    kept = possible[not_fewer & not_more]
    return int(kept[0]), int(kept[-1])


def recall(
    found: int, rest: int, *, drawn: int, hits: int, later: int = 0, confidence: float = CONFIDENCE
) -> RecallEstimate:
    """Recall now, from a sample of the `rest` drawn when `found` relevant records were known.

    `hits` are the relevant ones in the sample, `later` those found since outside of it; both count as found now.
    """
    low, high = relevant_in(rest, drawn=drawn, hits=hits, confidence=confidence)
    known = hits + later
    low, high = max(low, known), max(high, known)
    middle = min(max(rest * hits / drawn if drawn else float(known), low), high)

    def share(in_rest: float) -> float | None:
        return (found + known) / (found + in_rest) if found + in_rest > 0 else None

    return RecallEstimate(
        recall=share(middle),
        low=share(high),
        high=share(low),
        unseen=middle - known,
        unseen_low=low - known,
        unseen_high=high - known,
        confidence=confidence,
    )


def size_needed(found: int, rest: int, *, target: float = TARGET_RECALL, confidence: float = CONFIDENCE) -> int | None:
    """How many must be drawn to show a recall of at least `target` if no hit is among them; None if nothing is found yet.

    >>> size_needed(100, 1000)
    455
    """
    if found == 0:
        return None
    allowed = math.floor(found / target - found + _EDGE)  # so many may be missed
    draws = np.arange(rest + 1)
    enough = np.asarray(hypergeom.cdf(0, rest, min(allowed + 1, rest), draws) <= (1 - confidence) / 2 - _EDGE)
    return int(draws[np.argmax(enough)]) if enough.any() else rest

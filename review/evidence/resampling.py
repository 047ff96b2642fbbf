"""The choices behind a resampled interval, its limits, and how a method says them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import t

_MOST_UNDEFINED = 0.05  # the share of resamples in which a statistic may not exist


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampling:
    """How often the units are drawn again, and from which seed."""

    resamples: int = 2000
    seed: int = 0

    def label(self, unit: str) -> str:
        """How an interval came about.

        >>> Resampling(resamples=2000, seed=1).label("items")
        '95 % bootstrap of items (expanded percentiles, Hesterberg 2015), 2,000 resamples, seed 1'
        """
        return f"95 % bootstrap of {unit} (expanded percentiles, Hesterberg 2015), {self.resamples:,} resamples, seed {self.seed}"


def limits(draws: NDArray[np.float64], units: int) -> tuple[float | None, float | None]:
    """The percentile interval of a statistic, its tails widened for few units; none where it often does not exist.

    The plain percentile interval is too narrow by about sqrt((n - 1)/n) and ignores that the spread was estimated, as
    the normal interval does beside that of t; the tails are Φ(−sqrt(n/(n − 1)) t) instead of 2.5 %
    (Hesterberg 2015, 10.1080/00031305.2015.1089789).
    """
    kept = draws[np.isfinite(draws)]
    if units < 2 or kept.size < (1 - _MOST_UNDEFINED) * draws.size or not kept.size:
        return None, None
    tail = float(ndtr(-math.sqrt(units / (units - 1)) * t.ppf(0.975, units - 1)))
    low, high = np.quantile(kept, (tail, 1 - tail))
    return float(low), float(high)

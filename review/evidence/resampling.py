"""The choices behind a resampled interval, and how a method says them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampling:
    """How often the units are drawn again, and from which seed."""

    times: int = 2000
    seed: int = 0

    def label(self, unit: str) -> str:
        """How an interval came about.

        >>> Resampling(times=2000, seed=1).label("items")
        '95 % percentile bootstrap of items, 2,000 resamples, seed 1'
        """
        return f"95 % percentile bootstrap of {unit}, {self.times:,} resamples, seed {self.seed}"

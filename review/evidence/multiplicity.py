"""Many tests at once: p-values corrected over the family they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

HOLM = "Holm 1979: the probability of any false finding in the family stays below 5 %"
BH = "Benjamini & Hochberg 1995: the expected share of false findings stays below 5 %"


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down correction (10.2307/4615733), in the order given.

    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03, 0.005])]
    [0.03, 0.06, 0.06, 0.02]
    """
    _all_probabilities(p_values)
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    raised = accumulate((min(1.0, (len(order) - k) * p_values[i]) for k, i in enumerate(order)), max)
    return _put_back(order, list(raised))


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """The step-up correction of Benjamini & Hochberg (10.1111/j.2517-6161.1995.tb02031.x), in the order given.

    >>> [round(p, 3) for p in benjamini_hochberg([0.01, 0.04, 0.03, 0.005])]
    [0.02, 0.04, 0.04, 0.02]
    """
    _all_probabilities(p_values)
    order = sorted(range(len(p_values)), key=lambda i: -p_values[i])
    n = len(order)
    lowered = accumulate((min(1.0, n / (n - k) * p_values[i]) for k, i in enumerate(order)), min)
    return _put_back(order, list(lowered))


CORRECTIONS: Mapping[str, str] = {"holm": HOLM, "bh": BH}


def corrected(p_values: Sequence[float], correction: str) -> list[float]:
    """By the name of a correction, `holm` or `bh`."""
    return {"holm": holm, "bh": benjamini_hochberg}[correction](p_values)


def _put_back(order: Sequence[int], values: Sequence[float]) -> list[float]:
    placed = [0.0] * len(order)
    for i, value in zip(order, values, strict=True):
        placed[i] = value
    return placed


def _all_probabilities(p_values: Sequence[float]) -> None:
    for p in p_values:
        if not 0 <= p <= 1:
            raise ValueError(f"{p} is no p-value: it must lie between 0 and 1")

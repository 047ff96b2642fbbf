"""How good a screening order was, from the labels in the order they were seen.

`n` records, `r` of them relevant, training records left out of both; t_i is the place (from 1) of the i-th
relevant record. The definitions are those of the field's simulation studies; each is given where it is computed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

_EPSILON = 1e-9  # so that 0.1 · 30 is 3 and not 4 after rounding up


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMetrics:
    """Shares lie between 0 and 1; `atd` and `n95`, `n100` count records. All are None where undefined."""

    n: int
    r: int
    loss: float | None
    wss95: float | None
    wss100: float | None
    recall_at_5pct: float | None
    recall_at_10pct: float | None
    recall_at_20pct: float | None
    n95: int | None
    n100: int | None
    atd: float | None
    atd_frac: float | None
    ndcg: float | None

    def as_dict(self) -> dict[str, float | int | None]:
        return asdict(self)


def order_metrics(relevant: Sequence[bool | int]) -> OrderMetrics:
    """All figures of one order.

    - loss: area between the perfect and the found recall curve over its greatest value; 0 perfect, about .5 random
    - WSS@95 = .95 − t_k/n with k = ⌈.95 r⌉ (Cohen et al. 2006, 10.1197/jamia.M1929); WSS@100 = 1 − t_r/n
    - recall at x % = relevant among the first ⌈x n⌉, over r
    - ATD = mean of t_i (Ferdinands et al. 2023, 10.1186/s13643-023-02257-7)
    - NDCG = Σ 1/log2(t_i + 1) over its greatest value

    >>> m = order_metrics([1, 0, 1, 0, 0])
    >>> m.n100, m.wss100, m.atd, round(m.loss, 4)
    (3, 0.4, 2.0, 0.1667)
    """
    labels = [bool(value) for value in relevant]
    n, r = len(labels), sum(labels)
    if r in {0, n}:
        return _undefined(n, r)
    places = [place for place, value in enumerate(labels, start=1) if value]
    n95, n100 = places[math.ceil(0.95 * r - _EPSILON) - 1], places[-1]
    found = sum(n - place + 1 for place in places)  # the sum of the cumulative counts
    gain = sum(1 / math.log2(place + 1) for place in places)
    return OrderMetrics(
        n=n,
        r=r,
        loss=(r * (n - (r - 1) / 2) - found) / (r * (n - r)),
        wss95=0.95 - n95 / n,
        wss100=1 - n100 / n,
        recall_at_5pct=_recall(places, n, 0.05),
        recall_at_10pct=_recall(places, n, 0.10),
        recall_at_20pct=_recall(places, n, 0.20),
        n95=n95,
        n100=n100,
        atd=sum(places) / r,
        atd_frac=sum(places) / r / n,
        ndcg=gain / sum(1 / math.log2(place + 1) for place in range(1, r + 1)),
    )


def _recall(places: Sequence[int], n: int, share: float) -> float:
    first = math.ceil(share * n - _EPSILON)
    return sum(place <= first for place in places) / len(places)


def _undefined(n: int, r: int) -> OrderMetrics:
    return OrderMetrics(
        n=n,
        r=r,
        loss=None,
        wss95=None,
        wss100=None,
        recall_at_5pct=None,
        recall_at_10pct=None,
        recall_at_20pct=None,
        n95=None,
        n100=None,
        atd=None,
        atd_frac=None,
        ndcg=None,
    )

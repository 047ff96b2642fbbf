"""A span of days cut into shares that a source gives in one go."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from review.sources.contract import Part

_ROOM = 1.25  # more shares than the least number, since none of them will hold exactly its part


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Both days belong to it. `growth` is by how much a literature grows in a year, to cut where the papers are."""

    first: date
    last: date
    growth: float

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def divide(span: Span, ask: Callable[[date, date], Part], *, count: int, most: int) -> Iterator[Part]:
    """Shares of at most `most` results that together are the span, in order of time; empty ones are left out.

    `ask` tells what lies between two days. One day with more than `most` is given as it is.
    """
    for first, last in cut(span, max(2, math.ceil(count * _ROOM / most))):
        part = ask(first, last)
        if part.count > most and first < last:
            yield from divide(Span(first=first, last=last, growth=span.growth), ask, count=part.count, most=most)
        elif part.count:
            yield part


def cut(span: Span, pieces: int) -> list[tuple[date, date]]:
    """The span in about that many pieces of equal weight, none empty, none overlapping.

    >>> cut(Span(first=date(2020, 1, 1), last=date(2020, 1, 3), growth=0.05), 5)[0]
    (datetime.date(2020, 1, 1), datetime.date(2020, 1, 1))
    """
    rate = math.log1p(span.growth) / 365.25
    whole = math.expm1(rate * span.days)
    ends = {round(math.log1p(whole * k / pieces) / rate) for k in range(1, pieces)}
    inner = sorted(end for end in ends if 0 < end < span.days)
    bounds = [0, *inner, span.days]
    if len(bounds) == 2 and span.days > 1:
        bounds = [0, span.days // 2, span.days]
    return [
        (span.first + timedelta(days=begin), span.first + timedelta(days=end - 1)) for begin, end in pairwise(bounds)
    ]

"""Printed percentages held against the number of items: can a whole number of items give them, and do totals follow?

A share printed with d decimals stands for every value that rounds to it, so whatever follows from it is an interval
(Brown & Heathers 2017, 10.1177/1948550616673876, for means of whole numbers). Sums are exact: fractions, no floats.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from review.evidence.printed import printed

# What a number is dressed in when it is pasted: **84.46**, \textbf{84.46}, 84.46 %, 84.46 (80.1-88.0), 84.46 ± 1.2
_BEFORE = re.compile(r"(?:\\\w+\{|[*_~\s])*")
_BEHIND = re.compile(r"\}?(?:\\?%|[*_~†‡§\s])*(?:\s*[(\[±].*)?")
_LONGEST = 200  # characters of a cell that are looked at
_DIGITS = re.compile(r"[+\-−]?\d+(?:[.,]\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share as it was printed: `value` with `half` a unit of its last digit on either side."""

    text: str
    value: Fraction
    half: Fraction

    @property
    def low(self) -> Fraction:
        return self.value - self.half

    @property
    def high(self) -> Fraction:
        return self.value + self.half

    @property
    def decimals(self) -> int:
        return len(self.text.partition(".")[2])


def share(text: str) -> Share | None:
    """A share with the digits it was printed with; None for what is no number.

    >>> share("84.46 %").value, share("**84.46** (80.1-88.0)").decimals, share("n/a"), share("84").half
    (Fraction(4223, 50), 2, None, Fraction(1, 2))
    """
    form = text.strip()[:_LONGEST]
    start = _BEFORE.match(form).end()  # type: ignore[union-attr]  # it matches the empty text too
    digits = _DIGITS.match(form, start)
    number = printed(digits[0]) if digits and _BEHIND.fullmatch(form, digits.end()) else None
    if number is None:
        return None
    return Share(text=number.text, value=number.value, half=number.half or Fraction(1, 2))


def hits(given: Share, n: int, *, scale: int = 100) -> range:
    """The whole numbers of n items whose share is printed so; empty if there is none. `scale` is 100 for percentages.

    Both ends of the interval count, since programs round a half up, down, or to the even digit.

    >>> list(hits(share("84.46"), 193)), list(hits(share("84.46"), 487))
    ([163], [])
    """
    first = max(0, math.ceil(given.low * n / scale))
    last = min(n, math.floor(given.high * n / scale))
    return range(first, last + 1)


def telling(decimals: int, n: int, *, scale: int = 100) -> bool:
    """Whether the test can fail at all: with more items than printed steps every value can arise.

    >>> telling(2, 487), telling(0, 487)
    (True, False)
    """
    return bool(n < scale * 10**decimals)


def neighbours(given: Share, n: int, *, scale: int = 100) -> tuple[tuple[int, str], ...]:
    """The two nearest shares that n items can give, as (items, printed share), for a value that cannot arise.

    >>> neighbours(share("79.97"), 193)
    ((154, '79.79'), (155, '80.31'))
    """
    below = min(n, max(0, math.floor(given.value * n / scale)))
    around = [k for k in (below, below + 1) if 0 <= k <= n]
    return tuple((k, rounded(Fraction(scale * k, n), given.decimals)) for k in around)


def rounded(value: Fraction, decimals: int) -> str:
    """A fraction with so many decimals, halves away from zero.

    >>> rounded(Fraction(1, 8), 2)
    '0.13'
    """
    units = math.floor(abs(value) * 10**decimals + Fraction(1, 2))
    text = f"{units:0{decimals + 1}d}"
    sign = "-" if value < 0 and units else ""
    return f"{sign}{text[:-decimals]}.{text[-decimals:]}" if decimals else f"{sign}{text}"


def swapped(one: str, other: str) -> bool:
    """Whether two numbers differ by two neighbouring digits in the wrong order.

    >>> swapped("79.97", "79.79"), swapped("79.97", "79.27")
    (True, False)
    """
    a, b = one.replace(".", ""), other.replace(".", "")
    differ = [i for i in range(min(len(a), len(b))) if a[i] != b[i]]
    return (
        len(a) == len(b)
        and len(differ) == 2
        and differ[1] == differ[0] + 1
        and a[differ[0]] == b[differ[1]]
        and a[differ[1]] == b[differ[0]]
    )


def sizes(shares: Sequence[Share], among: Iterable[int], *, scale: int = 100) -> tuple[tuple[int, int], ...]:
    """The numbers of items that let the most of these shares arise: (n, how many do), in order of n.

    >>> sizes([share("75.51"), share("85.71"), share("89.46")], range(100, 488))
    ((294, 3),)
    """
    counted = [(n, sum(bool(hits(each, n, scale=scale)) for each in shares)) for n in among if n > 0]
    most = max((fit for _, fit in counted), default=0)
    return tuple((n, fit) for n, fit in counted if fit == most and most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a total: its column, its printed value, the number of items it rests on, and the exact share if known."""

    name: str
    given: Share
    n: int
    exact: Fraction | None = None

    @property
    def value(self) -> Fraction:
        return self.given.value if self.exact is None else self.exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A printed total against the one its parts give when each counts with its number of items.

    `low` and `high` bound what the parts can give, given how they were rounded. `unweighted` is the plain mean of the parts.
    """

    name: str
    given: Share
    parts: tuple[Part, ...]
    value: Fraction
    low: Fraction
    high: Fraction
    unweighted: Fraction

    @property
    def follows(self) -> bool:
        return bool(self.low <= self.given.high and self.given.low <= self.high)

    @property
    def is_unweighted(self) -> bool:
        """The total does not follow from the parts and their items, but is the plain mean of the parts."""
        slack = sum((part.given.half for part in self.parts), Fraction(0)) / len(self.parts) + self.given.half
        return not self.follows and abs(self.unweighted - self.given.value) <= slack

    def needed(self, name: str) -> tuple[Fraction, Fraction]:
        """Between which values one part would have to lie for the printed total to follow, all else as printed."""
        n = sum(part.n for part in self.parts)
        (one,) = [part for part in self.parts if part.name == name]
        rest = [part for part in self.parts if part.name != name]
        low = self.given.low * n - sum(part.given.high * part.n for part in rest)
        high = self.given.high * n - sum(part.given.low * part.n for part in rest)
        return low / one.n, high / one.n


def total(name: str, given: Share, parts: Sequence[Part]) -> Total:
    """Hold a printed total against its parts. There must be a part, and every n above 0.

    >>> found = total("total", share("64.74"), [Part(name="qa", given=share("74.95"), n=487),
    ...                                           Part(name="report", given=share("54.52"), n=87)])
    >>> rounded(found.value, 2), found.follows, found.is_unweighted
    ('71.85', False, True)
    """
    n = sum(part.n for part in parts)
    value = sum((part.value * part.n for part in parts), Fraction(0)) / n
    middle = sum((part.given.value * part.n for part in parts), Fraction(0)) / n
    slack = sum((part.given.half * part.n for part in parts), Fraction(0)) / n
    plain = sum((part.given.value for part in parts), Fraction(0)) / len(parts)
    return Total(
        name=name,
        given=given,
        parts=tuple(parts),
        value=value,
        low=middle - slack,
        high=middle + slack,
        unweighted=plain,
    )


def leaves(name: str, totals: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The columns a total rests on in the end, going through totals that are parts themselves; none for a circle.

    >>> leaves("total", {"total": ["qa", "report"], "qa": ["text", "image"]})
    ('text', 'image', 'report')
    """

    def walk(each: str, above: frozenset[str]) -> Iterable[str]:
        if each in above:
            return
        for part in totals.get(each, ()):
            yield from walk(part, above | {each}) if part in totals else (part,)

    return tuple(dict.fromkeys(walk(name, frozenset())))

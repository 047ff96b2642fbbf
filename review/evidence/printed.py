"""Numbers as they are printed: the value, and the interval that its last digit stands for.

All arithmetic is exact (fractions), so that a sum is never wrong by a rounding of the machine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

_GROUPS = re.compile(r"[+-]?\d{1,3}(?:[, '’\u00a0\u2009\u202f]\d{3})+(?:\.\d+)?")
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_LARGE = 10_000
_LONGEST = 60  # characters; nobody prints a longer number


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A number, how it was written, and half a unit of its last digit (0 for a whole number: counts are exact)."""

    value: Fraction
    half: Fraction
    text: str

    @property
    def whole(self) -> bool:
        return self.value.denominator == 1 and self.half == 0

    @property
    def number(self) -> int | float:
        return int(self.value) if self.whole else float(self.value)

    def __str__(self) -> str:
        return f"{int(self.value):,}" if self.whole else self.text


def printed(text: object) -> Printed | None:
    """Read a number as people print it, or None if it is none.

    >>> [str(printed(t)) for t in ("1153", "1,153", "11 548", "5{,}749", "70.3 %", "0,017")]
    ['1,153', '1,153', '11,548', '5,749', '70.3', '0.017']
    >>> printed("70.30").half == Fraction(5, 1000), printed("about 5")
    (True, None)
    """
    form = str(text).strip().replace("{,}", ",").replace("−", "-").removesuffix("%").strip()
    if len(form) > _LONGEST:
        return None
    if _GROUPS.fullmatch(form) and not form.lstrip("+-").startswith("0"):
        form = re.sub(r"[, '’\u00a0\u2009\u202f]", "", form)
    elif _DECIMAL_COMMA.fullmatch(form):
        form = form.replace(",", ".")
    if not _PLAIN.fullmatch(form):
        return None
    digits, _, power = form.lower().partition("e")
    places = len(digits.partition(".")[2])
    unit = Fraction(10) ** (int(power or 0) - places)
    half = unit / 2 if places or int(power or 0) < 0 else Fraction(0)
    return Printed(value=Fraction(form), half=half, text=form)


def short(value: Fraction) -> str:
    """An exact value in few digits, with a comma at the thousands.

    >>> short(Fraction(1153)), short(Fraction(81100, 1153)), short(Fraction(547, 10)), short(Fraction(200, 11548))
    ('1,153', '70.3382', '54.7', '0.017319')
    """
    if value.denominator == 1:
        return f"{int(value):,}"
    return f"{float(value):,.2f}" if abs(value) >= _LARGE else f"{float(value):.6g}"

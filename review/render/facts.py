"""Values a manuscript may name: numbers that carry their interval and what they rest on, printed as the field prints them."""

from __future__ import annotations

from collections.abc import Mapping

from review.domain.provenance import Fact

_MOST_DECIMALS = 12
# Which computation gives the facts of a name's first part, and which the tables and sentences kept under a usual name.
COMPUTED_BY: Mapping[str, str] = {
    "n": "accounting FILE --keep counts",
    "counts": "accounting FILE --keep counts",
    "split": "splits FILE --keep splits",
    "splits": "splits FILE --keep splits",
    "strata": "splits FILE --keep splits",
    "agree": "agreement FILE --keep labels",
    "labels": "agreement FILE --keep labels",
    "readers": "agreement FILE --keep readers",
    "eval": "evaluate FILE --keep results",
    "results": "evaluate FILE --keep results",
    "bench": "benchmark FILE --keep benchmark",
    "rubric": "rubric FILE --keep rubric",
    "release": "release FOLDER --keep release",
}
PARTS = ("low", "high", "n", "unit")  # of a fact, by its name and a dot


class Whole(int):
    """A whole number that knows its fact."""

    fact: Fact


class Figure(float):
    """A number that knows its fact."""

    fact: Fact


def value_of(fact: Fact) -> object:
    """A fact's value as a template gets it; None where it is undefined.

    >>> value_of(Fact(name="a", value=0.5, low=0.4, high=0.6)).fact.low
    0.4
    """
    if fact.value is None or isinstance(fact.value, str):
        return fact.value
    value: Whole | Figure = Whole(fact.value) if isinstance(fact.value, int) else Figure(fact.value)
    value.fact = fact
    return value


def part_of(fact: Fact, part: str) -> object:
    """The interval, the n or the unit of a fact; None where it has none."""
    found: object = getattr(fact, part)
    return None if found == "" else found


def _fact(value: object) -> Fact | None:
    return value.fact if isinstance(value, (Whole, Figure)) else None


def thousands(value: float) -> str:
    """`1,498`.

    >>> thousands(1498), thousands(0.25)
    ('1,498', '0.25')
    """
    return f"{_number(value):,}"


def rounded(value: float, digits: int = 0) -> float:
    """A number with that many decimals; without any, a whole number.

    >>> rounded(0.8164, 2), rounded(2.6)
    (0.82, 3)
    """
    return round(_number(value), _decimals(digits)) if digits else round(_number(value))


def pct(value: float, whole: float, digits: int = 1) -> str:
    """A share in per cent of `whole`.

    >>> pct(123, 152)
    '80.9%'
    """
    if not _number(whole):
        raise ValueError("a percentage of nothing is undefined")
    return f"{100 * _number(value) / _number(whole):.{_decimals(digits)}f}%"


def n_pct(value: float, whole: float | None = None, digits: int = 1) -> str:
    """`123 (80.9%)`: the count with its share, of `whole` or of the n the value came with.

    A share that came with its n is printed the same way.

    >>> n_pct(123, 152), n_pct(value_of(Fact(name="a", value=27 / 33, n=33)))
    ('123 (80.9%)', '27 (81.8%)')
    """
    fact = _fact(value)
    if whole is None:
        if fact is None or not fact.n:
            raise ValueError(f"{fact.name if fact else value} does not say of how many it is")
        whole = fact.n
        if isinstance(value, float):
            value = _count(fact, value, whole)
    return f"{thousands(value)} ({pct(value, whole, digits)})"


def _count(fact: Fact, share: float, whole: float) -> int:
    """The count behind a share."""
    count = (share / 100 if fact.unit == "%" else share) * whole
    if not 0 <= count <= whole or abs(count - round(count)) > 0.01:
        raise ValueError(f"{fact.name} is no share of {whole:,}")
    return round(count)


def with_interval(value: float, *rest: float) -> str:
    """A value with its 95 % confidence interval: the one it came with, or `low, high`; the last may be the decimals.

    >>> with_interval(0.82, 0.7, 0.94), with_interval(0.82, 0.7, 0.94, 1)
    ('0.82 (95% CI 0.70 to 0.94)', '0.8 (95% CI 0.7 to 0.9)')
    """
    fact = _fact(value)
    percent = fact is not None and fact.unit == "%"
    digits = rest[-1] if len(rest) in (1, 3) else 1 if percent else 2
    low, high = rest[:2] if len(rest) > 1 else (fact.low, fact.high) if fact else (None, None)
    if low is None or high is None:
        raise ValueError(f"{fact.name if fact else value} came without an interval")
    places, sign = _decimals(digits), "%" if percent else ""
    return f"{_number(value):.{places}f}{sign} (95% CI {_number(low):.{places}f} to {_number(high):.{places}f})"


def _decimals(digits: float) -> int:
    """More would only fill the page, and with enough of them the memory."""
    if not isinstance(digits, int) or not 0 <= digits <= _MOST_DECIMALS:
        raise ValueError(f"a number is printed with 0 to {_MOST_DECIMALS} decimals")
    return digits


def _number(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        str(value)  # a fact without a value says here that it has none
        raise TypeError(f"{value!r} is not a number")
    return value

"""Values a manuscript may name: nested by their dots, and printed the way the field prints numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace

from review.domain.provenance import Fact

_MOST_DECIMALS = 12


def namespace(facts: Mapping[str, Fact], *, missing: Callable[[Fact], object]) -> dict[str, object]:
    """Facts by their dotted names as nested namespaces; `missing` stands for a value that is undefined.

    >>> tree = namespace({"a.b": Fact(name="a.b", value=1)}, missing=lambda fact: None)
    >>> tree["a"].b
    1
    """
    root = SimpleNamespace()
    for name, fact in sorted(facts.items()):
        *parents, last = name.split(".")
        place = root
        for part in parents:
            if not isinstance(getattr(place, part, None), SimpleNamespace):
                setattr(place, part, SimpleNamespace())
            place = getattr(place, part)
        setattr(place, last, missing(fact) if fact.value is None else fact.value)
    return dict(vars(root))


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


def n_pct(value: float, whole: float, digits: int = 1) -> str:
    """`123 (80.9%)`: the count with its share."""
    return f"{thousands(value)} ({pct(value, whole, digits)})"


def with_interval(value: float, low: float, high: float, digits: int = 2) -> str:
    """A value with its 95 % confidence interval.

    >>> with_interval(0.82, 0.7, 0.94)
    '0.82 (95% CI 0.70 to 0.94)'
    """
    places = _decimals(digits)
    return f"{_number(value):.{places}f} (95% CI {_number(low):.{places}f} to {_number(high):.{places}f})"


def _decimals(digits: int) -> int:
    """More would only fill the page, and with enough of them the memory."""
    if not isinstance(digits, int) or not 0 <= digits <= _MOST_DECIMALS:
        raise ValueError(f"a number is printed with 0 to {_MOST_DECIMALS} decimals")
    return digits


def _number(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        str(value)  # a fact without a value says here that it has none
        raise TypeError(f"{value!r} is not a number")
    return value

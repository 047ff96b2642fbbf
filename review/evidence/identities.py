"""Identities between counts: sum, difference, ratio, percent, mean, partition, and any line of plain arithmetic.

Each printed number stands for the interval its last digit allows, whole numbers for themselves; an identity fails when
the two sides cannot meet. A failure names every member and the difference.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from review.domain.finding import Finding, Severity
from review.evidence.printed import Printed, printed, short

Interval = tuple[Fraction, Fraction]
_DEEPEST = 60  # a formula nested deeper is nobody's accounting


class Kind(StrEnum):
    """How the members make the whole."""

    SUM = "sum"
    DIFFERENCE = "difference"
    RATIO = "ratio"
    PERCENT = "percent"
    MEAN = "mean"
    PARTITION = "partition"
    FORMULA = "formula"


ROUNDED = frozenset({Kind.RATIO, Kind.PERCENT, Kind.MEAN})  # their result is rounded even when printed without decimals
ADDING = frozenset({Kind.SUM, Kind.DIFFERENCE, Kind.PARTITION})  # their members must count the same thing


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A member of an identity: a number with the name and unit it is known by; a bare number has neither."""

    number: Printed
    name: str = ""
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.number} ({self.name})" if self.name else str(self.number)

    @property
    def interval(self) -> Interval:
        return self.number.value - self.number.half, self.number.value + self.number.half


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What must hold. `remainder` is what a partition leaves over, by name; None for a share to be worked out.

    A formula has its two sides in `formula` and the terms of its names in `members`.
    """

    kind: Kind
    members: tuple[Term, ...]
    whole: Term | None = None
    remainder: Mapping[str, Term | None] = field(default_factory=dict)
    formula: str = ""
    note: str = ""
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An identity with what both sides came to; None where one cannot be computed."""

    identity: Identity
    text: str
    computed: Fraction | None
    stated: Fraction | None
    holds: bool
    findings: tuple[Finding, ...] = ()
    left_over: Mapping[str, Fraction] = field(default_factory=dict)


def check(identity: Identity) -> Checked:
    """Compute both sides and compare them.

    >>> parts = tuple(Term(number=printed(n)) for n in (28, 22, 3))
    >>> check(Identity(kind=Kind.SUM, members=parts, whole=Term(number=printed(54)))).findings[0].message
    '28 + 22 + 3 = 53, but the whole is 54: 1 too few.'
    """
    if identity.whole is None:
        return _check_formula(identity)
    if identity.kind is Kind.PARTITION:
        return _check_partition(identity, identity.whole)
    return _check_result(identity, identity.whole)


def _check_result(identity: Identity, whole: Term) -> Checked:
    """Sum, difference, ratio, percent and mean: members on one side, the result on the other."""
    text = _written(identity)
    try:
        low, high = _value(identity.kind, [term.interval for term in identity.members])
        middle = _value(identity.kind, [(t.number.value, t.number.value) for t in identity.members])[0]
    except ZeroDivisionError:
        message = f"{text} cannot be computed: it divides by 0."
        return _failed(identity, text, _finding(identity, message, "Give the count that it is a share of."))
    stated = whole.number
    half = stated.half or (Fraction(1, 2) if identity.kind in ROUNDED else Fraction(0))
    holds = low <= stated.value + half and high >= stated.value - half
    found: list[Finding] = []
    if not holds:
        found.append(_wrong_result(identity, whole, text=text, computed=middle))
    if identity.kind is Kind.PERCENT and identity.members[0].number.value > identity.members[1].number.value:
        message = f"{identity.members[0]} is more than {identity.members[1]}, of which it is said to be a part."
        found.append(_finding(identity, message, "Check which of the two is the whole."))
    return Checked(
        identity=identity,
        text=text,
        computed=middle,
        stated=stated.value,
        holds=not found,
        findings=tuple(found),
    )


def _wrong_result(identity: Identity, whole: Term, *, text: str, computed: Fraction) -> Finding:
    sign = " %" if identity.kind is Kind.PERCENT else ""
    difference = whole.number.value - computed
    what = f"{whole.name} is" if whole.name else "the whole is" if identity.kind is Kind.SUM else "the result is"
    if identity.kind in (Kind.SUM, Kind.DIFFERENCE):
        told = f"{text} = {short(computed)}, but {what} {whole.number}: {_off(difference)}."
        hint = "Find the member that was counted another way, or declare what is left over."
    else:
        told = f"{text} = {short(computed)}{sign}, which rounding cannot turn into {whole.number}{sign}"
        told += f" ({whole.name})." if whole.name else "."
        hint = "Check the denominator: it is the count of those that could be judged."
    return _finding(identity, told, hint, expected=short(computed), got=str(whole.number))


def _off(difference: Fraction) -> str:
    return f"{short(abs(difference))} too {'few' if difference > 0 else 'many'}"


def _value(kind: Kind, members: Sequence[Interval]) -> Interval:
    if kind is Kind.DIFFERENCE:
        first, *others = members
        return first[0] - sum(o[1] for o in others), first[1] - sum(o[0] for o in others)
    total = sum((m[0] for m in members), Fraction(0)), sum((m[1] for m in members), Fraction(0))
    if kind is Kind.MEAN:
        return total[0] / len(members), total[1] / len(members)
    if kind in (Kind.RATIO, Kind.PERCENT):
        low, high = _divided(members[0], members[1])
        return (100 * low, 100 * high) if kind is Kind.PERCENT else (low, high)
    return total


def _divided(one: Interval, other: Interval) -> Interval:
    if other[0] <= 0 <= other[1]:
        raise ZeroDivisionError
    return _corners(one, other, lambda a, b: a / b)


def _corners(one: Interval, other: Interval, of: Callable[[Fraction, Fraction], Fraction]) -> Interval:
    values = [of(a, b) for a in one for b in other]
    return min(values), max(values)


def _written(identity: Identity) -> str:
    terms = [str(term) for term in identity.members]
    if identity.kind is Kind.MEAN:
        return f"The mean of {', '.join(terms)}"
    sign = {Kind.DIFFERENCE: " − ", Kind.RATIO: " / ", Kind.PERCENT: " / "}.get(identity.kind, " + ")
    return sign.join(terms)


# Partitions


def _check_partition(identity: Identity, whole: Term) -> Checked:
    """The parts and the declared remainder make the whole; a remainder without a number is worked out."""
    given = {name: term for name, term in identity.remainder.items() if term is not None}
    open_names = [name for name, term in identity.remainder.items() if term is None]
    terms = (*identity.members, *given.values())
    text = " + ".join(str(term) for term in terms)
    total = sum((term.number.value for term in terms), Fraction(0))
    slack = sum((term.number.half for term in (*terms, whole)), Fraction(0))
    missing = whole.number.value - total
    negative = [term for term in terms if term.number.value < 0]
    holds = not negative and (abs(missing) <= slack or (bool(open_names) and missing > 0))
    found = () if holds else (_bad_partition(identity, whole, text=text, total=total),)
    return Checked(
        identity=identity,
        text=text,
        computed=total,
        stated=whole.number.value,
        holds=holds,
        findings=found,
        left_over={open_names[0]: missing} if holds and open_names else {},
    )


def _bad_partition(identity: Identity, whole: Term, *, text: str, total: Fraction) -> Finding:
    missing = whole.number.value - total
    of = f"{whole.number} ({whole.name})" if whole.name else f"{whole.number}"
    told = f"{text} = {short(total)}, but the whole is {of}: "
    if missing > 0 and identity.remainder:
        told += f"with the declared remainder there are still {short(missing)} too few."
        hint = "Count the remainder again."
    elif missing > 0:
        told += (
            f"{short(missing)} {'is' if missing == 1 else 'are'} in none of the parts, and no remainder is declared."
        )
        hint = f"Say who they are, such as `remainder: {{not recorded: {short(missing).replace(',', '')}}}`."
    else:
        told += f"{short(-missing)} too many, so the parts overlap or count something else."
        hint = "Count each one in one part only, or count what the whole counts."
    return _finding(identity, told, hint, expected=str(whole.number), got=short(total))


# Formulas


class BadFormula(ValueError):
    """What is not plain arithmetic between names and numbers; the message says why."""


def names_of(formula: str) -> tuple[str, ...]:
    """The names a formula uses, in order. Raises `BadFormula`.

    >>> names_of("masks.placed = 2 * volumes.fused + volumes.spine_only")
    ('masks.placed', 'volumes.fused', 'volumes.spine_only')
    """
    return tuple(dict.fromkeys(name for side in _sides(formula) for name in _names(side)))


def _sides(formula: str) -> tuple[ast.expr, ast.expr]:
    left, sign, right = formula.replace("==", "=").replace("·", "*").replace("×", "*").replace("−", "-").partition("=")
    if not sign or not left.strip() or not right.strip() or "=" in right:
        raise BadFormula("it needs one = with something on both sides")
    try:
        sides = [ast.parse(side.strip(), mode="eval").body for side in (left, right)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadFormula("it is not plain arithmetic; write names, numbers and + - * / ( )") from None
    return sides[0], sides[1]


def _names(node: ast.expr, depth: int = 0) -> Iterator[str]:
    if depth > _DEEPEST:
        raise BadFormula("it is nested too deeply")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
        yield from _names(node.left, depth + 1)
        yield from _names(node.right, depth + 1)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        yield from _names(node.operand, depth + 1)
    elif isinstance(node, ast.Name | ast.Attribute):
        yield _dotted(node)
    elif not (isinstance(node, ast.Constant) and isinstance(node.value, int | float) and printed(node.value)):
        raise BadFormula("only names, numbers and + - * / ( ) are understood; write thousands without a comma")


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Name):
        return node.id
    raise BadFormula("a name is letters, digits and _ with dots between")


def _evaluated(node: ast.expr, terms: Mapping[str, Term], *, widen: bool) -> Interval:
    if isinstance(node, ast.Name | ast.Attribute):
        interval = terms[_dotted(node)].interval
        return interval if widen else (terms[_dotted(node)].number.value,) * 2
    if isinstance(node, ast.UnaryOp):
        low, high = _evaluated(node.operand, terms, widen=widen)
        return (-high, -low) if isinstance(node.op, ast.USub) else (low, high)
    if isinstance(node, ast.BinOp):
        one, other = (_evaluated(side, terms, widen=widen) for side in (node.left, node.right))
        if isinstance(node.op, ast.Add):
            return one[0] + other[0], one[1] + other[1]
        if isinstance(node.op, ast.Sub):
            return one[0] - other[1], one[1] - other[0]
        return _divided(one, other) if isinstance(node.op, ast.Div) else _corners(one, other, lambda a, b: a * b)
    number = printed(node.value) if isinstance(node, ast.Constant) else None
    if number is None:
        raise BadFormula("only names and numbers are understood")
    half = number.half if widen else 0
    return number.value - half, number.value + half


def _check_formula(identity: Identity) -> Checked:
    terms = {term.name: term for term in identity.members}
    sides = _sides(identity.formula)
    try:
        wide = [_evaluated(side, terms, widen=True) for side in sides]
        exact = [_evaluated(side, terms, widen=False)[0] for side in sides]
    except ZeroDivisionError:
        message = f"{identity.formula} cannot be computed: it divides by 0."
        return _failed(identity, identity.formula, _finding(identity, message, ""))
    slack = Fraction(0)
    for side, other in (sides, sides[::-1]):
        if _divides(other) and not isinstance(side, ast.BinOp) and exact[sides.index(side)].denominator == 1:
            slack = Fraction(1, 2)  # a quotient printed without decimals is a rounded one
    holds = wide[0][0] <= wide[1][1] + slack and wide[0][1] >= wide[1][0] - slack
    found: tuple[Finding, ...] = ()
    if not holds:
        members = ", ".join(f"{term.name} = {term.number}" for term in identity.members)
        told = f"{identity.formula}: the left side is {short(exact[0])}, the right side {short(exact[1])}"
        told += f", a difference of {short(abs(exact[0] - exact[1]))} ({members})."
        hint = "Find the member that was counted another way."
        found = (_finding(identity, told, hint, expected=short(exact[0]), got=short(exact[1])),)
    return Checked(
        identity=identity,
        text=identity.formula,
        computed=exact[1],
        stated=exact[0],
        holds=holds,
        findings=found,
    )


def _divides(node: ast.expr) -> bool:
    return any(isinstance(each, ast.Div) for each in ast.walk(node))


def _failed(identity: Identity, text: str, finding: Finding) -> Checked:
    return Checked(identity=identity, text=text, computed=None, stated=None, holds=False, findings=(finding,))


def _finding(
    identity: Identity, message: str, hint: str, *, expected: str | None = None, got: str | None = None
) -> Finding:
    return Finding(
        rule="ACC-04" if identity.kind is Kind.PERCENT else "ACC-03",
        severity=Severity.ERROR,
        message=message,
        line=identity.line,
        column=identity.column,
        expected=expected,
        got=got,
        hint=hint,
    )

"""Identities between printed numbers: every figure of a real accounting story, what must hold and what must not."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.evidence.identities import BadFormula, Identity, Kind, Term, check, names_of
from review.evidence.printed import printed


def term(text: object, name: str = "") -> Term:
    number = printed(text)
    assert number is not None
    return Term(number=number, name=name)


def identity(kind: Kind, members: list[object], whole: object, **remainder: object) -> Identity:
    rest = {name: None if n is None else term(n, name) for name, n in remainder.items()}
    return Identity(kind=kind, members=tuple(map(term, members)), whole=term(whole), remainder=rest)


HOLD = [
    (Kind.SUM, [342, 440, 371], 1153),
    (Kind.SUM, [342, 351, 89, 20], 802),
    (Kind.SUM, [351, 89], 440),
    (Kind.SUM, [351, 20], 371),
    (Kind.SUM, [784, 714], 1498),
    (Kind.SUM, [28, 22, 3], 53),
    (Kind.SUM, [53, 1100], 1153),
    (Kind.SUM, [25, 8], 33),
    (Kind.SUM, [14, 17, 2], 33),
    (Kind.SUM, [440, 342, 20], 802),
    (Kind.SUM, [5, 675, 706, 5, 107], 1498),
    (Kind.SUM, [272, 340, 309], 921),
    (Kind.SUM, [26, 16, 4], 46),
    (Kind.SUM, [875, 46], 921),
    (Kind.SUM, [440, 371], 811),
    (Kind.PARTITION, [805, 174, 174], 1153),
    (Kind.PARTITION, [393, 345, 11, 53], 802),
    (Kind.PARTITION, ["5,788", 11, "5,749"], "11,548"),
    (Kind.PERCENT, [811, 1153], "70.3 %"),
    (Kind.PERCENT, [2, 11548], "0.017"),
    (Kind.PERCENT, [2, 5749], "0.035"),
    (Kind.PERCENT, [342, 802], 43),
    (Kind.RATIO, [1153, 342], "3.37"),
    (Kind.DIFFERENCE, ["0.770", "0.574"], "0.196"),
    (Kind.DIFFERENCE, ["0.770", "0.421"], "0.349"),
    (Kind.MEAN, ["84.7", "84.6", "85.7", "86.0", "85.9"], "85.4"),
]
FAIL = [
    (Kind.SUM, [342, 440, 371], 1137, "16 too many"),
    (Kind.SUM, [342, 440, 371], 1163, "10 too few"),
    (Kind.SUM, [28, 22, 3], 54, "1 too few"),
    (Kind.SUM, [14, 17, 2], 30, "3 too many"),
    (Kind.PARTITION, [393, 345], 802, "64 are in none of the parts"),
    (Kind.PARTITION, [5788, 11], 11548, "5,749 are in none"),
    (Kind.PERCENT, [2, 11548], "0.035", "0.017319 %"),
    (Kind.PERCENT, [650, 802], "43", "81.0474 %"),
    (Kind.SUM, ["13.9", "36.9"], "54.7", "50.8"),
    (Kind.RATIO, [1153, 342], "3.38", "3.37135"),
    (Kind.MEAN, ["84.7", "84.6", "85.7", "86.0", "85.9"], "85.6", "85.38"),
]


@pytest.mark.parametrize(("kind", "members", "whole"), HOLD)
def test_what_the_story_reconciles_holds(kind: Kind, members: list[object], whole: object) -> None:
    found = check(identity(kind, members, whole))
    assert found.holds
    assert not found.findings


@pytest.mark.parametrize(("kind", "members", "whole", "said"), FAIL)
def test_what_does_not_add_up_names_every_member_and_the_difference(
    kind: Kind, members: list[object], whole: object, said: str
) -> None:
    found = check(identity(kind, members, whole))
    assert not found.holds
    (finding,) = found.findings
    assert said in finding.message
    assert all(str(term(member)) in finding.message for member in members)
    assert finding.rule == ("ACC-04" if kind is Kind.PERCENT else "ACC-03")


@pytest.mark.parametrize(("kind", "members", "whole"), [h for h in HOLD if h[0] in (Kind.SUM, Kind.PARTITION)])
def test_swapping_a_member_for_its_neighbour_is_noticed_and_order_is_not(
    kind: Kind, members: list[object], whole: object
) -> None:
    first = term(members[0]).number.value
    assert not check(identity(kind, [int(first) + 1, *members[1:]], whole)).holds
    assert not check(identity(kind, members[1:], whole)).holds
    assert check(identity(kind, members[::-1], whole)).holds


def test_a_partition_holds_once_its_remainder_is_declared() -> None:
    assert check(identity(Kind.PARTITION, [393, 345], 802, other=11, absent=53)).holds
    wrong = check(identity(Kind.PARTITION, [393, 345], 802, other=11, absent=50))
    assert "still 3 too few" in wrong.findings[0].message
    assert not check(identity(Kind.PARTITION, [393, 345], 802, other=11, absent=54)).holds


def test_a_remainder_without_a_number_is_worked_out_but_never_negative() -> None:
    found = check(identity(Kind.PARTITION, [393, 345], 802, unknown=None))
    assert found.holds
    assert found.left_over == {"unknown": Fraction(64)}
    assert not check(identity(Kind.PARTITION, [500, 345], 802, unknown=None)).holds


def formula(text: str, **values: object) -> Identity:
    known = {name.replace("__", "."): value for name, value in values.items()}
    members = tuple(term(known[name], name) for name in names_of(text))
    return Identity(kind=Kind.FORMULA, members=members, formula=text)


def test_mask_slots_differ_from_masks_by_three() -> None:
    found = check(
        formula(
            "masks.placed = 2·volumes.fused + volumes.spine + volumes.pelvic",
            masks__placed=1498, volumes__fused=342, volumes__spine=440, volumes__pelvic=371,
        )
    )  # fmt: skip
    assert "left side is 1,498, the right side 1,495, a difference of 3" in found.findings[0].message
    assert check(formula("pi = pt + ss", pi="50.8", pt="13.9", ss="36.9")).holds
    assert check(formula("3.37 = a / b", a=1153, b=342)).holds
    assert check(formula("3 = a / b", a=1153, b=400)).holds
    assert not check(formula("3.4 = a / b + 1", a=1153, b=342)).holds


@pytest.mark.parametrize(
    "text",
    ["a + b", "a = b = c", "a = __import__('os').system('x')", "a = b ** 9", "a = [b]", "= 3", "a = 1,153", "a = b(1)"],
)
def test_only_plain_arithmetic_is_understood(text: str) -> None:
    with pytest.raises(BadFormula):
        names_of(text)


def test_dividing_by_nothing_is_a_finding_and_a_part_larger_than_its_whole_too() -> None:
    assert "divides by 0" in check(identity(Kind.PERCENT, [2, 0], 5)).findings[0].message
    assert "divides by 0" in check(formula("a = b / c", a=1, b=2, c=0)).findings[0].message
    assert "more than 50" in check(identity(Kind.PERCENT, [100, 50], 200)).findings[0].message


counts = st.integers(min_value=0, max_value=10**6)


@given(st.lists(counts, min_size=1, max_size=8), st.integers(min_value=-50, max_value=50))
def test_a_sum_holds_exactly_when_the_whole_is_the_sum(parts: list[int], off: int) -> None:
    assert check(identity(Kind.SUM, list(parts), sum(parts) + off)).holds == (off == 0)


@given(counts, st.integers(min_value=1, max_value=10**6), st.integers(min_value=0, max_value=4))
def test_every_percentage_printed_by_rounding_is_accepted_and_two_units_off_is_not(
    part: int, rest: int, places: int
) -> None:
    whole = part + rest
    exact = Fraction(100 * part, whole)
    step = Fraction(1, 10**places)
    stated = round(exact / step) * step
    text = f"{float(stated):.{places}f}"
    assert check(identity(Kind.PERCENT, [part, whole], text)).holds
    assert not check(identity(Kind.PERCENT, [part, whole], f"{float(stated + 2 * step):.{places}f}")).holds


@given(st.integers(min_value=0, max_value=10**12))
def test_a_count_is_read_the_same_however_its_thousands_are_written(n: int) -> None:
    forms = [
        str(n),
        f"{n:,}",
        f"{n:,}".replace(",", " "),
        f"{n:,}".replace(",", "{,}"),
        f"{n:,}".replace(",", "\u202f"),
    ]
    assert {found.value for form in forms if (found := printed(form))} == {n}
    assert all(found.whole for form in forms if (found := printed(form)))


@pytest.mark.parametrize("text", ["", "n/a", "about 5", "1,15", "12-15", "1.2.3", "nan", "inf", "1" * 99, "½"])
def test_what_is_no_number_is_none(text: str) -> None:
    found = printed(text)
    assert found is None or text == "1,15"  # a decimal comma

"""Printed shares: what a number of items can give, and totals that do or do not follow from their parts."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.evidence.granularity import Part, hits, leaves, neighbours, rounded, share, sizes, swapped, telling, total

counts = st.integers(1, 900).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, st.integers(0, 4))
def test_every_share_that_was_computed_from_items_is_possible(count: tuple[int, int], decimals: int) -> None:
    k, n = count
    assert k in hits(share(rounded(Fraction(100 * k, n), decimals)), n)


@given(counts, st.integers(1, 3))
def test_what_is_called_possible_rounds_to_what_was_printed(count: tuple[int, int], decimals: int) -> None:
    text = rounded(Fraction(100 * count[0] + 1, 100 * count[1]), decimals)
    printed = share(text)
    for k in hits(printed, count[1]):
        assert abs(Fraction(100 * k, count[1]) - printed.value) <= Fraction(1, 2 * 10**decimals)


@given(st.one_of(st.integers(400, 900), st.integers(1000, 1200)))
@settings(max_examples=15, deadline=None)
def test_a_test_that_cannot_fail_says_so(n: int) -> None:
    """Just below 1,000 items it can hardly fail: a share between two steps may be printed as either."""
    possible = all(hits(share(rounded(Fraction(v, 10), 1)), n) for v in range(1001))
    assert possible == (not telling(1, n))


@given(st.lists(counts, min_size=1, max_size=6))
def test_a_total_computed_from_its_items_follows_in_any_order_of_parts(found: list[tuple[int, int]]) -> None:
    parts = [Part(name=str(i), given=share(rounded(Fraction(100 * k, n), 2)), n=n) for i, (k, n) in enumerate(found)]
    right, n = sum(k for k, _ in found), sum(n for _, n in found)
    printed = share(rounded(Fraction(100 * right, n), 2))
    assert total("all", printed, parts).follows
    assert total("all", printed, parts[::-1]).value == total("all", printed, parts).value


@pytest.mark.parametrize(
    ("text", "n", "k"),
    [("75.51", 294, 222), ("74.09", 193, 143), ("74.95", 487, 365), ("85.71", 294, 252), ("81.35", 193, 157),
     ("83.98", 487, 409), ("89.46", 294, 263), ("84.46", 193, 163), ("87.89", 487, 428), ("79.67", 487, 388),
     ("65.31", 294, 192), ("87.07", 294, 256)],
)  # fmt: skip
def test_printed_accuracies_of_a_benchmark_have_one_count_behind_them(text: str, n: int, k: int) -> None:
    assert list(hits(share(text), n)) == [k]


@pytest.mark.parametrize(
    ("text", "n"), [("79.97", 193), ("84.74", 487), ("65.31", 487), ("87.07", 487), ("84.46", 487)]
)
def test_printed_accuracies_that_no_number_of_items_gives_are_found(text: str, n: int) -> None:
    assert not hits(share(text), n)


def test_the_sizes_behind_a_column_are_found_again() -> None:
    texts = [share(t) for t in ("75.51", "85.71", "87.41", "89.46")]
    assert sizes(texts, range(50, 488)) == ((294, 4),)
    assert (294, 4) not in sizes([*texts[:3], share("89.47")], range(50, 488))


def test_swapped_digits_are_seen_among_the_nearest_possible_values() -> None:
    near = neighbours(share("79.97"), 193)
    assert near == ((154, "79.79"), (155, "80.31"))
    assert [swapped("79.97", text) for _, text in near] == [True, False]
    assert not swapped("79.97", "79.97")


def test_a_needed_part_makes_the_total_true() -> None:
    parts = [Part(name="qa", given=share("87.89"), n=487), Part(name="report", given=share("87.24"), n=87)]
    found = total("total", share("87.44"), parts)
    low, high = found.needed("qa")
    assert not found.follows
    assert low < Fraction(100 * 426, 487) < high
    mended = [Part(name="qa", given=share("87.47"), n=487), parts[1]]
    assert total("total", share("87.44"), mended).follows


def test_a_total_that_goes_in_a_circle_has_no_end() -> None:
    assert leaves("a", {"a": ["b"], "b": ["a"]}) == ()


@pytest.mark.parametrize("text", ["", "n/a", "about 5", "5 of 6", "nan", "1e", "--3", "84.46.1"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert share(text) is None


@pytest.mark.parametrize(
    "text", ["84.46", " 84,46 % ", "**84.46**", r"\textbf{84.46}", r"84.46\%", "84.46 (80-88)", "84.46 ± 1"]
)
def test_a_pasted_number_is_read_through_its_dress(text: str) -> None:
    found = share(text)
    assert (found.value, found.decimals) == (Fraction(8446, 100), 2)

"""How far people agree: raw agreement, Cohen's kappa and two coefficients that prevalence does not upset.

Pure functions of paired verdicts. Agreement is always given raw and with its interval beside any coefficient;
Cochrane does not ask for kappa, and its adjectives ("substantial") are left to nobody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from review.domain.estimate import Estimate, undefined
from review.evidence.proportions import Z95, wilson

__all__ = ["Z95", "Agreement", "PairAgreement", "agreement", "agreement_of_table", "pairwise", "wilson"]

Table = tuple[tuple[int, ...], ...]

_KAPPA = "Cohen's kappa; 95 % CI from the large-sample variance of Fleiss, Cohen & Everitt 1969"
_WILSON = "both the same / all pairs; 95 % CI of Wilson 1927"
_PABAK = "(k·Po − 1)/(k − 1), k categories (Byrt, Bishop & Carlin 1993; Brennan & Prediger 1981)"
_AC1 = "Gwet's AC1 (Gwet 2008)"
_PREVALENCE = "(both first − both second)/n (Byrt, Bishop & Carlin 1993)"
_BIAS = "(share of first category by A) − (by B) (Byrt, Bishop & Carlin 1993)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Two raters on the same items. `table[i][j]` counts items put in category i by the first and j by the second."""

    n: int
    categories: tuple[str, ...]
    table: Table
    observed: Estimate
    kappa: Estimate
    pabak: Estimate
    ac1: Estimate
    prevalence_index: Estimate
    bias_index: Estimate

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        return (self.observed, self.kappa, self.pabak, self.ac1, self.prevalence_index, self.bias_index)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAgreement:
    """Agreement of two named raters on the items both have judged."""

    first: str
    second: str
    agreement: Agreement


def agreement(pairs: Iterable[tuple[str, str]], *, categories: Sequence[str] = ()) -> Agreement:
    """Agreement over paired verdicts, one pair per item.

    `categories` are the answers that were possible, in the order of the table; by default those that occur,
    sorted. They matter: coefficients that correct for chance depend on how many answers there were.

    >>> a = agreement([("include", "include")] * 20 + [("exclude", "include")] * 10
    ...               + [("include", "exclude")] * 5 + [("exclude", "exclude")] * 15)
    >>> a.observed.value, round(a.kappa.value, 3), round(a.kappa.low, 3), round(a.kappa.high, 3)
    (0.7, 0.4, 0.151, 0.649)
    """
    given = [(str(first), str(second)) for first, second in pairs]
    names = tuple(categories) or tuple(sorted({name for pair in given for name in pair}))
    at = {name: index for index, name in enumerate(names)}
    unknown = sorted({name for pair in given for name in pair} - set(at))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not one of the categories {', '.join(names)}")
    counts = [[0] * len(names) for _ in names]
    for first, second in given:
        counts[at[first]][at[second]] += 1
    return agreement_of_table(counts, categories=names)


def agreement_of_table(table: Sequence[Sequence[int]], *, categories: Sequence[str] = ()) -> Agreement:
    """The same from a square table of counts, first rater in rows."""
    size = len(table)
    if any(len(row) != size for row in table) or any(count < 0 for row in table for count in row):
        raise ValueError("an agreement table is square and counts nothing below zero")
    names = tuple(categories) or tuple(str(i + 1) for i in range(size))
    if len(names) != size:
        raise ValueError("an agreement table has one row for each category")
    counts: Table = tuple(tuple(int(count) for count in row) for row in table)
    n = sum(map(sum, counts))
    return Agreement(
        n=n,
        categories=names,
        table=counts,
        observed=_observed(counts, n),
        kappa=_kappa(counts, n),
        pabak=_pabak(counts, n),
        ac1=_ac1(counts, n),
        prevalence_index=_prevalence(counts, n),
        bias_index=_bias(counts, n),
    )


def pairwise(ratings: Mapping[str, Mapping[str, str]], *, categories: Sequence[str] = ()) -> tuple[PairAgreement, ...]:
    """Agreement of every two raters, from rater → item → verdict, on the items both judged; raters in sorted order."""
    names = tuple(categories) or tuple(sorted({v for answers in ratings.values() for v in answers.values()}))
    found = []
    for first, second in combinations(sorted(ratings), 2):
        mine, other = ratings[first], ratings[second]
        pairs = [(mine[item], other[item]) for item in sorted(set(mine) & set(other))]
        found.append(PairAgreement(first=first, second=second, agreement=agreement(pairs, categories=names)))
    return tuple(found)


_NO_PAIRS = "no item was judged by both"


def _agreed(table: Table) -> int:
    return sum(table[i][i] for i in range(len(table)))


def _margins(table: Table, n: int) -> tuple[list[float], list[float]]:
    """Shares of each category given by the first and by the second rater."""
    rows = [sum(row) / n for row in table]
    columns = [sum(row[i] for row in table) / n for i in range(len(table))]
    return rows, columns


def _observed(table: Table, n: int) -> Estimate:
    if not n:
        return undefined("observed agreement", _NO_PAIRS, n=n)
    low, high = wilson(_agreed(table), n)
    return Estimate(name="observed agreement", value=_agreed(table) / n, low=low, high=high, n=n, method=_WILSON)


def _kappa(table: Table, n: int) -> Estimate:
    """κ = (Po − Pe)/(1 − Pe) (Cohen 1960, 10.1177/001316446002000104).

    Its variance is that of Fleiss, Cohen & Everitt 1969 (10.1037/h0028106), equation 13; the interval is cut at ±1.
    """
    name = "Cohen's kappa"
    if not n:
        return undefined(name, _NO_PAIRS, n=n)
    rows, columns = _margins(table, n)
    if any(sum(row) == n and sum(r[i] for r in table) == n for i, row in enumerate(table)):
        return undefined(name, "both used one and the same category for every item, so chance explains all of it", n=n)
    if 1.0 in rows or 1.0 in columns:
        return undefined(name, "one rater put every item in the same category, so it is 0 whatever the other says", n=n)
    size = range(len(table))
    po = _agreed(table) / n
    pe = sum(rows[i] * columns[i] for i in size)
    value = (po - pe) / (1 - pe)
    on = sum(table[i][i] / n * ((1 - pe) - (columns[i] + rows[i]) * (1 - po)) ** 2 for i in size)
    off = sum(table[i][j] / n * (columns[i] + rows[j]) ** 2 for i in size for j in size if i != j)
    variance = (on + (1 - po) ** 2 * off - (po * pe - 2 * pe + po) ** 2) / (n * (1 - pe) ** 4)
    half = Z95 * math.sqrt(max(0.0, variance))
    return Estimate(
        name=name, value=value, low=max(-1.0, value - half), high=min(1.0, value + half), n=n, method=_KAPPA
    )


def _pabak(table: Table, n: int) -> Estimate:
    """10.1016/0895-4356(93)90018-V; the interval is that of the observed agreement on the coefficient's scale."""
    name = "prevalence- and bias-adjusted kappa"
    size = len(table)
    if not n:
        return undefined(name, _NO_PAIRS, n=n)
    if size < 2:
        return undefined(name, "only one category was possible", n=n)
    value, low, high = ((size * share - 1) / (size - 1) for share in (_agreed(table) / n, *wilson(_agreed(table), n)))
    return Estimate(name=name, value=value, low=low, high=high, n=n, method=_PABAK)


def _ac1(table: Table, n: int) -> Estimate:
    """(Po − Pγ)/(1 − Pγ) with Pγ = Σ π(1 − π)/(k − 1), π the mean share of a category (10.1348/000711006X126600).

    The interval rests on the same paper's variance for two raters and a large population of items.
    """
    name, size = "Gwet's AC1", len(table)
    if not n:
        return undefined(name, _NO_PAIRS, n=n)
    if size < 2:
        return undefined(name, "only one category was possible", n=n)
    rows, columns = _margins(table, n)
    mean = [(a + b) / 2 for a, b in zip(rows, columns, strict=True)]
    po = _agreed(table) / n
    pe = sum(p * (1 - p) for p in mean) / (size - 1)
    value = (po - pe) / (1 - pe)
    on = sum(table[i][i] / n * (1 - mean[i]) for i in range(size)) / (size - 1)
    off = (
        sum(table[i][j] / n * (1 - (mean[i] + mean[j]) / 2) ** 2 for i in range(size) for j in range(size))
        / (size - 1) ** 2
    )
    spread = po * (1 - po) - 4 * (1 - po) * (on - po * pe) + 4 * (1 - po) ** 2 * (off - pe**2)
    half = Z95 * math.sqrt(max(0.0, spread / n)) / (1 - pe)
    return Estimate(name=name, value=value, low=max(-1.0, value - half), high=min(1.0, value + half), n=n, method=_AC1)


def _prevalence(table: Table, n: int) -> Estimate:
    name = "prevalence index"
    if len(table) != 2 or not n:
        return undefined(name, _NO_PAIRS if not n else "it is made for two categories", n=n)
    return Estimate(name=name, value=(table[0][0] - table[1][1]) / n, n=n, method=_PREVALENCE)


def _bias(table: Table, n: int) -> Estimate:
    name = "bias index"
    if len(table) != 2 or not n:
        return undefined(name, _NO_PAIRS if not n else "it is made for two categories", n=n)
    return Estimate(name=name, value=(table[0][1] - table[1][0]) / n, n=n, method=_BIAS)

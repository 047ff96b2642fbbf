"""SPL-03: how many patients of each declared subgroup stand in each split, and how unequal their shares are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pandas as pd

from review.domain.finding import Severity
from review.lint.rule import Context, Remark, missing
from review.lint.words import fold

MIN_N = 5  # patients of a subgroup in a split, below which a result is an anecdote
UNEVEN = 0.25  # standardised difference of prevalence between splits
_LEVELS = 12  # a column of more values is a measurement, not a grouping
_NO = frozenset({"", "0", "no", "false", "nan", "none", "normal", "0.0", "absent"})
_YES = frozenset({"1", "yes", "true", "1.0", "present"})
_UNEVALUABLE = re.compile(
    r"\bnot\s(?:be\s)?(?:evaluable|evaluated|assessed)|too\s(?:few|small|rare)|descriptive|cannot\sbe\s(?:evaluated|assessed)",
    re.IGNORECASE,
)


def rare(context: Context, frame: pd.DataFrame) -> Iterator[Remark]:
    """What is to be said of each subgroup of paper.yaml; `frame` has a row per case with its split."""
    for name in context.settings.subgroups:
        strata = strata_of(frame, name)
        if not strata:
            yield missing("splits", what=f"no column or value of the split file is called {name!r}")
        for stratum, members in strata.items():
            yield from _per_split(context, frame, members, stratum)


def strata_of(frame: pd.DataFrame, name: str) -> Mapping[str, pd.Series]:
    """The rows of a subgroup: a column of that name that says yes, each value of a column of that name, or a value so called.

    >>> told = pd.DataFrame({"vendor": ["A", "B", "A"], "lstv": ["yes", "no", "no"]})
    >>> [list(members) for members in strata_of(told, "LSTV").values()], list(strata_of(told, "vendor"))
    ([[True, False, False]], ['vendor A', 'vendor B'])
    """
    form = name.casefold().replace(" ", "_")
    for column in frame.columns:
        if str(column).casefold() == form:
            return _levels(frame[column].astype(str).str.strip(), name)
    for column in frame.columns:
        if frame[column].dtype == object or str(frame[column].dtype).startswith("str"):
            found = frame[column].astype(str).str.strip().str.casefold().str.replace(" ", "_") == form
            if found.any():
                return {name: found}
    return {}


def _levels(values: pd.Series, name: str) -> Mapping[str, pd.Series]:
    low = values.str.casefold()
    known = sorted(set(values[~low.isin(_NO)]))
    if not (set(low) - _NO - _YES) or len(known) < 2:
        return {name: ~low.isin(_NO)}
    return {f"{name} {level}": values == level for level in known} if len(known) <= _LEVELS else {}


def _per_split(context: Context, frame: pd.DataFrame, members: pd.Series, name: str) -> Iterator[Remark]:
    """Too few in a split, fold by fold; and splits that differ, unless the text calls the subgroup not evaluable."""
    if any(_UNEVALUABLE.search(s.text) and name.casefold() in s.low for s in context.document.sentences):
        return
    unit = "patient" if "patient" in frame else "case"
    told = context.document.says(re.compile(re.escape(name), re.IGNORECASE))
    place, path = told.start if told else None, None if told else context.paths.get("splits")
    folds = frame["fold"].astype(str) if "fold" in frame else pd.Series("", index=frame.index)
    for of_fold, inside in frame.groupby(folds, sort=False):
        sides = inside["split"].astype(str).str.strip().map(fold)
        shares = {
            side: (rows[members.loc[rows.index]][unit].nunique(), rows[unit].nunique())
            for side, rows in inside.groupby(sides, sort=False)
        }
        within = f" of fold {of_fold}" if str(of_fold) else ""
        for side, (n, of) in shares.items():
            if n < MIN_N:
                nothing = ", so that nothing can be said of it there" if not n else ""
                yield Remark(
                    message=f"{name}: {n} of {of:,} {unit}s in {side}{within}{nothing}.",
                    at=place,
                    path=path,
                    severity=Severity.ERROR if n == 0 else Severity.WARNING,
                )
        yield from _uneven(shares, name)


def _uneven(shares: Mapping[str, tuple[int, int]], name: str) -> Iterator[Remark]:
    rates = {side: n / of for side, (n, of) in shares.items() if of}
    low, high = min(rates, key=lambda s: rates[s]), max(rates, key=lambda s: rates[s])
    pooled = ((rates[low] * (1 - rates[low]) + rates[high] * (1 - rates[high])) / 2) ** 0.5
    if pooled and (rates[high] - rates[low]) / pooled > UNEVEN and all(n for n, _ in shares.values()):
        yield Remark(
            message=f"{name} is {rates[low]:.1%} of {low} and {rates[high]:.1%} of {high}: the splits differ in what matters.",
            severity=Severity.WARNING,
            hint="Stratify the split by it: review evidence splits --make.",
        )

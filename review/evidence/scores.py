"""Cases with a score and a true label: how well the score tells them apart, and whether it is a probability."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from review.domain.estimate import Estimate
from review.domain.finding import Finding
from review.evidence import delong
from review.evidence.bootstrap import limits, replicated
from review.evidence.calibration import calibration
from review.evidence.proportions import diagnostic

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
YES = frozenset({"1", "1.0", "true", "t", "yes", "y", "positive", "pos", "+", "present"})
NO = frozenset({"0", "0.0", "false", "f", "no", "n", "negative", "neg", "-", "absent", "-1"})
_SHOWN = 20  # cells of one fault that are told one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """How scores are judged: from which score on a case counts as positive, how many bins calibration has, the seed."""

    threshold: float = 0.5
    bins: int = 10
    resamples: int = 2000
    seed: int = 0


def events(labels: pd.Series, *, positive: str | None, path: str, column: int) -> tuple[pd.Series, tuple[Finding, ...]]:
    """True for positive, False for negative, missing for an empty cell; a finding per cell that is neither.

    Without `positive` the usual words are known (1, true, yes, positive …); with it, that label is positive and every
    other one negative.
    """
    said = labels.str.casefold()
    empty = said.isin({"", "na", "n/a", "nan", "none", "null"})
    yes = said == positive.casefold() if positive is not None else said.isin(YES)
    no = ~yes & ~empty if positive is not None else said.isin(NO)
    found = pd.Series(pd.NA, index=labels.index, dtype="boolean")
    found[yes], found[no & ~empty] = True, False
    strange = labels[~yes & ~no & ~empty]
    findings = [
        Finding(
            rule="EVA-LABEL",
            message=f"{str(text)[:40]!r} is neither a positive nor a negative label.",
            path=path,
            line=int(str(line)),
            column=column,
            hint="Write 1 and 0, or name the positive label with --positive.",
        )
        for line, text in strange.iloc[:_SHOWN].items()
    ]
    if positive is not None and not yes.any():
        findings.append(
            Finding(rule="EVA-LABEL", message=f"No row has the label {positive!r}.", path=path, line=1, column=column)
        )
    return found, tuple(findings)


def discrimination(
    scores: Floats, positive: Flags, *, patients: NDArray[np.generic], how: Scored, by: Mapping[str, str] | None = None
) -> tuple[Estimate, ...]:
    """`auc`, then sensitivity, specificity, predictive values and accuracy at the threshold."""
    called = scores >= how.threshold
    cells = (
        int((called & positive).sum()),
        int((called & ~positive).sum()),
        int((~called & positive).sum()),
        int((~called & ~positive).sum()),
    )
    shares = [
        replace(
            share,
            method=f"{share.method}; positive from {how.threshold:g} on" if share.value is not None else share.method,
        )
        for share in diagnostic(cells, by=by)
    ]
    owner = np.unique(patients, return_inverse=True)[1]
    if owner.size and int(owner.max()) + 1 < owner.size:
        shares = _by_patient(shares, (called, positive), owner, how)
    return (delong.auc(scores, positive, patients=owner, by=by), *shares)


def judged(
    scores: Floats, positive: Flags, *, patients: NDArray[np.generic], how: Scored, by: Mapping[str, str] | None = None
) -> tuple[Estimate, ...]:
    """All that `discrimination` and `calibration` say of one group."""
    return (
        *discrimination(scores, positive, patients=patients, how=how, by=by),
        *calibration(scores, positive, bin_count=how.bins, by=by),
    )


def _by_patient(
    shares: Iterable[Estimate], flags: tuple[Flags, Flags], owner: NDArray[np.intp], how: Scored
) -> list[Estimate]:
    """The same shares with the interval of resampled patients, for several cases of one are not independent."""
    called, positive = flags
    everything = np.ones_like(called)
    parts = (
        (called & positive, positive),
        (~called & ~positive, ~positive),
        (called & positive, called),
        (~called & ~positive, ~called),
        (called == positive, everything),
    )
    patients = int(owner.max()) + 1
    hits, totals = (
        np.column_stack([np.bincount(owner, weights=part[k], minlength=patients) for part in parts]) for k in (0, 1)
    )

    def statistic(times: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            found: Floats = (times @ hits) / (times @ totals)
        return found

    replicates = replicated(statistic, patients, resamples=how.resamples, seed=how.seed)
    found = []
    for at, share in enumerate(shares):
        ends = limits(replicates[:, at], patients) if share.value is not None and patients > 1 else None
        if share.value is None:
            found.append(share)
            continue
        counted = share.method.split(";")[0]
        method = (
            f"{counted}; 95 % percentile interval (expanded, Hesterberg 2015) of {how.resamples:,} resamples of {patients:,} patients, "
            f"seed {how.seed}; positive from {how.threshold:g} on"
        )
        low, high = ends or (None, None)
        found.append(replace(share, low=low, high=high, method=method))
    return found

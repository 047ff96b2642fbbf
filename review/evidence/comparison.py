"""Two models on the same cases, group by group, and what testing many groups does to the p-values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from review.domain.estimate import Estimate, undefined
from review.domain.plot import PairedDifferences
from review.evidence import contingency, delong
from review.evidence.bootstrap import key, resampled, sample
from review.evidence.multiplicity import BH, HOLM, benjamini_hochberg, holm
from review.evidence.paired import hodges_lehmann, sign_flip, wilcoxon
from review.evidence.resampling import Resampling

Floats = NDArray[np.float64]
TESTS = {
    "wilcoxon_p": "Wilcoxon tests",
    "permutation_p": "permutation tests",
    "mcnemar_exact_p": "exact McNemar tests",
    "delong_p": "DeLong tests",
}
_DIGITS = 12  # a difference is rounded here, so that 0.9 − 0.8 and 0.8 − 0.7 are a tie


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pairs:
    """The cases both models scored in one group. `patients` names the patient of each."""

    by: Mapping[str, str]
    first: Floats
    second: Floats
    patients: NDArray[np.str_]
    alone: int  # cases that only one of the two scored


def paired(frame: pd.DataFrame, models: tuple[str, str], by: Sequence[str], value: str = "value") -> Iterator[Pairs]:
    """The groups of a comparison; several rows of a model for one case and class (folds, runs) are averaged."""
    names = [name for name in by if name in frame]
    unit = ["case", *(name for name in ("class", "split", "metric") if name in frame and name not in names)]
    chosen = frame[frame["model"].isin(models)]
    for label, own in chosen.groupby(names, sort=True, observed=True) if names else [((), chosen)]:
        wide = own.pivot_table(index=[*unit, "patient"], columns="model", values=value, aggfunc="mean")
        wide = wide.reindex(columns=list(models))
        both = wide.dropna().sort_index()
        tells = dict(zip(names, map(str, label if isinstance(label, tuple) else (label,)), strict=True))
        yield Pairs(
            by={"comparison": f"{models[0]} − {models[1]}", **tells},
            first=both[models[0]].to_numpy(dtype=float),
            second=both[models[1]].to_numpy(dtype=float),
            patients=both.index.get_level_values("patient").to_numpy(dtype=str),
            alone=len(wide) - len(both),
        )


def compared(groups: Sequence[Pairs], how: Resampling) -> tuple[Estimate, ...]:
    """Every group: the mean difference with resampled patients, Hodges and Lehmann's shift, Wilcoxon's and the
    permutation test over patients, and McNemar's where the values are 0 and 1.
    """
    kept = [g for g in groups if g.first.size]
    samples = [sample(np.round(g.first - g.second, _DIGITS), g.patients) for g in kept]
    keys = [key(np.frombuffer("\0".join(np.unique(g.patients)).encode(), dtype=np.uint8)) for g in kept]
    means = iter(resampled(samples, keys, resamples=how.resamples, seed=how.seed))
    found: list[Estimate] = []
    for g in groups:
        if not g.first.size:
            names = ("mean_difference", "hodges_lehmann", "wilcoxon_p", "permutation_p")
            found += [undefined(name, "no case was scored by both models", n=0, by=g.by) for name in names]
            continue
        mean = next(means)
        low, high = mean.mean.percentile or (None, None)
        counted = f"{g.first.size:,} cases of {np.unique(g.patients).size:,} patients"
        alone = f"; {g.alone:,} cases of one model only left out" if g.alone else ""
        told = (
            f"95 % percentile interval (expanded, Hesterberg 2015) of {mean.resamples:,} resamples of patients, seed {how.seed}"
            if mean.resamples
            else "95 % CI from the variance between patients"
        )
        method = f"mean of first − second over {counted}{alone}; {told if low is not None else 'no interval'}"
        found.append(
            Estimate(
                name="mean_difference",
                value=mean.mean.value,
                low=low,
                high=high,
                n=int(g.first.size),
                method=method,
                by=g.by,
            )
        )
        differences = by_patient(g)
        found += [
            hodges_lehmann(differences, by=g.by),
            *wilcoxon(differences, by=g.by),
            sign_flip(differences, seed=how.seed, by=g.by),
        ]
        found += _binary(g)
    return tuple(found)


def by_patient(pairs: Pairs) -> Floats:
    """The mean difference of each patient: several cases of one are not independent."""
    owner = np.unique(pairs.patients, return_inverse=True)[1]
    sums = np.bincount(owner, weights=pairs.first - pairs.second)
    return np.round(sums / np.bincount(owner), _DIGITS)


def _binary(pairs: Pairs) -> list[Estimate]:
    """McNemar's test where every value says right or wrong; one case per patient only."""
    both = np.concatenate([pairs.first, pairs.second])
    if not np.isin(both, (0.0, 1.0)).all():
        return []
    if np.unique(pairs.patients).size < pairs.patients.size:
        why = "several cases of a patient are not independent; see the permutation test over patients"
        return [undefined("mcnemar_exact_p", why, n=int(pairs.first.size), by=pairs.by)]
    first, second = pairs.first == 1, pairs.second == 1
    cells = (
        int((first & second).sum()),
        int((first & ~second).sum()),
        int((~first & second).sum()),
        int((~first & ~second).sum()),
    )
    return list(contingency.mcnemar(cells, by=pairs.by, prefix="mcnemar_"))


def curves(groups: Sequence[tuple[Pairs, NDArray[np.bool_]]]) -> tuple[Estimate, ...]:
    """Two models' scores of the same cases, by DeLong."""
    found: list[Estimate] = []
    for pairs, positive in groups:
        found += delong.compare(pairs.first, pairs.second, positive, patients=pairs.patients, by=pairs.by)
    return tuple(found)


def families(values: Sequence[Estimate]) -> tuple[Estimate, ...]:
    """Every p-value of a test corrected over all p-values of that test, by Holm and by Benjamini and Hochberg."""
    found: list[Estimate] = []
    for test, called in TESTS.items():
        family = [e for e in values if e.name == test and e.value is not None]
        if not family:
            continue
        raw = [e.value for e in family if e.value is not None]
        over = sorted({name for e in family for name in e.by})
        tests = called if len(family) > 1 else called.removesuffix("s")
        words = f"family: {len(family)} {tests} over {', '.join(over) or 'the whole table'}"
        for suffix, method, adjusted in (("holm", HOLM, holm(raw)), ("bh", BH, benjamini_hochberg(raw))):
            found += [
                replace(e, name=f"{test}_{suffix}", value=p, low=None, high=None, method=f"{method}; {words}")
                for e, p in zip(family, adjusted, strict=True)
            ]
    return tuple(found)


def picture(pairs: Pairs, shift: Estimate, *, name: str) -> PairedDifferences | None:
    """The differences of the patients in order of size, with the shift."""
    if shift.value is None:
        return None
    title = ", ".join(value for value in pairs.by.values() if value)
    return PairedDifferences(
        name=name,
        title=title,
        axis=f"difference in {pairs.by.get('metric', 'value')}",
        differences=tuple(sorted(map(float, by_patient(pairs)))),
        middle=shift.value,
        low=shift.low,
        high=shift.high,
    )

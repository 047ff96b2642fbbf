"""Making splits: whole patients are dealt to sides so that every stratum, rare ones first, has its share on each.

Several strata are balanced at once, in patients and in cases. Patients who are alike in all of them are dealt out in
bulk; the few left over go one by one, the rarest first, to the side that misses them most; then single moves and swaps
are made as long as any of them helps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from review.domain.finding import Finding, Severity
from review.evidence.cohort import Codes, Cohort, Mask
from review.evidence.split_forms import ORDER, SIDES, Side, Split
from review.evidence.split_strata import FEWEST

Floats = npt.NDArray[np.float64]
_CANDIDATES = 60  # of each side, for swaps
_WORK = 4e8  # products of numbers that the search for moves may cost
_MOST_STEPS = 3000
_RESTARTS = 4
_WEIGHTS = {"size": 3.0, "people": 1.0, "cases": 0.3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is wanted: the shares of the sides, or a number of folds beside a share kept for testing."""

    folds: int = 0
    shares: Mapping[str, float]

    def __str__(self) -> str:
        sides = "/".join(self.shares)
        shares = "/".join(f"{100 * share:g}" for share in self.shares.values())
        return f"kfold:{self.folds}" + (f",test={shares}" if self.shares else "") if self.folds else f"{sides}={shares}"


def plan_of(text: str) -> Plan:
    """Read `kfold:5`, `kfold:5,test=20` or `train/val/test=70/10/20`. Raises ValueError with what is wrong.

    >>> str(plan_of("kfold:5")), str(plan_of("train/val/test=70/10/20")), str(plan_of("5-fold, test=20"))
    ('kfold:5', 'train/val/test=70/10/20', 'kfold:5,test=20')
    """
    form = text.casefold().replace(" ", "")
    found = re.fullmatch(r"(?:k?-?folds?[:=]?(\d+)|(\d+)-?folds?)(?:[,+;]test[:=](\d+(?:\.\d+)?)%?)?", form)
    if found:
        folds = int(found.group(1) or found.group(2))
        if not 2 <= folds <= 100:
            raise ValueError("between 2 and 100 folds can be made")
        share = float(found.group(3) or 0) / 100
        if share >= 1:
            raise ValueError("the test set must leave something to train on")
        return Plan(folds=folds, shares={"test": share} if share else {})
    names, _, numbers = form.rpartition("=")
    names = names or ("train/test" if numbers.count("/") == 1 else "train/val/test")
    sides = [SIDES.get(name, "") for name in names.split("/")]
    shares = [float(n) if re.fullmatch(r"\d+(?:\.\d+)?", n) else 0.0 for n in numbers.removesuffix("%").split("/")]
    if len(sides) < 2 or len(sides) != len(shares) or len({*sides}) < len(sides) or not {*sides} <= {*ORDER[:3]}:
        raise ValueError("it is neither kfold:5 nor train/val/test=70/10/20")
    if min(shares) <= 0:
        raise ValueError("every share must be more than 0")
    return Plan(shares={side: share / sum(shares) for side, share in zip(sides, shares, strict=True)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The split, and what no split could balance."""

    split: Split
    findings: tuple[Finding, ...]


def make(cohort: Cohort, plan: Plan, *, seed: int, kept_out: Mask | None = None) -> Made:
    """Deal the patients of a cohort to the sides of a plan. The same manifest, plan and seed give the same split.

    Patients with a case among `kept_out`, such as those of an external site, go to the test side. Patients with a file
    in common stay together. Cases without a patient are each taken for one of their own.
    """
    group = _groups(cohort)
    n_groups = int(group.max(initial=-1)) + 1
    features, weights = _features(cohort, group, n_groups)
    outside = np.zeros(n_groups, dtype=np.bool_)
    if kept_out is not None:
        outside[group[kept_out]] = True
    rng = np.random.default_rng(seed)
    side = np.full(n_groups, -1, dtype=np.int64)
    names = ["test", *([f"{n}" for n in range(plan.folds)] or [s for s in plan.shares if s != "test"])]
    shares = _shares(plan, names, float(features[outside, 1].sum() / max(1.0, features[:, 1].sum())))
    side[outside] = 0
    inside = np.flatnonzero(~outside)
    used = [at for at, share in enumerate(shares) if share > 0]
    dealt = deal(features[inside], np.array([shares[at] for at in used]), weights=weights, rng=rng)
    side[inside] = np.array(used)[dealt]
    return Made(
        split=_split(cohort, side[group], names, folds=plan.folds),
        findings=tuple(
            _impossible(cohort, group, np.where(outside[:, None], 0.0, features), [shares[at] for at in used])
        ),
    )


def _shares(plan: Plan, names: Sequence[str], outside: float) -> list[float]:
    """The share of each side of what is left to be dealt when `outside` of all cases are in the test set already."""
    if plan.folds:
        test = plan.shares.get("test", 0.0)
        wanted = [test, *[(1 - test) / plan.folds] * plan.folds]
    else:
        wanted = [plan.shares.get(name, 0.0) for name in names]
    wanted[0] = max(0.0, wanted[0] - outside)
    return [share / sum(wanted) for share in wanted]


def _split(cohort: Cohort, side: Codes, names: Sequence[str], *, folds: int) -> Split:
    cases = np.asarray(cohort.cases, dtype=object)

    def those(mask: Mask) -> tuple[str, ...]:
        return tuple(cases[mask])

    test = [Side(fold="", name="test", cases=those(side == 0))] if (side == 0).any() else []
    if not folds:
        found = [Side(fold="", name=name, cases=those(side == at)) for at, name in enumerate(names) if at]
        return Split(sides=(*found, *test))
    sides = []
    for at, name in enumerate(names):
        if at:
            sides.append(Side(fold=name, name="train", cases=those((side > 0) & (side != at))))
            sides.append(Side(fold=name, name="val", cases=those(side == at)))
    return Split(sides=(*sides, *test))


# What is dealt


def _groups(cohort: Cohort) -> Codes:
    """The group of each case: patients, joined where they have a file in common."""
    patient = cohort.patient_of.copy()
    alone = patient < 0
    patient[alone] = patient.max(initial=-1) + 1 + np.arange(int(alone.sum()))
    if cohort.content is None:
        return np.unique(patient, return_inverse=True)[1].astype(np.int64)
    people = int(patient.max(initial=-1)) + 1
    size = people + len(cohort.content.names)
    ones = np.ones(len(cohort.content.case), dtype=np.int8)
    links = coo_matrix((ones, (patient[cohort.content.case], people + cohort.content.code)), shape=(size, size))
    component = connected_components(links, directed=False)[1]
    return np.unique(component[patient], return_inverse=True)[1].astype(np.int64)


def _features(cohort: Cohort, group: Codes, n_groups: int) -> tuple[Floats, Floats]:
    """Per group: one, its cases, and for each level of each stratum whether and how often it has it; their weights."""
    columns = [np.ones(n_groups), np.bincount(group, minlength=n_groups).astype(float)]
    weights = [_WEIGHTS["size"], _WEIGHTS["size"]]
    for stratum in cohort.strata.values():
        for level in range(len(stratum.names)):
            cases = np.bincount(group[stratum.case[stratum.code == level]], minlength=n_groups).astype(float)
            columns += [(cases > 0).astype(float), cases]
            weights += [_WEIGHTS["people"], _WEIGHTS["cases"]]
    return np.column_stack(columns), np.array(weights)


# How it is dealt


def deal(features: Floats, shares: Floats, *, weights: Floats, rng: np.random.Generator) -> Codes:
    """The side of each group, so that the sum of every feature is divided like `shares`, as nearly as can be."""
    if not len(features):
        return np.zeros(0, dtype=np.int64)
    profiles, profile, size = _profiles(features)
    scale = weights / np.maximum((features**2).sum(axis=0), 1e-9)
    targets = _targets(shares, features.sum(axis=0), once=np.asarray((features <= 1).all(axis=0)))
    table = _Table(profiles=profiles, shares=shares, targets=targets, scale=scale)
    small = len(profiles) * len(shares) <= 20_000
    best: Codes | None = None
    lowest = np.inf
    for _ in range(_RESTARTS if small else 1):
        held = table.begin(size, rng)
        table.improve(held)
        cost = table.cost(held)
        if best is None or cost < lowest - 1e-12:
            best, lowest = held, cost
    assert best is not None  # noqa: S101 - the loop above runs at least once
    return _members(profile, best, rng)


def _targets(shares: Floats, total: Floats, *, once: npt.NDArray[np.bool_]) -> Floats:
    """What each side should have of each feature. Of a level with enough patients, a small side too should have one."""
    wanted = np.outer(shares, total)
    for at in np.flatnonzero(once & (total >= len(shares))):
        short = wanted[:, at] < 1
        rest = total[at] - short.sum()
        wanted[~short, at] *= rest / max(wanted[~short, at].sum(), 1e-9)
        wanted[short, at] = 1
    return wanted


def _profiles(features: Floats) -> tuple[Floats, Codes, Codes]:
    """Distinct rows, the row of each group, how many groups have it. Rows are told apart by a hash, which is quicker."""
    keys = np.random.default_rng(0).integers(1, 2**62, size=features.shape[1], dtype=np.int64)
    with np.errstate(over="ignore"):
        hashed = (features.astype(np.int64) * keys).sum(axis=1)
    _, first, profile, size = np.unique(hashed, return_index=True, return_inverse=True, return_counts=True)
    return features[first], profile.astype(np.int64), size.astype(np.int64)


def _members(profile: Codes, held: Codes, rng: np.random.Generator) -> Codes:
    """The side of each group, when `held[p, s]` groups of profile p are on side s; which ones is left to chance."""
    mixed = rng.permutation(len(profile))
    ordered = mixed[np.argsort(profile[mixed], kind="stable")]
    side = np.empty(len(profile), dtype=np.int64)
    side[ordered] = np.repeat(np.tile(np.arange(held.shape[1]), len(held)), held.ravel())
    return side


@dataclass(frozen=True, kw_only=True)
class _Table:
    """Profiles to be divided. The cost of a division is the weighted squared distance of each feature from its share."""

    profiles: Floats
    shares: Floats
    targets: Floats
    scale: Floats

    def off(self, held: Codes) -> Floats:
        """How far each feature is over its share, a row per side."""
        return np.asarray(held.T @ self.profiles - self.targets)

    def cost(self, held: Codes) -> float:
        return float((self.off(held) ** 2 * self.scale / self.shares[:, None]).sum())

    def begin(self, size: Codes, rng: np.random.Generator) -> Codes:
        """The even part of each profile in bulk, the rest one by one, what is rarest first."""
        held = np.floor(size[:, None] * self.shares + 1e-9).astype(np.int64)
        left = size - held.sum(axis=1)
        total = (size[:, None] * self.profiles).sum(axis=0)
        off = self.off(held)
        rarest = np.where(self.profiles > 0, total, np.inf).min(axis=1)
        waiting = np.repeat(np.arange(len(size)), left)
        order = np.lexsort((rng.random(len(waiting)), -self.profiles[waiting, 1], rarest[waiting]))
        weight = self.scale / self.shares[:, None]
        for at in waiting[order]:
            row = self.profiles[at]
            price = (weight * row * (2 * off + row)).sum(axis=1)
            best = np.flatnonzero(price <= price.min() + 1e-12)
            side = int(best[rng.integers(len(best))]) if len(best) > 1 else int(best[0])
            held[at, side] += 1
            off[side] += row
        return held

    def improve(self, held: Codes) -> None:
        """Move or swap single groups between sides, the best first, until nothing helps or the work is done."""
        off = self.off(held)
        squares = self.profiles**2
        n_sides = len(self.shares)
        steps = int(min(_MOST_STEPS, max(20, _WORK / max(1, self.profiles.size * n_sides * n_sides))))
        for _ in range(steps):
            gain, swap, one, other, first, second = self._best(held, off, squares)
            if gain > -1e-9:
                return
            held[first, one] -= 1
            held[first, other] += 1
            moved = self.profiles[first].copy()
            if swap:
                held[second, other] -= 1
                held[second, one] += 1
                moved -= self.profiles[second]
            off[one] -= moved
            off[other] += moved

    def _best(self, held: Codes, off: Floats, squares: Floats) -> tuple[float, bool, int, int, int, int]:
        weight = self.scale / self.shares[:, None]
        pull = self.profiles @ (weight * off).T  # how much each side is over, seen from each profile
        heavy = squares @ weight.T
        best = (0.0, False, 0, 0, 0, 0)
        for one in range(len(self.shares)):
            for other in range(one + 1, len(self.shares)):
                there = -2 * (pull[:, one] - pull[:, other]) + heavy[:, one] + heavy[:, other]
                back = 2 * (pull[:, one] - pull[:, other]) + heavy[:, one] + heavy[:, other]
                there = np.where(held[:, one] > 0, there, np.inf)
                back = np.where(held[:, other] > 0, back, np.inf)
                for price, source, target in ((there, one, other), (back, other, one)):
                    at = int(np.argmin(price))
                    if price[at] < best[0]:
                        best = (float(price[at]), False, source, target, at, 0)
                first, second = _lowest(there), _lowest(back)
                both = weight[one] + weight[other]
                crossed = (self.profiles[first] * both) @ self.profiles[second].T
                price = there[first][:, None] + back[second][None, :] - 2 * crossed
                flat = int(np.argmin(price))
                if price.flat[flat] < best[0] - 1e-12:
                    a, b = divmod(flat, len(second))
                    best = (float(price.flat[flat]), True, one, other, int(first[a]), int(second[b]))
        return best


def _lowest(prices: Floats) -> Codes:
    if len(prices) <= _CANDIDATES:
        return np.arange(len(prices))
    return np.argpartition(prices, _CANDIDATES)[:_CANDIDATES].astype(np.int64)


# What cannot be done


def _impossible(cohort: Cohort, group: Codes, features: Floats, shares: Sequence[float]) -> Iterable[Finding]:
    """Strata with fewer patients than sides, and patients with more cases than a side should have."""
    sides, smallest = len(shares), min(shares)
    column = 2
    for name, stratum in cohort.strata.items():
        for level in stratum.names:
            people = int(features[:, column].sum())
            column += 2
            if people < sides:
                told = f"{name} = {level} has {_people(people)}, so it cannot be on each of {sides} sides."
                yield _cannot(cohort, told, name, "Join it with a stratum that is like it, or make fewer sides.")
            elif people * smallest < FEWEST:
                told = (
                    f"{name} = {level} has {_people(people)}: no split gives {FEWEST} of them to each of {sides} sides."
                )
                yield _cannot(cohort, told, name, "Say beside every result how many patients it rests on.")
    largest = int(np.argmax(features[:, 1])) if len(features) else 0
    cases, total = (features[largest, 1], features[:, 1].sum()) if len(features) else (0, 0)
    if cases > smallest * total:
        first = np.flatnonzero(group == largest)
        told = f"One patient has {int(cases):,} of {int(total):,} cases ({cohort.names(first, 2)}), more than a side should have."
        yield _cannot(cohort, told, "case", "A patient cannot be divided, so the sides will differ in size.")


def _people(n: int) -> str:
    return f"{n} patient{'' if n == 1 else 's'}"


def _cannot(cohort: Cohort, message: str, column: str, hint: str) -> Finding:
    return Finding(
        rule="SPL-CANNOT",
        severity=Severity.WARNING,
        message=message,
        path=cohort.path,
        line=1,
        column=cohort.columns.get(column),
        hint=hint,
    )

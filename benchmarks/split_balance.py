"""Balance of splits made by patient, beside scikit-learn's StratifiedGroupKFold on the same data and the same seeds.

    python benchmarks/split_balance.py [--seeds 10] [--rows 1000000]

Per generator and method: how many folds lack a rare stratum that could be in all of them (rare: fewer than ten patients
per fold), the mean distance of rare strata from their even share in patients per fold, the largest standardised
difference of any stratum between two sides, the spread of fold sizes in patients, seconds. StratifiedGroupKFold takes
one label per case: it is given the class alone, and all strata joined to one label. With --rows, a manifest of that
many rows is divided and checked, and the seconds are told.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold

from review.evidence.cohort import cohort
from review.evidence.split_forms import Side, Split
from review.evidence.split_making import make, plan_of
from review.evidence.split_strata import compare
from review.evidence.splits import Placed, prove

K = 5
Frame = pd.DataFrame


def manifest(n: int, seed: int, *, classes: dict[str, float], most: int, sites: int = 1) -> Frame:
    """Patients with one to `most` cases (few have many), a class and a sex each, and a site."""
    rng = np.random.default_rng(seed)
    size = np.minimum(most, rng.geometric(0.55, n))
    person = np.repeat(np.arange(n), size)
    label = rng.choice(list(classes), n, p=np.array(list(classes.values())) / sum(classes.values()))
    sex = rng.choice(["F", "M", "other"], n, p=[0.49, 0.49, 0.02])
    site = rng.choice([f"S{i}" for i in range(sites)], n, p=np.arange(1, sites + 1) / np.arange(1, sites + 1).sum())
    columns = {
        "patient": [f"P{i}" for i in person],
        "class": label[person],
        "sex": sex[person],
        "scanner": site[person],
    }
    return pd.DataFrame({"case": [f"c{i}" for i in range(len(person))], **columns}, index=range(2, len(person) + 2))


def spine(_: int, seed: int) -> Frame:
    """802 patients: 25 with one rare variant, 6 with another, 2 with a third, as in a real set of transitional vertebrae."""
    rng = np.random.default_rng(seed)
    label = rng.permutation(["sacralised"] * 25 + ["lumbarised"] * 6 + ["semi"] * 2 + ["normal"] * 769)
    kind = rng.permutation(["fused"] * 342 + ["separate"] * 351 + ["spine"] * 89 + ["pelvis"] * 20)
    sex = rng.permutation(["F"] * 393 + ["M"] * 345 + ["other"] * 11 + ["unknown"] * 53)
    person = np.repeat(np.arange(802), np.where(kind == "separate", 2, 1))
    columns = {
        "patient": [f"P{i}" for i in person],
        "class": label[person],
        "sex": sex[person],
        "scanner": kind[person],
    }
    return pd.DataFrame({"case": [f"c{i}" for i in range(len(person))], **columns}, index=range(2, len(person) + 2))


RARE = {"normal": 0.93, "a": 0.04, "b": 0.02, "c": 0.01}
GENERATORS: dict[str, Callable[[int], Frame]] = {
    "spine, 802 patients": lambda seed: spine(0, seed),
    "rare classes, 300 patients": lambda seed: manifest(300, seed, classes=RARE, most=6, sites=3),
    "heavy patients, 400": lambda seed: manifest(400, seed, classes=RARE, most=40, sites=4),
    "even classes, 500": lambda seed: manifest(500, seed, classes={"x": 1, "y": 1, "z": 1}, most=4, sites=2),
    "many strata, 1500": lambda seed: manifest(1500, seed, classes=RARE, most=6, sites=9),
}


def ours(frame: Frame, seed: int) -> Split:
    found, _ = cohort(frame, strata=["class", "sex", "scanner"], path="m.csv")
    return make(found, plan_of(f"kfold:{K}"), seed=seed).split


def theirs(frame: Frame, seed: int, *, joined: bool) -> Split:
    label = frame["class"] + "|" + frame["sex"] + "|" + frame["scanner"] if joined else frame["class"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # says that a class has fewer members than there are folds
        folds = [*StratifiedGroupKFold(K, shuffle=True, random_state=seed).split(frame, label, frame["patient"])]
    case = frame["case"].to_numpy()
    sides = [
        Side(fold=str(n), name=name, cases=tuple(case[at]))
        for n, (train, val) in enumerate(folds)
        for name, at in (("train", train), ("val", val))
    ]
    return Split(sides=tuple(sides))


METHODS: dict[str, Callable[[Frame, int], Split]] = {
    "Scopewright": ours,
    "sklearn, class": lambda frame, seed: theirs(frame, seed, joined=False),
    "sklearn, joined": lambda frame, seed: theirs(frame, seed, joined=True),
}


@dataclass(frozen=True, kw_only=True)
class Score:
    lacking: float
    distance: float
    worst: float
    spread: float
    seconds: float


def score(frame: Frame, split: Split, seconds: float) -> Score:
    found, _ = cohort(frame, strata=["class", "sex", "scanner"], path="m.csv")
    plot = compare(Placed(split=split, cohort=found, file="s.json")).plots[0]
    counts = np.array(plot.counts)
    total = counts.sum(axis=1)
    rare = counts[total < 10 * K]
    enough = rare[rare.sum(axis=1) >= K]
    people = counts[[label.startswith("class") for label in plot.strata]].sum(axis=0)
    shares = np.array(plot.shares)
    return Score(
        lacking=float((enough == 0).sum()),
        distance=float(np.abs(rare - rare.sum(axis=1, keepdims=True) / K).mean()) if len(rare) else 0.0,
        worst=_worst(counts, shares),
        spread=float(people.max() - people.min()),
        seconds=seconds,
    )


def _worst(counts: np.ndarray, shares: np.ndarray) -> float:
    """The largest standardised difference between a fold and the rest, over strata that could be in every fold."""
    people = np.divide(counts, shares, out=np.zeros(shares.shape), where=shares > 0).max(axis=0)
    rest = (counts.sum(axis=1, keepdims=True) - counts) / (people.sum() - people)
    spread = np.sqrt((shares * (1 - shares) + rest * (1 - rest)) / 2)
    found = np.divide(np.abs(shares - rest), spread, out=np.zeros(shares.shape), where=spread > 0)
    return float(found[counts.sum(axis=1) >= K].max())


def runs(seeds: int) -> Iterator[tuple[str, str, Score]]:
    for name, generator in GENERATORS.items():
        for method, divide in METHODS.items():
            scores = []
            for seed in range(seeds):
                frame = generator(seed)
                begun = time.perf_counter()
                split = divide(frame, seed)
                scores.append(score(frame, split, time.perf_counter() - begun))
            fields = Score.__dataclass_fields__
            yield name, method, Score(**{f: float(np.mean([getattr(s, f) for s in scores])) for f in fields})


def large(rows: int) -> None:
    """Seconds to divide and to check a manifest of so many rows."""
    frame = manifest(int(rows / 1.8), 0, classes=RARE, most=6, sites=9)
    begun = time.perf_counter()
    found, _ = cohort(frame, strata=["class", "sex", "scanner"], path="m.csv")
    numbered = time.perf_counter()
    split = make(found, plan_of(f"kfold:{K}"), seed=0).split
    made = time.perf_counter()
    placed = Placed(split=split, cohort=found, file="s.json")
    proof = prove(placed)
    compare(placed)
    told = f"read into numbers {numbered - begun:.1f} s, divided {made - numbered:.1f} s"
    print(f"{len(frame):,} rows: {told}, checked {time.perf_counter() - made:.1f} s, {len(proof.findings)} findings")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--rows", type=int, default=0)
    chosen = parser.parse_args()
    print(f"{'data':<28}{'method':<18}{'lacking':>8}{'distance':>10}{'worst':>8}{'spread':>8}{'seconds':>9}")
    for name, method, s in runs(chosen.seeds):
        print(
            f"{name:<28}{method:<18}{s.lacking:>8.2f}{s.distance:>10.3f}{s.worst:>8.3f}{s.spread:>8.1f}{s.seconds:>9.2f}"
        )
    if chosen.rows:
        large(chosen.rows)


if __name__ == "__main__":
    main()

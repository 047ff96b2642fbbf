"""How often a 95 % interval holds the truth in simulated studies: resampled patients, DeLong, Wilson and kappa.

Run: python benchmarks/coverage.py [--studies 2000] [--resamples 2000]

Patients have one to three cases each; the values of a patient resemble each other, and are skewed as Dice is. The
truth is known from the way they are drawn. Prints one JSON object per interval with its coverage in percent and the
simulation error; ends with status 1 if an interval for 30 or more patients lies outside 93 to 97.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator

import numpy as np
from scipy.stats import norm

from review.evidence.agreement import agreement_of_table
from review.evidence.bootstrap import resampled, sample
from review.evidence.delong import auc
from review.evidence.proportions import wilson

Study = Callable[[np.random.Generator, int], tuple[np.ndarray, np.ndarray]]
Ends = tuple[float, float] | None


def dice(random: np.random.Generator, patients: int) -> tuple[np.ndarray, np.ndarray]:
    """Values as Dice has them, and their patients: one to three cases each, alike within a patient."""
    own = random.normal(0, 0.7, patients)
    who = np.repeat(np.arange(patients), random.integers(1, 4, patients))
    return 1 / (1 + np.exp(-(2 + own[who] + random.normal(0, 0.5, who.size)))), who


def means(
    random: np.random.Generator, asked: argparse.Namespace
) -> Iterator[tuple[str, int, list[tuple[Ends, float]]]]:
    million = 1 / (1 + np.exp(-(2 + np.random.default_rng(0).normal(0, (0.49 + 0.25) ** 0.5, 4_000_000))))
    truth = {"mean": float(million.mean()), "median": float(np.median(million))}
    for patients in (30, 60, 200):
        rows: dict[str, list[tuple[Ends, float]]] = {}
        for _ in range(asked.studies):
            values, who = dice(random, patients)
            seed = int(random.integers(1 << 31))
            found = resampled([sample(values, who)], [b""], resamples=asked.resamples, seed=seed)[0]
            for name, interval in (("mean", found.mean), ("median", found.median)):
                rows.setdefault(f"{name}, percentile", []).append((interval.percentile, truth[name]))
                rows.setdefault(f"{name}, BCa", []).append((interval.bca, truth[name]))
        for name, ends in rows.items():
            yield name, patients, ends


def areas(
    random: np.random.Generator, asked: argparse.Namespace
) -> Iterator[tuple[str, int, list[tuple[Ends, float]]]]:
    truth = float(norm.cdf(1 / 2**0.5))
    for patients in (60, 200):
        rows: list[tuple[Ends, float]] = []
        for _ in range(asked.studies):
            positive = np.arange(patients) < patients // 2
            found = auc(random.normal(positive * 1.0, 1), positive)
            rows.append(((found.low or 0.0, found.high or 1.0), truth))
        yield "ROC area, DeLong", patients, rows


def shares(
    random: np.random.Generator, asked: argparse.Namespace
) -> Iterator[tuple[str, int, list[tuple[Ends, float]]]]:
    for patients in (30, 200):
        # A share is a whole number of patients, so that coverage jumps with the truth: it is drawn anew each time.
        truths = random.uniform(0.1, 0.9, asked.studies)
        rows: list[tuple[Ends, float]] = [(wilson(int(random.binomial(patients, p)), patients), p) for p in truths]
        yield "proportion, Wilson", patients, rows


def kappas(
    random: np.random.Generator, asked: argparse.Namespace
) -> Iterator[tuple[str, int, list[tuple[Ends, float]]]]:
    table = np.array([[0.4, 0.06, 0.02], [0.05, 0.2, 0.04], [0.02, 0.05, 0.16]])
    chance = float(table.sum(axis=0) @ table.sum(axis=1))
    truth = (float(np.trace(table)) - chance) / (1 - chance)
    for patients in (60, 200):
        rows: list[tuple[Ends, float]] = []
        for _ in range(asked.studies):
            counts = random.multinomial(patients, table.ravel()).reshape(3, 3)
            found = agreement_of_table(counts.tolist()).kappa
            rows.append(((found.low, found.high) if found.low is not None and found.high is not None else None, truth))
        yield "Cohen's kappa, large sample", patients, rows


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--studies", type=int, default=2_000)
    options.add_argument("--resamples", type=int, default=2_000)
    asked = options.parse_args()
    random, worst = np.random.default_rng(16), 0
    for kind in (means, areas, shares, kappas):
        for name, patients, rows in kind(random, asked):
            held = np.mean([ends is not None and ends[0] <= truth <= ends[1] for ends, truth in rows])
            error = 100 * (held * (1 - held) / len(rows)) ** 0.5
            inside = 93 <= 100 * held <= 97
            worst |= not inside
            told = {"interval": name, "patients": patients, "coverage": round(100 * held, 1), "error": round(error, 1)}
            print(json.dumps(told | {"within": bool(inside)}))
    return int(worst)


if __name__ == "__main__":
    sys.exit(main())

"""Scores of a benchmark: how long 5 models on 10,000 questions take, and how often the 95 % intervals hold the truth.

    .venv/bin/python benchmarks/benchmark_scores.py [--studies 400]

Intervals should hold the truth in 93 to 97 of 100 studies from 30 items or patients on.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from review.evidence.benchmark import accuracy, compare, macro, scores
from review.evidence.resampling import Resampling


def answers(rng: np.random.Generator, items: int, chances: dict[str, float], *, patients: int = 0) -> pd.DataFrame:
    """Answers of models with these chances; items of one patient are easy or hard together."""
    owner = rng.integers(0, patients, items) if patients else np.arange(items)
    ease = rng.normal(0, 0.15, patients or items)[owner] if patients else np.zeros(items)
    types = np.array(["a", "b", "c"])[rng.integers(0, 3, items)]
    frames = [
        pd.DataFrame(
            {
                "model": model,
                "item": [f"q{i:05}" for i in range(items)],
                "correct": (rng.random(items) < np.clip(chance + ease, 0, 1)).astype(float),
                "n": 1.0,
                "type": types,
                "cluster": [f"p{o:05}" for o in owner],
            }
        )
        for model, chance in chances.items()
    ]
    return pd.concat(frames, ignore_index=True)


def held(studies: int, truth: float, found: list[tuple[float | None, float | None]]) -> str:
    inside = sum(low is not None and high is not None and low <= truth <= high for low, high in found)
    return f"{100 * inside / studies:.1f} % of {studies}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=200)
    studies = parser.parse_args().studies
    rng = np.random.default_rng(0)

    models = {f"m{k}": 0.6 + 0.05 * k for k in range(5)}
    big = answers(rng, 10_000, models)
    start = time.perf_counter()
    scores(big, parts=["type"], resampling=Resampling())
    compare(big, "m0", "m1", resampling=Resampling())
    print(f"5 models, 10,000 questions, 2,000 resamples: {time.perf_counter() - start:.2f} s")

    few = Resampling(resamples=500)
    for items in (30, 100, 487):
        some = [answers(rng, items, {"x": 0.8, "y": 0.7}) for _ in range(studies)]
        wilson = [accuracy(f[f["model"] == "x"], by={}, resampling=few) for f in some]
        means = [macro(f[f["model"] == "x"], part="type", by={}, resampling=few) for f in some]
        gaps = [compare(f, "x", "y", resampling=few)[0] for f in some]
        for name, truth, each in (("accuracy", 0.8, wilson), ("macro mean", 0.8, means), ("difference", 0.1, gaps)):
            print(f"{items:>4} items    {name:<11} {held(studies, truth, [(e.low, e.high) for e in each])}")
    for patients in (30, 100):
        some = [answers(rng, 6 * patients, {"x": 0.6}, patients=patients) for _ in range(studies)]
        found = [accuracy(f, by={}, resampling=few) for f in some]
        naive = [accuracy(f.assign(cluster=f["item"]), by={}, resampling=few) for f in some]
        for name, each in (("by patient", found), ("by item", naive)):
            print(f"{patients:>4} patients {name:<11} {held(studies, 0.6, [(e.low, e.high) for e in each])}")


if __name__ == "__main__":
    main()

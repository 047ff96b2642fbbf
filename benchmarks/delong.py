"""DeLong's area, interval and paired test on many scores, against the definition on few.

Run: python benchmarks/delong.py [--scores 100000]

Prints one JSON object; ends with status 1 if the area with its interval takes a second or more, or the value on 400
scores is not that of comparing every positive with every negative case.
"""

from __future__ import annotations

import argparse
import json
import sys
import time

import numpy as np

from review.evidence.delong import auc, compare


def by_definition(scores: np.ndarray, positive: np.ndarray) -> tuple[float, float]:
    """The area and its variance from all pairs of a positive and a negative case."""
    wins = np.sign(scores[positive][:, None] - scores[~positive][None, :]) / 2 + 0.5
    m, n = wins.shape
    return float(wins.mean()), float(wins.mean(axis=1).var(ddof=1) / m + wins.mean(axis=0).var(ddof=1) / n)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--scores", type=int, default=100_000)
    asked = options.parse_args()
    random = np.random.default_rng(3)
    positive = random.random(asked.scores) < 0.3
    first = np.round(random.normal(positive * 1.0, 1), 3)
    second = np.round(first + random.normal(0, 1, asked.scores), 3)
    began = time.perf_counter()
    found = auc(first, positive)
    one = time.perf_counter() - began
    began = time.perf_counter()
    compare(first, second, positive)
    two = time.perf_counter() - began
    few = slice(0, 400)
    area, variance = by_definition(first[few], positive[few])
    small = auc(first[few], positive[few])
    low = area - 1.959963984540054 * variance**0.5
    right = abs((small.value or 0) - area) < 1e-12 and abs((small.low or 0) - low) < 1e-12
    result = {
        "scores": asked.scores,
        "auc": round(found.value or 0, 4),
        "seconds_area_and_interval": round(one, 3),
        "seconds_paired_test": round(two, 3),
        "as_by_definition": right,
    }
    print(json.dumps(result))
    return int(one >= 1 or not right)


if __name__ == "__main__":
    sys.exit(main())

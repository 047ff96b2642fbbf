"""Replays stopping rules on stored orders: how often each keeps its promise, and how much it lets people read.

    python benchmarks/ranking.py ../shared/data/ranking/dev --seeds 1 2 3 --orders orders
    python benchmarks/stopping.py ../shared/data/ranking/dev orders

An order is NAME-SEED.txt with a record id a line; known records of priors.json count as screened first. A rule is asked
after every per cent of the records. Seeds share sets, so runs are not independent: the binomial interval is also given
over sets, of which one counts as kept if all its seeds were. With --halves the settings of our rule are set on one half of the
sets and measured on the other, both ways, for many splits.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np
from ranking import read_set
from scipy.stats import binomtest

from review.ranking import stopping as rules
from review.ranking.ending import HELD, RULES, Ending, ended, endings, held_at
from review.ranking.sample import relevant_in
from review.ranking.stopping import TARGET_RECALL

ODDS = (3.0, 3.5, 4.0, 4.5, 5.0, 6.0)
LEVELS = (0.1, 0.15, 0.2, 0.25, 0.3)


@dataclass(frozen=True)
class Replay:
    """The labels of one run in the order seen, the known records first."""

    name: str
    labels: list[int]


@dataclass(frozen=True)
class Stop:
    name: str
    n: int
    screened: float
    recall: float
    oracle: float
    never: bool
    kept: bool


def read(folder: Path, orders: Path) -> list[Replay]:
    priors = json.loads((folder / "priors.json").read_text(encoding="utf-8"))
    found = []
    for path in sorted(folder.glob("*.csv.xz")):
        name = path.name.removesuffix(".csv.xz")
        _, labels = read_set(path)
        for order in sorted(orders.glob(f"{name}-*.txt")):
            known = [str(record) for record in priors[name][order.stem.rsplit("-", 1)[1]]]
            seen = [*known, *order.read_text(encoding="utf-8").split()]
            found.append(Replay(name, [int(labels[record] >= 0.5) for record in seen]))
    return found


def stop(run: Replay, end: Ending) -> Stop:
    places = np.flatnonzero(run.labels) + 1
    oracle = places[int(np.ceil(TARGET_RECALL * len(places) - 1e-9)) - 1]
    return Stop(run.name, end.total, end.share, end.recall, oracle / end.total, never=end.never, kept=end.kept)


def table(title: str, stops: Sequence[Stop]) -> None:
    kept = [one.kept for one in stops]
    names = sorted({one.name for one in stops})
    sets = [all(one.kept for one in stops if one.name == name) for name in names]
    low, high = binomtest(sum(kept), len(kept)).proportion_ci(method="exact")
    slow, shigh = binomtest(sum(sets), len(sets)).proportion_ci(method="exact")
    recall = np.asarray([one.recall for one in stops])
    print(
        f"  {title:18}{len(stops):4} runs {np.mean(kept):6.3f} [{low:.3f}, {high:.3f}]  sets {np.mean(sets):.3f} "
        f"[{slow:.3f}, {shigh:.3f}]  screened {np.mean([one.screened for one in stops]):.3f} "
        f"(oracle {np.mean([one.oracle for one in stops]):.3f})  recall 5th pct {np.quantile(recall, 0.05):.3f} "
        f"least {recall.min():.3f}  never {np.mean([one.never for one in stops]):.2f}",
        flush=True,
    )


def show(name: str, stops: Sequence[Stop]) -> None:
    print(name)
    for title, part in (
        ("all", stops),
        ("N < 1,000", [one for one in stops if one.n < 1000]),
        ("1,000 to 1,999", [one for one in stops if 1000 <= one.n < 2000]),
        ("N >= 2,000", [one for one in stops if one.n >= 2000]),
    ):
        if part:
            table(title, part)


def set_on_halves(runs: Sequence[Replay]) -> None:
    """The odds, and the level of the test without assumption, each set on one half and measured on the other."""
    by_odds = {odds: [stop(run, ended(HELD, run.labels, held_at(run.labels, odds))) for run in runs] for odds in ODDS}
    halves("odds", by_odds)
    by_level = {}
    for level in LEVELS:
        with patch.object(rules, "PLAIN_ALPHA", level):
            by_level[level] = [stop(run, ended(HELD, run.labels, held_at(run.labels))) for run in runs]
    halves("level of the second test", by_level)


def halves(what: str, stops_by: dict[float, list[Stop]], splits: int = 40) -> None:
    """The greatest value that keeps 97 % and no run below .9 on one half, measured on the other."""
    names = sorted({one.name for one in next(iter(stops_by.values()))})
    draw = np.random.default_rng(0)
    kept, screened, least, chosen = [], [], [], []
    for _ in range(splits):
        mixed = draw.permutation(names)
        for tune, judge in ((mixed[::2], mixed[1::2]), (mixed[1::2], mixed[::2])):
            good = [
                value
                for value, stops in stops_by.items()
                if np.mean([one.kept for one in stops if one.name in tune]) >= 0.97
                and min(one.recall for one in stops if one.name in tune) >= 0.9
            ]
            value = max(good, default=min(stops_by))
            part = [one for one in stops_by[value] if one.name in judge]
            kept.append(np.mean([one.kept for one in part]))
            screened.append(np.mean([one.screened for one in part]))
            least.append(min(one.recall for one in part))
            chosen.append(value)
    print(
        f"{what} set on one half, measured on the other ({splits} splits, both ways): kept {np.mean(kept):.3f} "
        f"(5th percentile of splits {np.quantile(kept, 0.05):.3f}), screened {np.mean(screened):.3f}, least recall "
        f"{min(least):.3f} (.9 or more in {np.mean(np.asarray(least) >= 0.9):.2f} of the halves), "
        f"chosen {np.mean(chosen):.2f} ({min(chosen):.2f} to {max(chosen):.2f})",
        flush=True,
    )


def audit(runs: Sequence[Replay], draws: int = 1000) -> None:
    """How often the interval of a random sample of the rest holds the truth; the share screened before is random too."""
    draw = np.random.default_rng(0)
    covered = []
    for _ in range(draws):
        labels = runs[draw.integers(len(runs))].labels
        rest = labels[int(draw.uniform(0.05, 0.8) * len(labels)) :]
        size = min(len(rest), int(draw.integers(50, 400)))
        hits = int(draw.choice(rest, size, replace=False).sum())
        low, high = relevant_in(len(rest), drawn=size, hits=hits)
        covered.append(low <= sum(rest) <= high)
    low, high = binomtest(sum(covered), draws).proportion_ci(method="exact")
    print(
        f"audit sample: the interval held the truth in {np.mean(covered):.3f} [{low:.3f}, {high:.3f}] of {draws:,} draws"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("orders", type=Path)
    parser.add_argument("--halves", action="store_true")
    parser.add_argument("--only", nargs="*", help="names of rules")
    options = parser.parse_args()
    runs = read(options.folder, options.orders)
    ends = [{end.rule: stop(run, end) for end in endings(run.labels)} for run in runs]
    for name in (HELD, *RULES):
        if not options.only or name in options.only:
            show(name, [of_run[name] for of_run in ends])
    audit(runs)
    if options.halves:
        set_on_halves(runs)


if __name__ == "__main__":
    main()

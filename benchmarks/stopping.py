"""Replays stopping rules on stored orders: how often each keeps its promise, and how much it lets people read.

    python benchmarks/ranking.py ../shared/data/ranking/dev --seeds 1 2 3 --orders orders
    python benchmarks/stopping.py ../shared/data/ranking/dev orders

An order is NAME-SEED.txt with a record id a line; known records of priors.json that are not in it count as screened first
(they are in it where the title was all that was known, --without-priors). A rule is asked after every per cent of the
records. Seeds share sets, so runs are not independent: the binomial interval is also given over sets, of which one counts
as kept if all its seeds were, and "drawn by sets" is a bootstrap over sets. With --halves the settings of our rule are set
on one half of the sets and measured on the other, both ways, for many splits. With --shuffled the rule is also asked on
orders of no worth at all, with --urn on orders in which its assumption holds exactly, or fails by so much.
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

ODDS = (2.0, 3.0, 4.0, 5.0, 6.0)
URNS = ((300, 10), (300, 60), (1000, 10), (1000, 30), (1000, 150), (4000, 30), (4000, 300))  # records, relevant ones
LEVELS = (0.075, 0.1, 0.125, 0.15, 0.2, 0.3)


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
            seen = in_the_order_seen(order, priors[name][order.stem.rsplit("-", 1)[1]])
            found.append(Replay(name, [int(labels[record] >= 0.5) for record in seen]))
    return found


def in_the_order_seen(order: Path, known: Sequence[object]) -> list[str]:
    """The ids of an order, after the records known before it that are not in it."""
    ranked = order.read_text(encoding="utf-8").split()
    return [*(record for record in map(str, known) if record not in ranked), *ranked]


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
        f"  {title:18}{len(stops):4} runs {np.mean(kept):6.3f} [{low:.3f}, {high:.3f}] drawn by sets "
        f"{over_sets([np.mean([one.kept for one in stops if one.name == name]) for name in names])}  sets "
        f"{np.mean(sets):.3f} [{slow:.3f}, {shigh:.3f}]  screened {np.mean([one.screened for one in stops]):.3f} "
        f"{over_sets([np.mean([one.screened for one in stops if one.name == name]) for name in names])} "
        f"(oracle {np.mean([one.oracle for one in stops]):.3f})  recall 5th pct {np.quantile(recall, 0.05):.3f} "
        f"least {recall.min():.3f}  never {np.mean([one.never for one in stops]):.2f}",
        flush=True,
    )


def over_sets(values: Sequence[float]) -> str:
    """The 95 % bootstrap interval of a mean over sets; each has about as many runs."""
    means = np.random.default_rng(0).choice(np.asarray(values), (4000, len(values))).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return f"[{low:.3f}, {high:.3f}]"


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


def halves(what: str, stops_by: dict[float, list[Stop]], *, least_allowed: float = 0.9, splits: int = 100) -> None:
    """The greatest value that keeps 97 % and no run below `least_allowed` on one half, measured on the other."""
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
                and min(one.recall for one in stops if one.name in tune) >= least_allowed
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


def shuffle(runs: Sequence[Replay], draws: int = 10) -> list[Stop]:
    """What our rule comes to where the order is worth nothing; one run of each set, mixed anew so many times."""
    draw = np.random.default_rng(0)
    mixed = [
        Replay(run.name, draw.permutation(run.labels).tolist())
        for run in {run.name: run for run in reversed(runs)}.values()
        for _ in range(draws)
    ]
    return [stop(run, ended(HELD, run.labels, held_at(run.labels))) for run in mixed]


def urn(draws: int = 100) -> None:
    """What our rule comes to where a relevant record comes up exactly so many times as readily as an irrelevant one.

    An urn with such odds gives the order of clocks that run so much faster.
    """
    draw = np.random.default_rng(0)
    for odds in (1.0, 2.0, 4.0, 8.0, 16.0):
        for total, relevant in URNS:
            runs = []
            for _ in range(draws):
                clock = draw.exponential(size=total)
                clock[:relevant] /= odds
                runs.append(Replay(f"{total}", (np.argsort(clock) < relevant).astype(int).tolist()))
            stops = [stop(run, ended(HELD, run.labels, held_at(run.labels))) for run in runs]
            print(
                f"  odds {odds:4.0f}, {relevant:4} of {total:5} relevant: kept {np.mean([one.kept for one in stops]):.2f}, "
                f"90 % found {np.mean([one.recall >= 0.9 for one in stops]):.2f}, "
                f"screened {np.mean([one.screened for one in stops]):.2f}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("orders", type=Path)
    parser.add_argument("--halves", action="store_true")
    parser.add_argument("--shuffled", action="store_true")
    parser.add_argument("--urn", action="store_true")
    parser.add_argument("--only", nargs="*", help="names of rules")
    options = parser.parse_args()
    runs = read(options.folder, options.orders)
    ends = [{end.rule: stop(run, end) for end in endings(run.labels)} for run in runs]
    for name in (HELD, *RULES):
        if not options.only or name in options.only:
            show(name, [of_run[name] for of_run in ends])
    audit(runs)
    if options.shuffled:
        stops = shuffle(runs)
        table("shuffled", stops)
        print(f"  of these {np.mean([one.recall >= 0.9 for one in stops]):.3f} found 90 %")
    if options.urn:
        urn()
    if options.halves:
        set_on_halves(runs)


if __name__ == "__main__":
    main()

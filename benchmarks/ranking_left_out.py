"""The ranking on sets its settings were not chosen on: chosen on half of the reviews, measured on the other, and swapped.

    python benchmarks/ranking_left_out.py ../shared/data/ranking/dev --usual-words words --scores scores.csv --jobs 2

Each setting changes one constant of the model. Every run is kept in the file of scores, so that a broken run goes on where
it was and the halves are drawn from what is there. For many random halves the setting with the least geometric mean of
our loss over ASReview's on one half is taken and measured on the other, both ways. A set's figure is its mean over all
halves it was left out of; intervals are bootstrapped over sets. The model is refitted after each tenth more decisions.
The words that reviews usually include are those learned without the set (--usual-words, see ranking.py).
With --titles the review's title speaks, with --without-priors it speaks alone.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from unittest.mock import patch

import numpy as np
from ranking import known_runs, read_set, theirs_of, usual_words

from review.ranking import active, model, usual
from review.ranking.features import build_corpus
from review.ranking.metrics import order_metrics

# One axis of the model at a time; the rest stays as shipped.
SETTINGS: dict[str, dict[str, float]] = {
    "as shipped": {},
    "no naive Bayes": {"BAYES_SHARE": 0.0},
    "naive Bayes .15": {"BAYES_SHARE": 0.15},
    "naive Bayes .45": {"BAYES_SHARE": 0.45},
    "hardly any undecided": {"WEAK_LEAST": 0.01, "WEAK_MORE": 0.0},
    "no background": {"BACKGROUND": 0.0},
    "background .8": {"BACKGROUND": 0.8},
    "class ratio 5": {"CLASS_RATIO": 5.0},
    "class ratio 20": {"CLASS_RATIO": 20.0},
    "C .05": {"SOFTNESS": 0.05},
    "C .25": {"SOFTNESS": 0.25},
    "no nearness": {"NEAR_SHARE": 0.0},
    "nearness .3": {"NEAR_SHARE": 0.3},
    "nothing usual": {"SHARE": 0.0},
    "usual .3": {"SHARE": 0.3},
    "usual .45": {"SHARE": 0.45},
    "usual .75": {"SHARE": 0.75},
}
REFIT_SHARE = 0.10
HALVES = 200
COLUMNS = ("set", "seed", "setting", "loss")
Losses = dict[tuple[str, str, str], float]  # of a set, a seed and a setting


def scored(folder: Path, name: str, todo: list[tuple[str, str]], options: argparse.Namespace) -> list[tuple[str, ...]]:
    """The losses of one set for pairs of a seed and a setting."""
    texts, labels = read_set(folder / f"{name}.csv.xz")
    corpus = build_corpus(texts)
    rows: list[tuple[str, ...]] = []
    for seed, priors, words in known_runs(folder, name, options):
        for setting in [setting for wanted, setting in todo if wanted == seed]:
            of_usual = {key: value for key, value in SETTINGS[setting].items() if key == "SHARE"}
            of_model = {key: value for key, value in SETTINGS[setting].items() if key != "SHARE"}
            with (
                usual_words(options.usual_words, name),
                patch.multiple(usual, **{"SHARE": usual.SHARE, **of_usual}),
                patch.multiple(model, **{"SOFTNESS": model.SOFTNESS, **of_model}),
                patch.object(active, "REFIT_SHARE", REFIT_SHARE),
            ):
                order = active.simulate(corpus, labels, priors, protocol_text=words, seed=int(seed))
            loss = order_metrics([labels[record] >= 0.5 for record in order]).loss
            rows.append((name, seed, setting, repr(loss)))
    return rows


def fill(options: argparse.Namespace) -> Losses:
    """All losses, of which those the file lacks are computed and added to it."""
    known: Losses = {}
    if options.scores.exists():
        with options.scores.open(encoding="utf-8", newline="") as file:
            known = {(r["set"], r["seed"], r["setting"]): float(r["loss"]) for r in csv.DictReader(file)}
    names = options.sets or sorted(path.name.removesuffix(".csv.xz") for path in options.folder.glob("*.csv.xz"))
    wanted = {
        name: [(seed, s) for s in options.settings for seed in options.seeds if (name, seed, s) not in known]
        for name in names
    }
    with ProcessPoolExecutor(options.jobs) as pool, options.scores.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if not known:
            writer.writerow(COLUMNS)
        for job in [pool.submit(scored, options.folder, name, todo, options) for name, todo in wanted.items() if todo]:
            for row in job.result():
                writer.writerow(row)
                known[row[0], row[1], row[2]] = float(row[3])
            file.flush()
    return {key: loss for key, loss in known.items() if key[0] in names and key[1] in options.seeds}


def ratios(losses: Losses, theirs: dict[tuple[str, str], float], settings: list[str]) -> tuple[list[str], np.ndarray]:
    """Names of the sets, and the mean log of the loss ratio for each setting (rows) and set (columns)."""
    logs: dict[tuple[str, str], list[float]] = defaultdict(list)
    for (name, seed, setting), loss in losses.items():
        logs[setting, name].append(math.log(loss / theirs[name, seed]))
    names = sorted({name for name, _, _ in losses})
    return names, np.asarray([[np.mean(logs[setting, name]) for name in names] for setting in settings])


def halves(count: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The sets to choose on and the sets to measure on, for random halves, each both ways."""
    draw = np.random.default_rng(0)
    for _ in range(HALVES):
        mixed = draw.permutation(count)
        one, other = mixed[::2], mixed[1::2]
        yield one, other
        yield other, one


def told(title: str, logs: np.ndarray) -> None:
    """One line of a mean ratio with its interval, and the sets won."""
    draws = np.random.default_rng(0).choice(logs, (4000, len(logs))).mean(axis=1)
    low, high = np.exp(np.quantile(draws, [0.025, 0.975]))
    print(f"{title:34}{math.exp(logs.mean()):7.3f} [{low:.3f}, {high:.3f}]  {int((logs < 0).sum())} of {len(logs)} won")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scores", type=Path, required=True, help="a CSV file that keeps every run")
    parser.add_argument("--sets", nargs="*", help="names; all by default")
    parser.add_argument("--seeds", nargs="*", default=["1"])
    parser.add_argument("--settings", nargs="*", default=list(SETTINGS), choices=list(SETTINGS))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--usual-words", type=Path, required=True)
    parser.add_argument("--titles", action="store_true")
    parser.add_argument("--without-priors", action="store_true")
    options = parser.parse_args()
    names, logs = ratios(fill(options), theirs_of(options.folder, "loss"), options.settings)
    print(f"loss over ASReview's, {len(names)} sets × {len(options.seeds)} seeds, refitted each {REFIT_SHARE:.0%} more")
    for setting, row in zip(options.settings, logs, strict=True):
        told(setting, row)
    left_out: dict[int, list[float]] = defaultdict(list)
    inside, outside, taken = [], [], Counter[str]()
    for choose, judge in halves(len(names)):
        best = int(np.argmin(logs[:, choose].mean(axis=1)))
        taken[options.settings[best]] += 1
        inside.append(logs[best, choose].mean())
        outside.append(logs[best, judge].mean())
        for column in judge:
            left_out[int(column)].append(logs[best, column])
    told("chosen on the other half", np.asarray([np.mean(left_out[column]) for column in range(len(names))]))
    print(f"{'on the half it was chosen on':34}{math.exp(np.mean(inside)):7.3f}")
    low, high = np.exp(np.quantile(outside, [0.05, 0.95]))
    print(f"one half measured alone: 5th to 95th percentile of {len(outside)} halves {low:.3f} to {high:.3f}")
    print("taken: " + ", ".join(f"{setting} {count / len(outside):.0%}" for setting, count in taken.most_common()))


if __name__ == "__main__":
    main()

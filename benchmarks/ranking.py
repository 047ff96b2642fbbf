"""Replays labelled reviews and sets the ranking beside ASReview's own runs.

    python benchmarks/ranking.py ../shared/data/ranking/dev --sets Cohen_ADHD CLEF_CD008081 --seeds 1 2 3 --jobs 2

The folder holds NAME.csv.xz (`record_id,title,abstract,label_included`), priors.json, asreview.csv and, for
--titles and --without-priors, titles.json. One line per set and seed, then the geometric mean over sets of our loss over ASReview's
with a bootstrap interval over sets. The words that reviews usually include were learned from these very sets; with --usual-words
each set is ranked with those in FOLDER/NAME.csv, which `usual_words.py --each FOLDER` learns from the others. Sets with fewer than 15 relevant records are noisy and shown apart.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import lzma
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np

from review.ranking import usual
from review.ranking.active import simulate
from review.ranking.features import Text, build_corpus
from review.ranking.metrics import order_metrics

NOISY_BELOW = 15
csv.field_size_limit(10**9)


@dataclass(frozen=True, kw_only=True)
class Run:
    name: str
    seed: str
    relevant: int
    loss: float
    theirs: float
    wss95: float
    theirs_wss95: float
    wss100: float
    recall10: float
    cpu: float

    @property
    def ratio(self) -> float:
        return self.loss / self.theirs


def read_set(path: Path) -> tuple[list[Text], dict[str, float]]:
    with lzma.open(path) as packed:
        rows = list(csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8", newline="")))
    texts = [Text(record_id=r["record_id"], title=r["title"], abstract=r["abstract"]) for r in rows]
    return texts, {r["record_id"]: float(r["label_included"] or 0) for r in rows}


def theirs_of(folder: Path, figure: str) -> dict[tuple[str, str], float]:
    """One figure of ASReview's own runs by set and seed."""
    with (folder / "asreview.csv").open(encoding="utf-8", newline="") as file:
        return {(r["dataset"], r["seed"]): float(r[figure]) for r in csv.DictReader(file)}


def known_runs(folder: Path, name: str, options: argparse.Namespace) -> Iterator[tuple[str, list[str], str]]:
    """Each seed of a set with the records known from the start and the words of the protocol.

    With titles asked for, a set whose title is not known has no runs.
    """
    words = ""
    if options.titles or options.without_priors:
        words = json.loads((folder / "titles.json").read_text(encoding="utf-8")).get(name, {}).get("title", "")
        if not words:
            return
    priors = json.loads((folder / "priors.json").read_text(encoding="utf-8"))[name]
    for seed in options.seeds:
        yield seed, [] if options.without_priors else [str(record) for record in priors[seed]], words


@contextmanager
def usual_words(folder: Path | None, name: str) -> Iterator[None]:
    """The usual words from the file of this set, so that it is not ranked by what it has taught; those shipped without a folder."""
    if folder is None:
        yield
        return
    words = usual.read_words((folder / f"{name}.csv").read_text(encoding="utf-8"))
    with patch.object(usual, "shipped", lambda: words):
        yield


def run_set(folder: Path, name: str, options: argparse.Namespace) -> list[Run]:
    todo = list(known_runs(folder, name, options))
    if not todo:
        return []
    texts, labels = read_set(folder / f"{name}.csv.xz")
    began = time.process_time()
    corpus = build_corpus(texts)
    built = time.process_time() - began
    losses, wss = theirs_of(folder, "loss"), theirs_of(folder, "wss95")
    runs = []
    for seed, priors, words in todo:
        began = time.process_time()
        with usual_words(options.usual_words, name):
            order = simulate(
                corpus, labels, priors, protocol_text=words, seed=int(seed), retrain_every=options.retrain_every
            )
        cpu = time.process_time() - began + built
        if options.orders:
            (options.orders / f"{name}-{seed}.txt").write_text("\n".join(order) + "\n", encoding="utf-8")
        ours = order_metrics([labels[record] >= 0.5 for record in order])
        runs.append(
            Run(
                name=name,
                seed=seed,
                relevant=ours.r,
                loss=ours.loss or 0.0,
                theirs=losses[name, seed],
                wss95=ours.wss95 or 0.0,
                theirs_wss95=wss[name, seed],
                wss100=ours.wss100 or 0.0,
                recall10=ours.recall_at_10pct or 0.0,
                cpu=cpu,
            )
        )
    return runs


def geometric(runs: list[Run]) -> tuple[float, float, float, int, int]:
    """Geometric mean of the sets' ratios, its 95 % bootstrap interval over sets, sets won, sets."""
    names = sorted({r.name for r in runs})
    logs = np.asarray([np.mean([np.log(r.ratio) for r in runs if r.name == n]) for n in names])
    draws = np.random.default_rng(0).choice(logs, (4000, len(logs))).mean(axis=1)
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(np.exp(logs.mean())), float(np.exp(low)), float(np.exp(high)), int((logs < 0).sum()), len(names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", nargs="*", help="names; all by default")
    parser.add_argument("--seeds", nargs="*", default=["1"])
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--retrain-every", type=int, default=None)
    parser.add_argument(
        "--titles", action="store_true", help="only sets whose title is known, which guides the ranking"
    )
    parser.add_argument("--without-priors", action="store_true", help="the title is all that is known at the start")
    parser.add_argument("--usual-words", type=Path, help="a folder with words learned without each set")
    parser.add_argument("--orders", type=Path, help="write each order into this folder, for other scoring programs")
    options = parser.parse_args()
    names = options.sets or sorted(p.name.removesuffix(".csv.xz") for p in options.folder.glob("*.csv.xz"))
    if options.orders:
        options.orders.mkdir(parents=True, exist_ok=True)
    print(f"{'set':32}{'seed':>5}{'R':>5}{'loss':>9}{'ASReview':>9}{'ratio':>7}{'WSS95':>8}{'ASReview':>9}{'CPU s':>7}")
    runs: list[Run] = []
    with ProcessPoolExecutor(options.jobs) as pool:
        jobs = [pool.submit(run_set, options.folder, name, options) for name in names]
        for job in jobs:
            for r in job.result():
                print(
                    f"{r.name:32}{r.seed:>5}{r.relevant:>5}{r.loss:9.4f}{r.theirs:9.4f}{r.ratio:7.3f}"
                    f"{r.wss95:8.3f}{r.theirs_wss95:9.3f}{r.cpu:7.1f}",
                    flush=True,
                )
                runs.append(r)
    steady = {r.name for r in runs if r.relevant >= NOISY_BELOW}
    for title, part in (
        ("all sets", runs),
        (f"sets with at least {NOISY_BELOW} relevant", [r for r in runs if r.name in steady]),
    ):
        if part:
            mean, low, high, won, of = geometric(part)
            wss, theirs = np.mean([r.wss95 for r in part]), np.mean([r.theirs_wss95 for r in part])
            print(
                f"{title}: loss ratio {mean:.3f} [{low:.3f}, {high:.3f}], {won} of {of} sets won; "
                f"WSS@95 {wss:.3f} (ASReview {theirs:.3f}), "
                f"WSS@100 {np.mean([r.wss100 for r in part]):.3f}, recall@10 % {np.mean([r.recall10 for r in part]):.3f}; "
                f"{sum(r.cpu for r in part):.0f} CPU s"
            )


if __name__ == "__main__":
    main()

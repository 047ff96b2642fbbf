"""Replays our stopping rule, and cheaper forms of it, on reviews that are not quite the ones its settings were chosen on.

    python benchmarks/stopping_perturbed.py ../shared/data/ranking/dev runs [--make --usual-words words] [--seeds 1 2 3] [--halves]

Four kinds of run of each labelled set, per seed: as it is (of the seeds in priors.json); with a random half of its irrelevant
records; with a random half of its relevant ones; and as it is from other known records. --make ranks each and keeps what was
seen in the folder, as KIND~NAME~SEED.txt with a 0 or 1 a record; without it what is kept there is replayed. Runs share sets and
are not independent: the binomial interval is given over sets too, of which one counts as kept if all its runs were. With --halves
the level of the second test is set on all runs of one half of the sets and measured on those of the other.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from unittest.mock import patch

import numpy as np
from ranking import read_set, usual_words
from stopping import LEVELS, Replay, Stop, halves, show, stop, table

from review.ranking import ending
from review.ranking import stopping as rules
from review.ranking.active import simulate
from review.ranking.features import Text, build_corpus

LEAST = 0.85  # recall of any run; half of a small set's relevant records make large steps
KINDS = {
    "full": "as they are",
    "irr": "half of the irrelevant",
    "rel": "half of the relevant",
    "more": "other known records",
}


@dataclass(frozen=True)
class Form:
    """Our rule with other settings; a level above 1 leaves a test out."""

    name: str
    odds: float = rules.ODDS
    level: float = rules.HELD_ALPHA
    second_level: float = rules.PLAIN_ALPHA
    second_short: float = rules.PLAIN_SHORT
    held: float = rules.HELD_SHARE

    def stops(self, runs: Sequence[Replay]) -> list[Stop]:
        with (
            patch.object(rules, "HELD_ALPHA", self.level),
            patch.object(rules, "PLAIN_ALPHA", self.second_level),
            patch.object(rules, "PLAIN_SHORT", self.second_short),
            patch.object(ending, "HELD_SHARE", self.held),
        ):
            ends = [ending.held_at(run.labels, self.odds) for run in runs]
        return [stop(run, ending.ended(ending.HELD, run.labels, at)) for run, at in zip(runs, ends, strict=True)]


FORMS = (
    Form("as it is"),
    Form(
        "as it was: odds 5, level .025, second at .2, held for 10 %", odds=5.0, level=0.025, second_level=0.2, held=0.1
    ),
    Form("second test at .1", second_level=0.1),
    Form("second test at .15", second_level=0.15),
    Form("second test at .2", second_level=0.2),
    Form("odds 3", odds=3.0),
    Form("odds 8", odds=8.0),
    Form("no first test", level=1.1),
    Form("no second test", second_level=1.1),
)


def make(folder: Path, runs: Path, seeds: Sequence[int], words: Path | None) -> None:
    """Rank each set in all four ways and keep the labels in the order seen, the known records first."""
    priors = json.loads((folder / "priors.json").read_text(encoding="utf-8"))
    for path in sorted(folder.glob("*.csv.xz")):
        name = path.name.removesuffix(".csv.xz")
        texts, labels = read_set(path)
        for seed, (at, kind) in product(seeds, enumerate(KINDS)):
            if kind != "full" or str(seed) in priors[name]:
                draw = np.random.default_rng([seed, at, len(texts)])
                yes, no = drawn(texts, labels, kind, draw)
                told = priors[name][str(seed)] if kind == "full" else [draw.choice(yes), draw.choice(no)]
                told, there = [str(one) for one in told], {*yes, *no}
                some = [text for text in texts if text.record_id in there]
                with usual_words(words, name):
                    order = simulate(build_corpus(some), labels, told, seed=seed)
                seen = "".join(str(int(labels[record] >= 0.5)) for record in (*told, *order))
                (runs / f"{kind}~{name}~{seed}.txt").write_text(seen, encoding="ascii")


def drawn(
    texts: list[Text], labels: dict[str, float], kind: str, draw: np.random.Generator
) -> tuple[list[str], list[str]]:
    """The relevant and the irrelevant records of a run: all, or a random half of one side."""
    yes = [text.record_id for text in texts if labels[text.record_id] >= 0.5]
    no = [text.record_id for text in texts if labels[text.record_id] < 0.5]
    if kind == "irr":
        no = draw.choice(no, len(no) // 2, replace=False).tolist()
    if kind == "rel":
        yes = draw.choice(yes, max(2, len(yes) // 2), replace=False).tolist()
    return yes, no


def read(runs: Path) -> dict[str, list[Replay]]:
    found: dict[str, list[Replay]] = {kind: [] for kind in KINDS}
    for path in sorted(runs.glob("*.txt")):
        kind, name, _ = path.stem.split("~")
        found[kind].append(Replay(name, [int(label) for label in path.read_text(encoding="ascii").strip()]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--make", action="store_true")
    parser.add_argument("--usual-words", type=Path, help="words learned without each set, see ranking.py")
    parser.add_argument("--seeds", nargs="*", type=int, default=[1, 2, 3])
    parser.add_argument("--halves", action="store_true")
    options = parser.parse_args()
    if options.make:
        options.runs.mkdir(parents=True, exist_ok=True)
        make(options.folder, options.runs, options.seeds, options.usual_words)
    runs = read(options.runs)
    for form in FORMS:
        stops = {kind: form.stops(runs[kind]) for kind in KINDS}
        every = [one for part in stops.values() for one in part]
        print(f"\n{form.name}")
        if form is FORMS[0]:
            show("by size", every)
        for kind, title in KINDS.items():
            if stops[kind]:
                table(title, stops[kind])
        table("all", every)
    if options.halves:
        all_runs = [run for kind in KINDS for run in runs[kind]]
        by_level = {level: Form("", second_level=level).stops(all_runs) for level in LEVELS}
        halves("level of the second test", by_level, least_allowed=LEAST)


if __name__ == "__main__":
    main()

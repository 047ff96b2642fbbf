"""Asks whether the records found tell of those still unread: each is ranked as if it had not been labelled.

    python benchmarks/ranking.py ../shared/data/ranking/dev --orders orders
    python benchmarks/stopping_found.py ../shared/data/ranking/dev orders [--at 0.4]

After a share of the reading the found records are left out of the labels in fifths. One that is then ranked below any
record nobody has read would still be unread itself. Their share stands beside that of the relevant ones that are unread
in truth. One order of each set is read, that of seed 1.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from ranking import read_set
from scipy.stats import spearmanr
from stopping import in_the_order_seen

from review.ranking.active import rank
from review.ranking.features import Corpus, build_corpus

PARTS = 5


def unread_again(corpus: Corpus, seen: list[str], found: list[str]) -> int:
    """How many of the found ones would come after some record not seen, each fifth left out of the labels in turn."""
    count, known = 0, set(found)
    for part in range(PARTS):
        left_out = set(found[part::PARTS])
        if left_out and left_out != known:
            labels = {record: float(record in known) for record in seen if record not in left_out}
            order = rank(corpus, labels, seed=1).ids
            judged, waiting = set(seen), True
            for record in order:  # before the first record nobody has read, left-out ones would have been read
                waiting = waiting and record in judged
                count += not waiting and record in left_out
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("orders", type=Path)
    parser.add_argument("--at", type=float, default=0.4, help="share of the records read")
    options = parser.parse_args()
    priors = json.loads((options.folder / "priors.json").read_text(encoding="utf-8"))
    told, true = [], []
    for path in sorted(options.folder.glob("*.csv.xz")):
        name = path.name.removesuffix(".csv.xz")
        texts, labels = read_set(path)
        order = in_the_order_seen(options.orders / f"{name}-1.txt", priors[name]["1"])
        seen = order[: round(options.at * len(order))]
        found = [record for record in seen if labels[record] >= 0.5]
        relevant = sum(label >= 0.5 for label in labels.values())
        again = unread_again(build_corpus(texts), seen, found)
        told.append(again / len(found))
        true.append(1 - len(found) / relevant)
        print(
            f"{name:32} {len(found):4} found, {again:3} of them unread again, {relevant - len(found):3} unread",
            flush=True,
        )
    print(
        f"on average {np.mean(told):.3f} of the found ones and {np.mean(true):.3f} of the relevant ones; "
        f"rank correlation {spearmanr(told, true).statistic:.2f}"
    )


if __name__ == "__main__":
    main()

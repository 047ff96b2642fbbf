"""Precision of deduplication where fields are missing: wrong merges for 1,000 records, at every combination of losses.

    python benchmarks/dedup_missing.py ../shared/data/dedup/dev [SET …] [--share 1.0]

DOI, year, pages, authors and abstract are taken from the labelled records, each alone and all combinations together;
with `--share .5` each record loses each of them with that chance, as where sources of several kinds are mixed. A wrong
merge is a work that would be lost if the survivor of its group were ill chosen. The last column is the set with most.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from dedup import SETS, confusion, read_records, read_truth

from review.dedup import find_duplicates
from review.domain.record import Record

LOSSES: dict[str, dict[str, object]] = {
    "doi": {"doi": "", "url": ""},
    "year": {"year": None},
    "pages": {"pages": ""},
    "authors": {"authors": ()},
    "abstract": {"abstract": ""},
}


def without(records: Sequence[Record], lost: Sequence[str], share: float) -> Iterator[Record]:
    chance = random.Random(1)
    for record in records:
        gone = [LOSSES[name] for name in lost if chance.random() < share]
        yield replace(record, **{field: value for each in gone for field, value in each.items()})  # type: ignore[arg-type]


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sets", nargs="*", default=SETS)
    parser.add_argument("--share", type=float, default=1.0, help="the chance of each record to lose a field")
    options = parser.parse_args(arguments)
    sets = {name: (read_records(options.folder / name), read_truth(options.folder / name)) for name in options.sets}
    print(f"{'lost':36}{'wrong':>7}{'per 1000':>10}{'left':>7}   worst set, per 1000")
    for size in range(len(LOSSES) + 1):
        for lost in combinations(LOSSES, size):
            wrong, left = {}, 0
            for name, (records, truth) in sets.items():
                count = confusion(truth, find_duplicates(without(records, lost, options.share)).groups)
                wrong[name], left = count["worst_fp"], left + count["FN"]
            total = sum(len(records) for records, _ in sets.values())
            most = max(sets, key=lambda name: wrong[name] / len(sets[name][0]))
            print(
                f"{', '.join(lost) or 'nothing':36}{sum(wrong.values()):7}{1000 * sum(wrong.values()) / total:10.2f}{left:7}"
                f"   {most} {1000 * wrong[most] / len(sets[most][0]):.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main(sys.argv[1:])

"""How deduplication does on a set that had no say in which rules are used.

    python benchmarks/dedup_left_out.py ../shared/data/dedup/dev [SET …]

For each set, a condition or veto is used only if it earns its place on the other sets: if leaving it out leaves more
works lost or records redundant there than it spares (a lost work counts as ten redundant records). What the set itself
needs has no say. The rules were written by people who had seen all the sets, so this is an upper bound of an honest
estimate; how well they do where fields are missing (`dedup_missing.py`) is the other half of it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from dedup import SETS, confusion, f1, read_records, read_truth

from review.dedup import compare, find, find_duplicates, judged, ready
from review.domain.record import Record

_LOST = 10  # redundant records that one lost work is worth


@dataclass(frozen=True)
class Labelled:
    """A set and its truth."""

    records: Sequence[Record]
    truth: Mapping[str, str]


@contextmanager
def without(names: Collection[str]):  # type: ignore[no-untyped-def]
    """The rules with some of them never met; the numbers of the others stay."""
    never = lambda f: np.zeros(len(f.title), dtype=bool)  # noqa: E731
    kept = compare.CONDITIONS, compare.VETOES
    compare.CONDITIONS, compare.VETOES = (
        tuple(replace(rule, holds=never) if rule.name in names else rule for rule in each) for each in kept
    )
    try:
        yield
    finally:
        compare.CONDITIONS, compare.VETOES = kept


def remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, which no rule changes, called once for each set and each run of pairs."""
    known: dict[object, Any] = {}

    def call(on: Any, *args: Any, **kwargs: Any) -> Any:
        name = id(on[0]) if isinstance(on, list) and isinstance(on[0], Record) else len(getattr(on, "marks", on))
        key = (name, *(each.tobytes() for each in args))
        if key not in known:
            known[key] = function(on, *args, **kwargs)
        return known[key]

    return call


def count(on: Labelled, names: Collection[str]) -> dict[str, int]:
    with without(names):
        return confusion(on.truth, find_duplicates(on.records).groups)


def price(found: Mapping[str, int]) -> int:
    return _LOST * found["FP"] + found["FN"]


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sets", nargs="*", default=SETS)
    options = parser.parse_args(arguments)
    for module, name in (
        (ready, "made_ready"), (find, "candidate_pairs"), (judged, "worth_comparing"), (judged, "features")
    ):  # fmt: skip
        setattr(module, name, remembered(getattr(module, name)))
    sets = {
        name: Labelled(read_records(options.folder / name), read_truth(options.folder / name)) for name in options.sets
    }
    whole = {name: count(on, ()) for name, on in sets.items()}
    rules = [rule.name for rule in (*compare.CONDITIONS, *compare.VETOES)]
    less = {rule: {name: price(count(on, (rule,))) for name, on in sets.items()} for rule in rules}
    print("set           TP    FP   FN       F1   with all rules   rules that earn nothing on the other sets")
    total, all_rules = dict.fromkeys(("TP", "FP", "FN"), 0), dict.fromkeys(("TP", "FP", "FN"), 0)
    for name, on in sets.items():
        others = [other for other in sets if other != name]
        idle = [r for r in rules if sum(less[r][o] for o in others) <= sum(price(whole[o]) for o in others)]
        found = count(on, idle)
        print(
            f"{name:13}{found['TP']:5}{found['FP']:5}{found['FN']:5}{f1(found):9.5f}{f1(whole[name]):15.5f}"
            f"   {', '.join(idle) or 'none'}",
            flush=True,
        )
        for each in total:
            total[each] += found[each]
            all_rules[each] += whole[name][each]
    print(f"{'together':13}{total['TP']:5}{total['FP']:5}{total['FN']:5}{f1(total):9.5f}{f1(all_rules):15.5f}")


if __name__ == "__main__":
    main(sys.argv[1:])

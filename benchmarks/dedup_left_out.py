"""How deduplication does on a set that had no say in which rules are used.

    python benchmarks/dedup_left_out.py ../shared/data/dedup/dev [SET …] [--whole] [--at-once] [--strict]

For each set, a condition or veto is used only if it earns its place on the other sets: if leaving it out leaves more
works lost or records redundant there than it spares (a lost work counts as ten redundant records). The other sets are
asked as they are and once more with each of DOI, year, pages, authors and abstract taken from every second record, as
small sets that are complete ask for few vetoes; with `--whole`, only as they are. Where two rules prevent one mistake,
the stronger stays; with `--at-once` both go. What the set itself needs has no say. Rules that hold by definition (two
DOIs name two things, versions of one Cochrane review are one work, a protocol is not its result) are not asked to earn
their place, as a set without DOIs or Cochrane reviews has nothing to say of them; with `--strict` they are, too.
The rules were written by people who had seen all the sets, so this is an upper bound of an honest estimate; how well
they do where fields are missing (`dedup_missing.py`) is the other half of it.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from dedup import SETS, confusion, f1, queued, read_records, read_truth
from dedup_missing import LOSSES
from dedup_missing import without as damaged

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
        key = (_named(on), *(each.tobytes() for each in args))
        if key not in known:
            known[key] = function(on, *args, **kwargs)
        return known[key]

    return call


def _named(on: Any) -> object:
    """Some records, their marks or their pairs by something that no other set has, whole or damaged."""
    if isinstance(on, list):
        return id(on[0]) if isinstance(on[0], Record) else hash(tuple(on))
    return hash(getattr(on, "marks", on).codes.tobytes())


def count(on: Labelled, names: Collection[str]) -> dict[str, int]:
    with without(names):
        found = find_duplicates(on.records)
    return confusion(on.truth, found.groups) | queued(on.truth, found)


def price(versions: Sequence[Labelled], names: Collection[str]) -> int:
    """What works lost and records left cost in all versions of a set."""
    found = [count(each, names) for each in versions]
    return sum(_LOST * each["FP"] + each["FN"] for each in found)


def one_by_one(rules: Sequence[str], versions: Sequence[Labelled]) -> list[str]:
    """The rules that can be left out together: from the last to the first, as the strongest stand first, each goes if
    those that went before have not made it needed.
    """
    gone: list[str] = []
    paid = price(versions, gone)
    for rule in reversed(rules):
        cost = price(versions, [*gone, rule])
        if cost <= paid:
            gone, paid = [*gone, rule], cost
    return gone[::-1]


def read(folder: Path, *, whole: bool) -> tuple[Labelled, ...]:
    """A set as it is, and unless only that is wanted, with fields taken away."""
    records, truth = read_records(folder), read_truth(folder)
    again = [] if whole else [Labelled(list(damaged(records, tuple(LOSSES), 0.5)), truth)]
    return Labelled(records, truth), *again


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sets", nargs="*", default=SETS)
    parser.add_argument("--at-once", action="store_true", help="leave out together what each could be left out alone")
    parser.add_argument("--whole", action="store_true", help="ask the other sets only as they are")
    parser.add_argument("--strict", action="store_true", help="ask also the rules that hold by definition")
    options = parser.parse_args(arguments)
    for module, name in (
        (ready, "made_ready"), (find, "candidate_pairs"), (judged, "worth_comparing"), (judged, "features")
    ):  # fmt: skip
        setattr(module, name, remembered(getattr(module, name)))
    sets = {name: read(options.folder / name, whole=options.whole) for name in options.sets}
    whole = {name: count(versions[0], ()) for name, versions in sets.items()}
    paid = {name: price(versions, ()) for name, versions in sets.items()}
    table = (*compare.CONDITIONS, *compare.VETOES)
    rules = [rule.name for rule in table if options.strict or not rule.by_definition]
    less = {rule: {name: price(versions, (rule,)) for name, versions in sets.items()} for rule in rules}
    print("set           TP    FP   FN       F1   queued   with all rules   rules that earn nothing on the other sets")
    total, all_rules = Counter[str](), Counter[str]()
    for name, versions in sets.items():
        others = [other for other in sets if other != name]
        alone = [r for r in rules if sum(less[r][o] for o in others) <= sum(paid[o] for o in others)]
        idle = alone if options.at_once else one_by_one(alone, [each for o in others for each in sets[o]])
        found = count(versions[0], idle)
        print(
            f"{name:13}{found['TP']:5}{found['FP']:5}{found['FN']:5}{f1(found):9.5f}"
            f"{found['queued']:4} of{found['missed']:3}{f1(whole[name]):15.5f}   {', '.join(idle) or 'none'}",
            flush=True,
        )
        total.update(found)
        all_rules.update(whole[name])
    print(
        f"{'together':13}{total['TP']:5}{total['FP']:5}{total['FN']:5}{f1(total):9.5f}"
        f"{total['queued']:4} of{total['missed']:3}{f1(all_rules):15.5f}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])

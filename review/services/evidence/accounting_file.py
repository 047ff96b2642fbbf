"""An accounting file of either form: counts.yml, or accounting.csv (unit, subset, partition_of, n, source, sha256)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from review.domain.finding import Finding, Severity
from review.evidence.accounting import Accounts
from review.evidence.identities import Identity, Kind, Term
from review.evidence.manifest import place_of
from review.evidence.printed import Printed, printed
from review.evidence.quantity import Quantity, find
from review.services.evidence.accounting_tree import COLUMNS, Source, Written, read_tree
from review.services.evidence.read_files import rows

_ALL = frozenset({"", "all", "total", "overall", "everything"})
_TREES = frozenset({".yml", ".yaml", ".json"})


def read(path: Path) -> Written:
    """Read an accounting file of either form. Raises `Missing`."""
    return read_tree(path) if path.suffix.lower() in _TREES else _table(path)


def _table(path: Path) -> Written:
    found = rows(path, required=("unit", "n"), aliases=COLUMNS)
    frame, faults = found.frame, list(found.findings)
    if not found.usable:
        return Written(accounts=Accounts(quantities=()), sources=(), findings=tuple(faults))
    quantities: list[Quantity] = []
    parts: dict[tuple[str, str, str], list[Quantity]] = defaultdict(list)
    for index, row in frame.iterrows():
        line, column = int(str(index)), place_of(frame, "n")
        number = printed(row["n"])
        if number is None:
            faults.append(_bad_cell(row["n"], path, line=line, column=column))
            continue
        quantities.append(_quantity(dict(row), number, line=line, column=column))
        if row.get("partition_of"):
            grouping = row.get("grouping", "") or row.get("partition", "")
            parts[row["unit"], row["partition_of"], grouping].append(quantities[-1])
    identities: list[Identity] = []
    for (unit, whole, _), members in parts.items():
        made, told = _partitions(quantities, members, unit=unit, whole=whole, path=path)
        identities += made
        faults += told
    accounts = Accounts(quantities=tuple(quantities), identities=tuple(identities))
    return Written(accounts=accounts, sources=_sources(frame), findings=tuple(faults))


def _quantity(row: Mapping[str, str], number: Printed, *, line: int, column: int) -> Quantity:
    return Quantity(
        name=row.get("name", ""),
        unit=row["unit"],
        subset=row.get("subset", "") or "all",
        number=number,
        source=row.get("source", ""),
        line=line,
        column=column,
    )


def _bad_cell(cell: str, path: Path, *, line: int, column: int) -> Finding:
    told = f"{cell[:40]!r} in column n is not a number." if cell else "There is no number in column n."
    return Finding(
        rule="ACC-FILE",
        message=told,
        path=path.name,
        line=line,
        column=column,
        hint="Write a whole number, digits only.",
    )


def _sources(frame: pd.DataFrame) -> tuple[Source, ...]:
    if "source" not in frame:
        return ()
    digests = frame["sha256"] if "sha256" in frame else [""] * len(frame)
    column = place_of(frame, "source")
    named = zip(frame.index, frame["source"], digests, strict=True)
    return tuple(Source(name=name, sha256=sha, line=int(line), column=column) for line, name, sha in named if name)


def _partitions(
    quantities: Sequence[Quantity], members: Sequence[Quantity], *, unit: str, whole: str, path: Path
) -> tuple[list[Identity], list[Finding]]:
    """The parts of one whole as one partition, or as several where they follow one another and each adds up."""
    total = _whole(quantities, unit=unit, subset=whole, but=members)
    first = members[0]
    if total is None:
        told = f"{len(members)} rows are parts of {whole!r}, and no row says how many {unit} {whole!r} has."
        hint = f"Add a row with unit {unit} and subset {whole}."
        return [], [
            Finding(rule="ACC-UNKNOWN", message=told, path=path.name, line=first.line, column=first.column, hint=hint)
        ]
    runs = _runs(members, total)
    told = f"The parts of {total.known_as} add up {len(runs)} times, so they are taken as {len(runs)} partitions."
    several = Finding(
        rule="ACC-03",
        severity=Severity.INFO,
        message=told,
        path=path.name,
        line=first.line,
        column=first.column,
        hint="Add a column `partition` that names each, such as region, split or sex.",
    )
    return [_partition(run, total) for run in runs], [several] if len(runs) > 1 else []


def _whole(quantities: Sequence[Quantity], *, unit: str, subset: str, but: Sequence[Quantity]) -> Quantity | None:
    others = [q for q in quantities if q not in but and q.unit.casefold() == unit.casefold()]
    for each in others:
        same = each.subset.casefold() == subset.casefold()
        if same or (subset.casefold() in _ALL and each.subset.casefold() in _ALL):
            return each
    return find(others, subset)


def _runs(members: Sequence[Quantity], total: Quantity) -> list[list[Quantity]]:
    """Cut where the parts so far make the whole; one piece if the pieces do not all come out even."""
    runs: list[list[Quantity]] = [[]]
    for each in members:
        if runs[-1] and sum(q.number.value for q in runs[-1]) == total.number.value and each.number.value > 0:
            runs.append([])
        runs[-1].append(each)
    even = all(sum(q.number.value for q in run) == total.number.value for run in runs)
    return runs if even else [list(members)]


def _partition(members: Sequence[Quantity], total: Quantity) -> Identity:
    return Identity(
        kind=Kind.PARTITION,
        members=tuple(Term(number=q.number, name=q.known_as, unit=q.unit) for q in members),
        whole=Term(number=total.number, name=total.known_as, unit=total.unit),
        line=members[0].line,
        column=members[0].column,
    )

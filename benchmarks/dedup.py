"""Accuracy and cost of deduplication on the five labelled sets: TP, FP, FN, F1, CPU seconds and peak memory of each.

    python benchmarks/dedup.py ../shared/data/dedup/dev [SET …]

Each set runs in a process of its own, so that its peak memory is its own; the last line is the five together.
"""

from __future__ import annotations

import argparse
import csv
import json
import lzma
import resource
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from review.dedup import DedupResult, find_duplicates
from review.domain.record import DuplicateGroup, Record

SETS = ("stroke", "haematology", "diabetes", "digital_work", "srsr")
_KINDS = frozenset(("inproceedings", "proceedings", "incollection", "inbook", "book", "techreport", "phdthesis"))
_COLUMNS = (
    "record_id", "entry_type", "title", "authors", "year", "journal", "volume", "number", "pages", "doi", "abstract", "url",
)  # fmt: skip


def read_records(folder: Path) -> list[Record]:
    """`records.csv.xz` of a set; authors stand there as one text joined by " and "."""
    csv.field_size_limit(10**9)
    with lzma.open(folder / "records.csv.xz", "rt", encoding="utf-8", newline="") as stream:
        return [_record(row) for row in csv.DictReader(stream)]


def _record(row: Mapping[str, str]) -> Record:
    return Record(
        source="dev",
        source_id=row["record_id"],
        title=row["title"],
        abstract=row["abstract"],
        authors=tuple(part for part in row["authors"].split(" and ") if part),
        year=int(row["year"]) if row["year"].isdigit() else None,
        journal=row["journal"],
        volume=row["volume"],
        issue=row["number"],
        pages=row["pages"],
        doi=row["doi"],
        type=row["entry_type"],
        url=row["url"],
    )


def read_truth(folder: Path) -> dict[str, str]:
    """The work of each record, by record id as `Record.record_id` gives it."""
    with lzma.open(folder / "truth.csv.xz", "rt", encoding="utf-8", newline="") as stream:
        return {f"dev:{row['record_id']}": row["group_id"] or row["record_id"] for row in csv.DictReader(stream)}


def write_set(folder: Path, records: Iterable[Record], truth: Mapping[str, str]) -> None:
    """Records and the work of each in the form of a labelled set, for any program to be run on."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        lzma.open(folder / "records.csv.xz", "wt", encoding="utf-8", newline="") as stream,
        lzma.open(folder / "truth.csv.xz", "wt", encoding="utf-8", newline="") as works,
    ):
        table, answers = csv.writer(stream), csv.writer(works)
        table.writerow(_COLUMNS)
        answers.writerow(("record_id", "group_id"))
        for each in records:
            name = each.record_id.replace(":", "-")
            people, year = " and ".join(each.authors), each.year or ""
            place = (each.journal, each.volume, each.issue, each.pages, each.doi)
            kind = each.type if each.type in _KINDS else "article"
            table.writerow((name, kind, each.title, people, year, *place, each.abstract, each.url))
            answers.writerow((name, truth[each.record_id]))


def confusion(truth: Mapping[str, str], groups: Iterable[DuplicateGroup]) -> dict[str, int]:
    """Record level: of each group the lexically smallest id is kept. TP: redundant records removed; FP: works lost
    altogether; FN: redundant records left; `worst_fp`: works that would be lost if the survivor were ill chosen.
    """
    members = defaultdict(list)
    for record, work in truth.items():
        members[work].append(record)
    removed: set[str] = set()
    mixed = 0
    for group in groups:
        removed.update(group.members[1:])
        mixed += len({truth[member] for member in group.members}) - 1
    count = Counter({"TP": 0, "FP": 0, "FN": 0, "TN": 0, "worst_fp": mixed})
    for records in members.values():
        kept = sum(record not in removed for record in records)
        count["TN" if kept else "FP"] += 1
        count["FN"] += max(kept - 1, 0)
        count["TP"] += len(records) - max(kept, 1)
    return dict(count)


def queued(truth: Mapping[str, str], result: DedupResult) -> dict[str, int]:
    """`missed`: parts of works that are left separate; `queued`: those a person meets within three times as many pairs;
    `linked`: those listed as related, such as an erratum that the labels count as its article.
    """
    group_of = {member: group.group_id for group in result.groups for member in group.members}
    parts: dict[str, set[str]] = defaultdict(set)
    for record, work in truth.items():
        parts[work].add(group_of.get(record, record))
    missed = sum(len(each) - 1 for each in parts.values())
    first = result.unsure[: 3 * missed]
    queued, linked = (
        sum(truth[pair.record_a] == truth[pair.record_b] for pair in pairs) for pairs in (first, result.related)
    )
    return {"missed": missed, "queued": queued, "linked": linked}


def f1(count: Mapping[str, float]) -> float:
    return 2 * count["TP"] / (2 * count["TP"] + count["FP"] + count["FN"])


def measure(folder: Path) -> dict[str, float]:
    """Accuracy and cost of one set, in this process."""
    records, truth = read_records(folder), read_truth(folder)
    start = time.process_time()
    result = find_duplicates(records)
    seconds = time.process_time() - start
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "records": len(records),
        **confusion(truth, result.groups),
        "unsure": len(result.unsure),
        **queued(truth, result),
        "cpu_s": seconds,
        "peak_mb": megabytes,
    }


def in_own_process(folder: Path) -> dict[str, float]:
    command = [sys.executable, __file__, str(folder.parent), folder.name, "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _line(name: str, count: Mapping[str, float]) -> str:
    return (
        f"{name:13}{count['records']:8.0f}{count['TP']:7.0f}{count['FP']:5.0f}{count['FN']:5.0f}{f1(count):9.5f}"
        f"{count['worst_fp']:9.0f}{count['unsure']:8.0f}{count['missed']:8.0f}{count['queued']:8.0f}{count['linked']:8.0f}{count['cpu_s']:8.1f}{count['peak_mb']:9.0f}"
    )


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sets", nargs="*", default=SETS)
    parser.add_argument("--json", action="store_true", help="one set, as JSON")
    options = parser.parse_args(arguments)
    if options.json:
        print(json.dumps(measure(options.folder / options.sets[0])))
        return
    print("set           records     TP   FP   FN       F1 worst FP  unsure  missed  queued  linked   CPU s  peak MB")
    together: Counter[str] = Counter()
    for name in options.sets:
        count = in_own_process(options.folder / name)
        print(_line(name, count), flush=True)
        peak = max(together["peak_mb"], count["peak_mb"])
        together.update(count)
        together["peak_mb"] = peak
    print(_line("together", together))


if __name__ == "__main__":
    main(sys.argv[1:])

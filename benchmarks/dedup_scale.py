"""Cost of deduplication from 10,000 to 1,000,000 records: seconds, CPU seconds, peak memory, and how accurate it stays.

    python benchmarks/dedup_scale.py ../shared/data/dedup/dev [--sizes 10000 … 1000000] [--jobs 1 2]

The labelled sets are multiplied: each copy after the first speaks of other works, for its words, names, identifiers and
places are exchanged, the same for all records of a work, and one record in five is then damaged as exports damage
records (a slip of the pen in the title, an author list cut, a field lost). The table is written to a temporary file and
goes through the command `review dedup FILE --groups OUT --jobs N`. CPU seconds are those of all its processes together,
the peak is the most memory they held at one time, pages that they share counted once for each. Wall seconds say
nothing on a machine that does other things: beside them stands how many cores the command was given on average.
"""

from __future__ import annotations

import argparse
import csv
import lzma
import random
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path

SETS = ("stroke", "haematology", "diabetes", "digital_work", "srsr")
COLUMNS = ("record_id", "title", "authors", "year", "journal", "volume", "number", "pages", "doi", "abstract")
SIZES = (10_000, 30_000, 100_000)
JOBS = (1, 2)
_LOOKED_EVERY = 0.2  # seconds
DAMAGED = 0.2  # of the records
_WORD = re.compile(r"[A-Za-z]{4,}")
_NUMBER = re.compile(r"\d+")
_DOI = re.compile(r"10\.\d{4,9}/")
_KEPT_SHARE = 0.4  # of the words of a language stay in every copy: real texts share theirs too

Row = dict[str, str]


def read(folder: Path) -> Iterator[tuple[Row, str]]:
    """The records of all sets, each with its work."""
    csv.field_size_limit(10**9)
    for name in SETS:
        with lzma.open(folder / name / "truth.csv.xz", "rt", encoding="utf-8", newline="") as stream:
            truth = {row["record_id"]: row["group_id"] or row["record_id"] for row in csv.DictReader(stream)}
        with lzma.open(folder / name / "records.csv.xz", "rt", encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                yield {column: row[column] for column in COLUMNS}, f"{name}:{truth[row['record_id']]}"


class Disguise:
    """Turns the works of the sets into as many others: words are exchanged for others of about the same length."""

    def __init__(self, words: Sequence[str], seed: int) -> None:
        chance = random.Random(seed)
        by_length: dict[int, list[str]] = {}
        for word in words:
            by_length.setdefault(len(word), []).append(word)
        self._other: dict[str, str] = {}
        for alike in by_length.values():
            shuffled = chance.sample(alike, len(alike))
            changed = (pair for pair in zip(alike, shuffled, strict=True) if chance.random() > _KEPT_SHARE)
            self._other.update(changed)
        self._shift = seed * 7919

    def of(self, row: Row) -> Row:
        words = {name: _WORD.sub(self._word, row[name]) for name in ("title", "authors", "abstract")}
        numbers = {name: _NUMBER.sub(self._number, row[name], count=1) for name in ("volume", "pages")}
        doi = _DOI.sub(rf"\g<0>x{self._shift}.", row["doi"]) if "10." in row["doi"] else ""
        return {**row, **words, **numbers, "doi": doi}

    def _word(self, found: re.Match[str]) -> str:
        other = self._other.get(found[0].lower(), found[0])
        return other.title() if found[0][0].isupper() and found[0][1:].islower() else other

    def _number(self, found: re.Match[str]) -> str:
        return str((int(found[0][:9]) * 31 + self._shift) % 2000 + 1)


def damage(row: Row, chance: random.Random) -> Row:
    """What exports do to one record in five."""
    if chance.random() > DAMAGED or not row["title"]:
        return row
    what = chance.randrange(4)
    if what == 0 and len(row["title"]) > 30:
        place = chance.randrange(10, len(row["title"]) - 10)
        return {**row, "title": row["title"][:place] + row["title"][place + 1 :]}
    if what == 1:
        return {**row, "authors": row["authors"][: max(20, len(row["authors"]) // 2)]}
    lost = chance.choice(("year", "volume", "pages", "doi", "abstract", "number"))
    return {**row, lost: ""}


def multiplied(folder: Path, size: int) -> Iterator[tuple[Row, str]]:
    """`size` records with their works."""
    records = list(read(folder))
    words = sorted({word.lower() for row, _ in records for word in _WORD.findall(row["title"])})
    chance = random.Random(size)

    def endless() -> Iterator[tuple[Row, str]]:
        for copy in count():
            disguise = Disguise(words, copy)
            for row, work in records:
                found = row if copy == 0 else damage(disguise.of(row), chance)
                yield {**found, "record_id": f"{copy}-{row['record_id']}-{work.partition(':')[0]}"}, f"{copy}-{work}"

    if size < len(records):
        random.Random(0).shuffle(records)
    return islice(endless(), size)


def write_table(path: Path, folder: Path, size: int) -> dict[str, str]:
    """The records as a table; their works by record id."""
    truth: dict[str, str] = {}
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        for row, work in multiplied(folder, size):
            writer.writerow(row)
            truth[row["record_id"]] = work
    return truth


def measure(table: Path, truth: dict[str, str], jobs: int) -> str:
    groups, size = table.with_name("groups.csv"), len(truth)
    command = [
        sys.executable,
        "-c",
        "from review.cli import main; main()",
        "dedup",
        str(table),
        "--groups",
        str(groups),
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--jobs", str(jobs), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    peak = Peak(process.pid)
    peak.start()
    _, said = process.communicate()
    wall = time.perf_counter() - begin
    peak.join()
    if process.returncode:
        raise SystemExit(said.decode())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    with groups.open(encoding="utf-8-sig", newline="") as stream:
        found = {row["record_id"]: row["group_id"] for row in csv.DictReader(stream)}
    lost, left = errors(truth, found)
    return (
        f"{size:9,}{jobs:6}{wall:9.1f}{seconds:9.1f}{seconds / wall:7.2f}{1e6 * seconds / size:14.0f}{peak.megabytes:9.0f}"
        f"{1000 * lost / size:16.2f}{1000 * left / size:15.2f}"
    )


class Peak(threading.Thread):
    """The most memory that a process and those it started held at one time."""

    def __init__(self, pid: int) -> None:
        super().__init__()
        self.pid, self.megabytes = pid, 0.0

    def run(self) -> None:
        while (Path("/proc") / str(self.pid) / "statm").exists():
            held = sum(map(_held, _family(self.pid)))
            if not held:
                return  # it has ended, and waits to be asked
            self.megabytes = max(self.megabytes, held)
            time.sleep(_LOOKED_EVERY)


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = (Path("/proc") / str(pid) / "task" / str(pid) / "children").read_text(encoding="ascii").split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _held(pid: int) -> float:
    try:
        pages = (Path("/proc") / str(pid) / "statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0.0
    return int(pages) * resource.getpagesize() / 2**20


def errors(truth: dict[str, str], found: dict[str, str]) -> tuple[int, int]:
    """Works merged into another, and redundant records left."""
    works_of: dict[str, set[str]] = {}
    groups_of: dict[str, set[str]] = {}
    for record, work in truth.items():
        works_of.setdefault(found[record], set()).add(work)
        groups_of.setdefault(work, set()).add(found[record])
    return sum(len(each) - 1 for each in works_of.values()), sum(len(each) - 1 for each in groups_of.values())


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--jobs", type=int, nargs="+", default=JOBS)
    options = parser.parse_args(arguments)
    print("  records  jobs   wall s    CPU s  cores  µs per record  peak MB  merged per 1000  left per 1000")
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as scratch:
            table = Path(scratch) / "records.csv"
            truth = write_table(table, options.folder, size)
            for jobs in options.jobs:
                print(measure(table, truth, jobs), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

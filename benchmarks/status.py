"""How long `review status` takes on 100,000 records with 60,000 decisions, as a whole process.

    python benchmarks/status.py [--records 100000] [--decisions 60000]

The project is made with the storage layer directly, from invented records; each run starts a new process, as a
user's command does. Beside it, the physical limit: the same process doing nothing but reading the two tables.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from review.domain.record import DuplicateLink, Record
from review.domain.screening import Decision, Stage, Verdict
from review.services import project, protocol, team
from review.storage import decisions, duplicates, records

WORDS = [
    "spine",
    "vertebra",
    "network",
    "deep",
    "image",
    "level",
    "label",
    "patient",
    "cohort",
    "review",
    "rain",
    "memory",
    "lung",
    "knee",
    "model",
]
RUN = {
    "source": "scopus",
    "label": "Scopus",
    "kind": "database",
    "platform": "",
    "query": "",
    "limits": "",
    "run_at": "2026-01-01",
    "reported": None,
    "tool_version": "0",
    "raw_sha256": "0",
    "file_name": "made.ris",
    "format": "ris",
}
BARE = """
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
print(len(c.execute("SELECT record_id, source, length(abstract) FROM records").fetchall()))
print(len(c.execute("SELECT record_id, stage, reviewer, verdict, reason, role, number FROM decisions").fetchall()))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--decisions", type=int, default=60_000)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "review"
        make(root, given.records, given.decisions)
        whole = timed([sys.executable, "-m", "review", "status", "--project", str(root), "--json"], given.runs)
        bare = timed([sys.executable, "-c", BARE, str(root / "review.sqlite")], given.runs)
    print(f"{given.records:,} records, {given.decisions:,} decisions, {given.runs} runs each")
    print(f"review status      median {statistics.median(whole):.2f} s  max {max(whole):.2f} s")
    print(f"bare table reads   median {statistics.median(bare):.2f} s  max {max(bare):.2f} s")
    print(f"ratio              {statistics.median(whole) / statistics.median(bare):.1f}")


def make(root: Path, count: int, decided: int) -> None:
    """A review of which two people have screened the first part."""
    chance = random.Random(1)
    made = project.create(root, preset="lstv-machine-learning")
    protocol.freeze(made)
    with made.store.writing() as connection:
        run = records.add_run(connection, RUN)
        intake = records.take_in(connection, run, "scopus", (record(n, chance) for n in range(count)))
        records.add_report(connection, run, intake)
    links = [
        DuplicateLink(record_a=f"scopus:{n}", record_b=f"scopus:{n + 1}", condition="same_doi", explanation="made up")
        for n in range(0, count // 5, 10)
    ]
    duplicates.append_run(made.store, version="0", records=count, joined=links, unsure=[])
    people = ("Ana", "Ben")
    for name in people:
        team.join(made, name)
    found = [
        Decision(
            record_id=f"scopus:{n}",
            stage=Stage.TITLE_ABSTRACT,
            reviewer=who,
            verdict=Verdict.INCLUDE if chance.random() < 0.05 else Verdict.EXCLUDE,
        )
        for n in range(decided // 2)
        for who in people
    ]
    with made.store.writing() as connection:
        decisions.append(connection, found, protocol=0)
    made.close()


def record(number: int, chance: random.Random) -> Record:
    text = " ".join(chance.choices(WORDS, k=200))
    return Record(source="scopus", source_id=str(number), title=text[:90], abstract=text, year=2020, raw=text)


def timed(command: list[str], runs: int) -> list[float]:
    found = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        found.append(time.perf_counter() - started)
    return found


if __name__ == "__main__":
    main()

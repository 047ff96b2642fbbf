"""Sixteen people screen at once: no decision is lost, none is stored twice, and the conflicts are the right ones.

Run: python benchmarks/team.py [--people 16] [--each 500] [--records 1000] [--postgres | --database URL]

Everybody works as fast as the program answers, in one process as in the app, each through the same open project. A third
of what each sends is sent a second time, as a browser does that did not hear the answer. Prints one JSON object with
the milliseconds a decision takes until it is stored, and stops with an error if anything stored is wrong. With
--postgres it starts a PostgreSQL server of its own, which puts each commit on the disk; with --database it uses an empty
database at that address; otherwise a SQLite file.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import servers

from review.domain.screening import Decision, Stage, Standing, Verdict
from review.services import collect, protocol, screen, works
from review.services.collect import Origin
from review.services.project import Project, create
from review.storage import decisions

STAGE = Stage.TITLE_ABSTRACT


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--people", type=int, default=16)
    options.add_argument("--each", type=int, default=500)
    options.add_argument("--records", type=int, default=1_000)
    where = options.add_mutually_exclusive_group()
    where.add_argument("--postgres", action="store_true")
    where.add_argument("--database", default="")
    asked = options.parse_args()
    with database(asked.database, started_here=asked.postgres) as address:
        if address:
            os.environ["REVIEW_DATABASE_URL"] = address
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            project = build(Path(folder) / "team", asked.records)
            found = run(project, asked.people, asked.each)
            project.close()
    print(json.dumps({"database": "PostgreSQL" if address else "SQLite", **found}))


@contextmanager
def database(given: str, *, started_here: bool) -> Iterator[str]:
    """The address of the database to use; empty for a file."""
    if not started_here:
        yield given
        return
    programs = servers.postgres_programs()
    if programs is None:
        sys.exit("PostgreSQL is not installed (Debian: apt-get install postgresql-15).")
    with servers.postgres(programs, durable=True) as address:
        with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE team")
        yield f"{address}/team"


def build(root: Path, count: int) -> Project:
    """A frozen project of invented records, each to be judged by two people."""
    project = create(root)
    protocol.freeze(project)
    entries = (f"TY  - JOUR\nID  - {n}\nTI  - Invented record {n}\nER  - \n" for n in range(count))
    collect.import_bytes(project, "\n".join(entries).encode(), file_name="team.ris", origin=Origin(source="scopus"))
    return project


def run(project: Project, people: int, each: int) -> dict[str, object]:
    """Let everybody decide at once, and check what is stored. The milliseconds are of all first sendings."""
    every = list(works.works(project).members)
    plans = [plan(every, person, people, each) for person in range(people)]
    taken: list[list[float]] = [[] for _ in plans]
    faults: list[BaseException] = []
    start = threading.Barrier(people + 1)

    def work(own: list[Decision], times: list[float]) -> None:
        start.wait()
        try:
            for number, decision in enumerate(own):
                begun = time.perf_counter()
                assert screen.decide(project, decision), "a new decision was taken for an old one"
                times.append((time.perf_counter() - begun) * 1000)
                if number % 3 == 0:
                    assert not screen.decide(project, decision), "a decision was stored twice"
        except BaseException as fault:  # noqa: BLE001 - told by the main thread
            faults.append(fault)

    threads = [threading.Thread(target=work, args=pair) for pair in zip(plans, taken, strict=True)]
    for thread in threads:
        thread.start()
    start.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    if faults:
        raise faults[0]
    check(project, [decision for own in plans for decision in own])
    times = sorted(time for own in taken for time in own)
    return {
        "people": people,
        "decisions": len(times),
        "per_second": round(len(times) / seconds),
        "median_ms": round(statistics.median(times), 1),
        "p95_ms": round(times[int(0.95 * len(times))], 1),
        "max_ms": round(times[-1], 1),
    }


def plan(every: list[str], person: int, people: int, each: int) -> list[Decision]:
    """What one person will say: `each` works, shared so that most are judged by several people."""
    draw = random.Random(person)
    first = person * len(every) // people
    own = [every[(first + step) % len(every)] for step in range(min(each, len(every)))]
    return [
        Decision(
            uid=f"{person}-{work}",
            record_id=work,
            shown=work,
            stage=STAGE,
            reviewer=f"Person {person:02}",
            verdict=draw.choice(list(Verdict)),
        )
        for work in own
    ]


def check(project: Project, said: list[Decision]) -> None:
    """Raise AssertionError unless exactly what was said is stored, and every work stands where it must."""
    stored = decisions.read(project.store, stage=STAGE)
    assert Counter(d.uid for d in stored) == Counter(d.uid for d in said), "decisions were lost or doubled"
    assert {(d.uid, d.record_id, d.reviewer, d.verdict) for d in stored} == {
        (d.uid, d.record_id, d.reviewer, d.verdict) for d in said
    }
    of_work: dict[str, set[bool]] = defaultdict(set)
    people: Counter[str] = Counter()
    for decision in said:
        of_work[decision.record_id].add(decision.verdict is Verdict.EXCLUDE)
        people[decision.record_id] += 1
    needed = protocol.in_force(project).screening.reviewers_per_record
    conflicts = {work for work, kinds in of_work.items() if len(kinds) > 1 and people[work] >= needed}
    assert {c.record_id for c in screen.conflicts(project, STAGE)} == conflicts
    standing = screen.outcomes(project, STAGE)
    assert all((standing[work].standing is Standing.CONFLICT) is (work in conflicts) for work in standing)


if __name__ == "__main__":
    main()

"""What a ranking in the background costs the people who screen 100,000 records, and how soon it has what they decided.

    python benchmarks/ranking_app.py ../shared/data/ranking/dev [--records 100000] [--decided 1000] [--presses 40]

A project of the labelled sets, joined and multiplied; Ana has decided some records, and the ranking watches in a process of
its own as it does beside the app (`review rank --watch`). She then decides one record after the other as the labels say.
Printed in milliseconds: from a decision to the next record known (the decision stored, her waiting records read), in calm and
while a ranking was being made; and from a decision to a published order that has learned from it. CPU seconds of the watch
beside, since wall times are those of a machine that does other things too. With --project the project is kept and used again.
"""

from __future__ import annotations

import argparse
import csv
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from itertools import islice
from pathlib import Path

from ranking_scale import multiplied

from review.domain.screening import Decision, Stage, Verdict
from review.services import collect, protocol, rank, screen
from review.services.collect import Origin
from review.services.project import create, open_project
from review.storage import decisions, projects, records

STAGE = Stage.TITLE_ABSTRACT
READER = "Ana"
PAUSE = 2.5  # seconds a very quick reader needs for a record
LABELS = "labels.csv"
READ_WITHIN = 300.0  # seconds, until the watch has read the records
FRESH_WITHIN = 60.0  # seconds a decision may wait for its order before the benchmark gives up


def build(root: Path, folder: Path, size: int, decided: int) -> None:
    """The project, its records and the first decisions, a tenth of them on relevant records."""
    labels: dict[str, float] = {}
    texts = list(islice(multiplied(folder, labels), size))
    project = create(root, preset="lstv-machine-learning")
    entries = (f"TY  - JOUR\nID  - {t.record_id}\nTI  - {t.title}\nAB  - {t.abstract}\nER  - \n" for t in texts)
    protocol.freeze(project)
    collect.import_bytes(project, "\n".join(entries).encode(), file_name="many.ris", origin=Origin(source="scopus"))
    rank.rank(project)
    truth = {t.title: labels[t.record_id] for t in texts}
    known = {one.record_id: truth.get(one.title, 0.0) for one in records.all_records(project.store)}
    with (root / LABELS).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(known.items())
    queue = screen.waiting(project, READER, STAGE)
    relevant = [record for record in queue if known[record] >= 0.5][: decided // 10]
    chosen = list(dict.fromkeys([*relevant, *queue]))[:decided]
    screen.decide_all(project, [_decision(record, known[record]) for record in chosen])
    project.close()


def _decision(record: str, label: float) -> Decision:
    verdict = Verdict.INCLUDE if label >= 0.5 else Verdict.EXCLUDE
    return Decision(record_id=record, reviewer=READER, stage=STAGE, verdict=verdict)


class Watched:
    """Looks at what the newest order has learned from; when a decision was first in one, by its number."""

    def __init__(self, root: Path) -> None:
        self.root, self.learned, self.ended = root, {}, threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def _look(self) -> None:
        project = open_project(self.root)
        while not self.ended.is_set():
            newest = projects.latest_rank_run(project.store)
            if newest is not None:
                self.learned.setdefault(int(str(newest["last_decision"])), time.monotonic())
            time.sleep(0.02)
        project.close()

    def when(self, decision: int) -> float | None:
        return min((at for last, at in self.learned.items() if last >= decision), default=None)


def measure(root: Path, presses: int, *, watching: bool) -> tuple[list[float], list[float], float]:
    """(milliseconds to the next record, to the order that knows, CPU seconds of the watch)."""
    with (root / LABELS).open(encoding="utf-8", newline="") as file:
        known = {record: float(label) for record, label in csv.reader(file)}
    project, spent = open_project(root), 0.0
    waiting = screen.waiting(project, READER, STAGE)
    command = [sys.executable, "-m", "review", "rank", "--watch", "--project", str(root)]
    watch = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) if watching else None
    watched = Watched(root)
    times, decided_at = [], []
    if watching:  # it reads the records once
        screen.decide(project, _decision(waiting[0], known[waiting[0]]))
        waiting, read = screen.waiting(project, READER, STAGE), time.monotonic() + READ_WITHIN
        while watched.when(decisions.latest(project.store)) is None and time.monotonic() < read:
            time.sleep(0.5)
    for _ in range(presses):
        began = time.monotonic()
        screen.decide(project, _decision(waiting[0], known[waiting[0]]))
        waiting = screen.waiting(project, READER, STAGE)
        screen.record(project, waiting[0])
        times.append(1000 * (time.monotonic() - began))
        decided_at.append((decisions.latest(project.store), began))
        time.sleep(max(0.0, PAUSE - (time.monotonic() - began)))
    fresh = []
    if watch is not None:
        limit = time.monotonic() + FRESH_WITHIN
        while watched.when(decided_at[-1][0]) is None and time.monotonic() < limit:
            time.sleep(0.1)
        fresh = [1000 * (at - began) for last, began in decided_at if (at := watched.when(last)) is not None]
        before = os.times()
        watch.send_signal(signal.SIGTERM)
        watch.wait(30)
        after = os.times()
        spent = after.children_user + after.children_system - before.children_user - before.children_system
    watched.ended.set()
    watched.thread.join()
    project.close()
    return times, fresh, spent


def told(title: str, times: list[float]) -> None:
    kept = sorted(times)
    p95 = kept[max(0, -(-95 * len(kept) // 100) - 1)]
    print(f"{title:44}{len(kept):4}  median {statistics.median(kept):8.0f}  95th {p95:8.0f}  slowest {kept[-1]:8.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--decided", type=int, default=1_000)
    parser.add_argument("--presses", type=int, default=40)
    parser.add_argument("--project", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        root = asked.project or Path(folder) / "many"
        if not (root / LABELS).is_file():
            build(root, asked.folder, asked.records, asked.decided)
        project = open_project(root)
        began, cpu = time.monotonic(), time.process_time()
        for title in ("one ranking, records read anew", "one ranking, records known"):
            report = rank.rank(project)
            wall, used = time.monotonic() - began, time.process_time() - cpu
            print(
                f"{title:44}{report.works:,} works, {report.labels:,} labels: {wall:.2f} s, CPU {used:.2f} s",
                flush=True,
            )
            began, cpu = time.monotonic(), time.process_time()
        project.close()
        calm, _, _ = measure(root, asked.presses, watching=False)
        beside, fresh, spent = measure(root, asked.presses, watching=True)
        told("decision to next record, nothing beside", calm)
        told("decision to next record, a ranking beside", beside)
        told("decision to an order that knows it", fresh)
        print(f"{'CPU seconds of the watch':44}{spent:.1f}")


if __name__ == "__main__":
    main()

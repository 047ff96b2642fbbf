"""Work shared out over processes: the same answers in the same order, whoever gave them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from review.dedup import find_duplicates, judged, ready
from review.domain.errors import ReviewError
from review.services import processes
from tests.dedup.article import ARTICLE
from tests.services import tasks

ROOT = Path(__file__).resolve().parents[2]


def test_answers_come_in_the_order_of_the_tasks_from_other_processes() -> None:
    with processes.spread(2) as spread:
        assert list(spread(abs, range(-40, 0))) == list(range(40, 0, -1))
        assert os.getpid() not in set(spread(tasks.place, range(40)))


def test_few_tasks_are_done_here() -> None:
    with processes.spread(2) as spread:
        assert set(spread(tasks.place, range(3))) == {os.getpid()}
    with processes.spread(1) as spread:
        assert set(spread(tasks.place, range(40))) == {os.getpid()}


def test_only_so_many_tasks_are_under_way() -> None:
    taken: list[int] = []

    def many() -> Iterator[int]:
        for n in range(10_000):
            taken.append(n)
            yield n

    with processes.spread(2) as spread:
        next(iter(spread(abs, many())))
        assert len(taken) < 20


def test_a_process_that_dies_is_a_refusal_that_says_what_to_do() -> None:
    with pytest.raises(ReviewError, match="memory") as refused, processes.spread(2) as spread:
        list(spread(tasks.die, range(40)))
    assert "--jobs 1" in refused.value.hint


_KILLED = """
from review.services import processes
from tests.services import tasks

with processes.spread(2) as spread:
    print(*set(spread(tasks.place, range(40))), flush=True)
    input()
"""


def test_no_process_is_left_behind_when_the_one_that_began_them_is_killed() -> None:
    command = [sys.executable, "-c", _KILLED]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as begun:
        assert begun.stdout is not None
        others = begun.stdout.readline().split()
        begun.kill()
        begun.communicate(timeout=120)  # their end of the pipe is closed only when all have ended
    assert others


def test_one_process_and_two_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [
        replace(
            ARTICLE,
            source=f"s{copy}",
            source_id=str(n),
            volume=str(n),
            doi=f"10.1000/{n:02}",
            abstract="",
            year=1900 + n,
        )
        for n in range(60)
        for copy in range(3)
    ]
    alone = find_duplicates(records)
    monkeypatch.setattr(ready, "_AT_ONCE", 7)
    monkeypatch.setattr(judged, "_AT_ONCE", 11)
    with processes.spread(2) as spread:
        assert find_duplicates(records, spread=spread) == alone
    assert len(alone.groups) == 60

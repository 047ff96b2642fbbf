"""Work shared out over processes of this machine: answers in the order of the tasks, and only so many tasks under way."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from typing import TypeVar

from review.dedup.ready import Spread, in_turn
from review.domain.errors import ReviewError

Task = TypeVar("Task")
Answer = TypeVar("Answer")

_FEW = 8  # tasks: so many are done here before another process has begun
_WAITING = 3  # tasks for each process, so that none is idle and few are in memory


def cores() -> int:
    """How many processes this machine can run at once for us."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def spread(jobs: int) -> Iterator[Spread]:
    """What does a thing to each of many tasks in so many processes; with one, or with few tasks, it is done here."""
    if jobs < 2:
        yield in_turn
        return
    # Each process begins afresh: a copy of this one could stand still with its threads.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin) as pool:
        yield _Shared(pool, jobs)


def _begin() -> None:
    """In a process that shares the work: Ctrl-C is answered by the one that began it, and without that one it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)  # it waits for tasks that nobody will send any more


@dataclass(frozen=True, slots=True)
class _Shared:
    pool: ProcessPoolExecutor
    jobs: int

    def __call__(self, do: Callable[[Task], Answer], tasks: Iterable[Task], /) -> Iterable[Answer]:
        rest = iter(tasks)
        first = list(islice(rest, _FEW))
        return map(do, first) if len(first) < _FEW else self._over_processes(do, chain(first, rest))

    def _over_processes(self, do: Callable[[Task], Answer], tasks: Iterator[Task]) -> Iterator[Answer]:
        waiting: deque[Future[Answer]] = deque()
        try:
            for task in tasks:
                waiting.append(self.pool.submit(do, task))
                if len(waiting) >= _WAITING * self.jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise ReviewError(
                "One of the processes that share the work was ended, perhaps because memory ran out.",
                hint="Close other programs, or add --jobs 1, which needs less.",
            ) from error
        finally:
            for left in waiting:
                left.cancel()

"""One person's queue at the screening page: held in the window, so that a key press costs one decision and one record.

A new ranking replaces only the tail: the record on the screen never changes under somebody's fingers.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from review.domain.errors import ReviewError
from review.domain.record import Record
from review.domain.screening import Stage
from review.services import corrections, rank, screen
from review.services.project import Project
from review.services.works import read

_log = logging.getLogger(__name__)
_AHEAD = 60  # records read at once: most key presses then read none
_LOOK_EVERY = 2.0  # seconds between two looks for a new order


@dataclass(slots=True)
class Waiting:
    """Works still to be judged by one person, the one on the screen first; and how many that person has decided."""

    reviewer: str
    stage: Stage
    ids: deque[str]
    behind: list[str]  # works this person has decided, the last one last
    order: int  # the published ranking the tail follows
    _done: set[str] = field(default_factory=set)
    _taken_back: int = 0  # how often the queue was changed other than by deciding
    _records: dict[str, Record] = field(default_factory=dict)
    _corrected: int = 0  # the newest correction of a record that these show
    _looked: float = 0.0
    _sorting: threading.Thread | None = None
    _fresh: tuple[int, int, list[str]] | None = None  # (take-backs when read, order, works)

    @staticmethod
    def of(project: Project, reviewer: str, stage: Stage) -> Waiting:
        order = rank.published(project)
        decided = sorted(screen.my_decisions(project, reviewer, stage).items(), key=lambda item: item[1].number)
        return Waiting(
            reviewer=reviewer,
            stage=stage,
            ids=deque(screen.queue(project, reviewer, stage)),
            behind=[work for work, _ in decided],
            order=order,
        )

    @property
    def head(self) -> str | None:
        return self.ids[0] if self.ids else None

    @property
    def decided(self) -> int:
        return len(self.behind)

    @property
    def share(self) -> float:
        total = self.decided + len(self.ids)
        return self.decided / total if total else 1.0

    def record(self, project: Project, work: str) -> Record:
        """The record to show; the next ones of the queue are read with it, for records seldom change."""
        return self.records(project, [work])[0]

    def records(self, project: Project, wanted: Sequence[str]) -> list[Record]:
        """The records of these works, with the next ones of the queue read beside them if any is missing."""
        newest = corrections.newest(project)
        if newest != self._corrected:
            self._records, self._corrected = {}, newest
        if missing := [work for work in wanted if work not in self._records]:
            ahead = [*wanted, *islice(self.ids, _AHEAD)]
            kept = {work: self._records[work] for work in ahead if work in self._records}
            self._records = kept | read(project, [*missing, *(work for work in ahead if work not in kept)])
        return [self._records[work] for work in wanted]

    def decide(self, work: str) -> None:
        """The work leaves the queue. One that had left it already changes nothing."""
        if self._remove(work):
            self.behind.append(work)
            self._done.add(work)

    def take_back(self, work: str) -> None:
        """The work comes back to the screen."""
        self._remove(work)
        self.ids.appendleft(work)
        if work in self.behind:
            self.behind.remove(work)
        self._done.discard(work)
        self._taken_back += 1

    def postpone(self, work: str) -> None:
        """The work goes to the end of the queue."""
        if self._remove(work):
            self.ids.append(work)
        self._taken_back += 1

    def _remove(self, work: str) -> bool:
        if self.head == work:
            self.ids.popleft()
            return True
        if found := work in self.ids:
            self.ids.remove(work)
        return found

    def follow(self, project: Project) -> None:
        """Take over a newer published order, sorted beside the page; the record on the screen stays."""
        if self._fresh is not None:
            at, order, works = self._fresh
            self._fresh = None
            if at == self._taken_back:
                self._replace_tail(works)
                self.order = order
        elif (self._sorting is None or not self._sorting.is_alive()) and self._is_outdated(project):
            self._sorting = threading.Thread(target=self._sort, args=(project,), daemon=True)
            self._sorting.start()

    def _is_outdated(self, project: Project) -> bool:
        now = time.monotonic()
        if now - self._looked < _LOOK_EVERY:
            return False
        self._looked = now
        return rank.published(project) != self.order

    def _sort(self, project: Project) -> None:
        at = self._taken_back
        order = rank.published(project)
        try:
            self._fresh = (at, order, screen.queue(project, self.reviewer, self.stage))
        except (ReviewError, OSError):
            _log.exception("The new order could not be read; the old one stays.")

    def _replace_tail(self, works: Iterable[str]) -> None:
        head = self.head
        tail = (work for work in works if work != head and work not in self._done)
        self.ids = deque([*([head] if head else []), *tail])

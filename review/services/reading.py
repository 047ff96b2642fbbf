"""Pages read while the next one is waited for, and what was read laid aside on the disk until the search is whole.

A search with many records is read in a process beside this one: in a thread, reading and asking would take turns at one
processor, and each of the hundreds of pieces in which an answer comes would wait for its turn.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import IO, Self

from review.domain.finding import Finding
from review.services import reckoning
from review.services.raw import Begun, Kept
from review.services.reckoning import Shelf
from review.sources.contract import Source
from review.storage import records
from review.storage.records import Ready

_MANY = 2_000  # records; of fewer the reading is done before a second process has begun
_LENGTH = 8  # bytes that say how long what follows is; 0 is for a page that could not be read


class Reading:
    """The entries of a search's pages, in order. What was read lies on the disk: 50,000 records would fill the memory."""

    def __init__(self, source: Source, begun: Begun) -> None:
        self._shelf = Shelf(folder=begun.folder, name=begun.name, label=source.label, form=source.format)
        self._aside: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `__exit__`
        self._turn = threading.Lock()  # at the file: one writes to its end while the other reads
        self._beside = _Beside(self._shelf) if begun.plan.expected >= _MANY else None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reading")
        self._pages: list[Future[tuple[int, int]]] = []
        self.begun = begun
        self.follow(begun)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._thread.shutdown(cancel_futures=True)
        if self._beside:
            self._beside.close()
        self._aside.close()

    def follow(self, begun: Begun) -> None:
        """Have the pages read that were kept since."""
        self.begun = begun
        for number in range(len(self._pages) + 1, len(begun.pages) + 1):
            self._pages.append(self._thread.submit(self._read, begun.pages[number - 1], number))

    def _read(self, kept: Kept, number: int) -> tuple[int, int]:
        """Read a page; where it lies and how long it is."""
        packed = self._beside.read(kept, number) if self._beside else b""
        packed = packed or _packed(self._shelf, kept, number)
        with self._turn:
            return self._aside.seek(0, os.SEEK_END), self._aside.write(packed)

    def wait(self) -> None:
        """Until every page but the last is read, so that nobody who wants to write waits for long meanwhile."""
        for page in self._pages[:-1]:
            page.result()

    def entries(self) -> Iterator[Ready | Finding]:
        """All that is read, in order; while the first pages are taken in, the last one may still be read."""
        for page in self._pages:
            start, size = page.result()
            with self._turn:
                self._aside.seek(start)
                packed = self._aside.read(size)
            yield from pickle.loads(packed)  # noqa: S301  # written above by this very object


def _packed(shelf: Shelf, kept: Kept, number: int) -> bytes:
    """The entries of a page, ready to be stored."""
    found = [
        entry if isinstance(entry, Finding) else records.ready(entry)
        for entry in reckoning.entries(shelf, kept, number)
    ]
    return pickle.dumps(found, protocol=pickle.HIGHEST_PROTOCOL)


class _Beside:
    """A process that reads pages. What it cannot read, and all after it has died, is read by who asked."""

    def __init__(self, shelf: Shelf) -> None:
        command = [sys.executable, "-P", "-m", __name__]
        found = os.pathsep.join(path for path in sys.path if path)
        self._child = subprocess.Popen(  # noqa: S603 - our own program
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": found},
        )
        self._shelf: Shelf | None = shelf  # still to be told

    def read(self, kept: Kept, number: int) -> bytes:
        """A page as `_packed` gives it; b"" if the process could not."""
        asked, answered = self._child.stdin, self._child.stdout
        if asked is None or answered is None:
            return b""
        try:
            for said in ([self._shelf] if self._shelf else []) + [(kept, number)]:
                pickle.dump(said, asked)
            asked.flush()
            self._shelf = None
            size = int.from_bytes(answered.read(_LENGTH), "big")
            packed = answered.read(size)
        except OSError:
            return b""
        return packed if len(packed) == size else b""

    def close(self) -> None:
        self._child.kill()
        self._child.communicate()


def _serve(asked: IO[bytes], answered: IO[bytes]) -> None:
    """Read the pages that are asked for, until nobody asks any more."""
    shelf: Shelf = pickle.load(asked)  # noqa: S301  # from the program that began this one
    while True:
        try:
            kept, number = pickle.load(asked)  # noqa: S301  # the same
        except EOFError:
            return
        try:
            packed = _packed(shelf, kept, number)
        except Exception:  # noqa: BLE001  # who asked reads it itself, and meets the fault there
            packed = b""
        answered.write(len(packed).to_bytes(_LENGTH, "big") + packed)
        answered.flush()


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)

"""Pages read while the next one is waited for: a thread reads what is kept, and lays it aside until the search is whole."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import IO, Self

from review.domain.finding import Finding
from review.services import reckoning
from review.services.raw import Begun
from review.sources.contract import Source
from review.storage import records
from review.storage.records import Ready


class Reading:
    """The entries of a search's pages, in order. What was read lies on the disk: 50,000 records would fill the memory."""

    def __init__(self, source: Source, begun: Begun) -> None:
        self._source = source
        self._aside: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `__exit__`
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reading")
        self._pages: list[Future[tuple[int, int]]] = []
        self.begun = begun
        self.follow(begun)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._thread.shutdown(cancel_futures=True)
        self._aside.close()

    def follow(self, begun: Begun) -> None:
        """Have the pages read that were kept since."""
        self.begun = begun
        for number in range(len(self._pages) + 1, len(begun.pages) + 1):
            self._pages.append(self._thread.submit(self._read, begun, number))

    def _read(self, begun: Begun, number: int) -> tuple[int, int]:
        """Read a page; where it lies and how long it is."""
        found = [
            entry if isinstance(entry, Finding) else records.ready(entry)
            for entry in reckoning.entries(begun, self._source, number)
        ]
        start = self._aside.tell()
        size = self._aside.write(pickle.dumps(found, protocol=pickle.HIGHEST_PROTOCOL))
        return start, size

    def wait(self) -> None:
        """Until every page is read."""
        for page in self._pages:
            page.result()

    def entries(self) -> Iterator[Ready | Finding]:
        """All that was read, in order."""
        self.wait()
        for start, size in [page.result() for page in self._pages]:
            self._aside.seek(start)
            yield from pickle.loads(self._aside.read(size))  # noqa: S301  # written above by this very object

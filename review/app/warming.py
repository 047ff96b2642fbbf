"""What the first visitor of each page would wait for, done beforehand by a thread beside the server.

Nothing is kept that a page would not keep: the modules of the pages, the answers that rest on the facts as they are now
(`Project.cached`), and the letters that pictures are drawn with. Whoever comes meanwhile waits for what is not done yet.
"""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from review.app import frame
from review.app.menu import PAGES
from review.domain.errors import ReviewError
from review.domain.plot import Bubbles
from review.services.project import Project

_log = logging.getLogger(__name__)


@contextmanager
def beside(project_root: Path) -> Iterator[None]:
    """Warm up while the server runs; stopped with it."""
    stop = threading.Event()
    worker = threading.Thread(target=warm, args=(project_root, stop), daemon=True)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join(timeout=10)


def warm(project_root: Path, stop: threading.Event) -> None:
    """Each step in turn until all are done or the server stops. What fails is said by the page that needs it."""
    for entry in PAGES:
        if stop.is_set():
            return
        importlib.import_module(f"review.app.views.{entry.path.stem}")
    found = frame.opened(str(project_root.resolve()))
    for step in (*_answers(), _letters):
        if stop.is_set():
            return
        try:
            step(found)
        except ReviewError as error:
            _log.info("Not computed beforehand: %s", error)


def _answers() -> tuple[Callable[[Project], object], ...]:
    from review.services import chart, flow, full_texts, fulltext, included, overview, works

    return (
        works.works,
        overview.status,
        fulltext.standings,
        full_texts.with_files,
        chart.studies,
        included.studies,
        flow.counts,
    )


def _letters(_project: Project) -> None:
    """A first picture: finding the typefaces takes longer than drawing."""
    from review.render.plots import drawn

    one = Bubbles(name="first", title="A", rows_are="a", columns_are="b", rows=("1",), columns=("1",), counts=((1,),))
    drawn(one, "svg")

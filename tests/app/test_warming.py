"""What the first visitor would wait for is there beforehand, and says the same as without."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from review.app import frame, warming
from review.domain.errors import ReviewError
from review.services import flow, overview
from review.services.project import Project, open_project


def test_the_answers_of_the_pages_are_there_and_are_the_same(project: Project) -> None:
    warming.warm(project.root, threading.Event())
    warmed, plain = frame.opened(str(project.root)), open_project(project.root)
    assert {"works", "charted"} <= set(warmed._answers)
    try:
        assert overview.status(warmed) == overview.status(plain)
        assert flow.counts(warmed) == flow.counts(plain)
    finally:
        plain.close()


def test_every_page_is_imported_without_being_shown(project: Project) -> None:
    """In a program of its own: here the pages are imported already."""
    program = (
        "import sys, threading; from pathlib import Path; from review.app import warming\n"
        "assert 'review.services.exchange' not in sys.modules\n"
        "warming.warm(Path(sys.argv[1]), threading.Event())\n"
        "print(sum(name.startswith('review.app.views.') for name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(project.root)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "17", done.stderr


def test_it_ends_with_the_server(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work: list[threading.Thread] = []
    begun = threading.Event()

    def step(_project: Project) -> None:
        at_work.append(threading.current_thread())
        begun.set()
        time.sleep(0.01)

    monkeypatch.setattr(warming, "_answers", lambda: (step,) * 30_000)  # for minutes, if nobody stops it
    with warming.beside(project.root):
        assert begun.wait(60)
        assert at_work[0].is_alive()
    assert not at_work[0].is_alive()


def test_what_cannot_be_computed_is_left_to_its_page(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    def refused(_project: Project) -> None:
        begun.append("refused")
        raise ReviewError("The protocol cannot be read.")

    monkeypatch.setattr(warming, "_answers", lambda: (refused, lambda _project: begun.append("next")))
    warming.warm(project.root, threading.Event())
    assert begun == ["refused", "next"]


@pytest.mark.parametrize("steps", [0, 1])
def test_nothing_is_begun_after_the_stop(project: Project, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    begun: list[int] = []

    def step(_project: Project) -> None:
        begun.append(1)
        stop.set()

    monkeypatch.setattr(warming, "_answers", lambda: (step, step))
    if not steps:
        stop.set()
    warming.warm(project.root, stop)
    assert len(begun) == steps

"""Commands of ranking: the order of the queue, kept up to date beside the app, and its replay on labelled sets."""

from __future__ import annotations

import os
import signal
import stat
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project, progress
from review.cli.program import program
from review.domain.naming import counted

if TYPE_CHECKING:
    from review.services.project import Project
    from review.services.stopping import StoppingReport


@program.command("rank", examples=["review rank", "review rank --top 50", "review rank --watch"])
@answers
@in_project
@click.option("--watch", is_flag=True, help="Go on, and rank again whenever something was decided. Stop with Ctrl-C.")
@click.option("--seed", default=0, show_default=True, help="The same seed and decisions give the same order.")
@click.option("--top", default=10, show_default=True, type=click.IntRange(0), help="How many of the first to list.")
def rank(project: Project, watch: bool, seed: int, top: int) -> Answer:
    """Sort the screening queue: what looks most relevant comes first.

    It learns from the decisions so far; before the first ones it goes by the words of your protocol. The order never
    removes a record, and it never shows one reviewer what another decided. The first records still to be screened
    are listed with the words that pull them up (+) and down (−).
    """
    from review.services import rank as service
    from review.services import stopping

    if watch:
        signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(0))
        if hasattr(os, "nice"):
            os.nice(10)  # people first
        service.watch(project, stop=_deserted())
        return Answer(document={"watching": False}, notes=("The watch has ended.",))
    with progress() as tell:
        report = service.rank(project, seed=seed, progress=tell)
    first = service.first(project, top)
    listed = [
        f"{place:>4}. {one.title or one.record_id}\n      {_words(one.words)}"
        for place, one in enumerate(first, start=1)
    ]
    said = (
        "There is nothing to rank yet. Import search results first: review import FILE."
        if not report.works
        else f"{counted(report.works, 'work')} ranked by {report.model}, "
        f"learning from {counted(report.labels, 'decided work')} ({report.included:,} included)."
    )
    advice = stopping.report(project)
    told = _advised(advice) if advice else []
    return Answer(
        document={
            "works": report.works,
            "labels": report.labels,
            "included": report.included,
            "model": report.model,
            "seconds": round(report.seconds, 3),
            "seed": seed,
            "first": [asdict(one) for one in first],
            "stopping": advice.as_dict() if advice else None,
        },
        text="\n".join((said, *listed, *told)),
    )


def _advised(found: StoppingReport) -> list[str]:
    """What each stopping rule says now and what it assumes."""
    says = {True: "may stop", False: "go on", None: "yours to judge"}
    lines = ["", f"May the screening stop? Advice, after {found.screened:,} of {found.total:,} works:"]
    for one in found.advice:
        lines += [f"  {one.name}: {says[one.stop]}; {one.said}.", f"      {one.assumes}"]
    return [
        *lines,
        "  A random sample of the rest assumes nothing: review audit-sample",
        f"  For the paper: {found.sentence}",
    ]


def _words(words: Sequence[tuple[str, float]]) -> str:
    """`+ transitional, vertebra − lstm`."""
    up = ", ".join(word for word, pull in words if pull > 0)
    down = ", ".join(word for word, pull in words if pull < 0)
    return (
        " ".join([*([f"+ {up}"] if up else []), *([f"− {down}"] if down else [])]) or "nothing speaks for or against it"
    )


def _deserted() -> Callable[[], bool]:
    """True once whoever started this process is gone: its parent died, or closed the pipe it holds to our input."""
    parent = os.getppid()
    closed = threading.Event()

    def wait_for_end() -> None:
        while os.read(0, 4096):
            pass
        closed.set()

    if _is_piped():
        threading.Thread(target=wait_for_end, daemon=True).start()
    return lambda: closed.is_set() or os.getppid() != parent


def _is_piped() -> bool:
    """True if standard input is a pipe or socket; a terminal or /dev/null says nothing about who is there."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)

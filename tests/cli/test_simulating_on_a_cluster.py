"""Replays spread over a real Dask cluster on this machine: the same results, also when a worker is killed midway."""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("distributed", reason="needs the extra `cluster`")

HEADER = "record_id,title,abstract,label_included"
WORDS = ("spine", "vertebra", "lumbar", "sacral", "label", "network", "cohort", "image", "reading", "scanner", "knee")
SEEDS = "1-12"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An invented set large enough that a worker dies in the middle of it."""
    draw = random.Random(3)
    rows = [
        f"{n},{' '.join(draw.choices(WORDS[: 6 if n % 20 == 0 else 11], k=8))},{' '.join(draw.choices(WORDS, k=60))},{int(n % 20 == 0)}"
        for n in range(400)
    ]
    path = tmp_path / "set.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


@contextmanager
def program(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    started = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield started
    finally:
        started.kill()
        started.wait()


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    said = tmp_path / "scheduler.json"  # which port it found free
    where = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(said))
    with program("distributed.cli.dask_scheduler", *where, "--no-dashboard"):
        for _ in range(480):
            try:
                address: str = json.loads(said.read_text(encoding="utf-8"))["address"]
                break
            except (OSError, ValueError):  # not written yet, or not to its end
                time.sleep(0.25)
        yield address


@contextmanager
def workers(scheduler: str, number: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    one = ("distributed.cli.dask_worker", scheduler, "--nthreads", "1", "--no-nanny", "--no-dashboard")
    with ExitStack() as stack:
        yield [stack.enter_context(program(*one)) for _ in range(number)]


def replay(data: Path, *arguments: str, started: tuple[str, ...] = ("-m", "review")) -> subprocess.Popen[str]:
    """The command in a process of its own, as somebody with a cluster runs it."""
    asked = ["simulate", str(data), "--each", "--seeds", SEEDS, "--draw-priors", "--json", *arguments]
    return subprocess.Popen(
        [sys.executable, *started, *asked], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


# The same command, which gives a scheduler that never answers one second instead of ten.
IMPATIENT = ("-c", "from review.services import study; study._ANSWERS_WITHIN = 1; from review.cli import main; main()")


def runs(program: subprocess.Popen[str]) -> list[dict[str, Any]]:
    out, err = program.communicate(timeout=400)
    assert program.returncode == 0, err
    return [{k: v for k, v in run.items() if k != "cpu_seconds"} for run in json.loads(out)["runs"]]


def test_two_workers_give_what_this_machine_gives_also_when_one_is_killed(data: Path, scheduler: str) -> None:
    alone = runs(replay(data))
    assert len(alone) == 12
    with workers(scheduler, 2) as (first, _):
        assert asked(scheduler, "client.wait_for_workers(2, timeout=250)"), "the workers never came"
        begun = replay(data, "--scheduler", scheduler)
        assert asked(scheduler, BUSY), "the first worker never had a replay to do"
        first.kill()
        assert runs(begun) == alone


BUSY = """
for _ in range(4000):
    if len(tasks := client.processing()) == 2 and all(tasks.values()): sys.exit(0)
    time.sleep(0.05)
sys.exit(1)
"""


def asked(scheduler: str, of: str) -> bool:
    """Whether a short program says yes that has a client of the cluster, in a process of its own."""
    look = f"import sys, time; from distributed import Client\nclient = Client(sys.argv[1], timeout=120)\n{of}"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", look, scheduler], timeout=400, check=False)
    return done.returncode == 0


def test_a_scheduler_that_is_not_there_is_one_sentence(data: Path) -> None:
    with socket.socket() as taken:  # and never listened at, so that nobody else does either
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        begun = replay(data, "--scheduler", f"tcp://127.0.0.1:{port}", started=IMPATIENT)
        _, err = begun.communicate(timeout=250)
    assert begun.returncode == 1
    assert f"No Dask scheduler answers at tcp://127.0.0.1:{port}." in err
    assert "Traceback" not in err


def test_an_address_that_is_none_is_one_sentence(data: Path) -> None:
    begun = replay(data, "--scheduler", "nonsense")
    _, err = begun.communicate(timeout=250)
    assert begun.returncode == 1
    assert "No Dask scheduler answers at nonsense." in err
    assert "Traceback" not in err

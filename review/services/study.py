"""Many replays in one call: labelled sets × seeds × rankers, their recall curves and figures with intervals."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from review.domain.errors import NotInstalled, ReviewError
from review.domain.naming import counted
from review.ranking.active import simulate
from review.ranking.ending import Ending, endings
from review.ranking.features import Text
from review.ranking.metrics import OrderMetrics, order_metrics
from review.services import rankers as _rankers
from review.services.project import Progress, silent

FIGURES = ("loss", "wss95", "wss100", "recall_at_5pct", "recall_at_10pct", "recall_at_20pct", "atd_frac", "ndcg")
DRAWS = 4_000  # of the bootstrap
_ANSWERS_WITHIN = 10  # seconds, of a cluster's scheduler
_WORKERS_WITHIN = 30  # seconds: they may just be starting


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A finished screening: texts, and 1 for relevant or 0 by record id; `words` are its protocol's own."""

    name: str
    texts: Sequence[Text]
    labels: Mapping[str, float]
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One set to be replayed by one ranker with some seeds, each from its own priors."""

    data: Labelled
    ranker: str
    priors: Mapping[int, tuple[str, ...]]  # by seed
    model: Path | None = None  # the folder of the model the ranker reads, if it reads one


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One replay. `order` are the ids in the order seen and `seen` their labels, priors left out of both.

    `endings` says where each stopping rule would have ended it, the priors counted as read first.
    """

    data: str
    ranker: str
    seed: int
    priors: tuple[str, ...]
    order: tuple[str, ...]
    seen: tuple[bool, ...]
    metrics: OrderMetrics
    endings: tuple[Ending, ...]
    cpu: float  # seconds, the reading of the texts included

    def row(self) -> dict[str, object]:
        figures = asdict(self.metrics)
        return {
            "set": self.data,
            "ranker": self.ranker,
            "seed": self.seed,
            **figures,
            "cpu_seconds": round(self.cpu, 2),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The mean of a figure with its bootstrap interval; None where fewer than two sets (or seeds) carry it."""

    ranker: str
    figure: str
    mean: float
    low: float | None
    high: float | None
    n: int
    over: str  # "sets" or "seeds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stops:
    """What one stopping rule would have come to over all replays of a ranker: how often 95 % were found, at what reading."""

    ranker: str
    rule: str
    replays: int
    kept: int
    never: int
    screened_share: float
    recall: float
    least_recall: float


def replayed(task: Task) -> list[Run]:
    """Replay one set. A function of its argument alone: the same answer in whatever process or on whatever machine."""
    began = time.process_time()
    ranker = _rankers.named(task.ranker, task.model)
    corpus = ranker.build(task.data.texts)
    built = time.process_time() - began
    runs = []
    for seed, priors in task.priors.items():
        began = time.process_time()
        order = simulate(corpus, task.data.labels, priors, protocol_text=task.data.words, seed=seed, ranker=ranker)
        spent = built + time.process_time() - began
        known, seen = (tuple(task.data.labels[record] >= 0.5 for record in ids) for ids in (priors, order))
        runs.append(
            Run(
                data=task.data.name,
                ranker=task.ranker,
                seed=seed,
                priors=tuple(priors),
                order=order,
                seen=seen,
                metrics=order_metrics(seen),
                endings=endings((*known, *seen)),
                cpu=spent,
            )
        )
    return runs


def drawn_priors(data: Labelled, seed: int) -> tuple[str, str]:
    """One relevant and one irrelevant record, drawn by the seed whatever the order of the rows."""
    draw = np.random.default_rng(abs(seed))
    sides = [
        sorted(record for record, label in data.labels.items() if (label >= 0.5) is side) for side in (True, False)
    ]
    if not all(sides):
        raise ReviewError(
            f"{data.name} has no record of one of the two labels.", hint="Check the column label_included."
        )
    return tuple(str(draw.choice(side)) for side in sides)  # type: ignore[return-value]


def tasks(
    sets: Sequence[Labelled],
    rankers: Sequence[str],
    priors: Callable[[Labelled, int], Sequence[str]],
    seeds: Sequence[int],
) -> list[Task]:
    """A task per set, ranker and seed, the largest sets first so that the last to end are short."""
    return [
        Task(data=one, ranker=ranker, priors={seed: tuple(priors(one, seed))})
        for one in sorted(sets, key=lambda one: -len(one.texts))
        for ranker in rankers
        for seed in seeds
    ]


class Stopped(ReviewError):
    """Many replays ended before the last of them; `runs` are those that were done. `asked` if a person ended them."""

    def __init__(self, why: str, runs: Sequence[Run], of: int, *, asked: bool = False) -> None:
        super().__init__(f"{why} after {len(runs):,} of {counted(of, 'replay')}.")
        self.runs = runs
        self.asked = asked


def run(todo: Sequence[Task], *, jobs: int = 1, scheduler: str = "", progress: Progress = silent) -> list[Run]:
    """All replays, in the order of set, ranker and seed whatever finished first. Raises `Stopped` where some are done."""
    found: list[Run] = []
    try:
        if jobs <= 1 and not scheduler:
            for done, task in enumerate(todo):
                progress(f"{done} of {len(todo)} replayed", done / max(1, len(todo)))
                found += replayed(task)
        else:
            for done, runs in enumerate(_spread(todo, jobs, scheduler), start=1):
                found += runs
                progress(f"{done} of {len(todo)} replayed", done / len(todo))
    except KeyboardInterrupt:
        if not found:
            raise
        raise Stopped("Stopped", _sorted(found), len(todo), asked=True) from None
    except BrokenProcessPool as error:
        raise Stopped("A process died, perhaps for lack of memory,", _sorted(found), len(todo)) from error
    except ReviewError as error:
        if not found:
            raise
        raise Stopped(f"{error} This was", _sorted(found), len(todo)) from error
    progress("Replayed", 1.0)
    return _sorted(found)


def _sorted(runs: Sequence[Run]) -> list[Run]:
    return sorted(runs, key=lambda one: (one.data, one.ranker, one.seed))


def _spread(todo: Sequence[Task], jobs: int, scheduler: str) -> Iterator[list[Run]]:
    """What each task came to, as they finish; what was not begun when somebody stops is not begun any more."""
    with _workers(jobs, scheduler) as pool:
        waiting = [pool.submit(replayed, task) for task in todo]
        try:
            for future in as_completed(waiting):
                yield future.result()
        finally:
            for future in waiting:
                future.cancel()


def _quiet() -> None:
    """Ctrl-C reaches every process of a terminal; a worker then ends without a word, since the program says it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def _workers(jobs: int, scheduler: str) -> Iterator[Executor]:
    """Processes of this machine, or the workers of a Dask cluster: those start a task again elsewhere if one dies."""
    if not scheduler:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_quiet) as pool:
            yield pool
        return
    try:
        from distributed import Client, KilledWorker
    except ImportError as error:
        raise NotInstalled("dask.distributed, which spreads replays over a cluster", "cluster") from error
    try:
        client = Client(scheduler, timeout=_ANSWERS_WITHIN)
    except (OSError, ValueError) as error:
        raise ReviewError(
            f"No Dask scheduler answers at {scheduler}.",
            hint="Start one with `dask scheduler`, and give the address it names, such as tcp://127.0.0.1:8786.",
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_WORKERS_WITHIN)
            yield client.get_executor(pure=False, retries=3)
        except TimeoutError as error:
            raise ReviewError(
                f"The Dask scheduler at {scheduler} has no worker.",
                hint=f"Start one on each machine with `dask worker {scheduler}`; Scopewright must be installed there too.",
            ) from error
        except KilledWorker as error:
            raise ReviewError(
                "The workers of the cluster died again and again over one replay; they may have too little memory.",
                hint="Start workers with more memory, or replay on this machine with --jobs.",
            ) from error


def estimates(runs: Sequence[Run]) -> list[Estimate]:
    """Every figure by ranker: the mean over sets of the mean over seeds; with one set alone, over its seeds."""
    found = []
    sets = {one.data for one in runs}
    over = "sets" if len(sets) > 1 else "seeds"
    for ranker in dict.fromkeys(one.ranker for one in runs):
        own = [one for one in runs if one.ranker == ranker]
        for figure in FIGURES:
            values = _by_set(own, figure) if over == "sets" else [_value(one, figure) for one in own]
            known = [value for value in values if value is not None]
            if known:
                mean, low, high = bootstrap(known)
                found.append(
                    Estimate(ranker=ranker, figure=figure, mean=mean, low=low, high=high, n=len(known), over=over)
                )
    return found


def stops(runs: Sequence[Run]) -> list[Stops]:
    """Each stopping rule by ranker, our own first."""
    ends: dict[tuple[str, str], list[Ending]] = {}
    for one in runs:
        for end in one.endings:
            ends.setdefault((one.ranker, end.rule), []).append(end)
    return [
        Stops(
            ranker=ranker,
            rule=rule,
            replays=len(found),
            kept=sum(end.kept for end in found),
            never=sum(end.never for end in found),
            screened_share=sum(end.share for end in found) / len(found),
            recall=sum(end.recall for end in found) / len(found),
            least_recall=min(end.recall for end in found),
        )
        for (ranker, rule), found in ends.items()
    ]


def _value(run: Run, figure: str) -> float | None:
    value: float | None = getattr(run.metrics, figure)
    return value


def _by_set(runs: Sequence[Run], figure: str) -> list[float | None]:
    means: list[float | None] = []
    for _, group in groupby(sorted(runs, key=lambda one: one.data), key=lambda one: one.data):
        values = [value for one in group if (value := _value(one, figure)) is not None]
        means.append(sum(values) / len(values) if values else None)
    return means


def bootstrap(values: Sequence[float]) -> tuple[float, float | None, float | None]:
    """The mean and its 95 % percentile interval from resampled values; none from a single one.

    >>> bootstrap([0.5])
    (0.5, None, None)
    """
    known = np.asarray(values, dtype=np.float64)
    if len(known) < 2:
        return float(known.mean()), None, None
    draws = np.random.default_rng(0).choice(known, (DRAWS, len(known))).mean(axis=1)
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(known.mean()), float(low), float(high)


def against(runs: Sequence[Run], first: str, other: str) -> tuple[float, float, float, int, int] | None:
    """The loss of one ranker over another's on the same sets: geometric mean, its interval over sets, sets won, sets."""
    losses: dict[str, dict[str, list[float]]] = {}
    for one in runs:
        if one.metrics.loss:
            losses.setdefault(one.data, {}).setdefault(one.ranker, []).append(float(np.log(one.metrics.loss)))
    logs = np.asarray(
        [np.mean(by[first]) - np.mean(by[other]) for by in losses.values() if first in by and other in by]
    )
    if len(logs) < 2:
        return None
    mean, low, high = bootstrap(logs.tolist())
    if low is None or high is None:
        return None
    return float(np.exp(mean)), float(np.exp(low)), float(np.exp(high)), int((logs < 0).sum()), len(logs)

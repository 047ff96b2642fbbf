"""A finished screening replayed: a labelled set read in the order the ranking would have shown, and measured."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from review.domain.errors import BadInput, ReviewError
from review.ranking.ending import Ending
from review.ranking.metrics import OrderMetrics
from review.resources import write_file
from review.services import labelled_set, rankers, sheets
from review.services import protocol as rules
from review.services.project import Progress, silent
from review.services.rankers import DEFAULT_RANKER
from review.services.study import Labelled, Task, replayed


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be replayed. `data` are the parts of one labelled set; `priors` ids known from the start."""

    data: Sequence[Path]
    priors: Sequence[str] = ()
    protocol: Path | None = None
    seed: int = 0
    ranker: str = DEFAULT_RANKER
    model: Path | None = None  # the folder of the model the ranker reads, if it reads one


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """The ids in the order seen, priors left out, the figures of that order, and where stopping rules would have ended it."""

    order: tuple[str, ...]
    priors: tuple[str, ...]
    metrics: OrderMetrics
    endings: tuple[Ending, ...]
    seed: int
    seconds: float

    def as_dict(self) -> dict[str, object]:
        return {
            **self.metrics.as_dict(),
            "seconds": round(self.seconds, 3),
            "seed": self.seed,
            "priors": list(self.priors),
            "stops": [asdict(end) for end in self.endings],
        }


def replay(question: Question, *, progress: Progress = silent) -> Replayed:
    """Replay a labelled set; `BadInput` names the first row that cannot be used."""
    started = time.perf_counter()
    progress("Reading the records", 0.0)
    rankers.check((question.ranker,), question.model)
    words = own_words(question.protocol) if question.protocol else ""
    data = labelled_set.read(question.data, words=words)
    check_priors(question.priors, data)
    progress("Replaying", 0.3)
    known = {question.seed: tuple(question.priors)}
    task = Task(data=data, ranker=question.ranker, priors=known, model=question.model)
    [found] = replayed(task)
    progress("Replayed", 1.0)
    return Replayed(
        order=found.order,
        priors=found.priors,
        metrics=found.metrics,
        endings=found.endings,
        seed=found.seed,
        seconds=time.perf_counter() - started,
    )


def check_priors(priors: Sequence[str], data: Labelled) -> None:
    """Refuse ids that are not among the records, and priors that leave nothing to find."""
    labels = data.labels
    for prior in priors:
        if prior not in labels:
            raise ReviewError(
                f"The prior {prior!r} is not among the records of {data.name}.",
                hint="Check the ids you named as known.",
            )
    if priors and not any(label for record, label in labels.items() if record not in set(priors)):
        raise ReviewError(
            f"Every relevant record of {data.name} is a prior, so there is nothing left to find.",
            hint="Name fewer, or replay that set with none.",
        )


def own_words(path: Path) -> str:
    """What a protocol file says in words that a ranking can start from; it need hold no more than a title or a question."""
    text = sheets.read_bytes(path).decode("utf-8-sig", "replace")
    found, wrong = rules.sought(text, path=path.name)
    if wrong:
        raise BadInput(path, f"line {wrong[0].line or 1}: {wrong[0].message}", hint=wrong[0].hint)
    return found


def write_order(path: Path, found: Replayed) -> None:
    """Write the ids in the order seen, one a line."""
    write_file(path, "".join(f"{sheets.safe(record)}\n" for record in found.order).encode("utf-8"))


def write_metrics(path: Path, found: Replayed) -> None:
    write_file(path, (json.dumps(found.as_dict(), indent=2) + "\n").encode("utf-8"))

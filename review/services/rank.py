"""The order of the screening queue: learned from the decisions so far, outside the request path, published whole."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from review import plugins
from review.domain.errors import Missing
from review.domain.screening import Outcome, Role, Stage, Standing
from review.ranking.active import Ranking
from review.ranking.active import rank as rank_corpus
from review.ranking.explain import why as explain
from review.ranking.features import Corpus, Text, build_corpus
from review.services import protocol, screen
from review.services.project import Progress, Project, silent
from review.services.works import works
from review.storage import decisions, projects, records

DEFAULT_RANKER = "tfidf"
SEED = 0
_MAYBE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class RankReport:
    """How the published order was made."""

    works: int
    labels: int
    included: int
    model: str
    seconds: float


def labels(project: Project) -> dict[str, float]:
    """What people have said so far, by work: 1 include, 0 exclude, between where people doubt or disagree.

    A work that went to full text takes its label from there.
    """
    found = {
        o.record_id: value
        for o in screen.outcomes(project, Stage.TITLE_ABSTRACT).values()
        if (value := _label(o)) is not None
    }
    for o in screen.outcomes(project, Stage.FULL_TEXT).values():
        later = _label(o)
        if later is not None:
            found[o.record_id] = later
    return found


def _label(found: Outcome) -> float | None:
    if found.standing is Standing.INCLUDED and found.adjudicated:
        return 1.0
    if found.standing is Standing.EXCLUDED:
        return 0.0
    said = [d.verdict for d in found.decisions if d.role is Role.REVIEWER and d.verdict is not None]
    if not said:
        return None
    worth = {"include": 1.0, "maybe": _MAYBE, "exclude": 0.0}
    return sum(worth[str(verdict)] for verdict in said) / len(said)


def corpus(project: Project) -> Corpus:
    """The works' texts as a matrix, kept until records or groups change."""

    def compute() -> Corpus:
        found = works(project)
        texts = [
            Text(record_id=r.record_id, title=r.title, abstract=r.abstract, keywords=r.keywords)
            for r in records.all_records(project.store)
            if r.record_id in found.members
        ]
        return build_corpus(texts)

    return project.cached("corpus", id(works(project)), compute)


def order(project: Project, *, seed: int = SEED) -> Ranking:
    """The ranking the decisions so far give; nothing is stored."""
    return rank_corpus(
        corpus(project),
        labels(project),
        protocol_text=protocol.in_force(project).own_words,
        seed=seed,
        ranker=plugins.load("review.rankers", DEFAULT_RANKER),
    )


def rank(project: Project, *, seed: int = SEED, progress: Progress = silent) -> RankReport:
    """Rank all works anew and publish the order in one step."""
    started = time.perf_counter()
    progress("Reading the records", 0.0)
    corpus(project)
    last = decisions.latest(project.store)
    known = labels(project)
    progress(f"Learning from {len(known):,} decided works", 0.6)
    found = order(project, seed=seed)
    progress("Publishing the order", 0.9)
    run = {
        "model": found.model.name,
        "parameters": json.dumps(dict(found.model.parameters), sort_keys=True, default=str),
        "seed": seed,
        "labels": len(known),
        "last_decision": last,
    }
    projects.replace_order(project.store, list(zip(found.ids, found.scores, strict=True)), run=run)
    progress("Ranked", 1.0)
    return RankReport(
        works=len(found.ids),
        labels=len(known),
        included=sum(value >= 1.0 for value in known.values()),
        model=found.model.name,
        seconds=time.perf_counter() - started,
    )


def stale(project: Project) -> bool:
    """True if decisions or records came after the newest ranking."""
    newest = projects.latest_rank_run(project.store)
    if newest is None:
        return True
    return newest["last_decision"] != decisions.latest(project.store) or newest["records"] != len(
        works(project).members
    )


def published(project: Project) -> int:
    """The number of the newest published order; it changes exactly when there is a new one. 0 before the first."""
    newest = projects.latest_rank_run(project.store)
    return int(str(newest["number"])) if newest else 0


def watch(project: Project, *, stop: Callable[[], bool], every: float = 2.0) -> None:
    """Rank again whenever something was decided, until told to stop. Runs in a process of its own beside the app."""
    while not stop():
        if records.count(project.store) and stale(project):
            rank(project)
        time.sleep(every)


def why(project: Project, record_id: str, *, top: int = 8) -> list[tuple[str, float]]:
    """The words that pull a work up (positive) and down (negative), strongest first."""
    work = works(project).work_of.get(record_id)
    if work is None:
        raise Missing("record", record_id, list(works(project).work_of)[:2_000])
    stamp = (id(corpus(project)), decisions.latest(project.store))
    found = project.cached("ranking", stamp, lambda: order(project))
    return explain(corpus(project), found.model, work, top=top)

"""The order of the screening queue: learned from the decisions so far, outside the request path, published whole."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from review.domain.errors import Missing
from review.domain.screening import Outcome, Role, Stage, Standing, Verdict
from review.domain.team import Right
from review.ranking.active import Ranking
from review.ranking.active import rank as rank_corpus
from review.ranking.explain import why as explain
from review.ranking.features import Corpus, Text
from review.services import dealing, protocol, rankers, rights, standing
from review.services.project import Progress, Project, silent
from review.services.works import works
from review.storage import decisions, projects, records, stamps
from review.storage.projects import EVERYBODY

_PAUSE = 1.1  # times the seconds a ranking took, before the next
_LOOKS = 4.0  # times a second, whether something was decided
SEED = 0
_WORTH = {Verdict.INCLUDE: 1.0, Verdict.MAYBE: 0.5, Verdict.EXCLUDE: 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class RankReport:
    """How the published order was made."""

    works: int
    labels: int
    included: int
    model: str
    seconds: float


@rights.internal
def labels(project: Project, reviewer: str = EVERYBODY) -> dict[str, float]:
    """What may be learned from for one person's queue: 1 include, 0 exclude, between where people doubt or disagree.

    A work that went to full text takes its label from there. A work that still waits in a colleague's queue counts
    only for the people who judged it: else its place in that queue would tell what they said.
    """
    found: dict[str, float] = {}
    pilot = _in_pilot(project)
    for stage in Stage:
        for o in standing.unveiled(project, stage).values():
            if not o.decisions:
                continue  # as most are, of many
            value = _label(o, reviewer, everybodys=o.record_id in pilot)
            if value is not None:
                found[o.record_id] = value
    return found


def _in_pilot(project: Project) -> frozenset[str]:
    """The works of the pilot round, as long as it lasts."""
    round_ = dealing.pilot_round(project)
    return frozenset() if round_.over else frozenset(round_.works)


def _label(found: Outcome, reviewer: str, *, everybodys: bool) -> float | None:
    if everybodys and found.stage is Stage.FULL_TEXT:
        return None  # that it came so far tells what others said of its title
    if not everybodys and (found.adjudicated or found.standing is Standing.EXCLUDED):
        return float(found.standing is Standing.INCLUDED)
    people = [d for d in found.decisions if d.role is Role.REVIEWER]
    if everybodys or found.standing is Standing.PARTIAL:
        people = [d for d in people if d.reviewer == reviewer]
    said = [_WORTH[d.verdict] for d in people if d.verdict is not None]
    return sum(said) / len(said) if said else None


@rights.internal
def corpus(project: Project) -> Corpus:
    """The works' texts as a matrix, kept until records or groups change."""

    def compute() -> Corpus:
        found = works(project)
        texts = [
            Text(record_id=r.record_id, title=r.title, abstract=r.abstract, keywords=r.keywords)
            for r in records.all_records(project.store)
            if r.record_id in found.members
        ]
        return rankers.of_project(project).build(texts)

    return project.cached("corpus", _texts_stamp(project), compute)


def _texts_stamp(project: Project) -> tuple[object, ...]:
    """Changes exactly when the texts, the works or the ranking chosen may have changed."""
    return (*stamps.read(project.store).works, *rankers.settings(project))


@rights.internal
def order(project: Project, reviewer: str = EVERYBODY, *, seed: int = SEED) -> Ranking:
    """The ranking the decisions so far give for one person's queue; nothing is stored."""
    return rank_corpus(
        corpus(project),
        labels(project, reviewer),
        protocol_text=protocol.in_force(project).own_words,
        seed=seed,
        ranker=rankers.of_project(project),
    )


@rights.internal
def rank(project: Project, *, seed: int = SEED, progress: Progress = silent) -> RankReport:
    """Rank all works anew and publish the orders in one step: one for everybody, and one for each person who screens."""
    started = time.perf_counter()
    progress("Reading the records", 0.0)
    corpus(project)
    last = decisions.latest(project.store)
    people = _screening(project)
    found = {}
    for at, reviewer in enumerate(people):
        progress(f"Learning from the decisions ({at + 1} of {len(people)})", 0.5 + 0.4 * at / len(people))
        found[reviewer] = order(project, reviewer, seed=seed)
    progress("Publishing the order", 0.9)
    common = found[EVERYBODY]
    known = labels(project)
    run = {
        "model": common.model.name,
        "parameters": json.dumps(dict(common.model.parameters), sort_keys=True, default=str),
        "seed": seed,
        "labels": len(known),
        "last_decision": last,
    }
    orders = {reviewer: zip(one.ids, one.scores, strict=True) for reviewer, one in found.items()}
    projects.replace_orders(project.store, orders, run=run)
    progress("Ranked", 1.0)
    return RankReport(
        works=len(common.ids),
        labels=len(known),
        included=sum(value >= 1.0 for value in known.values()),
        model=common.model.name,
        seconds=time.perf_counter() - started,
    )


def _screening(project: Project) -> list[str]:
    """Everybody, then each person who knows more than everybody may: who judged a work that waits for a second."""
    pilot = _in_pilot(project)
    ahead = {
        d.reviewer
        for stage in Stage
        for o in standing.unveiled(project, stage).values()
        if o.standing is Standing.PARTIAL or o.record_id in pilot
        for d in o.decisions
        if d.role is Role.REVIEWER
    }
    return [EVERYBODY, *sorted(ahead)]


@rights.internal
def stale(project: Project) -> bool:
    """True if decisions or records came after the newest ranking."""
    newest = projects.latest_rank_run(project.store)
    if newest is None:
        return True
    return newest["last_decision"] != decisions.latest(project.store) or newest["records"] != len(
        works(project).members
    )


@rights.needs(Right.READ)
def published(project: Project) -> int:
    """The number of the newest published order; it changes exactly when there is a new one. 0 before the first."""
    newest = projects.latest_rank_run(project.store)
    return int(str(newest["number"])) if newest else 0


@rights.internal
def watch(project: Project, *, stop: Callable[[], bool], every: float = 1 / _LOOKS) -> None:
    """Rank again whenever something was decided, until told to stop. Runs in a process of its own beside the app.

    It takes less than half of one processor, and gives way to all others there (`review rank --watch` asks for the least
    priority), so that the people who screen do not feel it. With few records it rests nearly all the time.
    """
    while not stop():
        spent = 0.0
        if records.count(project.store) and stale(project):
            corpus(project)  # read once: a rest as long as that would keep the first decisions waiting
            spent = rank(project).seconds
        end = time.monotonic() + max(every, _PAUSE * spent)
        while (left := end - time.monotonic()) > 0 and not stop():
            time.sleep(min(every, left))


@rights.needs(Right.READ, whose="reviewer")
def why(project: Project, record_id: str, *, reviewer: str = EVERYBODY, top: int = 8) -> list[tuple[str, float]]:
    """The words that pull a work up (positive) and down (negative) in one person's queue, strongest first."""
    work = works(project).work_of.get(record_id)
    if work is None:
        raise Missing("record", record_id, list(works(project).work_of)[:2_000])
    stamp = (*_texts_stamp(project), decisions.latest(project.store))
    found = project.cached(f"ranking {reviewer}", stamp, lambda: order(project, reviewer))
    return explain(corpus(project), found.model, work, top=top)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A work on its place in the common queue, with the words that pull it up (positive) and down."""

    record_id: str
    title: str
    words: tuple[tuple[str, float], ...]


@rights.internal
def first(project: Project, n: int) -> list[Placed]:
    """The first `n` works of the common order on which nothing is settled yet at title and abstract."""
    found = standing.unveiled(project, Stage.TITLE_ABSTRACT)
    ranked = (work for work, _ in projects.read_order(project.store))
    waiting = list(islice((work for work in ranked if work in found and not found[work].standing.settled), n))
    shown = records.by_id(project.store, waiting)
    return [Placed(record_id=each, title=shown[each].title, words=tuple(why(project, each, top=6))) for each in waiting]

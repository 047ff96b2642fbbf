"""A random sample of what is not settled yet: drawn, put into everybody's queue without a mark, and the recall it shows."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from review.domain.errors import ReviewError
from review.domain.screening import Stage, Standing
from review.domain.team import Right
from review.ranking.sample import SIZE, RecallEstimate, recall, size_needed
from review.services import rights, standing, team
from review.services.project import Project
from review.services.works import works
from review.storage import samples
from review.storage.samples import AuditSample

SAMPLED_IN_A_ROW = 4  # then one by the ranking, so that nobody knows which a record is


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleStatus:
    """How far the newest sample is. `recall` is None until all of it is settled: a part of it is no random draw. `rest`
    were not settled when it was drawn, `left` are not now.
    """

    drawn: int
    settled: int
    relevant: int
    rest: int
    left: int
    found: int
    at: str
    recall: RecallEstimate | None

    @property
    def over(self) -> bool:
        return self.settled == self.drawn

    def sentence(self) -> str:
        """What the paper's Methods and Results can say of it; empty until the sample is read."""
        r = self.recall
        if r is None or r.recall is None or r.low is None or r.high is None:
            return ""
        return (
            f"A simple random sample of {self.drawn:,} of the {self.rest:,} records not yet settled was screened without "
            f"being marked as such; {self.relevant:,} of them {'was' if self.relevant == 1 else 'were'} relevant, so that "
            f"an estimated {100 * r.recall:.1f}% of all relevant records were found "
            f"({100 * r.confidence:.0f}% exact confidence interval {100 * r.low:.1f}% to {100 * r.high:.1f}%)."
        )


@rights.needs(Right.GOVERN)
def draw(project: Project, *, size: int | None = None, seed: int | None = None) -> AuditSample:
    """Draw a simple random sample of the works not settled at title and abstract, and keep it.

    Without a size it is as large as a first sample should be (`SIZE`), at most all that is left. Refused while an
    earlier one waits: a second look before the first is read would let one choose.
    """
    now = status(project)
    if now is not None and not now.over:
        left = now.drawn - now.settled
        raise ReviewError(
            f"The sample of {now.drawn:,} drawn on {now.at[:10]} is not read yet: {left:,} to go.",
            hint="Settle those first; they come first in the queue.",
        )
    found = standing.unveiled(project, Stage.TITLE_ABSTRACT)
    rest = sorted(work for work, one in found.items() if not one.standing.settled)
    if not found:
        raise ReviewError(
            "There is no record to draw from yet.", hint="Import search results first: review import FILE."
        )
    if not rest:
        raise ReviewError("Every record is settled, so there is nothing to draw from.", hint="Nothing was stored.")
    if size is not None and size < 1:
        raise ReviewError("A sample has at least one record.", hint="Nothing was stored.")
    chosen = seed if seed is not None else secrets.randbelow(1 << 31)
    drawn = random.Random(chosen).sample(  # noqa: S311 - a sample, not a secret
        rest, min(size or SIZE, len(rest))
    )
    sample = AuditSample(
        records=tuple(drawn),
        rest=len(rest),
        found=sum(one.standing is Standing.INCLUDED for one in found.values()),
        settled=len(found) - len(rest),
        seed=chosen,
        who=project.who or team.COMMAND_LINE,
    )
    samples.append(project.store, sample)
    return sample


@rights.needs(Right.READ)
def status(project: Project) -> SampleStatus | None:
    """How far the newest sample is, and the recall it shows once it is read; None if there is none."""
    sample = samples.latest(project.store)
    return None if sample is None else status_of(project, sample)


@rights.needs(Right.READ)
def status_of(project: Project, sample: AuditSample) -> SampleStatus:
    """How far a sample is."""
    now = standing.outcomes(project, Stage.TITLE_ABSTRACT)
    drawn = _drawn_works(project, sample)
    where = [now[work].standing for work in drawn if work in now]
    settled = sum(one.settled for one in where)
    hits = sum(one is Standing.INCLUDED for one in where)
    found_now = sum(one.standing is Standing.INCLUDED for one in now.values())
    over = bool(where) and settled == len(where)
    return SampleStatus(
        drawn=len(where),
        settled=settled,
        relevant=hits,
        rest=sample.rest,
        left=sum(not one.standing.settled for one in now.values()),
        found=sample.found,
        at=sample.at,
        recall=recall(
            sample.found, sample.rest, drawn=len(where), hits=hits, later=max(0, found_now - sample.found - hits)
        )
        if over
        else None,
    )


@rights.needs(Right.READ)
def needed(project: Project) -> int | None:
    """How many must be drawn now to show 95 % recall if none of them is relevant; None before something is found."""
    found = standing.outcomes(project, Stage.TITLE_ABSTRACT)
    rest = sum(not one.standing.settled for one in found.values())
    return size_needed(sum(one.standing is Standing.INCLUDED for one in found.values()), rest)


def _drawn_works(project: Project, sample: AuditSample) -> list[str]:
    """The works the sample's records belong to now, each once, in the order drawn."""
    work_of = works(project).work_of
    return list(dict.fromkeys(work_of[record] for record in sample.records if record in work_of))


@rights.internal
def mixed_in(project: Project, ranked: Sequence[str]) -> list[str]:
    """The queue with what it holds of a sample in front, and among that some of the best ranked, as if all were one."""
    sample = samples.latest(project.store)
    waiting = set(ranked)
    drawn = [work for work in _drawn_works(project, sample) if work in waiting] if sample else []
    if not drawn:
        return list(ranked)
    chosen, rest = iter(drawn), iter([work for work in ranked if work not in set(drawn)])
    mixed: list[str] = []
    while part := list(islice(chosen, SAMPLED_IN_A_ROW)):
        mixed += [*part, *islice(rest, 1)]
    return [*mixed, *rest]

"""How fast the screening goes and how long it will still take, at the pace of the last two weeks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median

from review.domain.screening import Outcome, Role, Stage
from review.domain.team import Right
from review.services import fulltext, protocol, rights, screen, standing
from review.services.project import Project
from review.services.works import works
from review.storage import decisions

DAYS = 14  # looked back on
_PAUSE = 600.0  # seconds between two decisions; more is a break and no reading time
_TIMED = 400  # newest decisions of a person, of which the reading time is taken
_FEWEST = 5  # decisions from which on a time is told


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPace:
    """One person at one stage: decisions in the last two weeks, on how many days, and the usual seconds for one.

    `left` is how many works wait for this person; None for anybody but the person who asks.
    """

    person: str
    lately: int
    days: int
    seconds: float | None
    left: int | None

    @property
    def hours_left(self) -> float | None:
        """Of reading, breaks not counted."""
        if self.left is None or self.seconds is None:
            return None
        return self.left * self.seconds / 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePace:
    """A stage: the decisions still needed from everybody together, and those made a day, over all days looked back on.

    `days` are these: two weeks, or fewer if the first decision was made since.
    """

    needed: int
    a_day: float
    days: int
    people: tuple[PersonPace, ...]

    @property
    def days_left(self) -> float | None:
        """At this pace; None if nobody decided anything lately."""
        return self.needed / self.a_day if self.a_day else None


@rights.needs(Right.READ)
def pace(project: Project, stage: Stage, *, today: str = "") -> StagePace:
    """The pace of a stage. How many each person has judged is no secret; what they said is not looked at."""
    until = date.fromisoformat(today) if today else datetime.now(UTC).date()
    hidden = standing.hidden(project) if stage is Stage.FULL_TEXT else frozenset()
    but = [record for work in hidden for record in works(project).members[work]]
    since = (until - timedelta(days=DAYS - 1)).isoformat()
    counted = decisions.per_day(project.store, stage, since=since, but=but)
    lately: dict[str, list[int]] = defaultdict(list)
    for (person, _), many in counted.items():
        lately[person].append(many)
    span = _span(counted, until)
    people = tuple(
        PersonPace(
            person=person,
            lately=sum(many),
            days=len(many),
            seconds=_seconds(project, stage, person),
            left=_left(project, stage, person),
        )
        for person, many in sorted(lately.items())
    )
    made = sum(p.lately for p in people)
    return StagePace(needed=_needed(project, stage), a_day=made / span, days=span, people=people)


def _span(counted: Mapping[tuple[str, str], int], until: date) -> int:
    """The days looked back on: two weeks, or those since the first decision if that is less."""
    first = min((day for _, day in counted), default=until.isoformat())
    return max(1, min(DAYS, (until - date.fromisoformat(first)).days + 1))


def _needed(project: Project, stage: Stage) -> int:
    """The decisions that are still missing until enough people have judged every work."""
    wanted = protocol.in_force(project).screening.reviewers_per_record
    missing = 0
    for one in _outcomes(project, stage):
        if not one.standing.settled:
            missing += max(0, wanted - sum(d.role is Role.REVIEWER for d in one.decisions))
    return missing


def _outcomes(project: Project, stage: Stage) -> Iterable[Outcome]:
    """At full text a record's being there at all can be a secret, and one that cannot be had waits for nobody."""
    if stage is Stage.TITLE_ABSTRACT:
        return standing.unveiled(project, stage).values()
    lost = _not_retrieved(project)
    return [one for work, one in screen.outcomes(project, stage).items() if work not in lost]


def _not_retrieved(project: Project) -> set[str]:
    return {work for work, report in fulltext.standings(project).items() if report.retrieval == "not_retrieved"}


def _seconds(project: Project, stage: Stage, person: str) -> float | None:
    """The usual time between two decisions that follow each other."""
    said = decisions.last_times(project.store, stage, person, most=_TIMED)
    times = [time for at in said if (time := _time(at)) is not None]
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(times)]
    read = [gap for gap in gaps if 0 < gap <= _PAUSE]
    return median(read) if len(read) >= _FEWEST else None


def _time(at: str) -> datetime | None:
    """A time to the second; decisions made elsewhere may have come with a day alone, or with anything."""
    try:
        return datetime.fromisoformat(at[:19])
    except ValueError:
        return None


def _left(project: Project, stage: Stage, person: str) -> int | None:
    if project.seat is not None and project.seat.name != person:
        return None
    waiting = screen.waiting(project, person, stage)
    return len(waiting if stage is Stage.TITLE_ABSTRACT else set(waiting) - _not_retrieved(project))

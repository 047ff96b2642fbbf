"""The pace of the last two weeks: decisions a day, seconds for one, and what is left for whom."""

from __future__ import annotations

from invented import include, work

from review.domain.screening import Decision, Stage, Verdict
from review.domain.team import Seat, TeamRole
from review.services import fulltext, pace, screen, team
from review.services.project import Project

TITLE = Stage.TITLE_ABSTRACT


def decide(project: Project, who: str, number: int, at: str) -> None:
    record = work(project, number)
    said = Decision(record_id=record, stage=TITLE, reviewer=who, verdict=Verdict.INCLUDE, decided_at=at)
    screen.decide(project, said)


def test_nothing_decided_is_no_pace_and_all_is_needed(made: Project) -> None:
    found = pace.pace(made, TITLE)
    assert (found.people, found.a_day, found.days_left) == ((), 0, None)
    assert found.needed == 2 * 8


def test_the_days_left_are_what_is_needed_at_the_pace_of_all_days(made: Project) -> None:
    for number in range(6):
        decide(made, "Ana", number, f"2026-03-01T10:00:{7 * number:02d}Z")
    decide(made, "Ana", 6, "2026-03-04T09:00:00Z")
    decide(made, "Bo", 0, "2026-03-04T09:00:00Z")
    found = pace.pace(made, TITLE, today="2026-03-04")
    ana, bo = found.people
    assert (ana.person, ana.lately, ana.days, ana.left, ana.seconds) == ("Ana", 7, 2, 1, 7.0)
    assert (bo.lately, bo.seconds, bo.left) == (1, None, 7), "one decision tells no time"
    assert ana.hours_left == 7 / 3600
    assert (found.needed, found.a_day, found.days_left) == (8, 2.0, 4.0)
    later = pace.pace(made, TITLE, today="2026-06-01")
    assert (later.people, later.days_left) == ((), None), "what is long ago is no pace"


def test_a_person_sees_what_is_left_for_them_alone(made: Project) -> None:
    team.add(made, "Ana", role=TeamRole.REVIEWER)
    team.add(made, "Bo", role=TeamRole.REVIEWER)
    for who in ("Ana", "Bo"):
        decide(made, who, 0, "2026-03-04T09:00:00Z")
    found = pace.pace(made.seated(Seat(name="Ana")), TITLE, today="2026-03-04")
    assert {p.person: p.left for p in found.people} == {"Ana": 7, "Bo": None}


def test_a_day_without_a_time_is_taken_as_it_is(made: Project) -> None:
    for number in range(7):
        decide(made, "Ana", number, "2026-03-04")
    [ana] = pace.pace(made, TITLE, today="2026-03-04").people
    assert (ana.lately, ana.seconds) == (7, None)


def test_a_full_text_that_cannot_be_had_waits_for_nobody(made: Project, say) -> None:
    include(say, 0, 1)
    assert pace.pace(made, Stage.FULL_TEXT).needed == 4
    fulltext.set_retrieval(made, work(made, 0), "not_retrieved", person="Ana", note="no copy")
    assert pace.pace(made, Stage.FULL_TEXT).needed == 2

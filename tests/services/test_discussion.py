"""Talking about a conflict: open to its sides and to whoever settles it, closed to everybody else."""

from __future__ import annotations

import pytest

from review.domain.errors import NotAllowed, ReviewError
from review.domain.screening import Decision, Role, Stage, Verdict
from review.domain.team import Seat
from review.services import collect, discussion, protocol, screen, team, works
from review.services.collect import Origin
from review.services.project import create

TITLE = Stage.TITLE_ABSTRACT
RIS = "".join(f"TY  - JOUR\nTI  - Title {n}\nDO  - 10.5555/{n}\nER  - \n" for n in range(3))


@pytest.fixture
def project(tmp_path):
    made = create(tmp_path / "review")
    protocol.freeze(made)
    collect.import_bytes(made, RIS.encode(), file_name="a.ris", origin=Origin(source="scopus"))
    for name, role in (("Ana", "reviewer"), ("Bo", "reviewer"), ("Cy", "reviewer"), ("Dee", "adjudicator")):
        team.join(made, name, role=role)
    yield made
    made.close()


def decide(project, who, work, verdict, role=Role.REVIEWER):
    screen.decide(
        project,
        Decision(record_id=work, shown=work, stage=TITLE, reviewer=who, verdict=Verdict(verdict), role=role),
    )


def at(project, who):
    return project.seated(Seat(name=who))


def test_the_sides_and_the_adjudicator_talk_and_nobody_listens_in(project):
    a, b, _ = works.works(project).members
    decide(project, "Ana", a, "include")
    with pytest.raises(NotAllowed, match="no conflict"):
        discussion.say(at(project, "Ana"), "Ana", a, TITLE, text="Why not?")
    decide(project, "Bo", a, "exclude")
    discussion.say(at(project, "Ana"), "Ana", a, TITLE, text="  It counts vertebrae. ")
    discussion.say(at(project, "Dee"), "Dee", a, TITLE, text="In people?")
    for who in ("Ana", "Bo", "Dee"):
        found = discussion.remarks(at(project, who), who, a, TITLE)
        assert [(r.who, r.text) for r in found] == [("Ana", "It counts vertebrae."), ("Dee", "In people?")]
    for act in (discussion.remarks, lambda *args: discussion.say(*args, text="hm")):
        with pytest.raises(NotAllowed, match="no side"):
            act(at(project, "Cy"), "Cy", a, TITLE)
        with pytest.raises(NotAllowed, match="no conflict"):
            act(at(project, "Ana"), "Ana", b, TITLE)
    decide(project, "Dee", a, "include", Role.ADJUDICATOR)
    assert len(discussion.remarks(at(project, "Bo"), "Bo", a, TITLE)) == 2, "what was said stays"


def test_a_side_sees_its_own_verdict_alone(project):
    a, b, _ = works.works(project).members
    decide(project, "Ana", a, "include")
    decide(project, "Bo", a, "exclude")
    decide(project, "Ana", b, "include")
    own = discussion.mine(at(project, "Ana"), "Ana", TITLE)
    assert list(own) == [a]
    assert [d.reviewer for d in own[a].decisions] == ["Ana"]
    assert discussion.mine(at(project, "Cy"), "Cy", TITLE) == {}


@pytest.mark.parametrize("text", ["", "   ", "x" * 4_001])
def test_an_empty_or_endless_remark_is_refused(project, text):
    a, *_ = works.works(project).members
    decide(project, "Ana", a, "include")
    decide(project, "Bo", a, "exclude")
    with pytest.raises(ReviewError):
        discussion.say(at(project, "Ana"), "Ana", a, TITLE, text=text)

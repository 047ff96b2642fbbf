"""The pilot round and the deal, as they shape what each person is asked; agreement, as far as it is open."""

from __future__ import annotations

import pytest

from review.domain.dealing import Deal, Dealt
from review.domain.errors import ReviewError
from review.domain.screening import Decision, Stage, Verdict
from review.domain.team import Seat, TeamRole
from review.services import agreement, collect, dealing, protocol, screen, team, works
from review.services.collect import Origin
from review.services.project import create

TITLE = Stage.TITLE_ABSTRACT
RIS = "".join(f"TY  - JOUR\nTI  - Title {n}\nDO  - 10.5555/{n}\nER  - \n" for n in range(12))


@pytest.fixture
def project(tmp_path):
    made = create(tmp_path / "review")
    text = made.protocol_path.read_text(encoding="utf-8")
    assert "pilot_records: 50" in text
    made.protocol_path.write_text(text.replace("pilot_records: 50", "pilot_records: 4"), encoding="utf-8")
    protocol.freeze(made)
    collect.import_bytes(made, RIS.encode(), file_name="a.ris", origin=Origin(source="scopus"))
    for name in ("Ana", "Bo", "Cy"):
        team.join(made, name)
    yield made
    made.close()


def decide(project, who, work, verdict="include", reason=""):
    screen.decide(
        project,
        Decision(record_id=work, shown=work, stage=TITLE, reviewer=who, verdict=Verdict(verdict), reason=reason),
    )


def test_everybody_judges_the_pilot_first_even_what_two_have_judged(project):
    pilot = list(dealing.pilot_round(project).works)
    assert len(pilot) == 4
    for who in ("Ana", "Bo", "Cy"):
        assert screen.queue(project, who, TITLE)[:4] == pilot
        for work in pilot:
            decide(project, who, work)
    assert dealing.pilot_round(project).judged == {"Ana": 4, "Bo": 4, "Cy": 4}
    assert not dealing.pilot_round(project).over
    dealing.confirm_pilot(project)
    assert dealing.pilot_round(project).over
    assert set(screen.queue(project, "Dee", TITLE)) == set(works.works(project).members) - set(pilot)
    with pytest.raises(ReviewError, match="confirmed before"):
        dealing.confirm_pilot(project)


def test_the_pilot_is_over_once_screening_has_gone_on(project):
    pilot = set(dealing.pilot_round(project).works)
    outside = [work for work in works.works(project).members if work not in pilot]
    for who in ("Ana", "Bo"):
        decide(project, who, outside[0])
    assert dealing.pilot_round(project).over


def test_what_is_left_is_dealt_out_and_the_deal_can_change(project):
    dealing.confirm_pilot(project)
    every = set(works.works(project).members)
    dealing.deal(project, Deal(how=Dealt.SHARES, shares={"Ana": 1, "Bo": 1, "Cy": 1}))
    queues = {who: set(screen.queue(project, who, TITLE)) for who in ("Ana", "Bo", "Cy", "Dee")}
    assert sum(len(queue) for queue in queues.values()) == 2 * len(every)
    assert queues["Dee"] == set()
    dealing.deal(project, Deal(how=Dealt.PAIRS, pairs=(("Ana", "Cy"),)))
    assert set(screen.queue(project, "Ana", TITLE)) == every
    assert screen.queue(project, "Bo", TITLE) == []
    dealing.deal(project, Deal())
    assert set(screen.queue(project, "Dee", TITLE)) == every


def test_work_that_nobody_is_left_to_do_is_said_once_people_leave(project):
    assert dealing.unstaffed(project) == ""
    dealing.deal(project, Deal(how=Dealt.PAIRS, pairs=(("Ana", "Cy"),)))
    team.deactivate(project, "Cy")
    assert dealing.unstaffed(project) == "Work is still dealt out to Cy: deal it out anew on the page Agreement."
    dealing.deal(project, Deal())
    assert dealing.unstaffed(project) == ""
    team.set_role(project, "Bo", TeamRole.ADJUDICATOR)
    assert dealing.unstaffed(project).startswith(
        "The protocol asks for 2 people for each record; 1 person who may screen takes part."
    )


@pytest.mark.parametrize(
    "wrong",
    [
        Deal(how=Dealt.PAIRS),
        Deal(how=Dealt.PAIRS, pairs=(("Ana", "Ana"),)),
        Deal(how=Dealt.PAIRS, pairs=(("Ana", "Nobody"),)),
        Deal(how=Dealt.SHARES, shares={"Ana": 1}),
        Deal(how=Dealt.SHARES, shares={"Ana": 1, "Bo": 0}),
    ],
)
def test_a_deal_that_cannot_work_is_refused(project, wrong):
    with pytest.raises(ReviewError):
        dealing.deal(project, wrong)
    assert dealing.current(project) == Deal()


def test_agreement_counts_what_both_judged_and_is_closed_while_anything_is_open(project):
    dealing.confirm_pilot(project)
    a, b, c, d, *_ = works.works(project).members
    criterion = protocol.in_force(project).exclude[0].id
    for work, ana, bo in ((a, "include", "maybe"), (b, "exclude", "exclude"), (c, "include", "exclude")):
        decide(project, "Ana", work, ana, criterion if ana == "exclude" else "")
        decide(project, "Bo", work, bo, criterion if bo == "exclude" else "")
    decide(project, "Ana", d)
    [pair] = agreement.between(project, TITLE)
    assert (pair.forward.agreement.n, pair.forward.agreement.table) == (3, ((1, 1), (0, 1)))
    assert pair.verdicts.agreement.categories == ("include", "exclude", "maybe")
    assert [(use.criterion, use.first, use.second, use.both) for use in pair.criteria] == [(criterion, 1, 2, 1)]
    bo = project.seated(Seat(name="Bo", trusted=True))
    assert agreement.between(bo, TITLE)[0].forward.agreement.n == 3
    assert agreement.between(project, TITLE, among={a})[0].forward.agreement.n == 1

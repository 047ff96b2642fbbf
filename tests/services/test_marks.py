"""What people keep for themselves: put off, tagged, and how they like the card."""

from __future__ import annotations

from dataclasses import replace

import pytest

from review.domain.errors import Missing, ReviewError
from review.domain.screening import Decision, Stage, Verdict
from review.services import collect, marks, protocol, screen, works
from review.services.collect import Origin
from review.services.project import create

RIS = "".join(f"TY  - JOUR\nTI  - Title {name}\nDO  - 10.5555/{name}\nER  - \n" for name in "abcd")


@pytest.fixture
def project(tmp_path):
    made = create(tmp_path / "review")
    protocol.freeze(made)
    collect.import_bytes(made, RIS.encode(), file_name="a.ris", origin=Origin(source="scopus"))
    yield made
    made.close()


def test_what_is_put_off_comes_last_in_the_order_of_putting_off_and_for_nobody_else(project):
    a, b, c, d = works.works(project).members
    assert marks.postpone(project, "Ana", b, uid="1")
    assert not marks.postpone(project, "Ana", b, uid="1"), "sent twice, stored once"
    marks.postpone(project, "Ana", a)
    assert screen.queue(project, "Ana", Stage.TITLE_ABSTRACT) == [c, d, b, a]
    assert screen.queue(project, "Bo", Stage.TITLE_ABSTRACT) == [a, b, c, d]


def test_the_latest_tags_count(project):
    a, b, *_ = works.works(project).members
    marks.set_tags(project, "Ana", a, [" one  two ", "three", "three", ""])
    marks.set_tags(project, "Ana", b, ["x"])
    marks.set_tags(project, "Ana", b, [])
    assert marks.tags_of(project, "Ana") == {a: ("one two", "three")}
    with pytest.raises(ReviewError):
        marks.set_tags(project, "Ana", a, ["long" * 20])
    with pytest.raises(Missing):
        marks.set_tags(project, "Ana", "nothing", ["x"])


def test_each_action_has_a_key_of_its_own(project):
    liked = marks.preferences(project, "Ana")
    assert liked.keys == marks.ACTIONS
    marks.prefer(project, "Ana", replace(liked, keys={**liked.keys, "include": "j"}, include_terms=("bone",)))
    again = marks.preferences(project, "Ana")
    assert (again.keys["include"], again.include_terms, again.exclude_terms) == ("j", ("bone",), None)
    assert marks.preferences(project, "Bo").keys == marks.ACTIONS
    for wrong in ("e", "7", "ab", " ", "J"):
        with pytest.raises(ReviewError):
            marks.prefer(project, "Ana", replace(liked, keys={**liked.keys, "include": wrong}))


def decision(work, who, verdict, uid=""):
    return Decision(
        record_id=work,
        shown=work,
        stage=Stage.TITLE_ABSTRACT,
        reviewer=who,
        uid=uid,
        verdict=verdict and Verdict(verdict),
    )


def test_a_withdrawal_reaches_the_copy_on_which_the_decision_stands(project):
    a, b, c, _ = works.works(project).members
    screen.decide(project, decision(a, "Ana", "include"))
    works.judge(project, [(min(a, b), max(a, b))], same_work=True, person="Ana")
    with pytest.raises(ReviewError, match="decided nothing"):
        screen.decide(project, decision(c, "Ana", None))
    screen.decide(project, decision(b, "Ana", None))
    assert screen.my_decisions(project, "Ana", Stage.TITLE_ABSTRACT) == {}
    assert screen.decide_all(project, [decision(b, "Bo", "exclude"), decision(a, "Bo", None)]) == 2
    assert screen.my_decisions(project, "Bo", Stage.TITLE_ABSTRACT) == {}


def test_a_decision_sent_again_is_known_whatever_has_changed_since(project):
    a, *_ = works.works(project).members
    assert screen.decide(project, decision(a, "Ana", "include", "u1"))
    assert screen.decide(project, decision(a, "Ana", None, "u2"))
    assert not screen.decide(project, decision(a, "Ana", None, "u2"))
    assert not screen.decide(project, decision(a, "Ana", "include", "u1"))
    assert screen.my_decisions(project, "Ana", Stage.TITLE_ABSTRACT) == {}


def test_people_are_told_once_that_the_criteria_changed(project):
    a, b, *_ = works.works(project).members
    screen.decide(project, decision(a, "Ana", "include"))
    text = project.protocol_path.read_text(encoding="utf-8")
    project.protocol_path.write_text(text + "\n# a remark\n", encoding="utf-8")
    protocol.amend(project, reason="A remark")
    assert screen.rules_changed(project, "Ana", Stage.TITLE_ABSTRACT) == "", "no criterion changed"
    changed = protocol.in_force(project).exclude[0].text
    project.protocol_path.write_text(text.replace(changed, "Another text."), encoding="utf-8")
    protocol.amend(project, reason="Clearer after the pilot")
    assert "Clearer after the pilot." in screen.rules_changed(project, "Ana", Stage.TITLE_ABSTRACT)
    assert screen.rules_changed(project, "Bo", Stage.TITLE_ABSTRACT) == ""
    screen.decide(project, decision(b, "Ana", "include"))
    assert screen.rules_changed(project, "Ana", Stage.TITLE_ABSTRACT) == ""

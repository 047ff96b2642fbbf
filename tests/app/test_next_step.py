"""What the Overview tells the person who looks to do next."""

from __future__ import annotations

from review.domain.screening import Role, Stage, Verdict
from review.services import screen
from tests.app.conftest import decide


def next_step(visit, who: str) -> str:
    at = visit("overview", who=who)
    assert not at.exception
    return at.info[0].value.replace("\\", "")


def test_overview_counts_and_names_the_next_step(visit):
    at = visit("overview", who="")
    assert not at.exception
    assert {m.label: m.value for m in at.metric} == {
        "Records": "7", "Works": "7", "To screen": "3", "Full texts": "2", "Included": "1", "Charted": "1"
    }  # fmt: skip
    assert "3 works to go" in at.info[0].value


def test_it_is_what_waits_for_this_person_and_not_what_waits_for_others(visit, project):
    for who in ("Ana", "Bo"):
        assert "Screen titles and abstracts, 3 works waiting for you." in next_step(visit, who)
    for work in screen.queue(project, "Ana", Stage.TITLE_ABSTRACT):
        decide(project, "Ana", work, Verdict.EXCLUDE, Stage.TITLE_ABSTRACT)
    assert "Settle 1 conflict at title and abstract." in next_step(visit, "Ana")
    assert "3 works waiting for you." in next_step(visit, "Bo")
    assert "3 works to go." in next_step(visit, "")


def test_whoever_has_nothing_left_hears_that_others_have(visit, project):
    for stage in Stage:
        for work in screen.queue(project, "Ana", stage):
            decide(project, "Ana", work, Verdict.EXCLUDE, stage, reason="E1")
    (open_one,) = screen.conflicts(project, Stage.TITLE_ABSTRACT)
    decide(project, "Cy", open_one.record_id, Verdict.EXCLUDE, Stage.TITLE_ABSTRACT, role=Role.ADJUDICATOR)
    assert "Nothing waits for you; others still have 4 works to judge." in next_step(visit, "Ana")

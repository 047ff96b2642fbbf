"""Outcomes are functions of decisions: laws first, then the rules people know."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from review.domain.screening import (
    Decision,
    Role,
    Stage,
    Standing,
    Verdict,
    conflict,
    current_decisions,
    outcome,
)

INCLUDE, EXCLUDE, MAYBE = Verdict.INCLUDE, Verdict.EXCLUDE, Verdict.MAYBE
TA, FT = Stage.TITLE_ABSTRACT, Stage.FULL_TEXT


def said(*verdicts: tuple[str, Verdict | None] | tuple[str, Verdict | None, str], stage: Stage = TA) -> list[Decision]:
    return [
        Decision(
            record_id="r",
            stage=stage,
            reviewer=v[0],
            verdict=v[1],
            reason=v[2] if len(v) > 2 else "",
            role=Role.ADJUDICATOR if v[0] == "Chris" else Role.REVIEWER,
            number=number,
        )
        for number, v in enumerate(verdicts, start=1)
    ]


def standing(*verdicts: tuple[str, Verdict | None] | tuple[str, Verdict | None, str], stage: Stage = TA) -> Standing:
    return outcome("r", stage, said(*verdicts, stage=stage), reviewers_needed=2).standing


decision_lists = st.lists(
    st.builds(
        Decision,
        record_id=st.sampled_from(["r", "s"]),
        stage=st.sampled_from(Stage),
        reviewer=st.sampled_from(["Ana", "Ben", "Dan"]),
        verdict=st.sampled_from([INCLUDE, EXCLUDE, MAYBE, None]),
        reason=st.sampled_from(["", "E1", "E2"]),
        role=st.sampled_from(Role),
    ),
    max_size=12,
).map(lambda found: [replace(d, number=number) for number, d in enumerate(found)])


@given(decision_lists, st.randoms(), st.integers(1, 3), st.sampled_from(Stage))
def test_the_order_of_arrival_in_memory_never_matters(found: list[Decision], random, needed: int, stage: Stage) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    one = outcome("r", stage, found, reviewers_needed=needed)
    assert outcome("r", stage, shuffled, reviewers_needed=needed) == one


@given(decision_lists, st.integers(1, 3), st.sampled_from(Stage))
def test_a_conflict_is_there_exactly_when_the_outcome_says_so(found: list[Decision], needed: int, stage: Stage) -> None:
    o = outcome("r", stage, found, reviewers_needed=needed)
    assert (conflict(o) is not None) == (o.standing is Standing.CONFLICT)
    assert not o.reason or o.standing is Standing.EXCLUDED


@given(decision_lists)
def test_taking_everything_back_leaves_an_unscreened_record(found: list[Decision]) -> None:
    taken = [
        replace(d, verdict=None, number=len(found) + at)
        for at, d in enumerate({(d.reviewer, d.role, d.record_id): d for d in found}.values())
    ]
    assert current_decisions([*found, *taken]) == []


def test_two_who_agree_settle_and_one_alone_does_not() -> None:
    assert standing() is Standing.UNSCREENED
    assert standing(("Ana", INCLUDE)) is Standing.PARTIAL
    assert standing(("Ana", INCLUDE), ("Ben", INCLUDE)) is Standing.INCLUDED
    assert standing(("Ana", EXCLUDE), ("Ben", EXCLUDE)) is Standing.EXCLUDED


def test_maybe_goes_forward_at_title_and_abstract_and_keeps_a_full_text_open() -> None:
    assert standing(("Ana", MAYBE), ("Ben", INCLUDE)) is Standing.INCLUDED
    assert standing(("Ana", MAYBE), ("Ben", EXCLUDE)) is Standing.CONFLICT
    assert standing(("Ana", MAYBE), ("Ben", INCLUDE), stage=FT) is Standing.CONFLICT


def test_a_change_of_mind_is_a_later_fact() -> None:
    assert standing(("Ana", INCLUDE), ("Ben", EXCLUDE), ("Ben", INCLUDE)) is Standing.INCLUDED
    assert standing(("Ana", INCLUDE), ("Ben", INCLUDE), ("Ben", None)) is Standing.PARTIAL


def test_a_withdrawal_uncovers_what_was_said_on_another_copy() -> None:
    first, second = (
        replace(d, record_id=record) for d, record in zip(said(("Ana", INCLUDE), ("Ana", EXCLUDE)), "rs", strict=True)
    )
    assert current_decisions([first, second]) == [second]
    withdrawn = replace(second, verdict=None, number=3)
    assert current_decisions([first, second, withdrawn]) == [first]
    assert current_decisions([first, second, withdrawn, replace(first, verdict=None, number=4)]) == []
    assert current_decisions([first, second, replace(first, verdict=None, number=3)]) == [second]


@given(decision_lists)
def test_a_withdrawal_changes_nothing_for_anybody_else(found: list[Decision]) -> None:
    reviews = [replace(d, role=Role.REVIEWER) for d in found]
    before = [d for d in current_decisions(reviews) if d.reviewer != "Ana"]
    taken = [replace(d, verdict=None, number=len(found) + at) for at, d in enumerate(reviews) if d.reviewer == "Ana"]
    assert current_decisions([*reviews, *taken]) == before


@given(decision_lists, st.integers(1, 3), st.sampled_from(Stage))
def test_without_a_reviewers_decision_a_work_is_unscreened(found: list[Decision], needed: int, stage: Stage) -> None:
    o = outcome("r", stage, found, reviewers_needed=needed)
    reviewed = any(d.role is Role.REVIEWER for d in o.decisions)
    assert (o.standing is Standing.UNSCREENED) == (not reviewed)
    assert reviewed or not o.adjudicated


def test_an_adjudication_always_settles() -> None:
    settled = outcome(
        "r", FT, said(("Ana", INCLUDE), ("Ben", EXCLUDE, "E1"), ("Chris", EXCLUDE, "E2"), stage=FT), reviewers_needed=2
    )
    assert (settled.standing, settled.reason, settled.adjudicated) == (Standing.EXCLUDED, "E2", True)


def test_an_adjudication_stands_while_any_reviewers_decision_does() -> None:
    settled = (("Ana", INCLUDE), ("Ben", EXCLUDE), ("Chris", EXCLUDE))
    assert standing(*settled, ("Ben", INCLUDE)) is Standing.EXCLUDED
    assert standing(*settled, ("Ben", INCLUDE), ("Chris", None)) is Standing.INCLUDED
    assert standing(*settled, ("Ben", None)) is Standing.EXCLUDED
    assert standing(*settled, ("Ben", None), ("Ana", None)) is Standing.UNSCREENED
    assert standing(*settled, ("Ben", None), ("Ana", None), ("Ana", INCLUDE)) is Standing.PARTIAL


def test_two_reasons_for_one_full_text_are_a_conflict_and_for_a_title_are_not() -> None:
    assert standing(("Ana", EXCLUDE, "E1"), ("Ben", EXCLUDE, "E2"), stage=FT) is Standing.CONFLICT
    assert standing(("Ana", EXCLUDE, "E1"), ("Ben", EXCLUDE, "E2")) is Standing.EXCLUDED
    found = conflict(
        outcome("r", FT, said(("Ana", EXCLUDE, "E1"), ("Ben", EXCLUDE, "E2"), stage=FT), reviewers_needed=2)
    )
    assert found is not None
    assert (found.kind, found.reviewers) == ("reason", ("Ana", "Ben"))

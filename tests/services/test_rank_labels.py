"""What the ranking learns from: one label per work, made of what people said of it and of nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from invented import work

from review.domain.screening import Decision, Role, Stage, Verdict, outcome
from review.services import rank
from review.services.project import Project

TA, FT = Stage.TITLE_ABSTRACT, Stage.FULL_TEXT
WORTH = {Verdict.EXCLUDE: 0.0, Verdict.MAYBE: 0.5, Verdict.INCLUDE: 1.0}
verdicts = st.lists(st.sampled_from(list(Verdict)), min_size=1, max_size=4)


def label(said: list[Verdict], *, settled_as: Verdict | None = None, backwards: bool = False) -> float | None:
    """The label of a work of which each person of a team said one thing, and perhaps somebody settled it."""
    facts = [
        Decision(record_id="w", stage=TA, reviewer=f"P{n}", verdict=verdict, number=n) for n, verdict in enumerate(said)
    ]
    if settled_as is not None:
        facts.append(
            Decision(record_id="w", stage=TA, reviewer="Judge", role=Role.ADJUDICATOR, verdict=settled_as, number=99)
        )
    found = outcome("w", TA, facts[::-1] if backwards else facts, reviewers_needed=len(said))
    return rank._label(found, "", everybodys=False)


@given(said=verdicts)
def test_a_label_is_the_mean_of_what_was_said_doubt_being_a_half(said: list[Verdict]) -> None:
    assert label(said) == sum(WORTH[verdict] for verdict in said) / len(said)


@given(said=verdicts, data=st.data())
def test_more_favour_never_lowers_a_label_and_less_never_raises_it(said: list[Verdict], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(said) - 1))
    ladder = [label([*said[:at], verdict, *said[at + 1 :]]) for verdict in WORTH]
    assert None not in ladder
    assert ladder == sorted(ladder)
    assert len(set(ladder)) == 3, "exclude, maybe and include are told apart"


@given(said=st.lists(st.sampled_from(list(Verdict)), min_size=2, max_size=4), final=st.sampled_from(list(Verdict)))
def test_who_settles_a_conflict_has_the_last_word(said: list[Verdict], final: Verdict) -> None:
    differ = len({verdict is Verdict.EXCLUDE for verdict in said}) > 1
    if differ and final is not Verdict.MAYBE:
        assert label(said, settled_as=final) == WORTH[final]


@given(said=verdicts)
def test_it_does_not_matter_in_which_order_people_spoke(said: list[Verdict]) -> None:
    assert label(said) == label(said, backwards=True)


def both(say, number: int, verdict: str, **more: object) -> None:
    for who in ("Ana", "Ben"):
        say(who, number, verdict, **more)


def test_what_full_text_said_later_replaces_what_the_title_suggested(made: Project, say) -> None:
    both(say, 6, "include")
    both(say, 4, "include")
    assert rank.labels(made) == {work(made, 6): 1.0, work(made, 4): 1.0}
    both(say, 6, "exclude", stage=FT, reason="E2")
    assert rank.labels(made) == {work(made, 6): 0.0, work(made, 4): 1.0}


def test_copies_share_one_label_and_stand_once_in_the_corpus(made: Project, say) -> None:
    both(say, 3, "include")
    known = rank.labels(made)
    assert list(known.values()) == [1.0]
    assert set(known) <= set(rank.corpus(made).ids)
    assert len(rank.corpus(made)) == 8, "eleven records, three of them copies"

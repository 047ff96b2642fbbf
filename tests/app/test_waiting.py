"""The queue of one window: whatever is decided, undone or ranked anew, nothing is lost and nothing comes twice."""

from __future__ import annotations

from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from review.app.waiting import Waiting
from review.domain.screening import Decision, Stage, Verdict
from review.services import rank, screen

WORKS = [f"w{n}" for n in range(8)]
STEPS = st.lists(
    st.one_of(
        st.just("decide"), st.just("undo"), st.just("press twice"), st.just("later"), st.permutations(WORKS).map(tuple)
    ),
    max_size=30,
)


@given(STEPS)
def test_every_work_is_either_waiting_once_or_decided(steps):
    queue = Waiting(reviewer="Ana", stage=Stage.TITLE_ABSTRACT, ids=deque(WORKS), behind=[], order=0)
    decided: list[str] = []
    for step in steps:
        head = queue.head
        if isinstance(step, tuple):  # a new ranking, read before the latest decisions
            queue._replace_tail(step)
            assert queue.head == head, "the record on the screen stays"
        elif step == "undo" and decided:
            queue.take_back(decided.pop())
        elif step == "later" and head is not None:
            queue.postpone(head)
            assert queue.ids[-1] == head, "what was put off comes last"
        elif step not in ("undo", "later") and head is not None:
            queue.decide(head)
            decided.append(head)
            if step == "press twice":
                queue.decide(head)
        assert sorted([*queue.ids, *decided]) == sorted(WORKS)
        assert queue.decided == len(decided)


def test_a_new_ranking_is_followed_from_the_second_record_on(project):
    rank.rank(project)
    queue = Waiting.of(project, "Ana", Stage.TITLE_ABSTRACT)
    head, *tail = queue.ids
    wanted = list(reversed(tail))
    others = [w for w in screen.outcomes(project, Stage.TITLE_ABSTRACT) if w not in queue.ids]
    rank.projects.replace_orders(
        project.store,
        {"": [(work, 1.0) for work in [*wanted, head, *others]]},
        run={"model": "test", "parameters": "{}", "seed": 0, "labels": 0, "last_decision": 0},
    )
    queue.follow(project)
    assert queue._sorting is not None
    queue._sorting.join()
    queue.follow(project)
    assert list(queue.ids) == [head, *wanted]


def test_progress_counts_only_the_persons_own_decisions(project):
    before = Waiting.of(project, "Ana", Stage.TITLE_ABSTRACT)
    open_work = before.head
    screen.decide(
        project,
        Decision(
            record_id=open_work, stage=Stage.TITLE_ABSTRACT, reviewer="Bo", verdict=Verdict.EXCLUDE, shown=open_work
        ),
    )
    after = Waiting.of(project, "Ana", Stage.TITLE_ABSTRACT)
    assert (after.decided, len(after.ids)) == (before.decided, len(before.ids))

"""The random sample of the rest: drawn once, read unseen among the others, and what it says of recall."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from review.cli.program import program
from review.domain.errors import ReviewError
from review.domain.screening import Stage
from review.services import audit_sample, screen
from review.services.project import Project, create

Say = Callable[..., bool]
BOTH = ("Ana", "Ole")


def settle(say: Say, number: int, verdict: str) -> None:
    for who in BOTH:
        say(who, number, verdict)


def told(made: Project) -> str:
    return CliRunner().invoke(program, ["audit-sample", "--project", str(made.root)]).output


def test_a_sample_is_drawn_of_what_is_not_settled_and_kept(made: Project, say: Say) -> None:
    settle(say, 0, "include")
    settle(say, 1, "exclude")
    drawn = audit_sample.draw(made, size=3, seed=5)
    assert (drawn.rest, drawn.found, drawn.settled, len(drawn.records)) == (6, 1, 2, 3)
    waiting = screen.waiting(made, "Ana", Stage.TITLE_ABSTRACT)
    assert set(drawn.records) < set(waiting)
    found = audit_sample.status(made)
    assert found is not None
    assert (found.drawn, found.settled, found.recall) == (3, 0, None)
    assert found.sentence() == ""


def test_a_second_sample_waits_until_the_first_is_read(made: Project) -> None:
    audit_sample.draw(made, size=3, seed=5)
    with pytest.raises(ReviewError, match="is not read yet: 3 to go"):
        audit_sample.draw(made, size=3, seed=6)


def test_the_sample_stands_in_front_of_the_queue_among_ranked_records(made: Project) -> None:
    before = screen.queue(made, "Ana", Stage.TITLE_ABSTRACT)
    drawn = audit_sample.draw(made, size=5, seed=5)
    queue = screen.queue(made, "Ana", Stage.TITLE_ABSTRACT)
    assert sorted(queue) == sorted(before), "nothing is lost and nothing comes twice"
    assert [work for work in queue if work in drawn.records] == list(drawn.records)
    first_other = next(place for place, work in enumerate(queue) if work not in drawn.records)
    assert first_other == audit_sample.SAMPLED_IN_A_ROW
    assert [w for w in queue if w not in drawn.records] == [w for w in before if w not in drawn.records]


def test_once_it_is_read_it_gives_recall_with_an_exact_interval(made: Project, say: Say) -> None:
    settle(say, 0, "include")
    drawn = audit_sample.draw(made, size=7, seed=5)
    assert drawn.rest == 7
    for number in range(1, 8):
        settle(say, number, "include" if number == 3 else "exclude")
    found = audit_sample.status(made)
    assert found is not None
    assert found.over
    assert found.left == 0
    assert found.recall is not None
    assert (found.relevant, found.recall.recall, found.recall.low, found.recall.high) == (1, 1, 1, 1)
    assert "7 of the 7 records" in found.sentence()
    assert "100.0% to 100.0%" in found.sentence()
    assert "nothing is left to draw" in told(made)
    assert "--again" not in told(made)


def test_a_part_of_the_rest_leaves_room_for_doubt(made: Project, say: Say) -> None:
    settle(say, 0, "include")
    drawn = audit_sample.draw(made, size=2, seed=1)
    for record in drawn.records:
        number = next(n for n in range(8) if _is(made, n, record))
        settle(say, number, "exclude")
    found = audit_sample.status(made)
    assert found is not None
    assert found.recall is not None
    assert found.recall.low is not None
    assert found.recall.low < found.recall.recall == 1
    assert found.left == 5
    assert "review audit-sample --again" in told(made)


def _is(made: Project, number: int, record: str) -> bool:
    from invented import work

    return work(made, number) == record


def test_when_all_is_settled_there_is_nothing_to_draw(made: Project, say: Say) -> None:
    for number in range(8):
        settle(say, number, "exclude")
    with pytest.raises(ReviewError, match="nothing to draw"):
        audit_sample.draw(made)


def test_before_anything_is_imported_it_says_what_to_do(tmp_path: Path) -> None:
    empty = create(tmp_path / "empty", preset="scoping-review")
    with pytest.raises(ReviewError, match=r"no record to draw from yet\. Import search results first"):
        audit_sample.draw(empty)
    empty.close()

"""The ranking beside the app: soon after a decision, and never most of the time."""

from __future__ import annotations

from itertools import pairwise

import pytest

from review.services import rank
from review.services.project import Project

TOOK = 0.6  # seconds of a ranking


def test_an_order_follows_within_two_seconds_and_less_than_half_of_the_time_goes_into_ranking(
    made: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    ranked: list[float] = []

    def ranking(_project: Project) -> rank.RankReport:
        clock[0] += TOOK
        ranked.append(clock[0])
        return rank.RankReport(works=1, labels=0, included=0, model="tfidf", seconds=TOOK)

    monkeypatch.setattr(rank, "rank", ranking)
    monkeypatch.setattr(rank, "stale", lambda _project: True)
    monkeypatch.setattr(rank.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(rank.time, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    rank.watch(made, stop=lambda: clock[0] > 60)
    # A decision that comes as a ranking begins waits for its end, the pause and the next ranking.
    waits = [later - (earlier - TOOK) for earlier, later in pairwise(ranked)]
    assert max(waits) <= 2.0
    assert len(ranked) * TOOK < 60 / 2


def test_reading_the_records_once_is_no_reason_to_rest_long(made: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, read, ranked = [0.0], [], []

    def reading(_project: Project) -> None:
        clock[0] += 0.0 if read else 30.0
        read.append(True)

    def ranking(project: Project) -> rank.RankReport:
        began = clock[0]
        rank.corpus(project)
        clock[0] += TOOK
        ranked.append(clock[0])
        return rank.RankReport(works=1, labels=0, included=0, model="tfidf", seconds=clock[0] - began)

    monkeypatch.setattr(rank, "corpus", reading)
    monkeypatch.setattr(rank, "rank", ranking)
    monkeypatch.setattr(rank, "stale", lambda _project: True)
    monkeypatch.setattr(rank.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(rank.time, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    rank.watch(made, stop=lambda: clock[0] > 40)
    assert ranked[1] - ranked[0] <= 2.0


def test_nothing_is_ranked_while_nothing_was_decided(made: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    rank.rank(made)
    monkeypatch.setattr(rank, "rank", lambda _project: pytest.fail("there was nothing to learn"))
    looked: list[None] = []
    rank.watch(made, stop=lambda: len(looked) > 5 or looked.append(None) is not None, every=0.001)
    assert len(looked) > 5

"""The middle of a review on both databases: import, works, blinded screening, adjudication, ranking."""

from __future__ import annotations

import pytest
from invented import TOPICS, include, ris, work

from review.domain.charting import ChartEntry
from review.domain.errors import BadInput, Missing, NotAllowed, ReviewError, StaleDecision, StorageFailure
from review.domain.flow import identities
from review.domain.screening import Decision, Role, Stage, Standing, Verdict
from review.services import chart, collect, flow, rank, screen, team, works
from review.services.collect import Origin
from review.services.project import Project
from review.storage import decisions, projects, records

TA, FT = Stage.TITLE_ABSTRACT, Stage.FULL_TEXT


def balanced(project: Project) -> None:
    broken = [i for i in identities(flow.counts(project)) if not i.holds]
    assert broken == []


# Import


def test_importing_a_file_twice_adds_nothing(made: Project) -> None:
    data = "".join(ris(n) for n in range(8)).encode()
    before = records.count(made.store)
    again = collect.import_bytes(made, data, file_name="scopus.ris", origin=Origin(source="scopus"))
    assert (again.new, again.known, again.imported_before) == (0, 8, True)
    grown = data + ris(7).replace("TI  - ", "TI  - New ").encode()
    more = collect.import_bytes(made, grown, file_name="scopus-2.ris", origin=Origin(source="scopus"))
    assert (more.read, more.new, more.known) == (9, 1, 8)
    assert records.count(made.store) == before + 1


def test_a_file_without_a_record_leaves_no_trace(made: Project) -> None:
    runs = len(records.runs(made.store))
    for data in (b"", b"<html><body>Sign in</body></html>", b"%PDF-1.7"):
        with pytest.raises(BadInput):
            collect.import_bytes(made, data, file_name="export.ris")
    assert len(records.runs(made.store)) == runs


def test_an_unreadable_file_name_is_one_sentence(made: Project) -> None:
    with pytest.raises(BadInput, match="no such file"):
        collect.import_file(made, made.root / "nowhere.ris")
    with pytest.raises(BadInput, match="cannot be opened"):
        collect.import_file(made, made.root)


# Works


def test_copies_are_one_work_and_every_record_keeps_its_source(made: Project) -> None:
    found = works.works(made)
    assert len(found.work_of) == 11
    assert len(found.members) == 8
    pair = found.members[work(made, 0)]
    assert sorted(found.sources[r] for r in pair) == ["embase", "scopus"]
    link = next(g for g in works.groups(made) if set(g.members) == set(pair)).links[0]
    assert link.condition
    assert link.explanation


def test_an_undone_group_stays_apart_also_after_the_next_run(made: Project) -> None:
    group = next(g for g in works.groups(made) if work(made, 0) in g.members)
    works.undo_group(made, group.group_id, person="Ana")
    assert len(works.works(made).members) == 9
    balanced(made)
    works.dedup(made)
    assert len(works.works(made).members) == 9
    works.judge(made, [(group.members[0], group.members[1])], same_work=True, person="Ana")
    assert len(works.works(made).members) == 8
    with pytest.raises(Missing):
        works.undo_group(made, "nothing", person="Ana")


# Screening


def test_two_blinded_reviewers_and_a_third_who_settles(made: Project, say) -> None:
    say("Ana", 0, "include")
    say("Ben", 0, "exclude", reason="E2")
    say("Ana", 1, "maybe")
    say("Ben", 1, "include")
    assert [c.record_id for c in screen.conflicts(made, TA)] == [work(made, 0)]
    with pytest.raises(NotAllowed, match="third person"):
        say("ana", 0, "include", role=Role.ADJUDICATOR)
    with pytest.raises(NotAllowed, match="no conflict"):
        say("Chris", 1, "include", role=Role.ADJUDICATOR)
    with pytest.raises(NotAllowed, match="includes or excludes"):
        say("Chris", 0, "maybe", role=Role.ADJUDICATOR)
    say("Chris", 0, "include", role=Role.ADJUDICATOR)
    assert screen.conflicts(made, TA) == []
    standing = screen.outcomes(made, TA)
    assert standing[work(made, 0)].standing is Standing.INCLUDED
    assert standing[work(made, 1)].standing is Standing.INCLUDED
    assert sorted(screen.outcomes(made, FT)) == sorted([work(made, 0), work(made, 1)])
    balanced(made)


@pytest.mark.parametrize("stage", [TA, FT])
def test_who_settled_a_conflict_does_not_review_the_work_afterwards(made: Project, say, stage: Stage) -> None:
    if stage is FT:
        include(say, 0)
    say("Ana", 0, "include", stage=stage)
    say("Ben", 0, "exclude", reason="E2", stage=stage)
    say("Chris", 0, "include", stage=stage, role=Role.ADJUDICATOR)
    with pytest.raises(NotAllowed, match="settled the conflict"):
        say("chris", 0, "exclude", reason="E2", stage=stage)
    with pytest.raises(NotAllowed, match="settled the conflict"):
        screen.decide_all(
            made, [Decision(record_id=work(made, 0), stage=stage, reviewer="Chris", verdict=Verdict.INCLUDE)]
        )
    screen.undo(made, "Chris", stage, role=Role.ADJUDICATOR)
    assert say("Chris", 0, "include", stage=stage)


def test_what_a_reviewer_sees_does_not_depend_on_the_others_verdicts(made: Project, say) -> None:
    def seen() -> tuple[object, ...]:
        return (
            screen.my_decisions(made, "Ana", TA),
            screen.queue(made, "Ana", TA),
            screen.progress(made, "Ana", TA),
        )

    say("Ana", 2, "include")
    say("Ben", 0, "include")
    before = seen()
    say("Ben", 0, "exclude")
    assert seen() == before


def test_a_stale_key_press_decides_nothing(made: Project, say) -> None:
    with pytest.raises(StaleDecision, match="was on the screen"):
        say("Ana", 0, "include", shown=work(made, 1))
    assert decisions.read(made.store) == []


def test_undo_takes_back_the_latest_and_is_itself_a_fact(made: Project, say) -> None:
    assert screen.undo(made, "Ana", TA) is None
    say("Ana", 0, "include")
    say("Ana", 1, "exclude")
    taken = screen.undo(made, "Ana", TA)
    assert taken is not None
    assert taken.record_id == work(made, 1)
    assert list(screen.my_decisions(made, "Ana", TA)) == [work(made, 0)]
    assert [d.verdict for d in decisions.read(made.store)] == [Verdict.INCLUDE, Verdict.EXCLUDE, None]
    assert work(made, 1) in screen.queue(made, "Ana", TA)


def test_a_decision_on_a_copy_counts_for_the_work(made: Project) -> None:
    found = works.works(made)
    copy = next(r for r in found.members[work(made, 0)] if r != work(made, 0))
    screen.decide(made, Decision(record_id=copy, stage=TA, reviewer="Ana", verdict=Verdict.INCLUDE, shown=copy))
    assert list(screen.my_decisions(made, "Ana", TA)) == [work(made, 0)]


def test_undo_uncovers_what_was_said_on_another_copy(made: Project, say) -> None:
    say("Ana", 1, "include")
    say("Ana", 2, "exclude")
    works.judge(made, [(work(made, 1), work(made, 2))], same_work=True, person="Ana")
    one = work(made, 1)
    assert screen.my_decisions(made, "Ana", TA)[one].verdict is Verdict.EXCLUDE
    screen.undo(made, "Ana", TA)
    assert screen.my_decisions(made, "Ana", TA)[one].verdict is Verdict.INCLUDE
    screen.undo(made, "Ana", TA)
    assert screen.my_decisions(made, "Ana", TA) == {}
    assert screen.undo(made, "Ana", TA) is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"record_id": "nobody:1"}, "no record"),
        ({"reason": "E99", "verdict": Verdict.EXCLUDE}, "exclusion criterion"),
        ({"reason": "E1"}, "Only an exclusion"),
        ({"reviewer": "  "}, "needs a name"),
        ({"stage": FT}, "not been included"),
    ],
)
def test_what_the_rules_forbid_is_refused_with_a_sentence(made: Project, values, said: str) -> None:
    given = {"record_id": work(made, 0), "stage": TA, "reviewer": "Ana", "verdict": Verdict.INCLUDE} | values
    with pytest.raises(ReviewError, match=said):
        screen.decide(made, Decision(**given))
    assert decisions.read(made.store) == []


def test_a_batch_is_stored_whole_or_not_at_all(made: Project) -> None:
    good = Decision(record_id=work(made, 0), stage=TA, reviewer="Ana", verdict=Verdict.INCLUDE)
    bad = Decision(record_id="nobody:1", stage=TA, reviewer="Ana", verdict=Verdict.INCLUDE)
    with pytest.raises(Missing):
        screen.decide_all(made, [good, bad])
    assert decisions.read(made.store) == []
    assert screen.decide_all(made, [good]) == 1


def test_a_batch_that_cannot_be_stored_leaves_nobody_behind(made: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> int:
        raise StorageFailure("disk full")

    monkeypatch.setattr(decisions, "append", full)
    with pytest.raises(StorageFailure):
        screen.decide_all(made, [Decision(record_id=work(made, 0), stage=TA, reviewer="Zoe", verdict=Verdict.INCLUDE)])
    assert "Zoe" not in [person.name for person in team.people(made)]


def test_a_name_that_somebody_took_a_moment_ago_is_that_persons(
    made: Project, say, monkeypatch: pytest.MonkeyPatch
) -> None:
    include(say, 0)
    for who in ("Ana", "Ben"):
        say(who, 0, "include", stage=FT)
    team.join(made, "Zoe")
    field = next(f.id for f in chart.form(made).fields if f.kind == "number")
    nobody = lambda *_, **__: []  # noqa: E731  # as if read before Zoe joined
    monkeypatch.setattr(team, "people", nobody)
    monkeypatch.setattr(projects, "read_people", nobody)
    screen.decide(made, Decision(record_id=work(made, 1), stage=TA, reviewer="zoe", verdict=Verdict.EXCLUDE))
    screen.decide_all(made, [Decision(record_id=work(made, 2), stage=TA, reviewer="ZOE", verdict=Verdict.EXCLUDE)])
    chart.save(made, [ChartEntry(record_id=work(made, 0), field_id=field, reviewer="zoe", value="12")])
    assert {d.reviewer for d in decisions.read(made.store)} == {"Ana", "Ben", "Zoe"}
    assert {e.reviewer for e in chart.entries(made)} == {"Zoe"}


def test_a_work_judged_by_enough_people_is_not_asked_for_again(made: Project, say) -> None:
    say("Ana", 0, "include")
    say("Ben", 0, "include")
    assert work(made, 0) not in screen.queue(made, "Dan", TA)
    assert len(screen.queue(made, "Dan", TA)) == 7


# Ranking


def test_before_any_decision_the_protocols_own_words_order_the_queue(made: Project) -> None:
    report = rank.rank(made)
    assert (report.works, report.labels) == (8, 0)
    titles = [screen.record(made, w).title for w in screen.queue(made, "Ana", TA)]
    assert titles.index(TOPICS[0]) < titles.index(TOPICS[3])
    assert titles.index(TOPICS[6]) < titles.index(TOPICS[5])


def test_decisions_make_the_ranking_stale_and_a_new_one_explains_itself(made: Project, say) -> None:
    rank.rank(made)
    assert not rank.stale(made)
    say("Ana", 6, "include")
    assert rank.stale(made)
    rank.rank(made)
    say("Ana", 3, "exclude")
    rank.rank(made)
    assert not rank.stale(made)
    words = dict(rank.why(made, work(made, 6), reviewer="Ana"))
    assert max(words.values()) > 0


def test_the_order_of_a_queue_does_not_tell_what_a_colleague_said(made: Project, say) -> None:
    def order_for_ben(verdict: str) -> list[str]:
        say("Ana", 4, verdict)
        rank.rank(made)
        return screen.queue(made, "Ben", TA)

    rank.rank(made)
    before = screen.queue(made, "Ben", TA)
    assert order_for_ben("include") == before
    assert order_for_ben("exclude") == before
    say("Ana", 6, "include")
    assert rank.labels(made, "Ana") == {work(made, 4): 0.0, work(made, 6): 1.0}
    assert rank.labels(made, "Ben") == rank.labels(made) == {}
    say("Ben", 6, "include")
    assert rank.labels(made) == {work(made, 6): 1.0}

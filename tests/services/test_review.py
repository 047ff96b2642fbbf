"""The middle of a review on both databases: import, works, blinded screening, adjudication, flow, charting."""

from __future__ import annotations

import pytest
from invented import TOPICS, ris, work

from review.domain.charting import Answer, ChartEntry
from review.domain.errors import BadInput, Missing, NotAllowed, ReviewError, StaleDecision, StorageFailure
from review.domain.flow import identities
from review.domain.record import SourceKind
from review.domain.screening import Decision, Role, Stage, Standing, Verdict
from review.services import chart, collect, facts, flow, fulltext, overview, rank, screen, team, works
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


# Full text, charting, flow


def include(say, *numbers: int) -> None:
    for who in ("Ana", "Ben"):
        for n in range(len(TOPICS)):
            say(who, n, "include" if n in numbers else "exclude")


def test_the_whole_middle_balances_at_every_step(made: Project, say) -> None:
    balanced(made)
    include(say, 0, 1, 2, 6)
    balanced(made)
    fulltext.set_retrieval(made, work(made, 2), "not_retrieved", person="Ana", note="no copy")
    balanced(made)
    for who in ("Ana", "Ben"):
        say(who, 0, "include", stage=FT)
        say(who, 1, "exclude", reason="E3", stage=FT)
        balanced(made)
    say("Ana", 6, "exclude", reason="E1", stage=FT)
    say("Ben", 6, "exclude", reason="E3", stage=FT)
    assert [c.kind for c in screen.conflicts(made, FT)] == ["reason"]
    balanced(made)
    say("Chris", 6, "exclude", reason="E3", stage=FT, role=Role.ADJUDICATOR)
    counts = flow.counts(made)
    assert (counts.database_results, counts.duplicates, counts.records_screened) == (11, 3, 8)
    assert (counts.records_excluded, counts.dbr_sought_reports, counts.dbr_notretrieved_reports) == (4, 4, 1)
    assert (counts.dbr_assessed, counts.dbr_excluded, counts.new_studies) == (3, (("LSTV not addressed", 2),), 1)
    assert counts.finished
    assert flow.check(made) == []
    status = overview.status(made)
    assert (status.included, status.title_abstract.excluded, status.not_retrieved) == (1, 4, 1)


def test_a_full_text_needs_one_reason_and_no_maybe(made: Project, say) -> None:
    include(say, 0)
    with pytest.raises(NotAllowed, match="exactly one reason"):
        say("Ana", 0, "exclude", stage=FT)
    with pytest.raises(NotAllowed, match="included or excluded"):
        say("Ana", 0, "maybe", stage=FT)
    with pytest.raises(Missing):
        fulltext.set_retrieval(made, work(made, 0), "lost", person="Ana")
    with pytest.raises(NotAllowed):
        fulltext.set_retrieval(made, work(made, 5), "sought", person="Ana")


def test_records_of_other_methods_have_their_own_column(made: Project, say) -> None:
    extra = ris(5).replace("lung nodule", "rib").replace("inv.5", "inv.77").encode()
    collect.import_bytes(made, extra, file_name="cited.ris", origin=Origin(source="cited", kind=SourceKind.CITATION))
    include(say, 0)
    counts = flow.counts(made)
    assert (counts.citations_results, counts.other_sought_reports, counts.other_awaiting) == (1, 1, 1)
    assert counts.database_results == 11
    balanced(made)


def test_only_works_that_are_at_a_stage_now_are_counted_there(made: Project, say) -> None:
    include(say, 0, 1)
    for who in ("Ana", "Ben"):
        say(who, 0, "include", stage=FT)
        say(who, 1, "include", stage=FT)
    assert screen.progress(made, "Ana", FT).decided == len(overview.agreement_pairs(made, FT)) == 2
    for who in ("Ana", "Ben"):
        say(who, 1, "exclude", reason="E1")
    assert list(screen.my_decisions(made, "Ana", FT)) == [work(made, 0)]
    assert (screen.progress(made, "Ana", FT).decided, screen.progress(made, "Ana", FT).waiting) == (1, 0)
    assert [pair[0] for pair in overview.agreement_pairs(made, FT)] == [work(made, 0)]


def test_a_record_of_another_method_has_no_screening_by_title(made: Project, say) -> None:
    extra = ris(5).replace("lung nodule", "rib").replace("inv.5", "inv.77").encode()
    collect.import_bytes(made, extra, file_name="cited.ris", origin=Origin(source="cited", kind=SourceKind.CITATION))
    [cited] = [r for r, source in works.works(made).sources.items() if source == "cited"]
    with pytest.raises(NotAllowed, match="another way than a database"):
        screen.decide(made, Decision(record_id=cited, stage=TA, reviewer="Ana", verdict=Verdict.INCLUDE))
    assert screen.my_decisions(made, "Ana", TA) == {}


def test_charting_keeps_value_quote_and_page_and_only_what_changed(made: Project, say) -> None:
    include(say, 0)
    for who in ("Ana", "Ben"):
        say(who, 0, "include", stage=FT)
    number = next(f for f in chart.form(made).fields if f.unit == "patients")

    def entry(value: str = "", **values: object) -> ChartEntry:
        return ChartEntry(record_id=work(made, 0), field_id=number.id, reviewer="Ana", value=value, **values)  # type: ignore[arg-type]

    assert chart.save(made, [entry("100", quote="We studied 100 patients.", page="1")]) == 1
    assert chart.save(made, [entry("100", quote="We studied 100 patients.", page="1")]) == 0
    answer = chart.studies(made)[0].answers[number.id]
    assert (answer.value, answer.unit, answer.quote, answer.page) == (
        "100",
        "patients",
        "We studied 100 patients.",
        "1",
    )
    with pytest.raises(ReviewError, match="not a number"):
        chart.save(made, [entry("many")])
    with pytest.raises(ReviewError, match="charted in patients"):
        chart.save(made, [entry("100", unit="images")])
    assert chart.save(made, [entry(answer=Answer.NOT_REPORTED)]) == 1
    assert chart.shown(chart.studies(made)[0].answers[number.id]) == "NR"
    with pytest.raises(NotAllowed):
        chart.save(made, [ChartEntry(record_id=work(made, 5), field_id=number.id, reviewer="Ana", value="1")])


def test_every_fact_says_how_and_from_what(made: Project, say) -> None:
    include(say, 0)
    for name, fact in facts.facts(made).items():
        assert fact.name == name
        assert fact.formula, name
    assert facts.facts(made)["agree.title_abstract.n"].value == 8
    assert facts.facts(made)["agree.full_text.kappa"].value is None
    lines = facts.trace(made, "flow.records_excluded")
    assert lines[0] == "flow.records_excluded = 7 records"
    assert len([line for line in lines if line.startswith("row: ")]) == 7
    with pytest.raises(Missing, match=r"flow\.records_excluded"):
        facts.trace(made, "flow.records_exclude")


def test_traced_rows_are_as_many_as_the_number_says(made: Project, say) -> None:
    include(say, 0, 1)
    for who in ("Ana", "Ben"):
        say(who, 0, "exclude", reason="E1", stage=FT)
    known = facts.facts(made)
    for box in (
        "database_results",
        "identified",
        "duplicates",
        "records_screened",
        "left_unscreened",
        "records_excluded",
        "dbr_sought_reports",
        "dbr_assessed",
        "dbr_excluded_total",
        "new_studies",
    ):
        assert len(facts.rows(made, f"flow.{box}")) == known[f"flow.{box}"].value, box

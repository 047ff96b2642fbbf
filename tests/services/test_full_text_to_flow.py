"""The second half of a review on both databases: full texts, charting, the flow and the facts made of them."""

from __future__ import annotations

import pytest
from invented import include, ris, work

from review.domain.charting import Answer, ChartEntry
from review.domain.errors import Missing, NotAllowed, ReviewError
from review.domain.flow import identities
from review.domain.record import SourceKind
from review.domain.screening import Decision, Role, Stage, Verdict
from review.services import chart, collect, facts, flow, fulltext, overview, screen, works
from review.services.collect import Origin
from review.services.project import Project

TA, FT = Stage.TITLE_ABSTRACT, Stage.FULL_TEXT


def balanced(project: Project) -> None:
    broken = [i for i in identities(flow.counts(project)) if not i.holds]
    assert broken == []


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

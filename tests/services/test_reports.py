"""A preprint and its article count as one report, two reports of one study as one study; the diagram balances always."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from invented import ris, work

from review.domain.errors import NotAllowed, ReviewError
from review.domain.report import Relation
from review.domain.screening import Decision, Stage, Verdict
from review.services import chart, collect, facts, flow, fulltext, protocol, reports, screen, works
from review.services.project import Project, create

Decide = Callable[..., bool]
FULL = Stage.FULL_TEXT


@pytest.fixture
def sought(made: Project, say: Decide) -> Project:
    """Works 0 to 3 came to full text; 0, 1 and 2 are included, 3 is excluded."""
    reason = protocol.in_force(made).exclude[0].id
    for number in range(4):
        for who in ("Ana", "Bo"):
            say(who, number, "include")
        for who in ("Ana", "Bo"):
            out = number == 3
            say(who, number, "exclude" if out else "include", stage=FULL, reason=reason if out else "")
    return made


def test_versions_are_one_report_in_the_queue_the_chart_and_the_diagram(sought: Project) -> None:
    before = flow.counts(sought)
    assert (before.dbr_sought_reports, before.new_reports, before.new_studies) == (4, 3, 3)
    reports.link(sought, work(sought, 1), work(sought, 0), Relation.VERSION, person="Ana")
    after = flow.counts(sought)
    assert (after.dbr_sought_reports, after.dbr_versions, after.new_reports, after.new_studies) == (3, 1, 2, 2)
    assert flow.check(sought) == []
    assert work(sought, 0) not in fulltext.standings(sought)
    assert [study.record_id for study in chart.studies(sought)] == [work(sought, 1), work(sought, 2)]
    assert "other versions of these (n = 1)" in flow.as_file(sought, ".svg").decode()
    assert facts.rows(sought, "flow.dbr_versions") == [work(sought, 0)]


def test_what_was_decided_of_the_other_version_counts_again_once_they_are_apart(sought: Project) -> None:
    before = flow.counts(sought)
    first, second = work(sought, 3), work(sought, 0)
    reports.link(sought, first, second, Relation.VERSION, person="Ana")
    assert flow.counts(sought).new_reports == 2, "the excluded version counts"
    reports.link(sought, first, second, Relation.APART, person="Bo")
    assert flow.counts(sought) == before
    with pytest.raises(ReviewError, match="Nobody said"):
        reports.link(sought, first, second, Relation.APART, person="Bo")


def test_two_reports_of_one_study_are_two_reports_and_one_study(sought: Project) -> None:
    reports.link(sought, work(sought, 0), work(sought, 2), Relation.STUDY, person="Ana")
    counts = flow.counts(sought)
    assert (counts.new_reports, counts.new_studies) == (3, 2)
    assert flow.check(sought) == []
    assert reports.together(sought, work(sought, 2)).study == (work(sought, 0),)
    assert facts.facts(sought)["flow.new_studies"].value == len(facts.rows(sought, "flow.new_studies")) == 2


def test_what_is_said_of_the_other_version_is_kept_with_the_one_that_counts(sought: Project) -> None:
    reports.link(sought, work(sought, 1), work(sought, 0), Relation.VERSION, person="Ana")
    fulltext.set_retrieval(sought, work(sought, 0), "not_retrieved", person="Bo")
    assert fulltext.standings(sought)[work(sought, 1)].retrieval == "not_retrieved"
    assert reports.together(sought, work(sought, 0)).versions == (work(sought, 0),)


def test_only_reports_at_full_text_are_linked_and_none_with_itself(sought: Project) -> None:
    with pytest.raises(NotAllowed, match="title and abstract"):
        reports.link(sought, work(sought, 0), work(sought, 6), Relation.STUDY, person="Ana")
    with pytest.raises(ReviewError, match="one report already"):
        reports.link(sought, work(sought, 0), work(sought, 0), Relation.STUDY, person="Ana")


def test_reports_of_one_title_are_offered_until_somebody_has_answered(empty: Project) -> None:
    protocol.freeze(empty, who="Ana")
    twin = (
        ris(0).replace("10.5555/inv.0", "10.5555/pre.0").replace("Writer0", "Other").replace("SP  - 1\n", "SP  - 77\n")
    )
    collect.import_bytes(empty, (ris(0) + twin + ris(1)).encode(), file_name="scopus.ris")
    for record in works.works(empty).members:
        for who in ("Ana", "Bo"):
            said = Decision(record_id=record, stage=Stage.TITLE_ABSTRACT, reviewer=who, verdict=Verdict.INCLUDE)
            screen.decide(empty, said)
    [found] = reports.likely(empty)
    assert len(set(found)) == 2
    reports.link(empty, *found, Relation.STUDY, person="Ana")
    assert reports.likely(empty) == []


class Links(RuleBasedStateMachine):
    """Whatever is linked and parted in whatever order, the diagram balances."""

    project: Project

    @rule(first=st.integers(0, 5), second=st.integers(0, 5), relation=st.sampled_from(Relation))
    def link(self, first: int, second: int, relation: Relation) -> None:
        try:
            reports.link(self.project, work(self.project, first), work(self.project, second), relation, person="Ana")
        except ReviewError:
            return

    @invariant()
    def balanced(self) -> None:
        assert flow.check(self.project) == []


def test_the_diagram_balances_after_any_links(tmp_path) -> None:
    project = create(tmp_path / "review", preset="lstv-machine-learning")
    protocol.freeze(project, who="Ana")
    collect.import_bytes(project, "".join(ris(n) for n in range(7)).encode(), file_name="scopus.ris")
    reason = protocol.in_force(project).exclude[0].id
    for number in range(6):
        for stage in Stage:
            for who in ("Ana", "Bo"):
                record = work(project, number)
                out = stage is FULL and number > 3
                said = Decision(
                    record_id=record, stage=stage, reviewer=who, reason=reason if out else "",
                    verdict=Verdict.EXCLUDE if out else Verdict.INCLUDE,
                )  # fmt: skip
                screen.decide(project, said)
    Links.project = project
    run = settings(max_examples=5, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck))
    Links.TestCase.settings = run
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(Links, settings=run)
    project.close()

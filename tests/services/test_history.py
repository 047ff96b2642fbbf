"""The history of decisions: every fact is there, what stands is told from what was replaced, and nobody reads an open one."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented import ris, work

from review.domain.errors import Missing
from review.domain.screening import Decision, Stage, Verdict
from review.domain.team import Seat, TeamRole
from review.services import collect, history, protocol, screen, team, works
from review.services.history import TAKEN_BACK, Asked
from review.services.project import Project, create

TITLE = Stage.TITLE_ABSTRACT
RECORDS = 4


@pytest.fixture
def project(tmp_path):
    made = create(tmp_path / "review", preset="lstv-machine-learning")
    protocol.freeze(made, who="Olga")
    collect.import_bytes(made, "".join(ris(n) for n in range(RECORDS)).encode(), file_name="scopus.ris")
    works.dedup(made)
    for name in ("Ana", "Bo"):
        team.add(made, name, role=TeamRole.REVIEWER)
    yield made
    made.close()


def say(project: Project, who: str, number: int, verdict: str) -> None:
    record = work(project, number)
    said = Verdict(verdict) if verdict else None
    screen.decide(project, Decision(record_id=record, stage=TITLE, reviewer=who, verdict=said, shown=record))


def seen(project: Project, who: str, asked: Asked | None = None) -> list[tuple[str, str, bool]]:
    found = history.changes(project.seated(Seat(name=who)), who, asked)
    return [(c.decision.reviewer, c.said, c.stands) for c in found]


def test_each_change_is_listed_and_only_the_last_stands(project):
    for verdict in ("include", "exclude", "", "maybe"):
        say(project, "Ana", 0, verdict)
    assert seen(project, "Ana") == [
        ("Ana", "maybe", True),
        ("Ana", TAKEN_BACK, False),
        ("Ana", "exclude", False),
        ("Ana", "include", False),
    ]


def test_anothers_changes_open_with_the_work_and_close_with_it(project):
    say(project, "Bo", 0, "exclude")
    say(project, "Bo", 0, "include")
    assert seen(project, "Ana") == []
    say(project, "Ana", 0, "include")
    assert [who for who, *_ in seen(project, "Ana")] == ["Ana", "Bo", "Bo"]
    say(project, "Ana", 0, "")
    assert {who for who, *_ in seen(project, "Ana")} == {"Ana"}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked(of="Bo"), ["exclude"]),
        (Asked(said="maybe"), ["maybe"]),
        (Asked(said=TAKEN_BACK), [TAKEN_BACK]),
        (Asked(standing=True), ["exclude", "maybe"]),
        (Asked(stage=Stage.FULL_TEXT), []),
        (Asked(words="no such word"), []),
    ],
)
def test_each_filter_narrows(project, asked, expected):
    say(project, "Ana", 0, "maybe")
    say(project, "Ana", 1, "include")
    say(project, "Ana", 1, "")
    say(project, "Bo", 0, "exclude")
    assert [said for _, said, _ in seen(project, "Ana", asked)] == expected


def test_a_record_is_found_by_its_id_and_by_words_of_its_title(project):
    say(project, "Ana", 0, "maybe")
    say(project, "Ana", 1, "include")
    record = work(project, 1)
    title = works.read(project, [record])[record].title
    for asked in (Asked(record=record), Asked(words=record), Asked(words=title.upper())):
        assert [said for _, said, _ in seen(project, "Ana", asked)] == ["include"]
    with pytest.raises(Missing):
        history.changes(project, "Ana", Asked(record="nowhere"))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Ana", "Bo"]),
            st.integers(0, RECORDS - 1),
            st.sampled_from(["include", "exclude", "maybe"]),
        ),
        max_size=12,
    )
)
def test_what_stands_is_what_counts(project, said):
    for who, number, verdict in said:
        say(project, who, number, verdict)
    standing = {(c.work, c.decision.reviewer, c.said) for c in history.changes(project, "", Asked(standing=True))}
    counted = {
        (work, who, str(decision.verdict))
        for who in ("Ana", "Bo")
        for work, decision in screen.my_decisions(project, who, TITLE).items()
    }
    assert standing == counted

"""Every service asks for the rights of the person a project is open for: each function, in each role."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from invented import ris, work

from review import services
from review.domain.charting import ChartEntry
from review.domain.errors import LacksRight, NotAllowed, NotSignedIn
from review.domain.screening import Decision, Role, Stage, Verdict
from review.domain.team import RIGHTS, Right, Seat, TeamRole
from review.services import accounts, chart, collect, fulltext, overview, protocol, rights, screen, team, works
from review.services.project import Project
from review.storage import decisions

# These take a project and need nobody's right: they are the rights, or compute what a caller asked for.
EXEMPT = {"rights.check", "rights.may", "rights.of", "rights.standing", "project.steadily"}
NAMES = {TeamRole.OWNER: "Olga", TeamRole.REVIEWER: "Rae", TeamRole.ADJUDICATOR: "Ada", TeamRole.READER: "Lee"}


def every_service() -> Iterator[tuple[str, Callable[..., Any]]]:
    for found in pkgutil.walk_packages(services.__path__, f"{services.__name__}."):
        module = importlib.import_module(found.name)
        room = found.name.removeprefix(f"{services.__name__}.")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = inspect.unwrap(function).__module__ == module.__name__
            first = next(iter(inspect.signature(function).parameters.values()), None)
            takes = first is not None and first.annotation in ("Project", Project)
            if own and takes and not name.startswith("_") and f"{room}.{name}" not in EXEMPT:
                yield f"{room}.{name}", function


DECLARED = [(name, function) for name, function in every_service() if rights.declared(function) is not None]


@pytest.fixture
def people(made: Project) -> Project:
    for role, name in NAMES.items():
        team.add(made, name, role=role)
    return made


def as_(project: Project, role: TeamRole) -> Project:
    return project.seated(Seat(name=NAMES[role]))


def test_every_service_says_what_it_needs() -> None:
    silent = {name for name, function in every_service() if rights.declared(function) is None}
    assert silent == set()
    assert len(DECLARED) > 60, "the search for services found them"


class Reached(Exception):
    """No fault: the call came past the check."""


def dummy(parameter: inspect.Parameter) -> Any:
    """Something of the kind an argument has, so that the call can be made; in nobody else's name."""
    kind = str(parameter.annotation)
    if kind.startswith(("Sequence", "list", "Iterable")):
        return []
    if kind == "Decision":
        return Decision(record_id="x", stage=Stage.FULL_TEXT, reviewer="", verdict=Verdict.INCLUDE)
    return ""


def needed(function: Callable[..., Any], call: inspect.BoundArguments) -> Right | None:
    """The right this call needs; None if no page may make it."""
    said = rights.declared(function)
    if said is None or isinstance(said, str):
        return said if isinstance(said, Right) else None
    call.apply_defaults()
    return said(call.arguments)


@pytest.mark.parametrize("role", TeamRole)
def test_each_service_lets_through_exactly_who_has_its_right(
    role: TeamRole, roles: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reached(*_: object, **__: object) -> None:
        raise Reached

    monkeypatch.setattr(rights, "replace", reached)  # the first thing done once the rights are checked
    wrong = {}
    for name, function in DECLARED:
        parameters = list(inspect.signature(function).parameters.values())[1:]
        asked = [p for p in parameters if p.default is inspect.Parameter.empty]
        places = [dummy(p) for p in asked if p.kind is not inspect.Parameter.KEYWORD_ONLY]
        named = {p.name: dummy(p) for p in asked if p.kind is inspect.Parameter.KEYWORD_ONLY}
        right = needed(function, inspect.signature(function).bind(roles, *places, **named))
        try:
            function(as_(roles, role), *places, **named)
        except (Reached, LacksRight) as error:
            if isinstance(error, Reached) is not (right in RIGHTS[role]):
                wrong[name] = f"needs {right}, but gave {error!r}"
        else:
            wrong[name] = "was neither let through nor refused"
    assert wrong == {}


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    from review.services.project import create

    project = create(tmp_path_factory.mktemp("roles") / "review")
    for role, name in NAMES.items():
        team.add(project, name, role=role)
    yield project
    project.close()


def test_rights_grow_with_the_roles_and_an_owner_has_all() -> None:
    assert all(Right.READ in rights_ for rights_ in RIGHTS.values())
    assert RIGHTS[TeamRole.OWNER] == frozenset(Right)
    assert RIGHTS[TeamRole.READER] == {Right.READ}
    assert Right.REVIEW not in RIGHTS[TeamRole.ADJUDICATOR]
    assert Right.ADJUDICATE not in RIGHTS[TeamRole.REVIEWER]


# What it comes to


def test_a_reader_reads_and_changes_nothing(people: Project) -> None:
    reader = as_(people, TeamRole.READER)
    assert overview.status(reader).records == 11
    record = work(people, 0)
    for change in (
        lambda: fulltext.set_retrieval(reader, record, "sought", person="Lee"),
        lambda: works.judge(reader, [(record, work(people, 1))], same_work=True, person="Lee"),
        lambda: chart.save(reader, [ChartEntry(record_id=record, field_id="x", reviewer="Lee", value="1")]),
        lambda: collect.import_bytes(reader, ris(0).encode(), file_name="a.ris"),
        lambda: protocol.amend(reader, reason="more", who="Lee"),
        lambda: team.set_role(reader, "Lee", TeamRole.OWNER),
        lambda: accounts.set_password(reader, "Olga", "four words in a row"),
    ):
        with pytest.raises(LacksRight, match="reader"):
            change()


def test_nobody_gives_themselves_another_role(people: Project) -> None:
    for role in (TeamRole.REVIEWER, TeamRole.ADJUDICATOR, TeamRole.READER):
        with pytest.raises(LacksRight, match="owner"):
            team.set_role(as_(people, role), NAMES[role], TeamRole.OWNER)
    assert [p.role for p in team.people(people) if p.name == "Rae"] == ["reviewer"]


def test_the_name_of_the_person_decides_and_not_what_was_sent(people: Project) -> None:
    reviewer = as_(people, TeamRole.REVIEWER)
    pair = [(work(people, 0), work(people, 1))]
    with pytest.raises(NotAllowed, match="You are Rae here and cannot do this as Olga"):
        works.judge(reviewer, pair, same_work=False, person="Olga")
    works.judge(reviewer, pair, same_work=False, person="")
    works.judge(reviewer, pair, same_work=False, person="rae")
    from review.storage import duplicates

    assert {j.person for j in duplicates.read_judgements(people.store)} == {"Rae"}


def test_the_right_a_decision_needs_follows_its_role() -> None:
    said = Decision(record_id="x", stage=Stage.FULL_TEXT, reviewer="Rae", verdict=Verdict.INCLUDE)
    settled = Decision(
        record_id="x", stage=Stage.FULL_TEXT, reviewer="Rae", verdict=Verdict.INCLUDE, role=Role.ADJUDICATOR
    )
    assert rights.of_decision({"decision": said}) is Right.REVIEW
    assert rights.of_decision({"found": [said, settled]}) is Right.ADJUDICATE
    assert rights.of_decision({"reviewer": "Rae", "role": Role.ADJUDICATOR}) is Right.ADJUDICATE


def test_somebody_unknown_has_no_right_at_all(people: Project) -> None:
    with pytest.raises(LacksRight):
        overview.status(people.seated(Seat(name="Mallory")))


def test_whoever_left_has_no_right_from_that_moment(people: Project) -> None:
    reviewer = as_(people, TeamRole.REVIEWER)
    assert overview.status(reviewer).records == 11
    team.deactivate(as_(people, TeamRole.OWNER), "Rae")
    with pytest.raises(LacksRight, match="does not take part"):
        overview.status(reviewer)
    team.activate(people, "Rae")
    assert overview.status(reviewer).records == 11


def test_a_session_that_ended_leaves_an_empty_seat(people: Project) -> None:
    with pytest.raises(NotSignedIn, match="signed out"):
        overview.status(people.seated(Seat(name="Rae", session="0" * 64)))


def test_on_one_computer_everybody_may_do_everything_but_only_under_their_name(people: Project) -> None:
    alone = people.seated(Seat(name="Lee", trusted=True))
    assert rights.of(alone) == frozenset(Right)
    with pytest.raises(NotAllowed, match="You are Lee here"):
        works.judge(alone, [(work(people, 0), work(people, 1))], same_work=False, person="Rae")
    team.deactivate(people, "Lee")
    assert rights.of(alone) == {Right.READ}


def test_a_service_asked_by_a_service_is_not_asked_again(people: Project) -> None:
    """An owner may settle nothing about `agreement_pairs` directly, yet the status rests on internal services."""
    owner = as_(people, TeamRole.OWNER)
    with pytest.raises(LacksRight, match="No page may ask"):
        overview.agreement_pairs(owner, Stage.TITLE_ABSTRACT)
    assert chart.studies(owner) == []
    assert Path(protocol.read_file(owner))


# Screening


def judged(project: Project, who: str, *, role: Role = Role.REVIEWER, record: int = 0) -> Decision:
    found = work(project, record)
    return Decision(
        record_id=found, stage=Stage.TITLE_ABSTRACT, reviewer=who, verdict=Verdict.INCLUDE, role=role, shown=found
    )


def test_only_reviewers_and_owners_judge_and_only_as_themselves(people: Project) -> None:
    for role in (TeamRole.READER, TeamRole.ADJUDICATOR):
        with pytest.raises(LacksRight):
            screen.decide(as_(people, role), judged(people, NAMES[role]))
    with pytest.raises(NotAllowed, match="You are Rae here"):
        screen.decide(as_(people, TeamRole.REVIEWER), judged(people, "Olga"))
    for role in (TeamRole.REVIEWER, TeamRole.OWNER):
        assert screen.decide(as_(people, role), judged(people, NAMES[role]))
    assert {d.reviewer for d in decisions.read(people.store)} == {"Rae", "Olga"}


def test_a_reviewer_settles_nothing_and_sees_no_conflict(people: Project) -> None:
    reviewer = as_(people, TeamRole.REVIEWER)
    with pytest.raises(LacksRight, match="settle conflicts"):
        screen.decide(reviewer, judged(people, "Rae", role=Role.ADJUDICATOR))
    with pytest.raises(LacksRight, match="settle conflicts"):
        screen.conflicts(reviewer, Stage.TITLE_ABSTRACT)
    assert screen.conflicts(as_(people, TeamRole.ADJUDICATOR), Stage.TITLE_ABSTRACT) == []


def test_nobody_reads_or_takes_back_what_another_decided(people: Project) -> None:
    screen.decide(people, judged(people, "Olga"))
    reviewer = as_(people, TeamRole.REVIEWER)
    for peek in (screen.my_decisions, screen.queue, screen.progress, screen.undo):
        with pytest.raises(NotAllowed, match="You are Rae here"):
            peek(reviewer, "Olga", Stage.TITLE_ABSTRACT)
    with pytest.raises(LacksRight, match="No page may ask"):
        screen.outcomes(reviewer, Stage.TITLE_ABSTRACT)

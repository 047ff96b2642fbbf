"""Nobody learns another's open decision: whatever Bo decided there, every service answers everybody else the same."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from invented import ris, work

from review.domain.errors import LacksRight, NotAllowed, ReviewError
from review.domain.screening import Decision, Role, Stage, Verdict
from review.domain.team import Seat, TeamRole
from review.services import blinding, bundle, collect, dealing, exchange, protocol, rank, rights, screen, team, works
from review.services.manuscript import paper, resolved
from review.services.project import DATABASE, Project, create, open_project
from review.storage import decisions
from tests.services.test_rights import DECLARED

TITLE, FULL = Stage.TITLE_ABSTRACT, Stage.FULL_TEXT
SECRET = "secret-note-of-bo"
TEAM = {
    "Ana": TeamRole.REVIEWER,
    "Bo": TeamRole.REVIEWER,
    "Cy": TeamRole.REVIEWER,
    "Ada": TeamRole.ADJUDICATOR,
    "Olga": TeamRole.OWNER,
    "Lee": TeamRole.READER,
}
OPEN = ((3, TITLE), (4, TITLE), (5, TITLE), (1, FULL))  # decided by Bo alone
# What changes something: a decision of one's own may then rightly show what it settles.
CHANGING = {
    "screen.decide", "screen.decide_all", "screen.undo", "marks.postpone", "marks.set_tags", "marks.prefer",
    "dealing.confirm_pilot", "team.join", "works.judge", "works.undo_group", "fulltext.set_retrieval",
    "full_text_intake.take", "full_text_intake.place", "full_text_intake.remove",
    "reports.link", "audit_sample.draw",
}  # fmt: skip
# These ask the sources on the internet, store what they answer, and read no decision; or write dated files. Building a
# paper draws its figures.
ELSEWHERE = {
    "search.run",
    "search.count",
    "cite.run",
    "cite.count",
    "open_access.look_up",
    "open_access.fetch",
    "open_access.fetch_first",
    "pseudonyms.copy",
    "backup.make",
    "manuscript.paper.write_figures",
}


class StoodStill(datetime):
    """A clock at which every paper is built in the same second."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> StoodStill:
        return cls(2026, 1, 1, tzinfo=tz)


def decide(project: Project, who: str, number: int, verdict: str, stage: Stage = TITLE, *, reason: str = "") -> None:
    record = work(project, number)
    found = Decision(record_id=record, stage=stage, reviewer=who, verdict=Verdict(verdict), reason=reason, shown=record)
    screen.decide(project, found)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ana and Bo agree on two works and disagree on one; the rest is open."""
    root = tmp_path_factory.mktemp("blind") / "review"
    project = create(root, preset="lstv-machine-learning")
    protocol.freeze(project, who="Olga")
    collect.import_bytes(project, "".join(ris(n) for n in range(8)).encode(), file_name="scopus.ris")
    works.dedup(project)
    for name, role in TEAM.items():
        team.add(project, name, role=role)
    for number, ana, bo in ((0, "include", "exclude"), (1, "include", "include"), (2, "exclude", "exclude")):
        decide(project, "Ana", number, ana)
        decide(project, "Bo", number, bo)
    project.close()
    shutil.copyfile(root / DATABASE, root / "base.sqlite")
    return root


@pytest.fixture
def blind(base: Path) -> Iterator[Callable[[list[str]], Project]]:
    """The review once Bo decided four more, which nobody else did."""
    opened = []

    def after(verdicts: list[str]) -> Project:
        while opened:
            opened.pop().close()
        shutil.copyfile(base / "base.sqlite", base / DATABASE)
        project = open_project(base)
        reason = protocol.in_force(project).exclude[0].id
        for (number, stage), verdict in zip(OPEN, verdicts, strict=True):
            record = work(project, number)
            one = Decision(
                record_id=record, stage=stage, reviewer="Bo", verdict=Verdict(verdict), shown=record,
                reason=reason if verdict == "exclude" else "", note=f"{SECRET}-{verdict}",
                decided_at="2026-01-01T00:00:00Z", uid=f"uid-{record}-{stage}",
            )  # fmt: skip
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(decisions, "now", lambda: "2026-01-01T00:00:00.000Z")  # when may be seen, what not
                decisions.append_one(project.store, one, protocol=0)
        opened.append(project)
        return project

    yield after
    while opened:
        opened.pop().close()


def argument(parameter: inspect.Parameter, who: str, project: Project, record: str) -> Any:
    """What a curious person would send: their own name, and a record that Bo decided."""
    known = {
        "reviewer": who,
        "person": who,
        "name": who,
        "record_id": record,
        "work": record,
        "members": [record],
        "wanted": [record],
        "record_ids": [work(project, n) for n in range(8)],
        "references": ["10.5555/inv.3"],
        "stage": TITLE,
        "suffix": ".svg",
        "path": project.root / "out.csv",
        "paths": [project.root / "out.json"],
        "folder": Path("paper"),
        "decision": Decision(
            record_id=record, stage=TITLE, reviewer=who, verdict=Verdict.INCLUDE, role=Role.ADJUDICATOR
        ),
        "found": works.works(project),
        "keys": {},
        "formats": ["md"],
        "place": project.root / "paper",
        "search": protocol.in_force(project).searches[0],
        "since": 0,
        "criterion_id": protocol.in_force(project).exclude[0].id,
    }
    return known.get(parameter.name, "")


def asked(project: Project, who: str, *, pilot: bool = False) -> dict[str, str]:
    """What each service answers this person, and what it writes."""
    answers = {}
    curious = dealing.pilot_round(project).works[0] if pilot else work(project, 3)
    shutil.rmtree(project.root / "paper", ignore_errors=True)
    paper.create(project, Path("paper"))
    seated = project.seated(Seat(name=who))
    for name, function in DECLARED:
        if name in CHANGING | ELSEWHERE:
            continue
        parameters = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty][1:]
        places = [argument(p, who, project, curious) for p in parameters if p.kind is not p.KEYWORD_ONLY]
        named = {p.name: argument(p, who, project, curious) for p in parameters if p.kind is p.KEYWORD_ONLY}
        try:
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(resolved, "datetime", StoodStill)
                answer = repr(function(seated, *places, **named))
        except (ReviewError, AttributeError, TypeError, OSError) as error:
            answer = repr(error)
        written = sorted(project.root.glob("out.*"))
        answers[name] = answer + "".join(path.read_bytes().decode(errors="replace") for path in written)
        for path in written:
            path.unlink()
    return answers


_FIRST: dict[str, dict[str, str]] = {}


@settings(
    max_examples=3, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(list(Verdict)), min_size=len(OPEN), max_size=len(OPEN)), st.sampled_from(sorted(TEAM)))
def test_what_bo_decided_alone_changes_no_answer_to_anybody_else(
    blind: Callable[[list[str]], Project], verdicts: list[str], who: str
) -> None:
    if who == "Bo":
        who = "Ana"
    first = _FIRST.setdefault(who, asked(blind(["include"] * 4), who) if who not in _FIRST else {})
    second = asked(blind(verdicts), who)
    differing = {name: (first[name][:300], second[name][:300]) for name in first if first[name] != second[name]}
    assert differing == {}
    assert not [name for name, answer in second.items() if SECRET in answer]


@pytest.fixture(scope="module")
def pilot_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight works, of which four are the pilot round."""
    root = tmp_path_factory.mktemp("pilot") / "review"
    project = create(root, preset="lstv-machine-learning")
    text = project.protocol_path.read_text(encoding="utf-8")
    assert "pilot_records: 50" in text
    project.protocol_path.write_text(text.replace("pilot_records: 50", "pilot_records: 4"), encoding="utf-8")
    protocol.freeze(project, who="Olga")
    collect.import_bytes(project, "".join(ris(n) for n in range(8)).encode(), file_name="scopus.ris")
    works.dedup(project)
    for name, role in TEAM.items():
        team.add(project, name, role=role)
    project.close()
    shutil.copyfile(root / DATABASE, root / "base.sqlite")
    return root


@pytest.fixture
def in_pilot(pilot_base: Path) -> Iterator[Callable[[list[str]], Project]]:
    """The review in its pilot round, three works of which Ana and Bo have judged; Cy and Olga have not."""
    opened = []

    def after(verdicts: list[str]) -> Project:
        while opened:
            opened.pop().close()
        shutil.copyfile(pilot_base / "base.sqlite", pilot_base / DATABASE)
        project = open_project(pilot_base)
        opened.append(project)
        for record, verdict in zip(dealing.pilot_round(project).works, verdicts, strict=False):
            for who, said in (("Ana", "include"), ("Bo", verdict)):
                one = Decision(
                    record_id=record, stage=TITLE, reviewer=who, verdict=Verdict(said), shown=record,
                    note=f"{SECRET}-{said}", decided_at="2026-01-01T00:00:00Z", uid=f"uid-{record}-{who}",
                )  # fmt: skip
                with pytest.MonkeyPatch.context() as patched:
                    patched.setattr(decisions, "now", lambda: "2026-01-01T00:00:00.000Z")
                    decisions.append_one(project.store, one, protocol=0)
        return project

    yield after
    while opened:
        opened.pop().close()


@pytest.mark.parametrize("who", ["Cy", "Olga"])
def test_in_the_pilot_round_nobody_learns_of_a_record_they_have_still_to_judge(
    in_pilot: Callable[[list[str]], Project], who: str
) -> None:
    first = asked(in_pilot(["include", "exclude", "maybe"]), who, pilot=True)
    second = asked(in_pilot(["exclude", "exclude", "include"]), who, pilot=True)
    differing = {name: (first[name][:300], second[name][:300]) for name in first if first[name] != second[name]}
    assert differing == {}
    assert not [name for name, answer in second.items() if SECRET in answer]


def test_the_order_of_a_queue_rests_on_nothing_that_others_said_in_the_pilot_round(
    in_pilot: Callable[[list[str]], Project],
) -> None:
    orders = []
    for verdicts in (["include", "exclude", "maybe"], ["exclude", "exclude", "include"]):
        project = in_pilot(verdicts)
        assert rank.labels(project) == {}
        assert sorted(rank.labels(project, "Ana").values()) == [1.0, 1.0, 1.0], "her own"
        rank.rank(project)
        orders.append(screen.queue(project, "Cy", TITLE))
    assert orders[0] == orders[1]
    dealing.confirm_pilot(project)
    assert len(rank.labels(project)) == 3, "once it is confirmed, all of it counts"


def test_an_owner_settles_conflicts_of_the_pilot_round_after_it_or_after_judging_it(
    in_pilot: Callable[[list[str]], Project],
) -> None:
    project = in_pilot(["exclude", "include", "include"])
    record = dealing.pilot_round(project).works[0]
    settle = Decision(record_id=record, stage=TITLE, reviewer="Olga", verdict=Verdict.EXCLUDE, role=Role.ADJUDICATOR)
    olga, ada = project.seated(Seat(name="Olga")), project.seated(Seat(name="Ada"))
    assert screen.conflicts(olga, TITLE) == []
    assert [c.record_id for c in screen.conflicts(ada, TITLE)] == [record], "she judges none"
    with pytest.raises(NotAllowed, match="no conflict"):
        screen.decide(olga, settle)
    dealing.confirm_pilot(olga)
    assert [c.record_id for c in screen.conflicts(olga, TITLE)] == [record]
    assert screen.decide(olga, settle)


def test_the_law_can_fail_for_whoever_holds_the_folder_sees_everything(
    blind: Callable[[list[str]], Project],
) -> None:
    project = blind(["exclude"] * 4)
    target = project.root / "out.csv"
    assert exchange.export_decisions(project, target) == 10
    assert target.read_text(encoding="utf-8").count(SECRET) == 4
    target.unlink()


def test_a_person_takes_out_their_own_decisions_and_those_that_are_closed(
    blind: Callable[[list[str]], Project],
) -> None:
    project = blind(["exclude"] * 4)
    target = project.root / "out.csv"
    for who, rows in (("Ana", 6), ("Ada", 6), ("Bo", 10)):
        assert exchange.export_decisions(project.seated(Seat(name=who)), target) == rows
    with pytest.raises(LacksRight):
        exchange.export_decisions(project.seated(Seat(name="Lee")), target)
    target.unlink()


def test_the_whole_review_is_not_taken_out_by_a_person_while_decisions_are_open(
    blind: Callable[[list[str]], Project],
) -> None:
    project = blind(["include"] * 4)
    with pytest.raises(NotAllowed, match="4 decisions of others that are still open"):
        bundle.export(project.seated(Seat(name="Olga")), project.root / "out.zip")
    assert not (project.root / "out.zip").exists()


def test_a_decision_opens_to_others_once_enough_people_judged_the_work(
    blind: Callable[[list[str]], Project],
) -> None:
    project = blind(["exclude"] * 4)

    def seen_by(who: str) -> set[str]:
        with_seat = project.seated(Seat(name=who))
        may_read = blinding.reader(rights.replace(with_seat, inside=True))
        return {d.record_id for d in decisions.read(project.store, stage=TITLE, reviewer="Bo") if may_read(d)}

    assert work(project, 3) not in seen_by("Ana")
    decide(project, "Ana", 3, "include")
    assert work(project, 3) in seen_by("Ana")
    assert work(project, 3) in seen_by("Ada")
    assert work(project, 4) not in seen_by("Ana")

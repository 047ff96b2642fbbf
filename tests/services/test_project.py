"""Projects and protocols: made, found, frozen, amended; mistakes are one sentence with what to do."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from review.domain.errors import AlreadyExists, BadInput, Missing, NotAProject, ReviewError
from review.services import project, protocol
from review.services.project import Project


def edit(found: Project, old: str, new: str) -> None:
    text = found.protocol_path.read_text(encoding="utf-8")
    assert old in text
    found.protocol_path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("preset", project.presets())
def test_every_preset_makes_a_project_whose_protocol_has_no_fault(tmp_path: Path, preset: str) -> None:
    made = project.create(tmp_path / "r", preset=preset)
    found = {finding.rule for finding in protocol.status(made).findings}
    assert found <= ({"PROTOCOL-BLANK"} if preset == "scoping-review" else set())  # which has places to be filled in
    assert {p.name for p in made.root.iterdir()} >= {"review.toml", "protocol.yaml", "review.sqlite"}
    made.close()


def test_a_project_is_found_from_any_folder_below_it(tmp_path: Path) -> None:
    made = project.create(tmp_path / "r")
    deep = made.root / "a" / "b"
    deep.mkdir(parents=True)
    assert project.find_root(deep) == made.root.resolve()
    made.close()
    with pytest.raises(NotAProject, match="review new"):
        project.find_root(tmp_path)


def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    project.create(tmp_path / "r").close()
    with pytest.raises(AlreadyExists):
        project.create(tmp_path / "r")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(AlreadyExists):
        project.create(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_an_unknown_type_or_preset_lists_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="review"):
        project.create(tmp_path / "r", type="scoping")
    with pytest.raises(Missing, match="lstv-machine-learning"):
        project.create(tmp_path / "r", preset="lstv")
    assert not (tmp_path / "r").exists()


def test_damaged_settings_are_named(tmp_path: Path) -> None:
    made = project.create(tmp_path / "r")
    made.close()
    (made.root / "review.toml").write_text("[project\n")
    with pytest.raises(BadInput, match="not valid TOML"):
        project.open_project(made.root)
    (made.root / "review.toml").write_text("[project]\nid = 'x'\n")
    with pytest.raises(BadInput, match="name"):
        project.open_project(made.root)


def test_the_database_of_another_project_is_refused(empty: Project, tmp_path: Path, database_url: str) -> None:
    with pytest.raises(ReviewError, match="another project"):
        project.create(tmp_path / "second")
    assert database_url
    assert empty.id


def test_freezing_keeps_hash_and_time_and_a_change_needs_a_reason(empty: Project) -> None:
    with pytest.raises(ReviewError, match="not frozen yet"):
        protocol.amend(empty, reason="early")
    frozen = protocol.freeze(empty, who="Ana")
    assert frozen.number == 0
    assert frozen.sha256 == protocol.sha256(protocol.read_file(empty))
    assert frozen.at.endswith("Z")
    with pytest.raises(ReviewError, match="amend"):
        protocol.freeze(empty)
    with pytest.raises(ReviewError, match="nothing to amend"):
        protocol.amend(empty, reason="none")
    edit(empty, "kappa_target: 0.6", "kappa_target: 0.7")
    assert protocol.status(empty).changed
    assert protocol.in_force(empty).screening.kappa_target == 0.6
    with pytest.raises(ReviewError, match="needs a reason"):
        protocol.amend(empty, reason="  ")
    amended = protocol.amend(empty, reason="the pilot", who="Ana")
    assert (amended.number, amended.reason) == (1, "the pilot")
    assert protocol.in_force(empty).screening.kappa_target == 0.7
    assert not protocol.status(empty).changed
    assert [a.number for a in protocol.status(empty).history] == [0, 1]


def test_a_faulty_protocol_cannot_be_frozen(empty: Project) -> None:
    edit(empty, "kappa_target: 0.6", "kappa_target: high")
    with pytest.raises(BadInput, match=r"line \d+: screening.kappa_target"):
        protocol.freeze(empty)
    assert protocol.status(empty).history == ()


def test_the_database_lies_in_the_folder_whatever_that_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(project.DATABASE_URL, raising=False)
    for name in ("What is it?", "50%20 and #1"):
        project.create(tmp_path / name).close()
        assert (tmp_path / name / project.DATABASE).is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["50%20 and #1", "What is it?"]


def test_a_slow_question_holds_up_nobody_who_asks_another_and_is_answered_once_for_all(empty: Project) -> None:
    begun, go_on = threading.Event(), threading.Event()
    asked: list[str] = []

    def slow() -> str:
        asked.append("slow")
        begun.set()
        assert go_on.wait(50)
        return "the map"

    with ThreadPoolExecutor(3) as people:
        first = people.submit(empty.cached, "map", 1, slow)
        assert begun.wait(50)
        second = people.submit(empty.cached, "map", 1, slow)
        assert people.submit(empty.cached, "flow", 1, lambda: "the flow").result(timeout=50) == "the flow"
        assert not first.done()
        assert not second.done()
        go_on.set()
        assert (first.result(timeout=50), second.result(timeout=50)) == ("the map", "the map")
    assert asked == ["slow"]


def test_a_question_that_fails_leaves_the_turn_to_the_next(empty: Project) -> None:
    def fails() -> str:
        raise BadInput("a.csv", "it is gone.", hint="Bring it again.")

    with ThreadPoolExecutor(1) as another:
        with pytest.raises(BadInput):
            another.submit(empty.cached, "map", 1, fails).result(timeout=50)
        assert empty.cached("map", 1, lambda: "the map") == "the map"


def test_who_waits_in_a_circle_goes_on_alone(empty: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "_PATIENCE", 0.2)
    both = threading.Barrier(2, timeout=50)

    def needs(other: str) -> str:
        both.wait()
        return empty.cached(other, 1, lambda: f"{other} alone")

    with ThreadPoolExecutor(2) as people:
        one = people.submit(empty.cached, "a", 1, lambda: needs("b"))
        two = people.submit(empty.cached, "b", 1, lambda: needs("a"))
        assert {one.result(timeout=50), two.result(timeout=50)} <= {"b alone", "a alone"}

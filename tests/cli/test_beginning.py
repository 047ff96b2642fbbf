"""New, doctor, app and the protocol's commands."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from review.services.project import presets

Run = Callable[..., Any]
Ask = Callable[..., Any]


@pytest.mark.parametrize("preset", presets())
def test_a_new_project_from_each_preset_has_a_protocol_without_mistakes(run: Run, ask: Ask, preset: str) -> None:
    made = ask("new", "p", "--type", "review", "--protocol", preset)
    assert (made["name"], made["type"]) == ("p", "review")
    checked = ask("protocol", "check", "--project", "p")
    assert (checked["valid"], checked["frozen"]) == (True, False)


def test_new_refuses_what_is_there_already_and_names_what_it_does_not_know(run: Run, project: Path) -> None:
    run("new", ".", "--type", "review", status=1)
    assert "'novel' is not one of 'review'" in run("new", "q", "--type", "novel", status=2).stderr
    assert "Missing option '--type'" in run("new", "q", status=2).stderr
    refused = run("new", "q", "--type", "review", "--protocol", "scoping", status=1)
    assert "Known: scoping-review" in refused.stderr
    assert not (project / "q").exists()


def test_the_next_command_can_be_typed_as_it_is_told(run: Run) -> None:
    for kind in ("dataset", "review"):
        assert f'  cd "étude {kind}"' in run("new", f"étude {kind}", "--type", kind).stdout.splitlines()


def test_what_nobody_has_filled_in_is_told_by_check_and_when_it_is_frozen(run: Run, ask: Ask) -> None:
    ask("new", "p", "--type", "review", "--protocol", "scoping-review")
    checked = run("protocol", "check", "--project", "p").stdout
    title = next(n for n, text in enumerate(Path("p/protocol.yaml").read_text().splitlines(), 1) if "[Concept]" in text)
    assert f"protocol.yaml:{title}: title still holds the text of the preset: [Concept], [population]." in checked
    assert "sources.1.query still holds the text of the preset: [first word for the population]" in checked
    assert "nothing to mend" not in checked
    assert "It was frozen with " in run("protocol", "freeze", "--project", "p").stderr


def test_every_mistake_in_the_protocol_is_listed_with_its_line(project: Path, run: Run, ask: Ask) -> None:
    path = project / "protocol.yaml"
    path.write_text(path.read_text().replace("reviewers_per_record: 2", "reviewers_per_record: many"))
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if "reviewers_per_record: many" in text)
    result = run("protocol", "check", status=1)
    assert f"error: protocol.yaml:{line}:" in result.stdout
    assert "cannot be used yet: 1 error" in result.stdout
    document = ask("protocol", "check", status=1)
    assert not document["valid"]
    assert [f["line"] for f in document["findings"] if f["severity"] == "error"] == [line]
    assert f"line {line}" in run("protocol", "freeze", status=1).stderr


def test_a_frozen_protocol_changes_by_numbered_amendments_only(project: Path, run: Run, ask: Ask) -> None:
    assert "not frozen" in run("protocol", "amend", "--reason", "x", status=1).stderr
    frozen = ask("protocol", "freeze", "--who", "Ana")
    assert (frozen["number"], frozen["who"], len(frozen["sha256"])) == (0, "Ana", 64)
    assert "was frozen on" in run("protocol", "freeze", status=1).stderr
    assert "nothing to amend" in run("protocol", "amend", "--reason", "x", status=1).stderr
    path = project / "protocol.yaml"
    path.write_text(path.read_text() + "\n# a remark\n")
    assert "differs from the version in force" in run("protocol", "check").stdout
    assert run("protocol", "amend", "--reason", "A remark").stdout == "This is amendment 1: A remark\n"
    shown = ask("protocol", "show")
    assert [v["reason"] for v in shown["versions"]] == ["", "A remark"]
    assert "Amendment 1" in run("protocol", "show").stdout
    assert "Missing option '--reason'" in run("protocol", "amend", status=2).stderr


def test_doctor_ends_with_all_is_well_and_names_every_extra(run: Run, ask: Ask) -> None:
    assert run("doctor").stdout.endswith("All is well.\n")
    document = ask("doctor")
    named = {check["name"]: check for check in document["checks"]}
    assert document["well"] is True
    assert {"Scopewright", "Python", "Database", "scikit-learn", "extra export", "extra postgres"} <= set(named)
    assert all(check["version"] for check in named.values() if check["needed"])


def test_doctor_says_how_to_get_a_missing_extra_without_failing(run: Run, monkeypatch: Any) -> None:
    from review.services import doctor

    real = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda name: "" if name == "typst" else real(name))
    result = run("doctor")
    assert "python -m pip install 'scopewright[export]'" in result.stdout
    assert result.stdout.endswith("All is well.\n")


def test_doctor_fails_where_something_needed_is_missing_or_the_database_is_not_reached(
    project: Path, run: Run, ask: Ask, monkeypatch: Any
) -> None:
    from review.services import doctor

    real = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda name: "" if name == "numpy" else real(name))
    result = run("doctor", status=1)
    assert "numpy is missing" in result.stderr
    assert "All is well" not in result.stdout
    monkeypatch.setattr(doctor, "_version", real)
    (project / "review.sqlite").write_bytes(b"this is no database" * 100)
    document = json.loads(run("doctor", "--json", status=1).stdout)
    assert [f["message"] for f in document["findings"]] == ["Database is missing or does not work."]


def test_the_app_gets_the_project_and_what_was_asked(project: Path, run: Run, monkeypatch: Any) -> None:
    served: list[tuple[object, dict[str, Any]]] = []

    def serve(root: Path, *, listening: Callable[[], None], **asked: Any) -> None:
        served.append((root, asked))
        listening()

    monkeypatch.setattr("review.app.server.serve", serve)
    result = run("app", "--port", "8600", "--reviewer", "Ana", "--no-browser")
    assert served == [(project, {"host": "127.0.0.1", "port": 8600, "reviewer": "Ana", "open_browser": False})]
    assert result.stdout == ""
    assert "http://127.0.0.1:8600/" in result.stderr
    assert "99999" in run("app", "--port", "99999", status=2).stderr


def test_no_address_is_named_that_the_app_could_not_have(project: Path, run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = run("app", "--port", str(port), "--no-browser", status=1).stderr
    assert f"{port} of 127.0.0.1 cannot be used" in said
    assert "The app is at" not in said


def test_ctrl_c_is_the_way_to_end_the_app(project: Path, run: Run, monkeypatch: Any) -> None:
    def until_ctrl_c(_root: Path, **_asked: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("review.app.server.serve", until_ctrl_c)
    assert run("app", "--no-browser").stderr.endswith("The app has ended.\n")

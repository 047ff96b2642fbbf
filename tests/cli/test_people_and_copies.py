"""People and copies from the command line: taken in, given roles and passwords, copied and put back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from review.cli import main
from review.services import accounts

Run = Callable[..., Any]
WORD = "four words in a row"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "COST", {"time_cost": 1, "memory_cost": 8, "parallelism": 1})


def typed(*arguments: str, given: str = WORD) -> Any:
    return CliRunner().invoke(main, list(arguments), input=f"{given}\n")


@pytest.mark.usefixtures("project")
def test_people_are_taken_in_listed_and_given_other_roles(run: Run, ask: Run) -> None:
    assert typed("people", "add", "Ana Lima", "--role", "owner", "--password", "--email", "ana@x.org").exit_code == 0
    assert "review people password 'Bo'" in run("people", "add", "Bo").stdout
    run("people", "role", "bo", "adjudicator")
    assert "1 person who may screen takes part" in run("people", "deactivate", "Bo").stderr
    assert [(p["name"], p["role"], p["active"], p["has_password"]) for p in ask("people", "list")["people"]] == [
        ("Ana Lima", "owner", True, True),
        ("Bo", "adjudicator", False, False),
    ]
    run("people", "activate", "Bo")
    assert ask("people", "list")["people"][1]["active"]
    assert "already exists" in run("people", "add", "BO", status=1).stderr
    assert "only owner" in run("people", "deactivate", "Ana Lima", status=1).stderr
    assert "Known: Ana Lima, Bo" in run("people", "role", "Cy", "reader", status=1).stderr


@pytest.mark.usefixtures("project")
def test_a_password_is_never_an_argument_and_never_shown(run: Run) -> None:
    run("people", "add", "Bo")
    result = typed("people", "password", "Bo")
    assert result.exit_code == 0
    assert WORD not in result.output
    assert "10 to 200 characters" in typed("people", "password", "Bo", given="short").output
    assert "--password TEXT" not in run("people", "add", "--help").stdout


@pytest.mark.usefixtures("project")
def test_a_password_that_cannot_be_used_takes_nobody_in(run: Run, ask: Run) -> None:
    assert typed("people", "add", "Bo", "--password", given="short").exit_code == 1
    assert "10 to 200 characters" in typed("people", "add", "Bo", "--password", given="").output
    assert ask("people", "list")["people"] == []


def test_whoever_left_decides_nothing_from_a_sheet(collected: Path, run: Run, table: Callable[..., Path]) -> None:
    sheet = table(collected / "mine.csv", "record_id,verdict", "10.5555/study.0,include")
    run("people", "add", "Bo")
    run("people", "deactivate", "Bo")
    refused = run("decide", "mine.csv", "--stage", "title_abstract", "--reviewer", "Bo", status=1)
    assert "review people activate 'Bo'" in refused.stderr
    run("people", "activate", "Bo")
    run("decide", sheet, "--stage", "title_abstract", "--reviewer", "Bo")


def test_a_copy_is_made_listed_and_put_back(collected: Path, run: Run, ask: Run) -> None:
    assert "There is no copy yet" in run("backup", "--list").stdout
    made = ask("backup")
    assert [copy["path"] for copy in ask("backup", "--list")["copies"]] == [made["path"]]
    run("people", "add", "Bo")
    back = ask("restore", Path(made["path"]).name)
    assert back["records"] == 8
    assert Path(back["replaced"]).exists()
    assert ask("people", "list")["people"] == []
    assert "Known: review-" in run("restore", "nothing.sqlite", status=1).stderr
    assert collected.joinpath("review.sqlite").exists()


def test_a_damaged_database_names_the_way_back_which_then_works(project: Path, run: Run, ask: Run) -> None:
    made = ask("backup")
    path = project / "review.sqlite"
    whole = path.read_bytes()
    path.write_bytes(whole[:8_192] + b"\xff" * 16_384 + whole[24_576:])
    assert "review restore FILE" in run("status", status=1).stderr
    assert ask("backup", "--list")["copies"]
    run("restore", made["path"])
    run("status")


def test_the_app_for_others_says_how_people_are_to_sign_in(project: Path, run: Run) -> None:
    refused = run("app", "--host", "0.0.0.0", "--no-browser", status=1).stderr
    assert "[auth] in review.toml" in refused
    settings = project / "review.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + '\n[auth]\nmode = "local"\n', encoding="utf-8")
    assert "Add an owner first" in run("app", "--host", "0.0.0.0", "--no-browser", status=1).stderr

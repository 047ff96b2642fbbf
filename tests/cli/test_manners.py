"""How the program behaves whatever the command: exit statuses, JSON, the two outputs, help, speed, polite ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from review.cli import main
from review.cli.program import SECTIONS, Command, in_one_sentence

Run = Callable[..., Any]
Ask = Callable[..., Any]
Table = Callable[..., Path]


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(leaves(main))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_with_an_example_that_parses(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    assert isinstance(command, Command)
    assert command.help
    assert command.examples
    for example in command.examples:
        import shlex

        words = shlex.split(example)
        assert words[: len(path) + 1] == ["review", *path]
        command.make_context("x", words[len(path) + 1 :])


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_offers_json_and_every_one_in_a_project_can_be_pointed_at_it(path: tuple[str, ...]) -> None:
    options = {name for p in COMMANDS[path].params for name in p.opts}
    assert "--json" in options
    without = {("new",), ("demo",), ("convert",), ("simulate",), ("verify",), ("open",), ("fetch",)}
    assert ("--project" in options) is (path not in without)


def test_help_lists_every_command_once_in_the_order_of_the_work(run: Run) -> None:
    listed = re.findall(r"^  ([a-z][a-z-]*)  ", run("--help").stdout, re.MULTILINE)
    assert sorted(listed) == sorted(main.commands)
    assert listed == [name for _, names in SECTIONS for name in names if name in main.commands]


def test_a_mistyped_command_is_wrong_usage_and_the_nearest_is_named(run: Run) -> None:
    result = run("improt", "x.ris", status=2)
    assert result.stdout == ""
    assert "Did you mean 'import'?" in result.stderr


def test_outside_a_project_a_command_is_refused_in_one_sentence_and_as_json(run: Run) -> None:
    result = run("status", status=1)
    assert result.stdout == ""
    assert "No review project" in result.stderr
    document = json.loads(run("status", "--json", status=1).stdout)
    assert set(document) == {"error", "hint"}
    assert "review new" in document["hint"]


def test_a_project_can_be_named_from_anywhere(project: Path, run: Run, ask: Ask, monkeypatch: Any) -> None:
    monkeypatch.chdir(project.parent)
    assert ask("status", "--project", "p")["name"] == "p"
    (project / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(project / "deep" / "er")
    assert ask("status")["name"] == "p"


def test_an_unexpected_error_is_one_sentence_unless_debug_is_asked_for(
    project: Path, run: Run, monkeypatch: Any
) -> None:
    def broken(_project: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("review.services.overview.status", broken)
    stderr = run("status", status=1).stderr
    assert "ZeroDivisionError: by zero" in stderr
    assert "--debug" in stderr
    assert stderr.count("\n") == 1
    from click.testing import CliRunner

    assert isinstance(CliRunner().invoke(main, ["status", "--debug"]).exception, ZeroDivisionError)
    assert isinstance(CliRunner().invoke(main, ["--debug", "status"]).exception, ZeroDivisionError)


def test_what_cannot_be_written_is_one_json_document_too(collected: Path, run: Run, ask: Ask) -> None:
    (collected / "folder").write_text("a file where a folder is wanted")
    document = ask("decisions", "--out", "folder/all.csv", status=1)
    assert "folder" in document["error"]
    assert run("decisions", "--out", "folder/all.csv", status=1).stderr.count("\n") == 1


def test_a_file_that_cannot_be_written_is_named_with_the_reason() -> None:
    assert in_one_sentence(PermissionError(13, "Permission denied", "/x/y.csv")).startswith(
        "Error: /x/y.csv: permission denied."
    )


def test_of_very_many_messages_the_worst_are_told_and_json_lists_all(project: Path, run: Run, ask: Ask) -> None:
    untitled = "".join(f"TY  - JOUR\nAU  - Lima, A{n}\nAB  - Text {n}.\nER  - \n" for n in range(60))
    (project / "x.ris").write_text(f"{untitled}TI  - Without a type\nER  - \n")
    lines = run("import", "x.ris", status=1).stderr.splitlines()
    assert len(lines) == 41
    assert lines[0].startswith("error: x.ris:241:")
    assert lines[-1] == "… and 21 messages more. The same command with --json lists them all."
    (project / "x.ris").write_text(f"{untitled}TI  - Without a type at all\nER  - \n")
    assert len(ask("import", "x.ris", status=1)["findings"]) == 61


def test_ctrl_c_ends_politely(project: Path, run: Run, monkeypatch: Any) -> None:
    def interrupted(_project: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("review.services.overview.status", interrupted)
    result = run("status", status=130)
    assert result.stdout == ""
    assert result.stderr.strip().startswith("Stopped.")


def review(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "review", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        **options,
    )


def test_a_reader_that_goes_away_is_no_error_message(collected: Path, run: Run) -> None:
    process = review("status", stdin=subprocess.DEVNULL, cwd=collected)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as stream:
        assert stream.read() == ""
    process.wait(200)


def test_help_needs_none_of_the_heavy_libraries() -> None:
    code = (
        "import sys, review.cli; heavy = {'numpy', 'pandas', 'sklearn', 'scipy', 'sqlalchemy', 'streamlit', 'yaml'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_status_needs_neither_pandas_nor_scikit_learn_nor_streamlit(project: Path) -> None:
    code = (
        "import sys; from review.cli import main; main(['status'], standalone_mode=False);"
        "print(sorted({'pandas', 'sklearn', 'streamlit', 'openpyxl'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=project)
    assert done.stdout.splitlines()[-1] == "[]"


def test_letters_of_any_script_survive_a_terminal_that_cannot_show_them(project: Path, table: Table) -> None:
    table(project / "x.csv", "record_id,title,abstract", "1,骶骨 and β-lactam,Text")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    process = review("convert", "x.csv", "-", "--to", "json", cwd=project, env=environment)
    out, err = process.communicate(timeout=200)
    assert (process.returncode, err) == (0, "")
    assert json.loads(out)[0]["title"] == "骶骨 and β-lactam"


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_the_watch_ends_cleanly_on_sigterm(collected: Path) -> None:
    process = review("rank", "--watch", stdin=subprocess.PIPE, cwd=collected)
    try:
        _await_ranking(collected)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=120)
    finally:
        process.kill()
    assert (process.returncode, err) == (0, "")


def test_the_watch_ends_when_whoever_started_it_closes_its_input(collected: Path) -> None:
    process = review("rank", "--watch", stdin=subprocess.PIPE, cwd=collected)
    try:
        _await_ranking(collected)
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
        _, err = process.communicate(timeout=120)
    finally:
        process.kill()
    assert (process.returncode, err) == (0, "The watch has ended.\n")


def _await_ranking(folder: Path) -> None:
    """Wait until the watch has published an order."""
    import sqlite3
    from contextlib import closing

    end = time.monotonic() + 150
    while time.monotonic() < end:
        with closing(sqlite3.connect(folder / "review.sqlite", timeout=10)) as connection:
            if connection.execute("SELECT count(*) FROM rank_runs").fetchone()[0]:
                return
        time.sleep(0.2)
    raise AssertionError("no order was published")


def test_a_project_without_records_says_what_to_do_before_it_can_rank(project: Path, run: Run) -> None:
    told = run("rank", "--project", project).stdout
    assert told == "There is nothing to rank yet. Import search results first: review import FILE.\n"

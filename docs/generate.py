"""Writes the pages of docs/ that are computed from the program; `--check` fails where one is out of date.

Usage: python docs/generate.py [--check]
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from review.cli import main
from review.cli.program import SECTIONS, Command
from review.services.manuscript import checklists
from review.services.manuscript.lint import rules

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))  # the pages that have a file of their own
NOTE = "<!-- Written by docs/generate.py from the program itself; change the program and run it again. -->"
EXIT_STATUS = """\
Exit status: 0 done; 1 refused, or something is wrong with the data; 2 the command was not understood. Answers go to
standard output, progress and messages to standard error. With `--json` standard output holds exactly one JSON
document; its `findings` list what is wrong, and a refusal has `error` and `hint`.
"""


def cli_page() -> str:
    """Every command with its help, its options and examples."""
    root = click.Context(main, info_name="review")
    parts = [
        f"{NOTE}\n",
        "# Commands\n",
        _help(main),
        EXIT_STATUS,
        _contents(root),
    ]
    for title, names in SECTIONS:
        found = [name for name in names if name in main.commands]
        if found:
            parts.append(f"## {title}\n")
            parts += [part for name in found for part in _command(main.commands[name], root, name)]
    return "\n".join(parts).rstrip() + "\n"


def _contents(root: click.Context) -> str:
    rows = ["| Command | Does |", "|---|---|"]
    for path, command in _leaves(main, root):
        rows.append(f"| [`{path}`](#{path.replace(' ', '-')}) | {_cell(command.get_short_help_str(200))} |")
    return "\n".join(rows) + "\n"


def _leaves(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.commands[name]
        inner = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from _leaves(command, inner)
        else:
            yield inner.command_path, command


def _command(command: click.Command, parent: click.Context, name: str) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent)
    yield f"### {context.command_path}\n"
    yield _help(command)
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            yield from _command(command.commands[inner], context, inner)
        return
    yield f"```\n{context.command_path} {' '.join(command.collect_usage_pieces(context))}\n```\n"
    records = [
        found
        for p in command.params
        if isinstance(p, click.Option) and (found := p.get_help_record(context)) is not None
    ]
    yield (
        "\n".join(["| Option | |", "|---|---|", *(f"| `{_cell(name)}` | {_cell(text)} |" for name, text in records)])
        + "\n"
    )
    if isinstance(command, Command) and command.examples:
        yield "\n".join(["```sh", *command.examples, "```"]) + "\n"


def _help(command: click.Command) -> str:
    return inspect.cleandoc(command.help or "") + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def checklists_page() -> str:
    """Every reporting guideline with its items in our own words."""
    found = [checklists.load(name) for name in checklists.names()]
    parts = [
        f"{NOTE}\n",
        "# Reporting guidelines\n",
        (
            "The items are worded by us and keep the numbers of the edition; cite the guideline itself, and use its official\n"
            "form where a journal asks for it. Answer them on the page Checklists or with `review paper checklist`. “Rules” are\n"
            "those of `review paper lint` that look at the same thing: when one fails, an answer is shown as contradicted.\n"
        ),
        "| Name | Guideline | Edition | Items | For |",
        "|---|---|---|--:|---|",
        *(
            f"| [`{c.name}`](#{c.name}) | {_cell(c.title)} | {c.edition} | {len(c.items)} | {', '.join(c.types)} |"
            for c in found
        ),
        "",
    ]
    for one in found:
        source = f"<https://doi.org/{one.doi}>. " if one.doi else ""
        parts += [f"## {one.name}\n", f"**{one.title}**, {one.edition}. {source}Numbers: {one.numbering}.\n"]
        parts += [
            f"{one.note}\n" if one.note else "",
            f"{one.licence}\n",
            "| Item | Part | Asks | Rules |",
            "|---|---|---|---|",
        ]
        for item in one.items:
            mark = " (optional)" if item.optional else f" ({_cell(item.flag)})" if item.flag else ""
            parts.append(
                f"| {_cell(item.number)} | {_cell(item.section)} | {_cell(item.ask)}{mark} | {' '.join(item.rules)} |"
            )
        parts.append("")
    return "\n".join(part for part in parts if part is not None).rstrip() + "\n"


def lint_page() -> str:
    """Every rule of the linter."""
    from rules_page import rules_page

    return rules_page(rules(), NOTE)


PAGES: dict[str, Callable[[], str]] = {"checklists.md": checklists_page, "cli.md": cli_page, "rules.md": lint_page}


def run(arguments: list[str]) -> int:
    """Write the pages, or with --check compare them; the exit status."""
    check = "--check" in arguments
    stale = []
    for name, page in PAGES.items():
        path, text = FOLDER / name, page()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text, encoding="utf-8", newline="\n")
    if check and stale:
        sys.stderr.write(f"Out of date: {', '.join(stale)}. Run python docs/generate.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

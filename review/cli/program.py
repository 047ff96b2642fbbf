"""The program `review`: its sections, how help looks, and how it ends when something goes wrong."""

from __future__ import annotations

import difflib
import errno
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from review import __version__
from review.domain.errors import ReviewError

AS_JSON = "review.json"  # the running command was asked for JSON
STOPPED = 130  # what shells expect of a program ended by Ctrl-C

# The order of the work is the order of the help page.
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Begin", ("demo", "new", "protocol", "doctor")),
    ("Collect", ("search", "cite", "fetch", "import", "source", "convert", "dedup", "duplicates", "correct")),
    (
        "Screen",
        (
            "app",
            "rank",
            "decide",
            "decisions",
            "conflicts",
            "audit-sample",
            "retrieval",
            "fulltext",
            "status",
            "simulate",
        ),
    ),
    ("Chart and count", ("chart", "map", "flow", "evidence", "trace")),
    ("Work together safely", ("people", "backup", "restore")),
    ("Write and share", ("paper", "records", "export", "verify", "open")),
)


class Command(click.Command):
    """A command with examples, shown under its help and in the generated reference."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.examples:
            with formatter.section("Example" if len(self.examples) == 1 else "Examples"):
                for example in self.examples:
                    formatter.write(f"{'':>{formatter.current_indent}}{example}\n")
        super().format_epilog(ctx, formatter)


class Commands(click.Group):
    """A group that lists its commands in the order of the work and knows what a mistyped name may have meant."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            meant = f" Did you mean {near[0]!r}?" if near else f" See them all with `{ctx.command_path} --help`."
            raise click.UsageError(f"There is no command {args[0]!r}.{meant}", ctx=ctx)
        return super().resolve_command(ctx, args)


Commands.group_class = Commands


class Program(Commands):
    """The whole program. Refusals and surprises end it with a sentence, never with a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        listed = [name for _, names in SECTIONS for name in names if name in self.commands]
        return listed + sorted(set(self.commands) - set(listed))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, names in SECTIONS:
            found = [(name, command) for name in names if (command := self.get_command(ctx, name)) is not None]
            if found:
                with formatter.section(title):
                    formatter.write_dl([(name, command.get_short_help_str(160)) for name, command in found])

    def main(self, *args: Any, **kwargs: Any) -> Any:
        for stream in (sys.stdout, sys.stderr):
            # A title may hold any letter; an old code page must not stop the program in the middle of a list.
            if hasattr(stream, "reconfigure") and (stream.encoding or "").lower().replace("-", "") != "utf8":
                stream.reconfigure(encoding=stream.encoding if stream.isatty() else "utf-8", errors="backslashreplace")
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            click.echo("\nStopped. What was finished is kept; the rest was not begun or was taken back.", err=True)
            ctx.exit(STOPPED)
        except Exception as error:
            if debugging(ctx) or (isinstance(error, OSError) and error.errno == errno.EPIPE):
                raise
            if ctx.meta.get(AS_JSON):
                print_json(_refusal(error))
            click.echo(in_one_sentence(error), err=True)
            ctx.exit(1)


def print_json(document: Mapping[str, object]) -> None:
    """Print the one document that --json promises."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False, default=_plain))


def _plain(value: object) -> object:
    """Paths and sets as JSON knows them."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _refusal(error: Exception) -> dict[str, object]:
    if isinstance(error, ReviewError):
        return {"error": error.message, "hint": error.hint}
    return {"error": in_one_sentence(error).removeprefix("Error: "), "hint": ""}


def in_one_sentence(error: Exception) -> str:
    """What a person should read when something stopped the program."""
    if isinstance(error, ReviewError):
        return f"Error: {error}"
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return f"Error: {place}{error.strerror.lower()}. Check the name, your rights and the free space."
    return (
        f"Error: something went wrong that should not have ({type(error).__name__}: {error}). "
        "Run the same command again with --debug and report what it prints."
    )


def debugging(ctx: click.Context) -> bool:
    return bool(ctx.find_root().meta.get("review.debug"))


def _debug(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        ctx.find_root().meta["review.debug"] = True


debug_option = click.option(
    "--debug",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_debug,
    hidden=True,
    help="Show where in the program an unexpected error arose.",
)


@click.group(
    name="review",
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Ask for help on any command, for example: review import --help",
)
@click.version_option(__version__, "--version", prog_name="Scopewright", message="%(prog)s %(version)s")
@debug_option
def program() -> None:
    """Scopewright takes a scoping review from the protocol to the paper.

    A project is a folder. Every command works in the project of the folder you are in, or in the one you name
    with --project DIR. Add --json to get the answer as JSON for a script.
    """

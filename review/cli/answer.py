"""What a command gives back and how it reaches the person: text or one JSON document, findings, exit status."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import click

from review.cli.program import AS_JSON, debug_option, print_json
from review.domain.finding import Finding, Severity, Status, summed
from review.domain.naming import counted

FAILING = (Severity.ERROR, Severity.BLOCKER)  # the threshold of exit status 1
MOST_MESSAGES = 40
Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command found out.

    `document` is the JSON form; its findings are added to it. `text` goes to standard output, `notes` to standard
    error. Findings go to standard error too, unless they are what was asked for (`answer`) or stand in the text.
    """

    document: Mapping[str, object]
    text: str = ""
    notes: Sequence[str] = ()
    findings: Sequence[Finding] = ()
    findings_in: Literal["messages", "answer", "text"] = "messages"
    early: int = 0  # the exit status of what ended before its end; this is what was done by then

    @property
    def status(self) -> int:
        return self.early or int(any(f.severity in FAILING for f in self.findings))


Body = Callable[..., Answer]
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def last_option(*names: str, **attributes: Any) -> Callable[[Decorated], Decorated]:
    """An option that stands after a command's own ones in its help."""

    def decorate(function: Decorated) -> Decorated:
        decorated = click.option(*names, **attributes)(function)
        parameters: list[click.Parameter] = decorated.__click_params__  # type: ignore[attr-defined]
        parameters.insert(0, parameters.pop())  # click lists them from the end
        return decorated

    return decorate


project_option = last_option(
    "--project",
    "project_folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="The project's folder. Without it: the nearest folder upwards that holds review.toml.",
)


def answers(function: Body) -> Callable[..., None]:
    """Print what a command answers, as text or as JSON, and set the exit status."""

    @last_option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
    @debug_option
    @functools.wraps(function)
    def run(*, as_json: bool, **arguments: Any) -> None:
        context = click.get_current_context()
        context.meta[AS_JSON] = as_json
        answer = function(**arguments)
        _show(answer, as_json=wants_json())
        context.exit(answer.status)

    return run


def _show(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        print_json({**answer.document, "findings": [f.as_dict() for f in answer.findings]})
    else:
        for line in _told(answer):
            click.echo(line, err=answer.findings_in == "messages")
        if answer.text:
            click.echo(answer.text)
    for note in answer.notes:
        click.echo(note, err=True)


def _told(answer: Answer) -> list[str]:
    """The findings as lines; of very many messages only the worst, since nobody reads a thousand lines."""
    if answer.findings_in == "text":
        return []
    if answer.findings_in == "answer" or len(answer.findings) <= MOST_MESSAGES:
        return [line_of(finding) for finding in answer.findings]
    worst = sorted(answer.findings, key=lambda f: -list(Severity).index(f.severity))[:MOST_MESSAGES]
    more = len(answer.findings) - MOST_MESSAGES
    return [
        *map(line_of, worst),
        f"… and {counted(more, 'message')} more. The same command with --json lists them all.",
    ]


def wants_json() -> bool:
    """True while the running command was asked for JSON."""
    return bool(click.get_current_context().meta.get(AS_JSON))


def line_of(finding: Finding) -> str:
    """A finding as one line: how bad, where, what, what to do."""
    word = "not evaluable" if finding.status is Status.NOT_EVALUABLE else str(finding.severity)
    differs = f" (expected {finding.expected}, got {finding.got})" if finding.expected and finding.got else ""
    return f"{word}: {finding}{differs} [{finding.rule}]"


def summary_of(findings: Sequence[Finding]) -> str:
    """How many findings of each severity, as in `2 errors, 1 warning`."""
    return summed(findings) or "nothing to mend"


def in_project(function: Body) -> Body:
    """Open the project of --project DIR, or of the folder one stands in, for the time of the command."""

    @project_option
    @functools.wraps(function)
    def run(*, project_folder: Path | None, **arguments: Any) -> Answer:
        from review.services.project import open_project

        project = open_project(project_folder)
        try:
            return function(project, **arguments)
        finally:
            project.close()

    return run


@contextmanager
def progress() -> Iterator[Tell]:
    """A progress callback: a bar on standard error if a person is watching, else silence."""
    if not sys.stderr.isatty() or wants_json():
        yield lambda _what, _share: None
        return
    with click.progressbar(length=100, label="", file=sys.stderr, show_eta=True) as bar:

        def tell(what: str, share: float) -> None:
            bar.label = what
            bar.update(round(share * 100) - bar.pos)
            bar.render_progress()

        yield tell

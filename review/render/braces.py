"""What is wrong with braces in a manuscript, told to people who never wrote a program."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_OPENED = re.compile(r"\{\{(?:(?!\{\{|\}\}).)*?(?=\{\{|\n[ \t]*\n|\Z)", re.DOTALL)
_EMPTY = re.compile(r"\{\{\s*\}\}")
_STATEMENT = re.compile(r"\{[%#]")
_SINGLE = re.compile(r"(?<![{\\$])\{\s*(?P<name>[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)\s*(?:\|[^{}]*)?\}(?!\})")
_LIKE = "such as {{ flow.records_screened }}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    message: str
    line: int
    hint: str


def trouble(text: str, *, said: str, line: int) -> Trouble:
    """Why a text with braces cannot be read: the first cause that can be seen in it, else what the reader of it `said`.

    >>> trouble("Of {{ n.all", said="", line=1).message
    'Two braces are opened here and never closed.'
    """
    if opened := _OPENED.search(text):
        hint = f"Write two braces at either end, {_LIKE}."
        return Trouble(message="Two braces are opened here and never closed.", line=_line(text, opened), hint=hint)
    if empty := _EMPTY.search(text):
        hint = f"Write the name of a number, {_LIKE}; review paper facts lists them."
        return Trouble(message="Nothing stands between these braces.", line=_line(text, empty), hint=hint)
    if statement := _STATEMENT.search(text):
        hint = "Put it between backticks if it is to be printed as it stands."
        message = f"{statement[0]} begins an instruction here that has no end."
        return Trouble(message=message, line=_line(text, statement), hint=hint)
    hint = f"Only the name of a number can stand there, {_LIKE}, with a filter behind |."
    return Trouble(message=f"The braces cannot be read: {said.rstrip('.')}.", line=line, hint=hint)


def single(text: str, names: Collection[str]) -> Iterator[Trouble]:
    """Names of numbers between single braces, which are printed as they stand."""
    for found in _SINGLE.finditer(text):
        if found["name"] in names:
            hint = f"Write two braces at either end: {{{{ {found['name']} }}}}."
            message = f"{{{found['name']}}} has one brace at either end, so it is printed as it stands."
            yield Trouble(message=message, line=_line(text, found), hint=hint)


def _line(text: str, found: re.Match[str]) -> int:
    return text.count("\n", 0, found.start()) + 1

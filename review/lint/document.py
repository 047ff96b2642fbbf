"""A manuscript parsed once: headings, marks of checklist items, open tasks, citations, each with its line.

Code and comments are not prose: nothing in them is read as a task or a citation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from review.domain.finding import Finding, Severity

TITLE = "Title"  # the place of what stands before the first heading

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*(?:\{[^}]*\})?\s*#*$")
_MARK = re.compile(
    r"<!--\s*(?P<kind>reports|open|na):\s*(?P<items>[\w.:,\s-]*?)(?:\s+--\s+(?P<note>.*?))?\s*-->", re.DOTALL
)
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_TASK = re.compile(r"^>\s*\*\*To write:\*\*")
_CITATION = re.compile(r"(?<![\w@\\])@(?:\{([^}\s]+)\}|([A-Za-z0-9_][\w:.#$%&\-+?<>~/]*))")
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """`<!-- reports: prisma-scr:9 -->`: kind is reports, open or na; `section` numbers the heading it stands under."""

    kind: str
    items: frozenset[str]
    note: str
    line: int
    heading: str
    section: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A block that tells the author what to write here."""

    line: int
    heading: str
    section: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    key: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """A line of text outside code and comments, with what it says."""

    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    path: str
    marks: tuple[Mark, ...]
    tasks: tuple[Task, ...]
    citations: tuple[Citation, ...]
    prose: tuple[Prose, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing a reviewer looks for. `check` takes the document and the text of references.bib."""

    id: str
    title: str
    severity: Severity
    check: Callable[[Document, str], list[Finding]]


def parse(text: str, *, path: str = "manuscript.md") -> Document:
    """Read a manuscript; lines count from 1 in the file as it stands."""
    headings = _headings(text)
    bare = _without_comments(text)
    marks = []
    for match in _MARK.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        section, heading = _place(headings, line)
        items = frozenset(part for part in re.split(r"[,\s]+", match["items"]) if part)
        marks.append(
            Mark(kind=match["kind"], items=items, note=match["note"] or "", line=line, heading=heading, section=section)
        )
    prose = [Prose(text=_without_code(line), line=number) for number, line in _prose(bare)]
    tasks = []
    for piece in prose:
        if _TASK.match(piece.text):
            section, heading = _place(headings, piece.line)
            tasks.append(Task(line=piece.line, heading=heading, section=section))
    citations = [
        Citation(key=(m[1] or m[2]).rstrip(".:,;?"), line=piece.line, column=m.start() + 1)
        for piece in prose
        for m in _CITATION.finditer(piece.text)
    ]
    return Document(path=path, marks=tuple(marks), tasks=tuple(tasks), citations=tuple(citations), prose=tuple(prose))


def _headings(text: str) -> list[tuple[int, str]]:
    return [(number, m[2]) for number, line in _prose(_without_comments(text)) if (m := _HEADING.match(line))]


def _place(headings: list[tuple[int, str]], line: int) -> tuple[int, str]:
    before = [(at, name) for at, (number, name) in enumerate(headings, start=1) if number <= line]
    return before[-1] if before else (0, TITLE)


def _without_code(line: str) -> str:
    """Code spans blanked out, every column kept where it is."""
    return _CODE.sub(lambda code: " " * len(code[0]), line)


def _without_comments(text: str) -> str:
    """Comments blanked out, every line kept where it is."""
    return re.sub(r"<!--.*?-->", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.DOTALL)


def _prose(text: str) -> list[tuple[int, str]]:
    """The numbered lines outside the YAML header and fenced code."""
    lines = text.split("\n")
    start = 0
    if lines and lines[0].strip() == "---":
        start = next((at for at in range(1, len(lines)) if lines[at].strip() in ("---", "...")), 0) + 1
    found, fence = [], ""
    for number, line in enumerate(lines[start:], start=start + 1):
        mark = _FENCE.match(line)
        if mark and (not fence or (mark[1].startswith(fence) and line.strip() == mark[1])):
            fence = "" if fence else mark[1]
        elif not fence:
            found.append((number, line))
    return found

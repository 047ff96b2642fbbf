"""A manuscript parsed once: headings, marks of checklist items, open tasks, citations, each with its line.

Code and comments are not prose: nothing in them is read as a task or a citation.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from review.domain.finding import Finding, Severity
from review.domain.markup import Kind, Verbatim, header_end, verbatim

TITLE = "Title"  # the place of what stands before the first heading

_HEADING = re.compile(r"#{1,6}(?=\s)")
_MARK = re.compile(r"<!--\s*(?P<kind>reports|open|na):")
_BREAK = re.compile(r"\n")
_SIGN = re.compile(r"[^\n]")
_NOTE = re.compile(r"\s--\s")
_ITEMS = re.compile(r"[\w.:,\s-]*")
_TASK = re.compile(r"^>\s*\*\*To write:\*\*")
_CITATION = re.compile(r"(?<![\w@\\])@(?:\{([^{}\s]+)\}|([A-Za-z0-9_][\w:.#$%&\-+?<>~/]*))")


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
    split = header_end(text)
    body = _Body(text=text[split:], first_line=text.count("\n", 0, split) + 1)
    headings = [(number, _title(line)) for number, line in body.lines(Kind.COMMENT) if _HEADING.match(line)]
    marks = []
    for comment in body.comments():
        line = body.line_of(comment.start)
        section, heading = _place(headings, line)
        marks += _marks(body.text[comment.start : comment.end], line=line, heading=heading, section=section)
    prose = [Prose(text=line, line=number) for number, line in body.lines(Kind.COMMENT, Kind.CODE)]
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


class _Body:
    """The text behind the header, and which of its parts are not prose."""

    def __init__(self, *, text: str, first_line: int) -> None:
        self.text = text
        self._first = first_line
        self._found = verbatim(text, mathematics=False)
        self._breaks = [match.start() for match in _BREAK.finditer(text)]
        blocks = [f for f in self._found if f.kind is Kind.BLOCK]
        self._fenced = {line for f in blocks for line in range(self.line_of(f.start), self.line_of(f.end) + 1)}

    def line_of(self, at: int) -> int:
        return self._first + bisect_left(self._breaks, at)

    def comments(self) -> list[Verbatim]:
        return [f for f in self._found if f.kind is Kind.COMMENT]

    def lines(self, *blanked: Kind) -> list[tuple[int, str]]:
        """The numbered lines outside fenced code, parts of these kinds blanked out and every column kept."""
        parts, done = [], 0
        for found in self._found:
            if found.kind in blanked:
                parts += [self.text[done : found.start], _SIGN.sub(" ", self.text[found.start : found.end])]
                done = found.end
        lines = "".join([*parts, self.text[done:]]).split("\n")
        return [(number, line) for number, line in enumerate(lines, start=self._first) if number not in self._fenced]


def _title(line: str) -> str:
    """What a heading says, without its attributes and closing signs."""
    said = line.lstrip("#").strip().rstrip("#").rstrip()
    if said.endswith("}"):
        attributes = said.find("{", said.rfind("}", 0, -1) + 1)
        said = said[:attributes].rstrip() if attributes >= 0 else said
    return said


def _place(headings: list[tuple[int, str]], line: int) -> tuple[int, str]:
    section = bisect_right(headings, line, key=lambda heading: heading[0])
    return (section, headings[section - 1][1]) if section else (0, TITLE)


def _marks(comment: str, *, line: int, heading: str, section: int) -> list[Mark]:
    """The mark that a comment is, if it is one."""
    match = _MARK.match(comment)
    if match is None:
        return []
    items, *rest = _NOTE.split(comment[match.end() : -len("-->")], maxsplit=1)
    if not _ITEMS.fullmatch(items):
        return []
    named = frozenset(part for part in re.split(r"[,\s]+", items) if part)
    note = rest[0].strip() if rest else ""
    return [Mark(kind=match["kind"], items=named, note=note, line=line, heading=heading, section=section)]

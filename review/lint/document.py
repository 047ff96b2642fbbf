"""A manuscript parsed once: sections by role, sentences with their numbers, tables, citations, marks of checklist items, tasks.

Code, comments, mathematics and tasks are not prose: nothing in them is read as a number, a claim or a citation.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from review.domain.markup import Kind, Verbatim, header_end, verbatim
from review.lint.grids import Grid, grids
from review.lint.numbers import Number, numbers
from review.lint.prose import blanked, readable
from review.lint.sections import Role, Section, placed
from review.lint.sentences import paragraphs, sentences

_TAIL = 16  # signs behind the full stop of a sentence in which its superscript citations may stand
TITLE = "Title"  # the place of what stands before the first heading

_HEADING = re.compile(r"(#{1,6})(?=\s)")
_MARK = re.compile(r"<!--\s*(?P<kind>reports|open|na):")
_BREAK = re.compile(r"\n")
_SIGN = re.compile(r"[^\n]")
_NOTE = re.compile(r"\s--\s")
_ITEMS = re.compile(r"[\w.:,\s-]*")
_TASK = re.compile(r"^>\s*\*\*To write:\*\*")
_CITATION = re.compile(r"(?<![\w@\\])@(?:\{([^{}\s]+)\}|([A-Za-z0-9_][\w:.#$%&\-+?<>~/]*))")
_CITED = re.compile(
    r"\[[\d\s,;–-]+\]|@[A-Za-z0-9_{]|\bet\sal\b|\((?:see\s)?[A-Z][^()\d]{1,60},?\s(?:19|20)\d\d[a-z]?\b"
)
# Superscript numbers behind a word or a sign are citations; behind a unit, a symbol or a number they are powers.
_RAISED = re.compile(
    r"(?<=[a-z.,;:)\]”\"’é])(?<!\b[mckµRrIn])(?<!\b[mckµ]m)(?:\^|<sup>)\d{1,3}(?:\s?[,;–-]\s?\d{1,3})*(?:\^|</sup>)(?!\w)"
)
_CAPTION = re.compile(r"(?:(?:Table|Figure)?\s*:\s|(?:Table|Fig(?:ure|\.))\s+S?\d+[.:])", re.IGNORECASE)
_LABELLED = re.compile(
    r"^[ \t]*(?:\*\*|__|\*)?(Background|Introduction|Objectives?|Aims?|Purpose|(?:Materials?\sand\s)?Methods?|Results|Findings|Conclusions?|Interpretation)\s?(?:[:.]\s?(?:\*\*|__|\*)?|(?:\*\*|__|\*)\s?[:.]?)\s",
    re.MULTILINE,
)
_LABELS = 3  # labels of a structured abstract, from which on paragraphs without a heading are one
_FIELD = re.compile(
    r"^(?P<key>[A-Za-z_-]+):[ \t]*(?:[|>][+-]?[ \t]*\n(?P<block>(?:[ \t]+\S.*(?:\n|\Z))*)|(?P<value>.*)$)", re.MULTILINE
)


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
class Sentence:
    """A sentence, its place in the body, its section and paragraph, and the numbers in it (their places count from it)."""

    text: str
    start: int
    role: Role
    section: int
    paragraph: int
    caption: bool
    cites: bool
    numbers: tuple[Number, ...]

    @property
    def low(self) -> str:
        return self.text.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the lines of a text come from that was made of another: for each line that of the source, from 1."""

    lines: Sequence[int]
    source: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    path: str
    marks: tuple[Mark, ...]
    tasks: tuple[Task, ...]
    citations: tuple[Citation, ...]
    prose: tuple[Prose, ...]
    body: str = ""
    first_line: int = 1
    header: dict[str, str] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    grids: tuple[Grid, ...] = ()
    breaks: tuple[int, ...] = ()
    origin: Origin | None = None

    @property
    def title(self) -> str:
        """The title of the header, else the first heading where that names no part of a paper."""
        first = next((s for s in self.sections if s.level), None)
        headed = first.title if first is not None and first.level == 1 and first.role is Role.OTHER else ""
        return self.header.get("title", "") or headed

    def place(self, at: int) -> tuple[int, int | None]:
        """The line and column in the author's file of a place in the body; a column only where the line is the author's."""
        row = bisect_left(self.breaks, at)
        column = at - (self.breaks[row - 1] if row else -1)
        line = self.first_line + row
        if self.origin is None:
            return line, column
        source = self.origin.lines[min(line, len(self.origin.lines)) - 1] if self.origin.lines else line
        return source, column if self._line(row) == self._source(source) else None

    def bound(self, sentence: Sentence, number: Number) -> bool:
        """Whether a number was looked up for this text rather than written in it."""
        if self.origin is None:
            return False
        line, _ = self.place(sentence.start + number.start)
        return number.text not in self._source(line)

    def of(self, *roles: Role) -> Iterator[Sentence]:
        """The sentences of sections with these roles."""
        return (s for s in self.sentences if s.role in roles)

    def says(self, pattern: re.Pattern[str], roles: Collection[Role] = ()) -> Sentence | None:
        """The first sentence outside the references in which the pattern is found."""
        for sentence in self.sentences:
            if sentence.role is Role.REFERENCES or (roles and sentence.role not in roles):
                continue
            if pattern.search(sentence.text):
                return sentence
        return None

    def _line(self, row: int) -> str:
        start = self.breaks[row - 1] + 1 if row else 0
        end = self.breaks[row] if row < len(self.breaks) else len(self.body)
        return self.body[start:end]

    def _source(self, line: int) -> str:
        source = self.origin.source if self.origin else ()
        return source[line - 1] if 0 < line <= len(source) else ""


def parse(text: str, *, path: str = "manuscript.md", origin: Origin | None = None) -> Document:
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
    header = _header(text[:split])
    tables = tuple(grids(blanked(body.text, body.unread())))
    sections, found = _read(body, tables)
    return Document(
        path=path,
        marks=tuple(marks),
        tasks=tuple(tasks),
        citations=tuple(_citations(prose)),
        prose=tuple(prose),
        body=body.text,
        first_line=body.first_line,
        header=header,
        sections=sections,
        sentences=found,
        grids=tables,
        breaks=tuple(body.breaks),
        origin=origin,
    )


def _citations(prose: Sequence[Prose]) -> Iterator[Citation]:
    for piece in prose:
        for m in _CITATION.finditer(piece.text):
            yield Citation(key=(m[1] or m[2]).rstrip(".:,;?"), line=piece.line, column=m.start() + 1)


def _header(text: str) -> dict[str, str]:
    """The plain values of the YAML header; a title may go on over several lines."""
    told = {m["key"].casefold(): m["value"] if m["block"] is None else m["block"] for m in _FIELD.finditer(text)}
    return {key: " ".join(value.split()).strip("\"'") for key, value in told.items()}


def _read(body: _Body, tables: Sequence[Grid]) -> tuple[tuple[Section, ...], tuple[Sentence, ...]]:
    """Sections and sentences; tables and tasks are left out of the prose."""
    text = blanked(readable(body.text), sorted([*((g.start, g.end) for g in tables), *body.tasks()]))
    sections = tuple(_sections(body))
    found: list[Sentence] = []
    for place, section in enumerate(sections):
        for start, end in paragraphs(text, section.start, section.end):
            number = found[-1].paragraph + 1 if found else 0
            is_caption = bool(_CAPTION.match(text, start, end)) or body.text.startswith("![", start)
            spans = sentences(text, start, end)
            for a, b in spans:
                raised = _RAISED.search(body.text, a, b + _TAIL) is not None
                found.append(_sentence(text[a:b], (a, place, number), section, is_caption=is_caption, raised=raised))
    return sections, tuple(found)


def _sentence(
    text: str, place: tuple[int, int, int], section: Section, *, is_caption: bool, raised: bool = False
) -> Sentence:
    """A sentence that begins at a place of the body, in the section and the paragraph of these numbers.

    `raised` says that it cites by superscripts, which the text does not show.
    """
    flat = text.replace("\n", " ")
    return Sentence(
        text=flat,
        start=place[0],
        role=section.role,
        section=place[1],
        paragraph=place[2],
        caption=is_caption,
        cites=raised or bool(_CITED.search(flat)),
        numbers=numbers(flat) if section.role is not Role.REFERENCES else (),
    )


def _sections(body: _Body) -> Iterator[Section]:
    """The parts of the body between headings, the one before the first among them."""
    heads = [
        (m.start(), len(m[1]))
        for m in re.finditer(r"^(#{1,6})(?=\s)", body.text, re.MULTILINE)
        if not body.verbatim(m.start())
    ]
    above: list[tuple[int, Role]] = []
    first = heads[0][0] if heads else len(body.text)
    opening = Role.ABSTRACT if _is_abstract(body.text[:first]) else Role.FRONT
    yield Section(title=TITLE, level=0, role=opening, line=body.first_line, start=0, end=first)
    for n, (start, level) in enumerate(heads):
        newline = body.text.find("\n", start)
        behind = len(body.text) if newline < 0 else newline + 1
        title = _title(body.text[start:behind])
        end = heads[n + 1][0] if n + 1 < len(heads) else len(body.text)
        role = placed(title, level, above)
        if role is Role.OTHER and n == 0 and _is_abstract(body.text[behind:end]):
            role = Role.ABSTRACT
        yield Section(title=title, level=level, role=role, line=body.line_of(start), start=behind, end=end)


def _is_abstract(text: str) -> bool:
    """Whether paragraphs without a heading are those of a structured abstract: `Background: …`, `Methods: …`, `Results: …`."""
    return len({label.casefold() for label in _LABELLED.findall(text)}) >= _LABELS


class _Body:
    """The text behind the header, and which of its parts are not prose."""

    def __init__(self, *, text: str, first_line: int) -> None:
        self.text = text
        self.first_line = first_line
        self._found = verbatim(text, mathematics=False)
        self.breaks = [match.start() for match in _BREAK.finditer(text)]
        blocks = [f for f in self._found if f.kind is Kind.BLOCK]
        self._fenced = {line for f in blocks for line in range(self.line_of(f.start), self.line_of(f.end) + 1)}

    def line_of(self, at: int) -> int:
        return self.first_line + bisect_left(self.breaks, at)

    def comments(self) -> list[Verbatim]:
        return [f for f in self._found if f.kind is Kind.COMMENT]

    def unread(self) -> list[tuple[int, int]]:
        """Fenced code and comments."""
        return [(f.start, f.end) for f in self._found if f.kind is not Kind.CODE]

    def verbatim(self, at: int) -> bool:
        place = bisect_right(self._found, at, key=lambda f: f.start) - 1
        return place >= 0 and at < self._found[place].end and self._found[place].kind is not Kind.CODE

    def tasks(self) -> Iterator[tuple[int, int]]:
        """The blocks that tell the author what to write: from their first line to the end of the quotation."""
        for match in re.finditer(r"^>\s*\*\*To write:\*\*(?:[^\n]*\n?)(?:>[^\n]*\n?)*", self.text, re.MULTILINE):
            yield match.span()

    def lines(self, *blanked: Kind) -> list[tuple[int, str]]:
        """The numbered lines outside fenced code, parts of these kinds blanked out and every column kept."""
        parts, done = [], 0
        for found in self._found:
            if found.kind in blanked:
                parts += [self.text[done : found.start], _SIGN.sub(" ", self.text[found.start : found.end])]
                done = found.end
        lines = "".join([*parts, self.text[done:]]).split("\n")
        return [
            (number, line) for number, line in enumerate(lines, start=self.first_line) if number not in self._fenced
        ]


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

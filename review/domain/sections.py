"""A manuscript's text by its headings, and what of it counts as the same text: for anchors, approvals and limits.

Marks and other comments, blanks and line breaks can change without the text being another.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from review.domain.markup import Kind, Verbatim, header_end, verbatim

TITLE = "Title"  # the place of what stands before the first heading
_HEADING = re.compile(r"^(?P<signs>#{1,6})[ \t]+(?P<title>[^\n]+)$", re.MULTILINE)
_WORD = re.compile(r"\w[\w'’.-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with what stands below it: `own` up to the next heading, `whole` with its subsections."""

    heading: str
    level: int
    line: int
    own: str
    whole: str


def sections(text: str) -> list[Section]:
    r"""The sections of a manuscript in order; what stands before the first heading is one called Title, of level 0.

    >>> [(s.heading, s.level, s.own) for s in sections("# A\nx\n\n## B\ny")]
    [('A', 1, 'x'), ('B', 2, 'y')]
    """
    start = header_end(text)
    body = text[start:]
    marks = _headings(body)
    breaks = [match.start() for match in re.finditer("\n", text)]
    found = []
    first = body[: marks[0].start() if marks else None].strip()
    if first:
        found.append(Section(heading=TITLE, level=0, line=bisect_left(breaks, start) + 1, own=first, whole=first))
    closes = _closes(marks, len(body))
    for at, mark in enumerate(marks):
        ends = marks[at + 1].start() if at + 1 < len(marks) else len(body)
        found.append(
            Section(
                heading=title_of(mark["title"]),
                level=len(mark["signs"]),
                line=bisect_left(breaks, start + mark.start()) + 1,
                own=body[mark.end() : ends].strip(),
                whole=body[mark.end() : closes[at]].strip(),
            )
        )
    return found


def _headings(body: str) -> list[re.Match[str]]:
    """The heading lines outside code and comments."""
    hidden = [p for p in verbatim(body, mathematics=False) if p.kind in (Kind.BLOCK, Kind.COMMENT)]
    begins = [part.start for part in hidden]
    found = []
    for match in _HEADING.finditer(body):
        before = bisect_right(begins, match.start()) - 1
        if before < 0 or hidden[before].end <= match.start():
            found.append(match)
    return found


def _closes(marks: Sequence[re.Match[str]], end: int) -> list[int]:
    """Where each section ends with its subsections: at the next heading of its level or a higher one."""
    result = [end] * len(marks)
    ahead: list[re.Match[str]] = []  # headings further down, nearest last, each of a higher level than those nearer
    for at in range(len(marks) - 1, -1, -1):
        while ahead and len(ahead[-1]["signs"]) > len(marks[at]["signs"]):
            ahead.pop()
        result[at] = ahead[-1].start() if ahead else end
        ahead.append(marks[at])
    return result


def title_of(heading: str) -> str:
    """What a heading says, without closing signs and attributes.

    >>> title_of("Methods ## {.unnumbered}")
    'Methods'
    """
    said = heading.rstrip()
    if said.endswith("}"):
        begins = said.rfind("{")
        said = said[:begins] if begins >= 0 and "}" not in said[begins:-1] else said
    return said.rstrip().rstrip("#").rstrip()


def bare(text: str) -> str:
    """The text without comments, its blanks and line breaks made one blank each."""
    parts, done = [], 0
    for part in _comments(text):
        parts.append(text[done : part.start])
        done = part.end
    return " ".join("".join([*parts, text[done:]]).split())


def _comments(text: str) -> Iterator[Verbatim]:
    return (part for part in verbatim(text, mathematics=False) if part.kind is Kind.COMMENT)


def text_hash(text: str) -> str:
    """The same for two texts that differ in comments and blanks only."""
    return hashlib.sha256(bare(text).encode()).hexdigest()


def words(text: str) -> int:
    """How many words of prose there are; comments are none.

    >>> words("Two words <!-- and not these -->")
    2
    """
    return len(_WORD.findall(bare(text)))


# Which part of a paper a heading opens; the first that fits.
_ROLES = (
    ("abstract", re.compile(r"abstract|summary$", re.IGNORECASE)),
    ("introduction", re.compile(r"introduction|background|motivation|related work|clinical question", re.IGNORECASE)),
    ("discussion", re.compile(r"discussion|limitation|conclusion|deployment|consequence", re.IGNORECASE)),
    ("results", re.compile(r"result|finding|accounting|baseline", re.IGNORECASE)),
    ("methods", re.compile(r"method|material|construction|label|split|evaluation|design|participants", re.IGNORECASE)),
)


def role(heading: str) -> str:
    """Which part of a paper a heading opens: abstract, introduction, methods, results, discussion, or other.

    >>> role("Materials and methods"), role("Funding")
    ('methods', 'other')
    """
    return next((name for name, pattern in _ROLES if pattern.search(heading)), "other")


def roles(found: Sequence[Section]) -> list[str]:
    """The part of the paper each section belongs to; what is not told by its own heading, its parent's tells."""
    result: list[str] = []
    above: list[tuple[int, str]] = []
    for section in found:
        above = [(level, name) for level, name in above if level < section.level]
        own = "title" if section.level == 0 else role(section.heading)
        name = own if own != "other" or not above else above[-1][1]
        above.append((section.level, name))
        result.append(name)
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A place in a manuscript: its heading, its line and the hash of the text that stands there."""

    heading: str
    line: int
    text_hash: str


def anchor(text: str, where: str) -> Anchor | None:
    r"""The heading, or else the sentence, that `where` names; None if the text has neither.

    >>> anchor("# Methods\nTwo readers agreed.", "two readers agreed.").heading
    'Methods'
    """
    wanted = " ".join(where.split())
    found = sections(text)
    for section in found:
        if section.heading.casefold() == title_of(wanted.lstrip("#").strip()).casefold():
            return Anchor(heading=section.heading, line=section.line, text_hash=text_hash(section.whole))
    return _sentence(text, found, wanted) if " " in wanted else None


def _sentence(text: str, found: Sequence[Section], wanted: str) -> Anchor | None:
    for section in reversed(found):  # the innermost holds it
        if wanted.casefold() in bare(section.own).casefold():
            return Anchor(heading=section.heading, line=_line_of(text, section, wanted), text_hash=text_hash(wanted))
    return None


def _line_of(text: str, section: Section, wanted: str) -> int:
    """The line where the sentence begins; the section's where a line break or a comment hides it."""
    after = sum(len(line) + 1 for line in text.split("\n")[: section.line - 1])
    for length in (4, 3, 2, 1):
        begins = r"\s+".join(re.escape(word) for word in wanted.split()[:length])
        match = re.search(begins, text[after:], re.IGNORECASE)
        if match is not None:
            return section.line + text.count("\n", after, after + match.start())
    return section.line


def nearest(text: str, where: str) -> list[str]:
    """The headings most like what was asked for; the first ones if none is."""
    names = list(dict.fromkeys(section.heading for section in sections(text) if section.level))
    near = difflib.get_close_matches(where.casefold(), [name.casefold() for name in names], n=3)
    return [name for name in names if name.casefold() in near] or names[:12]

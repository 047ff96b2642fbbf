"""Which parts of a Markdown text stand as they are: its header, fenced code, comments, code spans, mathematics.

The text is read once from left to right, so that time grows with its length and not faster, whatever it holds.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum

_HEADER = re.compile(r"\A---[ \t]*\n(?:.*?\n)??(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_BEGINS = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,})(?P<info>[^\n]*)|<!--|(?P<ticks>`+)|\$", re.MULTILINE)
_CLOSES = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,})[ \t]*$", re.MULTILINE)
_TICKS = re.compile(r"`+")


class Kind(StrEnum):
    BLOCK = "block"  # fenced code
    COMMENT = "comment"
    CODE = "code"
    MATHEMATICS = "mathematics"


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A part of a text that is not read as prose: `text[start:end]`."""

    kind: Kind
    start: int
    end: int


def header_end(text: str) -> int:
    r"""Where the body begins, behind the YAML header; 0 if there is no header.

    >>> header_end("---\ntitle: A\n---\nText")
    17
    """
    header = _HEADER.match(text)
    return header.end() if header else 0


def verbatim(text: str, *, mathematics: bool = True) -> list[Verbatim]:
    """The parts of a text without its header, from left to right; what is opened and never closed is prose.

    >>> [part.kind.value for part in verbatim("See `a` <!-- or --> $b$")]
    ['code', 'comment', 'mathematics']
    """
    ends, found, at = _Ends(text), list[Verbatim](), 0
    while begins := _BEGINS.search(text, at):
        at = begins.end()
        kind, start, end = Kind.COMMENT, begins.start(), -1
        if fence := begins["fence"]:
            kind, end = Kind.BLOCK, ends.of_block(start, fence, begins["info"])
            if end < 0 and fence[0] == "`":  # no fence, but it may be a code span
                start, at = begins.start("fence"), begins.end("fence")
                kind, end = Kind.CODE, ends.of_code(start, len(fence))
            elif end < 0:
                at = begins.end("fence")
        elif ticks := begins["ticks"]:
            kind, end = Kind.CODE, ends.of_code(start, len(ticks))
        elif begins[0] == "$":
            kind, end = Kind.MATHEMATICS, ends.of_mathematics(start) if mathematics else -1
        else:
            end = ends.behind("-->", start + 4)
        if end >= 0:
            found.append(Verbatim(kind, start, end))
            at = end
    return found


class _Ends:
    """Where a part that begins somewhere ends, or −1. Asked from left to right, it reads the text once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next: dict[str, int] = {}
        self._blocks = _block_ends(text)
        self._spans = _span_ends(text)

    def find(self, what: str, at: int) -> int:
        """As `str.find`; what was found further on is remembered."""
        if what not in self._next or -1 < self._next[what] < at:
            self._next[what] = self._text.find(what, at)
        return self._next[what]

    def behind(self, what: str, at: int) -> int:
        place = self.find(what, at)
        return -1 if place < 0 else place + len(what)

    def of_block(self, start: int, fence: str, info: str) -> int:
        return -1 if fence[0] == "`" and "`" in info else self._blocks.get(start, -1)

    def of_code(self, start: int, ticks: int) -> int:
        """Behind the next run of as many backticks in the same paragraph."""
        end = self._spans.get(start, -1)
        return -1 if end < 0 or self._parted(start + ticks, end - ticks) else end

    def of_mathematics(self, start: int) -> int:
        """`$$…$$`, or `$…$` in one paragraph with no space inside the signs and no digit behind: not an amount."""
        if self._text.startswith("$$", start):
            return self.behind("$$", start + 3)
        if start and self._text[start - 1] in "\\$":
            return -1
        close = self.find("$", start + 1)
        inside = self._text[start + 1 : start + 2] + self._text[close - 1 : close]
        fits = close > start + 1 and not any(sign.isspace() for sign in inside) and not self._parted(start + 1, close)
        return close + 1 if fits and not self._text[close + 1 : close + 2].isdecimal() else -1

    def _parted(self, start: int, end: int) -> bool:
        blank = self.find("\n\n", start)
        return -1 < blank < end


def _block_ends(text: str) -> dict[int, int]:
    """The end of the fenced code that each line of backticks or tildes would begin: the next that is as long."""
    closes = {match.start(): match for match in _CLOSES.finditer(text)}
    # Of each sign the closing lines further down, nearest last: only those longer than all that are nearer.
    ahead: dict[str, list[tuple[int, int]]] = {"`": [], "~": []}
    ends: dict[int, int] = {}
    for match in reversed([m for m in _BEGINS.finditer(text) if m["fence"]]):
        length, waiting = len(match["fence"]), ahead[match["fence"][0]]
        near = bisect_right(waiting, -length, key=lambda line: -line[0]) - 1
        if near >= 0:
            ends[match.start()] = waiting[near][1]
        if match.start() in closes:
            while waiting and waiting[-1][0] <= length:
                waiting.pop()
            waiting.append((length, closes[match.start()].end()))
    return ends


def _span_ends(text: str) -> dict[int, int]:
    """Behind the next run of exactly as many backticks, by where a run begins."""
    nearest: dict[int, int] = {}
    ends: dict[int, int] = {}
    for run in reversed(list(_TICKS.finditer(text))):
        length = run.end() - run.start()
        if length in nearest:
            ends[run.start()] = nearest[length]
        nearest[length] = run.end()
    return ends

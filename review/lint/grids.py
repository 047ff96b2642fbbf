"""Tables of a manuscript as grids of cells, with their captions and lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
# The line of dashes under the header of a simple table; grid tables are read as pipe tables once their rules are gone.
_DASHES = re.compile(r"^[ ]{0,3}-{2,}(?:[ ]+-{2,})+[ ]*$", re.MULTILINE)
_HEAVY = re.compile(r"^\s*\+(?:[=:]+\+)+\s*$")
_LIGHT = re.compile(r"^\s*\+(?:[-:]+\+)+\s*$")
_SPLIT = re.compile(r"(?<!\\)\|")
_CAPTION = re.compile(
    r"^\s*(?:(?:Table)?\s*:\s+|:{3,}\s*\{(?:list-)?table\}\s+|\**\s*Table\s+S?\d+[.:]?\**)(?P<text>.*)$", re.IGNORECASE
)
_HTML_ROW = re.compile(r"<tr\b[^>]*>(.*?)</tr>", re.DOTALL | re.IGNORECASE)
_HTML_CELL = re.compile(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", re.DOTALL | re.IGNORECASE)
_HTML_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL | re.IGNORECASE)
_HTML_CAPTION = re.compile(r"<caption\b[^>]*>(.*?)</caption>", re.DOTALL | re.IGNORECASE)
_TAGS = re.compile(r"<[^<>]+>")
_MARKS = re.compile(r"\*\*|(?<!\w)[*_]|[*_](?!\w)|`|\\(?=[\W_])|&nbsp;")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table: its header, its rows with the place of each in the body, and its caption. `start` and `end` are of the rows."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    starts: tuple[int, ...]  # the place of each row in the body
    caption: str
    start: int
    end: int

    @property
    def words(self) -> str:
        """Everything that stands in it, in small letters."""
        return " ".join((self.caption, *self.header, *(cell for row in self.rows for cell in row))).casefold()

    def column(self, at: int) -> list[str]:
        return [row[at] if at < len(row) else "" for row in self.rows]


def grids(body: str) -> Iterator[Grid]:
    """Pipe tables and HTML tables, from the first line to the last."""
    if "|" in body:
        yield from _pipes(body)
    for match in _DASHES.finditer(body):
        yield from _columns(body, match)
    for match in _HTML_TABLE.finditer(body):
        yield from _html(match)


def _pipes(body: str) -> Iterator[Grid]:
    lines = [line.replace("+", "|").replace("=", "-") if _HEAVY.match(line) else line for line in body.split("\n")]
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    n = 1
    while n < len(lines):
        if not (_RULE.match(lines[n]) and "|" in lines[n] + lines[n - 1] and "|" in lines[n - 1]):
            n += 1
            continue
        end = n + 1
        while end < len(lines) and lines[end].strip() and ("|" in lines[end] or _LIGHT.match(lines[end])):
            end += 1
        inside = [row for row in range(n + 1, end) if not _LIGHT.match(lines[row])]
        first = n - 2 if n > 1 and _LIGHT.match(lines[n - 2]) else n - 1
        caption = _captioned(lines, first, end)
        yield Grid(
            header=_cells(lines[n - 1]),
            rows=tuple(_cells(lines[row]) for row in inside),
            starts=tuple(starts[row] for row in inside),
            caption=caption,
            start=starts[first],
            end=starts[end] if end < len(starts) else len(body),
        )
        n = end + 1


def _columns(body: str, rule: re.Match[str]) -> Iterator[Grid]:
    """A simple table: columns are where the dashes stand; it ends at a blank line or at another line of dashes."""
    above = body.rfind("\n", 0, max(0, rule.start() - 1)) + 1
    header = body[above : max(above, rule.start() - 1)]
    spans = [m.span() for m in re.finditer(r"-+", rule[0])]
    if not header.strip() or _DASHES.match(header):
        return
    rows, starts, at = [], [], rule.end() + 1
    while at < len(body):
        end = body.find("\n", at)
        end = len(body) if end < 0 else end
        line = body[at:end]
        if not line.strip() or _DASHES.match(line):
            break
        rows.append(_cut(line, spans))
        starts.append(at)
        at = end + 1
    if rows:
        lines = [*body[:above].split("\n"), *body[at:].lstrip("\n").split("\n", 7)]
        first = body.count("\n", 0, above)
        yield Grid(
            header=_cut(header, spans),
            rows=tuple(rows),
            starts=tuple(starts),
            caption=_captioned(lines, first, first),
            start=above,
            end=min(at, len(body)),
        )


def _cut(line: str, spans: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """The cells of a line, cut between the columns."""
    cuts = [0, *((one[1] + other[0] + 1) // 2 for one, other in pairwise(spans)), len(line)]
    return tuple(_plain(line[a:b]) for a, b in pairwise(cuts))


def _captioned(lines: Sequence[str], first: int, end: int) -> str:
    """What the caption above or below a table says."""
    below = end
    while below < len(lines) and not lines[below].strip() and below < end + 2:
        below += 1
    if below < len(lines) and (match := _CAPTION.match(lines[below])):
        last = below
        said = [match["text"]]
        while (
            last + 1 < len(lines)
            and lines[last + 1].strip()
            and "|" not in lines[last + 1]
            and not lines[last + 1].startswith(":::")
        ):
            last += 1
            said.append(lines[last])
        return _plain(" ".join(said))
    above = first - 1
    while above >= 0 and not lines[above].strip() and above > first - 3:
        above -= 1
    begin = above
    while begin > 0 and lines[begin - 1].strip() and not lines[begin - 1].startswith("#") and begin > above - 6:
        begin -= 1
    if above >= 0 and (match := _CAPTION.match(lines[begin])):
        return _plain(" ".join([match["text"], *lines[begin + 1 : above + 1]]))
    return ""


def _cells(line: str) -> tuple[str, ...]:
    return tuple(_plain(cell) for cell in _SPLIT.split(line.strip().removeprefix("|").removesuffix("|")))


def _plain(cell: str) -> str:
    return " ".join(_MARKS.sub("", cell.replace("{,}", ",").replace("$", "").replace("\\pm", "±")).split())


def _html(match: re.Match[str]) -> Iterator[Grid]:
    found = [
        (m.start(), tuple(_plain(_TAGS.sub("", c)) for c in _HTML_CELL.findall(m[1])))
        for m in _HTML_ROW.finditer(match[0])
    ]
    caption = _HTML_CAPTION.search(match[0])
    if len(found) > 1:
        yield Grid(
            header=found[0][1],
            rows=tuple(row for _, row in found[1:]),
            starts=tuple(match.start() + at for at, _ in found[1:]),
            caption=_plain(_TAGS.sub("", caption[1])) if caption else "",
            start=match.start(),
            end=match.end(),
        )

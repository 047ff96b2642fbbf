"""Text cut into entries where one ends, a piece at a time: a regular entry is then taken by one pattern, not by the line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from review.formats.decoding import Decoded
from review.formats.tags import Tags

_LONGEST = 1 << 22  # characters without an end; what is longer is no run of entries and is read by the line


@dataclass(slots=True)
class Block:
    """A run of lines: the number of the first, their text, and whether an end was found before and behind it."""

    line: int
    text: str
    begun: bool
    ended: bool

    def lines(self) -> Iterator[tuple[int, str]]:
        return enumerate(self.text.split("\n"), self.line)


def blocks(decoded: Decoded, end: re.Pattern[str]) -> Iterator[Block]:
    """The text between one match of `end` and the next; `end` matches from a line break to before the next one."""
    line, rest, begun = 1, "", True
    for piece in decoded.pieces():
        text, place = rest + piece, 0
        for match in end.finditer(text):
            yield Block(line, text[place : match.start()], begun=begun, ended=True)
            begun = True
            line += text.count("\n", place, match.end())
            place = match.end()
        rest = text[place:]
        if len(rest) > _LONGEST:
            whole = rest.rfind("\n")
            yield Block(line, rest[: max(whole, 0)], begun=begun, ended=False)
            begun = False
            line += rest.count("\n", 0, max(whole, 0)) + (whole >= 0)
            rest = rest[whole + 1 :]
    if rest:
        yield Block(line, rest.removesuffix("\n"), begun=begun, ended=False)


@dataclass(slots=True)
class Whole:
    """An entry that is regular throughout: its first line, its values by tag, its text, and the values of its last tag."""

    line: int
    tags: Tags
    raw: str
    last: list[str]


def whole(block: Block, pattern: re.Pattern[str]) -> Whole | None:
    """The entry of a block between two ends in which every line is one that `pattern` takes, with what continues it."""
    text = block.text.strip("\n")
    if not (block.begun and block.ended) or not text:
        return None
    pairs = pattern.findall(text)
    tags: Tags = {}
    lines = len(pairs)
    for tag, value in pairs:
        if "\n" in value:
            lines += value.count("\n")
        if tag in tags:
            tags[tag].append(value)
        else:
            tags[tag] = [value]
    if lines != text.count("\n") + 1:
        return None
    return Whole(block.line + len(block.text) - len(block.text.lstrip("\n")), tags, text, tags[pairs[-1][0]])

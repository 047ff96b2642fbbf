"""What of a preset nobody has filled in yet: the texts in [square brackets] that a protocol begins with."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from review.domain.finding import Finding, Severity
from review.domain.tree import LineOf, Place

# Several words, or one of the three that presets ask for: [68Ga]PSMA and [Internet] are no blanks.
_BLANK = re.compile(r"\[(?:concept|population|context|[^\W\d_]+:? [^\[\]]*)\]", re.IGNORECASE)
# A search string has brackets of its own, as in spine[Title/Abstract]; its blanks stand in quotation marks.
_IN_STRING = re.compile(r'"(\[[^\]"]*\])"')
_STRING = "query"


@dataclass(frozen=True, slots=True)
class _Text:
    at: Place
    text: str


def string_is_blank(query: str) -> bool:
    """Whether a search string still holds places to be filled in."""
    return bool(_IN_STRING.search(query))


def blanks(tree: object, *, line: LineOf, path: str) -> list[Finding]:
    """A warning for each text that still holds words of the preset, with its line."""
    return [
        Finding(
            rule="PROTOCOL-BLANK",
            severity=Severity.WARNING,
            message=f"{_name(each.at)} still holds the text of the preset: {', '.join(found)}.",
            hint="Write your own words in its place, or take the line out.",
            path=path,
            line=line(*each.at),
        )
        for each in _texts(tree, ())
        if (found := _found(each))
    ]


def _found(each: _Text) -> list[str]:
    pattern = _IN_STRING if each.at and each.at[-1] == _STRING else _BLANK
    return list(dict.fromkeys(pattern.findall(each.text)))


def _texts(tree: object, at: Place) -> Iterator[_Text]:
    """Every text of the tree, in its order."""
    if isinstance(tree, str):
        yield _Text(at, tree)
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield from _texts(value, (*at, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _texts(value, (*at, index))


def _name(at: Place) -> str:
    """As in `criteria.include.2.text`: people count from one."""
    return ".".join(_part(part) for part in at) or "The protocol"


def _part(part: Hashable) -> str:
    return str(part + 1) if isinstance(part, int) else str(part)

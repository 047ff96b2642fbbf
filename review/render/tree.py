"""A text as pandoc parses it: its elements, their attributes, and the plain words of a part of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]  # {"t": what it is, "c": what it holds}
_BLANK = frozenset({"Space", "SoftBreak", "LineBreak"})
LEAVES = _BLANK | {
    "Str",
    "Math",
    "Code",
    "RawInline",
    "RawBlock",
    "CodeBlock",
    "MetaString",
    "MetaBool",
    "HorizontalRule",
}
ATTRIBUTED = frozenset({"Code", "CodeBlock", "Header", "Div", "Span", "Link", "Image", "Figure", "Table"})


def nodes(part: Any) -> Iterator[Node]:
    """Every element of a part in order, in its text and its header; a long text has a hundred thousand."""
    waiting = [part]
    while waiting:
        one = waiting.pop()
        if type(one) is list:
            waiting += [inside for inside in reversed(one) if type(inside) is dict or type(inside) is list]
        elif "t" in one:
            yield one
            if one["t"] not in LEAVES and type(inside := one.get("c")) in (dict, list):
                waiting.append(inside)
        else:
            waiting += [inside for inside in reversed(one.values()) if type(inside) is dict or type(inside) is list]


def attributes(node: Node) -> Iterator[list[Any]]:
    """The attributes [id, classes, pairs] of an element and of its parts that are no elements, such as table cells."""
    waiting = [node.get("c")]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, list):
            continue
        if len(part) == 3 and isinstance(part[0], str) and isinstance(part[1], list) and isinstance(part[2], list):
            yield part
        else:
            waiting += part


def words(part: Any) -> str:
    """The plain text of a part, its blanks folded.

    >>> words([{"t": "Emph", "c": [{"t": "Str", "c": "Two"}]}, {"t": "Space"}, {"t": "Str", "c": "words"}])
    'Two words'
    """
    return " ".join("".join(_pieces(part)).split())


def _pieces(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, list):
        for one in part:
            if isinstance(one, (dict, list)):
                yield from _pieces(one)
    elif isinstance(part, dict):
        yield from _of_node(part)


def _of_node(node: Node) -> Iterator[str]:
    kind: str = node.get("t", "")
    inside: Any = node.get("c")
    if kind in _BLANK:
        yield " "
    elif kind in ("Str", "MetaString"):
        yield inside
    elif kind in ("Code", "Math"):
        yield inside[1]
    elif kind == "Quoted":
        yield from ("“", *_pieces(inside[1]), "”")
    elif kind == "Note":
        return
    elif kind in ("Para", "Plain"):
        yield from (*_pieces(inside), " ")
    else:
        yield from _pieces(inside)


def plain(text: str) -> list[Node]:
    """Words as inline elements."""
    found: list[Node] = []
    for at, word in enumerate(text.split()):
        found += [{"t": "Space"}] if at else []
        found.append({"t": "Str", "c": word})
    return found


def paragraph(*parts: list[Node]) -> Node:
    return {"t": "Para", "c": [node for part in parts for node in part]}

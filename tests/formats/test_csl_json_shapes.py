"""CSL-JSON in the shapes programs give it: a list, a list inside an object, items by their keys, an item a line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from review.domain.errors import BadInput
from review.domain.record import Record
from review.formats import registry

ITEMS: list[dict[str, Any]] = [
    {"id": "a", "type": "book", "title": "A title", "issued": {"date-parts": [[2021]]}},
    {"id": "b", "type": "book", "title": "B\u2028title"},
]
SHAPES = {
    "list": json.dumps(ITEMS),
    "inside": json.dumps({"items": ITEMS}),
    "by key": json.dumps({item["id"]: item for item in ITEMS}),
    "by line": "\n".join(json.dumps(item) for item in ITEMS) + "\n\n",
    "by line, Windows": "\r\n".join(json.dumps(item) for item in ITEMS),
}


def titles(text: str) -> list[str]:
    items = registry.read(text.encode(), source="s", file_name="a.json")
    return [item.title for item in items if isinstance(item, Record)]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_holds_the_same_items(shape: str) -> None:
    assert titles(SHAPES[shape]) == ["A title", "B title"]


@pytest.mark.parametrize(
    "text", ['{"title": "A"}\n{"title": "B"', '{"title": "A"}\nend of file\n', '{"a": 1, "b": {"title": "A"}}']
)
def test_what_is_damaged_or_something_else_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        titles(text)

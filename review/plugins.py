"""What is installed: things looked up by name through entry points, ours registered like anybody's."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import Any

from review.domain.errors import Missing

GROUPS = ("review.sources", "review.formats", "review.rankers", "review.paper_types", "review.rules")


def names(group: str) -> tuple[str, ...]:
    """The names registered in a group, sorted."""
    return tuple(sorted({point.name for point in entry_points(group=group)}))


@cache
def load(group: str, name: str) -> Any:
    """The object registered under a name; `Missing` lists what there is."""
    for point in entry_points(group=group):
        if point.name == name:
            return point.load()
    raise Missing(group.removeprefix("review.").rstrip("s").replace("_", " "), name, names(group))


def load_all(group: str) -> dict[str, Any]:
    """Every object of a group by name."""
    return {name: load(group, name) for name in names(group)}

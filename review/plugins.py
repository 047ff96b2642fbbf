"""What is installed: things looked up by name through entry points, ours registered like anybody's."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import PurePath
from traceback import extract_tb
from typing import Any

from review.domain.errors import Missing, ReviewError

PACKAGE = "scopewright"
GROUPS = ("review.sources", "review.formats", "review.rankers", "review.paper_types", "review.rules")


@cache
def registered(group: str) -> tuple[EntryPoint, ...]:
    """What installed packages register in a group; asked of the disk once, since that takes as long as loading much of it."""
    return tuple(entry_points(group=group))


def names(group: str) -> tuple[str, ...]:
    """The names registered in a group, sorted."""
    return tuple(sorted({point.name for point in registered(group)}))


@cache
def load(group: str, name: str) -> Any:
    """The object registered under a name; `Missing` lists what there is, `Unusable` says why it cannot be had."""
    kind = group.removeprefix("review.").rstrip("s").replace("_", " ")
    for point in registered(group):
        if point.name == name:
            try:
                return point.load()
            except Exception as error:
                raise Unusable(kind, name, owner(group, name), error) from error
    raise Missing(kind, name, names(group))


class Unusable(ReviewError):
    """Something is registered that cannot be loaded."""

    def __init__(self, kind: str, name: str, of: str, error: Exception) -> None:
        super().__init__(
            f"The {kind} {name} of plug-in {of} cannot be loaded ({told(error)}).",
            hint=f"Install a newer {of}, or take it out: python -m pip uninstall {of}",
        )


def owner(group: str, name: str) -> str:
    """The installed package that registers a name."""
    found = next((point.dist for point in registered(group) if point.name == name), None)
    return found.name if found else "(unknown)"


def told(error: Exception) -> str:
    """What a plug-in's maker needs to know of an error: its kind, what it says, and the last line it came from."""
    frames = extract_tb(error.__traceback__)
    place = f", {PurePath(frames[-1].filename).name} line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}: {' '.join(str(error).split()) or 'no message'}{place}"


def load_all(group: str) -> dict[str, Any]:
    """Every object of a group by name."""
    return {name: load(group, name) for name in names(group)}

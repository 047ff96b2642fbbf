"""The profiles of journals and conferences: `templates/venues/NAME.yaml`, and a manuscript held against one."""

from __future__ import annotations

from functools import cache

from review.domain import venue as domain
from review.domain.errors import Missing
from review.domain.finding import Finding
from review.domain.venue import Venue
from review.resources import data_dir, read_yaml


def names() -> list[str]:
    """Every profile there is."""
    return sorted(path.stem for path in (data_dir("templates") / "venues").glob("*.yaml"))


@cache
def load(name: str) -> Venue:
    """A profile by name; `Missing` lists those there are."""
    if name not in names():
        raise Missing("venue", name, names())
    path = data_dir("templates") / "venues" / f"{name}.yaml"
    return domain.from_tree(read_yaml(path.read_text(encoding="utf-8"), path=path.name).tree)


def check(text: str, built: str, name: str, *, path: str, kind: str) -> list[Finding]:
    """What the venue would send back: of the text as it is written, and of the text with its numbers looked up."""
    return domain.check(load(name), text, built=built, path=path, kind=kind)

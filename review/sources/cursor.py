"""Results behind a cursor: each answer holds a page and the name of the next one; nothing else leads there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from review.sources.contract import Page
from review.sources.http import Answer, Http, SourceUnavailable, StaysUnfit, Unfit

START = "*"
_EMPTY_TRIES = 3  # an empty page before the end is asked for again so often
_SLACK = 0.01  # of the results a source may count and not have; more is a fault of the moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A whole page: `total` results are counted, `entries` of them are here; `next` is "" where the source has no more.

    `mark` lets a source find its place again without the cursor, if it can.
    """

    data: bytes
    total: int
    entries: int
    next: str
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a walk stands: so many entries came, this cursor is next. `base` is the mark at which the walk began."""

    came: int = 0
    cursor: str = START
    mark: str = ""
    base: str = ""

    def __str__(self) -> str:
        return " ".join([str(self.came), self.cursor or "-", self.mark or "-", self.base or "-"])


def place(after: str) -> Place:
    """The place behind a page; "" is the start.

    >>> place(str(Place(came=200, cursor="AoE=", mark="2024-01-31")))
    Place(came=200, cursor='AoE=', mark='2024-01-31', base='')
    """
    if not after:
        return Place()
    came, cursor, mark, base = ("" if part == "-" else part for part in after.split(" "))
    return Place(came=int(came), cursor=cursor, mark=mark, base=base)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How a source gives pages behind a cursor.

    `asked` are the parameters for a cursor and a size, `read` judges an answer to a cursor, and `glimpse` finds the next
    cursor in one that is not whole. `ceiling` is the number of records that are enough.
    """

    http: Http
    path: str
    size: int
    asked: Callable[[str, int], dict[str, str]]
    read: Callable[[Answer, str], Leaf]
    glimpse: Callable[[bytes], str]
    ceiling: int | None = None


def leaf(walk: Walk, at: Place) -> Leaf:
    """The page at a place; an empty one before the end is asked for again, and then taken as it is."""
    size = walk.size if walk.ceiling is None else min(walk.size, walk.ceiling - at.came)
    empty = 0

    def read(answer: Answer) -> Leaf:
        nonlocal empty
        found = walk.read(answer, at.cursor)
        if not found.entries and at.came < found.total:
            empty += 1
            if empty < _EMPTY_TRIES:
                raise Unfit(f"it says there are {found.total:,} results, but gave none behind the first {at.came:,}")
        return found

    return walk.http.ask(walk.path, walk.asked(at.cursor, size), read)


def page(found: Leaf, at: Place) -> Page:
    """The page of an answer, with the place behind it."""
    behind = replace(at, came=at.came + found.entries, cursor=found.next, mark=found.mark or at.mark)
    # A walk begun in the middle counts only what lies behind its beginning.
    reported = None if at.base else found.total
    return Page(data=found.data, after=str(behind), expected=found.entries, reported=reported)


def pages(walk: Walk, at: Place, *, total: int) -> Iterator[Page]:
    """The pages from a place to the end; the last one is known by the count, so that no empty one need be asked for."""
    stop = total if walk.ceiling is None else min(total, walk.ceiling)
    while at.cursor and at.came < stop:
        try:
            found = leaf(walk, at)
        except StaysUnfit as stays:
            spoilt = _spoilt(walk, at, stays, stop)
            yield spoilt
            at = place(spoilt.after)
            continue
        stop = found.total if walk.ceiling is None else min(found.total, walk.ceiling)
        if not found.entries:
            _judge_end(walk, at, stop)
            return
        given = page(found, at)
        yield given
        at = place(given.after)
    if not at.cursor:
        _judge_end(walk, at, stop)


def _spoilt(walk: Walk, at: Place, stays: StaysUnfit, stop: int) -> Page:
    """A page that never came whole. What lies behind it can be reached only by the cursor in it."""
    cursor = walk.glimpse(stays.data)
    if not cursor or cursor == at.cursor:
        raise SourceUnavailable(walk.http.label, stays.reason) from None
    lost = min(walk.size, stop - at.came)
    behind = replace(at, came=at.came + lost, cursor=cursor)
    return Page(data=stays.data, after=str(behind), expected=lost, fault=stays.reason)


def _judge_end(walk: Walk, at: Place, stop: int) -> None:
    """The source has no more: a small shortfall is its own, a large one is a fault that passes."""
    if stop - at.came > max(1.0, stop * _SLACK):
        reason = f"it says there are {stop:,} results, but gave none behind the first {at.came:,}"
        raise SourceUnavailable(walk.http.label, reason)

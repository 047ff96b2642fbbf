"""Records made ready some at a time: what they are found and compared by, in a form that takes little room and travels."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import NamedTuple, Protocol, TypeVar

from review.dedup.block import Marks, joined_marks, marks_of
from review.dedup.prepare import NormalForm, normal_form
from review.domain.record import Record

Told = Callable[[int], None]
Task = TypeVar("Task")
Answer = TypeVar("Answer")

_AT_ONCE = 2_000  # records
_BETWEEN = "\x1f"  # no field of a normal form holds it: they are words and numbers
_YEAR, _FLAGS = (
    NormalForm._fields.index("year"),
    tuple(map(NormalForm._fields.index, ("preprint", "meeting", "thesis"))),
)


class Spread(Protocol):
    """Does one thing to each of many tasks, as `map` does, perhaps in several processes; answers come in order."""

    def __call__(self, do: Callable[[Task], Answer], tasks: Iterable[Task], /) -> Iterable[Answer]: ...


def in_turn(do: Callable[[Task], Answer], tasks: Iterable[Task], /) -> Iterable[Answer]:
    """One task after the other, here."""
    return map(do, tasks)


class Ready(NamedTuple):
    """Records by the order of their ids. A line holds a normal form; `form_of` gives it back."""

    ids: Sequence[str]
    sources: Sequence[str]
    lines: Sequence[str]
    marks: Marks


def ready(records: Iterable[Record], spread: Spread, told: Told) -> Ready:
    """All records, each id once: of two entries with one id the lesser, so that their order cannot matter.

    `records` are gone through once and not kept.
    """
    known: dict[str, int] = {}
    sources: list[str] = []
    lines: list[str] = []
    marks: list[Marks] = []
    name: dict[str, str] = {}  # of a source: one text for all its records
    for some in spread(made_ready, _some_at_a_time(records)):
        for key, source, line in zip(some.ids, some.sources, some.lines, strict=True):
            before = known.setdefault(key, len(lines))
            if before < len(lines) and line < lines[before]:
                known[key] = len(lines)
            sources.append(name.setdefault(source, source))
            lines.append(line)
        marks.append(some.marks)
        told(len(lines))
    ids = sorted(known)
    places = [known[key] for key in ids]
    return Ready(ids, [sources[n] for n in places], [lines[n] for n in places], joined_marks(marks).take(places))


def _some_at_a_time(records: Iterable[Record]) -> Iterator[list[Record]]:
    rest = iter(records)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def made_ready(records: Sequence[Record]) -> Ready:
    """The same for a few records, in their order."""
    with no_collecting():
        forms = [normal_form(record) for record in records]
        return Ready(
            [record.record_id for record in records],
            [record.source for record in records],
            [line_of(form) for form in forms],
            marks_of(forms),
        )


@contextmanager
def no_collecting() -> Iterator[None]:
    """Millions of texts are made and kept, and no cycles: looking for such would take a quarter of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def line_of(form: NormalForm) -> str:
    """A normal form as one text, which takes a quarter of the room."""
    cells: list[object] = list(form)
    cells[_YEAR] = str(form.year)
    for place in _FLAGS:
        cells[place] = "1" if cells[place] else ""
    return _BETWEEN.join(cells)  # type: ignore[arg-type]  # all others are texts


def form_of(line: str) -> NormalForm:
    """The normal form that `line_of` made a text of."""
    cells: list[object] = list(line.split(_BETWEEN))
    cells[_YEAR] = int(str(cells[_YEAR]))
    for place in _FLAGS:
        cells[place] = bool(cells[place])
    return NormalForm._make(cells)


def title_in(line: str) -> str:
    """The words of the title, which stand first."""
    return line.partition(_BETWEEN)[0]

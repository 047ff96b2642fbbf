"""References with a line a field: tables on their side, and texts in which the name of each field stands before its value.

Embase gives its "fields by row" so, ProQuest and EBSCO their text files, NoteExpress `{Title}: …` and CNKI `Title-题名: …`;
people set their own sheets with a reference a column. What comes out is a table as `table` reads it: a header, then a row
for each reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from review.formats import columns

_HEAD = 400  # lines that are looked at to judge what a file is
WIDE = 3  # a row with so many names of fields is the header of a usual table
_LEAST = {"table": 3, "text": 4}  # different fields that must be named
_TELLING = frozenset({"authors", "journal", "doi", "abstract", "source"})
_MANY = frozenset({"authors", "keywords"})  # fields that may be named again for the next value
_LONGEST_NAME = 60
_LABEL = re.compile(r"^\s{0,2}\{?([A-Za-z][\w /()&.-]{0,58}?)\}?\s?:(?:\s(.*)|$)", re.DOTALL)
_CHINESE = re.compile(r"^([A-Za-z]+)-(?:[\u4e00-\u9fff]+|\1)$")
# CNKI's own words where they mean something else than in the tables of others.
_CNKI = {"SrcDatabase": "Database", "PubTime": "Publication Date", "Roll": "Volume", "Period": "Issue",
         "PageCount": "Pages", "Organ": "Affiliation", "Source": "Journal"}  # fmt: skip
_BETWEEN = re.compile(r"^(?:_{10,}|-{10,}|={10,}|record \d+|document \d+ of \d+)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """One field of one reference: its name, its values and the line it begins in.

    Without a name, values go on with the field before; with neither, it ends a reference.
    """

    line: int
    name: str = ""
    values: tuple[str, ...] = ()


@dataclass(slots=True)
class Reference:
    """The fields of one reference in order, and the line it begins in."""

    line: int
    fields: dict[str, list[str]] = field(default_factory=dict)

    @property
    def raw(self) -> str:
        return "\n".join(f"{name}: {'; '.join(values)}" for name, values in self.fields.items())


def is_table(rows: Iterable[Sequence[str]]) -> bool:
    """Whether the first cells of the rows are the names of fields, and no row is the header of a usual table."""
    named: list[str] = []
    for cells in islice(rows, _HEAD):
        known = sum(bool(columns.fields_of(cell)) for cell in cells)
        if known >= WIDE:
            return False
        if len(cells) > 1 and cells[0].strip() and len(cells[0]) <= _LONGEST_NAME:
            named += columns.fields_of(cells[0])[:1]
    return _enough(named, "table")


def is_text(lines: Iterable[str]) -> bool:
    """Whether lines begin with the names of fields, each before its value or alone above it."""
    named = [found for line in islice(lines, _HEAD) for found in columns.fields_of(_labelled(line)[0])[:1]]
    return _enough(named, "text")


def _enough(named: list[str], what: str) -> bool:
    return "title" in named and len(set(named)) >= _LEAST[what] and bool(_TELLING & set(named))


def from_table(rows: Iterable[tuple[int, Sequence[str]]]) -> list[Reference]:
    """The references of a table on its side: one below the other, or one a column."""
    kept = [(number, [cell.strip() for cell in cells]) for number, cells in rows]
    names = [cells[0] for _, cells in kept if cells and cells[0]]
    width = max((len(_filled(cells)) for _, cells in kept if "title" in columns.fields_of(cells[0])), default=0)
    if width > 1 and len(set(names)) == len(names):
        return _by_column(kept)
    return list(_gathered(_row(number, cells) for number, cells in kept if any(cells)))


def _row(number: int, cells: Sequence[str]) -> Named:
    between = _BETWEEN.match(cells[0]) and not any(cells[1:])
    return Named(number) if between else Named(number, cells[0], tuple(_filled(cells)))


def _filled(cells: Sequence[str]) -> list[str]:
    return [cell for cell in cells[1:] if cell]


def _by_column(rows: list[tuple[int, list[str]]]) -> list[Reference]:
    """The references of a table in which each has a column of its own."""
    many = max(len(cells) for _, cells in rows)
    found = []
    for place in range(1, many):
        values = {cells[0]: [cells[place]] for _, cells in rows if len(cells) > place and cells[0] and cells[place]}
        if values:
            found.append(Reference(rows[0][0], values))
    return found


def from_text(lines: Iterable[str]) -> list[Reference]:
    """The references of a text of named fields; a line without a name goes on with the field above."""
    return list(_gathered(_named(lines)))


def _named(lines: Iterable[str]) -> Iterator[Named]:
    current: Named | None = None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text:
            continue
        name, value = _labelled(line)
        if name or _BETWEEN.match(text):
            if current:
                yield current
            current = Named(number, name, (value,) if value else ())
            if not name:
                yield Named(number)
                current = None
        elif current:
            current = Named(current.line, current.name, (*current.values, text))
    if current:
        yield current


def _labelled(line: str) -> tuple[str, str]:
    """(name, value) of a line that begins with the name of a field, or is one in capitals; else ("", "")."""
    text = line.replace("\ufeff", "").rstrip()
    name, colon, value = text.partition(":")
    chinese = _CHINESE.match(name.strip())
    if colon and chinese:
        return _CNKI.get(chinese[1], chinese[1]), value.strip()
    found = _LABEL.match(text)
    if found and (columns.fields_of(found[1]) or text.lstrip().startswith("{")):
        return found[1], (found[2] or "").strip()
    if text.isupper() and len(text) <= _LONGEST_NAME and columns.fields_of(text):
        return text.strip(), ""
    return "", ""


def _gathered(named: Iterable[Named]) -> Iterator[Reference]:
    """References out of fields in order: a name that comes again begins the next one."""
    open_one: Reference | None = None
    last = ""
    for one in named:
        if not one.name:
            if one.values and open_one:
                open_one.fields[last].extend(one.values)
            elif open_one:
                yield open_one
                open_one = None
            continue
        if open_one and one.name in open_one.fields and not (one.name == last and _may_repeat(one.name)):
            yield open_one
            open_one = None
        open_one = open_one or Reference(one.line)
        open_one.fields.setdefault(one.name, []).extend(one.values)
        last = one.name
    if open_one:
        yield open_one


def as_table(found: Sequence[Reference]) -> tuple[list[str], list[tuple[int, list[str], str]]]:
    """(header, rows of line, cells and text): names in order of their first coming, several values as one cell."""
    header = list(dict.fromkeys(name for one in found for name in one.fields))
    return header, [(one.line, [_cell(name, one.fields.get(name, [])) for name in header], one.raw) for one in found]


def _cell(name: str, values: list[str]) -> str:
    return ("; " if _may_repeat(name) else " ").join(values)


def _may_repeat(name: str) -> bool:
    return bool(_MANY.intersection(columns.fields_of(name)))

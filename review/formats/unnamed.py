"""Tables whose first line names nothing: which column holds what, told by what stands in it.

Only where there can be little doubt: a column of DOIs or of abstracts has to be there, and one that can be nothing but titles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from statistics import median

from review.domain.finding import Finding
from review.formats import fields
from review.formats.entry import repaired

SAMPLE = 200  # further rows that are looked at
_LEAST_ROWS = 2
_MOST = 0.8  # of the filled cells of a column must look alike
_TITLE_WORDS = (4, 40)
_ABSTRACT_SIGNS = 300
_YEAR = re.compile(r"(?:1[5-9]|20)\d{2}(?:\.0)?")
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?10\.\d{4,9}/\S+", re.IGNORECASE)
_BETWEEN_PEOPLE = re.compile(r"[;,]|\band\b")
_INITIALS = re.compile(r"(?:[A-Z]\.?-?){1,4}")


def header(rows: Sequence[Sequence[str]]) -> list[str] | None:
    """A name for every column, "" for what cannot be told; None where it is not certain that these are references."""
    listed = [row for row in rows if any(cell.strip() for cell in row)]
    width = max(map(len, listed), default=0)
    if len(listed) < _LEAST_ROWS or width < 2:
        return None
    filled = [[cell for row in listed if place < len(row) and (cell := row[place].strip())] for place in range(width)]
    names = [""] * width
    for name, fits in _TOLD.items():
        place = next((at for at in range(width) if not names[at] and fits(filled[at], len(listed))), None)
        if place is not None:
            names[place] = name
    titles = [at for at in range(width) if not names[at] and _is_title(filled[at], len(listed))]
    if not titles or not {"doi", "abstract"} & set(names):
        return None
    names[max(titles, key=lambda at: median(map(len, filled[at])))] = "title"
    return names


def _mostly(cells: Sequence[str], fits: Callable[[str], object]) -> bool:
    return bool(cells) and sum(bool(fits(cell)) for cell in cells) >= _MOST * len(cells)


def _is_doi(cells: Sequence[str], rows: int) -> bool:
    return len(cells) * 2 >= rows and _mostly(cells, _DOI.fullmatch)


def _is_year(cells: Sequence[str], rows: int) -> bool:
    return len(cells) >= _MOST * rows and _mostly(cells, _YEAR.fullmatch)


def _is_abstract(cells: Sequence[str], rows: int) -> bool:
    return len(cells) * 2 >= rows and median(map(len, cells)) >= _ABSTRACT_SIGNS


def _is_people(cells: Sequence[str], rows: int) -> bool:
    return len(cells) >= _MOST * rows and _mostly(cells, _are_people)


def _are_people(cell: str) -> bool:
    """Whether a cell holds names of people: short parts with a capital and no digits, of which one may be initials."""
    parts = [part.strip(" .") for part in _BETWEEN_PEOPLE.split(cell) if part.strip(" .")]
    if not parts or any(len(part) > 60 or not part[0].isupper() or any(map(str.isdigit, part)) for part in parts):
        return False
    return len(parts) > 1 or (len(parts[0].split()) > 1 and bool(_INITIALS.fullmatch(parts[0].split()[-1])))


def _is_title(cells: Sequence[str], rows: int) -> bool:
    least, most = _TITLE_WORDS
    return (
        len(cells) >= _MOST * rows
        and len(set(cells)) >= _MOST * len(cells)
        and least <= median(len(cell.split()) for cell in cells) <= most
        and not _mostly(cells, fields.link)
    )


_TOLD: dict[str, Callable[[Sequence[str], int], bool]] = {
    "doi": _is_doi,
    "year": _is_year,
    "abstract": _is_abstract,
    "authors": _is_people,
}


def told(names: Sequence[str]) -> Finding:
    """The finding that says which column was taken for what."""
    said = ", ".join(f"column {place} as {name}" for place, name in enumerate(names, 1) if name)
    return repaired(
        1,
        f"The first line does not name the columns; they were told by what stands in them: {said}.",
        hint="If that is wrong, write the names of the columns into the first line and import the file again.",
    )

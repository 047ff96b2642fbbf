"""One named count of a paper: its unit, subset and number, and the names under which it can be asked for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from review.evidence.printed import Printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A named count, or another number, of one unit in one subset. Without a name it is known as `unit.subset`."""

    unit: str
    subset: str
    number: Printed
    name: str = ""
    source: str = ""
    line: int | None = None
    column: int | None = None

    @property
    def known_as(self) -> str:
        return self.name or f"{word(self.unit)}.{word(self.subset)}"

    def __str__(self) -> str:
        return f"{self.number} {self.unit}".strip()


def find(quantities: Sequence[Quantity], wanted: str) -> Quantity | None:
    """A quantity by its name, by `unit.subset`, by `subset unit`, or by its subset if only one has it."""
    key = word(wanted)
    for forms in (_first_names, _further_names):
        for each in quantities:
            if key in forms(each):
                return each
    alone = [q for q in quantities if word(q.subset) == key]
    return alone[0] if len(alone) == 1 else None


def _first_names(q: Quantity) -> tuple[str, ...]:
    return (word(q.name), q.known_as) if q.name else (q.known_as,)


def _further_names(q: Quantity) -> tuple[str, ...]:
    unit, subset = word(q.unit), word(q.subset)
    return (f"{unit}.{subset}", f"{one_unit(unit)}.{subset}", f"{subset}_{unit}", f"{unit}_{subset}")


def nearest(quantities: Iterable[Quantity], wanted: str) -> str:
    """The names most like one that is not known, for a message."""
    names = [q.known_as for q in quantities]
    near = difflib.get_close_matches(word(wanted), names, n=3, cutoff=0.4) or names[:6]
    return ", ".join(dict.fromkeys(near)) or "none yet"


def one_unit(unit: str) -> str:
    """A unit in one form: `Patients` and `patient` are one, so are `percent` and `%`.

    >>> one_unit("Patients"), one_unit("series"), one_unit("studies"), one_unit("percent")
    ('patient', 'series', 'study', '%')
    """
    form = word(unit)
    if form in {"percent", "per_cent", "percentage", "%"}:
        return "%"
    if form.endswith("ies") and form != "series":
        return form[:-3] + "y"
    if form == "vertebrae":
        return "vertebra"
    return form[:-1] if form.endswith("s") and not form.endswith(("ss", "series")) else form


def word(text: str) -> str:
    """A name or unit without case, blanks and dashes being underscores."""
    return re.sub(r"[\s_-]+", "_", text.strip().casefold())

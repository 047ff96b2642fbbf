"""What becomes of answers once the charting form has changed: kept, carried over to other values, or asked again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from review.domain.charting import ChartEntry, ChartingField, ChartingForm, meaning, with_unit


class Carry(StrEnum):
    """What a person decided about the answers to a field that was changed."""

    KEEP = "keep"  # they stand as they are
    MAP = "map"  # each value becomes another, perhaps of another field
    ASK = "ask"  # they are asked again; what was said stays in the history


@dataclass(frozen=True, slots=True, kw_only=True)
class FormChange:
    """A decision about the answers to `field_id` while it meant `was`: they belong to `becomes_id`, which means `becomes`.

    `values` tells, for a map, which value becomes which; a value that is not named stays.
    """

    field_id: str
    was: str
    becomes_id: str
    becomes: str
    action: Carry
    values: Mapping[str, str] = field(default_factory=dict)
    who: str = ""
    at: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """An answer under the form in force. `entry` is None if it is asked again; `open` if nobody has decided yet."""

    entry: ChartEntry | None
    open: bool = False


def carried(
    entry: ChartEntry, was: ChartingField | None, form: ChartingForm, changes: Mapping[tuple[str, str], FormChange]
) -> Carried:
    """An answer given while its field was `was` (None: not known, as if it had never changed), as it counts now.

    `changes` holds the latest decision for each field and meaning. Where nobody has decided, the answer stays as it is
    and is `open`.
    """
    if was is None:
        return Carried(entry=entry)
    name, means, found = was.id, meaning(was), entry
    for _ in range(len(changes) + 1):
        now = form.field(name)
        if now is not None and meaning(now) == means:
            return Carried(entry=replace(found, field_id=name))
        change = changes.get((name, means))
        if change is None:
            break
        if change.action is Carry.ASK:
            return Carried(entry=None)
        if change.action is Carry.MAP:
            found = replace(found, value=_mapped(found.value, change.values))
        name, means = change.becomes_id, change.becomes
        field_now = form.field(name)
        if field_now is not None and found.value:
            found = replace(found, unit=_unit(field_now, found))
    return Carried(entry=entry, open=True)


def _mapped(value: str, values: Mapping[str, str]) -> str:
    """The whole value if it is named, else each of its choices; what is mapped to nothing is left out."""
    if value in values:
        return values[value]
    parts = [values.get(part, part) for part in value.split("; ")]
    return "; ".join(dict.fromkeys(part for part in parts if part))


def _unit(now: ChartingField, entry: ChartEntry) -> str:
    known = now.known_units
    return entry.unit if entry.unit in known or len(known) != 1 else known[0]


def latest(changes: Iterable[FormChange]) -> dict[tuple[str, str], FormChange]:
    """The decision that counts for each field and meaning."""
    return {(change.field_id, change.was): change for change in sorted(changes, key=lambda c: c.number)}


def misfits(values: Sequence[tuple[str, str]], becomes: ChartingField, mapping: Mapping[str, str]) -> list[str]:
    """Which values, once mapped, cannot be answers to the field: a sentence for each. `values` are (value, unit)."""
    found = []
    for value, _ in values:
        try:
            unit = becomes.units[0] if becomes.units else ""
            with_unit(becomes, _mapped(value, mapping), unit)
        except ValueError as error:
            found.append(str(error))
    return list(dict.fromkeys(found))

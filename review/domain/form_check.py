"""The charting form read out of a protocol: its fields, its repeated groups, and every fault with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from review.domain.charting import ChartingField, ChartingForm, ChartingGroup, FieldKind
from review.domain.tree import Place, TreeReader

# A field's id is part of the names of its facts, which a manuscript must be able to write.
_FIELD_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TAKEN = ("studies", "fields")
GROUP = "group"  # the kind of what holds fields of its own
_KEYS = ("id", "label", "kind", "unit", "units", "options", "help", "section")
_PLACES = ("charting", "fields")


def form_in(reader: TreeReader, tree: Mapping[str, Any]) -> ChartingForm:
    """The form under `charting:`; what is wrong with it gathers in the reader's findings."""
    seen: dict[str, str] = {}
    fields: list[ChartingField] = []
    groups: list[ChartingGroup] = []
    for at, item in reader.items(tree, _PLACES, (*_KEYS, "fields")):
        if reader.text(item, (*at, "kind")) == GROUP:
            groups.append(_group(reader, item, at, seen))
            fields += _rows_of(reader, item, at, seen, groups[-1])
            continue
        if "fields" in item:
            reader.fault(
                (*at, "fields"), "Only a group holds fields of its own.", "Write kind: group, or take them out."
            )
        fields.append(_field(reader, item, at, seen))
    people = reader.number(tree, ("charting", "people_per_study"), least=1, most=9, whole=True)
    return ChartingForm(fields=tuple(fields), groups=tuple(groups), people=int(people or 1))


def _group(reader: TreeReader, item: Mapping[str, Any], at: Place, seen: dict[str, str]) -> ChartingGroup:
    name = _id(reader, item, at, seen)
    for key in ("unit", "units", "options"):
        if key in item:
            reader.fault((*at, key), f"A group has no {key}.", "Give it to a field of the group.")
    return ChartingGroup(
        id=name,
        label=reader.text(item, (*at, "label")) or name,
        help=reader.text(item, (*at, "help")),
        section=reader.text(item, (*at, "section")),
    )


def _rows_of(
    reader: TreeReader, item: Mapping[str, Any], at: Place, seen: dict[str, str], group: ChartingGroup
) -> list[ChartingField]:
    inner = reader.items(item, (*at, "fields"), _KEYS)
    if not inner:
        reader.fault(at, f"The group {group.id!r} has no fields.", "List under fields: what each of its rows says.")
    return [_field(reader, one, here, seen, group=group) for here, one in inner]


def _id(reader: TreeReader, item: Mapping[str, Any], at: Place, seen: dict[str, str]) -> str:
    name = reader.identifier(item, at, seen, "charting field")
    if name and (not _FIELD_ID.fullmatch(name) or name in _TAKEN):
        reader.fault(
            (*at, "id"),
            f"The charting field id {name!r} cannot be used.",
            f"A manuscript names it as chart.{name}.…: write letters, digits and underscores, beginning with a "
            f"letter, and none of {', '.join(_TAKEN)}.",
            rule="PROTOCOL-ID",
        )
    return name


def _field(
    reader: TreeReader, item: Mapping[str, Any], at: Place, seen: dict[str, str], *, group: ChartingGroup | None = None
) -> ChartingField:
    kind = reader.text(item, (*at, "kind")) or "text"
    if kind not in list(FieldKind):
        reader.wrong((*at, "kind"), f"one of {', '.join((*FieldKind, GROUP))}", kind)
        kind = "text"
    name = _id(reader, item, at, seen)
    found = ChartingField(
        id=name,
        label=reader.text(item, (*at, "label")) or name,
        kind=FieldKind(kind),
        unit=reader.text(item, (*at, "unit")),
        units=reader.texts(item, (*at, "units")),
        options=reader.texts(item, (*at, "options")),
        help=reader.text(item, (*at, "help")),
        section=group.section if group else reader.text(item, (*at, "section")),
        group=group.id if group else "",
    )
    _check(reader, found, at)
    return found


def _check(reader: TreeReader, field: ChartingField, at: Place) -> None:
    if field.kind in (FieldKind.CHOICE, FieldKind.MULTI) and not field.options:
        reader.fault(at, f"The field {field.id!r} offers a choice but no options.", "List them under options:.")
    if field.kind is FieldKind.NUMBER and not field.known_units:
        reader.fault(
            at,
            f"The number {field.id!r} has no unit.",
            "Say what is counted or measured, for example unit: patients.",
        )
    if field.unit and field.units:
        reader.fault((*at, "units"), f"The number {field.id!r} has both unit: and units:.", "Keep one of them.")
    parted = next((option for option in field.options if ";" in option), None)
    if field.kind is FieldKind.MULTI and parted is not None:
        reader.fault(
            (*at, "options"),
            f"The option {parted!r} holds a semicolon, which parts the choices of one answer.",
            "Write it without.",
        )

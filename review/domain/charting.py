"""The data-charting form and one person's answers to it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

_BLANKS = str.maketrans("", "", " \u00a0\u202f\u2009")
_NUMBER_WITH_WORDS = re.compile(r"([+-]?[\d.,\s\u00a0\u202f\u2009]*\d)\s*([^\d\s.,].*)")
# A comma is read only where it can but part thousands: 1,234 is a number here, 1,5 and 0,75 might be meant as 1.5 and 0.75.
_DOUBTFUL_COMMA = re.compile(r"(?!(?:[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?)$).*,")


class FieldKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    MULTI = "multi"
    YES_NO = "yes_no"
    DATE = "date"


class Answer(StrEnum):
    """An answer that is not a value; neither is the same as a blank."""

    NOT_REPORTED = "not_reported"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartingField:
    """One column of the charting table. A number always has a unit ("patients", "images", "mm"): the form's `unit`, or
    one of its `units`, which the person then says with each number. `group` is the repeated group it belongs to.
    """

    id: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    unit: str = ""
    options: tuple[str, ...] = ()
    help: str = ""
    section: str = ""
    units: tuple[str, ...] = ()
    group: str = ""

    @property
    def known_units(self) -> tuple[str, ...]:
        return self.units or ((self.unit,) if self.unit else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartingGroup:
    """Fields that are answered once for each model, class or the like: a row each, named by the first of its fields."""

    id: str
    label: str
    help: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartingForm:
    """Every field in order, those of a repeated group together. `people` are asked to chart each study, blinded."""

    fields: tuple[ChartingField, ...] = ()
    groups: tuple[ChartingGroup, ...] = ()
    people: int = 1

    def field(self, field_id: str) -> ChartingField | None:
        return next((f for f in self.fields if f.id == field_id), None)

    def group(self, group_id: str) -> ChartingGroup | None:
        return next((g for g in self.groups if g.id == group_id), None)

    def of_group(self, group_id: str) -> tuple[ChartingField, ...]:
        return tuple(f for f in self.fields if f.group == group_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartEntry:
    """One person's answer to one field for one work, with the words of the paper it rests on.

    `value` is the answer as text (several choices joined by "; "); `answer` is set instead when the paper does
    not report it or it does not apply. An entry with neither takes the earlier one back. `row` counts the rows of a
    repeated group from 1 and is 0 elsewhere; `form` is the number of the version of the form that was filled in;
    `consensus` marks what people settled on where they differed, and `reviewer` is then who wrote it down.
    """

    record_id: str
    field_id: str
    reviewer: str
    value: str = ""
    answer: Answer | None = None
    unit: str = ""
    quote: str = ""
    page: str = ""
    at: str = ""
    number: int = 0
    row: int = 0
    form: int = 0
    consensus: bool = False

    @property
    def blank(self) -> bool:
        return not self.value and self.answer is None

    @property
    def said(self) -> tuple[str, Answer | None, str]:
        """What is compared between two people: the answer, without the words it rests on."""
        return self.value, self.answer, self.unit


# The form as text: its version is part of every answer, so that an answer is read by the form it was given to


def form_text(form: ChartingForm) -> str:
    """The form as JSON, from which `form_of` makes it again."""
    fields = [{name: value for name, value in asdict(field).items() if value} for field in form.fields]
    groups = [{name: value for name, value in asdict(group).items() if value} for group in form.groups]
    return json.dumps({"fields": fields, "groups": groups}, ensure_ascii=False, sort_keys=True)


def form_of(text: str) -> ChartingForm:
    """The form in such a text."""
    tree = json.loads(text)
    fields = tuple(
        ChartingField(
            **{
                **each,
                "kind": FieldKind(each["kind"]),
                "options": tuple(each.get("options", ())),
                "units": tuple(each.get("units", ())),
            }
        )
        for each in tree["fields"]
    )
    return ChartingForm(fields=fields, groups=tuple(ChartingGroup(**each) for each in tree.get("groups", ())))


def meaning(field: ChartingField) -> str:
    """What an answer to the field may be: while it stays, so does every answer. A label or a help may be mended freely.

    >>> field = ChartingField(id="n", label="Patients", kind=FieldKind.NUMBER, unit="patients")
    >>> meaning(field)
    'number|patients||'
    """
    return "|".join((field.kind, ";".join(field.known_units), ";".join(field.options), field.group))


# Values


def with_unit(field: ChartingField, value: str, unit: str = "") -> tuple[str, str]:
    """The value in its stored form and its unit, or ValueError with a sentence that says what is expected.

    The unit may stand behind the number: `120 patients`.
    """
    text, said = value.strip(), unit.strip()
    if field.kind is FieldKind.NUMBER and (parts := _NUMBER_WITH_WORDS.fullmatch(text)):
        written = parts[2].strip().rstrip(".")
        if said and said.casefold() != written.casefold():
            raise ValueError(f"{field.label}: it is written in {written}, but {said} is chosen. Keep one of them.")
        if _unit_of(field, written) or (written[0].isalpha() and field.known_units):
            text, said = parts[1], written
    stored = check_value(field, text)
    known = field.known_units
    if not stored or not known:
        return stored, "" if not stored else said
    if not said and field.units:
        raise ValueError(f"{field.label}: {stored} of what? Say the unit: {' or '.join(known)}.")
    found = _unit_of(field, said or known[0])
    if not found:
        raise ValueError(f"{field.label} is charted in {' or '.join(known)}, not in {said}. Convert it first.")
    return stored, found


def _unit_of(field: ChartingField, said: str) -> str:
    return next((unit for unit in field.known_units if unit.casefold() == said.casefold()), "")


def check_value(field: ChartingField, value: str) -> str:
    """The value in its stored form, or ValueError with a sentence that says what is expected."""
    text = value.strip()
    if not text:
        return ""
    if field.kind is FieldKind.NUMBER:
        plain = text.translate(_BLANKS)
        if _DOUBTFUL_COMMA.match(plain):
            raise ValueError(
                f"{field.label}: {text!r} can be read in two ways. Write decimals with a point, as in 1.5."
            )
        try:
            number = float(plain.replace(",", ""))
        except ValueError:
            raise ValueError(
                f"{field.label}: {text!r} is not a number. Write digits only; the unit is {field.unit or 'given by the form'}."
            ) from None
        if not math.isfinite(number):
            raise ValueError(f"{field.label}: {text!r} is not a number that can be counted.")
        return str(int(number)) if number == int(number) else repr(number)
    if field.kind in (FieldKind.CHOICE, FieldKind.MULTI) and field.options:
        chosen = [part.strip() for part in text.split(";")] if field.kind is FieldKind.MULTI else [text]
        unknown = [part for part in chosen if part and part not in field.options]
        if unknown:
            raise ValueError(f"{field.label}: {unknown[0]!r} is not one of {', '.join(field.options)}.")
        return "; ".join(part for part in chosen if part)
    if field.kind is FieldKind.YES_NO:
        folded = text.casefold()
        if folded not in {"yes", "no"}:
            raise ValueError(f"{field.label}: write yes or no, not {text!r}.")
        return folded
    if field.kind is FieldKind.DATE:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise ValueError(f"{field.label}: {text!r} is not a date. Write it as 2024-03-31.") from None
    return text


Place = tuple[str, str, int, str]  # record, field, row, and the person; "" for what people settled on


def current_entries(
    entries: Iterable[ChartEntry], *, work_of: Mapping[str, str] | None = None
) -> dict[Place, ChartEntry]:
    """The standing answer of each person, and of all of them where they settled on one.

    With `work_of` an answer to any record of a work is one to the work, which then stands in the place of the record.
    """
    latest: dict[Place, ChartEntry] = {}
    for entry in sorted(entries, key=lambda e: e.number):
        who = "" if entry.consensus else entry.reviewer
        record = work_of[entry.record_id] if work_of else entry.record_id
        latest[record, entry.field_id, entry.row, who] = entry
    return {key: entry for key, entry in latest.items() if not entry.blank}

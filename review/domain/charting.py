"""The data-charting form and one person's answers to it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_BLANKS = str.maketrans("", "", " \u00a0\u202f\u2009")
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
    """One column of the charting table. A number always has a unit ("patients", "images", "mm")."""

    id: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    unit: str = ""
    options: tuple[str, ...] = ()
    help: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartingForm:
    fields: tuple[ChartingField, ...] = ()

    def field(self, field_id: str) -> ChartingField | None:
        return next((f for f in self.fields if f.id == field_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartEntry:
    """One person's answer to one field for one work, with the words of the paper it rests on.

    `value` is the answer as text (several choices joined by "; "); `answer` is set instead when the paper does
    not report it or it does not apply. An entry with neither takes the earlier one back.
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


def current_entries(entries: list[ChartEntry]) -> dict[tuple[str, str, str], ChartEntry]:
    """The standing answer of each person, by (record, field, reviewer)."""
    latest: dict[tuple[str, str, str], ChartEntry] = {}
    for entry in sorted(entries, key=lambda e: e.number):
        latest[(entry.record_id, entry.field_id, entry.reviewer)] = entry
    return {key: entry for key, entry in latest.items() if entry.value or entry.answer is not None}

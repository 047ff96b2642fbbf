"""Notices that change what a publication is worth: retracted, doubted, corrected; read from what its records say."""

from __future__ import annotations

import re
from enum import StrEnum

from review.domain.record import Record


class Notice(StrEnum):
    """The gravest first."""

    RETRACTED = "retracted"
    CONCERN = "under an expression of concern"
    CORRECTED = "corrected"


# How the notes of a record begin that tell it, as the readers of the formats write them. A record that is a notice
# itself says "Retraction of" and is meant by none of these.
_SAID = (
    (
        Notice.RETRACTED,
        (r"(?:partial\s+)?retraction\s*(?:in\b|:)|retracted\s+and\s+republished\s+in\b|retracted$"
        r"|withdrawal\s*(?:in\b|:)|publication types:.*\bretracted publication\b"),
    ),
    (Notice.CONCERN, r"expression[ _-]of[ _-]concern\s*(?:in\b|:)"),
    (Notice.CORRECTED, r"(?:errat(?:um|a)|corrigend(?:um|a)|correction)\s*(?:in\b|:)|corrected\s+and\s+republished\s+in\b"),
)  # fmt: skip
_PATTERNS = tuple((notice, re.compile(said, re.IGNORECASE)) for notice, said in _SAID)
_IN_TITLE = re.compile(r"^\W*(?:retracted|withdrawn)(?:\s+article)?\s*[\]):.]", re.IGNORECASE)


def notice_of(record: Record) -> tuple[Notice, str] | None:
    """The gravest notice a record carries, with the words that say so; None if there is none.

    >>> found = notice_of(Record(source="s", source_id="1", title="A", notes="Erratum in: J; Retraction: 10.1/x (2024)"))
    >>> found is not None and (str(found[0]), found[1])
    ('retracted', 'Retraction: 10.1/x (2024)')
    """
    if _IN_TITLE.match(record.title):
        return Notice.RETRACTED, record.title
    parts = [part.strip() for part in record.notes.split(";")]
    for notice, pattern in _PATTERNS:
        said = next((part for part in parts if pattern.match(part)), "")
        if said:
            return notice, said
    return None


def gravest(records: list[Record]) -> tuple[Notice, str] | None:
    """The gravest notice that any of several records of one work carries."""
    order = list(Notice)
    found = [told for record in records if (told := notice_of(record))]
    return min(found, key=lambda told: order.index(told[0]), default=None)

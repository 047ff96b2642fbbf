"""Citation keys such as smith2024deep: short, unique, and the same whatever the order of the records."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from review.domain.record import Record

# Words that say nothing about a paper when they open its title.
_SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "on",
        "in",
        "of",
        "for",
        "and",
        "or",
        "to",
        "with",
        "from",
        "at",
        "by",
        "is",
        "are",
        "do",
        "does",
        "can",
        "what",
        "how",
        "why",
        "when",
        "where",
        "which",
        "as",
        "its",
        "der",
        "die",
        "das",
        "ein",
        "eine",
        "le",
        "la",
        "les",
        "un",
        "une",
        "el",
        "los",
        "las",
        "il",
        "lo",
        "gli",
    ]
)
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def citation_key(record: Record) -> str:
    """Family, year and first telling word of the title, in plain letters.

    >>> citation_key(Record(source="s", source_id="1", title="The Deep of it", authors=("Müller, J",), year=2024))
    'muller2024deep'
    """
    family = _ascii(record.authors[0].split(",")[0]) if record.authors else ""
    words = [_ascii(word) for word in re.split(r"[\s\-–—/:]+", record.title)]
    telling = next((word for word in words if word and word not in _SMALL_WORDS), "")
    return f"{family[:30] or 'anon'}{record.year or 'nd'}{telling[:20]}"


def citation_keys(records: Iterable[Record], *, kept: Mapping[str, str] | None = None) -> dict[str, str]:
    """A key for every record id. `kept` are keys already in use (record id to key): they never change.

    Where several records want one key the first by record id gets it and the others a letter: smith2024deepb.
    """
    wanted = {record.record_id: citation_key(record) for record in records}
    keys = {record_id: key for record_id, key in (kept or {}).items() if record_id in wanted}
    used = set((kept or {}).values())
    reached: dict[str, int] = {}  # thousands may want one key, such as anonnd
    for record_id in sorted(wanted.keys() - keys.keys()):
        number = reached.get(wanted[record_id], 0) + 1
        while (key := wanted[record_id] + _letters(number)) in used:
            number += 1
        reached[wanted[record_id]] = number
        used.add(key)
        keys[record_id] = key
    return {record_id: keys[record_id] for record_id in wanted}


def _letters(number: int) -> str:
    """Nothing for the first, then b, c, …, z, ba, bb, …"""
    letters = ""
    number -= 1
    while number:
        number, rest = divmod(number, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def _ascii(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return re.sub(r"[^a-z0-9]", "", folded)

"""JSON of other programs: objects whose names are those that columns of tables have too (Publish or Perish, Lens, bioRxiv, …)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from review.domain.finding import Finding
from review.formats import columns, fields
from review.formats.entry import Entry

# CSL's own names for what tables call by another; an object with others than these is none of CSL.
_CSL = frozenset(
    ["DOI", "PMID", "URL", "abstract", "id", "issue", "keyword", "language", "note", "number", "page", "publisher", "source",
     "title", "type", "volume"]
)  # fmt: skip
_GIVEN, _FAMILY = ("given", "firstName", "first_name", "forename"), ("family", "lastName", "last_name", "surname")
_WHOLE = (
    "name",
    "display_name",
    "displayName",
    "fullName",
    "full_name",
    "literal",
    "collective_name",
    "raw_author_name",
)


def is_known(item: Mapping[str, Any]) -> bool:
    """Whether an object is a reference by the names tables use, and none of CSL."""
    if (
        "issued" in item
        or "container-title" in item
        or (isinstance(item.get("author"), list) and "authors" not in item)
    ):
        return False
    flat = _flat(item)
    named = {found for name in flat for found in columns.fields_of(name)[:1]}
    return "title" in named and any(name not in _CSL and columns.fields_of(name) for name in flat)


def parts(item: Mapping[str, Any], *, source: str) -> Iterator[Entry | Finding]:
    """The entry of an object, after what is doubtful about it."""
    flat = _flat(item)
    header = list(flat)
    row = columns.Row(list(flat.values()), columns.recognise(header))
    for part in columns.entry(
        row, header, source=source, raw=json.dumps(item, ensure_ascii=False, default=str), line=0
    ):
        if isinstance(part, Entry):
            part.line = None
        yield part


def latest(items: list[Any]) -> list[Any]:
    """Of several versions of one preprint, as bioRxiv and medRxiv list them, the last; other lists as they are."""
    if not all(isinstance(item, dict) and {"doi", "version", "server"} <= item.keys() for item in items):
        return items
    newest: dict[str, Any] = {}
    for item in items:
        known = newest.get(str(item["doi"]))
        if known is None or _number(item) >= _number(known):
            newest[str(item["doi"])] = item
    return list(newest.values())


def _number(item: Mapping[str, Any]) -> int:
    version = str(item["version"])
    return int(version) if version.isdecimal() else 0


def _flat(item: Mapping[str, Any]) -> dict[str, str]:
    """Names and values as those of a row: `journal.name`, lists joined, people by family and given name."""
    flat: dict[str, str] = {}
    for name, value in item.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{inner}": _text(part) for inner, part in value.items()}
        elif isinstance(value, list) and value and all(isinstance(one, dict) and "value" in one for one in value):
            flat |= {
                str(one.get("type", name)): _text(one["value"]) for one in value
            }  # [{"type": "doi", "value": "10.…"}]
        elif isinstance(value, list) and "authors" in columns.fields_of(str(name)):
            flat[str(name)] = "; ".join(fields.turned(person) for one in value if (person := _text(one)))
        else:
            flat[str(name)] = _text(value)
    return flat


def _text(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(text for one in value if (text := _text(one)))
    if isinstance(value, dict):
        return _person(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None or isinstance(value, bool) else str(value)


def _person(value: Mapping[str, Any]) -> str:
    family, given = (next((str(value[name]) for name in names if value.get(name)), "") for names in (_FAMILY, _GIVEN))
    whole = next((str(value[name]) for name in _WHOLE if isinstance(value.get(name), str) and value[name]), "")
    return ", ".join(part for part in (family, given) if part) or whole

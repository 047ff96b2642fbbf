"""The JSON of programming interfaces: a list of works found in an answer, and the parts of a work whatever they are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from review.domain.errors import BadInput
from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import fields
from review.formats.decoding import decode
from review.formats.entry import Entry, Intake, skipped

Works = Callable[[Any], list[Any] | None]
_DECODER = json.JSONDecoder(strict=False)  # strange control signs are let pass
_BLANK = re.compile(r"[ \t\r\n]*")
_HERE = "\ue000"  # a sign no answer uses


def read(
    data: bytes, source: str, *, name: str, works: Works, entry: Callable[[Mapping[str, Any]], Entry]
) -> Iterator[Record | Finding]:
    """The records of an answer, or of a list of answers; `works` finds the list of works in one, usually under `name`.

    Raises `BadInput` where the JSON itself is broken or holds no works.
    """
    try:
        text = data.decode()  # nearly every answer
        listed = _one_by_one(text, name, works) or _at_once(json.loads(text, strict=False), source, works)
    except (ValueError, RecursionError):
        decoded = decode(data)
        yield from decoded.findings
        listed = _at_once(_tree(decoded.text().lstrip("\ufeff"), source), source, works)
    intake = Intake(source)
    for place, (work, raw) in enumerate(listed, 1):
        if not isinstance(work, dict):
            yield skipped(None, f"Work {place} is {type(work).__name__} and not a description; it was left out.")
            continue
        try:
            taken = entry(work)
            taken.raw = raw or json.dumps(work, ensure_ascii=False)
        except (TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
            yield skipped(None, f"Work {place} could not be read ({error}).")
            continue
        yield from intake.take(taken)


def _one_by_one(text: str, name: str, works: Works) -> list[tuple[Any, str]] | None:
    """The works with the very text of each, which need not be written again; None where they do not stand under `name`."""
    begin = re.search(rf'"{name}"\s*:\s*\[', text)
    if begin is None:
        return None
    found: list[tuple[Any, str]] = []
    end = _after_blank(text, begin.end())
    while text[end : end + 1] != "]":
        work, behind = _DECODER.raw_decode(text, end)
        found.append((work, text[end:behind]))
        end = _after_blank(text, behind)
        if text[end : end + 1] == ",":
            end = _after_blank(text, end + 1)
        elif text[end : end + 1] != "]":
            return None
    # What is left must be an answer whose list of works is this one.
    around = json.loads(f'{text[: begin.end()]}"{_HERE}"{text[end:]}', strict=False)
    return found if isinstance(around, dict) and works(around) == [_HERE] else None


def _after_blank(text: str, place: int) -> int:
    found = _BLANK.match(text, place)
    return found.end() if found else place


def _at_once(tree: Any, source: str, works: Works) -> list[tuple[Any, str]]:
    found = [works(answer) for answer in (tree if isinstance(tree, list) else [tree])]
    if not any(part is not None for part in found):
        raise BadInput(source, "this JSON holds no list of works.", hint="Download it again from the source itself.")
    return [(work, "") for part in found for work in part or ()]


def _tree(text: str, source: str) -> Any:
    try:
        # Numbers too long to be a year or a page are kept as text, strange control signs are let pass.
        return json.loads(text, strict=False, parse_int=lambda digits: int(digits) if len(digits) < 16 else digits)
    except json.JSONDecodeError as error:
        raise BadInput(
            source,
            f"this JSON breaks off or is damaged at line {error.lineno}, column {error.colno} ({error.msg}).",
            hint="Download it again.",
        ) from None
    except (RecursionError, ValueError):
        raise BadInput(source, "this JSON is nested too deeply to be a list of works.") from None


def at(work: object, *path: str) -> Any:
    """What stands at a path of names, or None; of a list on the way the first is taken."""
    for name in path:
        if isinstance(work, list):
            work = work[0] if work else None
        work = work.get(name) if isinstance(work, dict) else None
    return work


def text(work: object, *path: str) -> str:
    """The text at a path, markup stripped and white space folded; the first of a list; "" for what is no text."""
    # Half of all calls ask a work for one name.
    value = work.get(path[0]) if len(path) == 1 and isinstance(work, dict) else at(work, *path)
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, str):
        return fields.plain(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def listed(work: object, *path: str) -> list[Any]:
    """The list at a path; [] for what is none."""
    value = at(work, *path)
    return value if isinstance(value, list) else []

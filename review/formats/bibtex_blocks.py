"""BibTeX cut into entries and fields, repaired where it can be: one bad entry never costs another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

# An entry begins where @word{ stands at the start of a line or after a blank or a closing bracket, not inside a word.
_START = re.compile(r"(?<![\w.@\\])@[ \t]*([A-Za-z]+)\s*([{(])")
_RESTART = re.compile(r"\n[ \t]*@[A-Za-z]+[ \t]*[{(][^\s={},\"']*[ \t]*,")
_STEP = re.compile(r"\\.|[{}()]|\n(?=[ \t]*@[A-Za-z]+[ \t]*[{(])", re.DOTALL)
_NAME = re.compile(r"[\s,]*([^\s=,{}\"#]+)\s*=\s*")
_NEXT = re.compile(r"\n[ \t]*[A-Za-z][\w+:.-]*[ \t]*=|,\s*[A-Za-z][\w+:.-]*[ \t]*=")
_SWALLOWED = re.compile(
    r",?\s*\n[ \t]*[A-Za-z][\w+:.-]*[ \t]*=[ \t]*(?:[{\"]|\d{4}\b)"
)  # the next field, within a value
_BLANK = re.compile(r"\s*")
_JOIN = re.compile(r"\s*#\s*")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_QUOTE = re.compile(r"\\.|[{}\"]", re.DOTALL)
_AFTER_QUOTE = re.compile(r"\s*(?:[,#]|$|\n)")
_BARE = re.compile(r"[^\s,#{}\"=]+")
# An entry as most programs write it, taken by one pattern: braces at most two deep, no macros, every comma there.
_FLAT = r"(?:[^{}\\]++|\\[^{}])*+"
_BRACED = rf"(?:[^{{}}\\]++|\\[^{{}}]|\{{{_FLAT}\}})*+"
_NAMED = r"[^\s=,{}\"#]++"
_FIELD = re.compile(rf"({_NAMED})\s*=\s*(?:\{{({_BRACED})\}}|([0-9]++))\s*(?:,|$)")
_WHOLE = re.compile(
    r"\s*([^\s,={}()\"#%@\\]+)[ \t]*,"
    rf"((?:\s*{_NAMED}\s*=\s*(?:\{{{_BRACED}\}}|[0-9]++)\s*(?:,|(?=\}})))+)\s*\}}"
)
_LONGEST = 1 << 23  # characters in which no entry begins
_NOT_ENTRIES = frozenset({"comment", "preamble", "string"})
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH_NAMES = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
MACROS: Mapping[str, str] = dict(zip(_MONTHS, _MONTH_NAMES, strict=True))


@dataclass(slots=True)
class Block:
    """One entry: its type, key and fields as written, its text and line, and what had to be mended."""

    kind: str
    key: str
    values: dict[str, str]
    raw: str
    line: int
    faults: list[str] = field(default_factory=list)
    broken: bool = False


def blocks(texts: Iterable[str]) -> Iterator[Block]:
    """Every entry of a BibTeX file in order, macros resolved. A `broken` one could not be read.

    The text comes in parts, each of whole entries: see `parts`.
    """
    macros, line = dict(MACROS), 1
    for text in texts:
        yield from _blocks(text, macros, line)
        line += text.count("\n")


def parts(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces of a text joined and cut again where an entry begins. What holds no such place stays whole."""
    rest = ""
    for piece in pieces:
        rest += piece
        cut = rest.rfind("\n@")
        while cut > 0 and not _RESTART.match(rest, cut):
            cut = rest.rfind("\n@", 0, cut)
        if cut > 0:
            yield rest[: cut + 1]
            rest = rest[cut + 1 :]
        elif len(rest) > _LONGEST:
            rest += "".join(pieces)  # taken all at once: looked through again with every piece it would take hours
    yield rest


def _blocks(text: str, macros: dict[str, str], line: int) -> Iterator[Block]:
    place, counted = 0, 0
    while match := _START.search(text, place):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        kind = match[1].lower()
        if _commented(text, match.start()):
            place = text.find("\n", match.start()) if "\n" in text[match.start() :] else len(text)
            continue
        regular = _WHOLE.match(text, match.end()) if match[2] == "{" and kind not in _NOT_ENTRIES else None
        if regular and not ("\n@" in regular[2].replace(" ", "") and _RESTART.search(regular[2])):
            place = regular.end()
            yield _regular(kind, regular, text[match.start() : place], line)
            continue
        end, depth = _end(text, match.end(), match[2], restarts=kind != "comment")
        body = text[match.end() : end - 1] if depth == 0 else text[match.end() : end]
        place = max(end, match.end())
        if kind == "string":
            for name, value in _fields(body, 0, macros, []):
                macros[name.lower()] = value
        elif kind not in _NOT_ENTRIES:
            block = Block(kind, "", {}, text[match.start() : end].strip(), line)
            _fill(block, body, depth, macros)
            yield block


def _regular(kind: str, found: re.Match[str], raw: str, line: int) -> Block:
    """An entry that one pattern takes: a key, and fields in braces or whole numbers, with their commas."""
    values: dict[str, str] = {}
    for name, braced, number in _FIELD.findall(found[2]):
        values.setdefault(name.lower(), braced or number)
    return Block(kind, found[1], values, raw, line)


def _commented(text: str, at: int) -> bool:
    return text[text.rfind("\n", 0, at) + 1 : at].lstrip().startswith("%")


def _end(text: str, at: int, opened: str, *, restarts: bool) -> tuple[int, int]:
    """(where the entry ends, how many brackets are still open there): at its bracket, or where the next entry begins."""
    depth = 1 if opened == "{" else 0
    for step in _STEP.finditer(text, at):
        sign = step.group()
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0 and opened == "{":
                return step.end(), 0
        elif sign == ")" and opened == "(" and depth == 0:
            return step.end(), 0
        elif sign == "\n" and restarts and _RESTART.match(text, step.start()):
            return step.start(), max(depth, 1)
    return len(text), max(depth, 1)


def _fill(block: Block, body: str, depth: int, macros: Mapping[str, str]) -> None:
    """Puts key and fields into a block whose end was found with `depth` brackets open."""
    block.key, start = _key(body)
    if depth > 1:
        block.faults.append("A bracket or quotation mark in this entry is never closed.")
        block.broken = True
        return
    if depth == 1:
        block.faults.append("The closing bracket of this entry is missing; the next one begins here.")
    for name, value in _fields(body, start, macros, block.faults, open_ended=depth == 1):
        block.values.setdefault(name.lower(), value)
    block.broken = not block.values


def _key(body: str) -> tuple[str, int]:
    """(citation key, where the fields begin); the key may be missing, or the comma after it."""
    equals = body.find("=")
    comma = re.search(r"(?<!\\),", body[: equals if equals >= 0 else len(body)])
    if comma:
        return body[: comma.start()].strip(), comma.end()
    if equals < 0:
        return body.strip(), len(body)
    words = body[:equals].rstrip()
    name = re.search(r"\S+$", words)
    start = name.start() if name else 0
    return words[:start].strip(), start


def _fields(
    body: str, at: int, macros: Mapping[str, str], faults: list[str], *, open_ended: bool = False
) -> Iterator[tuple[str, str]]:
    """Names and values; in an entry that does not end, a value whose bracket is lacking ends where the next field begins."""
    while at < len(body):
        name = _NAME.match(body, at)
        if not name:
            if not body[at:].strip(" \t\r\n,}" if open_ended else " \t\r\n,"):
                return
            after = _NEXT.search(body, at)
            faults.append(f"Text between the fields was passed over: {body[at : at + 40].strip()!r}.")
            if not after:
                return
            at = after.start()
            at += 1
            continue
        value, at = _value(body, name.end(), macros)
        swallowed = _SWALLOWED.search(value) if open_ended and body.startswith(value, name.end() + 1) else None
        if swallowed:
            at = name.end() + 1 + swallowed.start()
            value = value[: swallowed.start()]
        yield name[1], value
        if at > len(body):
            faults.append(f"A bracket or quotation mark in the field {name[1]!r} is never closed.")
            return
        blank = _BLANK.match(body, at)
        at = blank.end() if blank else at
        if at < len(body) and body[at] != ",":
            faults.append(f"The comma after the field {name[1]!r} is missing.")


def _value(body: str, at: int, macros: Mapping[str, str]) -> tuple[str, int]:
    """A value and where it ends: {braces}, "quotes", numbers and macros, joined by #."""
    parts: list[str] = []
    while True:
        if body[at : at + 1] == "{":
            end = _closing(body, at)
            parts.append(body[at + 1 : end])
            at = end + 1
        elif body[at : at + 1] == '"':
            end = _quote(body, at)
            parts.append(body[at + 1 : end])
            at = end + 1
        else:
            bare = _BARE.match(body, at)
            if not bare:
                return "".join(parts), at
            parts.append(macros.get(bare.group().lower(), bare.group()))
            at = bare.end()
        more = _JOIN.match(body, at)
        if not more:
            return "".join(parts), at
        at = more.end()


def _closing(body: str, at: int) -> int:
    depth = 0
    for step in _BRACE.finditer(body, at):
        depth += {"{": 1, "}": -1}.get(step.group(), 0)
        if depth == 0:
            return step.start()
    return len(body)


def _quote(body: str, at: int) -> int:
    """The quotation mark that closes: outside braces, and followed by what may follow a value."""
    depth, last = 0, len(body)
    for step in _QUOTE.finditer(body, at + 1):
        sign = step.group()
        if sign == '"' and depth <= 0:
            last = step.start()
            if _AFTER_QUOTE.match(body, step.end()):
                return last
        depth += {"{": 1, "}": -1}.get(sign, 0)
    return last

"""XML read a piece at a time: a DOCTYPE is accepted, entities and outside references never are, a cut file keeps its head."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import NoReturn
from xml.etree.ElementTree import Element, ParseError, iterparse, tostring  # guarded by `_prolog_is_safe`
from xml.parsers import expat

from review.domain.errors import BadInput
from review.domain.finding import Finding, Severity
from review.formats import fields
from review.formats.decoding import decode
from review.resources import Data

_MAX_DEPTH = 100  # PubMed and Atom stay below 20
_STEP = 1 << 16
_PART = 1 << 20  # bytes of a large file that are read as one
_LONGEST = 1 << 25  # bytes without the end of an entry
_ROOT = re.compile(rb"<([A-Za-z_][\w:.-]*)(?:\s[^<>]*)?>")
_DECLARATION = re.compile(rb"<\?xml\s")
_ENCODING = re.compile(rb"^[\xef\xbb\xbf\s]*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.-]+)[\"']")
# What XML does not allow but databases let through: control characters, written out or as &#x1F;.
_CONTROLS = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));", re.IGNORECASE
)


def elements(data: Data, names: frozenset[str], source: str) -> Iterator[Element | Finding]:
    """Every element with one of the names, whole, then freed; last a finding where the file stops being XML.

    Files joined end to end are read one after the other. Raises `BadInput` for declared entities and for depth.
    """
    if not isinstance(data, bytes):
        yield from _in_parts(data, names, source)
        return
    starts = [match.start() for match in _DECLARATION.finditer(data)] or [0]
    starts[0] = 0
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        yield from _document(data if len(starts) == 1 else data[start:end], names, source, data.count(b"\n", 0, start))


def _in_parts(data: Data, names: frozenset[str], source: str) -> Iterator[Element | Finding]:
    """A large file as small ones, each with the root of the whole around some of its entries.

    At the first doubt it is read as a whole instead, from where that was.
    """
    root, done = _ROOT.search(data[:_STEP]), 0
    if root and _is_simple(data, root, names):
        for part in _parts(data, names, root[0], b"</" + root[1] + b">"):
            if part is None:
                break
            found = list(_document(part, names, source, 0))
            if any(isinstance(one, Finding) for one in found):
                break
            yield from found
            done += len(found)
        else:
            return
    yield from islice(elements(data[:], names, source), done, None)


def _is_simple(data: Data, root: re.Match[bytes], names: frozenset[str]) -> bool:
    """Whether the first tag found is the root for certain, and the text is in an encoding in which tags can be found."""
    before = data[: root.start()]
    named = _ENCODING.match(before)
    return (
        root[1].decode() not in names
        and not any(mark in before for mark in (b"<!--", b"[", b"\0"))
        and (not named or named[1].lower() in {b"utf-8", b"utf8"})
    )


def _parts(data: Data, names: frozenset[str], opened: bytes, closed: bytes) -> Iterator[bytes | None]:
    """A document for some entries at a time; None where the file cannot be parted any further."""
    ends = [f"</{name}>".encode() for name in names]
    begin, rest = b"", b""
    for place in range(0, len(data), _PART):
        rest += data[place : place + _PART]
        odd = len(_DECLARATION.findall(rest)) > (not begin) or b"<![CDATA[" in rest or b"<!--" in rest
        cut = max(rest.rfind(end) + len(end) if end in rest else 0 for end in ends)
        if odd or (not cut and len(rest) > _LONGEST):
            yield None
            return
        if place + _PART >= len(data):
            yield begin + rest
        elif cut:
            yield begin + rest[:cut] + closed
            begin, rest = opened, rest[cut:]


def _mended(data: bytes) -> tuple[bytes, tuple[Finding, ...]]:
    """The file as XML can hold it: in the encoding it has rather than the one it names, without control characters."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in data[:8]:
        return data, ()  # UTF-16, which the parser reads by itself
    named = _ENCODING.match(data)
    findings: tuple[Finding, ...] = ()
    if not named or named[1].lower() in {b"utf-8", b"utf8"}:
        decoded = decode(data)
        if decoded.encoding not in {"utf-8", "utf-8-sig"} or decoded.errors != "strict":
            data, findings = decoded.text().removeprefix("\ufeff").encode(), decoded.findings
    if _CONTROLS.search(data):
        data, count = _CONTROLS.subn(b" ", data)
        findings += (_without_controls(count),)
    return data, findings


def _without_controls(count: int) -> Finding:
    return Finding(
        rule="FORMAT-CONTROLS",
        severity=Severity.INFO,
        message=f"{count} control character(s), which XML does not allow, were read as blanks.",
    )


def _document(data: bytes, names: frozenset[str], source: str, lines_before: int) -> Iterator[Element | Finding]:
    depth = yielded = 0
    parents: list[Element] = []
    wanted: dict[str, bool] = {}  # by tag, which is looked at for every element
    written = _as_written(data, names)
    if not _prolog_is_safe(data.lstrip()):
        raise BadInput(
            source,
            "this XML declares entities, which exports never do and which can be used to attack a computer.",
            hint="Download it again from the database itself.",
        )
    try:
        for event, element in iterparse(io.BytesIO(data.lstrip()), events=("start", "end")):  # noqa: S314  # see above
            if event == "start":
                depth += 1
                parents.append(element)
                if depth > _MAX_DEPTH:
                    raise BadInput(
                        source, f"this XML is nested more than {_MAX_DEPTH} levels deep, which no export is."
                    )
                continue
            depth -= 1
            parents.pop()
            if wanted.get(element.tag) is None:
                wanted[element.tag] = bare(element) in names
            if wanted[element.tag]:
                element.tail = next(written, None)
                yield element
                yielded += 1
                # Freed at once, or a large export would stand in memory as a tree.
                if parents:
                    parents[-1].remove(element)
    except ParseError as error:
        # Only a file that stumbles is looked through for what can be mended; what was read before is not read again.
        mended, findings = _mended(data)
        yield from findings or (_cut(error, lines_before),)
        if findings:
            yield from islice(_document(mended, names, source, lines_before), yielded, None)
    except (LookupError, ValueError) as error:
        raise BadInput(source, f"this XML is in an encoding that cannot be read ({error}).") from None


class _Stop(Exception):
    """Enough was seen."""


def _prolog_is_safe(data: bytes) -> bool:
    """Whether nothing before the first element declares an entity; behind it XML can declare none."""
    safe = True

    def declared(*_what: object) -> NoReturn:
        nonlocal safe
        safe = False
        raise _Stop

    def begun(*_what: object) -> None:
        raise _Stop

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = declared
    parser.UnparsedEntityDeclHandler = declared
    parser.ExternalEntityRefHandler = declared
    parser.StartElementHandler = begun
    try:
        for start in range(0, len(data), _STEP):
            parser.Parse(data[start : start + _STEP], False)
    except (_Stop, expat.ExpatError, LookupError, ValueError):
        pass  # what is wrong with it is said by who reads it
    return safe


def _as_written(data: bytes, names: frozenset[str]) -> Iterator[str]:
    """The entries as they stand in the file, in order; nothing where a name in `<` and `>` may be no element."""
    named = _ENCODING.match(data)
    if (named and named[1].lower() not in {b"utf-8", b"utf8"}) or b"<![CDATA[" in data or b"<!--" in data:
        return
    choice = "|".join(sorted(names))
    ends = re.compile(rf"</(?:[\w.-]+:)?(?:{choice})\s*>|<(?:[\w.-]+:)?(?:{choice})(?=[\s/>])[^>]*/>".encode())
    begins = re.compile(rf"<(?:[\w.-]+:)?(?:{choice})(?=[\s/>])".encode())
    place = 0
    while (end := ends.search(data, place)) and (begin := begins.search(data, place, end.end())):
        if begins.search(data, begin.end(), end.start()):
            return  # an entry in an entry
        yield data[begin.start() : end.end()].decode("utf-8", "replace")
        place = end.end()


def _cut(error: ParseError, lines_before: int) -> Finding:
    line, column = error.position
    return Finding(
        rule="FORMAT-CUT",
        message=f"The file stops being readable here ({str(error).split(':')[0]}); what came before was kept.",
        line=line + lines_before,
        column=column + 1,
        hint="It was probably cut off: download it again.",
    )


def bare(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def text(element: Element | None) -> str:
    """All text in an element, markup left out, white space folded."""
    return "" if element is None else fields.fold("".join(element.itertext()))


def child_text(element: Element | None, path: str) -> str:
    """The text of the first element at a path, "" where there is none."""
    return "" if element is None else text(element.find(path))


def raw(element: Element) -> str:
    """The entry as it stands in the file, which `elements` put behind it; else written as XML again."""
    if element.tail and element.tail.startswith("<"):
        return element.tail
    element.tail = None
    return tostring(element, encoding="unicode")

"""XML read a piece at a time: a DOCTYPE is accepted, entities and outside references never are, a cut file keeps its head."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import islice
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from review.domain.errors import BadInput
from review.domain.finding import Finding, Severity
from review.formats import fields
from review.formats.decoding import decode

_MAX_DEPTH = 100  # PubMed and Atom stay below 20
_DECLARATION = re.compile(rb"<\?xml\s")
_ENCODING = re.compile(rb"^[\xef\xbb\xbf\s]*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.-]+)[\"']")
# What XML does not allow but databases let through: control characters, written out or as &#x1F;.
_CONTROLS = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));", re.IGNORECASE
)


def elements(data: bytes, names: frozenset[str], source: str) -> Iterator[Element | Finding]:
    """Every element with one of the names, whole, then freed; last a finding where the file stops being XML.

    Files joined end to end are read one after the other. Raises `BadInput` for declared entities and for depth.
    """
    starts = [match.start() for match in _DECLARATION.finditer(data)] or [0]
    starts[0] = 0
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        yield from _document(data if len(starts) == 1 else data[start:end], names, source, data.count(b"\n", 0, start))


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
    try:
        for event, element in iterparse(
            io.BytesIO(data.lstrip()),
            events=("start", "end"),
            forbid_dtd=False,
            forbid_entities=True,
            forbid_external=True,
        ):
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
            if bare(element) in names:
                yield element
                yielded += 1
                # Freed at once, or a large export would stand in memory as a tree.
                if parents:
                    parents[-1].remove(element)
    except DefusedXmlException:
        raise BadInput(
            source,
            "this XML declares entities, which exports never do and which can be used to attack a computer.",
            hint="Download it again from the database itself.",
        ) from None
    except ParseError as error:
        # Only a file that stumbles is looked through for what can be mended; what was read before is not read again.
        mended, findings = _mended(data)
        yield from findings or (_cut(error, lines_before),)
        if findings:
            yield from islice(_document(mended, names, source, lines_before), yielded, None)
    except (LookupError, ValueError) as error:
        raise BadInput(source, f"this XML is in an encoding that cannot be read ({error}).") from None


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
    """The entry as XML again."""
    element.tail = None
    return tostring(element, encoding="unicode")

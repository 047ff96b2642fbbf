"""XML read a piece at a time: a DOCTYPE is accepted, entities and outside references never are, a cut file keeps its head."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from review.domain.errors import BadInput
from review.domain.finding import Finding
from review.formats import fields

_MAX_DEPTH = 100  # PubMed and Atom stay below 20
_DECLARATION = re.compile(rb"<\?xml\s")


def elements(data: bytes, names: frozenset[str], source: str) -> Iterator[Element | Finding]:
    """Every element with one of the names, whole, then freed; last a finding where the file stops being XML.

    Files joined end to end are read one after the other. Raises `BadInput` for declared entities and for depth.
    """
    starts = [match.start() for match in _DECLARATION.finditer(data)] or [0]
    starts[0] = 0
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        yield from _document(data if len(starts) == 1 else data[start:end], names, source, data.count(b"\n", 0, start))


def _document(data: bytes, names: frozenset[str], source: str, lines_before: int) -> Iterator[Element | Finding]:
    depth = 0
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
        yield _cut(error, lines_before)
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

"""Whether a raw answer is whole, and the few marks on it that paging needs; its records are read elsewhere."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat

from review.sources.http import Unfit

_ROOT = re.compile(rb"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")
_LONGEST = 300  # characters of a source's own words in a message


def xml_root(data: bytes) -> str:
    """The name of the outermost element of well-formed XML; `Unfit` for anything else.

    Entities are never expanded: an answer that declares one is unfit.
    """

    def refuse(*_declared: object) -> None:
        raise Unfit("its answer declares entities, which the real source never does", data)

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data.lstrip(), True)
    except expat.ExpatError as error:
        if re.match(rb"\s*(<!--.*?-->\s*)?<(!doctype\s+html|html)\b", data[:2_000], re.IGNORECASE | re.DOTALL):
            raise Unfit("a web page came instead; perhaps your network asks you to sign in first", data) from None
        raise Unfit(f"its answer is cut or damaged at line {error.lineno}", data) from None
    found = _ROOT.search(data)
    return found[1].decode("ascii", "replace") if found else ""


def json_object(data: bytes) -> Mapping[str, Any]:
    """The JSON object that the answer is; `Unfit` for anything else."""
    try:
        found = json.loads(data, strict=False)  # a query repeated with its line ends breaks strict JSON
    except (ValueError, RecursionError):
        raise Unfit("its answer is not readable JSON", data) from None
    if not isinstance(found, dict):
        raise Unfit("its answer is not a JSON object", data)
    return found


def tags(data: bytes, name: str) -> int:
    """How many elements of that name begin in the answer."""
    return len(re.findall(_opening(data, name), data))


def _opening(data: bytes, name: str) -> bytes:
    """What the beginning of such an element looks like; with a prefix only where there is one, since that is slow."""
    bare = name.encode()
    prefix = rb"(?:\w+:)?" if b":" + bare in data else b""
    return b"<" + prefix + bare + rb"(?=[\s>/])"


def texts(data: bytes, name: str) -> list[str]:
    """The text of every element of that name that holds nothing else."""
    pattern = _opening(data, name) + rb"(?:\s[^>]*)?>([^<]*)</"
    return [html.unescape(found.decode("utf-8", "replace")).strip() for found in re.findall(pattern, data)]


def number(data: bytes, name: str) -> int | None:
    """The whole number in the first element of that name."""
    found = texts(data, name)[:1]
    return int(found[0]) if found and found[0].isascii() and found[0].isdigit() else None


def said(text: object) -> str:
    r"""A source's own words on one line, shortened.

    >>> said("Search failed:\n  too  long")
    'Search failed: too long'
    """
    folded = " ".join(str(text).split())
    return folded if len(folded) <= _LONGEST else folded[: _LONGEST - 1] + "…"

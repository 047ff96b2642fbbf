"""Paragraphs and sentences of a text, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_BREAK = re.compile(r"\n[ \t]*\n|\n(?=[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t])|\n(?=[ \t]*>)")
_LEAD = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?")
_END = re.compile(r"[.!?]['\"”’)\]]*(?:\[[\d,\s–-]+\])?(?=\s+[\"“‘(\[]*[A-Z0-9À-Þ@{]|\s*$)")
_LONGEST = 1500  # signs; what is longer is no sentence, and is read in pieces
_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|et\sal|vs|cf|resp|ca|approx|Figs?|Tabs?|Eqs?|Secs?|Refs?|Nos?|no|Dr|Drs|Prof|Mr|Ms|Mrs|St|Inc|Ltd|Co|Corp|"
    r"Suppl|Vol|pp?|viz|al|incl|max|min|avg|std|dept|[A-Z])|\b(?:i\.v|a\.m|p\.m|U\.S|U\.K))\.$"
)


def paragraphs(text: str, start: int, end: int) -> Iterator[Span]:
    """The paragraphs and list items of a part of the text, without the signs that begin them."""
    at = start
    for match in _BREAK.finditer(text, start, end):
        yield from _paragraph(text, at, match.start())
        at = match.end()
    yield from _paragraph(text, at, end)


def _paragraph(text: str, start: int, end: int) -> Iterator[Span]:
    lead = _LEAD.match(text, start, end)
    start = lead.end() if lead else start
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    if start < end:
        yield start, end


def sentences(text: str, start: int, end: int) -> Iterator[Span]:
    """The sentences of a paragraph; one that ends in an abbreviation goes on.

    >>> t = "See Fig. 2. It shows 3 cases, e.g. one. End"
    >>> [t[a:b] for a, b in sentences(t, 0, len(t))]
    ['See Fig. 2.', 'It shows 3 cases, e.g. one.', 'End']
    """
    at = start
    for match in _END.finditer(text, start, end):
        if _ABBREVIATED.search(text[max(at, match.start() - 12) : match.start() + 1]):
            continue
        if match.end() > at and text[at : match.end()].strip():
            yield from _pieces(text, at, match.end())
        at = match.end()
        while at < end and text[at].isspace():
            at += 1
    if text[at:end].strip():
        yield from _pieces(text, at, end)


def _pieces(text: str, start: int, end: int) -> Iterator[Span]:
    while end - start > _LONGEST:
        blank = text.rfind(" ", start + 1, start + _LONGEST)
        cut = blank if blank > start else start + _LONGEST
        yield start, cut
        start = cut
    yield start, end

"""Words quoted from a document: whether, and on which page, they stand in its text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# A word parted at the end of a line, and the several signs for one thing that a PDF may hold.
_PARTED = re.compile(r"(?<=\w)[-\u00ad\u2010]\s*\n\s*(?=[a-z])")
_SIGNS = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2010": "-", "\u2011": "-", "\u2012": "-",
        "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u00ad": None, "\u200b": None, "\u2009": " ", "\u202f": " ",
    }
)  # fmt: skip
_LEFT_OUT = re.compile(r"\s*(?:\[\s*(?:\.\.\.|\u2026)\s*\]|\(\s*(?:\.\.\.|\u2026)\s*\)|\.\.\.|\u2026)\s*")


def folded(text: str) -> str:
    r"""A text as quotes are compared: letters alike, ligatures opened, one blank between words, no word parted.

    >>> folded("The classi-\nfication of  \ufb01ve\u2019s") == folded("the classification of five's")
    True
    """
    joined = _PARTED.sub("", text)
    plain = unicodedata.normalize("NFKC", joined).translate(_SIGNS).casefold()
    return " ".join(plain.split())


def page_of(quote: str, pages: Sequence[str]) -> int | None:
    r"""The first page (from 1) that holds the quote, or on which it begins if it runs over a page's end; None if none does.

    What is left out of a quote is written as `…` or `[…]`; its parts must follow one another.

    >>> page_of("2,140 patients \u2026 one hospital", ["Methods", "We took 2,140 patients\nfrom one hospital."])
    2
    """
    return page_among(quote, [folded(page) for page in pages])


def page_among(quote: str, texts: Sequence[str]) -> int | None:
    """The same in pages that are folded already. A hyphen at the end of a line may be lost in a PDF's text: where the words
    do not stand as they are, hyphens do not count.

    >>> page_among("software-assisted planning", ["in softwareassisted planning"])
    1
    """
    parts = [part for part in (folded(part) for part in _LEFT_OUT.split(quote)) if part]
    found = _first_page(parts, texts)
    if found is None and any("-" in text for text in (*parts, *texts)):
        found = _first_page([part.replace("-", "") for part in parts], [text.replace("-", "") for text in texts])
    return found


def _first_page(parts: Sequence[str], texts: Sequence[str]) -> int | None:
    if not any(parts):
        return None
    for at, text in enumerate(texts):
        if _follows(parts, text):
            return at + 1
    for at in range(len(texts) - 1):
        if _follows(parts, f"{texts[at]} {texts[at + 1]}"):
            return at + 1
    return None


def _follows(parts: Sequence[str], text: str) -> bool:
    at = 0
    for part in parts:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True

"""Reads PDF files in a process of its own, so that a malformed one takes down nothing else. Asked by `formats/pdf.py`.

One JSON object a line in, one a line out. It needs the standard library and pypdfium2 alone, whose PDFium is built
without JavaScript: nothing in a file is ever executed, and nothing is fetched.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import re
import sys
from typing import Any

_MEMORY = 3 * 1024**3  # bytes of addresses; a page of a paper needs some hundred million
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_SECURITY = 5  # FPDF_ERR_SECURITY
_LARGEST_SIDE = 4_000  # px of a picture
_QUALITY = 90  # of 100: letters stay sharp, and it is made ten times faster than a PNG of the same size
_MARKS = "\ufffe\x02"  # how PDFium marks a hyphen at the end of a line
_BROKEN = re.compile(rf"([^\W_]+)[{_MARKS}]\n?([^\W_]+)")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_SHORTEST = 6  # letters of a word that is no syllable of another: "over" and "view" stand alone in texts, too


def main() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(json.loads(line))) + "\n")
        sys.stdout.flush()


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(asked["path"])
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        return {"refused": "encrypted" if code in (_PASSWORD, _SECURITY) else "broken"}
    try:
        if asked["do"] == "picture":
            return {"jpeg": _picture(document, int(asked["page"]), int(asked["width"]))}
        return _text(document, int(asked["most"]))
    except (pdfium.PdfiumError, MemoryError, ValueError, OverflowError):
        return {"refused": "broken"}
    finally:
        document.close()


def _text(document: Any, most: int) -> dict[str, Any]:
    """The text of every page, and the title the file gives itself."""
    count = len(document)
    if not 0 < count <= most:
        return {"count": count, "pages": [], "title": ""}
    pages = []
    for number in range(count):
        page = document[number]
        words = page.get_textpage()
        pages.append(_lines(words.get_text_range()))
        words.close()
        page.close()
    known = _known(pages)
    title = _lines(document.get_metadata_value("Title") or "")
    return {"count": count, "pages": [_clean(page, known) for page in pages], "title": _clean(title, known)}


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _known(pages: list[str]) -> frozenset[str]:
    """The words that stand on one line somewhere, with their hyphens and in their parts."""
    whole = {word.lower() for page in pages for word in _WORD.findall(_BROKEN.sub(" ", page))}
    return frozenset(whole | {part for word in whole for part in word.split("-")})


def _clean(text: str, known: frozenset[str]) -> str:
    """Lines end one way, a word broken at the end of a line is whole again, and nothing is there that does not show."""
    while _BROKEN.search(text):
        text = _BROKEN.sub(lambda found: _joined(found[1], found[2], known), text)
    text = re.sub(rf"[{_MARKS}]\n?", "", text)
    return "".join(c for c in text if c in "\n\t" or (c.isprintable() and not "\ud800" <= c <= "\udfff"))


def _joined(first: str, second: str, known: frozenset[str]) -> str:
    """The word as it would stand on one line: the hyphen is its own if it is so elsewhere, or between two words or numbers."""
    one, two = first.lower(), second.lower()
    parts = one in known and two in known and min(len(one), len(two)) >= _SHORTEST
    number = first[-1].isdigit() or second[0].isdigit()
    own = number or f"{one}-{two}" in known or parts
    return f"{first}-{second}" if own and f"{one}{two}" not in known else f"{first}{second}"


def _picture(document: Any, number: int, width: int) -> str:
    page = document[number - 1]
    breadth, height = page.get_size()
    scale = min(width / max(1.0, breadth), _LARGEST_SIDE / max(1.0, breadth, height))
    image = page.render(scale=scale, may_draw_forms=False).to_pil()
    page.close()
    out = io.BytesIO()
    image.convert("RGB").save(out, format="JPEG", quality=_QUALITY)
    return base64.b64encode(out.getvalue()).decode("ascii")


if __name__ == "__main__":
    main()

"""Reads PDF files in a process of its own, so that a malformed one takes down nothing else. Asked by `formats/pdf.py`.

One JSON object a line in, one a line out. It needs the standard library and pypdfium2 alone, whose PDFium is built
without JavaScript: nothing in a file is ever executed, and nothing is fetched.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import sys
from typing import Any

_MEMORY = 3 * 1024**3  # bytes of addresses; a page of a paper needs some hundred million
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_SECURITY = 5  # FPDF_ERR_SECURITY
_LARGEST_SIDE = 4_000  # px of a picture
_QUALITY = 90  # of 100: letters stay sharp, and it is made ten times faster than a PNG of the same size
_LINE_END_HYPHEN = "\ufffe", "\x02"  # how PDFium marks a word broken at the end of a line


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
        pages.append(_clean(words.get_text_range()))
        words.close()
        page.close()
    return {"count": count, "pages": pages, "title": _clean(document.get_metadata_value("Title") or "")}


def _clean(text: str) -> str:
    """Lines end one way, a word broken at the end of a line is whole again, and nothing is there that does not show."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for mark in _LINE_END_HYPHEN:
        text = text.replace(f"{mark}\n", "").replace(mark, "")
    return "".join(c for c in text if c in "\n\t" or (c.isprintable() and not "\ud800" <= c <= "\udfff"))


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

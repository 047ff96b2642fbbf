"""Golden files of manuscripts, whole as Markdown and LaTeX, by their words as Word and PDF.

UPDATE_GOLDEN=1 writes them anew; look at the difference before you commit it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pypandoc
import pypdfium2

from review.render.documents import read, write

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "papers"


def compared(path: Path, made: str) -> None:
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made, encoding="utf-8", newline="\n")
    assert path.read_text(encoding="utf-8") == made, path.name


def documents(text: str, folder: Path, bibliography: Path) -> Iterator[tuple[str, str]]:
    """(ending of the golden file, what it holds) of a manuscript as LaTeX, Word and PDF."""
    parsed = read(text, bibliography=bibliography, to=("tex", "docx", "pdf"))
    yield "tex", write(parsed, to="tex", resources=folder).data.decode()
    (folder / "paper.docx").write_bytes(write(parsed, to="docx", resources=folder).data)
    yield "txt", str(pypandoc.convert_file(str(folder / "paper.docx"), "plain", extra_args=["--columns=120"]))
    made = write(parsed, to="pdf", resources=folder)
    assert made.unfit == "", made.unfit
    yield "pdf.txt", "".join(_pages(made.data))


def _pages(data: bytes) -> Iterator[str]:
    document = pypdfium2.PdfDocument(data)
    for number, page in enumerate(document, start=1):
        words = page.get_textpage()
        lines = words.get_text_bounded().replace("\r\n", "\n").replace("\ufffe", "-").rstrip("\n")
        yield f"--- page {number}\n{lines}\n"
    document.close()

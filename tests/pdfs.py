"""PDF files made in the tests, byte by byte: a paper, a locked one, a scan, a volume, and what only looks like one."""

from __future__ import annotations

from collections.abc import Sequence

# Any 32 bytes: no password, least of all the empty one, gives them.
_LOCK = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >>"


def pdf(pages: Sequence[Sequence[str]], *, title: str = "", locked: bool = False) -> bytes:
    """A PDF of these pages, each a list of lines; a page without lines shows a grey square, as a scan does."""
    font, kids, objects = (
        3,
        [],
        {3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"},
    )
    for number, lines in enumerate(pages):
        page, content = 4 + 2 * number, 5 + 2 * number
        kids.append(f"{page} 0 R")
        drawn = "BT /F1 11 Tf 14 TL 60 780 Td " + " ".join(f"({_escaped(line)}) Tj T*" for line in lines) + " ET"
        stream = (drawn if lines else "0.6 g 100 300 300 300 re f").encode("latin-1")
        objects[page] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {content} 0 R "
            f"/Resources << /Font << /F1 {font} 0 R >> >> >>"
        ).encode()
        objects[content] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream)
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[2] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    info = max(objects) + 1
    objects[info] = f"<< /Title ({_escaped(title)}) >>".encode("latin-1")
    return _assembled(objects, info, locked=locked)


def _assembled(objects: dict[int, bytes], info: int, *, locked: bool) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n"), {}
    for number in sorted(objects):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    begins, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % places[number]
    lock = b" /Encrypt " + _LOCK + b" /ID [<00> <00>]" if locked else b""
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (size, info, lock, begins)
    return bytes(out)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def paper(title: str, *, doi: str = "", body: Sequence[str] = (), pages: int = 2) -> bytes:
    """A short paper: its title broken over two lines, its DOI, and some sentences."""
    words = title.split()
    half = (len(words) + 1) // 2
    first = [
        " ".join(words[:half]),
        " ".join(words[half:]),
        "Ada Writer, Bo Second",
        f"https://doi.org/{doi}" * bool(doi),
    ]
    rest = [["Results", f"Page {number} says that nothing was found."] for number in range(2, pages + 1)]
    return pdf([[*first, "Abstract", *body], *rest], title="untitled")

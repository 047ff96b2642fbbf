"""Excel files as rows of text, refused before a zip bomb unpacks; and rows written as an Excel file."""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence

from review.domain.errors import BadInput
from review.formats import fields

# 50,000 records with abstracts unpack to about 150 MB, at most twentyfold; a bomb is a thousandfold.
_MAX_UNPACKED = 250_000_000
_MAX_RATIO = 200
_SMALL = 5_000_000  # below this no ratio is dangerous
_PIECE = 1 << 20
_MAX_CELL = 32_767  # Excel's own limit
_MAX_COLUMNS = 1_000
# What zipfile raises for an archive with a password, of another method, or damaged at one of many places.
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
    struct.error,
    zlib.error,
)
_TOO_LONG = " […]"

Sheet = Iterator[tuple[int, list[str]]]


def is_xlsx(head: bytes) -> bool:
    """A zip that holds a workbook (its parts are named in the first bytes)."""
    return (
        head.startswith(b"PK\x03\x04") and (b"xl/" in head or b"[Content_Types].xml" in head) and b"word/" not in head
    )


def sheets(data: bytes, source: str) -> Iterator[Sheet]:
    """Every sheet as (row number, cells); raises `BadInput` for a damaged, dangerous or locked file."""
    import openpyxl

    _check(data, source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which say nothing about references
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # noqa: BLE001  # openpyxl raises whatever its XML and zip readers do
        raise _damaged(source, error) from None
    try:
        for sheet in book.worksheets:
            yield _rows(sheet, source)
    finally:
        book.close()


def _check(data: bytes, source: str) -> None:
    """What a workbook declares before anything is unpacked; zipfile never unpacks more than is declared."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > _MAX_UNPACKED or any(
                member.file_size > max(_SMALL, _MAX_RATIO * member.compress_size) for member in members
            ):
                raise BadInput(
                    source,
                    "this Excel file would unpack to far more than its size, as a damaged or hostile file does.",
                    hint="Export the references as RIS or CSV instead.",
                )
            for member in members:
                if member.filename.endswith((".xml", ".rels")) and re.search(
                    rb"<!(?:DOCTYPE|ENTITY)", archive.open(member).read(4096), re.IGNORECASE
                ):
                    raise BadInput(
                        source,
                        "this Excel file holds a DOCTYPE, which Excel never writes.",
                        hint="Save it again from Excel.",
                    )
    except _BROKEN_ZIP as error:
        raise _damaged(source, error) from None


def _damaged(source: str, error: Exception) -> BadInput:
    return BadInput(
        source,
        f"this Excel file cannot be opened ({type(error).__name__}).",
        hint="Open it in Excel, save it again as .xlsx or .csv without a password, and import that.",
    )


def _rows(sheet: object, source: str) -> Sheet:
    reset = getattr(sheet, "reset_dimensions", None)
    if reset is not None:
        reset()  # files written by other programs state wrong sizes
    iter_rows = sheet.iter_rows  # type: ignore[attr-defined]
    try:
        for number, row in enumerate(iter_rows(values_only=True, max_col=_MAX_COLUMNS), 1):
            yield number, [_text(value) for value in row]
    except BadInput:
        raise
    except Exception as error:  # noqa: BLE001  # see above
        raise _damaged(source, error) from None


def _text(value: object) -> str:
    """A cell as text: 2001 and not 2001.0, a date as 2001-03-05."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)


def write(header: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[str] = ("year",)) -> bytes:
    """One sheet named `records`. Every cell is text but whole numbers in the columns of numbers, so nothing in it is a
    formula; Excel's limit marks what it cuts.
    """
    return b"".join(pieces(header, rows, numbers=numbers))


def pieces(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[str] = ("year",)
) -> Iterator[bytes]:
    """The same, piece by piece: sheet and file grow on the disk, for 100,000 abstracts do not fit into memory twice."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("records")
    sheet.freeze_panes = "A2"
    counted = {header.index(name) for name in numbers if name in header}
    sheet.append(list(header))
    for row in rows:
        cells: list[object] = []
        for place, value in enumerate(row):
            if place in counted and value.isdecimal():
                cells.append(int(value))
                continue
            cell = WriteOnlyCell(sheet, _fitting(value))
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    with tempfile.TemporaryFile() as out:
        book.save(out)
        out.seek(0)
        while piece := out.read(_PIECE):
            yield piece


def _fitting(text: str) -> str:
    text = fields.visible(text)
    return text if len(text) <= _MAX_CELL else text[: _MAX_CELL - len(_TOO_LONG)] + _TOO_LONG

"""Tables as an Excel workbook, a sheet for each: numbers are numbers, and no text is a formula."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence

from review.domain.estimate import Cell, Table

_LONGEST = 32_767  # letters of a cell, Excel's own limit
_CUT = " […]"
_NAME = re.compile(r"[\[\]:*?/\\']")
_NO_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # Excel would read _x0041_ as the letter A
_WIDEST, _NARROWEST = 60, 9  # characters of a column


def workbook(tables: Sequence[Table]) -> bytes:
    """An .xlsx file with a sheet for each table; its head is bold and stays in sight."""
    import openpyxl
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook(write_only=True)
    for name, table in zip(_sheet_names(tables), tables, strict=True):
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "B2"
        for at, column in enumerate(table.columns, start=1):
            longest = max((len(str(row[at - 1] or "")) for row in table.rows), default=0)
            width = min(_WIDEST, max(_NARROWEST, len(column), longest) + 1)
            sheet.column_dimensions[get_column_letter(at)].width = width
        sheet.append([_cell(sheet, column, bold=True) for column in table.columns])
        for row in table.rows:
            sheet.append([_cell(sheet, cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: object, value: Cell, *, bold: bool = False) -> object:
    """A value as the library takes it: text that would be a formula, or needs a look of its own, is a cell of its own."""
    fitting = _fitting(value)
    if not isinstance(fitting, str) or not (bold or fitting.startswith("=")):
        return fitting
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, fitting)  # type: ignore[arg-type]
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _sheet_names(tables: Sequence[Table]) -> list[str]:
    """A name for each sheet: what Excel takes, and none twice."""
    names: list[str] = []
    for number, table in enumerate(tables, start=1):
        name = _NAME.sub(" ", _NO_XML.sub(" ", table.name))[:28].strip() or f"Table {number}"
        taken = {other.casefold() for other in names}
        names.append(name if name.casefold() not in taken else f"{name[:24]} {number}")
    return names


def _fitting(cell: Cell) -> Cell:
    """A cell as Excel takes it: no control characters, not too long, and no number that is none."""
    if isinstance(cell, float) and not math.isfinite(cell):
        return str(cell)
    if not isinstance(cell, str):
        return cell
    clean = cell if cell.isprintable() else _NO_XML.sub("", cell)
    clean = clean if len(clean) <= _LONGEST else clean[: _LONGEST - len(_CUT)] + _CUT
    return _ESCAPE.sub("_x005F_", clean) if "_x" in clean else clean

"""Tables as an Excel workbook, a sheet for each: numbers are numbers, and no text is a formula."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from review.domain.estimate import Cell, Table

_LONGEST = 32_767  # letters of a cell, Excel's own limit
_CUT = " […]"
_NAME = re.compile(r"[\[\]:*?/\\']")
_WIDEST, _NARROWEST = 60, 9  # characters of a column


def workbook(tables: Sequence[Table]) -> bytes:
    """An .xlsx file with a sheet for each table; its head is bold and stays in sight."""
    import openpyxl
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook(write_only=True)
    for number, table in enumerate(tables, start=1):
        sheet = book.create_sheet(_sheet_name(table, number))
        sheet.freeze_panes = "B2"
        for at, name in enumerate(table.columns, start=1):
            longest = max((len(str(row[at - 1] or "")) for row in table.rows), default=0)
            width = min(_WIDEST, max(_NARROWEST, len(name), longest) + 1)
            sheet.column_dimensions[get_column_letter(at)].width = width
        sheet.append([_cell(sheet, name, bold=True) for name in table.columns])
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


def _sheet_name(table: Table, number: int) -> str:
    return _NAME.sub(" ", table.name)[:28] or f"Table {number}"


def _fitting(cell: Cell) -> Cell:
    """A cell as Excel takes it: no control characters, not too long."""
    if not isinstance(cell, str):
        return cell
    clean = cell if cell.isprintable() else "".join(c for c in cell if c in "\t\n" or ord(c) >= 32)
    return clean if len(clean) <= _LONGEST else clean[: _LONGEST - len(_CUT)] + _CUT

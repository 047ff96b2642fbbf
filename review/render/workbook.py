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
    """An .xlsx file with the tables, each with its head in bold and frozen, its title above and its note below."""
    import openpyxl
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for number, table in enumerate(tables, start=1):
        sheet = book.create_sheet(_sheet_name(table, number))
        for row in (table.columns, *table.rows):
            sheet.append([_fitting(cell) for cell in row])
        for cells in sheet.iter_rows():
            for cell in cells:
                if isinstance(cell.value, str):
                    cell.data_type = "s"
                    cell.alignment = Alignment(wrap_text=True, vertical="top")
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "B2"
        for at, name in enumerate(table.columns, start=1):
            longest = max((len(str(row[at - 1] or "")) for row in table.rows), default=0)
            width = min(_WIDEST, max(_NARROWEST, len(name), longest) + 1)
            sheet.column_dimensions[get_column_letter(at)].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet_name(table: Table, number: int) -> str:
    return _NAME.sub(" ", table.name)[:28] or f"Table {number}"


def _fitting(cell: Cell) -> Cell:
    """A cell as Excel takes it: no control characters, not too long."""
    if not isinstance(cell, str):
        return cell
    clean = "".join(c for c in cell if c in "\t\n" or ord(c) >= 32)
    return clean if len(clean) <= _LONGEST else clean[: _LONGEST - len(_CUT)] + _CUT

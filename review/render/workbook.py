"""Tables as an Excel workbook, a sheet for each: numbers are numbers, and no text is a formula.

The file is written part by part (ECMA-376, SpreadsheetML) with its texts in their cells: with a quarter of a million cells
that takes a tenth of what a library takes that builds an object for each. The same tables give the same bytes.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterator, Sequence
from html import escape

from review.domain.estimate import Cell, Table

_LONGEST = 32_767  # letters of a cell, Excel's own limit
_CUT = " […]"
_NAME = re.compile(r"[\[\]:*?/\\']")
_NO_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # Excel would read _x0041_ as the letter A
_WOULD_RUN = ("=", "+", "-", "@")
_WIDEST, _NARROWEST = 60, 9  # characters of a column
_PLAIN, _BOLD, _TEXT = 0, 1, 2  # looks of a cell, in the order of styles.xml; `_TEXT` stays text when it is edited

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TIES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def workbook(tables: Sequence[Table]) -> bytes:
    """An .xlsx file with a sheet for each table; its head is bold and stays in sight."""
    names = _sheet_names(tables)
    numbers = range(1, len(names) + 1)
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, name in zip(numbers, names, strict=True)
    )
    parts = {
        "[Content_Types].xml": _content_types(numbers),
        "_rels/.rels": _relationships([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_TIES}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{sheets}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relationships(
            [*(("worksheet", f"worksheets/sheet{n}.xml") for n in numbers), ("styles", "styles.xml")]
        ),
        "xl/styles.xml": _STYLES,
    }
    parts |= {f"xl/worksheets/sheet{n}.xml": "".join(_sheet(table)) for n, table in zip(numbers, tables, strict=True)}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, _HEAD + text)
    return out.getvalue()


def _content_types(numbers: Sequence[int]) -> str:
    kinds = {"xl/workbook.xml": "sheet.main", "xl/styles.xml": "styles"}
    kinds |= {f"xl/worksheets/sheet{n}.xml": "worksheet" for n in numbers}
    listed = "".join(f'<Override PartName="/{at}" ContentType="{_TYPE}.{kind}+xml"/>' for at, kind in kinds.items())
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'
    )


def _relationships(found: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{n}" Type="{_TIES}/{kind}" Target="{at}"/>' for n, (kind, at) in enumerate(found, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _sheet_names(tables: Sequence[Table]) -> list[str]:
    """A name for each sheet: what Excel takes, and none twice."""
    names: list[str] = []
    for number, table in enumerate(tables, start=1):
        name = _NAME.sub(" ", _NO_XML.sub(" ", table.name))[:28].strip() or f"Table {number}"
        taken = {other.casefold() for other in names}
        names.append(name if name.casefold() not in taken else f"{name[:24]} {number}")
    return names


def _sheet(table: Table) -> Iterator[str]:
    """The parts of one sheet, row by row."""
    columns = range(len(table.columns))
    yield (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane xSplit="1" ySplit="1" '
        'topLeftCell="B2" activePane="bottomRight" state="frozen"/></sheetView></sheetViews>'
    )
    if table.columns:
        yield "<cols>"
        for at in columns:
            longest = max((len(str(row[at] or "")) for row in table.rows), default=0)
            width = min(_WIDEST, max(_NARROWEST, len(table.columns[at]), longest) + 1)
            yield f'<col min="{at + 1}" max="{at + 1}" width="{width}" customWidth="1"/>'
        yield "</cols>"
    letters = [_letters(at) for at in columns]
    yield "<sheetData>"
    yield _row(1, letters, table.columns, bold=True)
    for number, row in enumerate(table.rows, start=2):
        yield _row(number, letters, row)
    yield "</sheetData></worksheet>"


def _row(number: int, letters: Sequence[str], cells: Sequence[Cell], *, bold: bool = False) -> str:
    written = "".join(
        _cell(f"{letter}{number}", cell, bold=bold)
        for letter, cell in zip(letters, cells, strict=True)
        if cell is not None and cell != ""
    )
    return f'<row r="{number}">{written}</row>'


def _cell(place: str, value: Cell, *, bold: bool) -> str:
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float) and math.isfinite(value):
        return f'<c r="{place}" s="{_BOLD if bold else _PLAIN}"><v>{value!r}</v></c>'
    text = _fitting(str(value))
    look = _BOLD if bold else _TEXT if text.startswith(_WOULD_RUN) else _PLAIN
    return f'<c r="{place}" s="{look}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _fitting(text: str) -> str:
    """A text as XML and Excel take it: no control characters, not too long."""
    clean = text if text.isprintable() else _NO_XML.sub("", text)
    clean = clean if len(clean) <= _LONGEST else clean[: _LONGEST - len(_CUT)] + _CUT
    return escape(_ESCAPE.sub("_x005F_", clean) if "_x" in clean else clean, quote=False)


def _letters(at: int) -> str:
    """The name of a column, counted from 0.

    >>> _letters(0), _letters(25), _letters(26), _letters(702)
    ('A', 'Z', 'AA', 'AAA')
    """
    said = ""
    at += 1
    while at:
        at, left = divmod(at - 1, 26)
        said = chr(65 + left) + said
    return said

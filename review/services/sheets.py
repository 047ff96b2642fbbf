"""Sheets that people fill in elsewhere, read with the line of every row, and written so that Excel opens them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from review.domain.errors import BadInput
from review.domain.finding import Finding, Severity
from review.formats import excel
from review.formats.columns import neutral, restored
from review.formats.decoding import decode
from review.formats.table import DELIMITERS, rows
from review.resources import Data, LargeFile, write_file

_EXCEL_MARK = re.compile(r"\ufeff?\"?sep=(.)\"?[^\n]*\n", re.IGNORECASE)
_LARGE = 1 << 24  # bytes
Opened = TypeVar("Opened")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: `row["verdict"]` is its cell without surrounding blanks, empty where the file has no such column."""

    line: int | None  # None where it was taken from another program's file
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...] = ()
    findings: tuple[Finding, ...] = ()

    def fault(self, row: Row | None, message: str, hint: str = "", *, severity: Severity = Severity.ERROR) -> Finding:
        """A finding about a row of this sheet."""
        line = row.line if row else None
        return Finding(rule="SHEET", severity=severity, message=message, path=self.path.name, line=line, hint=hint)


def read(path: Path, *, required: Sequence[str], optional: Sequence[str] = ()) -> Sheet:
    """The rows of a CSV, TSV or Excel file. A missing column refuses the file; a row that is too long is a finding."""
    lines, findings = _lines(path)
    if not lines:
        raise BadInput(path, "the file is empty.", hint="Its first line must name the columns.")
    sheet = Sheet(path=path, columns=_columns(path, lines[0], required, optional))
    kept: list[Row] = []
    for number, cells in lines[1:]:
        row = Row(line=number, cells=dict(zip(sheet.columns, map(_plain, cells), strict=False)))
        kept.append(row)
        if any(cell.strip() for cell in cells[len(sheet.columns) :]):
            message = f"This row has {len(cells)} cells; there are {len(sheet.columns)} columns."
            findings.append(sheet.fault(row, message, "Put text that holds a comma in quotation marks."))
    unused = [name for name in sheet.columns if name and name not in (*required, *optional)]
    if unused:
        findings.append(sheet.fault(None, f"Not used: {', '.join(unused[:8])}.", severity=Severity.INFO))
    return replace(sheet, rows=tuple(kept), findings=tuple(findings))


def has_column(path: Path, name: str) -> bool:
    """Whether the first line of a table names this column."""
    lines, _ = _lines(path)
    return bool(lines) and name in _names(lines[0])


Line = tuple[int, Sequence[str]]


def _columns(path: Path, header: Line, required: Sequence[str], optional: Sequence[str]) -> tuple[str, ...]:
    names = _names(header)
    missing = [name for name in required if name not in names]
    if missing:
        found = ", ".join(cell.strip()[:40] for cell in header[1][:12] if cell.strip()) or "nothing"
        more = f"; {', '.join(optional)} may be added" if optional else ""
        raise BadInput(
            path,
            f"the column {missing[0]} is missing; line {header[0]} holds {found}.",
            hint=f"The first line must name the columns {', '.join(required)}{more}.",
        )
    twice = [name for name in (*required, *optional) if names.count(name) > 1]
    if twice:
        raise BadInput(path, f"the column {twice[0]} stands twice.", hint="Keep one of them.")
    return tuple(names)


def _names(header: Line) -> list[str]:
    return [re.sub(r"[\s\-]+", "_", cell.strip().strip("\ufeff").casefold()) for cell in header[1]]


def _lines(path: Path) -> tuple[list[Line], list[Finding]]:
    """Every row that is not blank, the header first, and what was doubtful in reading them."""
    data = read_bytes(path)
    found: list[Line] = []
    if excel.is_xlsx(data):
        for sheet in excel.sheets(data, path.name):
            found = found or [(number, cells) for number, cells in sheet if any(cell.strip() for cell in cells)]
        return found, []
    decoded = decode(data)
    text = decoded.text()
    said = _EXCEL_MARK.match(text)
    start = said.end() if said else 0
    first = text[start:].lstrip().split("\n", 1)[0]
    findings = list(decoded.findings)
    for line in rows(text, said.group(1) if said else max(DELIMITERS, key=first.count), start=start):
        if any(cell.strip() for cell in line.cells):
            found.append((line.number, line.cells))
            if line.fault:
                findings.append(Finding(rule="SHEET", message=line.fault, path=path.name, line=line.number))
    return found, findings


def read_bytes(path: Path) -> bytes:
    """The bytes of a file that a person named; `BadInput` if it cannot be opened."""
    return _opened(path, path.read_bytes)


@contextmanager
def held(path: Path) -> Iterator[Data]:
    """The same for an export file, which may be larger than what should be in memory: it then stays on the disk."""
    if not path.is_file() or path.stat().st_size < _LARGE:
        yield read_bytes(path)
        return
    with _opened(path, lambda: LargeFile(path)) as found:
        yield found


def _opened(path: Path, opening: Callable[[], Opened]) -> Opened:
    try:
        return opening()
    except FileNotFoundError as error:
        raise BadInput(path, "there is no such file.", hint="Check the name and the folder.") from error
    except OSError as error:
        reason = (error.strerror or "not readable").lower()
        raise BadInput(path, f"the file cannot be opened ({reason}).", hint="Name one file.") from error


def _plain(cell: str) -> str:
    return restored(cell.strip())


def write(path: Path, columns: Sequence[str], found: Iterable[Sequence[object]]) -> int:
    """Write a CSV that Excel shows right and `read` reads back unchanged; the number of rows."""
    listed = list(found)
    write_file(path, as_csv(columns, listed))
    return len(listed)


def as_csv(columns: Sequence[str], found: Iterable[Sequence[object]]) -> bytes:
    """Rows under their columns as CSV in UTF-8, in which no cell is one that a spreadsheet would run."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([safe(value) for value in row] for row in (columns, *found))
    return buffer.getvalue().encode("utf-8")


def safe(value: object) -> str:
    """A value as a cell that no spreadsheet runs; a number stays one."""
    text = "" if value is None else str(value)
    return text if _NUMBER.fullmatch(text) else neutral(text)

"""Tables of references: CSV, TSV and Excel, whatever the columns are called."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from review.domain.errors import BadInput
from review.domain.finding import Finding
from review.domain.naming import counted
from review.domain.record import Record
from review.formats import columns, excel, fields, kinds, sideways, unnamed
from review.formats.contract import Format
from review.formats.decoding import decode
from review.formats.entry import Entry, Intake, repaired

DELIMITERS = (",", ";", "\t", "|")
# The columns we write, and read back as they were. `record_id` is what decisions refer to.
HEADER = (
    "record_id",
    "source",
    "source_id",
    "title",
    "abstract",
    "authors",
    "year",
    "journal",
    "volume",
    "issue",
    "pages",
    "doi",
    "pmid",
    "arxiv_id",
    "keywords",
    "language",
    "type",
    "url",
    "notes",
)
_PARTS = re.compile(r"[,|]|\sand\s")
_PIECE = 1 << 20  # characters
_LOOKED_AT = 65_536  # characters
_HEADER_WITHIN = 10  # rows of titles and dates above the header that exports have


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: its cells, its text and where it stands."""

    number: int
    cells: list[str]
    raw: str
    fault: str = ""


def read_csv(data: bytes, source: str) -> Iterator[Record | Finding]:
    """The records of a delimited table; raises `BadInput` where no title column is found."""
    decoded = decode(data)
    yield from decoded.findings
    text = decoded.text()
    found = _named_by_line(text)
    if found:
        yield from _records(_upright(found), source)
        return
    offset, delimiter = _delimiter(text)
    yield from _records(rows(text, delimiter, start=offset), source)


def _named_by_line(text: str) -> list[sideways.Reference]:
    """The references of a file with a field a line; none of a usual table."""
    head = text[:_LOOKED_AT]
    for mark in DELIMITERS:
        if sideways.is_table(line.cells for line in rows(head, mark)):
            return sideways.from_table((line.number, line.cells) for line in rows(text, mark))
    return sideways.from_text(text.split("\n")) if _is_text(head) else []


def _is_text(head: str) -> bool:
    """Whether lines begin with the names of fields, below no header of a usual table: its cells may hold such lines."""
    offset, mark = _delimiter(head)
    return sideways.is_text(head.split("\n")) and _names(head[offset:], mark)[0] < sideways.WIDE


def _upright(found: Sequence[sideways.Reference]) -> Iterator[Line]:
    header, below = sideways.as_table(found)
    yield Line(found[0].line, header, "")
    yield from (Line(number, cells, raw) for number, cells, raw in below)


def read_xlsx(data: bytes, source: str) -> Iterator[Record | Finding]:
    """The records of the first sheet that has a title column; raises `BadInput` for what is no safe Excel file."""
    sheets = excel.sheets(data, source)
    headers: list[str] = []
    for place, sheet in enumerate(sheets, 1):
        lines = [Line(number, cells, "\t".join(cells)) for number, cells in sheet]
        if sideways.is_table(line.cells for line in lines):
            lines = list(_upright(sideways.from_table((line.number, line.cells) for line in lines)))
        if any(columns.is_header(line.cells) for line in lines[:_HEADER_WITHIN]):
            yield from _records(iter(lines), source)
            yield from _further(sheets, place)
            return
        headers.extend(cell for line in lines[:1] for cell in line.cells if cell)
    raise _no_title(source, headers)


def _further(sheets: Iterator[excel.Sheet], read: int) -> Iterator[Finding]:
    """A finding for each sheet behind the one that was read which also names the columns of references."""
    for place, sheet in enumerate(sheets, read + 1):
        if any(columns.is_header(cells) for _, cells in islice(sheet, _HEADER_WITHIN)):
            yield repaired(
                None,
                f"Sheet {place} also looks like a table of references; only sheet {read} was read.",
                hint="If its records are others, save that sheet as a file of its own and import it too.",
            )


def _records(lines: Iterator[Line], source: str) -> Iterator[Record | Finding]:
    header, seen = None, []
    for line in lines:
        if columns.is_header(line.cells):
            header = line.cells
            break
        seen.append(line)
        if len(seen) >= _HEADER_WITHIN:
            break
    if header is None:
        seen += islice(lines, unnamed.SAMPLE)
        header = unnamed.header([line.cells for line in seen])
        if header is None:
            raise _no_title(source, [cell for line in seen[:1] for cell in line.cells if cell.strip()])
        yield unnamed.told(header)
        lines = chain(seen, lines)
    found = columns.recognise(header)
    # Many exports end every line, or only the header, with a delimiter that means nothing.
    width = max((place for place, name in enumerate(header, 1) if name.strip()), default=0)
    intake = Intake(source)
    for line in lines:
        if not any(cell.strip() for cell in line.cells):
            continue
        if line.fault:
            yield repaired(line.number, line.fault)
        if len(line.cells) < width or any(cell.strip() for cell in line.cells[len(header) :]):
            yield _ragged(line, width)
        for part in columns.entry(
            columns.Row(line.cells, found), header, source=source, raw=line.raw, line=line.number
        ):
            if isinstance(part, Entry):
                yield from intake.take(part)
            else:
                yield part


def _no_title(source: str, headers: Sequence[str]) -> BadInput:
    shown = ", ".join(repr(cell.strip()[:40]) for cell in headers[:12]) or "nothing"
    return BadInput(
        source,
        f"no title column found; the first line holds {shown}.",
        hint="The first line must name the columns: call one `title`, and others `abstract`, `authors`, `year`, `doi`.",
    )


def _ragged(line: Line, width: int) -> Finding:
    extra = [cell.strip() for cell in line.cells[width:] if cell.strip()]
    lost = f" What is too much was left out: {', '.join(extra)[:80]!r}." if extra else ""
    return repaired(line.number, f"This row has {counted(len(line.cells), 'cell')} where the header has {width}.{lost}")


def _delimiter(text: str) -> tuple[int, str]:
    """(where the table begins, its delimiter): Excel's `sep=` line says it, else the header that names most fields."""
    said = re.match(r"\ufeff?\"?sep=(.)\"?[^\n]*\n", text, re.IGNORECASE)
    if said:
        return said.end(), said.group(1)
    start = 1 if text.startswith("\ufeff") else 0
    best = max(DELIMITERS, key=lambda mark: _names(text[start : start + _LOOKED_AT], mark))
    return start, best


def _names(text: str, mark: str) -> tuple[int, int]:
    found = [line for line, _ in zip(rows(text, mark), range(_HEADER_WITHIN), strict=False)]
    return (
        max((columns.score(line.cells) for line in found), default=0),
        max((len(line.cells) for line in found), default=0),
    )


def rows(text: str, delimiter: str, *, start: int = 0) -> Iterator[Line]:
    """Every row of delimited text. Cells may be of any size; a quote that is never closed costs only its own line."""
    mark = re.escape(delimiter)
    blank = r"[ ]*" if delimiter != "\t" else ""
    cell = re.compile(rf'{blank}"([^"]*(?:""[^"]*)*)"([^{mark}\n]*)({mark}|\n|$)|([^{mark}\n]*)({mark}|\n|$)')
    number = text.count("\n", 0, start) + 1
    place, end = start, len(text)
    while place < end:
        begin, cells, fault = place, [], ""
        while True:
            match = cell.match(text, place)
            assert match is not None  # the second half of the pattern takes anything  # noqa: S101
            quoted, rest, closed, bare, ended = match.groups()
            if quoted is not None:
                cells.append(quoted.replace('""', '"') + rest.rstrip())
            else:
                cells.append(bare)
                if bare.lstrip().startswith('"') and not fault:
                    fault = "A quotation mark in this row is never closed; the row was read up to the end of its line."
            place = match.end()
            if (closed if quoted is not None else ended) != delimiter:
                break
        raw = text[begin:place].rstrip("\n")
        yield Line(number, cells, raw, fault)
        number += text.count("\n", begin, place)


def write_csv(records: Iterable[Record]) -> bytes:
    """The records as CSV, comma-separated, marked as UTF-8 so that Excel shows accents."""
    return delimited(HEADER, map(cells, records), ",")


def write_tsv(records: Iterable[Record]) -> bytes:
    return delimited(HEADER, map(cells, records), "\t")


def pieces_csv(records: Iterable[Record]) -> Iterator[bytes]:
    """The same as `write_csv`, some rows at a time."""
    return _rows_written(HEADER, map(cells, records), ",")


def pieces_tsv(records: Iterable[Record]) -> Iterator[bytes]:
    return _rows_written(HEADER, map(cells, records), "\t")


def write_xlsx(records: Iterable[Record]) -> bytes:
    """The records as an Excel file; every cell but the year is text."""
    return b"".join(pieces_xlsx(records))


def pieces_xlsx(records: Iterable[Record]) -> Iterator[bytes]:
    """The same, piece by piece."""
    return excel.pieces(HEADER, ([columns.neutral(value) for value in cells(record)] for record in records))


def delimited(header: Sequence[str], found: Iterable[Sequence[str]], delimiter: str) -> bytes:
    """Rows under a header; no cell of them is one that a spreadsheet would run."""
    return b"".join(_rows_written(header, found, delimiter))


def _rows_written(header: Sequence[str], found: Iterable[Sequence[str]], delimiter: str) -> Iterator[bytes]:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    yield codecs.BOM_UTF8
    writer.writerow(header)
    for row in found:
        writer.writerow([columns.neutral(value) for value in row])
        if out.tell() > _PIECE:
            yield out.getvalue().encode("utf-8")
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode("utf-8")


def cells(record: Record) -> list[str]:
    """A record as the cells of one row under `HEADER`."""
    values = {
        "authors": _joined(record.authors),
        "keywords": _joined(record.keywords),
        "year": str(record.year or ""),
        "type": kinds.to_name(record.type),
    }
    return [fields.marked(values[name] if name in values else str(getattr(record, name))) for name in HEADER]


def _joined(values: Sequence[str]) -> str:
    """Values with semicolons between; one alone that holds a comma or "and" ends with one, or it would become several."""
    return "; ".join(values) + (";" if len(values) == 1 and _PARTS.search(values[0]) else "")


def _looks_delimited(head: bytes, marks: tuple[str, ...]) -> bool:
    text = head.decode("utf-8", "replace")
    start = text.lstrip("\ufeff \n")[:1]
    if start in {"<", "[", "@"}:
        return False
    if start == "{" or _is_text(text):
        return False
    for mark in DELIMITERS:
        if sideways.is_table(line.cells for line in rows(text, mark)):
            return mark in marks
    offset, best = _delimiter(text)
    return best in marks and (offset > 1 or _names(text[offset:], best)[0] > 0) and _names(text[offset:], best)[1] > 1


def looks_like_csv(head: bytes) -> bool:
    return _looks_delimited(head, (",", ";", "|"))


def looks_like_tsv(head: bytes) -> bool:
    return _looks_delimited(head, ("\t",))


def looks_like_named_fields(head: bytes) -> bool:
    text = head.decode("utf-8", "replace")
    return text.lstrip("\ufeff \n")[:1] not in {"<", "[", "@"} and _is_text(text)


CSV = Format(
    name="csv",
    label="CSV table",
    suffixes=(".csv",),
    read=read_csv,
    looks_like=looks_like_csv,
    write=write_csv,
    pieces=pieces_csv,
)
TSV = Format(
    name="tsv",
    label="Tab-separated table",
    suffixes=(".tsv", ".tab"),
    read=read_csv,
    looks_like=looks_like_tsv,
    write=write_tsv,
    pieces=pieces_tsv,
)
XLSX = Format(
    name="xlsx",
    label="Excel",
    suffixes=(".xlsx", ".xlsm"),
    read=read_xlsx,
    looks_like=excel.is_xlsx,
    write=write_xlsx,
    pieces=pieces_xlsx,
)
NAMED_FIELDS = Format(
    name="named_fields",
    label="Text with the name of each field before it",
    suffixes=(),
    read=read_csv,
    looks_like=looks_like_named_fields,
)

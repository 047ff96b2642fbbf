"""A table whose rows carry an id of their own (`record_id,title,…`), read row by row, also where it is compressed.

Such a table is answered by its ids, so a row without one, or two rows with the same, refuse the file.
"""

from __future__ import annotations

import csv
import gzip
import io
import lzma
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from itertools import chain, count
from pathlib import Path
from typing import IO, cast

from review.dedup.prepare import ABSTRACT_READ
from review.domain.errors import BadInput
from review.domain.record import Record
from review.formats import excel, fields
from review.formats.table import DELIMITERS

COLUMNS = ("title", "authors", "year", "journal", "volume", "number", "pages", "doi", "abstract")
_NAMES = {*COLUMNS, "record_id", "issue", "url", "pmid", "entry_type", "isbn", "source"}
_OPENERS: dict[bytes, Callable[[IO[bytes]], IO[bytes]]] = {
    b"\xfd7zXZ\x00": lambda raw: lzma.LZMAFile(raw, "rb"),  # noqa: SIM115  # closed by `_opened`
    b"\x1f\x8b": lambda raw: cast("IO[bytes]", gzip.GzipFile(fileobj=raw)),
}
_ESCAPED = re.compile("[\udc80-\udcff]")  # bytes that are no UTF-8, as `surrogateescape` gives them
_HEADER = 1 << 16  # bytes: more than any header has
_PACKED = (".xz", ".gz")
_PIECE = 1 << 20  # bytes
_LARGEST = 1 << 32  # bytes a packed file may hold; more is a bomb, or a mistake
_TOLD_EVERY = 1_000  # rows
_AUTHORS_READ = 2_000  # characters; no answer rests on the two hundredth author
SEPARATOR = "\x1f"  # between a file's place and the source its column names
_LONGEST = 1 << 27  # characters of one cell
HINT = f"Save the table as CSV UTF-8, with the columns record_id, {', '.join(COLUMNS)}."
_NUMBER = "Give every row an id of its own, for example by numbering the rows."
_OPENED = "a quotation mark is opened here and never closed"
_CLOSE = "Close it, or take it away."
_ALSO = {"number": "issue", "journal": "booktitle"}


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """The bytes of a file, unpacked, and the file itself."""
    try:
        with path.open("rb") as raw:
            head = raw.read(6)
            raw.seek(0)
            opener = next((one for mark, one in _OPENERS.items() if head.startswith(mark)), None)
            with opener(raw) if opener else nullcontext(raw) as stream:
                yield stream, raw
    except FileNotFoundError as error:
        raise BadInput(path, "there is no such file.", hint="Check the name and the folder.") from error
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise BadInput(path, "the file cannot be read to its end.", hint="Download or export it again.") from error


def stem(path: Path) -> str:
    """The name of a file without its endings, those of packing too: `pubmed.csv.xz` is `pubmed`."""
    return Path(path.stem).stem if path.suffix in _PACKED else path.stem


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The file itself, or a copy of what is packed in it."""
    if path.suffix not in _PACKED:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / path.stem
        with _opened(path) as (stream, _), plain.open("wb") as copy:
            size = 0
            while piece := stream.read(_PIECE):
                size += len(piece)
                if size > _LARGEST:
                    raise BadInput(path, "it holds more than 4 GB.", hint="Unpack it first and split it.")
                copy.write(piece)
        yield plain


def is_labelled(path: Path) -> bool:
    """True for a table, Excel's too, whose header has `record_id`, or only names that such a table has."""
    if not path.is_file():
        return False
    with _opened(path) as (stream, _):
        head = stream.read(_HEADER)
    if excel.is_xlsx(head):
        _, cells = next(_sheet_rows(path), (0, []))
        return "record_id" in map(_name, cells)
    line = head.decode("utf-8-sig", "replace").splitlines()[:1]
    cells = next(csv.reader(line, delimiter=_delimiter(line[0])), []) if line else []
    ours = sum(cell.strip() in COLUMNS for cell in cells)
    return "record_id" in map(_name, cells) or (ours >= 4 and _NAMES.issuperset(cell.strip() for cell in cells))


def _name(cell: str) -> str:
    return cell.strip().casefold().replace(" ", "_")


def _delimiter(line: str) -> str:
    return max(DELIMITERS, key=line.count)


Row = tuple[int, Sequence[str]]


def _sheet_rows(path: Path) -> Iterator[Row]:
    """The rows of the first sheet that has any."""
    for sheet in excel.sheets(path.read_bytes(), path.name):
        found = ((number, cells) for number, cells in sheet if any(map(str.strip, cells)))
        first = next(found, None)
        if first is not None:
            yield first
            yield from found
            return


class Table:
    """The records of a labelled table as far as deduplication looks at them, gone through once.

    Where a row names its source, that stands behind `source`. It is read from `source_column`, or from a column `source` if there is one.
    """

    def __init__(self, path: Path, *, source: str, source_column: str = "") -> None:
        self.path = path
        self.missing: tuple[str, ...] = ()
        self.long: list[int] = []  # rows that have more cells than there are columns
        self.share = 0.0  # of the file that is read
        self._source, self._column = source, source_column or "source"
        self._column_is_asked_for = bool(source_column)
        self._rows: dict[str, int] = {}

    def __iter__(self) -> Iterator[Record]:
        with _opened(self.path) as (stream, _):
            is_excel = excel.is_xlsx(stream.read(_HEADER))
        lines = _sheet_rows(self.path) if is_excel else self._lines()
        _, first = next(lines, (1, []))
        header = [cell.strip() for cell in first]
        if "record_id" not in header:  # as Excel's users write it
            header = [cell.strip() if cell.strip() == self._column else _name(cell) for cell in first]
        if self._column not in header:
            self._column = next((cell for cell in header if _name(cell) == _name(self._column)), self._column)
        self._check(header)
        width = len(header)
        for number, cells in lines:
            if len(cells) > width and any(cells[width:]):
                self.long.append(number)
            if any(cells):
                yield self._record(number, header, [*cells[:width], *[""] * (width - len(cells))])

    def _lines(self) -> Iterator[Row]:
        csv.field_size_limit(_LONGEST)
        size = max(self.path.stat().st_size, 1)
        with _opened(self.path) as (stream, raw):
            text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
            first = text.readline()
            own: list[str] = []  # the lines of the row that is being read
            unclosed = 0  # the newest row that has an odd number of quotation marks and goes on over its line
            delimiter = _delimiter(first)
            rows = csv.reader(_noted(chain([first], text), own), delimiter=delimiter)
            for number in count(1):
                if number % _TOLD_EVERY == 0:
                    self.share = min(1.0, raw.tell() / size)
                own.clear()
                try:
                    cells = next(rows)
                except StopIteration:
                    if unclosed == number - 1:
                        raise self._refused(unclosed, "", _OPENED, hint=_CLOSE) from None
                    return
                except csv.Error as error:
                    raise self._refused(number, "", f"it cannot be read as a row of a table ({error})") from error
                if "".join(own).count('"') % 2 and (len(own) > 1 or _is_left_open(own[0], delimiter)):
                    unclosed = number
                yield number, cells

    def _check(self, header: Sequence[str]) -> None:
        twice = [name for name in header if name and header.count(name) > 1]
        if twice:
            raise BadInput(self.path, f"row 1 names the column {twice[0]} twice.", hint=HINT)
        for name in ("record_id", "title", *([self._column] if self._column_is_asked_for else [])):
            if name not in header:
                there = ", ".join(cell for cell in header if cell)[:200]
                asked = "Name one of these, or leave --source-column out." if name == self._column else HINT
                raise BadInput(self.path, f"row 1 has no column {name}; it has {there}.", hint=asked)
        self.missing = tuple(name for name in COLUMNS if name not in header and _ALSO.get(name) not in header)

    def _refused(self, row: int, column: str, why: str, *, hint: str = HINT) -> BadInput:
        where = f"row {row:,}, column {column}" if column else f"row {row:,}"
        return BadInput(self.path, f"{where}: {why}.", hint=hint)

    def _record(self, number: int, header: Sequence[str], cells: Sequence[str]) -> Record:
        if not "".join(cells).isascii():
            for name, cell in zip(header, cells, strict=True):
                if _ESCAPED.search(cell):
                    raise self._refused(number, name, "this is not UTF-8 text")
        row = dict(zip(header, cells, strict=True))
        own = row["record_id"].strip()
        if not own:
            raise self._refused(number, "record_id", "the id is missing", hint=_NUMBER)
        if own in self._rows:
            raise self._refused(
                number,
                "record_id",
                f"the id {own[:60]!r} stands in row {self._rows[own]:,} already, and must be unique",
                hint=_NUMBER,
            )
        self._rows[own] = number
        source = row.get(self._column, "").strip()
        return _record(row, f"{self._source}{SEPARATOR}{source}" if source else self._source, own)


def _is_left_open(line: str, delimiter: str) -> bool:
    """Whether a line ends within quotation marks."""
    try:
        next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _noted(lines: Iterable[str], into: list[str]) -> Iterator[str]:
    for line in lines:
        into.append(line)
        yield line


def _record(row: Mapping[str, str], source: str, own: str) -> Record:
    year = row.get("year", "").strip()[:4]
    return Record(
        source=source,
        source_id=own,
        title=row["title"],
        abstract=row.get("abstract", "")[:ABSTRACT_READ],
        authors=fields.author_cell(row.get("authors", "")[:_AUTHORS_READ]),
        year=int(year) if year.isdecimal() and year.isascii() else None,
        journal=row.get("journal", "") or row.get("booktitle", ""),
        volume=row.get("volume", ""),
        issue=row.get("number", "") or row.get("issue", ""),
        pages=row.get("pages", ""),
        doi=row.get("doi", ""),
        pmid=row.get("pmid", ""),
        type=row.get("entry_type", ""),
        url=row.get("url", ""),
    )

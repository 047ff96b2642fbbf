"""Tables and trees that evidence is computed from, read with the line and column of every fault.

`rows` reads CSV, TSV and Excel (also `.gz` and `.xz`); its frame's index is the line of the file, so that a method's
finding can say where. Nothing is guessed: what is not a number is a finding, never 0 and never dropped in silence.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import hashlib
import io
import json
import lzma
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from review.domain.errors import Missing
from review.domain.estimate import Input
from review.domain.finding import Finding, Severity
from review.domain.naming import column_name
from review.formats.decoding import decode
from review.resources import YamlDocument, read_yaml

_SHOWN = 20  # faults of one column that are told one by one; the rest is counted
_NOTHING = frozenset({"", "na", "n/a", "nan", "none", "null", "."})
_OPENERS: Mapping[str, Any] = {".gz": gzip.open, ".xz": lzma.open, ".bz2": bz2.open}
_EXCEL = frozenset({".xlsx", ".xlsm"})
_HEAD = 64 * 1024  # bytes in which the encoding and the delimiter are looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A table as it was read. With a finding of severity error in it, `frame` may be empty.

    Text columns hold text without surrounding blanks; columns asked for as numbers hold floats, NaN where the cell says
    nothing (empty, NA, n/a, nan). The index is the line in the file.
    """

    frame: pd.DataFrame
    findings: tuple[Finding, ...]
    file: Input

    @property
    def usable(self) -> bool:
        return not any(f.severity in (Severity.ERROR, Severity.BLOCKER) for f in self.findings)


def rows(
    path: Path,
    *,
    required: Sequence[str],
    numbers: Sequence[str] = (),
    aliases: Mapping[str, Sequence[str]] | None = None,
) -> Rows:
    """Read a table; columns are known by name, in any order and case, also as `patient_id` or `patient ID` for `patient`.

    `aliases` gives further names of a column. Other columns are kept as text under their own names, in lower case with
    underscores. Raises `Missing` if there is no such file.
    """
    file = fingerprint(path)
    try:
        frame = _table(path)
    except _Unreadable as fault:
        return Rows(frame=pd.DataFrame(), findings=(_fault(str(fault), path, line=fault.line),), file=file)
    frame, places = _renamed(frame, [*required, *numbers, *(aliases or {})], aliases or {})
    faults = list(_absent(places, [*frame.columns], required, path))
    for name in numbers:
        if name in frame:
            frame[name], found = _as_numbers(frame[name], name, column_number=places[name], path=path)
            faults += found
    return Rows(frame=frame, findings=tuple(faults), file=file)


def tree(path: Path) -> tuple[YamlDocument, Input]:
    """A YAML or JSON file as a tree; YAML knows its lines. What cannot be read is a finding. Raises `Missing`."""
    file = fingerprint(path)
    text = decode(path.read_bytes()).text()
    if path.suffix.lower() != ".json":
        return read_yaml(text, path=path.name), file
    try:
        return YamlDocument(json.loads(text)), file
    except (ValueError, RecursionError) as error:
        fault = Finding(
            rule="EVIDENCE-JSON",
            message=f"This is not valid JSON: {getattr(error, 'msg', 'it is nested too deeply')}.",
            path=path.name,
            line=getattr(error, "lineno", None),
            column=getattr(error, "colno", None),
            hint="Write it again from the program that made it.",
        )
        return YamlDocument(None, findings=(fault,)), file


def fingerprint(path: Path) -> Input:
    """A file by its path and the SHA-256 of its bytes. Raises `Missing`."""
    if not path.is_file():
        raise Missing("file", str(path), [each.name for each in path.parent.glob("*") if each.is_file()])
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while part := stream.read(1 << 20):
            digest.update(part)
    return Input(path=path.as_posix(), sha256=digest.hexdigest())


class _Unreadable(Exception):
    def __init__(self, reason: str, *, line: int = 1) -> None:
        super().__init__(reason)
        self.line = line


def _fault(message: str, path: Path, *, line: int, column: int = 1, hint: str = "") -> Finding:
    return Finding(rule="EVIDENCE-TABLE", message=message, path=path.name, line=line, column=column, hint=hint)


def _table(path: Path) -> pd.DataFrame:
    """All cells as text; the index is the line of the file; rows without any text are left out."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    try:
        frame = _excel(path) if set(suffixes[-1:]) & _EXCEL else _delimited(path, suffixes)
    except (pd.errors.EmptyDataError, StopIteration):
        raise _Unreadable("The file is empty.") from None
    except pd.errors.ParserError as error:
        found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
        if not found:
            raise _Unreadable("This cannot be read as a table.") from error
        wanted, line, seen = map(int, found.groups())
        raise _Unreadable(f"This row has {seen} cells, the header has {wanted}.", line=line) from error
    except (OSError, EOFError, lzma.LZMAError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise _Unreadable("This file is damaged or is not the kind of table its name says.") from error
    frame = frame[(frame != "").any(axis=1)]
    if frame.empty:
        raise _Unreadable("There is a header but no row below it.", line=2)
    return frame


def _excel(path: Path) -> pd.DataFrame:
    frame = pd.read_excel(path, dtype=str, keep_default_na=False, na_filter=False)
    frame.index = pd.RangeIndex(2, 2 + len(frame))
    return frame


def _delimited(path: Path, suffixes: Sequence[str]) -> pd.DataFrame:
    opener = _OPENERS.get(suffixes[-1] if suffixes else "")
    data = opener(path).read() if opener else path.read_bytes()
    found = decode(data)
    header = data[:_HEAD].decode(found.encoding, "replace").lstrip("\ufeff").split("\n", 1)[0]
    if not header.strip():
        raise pd.errors.EmptyDataError
    separator = max(",;\t|", key=header.count)
    frame = pd.read_csv(
        io.BytesIO(data),
        sep=separator,
        dtype=str,
        keep_default_na=False,
        na_filter=False,
        skip_blank_lines=False,
        encoding=found.encoding,
        encoding_errors=found.errors,
        index_col=False,
    )
    frame.index = pd.Index(_lines(data, separator, found.encoding, len(frame)))
    return frame


def _lines(data: bytes, separator: str, encoding: str, n: int) -> Sequence[int]:
    """The line each row begins on: one after the other, unless a quoted cell runs over several lines."""
    if b'"' not in data:
        return range(2, 2 + n)
    text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, errors="replace", newline="")
    reader = csv.reader(text, delimiter=separator)
    begins = [1]
    begins += [reader.line_num + 1 for _ in reader]
    return begins[1 : n + 1]


def _renamed(
    frame: pd.DataFrame, names: Iterable[str], aliases: Mapping[str, Sequence[str]]
) -> tuple[pd.DataFrame, dict[str, int]]:
    """The frame under known names, and the number of each column in the file, from 1."""
    written = [column_name(str(column)) for column in frame.columns]
    known = {}
    for name in dict.fromkeys(names):
        for form in (name, *aliases.get(name, ()), f"{name}_id", f"{name}_name"):
            if form in written and name not in known:
                known[name] = written.index(form)
    taken = {place: name for name, place in known.items()}
    final: list[str] = []
    for place, form in enumerate(written):
        wanted = taken.get(place) or form or f"column_{place + 1}"
        while wanted in final:
            wanted += "_2"
        final.append(wanted)
    stripped = frame.set_axis(final, axis=1).apply(lambda column: column.str.strip())
    return stripped, {name: place + 1 for place, name in enumerate(final)}


def _absent(
    places: Mapping[str, int], columns: Sequence[str], required: Sequence[str], path: Path
) -> Iterable[Finding]:
    for name in required:
        if name not in places:
            yield _fault(
                f"There is no column {name!r}.",
                path,
                line=1,
                hint=f"The header has: {', '.join(columns[:12])}. Name the column {name} and try again.",
            )


def _as_numbers(column: pd.Series, name: str, *, column_number: int, path: Path) -> tuple[pd.Series, list[Finding]]:
    """The column as floats, and a finding for each cell that is neither a number nor empty."""
    found = pd.to_numeric(column, errors="coerce")
    strange = found.isna() & ~column.str.casefold().isin(_NOTHING)
    if strange.any():
        # A decimal comma is a number where the file is separated by semicolons or written by a European Excel.
        commas = column[strange].str.fullmatch(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")
        again = pd.to_numeric(column[strange][commas].str.replace(",", ".", regex=False))
        found = found.astype(float)
        found.loc[again.index] = again
        strange.loc[again.index] = False
    endless = found.isin([float("inf"), float("-inf")])
    bad = column[strange | endless]
    faults = [
        _fault(
            f"{str(text)[:40]!r} in column {name} is not a {'finite ' if endless.get(line, False) else ''}number.",
            path,
            line=int(str(line)),
            column=column_number,
            hint="Write a number, or leave the cell empty.",
        )
        for line, text in bad.iloc[:_SHOWN].items()
    ]
    if len(bad) > _SHOWN:
        faults.append(
            _fault(
                f"{len(bad) - _SHOWN:,} more cells of column {name} are not numbers.",
                path,
                line=int(bad.index[_SHOWN]),
                column=column_number,
            )
        )
    return found.astype(float).where(~endless), faults

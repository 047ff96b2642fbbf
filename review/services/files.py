"""Reference files without a project: opened, and turned into another format."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from review.domain.errors import BadInput
from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import registry
from review.services import sheets

_ALSO = {"excel": "xlsx", "pubmed": "nbib", "endnote": "ris"}  # what people also call a format
_BATCH = 1_000  # records


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """`pieces` are the new file, to be written one behind the other; they come only once."""

    pieces: Iterator[bytes]
    from_format: str
    to_format: str
    records: int
    findings: tuple[Finding, ...]


def convert(path: Path, *, from_format: str | None = None, to_format: str) -> Converted:
    """A reference file in another format. `to_format` is a format's name or a file ending."""
    target = registry.writable(_ALSO.get(to_format, to_format))
    aside = _Aside()
    try:
        form, findings = _laid_aside(path, from_format, aside)
    except BaseException:
        aside.close()
        raise
    return Converted(
        pieces=_written(aside, target.name),
        from_format=form,
        to_format=target.name,
        records=len(aside),
        findings=tuple(findings),
    )


def _laid_aside(path: Path, from_format: str | None, aside: _Aside) -> tuple[str, list[Finding]]:
    """The format of the file and what is doubtful about it."""
    findings: list[Finding] = []
    with opened(path, from_format) as (form, entries):
        for entry in entries:
            if isinstance(entry, Finding):
                findings.append(entry)
            else:
                aside.add(entry)
    refuse_nothing(path, aside, findings)
    return form, findings


def _written(aside: _Aside, name: str) -> Iterator[bytes]:
    try:
        yield from registry.pieces(aside, name)
    finally:
        aside.close()


@contextmanager
def opened(path: Path, from_format: str | None = None) -> Iterator[tuple[str, Iterator[Record | Finding]]]:
    """The format of a file and its entries, which are without what they were read from: nothing here asks for it."""
    with sheets.held(path) as data:
        form = registry.named(_ALSO.get(from_format, from_format)) if from_format else registry.detect(data, path.name)
        found = registry.read(data, source=path.stem, file_name=path.name, found=form)
        yield form.name, (entry if isinstance(entry, Finding) else replace(entry, raw="") for entry in found)


def refuse_nothing(path: Path, records: Collection[object], findings: Sequence[Finding]) -> None:
    if not records:
        why = f"no record could be read: {findings[0].message}" if findings else "there is no record in this file."
        raise BadInput(path, why, hint=findings[0].hint if findings else "Export it again from the database.")


class _Aside(Collection[Record]):
    """Records on the disk, in order, to be gone through as often as is wanted: 100,000 would fill the memory."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # see `close`
        self._batch: list[Record] = []
        self._places: list[int] = []
        self._many = 0

    def add(self, record: Record) -> None:
        self._many += 1
        self._batch.append(record)
        if len(self._batch) == _BATCH:
            self._places.append(self._file.seek(0, 2))
            pickle.dump(self._batch, self._file, protocol=pickle.HIGHEST_PROTOCOL)
            self._batch.clear()

    def close(self) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._many

    def __iter__(self) -> Iterator[Record]:
        for place in self._places:
            self._file.seek(place)
            yield from pickle.load(self._file)  # noqa: S301  # written above by this very object
        yield from self._batch

    def __contains__(self, record: object) -> bool:
        return any(one == record for one in self)

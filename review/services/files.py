"""Reference files without a project: turned into another format, or searched for duplicates."""

from __future__ import annotations

import pickle
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from review.domain.errors import BadInput
from review.domain.finding import Finding
from review.domain.record import DuplicateGroup, DuplicateLink, Record
from review.formats import registry
from review.services import sheets

_ALSO = {"excel": "xlsx", "pubmed": "nbib", "endnote": "ris"}  # what people also call a format
_BATCH = 1_000  # records
Progress = Callable[[str, float], None]


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
    with _opened(path, from_format) as (form, entries):
        for entry in entries:
            if isinstance(entry, Finding):
                findings.append(entry)
            else:
                aside.add(entry)
    _refuse_nothing(path, aside, findings)
    return form, findings


def _written(aside: _Aside, name: str) -> Iterator[bytes]:
    try:
        yield from registry.pieces(aside, name)
    finally:
        aside.close()


@contextmanager
def _opened(path: Path, from_format: str | None = None) -> Iterator[tuple[str, Iterator[Record | Finding]]]:
    """The format of a file and its entries, which are without what they were read from: nothing here asks for it."""
    with sheets.held(path) as data:
        form = registry.named(_ALSO.get(from_format, from_format)) if from_format else registry.detect(data, path.name)
        found = registry.read(data, source=path.stem, file_name=path.name, found=form)
        yield form.name, (entry if isinstance(entry, Finding) else replace(entry, raw="") for entry in found)


def _refuse_nothing(path: Path, records: Collection[object], findings: Sequence[Finding]) -> None:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """Duplicates among records, which are named as their files name them."""

    records: tuple[str, ...]
    works: int
    groups: tuple[DuplicateGroup, ...]
    unsure: tuple[DuplicateLink, ...]
    findings: tuple[Finding, ...]


def dedup(paths: Sequence[Path], *, progress: Progress | None = None) -> Grouped:
    """Look for duplicates among the records of some files.

    A record is named by the file's own `record_id` where there is one; where two files use one name for two
    records, each name is preceded by its file's.
    """
    from review.dedup import find_duplicates

    findings: list[Finding] = []
    found: dict[str, Record] = {}
    for place, path in enumerate(paths, start=1):
        doubts, before = [], len(found)
        with _opened(path) as (_, entries):
            for entry in entries:
                if isinstance(entry, Finding):
                    doubts.append(entry)
                else:
                    one = replace(entry, source=f"{place}\x1f{entry.source}")
                    found.setdefault(one.record_id, one)
        _refuse_nothing(path, list(found)[before:], doubts)
        findings += doubts
    result = find_duplicates(list(found.values()), progress=progress)
    names = _names(found)
    return Grouped(
        records=tuple(names[key] for key in found),
        works=len(found) - sum(len(group.members) - 1 for group in result.groups),
        groups=tuple(replace(group, members=tuple(names[m] for m in group.members)) for group in result.groups),
        unsure=tuple(replace(u, record_a=names[u.record_a], record_b=names[u.record_b]) for u in result.unsure),
        findings=tuple(findings),
    )


def _names(found: dict[str, Record]) -> dict[str, str]:
    """How each record is called in what is written."""
    own = Counter(record.source_id for record in found.values())
    labels = {record.source: record.source.split("\x1f")[1] for record in found.values()}
    alike = Counter(labels.values())
    for source, label in labels.items():
        if alike[label] > 1:
            labels[source] = f"{label}-{source.split(chr(31))[0]}"
    clash = any(count > 1 for count in own.values())
    return {
        key: f"{labels[record.source]}:{record.source_id}" if clash else record.source_id
        for key, record in found.items()
    }


def write_groups(path: Path, found: Grouped) -> None:
    """Write `record_id,group_id` for every record; a record without duplicates is a group of its own."""
    first = {member: group.members[0] for group in found.groups for member in group.members}
    number: dict[str, int] = {}
    rows = [(record, number.setdefault(first.get(record, record), len(number) + 1)) for record in found.records]
    sheets.write(path, ("record_id", "group_id"), rows)


def write_uncertain(path: Path, unsure: Sequence[DuplicateLink]) -> None:
    """Write the pairs a person should look at, the likeliest first."""
    columns = ("record_a", "record_b", "score", "condition", "explanation")
    sheets.write(
        path, columns, ((u.record_a, u.record_b, f"{u.score:.3f}", u.condition, u.explanation) for u in unsure)
    )

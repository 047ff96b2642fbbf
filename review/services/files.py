"""Reference files without a project: turned into another format, or searched for duplicates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from review.domain.errors import BadInput
from review.domain.finding import Finding
from review.domain.record import DuplicateGroup, DuplicateLink, Record
from review.formats import registry
from review.services import sheets

_ALSO = {"excel": "xlsx", "pubmed": "nbib", "endnote": "ris"}  # what people also call a format
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    data: bytes
    from_format: str
    to_format: str
    records: int
    findings: tuple[Finding, ...]


def convert(path: Path, *, from_format: str | None = None, to_format: str) -> Converted:
    """A reference file in another format. `to_format` is a format's name or a file ending."""
    target = registry.writable(_ALSO.get(to_format, to_format))
    read = _read(path, from_format)
    return Converted(
        data=registry.write(read.records, target.name),
        from_format=read.format,
        to_format=target.name,
        records=len(read.records),
        findings=read.findings,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    records: tuple[Record, ...]
    format: str
    findings: tuple[Finding, ...]


def _read(path: Path, from_format: str | None = None) -> _Read:
    records: list[Record] = []
    findings: list[Finding] = []
    with sheets.held(path) as data:
        form = registry.named(_ALSO.get(from_format, from_format)) if from_format else registry.detect(data, path.name)
        for entry in registry.read(data, source=path.stem, file_name=path.name, found=form):
            if isinstance(entry, Record):
                records.append(replace(entry, raw=""))  # nothing here asks for it, and it is half of what is held
            else:
                findings.append(entry)
    if not records:
        why = f"no record could be read: {findings[0].message}" if findings else "there is no record in this file."
        raise BadInput(path, why, hint=findings[0].hint if findings else "Export it again from the database.")
    return _Read(records=tuple(records), format=form.name, findings=tuple(findings))


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
        read = _read(path)
        findings += read.findings
        for record in read.records:
            one = replace(record, source=f"{place}\x1f{record.source}")
            found.setdefault(one.record_id, one)
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

"""Duplicates among reference files without a project: which records are one work, versions of it, or related to it."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from review.dedup import find_duplicates
from review.dedup.related import versions_in
from review.domain.errors import BadInput
from review.domain.finding import Finding, Severity
from review.domain.record import DuplicateGroup, DuplicateLink, Record
from review.services import files, labelled, processes, sheets
from review.services.labelled import SEPARATOR

Progress = Callable[[str, float], None]
_TOLD_EVERY = 5_000  # records
_READING = 0.6  # of all the work
SAME, VERSION = "same", "version"
_TITLE = 300  # characters of a title that are shown
_SHOWN = ("title_a", "title_b", "about_a", "about_b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """Duplicates among records, which are named as their files name them. `versions` are the members of a group that
    are another version of the work than the others. `shown` tells of the records of pairs what a person knows them by.
    """

    records: tuple[str, ...]
    works: int
    groups: tuple[DuplicateGroup, ...]
    unsure: tuple[DuplicateLink, ...]
    findings: tuple[Finding, ...]
    related: tuple[DuplicateLink, ...] = ()
    versions: frozenset[str] = frozenset()
    shown: Mapping[str, Shown] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person knows a record by: its title, and who wrote it when, where, and in which file or source it stands."""

    title: str
    about: str


def shown(record: Record, place: str) -> Shown:
    """What a person knows this record by; `place` is the file or source it comes from."""
    about = (record.short_citation, record.journal, place)
    return Shown(" ".join(record.title.split())[:_TITLE], " · ".join(" ".join(part.split()) for part in about if part))


@dataclass(slots=True)
class _Taken:
    """The records of all files on their way past: only their names are kept, and on the disk what they are known by."""

    shelf: IO[str]  # a line for each record, in their order
    own: dict[str, str] = field(default_factory=dict)  # key of a record: its file's own id
    label: dict[str, str] = field(default_factory=dict)  # place of a file: its name
    findings: list[Finding] = field(default_factory=list)
    one_each: set[str] = field(default_factory=set)  # sources that list each work once; known when all is read


def dedup(
    paths: Sequence[Path], *, source_column: str = "", progress: Progress | None = None, jobs: int = 1
) -> Grouped:
    """Look for duplicates among the records of some files, in so many processes if there are many records.

    A record is named by the file's own `record_id` where there is one; where two files use one name for two
    records, each name is preceded by its file's. `source_column` of a table with `record_id` names the database each
    record came from: two records of one database are then joined only if they are copies or carry the same number.
    """
    tell = progress or (lambda _step, _share: None)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogatepass", newline="\n") as shelf:
        taken = _Taken(shelf)
        found = _records(paths, source_column, taken, tell)
        with processes.spread(jobs) as spread:
            result = find_duplicates(found, one_each=taken.one_each, progress=tell, spread=spread)
        names = _names(taken)
        asked = {key for link in (*result.unsure, *result.related) for key in (link.record_a, link.record_b)}
        known = {names[key]: each for key, each in _from_shelf(taken, asked)}
    renamed = [replace(group, members=tuple(names[m] for m in group.members)) for group in result.groups]
    return Grouped(
        records=tuple(names[key] for key in taken.own),
        works=len(taken.own) - sum(len(group.members) - 1 for group in result.groups),
        groups=tuple(renamed),
        unsure=tuple(_renamed(link, names) for link in result.unsure),
        related=tuple(_renamed(link, names) for link in result.related),
        versions=frozenset(names[member] for group in result.groups for member in versions_in(group)),
        findings=tuple(taken.findings),
        shown=known,
    )


def _line_of(record: Record) -> str:
    """What `shown` looks at; nearly all records are never asked for, so no more is done to them."""
    parts = (record.title[:_TITLE], record.journal, str(record.year or ""), *record.authors[:2])
    return SEPARATOR.join([part.replace(SEPARATOR, " ").replace("\n", " ") for part in parts]) + "\n"


def _from_shelf(taken: _Taken, asked: set[str]) -> Iterator[tuple[str, Shown]]:
    taken.shelf.seek(0)
    for key, line in zip(taken.own, taken.shelf, strict=True):
        if key in asked:
            title, journal, year, *authors = line[:-1].split(SEPARATOR)
            record = Record(
                source="", source_id="", title=title, journal=journal, year=int(year or 0), authors=tuple(authors)
            )
            yield key, shown(record, taken.label[_place(key)])


def _renamed(link: DuplicateLink, names: Mapping[str, str]) -> DuplicateLink:
    return replace(link, record_a=names[link.record_a], record_b=names[link.record_b])


def _records(paths: Sequence[Path], source_column: str, taken: _Taken, tell: Progress) -> Iterator[Record]:
    """The records of all files, each id once, with no more of each than is looked at."""
    sources: set[str] = set()
    for place, path in enumerate(paths):
        taken.label[str(place)] = labelled.stem(path)
        doubts, before = len(taken.findings), len(taken.own)
        entries = _entries(path, str(place), source_column, taken)
        for record, share in entries:
            if record.record_id in taken.own:
                continue
            taken.own[record.record_id] = record.source_id
            taken.shelf.write(_line_of(record))
            if source_column or SEPARATOR in record.source:
                sources.add(record.source)
            if len(taken.own) % _TOLD_EVERY == 0:
                tell(f"Reading {path.name}: {len(taken.own):,} records", _READING * (place + share) / len(paths))
            yield record
        if len(taken.own) == before:
            files.refuse_nothing(path, (), taken.findings[doubts:])
    if len(sources) > 1:  # one name for all says nothing
        taken.one_each |= sources


def _entries(path: Path, place: str, source_column: str, taken: _Taken) -> Iterator[tuple[Record, float]]:
    """The records of one file, each with how much of the file is read."""
    if labelled.is_labelled(path):
        table = labelled.Table(path, source=place, source_column=source_column)
        for record in table:
            yield record, table.share
        taken.findings += _doubts(table)
        return
    with labelled.unpacked(path) as plain, files.opened(plain) as (_, entries):
        if source_column:
            raise BadInput(
                path,
                f"it is no table with a column record_id, so it has no column {source_column}.",
                hint=f"Leave --source-column out. {labelled.HINT}",
            )
        for entry in entries:
            if isinstance(entry, Finding):
                taken.findings.append(entry)
            else:
                yield replace(entry, source=place), 0.0


def _doubts(table: labelled.Table) -> Iterator[Finding]:
    """What a table lacks, and where its cells are more than its columns."""
    name = table.path.name
    if table.missing:
        said = f"There is no column {', '.join(table.missing)}; it counts as not given."
        yield Finding(rule="SHEET", severity=Severity.INFO, message=said, path=name, line=1)
    if table.long:
        rows, more = ", ".join(f"{row:,}" for row in table.long[:5]), len(table.long) - 5
        said = f"More cells than columns in row {rows}{f' and {more:,} others' if more > 0 else ''}; what is over was left out."
        hint = "Put text that holds a comma in quotation marks."
        yield Finding(rule="SHEET", severity=Severity.WARNING, message=said, path=name, line=table.long[0], hint=hint)


def _names(taken: _Taken) -> dict[str, str]:
    """How each record is called in what is written."""
    labels = dict(taken.label)
    alike = Counter(labels.values())
    for place, label in taken.label.items():
        if alike[label] > 1:
            labels[place] = f"{label}-{int(place) + 1}"
    if len(set(taken.own.values())) == len(taken.own):
        return taken.own
    return {key: f"{labels[_place(key)]}:{own}" for key, own in taken.own.items()}


def _place(key: str) -> str:
    return key.partition(":")[0].partition(SEPARATOR)[0]


def write_groups(path: Path, found: Grouped) -> None:
    """Write `record_id,group_id,relation` for every record; a record without duplicates is a group of its own.

    The relation is `same` for a copy of the work, `version` for another version of it, empty for a single record.
    """
    first = {member: group.members[0] for group in found.groups for member in group.members}
    number: dict[str, int] = {}
    rows = (
        (
            record,
            number.setdefault(first.get(record, record), len(number) + 1),
            "" if record not in first else VERSION if record in found.versions else SAME,
        )
        for record in found.records
    )
    sheets.write(path, ("record_id", "group_id", "relation"), rows)


def write_uncertain(path: Path, found: Grouped) -> None:
    """Write the pairs a person should look at, the likeliest first."""
    columns = ("record_a", "record_b", "score", "condition", "explanation", *_SHOWN)
    sheets.write(
        path,
        columns,
        (
            (u.record_a, u.record_b, f"{u.score:.3f}", u.condition, u.explanation, *_sides(u, found))
            for u in found.unsure
        ),
    )


def write_links(path: Path, found: Grouped) -> None:
    """Write the pairs that belong together and are two works, with the relation between them."""
    columns = ("record_a", "record_b", "relation", "score", "explanation", *_SHOWN)
    sheets.write(
        path,
        columns,
        (
            (u.record_a, u.record_b, u.condition, f"{u.score:.3f}", u.explanation, *_sides(u, found))
            for u in found.related
        ),
    )


def _sides(link: DuplicateLink, found: Grouped) -> tuple[str, ...]:
    one, other = found.shown[link.record_a], found.shown[link.record_b]
    return one.title, other.title, one.about, other.about

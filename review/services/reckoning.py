"""Kept pages become records, and what came is held against what the source said it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from review.domain.errors import BadInput
from review.domain.finding import Finding, Severity
from review.domain.record import Record
from review.formats import registry as formats
from review.services import raw
from review.services.raw import Begun, Kept
from review.storage.records import Ready

_NAMED = 10  # identifiers named in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where the pages of a search lie, under which name their records go, whose they are and in which format."""

    folder: Path
    name: str
    label: str
    form: str


def entries(shelf: Shelf, kept: Kept, number: int) -> Iterator[Record | Finding]:
    """The entries of a kept page, which is the one of that number, counted from 1."""
    data = raw.data(shelf.folder, kept)
    place = f"{raw.address(shelf.folder)}/{kept.file}"
    if kept.fault or data is None:
        yield Finding(
            rule="SEARCH-PAGE",
            message=f"Page {number:,} of {shelf.label} is not whole: {kept.fault or 'its file was changed'}.",
            path=place,
            hint="Its readable records were taken. Run the search again on another day for the others.",
        )
    try:
        form = formats.named(shelf.form)
        yield from formats.read(data or b"", source=shelf.name, file_name=place, found=form)
    except BadInput as error:
        yield Finding(rule="SEARCH-PAGE", message=error.message, path=place, hint=error.hint)


@dataclass(slots=True)
class Tally:
    """Which records came, which came twice, and how many entries could not be read."""

    ids: set[str] = field(default_factory=set)
    repeated: int = 0
    unreadable: int = 0

    def watch(self, entries: Iterator[Ready | Finding]) -> Iterator[Ready | Finding]:
        """The entries without repetitions."""
        for entry in entries:
            if isinstance(entry, Finding):
                self.unreadable += entry.severity is Severity.ERROR and entry.rule.startswith("FORMAT")
            elif entry.source_id in self.ids:
                self.repeated += 1
                continue
            else:
                self.ids.add(entry.source_id)
            yield entry


def reckoned(begun: Begun, label: str, *, stored: int, tally: Tally) -> list[Finding]:
    """A finding if what the source reported and what was stored differ: by how much, and why."""
    counted = reported(begun)
    listed = {one for part in begun.plan.parts for one in part.ids}
    lacking = sorted(listed - tally.ids)
    if stored == counted and not lacking:
        return []
    reasons = []
    if lacking:
        named = ", ".join(lacking[:_NAMED]) + (" and others" if len(lacking) > _NAMED else "")
        reasons.append(f"{len(lacking):,} that it listed did not come or could not be read ({named})")
    elif tally.unreadable:
        reasons.append(f"{tally.unreadable:,} could not be read")
    if tally.repeated:
        reasons.append(f"{tally.repeated:,} came twice and were taken once")
    if begun.plan.reported != counted:
        reasons.append(f"it reported {begun.plan.reported:,} when the search began")
    if len(begun.plan.parts) > 1 and begun.plan.expected != counted:
        reasons.append(f"it gives {begun.plan.expected:,} of them when asked by date")
    why = "; ".join(reasons) if reasons else f"{label} gives no reason"
    expected = begun.plan.overlapping and not lacking and stored + tally.repeated == counted
    return [
        Finding(
            rule="SEARCH-COUNT",
            severity=Severity.INFO if expected else Severity.WARNING,
            message=f"{label} reported {counted:,} results and {stored:,} records were stored: {why}.",
            expected=str(counted),
            got=str(stored),
            hint="" if expected else "Say so in the paper, or run the search again and see whether it persists.",
        )
    ]


def reported(begun: Begun) -> int:
    """What the source said last: it may count anew with each page."""
    if len(begun.plan.parts) > 1:
        return begun.plan.reported
    return next((p.reported for p in reversed(begun.pages) if p.reported is not None), begun.plan.reported)

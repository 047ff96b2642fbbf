"""One parsed entry of a file, and how it becomes a record with an id of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from dataclasses import fields as fields_of
from operator import attrgetter

from review.domain.finding import Finding, Severity
from review.domain.record import Record
from review.formats import fields


@dataclass(slots=True, kw_only=True)
class Entry:
    """What a reader found in one entry. `own_id` is the source's identifier; without one the id is a fingerprint."""

    own_id: str = ""
    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    journal: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    arxiv_id: str = ""
    keywords: tuple[str, ...] = ()
    language: str = ""
    type: str = ""
    url: str = ""
    notes: str = ""
    raw: str = ""
    line: int | None = None


_LONGEST_ID = 500  # signs; an identifier of any source is far shorter, and an index of a database takes no page of text
_parsed = attrgetter(*[item.name for item in fields_of(Entry) if item.name not in {"own_id", "notes", "raw", "line"}])


class Intake:
    """Turns the entries of one file into records, and sees to it that two different entries never share an id."""

    def __init__(self, source: str) -> None:
        self.source = source
        # Of every id the entries seen under it, as hashes: 50,000 raw entries would not fit beside the file. Nearly every
        # id has one.
        self._seen: dict[str, int | list[int]] = {}

    def take(self, entry: Entry) -> Iterator[Record | Finding]:
        """The record of an entry, after what is doubtful about it."""
        if len(entry.own_id) > _LONGEST_ID:
            entry = replace(entry, own_id=_digest(entry.own_id))
            yield repaired(entry.line, f"An entry has an id that is too long; it is called {entry.own_id} instead.")
        wanted = entry.own_id or self._fingerprint(entry)
        source_id, place = self._place(wanted, entry)
        if place:
            yield self._twice(entry, source_id)
        if not entry.title:
            yield Finding(
                rule="FORMAT-NO-TITLE",
                severity=Severity.WARNING,
                message=f"An entry has no title{_described(entry)}; it was kept.",
                line=entry.line,
                hint="Look it up at its source before screening.",
            )
        yield Record(
            source=self.source,
            source_id=source_id,
            title=entry.title,
            abstract=entry.abstract,
            authors=entry.authors,
            year=entry.year,
            journal=entry.journal,
            volume=entry.volume,
            issue=entry.issue,
            pages=entry.pages,
            doi=entry.doi or _doi_beside(entry),
            pmid=entry.pmid or _pmid_beside(entry),
            arxiv_id=entry.arxiv_id or (fields.arxiv_id(entry.url) if "rxiv" in entry.url else ""),
            keywords=entry.keywords,
            language=entry.language,
            type=entry.type,
            url=entry.url,
            notes=entry.notes,
            raw=entry.raw,
        )

    @staticmethod
    def _fingerprint(entry: Entry) -> str:
        # The digits `domain.record.fingerprint` gives, without folding again what every reader has folded.
        return _digest("\x1f".join([str(part) for part in _parsed(entry)]))

    def _place(self, wanted: str, entry: Entry) -> tuple[str, int]:
        """The id to use, and how many different entries had the wanted one before; an exact copy gets the same id."""
        content = hash(entry.raw.strip())
        known = self._seen.get(wanted)
        if known is None:
            self._seen[wanted] = content
        if known is None or known == content:
            return wanted, 0
        if isinstance(known, int):
            known = self._seen[wanted] = [known]
        if content not in known:
            known.append(content)
        place = known.index(content)
        return (f"{wanted}-{place + 1}" if place else wanted), place

    @staticmethod
    def _twice(entry: Entry, source_id: str) -> Finding:
        what = f"The id {entry.own_id}" if entry.own_id else f"The reference {entry.title[:60]!r}"
        return Finding(
            rule="FORMAT-SAME-ID",
            severity=Severity.WARNING if entry.own_id else Severity.INFO,
            message=f"{what} stands more than once in this file with different content; this one was kept as {source_id}.",
            line=entry.line,
            hint="Removing duplicates will bring them together if they are one work.",
        )


def _doi_beside(entry: Entry) -> str:
    """The DOI that the address or a note names, as Zotero and databases write it where a format has no place for it."""
    named = (text for text in (entry.url, entry.notes) if "10." in text and "doi" in text.lower())
    return next((found for text in named if (found := fields.doi(text))), "")


def _pmid_beside(entry: Entry) -> str:
    """PubMed's number that the address or a note names."""
    text = f"{entry.url}\n{entry.notes}".lower()
    return fields.named_pmid(text) if "pmid" in text or "pubmed" in text else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _described(entry: Entry) -> str:
    known = entry.own_id or entry.doi or entry.abstract[:40] or (entry.authors[0] if entry.authors else "")
    return f" ({known})" if known else ""


def skipped(line: int | None, message: str, *, hint: str = "") -> Finding:
    """The finding for an entry that could not be read."""
    return Finding(rule="FORMAT-SKIPPED", message=message, line=line, hint=hint)


def repaired(line: int | None, message: str, *, hint: str = "Check this entry against its source.") -> Finding:
    """The finding for an entry that was read after a repair or in spite of a doubt."""
    return Finding(rule="FORMAT-REPAIRED", severity=Severity.WARNING, message=message, line=line, hint=hint)

"""People's verdicts as other screening programs write them: read from a record's notes, and written for those programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from review.domain.errors import Missing
from review.domain.record import Record
from review.domain.screening import Verdict
from review.formats import excel, fields, ris, table
from review.formats.columns import neutral

# What each program reads back, by the ending of the file.
READ_BY: Mapping[str, tuple[str, ...]] = {"asreview": (".csv", ".tsv", ".xlsx", ".ris"), "rayyan": (".csv", ".ris")}
LABEL = "included"  # the column ASReview takes for decisions made before
RAYYAN_HEADER = (
    "key", "title", "year", "month", "day", "journal", "issn", "volume", "issue", "pages", "authors", "url", "language",
    "publisher", "location", "abstract", "notes", "doi", "keywords", "pubmed_id", "pmc_id",
)  # fmt: skip
_RAYYAN_WORD = {Verdict.INCLUDE: "Included", Verdict.EXCLUDE: "Excluded", Verdict.MAYBE: "Maybe"}
_ASREVIEW_WORD = {Verdict.INCLUDE: "ASReview_relevant", Verdict.EXCLUDE: "ASReview_irrelevant"}
_NOT_SEEN = "ASReview_not_seen"
_VERDICTS = {word.casefold(): verdict for verdict, word in _RAYYAN_WORD.items()} | {
    word: verdict
    for verdict, words in {
        Verdict.INCLUDE: ("1", "1.0", "yes", "y", "true", "include", "relevant"),
        Verdict.EXCLUDE: ("0", "0.0", "no", "n", "false", "exclude", "irrelevant"),
    }.items()
    for word in words
}
# The columns a label stands in, the best first; the reader of tables carries them in the notes, each with its name.
_LABELS = (
    "asreview_label",
    "included",
    "label_included",
    "final_included",
    "include",
    "decision",
    "final_label",
    "label",
)
_OWN_ID = re.compile(r"RECORD-ID: (.+?)(?= \| |; |$)")
_INCLUSION = re.compile(r'RAYYAN-INCLUSION: ?\{((?:"(?:[^"\\]|\\.)*"|[^"{}])*)\}')
_PERSON = re.compile(r'"((?:[^"\\]|\\.)*)" ?(?:=>|:) ?"(\w+)"')
_REASONS = re.compile(r"RAYYAN-EXCLUSION-REASONS: ?([^|;]*)")
_USER_NOTES = re.compile(r"USER-NOTES: ?\{(.*?\])\}")
_PERSON_NOTES = re.compile(r'"((?:[^"\\]|\\.)*)" ?(?:=>|:) ?\[(.*?)\]')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ASREVIEW = re.compile(r"ASReview_(relevant|irrelevant|not_seen)")
_COLUMN = re.compile(r"(?:^|; )([A-Za-z][\w ]*): ([^;]*)")
_COVIDENCE = re.compile(r"(?i)exclusion reason: ?([^;|]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a file says of one record. The name of the only person of a file that names nobody is ""."""

    record_id: str = ""  # the id the record had when this program wrote it
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)


def said(record: Record) -> Said:
    """What Rayyan, ASReview or Covidence left about decisions in the notes of a record.

    >>> notes = 'RAYYAN-INCLUSION: {"Ann"=>"Included", "Bob"=>"Excluded"} | RAYYAN-EXCLUSION-REASONS: no spine'
    >>> found = said(Record(source="s", source_id="1", title="T", notes=notes))
    >>> {name: str(verdict) for name, verdict in found.verdicts.items()}, found.reasons
    ({'Ann': 'include', 'Bob': 'exclude'}, ('no spine',))
    """
    own = _OWN_ID.search(record.notes)
    own_id = own[1].strip() if own else ""
    people = _INCLUSION.search(record.notes)
    if people:
        reasons = _REASONS.search(record.notes)
        return Said(
            record_id=own_id,
            verdicts={
                _plain(name): _VERDICTS[word.casefold()]
                for name, word in _PERSON.findall(people[1])
                if word.casefold() in _VERDICTS
            },
            reasons=tuple(part for reason in (reasons[1] if reasons else "").split(",") if (part := reason.strip())),
            notes=_user_notes(record.notes),
        )
    columns = {name.strip().casefold().replace(" ", "_"): text for name, text in _COLUMN.findall(record.notes)}
    verdict = _label(record.notes, columns)
    reason = _COVIDENCE.search(record.notes)
    if verdict is None and reason and not any(name in columns for name in _LABELS):
        verdict = Verdict.EXCLUDE
    return Said(
        record_id=own_id,
        verdicts={} if verdict is None else {"": verdict},
        reasons=(reason[1].strip(),) if reason else (),
        notes={"": columns["asreview_note"].strip()} if columns.get("asreview_note") else {},
    )


def _label(notes: str, columns: Mapping[str, str]) -> Verdict | None:
    word = _ASREVIEW.search(notes)
    if word:
        return _VERDICTS.get(word[1])
    text = next((columns[name] for name in _LABELS if name in columns), "")
    return _VERDICTS.get(text.strip().casefold())


def _user_notes(text: str) -> dict[str, str]:
    found = _USER_NOTES.search(text)
    by_person = _PERSON_NOTES.findall(found[1]) if found else []
    return {_plain(name): "; ".join(_plain(part) for part in _QUOTED.findall(notes)) for name, notes in by_person}


def _plain(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """A record on its way to another program: its label, and in Rayyan's form who said what and why."""

    record: Record
    label: Verdict | None = None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()


def write(found: Iterable[Screened], *, program: str, ending: str) -> bytes:
    """A file that `program` reads with its decisions; raises `Missing` for an ending it does not read."""
    listed = list(found)
    if ending not in READ_BY[program]:
        raise Missing(f"file for {program} with the ending", ending, READ_BY[program])
    if ending == ".ris":
        lines = _rayyan_lines if program == "rayyan" else _asreview_lines
        records = [one.record for one in listed]
        return ris.write(records, notes={one.record.record_id: lines(one) for one in listed})
    if program == "rayyan":
        return table.delimited(RAYYAN_HEADER, (_rayyan_row(one) for one in listed), ",")
    header = (*table.HEADER, LABEL)
    rows = ([*table.cells(one.record), _zero_or_one(one.label)] for one in listed)
    if ending == ".xlsx":
        return excel.write(header, ([neutral(cell) for cell in row] for row in rows), numbers=("year", LABEL))
    return table.delimited(header, rows, "\t" if ending == ".tsv" else ",")


def _zero_or_one(label: Verdict | None) -> str:
    """ASReview knows relevant and irrelevant; a maybe is still to be decided."""
    return {Verdict.INCLUDE: "1", Verdict.EXCLUDE: "0"}.get(label, "") if label else ""


def _asreview_lines(one: Screened) -> list[str]:
    return [_ASREVIEW_WORD.get(one.label, _NOT_SEEN) if one.label else _NOT_SEEN, _own_id(one.record)]


def _own_id(record: Record) -> str:
    return f"RECORD-ID: {record.record_id}"


def _rayyan_lines(one: Screened) -> list[str]:
    return [_rayyan_notes(one)]


def _rayyan_notes(one: Screened) -> str:
    """As Rayyan exports notes itself; it keeps what stands before its own part."""
    parts = [_own_id(one.record)]
    if one.verdicts:
        people = ", ".join(f"{_quoted(name)}=>{_quoted(_RAYYAN_WORD[v])}" for name, v in one.verdicts.items())
        parts.append(f"RAYYAN-INCLUSION: {{{people}}}")
    if one.reasons:
        parts.append(f"RAYYAN-EXCLUSION-REASONS: {','.join(re.sub('[,;|]', ' ', reason) for reason in one.reasons)}")
    return " | ".join(parts)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _rayyan_row(one: Screened) -> list[str]:
    cells = dict(zip(table.HEADER, table.cells(one.record), strict=True))
    own = {
        "key": one.record.record_id,
        "authors": " and ".join(one.record.authors),
        "notes": fields.marked(" | ".join(part for part in (one.record.notes, _rayyan_notes(one)) if part)),
        "pubmed_id": one.record.pmid,
    }
    return [own.get(name, cells.get(name, "")) for name in RAYYAN_HEADER]

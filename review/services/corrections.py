"""Records put right by people: a missing abstract, a wrong year. What the source gave stays, and can be given back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from review.domain.errors import Missing, ReviewError
from review.domain.record import Record
from review.domain.team import Right
from review.formats import fields
from review.services import rights, team
from review.services.project import Project
from review.storage import corrections, records, stamps
from review.storage.corrections import Correction

_LATEST_YEAR = 2100


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A record as it counts now and as its source gave it, with everything that was put right, the newest first."""

    record: Record
    given: Record
    corrections: tuple[Correction, ...]

    @property
    def differing(self) -> tuple[str, ...]:
        """The fields that are not as the source gave them."""
        return tuple(name for name in FIELDS if getattr(self.record, name) != getattr(self.given, name))


def _year(text: str) -> int | None:
    if text.isascii() and text.isdecimal() and 1000 <= int(text) <= _LATEST_YEAR:
        return int(text)
    return None


def _names(text: str) -> tuple[str, ...]:
    return fields.author_list(part for part in text.replace("\n", ";").split(";") if part.strip())


def _words(text: str) -> tuple[str, ...]:
    return fields.keywords(text.replace("\n", ";").split(";"))


# How each field is read from what a person writes; what cannot be read gives nothing.
FIELDS: Mapping[str, Callable[[str], Any]] = {
    "title": fields.plain,
    "abstract": fields.plain,
    "authors": _names,
    "year": _year,
    "journal": fields.plain,
    "volume": fields.plain,
    "issue": fields.plain,
    "pages": fields.plain,
    "doi": fields.doi,
    "pmid": fields.pmid,
    "arxiv_id": fields.arxiv_id,
    "keywords": _words,
    "language": fields.plain,
    "url": fields.link,
}
_LIKE = {
    "year": "four digits, such as 2021",
    "doi": "such as 10.1000/182",
    "pmid": "digits only",
    "arxiv_id": "such as 2101.00001",
    "url": "a link that begins with https://",
    "authors": "“Family, Given; Family, Given”",
}


@rights.needs(Right.READ)
def of(project: Project, record_id: str) -> Corrected:
    """What was put right in a record."""
    given = records.as_given(project.store, record_id)
    if given is None:
        raise Missing("record", record_id, [])
    found = (one for one in reversed(corrections.read(project.store)) if one.record_id == record_id)
    record = records.by_id(project.store, [record_id])[record_id]
    return Corrected(record=record, given=given, corrections=tuple(found))


@rights.needs(Right.READ)
def newest(project: Project) -> int:
    """The number of the newest correction: what was read of records before it may be old."""
    return stamps.read(project.store).correction


@rights.needs(Right.READ)
def everything(project: Project) -> list[Correction]:
    """Every correction in order."""
    return corrections.read(project.store)


@rights.needs(Right.REVIEW, whose="person")
def correct(project: Project, record_id: str, written: Mapping[str, str], *, reason: str, person: str) -> Corrected:
    """Put fields of a record right, all or none; what is written is read as an export file's field would be.

    Decisions stay. A search for duplicates compares the record anew, and the ranking learns its new text.
    """
    now = of(project, record_id)
    if not reason.strip():
        raise ReviewError(
            "A correction needs a reason: where you read it.", hint="Such as: the publisher's page; the PDF, page 1."
        )
    values = {name: _read(name, text) for name, text in written.items()}
    changed = {name: value for name, value in values.items() if value != getattr(now.record, name)}
    if not changed:
        raise ReviewError("The record says that already.", hint="Nothing was changed.")
    _append(project, record_id, changed, reason=reason, person=person)
    return of(project, record_id)


def _read(name: str, text: str) -> object:
    if name not in FIELDS:
        raise Missing("field of a record", name, FIELDS)
    found = FIELDS[name](text.strip())
    if not found:
        said = f"“{text.strip()[:60]}” is no {_called(name)}." if text.strip() else f"The {_called(name)} is empty."
        raise ReviewError(said, hint=f"Write it {_LIKE[name]}." if name in _LIKE else "Write what the paper says.")
    return found


def _called(name: str) -> str:
    return {"doi": "DOI", "pmid": "PMID", "arxiv_id": "arXiv id", "url": "link"}.get(name, name)


@rights.needs(Right.REVIEW, whose="person")
def give_back(project: Project, record_id: str, name: str, *, person: str) -> Corrected:
    """Let a field be again what the source gave; the corrections stay in the history."""
    now = of(project, record_id)
    if name not in now.differing:
        raise ReviewError(f"The {_called(name)} is as the source gave it.", hint="Nothing was changed.")
    _append(project, record_id, {name: None}, reason="as the source gives it", person=person)
    return of(project, record_id)


def _append(project: Project, record_id: str, values: Mapping[str, Any], *, reason: str, person: str) -> None:
    who = team.join(project, person)
    corrections.append(
        project.store,
        [
            Correction(record_id=record_id, field=name, value=value, reason=" ".join(reason.split()), who=who)
            for name, value in values.items()
        ],
    )

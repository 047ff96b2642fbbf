"""Finding records again: by words, fields, tags, one's own verdict and, where it is open to see, the outcome."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from review.domain.errors import Missing, ReviewError
from review.domain.record import Record
from review.domain.screening import Decision, Stage, Verdict
from review.domain.team import Right
from review.services import blinding, marks, rights, screen, works
from review.services.project import Project
from review.storage import marks as kept
from review.storage import records
from review.storage.records import Condition

FIELDS = ("title", "abstract", "author", "journal", "keyword", "doi", "pmid", "year", "source")
OWN = ("tag", "mine", "outcome")
_TERM = re.compile(r'(?P<absent>-)?(?:(?P<field>[a-z]+):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_YEARS = re.compile(r"(\d{4})?(-)?(\d{4})?")
_SAVED = "filter:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A work that was found, by its shown record, with what the person who asks has said of it."""

    work: str
    record: Record
    mine: Decision | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """How many works were found, and the first of them in the order in which they were collected."""

    total: int
    first: tuple[Hit, ...]


@rights.needs(Right.READ, whose="person")
def find(project: Project, person: str, query: str, *, most: int = 200) -> Hits:
    """The works that fit a query such as `lstv -phantom author:smith year:2018-2021 mine:maybe "deep learning"`.

    Every term must hold, in whichever record of the work; a minus excludes. Fields: title, abstract, author, journal,
    keyword, doi, pmid, year, source; tag and mine (include, exclude, maybe, none) are this person's own; outcome
    (included, excluded, conflict) is known of works that are no longer open to this person.
    """
    in_records, own = _read(query)
    found = works.works(project)
    if in_records:
        ids = records.find(project.store, in_records)
        hits = list(dict.fromkeys(found.work_of[record] for record in ids))
    else:
        hits = list(found.members)
    said = screen.my_decisions(project, person, Stage.TITLE_ABSTRACT)
    tagged = {found.work_of[record]: tags for record, tags in marks.tags_of(project, person).items()}
    for name, value, absent in own:
        holds = _own(project, name, value, said, tagged)
        hits = [work for work in hits if holds(work) is not absent]
    shown = works.read(project, hits[:most])
    return Hits(
        total=len(hits),
        first=tuple(
            Hit(work=work, record=shown[work], mine=said.get(work), tags=tagged.get(work, ())) for work in hits[:most]
        ),
    )


@rights.needs(Right.READ, whose="person")
def one(project: Project, person: str, record_id: str) -> Hit:
    """The work of a record, as if it had been found."""
    known = works.works(project).work_of
    if record_id not in known:
        raise Missing("record", record_id, list(known)[:2_000])
    work = known[record_id]
    said = screen.my_decisions(project, person, Stage.TITLE_ABSTRACT)
    tags = marks.tags_of(project, person, [work]).get(work, ())
    return Hit(work=work, record=works.read(project, [work])[work], mine=said.get(work), tags=tags)


def _read(query: str) -> tuple[list[Condition], list[tuple[str, str, bool]]]:
    """The terms of a query: those on records, and those on what a person said."""
    in_records: list[Condition] = []
    own: list[tuple[str, str, bool]] = []
    for term in _TERM.finditer(query.strip()):
        name, absent = term["field"] or "", bool(term["absent"])
        value = (term["phrase"] if term["phrase"] is not None else term["word"] or "").strip()
        if not value:
            continue
        if name in OWN:
            own.append((name, value.casefold(), absent))
        elif name == "year":
            in_records.append(Condition(field="year", text=value, absent=absent, span=_years(value)))
        elif not name or name in FIELDS:
            in_records.append(Condition(field=name, text=value, absent=absent))
        else:
            raise ReviewError(
                f"There is no field {name!r} to look in.",
                hint=f'Fields: {", ".join((*FIELDS, *OWN))}. A colon within a phrase needs quotation marks: "{term[0]}".',
            )
    return in_records, own


def _years(value: str) -> tuple[int, int]:
    found = _YEARS.fullmatch(value)
    if not found or not (found[1] or found[3]):
        raise ReviewError(f"{value!r} is no year.", hint="Write year:2020, year:2018-2021, year:2018- or year:-2021.")
    first = int(found[1] or 0)
    return first, int(found[3]) if found[3] else (9_999 if found[2] else first)


def _own(
    project: Project, name: str, value: str, said: Mapping[str, Decision], tagged: Mapping[str, tuple[str, ...]]
) -> Callable[[str], bool]:
    if name == "tag":
        return lambda work: any(value in tag.casefold() for tag in tagged.get(work, ()))
    if name == "mine":
        if value == "none":
            return lambda work: work not in said
        if value not in list(Verdict):
            raise ReviewError(f"{value!r} is no verdict.", hint=f"Write mine: with {', '.join(Verdict)} or none.")
        return lambda work: work in said and said[work].verdict == value
    if value not in ("included", "excluded", "conflict"):
        raise ReviewError(f"{value!r} is no outcome.", hint="Write outcome: with included, excluded or conflict.")
    may_read = blinding.reader(project)
    standing = screen.outcomes(project, Stage.TITLE_ABSTRACT)
    return lambda work: (
        work in standing
        and standing[work].standing == value
        and all(may_read(decision) for decision in standing[work].decisions)
    )


# Saved filters


@rights.needs(Right.READ, whose="person")
def saved(project: Project, person: str) -> dict[str, str]:
    """The filters a person has kept: name and query."""
    liked = kept.read_preferences(project.store, person)
    return {name.removeprefix(_SAVED): query for name, query in liked.items() if name.startswith(_SAVED) and query}


@rights.needs(Right.READ, whose="person")
def save(project: Project, person: str, name: str, query: str) -> None:
    """Keep a query under a name; an empty query forgets it."""
    called = " ".join(name.split())
    if not called or len(called) > 60:
        raise ReviewError("A saved filter needs a name of at most 60 letters.", hint="Give it a short one.")
    _read(query)
    kept.set_preference(project.store, person, f"{_SAVED}{called}", query.strip())

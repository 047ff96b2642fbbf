"""Records on their way to other programs, with the decisions those read; and decisions that were made there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from review.domain.errors import BadInput, Missing, ReviewError
from review.domain.protocol import Protocol
from review.domain.record import Record
from review.domain.screening import Decision, Outcome, Stage, Standing, Verdict, current_decisions
from review.domain.team import Right
from review.formats import registry, screened
from review.formats.screened import Said, Screened
from review.resources import write_file
from review.services import collect, duplicates, protocol, rights, screen, sheets, team
from review.services.project import Project
from review.services.sheets import Row, Sheet
from review.services.works import works
from review.storage import decisions, records

PROGRAMS = tuple(screened.READ_BY)
TABLES = ("csv", "tsv", "xlsx")


class Which(StrEnum):
    """Which works go into a file, by where they stand at a stage."""

    ALL = "all"
    INCLUDED = "included"
    EXCLUDED = "excluded"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be written: which works, as they stand at which stage; and for which program with whose decisions."""

    which: Which = Which.ALL
    stage: Stage = Stage.TITLE_ABSTRACT
    program: str = ""
    reviewer: str = ""  # only this person's decisions; else the outcome, and in Rayyan's form everybody's
    copies: bool = False  # also the records that are copies of another


@rights.needs(Right.GOVERN)
def write_records(project: Project, path: Path, wanted: Wanted) -> int:
    """Write the works of a project, each once, in the format of the file's ending; how many records that were."""
    data, count = as_file(project, path.suffix, wanted)
    write_file(path, data)
    return count


@rights.needs(Right.GOVERN)
def as_file(project: Project, ending: str, wanted: Wanted) -> tuple[bytes, int]:
    """(the file, how many records it holds). With a program its decisions are in it, in the form that program reads."""
    if wanted.program and wanted.program not in screened.READ_BY:
        raise Missing("program", wanted.program, PROGRAMS)
    shown = _chosen(project, wanted)
    found = records.by_id(project.store, shown) if wanted.copies else duplicates.best(project, shown)
    listed = [found[record] for record in shown]
    if not wanted.program:
        return registry.write(listed, registry.writable(ending).name), len(listed)
    told = _Told(project, wanted)
    work_of = works(project).work_of
    items = (told(record, work_of[record.record_id]) for record in listed)
    return screened.write(items, program=wanted.program, ending=ending.casefold()), len(listed)


def _chosen(project: Project, wanted: Wanted) -> list[str]:
    found = works(project)
    members = found.members
    if wanted.which is Which.ALL:
        chosen: Iterable[str] = members
    else:
        standings = screen.outcomes(project, wanted.stage)
        chosen = [work for work, one in standings.items() if stands(one) is wanted.which]
    return [record for work in chosen for record in (members[work] if wanted.copies else (work,))]


def stands(found: Outcome) -> Which:
    """Where a work stands, as a file may ask for it."""
    return {Standing.INCLUDED: Which.INCLUDED, Standing.EXCLUDED: Which.EXCLUDED}.get(found.standing, Which.UNDECIDED)


class _Told:
    """Callable: what is said of each work, by one person or by all."""

    def __init__(self, project: Project, wanted: Wanted) -> None:
        self.rules = protocol.in_force(project)
        self.reviewer = team.as_known(project, wanted.reviewer) if wanted.reviewer else ""
        self.outcomes = screen.outcomes(project, wanted.stage)
        work_of = works(project).work_of
        made: dict[str, list[Decision]] = defaultdict(list)
        for decision in decisions.read(project.store, stage=wanted.stage, reviewer=self.reviewer or None):
            made[work_of[decision.record_id]].append(decision)
        self.standing = {work: current_decisions(said) for work, said in made.items()}

    def __call__(self, record: Record, work: str) -> Screened:
        said = self.standing.get(work, [])
        outcome = self.outcomes.get(work)
        label = _label(said[-1].verdict if said else None, outcome, mine=bool(self.reviewer))
        reasons = dict.fromkeys(d.reason for d in said if d.reason)
        labels = {c.id: c.label or c.id for c in self.rules.exclude}
        return Screened(
            record=record,
            label=label,
            verdicts={d.reviewer: d.verdict for d in said if d.verdict},
            reasons=tuple(labels.get(reason, reason) for reason in reasons),
        )


def _label(said: Verdict | None, outcome: Outcome | None, *, mine: bool) -> Verdict | None:
    if mine:
        return said
    standing = outcome.standing if outcome else Standing.UNSCREENED
    return {Standing.INCLUDED: Verdict.INCLUDE, Standing.EXCLUDED: Verdict.EXCLUDE}.get(standing)


# Decisions made elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """How to take decisions from another program's file: whose of those in it, and what a mere list of records says."""

    person: str = ""
    verdict: Verdict | None = None


@rights.needs(Right.REVIEW)
def decisions_in(project: Project, path: Path, reviewer: str, how: Elsewhere) -> Sheet | None:
    """One person's decisions in a file of Rayyan, ASReview or Covidence as a sheet; None where the file holds none.

    A table with a column `verdict` is no such file. With `how.verdict` every record of the file has that verdict, unless
    the file says another of it.
    """
    form, listed = _records_in(path)
    found = [(record, screened.said(record)) for record in listed]
    names = dict.fromkeys(name for _, one in found for name in one.verdicts)
    if not names and how.verdict is None:
        if found and form not in TABLES:
            raise BadInput(path, "no decision stands in this file.", hint="Say what it lists, with --verdict.")
        return None
    person = _person(path, list(names), reviewer, how)
    said = [(record, one, one.verdicts.get(person, how.verdict)) for record, one in found]
    rules = protocol.in_force(project)
    ids = _references(project, found)
    rows = [
        Row(line=None, cells=_cells(ids[at], one, verdict, person, rules))
        for at, (_, one, verdict) in enumerate(said)
        if verdict is not None
    ]
    return Sheet(path=path, columns=("record_id", "verdict", "reason", "note"), rows=tuple(rows))


def _records_in(path: Path) -> tuple[str, list[Record]]:
    """(format, records) of a file; no record where it is no export, or a table of decisions."""
    data = sheets.read_bytes(path)
    try:
        form = registry.detect(data, path.name)
        if form.name in TABLES and sheets.has_column(path, "verdict"):
            return form.name, []
        read = registry.read(data, source=path.stem, file_name=path.name, found=form)
        return form.name, [record for record in read if isinstance(record, Record)]
    except BadInput:
        return "", []


def _person(path: Path, names: Sequence[str], reviewer: str, how: Elsewhere) -> str:
    """Whose decisions of those in a file are meant."""
    folded = {name.casefold(): name for name in names}
    if how.person:
        if how.person.casefold() not in folded:
            raise Missing(f"person in {path.name}", how.person, [name for name in names if name])
        return folded[how.person.casefold()]
    if reviewer.casefold() in folded:
        return folded[reviewer.casefold()]
    if len(names) > 1:
        raise ReviewError(
            f"{path.name} holds the decisions of {', '.join(names)}.",
            hint=f"Say which of them are {reviewer}'s: --as {names[0]!r}",
        )
    return names[0] if names else ""


def _references(project: Project, found: Sequence[tuple[Record, Said]]) -> list[str]:
    """What the project knows each record by: its id here, DOI, PubMed or arXiv number, else its title."""
    named = [
        [name for name in (one.record_id, r.source_id, r.record_id, r.doi, r.pmid, r.arxiv_id, r.title) if name]
        for r, one in found
    ]
    known = collect.find_records(project, [name for names in named for name in names])
    return [next((name for name in names if name in known), names[-1]) for names in named]


def _cells(reference: str, one: Said, verdict: Verdict, person: str, rules: Protocol) -> Mapping[str, str]:
    """A row as a sheet of decisions has it. A reason that is no criterion of this review is kept in the note."""
    words = {word.casefold(): c.id for c in rules.exclude for word in (c.label, c.id)}
    given = one.reasons if verdict is Verdict.EXCLUDE else ()
    reason = next((words[said.casefold()] for said in given if said.casefold() in words), "")
    others = [said for said in given if words.get(said.casefold(), "") != reason or not reason]
    return {
        "record_id": reference,
        "verdict": str(verdict),
        "reason": reason,
        "note": "; ".join(_note(one.notes.get(person, ""), others)),
    }


def _note(note: str, reasons: Sequence[str]) -> Iterator[str]:
    if note:
        yield note
    if reasons:
        yield f"Reason given: {', '.join(reasons)}"

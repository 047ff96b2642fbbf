"""What moved since a manuscript was last built: each number and table it names, before and now, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from review.domain.provenance import Fact
from review.domain.team import Right
from review.render.environment import names_in
from review.services import facts, rights
from review.services.evidence import kept
from review.services.evidence.kept import Kept
from review.services.manuscript import paper, paper_tables, resolved
from review.services.manuscript import settings as paper_settings
from review.services.manuscript.moved_tables import moved_cells
from review.services.manuscript.resolved import Resolved
from review.services.project import Project

_PEOPLES = {  # what a table of the database holds, in words
    "records": "records",
    "decisions": "decisions",
    "retrievals": "full texts sought or found",
    "report_links": "which reports belong together",
    "chart_entries": "charted answers",
    "search_runs": "searches",
    "duplicate_links": "duplicate links",
    "judgements": "judgements of duplicates",
    "protocol_versions": "versions of the protocol",
    "source_kinds": "corrections of sources",
    "corrections": "corrections of records",
}
_EMPTY = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A name whose value is another than at the last build. `lines` are where the manuscript names it."""

    name: str
    before: str
    now: str
    why: str
    lines: tuple[int, ...]


@rights.needs(Right.READ)
def diff(project: Project, folder: Path) -> tuple[str, list[Moved]]:
    """(when it was last built, what moved since); the time is empty where it was never built."""
    place = paper.find(project, folder)
    before = resolved.read(place / paper.BUILD / resolved.FILE)
    if before is None:
        return "", []
    text = paper.text_of(place)
    settings, _ = paper_settings.read(place)
    shown = paper_tables.of_paper(project, place, settings, keys=paper.keys(project, place))
    now = resolved.resolved(project.store, text, facts.facts(project), shown)
    lines = names_in(text)
    return before.at, [*_facts(before, now, lines), *_tables(before, now, lines, kept.kept(project))]


def _facts(before: Resolved, now: Resolved, lines: Mapping[str, list[int]]) -> Iterator[Moved]:
    for name in sorted({*before.facts, *now.facts} & _mentioned(lines)):
        old, new = before.facts.get(name), now.facts.get(name)
        if _said(old) != _said(new):
            yield Moved(
                name=name,
                before=_said(old),
                now=_said(new),
                why=_why(old, new, before, now),
                lines=tuple(sorted(at for named, found in lines.items() if _is(named, name) for at in found)),
            )


def _is(named: str, name: str) -> bool:
    return named == name or named.rpartition(".")[0] == name


def _mentioned(lines: Mapping[str, list[int]]) -> set[str]:
    return {*lines, *(name.rpartition(".")[0] for name in lines)}


def _tables(
    before: Resolved, now: Resolved, lines: Mapping[str, list[int]], computed: Sequence[Kept]
) -> Iterator[Moved]:
    for name in sorted({*before.tables, *now.tables} & set(lines)):
        if before.tables.get(name) == now.tables.get(name):
            continue
        old, new = ("a table" if name in one.tables else _EMPTY for one in (before, now))
        new = new if new == _EMPTY else "another table"
        cells = moved_cells(before.texts.get(name, ""), now.texts.get(name, ""))
        of_evidence = next((one for one in computed if name in _names(one)), None)
        yield Moved(
            name=name,
            before=cells[0] if cells else old,
            now=cells[1] if cells else new,
            why=f"{of_evidence.name} was computed again {of_evidence.at}" if of_evidence else _added(before, now),
            lines=tuple(lines[name]),
        )


def _names(one: Kept) -> set[str]:
    """How a manuscript may call the tables of a computation."""
    tables_ = {name for table in one.tables for name in (table.name, f"{one.name}.{table.name}")}
    return {f'table("{name}")' for name in {one.name, *tables_}}


def _said(fact: Fact | None) -> str:
    """A fact as people read it: 0.82 (0.79 to 0.84), n = 174."""
    if fact is None:
        return _EMPTY
    value = "undefined" if fact.value is None else f"{fact.value:,}" if isinstance(fact.value, int) else str(fact.value)
    interval = "" if fact.low is None or fact.high is None else f" ({fact.low} to {fact.high})"
    return f"{value}{interval}{'' if fact.n is None else f', n = {fact.n:,}'}"


def _why(old: Fact | None, new: Fact | None, before: Resolved, now: Resolved) -> str:
    if old is None:
        return "it was not there before" + (f"; computed {new.at}" if new and new.at else "")
    if new is None:
        return "its evidence was dropped, or what it counts is gone"
    if old.at or new.at:  # of kept evidence
        changed = [one.split(" (sha256", 1)[0] for one in new.inputs if one not in old.inputs]
        files = f"{', '.join(changed)} changed" if changed else "the files are the same"
        how = f"; computed otherwise: {new.formula}" if new.formula != old.formula else ""
        return f"{files}{how}; computed again {new.at}"
    return _added(before, now) + (f"; now {new.formula}" if new.formula != old.formula else "")


def _added(before: Resolved, now: Resolved) -> str:
    """What was added to the project since: 12 records, 3 decisions."""
    parts = []
    for table, words in _PEOPLES.items():
        more = now.stored.get(table, 0) - before.stored.get(table, 0)
        if more > 0:
            parts.append(f"{more:,} {words}")
    return f"since then were added: {', '.join(parts)}" if parts else "protocol, evidence or program changed"

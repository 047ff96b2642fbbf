"""A manuscript against a reporting guideline: what people said of each item and where, and how that stands today.

What is said lies in `checklists/NAME.yaml` beside the manuscript, one answer after another, the last of an item counting;
it can be written by hand, by `review paper checklist --set` and in the app. Where nothing is said, the marks in the text
count. The state is computed each time: an answer is stale when the text it points to is another, and contradicted when a
rule of the linter that looks at the same thing fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from review.domain import checklist as items
from review.domain.checklist import SAID, Checklist, ChecklistItem, ItemAnswer, ItemState, Said
from review.domain.errors import BadInput, Missing, ReviewError
from review.domain.finding import Finding, Severity, Status
from review.domain.sections import TITLE, Anchor, Section, anchor, nearest, roles, sections
from review.domain.team import Right
from review.lint import document
from review.resources import data_dir, read_yaml, write_file
from review.services import rights
from review.services.manuscript import lint, paper, reproducibility
from review.services.manuscript import settings as paper_settings
from review.services.project import Project

FOLDER = "checklists"
_ORDER = ("item", "state", "where", "note", "who", "at", "text_hash")
_HEAD = """\
# Answers to {title} ({edition}), one after another; the last of an item counts.
# state: "yes" (with where: a heading or a sentence of the text), "partial", "no" or "na" (with a note that says why).
checklist: {name}
answers:
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What somebody says of one item."""

    item: str  # its id, an alias, or its number
    state: ItemState
    where: str = ""
    note: str = ""
    who: str = ""


# The guidelines


def names() -> list[str]:
    """Every guideline there is."""
    return sorted(path.stem for path in (data_dir("templates") / FOLDER).glob("*.yaml"))


@cache
def load(name: str) -> Checklist:
    """A reporting guideline by name: `templates/checklists/<name>.yaml`."""
    if name not in names():
        raise Missing("checklist", name, names())
    path = data_dir("templates") / FOLDER / f"{name}.yaml"
    return items.from_tree(read_yaml(path.read_text(encoding="utf-8"), path=path.name).tree)


@rights.needs(Right.READ)
def of_paper(project: Project, folder: Path) -> list[str]:
    """The guidelines that `paper.yaml` names for this manuscript."""
    settings, _ = paper_settings.read(paper.find(project, folder))
    return list(settings.checklists)


def find_item(found: Checklist, named: str) -> ChecklistItem:
    """The item of this id, alias or number; `Missing` lists what there is."""
    wanted = named.strip().casefold()
    for item in found.items:
        if wanted in {name.casefold() for name in (item.id, item.number, *item.aliases)}:
            return item
    raise Missing(f"item of {found.name}", named, [item.number for item in found.items])


# Where each item stands


@rights.needs(Right.READ)
def answers(project: Project, folder: Path, name: str, *, repository: Path | None = None) -> list[ItemAnswer]:
    """Every item of a guideline: where the manuscript reports it, and what is still open.

    `repository` is a folder that the seven boxes of reproducibility are checked against; else paper.yaml names it.
    """
    place = paper.find(project, folder)
    found = load(name)
    text = paper.text_of(place)
    parsed = document.parse(text)
    said = {one.item: one for one in read(place, found)}
    outline = sections(text)
    boxes = _boxes(project, place, repository) if name == reproducibility.NAME else {}
    standing = [
        _said(item, said[item.id], text, parsed) if item.id in said else _marked(item, parsed, boxes)
        for item in found.items
    ]
    standing = [_suggested(one, outline) for one in standing]
    failed = _failed(project, folder) if any(one.item.rules for one in standing) else []
    return [items.contradicted(one, failed, found) for one in standing]


def _failed(project: Project, folder: Path) -> list[Finding]:
    """What rules found wrong; what could not be looked at is no contradiction."""
    return [f for f in _lint(project, folder) if f.status is Status.FAIL and f.severity is not Severity.INFO]


def _lint(project: Project, folder: Path) -> list[Finding]:
    return lint.check(project, folder).faults


def _said(item: ChecklistItem, said: Said, text: str, parsed: document.Document) -> ItemAnswer:
    """What somebody said, checked against the text as it is now."""
    given = ItemAnswer(item=item, state=said.state, said=said.state, note=said.note, who=said.who, at=said.at)
    if not said.where:
        return given
    place = anchor(text, said.where)
    if place is None:
        why = f"“{_short(said.where)}” no longer stands in the text"
        return replace(given, state=ItemState.STALE, place=said.where, note=why)
    given = replace(given, place=place.heading, line=place.line)
    if said.text_hash and said.text_hash != place.text_hash:
        why = f"the text changed since {said.who or 'somebody'} answered{f' on {said.at[:10]}' if said.at else ''}"
        return replace(given, state=ItemState.STALE, note=why)
    tasks = [task for task in parsed.tasks if task.heading == place.heading]
    if said.state is ItemState.YES and tasks:
        return replace(given, state=ItemState.PARTIAL, note=f"a task is still open in line {tasks[0].line}")
    return given


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"


def _marked(item: ChecklistItem, parsed: document.Document, boxes: Mapping[str, tuple[ItemState, str]]) -> ItemAnswer:
    """What the marks in the text say; without one, what was found in the repository."""
    named = {item.id, *item.aliases}
    for mark in parsed.marks:
        if named.isdisjoint(mark.items):
            continue
        at = ItemAnswer(item=item, state=ItemState.YES, place=mark.heading, line=mark.line)
        if mark.kind == "na":
            return replace(at, state=ItemState.NOT_APPLICABLE, note=mark.note)
        if mark.kind == "open":
            return replace(at, state=ItemState.NO, note="still to be written")
        tasks = [t for t in parsed.tasks if t.section == mark.section]
        if tasks:
            return replace(at, state=ItemState.PARTIAL, note=f"a task is still open in line {tasks[0].line}")
        return at
    if item.number in boxes:
        state, note = boxes[item.number]
        return ItemAnswer(item=item, state=state, place="the repository", note=note)
    return ItemAnswer(item=item, state=ItemState.NO, note="nobody has answered this item")


def _boxes(project: Project, place: Path, repository: Path | None) -> Mapping[str, tuple[ItemState, str]]:
    named = paper_settings.read(place)[0].evidence.get("repository", "")
    folder = repository or (project.root / named if named else None)
    return reproducibility.boxes(folder) if folder is not None else {}


def _suggested(answer: ItemAnswer, outline: Sequence[Section]) -> ItemAnswer:
    """Where an item nobody answered seems to be reported, by the words it usually comes in."""
    if answer.state is not ItemState.NO or answer.line is not None or not answer.item.pattern or answer.who:
        return answer
    pattern = re.compile(answer.item.pattern, re.IGNORECASE)
    for section, role in zip(outline, roles(outline), strict=True):
        if section.level and role == answer.item.role and pattern.search(section.own):
            return replace(answer, suggestion=f"“{section.heading}”, line {section.line}")
    return answer


# Saying


@rights.needs(Right.WRITE)
def say(project: Project, folder: Path, name: str, said: Answering, *, now: datetime | None = None) -> Said:
    """Append what somebody says of an item. Raises `Missing` where the text has no such heading or sentence."""
    place = paper.find(project, folder)
    found = load(name)
    item = find_item(found, said.item)
    if said.state not in SAID:
        raise Missing("answer", str(said.state), [str(state) for state in SAID])
    at = _anchored(paper.text_of(place), said)
    one = Said(
        item=item.id,
        state=said.state,
        where=said.where.strip(),
        note=" ".join(said.note.split()),
        who=project.who or said.who.strip(),
        at=(now or datetime.now(UTC)).isoformat(timespec="seconds"),
        text_hash=at.text_hash if at else "",
    )
    path = answers_file(place, name)
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    read(place, found)  # a damaged file is refused before it grows
    head = before or _HEAD.format(title=found.title, edition=found.edition, name=found.name)
    write_file(path, (head.rstrip("\n") + "\n" + _entry(one)).encode())
    return one


def _anchored(text: str, said: Answering) -> Anchor | None:
    if not said.where.strip():
        if said.state is ItemState.YES:
            raise ReviewError(
                "An item that is reported needs the place.",
                hint="Name a heading of the manuscript, or copy a sentence of it.",
            )
        if not said.note.strip():
            raise ReviewError(f"The answer {said.state} needs a reason.", hint="Say in a sentence why.")
        return None
    place = anchor(text, said.where)
    if place is None:
        raise Missing("heading or sentence in the manuscript", said.where, nearest(text, said.where))
    return place


def _entry(said: Said) -> str:
    """One answer as YAML; text stands as JSON writes it, which YAML reads the same."""
    pairs = [(name, str(getattr(said, name))) for name in _ORDER if getattr(said, name)]
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in pairs]
    return "".join(f"{'  - ' if at == 0 else '    '}{line}\n" for at, line in enumerate(lines))


def answers_file(place: Path, name: str) -> Path:
    return place / FOLDER / f"{name}.yaml"


def read(place: Path, found: Checklist) -> list[Said]:
    """Every answer in the file of a guideline, in order. Raises `BadInput` with the line where it cannot be read."""
    path = answers_file(place, found.name)
    if not path.is_file():
        return []
    read_in = read_yaml(path.read_text(encoding="utf-8-sig"), path=path.name)
    if read_in.findings:
        first = read_in.findings[0]
        raise BadInput(f"{path.name}:{first.line or 1}", first.message, hint=first.hint)
    listed = read_in.tree.get("answers") if isinstance(read_in.tree, dict) else None
    if not isinstance(listed, (list, type(None))):
        raise BadInput(path.name, "`answers:` must be a list.", hint="Begin each answer with a dash.")
    return [_one(path, one, found, read_in.line("answers", at) or 1) for at, one in enumerate(listed or [])]


def _one(path: Path, said: Any, found: Checklist, line: int) -> Said:
    if not isinstance(said, dict) or "item" not in said or "state" not in said:
        raise BadInput(f"{path.name}:{line}", "an answer needs `item:` and `state:`.")
    unknown = sorted(set(said) - set(_ORDER))
    if unknown:
        raise BadInput(f"{path.name}:{line}", f"{unknown[0]!r} is not known here.", hint=f"Known: {', '.join(_ORDER)}.")
    # YAML reads a bare yes and no as true and false.
    state = {True: "yes", False: "no"}.get(said["state"], str(said["state"]))
    if state not in {str(one) for one in SAID}:
        raise BadInput(f"{path.name}:{line}", f"{state!r} is no answer.", hint="Use yes, partial, no or na.")
    texts = {name: str(said[name]) for name in _ORDER[2:] if said.get(name) is not None}
    return Said(item=find_item(found, str(said["item"])).id, state=ItemState(state), **texts)


# For the eyes of others


def places(text: str) -> list[str]:
    """The headings an answer can point to, in order."""
    return [section.heading for section in sections(text) if section.level or section.heading == TITLE]


def tally(found: Sequence[ItemAnswer]) -> Mapping[ItemState, int]:
    """How many items stand in each state; states without any are left out."""
    return {state: count for state in ItemState if (count := sum(a.state is state for a in found))}


def rows(found: Sequence[ItemAnswer]) -> Iterator[tuple[str, ...]]:
    """(number, section, what is asked, state, where, remark, who, when) of each item, as text."""
    for one in found:
        where = f"{one.place}, line {one.line}" if one.line else one.place
        remark = one.note or (f"perhaps under {one.suggestion}" if one.suggestion else "")
        yield one.item.number, one.item.section, one.item.ask, str(one.state), where, remark, one.who, one.at[:10]

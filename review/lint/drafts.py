"""DRAFT: what must not reach a journal: tasks that are still open, parts with nothing in them. Placeholders are REL-02."""

from __future__ import annotations

import re
from collections.abc import Iterator

from review.domain.finding import Severity
from review.lint.rule import Context, Remark, Rule
from review.lint.sections import Role, Section

_NUMBER = re.compile(r"(\d+(?:\.\d+)*)\.?\s")
_LABEL = re.compile(r"(?:background|objectives?|aims?|purpose|settings?|design)\b", re.IGNORECASE)
_SHOWN = 5  # parts that a message names
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def _open_tasks(context: Context) -> Iterator[Remark]:
    origin = context.document.origin
    for task in context.document.tasks:
        line = origin.lines[min(task.line, len(origin.lines)) - 1] if origin and origin.lines else task.line
        yield Remark(message=f"“{task.heading}” has a task that is not written yet.", line=line)
    yield from _empty_parts(context)


def _empty_parts(context: Context) -> Iterator[Remark]:
    """Headings with nothing below: no text, no table, no part of their own. References are often set by a program."""
    document = context.document
    tasks, empty = {task.section for task in document.tasks}, list[Section]()
    for place, section in enumerate(document.sections):
        following = document.sections[place + 1] if place + 1 < len(document.sections) else None
        if section.level == 0 or place in tasks or section.role is Role.REFERENCES:
            continue
        if following is not None and _is_below(following, section):
            continue
        written = document.body[section.start : section.end]
        if not _COMMENT.sub("", written).strip() and not (place == 1 and section.title == document.title):
            empty.append(section)
    if empty:
        told = ", ".join(f"“{section.title}”" for section in empty[:_SHOWN])
        more = f" and {len(empty) - _SHOWN} more" if len(empty) > _SHOWN else ""
        yield Remark(message=f"Nothing is written under {told}{more}.", at=max(0, empty[0].start - 1))


def _is_below(following: Section, section: Section) -> bool:
    """Whether a heading is a part of the one before: deeper, numbered below it, or a label of a structured abstract."""
    if following.level > section.level:
        return True
    number, next_number = _NUMBER.match(section.title), _NUMBER.match(following.title)
    if number and next_number and next_number[1].startswith(f"{number[1]}."):
        return True
    return section.role is Role.ABSTRACT and _LABEL.match(following.title) is not None


OPEN_TASK = Rule(
    id="DRAFT-01",
    title="A task is not written yet",
    severity=Severity.WARNING,
    check=_open_tasks,
    does="Lists the blocks “To write” that are still in the manuscript, and headings with nothing below.",
    why="They are the skeleton's, not yours; an empty part says that the draft is not finished.",
    bad="> **To write:** why these sources.",
    good="A paragraph on why these sources.",
    fix="Write what it asks for, then delete the task.",
)
RULES = (OPEN_TASK,)

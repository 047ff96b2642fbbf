"""DRAFT: what must not reach a journal: tasks that are still open. Placeholders are REL-02."""

from __future__ import annotations

from collections.abc import Iterator

from review.domain.finding import Severity
from review.lint.rule import Context, Remark, Rule


def _open_tasks(context: Context) -> Iterator[Remark]:
    origin = context.document.origin
    for task in context.document.tasks:
        line = origin.lines[min(task.line, len(origin.lines)) - 1] if origin and origin.lines else task.line
        yield Remark(message=f"“{task.heading}” has a task that is not written yet.", line=line)


OPEN_TASK = Rule(
    id="DRAFT-01",
    title="A task is not written yet",
    severity=Severity.WARNING,
    check=_open_tasks,
    does="Lists the blocks “To write” that are still in the manuscript.",
    why="They are the skeleton's, not yours.",
    bad="> **To write:** why these sources.",
    good="A paragraph on why these sources.",
    fix="Write what it asks for, then delete the task.",
)
RULES = (OPEN_TASK,)

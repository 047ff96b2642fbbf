"""DRAFT: what must not reach a journal: open tasks and placeholders."""

from __future__ import annotations

import re

from review.domain.finding import Finding, Severity
from review.lint.document import Document, Rule

_PLACEHOLDER = re.compile(r"\[(?:TBD|TODO|VERIFY|REF|CITATION|XX)[^\[\]]*\]|\b(?:TBD|TODO|FIXME|XXX+)\b|\?\?\?+")


def _open_tasks(document: Document, _references: str) -> list[Finding]:
    return [
        Finding(
            rule=OPEN_TASK.id,
            severity=OPEN_TASK.severity,
            message=f"“{task.heading}” has a task that is not written yet.",
            path=document.path,
            line=task.line,
            hint="Write what it asks for, then delete the task.",
        )
        for task in document.tasks
    ]


def _placeholders(document: Document, _references: str) -> list[Finding]:
    return [
        Finding(
            rule=PLACEHOLDER.id,
            severity=PLACEHOLDER.severity,
            message=f"The placeholder {match[0]!r} stands in the text.",
            path=document.path,
            line=line.line,
            column=match.start() + 1,
            got=match[0],
            hint="Replace it with what belongs here.",
        )
        for line in document.prose
        for match in _PLACEHOLDER.finditer(line.text)
    ]


OPEN_TASK = Rule(id="DRAFT-01", title="A task is not written yet", severity=Severity.WARNING, check=_open_tasks)
PLACEHOLDER = Rule(
    id="DRAFT-02", title="A placeholder stands in the text", severity=Severity.ERROR, check=_placeholders
)

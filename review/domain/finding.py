"""What is wrong in somebody's data: a value to be listed, counted and mended, never raised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from review.domain.naming import counted


class Severity(StrEnum):
    """How much a finding matters; `blocker` is what a reviewer would reject for."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    BLOCKER = "blocker"


class Status(StrEnum):
    """Missing input is `not evaluable`, never a pass."""

    FAIL = "fail"
    NOT_EVALUABLE = "not_evaluable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault, where it stands and how to mend it. Lines and columns count from 1."""

    rule: str
    message: str
    severity: Severity = Severity.ERROR
    status: Status = Status.FAIL
    path: str | None = None
    line: int | None = None
    column: int | None = None
    expected: str | None = None
    got: str | None = None
    hint: str = ""

    def as_dict(self) -> dict[str, object]:
        """The JSON form that every command prints."""
        return asdict(self)

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)
        text = f"{place}: {self.message}" if place else self.message
        return f"{text} {self.hint}".strip()


def summed(findings: Iterable[Finding]) -> str:
    """How many findings there are of each severity, the gravest first; nothing for none.

    >>> summed([Finding(rule="A", message="a"), Finding(rule="B", message="b", severity=Severity.INFO)])
    '1 error, 1 info'
    """
    listed = [finding.severity for finding in findings]
    numbers = [(listed.count(severity), str(severity)) for severity in reversed(Severity)]
    return ", ".join(counted(n, word, word if word == Severity.INFO else "") for n, word in numbers if n)

"""A bibliography read: every entry of a BibTeX file with its key, its line, and the record it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from review.domain.finding import Finding, Severity
from review.domain.record import Record
from review.formats import bibtex
from review.formats.bibtex_blocks import Block, blocks

SOURCE = "references"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One entry. `fields` are those it fills, as they are written; `own` says that the author wrote it, not the program."""

    key: str
    kind: str
    fields: Mapping[str, str]
    record: Record
    line: int
    own: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Bibliography:
    references: tuple[Reference, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def keys(self) -> dict[str, Reference]:
        return {reference.key: reference for reference in self.references}


def read(text: str, *, path: str, mark: str = "") -> Bibliography:
    """The references of a BibTeX text. What stands behind the line `mark` was written by the program."""
    behind = text.count("\n", 0, text.index(mark)) + 1 if mark and mark in text else None
    by_entry: dict[str, Record] = {}
    if text.strip():
        by_entry = {found.raw: found for found in bibtex.read(text.encode(), SOURCE) if isinstance(found, Record)}
    references, findings = [], []
    for block in blocks([text]):
        record = by_entry.get(block.raw)
        if block.broken or record is None:
            findings.append(_unread(block, path))
        else:
            own = behind is None or block.line < behind
            references.append(
                Reference(
                    key=block.key, kind=block.kind, fields=_filled(block), record=record, line=block.line, own=own
                )
            )
    return Bibliography(references=tuple(references), findings=tuple(findings))


def _filled(block: Block) -> dict[str, str]:
    return {name: value for name, value in block.values.items() if value.strip(" {}")}


def _unread(block: Block, path: str) -> Finding:
    return Finding(
        rule="REF-UNREAD",
        severity=Severity.ERROR if block.broken else Severity.WARNING,
        message=f"The entry {block.key or '(without key)'} cannot be read.",
        path=path,
        line=block.line,
        hint="Count its brackets and commas; it needs a key and a title.",
    )

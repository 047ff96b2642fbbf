"""A bibliography read: every entry of a BibTeX file with its key, its line, and the record it stands for."""

from __future__ import annotations

from review.domain.bibliography import Bibliography, Reference, Unread
from review.domain.record import Record
from review.formats import bibtex
from review.formats.bibtex_blocks import Block, blocks

SOURCE = "references"


def read(text: str, *, mark: str = "") -> Bibliography:
    """The references of a BibTeX text. What stands behind the line `mark` was written by the program."""
    behind = text.count("\n", 0, text.index(mark)) + 1 if mark and mark in text else None
    by_entry: dict[str, Record] = {}
    if text.strip():
        by_entry = {found.raw: found for found in bibtex.read(text.encode(), SOURCE) if isinstance(found, Record)}
    references, unread = [], []
    for block in blocks([text]):
        record = by_entry.get(block.raw)
        if block.broken or record is None:
            unread.append(Unread(key=block.key, line=block.line, broken=bool(block.broken)))
        else:
            own = behind is None or block.line < behind
            references.append(
                Reference(
                    key=block.key, kind=block.kind, fields=_filled(block), record=record, line=block.line, own=own
                )
            )
    return Bibliography(references=tuple(references), unread=tuple(unread))


def _filled(block: Block) -> dict[str, str]:
    return {name: value for name, value in block.values.items() if value.strip(" {}")}

"""Where the sentences of a manuscript stand in the author's file, and which of them a finding speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from review.domain.finding import Finding
from review.lint.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A sentence as it is read, from one line of the author's file to another; a column only where it is the author's."""

    text: str
    line: int
    last: int
    column: int | None


def spots(document: Document) -> tuple[Spot, ...]:
    """Every sentence in order, white space folded."""
    found = []
    for sentence in document.sentences:
        line, column = document.place(sentence.start)
        last, _ = document.place(sentence.start + len(sentence.text))
        text = " ".join(sentence.text.split())
        found.append(Spot(text=text, line=line, last=max(line, last), column=column))
    return tuple(found)


def spot_of(finding: Finding, found: Sequence[Spot]) -> Spot | None:
    """The sentence that holds the place of a finding; None for one about a table, another file, or the whole."""
    if finding.line is None:
        return None
    here = [spot for spot in found if spot.line <= finding.line <= spot.last]
    before = [
        spot
        for spot in here
        if finding.column is None or spot.column is None or spot.line < finding.line or spot.column <= finding.column
    ]
    if finding.column is None:
        return before[0] if before else None
    return before[-1] if before else None

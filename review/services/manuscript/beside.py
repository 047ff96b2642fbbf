"""A manuscript as a reviewer reads it: its text passage by passage, with what the linter says of each beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from review.domain.finding import Finding, Status
from review.domain.paper_settings import Waiver
from review.domain.team import Right
from review.services import rights
from review.services.manuscript import lint, paper
from review.services.manuscript.spots import Spot, spot_of
from review.services.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A finding with its rule's title and the sentence it was found in, where it was found in one."""

    finding: Finding
    title: str
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Lines of the text that belong together, as the author wrote them, and what is said of them, by line.

    `looked_up` are its sentences with the numbers in place; empty where there are none, as in a table.
    """

    first: int
    last: int
    heading: str
    text: str
    looked_up: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The whole text in passages; `elsewhere` is about other files or the whole, `unasked` could not be asked."""

    passages: tuple[Passage, ...]
    elsewhere: tuple[Said, ...]
    unasked: tuple[Finding, ...]
    waived: tuple[tuple[Finding, Waiver], ...]

    @property
    def all(self) -> list[Said]:
        return [*(said for passage in self.passages for said in passage.said), *self.elsewhere]


@rights.needs(Right.READ)
def read(project: Project, folder: Path) -> Reading:
    """Lint a paper of the project and set what was found beside its text."""
    found = lint.check(project, folder)
    place = paper.find(project, folder)
    path = f"{paper.name_of(project, place)}/{paper.MANUSCRIPT}"
    titles = {rule.id: rule.title for rule in lint.rules()}
    here: dict[int, list[Said]] = {}
    elsewhere = []
    for finding in found.faults:
        inside = finding.path == path and finding.line is not None
        spot = spot_of(finding, found.spots) if inside else None
        said = Said(finding=finding, title=titles.get(finding.rule, ""), sentence=spot.text if spot else "")
        if inside and finding.line is not None:
            here.setdefault(finding.line, []).append(said)
        else:
            elsewhere.append(said)
    return Reading(
        passages=tuple(passages(paper.text_of(place), here, found.spots)),
        elsewhere=tuple(elsewhere),
        unasked=tuple(f for f in found.findings if f.status is Status.NOT_EVALUABLE),
        waived=found.waived,
    )


def passages(text: str, said: Mapping[int, Sequence[Said]], spots: Sequence[Spot] = ()) -> Iterator[Passage]:
    r"""Paragraphs of the text with their lines; a finding of an empty line goes to the passage before it.

    >>> [(p.first, p.last, p.heading) for p in passages("# One\n\nA b.\nC d.\n\n# Two\n", {})]
    [(1, 1, 'One'), (3, 4, 'One'), (6, 6, 'Two')]
    """
    lines, heading, begin = text.split("\n"), "", 1
    for first, last in _blocks(lines):
        block = lines[first - 1 : last]
        heading = next((line.lstrip("#").strip() for line in block if line.startswith("#")), heading)
        behind = _next(lines, last + 1)
        yield Passage(
            first=first,
            last=last,
            heading=heading,
            text="\n".join(block),
            looked_up=" ".join(spot.text for spot in spots if first <= spot.line <= last),
            said=tuple(one for at in range(begin, behind) for one in said.get(at, ())),
        )
        begin = behind


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The first and last line of each run of lines that are not empty; fenced code is one, with its empty lines."""
    first, fenced = 0, False
    for number, line in enumerate([*lines, ""], start=1):
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        if line.strip() and not first:
            first = number
        if not line.strip() and first and (not fenced or number > len(lines)):
            yield first, number - 1
            first = 0


def _next(lines: Sequence[str], number: int) -> int:
    """The next line from here on that is not empty."""
    while number <= len(lines) and not lines[number - 1].strip():
        number += 1
    return number

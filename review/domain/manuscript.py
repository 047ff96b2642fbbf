"""The kinds of paper, and a manuscript's sections on their way from draft to approved."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from review.domain.sections import Section, role, sections, text_hash


class SectionState(StrEnum):
    DRAFT = "draft"
    REVISED = "revised"
    APPROVED = "approved"


GONE = "gone"  # of a section that no longer stands in the text
_TASK = re.compile(r"^>\s*\*\*To write:\*\*", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionFact:
    """One thing that happened to a section: its text as it was built, or a person's approval of that text."""

    paper: str
    section: str
    kind: str  # a SectionState, or GONE
    text: str
    sha256: str
    who: str = ""
    note: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionStanding:
    """Where a section stands now. `who` and `at` tell the approval that holds, or the last one that lapsed."""

    section: str
    line: int
    state: SectionState
    who: str = ""
    at: str = ""
    lapsed: bool = False  # it was approved, and its text is another now
    tasks: int = 0
    text: str = ""
    sha256: str = ""


def top_sections(text: str) -> list[tuple[str, Section]]:
    """The sections of the first level by name; a heading that comes again has its number behind it."""
    found: list[tuple[str, Section]] = []
    seen: dict[str, int] = {}
    for section in sections(text):
        if section.level == 1:
            seen[section.heading] = seen.get(section.heading, 0) + 1
            again = f" ({seen[section.heading]})" if seen[section.heading] > 1 else ""
            found.append((f"{section.heading}{again}", section))
    return found


def standing(text: str, facts: Sequence[SectionFact]) -> list[SectionStanding]:
    """Where each section stands: a draft while a task is open, revised when none is, approved while the text approved
    is the text that stands there.
    """
    approved: dict[str, list[SectionFact]] = {}
    for fact in facts:
        if fact.kind == SectionState.APPROVED:
            approved.setdefault(fact.section, []).append(fact)
    result = []
    for name, section in top_sections(text):
        digest, tasks = text_hash(section.whole), len(_TASK.findall(section.whole))
        given = approved.get(name, [])
        holds = next((fact for fact in reversed(given) if fact.sha256 == digest), None)
        last = holds or (given[-1] if given else None)
        state = SectionState.APPROVED if holds else SectionState.DRAFT if tasks else SectionState.REVISED
        result.append(
            SectionStanding(
                section=name,
                line=section.line,
                state=state,
                who=last.who if last else "",
                at=last.at if last else "",
                lapsed=bool(last and not holds),
                tasks=tasks,
                text=section.whole,
                sha256=digest,
            )
        )
    return result


def news(paper: str, text: str, facts: Sequence[SectionFact], *, who: str) -> list[SectionFact]:
    """What a log must be told so that it replays to this text: sections that are other than last told, and those gone."""
    known = replay(facts)
    now = {one.section: one for one in standing(text, facts)}
    told = [
        SectionFact(
            paper=paper,
            section=name,
            kind=SectionState.DRAFT if one.tasks else SectionState.REVISED,
            text=one.text,
            sha256=one.sha256,
            who=who,
        )
        for name, one in now.items()
        if known.get(name) != one.text
    ]
    lost = [
        SectionFact(paper=paper, section=name, kind=GONE, text="", sha256="", who=who)
        for name in known
        if name not in now
    ]
    return told + lost


def replay(facts: Sequence[SectionFact]) -> Mapping[str, str]:
    """The text of every section as the log tells it."""
    found: dict[str, str] = {}
    for fact in facts:
        if fact.kind == GONE:
            found.pop(fact.section, None)
        else:
            found[fact.section] = fact.text
    return found


def marked(built: str, standings: Sequence[SectionStanding]) -> str:
    """The built text with a line below the heading of every section that nobody approved."""
    states = {one.section: one.state for one in standings}
    found = {section.line: states.get(name, SectionState.DRAFT) for name, section in top_sections(built)}
    lines: list[str] = []
    for number, line in enumerate(built.split("\n"), start=1):
        lines.append(line)
        if found.get(number, SectionState.APPROVED) is not SectionState.APPROVED:
            lines += ["", f"*[{found[number].capitalize()}: not approved by anybody yet.]*"]
    return "\n".join(lines)


def into_introduction(text: str, addition: str) -> str:
    r"""A manuscript with a piece of text at the end of its introduction; at the end of the text where it has none.

    >>> into_introduction("# Introduction\n\nOld.\n\n# Methods\n", "New.\n")
    '# Introduction\n\nOld.\n\nNew.\n\n# Methods\n'
    """
    tops = [section for _, section in top_sections(text)]
    at = next((n for n, section in enumerate(tops) if role(section.heading) == "introduction"), None)
    lines = text.split("\n")
    end = tops[at + 1].line - 1 if at is not None and at + 1 < len(tops) else len(lines)
    before, after = "\n".join(lines[:end]).rstrip("\n"), "\n".join(lines[end:])
    return f"{before}\n\n{addition.rstrip()}\n" + (f"\n{after}" if after else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperType:
    """A kind of paper: its skeleton lies in `templates/paper_types/<name>/`."""

    name: str
    title: str
    question: str  # the core question its reviewers ask
    checklists: tuple[str, ...]


REVIEW = PaperType(
    name="review",
    title="Scoping review",
    question="What does the literature cover, and where are the gaps?",
    checklists=("prisma-scr",),
)

DATASET = PaperType(
    name="dataset",
    title="Dataset or benchmark",
    question="Here are data and a way to measure progress: can they be trusted, and used?",
    checklists=("claim-2024", "datasheets", "grras", "reproducibility"),
)
METHOD = PaperType(
    name="method",
    title="Method",
    question="Here is a model that does something better: better than what, on whom, and how surely?",
    checklists=("claim-2024", "miccai", "reproducibility"),
)
CLINICAL = PaperType(
    name="clinical",
    title="Clinical study",
    question="Does this AI change an outcome that matters to a patient?",
    checklists=("claim-2024", "stard-ai", "reproducibility"),
)

PROJECT_TYPES = ("review", "dataset", "method", "clinical")

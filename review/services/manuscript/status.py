"""Where a paper without screening stands: the evidence kept, the manuscripts, and what to do next."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from review.domain.manuscript import SectionState
from review.domain.naming import argument
from review.domain.team import Right
from review.services import rights
from review.services.evidence import kept
from review.services.manuscript import approval, paper
from review.services.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One manuscript: its folder, and how many of its sections stand where."""

    folder: str
    sections: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperStatus:
    """`evidence` is the kind of each computation kept, by name; `doubtful` counts those that lost their footing."""

    name: str
    type: str
    evidence: dict[str, str]
    facts: int
    doubtful: int
    papers: tuple[Draft, ...]
    next_step: str

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


@rights.needs(Right.READ)
def status(project: Project) -> PaperStatus:
    """Everything `review status` says of a project whose paper is no review."""
    held = kept.kept(project)
    doubtful = len({finding.path for finding in kept.check(project)})
    drafts = tuple(_draft(project, folder.name) for folder in paper.papers(project))
    return PaperStatus(
        name=project.name,
        type=project.type,
        evidence={each.name: each.kind for each in held},
        facts=len(kept.facts(project)),
        doubtful=doubtful,
        papers=drafts,
        next_step=_next(len(held), doubtful, drafts),
    )


def _draft(project: Project, folder: str) -> Draft:
    standings = approval.standings(project, paper.find(project, project.root / folder))
    return Draft(folder=folder, sections={str(s): sum(one.state is s for one in standings) for s in SectionState})


def _next(held: int, doubtful: int, drafts: tuple[Draft, ...]) -> str:
    if doubtful:
        return "Some evidence has lost its footing: `review evidence list` says which."
    if not held:
        return "Count your data and keep the numbers: `review evidence accounting manifest.csv --by split,class --keep counts`."
    if not drafts:
        return "Start the manuscript: `review paper new paper`."
    folder = drafts[0].folder
    named = argument(folder)
    if drafts[0].sections[SectionState.DRAFT]:
        return f"Write what is asked for in {folder}/manuscript.md, then hear a reviewer: `review paper lint {named}`."
    if drafts[0].sections[SectionState.REVISED]:
        return f"Have each section approved: `review paper approve {named} SECTION --by NAME`."
    return f"Build what goes to the journal: `review paper build {named} --to docx,pdf`."

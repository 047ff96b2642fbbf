"""Which reports belong together: a preprint and its article as versions of one report, several reports of one study."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from review.dedup.words import title_words
from review.domain import report as domain
from review.domain.errors import ReviewError
from review.domain.report import Relation, ReportLink
from review.domain.screening import Stage, Standing
from review.domain.team import Right
from review.services import duplicates, fulltext, rights, screen, standing, team
from review.services.project import Project
from review.services.works import unsure, works
from review.storage import report_links

_SHORT_TITLE = 20  # letters: shorter ones are alike by chance


@rights.needs(Right.REVIEW, whose="person")
def link(project: Project, record_id: str, other: str, relation: Relation, *, person: str) -> None:
    """Say how two reports belong together; of versions, the first is the one that counts. `apart` takes it back.

    What was decided of a version that does not count is kept, and counts again once they are apart.
    """
    a, b = fulltext.report_of(project, record_id), fulltext.report_of(project, other)
    found = works(project).work_of
    if found[record_id] == found[other] or (a == b and relation is Relation.STUDY):
        raise ReviewError("These are one report already.", hint="Choose another one.")
    pairs = [(found[record_id], found[other])]
    if relation is Relation.APART:
        held = _standing_links(project)
        pairs = [(x.record_a, x.record_b) for x in held if {x.record_a, x.record_b} == set(pairs[0])]
        if not pairs:
            raise ReviewError("Nobody said that these two belong together.", hint="Nothing was changed.")
    who = team.join(project, person)
    for first, second in pairs:
        said = ReportLink(record_a=first, record_b=second, relation=relation, who=who)
        report_links.append(project.store, said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What belongs to a report: its other versions, and the other reports of its study."""

    versions: tuple[str, ...] = ()
    study: tuple[str, ...] = ()


@rights.needs(Right.READ)
def together(project: Project, record_id: str) -> Together:
    """What was said to belong to this report; of works that came to full text only."""
    work = standing.counting(project).get(works(project).work_of.get(record_id, record_id), record_id)
    others = tuple(b for b, a in standing.counting(project).items() if a == work)
    groups = domain.studies(_standing_links(project), [*screen.outcomes(project, Stage.FULL_TEXT)])
    study = next((group for group in groups if work in group), ())
    hidden = standing.hidden(project)
    return Together(
        versions=tuple(v for v in others if v not in hidden), study=tuple(w for w in study if w not in (work, *hidden))
    )


@rights.needs(Right.READ)
def studies(project: Project, reports: Sequence[str] | None = None) -> list[tuple[str, ...]]:
    """The included reports by study, each study's in order of arrival; or those of these reports."""
    if reports is None:
        second = screen.outcomes(project, Stage.FULL_TEXT)
        reports = [work for work, o in second.items() if o.standing is Standing.INCLUDED]
    return domain.studies(_standing_links(project), reports)


@rights.needs(Right.READ)
def likely(project: Project) -> list[tuple[str, str]]:
    """Pairs of reports at full text that may belong together: of the same title, in doubt or related as duplicates are."""
    there = screen.outcomes(project, Stage.FULL_TEXT)
    by_title: dict[str, list[str]] = defaultdict(list)
    for work, title in _titles(project, tuple(there)).items():
        by_title[title].append(work)
    pairs = [
        (group[0], other) for title, group in by_title.items() if len(title) >= _SHORT_TITLE for other in group[1:]
    ]
    work_of = works(project).work_of
    near = [*unsure(project), *duplicates.related(project)]
    pairs += [(work_of[p.record_a], work_of[p.record_b]) for p in near]
    said = {frozenset((x.record_a, x.record_b)) for x in report_links.read(project.store)}
    fresh = dict.fromkeys((a, b) for a, b in pairs if a != b and a in there and b in there)
    return [pair for pair in fresh if frozenset(pair) not in said]


def _titles(project: Project, there: tuple[str, ...]) -> dict[str, str]:
    def compute() -> dict[str, str]:
        return {work: title_words(record.title) for work, record in fulltext.records_of(project).items()}

    return project.cached(f"titles at full text {project.who}", there, compute)


def _standing_links(project: Project) -> list[ReportLink]:
    return domain.standing_links(report_links.read(project.store), works(project).work_of)

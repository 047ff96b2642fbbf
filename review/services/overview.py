"""Where the review stands: what is done, by whom, and what to do next."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from itertools import combinations

from review.domain.naming import counted
from review.domain.screening import Decision, Role, Stage, Standing
from review.domain.team import Right
from review.services import chart, flow, fulltext, known, protocol, rights, screen, standing, stopping
from review.services.known import Recall
from review.services.project import Project
from review.services.stopping import StoppingReport
from review.services.works import groups, unsure, works
from review.storage import corrections, duplicates, records

_TELLING = frozenset({"title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "arxiv_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStatus:
    """How many works stand where at one stage, and how many each person has decided."""

    total: int
    unscreened: int
    partial: int
    conflict: int
    included: int
    excluded: int
    by_person: dict[str, int]

    @property
    def settled(self) -> int:
        return self.included + self.excluded


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewStatus:
    name: str
    title: str
    frozen: bool
    amendments: int
    sources: dict[str, int]
    records: int
    works: int
    duplicate_groups: int
    unsure_pairs: int
    title_abstract: StageStatus
    full_text: StageStatus
    not_retrieved: int
    included: int
    charted: int
    fields: int
    next_step: str  # with the command that does it
    next_task: str = ""  # the same without the command
    next_page: str = ""  # the page of the app where it is done
    stopping: StoppingReport | None = None  # what the stopping rules say of title and abstract; advice only
    known: Recall | None = None  # which studies known to be relevant the strings found, if there is a list

    def as_dict(self) -> dict[str, object]:
        known = self.known.as_dict() if self.known else None
        return {**asdict(self), "known": known, "stopping": self.stopping.as_dict() if self.stopping else None}


@rights.needs(Right.READ)
def status(project: Project) -> ReviewStatus:
    """Everything a dashboard shows, computed from the facts."""
    found = works(project)
    rules = protocol.status(project)
    in_force = protocol.in_force(project)
    studies = chart.studies(project)
    counts = flow.counts(project, since="")
    parts = ReviewStatus(
        name=project.name,
        title=in_force.title,
        frozen=rules.frozen,
        amendments=max(0, len(rules.history) - 1),
        sources={found.labels[s]: n for s, n in Counter(found.sources.values()).items()},
        records=len(found.work_of),
        works=len(found.members),
        duplicate_groups=len(groups(project)),
        unsure_pairs=len(unsure(project)),
        title_abstract=stage_status(project, Stage.TITLE_ABSTRACT),
        full_text=stage_status(project, Stage.FULL_TEXT),
        not_retrieved=counts.dbr_notretrieved_reports + counts.other_notretrieved_reports,
        included=len(studies),
        charted=sum(bool(study.answers) for study in studies),
        fields=len(in_force.form.fields),
        next_step="",
        known=known.recall(project),
        stopping=stopping.report(project),
    )
    return _with_next_step(project, parts)


@rights.needs(Right.READ)
def stage_status(project: Project, stage: Stage) -> StageStatus:
    outcomes = screen.outcomes(project, stage)
    where = Counter(o.standing for o in outcomes.values())
    people: Counter[str] = Counter()
    # How many each person has judged is no secret. At full text a record's being there at all can be one.
    counted = standing.unveiled(project, stage) if stage is Stage.TITLE_ABSTRACT else outcomes
    for o in counted.values():
        for d in o.decisions:
            people[d.reviewer] += d.role is Role.REVIEWER
    return StageStatus(
        total=len(outcomes),
        unscreened=where[Standing.UNSCREENED],
        partial=where[Standing.PARTIAL],
        conflict=where[Standing.CONFLICT],
        included=where[Standing.INCLUDED],
        excluded=where[Standing.EXCLUDED],
        by_person={name: count for name, count in sorted(people.items()) if count},
    )


def _with_next_step(project: Project, s: ReviewStatus) -> ReviewStatus:
    first, second = s.title_abstract, s.full_text
    # A full text on which people disagree may at the same time be said to be missing: it is one or the other here.
    missing = min(second.unscreened + second.partial, second.total - second.settled - s.not_retrieved)
    left = {Stage.TITLE_ABSTRACT: first.unscreened + first.partial, Stage.FULL_TEXT: max(0, missing)}
    who = project.seat.name if project.seat and rights.may(project, Right.REVIEW) else ""
    mine = {stage: waiting_for(project, who, stage) if n and who else n for stage, n in left.items()}
    to_screen, to_assess = mine.values()
    yours = " waiting for you" if who else " to go"
    # Whoever only settles need not wait for those who screen.
    settles = rights.may(project, Right.ADJUDICATE) and not rights.may(project, Right.REVIEW)
    steps = (
        (
            not s.frozen,
            "Check the protocol and freeze it",
            "`review protocol check`, `review protocol freeze`",
            "overview",
        ),
        (not s.records, "Import the export files of your searches", "`review import FILE…`", "import"),
        (
            needs_dedup(project),
            "Look for duplicates, because records were added or put right",
            "`review dedup`",
            "duplicates",
        ),
        (
            bool(to_screen) and not (settles and first.conflict),
            f"Screen titles and abstracts, {counted(to_screen, 'work')}{yours}",
            "`review app`, page Screen",
            "screen",
        ),
        (
            bool(first.conflict),
            f"Settle {counted(first.conflict, 'conflict')} at title and abstract",
            "`review app`, page Conflicts",
            "conflicts",
        ),
        (
            bool(to_assess) and not (settles and second.conflict),
            f"Assess {counted(to_assess, 'full text')}",
            "`review app`, page Full text",
            "full-text",
        ),
        (
            bool(second.conflict),
            f"Settle {counted(second.conflict, 'conflict')} at full text",
            "`review app`, page Conflicts",
            "conflicts",
        ),
        (
            s.charted < s.included,
            f"Chart {s.included - s.charted} of {counted(s.included, 'included study', 'included studies')}",
            "`review app`, page Chart",
            "chart",
        ),
        (
            any(left.values()),
            f"Nothing waits for you; others still have {counted(sum(left.values()), 'work')} to judge",
            "`review status`",
            "overview",
        ),
        (True, "Write the paper", "`review paper new paper --type review`, `review paper build paper`", "manuscript"),
    )
    task, command, page = next(step for applies, *step in steps if applies)
    return replace(s, next_task=f"{task}.", next_page=page, next_step=f"{task}: {command}.")


@rights.needs(Right.READ)
def waiting_for(project: Project, who: str, stage: Stage) -> int:
    """How many works wait for this person's decision; a full text that cannot be had waits for nobody."""
    if not rights.may(project, Right.REVIEW):
        return 0
    left = screen.waiting(project, who, stage)
    if stage is Stage.TITLE_ABSTRACT:
        return len(left)
    reports = fulltext.standings(project)
    return sum(reports[work].retrieval != "not_retrieved" for work in left)


@rights.needs(Right.READ)
def needs_dedup(project: Project) -> bool:
    """True if records arrived after the newest deduplication, or something that tells works apart was put right."""
    run = duplicates.latest_run(project.store)
    if run is None or run[1] != records.count(project.store):
        return True
    looked = duplicates.latest_moment(project.store)
    return any(one.at > looked and one.field in _TELLING for one in corrections.read(project.store))


@rights.internal
def agreement_pairs(project: Project, stage: Stage) -> list[tuple[str, str, str, str]]:
    """(work, reviewer pair joined by " – ", verdict of the first, verdict of the second) for every two people who judged
    a work that is at this stage now.
    """
    pairs = []
    for work, found in screen.outcomes(project, stage).items():
        if project.seat is not None and found.standing is Standing.PARTIAL:
            continue  # these decisions are still open
        standing = sorted((d for d in found.decisions if d.role is Role.REVIEWER), key=lambda d: d.reviewer)
        for a, b in combinations(standing, 2):
            pairs.append((work, f"{a.reviewer} – {b.reviewer}", _forward(a), _forward(b)))
    return pairs


def _forward(decision: Decision) -> str:
    return "include" if decision.verdict is not None and decision.verdict.goes_forward else "exclude"

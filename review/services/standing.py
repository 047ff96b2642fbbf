"""Where every work stands at a stage, computed from the decisions, as the person who asks may know it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from review.domain.report import counting_versions, standing_links
from review.domain.screening import Decision, Outcome, Role, Stage, Standing, outcome
from review.domain.team import Right
from review.services import dealing, protocol, rights, works
from review.services.project import Project
from review.storage import decisions, report_links, stamps

Outcomes = Mapping[str, Outcome]  # by work


@rights.internal
def outcomes(project: Project, stage: Stage) -> Outcomes:
    """Where every work stands at a stage. At full text only works that came that far are listed.

    Of a work that is `hidden` from the person who asks it says only whether anybody has judged it.
    """
    return _veiled(unveiled(project, stage), stage, hidden(project))


@rights.internal
def hidden(project: Project) -> frozenset[str]:
    """The works of a running pilot round that the person who asks has still to judge.

    Everybody judges those, so that they stay open to a person also when as many others as the protocol asks for have
    judged them.
    """
    if project.seat is None or Right.REVIEW not in rights.of(project):
        return frozenset()
    pilot = dealing.pilot_round(project)
    if pilot.over:
        return frozenset()
    found, name = unveiled(project, Stage.TITLE_ABSTRACT), project.seat.name
    own = {w for w in pilot.works if any(d.reviewer == name and d.role is Role.REVIEWER for d in found[w].decisions)}
    return frozenset(work for work in pilot.works if work not in own)


def _veiled(found: Outcomes, stage: Stage, hide: frozenset[str]) -> Outcomes:
    if not hide:
        return found
    if stage is Stage.FULL_TEXT:
        return {work: one for work, one in found.items() if work not in hide}
    return {**found, **{work: veiled(found[work]) for work in hide}}


def veiled(found: Outcome) -> Outcome:
    """What somebody may know of a work that is hidden from them: whether anybody has judged it."""
    return Outcome(
        record_id=found.record_id,
        stage=found.stage,
        standing=Standing.PARTIAL if found.decisions else Standing.UNSCREENED,
    )


@rights.internal
def unveiled(project: Project, stage: Stage) -> Outcomes:
    """Where every work stands, whoever asks. Never for the eyes of a person.

    New decisions change the outcomes of their own works alone: the others are kept from the time before.
    """
    above = decisions.latest(project.store, Stage.TITLE_ABSTRACT) if stage is Stage.FULL_TEXT else 0
    held = project.cached(f"outcomes {stage}", (above, *stamp(project)), _Kept)
    newest = decisions.latest(project.store, stage)
    last, known = held.answer
    if known is None or newest != last:
        known = _brought_up(project, stage, last, known)
        held.answer = (newest, known)
    return known


@rights.internal
def stamp(project: Project) -> tuple[int, ...]:
    """Changes whenever anything but a decision may have changed where works stand."""
    now = stamps.read(project.store)
    return (*now, 0 if now.protocol >= 0 else project.protocol_path.stat().st_mtime_ns)


@dataclass(slots=True)
class _Kept:
    """The outcomes as they were after the decision of that number; replaced as a whole, never changed."""

    answer: tuple[int, Outcomes | None] = (-1, None)


_FEW = 2_000  # works whose decisions are read by themselves; for more, all are


def _brought_up(project: Project, stage: Stage, last: int, known: Outcomes | None) -> Outcomes:
    found = works.works(project)
    needed = protocol.in_force(project).screening.reviewers_per_record
    fresh = decisions.read(project.store, stage=stage, after=last)
    touched = {found.work_of[decision.record_id] for decision in fresh}
    if known is not None and len(touched) <= _FEW:
        records_of = [record for work in touched for record in found.members[work]]
        said = _by_work(decisions.read(project.store, stage=stage, of=records_of), found)
        changed = {work: outcome(work, stage, said[work], reviewers_needed=needed) for work in touched if work in known}
        return {**known, **changed}
    said = _by_work(fresh if known is None else decisions.read(project.store, stage=stage), found)
    nothing = Standing.UNSCREENED
    return {
        work: outcome(work, stage, said[work], reviewers_needed=needed)
        if work in said
        else Outcome(record_id=work, stage=stage, standing=nothing)
        for work in _eligible(project, stage)
    }


def _by_work(found: Sequence[Decision], known: works.Works) -> dict[str, list[Decision]]:
    of_work: dict[str, list[Decision]] = defaultdict(list)
    for decision in found:
        of_work[known.work_of[decision.record_id]].append(decision)
    return of_work


def _eligible(project: Project, stage: Stage) -> list[str]:
    found = works.works(project)
    if stage is Stage.TITLE_ABSTRACT:
        return [work for work in found.members if found.from_databases(work)]
    versions = counting(project)
    return [work for work in _come_to_full_text(project) if work not in versions]


def _come_to_full_text(project: Project) -> list[str]:
    found = works.works(project)
    passed = unveiled(project, Stage.TITLE_ABSTRACT)
    included = {work for work, one in passed.items() if one.standing is Standing.INCLUDED}
    come = included | found.other_only  # asked of the few once, not of every one of many works
    return [work for work in found.members if work in come]


@rights.internal
def counting(project: Project) -> Mapping[str, str]:
    """By each work at full text that is only another version of a report, the version that counts for it."""
    if not stamps.read(project.store).link:
        return {}

    def compute() -> Mapping[str, str]:
        links = standing_links(report_links.read(project.store), works.works(project).work_of)
        return counting_versions(links, _come_to_full_text(project))

    return project.cached(
        "counting versions", (*stamp(project), decisions.latest(project.store, Stage.TITLE_ABSTRACT)), compute
    )

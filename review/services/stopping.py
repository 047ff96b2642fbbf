"""Advice on when title-and-abstract screening may stop: what each rule says now, what it assumes, and words for the paper.

It is advice. Nothing here ends a screening or takes a record out of a queue.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from review.domain.screening import Stage, Standing
from review.domain.team import Right
from review.ranking.habits import IN_A_ROW, irrelevant_in_a_row, knee, knee_bound, safe
from review.ranking.stopping import (
    HELD_ALPHA,
    HELD_SHARE,
    ODDS,
    PLAIN_ALPHA,
    PLAIN_SHORT,
    TARGET_RECALL,
    StoppingAdvice,
    held,
    hypergeometric,
)
from review.services import rights, screen, standing
from review.services.project import Project
from review.services.works import works
from review.storage import decisions, samples

HELD_KEPT = (
    "In 264 replays of 22 labelled reviews, three of four with half of their records on one side left out or other ones known "
    "at first, it found 95 % in 98 of 100 and 92 % at the least."
)
_HELD_FOR = f"{100 * HELD_SHARE:.0f} %"
_SMALLEST = 0.001  # chance that is told as a number
_LEAST = 10  # works judged before any rule is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What one rule says. `stop` is None where it cannot know; `said` is its uncertainty now, `assumes` what it rests on."""

    rule: str
    name: str
    stop: bool | None
    said: str
    assumes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingReport:
    """The rules, our own first, for one person's works or (`reviewer` empty) for all settled ones."""

    reviewer: str
    screened: int
    found: int
    total: int
    advice: tuple[Advice, ...]
    sentence: str

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    @property
    def line(self) -> str:
        """One line for a status."""
        own = self.advice[0]
        may = "may stop" if own.stop else "go on"
        return f"{may}: {own.said} ({self.screened:,} of {self.total:,} screened, {self.found:,} relevant)"


@rights.needs(Right.READ, whose="reviewer")
def report(project: Project, reviewer: str = "") -> StoppingReport | None:
    """What the rules say; None before ten works are judged or when none is left.

    While works wait for a person who screens, it rests on this person's own decisions: a count of all could give a
    colleague's verdict away.
    """
    own = bool(reviewer) and (project.seat is None or Right.REVIEW in rights.of(project))
    if own:
        waiting = len(screen.waiting(project, reviewer, Stage.TITLE_ABSTRACT))
        if waiting:
            mine = screen.my_decisions(project, reviewer, Stage.TITLE_ABSTRACT)
            judged = {w: (d.number, bool(d.verdict and d.verdict.goes_forward)) for w, d in mine.items()}
            return _report(project, judged, len(judged) + waiting, reviewer)
    newest = decisions.latest(project.store, Stage.TITLE_ABSTRACT)
    stamp = (*standing.stamp(project), newest, standing.hidden(project))
    return project.cached(f"stopping {project.who}", stamp, lambda: _common(project))


def _common(project: Project) -> StoppingReport | None:
    found = standing.outcomes(project, Stage.TITLE_ABSTRACT)
    judged = {
        work: (min((d.number for d in one.decisions), default=0), one.standing is Standing.INCLUDED)
        for work, one in found.items()
        if one.standing.settled
    }
    return _report(project, judged, len(found), "")


def _report(project: Project, judged: dict[str, tuple[int, bool]], total: int, reviewer: str) -> StoppingReport | None:
    """From the works judged, each with the number of its decision and whether it is relevant."""
    if len(judged) < _LEAST or len(judged) >= total:
        return None
    drawn = _drawn(project)  # they were not ranked, so they count as known before the ranked reading began
    order = sorted(judged, key=lambda work: (work not in drawn, judged[work][0]))
    seen = [judged[work][1] for work in order]
    ours = held(seen, total)
    if not any(seen):  # it counts on an order that was learned from relevant records, and there was none to learn from
        ours = replace(ours, stop=False)
    return StoppingReport(
        reviewer=reviewer,
        screened=len(seen),
        found=sum(seen),
        total=total,
        advice=(_ours(ours), _test(hypergeometric(seen, total)), *_habits(seen, total)),
        sentence=_sentence(ours, total),
    )


def _drawn(project: Project) -> frozenset[str]:
    sample = samples.latest(project.store)
    work_of = works(project).work_of
    return frozenset(work_of[record] for record in sample.records if record in work_of) if sample else frozenset()


def _ours(found: StoppingAdvice) -> Advice:
    goal = f"{100 * found.target:.0f} %"
    lower = f"{100 * (found.target - PLAIN_SHORT):.0f} %"
    said = (
        "nothing relevant was found yet, so that the order rests on the protocol's words alone, and how readily relevant "
        "records come up is not known"
        if not found.found
        else f"the chance of seeing so little, had fewer than {goal} been found, is {_at_most(found.p)} all through "
        f"the last {_HELD_FOR} of the records; below {HELD_ALPHA} is asked for. Had fewer than {lower} been found and were "
        f"the ranking of no help with the rest, it is {_chance(found.plain_p)}; below {PLAIN_ALPHA} is asked for"
        if found.stop
        else f"{goal} found is not shown yet (p = {_chance(found.p)}; it must stay below {HELD_ALPHA} for {_HELD_FOR} of "
        "all records)"
        if found.p >= HELD_ALPHA
        else f"{goal} found is likely, but {lower} is not shown yet for the case that the ranking is of no help with the "
        f"rest (p = {_chance(found.plain_p)}; it must stay below {PLAIN_ALPHA} for {_HELD_FOR} of all records)"
    )
    return Advice(
        rule="held",
        name="Ranked test that has held",
        stop=found.stop,
        said=said,
        assumes=f"A relevant record comes up at least {ODDS:.0f} times as readily as an irrelevant one; {lower} are asked "
        f"for without that, as if the ranking were no better than chance. {HELD_KEPT}",
    )


def _test(found: StoppingAdvice) -> Advice:
    return Advice(
        rule="hypergeometric",
        name="Hypergeometric test (Callaghan & Müller-Hansen 2020)",
        stop=found.stop,
        said=f"p = {_chance(found.p)}; below {found.alpha} is asked for",
        assumes="The ranking is no worse than chance. It asks for more reading: on average four fifths of the records.",
    )


def _habits(seen: list[bool], total: int) -> tuple[Advice, ...]:
    row, slope, bound = irrelevant_in_a_row(seen), knee(seen), knee_bound(sum(seen))
    steps = safe(seen, total)
    done = "; ".join(
        f"{name}: {'yes' if state else 'ask yourself' if state is None else 'no'}"
        for name, state in (
            ("key papers found", steps.key_papers_found),
            ("twice the expected number read", steps.twice_the_expected),
            ("a tenth of all read", steps.tenth_of_all),
            (f"{IN_A_ROW} irrelevant in a row", steps.in_a_row),
        )
    )
    return (
        Advice(
            rule="knee",
            name="Knee (Cormack & Grossman 2016)",
            stop=slope >= bound,
            said=f"the curve was {slope:.1f} times as steep before its bend; {bound:.0f} is asked for",
            assumes="A habit without a bound on what it misses.",
        ),
        Advice(
            rule="in-a-row",
            name="Irrelevant records in a row",
            stop=None,
            said=f"{row:,} at the end",
            assumes="A habit: 100 in a row missed more than 5 % of the relevant records in four replays of ten.",
        ),
        Advice(
            rule="budget",
            name="Budget",
            stop=None,
            said=f"{len(seen):,} of {total:,} read ({100 * len(seen) / total:.0f} %)",
            assumes="A habit: a share fixed beforehand says nothing of what is left.",
        ),
        Advice(
            rule="safe",
            name="SAFE (Boetje & van de Schoot 2024)",
            stop=steps.stop,
            said=done,
            assumes="A procedure: all four must hold, then the rest is checked by another model.",
        ),
    )


def _sentence(found: StoppingAdvice, total: int) -> str:
    """For the Methods, as things stand now."""
    done = (
        f"Titles and abstracts were screened in an order prioritised by machine learning; {found.screened:,} of {total:,} "
        f"records were screened and {found.found:,} {'was' if found.found == 1 else 'were'} relevant. "
    )
    rule = (
        f"Screening was to stop once a one-sided test of recall below {100 * TARGET_RECALL:.0f}% had stayed below "
        f"p = {HELD_ALPHA} over the last {100 * HELD_SHARE:.0f}% of the records, under the assumption that a relevant "
        f"record is shown at least {ODDS:.0f} times as readily as an irrelevant one, and a test of recall below "
        f"{100 * (TARGET_RECALL - PLAIN_SHORT):.0f}% that takes the order to be no better than chance below p = {PLAIN_ALPHA}"
    )
    return (
        done
        + rule
        + (
            f"; this was reached ({_as_p(found.p)} and {_as_p(found.plain_p)})."
            if found.stop
            else "; this was not reached."
        )
    )


def _as_p(p: float) -> str:
    return f"p < {_SMALLEST}" if p < _SMALLEST else f"p = {p:.3f}"


def _at_most(p: float) -> str:
    return _chance(p) if p < _SMALLEST else f"at most {_chance(p)}"


def _chance(p: float) -> str:
    return f"less than {_SMALLEST}" if p < _SMALLEST else f"{p:.3f}"

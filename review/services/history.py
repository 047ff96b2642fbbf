"""Every change of a decision: what was said, taken back and said anew, and which of it stands.

Anybody reads their own; another's is read once its work is no longer open to whoever asks (`blinding`).
"""

from __future__ import annotations

from dataclasses import dataclass

from review.domain.errors import Missing
from review.domain.screening import Decision, Stage, Verdict
from review.domain.team import Right
from review.services import blinding, rights, screen, works
from review.services.project import Project
from review.storage import decisions, records
from review.storage.records import Condition

TAKEN_BACK = "taken back"
SAID = (*map(str, Verdict), TAKEN_BACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing somebody said of a work, by its shown record; `stands` while nothing later has replaced it."""

    work: str
    decision: Decision
    stands: bool

    @property
    def said(self) -> str:
        return TAKEN_BACK if self.decision.verdict is None else str(self.decision.verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which changes: empty parts ask for all. `words` are of titles or record ids; `said` is one of SAID."""

    of: str = ""  # a person
    record: str = ""
    stage: Stage | None = None
    said: str = ""
    words: str = ""
    standing: bool = False  # only what stands


@rights.needs(Right.AUDIT, whose="person")
def changes(project: Project, person: str, asked: Asked | None = None) -> list[Change]:
    """The changes this person may read, the newest first."""
    wanted = asked or Asked()
    known = works.works(project)
    copies = None
    if wanted.record:
        work = known.work_of.get(wanted.record)
        if work is None:
            raise Missing("record", wanted.record, list(known.work_of)[:2_000])
        copies = known.members[work]
    found = decisions.read(project.store, stage=wanted.stage, reviewer=wanted.of or None, of=copies)
    if any(d.reviewer != person for d in found):
        may_read = blinding.reader(project)
        found = [d for d in found if d.reviewer == person or may_read(d)]
    standing = {d.number for stage in Stage for o in screen.outcomes(project, stage).values() for d in o.decisions}
    fitting = _with_words(project, wanted.words)
    listed = (Change(work=known.work_of[d.record_id], decision=d, stands=d.number in standing) for d in reversed(found))
    return [
        change
        for change in listed
        if wanted.said in ("", change.said)
        and (change.stands or not wanted.standing)
        and (fitting is None or change.work in fitting)
    ]


def _with_words(project: Project, words: str) -> set[str] | None:
    """The works one of whose records has all these words in its title, or the id; None if no words were asked for."""
    asked = words.split()
    if not asked:
        return None
    known = works.works(project)
    hits = records.find(project.store, [Condition(field="title", text=word) for word in asked])
    return {known.work_of[record] for record in (*hits, *(word for word in asked if word in known.work_of))}

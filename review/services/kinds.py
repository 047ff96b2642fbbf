"""What kind each source is, which decides its box in the flow diagram; a kind given wrongly is put right by a later fact."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from review.domain.errors import Missing, ReviewError
from review.domain.record import SourceKind
from review.domain.team import Right
from review.services import rights
from review.services.project import Project
from review.services.works import works
from review.storage import records


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source as the flow diagram counts it."""

    name: str
    label: str
    kind: SourceKind
    records: int
    runs: int

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


@rights.needs(Right.READ)
def sources(project: Project) -> list[SourceState]:
    """Every source that was searched or imported, in order of arrival."""
    found = works(project)
    held = list(found.sources.values())
    runs = [run.source for run in records.runs(project.store)]
    return [
        SourceState(name=name, label=found.labels[name], kind=kind, records=held.count(name), runs=runs.count(name))
        for name, kind in found.kinds.items()
    ]


@rights.needs(Right.GOVERN, whose="who")
def correct(project: Project, name: str, *, kind: SourceKind, reason: str, who: str = "") -> SourceState:
    """Say what kind a source really is, and why; its records move to that box, and every decision stays."""
    known = {source.name: source for source in sources(project)}
    if name not in known:
        raise Missing("source", name, known)
    if not reason.strip():
        raise ReviewError("A correction needs a reason.", hint='Say why with --reason "…".')
    if known[name].kind is kind:
        raise ReviewError(f"{known[name].label} is a {kind} already.", hint="Nothing was changed.")
    with project.store.writing() as connection:
        records.correct_kind(connection, source=name, kind=str(kind), reason=reason.strip(), who=who)
    return next(source for source in sources(project) if source.name == name)

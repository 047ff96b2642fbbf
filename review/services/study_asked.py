"""What somebody asks of many replays: which sets, seeds, rankers and known records; a project's own decisions as a set."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from review.domain.errors import BadInput, ReviewError
from review.domain.screening import Stage, Standing
from review.ranking.features import Text
from review.services import labelled_set, protocol, rankers, replay, rights, sheets, standing
from review.services import study as _study
from review.services.project import CONFIG, Progress, Project, open_project, silent
from review.services.rankers import DEFAULT_RANKER
from review.services.study import Labelled, Run
from review.storage import records

Priors = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`prior_ids` are known whatever the seed; `priors` by set and seed; `draw_priors` draws two by the seed."""

    data: Sequence[Path]
    prior_ids: Sequence[str] = ()
    protocol: Path | None = None
    seeds: Sequence[int] = (0,)
    rankers: Sequence[str] = ()
    model: Path | None = None
    each: bool = False
    draw_priors: bool = False
    priors: Path | None = None
    titles: Path | None = None
    jobs: int = 1
    scheduler: str = ""
    out: Path | None = None

    @property
    def is_study(self) -> bool:
        """True if more than the order and the figures of one replay is asked for."""
        several = len(self.seeds) > 1 or len(self.rankers) > 1 or self.each
        other = self.draw_priors or self.priors or self.titles or self.out or self.scheduler
        return several or bool(other) or any(is_project(path) for path in self.data)

    @property
    def single(self) -> replay.Question:
        return replay.Question(
            data=self.data,
            priors=self.prior_ids,
            protocol=self.protocol,
            seed=self.seeds[0],
            ranker=self.rankers[0] if self.rankers else DEFAULT_RANKER,
            model=self.model,
        )


def is_project(path: Path) -> bool:
    """True for the folder of a project."""
    return (path / CONFIG).is_file()


def study(asked: Asked, *, progress: Progress = silent) -> tuple[list[Run], list[str]]:
    """All replays asked for, and what should be said of the sets they rest on."""
    chosen = tuple(dict.fromkeys(asked.rankers)) or (DEFAULT_RANKER,)
    rankers.check(chosen, asked.model)
    sets, notes = _sets(asked)
    _room(asked.out)
    listed = _json(asked.priors) if asked.priors else {}

    def known(data: Labelled, seed: int) -> Sequence[str]:
        if asked.priors:
            found: Sequence[str] = _listed(asked.priors, listed, data.name, seed)
        else:
            found = _study.drawn_priors(data, seed) if asked.draw_priors else asked.prior_ids
        replay.check_priors(found, data)
        return found

    todo = [replace(task, model=asked.model) for task in _study.tasks(sets, chosen, known, asked.seeds)]
    return _study.run(todo, jobs=asked.jobs, scheduler=asked.scheduler, progress=progress), notes


def _room(out: Path | None) -> None:
    """Make the folder for the answers before hours are spent on them."""
    try:
        if out is not None:
            (out / "orders").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            out, f"this folder cannot be made ({error.strerror}).", hint="Name another with --out."
        ) from error


def _listed(path: Path, listed: Priors, name: str, seed: int) -> list[str]:
    of_set = listed.get(name)
    known = of_set.get(str(seed)) if isinstance(of_set, dict) else None
    if not isinstance(known, list):
        raise BadInput(
            path,
            f"it names no known records for the set {name!r} and the seed {seed}.",
            hint=f'Add them as a list: {{"{name}": {{"{seed}": ["17", "204"]}}}}.',
        )
    return list(dict.fromkeys(str(record) for record in known))


def _title(path: Path, titles: Mapping[str, Any], name: str) -> str:
    """The words of one set, empty where the file does not name it."""
    said = titles.get(name, {"title": ""})
    title = said.get("title") if isinstance(said, dict) else None
    if not isinstance(title, str):
        raise BadInput(path, f"what it says of the set {name!r} is no title.", hint='Write {"title": "…"}.')
    return title


def _sets(asked: Asked) -> tuple[list[Labelled], list[str]]:
    words = replay.own_words(asked.protocol) if asked.protocol else ""
    titles = _json(asked.titles) if asked.titles else {}
    folders = [path for path in asked.data if is_project(path)]
    files = [path for path in asked.data if path not in folders]
    found, notes = [], []
    for folder in folders:
        data, note = _of_project(folder)
        found.append(data)
        notes += [note] if note else []
    groups = [[path] for path in files] if asked.each else [files] if files else []
    for group in groups:
        data = labelled_set.read(group, words=words)
        own = _title(asked.titles, titles, data.name) if asked.titles else words
        if asked.titles and not own:
            notes.append(f"{asked.titles.name} has no title for the set {data.name}, which is replayed without one.")
        found.append(Labelled(name=data.name, texts=data.texts, labels=data.labels, words=own))
    names = [one.name for one in found]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise ReviewError(f"Two sets are called {twice}.", hint="Rename one of the files, or leave --each out.")
    return found, notes


def _json(path: Path) -> Any:
    try:
        found = json.loads(sheets.read_bytes(path))
    except ValueError as error:
        raise BadInput(
            path, f"this is not JSON ({error}).", hint="Check brackets, commas and quotation marks."
        ) from error
    if not isinstance(found, dict):
        raise BadInput(path, "it is not an object with a name per set.", hint='Write {"name of the set": …}.')
    return found


def _of_project(folder: Path) -> tuple[Labelled, str]:
    project = open_project(folder)
    try:
        return own_decisions(project)
    finally:
        project.close()


@rights.internal
def own_decisions(project: Project) -> tuple[Labelled, str]:
    """The works settled at title and abstract with what was decided there, and a sentence on those that are not."""
    settled = {
        work: float(one.standing is Standing.INCLUDED)
        for work, one in standing.unveiled(project, Stage.TITLE_ABSTRACT).items()
        if one.standing.settled
    }
    if len(set(settled.values())) < 2:
        raise ReviewError(
            f"{project.name} has no settled works of both kinds, included and excluded at title and abstract.",
            hint="A screening can be replayed once some works of each kind are settled.",
        )
    shown = records.by_id(project.store, list(settled))
    texts = [
        Text(record_id=work, title=one.title, abstract=one.abstract, keywords=one.keywords)
        for work, one in sorted(shown.items())
    ]
    left = len(standing.unveiled(project, Stage.TITLE_ABSTRACT)) - len(settled)
    works = f"{left:,} work of {project.name} is" if left == 1 else f"{left:,} works of {project.name} are"
    note = f"{works} not settled yet and left out of the replay." if left else ""
    data = Labelled(name=project.name, texts=texts, labels=settled, words=protocol.in_force(project).own_words)
    return data, note

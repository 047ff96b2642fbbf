"""Which ranking is used: one by name, with the folder of its model if it needs one; and the one a project has chosen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from review import plugins
from review.domain.errors import BadInput, ReviewError
from review.ranking.model import Ranker
from review.services import rights
from review.services.project import CONFIG, Project
from review.services.project import settings as read_settings

DEFAULT_RANKER = "tfidf"
GROUP = "review.rankers"
KEPT = "embeddings.npz"  # beside the database: what a model made of each text


def named(name: str, folder: Path | None = None, *, keep: Path | None = None) -> Ranker:
    """The ranker of this name, with the model in `folder` if it takes one."""
    found: Ranker = plugins.load(GROUP, name)
    if found.with_folder is None:
        return found
    if folder is None:
        raise ReviewError(
            f"The ranking {name!r} needs a model, and none is named.", hint="Name the folder it lies in: --model DIR."
        )
    return found.with_folder(folder, keep)


def check(names: Sequence[str], folder: Path | None) -> None:
    """Refuse a ranker that is not there, one without the model it needs, and a model that nobody asked for."""
    used = [plugins.load(GROUP, name).with_folder is not None for name in names]
    for name in names:
        named(name, folder)
    if folder is not None and not any(used):
        raise ReviewError(
            f"No ranking was asked for that takes a model; {folder} would not be used.",
            hint="Add --ranker embeddings, or leave --model out.",
        )


@rights.internal
def settings(project: Project) -> tuple[str, str]:
    """(the name of the project's ranking, the folder of its model or nothing), as review.toml has them under [ranking]."""
    part = read_settings(project.root).get("ranking", {})
    if not isinstance(part, dict) or not all(isinstance(value, str) for value in part.values()):
        raise BadInput(
            project.root / CONFIG,
            "what stands under [ranking] is not understood.",
            hint='Write ranker = "tfidf", or leave it out.',
        )
    return part.get("ranker", DEFAULT_RANKER), part.get("model", "")


@rights.internal
def of_project(project: Project) -> Ranker:
    """The ranking the project has chosen; a model's folder is named from the project's own."""
    name, model = settings(project)
    if plugins.load(GROUP, name).with_folder is not None and not model:
        raise BadInput(
            project.root / CONFIG,
            f"the ranking {name!r} needs a model, and none is named.",
            hint='Name its folder below [ranking]: model = "models/minilm".',
        )
    return named(name, project.root / model if model else None, keep=project.root / KEPT)

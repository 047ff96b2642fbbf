"""Which ranking is used: one by name, with the folder of its model if it needs one; and the one a project has chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
from scipy.sparse import csr_matrix

from review import plugins
from review.domain.errors import BadInput, ReviewError
from review.domain.naming import counted
from review.ranking.features import Corpus, Text
from review.ranking.model import Fitted, Labels, Ranker
from review.services import rights
from review.services.project import CONFIG, Project
from review.services.project import settings as read_settings

DEFAULT_RANKER = "tfidf"
GROUP = "review.rankers"
KEPT = "embeddings.npz"  # beside the database: what a model made of each text


def named(name: str, folder: Path | None = None, *, keep: Path | None = None) -> Ranker:
    """The ranker of this name, with the model in `folder` if it takes one."""
    found = _installed(name)
    if found.with_folder is None:
        return found
    if folder is None:
        raise ReviewError(
            f"The ranking {name!r} needs a model, and none is named.", hint="Name the folder it lies in: --model DIR."
        )
    return found.with_folder(folder, keep)


def _installed(name: str) -> Ranker:
    found = plugins.load(GROUP, name)
    if not isinstance(found, Ranker):
        raise _faulty(name, f"is no ranking but {type(found).__name__}")
    return found if plugins.owner(GROUP, name) == plugins.PACKAGE else _guarded(found, name)


def _guarded(found: Ranker, name: str) -> Ranker:
    """Another maker's ranking, whose faults are told by its name: no record is left out, and every score is a number."""

    def build(texts: Iterable[Text]) -> Corpus:
        given = list(texts)
        with _blamed(name):
            corpus = found.build(given)
            missing = {text.record_id for text in given} - set(corpus.ids)
        if missing:
            raise _faulty(name, f"left out {counted(len(missing), 'record')} of {len(given):,}")
        return corpus

    def fit(corpus: Corpus, labels: Labels, seed: int) -> Fitted:
        with _blamed(name):
            model = found.fit(corpus, labels, seed)
            scores = np.asarray(model.scores(corpus), dtype=float)
        if scores.shape != (len(corpus),):
            raise _faulty(name, f"gave {scores.size:,} scores for {counted(len(corpus), 'record')}")
        if not np.isfinite(scores).all():
            raise _faulty(name, f"gave {counted(int((~np.isfinite(scores)).sum()), 'score')} that are no numbers")
        return model

    def read(corpus: Corpus, text: str) -> csr_matrix:
        with _blamed(name):
            return found.read(corpus, text)

    def with_folder(folder: Path, keep: Path | None) -> Ranker:
        with _blamed(name):
            return _guarded(cast("Callable[..., Ranker]", found.with_folder)(folder, keep), name)

    return replace(
        found, build=build, fit=fit, read=read, with_folder=with_folder if found.with_folder is not None else None
    )


@contextmanager
def _blamed(name: str) -> Iterator[None]:
    try:
        yield
    except ReviewError:
        raise
    except Exception as error:
        raise _faulty(name, f"failed: {plugins.told(error)}") from error


def _faulty(name: str, what: str) -> ReviewError:
    of = plugins.owner(GROUP, name)
    return ReviewError(
        f"The ranking {name} of plug-in {of} {what}.",
        hint=f'Tell the makers of {of}; until they have mended it, use --ranker {DEFAULT_RANKER}, or ranker = "{DEFAULT_RANKER}" in {CONFIG}.',
    )


def check(names: Sequence[str], folder: Path | None) -> None:
    """Refuse a ranker that is not there, one without the model it needs, and a model that nobody asked for."""
    used = [_installed(name).with_folder is not None for name in names]
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
    if _installed(name).with_folder is not None and not model:
        raise BadInput(
            project.root / CONFIG,
            f"the ranking {name!r} needs a model, and none is named.",
            hint='Name its folder below [ranking]: model = "models/minilm".',
        )
    return named(name, project.root / model if model else None, keep=project.root / KEPT)

"""The files of full texts, as they are kept for reports: which there are, their text by page, pictures of their pages.

A file lies in the project's folder `full_texts` under its hash, never in the database. Beside it lies the text that was
read from it, which is read again if it is gone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from review.domain.errors import BadInput, Missing, ReviewError
from review.domain.team import Right
from review.formats.pdf import PdfReader, PdfText
from review.resources import write_file
from review.services import rights, standing
from review.services.project import Project
from review.services.works import works
from review.storage import full_texts as stored
from review.storage import stamps
from review.storage.full_texts import KEPT, WAITING, FileFact

FOLDER = "full_texts"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file that is kept for a report, or waits for somebody to say of which it is (`work` is then whom it came for)."""

    sha256: str
    work: str
    name: str
    size: int
    pages: int
    origin: str
    who: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Everything said of files, settled: by work the newest first, and those that wait by hash."""

    of: Mapping[str, tuple[KeptFile, ...]]
    waiting: Mapping[str, KeptFile]
    said: frozenset[str]  # every hash anything was ever said of


# Reading


@rights.needs(Right.READ)
def files(project: Project, record_id: str) -> tuple[KeptFile, ...]:
    """The files kept for a report, the newest first; none if there is none."""
    own = works(project).work_of.get(record_id, record_id)
    work = standing.counting(project).get(own, own)
    # That a full text is there would tell how a work was judged that is hidden from whoever asks.
    return () if work in standing.hidden(project) else held(project).of.get(work, ())


@rights.needs(Right.READ)
def with_files(project: Project) -> frozenset[str]:
    """The works for which a file is kept."""
    return frozenset(held(project).of) - standing.hidden(project)


@rights.needs(Right.READ)
def pages(project: Project, record_id: str, *, sha256: str = "") -> tuple[str, ...]:
    """The text of a report's file by page; () if no file is kept for it, and "" for a page without words.

    Of several files the newest is read, or the one of this hash. Raises ReviewError if it is not on this computer.
    """
    found = _chosen(project, record_id, sha256)
    return text_of(project, found).pages if found else ()


@rights.needs(Right.READ)
def pdf_bytes(project: Project, record_id: str, *, sha256: str = "") -> bytes:
    """The file itself. Raises Missing if none is kept, BadInput if it is no longer what was kept."""
    found = _chosen(project, record_id, sha256)
    if found is None:
        raise Missing("full text", record_id, sorted(with_files(project))[:12])
    data = _place(project, found).read_bytes()
    if hashlib.sha256(data).hexdigest() != found.sha256:
        raise BadInput(
            found.name, "the file on the disk is not the one that was kept.", hint="Take it away and upload it again."
        )
    return data


@rights.needs(Right.READ)
def picture(project: Project, record_id: str, page: int, *, width: int = 1_200, sha256: str = "") -> bytes:
    """A page of the file, counted from 1, as JPEG."""
    found = _chosen(project, record_id, sha256)
    if found is None:
        raise Missing("full text", record_id, sorted(with_files(project))[:12])
    with PdfReader() as reader:
        return reader.picture(_place(project, found), page, width=width, name=found.name)


def _chosen(project: Project, record_id: str, sha256: str) -> KeptFile | None:
    return next((f for f in files(project, record_id) if sha256 in ("", f.sha256)), None)


def _place(project: Project, found: KeptFile) -> Path:
    path = stored.path_of(project.root / FOLDER, found.sha256)
    if not path.is_file():
        raise ReviewError(
            f"The file {found.name} is not on this computer.",
            hint="Full texts travel with a bundle only if that was asked for: upload it again, or copy the folder "
            f"{FOLDER} into the project.",
        )
    return path


@rights.internal
def text_of(project: Project, found: KeptFile) -> PdfText:
    """The text as it was read once; read anew if that is gone."""
    beside = stored.path_of(project.root / FOLDER, found.sha256).with_suffix(".json")
    try:
        known = json.loads(beside.read_bytes())
        return PdfText(pages=tuple(known["pages"]), title=known["title"])
    except (OSError, ValueError, KeyError, TypeError):
        with PdfReader() as reader:
            return read_anew(reader, _place(project, found), found.name)


def read_anew(reader: PdfReader, path: Path, name: str) -> PdfText:
    text = reader.text(path, name=name)
    written = json.dumps({"pages": text.pages, "title": text.title}, ensure_ascii=False)
    write_file(path.with_suffix(".json"), written.encode("utf-8", "replace"))
    return text


@rights.internal
def held(project: Project) -> Held:
    """All files as they stand now."""
    counting = standing.counting(project)
    stamp = (stored.latest(project.store), stamps.read(project.store).works, tuple(counting.items()))

    def compute() -> Held:
        work_of = works(project).work_of
        return settled(stored.read(project.store), {r: counting.get(w, w) for r, w in work_of.items()})

    return project.cached("full texts", stamp, compute)


def settled(said: Iterable[FileFact], work_of: Mapping[str, str]) -> Held:
    """What stands of all that was said of files, each under the work of its record."""
    kept: dict[tuple[str, str], KeptFile] = {}
    waiting: dict[str, KeptFile] = {}
    hashes = set()
    for fact in said:
        hashes.add(fact.sha256)
        work = work_of.get(fact.record_id, fact.record_id) if fact.record_id else ""
        kept.pop((work, fact.sha256), None) if work and fact.status != WAITING else None
        waiting.pop(fact.sha256, None)
        if fact.status == KEPT:
            kept[work, fact.sha256] = _as_file(fact, work)
        elif fact.status == WAITING:
            waiting[fact.sha256] = _as_file(fact, work)
    of: dict[str, list[KeptFile]] = {}
    for found in kept.values():
        of.setdefault(found.work, []).insert(0, found)
    return Held(of={w: tuple(f) for w, f in of.items()}, waiting=waiting, said=frozenset(hashes))


def _as_file(fact: FileFact, work: str) -> KeptFile:
    return KeptFile(
        sha256=fact.sha256,
        work=work,
        name=fact.name,
        size=fact.size,
        pages=fact.pages,
        origin=fact.origin,
        who=fact.who,
        at=fact.at,
    )

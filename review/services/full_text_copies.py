"""The files of full texts taken along: into a bundle if somebody asks for them, into the copies of a review, and back."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from review.domain.errors import BadInput
from review.domain.naming import sized
from review.resources import write_pieces
from review.services import bundle_file, full_texts, rights
from review.services.bundle_file import Growing
from review.services.crate import Packed
from review.services.full_texts import FOLDER, KeptFile
from review.services.project import Progress, Project
from review.storage import full_texts as stored
from review.storage.full_texts import FileFact

TABLE = "facts/full_texts.jsonl"
_AHEAD = 2  # files in the memory that wait to be packed: the next is read and hashed while one is written
_PLACE = re.compile(rf"{FOLDER}/([0-9a-f]{{2}})/(\1[0-9a-f]{{62}})\.pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Along:
    """Where each kept file lies, and what is known of it, by its hash; `lacking` are the names of those that are not here
    as they were kept.
    """

    there: Mapping[str, Path]
    of: Mapping[str, KeptFile]
    lacking: tuple[str, ...] = ()


@rights.internal
def along(project: Project) -> Along:
    """Every file that is kept for a report or waits for one. None is read: only one of another size is known not to be it."""
    held = full_texts.held(project)
    every = [file for files in held.of.values() for file in files] + list(held.waiting.values())
    of = {file.sha256: file for file in every}
    places = {sha256: stored.path_of(project.root / FOLDER, sha256) for sha256 in of}
    there = {key: path for key, path in places.items() if path.is_file() and path.stat().st_size == of[key].size}
    return Along(there=there, of=of, lacking=tuple(sorted(of[key].name for key in of.keys() - there.keys())))


def _inside(sha256: str) -> str:
    return f"{FOLDER}/{sha256[:2]}/{sha256}.pdf"


def hash_in(name: str) -> str:
    """The hash that a file of a bundle must have to be the full text it is named as; "" for any other name."""
    found = _PLACE.fullmatch(name)
    return found[2] if found else ""


# In a bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The full texts that were packed, as the list of a bundle's files has them, and the names of those that lack."""

    files: Mapping[str, Packed]
    lacking: tuple[str, ...]


def pack(found: Along, into: Growing, progress: Progress) -> Taken:
    """Add each file that is still as it was kept; it is read once, and its hash proved before it is written."""
    whole = sum(found.of[sha256].size for sha256 in found.there)
    files: dict[str, Packed] = {}
    lacking = list(found.lacking)
    done = 0
    for sha256, data in _read_ahead(found.there):
        name, size = _inside(sha256), found.of[sha256].size
        if data is None:
            lacking.append(found.of[sha256].name)
        else:
            into.add_as_it_is(name, data)
            files[name] = Packed(sha256=sha256, size=size)
        done += size
        progress(f"Packing full texts: {sized(done)} of {sized(whole)}", done / max(whole, 1))
    return Taken(files=files, lacking=tuple(sorted(lacking)))


def _read_ahead(there: Mapping[str, Path]) -> Iterator[tuple[str, bytes | None]]:
    """The bytes of each file in order, or None for one that is not what was kept; the next are read meanwhile."""
    with ThreadPoolExecutor(1) as reader:
        coming: deque[tuple[str, Future[bytes | None]]] = deque()
        for sha256, path in there.items():
            coming.append((sha256, reader.submit(_as_kept, path, sha256)))
            if len(coming) > _AHEAD:
                yield _next(coming)
        while coming:
            yield _next(coming)


def _next(coming: deque[tuple[str, Future[bytes | None]]]) -> tuple[str, bytes | None]:
    sha256, data = coming.popleft()
    return sha256, data.result()


def _as_kept(path: Path, sha256: str) -> bytes | None:
    try:
        data = path.read_bytes()
    except OSError:  # it went meanwhile, or the disk does not give it back
        return None
    return data if hashlib.sha256(data).hexdigest() == sha256 else None


def unpack(archive: zipfile.ZipFile, names: set[str], folder: Path) -> None:
    """Put a bundle's full texts where a project has them. Raises BadInput for one that is not what its name says."""
    for name in sorted(names):
        if sha256 := hash_in(name):
            with archive.open(name) as file:
                write_pieces(folder / name, bundle_file.parts(file, sha256, name))


def said_in(archive: zipfile.ZipFile, names: set[str]) -> full_texts.Held:
    """What the facts of a bundle say of files."""
    rows = (json.loads(line) for line in bundle_file.lines(archive, TABLE, names))
    return full_texts.settled((FileFact(**{k: row[k] for k in FileFact.__dataclass_fields__}) for row in rows), {})


@dataclass(frozen=True, slots=True, kw_only=True)
class InBundle:
    """How many full texts are in a bundle as files, and how many its review keeps."""

    files: int
    kept: int


def in_bundle(path: Path) -> InBundle:
    """Which full texts came along, without a look into them."""
    with bundle_file.archive(path) as archive, bundle_file.whole(path):
        names = bundle_file.checked_names(archive, path)
        held = said_in(archive, names)
    kept = {file.sha256 for files in held.of.values() for file in files} | set(held.waiting)
    return InBundle(files=sum(bool(hash_in(name)) for name in names), kept=len(kept))


# In the folder of copies


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """Copies of full texts: how many there are now, how many of them are new, their bytes, and what is lacking."""

    files: int
    new: int
    size: int
    lacking: tuple[str, ...]


@rights.internal
def copy_aside(project: Project, folder: Path) -> Copied:
    """Copy every full text that this folder has not yet; each lies there under its hash, once for all copies."""
    found = along(project)
    lacking, new = list(found.lacking), 0
    for sha256, path in found.there.items():
        target = stored.path_of(folder, sha256)
        if target.is_file() and target.stat().st_size == path.stat().st_size:
            continue
        try:
            _copy(path, target, sha256)
            new += 1
        except BadInput:
            lacking.append(found.of[sha256].name)
    files = list(folder.glob("*/*.pdf")) if folder.is_dir() else []
    return Copied(files=len(files), new=new, size=sum(f.stat().st_size for f in files), lacking=tuple(lacking))


def put_back(folder: Path, root: Path) -> int:
    """Copy what the project has no longer back from the folder of copies; how many. A damaged copy stays where it is."""
    back = 0
    for path in sorted(folder.glob("*/*.pdf")) if folder.is_dir() else ():
        sha256 = hash_in(f"{FOLDER}/{path.parent.name}/{path.name}")
        target = root / FOLDER / path.parent.name / path.name
        if not sha256 or target.is_file():
            continue
        try:
            _copy(path, target, sha256)
            back += 1
        except BadInput:
            continue
    return back


def _copy(path: Path, target: Path, sha256: str) -> None:
    with path.open("rb") as file:
        write_pieces(target, bundle_file.parts(file, sha256, path.name))

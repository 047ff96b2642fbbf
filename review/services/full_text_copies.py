"""The files of full texts taken along: into a bundle if somebody asks for them, into the copies of a review, and back."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from review.domain.errors import BadInput
from review.resources import write_pieces
from review.services import bundle_file, full_texts, rights
from review.services.crate import Packed
from review.services.full_texts import FOLDER
from review.services.project import Progress, Project
from review.storage import full_texts as stored
from review.storage.full_texts import FileFact

TABLE = "facts/full_texts.jsonl"
_PLACE = re.compile(rf"{FOLDER}/([0-9a-f]{{2}})/(\1[0-9a-f]{{62}})\.pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Along:
    """Where each kept file lies, by its hash; `lacking` are the names of those that are not here as they were kept."""

    there: Mapping[str, Path]
    lacking: tuple[str, ...] = ()

    @property
    def kept(self) -> int:
        return len(self.there) + len(self.lacking)

    def packed(self) -> dict[str, Packed]:
        """Each file as the list of a bundle's files has it."""
        return {_inside(sha256): Packed(sha256=sha256, size=path.stat().st_size) for sha256, path in self.there.items()}


@rights.internal
def along(project: Project, *, proved: bool) -> Along:
    """Every file that is kept for a report or waits for one; each is read and its hash `proved` if that is asked for."""
    held = full_texts.held(project)
    every = [file for files in held.of.values() for file in files] + list(held.waiting.values())
    there, lacking = {}, {}
    for sha256, name in {file.sha256: file.name for file in every}.items():
        path = stored.path_of(project.root / FOLDER, sha256)
        if path.is_file() and (not proved or _hash(path) == sha256):
            there[sha256] = path
        else:
            lacking[sha256] = name
    return Along(there=there, lacking=tuple(sorted(lacking.values())))


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _inside(sha256: str) -> str:
    return f"{FOLDER}/{sha256[:2]}/{sha256}.pdf"


def hash_in(name: str) -> str:
    """The hash that a file of a bundle must have to be the full text it is named as; "" for any other name."""
    found = _PLACE.fullmatch(name)
    return found[2] if found else ""


# In a bundle


def pack(found: Along, path: Path, progress: Progress) -> None:
    """Add the files to a bundle whose list already names them. Raises BadInput for one that was changed meanwhile."""
    if not found.there:
        return
    with zipfile.ZipFile(path, "a") as archive:
        for at, (sha256, lies) in enumerate(found.there.items()):
            progress(f"Packing full text {at + 1:,} of {len(found.there):,}", at / len(found.there))
            with lies.open("rb") as file:
                bundle_file.write_as_it_is(archive, _inside(sha256), bundle_file.parts(file, sha256, lies.name))


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
    found = along(project, proved=False)
    lacking, new = list(found.lacking), 0
    for sha256, path in found.there.items():
        target = stored.path_of(folder, sha256)
        if target.is_file() and target.stat().st_size == path.stat().st_size:
            continue
        try:
            _copy(path, target, sha256)
            new += 1
        except BadInput:
            lacking.append(path.name)
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

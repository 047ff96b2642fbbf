"""The raw pages of a search, kept compressed and hashed as they come, so that a stopped search goes on where it was.

A folder `searches/<name>-001` holds `plan.json` (what was asked and what there is), the pages, and `pages.jsonl`, to
which a line is added once a page is safely on the disk. A line that does not fit its page ends what is trusted.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from review.domain.finding import Finding
from review.resources import write_file
from review.sources.contract import Page, Part, Plan, Question

FOLDER = "searches"
_FRESH = timedelta(days=7)  # an older unfinished search is begun anew: its results are of another week
_LEVEL = 3  # takes 40 % of the time of the usual 6 and a tenth more room


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A page on the disk; `sha256` is that of the answer as it came, before it was compressed."""

    file: str
    sha256: str
    bytes: int
    expected: int
    after: str
    reported: int | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A search that has a folder: what was asked under which name, when it began, what there is, what came so far."""

    folder: Path
    name: str
    source: str
    question: Question
    plan: Plan
    at: str
    pages: tuple[Kept, ...] = ()

    @property
    def after(self) -> str:
        return self.pages[-1].after if self.pages else ""

    @property
    def sha256(self) -> str:
        """One hash over the time it began and the hashes of all pages in order, a line each: no other search has it."""
        return hashlib.sha256("\n".join([self.at, *(page.sha256 for page in self.pages)]).encode()).hexdigest()


def begin(root: Path, begun: Begun, *, taken: set[str]) -> Begun:
    """Make the next folder for this search and write the plan into it. `taken` names are in the database already,
    perhaps from a colleague's disk.
    """
    stem = re.sub(r"[^\w-]+", "-", begun.name).strip("-") or "search"
    place = root / FOLDER
    place.mkdir(exist_ok=True)
    names = [path.name for path in place.iterdir()] + [name.rpartition("/")[2] for name in taken]
    number = max((_number(name, stem) for name in names), default=0)
    while True:
        number += 1
        folder = place / f"{stem}-{number:03d}"
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        break
    document = {
        "name": begun.name,
        "source": begun.source,
        "at": begun.at,
        "question": asdict(begun.question),
        "plan": {key: value for key, value in asdict(begun.plan).items() if key != "first"},
    }
    write_file(folder / "plan.json", json.dumps(document, ensure_ascii=False, indent=1).encode())
    return replace(begun, folder=folder, pages=())


def _number(name: str, stem: str) -> int:
    found = re.fullmatch(re.escape(stem) + r"-(\d+)", name)
    return int(found[1]) if found else 0


def keep(begun: Begun, pages: Sequence[Page]) -> Begun:
    """Put pages on the disk, then enter them in the list."""
    held = list(begun.pages)
    for page in pages:
        number = len(held) + 1
        kept = Kept(
            file=f"page-{number:04d}.{_kind(page.data)}.gz",
            sha256=hashlib.sha256(page.data).hexdigest(),
            bytes=len(page.data),
            expected=page.expected,
            after=page.after,
            reported=page.reported,
            fault=page.fault,
        )
        write_file(begun.folder / kept.file, gzip.compress(page.data, _LEVEL, mtime=0))
        held.append(kept)
        with (begun.folder / "pages.jsonl").open("ab") as lines:
            lines.write((json.dumps(asdict(kept), ensure_ascii=False) + "\n").encode())
            lines.flush()
            os.fsync(lines.fileno())
    return replace(begun, pages=tuple(held))


def _kind(data: bytes) -> str:
    return "json" if data.lstrip()[:1] in {b"{", b"["} else "xml"


def unfinished(root: Path, name: str, *, done: set[str], now: str) -> Begun | None:
    """The newest search under this name that was begun in the last days, at none of the moments `done`."""
    place = root / FOLDER
    if not place.is_dir():
        return None
    for folder in sorted(place.iterdir(), reverse=True):
        begun = _read(folder)
        if begun is None or begun.name != name or begun.at in done:
            continue
        if _moment(now) - _moment(begun.at) < _FRESH:
            return begun
    return None


def address(folder: Path) -> str:
    """How a folder of a search is named in the project."""
    return f"{FOLDER}/{folder.name}"


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at)


def _read(folder: Path) -> Begun | None:
    """A search as its folder tells it; None if the folder does not tell enough to go on."""
    try:
        document = json.loads((folder / "plan.json").read_bytes())
        planned = document["plan"]
        parts = tuple(Part(**{**part, "ids": tuple(part["ids"])}) for part in planned.pop("parts"))
        findings = tuple(Finding(**found) for found in planned.pop("findings"))
        begun = Begun(
            folder=folder,
            name=document["name"],
            source=document["source"],
            question=Question(**document["question"]),
            plan=Plan(**planned, parts=parts, findings=findings),
            at=document["at"],
        )
        _moment(begun.at)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return replace(begun, pages=tuple(_trusted(folder)))


def _trusted(folder: Path) -> list[Kept]:
    """The pages whose line and file are whole, up to the first that is not; the list is cut there."""
    path = folder / "pages.jsonl"
    lines = path.read_bytes().splitlines(keepends=True) if path.is_file() else []
    held: list[Kept] = []
    for line in lines:
        try:
            kept = Kept(**json.loads(line))
        except (ValueError, TypeError):
            break
        if not line.endswith(b"\n") or data(folder, kept) is None:
            break
        held.append(kept)
    if len(held) < len(lines):
        write_file(path, b"".join(lines[: len(held)]))
    return held


def data(folder: Path, kept: Kept) -> bytes | None:
    """The answer as it came; None if the file is gone or is not what was kept."""
    try:
        found = gzip.decompress((folder / Path(kept.file).name).read_bytes())
    except (OSError, EOFError, zlib.error):
        return None
    return found if hashlib.sha256(found).hexdigest() == kept.sha256 else None

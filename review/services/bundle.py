"""The whole review in one file, from which anyone can derive its numbers again.

A bundle is a zip that is also an RO-Crate 1.2: the facts as lines of JSON, the protocol, the answers of searches as
they came, the papers, the flow diagram's counts, every named fact, and a manifest with the SHA-256 of each file.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from review import __version__
from review.domain.errors import AlreadyExists, BadInput, ReviewError
from review.domain.finding import Finding, Severity
from review.domain.provenance import Fact
from review.domain.record import SourceKind
from review.domain.team import Right
from review.services import blinding, facts, flow, raw, rights
from review.services.project import CONFIG, DATABASE, PROTOCOL, Progress, Project, open_store_for, silent, steadily
from review.storage import charting, decisions, projects, records, transfer
from review.storage.store import Store, now, open_file

MANIFEST = "manifest.json"
FACTS = "facts.json"
CRATE = "ro-crate-metadata.json"
_FLOW = "flow.json"
_PAPER_FILES = (".md", ".yaml", ".bib", ".svg", ".png", ".csl")
_SEARCH_FILES = (".json", ".jsonl", ".gz")
_DEPTH = 3  # papers/<paper>/<file>, searches/<search>/<file>
# What reading a damaged or forged bundle can raise, from the zip to the values of its facts.
_UNREADABLE = (
    ArithmeticError,
    AttributeError,
    KeyError,
    NotImplementedError,
    RuntimeError,  # an encrypted file, or nesting without end
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
_LARGEST = 4 * 1024**3  # bytes in a bundle once unpacked: far above any review, far below a zip bomb
_SMALL = 64 * 1024**2  # bytes that harm nobody, however tightly packed
_TIGHTEST = 100  # times that text of a review may shrink; a bomb shrinks a thousandfold
_MOST_FILES = 20_000
_PART = 1024**2  # bytes hashed at a time
# Facts that tell of this computer or this moment and not of the review.
_NOT_COMPARED = frozenset({"software.version"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleReport:
    path: str
    files: int
    facts: int
    sha256: str


@rights.needs(Right.GOVERN)
def export(project: Project, path: Path, *, progress: Progress = silent) -> BundleReport:
    """Write the bundle; the file appears only when it is complete."""
    blinding.refuse_while_open(project, "The bundle")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        known, hashes = steadily(project, lambda: _packed(project, unfinished, progress))
        unfinished.replace(path)
    except OSError as error:
        raise ReviewError(
            f"The bundle could not be written to {path} ({error.strerror}).", hint="Check the folder and free space."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    progress("Done", 1.0)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return BundleReport(path=str(path), files=len(hashes) + 1, facts=len(known), sha256=digest)


def _packed(project: Project, path: Path, progress: Progress) -> tuple[dict[str, Fact], dict[str, str]]:
    """The whole bundle in a file; its facts, and the hash of each file in it."""
    known = facts.facts(project)
    hashes: dict[str, str] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for at, (name, data) in enumerate(_contents(project, known)):
            progress(f"Packing {name}", min(0.95, at / 40))
            hashes[name] = _write(archive, name, data)
        manifest = {"made_by": f"Scopewright {__version__}", "made_at": now(), "files": hashes}
        _write(archive, MANIFEST, _json(manifest))
    return known, hashes


def _contents(project: Project, known: dict[str, Fact]) -> Iterator[tuple[str, bytes]]:
    yield CONFIG, (project.root / CONFIG).read_bytes()
    yield PROTOCOL, project.protocol_path.read_bytes()
    for table in transfer.TABLES:
        yield f"facts/{table}.jsonl", "".join(f"{line}\n" for line in transfer.dump(project.store, table)).encode()
    yield FACTS, _json({name: fact.as_dict() for name, fact in known.items()})
    yield _FLOW, flow.as_file(project, ".json")
    yield "flow.svg", flow.as_file(project, ".svg")
    for folder in sorted(path.parent for path in project.root.glob("*/paper.yaml")):
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(project.root)
            if path.is_file() and not path.is_symlink() and path.suffix in _PAPER_FILES and inside.parts[1] != "build":
                yield f"papers/{inside.as_posix()}", path.read_bytes()
    for path in sorted((project.root / raw.FOLDER).rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(project.root).as_posix(), path.read_bytes()
    yield CRATE, _json(_crate(project))


def _write(archive: zipfile.ZipFile, name: str, data: bytes) -> str:
    # A fixed time makes two bundles of one state differ only where the review does.
    info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, data)
    return hashlib.sha256(data).hexdigest()


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


def _crate(project: Project) -> dict[str, object]:
    """RO-Crate 1.2 metadata: what this folder is, by the vocabulary of schema.org."""
    return {
        "@context": "https://w3id.org/ro/crate/1.2/context",
        "@graph": [
            {
                "@id": CRATE,
                "@type": "CreativeWork",
                "about": {"@id": "./"},
                "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"},
            },
            {
                "@id": "./",
                "@type": "Dataset",
                "name": project.name,
                "description": "A review with its protocol, records, decisions and charted data.",
                "datePublished": now()[:10],
                "hasPart": [{"@id": name} for name in (CONFIG, PROTOCOL, FACTS, _FLOW, "flow.svg", MANIFEST)],
            },
        ],
    }


def open_bundle(path: Path, folder: Path) -> Project:
    """Unpack a bundle into a new project folder with its database; `verify` tells whether the numbers agree."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AlreadyExists(folder, hint="Choose a new, empty folder.")
    with _archive(path) as archive:
        names = _checked_names(archive, path)
        for needed in (CONFIG, PROTOCOL, FACTS, MANIFEST):
            if needed not in names:
                raise BadInput(path, f"{needed} is missing.", hint="This is not a bundle made by `review export`.")
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with _whole(path):
                _unpack(archive, names, folder)
            return open_store_for(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)  # it was empty, and half a review is none
            raise


def _unpack(archive: zipfile.ZipFile, names: set[str], folder: Path) -> None:
    for name in sorted(names):
        if name in (CONFIG, PROTOCOL) or _belongs(name):
            target = folder / name.removeprefix("papers/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(name))
    store = open_file(folder / DATABASE)
    try:
        transfer.load(store, ((table, _lines(archive, table, names)) for table in transfer.TABLES))
        _read_once(store)
    finally:
        store.close()


def _read_once(store: Store) -> None:
    """What was loaded is read as the program will read it; a value that is none of its kind raises here, not later."""
    for record in records.all_records(store):
        if not all(isinstance(part, str) for part in (*record.authors, *record.keywords)):
            raise TypeError(f"the authors or keywords of {record.record_id} are no texts")
    for run in records.runs(store):
        SourceKind(run.kind)
        for found in json.loads(run.findings):
            Finding(**found)
    decisions.read(store)
    charting.read(store)
    projects.read_order(store)


def _belongs(name: str) -> bool:
    """A file of a paper's own folder or of a search's. Anything else could pass for the project's own: its database,
    its protocol, a program's settings.
    """
    inside = PurePosixPath(name)
    if len(inside.parts) < _DEPTH or any(part.startswith(".") for part in inside.parts):
        return False
    if inside.parts[0] == "papers":
        return inside.parts[1] != raw.FOLDER and inside.suffix in _PAPER_FILES
    return inside.parts[0] == raw.FOLDER and inside.suffix in _SEARCH_FILES


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    """A bundle that cannot be read, or whose facts are no facts, is refused in one sentence."""
    try:
        yield
    except _UNREADABLE as error:
        raise BadInput(
            path, "the bundle is damaged.", hint="Ask for it again; nothing in it can be trusted."
        ) from error


def _archive(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    except FileNotFoundError as error:
        raise BadInput(path, "there is no such file.", hint="Check the name and the folder.") from error
    except (zipfile.BadZipFile, OSError) as error:
        raise BadInput(path, "this is not a zip file that can be read.", hint="Ask for the bundle again.") from error


def _checked_names(archive: zipfile.ZipFile, path: Path) -> set[str]:
    entries = archive.infolist()
    size, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if len(entries) > _MOST_FILES or size > min(_LARGEST, max(_SMALL, _TIGHTEST * packed)):
        raise BadInput(path, "this bundle would unpack to more than any review holds.", hint="Nothing was unpacked.")
    for entry in entries:
        inside = PurePosixPath(entry.filename)
        if inside.is_absolute() or ".." in inside.parts or "\\" in entry.filename or ":" in entry.filename:
            raise BadInput(path, f"the name {entry.filename!r} leads out of the folder.", hint="Nothing was unpacked.")
    return {entry.filename for entry in entries if not entry.is_dir()}


def _lines(archive: zipfile.ZipFile, table: str, names: set[str]) -> Iterator[str]:
    name = f"facts/{table}.jsonl"
    if name in names:
        with archive.open(name) as handle:
            yield from (line for line in io.TextIOWrapper(handle, encoding="utf-8", newline="\n") if line.strip())


def verify(path: Path) -> list[Finding]:
    """Check every hash, then derive every number again in a fresh folder; a finding for each that differs."""
    found: list[Finding] = []
    with _archive(path) as archive:
        names = _checked_names(archive, path)
        if MANIFEST not in names or FACTS not in names:
            raise BadInput(path, f"{MANIFEST} or {FACTS} is missing.", hint="This is not a bundle of this program.")
        with _whole(path):
            hashes = dict(json.loads(archive.read(MANIFEST))["files"])
            stated = {name: fact["value"] for name, fact in json.loads(archive.read(FACTS)).items()}
            changed = [n for n in sorted(hashes) if n not in names or _digest(archive, n) != hashes[n]]
            drawn = json.loads(archive.read(_FLOW))["counts"] if _FLOW in names and _FLOW not in changed else None
    found += [_fault(path, f"{name} is not as it was packed.", rule="BUNDLE-HASH") for name in changed]
    found += [
        _fault(path, f"{name} was added later.", rule="BUNDLE-EXTRA") for name in sorted(names - {*hashes, MANIFEST})
    ]
    if changed:
        return found
    with tempfile.TemporaryDirectory() as folder:
        project = open_bundle(path, Path(folder) / "again")
        try:
            with _whole(path):
                derived = {name: fact.value for name, fact in facts.facts(project).items()}
                again = json.loads(flow.as_file(project, ".json"))["counts"]
        finally:
            project.close()
    if drawn is not None and drawn != again:
        found.append(_fault(path, f"{_FLOW} does not follow from the facts.", rule="BUNDLE-NUMBER"))
    for name in sorted({*stated, *derived} - _NOT_COMPARED):
        was, now_is = stated.get(name), derived.get(name)
        if was != now_is:
            fault = _fault(
                path, f"{name} does not follow from the facts.", rule="BUNDLE-NUMBER", expected=was, got=now_is
            )
            found.append(fault)
    return found


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    try:
        with archive.open(name) as file:
            digest = hashlib.sha256()
            while part := file.read(_PART):
                digest.update(part)
            return digest.hexdigest()
    except (zipfile.BadZipFile, zlib.error):  # the zip's own checksum caught it first
        return ""


def _fault(path: Path, message: str, *, rule: str, expected: object = None, got: object = None) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        message=message,
        path=path.name,
        expected=None if expected is None else str(expected),
        got=None if got is None else str(got),
    )

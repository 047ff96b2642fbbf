"""The whole review in one file, from which anyone can derive its numbers again.

A bundle is a zip that is also an RO-Crate 1.2 (`crate.py`): the facts as lines of JSON, the protocol, the answers of
searches as they came, the papers, the flow diagram, what was charted, every named fact, and a manifest with the SHA-256 of
each file.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from review import __version__
from review.domain.charting import form_of
from review.domain.errors import AlreadyExists, BadInput, NotAllowed, ReviewError
from review.domain.finding import Finding, Severity
from review.domain.provenance import Fact
from review.domain.record import SourceKind
from review.domain.team import Right
from review.render import tables
from review.services import (
    blinding,
    bundle_file,
    crate,
    facts,
    flow,
    full_text_copies,
    included,
    pseudonyms,
    raw,
    rights,
)
from review.services.charting import exports
from review.services.charting.charted import charted, sees
from review.services.crate import Packed
from review.services.evidence import kept
from review.services.full_text_copies import Along, Taken
from review.services.project import CONFIG, DATABASE, PROTOCOL, Progress, Project, open_store_for, silent, steadily
from review.services.pseudonyms import WHOLE, Packing
from review.storage import charting, decisions, projects, records, transfer
from review.storage.store import Store, now, open_file

MANIFEST = "manifest.json"
FACTS = "facts.json"
CRATE = crate.NAME
_FLOW = "flow.json"
_PAPER_FILES = (".md", ".yaml", ".bib", ".svg", ".png", ".csl")
_SEARCH_FILES = (".json", ".jsonl", ".gz")
_SHARE = 0.1  # of the time is for all else where full texts are packed
_DEPTH = 3  # papers/<paper>/<file>, searches/<search>/<file>
_KEPT_DEPTH = 2  # evidence/<file>
# Facts that tell of this computer or this moment and not of the review.
_NOT_COMPARED = frozenset({"software.version"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleReport:
    path: str
    files: int
    facts: int
    sha256: str
    named_in: tuple[str, ...] = ()  # files that name people, although pseudonyms were asked for
    full_texts: int = 0  # files of full texts in it
    full_texts_kept: int = 0  # and how many the review keeps
    full_texts_lacking: tuple[str, ...] = ()  # asked for, and not on this computer as they were kept


@rights.needs(Right.GOVERN)
def export(project: Project, path: Path, *, packing: Packing = WHOLE, progress: Progress = silent) -> BundleReport:
    """Write the bundle; the file appears only when it is complete."""
    blinding.refuse_while_open(project, "The bundle")
    _refuse_open_charting(project)
    if packing.full_texts and not packing.abstracts:
        raise NotAllowed("Abstracts were to be left out, and full texts hold them.", hint="Ask for one of the two.")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        along = full_text_copies.along(project)
        asked = along if packing.full_texts else Along(there={}, of={})
        making = _Making(path=unfinished, packing=packing, progress=_up_to(_SHARE if asked.there else 1.0, progress))
        if packing.whole:
            made = steadily(project, lambda: _packed(project, making))
        else:
            made = _packed_veiled(project, making)
        taken, hashes, digest = _finished(making, made, asked, progress)
        unfinished.replace(path)
    except OSError as error:
        raise ReviewError(
            f"The bundle could not be written to {path} ({error.strerror}).", hint="Check the folder and free space."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    progress("Done", 1.0)
    return BundleReport(
        path=str(path),
        files=len(hashes) + 1,
        facts=made.facts,
        sha256=digest,
        named_in=pseudonyms.named_in(path, called) if (called := pseudonyms.veil(project, packing).called) else (),
        full_texts=len(taken.files),
        full_texts_kept=len(along.of),
        full_texts_lacking=taken.lacking,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Making:
    """A bundle on its way: where it is written and what is left out."""

    path: Path
    packing: Packing
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What was written of one moment: the files, how many facts, and what will be said of the review beside them."""

    files: Mapping[str, Packed]
    facts: int
    review: crate.Review


def _up_to(most: float, progress: Progress) -> Progress:
    return lambda what, share: progress(what, most * share)


def _finished(making: _Making, made: _Made, asked: Along, progress: Progress) -> tuple[Taken, dict[str, str], str]:
    """Add the full texts, then the lists of all files; what was taken, the hash of each file, and that of the whole."""
    with bundle_file.Growing(making.path) as archive:
        taken = full_text_copies.pack(asked, archive, lambda what, share: progress(what, _SHARE + (1 - _SHARE) * share))
        files = {**made.files, **taken.files}
        hashes = {name: packed.sha256 for name, packed in files.items()}
        hashes[CRATE] = archive.add(CRATE, _json(crate.metadata(made.review, files, making.packing)))
        archive.add(MANIFEST, _json({"made_by": f"Scopewright {__version__}", "made_at": now(), "files": hashes}))
        return taken, hashes, archive.finish()


def _refuse_open_charting(project: Project) -> None:
    """What others are charting blinded is nobody's to take along."""
    found = charted(project)
    may_see = sees(project, found)
    hidden = sum(not may_see(work, e.reviewer) for work, given in found.of.items() for e in given if not e.consensus)
    if hidden:
        raise NotAllowed(
            f"The bundle would show {hidden:,} charted answers of others that are still open to you; charting is blinded.",
            hint="Take it once those studies are handed in. Whoever holds the project's folder can take it at any time.",
        )


def _packed_veiled(project: Project, making: _Making) -> _Made:
    """The same from a copy of the project in which people, or abstracts, are not to be found."""
    with tempfile.TemporaryDirectory() as folder:
        making.progress("Leaving out what is not to be packed", 0.0)
        files = {CONFIG: Path(folder) / CONFIG} | {
            inside.as_posix(): found for found, inside in _beside(project, making.packing)
        }
        files[CONFIG].write_bytes(pseudonyms.settings(project))
        copied = pseudonyms.copy(project, Path(folder) / "copy", pseudonyms.veil(project, making.packing), files)
        try:
            return _packed(copied, making)
        finally:
            copied.close()


def _packed(project: Project, making: _Making) -> _Made:
    """Write all that can change while it is packed: the bundle but for the full texts and the lists of its files."""
    known = facts.facts(project)
    files: dict[str, Packed] = {}
    with zipfile.ZipFile(making.path, "w", zipfile.ZIP_DEFLATED) as archive:
        for at, (name, data) in enumerate(_contents(project, known, making.packing)):
            making.progress(f"Packing {name}", min(0.95, at / 40))
            files[name] = Packed(sha256=bundle_file.write(archive, name, data), size=len(data))
    return _Made(files=files, facts=len(known), review=crate.review_of(project))


def _contents(project: Project, known: dict[str, Fact], packing: Packing) -> Iterator[tuple[str, bytes]]:
    yield CONFIG, pseudonyms.settings(project)
    yield PROTOCOL, project.protocol_path.read_bytes()
    for table in transfer.TABLES:
        yield f"facts/{table}.jsonl", "".join(f"{line}\n" for line in transfer.dump(project.store, table)).encode()
    yield FACTS, _json({name: fact.as_dict() for name, fact in known.items()})
    for name, made in _DERIVED.items():
        yield name, made(project)
    yield "flow.svg", flow.as_file(project, ".svg")
    for path, inside in _beside(project, packing):
        of_paper = inside.parts[0] not in (kept.FOLDER, raw.FOLDER)
        yield f"{'papers/' * of_paper}{inside.as_posix()}", path.read_bytes()


def _beside(project: Project, packing: Packing) -> Iterator[tuple[Path, Path]]:
    """The files that are packed as they lie: of papers, kept evidence, and the answers of searches; each with its place."""
    for folder in sorted(path.parent for path in project.root.glob("*/paper.yaml")):
        for path, inside in _files(project, folder):
            if path.suffix in _PAPER_FILES and inside.parts[1] != "build":
                yield path, inside
    for path, inside in _files(project, project.root / kept.FOLDER):
        if path.suffix == ".json" and len(inside.parts) == _KEPT_DEPTH:
            yield path, inside
    for path, inside in _files(project, project.root / raw.FOLDER) if packing.abstracts else ():
        if path.suffix in _SEARCH_FILES:
            yield path, inside


def _files(project: Project, folder: Path) -> Iterator[tuple[Path, Path]]:
    """The files below a folder, each with its place in the project; nothing hidden, unfinished or behind a link."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(project.root)
        if path.is_file() and not path.is_symlink() and not any(part.startswith(".") for part in inside.parts):
            yield path, inside


def _flow_counts(project: Project) -> bytes:
    return flow.as_file(project, ".json")


def _included(project: Project) -> bytes:
    return exports.table_file(project, ".csv")


def _excluded(project: Project) -> bytes:
    return tables.comma_separated(included.excluded(project).tables[0]).encode()


# What follows from the facts and is derived again by `verify`.
_DERIVED: Mapping[str, Callable[[Project], bytes]] = {
    _FLOW: _flow_counts,
    "charting.json": exports.long_json,
    "included.csv": _included,
    "excluded.csv": _excluded,
}


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


def open_bundle(path: Path, folder: Path, *, full_texts: bool = True) -> Project:
    """Unpack a bundle into a new project folder with its database, and the full texts if they came along.

    `verify` tells whether the numbers agree.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AlreadyExists(folder, hint="Choose a new, empty folder.")
    with bundle_file.archive(path) as archive:
        names = bundle_file.checked_names(archive, path)
        for needed in (CONFIG, PROTOCOL, FACTS, MANIFEST):
            if needed not in names:
                raise BadInput(path, f"{needed} is missing.", hint="This is not a bundle made by `review export`.")
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with bundle_file.whole(path):
                _unpack(archive, names, folder)
                full_text_copies.unpack(archive, names if full_texts else set(), folder)
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
        tables = ((table, bundle_file.lines(archive, f"facts/{table}.jsonl", names)) for table in transfer.TABLES)
        transfer.load(store, tables)
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
    charting.changes(store)
    for text, _ in charting.forms(store).values():
        form_of(text)
    projects.read_order(store)


def _belongs(name: str) -> bool:
    """A file of a paper's own folder or of a search's. Anything else could pass for the project's own: its database,
    its protocol, a program's settings.
    """
    inside = PurePosixPath(name)
    if len(inside.parts) == _KEPT_DEPTH and inside.parts[0] == kept.FOLDER:
        return inside.suffix == ".json" and not inside.name.startswith(".")
    if len(inside.parts) < _DEPTH or any(part.startswith(".") for part in inside.parts):
        return False
    if inside.parts[0] == "papers":
        return inside.parts[1] != raw.FOLDER and inside.suffix in _PAPER_FILES
    return inside.parts[0] == raw.FOLDER and inside.suffix in _SEARCH_FILES


def verify(path: Path) -> list[Finding]:
    """Check every hash, then derive every number again in a fresh folder; a finding for each that differs."""
    found: list[Finding] = []
    with bundle_file.archive(path) as archive:
        names = bundle_file.checked_names(archive, path)
        if MANIFEST not in names or FACTS not in names:
            raise BadInput(path, f"{MANIFEST} or {FACTS} is missing.", hint="This is not a bundle of this program.")
        with bundle_file.whole(path):
            hashes = dict(json.loads(archive.read(MANIFEST))["files"])
            got = bundle_file.digests(archive, names & hashes.keys())
            changed = [name for name in sorted(hashes) if got.get(name) != hashes[name]]
            whole = {name: archive.read(name) for name in (FACTS, *_DERIVED) if name in names and not changed}
            said = full_text_copies.said_in(archive, names).said if not changed else frozenset()
    found += [_fault(path, f"{name} is not as it was packed.", rule="BUNDLE-HASH") for name in changed]
    found += [
        _fault(path, f"{name} was added later.", rule="BUNDLE-EXTRA") for name in sorted(names - {*hashes, MANIFEST})
    ]
    if changed:
        return found
    return [*found, *_strange_full_texts(path, hashes, said), *_derived_again(path, whole)]


def _strange_full_texts(path: Path, hashes: Mapping[str, str], said: frozenset[str]) -> Iterator[Finding]:
    """A finding for each full text that is not what its name says, or of which no fact speaks."""
    for name, sha256 in sorted(hashes.items()):
        named = full_text_copies.hash_in(name)
        if named and named != sha256:
            yield _fault(path, f"{name} is not the file that was kept.", rule="BUNDLE-HASH", expected=named, got=sha256)
        elif named and named not in said:
            yield _fault(path, f"{name} belongs to no report.", rule="BUNDLE-EXTRA")


def _derived_again(path: Path, packed: Mapping[str, bytes]) -> list[Finding]:
    """A finding for each number and each derived file that does not follow from the facts."""
    found: list[Finding] = []
    with bundle_file.whole(path):
        stated = {name: fact["value"] for name, fact in json.loads(packed[FACTS]).items()}
        drawn = {name: _comparable(name, data) for name, data in packed.items() if name in _DERIVED}
    with tempfile.TemporaryDirectory() as folder:
        project = open_bundle(path, Path(folder) / "again", full_texts=False)
        try:
            with bundle_file.whole(path):
                derived = {name: fact.value for name, fact in facts.facts(project).items()}
                again = {name: _comparable(name, _DERIVED[name](project)) for name in drawn}
        finally:
            project.close()
    for name, was in drawn.items():
        if was != again[name]:
            found.append(_fault(path, f"{name} does not follow from the facts.", rule="BUNDLE-NUMBER"))
    for name in sorted({*stated, *derived} - _NOT_COMPARED):
        was, now_is = stated.get(name), derived.get(name)
        if was != now_is:
            fault = _fault(
                path, f"{name} does not follow from the facts.", rule="BUNDLE-NUMBER", expected=was, got=now_is
            )
            found.append(fault)
    return found


def _comparable(name: str, data: bytes) -> object:
    """What a derived file says, apart from how it is written."""
    if not name.endswith(".json"):
        return data
    said = json.loads(data)
    return said["counts"] if name == _FLOW else said


def _fault(path: Path, message: str, *, rule: str, expected: object = None, got: object = None) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        message=message,
        path=path.name,
        expected=None if expected is None else str(expected),
        got=None if got is None else str(got),
    )

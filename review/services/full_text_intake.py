"""Bringing the files of full texts: each is checked, matched with its report by DOI or title, and kept, or waits to be asked
about; a file that was wrong is taken away again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from review.dedup.document import Identified, Shelf
from review.domain.errors import BadInput, Missing, ReviewError
from review.domain.record import Record
from review.domain.team import Right
from review.formats.pdf import MOST_BYTES, PdfReader, PdfText, check_kind
from review.services import full_texts, fulltext, rights, standing, team
from review.services.full_texts import FOLDER, KeptFile, held, read_anew, text_of
from review.services.project import Progress, Project, silent
from review.services.works import works
from review.storage import full_texts as stored
from review.storage import records, stamps
from review.storage.decisions import Retrieval
from review.storage.full_texts import KEPT, REMOVED, WAITING, FileFact

MANY_PAGES = 150  # more is rarely one paper: a person is asked
KNOWN = "known"
REFUSED = "refused"
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file somebody brings: its bytes, or where it lies. `record_id` says for which report, `sure` that it is so."""

    name: str
    data: bytes = b""
    path: Path | None = None
    record_id: str = ""
    sure: bool = False
    origin: str = ""  # the address it was fetched from

    def read(self) -> bytes:
        if self.path is None:
            return self.data
        try:
            size = self.path.stat().st_size
            return self.path.read_bytes() if size <= MOST_BYTES else b"%PDF-" + bytes(MOST_BYTES)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise BadInput(self.path, f"{reason}.", hint="Check the name and your rights.") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of an upload: kept, known, waiting or refused; `work` it is kept for, or the works it may be of."""

    name: str
    outcome: str
    message: str
    sha256: str = ""
    work: str = ""
    near: tuple[str, ...] = ()


@rights.needs(Right.REVIEW, whose="person")
def take(project: Project, found: Iterable[Upload], *, person: str, progress: Progress = silent) -> list[Taken]:
    """Keep files, each by itself: one that cannot be taken stops none of the others, and one in doubt waits.

    A file says of which report it is by its DOI or title. It is asked about if it does not, or if it looks like another
    paper than the one it was brought for.
    """
    uploads = list(found)
    now = held(project)
    places: dict[str, list[str]] = {}
    for work in full_texts.with_files(project):
        for file in now.of[work]:
            places.setdefault(file.sha256, []).append(work)
    with PdfReader() as reader:
        intake = _Intake(
            project=project,
            who=team.join(project, person),
            reader=reader,
            shelf=_shelf(project),
            places=places,
            known=set(now.said),
            retrieved={work for work, told in fulltext.said(project).items() if told[-1].status == "retrieved"},
        )
        answers = []
        for at, upload in enumerate(uploads):
            progress(f"Reading {upload.name}", at / len(uploads))
            try:
                answers.append(_take_one(intake, replace(upload, name=_plain_name(upload.name))))
            except ReviewError as error:
                answers.append(Taken(name=upload.name, outcome=REFUSED, message=str(error)))
    return answers


@dataclass(slots=True, kw_only=True)
class _Intake:
    """What is at hand while files are taken; read once, and kept up to date by hand, because files may be thousands."""

    project: Project
    who: str
    reader: PdfReader
    shelf: Shelf
    places: dict[str, list[str]]  # the works each hash is kept for
    known: set[str]  # every hash anything was ever said of
    retrieved: set[str]  # the works whose full text was said to be there


def _take_one(intake: _Intake, upload: Upload) -> Taken:
    project = intake.project
    meant = fulltext.report_of(project, upload.record_id) if upload.record_id else ""
    data = upload.read()
    check_kind(data, upload.name)
    sha256 = stored.put(project.root / FOLDER, data)
    text = _readable(intake, sha256, upload.name)
    already = intake.places.get(sha256, [])
    if already and meant in ("", *already):
        work = meant or already[0]
        return Taken(name=upload.name, outcome=KNOWN, message="It is kept already.", sha256=sha256, work=work)
    seems = _seems(intake.shelf, text, meant, sure=upload.sure)
    fact = FileFact(
        sha256=sha256,
        record_id=seems.work or meant or None,
        status=KEPT if seems.work else WAITING,
        name=upload.name,
        size=len(data),
        pages=len(text.pages),
        origin=upload.origin,
        who=intake.who,
    )
    stored.append(project.store, [fact], retrieved=[] if seems.work in intake.retrieved else _retrieved(fact))
    intake.known.add(sha256)
    if seems.work:
        intake.places.setdefault(sha256, []).append(seems.work)
        intake.retrieved.add(seems.work)
    told = f"{seems.because[:1].upper()}{seems.because[1:]}."
    if not text.is_readable:
        told = f"{told} It is a scan, pictures of pages without text, so no quote can be chosen in it."
    return Taken(name=upload.name, outcome=fact.status, message=told, sha256=sha256, work=seems.work, near=seems.near)


def _readable(intake: _Intake, sha256: str, name: str) -> PdfText:
    """The text of a file that was just laid down; a file that cannot be read is not left there."""
    path = stored.path_of(intake.project.root / FOLDER, sha256)
    try:
        return read_anew(intake.reader, path, name)
    except ReviewError:
        if sha256 not in intake.known:
            path.unlink(missing_ok=True)
        raise


def _seems(shelf: Shelf, text: PdfText, meant: str, *, sure: bool) -> Identified:
    """Of which work a file is, as the person and the file say; without a work where they do not agree."""
    if meant and sure:
        return Identified(work=meant, because="you said so")
    found = shelf.identify(text.pages, text.title)
    if len(text.pages) > MANY_PAGES:
        near = tuple(filter(None, dict.fromkeys((meant, found.work, *found.near))))
        return Identified(near=near, because=f"it has {len(text.pages):,} pages: is it a whole book or volume")
    if not meant:
        return found
    if shelf.fits(meant, text.pages, text.title):
        return Identified(
            work=meant, because="it fits the report" if text.is_readable else "you brought it for this report"
        )
    near = tuple(dict.fromkeys((meant, *filter(None, (found.work, *found.near)))))
    return Identified(near=near, because="neither title nor DOI of this report stands in it: is it another paper")


def _retrieved(fact: FileFact) -> list[Retrieval]:
    """That the report of a file that is kept is retrieved."""
    if fact.status != KEPT or fact.record_id is None:
        return []
    return [Retrieval(record_id=fact.record_id, status="retrieved", who=fact.who, note=fact.name)]


def _plain_name(name: str) -> str:
    """The last part of a name, without what does not show."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable())[:_LONGEST_NAME] or "file.pdf"


def _shelf(project: Project) -> Shelf:
    reports = list(fulltext.standings(project))
    stamp = (*stamps.read(project.store), tuple(reports))
    return project.cached("shelf", stamp, lambda: Shelf(_copies(project, reports)))


def _copies(project: Project, reports: list[str]) -> Iterator[tuple[str, list[Record]]]:
    """Each report with all records of it, those of its other versions too."""
    members = works(project).members
    of = {work: list(members[work]) for work in reports}
    for version, work in standing.counting(project).items():
        if work in of:
            of[work] += members[version]
    known = records.by_id(project.store, [record for copies in of.values() for record in copies])
    return ((work, [known[record] for record in copies]) for work, copies in of.items())


# Files that wait, and files that were wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingFile:
    """A file of which nobody has said yet of which report it is: what it begins with, and the works it may be of."""

    file: KeptFile
    begins: str
    near: tuple[str, ...]
    because: str


@rights.needs(Right.READ)
def waiting(project: Project) -> list[WaitingFile]:
    """The files that wait for somebody to say of which report they are."""
    found = []
    reports = set(fulltext.standings(project))
    for waits in held(project).waiting.values():
        file = waits if waits.work in reports else replace(waits, work="")
        try:
            text = text_of(project, file)
        except ReviewError as error:
            found.append(WaitingFile(file=file, begins="", near=(), because=str(error)))
            continue
        seems = _seems(_shelf(project), text, file.work, sure=False)
        near = tuple(work for work in dict.fromkeys((*filter(None, (seems.work,)), *seems.near)) if work in reports)
        begins = " ".join(" ".join(text.pages).split())[:300]
        found.append(WaitingFile(file=file, begins=begins, near=near, because=seems.because))
    return found


@rights.needs(Right.REVIEW, whose="person")
def place(project: Project, sha256: str, record_id: str, *, person: str) -> None:
    """Say of which report a file is that waits, or that is kept for another."""
    now = held(project)
    known = {**{f.sha256: f for kept in now.of.values() for f in kept}, **now.waiting}
    if sha256 not in known:
        raise Missing("file", sha256[:12], [found.name for found in known.values()])
    work = fulltext.report_of(project, record_id)
    fact = _again(known[sha256], KEPT, work, team.join(project, person))
    there = fulltext.standings(project)[work].retrieval == "retrieved"
    stored.append(project.store, [fact], retrieved=[] if there else _retrieved(fact))


@rights.needs(Right.REVIEW, whose="person")
def remove(project: Project, sha256: str, *, record_id: str = "", person: str, note: str = "") -> None:
    """Say that a file is not of this report, or of none (no record). The bytes stay; it can be brought again."""
    now = held(project)
    own = works(project).work_of.get(record_id, record_id)
    work = standing.counting(project).get(own, own)
    found = next((f for f in now.of.get(work, ()) if f.sha256 == sha256), None) or now.waiting.get(sha256)
    if found is None:
        raise Missing("file", sha256[:12], [f.name for f in now.of.get(work, ())])
    who = team.join(project, person)
    fact = replace(_again(found, REMOVED, work or None, who), note=note.strip())
    left = [f for f in now.of.get(work, ()) if f.sha256 != sha256]
    gone = [Retrieval(record_id=work, status="sought", who=who, note=f"not its file: {found.name}")]
    stored.append(project.store, [fact], retrieved=gone if work and not left else [])


def _again(found: KeptFile, status: str, work: str | None, who: str) -> FileFact:
    return FileFact(
        sha256=found.sha256,
        record_id=work,
        status=status,
        name=found.name,
        size=found.size,
        pages=found.pages,
        origin=found.origin,
        who=who,
    )

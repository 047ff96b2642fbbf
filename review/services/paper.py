"""A manuscript on disk: made from a skeleton, its numbers looked up at each build, its author's text left alone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from review import plugins
from review.domain import manuscript, venue
from review.domain.errors import AlreadyExists, BadInput, Missing, NotAllowed
from review.domain.finding import Finding, Severity
from review.domain.manuscript import PaperType, SectionStanding
from review.domain.record import Record
from review.domain.team import Right
from review.domain.venue import Venue
from review.formats import bibtex
from review.formats.citation_keys import citation_keys
from review.render.documents import build_document
from review.render.environment import render_manuscript
from review.render.images import svg_to_png
from review.resources import data_dir, write_file
from review.services import facts, flow, paper_settings, resolved, rights, venues
from review.services.evidence import kept
from review.services.project import Project, steadily
from review.services.resolved import Resolved
from review.services.tables import tables
from review.services.works import works
from review.storage import records
from review.storage import sections as stored_sections

MANUSCRIPT = "manuscript.md"
SETTINGS = paper_settings.SETTINGS
REFERENCES = "references.bib"
BUILD = "build"
_IN_PRINT = ("DRAFT", "REF", "REL-02")  # rules of the linter whose faults a reader of the print would see
FORMATS = ("docx", "pdf", "html", "tex", "md")
# Above this line the author's own references; below it, the included studies, written anew at each build.
_MARK = "% === Below this line: the included studies, written anew at each build. Add your own references above. ==="
_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")  # as typst writes the pages of a PDF
_KEY = re.compile(r"^% key (?P<key>\S+) = (?P<record>.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """The documents written, and what a reader of the draft should know before sending it on."""

    files: tuple[Path, ...]
    findings: tuple[Finding, ...]


@rights.needs(Right.WRITE)
def create(
    project: Project,
    folder: Path,
    *,
    type: str = "",  # noqa: A002 - the field's word
    for_venue: str = "generic",
) -> Path:
    """Scaffold a manuscript, of the project's own kind unless another is named; the folder as an absolute path."""
    paper_type: PaperType = plugins.load("review.paper_types", type or project.type)
    profile = venues.load(for_venue)
    place = inside(project, folder)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise AlreadyExists(place, hint="Choose another name; nothing was overwritten.")
    shutil.copytree(data_dir("templates") / "paper_types" / paper_type.name, place, dirs_exist_ok=True)
    text = place / MANUSCRIPT
    write_file(text, venue.with_abstract(text_of(place), profile).encode())
    settings = place / SETTINGS
    write_file(settings, _for_venue(settings.read_text(encoding="utf-8"), paper_type, profile).encode())
    _bring_along(project, place, paper_type.name)
    return place


def _for_venue(text: str, paper_type: PaperType, profile: Venue) -> str:
    """The settings of a new manuscript with its venue, and with the guidelines that venue asks for too."""
    wanted = dict.fromkeys((*paper_type.checklists, *profile.checklists))
    text = re.sub(r"^venue:.*$", f"venue: {profile.name}", text, flags=re.MULTILINE)
    return re.sub(r"^checklists:.*$", f"checklists: [{', '.join(wanted)}]", text, flags=re.MULTILINE)


def _bring_along(project: Project, place: Path, kind: str) -> dict[str, str]:
    """What a review brings into its manuscript: the flow diagram and the included studies; their citation keys."""
    if kind != "review":
        return {}
    write_figures(project, place)
    return write_references(project, place)


@rights.needs(Right.READ)
def inside(project: Project, folder: Path) -> Path:
    """A folder of the project, from a name relative to it or to the working folder; refused when outside."""
    root = project.root.resolve()
    place = (folder if folder.is_absolute() else root / folder).resolve()
    if not place.is_relative_to(root) and (Path.cwd() / folder).resolve().is_relative_to(root):
        place = (Path.cwd() / folder).resolve()
    if place == root or not place.is_relative_to(root):
        raise NotAllowed(f"{folder} is not a folder inside the project.", hint="Name one such as `paper`.")
    return place


@rights.needs(Right.READ)
def find(project: Project, folder: Path) -> Path:
    """The folder of an existing manuscript; lists those there are when it is none."""
    place = inside(project, folder)
    if not (place / MANUSCRIPT).is_file():
        raise Missing("manuscript", str(folder), [str(p.relative_to(project.root)) for p in papers(project)])
    return place


@rights.needs(Right.READ)
def papers(project: Project) -> list[Path]:
    """Every manuscript folder of the project."""
    return sorted(path.parent for path in project.root.glob(f"*/{SETTINGS}") if (path.parent / MANUSCRIPT).is_file())


@rights.needs(Right.READ)
def name_of(project: Project, place: Path) -> str:
    """A manuscript's folder as seen from the project."""
    return place.resolve().relative_to(project.root.resolve()).as_posix()


def text_of(place: Path) -> str:
    return _read_text(place / MANUSCRIPT)


def _read_references(path: Path) -> str:
    return _read_text(path) if path.exists() else ""


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(path, f"this is not UTF-8 text (byte {error.start}).", hint="Save it as UTF-8.") from error


# Building


@rights.needs(Right.WRITE)
def build(project: Project, folder: Path, formats: Sequence[str]) -> BuildReport:
    """Look every number up and write the documents into `build/`; the manuscript itself is not touched."""
    place = find(project, folder)
    for name in formats:
        if name not in FORMATS:
            raise Missing("document format", name, FORMATS)
    settings, told = paper_settings.read(place)
    standings = record_sections(project, place)
    markdown, findings, used = steadily(project, lambda: _looked_up(project, place, settings.type))
    shown = manuscript.marked(markdown, standings)
    target = place / BUILD
    files = []
    for name in formats:
        data = build_document(shown, to=name, resources=place, bibliography=place / REFERENCES)
        path = target / f"manuscript.{name}"
        write_file(path, data)
        files.append(path)
    write_file(target / resolved.FILE, used.as_json())
    of_pages = _pages(venues.load(settings.venue), files, path=f"{place.name}/{MANUSCRIPT}")
    of_flow = flow.check(project) if settings.type == "review" else ()
    name = f"{place.name}/{MANUSCRIPT}"
    of_venue = venues.check(text_of(place), markdown, settings.venue, path=name, kind=settings.type)
    found = (
        *told,
        *findings,
        *kept.check(project),
        *of_venue,
        *of_pages,
        *_of_lint(lint(project, folder), folder),
        *of_flow,
    )
    return BuildReport(files=tuple(files), findings=found)


@rights.needs(Right.WRITE)
def record_sections(project: Project, place: Path) -> list[SectionStanding]:
    """Tell the log what of the text changed since it was last told, and where every section stands."""
    name, text = name_of(project, place), text_of(place)
    told = stored_sections.read(project.store, name)
    stored_sections.append(project.store, manuscript.news(name, text, told, who=project.who))
    return manuscript.standing(text, told)


def _of_lint(found: Sequence[Finding], folder: Path) -> Iterator[Finding]:
    """What of the linter a build says: what would show in the print. The rest is counted; to read it is another step."""
    shown = [f for f in found if f.rule.startswith(_IN_PRINT)]
    yield from shown
    if rest := len(found) - len(shown):
        yield Finding(
            rule="LINT",
            severity=Severity.INFO,
            message=f"A reviewer would say {rest:,} thing{'s' if rest > 1 else ''} more.",
            hint=f"Read them: review paper lint {folder.name}",
        )


def _pages(profile: Venue, files: Sequence[Path], *, path: str) -> list[Finding]:
    """Whether the PDF just built is longer than the venue takes."""
    built = next((file.read_bytes() for file in files if file.suffix == ".pdf"), b"")
    return venue.pages(profile, len(_PAGE.findall(built)), path=path)


def _looked_up(project: Project, place: Path, kind: str) -> tuple[str, list[Finding], Resolved]:
    """References, figures and the text's numbers, which must all be of one moment."""
    text, known = text_of(place), facts.facts(project)
    shown = tables(project, keys=_bring_along(project, place, kind))
    markdown, findings = render_manuscript(text, known, shown)
    _refuse_errors(place, findings)
    name = f"{place.name}/{MANUSCRIPT}"
    findings = [replace(finding, path=name) for finding in findings]
    return markdown, findings, resolved.resolved(project.store, text, known, shown)


def _refuse_errors(place: Path, findings: Sequence[Finding]) -> None:
    """A fact nobody knows is a refusal that names its line."""
    wrong = [f for f in findings if f.severity in (Severity.ERROR, Severity.BLOCKER)]
    if wrong:
        first = wrong[0]
        more = f" ({len(wrong) - 1} more like it: `review paper lint`.)" if len(wrong) > 1 else ""
        raise BadInput(f"{place / MANUSCRIPT}:{first.line or 1}", first.message, hint=f"{first.hint}{more}")


@rights.needs(Right.READ)
def keys(project: Project, place: Path) -> dict[str, str]:
    """The citation keys of the included studies, by work, as references.bib gives them; nothing is written."""
    return _keys(project, _read_references(place / REFERENCES))[0]


@rights.needs(Right.WRITE)
def write_figures(project: Project, place: Path) -> None:
    """The flow diagram as SVG and, where the export parts are installed, as PNG for word processors."""
    figures = place / "figures"
    svg = flow.as_file(project, ".svg")
    write_file(figures / "flow.svg", svg)
    write_file(figures / "flow.png", svg_to_png(svg.decode("utf-8"), dpi=300))


@rights.needs(Right.WRITE)
def write_references(project: Project, place: Path) -> dict[str, str]:
    """Write the included studies below the mark in references.bib; the citation key of each, by work.

    What stands above the mark is the author's and stays. A key once given to a study stays with it.
    """
    path = place / REFERENCES
    before = _read_references(path)
    given, shown = _keys(project, before)
    lines = [f"% key {key} = {work}" for work, key in given.items()]
    entries = bibtex.write([shown[work] for work in given], keys=given).decode("utf-8")
    own = before.partition(_MARK)[0]
    own_part = own.rstrip("\n") + "\n\n" if own.strip() else ""
    write_file(path, (own_part + "\n".join([_MARK, *lines, "", entries])).encode("utf-8"))
    return given


def _keys(project: Project, before: str) -> tuple[dict[str, str], Mapping[str, Record]]:
    """(the key of each included work in order, the records shown), from the references as they are."""
    own, _, ours = before.partition(_MARK)
    found = works(project)
    included = flow.included(project)
    kept_by_work = {found.work_of[m["record"]]: m["key"] for m in _KEY.finditer(ours) if m["record"] in found.work_of}
    shown = records.by_id(project.store, included)
    given = citation_keys(
        (shown[work] for work in included), kept={w: k for w, k in kept_by_work.items() if w in shown} | _reserved(own)
    )
    return {work: given[work] for work in included}, shown


def _reserved(own: str) -> dict[str, str]:
    """Keys of the author's own references, so that no study takes one of them."""
    return {f"own {key}": key for key in re.findall(r"@\w+\s*\{\s*([^,\s{}]+)\s*,", own)}


# Lint


@rights.needs(Right.READ)
def lint(project: Project, folder: Path) -> list[Finding]:
    """What is wrong with the manuscript by every rule installed (`services/lint.py` also says what could not be asked)."""
    from review.services import lint as linter  # it reads papers, so it stands above this room

    return linter.check(project, folder).faults

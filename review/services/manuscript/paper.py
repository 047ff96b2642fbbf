"""A manuscript on disk: made from a skeleton, its numbers looked up at each build, its author's text left alone."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from review import plugins
from review.domain import manuscript, venue
from review.domain.errors import AlreadyExists, Missing, NotAllowed, NotUtf8, ReviewError
from review.domain.manuscript import PaperType, SectionStanding
from review.domain.record import Record
from review.domain.team import Right
from review.domain.venue import Venue
from review.formats import bibtex
from review.formats.citation_keys import citation_keys
from review.render.images import svg_to_png
from review.resources import data_dir, write_file
from review.services import flow, rights
from review.services.manuscript import gaps, venues
from review.services.manuscript import settings as paper_settings
from review.services.project import Project
from review.services.works import works
from review.storage import records
from review.storage import sections as stored_sections

MANUSCRIPT = "manuscript.md"
SETTINGS = paper_settings.SETTINGS
REFERENCES = "references.bib"
BUILD = "build"  # the folder of the documents
# Above this line the author's own references; below it, the included studies, written anew at each build.
MARK = "% === Below this line: the included studies, written anew at each build. Add your own references above. ==="
_KEY = re.compile(r"^% key (?P<key>\S+) = (?P<record>.+)$", re.MULTILINE)


@rights.needs(Right.WRITE)
def create(
    project: Project,
    folder: Path,
    *,
    type: str = "",  # noqa: A002 - the field's word
    for_venue: str = "generic",
    from_gap: str = "",
) -> Path:
    """Scaffold a manuscript, of the project's own kind unless another is named; the folder as an absolute path.

    `from_gap` names an empty cell of the evidence map that the paper is to fill, as `field=level, field=level`.
    """
    paper_type: PaperType = plugins.load("review.paper_types", type or project.type)
    begun = _of_gap(project, from_gap, paper_type) if from_gap else None
    profile = venues.load(for_venue)
    place = inside(project, folder)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise AlreadyExists(place, hint="Choose another name; nothing was overwritten.")
    shutil.copytree(data_dir("templates") / "paper_types" / paper_type.name, place, dirs_exist_ok=True)
    text = place / MANUSCRIPT
    write_file(text, venue.with_abstract(text_of(place), profile).encode())
    settings = place / SETTINGS
    write_file(settings, _for_venue(settings.read_text(encoding="utf-8"), paper_type, profile).encode())
    if begun is not None:
        _begin(place, begun)
    bring_along(project, place, paper_type.name)
    return place


@rights.internal
def _of_gap(project: Project, cell: str, paper_type: PaperType) -> gaps.Start:
    """What the new paper is given; it is the review itself that found the gap, so the next paper is of another kind."""
    if paper_type.name == "review":
        raise ReviewError(
            "A review cannot fill a gap that a review found.",
            hint="Say what the next paper is: --type dataset, method or clinical.",
        )
    return gaps.start(project, cell)


def _begin(place: Path, begun: gaps.Start) -> None:
    """Put the gap into the introduction, the cell into the settings and the studies next to it into the references."""
    text, settings, references = (place / name for name in (MANUSCRIPT, SETTINGS, REFERENCES))
    write_file(text, manuscript.into_introduction(text_of(place), begun.text).encode())
    cell = "".join(
        f"    {name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in asdict(begun.gap).items()
    )
    listed = f"gaps:                  # the empty cell of the evidence map this paper starts from\n  -{cell[3:]}"
    write_file(settings, (text_at(settings).rstrip("\n") + "\n" + listed).encode())
    write_file(references, (text_at(references).rstrip("\n") + "\n\n" + begun.references).encode())


def _for_venue(text: str, paper_type: PaperType, profile: Venue) -> str:
    """The settings of a new manuscript with its venue, and with the guidelines that venue asks for too."""
    wanted = dict.fromkeys((*paper_type.checklists, *profile.checklists))
    text = re.sub(r"^venue:.*$", f"venue: {profile.name}", text, flags=re.MULTILINE)
    return re.sub(r"^checklists:.*$", f"checklists: [{', '.join(wanted)}]", text, flags=re.MULTILINE)


@rights.needs(Right.WRITE)
def bring_along(project: Project, place: Path, kind: str) -> dict[str, str]:
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
    """The folder of an existing manuscript; when it is none, lists those there are or says how to begin one."""
    place = inside(project, folder)
    if (place / MANUSCRIPT).is_file():
        return place
    name = name_of(project, place)
    if (place / SETTINGS).is_file():
        raise ReviewError(
            f"The folder {name} holds a paper without its text: {MANUSCRIPT} is gone.",
            hint=f"Put it back from a copy, or begin anew: rename the folder, then `review paper new {name}`.",
        )
    if others := papers(project):
        raise Missing("manuscript", str(folder), [name_of(project, other) for other in others])
    raise ReviewError("This project has no manuscript yet.", hint=f"Begin one with `review paper new {name}`.")


@rights.needs(Right.READ)
def papers(project: Project) -> list[Path]:
    """Every manuscript folder of the project."""
    return sorted(path.parent for path in project.root.glob(f"*/{SETTINGS}") if (path.parent / MANUSCRIPT).is_file())


@rights.needs(Right.READ)
def name_of(project: Project, place: Path) -> str:
    """A manuscript's folder as seen from the project."""
    return place.resolve().relative_to(project.root.resolve()).as_posix()


def text_of(place: Path) -> str:
    return text_at(place / MANUSCRIPT)


def keys_in(references: str) -> dict[str, str]:
    """The citation keys that a bibliography gives to works of the project, by record."""
    return {match["record"]: match["key"] for match in _KEY.finditer(references)}


def references_of(place: Path) -> str:
    """The bibliography as it stands; empty where there is none."""
    path = place / REFERENCES
    return text_at(path) if path.exists() else ""


def text_at(path: Path) -> str:
    """The text of a file of the manuscript. Raises `NotUtf8` where it is in another encoding."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotUtf8(path, error) from error


@rights.needs(Right.WRITE)
def record_sections(project: Project, place: Path) -> list[SectionStanding]:
    """Tell the log what of the text changed since it was last told, and where every section stands."""
    name, text = name_of(project, place), text_of(place)
    told = stored_sections.read(project.store, name)
    stored_sections.append(project.store, manuscript.news(name, text, told, who=project.who))
    return manuscript.standing(text, told)


@rights.needs(Right.READ)
def keys(project: Project, place: Path) -> dict[str, str]:
    """The citation keys of the included studies, by work, as references.bib gives them; nothing is written."""
    return _keys(project, references_of(place))[0]


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
    before = references_of(place)
    given, shown = _keys(project, before)
    lines = [f"% key {key} = {work}" for work, key in given.items()]
    entries = bibtex.write([shown[work] for work in given], keys=given).decode("utf-8")
    own = before.partition(MARK)[0]
    own_part = own.rstrip("\n") + "\n\n" if own.strip() else ""
    write_file(path, (own_part + "\n".join([MARK, *lines, "", entries])).encode("utf-8"))
    return given


def _keys(project: Project, before: str) -> tuple[dict[str, str], Mapping[str, Record]]:
    """(the key of each included work in order, the records shown), from the references as they are."""
    own, _, ours = before.partition(MARK)
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

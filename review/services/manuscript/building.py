"""Building: every number of a manuscript looked up, and the documents written beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from review.domain import manuscript, venue
from review.domain.errors import BadInput, Missing, ReviewError
from review.domain.finding import Finding, Severity, summed
from review.domain.naming import argument, counted
from review.domain.paper_settings import PaperSettings
from review.domain.team import Right
from review.domain.venue import Venue
from review.render import documents as made_of
from review.render.documents import SUFFIXES, Document, Text, read, write
from review.render.environment import render_manuscript
from review.resources import write_file
from review.services import facts, flow, rights
from review.services.evidence import kept
from review.services.manuscript import bibliography, claims, gaps, lint, paper, paper_tables, resolved, venues
from review.services.manuscript import settings as paper_settings
from review.services.manuscript.resolved import Resolved
from review.services.project import Project, steadily

FORMATS = made_of.FORMATS
_IN_PRINT = ("DRAFT", "REF", "REL-02")  # rules of the linter whose faults a reader of the print would see
_FEW = 3  # tasks that are told one by one; of more the number
_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")  # as typst writes the pages of a PDF


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """The documents written, and what a reader of the draft should know before sending it on.

    `linted` is all that the linter says of it; of that `findings` has what would show in the print.
    """

    files: tuple[Path, ...]
    findings: tuple[Finding, ...]
    linted: tuple[Finding, ...] = ()


@rights.needs(Right.WRITE)
def build(project: Project, folder: Path, formats: Sequence[str]) -> BuildReport:
    """Look every number up and write the documents into `build/`; the manuscript itself is not touched."""
    place = paper.find(project, folder)
    for name in formats:
        if name not in FORMATS:
            raise Missing("document format", name, FORMATS)
    settings, told = paper_settings.read(place)
    standings = paper.record_sections(project, place)
    markdown, findings, used = steadily(project, lambda: _looked_up(project, place, settings))
    shown = manuscript.marked(markdown, standings)
    target = place / paper.BUILD
    parsed, documents = _documents(place, shown, style=settings.style, formats=formats)
    files = [_kept(target, name, made) for name, made in documents.items()]
    write_file(target / resolved.FILE, used.as_json())
    of_pages = _pages(venues.load(settings.venue), files, path=f"{place.name}/{paper.MANUSCRIPT}")
    of_flow = flow.check(project) if settings.type == "review" else ()
    name = f"{place.name}/{paper.MANUSCRIPT}"
    of_venue = venues.check(paper.text_of(place), markdown, settings.venue, path=name, kind=settings.type)
    linted = tuple(lint.check(project, folder).faults)
    found = (
        *told,
        *findings,
        *kept.check(project),
        *of_venue,
        *of_pages,
        *_for_listeners(parsed, documents, name),
        *_of_claims(project, folder),
        *gaps.check(project, settings.gaps, path=f"{place.name}/{paper.SETTINGS}"),
        *_of_lint(linted, folder),
        *of_flow,
    )
    return BuildReport(files=tuple(files), findings=found, linted=linted)


def _documents(place: Path, shown: str, *, style: str, formats: Sequence[str]) -> tuple[Text, dict[str, Document]]:
    """The text as it was read, and the documents made of it. A refusal names the file and the line of its cause where that is known."""
    try:
        parsed = read(shown, bibliography=place / paper.REFERENCES, style=style, to=tuple(formats))
        return parsed, _written(parsed, formats, place)
    except ReviewError as error:
        _blame_references(place, error)
        if isinstance(error, BadInput) and (line := _line_of(paper.text_of(place), f"({error.path}")):
            raise BadInput(
                f"{place / paper.MANUSCRIPT}:{line}", f"{error.path}: {error.reason}", hint=error.hint
            ) from error
        raise


def _blame_references(place: Path, error: ReviewError) -> None:
    """Refuse with the entry of references.bib that cannot be read, where there is one: nothing can be made with it."""
    unread = bibliography.read(paper.references_of(place), mark=paper.MARK).unread
    if unread and not isinstance(error, BadInput):
        entry = unread[0]
        raise BadInput(
            f"{place / paper.REFERENCES}:{entry.line}",
            f"the entry {entry.key or '(without key)'} cannot be read.",
            hint="Count its brackets and commas, then build again.",
        ) from error


def _line_of(text: str, words: str) -> int:
    """The line of a text in which these words stand first; 0 where they do not."""
    at = text.find(words)
    return text.count("\n", 0, at) + 1 if at >= 0 else 0


def _written(parsed: Text, formats: Sequence[str], place: Path) -> dict[str, Document]:
    """The documents by format, made side by side: each waits for a program of its own."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        made = pool.map(lambda name: write(parsed, to=name, resources=place), formats)
        return dict(zip(formats, made, strict=True))


def _kept(target: Path, name: str, made: Document) -> Path:
    """Write a document, and beside it the pictures it names."""
    for picture, data in made.pictures.items():
        write_file(target / picture, data)
    path = target / f"manuscript{SUFFIXES.get(name, f'.{name}')}"
    write_file(path, made.data)
    return path


def _for_listeners(parsed: Text, documents: Mapping[str, Document], path: str) -> Iterator[Finding]:
    """What somebody who cannot see the document would miss."""
    bare = [picture.name for picture in parsed.pictures if not picture.captioned]
    if bare:
        yield Finding(
            rule="PICTURE-ALT",
            severity=Severity.WARNING,
            message=f"Nothing says what {bare[0]} shows, so that a screen reader can only read its name.",
            path=path,
            hint=f'Write a caption and a description: ![Caption.]({bare[0]}){{alt="What it shows."}}',
        )
    silent = [picture.name for picture in parsed.pictures if picture.captioned and not picture.described]
    if silent:
        yield Finding(
            rule="PICTURE-ALT",
            severity=Severity.INFO,
            message=f"A screen reader reads the caption in place of the picture: {', '.join(dict.fromkeys(silent))}.",
            path=path,
            hint='Say what it shows behind it: {alt="…"}',
        )
    if unfit := next((made.unfit for made in documents.values() if made.unfit), ""):
        yield Finding(
            rule="PDF-UA",
            severity=Severity.WARNING,
            message=f"The PDF is tagged, but it does not keep PDF/UA-1: {unfit}.",
            path=path,
        )


@rights.internal
def _of_claims(project: Project, folder: Path) -> Iterator[Finding]:
    """What is missing in the claim table, counted; to read it is another step."""
    found = [f for f in claims.check(project, folder).findings if f.severity is not Severity.INFO]
    if found:
        yield Finding(
            rule="CLAIMS",
            severity=Severity.INFO,
            message=f"The claim table lacks {len(found):,} thing{'s' if len(found) > 1 else ''}.",
            hint=f"Read them: review paper claims {argument(folder.name)}",
        )


def _of_lint(found: Sequence[Finding], folder: Path) -> Iterator[Finding]:
    """What of the linter a build says: what would show in the print. All of it is counted; to read it is another step."""
    shown = [f for f in found if f.rule.startswith(_IN_PRINT)]
    tasks = [f for f in shown if f.rule.startswith("DRAFT") and " has a task " in f.message]
    yield from (f for f in shown if f not in tasks or len(tasks) <= _FEW)
    if len(tasks) > _FEW:
        first = tasks[0]
        yield replace(
            first,
            message=f"{counted(len(tasks), 'task')} of the skeleton are not written yet; the first is {first.message.partition(' has ')[0]}.",
            hint="Write what each asks for, then delete it.",
        )
    if len(found) > len(shown):
        yield Finding(
            rule="LINT",
            severity=Severity.INFO,
            message=f"The linter says {summed(found)}{', those above among them' if shown else ''}.",
            hint=f"Read them: review paper lint {argument(folder.name)}",
        )


def _pages(profile: Venue, files: Sequence[Path], *, path: str) -> list[Finding]:
    """Whether the PDF just built is longer than the venue takes."""
    built = next((file.read_bytes() for file in files if file.suffix == ".pdf"), b"")
    return venue.pages(profile, len(_PAGE.findall(built)), path=path)


def _looked_up(project: Project, place: Path, settings: PaperSettings) -> tuple[str, list[Finding], Resolved]:
    """References, figures and the text's numbers, which must all be of one moment."""
    text, known = paper.text_of(place), facts.facts(project)
    keys = paper.bring_along(project, place, settings.type)
    shown = paper_tables.of_paper(project, place, settings, keys=keys)
    markdown, findings = render_manuscript(text, known, shown)
    _refuse_errors(place, findings)
    name = f"{place.name}/{paper.MANUSCRIPT}"
    findings = [replace(finding, path=name) for finding in findings]
    return markdown, findings, resolved.resolved(project.store, text, known, shown)


def _refuse_errors(place: Path, findings: Sequence[Finding]) -> None:
    """A fact nobody knows is a refusal that names its line."""
    wrong = [f for f in findings if f.severity in (Severity.ERROR, Severity.BLOCKER)]
    if wrong:
        first = wrong[0]
        more = f" ({len(wrong) - 1} more like it: `review paper lint`.)" if len(wrong) > 1 else ""
        raise BadInput(f"{place / paper.MANUSCRIPT}:{first.line or 1}", first.message, hint=f"{first.hint}{more}")

"""Building: every number of a manuscript looked up, and the documents written beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from review.domain import manuscript, venue
from review.domain.errors import BadInput, Missing
from review.domain.finding import Finding, Severity
from review.domain.team import Right
from review.domain.venue import Venue
from review.render.documents import build_document
from review.render.environment import render_manuscript
from review.resources import write_file
from review.services import facts, flow, rights
from review.services.evidence import kept
from review.services.manuscript import lint, paper, resolved, venues
from review.services.manuscript import settings as paper_settings
from review.services.manuscript.resolved import Resolved
from review.services.manuscript.tables import tables
from review.services.project import Project, steadily

FORMATS = ("docx", "pdf", "html", "tex", "md")
_IN_PRINT = ("DRAFT", "REF", "REL-02")  # rules of the linter whose faults a reader of the print would see
_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")  # as typst writes the pages of a PDF


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """The documents written, and what a reader of the draft should know before sending it on."""

    files: tuple[Path, ...]
    findings: tuple[Finding, ...]


@rights.needs(Right.WRITE)
def build(project: Project, folder: Path, formats: Sequence[str]) -> BuildReport:
    """Look every number up and write the documents into `build/`; the manuscript itself is not touched."""
    place = paper.find(project, folder)
    for name in formats:
        if name not in FORMATS:
            raise Missing("document format", name, FORMATS)
    settings, told = paper_settings.read(place)
    standings = paper.record_sections(project, place)
    markdown, findings, used = steadily(project, lambda: _looked_up(project, place, settings.type))
    shown = manuscript.marked(markdown, standings)
    target = place / paper.BUILD
    files = []
    for name in formats:
        data = build_document(shown, to=name, resources=place, bibliography=place / paper.REFERENCES)
        path = target / f"manuscript.{name}"
        write_file(path, data)
        files.append(path)
    write_file(target / resolved.FILE, used.as_json())
    of_pages = _pages(venues.load(settings.venue), files, path=f"{place.name}/{paper.MANUSCRIPT}")
    of_flow = flow.check(project) if settings.type == "review" else ()
    name = f"{place.name}/{paper.MANUSCRIPT}"
    of_venue = venues.check(paper.text_of(place), markdown, settings.venue, path=name, kind=settings.type)
    found = (
        *told,
        *findings,
        *kept.check(project),
        *of_venue,
        *of_pages,
        *_of_lint(lint.check(project, folder).faults, folder),
        *of_flow,
    )
    return BuildReport(files=tuple(files), findings=found)


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
    text, known = paper.text_of(place), facts.facts(project)
    shown = tables(project, keys=paper.bring_along(project, place, kind))
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

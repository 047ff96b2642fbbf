"""The response to reviewers as a document: the totals, then every comment with its answer and the place of the change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from review.domain import response as answers
from review.domain.errors import BadInput, Missing
from review.domain.estimate import Cell, Table
from review.domain.finding import Finding, Severity
from review.domain.response import FILE, Comment, Response, state_of
from review.domain.team import Right
from review.lint import document
from review.render.documents import Text, read, write
from review.render.environment import escape_markdown, render_manuscript
from review.render.tables import markdown
from review.resources import write_file
from review.services import facts, rights
from review.services.manuscript import paper, response
from review.services.manuscript import settings as paper_settings
from review.services.project import Project

FORMATS = ("docx", "pdf", "md", "html")


@rights.needs(Right.WRITE)
def build(project: Project, folder: Path, formats: Sequence[str]) -> tuple[list[Path], response.ResponseReport]:
    """Write the response into `build/`; its numbers are looked up as those of the manuscript are."""
    for name in formats:
        if name not in FORMATS:
            raise Missing("format of a response", name, FORMATS)
    place = paper.find(project, folder)
    report = response.check(project, folder)
    text, told = render_manuscript(_markdown(report.response, _title(place)), facts.facts(project))
    told = [replace(finding, path=report.path, line=None) for finding in told]
    _refuse(place / FILE, told)
    settings, _ = paper_settings.read(place)
    parsed: Text = read(text, bibliography=place / paper.REFERENCES, style=settings.style, to=tuple(formats))
    files = []
    for name in formats:
        path = place / paper.BUILD / f"response.{name}"
        write_file(path, write(parsed, to=name, resources=place).data)
        files.append(path)
    return files, replace(report, findings=(*report.findings, *told))


def _refuse(path: Path, told: Sequence[Finding]) -> None:
    wrong = next((f for f in told if f.severity in (Severity.ERROR, Severity.BLOCKER)), None)
    if wrong is not None:
        raise BadInput(path, wrong.message, hint=wrong.hint)


def _title(place: Path) -> str:
    said = document.parse(paper.text_of(place)).header.get("title", "")
    return said.strip("\"' ")


def _markdown(found: Response, title: str) -> str:
    parts = ['---\ntitle: "Response to reviewers"\nlang: en\n---\n']
    if title:
        parts.append(f"Manuscript: {title if '{{' in title else escape_markdown(title)}\n")
    if found.letter:
        parts.append(f"{found.letter}\n")
    parts += ["# Overview\n", _overview(found)]
    for reviewer in found.reviewers:
        parts.append(f"# {escape_markdown(reviewer)}\n")
        for comment in found.comments:
            if comment.reviewer == reviewer:
                parts += _printed(comment)
    return "\n".join(parts) + "\n"


def _overview(found: Response) -> str:
    sums = answers.totals(found.comments)
    of_each: list[tuple[Cell, ...]] = [
        (who, *answers.totals([one for one in found.comments if one.reviewer == who]).values())
        for who in found.reviewers
    ]
    table = Table(
        name="response",
        title="Comments and how they stand.",
        columns=("Reviewer", "Comments", "Done", "Declined", "Open"),
        rows=(*of_each, ("All", *sums.values())),
    )
    told = f"{sums['comments']} comments: {sums['done']} done, {sums['declined']} declined, {sums['open']} open."
    return f"{told}\n\n{markdown(table)}"


def _printed(comment: Comment) -> Iterator[str]:
    state = state_of(comment)
    about = f" · {escape_markdown(comment.anchor)}" if comment.anchor else ""
    yield f"## {escape_markdown(comment.id)}{about}\n"
    said = [escape_markdown(part) for part in comment.comment.split("\n\n") if part.strip()]
    yield "\n>\n".join(f"> {part}" for part in said) + "\n"
    yield f"**Response.** {comment.action or '*Not answered yet.*'}\n"
    if comment.where:
        yield f"**Where the text changed.** {escape_markdown(comment.where)}\n"
    yield f"**Status.** {state or escape_markdown(comment.status)}\n"

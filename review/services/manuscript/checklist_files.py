"""A filled-in checklist as a file for a journal or a colleague: Word, PDF, Markdown or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from review.domain.cell import harmless
from review.domain.checklist import Checklist, ItemAnswer, ItemState, open_items
from review.domain.errors import Missing
from review.domain.team import Right
from review.render.documents import build_document
from review.render.environment import escape_markdown
from review.resources import write_file
from review.services import rights
from review.services.manuscript import checklists, paper
from review.services.manuscript.tables import markdown_table
from review.services.project import Project

FORMATS = ("docx", "pdf", "md", "csv")
COLUMNS = ("Number", "Section", "What is asked", "State", "Where", "Remark", "Answered by", "On")
WORDS = {
    ItemState.YES: "reported",
    ItemState.PARTIAL: "in part",
    ItemState.NO: "open",
    ItemState.NOT_APPLICABLE: "not applicable",
    ItemState.CONTRADICTED: "contradicted",
    ItemState.STALE: "stale",
}


@rights.needs(Right.READ)
def as_file(project: Project, folder: Path, name: str, *, to: str, repository: Path | None = None) -> bytes:
    """The checklist with every item's state and place in one of `FORMATS`."""
    if to not in FORMATS:
        raise Missing("format of a checklist", to, FORMATS)
    place = paper.find(project, folder)
    found = checklists.answers(project, folder, name, repository=repository)
    if to == "csv":
        return _csv(found)
    return build_document(_markdown(checklists.load(name), found, title=place.name), to=to, resources=place)


@rights.needs(Right.READ)
def write(project: Project, folder: Path, name: str, path: Path) -> Path:
    """Write the checklist into a file, in the format of its ending."""
    write_file(path, as_file(project, folder, name, to=path.suffix.lower().removeprefix(".")))
    return path


def _csv(found: Sequence[ItemAnswer]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([harmless(cell) for cell in row] for row in _told(found))
    return ("\ufeff" + text.getvalue()).encode("utf-8")


def _told(found: Sequence[ItemAnswer]) -> list[tuple[str, ...]]:
    """The rows of a checklist with its states in words."""
    return [
        (*row[:3], WORDS[answer.state], *row[4:])
        for row, answer in zip(checklists.rows(found), found, strict=True)
    ]  # fmt: skip


def _markdown(about: Checklist, found: Sequence[ItemAnswer], *, title: str) -> str:
    still = len(open_items(found))
    standing = f"{len(found) - still} of {len(found)} items are answered, {still} are open."
    which = f"Checklist for the manuscript “{escape_markdown(title)}”, edition {escape_markdown(about.edition)}"
    head = [
        f'---\ntitle: "{about.title.replace(chr(34), "")}"\nlang: en\n---\n',
        f"{which}, as of {datetime.now(UTC):%Y-%m-%d}. {standing}\n",
    ]
    for section, part in groupby(zip(_told(found), found, strict=True), key=lambda pair: pair[1].item.section):
        rows = [[escape_markdown(cell) for cell in _short(row)] for row, _ in part]
        table = markdown_table(("Item", "What is asked", "State", "Where, and remarks"), rows, widths=(10, 42, 14, 34))
        head += [f"# {escape_markdown(section)}\n", table, ""]
    if about.licence:
        head += ["# About this form {.unnumbered}\n", escape_markdown(about.licence), ""]
    if about.doi:
        head.append(f"The guideline: <https://doi.org/{about.doi}>\n")
    return "\n".join(head)


def _short(row: Sequence[str]) -> tuple[str, ...]:
    number, _, ask, state, where, remark, who, at = row
    said = f"{who}, {at}" if who else ""
    return number, ask, state, "; ".join(part for part in (where, remark, said) if part)

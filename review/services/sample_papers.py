"""The invented papers of the sample review as PDF: what its records say, set as a paper, with a text of its own."""

from __future__ import annotations

from collections.abc import Iterator

from review.domain.record import Record
from review.render.documents import build_document
from review.render.environment import escape_markdown
from review.resources import data_dir

FOLDER = "papers"  # of the sample; each file is called like the last part of the DOI of its paper
NOTICE = "Invented for the Scopewright sample review. There is no such study, journal or author; do not cite it."
_PREFIX = "10.5555"  # of DOIs that belong to nobody


def texts() -> Iterator[tuple[str, str]]:
    """Each paper's DOI, and its text after the abstract as Markdown."""
    for path in sorted((data_dir("templates") / "sample" / FOLDER).glob("*.md")):
        yield f"{_PREFIX}/{path.stem}", path.read_text(encoding="utf-8")


def drawn(record: Record, doi: str, text: str) -> bytes:
    """A paper as PDF: title, people, where it is said to have appeared, the notice, the abstract, and the text."""
    said = escape_markdown
    people = "".join(f"  - '{name.replace(chr(39), chr(39) * 2)}'\n" for name in record.authors)
    place = f"{said(record.journal)} {record.year}. https://doi.org/{doi}"
    markdown = (
        f"---\ntitle: |\n  {said(record.title)}\nauthor:\n{people}lang: en\n---\n\n{place}\n\n> **{NOTICE}**\n\n"
        f"# Abstract\n\n{said(record.abstract)}\n\n{text}"
    )
    return build_document(markdown, to="pdf", resources=data_dir("templates") / "sample")

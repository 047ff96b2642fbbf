"""The text of a study's paper, page by page: where a quote stands in it, and what it offers as answers."""

from __future__ import annotations

from dataclasses import dataclass

from review.domain.charting import ChartingForm
from review.domain.errors import Missing, ReviewError
from review.domain.quotes import folded, page_among
from review.domain.suggestions import Suggestion, suggest
from review.domain.team import Right
from review.services import chart, full_texts, rights
from review.services.project import Project
from review.services.works import read, works

_READ = 400  # pages searched for suggestions: a thesis has its methods before that


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The text of a paper by page, and the same as quotes are compared with it; none without a PDF that has words.

    `why` says why there is none, where a file is kept.
    """

    pages: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    why: str = ""

    @property
    def there(self) -> bool:
        return any(self.folded)


@rights.needs(Right.READ)
def pages(project: Project, work: str) -> Pages:
    """The text of a study's newest PDF; kept for each person while they chart the study."""
    kept = tuple(file.sha256 for file in full_texts.files(project, work))
    if not kept:
        return Pages()
    return project.cached(f"text before {project.who}", (work, kept), lambda: _read(project, work))


def _read(project: Project, work: str) -> Pages:
    try:
        found = full_texts.pages(project, work)
    except ReviewError as error:  # the form works without it
        return Pages(why=str(error))
    if not any(page.strip() for page in found):
        return Pages(
            pages=found,
            why="The PDF holds no text, only pictures of pages: quotes cannot be chosen in it or looked up. "
            "A scan becomes text with a program for text recognition (OCR).",
        )
    return Pages(pages=found, folded=tuple(folded(page) for page in found))


def warning(quote: str, page: str, text: Pages) -> str:
    """What to look at again in a quote; empty if it stands in the text, and where there is no text to look in."""
    if not quote.strip() or not text.there:
        return ""
    found = page_among(quote, text.folded)
    if found is None:
        return (
            "These words are not in the text of the PDF. Copy them from the paper; write … where you leave words out."
        )
    if page.strip().isdecimal() and int(page) <= len(text.pages) and int(page) != found:
        both = page_among(quote, (text.folded[int(page) - 1],))
        if both is None:
            return f"These words stand on page {found} of the PDF, not on page {page.strip()}."
    return ""


@rights.needs(Right.READ)
def suggestions(project: Project, work: str) -> list[Suggestion]:
    """What the paper, or its title and abstract (page 0), offers for the fields of the form. Nothing of it is stored."""
    form = chart.form(project)
    text = pages(project, work)
    if text.there:
        return _offered(form, text.pages[:_READ], first_page=1)
    record = read(project, [work]).get(work)
    if record is None:
        raise Missing("work", work, works(project).members)
    return _offered(form, (f"{record.title}.\n\n{record.abstract}",), first_page=0)


def _offered(form: ChartingForm, found: tuple[str, ...], *, first_page: int) -> list[Suggestion]:
    return suggest(form.fields, found, first_page=first_page)

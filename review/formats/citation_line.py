"""A citation printed in one line, as Ovid's databases give it ("J Test. 12(3):4-9, 2015 Mar."), taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

from review.formats import fields

_LONGEST = 1000  # signs; no citation is longer, and a page of text taken for one would keep the patterns busy
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Spring|Summer|Autumn|Fall|Winter)[a-z]*\.?"
_YEAR = r"(?:1[5-9]|20)\d{2}"
_DATE = rf"(?:{_MONTH}[-/ ]?){{0,2}}(?:\d{{1,2}},?\s)?(?:{_MONTH}\s)?{_YEAR}"
_VOLUME = r"(?P<volume>(?:[A-Za-z]{0,6}\d|[Ss]uppl)[^\s();:,]*)?"
_ISSUE = r"(?:\((?P<issue>(?!pp?\b|no pag)[^:]*?)\))?"
_PAGES = r"(?P<pages>[^,.]+?)"
_MEDLINE = re.compile(  # also Journals@Ovid: J Test. 12(3):4-9; discussion 10, 2015 Mar 7.
    rf"^(?P<journal>.+?)\.\s+{_VOLUME}\s*{_ISSUE}\s*:\s*(?P<pages>[^,]+(?:,\s*[a-z]?\d+-[a-z]?\d+)*),"
    rf"(?:[^,;]*,)?\s*(?P<date>[^,;]*{_YEAR})",
    re.IGNORECASE,
)
_JOURNALS = re.compile(  # also PubMed: J Test March 2015;12(3):4-9
    rf"^(?P<journal>.+?)[.,;]?\s+(?P<date>{_DATE}[^;:()]*);\s*{_VOLUME}\s*{_ISSUE}\s*:\s*{_PAGES}"
    r"(?:\.|\.\s+(?:doi|epub|eCollection|PMID)\b.*)?$",
    re.IGNORECASE,
)
_PSYCINFO = re.compile(  # J Test. Vol.12(3), Mar 2015, pp. 4-9.
    rf"^(?P<journal>.+?)[.,]\s+Vol\.?\s*{_VOLUME}\s*{_ISSUE},?\s+(?P<date>[^,]*?{_YEAR})"
    r"(?:,\s*(?:pp?\.\s*)?(?P<pages>[A-Za-z]{0,3}\d[^,.\s]*))?",
    re.IGNORECASE,
)
_EMBASE = re.compile(  # also Cochrane: J Test. 12 (3) (pp 4-9), 2015. Date of Publication: …
    rf"^(?P<journal>.+?)\.\s+{_VOLUME}\s*{_ISSUE}\s*(?:\((?:pp?\.?\s*(?P<pages>[^)]*)|no pagination)\))?,"
    rf"\s*(?P<date>(?:{_MONTH}\s*)?{_YEAR})",
    re.IGNORECASE,
)
_CAB = re.compile(  # J Test; 2015. 12(3):4-9. 30 ref.
    rf"^(?P<journal>.+?)[;.]\s*(?P<date>{_YEAR})[.;]\s*{_VOLUME}\s*{_ISSUE}\s*[:,]\s*{_PAGES}(?:\.|$)"
)
_EMBASE_COM = re.compile(  # Embase's own site: J Test (2015) 12:3 (4-9). Date of Publication: 1 Mar 2015
    rf"^(?P<journal>.+?)\s\((?P<date>{_YEAR})\)(?:\s+(?P<volume>[^\s():.]+)(?::(?P<issue>[^()]*?))?)?"
    r"(?:\s*\((?P<pages>[^()]*)\))?(?:\.(?:\s|$)|$)"
)
_FORMS = (_MEDLINE, _JOURNALS, _PSYCINFO, _EMBASE, _CAB)  # the surest first
# PsycINFO's books and chapters: Editor, A (2015). Title of the book. (pp. 4-9). xx, 300 pp. City: Publisher.
_BOOK = re.compile(
    rf"^.{{0,500}}?\((?P<date>{_YEAR})\)\.\s*(?P<title>.+?)"
    r"(?:\.?\s*\(pp?\.\s*(?P<pages>[^)]*)\)|\.?\s+(?:[xivl]+,?\s*)?\d+\s*pp\b|\.(?:\s|$)|$)"
)
_MEETING = re.compile(r"\.\s+Conference:.*")
_AFTER = (re.compile(r"[.;]\s"), re.compile(rf"[,\s]\s?(?={_DATE})"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What a line says; `title` only for a book, whose title a citation names where a journal would stand."""

    journal: str = ""
    title: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    year: int | None = None


def is_embase(line: str) -> bool:
    """Whether a line is a citation as Embase's own site gives it, and no mere name of a database or a journal.

    >>> is_embase("Spine J (2015) 12:3 (4-9). Date of Publication: 2015"), is_embase("Spine (Phila Pa 1976)")
    (True, False)
    """
    found = _EMBASE_COM.match(fields.plain(line[:_LONGEST]))
    return bool(found and (found["volume"] or found["pages"]))


def parse(line: str) -> Citation:
    """The parts of a citation; of a form we do not know at least what stands first and the year.

    >>> parse("BMJ. 316(7139):1236-8; discussion 1239, 1998 Apr 18.").pages
    '1236-8'
    """
    text = fields.plain(line[:_LONGEST])
    for form in (_EMBASE_COM, *_FORMS) if is_embase(text) else _FORMS:
        found = form.match(text)
        if found:
            part = found.groupdict()
            return Citation(
                journal=_MEETING.sub("", part["journal"]).strip(" .,;"),
                volume=part["volume"] or "",
                issue=(part["issue"] or "").strip(),
                pages=_pages(part["pages"] or ""),
                year=fields.year(part["date"]),
            )
    book = _BOOK.match(text)
    if book:
        return Citation(title=book["title"].strip(), pages=_pages(book["pages"] or ""), year=fields.year(book["date"]))
    after = next((found for mark in _AFTER if (found := mark.search(text))), None)
    return Citation(journal=(text[: after.start()] if after else text).strip(" .,;"), year=_last_year(text))


def _pages(text: str) -> str:
    return fields.pages(text.split(";", maxsplit=1)[0])


def _last_year(text: str) -> int | None:
    """Names of journals and meetings hold years too; the date comes after them."""
    years = re.findall(rf"(?<!\d){_YEAR}(?!\d)", text)
    return int(years[-1]) if years else None

"""Places: volume, issue and pages in one form, and the numbers a work is registered under."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from review.dedup.words import plain
from review.domain.record import Record

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {m: n for n, m in enumerate(_MONTH_NAMES, 1)}
_EXCEL_DAY_MONTH = re.compile(r"^(\d{1,2})-([a-z]{3})$")
_EXCEL_MONTH_YEAR = re.compile(r"^([a-z]{3})-(\d{1,2})$")
_ISSUE_PARTS = re.compile(r"\bsup[a-z]*|\bspec[a-z]*|s(?=\.?\d|$)|\d+")
_DIGITS = re.compile(r"\d+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_PAGE = re.compile(r"([a-z]{0,6}\.?\d+[a-z]?)(?:\s*[-–—]+\s*([a-z]{0,6}\.?\d+[a-z]?))?")
_VOLUME_AND_ISSUE = re.compile(r"\s*([^()]*)\((?!no pag)([^()]*)\)", re.IGNORECASE)
_ARTICLE_NUMBER = re.compile(r"^[a-z]+\d{2,}$")
# "1)" is what is left of "50 (SUPPL. 1)": an issue, not a volume.
_LEFT_OVER = re.compile(r"^\w*\)$")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_ARXIV = re.compile(
    r"(?:arxiv[:./ ]|arxiv\.org/(?:abs|pdf)/|^)\s*((?:\d{4}\.\d{4,5})|(?:[a-z-]+(?:\.[a-z]{2})?/\d{7}))(?:v\d+)?",
    re.IGNORECASE,
)
_PMID_URL = re.compile(r"(?:ncbi\.nlm\.nih\.gov/pubmed/|pubmed\.ncbi\.nlm\.nih\.gov/)(\d{5,9})")


def place_of(record: Record) -> tuple[str, str, tuple[str, str]]:
    """Volume, issue and pages; an article number in the wrong column is taken for the page it is, and what stands
    behind the volume, as in "12 (8) (no pagination)", for the issue.
    """
    volume, issue, pages = record.volume, record.issue, record.pages
    unpaged = "(no pagination)" in volume
    if issue and not _DIGITS.search(pages) and (unpaged or _ARTICLE_NUMBER.match(issue.strip().casefold())):
        issue, pages = "", issue
    if "(" in volume and (found := _VOLUME_AND_ISSUE.match(volume)):
        volume, issue = found[1], issue or found[2]
    return normal_volume(volume), normal_issue(issue), normal_pages(pages)


@lru_cache(maxsize=1 << 14)
def normal_volume(volume: str) -> str:
    number = None if _LEFT_OVER.match(volume.strip()) else _DIGITS.search(volume)
    return str(int(number[0][:12])) if number else ""


@lru_cache(maxsize=1 << 14)
def normal_issue(issue: str) -> str:
    """Numbers of an issue, with an s for a supplement.

    >>> normal_issue("5 Suppl 2"), normal_issue("Pt 11"), normal_issue("SUPPL. 3")
    ('5s2', '11', 's3')
    """
    text = plain(issue)
    return "".join("s" if part[0] == "s" else part.lstrip("0") for part in _ISSUE_PARTS.findall(text))


@lru_cache(maxsize=1 << 14)
def normal_pages(pages: str) -> tuple[str, str]:
    """First and last page; dates that a spreadsheet made of page numbers are turned back.

    >>> normal_pages("08-Nov"), normal_pages("Oct-15"), normal_pages("1649--55"), normal_pages("S41-7")
    (('8', '11'), ('10', '15'), ('1649', '1655'), ('s41', 's47'))
    """
    text = plain(pages).strip()
    day_month, month_year = _EXCEL_DAY_MONTH.match(text), _EXCEL_MONTH_YEAR.match(text)
    if day_month and day_month[2] in _MONTHS:
        return day_month[1].lstrip("0"), str(_MONTHS[day_month[2]])
    if month_year and month_year[1] in _MONTHS:
        return str(_MONTHS[month_year[1]]), month_year[2].lstrip("0")
    found = _PAGE.search(text)
    if not found or text.startswith("(no pag"):
        return "", ""
    first = found[1].lstrip("0").replace(".", "")
    return first, _written_out(first, (found[2] or "").lstrip("0").replace(".", ""))


def _written_out(first: str, last: str) -> str:
    """The last page with all that the first page has in front of it: of "S41-7" and of "S41-47" it is s47."""
    own = last.lstrip(_LETTERS)
    if not own.isdigit() or not (own == last or last[0] == first[0]):
        return last
    digits = first.lstrip(_LETTERS)
    if not digits.isdigit() or len(own) > len(digits):
        return last
    return first[: len(first) - len(own)] + own


def normal_doi(doi: str) -> str:
    """A DOI in lower case without prefix or percent signs; "" if the text holds none.

    >>> normal_doi("https://doi.org/10.1016/S0273-2300%2803%2900007-2.")
    '10.1016/s0273-2300(03)00007-2'
    """
    found = _DOI.search(unquote(doi) if "%" in doi else doi) if doi else None
    return found[0].casefold().rstrip(".,;") if found else ""


def normal_pmid(record: Record) -> str:
    digits = record.pmid.strip()
    if digits.isdigit():
        return digits.lstrip("0")
    found = set(_PMID_URL.findall(record.url)) if "pubmed" in record.url else set()
    return found.pop() if len(found) == 1 else ""


def normal_arxiv(record: Record) -> str:
    """The arXiv number without its version, wherever the record gives it."""
    if not record.arxiv_id and "arxiv" not in f"{record.doi} {record.journal} {record.url}".lower():
        return ""
    for text in (record.arxiv_id, record.doi, record.journal, record.url):
        if text and (text is record.arxiv_id or "arxiv" in text.lower()) and (found := _ARXIV.search(text.strip())):
            return found[1].casefold()
    return ""

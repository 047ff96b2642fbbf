"""PubMed's XML (efetch and the website's export): articles and book chapters; deletions are no records."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import fields
from review.formats.contract import Format
from review.formats.entry import Entry, Intake
from review.formats.nbib import kind_of, types_note
from review.formats.xml_parts import child_text, elements, raw, text
from review.resources import Data

_ENTRIES = frozenset({"PubmedArticle", "PubmedBookArticle"})
_MONTHS = {
    name: f"{number:02d}"
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
# How an article is tied to notices about it and to its other versions; comments and reviews of it are no such thing.
_LINKS = {
    "RetractionIn": "Retraction in",
    "RetractionOf": "Retraction of",
    "PartialRetractionIn": "Partial retraction in",
    "PartialRetractionOf": "Partial retraction of",
    "RetractedandRepublishedIn": "Retracted and republished in",
    "RetractedandRepublishedFrom": "Retracted and republished from",
    "ExpressionOfConcernIn": "Expression of concern in",
    "ExpressionOfConcernFor": "Expression of concern for",
    "ErratumIn": "Erratum in",
    "ErratumFor": "Erratum for",
    "CorrectedandRepublishedIn": "Corrected and republished in",
    "CorrectedandRepublishedFrom": "Corrected and republished from",
    "RepublishedIn": "Republished in",
    "RepublishedFrom": "Republished from",
    "UpdateIn": "Update in",
    "UpdateOf": "Update of",
    "OriginalReportIn": "Original report in",
    "ReprintIn": "Reprint in",
    "ReprintOf": "Reprint of",
}


def read(data: Data, source: str) -> Iterator[Record | Finding]:
    """The records of a PubMed XML file; the id of a record is its PMID."""
    intake = Intake(source)
    for part in elements(data, _ENTRIES, source):
        if isinstance(part, Finding):
            yield part
        else:
            yield from intake.take(_book(part) if part.tag == "PubmedBookArticle" else _article(part))


def _article(node: Element) -> Entry:
    citation = node.find("MedlineCitation")
    article = None if citation is None else citation.find("Article")
    journal = None if article is None else article.find("Journal")
    issue = None if journal is None else journal.find("JournalIssue")
    number = fields.pmid(child_text(citation, "PMID"))
    types = [text(item) for item in _all(article, "PublicationTypeList/PublicationType")]
    doi = _doi(node, article)
    return Entry(
        own_id=number,
        title=child_text(article, "ArticleTitle") or child_text(article, "VernacularTitle"),
        abstract=_abstract(article) or _abstract(citation, "OtherAbstract"),
        authors=tuple(name for item in _all(article, "AuthorList/Author") if (name := _author(item))),
        year=_year(issue, article, node),
        journal=child_text(journal, "Title") or child_text(citation, "MedlineJournalInfo/MedlineTA"),
        volume=child_text(issue, "Volume"),
        issue=child_text(issue, "Issue"),
        pages=_pages(article),
        doi=doi,
        pmid=number,
        arxiv_id=fields.arxiv_id(f"arXiv:{doi.rpartition('arxiv.')[2]}") if "/arxiv." in doi else "",
        keywords=fields.keywords(
            [text(item) for item in _all(citation, "KeywordList/Keyword")]
            + [text(item) for item in _all(citation, "MeshHeadingList/MeshHeading/DescriptorName")]
        ),
        language=child_text(article, "Language"),
        type=kind_of(types),
        notes=fields.noted(types_note(types), _notes(node, article, issue)),
        raw=raw(node),
    )


def _notes(node: Element, article: Element | None, issue: Element | None) -> Iterator[str]:
    """What a record has no field for: links to notices and versions, other names, dates and numbers."""
    citation = node.find("MedlineCitation")
    for item in _all(citation, "CommentsCorrectionsList/CommentsCorrections"):
        if words := _LINKS.get(item.get("RefType", "")):
            number = child_text(item, "PMID")
            where = child_text(item, "RefSource") or child_text(item, "Note")
            yield f"{words}: {where} (PMID {number})" if where and number else f"{words}: {where or f'PMID {number}'}"
    title, vernacular = child_text(article, "ArticleTitle"), child_text(article, "VernacularTitle")
    if title and vernacular:
        yield f"Original title: {vernacular}"
    journal = None if article is None else article.find("Journal")
    short = child_text(journal, "ISOAbbreviation")
    if short and short != child_text(journal, "Title"):
        yield f"Journal abbreviation: {short}"
    if place := next((text(item) for item in _all(article, "ELocationID") if item.get("EIdType") == "pii"), ""):
        yield f"E-location: {place}"
    if online := _day(None if article is None else article.find("ArticleDate")):
        yield f"Published online: {online}"
    if printed := _day(None if issue is None else issue.find("PubDate")):
        paper = issue is not None and issue.get("CitedMedium") == "Print"
        yield f"In print: {printed}" if paper else f"Issue of: {printed}"
    own = _all(node, "PubmedData/ArticleIdList/ArticleId")
    if pmcid := next((text(item) for item in own if item.get("IdType") == "pmc"), ""):
        yield f"PMCID: {pmcid}"


def _day(date: Element | None) -> str:
    """A date as far as it is known: 2024, 2024-03 or 2024-03-01; else as printed, "2019 Nov-Dec"."""
    year, month, day = (child_text(date, name) for name in ("Year", "Month", "Day"))
    if not year:
        return child_text(date, "MedlineDate")
    number = _MONTHS.get(month[:3].lower(), "") if month.isalpha() else month.zfill(2) if month.isdecimal() else ""
    if not number:
        return " ".join(part for part in (year, month or child_text(date, "Season")) if part)
    return f"{year}-{number}-{day.zfill(2)}" if day.isdecimal() else f"{year}-{number}"


def _book(node: Element) -> Entry:
    book = node.find("BookDocument")
    number = fields.pmid(child_text(book, "PMID"))
    title = child_text(book, "ArticleTitle")
    container = child_text(book, "Book/BookTitle")
    people = _all(book, "AuthorList/Author") or _all(book, "Book/AuthorList/Author")
    dates = ("Book/PubDate", "ContributionDate", "DateRevised")
    return Entry(
        own_id=number,
        title=title or container,
        abstract=_abstract(book),
        authors=tuple(name for item in people if (name := _author(item))),
        year=fields.first_year(child_text(book, path) for path in dates),
        journal=container if title else "",
        pages=_pages(book),
        doi=_doi(node, book),
        pmid=number,
        keywords=fields.keywords(text(item) for item in _all(book, "KeywordList/Keyword")),
        language=child_text(book, "Language"),
        type="chapter" if title else "book",
        notes=fields.noted(
            f"Published: {day}" if (day := _day(None if book is None else book.find("Book/PubDate"))) else ""
        ),
        raw=raw(node),
    )


def _all(node: Element | None, path: str) -> list[Element]:
    """Every element at a path of names, a step at a time, which is far faster than by the whole path."""
    found = [] if node is None else [node]
    for name in path.split("/"):
        found = found[0].findall(name) if len(found) == 1 else [item for each in found for item in each.findall(name)]
    return found


def _abstract(node: Element | None, name: str = "Abstract") -> str:
    """The parts of an abstract, each after its label."""
    first = None if node is None else node.find(name)
    parts = []
    for part in _all(first, "AbstractText"):
        words = text(part)
        label = fields.fold(part.get("Label") or "")
        if words:
            parts.append(f"{label}: {words}" if label and label != "UNLABELLED" else words)
    return " ".join(parts)


def _author(node: Element) -> str:
    group = child_text(node, "CollectiveName")
    if group:
        return group
    family, given = child_text(node, "LastName"), child_text(node, "ForeName") or child_text(node, "Initials")
    suffix = child_text(node, "Suffix")
    return ", ".join(part for part in (family, given, suffix) if part)


def _year(issue: Element | None, article: Element | None, node: Element) -> int | None:
    day = None if issue is None else issue.find("PubDate")
    for place, path in ((day, "Year"), (day, "MedlineDate"), (article, "ArticleDate/Year")):
        found = fields.year(child_text(place, path))
        if found:
            return found
    return fields.year(child_text(node, "PubmedData/History/PubMedPubDate/Year"))


def _pages(node: Element | None) -> str:
    return fields.pages(child_text(node, "Pagination/MedlinePgn").split(";")[0]) or fields.pages(
        child_text(node, "Pagination/StartPage"), child_text(node, "Pagination/EndPage")
    )


def _doi(node: Element, article: Element | None) -> str:
    """The article's own DOI: lists deeper in the tree belong to its references."""
    own = [
        item
        for place in ("PubmedData", "PubmedBookData", "BookDocument")
        for item in _all(node, f"{place}/ArticleIdList/ArticleId")
        if item.get("IdType") == "doi"
    ]
    own += [item for item in _all(article, "ELocationID") if item.get("EIdType") == "doi"]
    return next((found for item in own if (found := fields.doi(text(item)))), "")


def looks_like(head: bytes) -> bool:
    return any(mark in head for mark in (b"<PubmedArticle", b"<PubmedBookArticle", b"<PubmedArticleSet"))


FORMAT = Format(name="pubmed_xml", label="PubMed XML", suffixes=(".xml",), read=read, looks_like=looks_like, large=True)

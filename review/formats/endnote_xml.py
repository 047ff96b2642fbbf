"""EndNote's XML, as EndNote, Zotero, Mendeley and databases write it, read and written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement, tostring

from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import fields, kinds
from review.formats.contract import Format
from review.formats.entry import Entry, Intake
from review.formats.tags import other_links
from review.formats.xml_parts import elements, raw

_ENTRIES = frozenset({"record"})
_LINES = re.compile(r"[\r\n]+")  # several values of one field stand in one element, parted by &#xD;
_AUTHORS = ("authors/author", "tertiary-authors/author", "secondary-authors/author", "subsidiary-authors/author")
_TITLES = ("titles/title", "titles/translated-title", "titles/short-title", "titles/secondary-title")
_JOURNALS = (
    "periodical/full-title",
    "titles/secondary-title",
    "alt-periodical/full-title",
    "periodical/abbr-1",
    "titles/alt-title",
)
_LINKS = ("urls/related-urls/url", "urls/web-urls/url", "urls/text-urls/url", "urls/pdf-urls/url")
_DATES = ("dates/year", "dates/pub-dates/date", "edition", "dates/copyright-dates/date")


def read(data: bytes, source: str) -> Iterator[Record | Finding]:
    """The records of an EndNote XML file, one after the other."""
    intake = Intake(source)
    for part in elements(data, _ENTRIES, source):
        if isinstance(part, Finding):
            yield part
        else:
            yield from intake.take(_entry(part))


def _values(node: Element, *paths: str) -> list[str]:
    """Every value at the paths in their order; a change of style parts nothing, a line break parts two values."""
    found = ("".join(item.itertext()) for path in paths for item in node.findall(path))
    return [value for text in found for line in _LINES.split(text) if (value := fields.plain(line))]


def _first(node: Element, *paths: str) -> str:
    return next(iter(_values(node, *paths)), "")


def _whole(node: Element, path: str) -> str:
    """The text at a path, its line breaks made blanks."""
    item = node.find(path)
    return "" if item is None else fields.plain("".join(item.itertext()))


def _entry(node: Element) -> Entry:
    title = next((text for path in _TITLES if (text := _whole(node, path))), "")
    journal = next((text for path in _JOURNALS if (text := _whole(node, path)) and text != title), "")
    addresses = [found for value in _values(node, *_LINKS) for word in value.split() if (found := fields.link(word))]
    notes = [text for path in ("notes", "research-notes") if (text := "; ".join(_values(node, path)))]
    return Entry(
        title=title,
        abstract=_whole(node, "abstract"),
        authors=_people(node),
        year=fields.first_year(value for path in _DATES for value in _values(node, path)),
        journal=journal,
        volume=_first(node, "volume"),
        issue=_first(node, "number", "issue"),
        pages=fields.pages(_first(node, "pages")) or _first(node, "electronic-pages", "custom7"),
        doi=_doi(node),
        pmid=_pmid(node),
        arxiv_id=next(
            (
                found
                for value in _values(node, "custom1", "accession-num", *_LINKS)
                if (found := fields.arxiv_id(value))
            ),
            "",
        ),
        keywords=fields.keywords(_values(node, "keywords/keyword")),
        language=_first(node, "language"),
        type=_kind(node),
        url=addresses[0] if addresses else "",
        notes="; ".join(notes + other_links(addresses)),
        raw=raw(node),
    )


def _people(node: Element) -> tuple[str, ...]:
    for path in _AUTHORS:
        people = fields.author_list(_values(node, f"contributors/{path}"))
        if people:
            return people
    return ()


def _doi(node: Element) -> str:
    own = next((found for value in _values(node, "electronic-resource-num") if (found := fields.doi(value))), "")
    if own:
        return own
    named = (value for value in _values(node, *_LINKS, "custom3", "notes", "accession-num") if "doi" in value.lower())
    return next((found for value in named if (found := fields.doi(value))), "")


def _pmid(node: Element) -> str:
    """PubMed's number: the accession number of an entry that comes from there, or one that is named so."""
    base = " ".join(_values(node, "remote-database-name", "remote-database-provider")).lower()
    if any(name in base for name in ("pubmed", "medline", "nlm")):
        number = next((value for value in _values(node, "accession-num") if value.isdigit()), "")
        if number:
            return fields.pmid(number)
    return fields.named_pmid("\n".join(_values(node, "accession-num", "custom2", *_LINKS, "notes")))


def _kind(node: Element) -> str:
    """By the name of the reference type; programs that leave it out still give its number."""
    item = node.find("ref-type")
    if item is None:
        return ""
    named = fields.fold(item.get("name") or "")
    return kinds.from_name(named) if named else kinds.from_endnote("".join(item.itertext()).strip())


def write(records: Iterable[Record]) -> bytes:
    """The records as EndNote XML in UTF-8."""
    return b"".join(pieces(records))


def pieces(records: Iterable[Record]) -> Iterator[bytes]:
    """The same, an entry at a time."""
    yield b'<?xml version="1.0" encoding="UTF-8"?><xml><records>'
    for number, record in enumerate(records, 1):
        yield tostring(_written(record, number), encoding="utf-8")
    yield b"</records></xml>\n"


def _written(record: Record, number: int) -> Element:
    root = Element("record")

    def put(path: str, value: str) -> None:
        """An element for a value, in its parents; a part of a list gets one of its own beside those that are there."""
        if not value:
            return
        *above, name = path.split("/")
        node = root
        for step in above:
            found = node.find(step)
            node = SubElement(node, step) if found is None else found
        SubElement(node, name).text = fields.fold(value)

    name, code = kinds.to_endnote(record.type)
    put("source-app", "Scopewright")
    put("rec-number", str(number))
    put("ref-type", str(code))
    root[-1].set("name", name)
    for person in record.authors:
        put("contributors/authors/author", fields.marked(person))
    for path, value in _fields(record):
        put(path, value)
    return root


def _fields(record: Record) -> list[tuple[str, str]]:
    """(place, value) of everything that is text, in the order of EndNote's own files."""
    marked = fields.marked
    return [
        ("titles/title", marked(record.title)),
        ("titles/secondary-title", marked(record.journal)),
        ("periodical/full-title", marked(record.journal)),
        ("pages", marked(record.pages)),
        ("volume", marked(record.volume)),
        ("number", marked(record.issue)),
        *[("keywords/keyword", marked(word)) for word in record.keywords],
        ("dates/year", str(record.year or "")),
        ("accession-num", record.pmid),
        ("electronic-resource-num", record.doi),
        ("abstract", marked(record.abstract)),
        ("notes", marked(record.notes)),
        ("urls/related-urls/url", record.url),
        ("remote-database-name", "PubMed" if record.pmid else ""),
        ("custom1", f"arXiv:{record.arxiv_id}" if record.arxiv_id else ""),
        ("language", marked(record.language)),
    ]


def looks_like(head: bytes) -> bool:
    """Records inside records, and in one of them what only EndNote's XML has."""
    return bool(
        re.search(rb"<records\b[^>]*>\s*<record\b", head)
        and re.search(rb"<(?:ref-type|source-app|titles|contributors|rec-number|foreign-keys)\b", head)
    )


FORMAT = Format(
    name="endnote_xml",
    label="EndNote XML",
    suffixes=(".xml",),
    read=read,
    looks_like=looks_like,
    write=write,
    pieces=pieces,
)

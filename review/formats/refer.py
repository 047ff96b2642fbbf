"""EndNote's tagged format (.enw) and its elder, Refer: a per cent sign, a letter and the value ("%T A title")."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator

from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import fields, kinds
from review.formats.contract import Format
from review.formats.decoding import decode
from review.formats.entry import Entry, Intake, skipped
from review.formats.tags import Tags, doi, every, first, links, other_links, year

TITLE = ("T", "!", "Q", "B", "S")
AUTHORS = ("A", "E", "Y", "?", "H")
DATES = ("D", "8", "7", "=")
JOURNAL = ("J", "B", "S", "O")
DOI = ("R",)
DOI_INSIDE = ("U", "M", "Z", "1", "2", "3", "4", "@", "O", "<")
NUMBERS = ("M", "U", "~", "Z")  # where a PubMed or arXiv number may stand
LINKS = ("U", ">")
# EndNote forgets the blank after %( and %[, and writes $] for %].
_LINE = re.compile(
    r"^[\s\ufeff]{0,3}(?:%(?:([\w!@#$^&*+=?<>~;:.|()\[\]\-])(?:[ \t]+|$)|([(\[]))|\$(\])[ \t])(.*)$", re.DOTALL
)
# Of these an entry has one; the second one begins the next entry, where a blank line stands before it.
_ONCE = frozenset("0TJDVNPF")


def read(data: bytes, source: str) -> Iterator[Record | Finding]:
    """The records of an EndNote tagged or a Refer file, one entry after the other."""
    decoded = decode(data)
    yield from decoded.findings
    intake = Intake(source)
    for line, tags, raw in _entries(decoded.lines()):
        if any(value.strip() for name, values in tags.items() if name != "0" for value in values):
            yield from intake.take(_entry(tags, raw, line))
        else:
            yield skipped(line, "An entry that holds nothing but its kind was left out.")


def _entries(lines: Iterable[str]) -> Iterator[tuple[int, Tags, str]]:
    """(first line, values by tag, raw text) of every entry; what follows without a tag goes with the line above."""
    tags: Tags = {}
    raw: list[str] = []
    start, blank, last, opener = 1, True, "", ""
    for number, line in enumerate(lines, 1):
        match = _LINE.match(line)
        if match:
            tag = match[1] or match[2] or match[3]
            opener = opener or tag
            if tags and _begins(tag, tags, after_blank=blank, opener=opener):
                yield start, tags, "\n".join(raw).strip()
                tags, raw = {}, []
            start = start if tags else number
            last = tag
            tags.setdefault(tag, []).append(match[4].strip())
        elif tags and line.strip():
            tags[last][-1] += "\n" + line.strip()
        blank = not line.strip()
        if tags:
            raw.append(line)
    if tags:
        yield start, tags, "\n".join(raw).strip()


def _begins(tag: str, tags: Tags, *, after_blank: bool, opener: str) -> bool:
    """Abstracts hold blank lines, so one alone does not end an entry; nor does a kind of reference given twice."""
    if tag == "0":
        return after_blank or ("0" in tags and "T" in tags)
    return after_blank and (tag == opener or (tag in _ONCE and tag in tags))


def _entry(tags: Tags, raw: str, line: int) -> Entry:
    title = first(tags, TITLE)
    journal = first(tags, JOURNAL)
    addresses = links(tags, LINKS)
    pmid, arxiv = _numbers(tags)
    return Entry(
        title=title,
        abstract=first(tags, ("X",)),
        authors=next((people for name in AUTHORS if (people := fields.author_list(every(tags, (name,))))), ()),
        year=year(tags, DATES),
        journal=journal if journal != title else "",
        volume=first(tags, ("V",)),
        issue=first(tags, ("N",)),
        pages=fields.pages(first(tags, ("P", "&"))),
        doi=doi(tags, DOI, inside=DOI_INSIDE),
        pmid=pmid,
        arxiv_id=arxiv,
        keywords=fields.keywords(every(tags, ("K",))),
        language=first(tags, ("G",)),
        type=kinds.from_name(next((kind for value in reversed(tags.get("0", [])) if (kind := fields.fold(value))), "")),
        url=addresses[0] if addresses else "",
        notes="; ".join(
            [text for value in tags.get("Z", ()) if (text := fields.plain(value))] + other_links(addresses)
        ),
        raw=raw,
        line=line,
    )


def _numbers(tags: Tags) -> tuple[str, str]:
    """(PubMed number, arXiv id): named so, or the accession number of an entry that comes from PubMed."""
    values = every(tags, NUMBERS)
    pmid = fields.named_pmid("\n".join(values))
    base = " ".join([*tags.get("~", []), *tags.get("W", [])]).lower()
    if not pmid and ("pubmed" in base or "medline" in base):
        pmid = next((fields.pmid(value) for value in tags.get("M", ()) if value.strip().isdigit()), "")
    return pmid, next((number for value in values if (number := fields.arxiv_id(value))), "")


def write(records: Iterable[Record]) -> bytes:
    """The records as EndNote's tagged format in UTF-8, marked so that EndNote for Windows shows accents."""
    return b"".join(pieces(records))


def pieces(records: Iterable[Record]) -> Iterator[bytes]:
    """The same, an entry at a time."""
    yield codecs.BOM_UTF8
    for record in records:
        yield "".join(_written(record)).encode("utf-8")


def _written(record: Record) -> Iterator[str]:
    marked = fields.marked
    container = "J" if record.type in {"article-journal", "article-magazine", "article-newspaper", ""} else "B"
    values: list[tuple[str, str]] = [
        ("0", kinds.to_endnote(record.type)[0]),
        *[("A", marked(name) + ("" if "," in name else ",")) for name in record.authors],
        ("T", marked(record.title)),
        (container, marked(record.journal)),
        ("D", str(record.year or "")),
        ("V", marked(record.volume)),
        ("N", marked(record.issue)),
        ("P", marked(record.pages)),
        ("R", record.doi),
        ("M", f"PMID: {record.pmid}" if record.pmid else ""),
        ("M", f"arXiv:{record.arxiv_id}" if record.arxiv_id else ""),
        ("U", record.url),
        ("X", marked(record.abstract)),
        *[("K", marked(word)) for word in record.keywords],
        ("G", marked(record.language)),
        ("Z", marked(record.notes)),
    ]
    yield from (f"%{tag} {text}\r\n" for tag, value in values if (text := fields.fold(value)))
    yield "\r\n"


def looks_like(head: bytes) -> bool:
    """A line with the kind of reference, or lines for two fields in this layout at the start of the file."""
    if re.match(rb"[\xef\xbb\xbf\s]*%0 [A-Z]", head) or re.search(rb"(?m)^%0 [A-Z][A-Za-z ]+\n%[A-Z@+]", head):
        return True
    begun = re.match(rb"[\xef\xbb\xbf\s]*%([A-Z0-9@+!]) \S", head)
    if not begun:
        return False
    # BibTeX's comments begin with a per cent sign too, so a file of one such line says what it is by having no more.
    others = {match[1:2] for match in re.findall(rb"(?m)^%[A-Z0-9@+] \S", head)}
    return len(others & {b"A", b"T", b"D", b"J", b"B", b"E"}) >= 2 or len(head.split(b"\n")) == 1


FORMAT = Format(
    name="refer",
    label="EndNote (enw, Refer)",
    suffixes=(".enw", ".enl"),
    read=read,
    looks_like=looks_like,
    write=write,
    pieces=pieces,
)

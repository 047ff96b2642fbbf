"""RIS, read in every dialect the databases write, and written in one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import fields, kinds
from review.formats.contract import Format
from review.formats.cut import Whole, blocks, whole
from review.formats.decoding import Decoded, decode
from review.formats.entry import Entry, Intake, repaired, skipped
from review.formats.tags import Tags, doi, every, first, keywords, links, other_links, year
from review.resources import Data

# Which tags hold a field, the best first. Databases disagree; the order follows the EndNote and Zotero exports.
TITLE = ("TI", "T1", "CT", "BT", "ST", "TT", "T3")
ABSTRACT = ("AB", "N2")
AUTHORS = ("AU", "A1")
GROUPS = ("CA", "A3", "A4", "A2", "ED")  # taken only where no author is named; editors of a book stand here
DATES = ("PY", "YR", "DA", "Y1")  # Y1 is deprecated: publishers put the day of going online there
JOURNAL = ("JF", "T2", "JO", "BT", "J2", "JA", "J1", "SO")
VOLUME = ("VL", "VO")
ISSUE = ("IS", "CP", "NO")
TEXTS = (*TITLE, *ABSTRACT, "N1")  # what runs over several lines
LANGUAGE = ("LA",)
KEYWORDS = ("KW", "DE", "KY")
NOTES = ("N1", "RN")
LINKS = ("UR", "L2", "L1", "LK")
DOI = ("DO", "DI", "DOI")
DOI_INSIDE = ("M3", "L3", "UR", "L1", "L2", "N1", "ID", "AN")  # only where "doi" stands before it
NUMBERS = ("AN", "U1", "PM", "UR", "L2", "N1", "ID", "C3", "C7", "XR")  # where a PubMed or arXiv number may stand
KNOWN = frozenset(
    [
        "TY",
        "ER",
        "ID",
        "AD",
        "AV",
        "C1",
        "C2",
        "C3",
        "C4",
        "C5",
        "C6",
        "C7",
        "C8",
        "CN",
        "CY",
        "DB",
        "DP",
        "EP",
        "ET",
        "J9",
        "L4",
        "LB",
        "M1",
        "M2",
        "M4",
        "NV",
        "OP",
        "PB",
        "PG",
        "PP",
        "PT",
        "RI",
        "RP",
        "SE",
        "SN",
        "SP",
        "SV",
        "TA",
        "U2",
        "U3",
        "U4",
        "U5",
        "US",
        "Y2",
    ]
).union(TITLE, ABSTRACT, AUTHORS, GROUPS, DATES, JOURNAL, VOLUME, ISSUE, LANGUAGE, KEYWORDS, NOTES, LINKS, DOI, NUMBERS)

_END = re.compile(r"\nER  -[ \t]*(?=\n)")
_FIELD = re.compile(r"^([A-Z][A-Z0-9])  - (.*)", re.MULTILINE)
_NO_END = "The end (ER) of this entry is missing; the next one begins here."
_NO_REAL_END = "A line in the middle of an entry looks like its end (ER); it was read as text."
# Word and some web pages put other blanks and dashes between tag and value.
_LINE = re.compile(
    r"^[ \ufeff\u00a0]{0,3}(DOI(?= ?- ?(?:https?://\S{1,20}/)?10\.)|PMID(?= ?- ?\d)|[A-Z][A-Z0-9])([ \u00a0\t]{0,3}[-–—])([ \u00a0\t]?)(.*)$",
    re.DOTALL,
)
_GLUED = re.compile(r"ER {0,3}-\s*\ufeff?(TY {0,3}-.*)$", re.DOTALL)
_BEGINS = re.compile(
    rb"(?m)^[ \xef\xbb\xbf]{0,5}TY[ \t\xc2\xa0]{0,6}(?:-|\xe2\x80[\x93\x94])[ \t\xc2\xa0]{0,4}[A-Za-z]"
)
_ARTICLE = re.compile(
    r"[A-Za-z]{0,3}\d[\w.-]{0,14}"
)  # the number of an article; that of a trial is longer or has a name
_BARE_END = re.compile(r"ER\s*$")
_Found = tuple[int, Tags, str, list[Finding]]  # first line, values by tag, raw text, what is doubtful


def read(data: Data, source: str) -> Iterator[Record | Finding]:
    """The records of a RIS file, one entry after the other."""
    decoded = decode(data)
    yield from decoded.findings
    intake = Intake(source)
    for line, tags, raw, faults in _entries(_parts(decoded)):
        yield from faults
        if "TY" not in tags:
            if any(name in tags for name in (*TITLE, *AUTHORS, *ABSTRACT)):
                yield skipped(
                    line, "An entry without a TY line was left out.", hint="Put `TY  - JOUR` above it and import again."
                )
            continue
        yield from intake.take(_entry(tags, raw, line))


def _parts(decoded: Decoded) -> Iterator[tuple[int, str] | Whole]:
    """Whole entries where they are regular, which is nearly all, and else numbered lines."""
    for block in blocks(decoded, _END):
        found = whole(block, _FIELD)
        if found and "ER" not in found.tags and next(iter(found.tags)) == "TY" and len(found.tags["TY"]) == 1:
            found.raw += "\nER  -"
            yield found
        else:
            yield from block.lines()
            if block.ended:
                yield block.line + block.text.count("\n") + 1, "ER  - "


@dataclass(slots=True)
class _Open:
    """The entry that is being read by the line; `last` are the values of the tag that a continuation belongs to."""

    start: int = 1
    spacing: str = "  - "
    tags: Tags = field(default_factory=dict)
    raw: list[str] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)
    last: list[str] | None = None

    def closed(self, fault: str = "") -> _Found:
        if fault:
            self.faults.append(repaired(self.start, fault))
        return self.start, self.tags, "\n".join(self.raw).strip(), self.faults

    def take(self, number: int, line: str, tag: str, value: str) -> None:
        """A line that neither begins nor ends the entry; one without a tag keeps its line break."""
        if tag:
            self.start = self.start if self.tags else number
            self.raw.append(line)
            self.last = self.tags.setdefault(tag, [])
            self.last.append(value)
        elif self.tags:
            self.raw.append(line)
            if self.last and line.strip():
                self.last[-1] += "\n" + line

    @property
    def in_text(self) -> bool:
        return self.last is not None and any(self.last is self.tags.get(name) for name in TEXTS)


def _entries(parts: Iterable[tuple[int, str] | Whole]) -> Iterator[_Found]:
    """Every entry in order, also those whose end is missing."""
    entry = _Open()
    for part in parts:
        if isinstance(part, Whole):
            if entry.tags:
                yield entry.closed(_NO_END if "TY" in entry.tags else "")
            yield part.line, part.tags, part.raw, []
            if entry.tags or entry.faults:
                entry = _Open(spacing=entry.spacing)
            continue
        for number, line in _unglued(*part):
            tag, value = _tagged(line, entry)
            if tag == "ER" and value.strip():
                entry.faults.append(repaired(number, _NO_REAL_END))
                tag = ""
            if tag == "TY":
                if entry.tags:
                    yield entry.closed(_NO_END if "TY" in entry.tags else "")
                entry = _Open(start=number, spacing=_spacing(line), tags={"TY": [value]}, raw=[line])
            elif tag == "ER":
                entry.raw.append(line)
                if entry.tags:
                    yield entry.closed()
                entry = _Open(start=entry.start, spacing=entry.spacing)
            else:
                entry.take(number, line, tag, value)
    if entry.tags:
        yield entry.closed("The file ends before this entry does; it may have been cut off.")


def _unglued(number: int, line: str) -> Iterator[tuple[int, str]]:
    """The line, or two of it: where files were put together, an end and the next beginning can stand on one."""
    found = _GLUED.match(line)
    if found:
        yield number, "ER  - "
        yield number, found[1]
    elif line:
        yield number, line


def _tagged(line: str, entry: _Open) -> tuple[str, str]:
    if _BARE_END.match(line) and "TY" in entry.tags:
        return "ER", ""
    return _loose(line, entry.spacing, in_text=entry.in_text)


def _loose(line: str, spacing: str, *, in_text: bool) -> tuple[str, str]:
    """(tag, value) of a line in an unusual form, or ("", "") for a line that only continues.

    Some programs write `TI - ` or `TI  -`. Inside an abstract "CT - scan" looks the same, so below a text an unusual
    spacing counts only where the entry's own TY line has it.
    """
    match = _LINE.match(line)
    if not match:
        return "", ""
    tag, gap, after, value = match.groups()
    usual = gap == "  -" and (after or not value.strip())
    if usual or tag in {"TY", "ER", "DOI", "PMID"}:
        return tag, value
    return (tag, value) if tag in KNOWN and (gap + after == spacing or not in_text) else ("", "")


def _spacing(line: str) -> str:
    match = _LINE.match(line)
    return match[2] + match[3] if match else ""


def _entry(tags: Tags, raw: str, line: int) -> Entry:
    title = first(tags, TITLE)
    journal = first(tags, JOURNAL)
    if not title and kinds.from_ris(tags["TY"][0]) == "book":
        title, journal = journal, ""
    pmid, arxiv = _numbers(tags)
    authors = fields.author_list(every(tags, AUTHORS)) or fields.author_list(every(tags, GROUPS))
    addresses = links(tags, LINKS)
    return Entry(
        title=title,
        abstract=first(tags, ABSTRACT),
        authors=authors,
        year=year(tags, DATES),
        journal=journal if journal != title else first(tags, ("JF", "JO", "JA")),
        volume=first(tags, VOLUME),
        issue=first(tags, ISSUE),
        pages=fields.pages(first(tags, ("SP",)), first(tags, ("EP",))) or _pages(tags),
        doi=doi(tags, DOI, inside=DOI_INSIDE),
        pmid=pmid,
        arxiv_id=arxiv,
        keywords=keywords(tags, KEYWORDS),
        language=first(tags, LANGUAGE),
        type=kinds.from_ris(fields.fold(tags["TY"][0])),
        url=addresses[0] if addresses else "",
        notes=_notes(tags, addresses),
        raw=raw,
        line=line,
    )


def _pages(tags: Tags) -> str:
    """Pages as Cochrane gives them, or the number of an article without pages, as Scopus does."""
    number = first(tags, ("C7",))
    return fields.pages(first(tags, ("PG",))) or (number if _ARTICLE.fullmatch(number) else "")


def _notes(tags: Tags, addresses: list[str]) -> str:
    notes = [text for name in NOTES for value in tags.get(name, ()) if (text := fields.plain(value))]
    return "; ".join([*notes, *other_links(addresses)])


def _numbers(tags: Tags) -> tuple[str, str]:
    """(PubMed number, arXiv id), from wherever databases put them."""
    values = [value for name in NUMBERS if name in tags for value in tags[name]]
    text = "\n".join(values).lower()  # looked through once: nearly no entry has either
    pmid = arxiv = ""
    if "pmid" in text or "pubmed" in text:
        pmid = fields.named_pmid("\n".join(values))
    if "rxiv" in text:
        arxiv = next((number for value in values if (number := fields.arxiv_id(value))), "")
    return _accession(tags) or pmid, arxiv


def _accession(tags: Tags) -> str:
    base = tags["DB"][0].lower() if "DB" in tags else ""
    base = base or ("embase" if any("embase.com/" in value for value in tags.get("UR", ())) else "")
    # PubMed by way of EndNote and MEDLINE by Ovid number their entries by PMID; Scopus has it in C2, Embase in C5.
    names = {"pubmed": "AN", "medline": "AN", "scopus": "C2", "embase": "C5"}
    name = next((tag for part, tag in names.items() if part in base), "PM")
    values = [value for tag in (name, "PMID") for value in tags.get(tag, ())]
    return next((fields.pmid(value) for value in values if value.split("\n")[0].strip().isdigit()), "")


def write(records: Iterable[Record], *, notes: Mapping[str, Sequence[str]] | None = None) -> bytes:
    """The records as RIS in UTF-8 with the line ends Windows programs want. `notes` are further notes by record id.

    Zotero and EndNote take an accession number and the name of its database as those of the reference: so PubMed's own
    export by way of EndNote has them.
    """
    more = notes or {}
    return b"".join(_piece(record, more.get(record.record_id, ())) for record in records)


def pieces(records: Iterable[Record]) -> Iterator[bytes]:
    """The same, an entry at a time."""
    return (_piece(record, ()) for record in records)


def _piece(record: Record, notes: Sequence[str]) -> bytes:
    return "".join(_written(record, notes)).encode("utf-8")


def _written(record: Record, notes: Sequence[str]) -> Iterator[str]:
    def line(tag: str, value: str) -> str:
        return f"{tag}  - {value}\r\n"

    yield line("TY", kinds.to_ris(record.type) if record.type else "GEN")
    first, _, last = record.pages.partition("-")
    values: list[tuple[str, str]] = [
        ("TI", fields.marked(record.title)),
        *[("AU", fields.marked(name)) for name in record.authors],
        ("PY", str(record.year or "")),
        ("T2", fields.marked(record.journal)),
        ("VL", fields.marked(record.volume)),
        ("IS", fields.marked(record.issue)),
        ("SP", fields.marked(first)),
        ("EP", fields.marked(last)),
        ("DO", record.doi),
        ("AN", record.pmid),
        ("DB", "PubMed" if record.pmid else ""),
        ("AN", f"arXiv:{record.arxiv_id}" if record.arxiv_id else ""),
        ("AB", fields.marked(record.abstract)),
        *[("KW", fields.marked(word)) for word in record.keywords],
        ("LA", fields.marked(record.language)),
        ("UR", record.url),
        *[("N1", fields.marked(note)) for note in (*notes, record.notes)],
    ]
    yield from (line(tag, fields.fold(value)) for tag, value in values if value)
    yield "ER  - \r\n\r\n"


def looks_like(head: bytes) -> bool:
    """A TY line, or at least two other lines in the usual RIS form."""
    if _BEGINS.search(head):
        return True
    tagged = {match[:2].decode() for match in re.findall(rb"(?m)^[A-Z][A-Z0-9]  - ", head)}
    return len(tagged & KNOWN) >= 3 and b"\nER  -" in head


FORMAT = Format(
    name="ris",
    label="RIS",
    suffixes=(".ris",),
    read=read,
    looks_like=looks_like,
    write=write,
    pieces=pieces,
    large=True,
)

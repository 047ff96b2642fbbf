"""PubMed's own text format (nbib, MEDLINE), also as ERIC, PMC and Ovid's reprints write it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import fields, kinds
from review.formats.contract import Format
from review.formats.cut import Whole, blocks, whole
from review.formats.decoding import Decoded, decode
from review.formats.entry import Entry, Intake, repaired, skipped
from review.formats.tags import Tags, first, year
from review.resources import Data

TITLE = ("TI", "BTI", "TT", "CTI")
ABSTRACT = ("AB", "OAB")
AUTHORS = ("FAU", "AU", "CN", "FED", "ED")  # the first that is there; full names before short ones
DATES = ("DP", "DEP", "DA", "CRDT", "SO")
JOURNAL = ("JT", "TA", "BTI", "CTI")
KEYWORDS = ("OT", "MH", "KW")
DOI = ("LID", "AID", "SO", "DOI")
# What begins an entry where no blank line stands between two.
OPENERS = frozenset({"PMID", "PMC", "OWN", "UI"})

_END = re.compile(r"\n[ \t]*(?=\n)")
_FIELD = re.compile(r"^([A-Z][A-Z0-9]{0,4}) *- ?(.*(?:\n .*)*)", re.MULTILINE)
_LINE = re.compile(r"^([A-Z][A-Z0-9]{0,4}) *-(?: ?)(.*)$", re.DOTALL)
_Found = tuple[int, Tags, str, list[Finding]]  # first line, values by tag, raw text, what is doubtful
_PREPRINT = "Preprint"
# How a record is tied to notices about it and to its other versions, in the words of the PubMed XML reader.
_LINKS = {
    "RIN": "Retraction in",
    "ROF": "Retraction of",
    "PRIN": "Partial retraction in",
    "PROF": "Partial retraction of",
    "ECI": "Expression of concern in",
    "ECF": "Expression of concern for",
    "EIN": "Erratum in",
    "EFR": "Erratum for",
    "CRI": "Corrected and republished in",
    "CRF": "Corrected and republished from",
    "RRI": "Retracted and republished in",
    "RRF": "Retracted and republished from",
    "RPI": "Republished in",
    "RPF": "Republished from",
    "UIN": "Update in",
    "UOF": "Update of",
    "ORI": "Original report in",
}
_LINKED_PMID = re.compile(r"[\s.]*\bPMID:? ?(\d+)\.?$")


def read(data: Data, source: str) -> Iterator[Record | Finding]:
    """The records of a PubMed text export; the id of a record is its PMID."""
    decoded = decode(data)
    yield from decoded.findings
    intake = Intake(source)
    for line, tags, raw, faults in _entries(_parts(decoded), ends=data[-64:].rstrip(b"\x00").endswith((b"\n", b"\r"))):
        yield from faults
        yield from intake.take(_entry(tags, raw, line))


def _parts(decoded: Decoded) -> Iterator[tuple[int, str] | Whole]:
    """Whole entries where they are regular and begin with a PMID, and else numbered lines."""
    for block in blocks(decoded, _END):
        found = whole(block, _FIELD)
        if found and "UI" not in found.tags and next(iter(found.tags)) == "PMID" and len(found.tags["PMID"]) == 1:
            for values in found.tags.values():
                values[:] = [value.replace("\n", " ") for value in values]
            yield found
        else:
            yield from block.lines()
            if block.ended:
                yield block.line + block.text.count("\n") + 1, ""


@dataclass(slots=True)
class _Open:
    """The entry that is being read by the line; `last` are the values of the tag that a continuation belongs to."""

    start: int = 1
    tags: Tags = field(default_factory=dict)
    raw: list[str] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)
    last: list[str] | None = None

    def closed(self) -> _Found:
        return self.start, self.tags, "\n".join(self.raw).strip(), self.faults

    def take(self, number: int, line: str, tag: str, value: str) -> None:
        self.start = self.start if self.tags else number
        self.raw.append(line)
        self.last = self.tags.setdefault(tag, [])
        self.last.append(value)

    def go_on(self, number: int, line: str) -> None:
        """A line without a tag: it continues the last one if it is indented."""
        if self.last is None:
            if not self.tags:
                text = f"Text before the first entry was passed over: {line.strip()[:60]!r}."
                self.faults.append(skipped(number, text))
            return
        self.raw.append(line)
        if line[0] == " ":
            self.last[-1] += " " + line
        else:
            self.faults.append(repaired(number, f"A line without a tag was passed over: {line.strip()[:60]!r}."))


def _entries(parts: Iterable[tuple[int, str] | Whole], *, ends: bool) -> Iterator[_Found]:
    """Every entry in order; `ends` says that the file ends with a line."""
    entry, blank = _Open(), True
    for part in parts:
        if isinstance(part, Whole):
            before = entry.faults
            if entry.tags:
                yield entry.closed()
                before = []
            # What follows a blank line may still belong to it.
            entry = _Open(start=part.line, tags=part.tags, raw=[part.raw], faults=before, last=part.last)
            blank = True
            continue
        number, line = part
        if not line.strip():
            blank = True
            continue
        match = None if line[0] == " " else _LINE.match(line.lstrip("\ufeff"))
        if match is None:
            entry.go_on(number, line)
            continue
        if entry.tags and _begins(match[1], entry.tags, after_blank=blank):
            yield entry.closed()
            entry = _Open()
        blank = False
        entry.take(number, line, match[1], match[2])
    if entry.tags:
        if not ends and "SO" not in entry.tags:
            cut = "The file ends in the middle of this entry; it may have been cut off."
            entry.faults.append(repaired(entry.start, cut))
        yield entry.closed()


def _begins(tag: str, tags: Tags, *, after_blank: bool) -> bool:
    """PubMed begins with PMID, PMC with PMC, ERIC with OWN: a second one of these begins the next entry."""
    if tag in {"PMID", "UI"}:
        return tag in tags or after_blank
    if tag in OPENERS:
        return after_blank or (tag in tags and next(iter(tags)) == tag)
    return (
        after_blank
        and bool(OPENERS & tags.keys())
        and ("TI" in tags or "BTI" in tags)
        and tag in {"STAT", "TI", "PMCR"}
    )


def _entry(tags: Tags, raw: str, line: int) -> Entry:
    number = fields.pmid(first(tags, ("PMID", "UI")))
    types = [fields.fold(value) for value in tags.get("PT", ())]
    title = first(tags, TITLE)
    journal = first(tags, JOURNAL)
    return Entry(
        own_id=number,
        title=title,
        abstract=fields.plain(" ".join(tags.get("AB", ()))) or first(tags, ABSTRACT),
        authors=_authors(tags),
        year=year(tags, DATES),
        journal=journal if journal != title else first(tags, ("CTI",)),
        volume=first(tags, ("VI",)),
        issue=first(tags, ("IP",)),
        pages=_pages(first(tags, ("PG",))),
        doi=_doi(tags),
        pmid=number,
        arxiv_id=next((found for value in tags.get("AID", ()) if (found := fields.arxiv_id(value))), ""),
        keywords=fields.keywords(value.lstrip("*") for name in KEYWORDS for value in tags.get(name, ())),
        language=first(tags, ("LA",)),
        type=kind_of(types),
        url=next((found for value in tags.get("LID", ()) if (found := fields.link(value))), ""),
        notes=fields.noted(types_note(types), _links(tags)),
        raw=raw,
        line=line,
    )


def _links(tags: Tags) -> Iterator[str]:
    for tag, values in tags.items():
        for value in values if tag in _LINKS else ():
            yield f"{_LINKS[tag]}: {_linked(value)}"


def _linked(value: str) -> str:
    """Where a notice stands, its PMID as the XML reader writes it."""
    return _LINKED_PMID.sub(r" (PMID \1)", fields.plain(value))


def _authors(tags: Tags) -> tuple[str, ...]:
    groups = fields.author_list(tags.get("CN", ()))
    for name in AUTHORS:
        people = fields.author_list(tags.get(name, ()))
        if people:
            return people if name == "CN" else people + groups
    return ()


def _pages(text: str) -> str:
    """PubMed shortens the last page; it is kept as printed, without what follows a semicolon."""
    return fields.pages(text.split(";", maxsplit=1)[0])


def _doi(tags: Tags) -> str:
    for name in DOI:
        for value in tags.get(name, ()):
            if "[doi]" in value.lower() or "doi" in value.lower():
                found = fields.doi(value.replace("[doi]", " "))
                if found:
                    return found
    return ""


def kind_of(types: list[str]) -> str:
    """The kind of a PubMed entry from its publication types."""
    if _PREPRINT in types:
        return "article"
    known = [kind for name in types if kinds.is_known(kind := kinds.from_name(name))]
    special = [kind for kind in known if kind != "article-journal"]
    return (special or known or ["article-journal" if types else ""])[0]


def types_note(types: list[str]) -> list[str]:
    """The publication types that say more than "article": reviewers look for trials and retractions."""
    telling = [name for name in types if name.lower() not in {"journal article", "journal articles"}]
    return [f"Publication types: {', '.join(telling)}"] if telling else []


def looks_like(head: bytes) -> bool:
    """A line with a PMID, or ERIC's OWN line, and a title in this layout."""
    opener = re.search(rb"(?m)^[\xef\xbb\xbf]*(?:PMID ?- ?\d|PMC *- ?\w|OWN *- ?[A-Z])", head)
    return bool(opener) and not re.search(rb"(?m)^TY {0,3}- ", head)


FORMAT = Format(
    name="nbib",
    label="PubMed (nbib, MEDLINE)",
    suffixes=(".nbib", ".medline"),
    read=read,
    looks_like=looks_like,
    large=True,
)

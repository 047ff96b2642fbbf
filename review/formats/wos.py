"""Web of Science's tagged format (.ciw, .txt, .isi), as its many databases and its older names write it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import fields, kinds
from review.formats.contract import Format
from review.formats.decoding import decode
from review.formats.entry import Entry, Intake, repaired, skipped
from review.formats.tags import Tags, doi, every, first, year

TITLE = ("TI", "FT", "Z1", "X1")  # Zoological Record and the regional indexes also give the title in other languages
AUTHORS = ("AF", "AU", "BF", "BA", "GP", "CA", "BE", "ED", "AE")  # full names first; of a patent at last its owner
GROUPS = ("GP", "CA")
DATES = ("PY", "PD", "EY", "EA", "CY")  # a paper that is early access has no PY yet
JOURNAL = ("SO", "SE", "BS", "CT", "JI", "J9")
ABSTRACT = ("AB", "X4")
KEYWORDS = ("DE", "ID", "MQ", "X5")
NUMBERED = ("PM", "PMID")
# Every tag that stands at the start of a line, in any of the databases. Where lines that continue are not indented, a
# line of text may begin with two capitals; only these make a new field then.
_KNOWN = re.compile(
    r"A[ABCDEFKNRSUV]|B[ADEFNPRST]|C[13ACHILNOPRTY]|D[2ABEGILNPST]|E[ADFIMPRY]|F[DIMNSTUX]|G[ADEINP]"
    r"|H[COP]|I[DOPSV]|J[9I]|L[AST]|M[ACHIQ]|N[MORT]|O[AIR]|P[12ADEFGIMNRSTUVY]|R[CGINP]"
    r"|S[ACDEFINOPSTUV]|T[ACFIMNR]|U[12RT]|V[LNR]|W[CEP]|X[145]|Y[145]|Z[123489ABRS]"
)
_LINE = re.compile(r"^([A-Z][A-Z0-9])(?: (.*)|)$", re.DOTALL)
_ADDRESS = re.compile(r"\([^()\s]*@[^()\s]*\)")  # BIOSIS puts the e-mail address of an author behind the name
_PLACE = {"P": "patent", "B": "book", "S": "article-journal", "J": "article-journal", "C": "paper-conference"}


def read(data: bytes, source: str) -> Iterator[Record | Finding]:
    """The records of a Web of Science export, one entry after the other."""
    decoded = decode(data)
    yield from decoded.findings
    intake = Intake(source)
    indented = any(line.startswith("   ") and line.strip() for line in islice(decoded.lines(), 2000))
    for line, tags, raw, faults in _entries(decoded.lines(), indented=indented):
        yield from faults
        if tags.keys() & {*TITLE, *AUTHORS, *ABSTRACT, *JOURNAL}:
            yield from intake.take(_entry(tags, raw, line))
        else:
            yield skipped(line, "An entry without title, authors and abstract was left out.")


def _entries(lines: Iterable[str], *, indented: bool) -> Iterator[tuple[int, Tags, str, list[Finding]]]:
    """(first line, values by tag, raw text, faults) of every entry; a continuation keeps its line break."""
    tags: Tags = {}
    raw: list[str] = []
    faults: list[Finding] = []
    start, last = 1, ""
    for number, line in enumerate(lines, 1):
        tag, value = _tagged(line.lstrip("\ufeff"), indented=indented)
        if tag in {"FN", "VR", "EF"} and (not tags or tag == "EF"):
            last = ""
            continue
        if tag == "PT" and tags:
            faults.append(repaired(start, "The end (ER) of this entry is missing; the next one begins here."))
            yield start, tags, "\n".join(raw).strip(), faults
            tags, raw, faults = {}, [], []
        if tag == "ER":
            if tags:
                yield start, tags, "\n".join([*raw, line]).strip(), faults
            tags, raw, faults, last = {}, [], [], ""
            continue
        if tag:
            start = start if tags else number
            tags.setdefault(tag, []).append(value)
            last = tag
        elif last and line.strip():
            tags[last][-1] += "\n" + line.strip()
        if tags:
            raw.append(line)
    if tags:
        faults.append(repaired(start, "The file ends before this entry does; it may have been cut off."))
        yield start, tags, "\n".join(raw).strip(), faults


def _tagged(line: str, *, indented: bool) -> tuple[str, str]:
    """(tag, value) of a line, or ("", "") for one that continues."""
    match = _LINE.match(line)
    if not match or not (indented or _KNOWN.fullmatch(match[1])):
        return "", ""
    return match[1], (match[2] or "").strip()


def _entry(tags: Tags, raw: str, line: int) -> Entry:
    title = first(tags, TITLE)
    journal = first(tags, JOURNAL)
    number = fields.fold(first(tags, ("UT",)))
    pmid = fields.pmid(first(tags, NUMBERED))
    return Entry(
        own_id=number,
        title=title,
        abstract=first(tags, ABSTRACT),
        authors=_authors(tags),
        year=year(tags, DATES),
        journal=journal if journal != title else first(tags, ("SE", "JI")),
        volume=first(tags, ("VL",)),
        issue=first(tags, ("IS", "SI")),
        pages=_pages(tags),
        doi=doi(tags, ("DI", "D2"), inside=("UR",)),
        pmid=pmid or (fields.pmid(number) if number.upper().startswith("MEDLINE:") else ""),
        keywords=_keywords(tags),
        language=first(tags, ("LA",)),
        type=_kind(tags),
        url=fields.link(first(tags, ("UR",))),
        notes=_notes(tags),
        raw=raw,
        line=line,
    )


def _authors(tags: Tags) -> tuple[str, ...]:
    """One a line; a group that signs with the people stands after them."""
    groups = fields.author_list(every(tags, GROUPS))
    for name in AUTHORS:
        people = fields.author_list(_ADDRESS.sub("", value) for value in every(tags, (name,)))
        if people:
            return people if name in GROUPS else people + groups
    return ()


def _pages(tags: Tags) -> str:
    first_page = first(tags, ("BP",))
    pages = fields.pages(first_page, first(tags, ("EP",)) if first_page else "")
    return pages or fields.pages(first(tags, ("PS",))) or first(tags, ("AR",)).removeprefix("ARTN ")


def _keywords(tags: Tags) -> tuple[str, ...]:
    """Keywords run over lines where they please, so the lines are joined before they are parted."""
    return fields.keywords(fields.fold(value) for name in KEYWORDS for value in tags.get(name, ()))


def _kind(tags: Tags) -> str:
    """From the document types, of a book's chapter or a meeting's paper the one that says so; else from the publication."""
    place = first(tags, ("PT",)).upper()
    known = [kind for name in _types(tags) if kinds.is_known(kind := kinds.from_name(name))]
    if place in {"B", "C"}:
        known.sort(key="article-journal".__eq__)
    return known[0] if known else _PLACE.get(place, "")


def _types(tags: Tags) -> list[str]:
    return [part for part in re.split(r"\s*;\s*", first(tags, ("DT",))) if part not in {"", "-"}]


def _notes(tags: Tags) -> str:
    """What reviewers look for in a document type: reviews, retractions, meeting abstracts; and where a meeting was."""
    types = [name for name in _types(tags) if name.lower() != "article"]
    meeting = first(tags, ("CT",))
    return "; ".join(
        [f"Document type: {', '.join(types)}"] * bool(types)
        + [f"Conference: {meeting}"] * bool(meeting)
        + [note for value in tags.get("NT", ()) if (note := fields.plain(value))]
    )


def looks_like(head: bytes) -> bool:
    """The FN and VR lines that open a file, or an entry from PT to a title in this layout."""
    if re.match(rb"[\xef\xbb\xbf\s]*FN [^\n]*\nVR ", head):
        return True
    if re.match(rb"[^\n]*\t", head.lstrip(b"\xef\xbb\xbf\n ")):
        return False  # the tab-delimited export is a table
    opened = re.search(rb"(?m)^[\xef\xbb\xbf]*PT [A-Z]\s*$", head)
    return bool(opened and re.search(rb"(?m)^(?:TI|AU|SO) \S", head))


FORMAT = Format(
    name="wos", label="Web of Science (tagged)", suffixes=(".ciw", ".isi"), read=read, looks_like=looks_like
)

"""Ovid's own formats: tagged ("AU  - Smith J") and with the names of the fields written out ("Author")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import citation_line, fields, kinds
from review.formats.contract import Format
from review.formats.decoding import decode
from review.formats.entry import Entry, Intake, repaired, skipped
from review.formats.tags import Tags, doi, every, first, keywords, links, other_links, year

TITLE = ("CH", "TI", "BT", "OT", "TT", "TO")
AUTHORS = ("FA", "AU", "CA", "ED")
DATES = ("YR", "DP", "PY", "YP")
VOLUME = ("VO", "VI", "VL")
ISSUE = ("IP", "NO")  # IS is the ISSN here
KEYWORDS = ("KW", "MH", "SH", "DE", "MJ", "OA")
DOI = ("DO", "DI")
DOI_INSIDE = ("ID", "UR", "XL", "XP", "LK", "SO")
LINKS = ("UR", "XL", "XP", "LK")
# The names written out and the tags for them. Databases differ in the words, never in the layout.
_NAMES = {
    "AU": ("author", "authors", "author name", "author names", "author(s)"),
    "FA": ("authors full name", "author full name"),
    "CA": ("corporate author", "institutional author", "group author"),
    "ED": ("editor", "editors"),
    "TI": ("title", "article title", "english title"),
    "CH": ("chapter title",),
    "BT": ("book title",),
    "OT": ("original title", "translated title", "foreign title"),
    "SO": ("source", "bibliographic source"),
    "AB": ("abstract",),
    "PT": ("publication type", "document type", "publication type/document type", "type of publication", "format"),
    "KW": ("author keywords", "keywords", "key words", "keyword", "key concepts", "keyword heading"),
    "MH": ("mesh subject headings", "subject headings", "mesh headings", "index terms", "emtree heading"),
    "LG": ("language",),
    "YR": ("year of publication", "publication year", "year"),
    "DP": ("date of publication", "publication date"),
    "DO": ("doi number", "doi", "digital object identifier"),
    "UI": ("unique identifier",),
    "AN": ("accession number",),
    "PM": ("pmid", "pubmed id", "pubmed identifier"),
    "JN": ("journal name", "publication title", "journal title"),
    "VO": ("volume", "journal volume"),
    "IP": ("issue", "issue/part", "journal issue"),
    "PG": ("page", "pages", "page number", "pagination"),
    "DB": ("database", "database name"),
    "ST": ("status",),
    "IB": ("isbn",),
    "UR": ("link to the ovid full text or citation", "url", "link to the ovid full text", "web site", "link"),
}
_TAG_OF = {name: tag for tag, names in _NAMES.items() for name in names}

_OPENS = re.compile(r"^\ufeff?\s{0,3}<\s*\d+\s*\.?\s*>\s*$")
_TAGGED = re.compile(r"^([A-Z][A-Z0-9]{1,4}) {1,2}-(?: (.*)|)$", re.DOTALL)
_FIRST_TAGS = frozenset({"VN", "UI", "AN", "DB"})
# ".[Article]" and ". [Review] [54 refs]" are Ovid's, not the title's.
_KIND_OF_TITLE = re.compile(r"(?<=[.?!\"'”)\]])\s*\[[^\[\]]{3,40}\]\.?$")
_MARK = re.compile(r"(?:\[[^\[\]]*\]|\([^()]*\)|(?<=[\s,])[\d*+#^~]+|[*+#^~]+)$")
_WITH_COMMAS = re.compile(r"[^,;]+ (?:[^\W\d_]\.-?)+(?:, [^,;]+ (?:[^\W\d_]\.-?)+)+")
_ORCID = re.compile(r"ORCID(?: iD)?\s*:", re.IGNORECASE)
_LONGEST_NAME = 300  # signs; what is longer is no name, and is not looked through for marks
_DEGREE = re.compile(
    r"(?:M\.?D|Ph\.?D|M\.?P\.?H|M\.?Sc?|M\.?A|B\.?A|B\.?Sc?|R\.?N|FAAN|M\.?B\.?B\.?S|MBCh?B|BM|BCh|ChB|DO|DDS|DMD|DVM|"
    r"PharmD|DrPH|ScD|DSc|MBA|MPhil|DPhil|JD|MEd|EdD|PsyD|MSW|MSN|BSN|MSPH|MHSc?|MHA|RD|PT|DPT|OTR|NP|CNM|FACS|FACP|FACC|"
    r"FRC[A-Z]{1,4}|MRC[A-Z]{1,3}|FAHA|FESC|FAAP|FACOG|BPharm|BN)\.?",
    re.IGNORECASE,
)


def read(data: bytes, source: str) -> Iterator[Record | Finding]:
    """The records of an Ovid export, one entry after the other."""
    decoded = decode(data)
    yield from decoded.findings
    intake = Intake(source)
    for line, lines in _entries(decoded.lines()):
        tags, faults = _tagged(lines) if any(_TAGGED.match(text) for text in lines) else (_named(lines), [])
        for fault in faults:
            yield repaired(line, fault)
        if tags.keys() & {*TITLE, *AUTHORS, "SO", "AB"}:
            yield from intake.take(_entry(tags, "\n".join(lines).strip(), line))
        else:
            yield skipped(line, "An entry without title, authors, source and abstract was left out.")


def _entries(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """(first line, lines) of every entry: from one <1. > to the next, or from blank line to the tag that opens all."""
    start, kept = 1, list[str]()
    numbered, blank, opener = False, True, ""
    for number, line in enumerate(lines, 1):
        match = _TAGGED.match(line)
        if _OPENS.match(line):
            if numbered or opener:
                yield start, kept
            start, kept, numbered = number, [], True
            continue
        if match and blank and not numbered and match[1] in _FIRST_TAGS and opener in {"", match[1]}:
            if opener:
                yield start, kept
            start, kept, opener = number, [], match[1]
        blank = not line.strip()
        if numbered or opener:
            kept.append(line)
    if any(line.strip() for line in kept):
        yield start, kept


def _tagged(lines: Iterable[str]) -> tuple[Tags, list[str]]:
    tags: Tags = {}
    faults: list[str] = []
    last = ""
    for line in lines:
        match = _TAGGED.match(line)
        if match:
            last = match[1]
            tags.setdefault(last, []).append((match[2] or "").strip())
        elif last and line.strip():
            tags[last][-1] += "\n" + line.strip()
        elif line.strip():
            faults.append(f"A line without a tag was passed over: {line.strip()[:60]!r}.")
    return tags, faults


def _named(lines: Iterable[str]) -> Tags:
    """The name of a field stands at the edge, its text is indented below."""
    tags: Tags = {}
    last = ""
    for line in lines:
        if not line.strip():
            continue
        if line[0] in " \t":
            if last:
                tags[last].append(line.strip())
            continue
        name = line.strip().rstrip(":").lower()
        last = _TAG_OF.get(name, name)
        tags.setdefault(last, [])
    return {tag: [_joined(tag, values)] for tag, values in tags.items() if values}


def _joined(tag: str, values: list[str]) -> str:
    return "\n".join(values) if tag in {"UR", "MH", "KW"} else " ".join(values)


def _entry(tags: Tags, raw: str, line: int) -> Entry:
    cited = citation_line.parse(first(tags, ("SO",)))
    title = _title(tags) or cited.title
    container = first(tags, ("TI",) if "CH" in tags else ("BT",) if "TI" in tags else ())
    number = first(tags, ("UI", "AN")).rstrip(".")
    addresses = links(tags, LINKS)
    return Entry(
        own_id=number,
        title=title,
        abstract=first(tags, ("AB",)),
        authors=_authors(tags),
        year=year(tags, DATES) or cited.year or year(tags, ("ST",)),
        journal=first(tags, ("JN", "JT"))
        or container
        or cited.journal
        or (cited.title if cited.title != title else ""),
        volume=cited.volume or first(tags, VOLUME),  # VI is the version of an entry in MEDLINE
        issue=cited.issue or first(tags, ISSUE),
        pages=cited.pages or fields.pages(first(tags, ("PG", "PP"))),
        doi=doi(tags, DOI, inside=DOI_INSIDE),
        pmid=_pmid(tags),
        keywords=tuple(word.rstrip(".") for word in keywords(tags, KEYWORDS)),
        language=first(tags, ("LG", "LA")).rstrip("."),
        type=_kind(tags),
        url=addresses[0] if addresses else "",
        notes="; ".join(other_links(addresses)),
        raw=raw,
        line=line,
    )


def _title(tags: Tags) -> str:
    """The title without what Ovid adds to it."""
    title = first(tags, TITLE)
    bare = title
    for _ in range(4):  # ". [Review] [54 refs] [French]"
        bare = _KIND_OF_TITLE.sub("", bare)
    if bare != title:
        bare = bare.removesuffix(".")
    return bare[1:-1] if bare[:1] == '"' == bare[-1:] and bare.count('"') == 2 else bare


def _authors(tags: Tags) -> tuple[str, ...]:
    for name in AUTHORS:
        values = [value for value in every(tags, (name,)) if not value[:4].isdigit()]  # ED is a date in MEDLINE
        people = fields.author_list(_undecorated(part) for value in values for part in _parted(value))
        if people:
            return people
    return ()


def _parted(value: str) -> list[str]:
    """The names of one value; Embase parts them by commas, each with its initials ("Li W., Zhang X.-Y.")."""
    number = _ORCID.search(value)
    value = value[: number.start()].rstrip(" ;.,") if number else value
    return value.split(", ") if _WITH_COMMAS.fullmatch(value.strip()) else value.split(";")


def _undecorated(name: str) -> str:
    """A name without footnote marks, [Ed] and degrees; a part that is nothing but a degree is nobody."""
    bare = name.strip(" ,")
    while len(bare) <= _LONGEST_NAME and (shorter := _MARK.sub("", bare).strip(" ,")) != bare:
        bare = shorter
    words = bare.split()
    kept = len(words)
    # "Smith, MD" may be Smith M. D.: degrees are taken off only after a family name and a given name.
    least = 2 if "," in bare else len(words)
    while kept > least and _DEGREE.fullmatch(words[kept - 1].strip(",")):
        kept -= 1
    if len(words) == 1 and _DEGREE.fullmatch(bare) and bare.isupper() | bare.lower().startswith("ph"):
        return ""
    return " ".join(words[:kept]).strip(" ,")


def _pmid(tags: Tags) -> str:
    """PubMed's number: MEDLINE by Ovid counts its entries by it."""
    base = " ".join(tags.get("DB", [])).lower()
    if "medline" in base or "pubmed" in base:
        number = next((value for value in every(tags, ("UI", "AN")) if value.strip().isdigit()), "")
        if number:
            return fields.pmid(number)
    return fields.pmid(first(tags, ("PM",)))


def _kind(tags: Tags) -> str:
    if "CH" in tags or {"BT", "TI"} <= tags.keys():
        return "chapter"
    named = [part.strip(" .") for value in every(tags, ("PT", "DT")) for part in re.split(r"[;,]", value)]
    known = [kind for name in named if kinds.is_known(kind := kinds.from_name(name))]
    if known:
        return min(known, key="article-journal".__eq__)
    return (
        "book" if "IB" in tags or "books" in first(tags, ("DB",)).lower() else "article-journal" if "SO" in tags else ""
    )


def looks_like(head: bytes) -> bool:
    """Ovid's numbering above tags or names of fields, or the line in which Ovid names itself."""
    if re.search(rb"(?m)^TY {0,3}- ", head):
        return False
    if re.search(rb"(?m)^VN {1,2}- Ovid", head):
        return True
    if not re.search(rb"(?m)^[\xef\xbb\xbf ]{0,5}<\s*\d+\s*\.?\s*>[ \t]*$", head):
        return False
    return bool(
        re.search(rb"(?m)^(?:TI|AU|SO|AB|AN|UI|DB) {1,2}- ", head)
        or re.search(rb"(?mi)^(?:authors?|(?:article )?title|source|abstract|accession number)[ \t:]*$", head)
    )


FORMAT = Format(name="ovid", label="Ovid", suffixes=(".ovd", ".ovid"), read=read, looks_like=looks_like)

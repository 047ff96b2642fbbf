"""What the columns of a table are called, by database and program, and the row made into an entry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from review.domain import cell
from review.domain.finding import Finding
from review.formats import citation_line, fields, kinds
from review.formats.column_names import ALIASES, CARRIED, SPOKEN
from review.formats.entry import Entry, repaired

_NAMES = {field: names + SPOKEN.get(field, ()) for field, names in ALIASES.items()}
# Name: the fields it may stand for, each with its rank there ("booktitle" is a title, or where a chapter appeared).
_FIELDS_OF = {
    name: [(field, names.index(name)) for field, names in _NAMES.items() if name in names]
    for name in {name for names in _NAMES.values() for name in names}
}
# Web of Science's table has its tags for header, of which two are something else: who sponsored, and the day of export.
_WOS = frozenset({"pt", "ti", "so", "ut"})
_ELSE_IN_WOS = frozenset({"sp", "da"})
_SPRINGER = frozenset({"itemtitle", "itemdoi", "contenttype"})
# Where one name ends and the next begins ("Andy SmithTom Weber"), but not within McDonald, DeVries or LaForge.
_GLUED = re.compile(
    r"(?<=[^\W\d_A-ZÀ-Þ])(?<!\bMc)(?<!\bMac)(?<!\bDe)(?<!\bDi)(?<!\bLe)(?<!\bLa)(?<!\bVan)(?=[A-ZÀ-Þ])|(?<=[.)])(?=[A-ZÀ-Þ])"
)
MISSING = frozenset({"NA", "NaN", "nan", "NULL", "None"})  # what R and Python write for nothing
_EXCEL_DATE = re.compile(
    r"^(?:\d{1,2}-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-\d{2})$|^\d{4}-\d{2}-\d{2}(?:[ T]00:00:00)?$",
    re.IGNORECASE,
)
_EXCEL_NUMBER = re.compile(r"^\d(?:\.\d+)?E\+\d+$", re.IGNORECASE)

_LONGEST_NAME = 100  # signs
Columns = dict[str, list[int]]


def key(header: str) -> str:
    """A header without blanks, case and punctuation."""
    return re.sub(r"[\W_]+", "", header.replace("\ufeff", "").lower())


def fields_of(name: str) -> list[str]:
    """The fields that a name of a column may stand for, the likeliest first; none for a name that says nothing to us."""
    if len(name) > _LONGEST_NAME:
        return []
    return [found for found, _ in sorted(_FIELDS_OF.get(key(name), ()), key=lambda pair: pair[1])]


def recognise(header: Sequence[str]) -> Columns:
    """The positions of every field, the best first; of two equal headers the first is the better."""
    ranked: dict[str, list[tuple[int, int]]] = {}
    names = [key(name) for name in header]
    other = _ELSE_IN_WOS if set(names) >= _WOS else frozenset()
    for place, name in enumerate(names):
        for field, rank in _FIELDS_OF.get(name, ()) if name not in other else ():
            ranked.setdefault(field, []).append((rank, place))
    columns = {field: [place for _, place in sorted(places)] for field, places in ranked.items()}
    carried = [place for place, name in enumerate(header) if key(name) in CARRIED]
    return columns | ({"carried": carried} if carried else {})


def is_header(header: Sequence[str]) -> bool:
    """Whether a row names the columns of references: a title, or three other fields of which one is more than a number."""
    found = recognise(header)
    return "title" in found or (len(found) >= 3 and bool({"abstract", "authors", "doi", "journal"} & found.keys()))


def score(header: Sequence[str]) -> int:
    """How many fields a row names."""
    return len(recognise(header)) if is_header(header) else 0


class Row:
    """The cells of one row, asked for by field."""

    def __init__(self, cells: Sequence[str], columns: Columns) -> None:
        self.cells = cells
        self.columns = columns

    def __getitem__(self, field: str) -> str:
        """The first cell of a field that holds anything."""
        return next((text for place in self.columns.get(field, ()) if (text := self._cell(place))), "")

    def _cell(self, place: int) -> str:
        text = self.cells[place].strip() if place < len(self.cells) else ""
        if text in MISSING:
            return ""
        return restored(text)

    def carried(self, header: Sequence[str]) -> list[str]:
        return [
            f"{header[place].strip()}: {text}"
            for place in self.columns.get("carried", ())
            if (text := self._cell(place))
        ]


def entry(row: Row, header: Sequence[str], *, source: str, raw: str, line: int) -> Iterator[Entry | Finding]:
    """The entry of a row, after what a spreadsheet seems to have spoilt in it."""
    yield from _spoilt(row, line)
    title = fields.plain(row["title"])
    cited = _cited(row)
    journal = fields.plain(row["journal"]) or cited.journal
    if not journal and "journal" not in row.columns and _is_journal(row):
        journal = fields.plain(row["source"])
    first, last = (_unspoilt(row[name]) for name in ("first_page", "last_page"))
    pages = fields.pages(fields.plain(row["pages"]) or fields.plain(first), fields.plain(last) if first else "")
    yield Entry(
        own_id=_own_id(row, source),
        title=title,
        abstract=fields.plain(row["abstract"]),
        authors=_authors(fields.plain(row["authors"]), header),
        year=fields.year(row["year"]) or cited.year,
        journal=journal if journal != title else "",
        volume=fields.plain(_unspoilt(row["volume"])) or cited.volume,
        issue=fields.plain(_unspoilt(row["issue"])) or cited.issue,
        pages=pages or fields.plain(_unspoilt(row["article_number"])) or cited.pages,
        doi=fields.doi(row["doi"]),
        pmid=fields.pmid(_unspoilt(row["pmid"])),
        arxiv_id=fields.arxiv_id(row["arxiv_id"]),
        keywords=_keywords(row["keywords"]),
        language=fields.plain(row["language"]),
        type=_type(fields.plain(row["type"])),
        url=fields.link(row["url"].split(" ")[0]),
        notes="; ".join([text for text in [fields.plain(row["notes"])] if text] + row.carried(header)),
        raw=raw,
        line=line,
    )


def _cited(row: Row) -> citation_line.Citation:
    """What a citation in one cell says: of PubMed's tables beside the journal, of Embase's instead of it."""
    line = row["citation"]
    if not line and not {"journal", "volume", "issue", "pages", "first_page"} & row.columns.keys():
        line = row["source"] if citation_line.is_embase(row["source"]) else ""
    found = citation_line.parse(line) if line else citation_line.Citation()
    return found if found.volume or found.pages else citation_line.Citation()


def _authors(text: str, header: Sequence[str]) -> tuple[str, ...]:
    """The authors of a cell; Springer's tables set them one behind the other with nothing between."""
    if _SPRINGER.issubset(key(name) for name in header) and ";" not in text:
        return tuple(fields.turned(name) for name in _GLUED.split(text) if name.strip())
    return fields.author_cell(text)


def _is_journal(row: Row) -> bool:
    """Whether "Source" names the journal, as in Embase's and Publish or Perish's tables, and not the database."""
    placed = {"volume", "issue", "pages", "first_page"} & row.columns.keys()
    return bool(row["source"]) and (bool(placed) or ("abstract" in row.columns and len(row["source"].split()) > 2))


def neutral(text: str) -> str:
    """A cell no spreadsheet runs and no reader takes for nothing: an apostrophe before it, which we take off again.

    >>> neutral("=1+1"), neutral("1+1"), neutral("NA")
    ("'=1+1", '1+1', "'NA")
    """
    return f"'{text}" if text.lstrip("'") in MISSING else cell.harmless(text)


def restored(text: str) -> str:
    """A cell as it was before `neutral`."""
    return text[1:] if text[:1] == "'" and (cell.runs(text) or text.lstrip("'") in MISSING) else text


def _own_id(row: Row, source: str) -> str:
    """The `record_id`; our own tables also carry source and source id, which come back where the source is the same."""
    whole = fields.fold(_unspoilt(row["record_id"]))
    own = fields.fold(row["source_id"])
    return own if own and whole == f"{source}:{own}" else whole


def _keywords(text: str) -> tuple[str, ...]:
    if re.match(r"^\[\s*['\"]", text):
        return fields.keywords(re.findall(r"'([^']*)'", text))
    if ";" not in text and " | " not in text and text.count(",") > 1:
        return fields.keywords(text.split(","))
    return fields.keywords([text])


def _type(text: str) -> str:
    if re.fullmatch(r"[A-Z]{3,7}", text):
        return kinds.from_ris(text)
    one = kinds.from_name(text.split(";", maxsplit=1)[0])  # Web of Science: "Article; Early Access"
    return one if kinds.is_known(one) else kinds.from_name(text)


def _unspoilt(text: str) -> str:
    """A whole number that a spreadsheet wrote with a decimal point."""
    return text[:-2] if re.fullmatch(r"\d+\.0", text) else text


def _spoilt(row: Row, line: int) -> Iterator[Finding]:
    for field in ("pages", "issue", "volume"):
        if _EXCEL_DATE.match(row[field]):
            yield repaired(
                line,
                f"The column {field} holds {row[field]!r}, which looks like a date made by Excel.",
                hint="Export the file again and do not save it from Excel.",
            )
    if _EXCEL_NUMBER.match(row["doi"]):
        yield repaired(
            line,
            f"The DOI {row['doi']!r} was turned into a number by Excel and is lost.",
            hint="Export the file again and do not save it from Excel.",
        )

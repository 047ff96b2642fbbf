"""What databases make of a record: names, titles, journals and places as each writes them, and what each leaves out."""

from __future__ import annotations

import csv
import io
import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from review.domain.record import Record
from review.formats.registry import named

Chance = random.Random
Habit = Callable[[Record, Chance], Record]
BLANK = Record(source="", source_id="", title="")
NEIGHBOUR = "neighbour"  # the type of a record whose title must not be cut, as another work has the rest of it
_KEPT_WHOLE = frozenset(("psychiatry", "heart", "brain", "pain", "gut", "health", "care", "nature", "women", "cancer"))
_SHORT = {
    "journal": "J", "international": "Int", "national": "Natl", "proceedings": "Proc", "annals": "Ann", "quarterly": "Q",
    "bulletin": "Bull", "archives": "Arch", "revista": "Rev", "review": "Rev", "reviews": "Rev", "medicine": "Med",
    "medical": "Med", "science": "Sci", "sciences": "Sci", "zeitschrift": "Z", "transactions": "Trans", "new": "N",
    "association": "Assoc", "british": "Br", "american": "Am", "european": "Eur", "scandinavian": "Scand", "and": "",
}  # fmt: skip
_GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "μ": "mu"}
_PARTICLE = re.compile(r"^((?:van|von|de|der|den|del|di|da|la|le|ter|ten|dos)\s)+", re.IGNORECASE)


class Dialect(NamedTuple):
    """What a database changes in a record, and how it writes it down: `text` of all, read as the format `name`."""

    habit: Habit
    text: Callable[[Sequence[Record]], bytes]
    name: str


# What databases do to a name, a title, a journal, a place.


def initials(name: str, *, dots: bool, comma: bool = True) -> str:
    family, _, given = name.partition(", ")
    letters = [part[0].upper() for part in re.split(r"[\s.\-]+", given) if part]
    end = ".".join(letters) + "." if dots and letters else "".join(letters)
    return f"{family}{',' if comma and end else ''} {end}".strip()


def ascii_only(text: str) -> str:
    for letter, name in _GREEK.items():
        text = text.replace(letter, name)
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def abbreviated(journal: str) -> str:
    """As the list of title word abbreviations would have it, more or less."""
    words = [
        word for word in re.findall(r"[^\W_]+", journal) if word.lower() not in {"of", "the", "in", "for", "on", "de"}
    ]
    if len(words) < 2:
        return journal
    return " ".join(filter(None, map(_short_word, words)))


def _short_word(word: str) -> str:
    low = word.lower()
    if low in _SHORT or low in _KEPT_WHOLE or len(word) < 6:
        return _SHORT.get(low, word)
    cut = next((n for n in range(4, len(word)) if word[n - 1] not in "aeiouy" and word[n] in "aeiouy"), 5)
    return word[: min(cut, 7)]


def short_pages(pages: str) -> str:
    """123-130 as 123-30."""
    first, _, last = pages.replace("--", "-").partition("-")
    same = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), 0)
    return f"{first}-{last[same:]}" if first.isdigit() and len(first) == len(last) and last[same:] else pages


def foreign(title: str) -> str:
    """A title that shares no word with its translation."""
    return title.lower().translate(str.maketrans("aeioubdgklmnprst", "eoaiedbkgrnmblzf"))


def without(record: Record, chance: Chance, **odds: float) -> Record:
    """Each named field lost with its odds."""
    gone = {name: getattr(BLANK, name) for name, share in odds.items() if chance.random() < share}
    return replace(record, **gone)


def translated(record: Record) -> bool:
    return record.language == "translated"


def pubmed(record: Record, chance: Chance) -> Record:
    title = f"[{record.title}]." if translated(record) else f"{record.title}."
    journal = abbreviated(record.journal) if chance.random() < 0.5 else f"{record.journal} (London, England)"
    kept = without(record, chance, doi=0.2, issue=0.05, abstract=0.1, pages=0.03)
    early = chance.random() < 0.04  # "online ahead of print"
    year = (record.year or 0) - early
    kept = replace(kept, title=title, journal=journal, year=year, pages=short_pages(kept.pages), pmid=record.pmid)
    return replace(kept, volume="", issue="", pages="") if early else kept


def embase(record: Record, chance: Chance) -> Record:
    title = ascii_only(record.title) + (". [German]" if translated(record) else "")
    authors = tuple(initials(ascii_only(name), dots=True, comma=False) for name in record.authors)
    kept = without(record, chance, abstract=0.05, issue=0.05, doi=0.5)
    url = f"http://dx.doi.org/{kept.doi}" if kept.doi else ""
    pages = f"{kept.pages.split('-')[0]}" if chance.random() < 0.1 else kept.pages
    issue = f"SUPPL. {kept.issue}" if "s" in kept.issue.lower() and chance.random() < 0.5 else kept.issue
    return replace(kept, title=title, authors=authors, doi="", url=url, pages=pages, issue=issue, pmid="")


def web_of_science(record: Record, chance: Chance) -> Record:
    loud = (record.year or 2000) < 1998 or chance.random() < 0.1
    authors = tuple(_sorted_particle(initials(ascii_only(name), dots=False)) for name in record.authors)
    title = ascii_only(record.title)
    kept = without(record, chance, abstract=0.15 + 0.5 * loud, doi=0.3 + 0.5 * loud)
    journal = ascii_only(record.journal).upper().replace(" AND ", " & ")
    return replace(kept, title=title.upper() if loud else title, authors=authors, journal=journal, pmid="")


def _sorted_particle(name: str) -> str:
    found = _PARTICLE.match(name)
    return f"{name[found.end() :]} {found[0].strip()}" if found else name


def scopus(record: Record, chance: Chance) -> Record:
    title = f"{record.title} [{foreign(record.title)}]" if translated(record) else record.title
    authors = tuple(initials(name, dots=True, comma=False) for name in record.authors)
    kept = without(record, chance, doi=0.12, issue=0.1, abstract=0.03)
    return replace(kept, title=title, authors=authors, pmid="")


def endnote(record: Record, chance: Chance) -> Record:
    """A library of somebody's, of which nobody knows where it came from."""
    kept = without(record, chance, abstract=0.5, issue=0.3, pages=0.1, volume=0.05, year=0.02)
    journal = abbreviated(record.journal) if chance.random() < 0.5 else record.journal
    authors = tuple(initials(name, dots=True) for name in record.authors)
    return replace(kept, doi="", pmid="", url="", journal=journal, authors=authors[: chance.choice((1, 3, 6, 99))])


def scholar(record: Record, chance: Chance) -> Record:
    """Cut titles and author lists, no place, the beginning of the abstract."""
    title = record.title.lower() if chance.random() < 0.5 else record.title
    main = title.split(": ")[0]
    title = main if len(main) > 30 and record.type != NEIGHBOUR and chance.random() < 0.3 else title
    turned = tuple(" ".join(reversed(initials(name, dots=False).split(", "))) for name in record.authors[:3])
    kept = replace(record, title=title, authors=turned, abstract=record.abstract[:140], doi="", pmid="", url="")
    kept = replace(kept, journal=abbreviated(kept.journal)[:30])
    return without(kept, chance, volume=0.6, issue=0.7, pages=0.6, journal=0.15, abstract=0.3)


def central(record: Record, chance: Chance) -> Record:
    authors = tuple(initials(name, dots=False) for name in record.authors)
    kept = without(record, chance, abstract=0.2, issue=0.2, doi=0.6)
    return replace(
        kept, authors=authors, pages=kept.pages.replace("-", "‐"), title=kept.title.replace("-", "‐"), pmid=""
    )


def spreadsheet(record: Record, chance: Chance) -> Record:
    """Somebody's table: page numbers became dates, all authors stand in one cell without commas."""
    first, _, last = record.pages.replace("--", "-").partition("-")
    months = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    dated = last.isdigit() and int(last) < 13 and first.isdigit() and int(first) < 29
    pages = f"{int(first):02}-{months[int(last)]}" if dated else record.pages
    authors = (" and ".join(name.replace(",", "") for name in record.authors),)
    kept = without(record, chance, doi=0.6, issue=0.3, abstract=0.6, volume=0.1)
    return replace(kept, pages=pages, authors=authors, pmid="")


# How they are written down.


def as_nbib(records: Sequence[Record]) -> bytes:
    lines: list[str] = []
    for number, record in enumerate(records, start=1):
        cells = [("PMID", record.pmid or str(90_000_000 + number)), ("TI", record.title), ("PG", record.pages)]
        cells += [("FAU", name) for name in record.authors]
        cells += [("JT", record.journal), ("VI", record.volume), ("IP", record.issue), ("AB", record.abstract)]
        cells += [("DP", str(record.year or "")), ("LID", f"{record.doi} [doi]" if record.doi else "")]
        lines += [f"{tag:4}- {' '.join(value.split())}" for tag, value in cells if value] + [""]
    return "\n".join(lines).encode()


def as_wos(records: Sequence[Record]) -> bytes:
    lines = ["FN Clarivate Analytics Web of Science", "VR 1.0"]
    for record in records:
        first, _, last = record.pages.replace("--", "-").partition("-")
        cells = [("PT", "J"), ("AU", "\n   ".join(record.authors)), ("TI", record.title), ("SO", record.journal)]
        cells += [("PY", str(record.year or "")), ("VL", record.volume), ("IS", record.issue), ("BP", first)]
        cells += [("EP", last), ("DI", record.doi), ("AB", " ".join(record.abstract.split()))]
        lines += [f"{tag} {value}" for tag, value in cells if value] + ["ER", ""]
    return "\n".join([*lines, "EF"]).encode()


def as_scopus(records: Sequence[Record]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(
        (
            "Authors",
            "Title",
            "Year",
            "Source title",
            "Volume",
            "Issue",
            "Art. No.",
            "Page start",
            "Page end",
            "DOI",
            "Abstract",
        )
    )
    for record in records:
        first, _, last = record.pages.replace("--", "-").partition("-")
        place = (first, "", "") if not last and not first.isdigit() else ("", first, last)
        writer.writerow(
            (
                "; ".join(record.authors),
                record.title,
                record.year or "",
                record.journal,
                record.volume,
                record.issue,
                *place,
                record.doi,
                record.abstract,
            )
        )
    return stream.getvalue().encode("utf-8-sig")


def _by(name: str) -> Callable[[Sequence[Record]], bytes]:
    write = named(name).write
    assert write is not None
    return write


DIALECTS: dict[str, Dialect] = {
    "pubmed": Dialect(pubmed, as_nbib, "nbib"),
    "embase": Dialect(embase, _by("ris"), "ris"),
    "wos": Dialect(web_of_science, as_wos, "wos"),
    "scopus": Dialect(scopus, as_scopus, "csv"),
    "endnote": Dialect(endnote, _by("endnote_xml"), "endnote_xml"),
    "scholar": Dialect(scholar, _by("bibtex"), "bibtex"),
    "central": Dialect(central, _by("ris"), "ris"),
    "table": Dialect(spreadsheet, _by("csv"), "csv"),
}

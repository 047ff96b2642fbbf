"""Records, where they came from, and which of them are one work."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum


class SourceKind(StrEnum):
    """The columns of the PRISMA 2020 diagram: databases and registers left, other methods right."""

    DATABASE = "database"
    REGISTER = "register"
    WEBSITE = "website"
    ORGANISATION = "organisation"
    CITATION = "citation"

    @property
    def is_other_method(self) -> bool:
        return self in {SourceKind.WEBSITE, SourceKind.ORGANISATION, SourceKind.CITATION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A place searched."""

    name: str  # short, stable: "pubmed"
    label: str = ""  # as printed: "PubMed"
    kind: SourceKind = SourceKind.DATABASE

    @property
    def printed(self) -> str:
        return self.label or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRun:
    """One query sent to one source on one day, or one file taken from it.

    `reported` is what the source said it had; `fetched` is what came. `query` is verbatim.
    """

    source: str
    platform: str = ""
    query: str = ""
    limits: str = ""
    run_at: str = ""  # ISO 8601, UTC
    reported: int | None = None
    fetched: int = 0
    tool_version: str = ""
    raw_sha256: str = ""
    file_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A title and abstract as one source gives them.

    `source_id` is the source's own identifier where it has one (PMID, arXiv id with version, `record_id`
    column), else a fingerprint of the bibliographic fields; see `fingerprint`. `authors` are "Family, Given".
    `doi` is lower-case without prefix, `pmid` digits only, `arxiv_id` as printed, version kept.
    """

    source: str
    source_id: str
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    journal: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    arxiv_id: str = ""
    keywords: tuple[str, ...] = ()
    language: str = ""
    type: str = ""
    url: str = ""
    notes: str = ""
    raw: str = field(default="", repr=False)

    @property
    def record_id(self) -> str:
        """Stable id from (source, source id): importing the same entry twice gives the same id."""
        return f"{self.source}:{self.source_id}"

    @property
    def short_citation(self) -> str:
        """`Family et al. 2024`, for lists and captions."""
        names = [author.split(",")[0].strip() for author in self.authors]
        who = "No author" if not names else names[0] if len(names) == 1 else f"{names[0]} et al."
        return f"{who} {self.year or 'n.d.'}"


def fingerprint(*parts: object) -> str:
    """Sixteen hexadecimal digits of SHA-256 over the parts, white space folded.

    >>> fingerprint("A  title", 2020) == fingerprint("A title", 2020)
    True
    """
    folded = "\x1f".join([_folded(str(part)) for part in parts])
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _folded(text: str) -> str:
    """White space folded; text that has none to fold, which is nearly all, is not taken apart."""
    if text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text
    return " ".join(text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateLink:
    """Why two records were joined: the named condition and the similarities it saw."""

    record_a: str
    record_b: str
    condition: str
    explanation: str
    score: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateGroup:
    """Records judged one work. `members` are record ids, sorted; `links` say what joined them."""

    group_id: str
    members: tuple[str, ...]
    links: tuple[DuplicateLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A person's answer on whether two records are one work; it outranks every rule, and a later one an earlier.

    One that is `withdrawn` takes back the last answer to the same effect that the person gave on the pair; then what was
    said before stands again.
    """

    record_a: str
    record_b: str
    same_work: bool
    person: str
    at: str = ""
    withdrawn: bool = False

"""Kinds of publication: CSL's words, which records carry, and what RIS, BibTeX and databases call them."""

from __future__ import annotations

import re

# CSL word: RIS codes (the first is written), BibTeX types (the first is written), other names.
_KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "article-journal": (
        ("JOUR", "JFULL", "EJOUR", "ABST", "INPR"),
        ("article",),
        (
            "journal article",
            "article",
            "journalarticle",
            "research article",
            "article in press",
            "journal articles",
            "electronic article",
            "electronic journal article",
            "journal, electronic",
            "journal",
        ),
    ),
    "article-magazine": (("MGZN",), (), ("magazinearticle", "magazine article")),
    "article-newspaper": (("NEWS",), (), ("newspaperarticle", "newspaper article")),
    "article": (
        ("UNPB",),
        ("unpublished",),
        ("preprint", "posted content", "unpublished work", "unpublished material"),
    ),
    "book": (
        ("BOOK", "EBOOK", "EDBOOK", "WHOLE"),
        ("book", "booklet", "collection", "mvbook"),
        (
            "monograph",
            "book, whole",
            "book, edited",
            "edited book",
            "electronic book",
            "classical work",
            "monography",
            "whole book",
        ),
    ),
    "chapter": (
        ("CHAP", "ECHAP"),
        ("incollection", "inbook"),
        (
            "book chapter",
            "booksection",
            "book section",
            "bookchapter",
            "book, section",
            "electronic book section",
            "book, chapter",
        ),
    ),
    "paper-conference": (
        ("CPAPER", "CONF"),
        ("inproceedings", "conference", "proceedings"),
        (
            "conference paper",
            "conferencepaper",
            "conference proceeding",
            "conference proceedings",
            "conference abstract",
            "proceedings paper",
        ),
    ),
    "thesis": (
        ("THES",),
        ("phdthesis", "mastersthesis", "thesis"),
        ("dissertation", "dissertation/thesis", "dissertation/thesis, unpublished"),
    ),
    "report": (("RPRT", "GOVDOC"), ("techreport", "report"), ("technical report", "government document")),
    "webpage": (
        ("ELEC", "WEB", "ICOMM", "BLOG"),
        ("online", "electronic"),
        ("web page", "website", "blogpost", "blog", "electronic source"),
    ),
    "dataset": (("DATA", "AGGR", "DBASE"), ("dataset",), ("data set", "online database", "aggregated database")),
    "software": (("COMP",), ("software",), ("computerprogram", "computer program", "computer software")),
    "patent": (("PAT",), ("patent",), ()),
    "standard": (("STAND",), ("standard",), ()),
    "legislation": (
        ("STAT", "BILL"),
        ("legislation",),
        ("statute", "bill", "legal rule or regulation", "bills/resolutions", "laws/statutes"),
    ),
    "legal_case": (("CASE",), ("jurisdiction",), ("case", "case/court decisions")),
    "manuscript": (("MANSCPT",), (), ("manuscript",)),
    "speech": (("SLIDE",), (), ("presentation",)),
    "map": (("MAP",), (), ()),
    "motion_picture": (
        ("VIDEO", "MPCT"),
        ("movie", "video"),
        ("film", "film or broadcast", "video/ dvd", "motion picture", "audiovisual material"),
    ),
    "song": (("SOUND", "MUSIC"), ("audio", "music"), ("audiorecording", "sound recording", "music score")),
    "graphic": (("FIGURE", "ART", "CHART"), ("artwork", "image"), ("figure", "chart or table")),
    "entry-encyclopedia": (("ENCYC",), ("inreference",), ("encyclopediaarticle", "encyclopedia")),
    "entry-dictionary": (("DICT",), (), ("dictionaryentry", "dictionary")),
    "personal_communication": (("PCOMM",), ("letter",), ("email", "personal communication")),
    "hearing": (("HEAR",), (), ("hearing",)),
    "document": (("GEN", "SER", "MULTI"), ("misc",), ("generic", "miscellaneous", "document")),
}
# What EndNote calls a kind, and its number there; it has no others of these.
_ENDNOTE: dict[str, tuple[str, int]] = {
    "article-journal": ("Journal Article", 17),
    "article-magazine": ("Magazine Article", 19),
    "article-newspaper": ("Newspaper Article", 23),
    "article": ("Unpublished Work", 34),
    "book": ("Book", 6),
    "chapter": ("Book Section", 5),
    "paper-conference": ("Conference Paper", 47),
    "thesis": ("Thesis", 32),
    "report": ("Report", 27),
    "webpage": ("Web Page", 12),
    "dataset": ("Dataset", 59),
    "software": ("Computer Program", 9),
    "patent": ("Patent", 25),
    "standard": ("Standard", 58),
    "legislation": ("Statute", 31),
    "legal_case": ("Case", 7),
    "manuscript": ("Manuscript", 36),
    "map": ("Map", 20),
    "motion_picture": ("Film or Broadcast", 21),
    "song": ("Music", 61),
    "graphic": ("Figure", 37),
    "entry-encyclopedia": ("Encyclopedia", 53),
    "entry-dictionary": ("Dictionary", 52),
    "personal_communication": ("Personal Communication", 26),
    "hearing": ("Hearing", 14),
}
_FROM_ENDNOTE = {str(number): kind for kind, (_, number) in _ENDNOTE.items()} | {
    number: kind
    for kind, numbers in {
        "article-journal": ("0", "43"),  # 0 in the first version of its XML
        "book": ("28", "44", "49"),
        "chapter": ("60",),
        "paper-conference": ("10",),
        "report": ("46",),
        "webpage": ("16", "56"),
        "dataset": ("45", "55"),
        "document": ("13",),
    }.items()
    for number in numbers
}
_FROM_RIS = {code: kind for kind, (codes, _, _) in _KINDS.items() for code in codes}
_FROM_BIBTEX = {name: kind for kind, (_, names, _) in _KINDS.items() for name in names}
_FROM_NAME = {name: kind for kind, (_, types, names) in _KINDS.items() for name in (kind, *types, *names)} | {
    "article": "article-journal"
}


def from_ris(code: str) -> str:
    """The kind of a RIS type code; an unknown code stays as it is."""
    return _FROM_RIS.get(code.strip().upper(), code.strip())


def to_ris(kind: str) -> str:
    """The RIS code of a kind; `GEN` where RIS has none."""
    codes = _KINDS.get(kind, ((), (), ()))[0]
    if codes:
        return codes[0]
    return kind if re.fullmatch(r"[A-Z]{2,7}", kind) else "GEN"


def to_endnote(kind: str) -> tuple[str, int]:
    """What EndNote calls a kind, and its number; `Generic` where it has none."""
    return _ENDNOTE.get(kind, ("Generic", 13))


def from_endnote(number: str) -> str:
    """The kind EndNote means by a number; "" for one it does not."""
    return _FROM_ENDNOTE.get(number, "")


def from_bibtex(name: str) -> str:
    return _FROM_BIBTEX.get(name.strip().lower(), name.strip().lower())


def to_bibtex(kind: str) -> str:
    types = _KINDS.get(kind, ((), (), ()))[1]
    if types:
        return types[0]
    return kind if re.fullmatch(r"[a-z]{3,20}", kind) else "misc"


def from_name(name: str) -> str:
    """The kind a database means by a name such as `Conference Paper`; an unknown name stays as it is."""
    return _FROM_NAME.get(name.strip().lower(), name.strip())


def to_name(kind: str) -> str:
    """What to call a kind in a table, where "article" would be taken for one in a journal."""
    return "preprint" if kind == "article" else kind


def is_known(kind: str) -> bool:
    return kind in _KINDS

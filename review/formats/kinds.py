"""Kinds of publication: CSL's words, which records carry, and what RIS, BibTeX and databases call them."""

from __future__ import annotations

import re

# CSL word: RIS codes (the first is written), BibTeX types (the first is written), other names.
_KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "article-journal": (
        ("JOUR", "JFULL", "EJOUR", "ABST", "INPR"),
        ("article",),
        ("journal article", "article", "journalarticle", "research article", "article in press", "journal articles"),
    ),
    "article-magazine": (("MGZN",), (), ("magazinearticle", "magazine article")),
    "article-newspaper": (("NEWS",), (), ("newspaperarticle", "newspaper article")),
    "article": (("UNPB",), ("unpublished",), ("preprint", "posted content")),
    "book": (("BOOK", "EBOOK", "EDBOOK", "WHOLE"), ("book", "booklet", "collection", "mvbook"), ("monograph",)),
    "chapter": (
        ("CHAP", "ECHAP"),
        ("incollection", "inbook"),
        ("book chapter", "booksection", "book section", "bookchapter"),
    ),
    "paper-conference": (
        ("CPAPER", "CONF"),
        ("inproceedings", "conference", "proceedings"),
        ("conference paper", "conferencepaper", "conference proceeding", "conference abstract", "proceedings paper"),
    ),
    "thesis": (("THES",), ("phdthesis", "mastersthesis", "thesis"), ("dissertation", "dissertation/thesis")),
    "report": (("RPRT", "GOVDOC"), ("techreport", "report"), ("technical report",)),
    "webpage": (("ELEC", "WEB", "ICOMM", "BLOG"), ("online", "electronic"), ("web page", "website", "blogpost")),
    "dataset": (("DATA", "AGGR", "DBASE"), ("dataset",), ("data set",)),
    "software": (("COMP",), ("software",), ("computerprogram", "computer program")),
    "patent": (("PAT",), ("patent",), ()),
    "standard": (("STAND",), ("standard",), ()),
    "legislation": (("STAT", "BILL"), ("legislation",), ("statute",)),
    "legal_case": (("CASE",), ("jurisdiction",), ("case",)),
    "manuscript": (("MANSCPT",), (), ("manuscript",)),
    "speech": (("SLIDE",), (), ("presentation",)),
    "map": (("MAP",), (), ()),
    "motion_picture": (("VIDEO", "MPCT"), ("movie", "video"), ("film",)),
    "song": (("SOUND", "MUSIC"), ("audio", "music"), ("audiorecording",)),
    "graphic": (("FIGURE", "ART", "CHART"), ("artwork", "image"), ()),
    "entry-encyclopedia": (("ENCYC",), ("inreference",), ("encyclopediaarticle",)),
    "entry-dictionary": (("DICT",), (), ("dictionaryentry",)),
    "personal_communication": (("PCOMM",), ("letter",), ("email",)),
    "hearing": (("HEAR",), (), ()),
    "document": (("GEN", "SER", "MULTI"), ("misc",), ("generic", "miscellaneous", "document")),
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

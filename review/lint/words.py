"""The words that the linter knows: what is counted, what parts are called, what ends a noun phrase."""

from __future__ import annotations

import re
from functools import cache, lru_cache


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SPELLED = {
    name: number
    for number, name in enumerate(
        _words(
            "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
            "nineteen twenty"
        ),
        start=2,
    )
}
_TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")
SPELLED |= {ten: 10 * number for number, ten in enumerate(_TENS, start=2)}
SPELLED |= {
    f"{ten}-{one}": SPELLED[ten] + number
    for ten in _TENS
    for number, one in enumerate(_words("one two three four five six seven eight nine"), start=1)
}
_UNITS = _words("""
    patient subject participant individual person adult child woman man infant neonate volunteer respondent student
    case control scan study series volume mask image slice annotation label rib vertebra lesion nodule tumour radiograph
    examination exam report record article paper trial review citation publication abstract reference document study
    reader radiologist rater annotator reviewer expert physician surgeon hospital centre site institution segmentation
    structure landmark frame video sample instance session biopsy specimen question item database source dataset eye tooth
    knee hip disc level fracture aneurysm polyp cyst recording signal sequence visit file pair row duplicate class
""")
_PLURALS = {
    "people": "person",
    "persons": "person",
    "children": "child",
    "women": "woman",
    "men": "man",
    "vertebrae": "vertebra",
    "vertebras": "vertebra",
    "studies": "study",
    "biopsies": "biopsy",
    "series": "series",
    "teeth": "tooth",
    "tumors": "tumour",
    "tumor": "tumour",
    "centers": "centre",
    "center": "centre",
    "classes": "class",
    "x-rays": "radiograph",
    "x-ray": "radiograph",
    "cts": "scan",
    "mris": "scan",
}
_SINGULAR = {**{unit: unit for unit in _UNITS}, **{f"{unit}s": unit for unit in _UNITS}, **_PLURALS}
PEOPLE = frozenset(_words("patient subject participant individual person adult volunteer respondent"))

STOPS = frozenset(
    _words("""
    a an the this these those each both all any no not and or but nor so as than then that which who whom whose when while
    where if of in on at by for from to into with without within between among across over under per via during after before
    since until about against through out up is are was were be been being am has have had having do does did done will would
    shall should can could may might must underwent received showed reported found used included excluded contained comprised
    consisted had made gave took met read scored screened reviewed analysed analyzed assessed identified selected obtained
    enrolled recruited remained failed passed required needed came took show shows report reports include includes contain
    contains using including respectively times versus vs only we they he she it its their our his her there here
    """)
)
YEAR_BEFORE = frozenset(
    _words("in since until by from between during after before year through and to of early late mid around")
)
APPROXIMATE = re.compile(
    r"(?:\b(?:about|approximately|approx\.?|around|nearly|almost|roughly|circa|ca\.?|some|over|under|up\sto|at\sleast|at\smost|"
    r"(?:more|fewer|less|greater|larger|higher|lower)\sthan|above|below|all\sbut|except|exceed(?:s|ed|ing)?|minimum\sof|maximum\sof|or\smore|estimated|every|per)\s+"
    r"(?:the\s|a\s|an\s)?)$",
    re.IGNORECASE,
)
# One word for each split and for each of a few parts that people call differently.
_SAME = {
    "training": "train",
    "trained": "train",
    "train": "train",
    "validation": "val",
    "tuning": "val",
    "dev": "val",
    "development": "val",
    "testing": "test",
    "held-out": "test",
    "holdout": "test",
    "hold-out": "test",
    "woman": "female",
    "women": "female",
    "females": "female",
    "girls": "female",
    "man": "male",
    "men": "male",
    "males": "male",
    "boys": "male",
    "overall": "total",
    "whole": "total",
    "all": "total",
    "entire": "total",
}
# Sets of labels that leave nobody out, so that their counts must make the whole.
COMPLEMENTS: tuple[frozenset[str], ...] = (
    frozenset({"female", "male"}),
    frozenset({"benign", "malignant"}),
    frozenset({"train", "test"}),
    frozenset({"train", "val", "test"}),
    frozenset({"included", "excluded"}),
)
_WORDS = re.compile(r"[^\W\d_][\w'’-]*")


@cache
def unit_of(word: str) -> str:
    """The counted noun in the singular, or nothing if the word is none.

    >>> unit_of("studies"), unit_of("patients"), unit_of("spine")
    ('study', 'patient', '')
    """
    return _SINGULAR.get(word.casefold(), "")


def words_of(text: str) -> list[str]:
    return [match[0].casefold() for match in _WORDS.finditer(text)]


@cache
def fold(word: str) -> str:
    """A word in the form in which two texts agree on it.

    >>> fold("Training"), fold("women"), fold("spine_only")
    ('train', 'female', 'spine_only')
    """
    low = word.casefold()
    return _SAME.get(low, low)


@lru_cache(maxsize=4096)
def fold_all(text: str) -> frozenset[str]:
    """The folded words of a label; `spine-only` and `spine_only` are the words spine and only.

    >>> sorted(fold_all("Spine-only volumes"))
    ['only', 'spine', 'volumes']
    """
    held = {fold(word) for word in words_of(text) if fold(word) != word.casefold()}
    return frozenset(
        held | {fold(part) for part in re.split(r"[\W_]+", text.casefold()) if part and part not in {"the", "of"}}
    )


def several(unit: str) -> str:
    """A counted noun in the plural.

    >>> several("study"), several("series"), several("mask")
    ('studies', 'series', 'masks')
    """
    irregular = {
        "person": "people",
        "child": "children",
        "woman": "women",
        "man": "men",
        "vertebra": "vertebrae",
        "series": "series",
        "tooth": "teeth",
    }
    if unit in irregular:
        return irregular[unit]
    if unit.endswith("s"):
        return f"{unit}es"
    return f"{unit[:-1]}ies" if unit.endswith("y") else f"{unit}s"

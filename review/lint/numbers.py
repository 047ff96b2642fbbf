"""Numbers in a sentence: what each one is, what it counts and of which part; years, versions and references are no counts."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from review.lint.words import APPROXIMATE, SPELLED, STOPS, YEAR_BEFORE, unit_of, words_of

Span = tuple[int, int]

_MONTH = r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
_SOME = r"\d+(?:\.\d+)*[a-z]?(?:\s*(?:,|and|&|–|-|to)\s*\d+(?:\.\d+)*[a-z]?(?![\d%]))*"
# What holds digits and is no quantity.
_NEVER = re.compile(
    rf"""
      \[[\d\s,;–-]+\]                                          # [12], [3, 4]
    | \[[^\]\[]*@[^\]\[]*\] | (?<![\w.])@[\w:.#$%&+?<>~/-]+    # citation keys
    | (?:https?://|www\.)\S+ | \b10\.\d{{4,9}}/\S+             # addresses, DOIs
    | \barXiv:?\s*\d{{4}}\.\d{{4,5}}(?:v\d+)? | \b\d{{4}}\.\d{{4,5}}v\d+\b
    | \b(?:PMID|PMC|NCT|CRD|ISRCTN|ChiCTR\w*|DRKS|ISBN|ISSN)[:\s-]*\d[\d-]*
    | \([0-9A-Fa-f]{{4}},\s?[0-9A-Fa-f]{{4}}\)                     # DICOM tags
    | \b(?:CC[ -]BY(?:-[A-Z]{{2}})*|CC0|Apache(?:[ -]Licen[cs]e)?|[AL]?GPL|MPL)[ -]?v?\s?\d+\.\d+   # licences
    | \b[A-Z]{{2,}}[-_/ ]?[A-Z]*\d*[-/]\d[\d/-]*                # protocol numbers such as IRB-2021-17
    | \((?:see\s+)?[A-Z][^()\d]{{1,60}},?\s(?:19|20)\d\d[a-z]?(?:;[^()]*)?\)   # (Smith et al., 2020)
    | \b(?:Fig(?:ure|s?\.)?|Tab(?:le|\.)|Sec(?:tion|t?\.)|Eqs?(?:uation)?\.?|Appendix|Chapter|Ref(?:erence|s?\.)|
        Item|Algorithm|Step|Box|No\.|Round|Experiment|Aim|Study|Group|Stage|Phase|Grade|Type|Class|Level|Model|Fold|
        Part|Version|Release|Task|Question|Category|Suppl(?:ement\w*|\.)(?:\s(?:Table|Figure|Fig\.))?)s?\s*S?{_SOME}
    | \b(?:grades?|types?|stages?|phases?|class(?:es)?|levels?|folds?|versions?|steps?|tables?|figures?|sections?|
        equations?|sequence|seed|epochs?\s+|batch\sof)\s{_SOME}
    | §+\s*{_SOME}
    | \b\d+(?:\.\d+)?\s*%\s*-?\s*(?:CIs?\b|C\.I\.|confidence|CrI|credible|UI\b|PI\b|prediction|limits)
    | \b(?:CI|confidence\sintervals?|CrI)\s*(?:of|at)?\s*\(?9\d\s*%\)?
    | \b\d{{1,2}}/(?:19|20)\d\d\b | \b\d{{4}}-\d\d-\d\d\b | \b\d{{1,2}}/\d{{1,2}}/\d{{2,4}}\b | \b\d{{1,2}}\.\d{{1,2}}\.\d{{4}}\b
    | \b(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?{_MONTH}\.?\s+(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s+)?(?:19|20)\d\d\b
    | \b\d{{1,2}}\s+{_MONTH}\b | \b{_MONTH}\s+\d{{1,2}}\b
    | \b[vV]\.?\s?\d+(?:\.\d+)*\b | \b\d+\.\d+\.\d+(?:\.\d+)*\b
    | \b(?:Python|PyTorch|TensorFlow|CUDA|MATLAB|R|SPSS|Stata|SAS|Ubuntu|MONAI|nnU-Net|ITK-SNAP|3D\sSlicer|scikit-learn|NumPy)\s(?:version\s|v\.?\s?)?\d+(?:\.\d+)*
    | (?<=\s)\((?:\d|1\d)\)(?=\s[a-z])                         # (1) first point
    """,
    re.VERBOSE,
)
_TOKEN = re.compile(
    r"(?<![\w.])(?<!\d,)(?:(?<![\w)-])(?P<sign>[-−](?=\d|\.\d)))?"
    r"(?P<number>[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|[1-9]\d{0,2}(?:[ \u00a0\u2009\u202f]\d{3})+(?!\d|\.\d)|[1-9]\d{0,2}(?:[’']\d{3})+(?!\d)|\d+(?:\.\d+)?|\.\d+)"
    r"(?P<percent>\s?%|\s(?:percent|per\scent)\b)?"
)
_SPELLED = re.compile(rf"(?<![\w-])({'|'.join(sorted(SPELLED, key=len, reverse=True))})\b(?!-)", re.IGNORECASE)
_OF_SOME = re.compile(r"\s(?:out\s)?of\s(?:the\s|these\s|our\s)?\d")
_GLUED = re.compile(r"[-–][A-Za-z]|[A-Za-z°µ²³]|[-–]\s?[A-Za-z]+\b-")
_MEASURE = re.compile(
    r"\s?(?:[mckµn]?m[²³23]?\b|[mk]?[gG]y?\b|kg\b|m[lLgsVA]\b|[kMG]?Hz\b|[kKMGT]B\b|GB\b|GPUs?\b|CPUs?\b|°|[xX×]\s?\d|T\b|s\b|min\b|h\b|"
    r"(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|times|points?|degrees?|pixels?|voxels?|epochs?|iterations?|"
    r"fold|percentage|mm|cm|kVp?|mAs?|HU|decimals?|euros?|dollars?)\b)"
)
_RANGE = re.compile(r"\s?(?:[-–—]|to)\s?[<>≤≥~]?\d")
_N_EQUALS = re.compile(r"\b[nN]\s?=\s?$")
_LIMIT = re.compile(r"[<>≤≥~≈±]\s?$")
_WORD = re.compile(r"[^\W\d_][\w'’/-]*|[.,;:()\[\]]|\d[\d,.]*")
_PART = re.compile(
    r"\s+(?:(?:were|was|are|is)\s+)?(?:in|for|of|from|to|into|as)\s+(?:the\s+|our\s+|a\s+)?((?:[\w-]+\s+){0,3}?)"
    r"(train(?:ing)?|validation|val|tuning|development|test(?:ing)?|hold-?out|held-out)\b"
)


class Kind(StrEnum):
    COUNT = "count"  # a whole number that may count things
    PERCENT = "percent"
    VALUE = "value"  # a number with decimals
    OTHER = "other"  # a measure, a year, part of a range


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number as it stands in a sentence. `words` tell of which part: those between it and its unit, and the split.

    `unit` is the counted noun in the singular; `lent` says that it was taken from a neighbour in an enumeration.
    """

    value: Fraction
    half: Fraction
    text: str
    start: int
    end: int
    kind: Kind
    unit: str = ""
    unit_end: int = -1
    words: tuple[str, ...] = ()
    rough: bool = False
    spelled: bool = False
    lent: bool = False

    @property
    def shown(self) -> str:
        return f"{int(self.value):,}" if self.kind is Kind.COUNT else self.text


def numbers(text: str) -> tuple[Number, ...]:
    """Every number of a sentence, from left to right, without those that are names, dates or references.

    >>> [(str(n.value), n.unit) for n in numbers("In 2019, 11 548 ribs of 802 patients (Table 2) were read.")]
    [('11548', 'rib'), ('802', 'patient')]
    """
    never = [match.span() for match in _NEVER.finditer(text)]
    found = [one for match in _TOKEN.finditer(text) if (one := _number(text, match, never)) is not None]
    for match in _SPELLED.finditer(text):
        one = _spelled(text, match)
        if one is not None:
            found.append(one)
    found.sort(key=lambda n: n.start)
    return _with_lent_units(text, found)


def _within(at: int, spans: list[Span]) -> bool:
    place = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return place >= 0 and at < spans[place][1]


def _number(text: str, match: re.Match[str], never: list[Span]) -> Number | None:
    start = match.start("number")
    if _within(start, never) or re.search(r"[^\W\d_]-?$|[_\\#^]$", text[max(0, start - 2) : start]):
        return None
    plain = re.sub(r"[, \u00a0\u2009\u202f’']", "", match["number"])
    places = len(plain.partition(".")[2])
    value = Fraction(f"0{plain}" if plain.startswith(".") else plain) * (-1 if match["sign"] else 1)
    one = Number(
        value=value,
        half=Fraction(1, 2 * 10**places) if places else Fraction(0),
        text=match["number"],
        start=start,
        end=match.end(),
        kind=Kind.VALUE if places else Kind.COUNT,
        rough=_is_rough(text, start),
    )
    if match["percent"]:
        return replace(one, kind=Kind.PERCENT, half=Fraction(1, 2 * 10**places), text=match[0].strip())
    if places:
        return one
    if _is_other(text, match, value):
        return replace(one, kind=Kind.OTHER)
    return _counted(text, one)


def _is_other(text: str, match: re.Match[str], value: Fraction) -> bool:
    """Measures, years, ranges, adjectives such as 5-fold, and limits such as p < 1."""
    start, end = match.start(), match.end()
    if _GLUED.match(text, end) or _MEASURE.match(text, end) or _RANGE.match(text, end) or match["sign"]:
        return True
    before = text[max(0, start - 14) : start]
    if re.search(
        r"\d\s?(?:[-–—:]|to)\s?$|±\s?$|\d:$|\bper\s$|\bevery\s$|\bfirst\s$|\blast\s$|\btop\s$|[\d.]\s?[×x*/]\s?$",
        before,
    ):
        return not re.search(r"\w/\s?$", before) or not text[start - 2 : start - 1].isdigit()
    if re.match(r":\d|\s?[×x*]\s?\d|\.\d|,\d{1,2}(?!\d)", text[end : end + 4]):
        return True
    return _is_year(text, match["number"], value, start)


def _is_year(text: str, written: str, value: Fraction, start: int) -> bool:
    if len(written) != 4 or not 1900 <= value <= 2099:
        return False
    before = words_of(text[max(0, start - 25) : start])
    after = _units_after(text, start + 4)
    return not after[0] or (bool(before) and before[-1] in YEAR_BEFORE)


def _is_rough(text: str, start: int) -> bool:
    before = text[max(0, start - 24) : start]
    return bool(_LIMIT.search(before) or APPROXIMATE.search(before))


def _spelled(text: str, match: re.Match[str]) -> Number | None:
    unit, unit_end, words = _units_after(text, match.end())
    if not unit and not _OF_SOME.match(text, match.end()):
        return None
    return Number(
        value=Fraction(SPELLED[match[1].casefold()]),
        half=Fraction(0),
        text=match[1],
        start=match.start(),
        end=match.end(),
        kind=Kind.COUNT,
        unit=unit,
        unit_end=unit_end,
        words=(*words, *_split_after(text, max(unit_end, match.end()))),
        rough=_is_rough(text, match.start()),
        spelled=True,
    )


def _counted(text: str, one: Number) -> Number:
    unit, unit_end, words = _units_after(text, one.end)
    if not unit and _N_EQUALS.search(text[max(0, one.start - 5) : one.start]):
        before = words_of(text[max(0, one.start - 48) : one.start - 2])
        for place in range(len(before) - 1, max(-1, len(before) - 5), -1):
            found = unit_of(before[place])
            if found and (found != before[place] or found == "series"):  # “the study (n = 489)” counts no studies
                return replace(one, unit=found, unit_end=one.end, words=tuple(before[max(0, place - 2) : place]))
    return replace(one, unit=unit, unit_end=unit_end, words=(*words, *_split_after(text, max(unit_end, one.end))))


def _split_after(text: str, at: int) -> tuple[str, ...]:
    found = _PART.match(text, at)
    return (*words_of(found[1]), found[2].casefold()) if found else ()


def _units_after(text: str, at: int) -> tuple[str, int, tuple[str, ...]]:
    """The counted noun within five words, where it ends, and the words before it; nothing across a verb or a comma."""
    words: list[str] = []
    unit, end = "", -1
    for match in _WORD.finditer(text, at, at + 90):
        word = match[0].casefold()
        if text[at : match.start()].strip() and text[match.start() - 1] == "/":
            break
        found = unit_of(word) if len(words) < 5 else ""
        if unit and not found:
            break
        if found:
            if unit:
                words.append(unit)
            unit, end = found, match.end()
            if text[end : end + 1] == "-":
                return "", -1, ()
        elif not word[0].isalpha() or word in STOPS or len(words) >= 4:
            break
        else:
            words.append(word)
    return unit, end, tuple(words) if unit else tuple(words[:3])


def _with_lent_units(text: str, found: list[Number]) -> tuple[Number, ...]:
    """`342 fused and 440 spine-only volumes`, `2 of 11,548 ribs`, `802/802 masks`: the unit stands once, at the end."""
    for place in range(len(found) - 2, -1, -1):
        one, following = found[place], found[place + 1]
        if one.unit or one.kind is not Kind.COUNT or following.kind is not Kind.COUNT or not following.unit:
            continue
        between = text[one.end : following.start]
        if re.fullmatch(
            r"\s?(?:/|(?:out\s)?of\s(?:the\s|all\s|these\s|our\s|a\stotal\sof\s){0,2}|in\s)\s?", between
        ) or (
            re.fullmatch(r"\s(?:[\w-]+\s){1,3}?(?:and|or)\s|(?:\s[\w-]+){1,3},\s(?:and\s)?", between)
            and not _speaks(between)
        ):
            found[place] = replace(one, unit=following.unit, unit_end=following.unit_end, lent=True)
    return tuple(found)


def _speaks(between: str) -> bool:
    """Whether there is more than labels: a verb or a preposition."""
    return any(word in STOPS and word not in {"and", "or"} for word in words_of(between))

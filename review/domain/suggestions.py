"""Answers a text offers by plain patterns: numbers with their unit, options by name, values of metrics.

They are offers and nothing else: each comes with its sentence and page, and a person takes it or leaves it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from review.domain.charting import ChartingField, FieldKind, check_value, meaning

_MOST = 5  # offers for one field
_LONGEST = 400  # letters of a sentence
# A sentence ends before a capital or a number; "et al.", "Fig." and initials do not end one.
_END = re.compile(r"(?<!\bal)(?<!\bFig)(?<!\bvs)(?<!\bDr)(?<!\bNo)(?<!\b[A-Z])[.!?]\s+(?=[A-Z(\d\u201c\"])|\n\s*\n")
# A line of a few words alone, before one that begins with a capital: a heading, which ends without a full stop.
_HEADING = re.compile(r"(?m)^((?:\d+(?:\.\d+)*\.?\s+)?[A-Z][\w-]*(?: [\w-]+){0,3})[ \t]*\n(?=[A-Z])")
_COUNT = r"(?<![\d.,/])(\d{1,3}(?:[,\u202f\u00a0 ]\d{3})+|\d+)(?![\d.,]*\d|\s*%|\s*/)"
_BETWEEN = r"\s+(?:[a-z][\w-]*\s+){0,3}?"
# What authors also write for a unit of the form.
_UNIT_WORDS = {
    "patients": ("patients", "subjects", "individuals", "cases"),
    "participants": ("participants", "subjects", "patients", "individuals", "respondents", "volunteers"),
    "images": ("images", "scans", "radiographs", "volumes", "slices", "examinations"),
    "centres": ("centres", "centers", "hospitals", "institutions", "sites"),
    "vendors": ("vendors", "manufacturers"),
    "readers": ("readers", "raters", "radiologists", "observers", "annotators"),
}
_PEOPLE = ("patients", "participants")
_IN_WORDS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10",
}  # fmt: skip
_N_IS = re.compile(r"\b[nN]\s*=\s*(\d{1,3}(?:,\d{3})+|\d+)\b(?![.,]\d)")
# What authors also write for a common option, by the option in small letters.
_OPTION_WORDS = {
    "ct": (r"\bCT\b", r"(?i:\bcomputed tomograph\w+)"),
    "mri": (r"\bMRI?\b", r"(?i:\bmagnetic[- ]resonance)"),
    "x-ray": (r"(?i:\bX-?rays?\b)", r"(?i:\bradiograph\w*)"),
    "dxa": (r"\bDE?XA\b", r"(?i:\bdual-energy x-ray)"),
    "ultrasound": (r"(?i:\bultraso\w+)",),
    "pet": (r"\bPET\b",),
    "auc": (r"\bAU(?:RO)?C\b", r"(?i:\barea under the (?:receiver|ROC|curve))"),
    "f1": (r"(?i:\bF1\b)",),
    "retrospective": (r"(?i:\bretrospectiv\w+)",),
    "prospective": (r"(?i:\bprospectiv\w+)",),
    "cross-sectional": (r"(?i:\bcross-sectional)",),
}
_METRICS = (
    "sensitivity", "specificity", "accuracy", "precision", "recall", "dice", "auc", "auroc", "f1", "kappa",
    "identification rate", "icc", "hd95",
)  # fmt: skip
_METRIC_VALUE = (
    r"(?i:\b{name}(?:\s+(?:score|coefficient|value|similarity coefficient))?)[^.;\d]{{0,40}}?"
    r"(?<![\d.])(\d{{1,3}}(?:\.\d+)?)\s*(%|per ?cent)?(?![\d.]*\d)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A value that a sentence offers for a field; `page` counts from 1, 0 is title and abstract."""

    field_id: str
    value: str
    unit: str
    sentence: str
    page: int


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    page: int


def suggest(fields: Sequence[ChartingField], pages: Sequence[str], *, first_page: int = 1) -> list[Suggestion]:
    """What the pages offer for these fields, in the order of the text; at most five values for each field.

    >>> patients = ChartingField(id="n", label="Patients", kind=FieldKind.NUMBER, unit="patients")
    >>> found = suggest([patients], ["We scanned 2,140 consecutive patients. Of them 12 % were men."])
    >>> [(one.value, one.sentence, one.page) for one in found]
    [('2140', 'We scanned 2,140 consecutive patients.', 1)]
    """
    sentences = [_Sentence(s, at) for at, page in enumerate(pages, start=first_page) for s in _sentences(page)]
    found: list[Suggestion] = []
    alike: dict[tuple[str, ...], list[Suggestion]] = {}  # fields that ask for the same are looked up once
    for field in fields:
        key = (meaning(replace(field, group="")), *_metrics_of(field))
        if key not in alike:
            alike[key] = _offered(field, sentences)
        found += [replace(one, field_id=field.id) for one in alike[key]]
    return found


def _offered(field: ChartingField, sentences: Sequence[_Sentence]) -> list[Suggestion]:
    seen: dict[tuple[str, str], Suggestion] = {}
    for sentence in sentences:
        for value, unit in _values(field, sentence.text):
            if (value, unit) not in seen and _fits(field, value):
                text = sentence.text[:_LONGEST]
                one = Suggestion(field_id=field.id, value=value, unit=unit, sentence=text, page=sentence.page)
                seen[value, unit] = one
        if len(seen) >= _MOST:
            break
    return list(seen.values())[:_MOST]


def _sentences(page: str) -> list[str]:
    page = _HEADING.sub(r"\1\n\n", page)
    found, start = [], 0
    for end in _END.finditer(page):
        found.append(page[start : end.start() + 1])
        start = end.end()
    return [s for s in (" ".join(one.split()) for one in (*found, page[start:])) if s]


def _fits(field: ChartingField, value: str) -> bool:
    try:
        return bool(check_value(field, value))
    except ValueError:
        return False


def _values(field: ChartingField, sentence: str) -> Iterator[tuple[str, str]]:
    if field.kind is FieldKind.NUMBER:
        yield from _metric_values(field, sentence)
        for unit in field.known_units:
            for number in _counted(unit, sentence):
                yield number, unit
    elif field.kind in (FieldKind.CHOICE, FieldKind.MULTI):
        for option in field.options:
            if any(re.search(pattern, sentence) for pattern in _patterns(option)):
                yield option, ""


def _counted(unit: str, sentence: str) -> Iterator[str]:
    words = _UNIT_WORDS.get(unit.casefold())
    if words is None and not unit.casefold().endswith("s"):
        return  # per cent and the like stand behind every number
    named = "|".join(re.escape(word) for word in words or (unit.casefold(),))
    for found in re.finditer(rf"(?i){_COUNT}{_BETWEEN}(?:{named})\b", sentence):
        yield re.sub(r"\D", "", found[1])
    for found in re.finditer(rf"(?i)\b({'|'.join(_IN_WORDS)}){_BETWEEN}(?:{named})\b", sentence):
        yield _IN_WORDS[found[1].casefold()]
    if unit.casefold() in _PEOPLE:
        for found in _N_IS.finditer(sentence):
            yield found[1].replace(",", "")


def _patterns(option: str) -> tuple[str, ...]:
    first = option.split(" ", maxsplit=1)[0].casefold()
    if option.casefold() in _OPTION_WORDS:
        return _OPTION_WORDS[option.casefold()]
    if option.isupper():
        return (rf"\b{re.escape(option)}\b",)
    if first in _OPTION_WORDS and len(option) > len(first):  # "MRI T2" asks for both words
        rest = re.escape(option[len(first) :].strip())
        return tuple(f"(?=.*{pattern})(?=.*(?i:\\b{rest}\\b))" for pattern in _OPTION_WORDS[first])
    if option.casefold() in {"other", "mixed", "none"}:
        return ()
    return (rf"(?i)(?<!\w){re.escape(option)}(?!\w)",)


def _metrics_of(field: ChartingField) -> tuple[str, ...]:
    """The metrics that a field is named after; all of them if it is named after none but asks for one."""
    if field.kind is not FieldKind.NUMBER:
        return ()
    said = f"{field.label} {field.id.replace('_', ' ')}".casefold()
    named = tuple(name for name in _METRICS if re.search(rf"\b{name}\b", said))
    if "metric" in said and not named:
        named = _METRICS
    return (*named, "kappa", "icc") if "agreement" in said else named


def _metric_values(field: ChartingField, sentence: str) -> Iterator[tuple[str, str]]:
    """The value of a metric that the field is named after; per cent or a fraction of one as the field's unit asks."""
    named = _metrics_of(field) if re.search(r"\d", sentence) else ()
    unit = field.known_units[0] if field.known_units else ""
    wants_percent = "cent" in unit or "%" in unit
    for name in named:
        for found in re.finditer(_METRIC_VALUE.format(name=re.escape(name)), sentence):
            value, percent = float(found[1]), bool(found[2])
            if wants_percent and not percent and value <= 1:
                value *= 100
            elif wants_percent is False and percent:
                value /= 100
            yield f"{value:.10g}", unit

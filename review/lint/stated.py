"""What a manuscript states: every count of something, in sentences and in tables, with the part that it is of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import takewhile

from review.evidence.printed import printed
from review.lint.document import Document, Sentence
from review.lint.grids import Grid
from review.lint.numbers import Kind, Number
from review.lint.sections import Role
from review.lint.words import fold, fold_all, unit_of, words_of

# Adjectives that do not make another part of what is counted.
_PLAIN = frozenset(
    words_of(
        """ct mri mr pet us x-ray image imaging unique individual annotated labelled labeled released consecutive adult different
    distinct separate available original original further additional total clinical medical 3d 2d retrospective such eligible
    the our computed tomography volumetric abdominal public"""
    )
) | {"3d", "2d"}
_WHOLE = re.compile(
    r"(?:\b(?:a\stotal\sof|in\stotal,?|in\sall,?|totall?ing|overall,?|all|comprises|comprising|contains?|containing|consists?\sof|"
    r"consisting\sof|includes?|holds?|dataset\sof|data\sset\sof|cohort\sof|collection\sof|release\sof|releases?|of\sthe|of\sall|the)\s)$",
    re.IGNORECASE,
)
_VERB = re.compile(r"\s(?:were|was|are|is|have\sbeen)\s(?:then\s|finally\s|also\s)?(\w+)")
_OPEN = re.compile(
    r"\s*(?:$|[.,;:)(]|and\b|from\s(?:the\s)?\d|of\s\d|acquired\b|collected\b|in\s(?:total|all)\b|altogether\b)"
)
_JOINED = {
    "enrolled": "included",
    "recruited": "included",
    "analyzed": "analysed",
    "studied": "analysed",
    "evaluated": "analysed",
    "published": "released",
}
_TOTAL_ROW = re.compile(
    r"^(?:total|all|overall|sum|whole|entire|full)(?:\s+(?:dataset|data\s?set|cohort|set|number|release|volumes|patients|cases))?$",
    re.IGNORECASE,
)
_COUNT_CELL = re.compile(r"^~?(?P<n>\d{1,3}(?:[, ]\d{3})+|\d+)(?:\s*[(\[/].*)?$")
_SPLITS = frozenset({"train", "val", "test"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A count as it stands somewhere. `part` are the folded words that tell of which part it is.

    `key` names a quantity that can have one value only: the whole, a split, or those who were included; else it is empty.
    """

    unit: str
    part: frozenset[str]
    value: Fraction
    shown: str
    at: int
    key: str = ""
    spelled: bool = False
    rough: bool = False
    lent: bool = False
    sentence: Sentence | None = None
    number: Number | None = None


def stated(document: Document) -> Iterator[Stated]:
    """Every count with a unit, outside the references and sentences that speak of the work of others."""
    for sentence in document.sentences:
        if sentence.role in (Role.REFERENCES, Role.RELATED):
            continue
        for number in sentence.numbers:
            if number.kind is Kind.COUNT and number.unit:
                yield _in_sentence(sentence, number)
    for grid in document.grids:
        yield from _in_grid(grid)


def _in_sentence(sentence: Sentence, number: Number) -> Stated:
    return Stated(
        unit=number.unit,
        part=frozenset(one for word in number.words for one in fold_all(word)),
        value=number.value,
        shown=number.shown,
        at=sentence.start + number.start,
        key="" if number.rough or number.spelled or sentence.cites else _key(sentence, number),
        spelled=number.spelled,
        rough=number.rough,
        lent=number.lent,
        sentence=sentence,
        number=number,
    )


def _key(sentence: Sentence, number: Number) -> str:
    """What a count in a sentence is the one value of: `train`, `total`, `included`; empty where it may be of any part."""
    folded = {fold(word) for word in number.words}
    split = folded & _SPLITS
    rest = folded - _SPLITS - _PLAIN
    before = sentence.text[max(0, number.start - 24) : number.start]
    behind = sentence.text[max(number.unit_end, number.end) :]
    if len(split) == 1 and rest <= {"set", "split", "internal"}:
        return next(iter(split)) if _OPEN.match(_after_split(behind)) else ""
    if rest or split or number.lent:
        return ""
    verb = _VERB.match(behind)
    if verb:
        said = _JOINED.get(verb[1].casefold(), verb[1].casefold())
        joined = re.match(r"\s\w+\s(?:\w+\s)?\w+(?:\sand\s\w+|\s(?:with|who|for|to|by|as|on|because|due)\b)", behind)
        return said if said in {"included", "released", "analysed"} and _WHOLE.search(before) and not joined else ""
    return (
        "total" if _WHOLE.search(before) and not re.search(r"\b(?:of\s)?the\s$", before) and _OPEN.match(behind) else ""
    )


def _after_split(behind: str) -> str:
    return re.sub(
        r"^\s+(?:in|for|to|from|into)\s+(?:the\s+)?[\w-]+(?:\s+(?:set|split|cohort|fold|subset))?", "", behind
    )


def _in_grid(grid: Grid) -> Iterator[Stated]:
    """Cells whose row or column names one unit, and whose other side names the part."""
    units = [_one_unit(name) for name in grid.header]
    for row, start in zip(grid.rows, grid.starts, strict=False):
        label = _row_label(row)
        own = _one_unit(label)
        for place, cell in enumerate(row[1:], start=1):
            column = units[place] if place < len(units) else ""
            found = _COUNT_CELL.match(cell)
            number = printed(found["n"]) if found else None
            if number is None or bool(own) == bool(column):
                continue
            part = label if column else (grid.header[place] if place < len(grid.header) else "")
            yield Stated(
                unit=own or column,
                part=fold_all(part) - {own or column},
                value=number.value,
                shown=str(number),
                at=start,
                key=_grid_key(part),
            )


def _row_label(row: Sequence[str]) -> str:
    """What a row is about: the words before its first number, such as `train` and `L5`; one that says all adds nothing."""
    leading = list(takewhile(lambda cell: not _COUNT_CELL.match(cell), row))
    said = [cell for cell in leading if not _TOTAL_ROW.match(cell.strip())]
    return " ".join(said) if said else "".join(leading[:1])


def _grid_key(part: str) -> str:
    if _TOTAL_ROW.match(part.strip()):
        return "total"
    folded = {fold(word) for word in words_of(part)}
    return next(iter(folded)) if len(folded) == 1 and folded <= _SPLITS else ""


def _one_unit(name: str) -> str:
    """The unit a header names and nothing else: `Patients`, `Patients (n)`, `No. of scans`, `CT volumes`."""
    plain = re.sub(r"\(.*?\)|\b(?:no|number|n|count|total)\b\.?(?:\s+of)?|[,:#]", " ", name.casefold())
    words = [word for word in words_of(plain) if word not in _PLAIN]
    return unit_of(words[0]) if len(words) == 1 else ""

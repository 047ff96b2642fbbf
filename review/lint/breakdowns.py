"""Parts of a whole as sentences give them, for ACC-03: in brackets, after a colon or a verb, or by labels that leave nobody out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from review.domain.finding import Severity
from review.evidence.printed import printed, short
from review.lint.document import Sentence
from review.lint.numbers import Kind, Number
from review.lint.rule import Remark, at
from review.lint.words import COMPLEMENTS, fold, several, words_of

_CUE = re.compile(
    r"[,;]?\s*(?:(?P<open>\()|(?P<colon>:)|(?:,\s*)?(?:which\s)?(?P<cue>compris(?:ing|es|ed|e)(?:\sof)?|consist(?:ing|s|ed)\sof|made\sup\sof|"
    r"(?:(?:are|were|was|is)?\s?(?:divided|split|partitioned)\s)?into|of\swhom|of\swhich|namely|that\sis)\b)\s*",
    re.IGNORECASE,
)
_OF = re.compile(r"(?:^|[.;:,]\s)(?:[Oo]f|[Aa]mong)\s(?:the|these|those|all|our|a\stotal\sof|all\sthe)?\s?$")
_SEPARATOR = re.compile(r"\s*(?:[,;]\s*(?:and\s+|plus\s+)?|\s(?:and|plus)\s|\s?\+\s?)\s*")
_PIECE = re.compile(
    r"^(?:the\s+)?(?:a\s+further\s+|another\s+|the\s+remaining\s+|remaining\s+|n\s?=\s?)?(?P<number>\d[\d,\s]*\d|\d)"
    r"(?:\s*[(\[]\s*[\d.]+\s*%\s*[)\]])?(?P<verb>\s+(?:were|was|are|is)\b)?(?:\s+(?P<label>[^\d(),;]{1,60}?))?(?:\s*[(\[]\s*[\d.]+\s*%\s*[)\]])?$"
)
_LABEL_FIRST = re.compile(r"^(?P<label>[^\d(),;:=]{2,40}?)\s*(?:[:=]|\(n\s?=|n\s?=|\()\s*(?P<number>\d[\d,]*)\s*\)?$")
_TRAIT = re.compile(
    r"\b(?:had|have|has|with|underwent|received|showed|reported|died|developed|needed|aged|years?|months?|mm|cm|who|that|also|both)\b"
)
_REST = re.compile(
    r"\b(?:the\s(?:rest|remainder|others)|remaining|unknown|not\s(?:recorded|reported|available|stated)|missing|unspecified|other)\b",
    re.IGNORECASE,
)
_OVERLAP = re.compile(
    r"\boverlap\w*|\bnot\smutually\sexclusive|\bmore\sthan\sone\b|\bmultiple\s(?:\w+\s)?(?:categories|labels|findings)",
    re.IGNORECASE,
)
_DIVIDED = re.compile(
    r"\b(?:divided|split|partitioned|separated|assigned|allocated|compris\w+|consist\w+|of\swhom|into)\b", re.IGNORECASE
)
_RESPECTIVELY = re.compile(
    r"(?P<list>(?:\d{1,3}(?:,\d{3})+|\d+)(?:,\s(?:\d{1,3}(?:,\d{3})+|\d+))*,?\s(?:and|or)\s(?:\d{1,3}(?:,\d{3})+|\d+))(?![\d.%])(?:\s[\w-]+){0,3}?,?\srespectively",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Part:
    value: int
    label: str
    trait: bool


def breakdowns(sentence: Sentence) -> Iterator[Remark]:
    """`1,153 volumes (342 fused, 440 spine-only and 371 pelvic-only)` and `Of the 802 patients, 393 were female, …`."""
    if _OVERLAP.search(sentence.text):
        return
    for whole in sentence.numbers:
        if whole.kind is not Kind.COUNT or whole.rough or whole.value < 2 or whole.spelled:
            continue
        parts, strict = _parts(sentence, whole)
        if not parts or not _is_partition(parts, strict=strict):
            continue
        total = sum(part.value for part in parts)
        values = {part.value for part in parts}
        if any(_of_another(sentence, n, whole) for n in sentence.numbers if n.value in values):
            continue
        if total != whole.value and not any(n.value == total for n in sentence.numbers):
            told = " + ".join(f"{part.value:,}" for part in parts)
            missing = int(whole.value) - total
            left = f"{missing:,} are in none of the parts" if missing > 0 else f"{-missing:,} too many"
            yield Remark(
                message=f"The parts of {whole.shown}{f' {several(whole.unit)}' if whole.unit else ''} do not make the whole: {told} = {total:,}, {left}.",
                at=at(sentence, whole.start),
                severity=None if strict or _leaves_nobody_out(parts) else Severity.ERROR,
                expected=whole.shown,
                got=f"{total:,}",
            )
    yield from _respectively(sentence)
    yield from _complements(sentence)


def _respectively(sentence: Sentence) -> Iterator[Remark]:
    """`1,153 volumes were divided into training, validation and test sets of 805, 174 and 170, respectively`."""
    match = _RESPECTIVELY.search(sentence.text)
    parts = [int(n.replace(",", "")) for n in re.findall(r"\d{1,3}(?:,\d{3})+|\d+", match["list"])] if match else []
    wholes = [
        n
        for n in sentence.numbers
        if match and n.kind is Kind.COUNT and n.unit and not n.lent and not n.rough and n.end < match.start()
    ]
    if match is None or len(wholes) != 1 or len(parts) < 2:
        return
    between = sentence.text[wholes[0].end : match.start()]
    total = sum(parts)
    if _DIVIDED.search(between) and total != wholes[0].value:
        told = " + ".join(f"{n:,}" for n in parts)
        yield Remark(
            message=f"The parts of {wholes[0].shown} {several(wholes[0].unit)} do not make the whole: {told} = {total:,}.",
            at=at(sentence, wholes[0].start),
            severity=Severity.ERROR,
            expected=wholes[0].shown,
            got=f"{total:,}",
        )


def _parts(sentence: Sentence, whole: Number) -> tuple[list[_Part], bool]:
    """The parts that a sentence gives of a whole; and whether it says in so many words that they are the parts."""
    text = sentence.text
    behind = max(whole.unit_end, whole.end)
    if _OF.search(text[max(0, whole.start - 40) : whole.start]) and (
        comma := re.match(r"[^\d,.;(]{0,40},\s*", text[behind:])
    ):
        return _pieces(text[behind + comma.end() :].split(";")[0], whole, sentence), False
    cue = _CUE.match(text, behind) if whole.unit else None
    if cue is None:
        return [], False
    if cue["open"]:
        close = _closing(text, cue.start("open"))
        return (_pieces(text[cue.end() : close], whole, sentence), True) if close > 0 else ([], False)
    return _pieces(re.split(r"[;.]\s|\s(?:–|—)\s", text[cue.end() :])[0], whole, sentence), not (
        cue["cue"] or ""
    ).casefold().startswith("of")


def _closing(text: str, start: int) -> int:
    depth = 0
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place
    return -1


def _pieces(text: str, whole: Number, sentence: Sentence) -> list[_Part]:
    """Each piece with its number; none at all if one of them is anything else than a number with a label."""
    found = []
    units = {number.text: number.unit for number in sentence.numbers if number.unit and not number.lent}
    for piece in _SEPARATOR.split(
        text.strip().rstrip(".").removesuffix(")") if text.count("(") < text.count(")") else text.strip().rstrip(".")
    ):
        match = _PIECE.match(piece.strip()) or _LABEL_FIRST.match(piece.strip())
        if match is None:
            return []
        number = printed(match["number"].strip())
        label = (match["label"] or "").strip()
        own = units.get(match["number"].strip(), "")
        if (
            number is None
            or not number.whole
            or (own and own != whole.unit and fold(own) == own)
            or len(label.split()) > 6
        ):
            return []
        found.append(_Part(int(number.value), label, bool(_TRAIT.search(label))))
    return found


def _is_partition(parts: Sequence[_Part], *, strict: bool) -> bool:
    if any(part.trait for part in parts) or not all(part.label for part in parts[:-1]):
        return False
    if _leaves_nobody_out(parts):
        return True
    labels = _labels(parts)
    if any(group & labels for group in COMPLEMENTS if len(group) == 2):
        return (
            False  # one of two that belong together stands among others: 28 men, 57 with one disease, 24 with another
        )
    return len(parts) >= 3 and (strict or all(len(part.label.split()) <= 4 for part in parts))


def _labels(parts: Sequence[_Part]) -> set[str]:
    return {fold(word) for part in parts for word in words_of(part.label)}


def _leaves_nobody_out(parts: Sequence[_Part]) -> bool:
    """Whether the labels are such that their counts must make the whole, as female and male."""
    labels = _labels(parts)
    return any(len(parts) >= len(group) and group <= labels for group in COMPLEMENTS)


def _complements(sentence: Sentence) -> Iterator[Remark]:
    """`393 were female and 345 were male` of 802: labels that leave nobody out, wherever they stand in the sentence."""
    wholes = [
        n
        for n in sentence.numbers
        if n.unit and not n.lent and not n.rough and not n.spelled and fold(n.unit) not in {"male", "female"}
    ]
    wholes = [n for n in wholes if n.kind is Kind.COUNT]
    if len(wholes) != 1 or _REST.search(sentence.text):
        return
    labelled: dict[str, Number] = {}
    for number in sentence.numbers:
        after = re.match(r"(?:\s*\([\d.]+\s?%\))?\s(?:were\s|was\s|are\s|is\s)?([a-z]+)\b", sentence.text[number.end :])
        if number.kind is Kind.COUNT and after and fold(after[1]) in {"male", "female"}:
            labelled.setdefault(fold(after[1]), number)
    whole = wholes[0]
    if set(labelled) != {"male", "female"} or any(n.start < whole.start for n in labelled.values()):
        return
    total = sum(n.value for n in labelled.values())
    if any(n.value == total for n in sentence.numbers) or any(
        _of_another(sentence, n, whole) for n in labelled.values()
    ):
        return
    if total != whole.value and len(_parts(sentence, whole)[0]) < 2:
        told = " + ".join(n.shown for n in labelled.values())
        yield Remark(
            message=f"The parts of {whole.shown} {several(whole.unit)} do not make the whole: {told} = {short(Fraction(total))}.",
            at=at(sentence, whole.start),
            expected=whole.shown,
            got=short(Fraction(total)),
        )


def _of_another(sentence: Sentence, one: Number, whole: Number) -> bool:
    """Whether the percentage behind a number shows that it is a part of something else."""
    share = next((n for n in sentence.numbers if n.kind is Kind.PERCENT and 0 <= n.start - one.end <= 3), None)
    return share is not None and abs(100 * one.value / whole.value - share.value) > 2 * share.half + 1

"""GRAN-01: whether a whole number of items can give a printed share. The items stand in its sentence, the one before, or its table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from review.domain.finding import Severity
from review.evidence.granularity import hits, neighbours, telling
from review.evidence.granularity import share as printed_share
from review.lint.document import Sentence
from review.lint.grids import Grid
from review.lint.metrics import metrics_in
from review.lint.numbers import Kind, Number
from review.lint.rule import Context, Remark, at, quoted
from review.lint.sections import Role
from review.lint.words import unit_of

FAMILY = (Role.REFERENCES, Role.RELATED)
NOT_ALONE = re.compile(r"^\s?(?:±|(?:-|–|to)\s?\d|and\s\d)")
TOTALLED = re.compile(r"^(?:total|all|overall|average|avg|all items)\b", re.IGNORECASE)
_SCORE = re.compile(r"\b(?:accuracy|correct(?:ly)?|score[ds]?|acc\.?|solved|exact\smatch)\b", re.IGNORECASE)
_COUNTED = r"\d{1,3}(?:,\d{3})+|\d+"
_EQUALS = re.compile(rf"\b[nN]\s?=\s?({_COUNTED})\b")
_N = re.compile(
    rf"{_EQUALS.pattern}|\b(?:of|on|over|from|across|for)\s(?:the\s|all\s)?({_COUNTED})\s(?:[\w-]+\s){{0,3}}?(?:questions?|items?|cases|images|prompts|reports|samples|examples)\b"
)
_ITEMS = re.compile(r"\b(?:qa|mcqs?|questions?|items|closed|benchmark)\b")
_RATED = re.compile(r"\b(?:reports?|rating|rubric|score|mean|dice|age|years)\b", re.IGNORECASE)
# What a column of decimals may hold beside shares.
_NO_SHARE = re.compile(
    r"\b(?:time|latency|cost|price|tokens?|param\w*|size|kappa|alpha|sd|ci|low|high|rank|delta|difference|gain|p|s|ms|gb|usd)\b|[κΔ±$€]",
    re.IGNORECASE,
)
# `Of these, 17.7 % …` and `17.7 % of the nodules`: words that point back to what was counted before.
_POINTS = re.compile(r"^(?:Of|Among)\s(?:these|those|them|all)(?:\s(?:[a-z-]+\s)?(?P<unit>[a-z]+))?,", re.IGNORECASE)
_OF_THEM = re.compile(
    r"^\s(?:of|among)\s(?:these|those|them|the|all(?:\sof)?(?:\sthese|\sthe)?)(?:\s(?P<unit>[a-z]+))?\b(?!\s(?:in|of|with|without|from|on|for|at|that|which|who|whose|aged)\b)"
)
_OF_OTHERS = re.compile(r"^\s?(?:[)\]]\s)?(?:of|among|in)\s")
_OPENING = re.compile(
    rf"^(?:(?:Then|Overall|In\stotal),?\s)?(?:Of|Among)\s(?:the\s|all\s|our\s|these\s)*(?P<n>{_COUNTED})\s",
    re.IGNORECASE,
)
# A part of the items, or a mean of shares: neither has to be a share of all of them.
_PART = re.compile(
    r"\b(?:external|internal|validation|training|train|test|hold-?out|subset|subgroup|fold|remaining|other|mean|median|average|averaged|macro|balanced|weighted|class|classes|respectively)\b",
    re.IGNORECASE,
)


def impossible(context: Context) -> Iterator[Remark]:
    """Every share that cannot arise from its items."""
    sentences = [s for s in context.document.sentences if s.role not in FAMILY]
    for before, sentence in pairwise([None, *sentences]):
        if sentence is not None:
            yield from _in_sentence(sentence, before)
    for grid in context.document.grids:
        yield from _in_cells(grid)


def _in_sentence(sentence: Sentence, before: Sentence | None) -> Iterator[Remark]:
    found = _all_items(sentence) if _SCORE.search(sentence.text) else []
    near = before if before is not None and before.paragraph == sentence.paragraph else None
    for share in sentence.numbers:
        if not _is_share(sentence, share):
            continue
        if len(found) == 1:
            yield from _ungained(share.text, found[0], at(sentence, share.start)) if ";" not in sentence.text else ()
        elif not found and (n := _opening(sentence, share)):
            yield from _ungained(share.text, n, at(sentence, share.start))
        elif not found and near is not None and (n := _looking_back(sentence, share, near)):
            for remark in _ungained(share.text, n, at(sentence, share.start)):
                yield _from_before(remark, near)


def _all_items(sentence: Sentence) -> list[int]:
    """The numbers of items that a sentence names."""
    return [int((a or b).replace(",", "")) for a, b in _N.findall(sentence.text)]


def _is_share(sentence: Sentence, share: Number) -> bool:
    """A printed percentage with decimals that stands alone: no difference, no end of an interval, no share of something else."""
    if share.kind is not Kind.PERCENT or "." not in share.text or share.rough:
        return False
    behind, before = sentence.text[share.end :], sentence.text[max(0, share.start - 30) : share.start]
    return not (
        NOT_ALONE.match(behind)
        or re.search(r"(?:\bby|[-–(\[]|(?:%[^.;]*|\d),|\bto|±|\bCI:?|\bthan|mean|average)\s?$", before)
        or re.match(r"\s?(?:points?|CI|confidence|higher|lower|better|worse|improvement)", behind)
    )


def _opening(sentence: Sentence, share: Number) -> int | None:
    """The n of `Of the 51 nodules, 17.7 % were malignant`."""
    head = _OPENING.match(sentence.text)
    counts = [n for n in sentence.numbers if n.kind is Kind.COUNT and n.unit]
    if head is None or len(counts) != 1 or counts[0].start != head.start("n") or sentence.cites:
        return None
    if _OF_OTHERS.match(sentence.text[share.end :]) or _PART.search(sentence.text) or counts[0].rough:
        return None
    return int(counts[0].value)


def _looking_back(sentence: Sentence, share: Number, before: Sentence) -> int | None:
    """The only number of items in the sentence before, where a score or words such as `of these` point there."""
    if before.cites or sentence.cites or _PART.search(sentence.text):
        return None
    if any(n.kind is Kind.COUNT and n.unit for n in sentence.numbers):
        return None  # it counts something of its own
    if _SCORE.search(sentence.text) and not _OF_OTHERS.match(sentence.text[share.end :]):
        items = _all_items(before)
        return items[0] if len(items) == 1 else None
    points = _OF_THEM.match(sentence.text[share.end :])
    if points is None and not _OF_OTHERS.match(sentence.text[share.end :]):
        points = _POINTS.match(sentence.text)
    if points is None:
        return None
    counts = [n for n in before.numbers if n.kind is Kind.COUNT and n.unit and not n.rough]
    unit = unit_of(points["unit"] or "")
    if len(counts) != 1 or (points["unit"] and unit != counts[0].unit):
        return None
    return int(counts[0].value)


def _from_before(remark: Remark, before: Sentence) -> Remark:
    """The same, less surely, since the items stand in the sentence before."""
    return Remark(
        message=f"{remark.message} The number of items is that of {quoted(before.text, 60)}",
        at=remark.at,
        got=remark.got,
        severity=Severity.WARNING,
    )


def _ungained(text: str, n: int, place: int) -> Iterator[Remark]:
    share = printed_share(text)
    if share is None or share.value > 100 or not telling(share.decimals, n) or len(hits(share, n)):
        return
    near = " and ".join(f"{k}/{n} = {value}" for k, value in neighbours(share, n))
    yield Remark(
        message=f"No whole number of {n:,} items gives {share.text} %; the nearest are {near}.",
        at=place,
        got=share.text,
    )


# Tables


def items(grid: Grid) -> dict[int, int]:
    """The number of items of each column whose header says it."""
    return {place: n for place, name in enumerate(grid.header) if (n := _equals(name))}


def _equals(text: str) -> int | None:
    """The only n of `… (n = 193)`."""
    found = _EQUALS.findall(text)
    return int(found[0].replace(",", "")) if len(found) == 1 else None


def _in_cells(grid: Grid) -> Iterator[Remark]:
    held = items(grid)
    if not held:
        yield from _by_caption(grid)
    elif _SCORE.search(grid.words) or "%" in grid.words or _ITEMS.search(grid.words):
        for place, n in held.items():
            if not _is_rating(grid, place):
                yield from _column(grid, place, n)


def _is_rating(grid: Grid, place: int) -> bool:
    """Ratings are no shares of items, nor is a total that holds them."""
    name = grid.header[place]
    return bool(_RATED.search(name) or (TOTALLED.match(name) and _RATED.search(" ".join(grid.header))))


def _by_caption(grid: Grid) -> Iterator[Remark]:
    """Accuracies in a table whose caption says of how many items they are, such as `Accuracy (%) on all questions (n = 193)`."""
    said = [int((a or b).replace(",", "")) for a, b in _N.findall(grid.caption)]
    own = any(_equals(row[0]) for row in grid.rows if row) or any(re.fullmatch(r"[nN]", name) for name in grid.header)
    if len(said) != 1 or own or _PART.search(grid.caption):
        return
    for place, name in enumerate(grid.header[1:], start=1):
        told = metrics_in(name) or metrics_in(grid.caption)
        scored = _SCORE.search(name) or (_SCORE.search(grid.caption) and not metrics_in(name))
        if scored and told <= {"accuracy"} and not (_NO_SHARE.search(name) or _PART.search(name)):
            yield from _column(grid, place, said[0])


def _column(grid: Grid, place: int, n: int) -> Iterator[Remark]:
    for row, start in zip(grid.rows, grid.starts, strict=False):
        if place < len(row) and re.fullmatch(r"\d{1,3}\.\d+\s?%?", row[place].strip()):
            yield from _ungained(row[place].strip().rstrip("% "), n, start)

"""ACC-04 and GRAN: a percentage follows from its counts, can arise from a whole number of items, and a total from its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from review.domain.finding import Severity
from review.evidence.granularity import share as printed_share
from review.lint import grains
from review.lint.document import Document, Sentence
from review.lint.grains import FAMILY, NOT_ALONE, TOTALLED
from review.lint.grids import Grid
from review.lint.numbers import Kind, Number
from review.lint.rule import Context, Remark, Rule, at
from review.lint.shares import wrong_shares

_OF = r"\s?(?:/|(?:out\s)?of\s(?:the\s|all\s|these\s|a\stotal\sof\s)?|in\s)\s?"
_N_OF = re.compile(_OF)
_OPENS = re.compile(r"\s?(?:[\w-]+\s){0,3}?[(\[,;]?\s?[(\[=]?\s?$")
_BRACKET = re.compile(r"^\s?(?:[A-Za-z-]+\s){0,4}?[(\[]\s?$|^,\s$|^\s?=\s?$")
_OF_MORE = re.compile(r"\s?[)\]]\s(?:of|in)\s\d")
_PAIR = re.compile(
    r"^(?P<n>\d{1,3}(?:[, ]\d{3})+|\d+)\s*(?:/\s*(?P<whole>\d{1,3}(?:[, ]\d{3})+|\d+)\s*)?\(\s*(?P<p>\d+(?:\.\d+)?)\s*%?\s*\)$"
)
_HEADER_N = re.compile(r"\b[nN]\s?=\s?(?P<n>\d{1,3}(?:[, ]\d{3})+|\d+)|\(\s*(?P<bare>\d{1,3}(?:,\d{3})+|\d{2,})\s*\)$")


# ACC-04


def _percentages(context: Context) -> Iterator[Remark]:
    document = context.document
    wholes = _wholes(document)
    for sentence in document.sentences:
        if sentence.role in FAMILY:
            continue
        for place, share in enumerate(sentence.numbers):
            if share.kind is Kind.PERCENT:
                yield from _share(sentence, place, share, wholes)
    for grid in document.grids:
        yield from _cells(grid, wholes)
        for row, whole in wrong_shares(grid):
            yield _wrong(row.start, Fraction(row.n), Fraction(whole), _share_of(row.share))


def _wholes(document: Document) -> list[Fraction]:
    """Every count of the manuscript that may be a denominator."""
    found = {n.value for s in document.sentences for n in s.numbers if n.kind is Kind.COUNT and n.value > 1}
    for grid in document.grids:
        for text in (*grid.header, grid.caption, *(cell for row in grid.rows for cell in row if not _PAIR.match(cell))):
            found |= {Fraction(match.replace(",", "")) for match in re.findall(r"\d{1,3}(?:,\d{3})+|\d+", text)}
    return sorted(found)


def _share(sentence: Sentence, place: int, share: Number, wholes: Sequence[Fraction]) -> Iterator[Remark]:
    """`n of N (p%)`, `n/N (p%)`, `p% (n of N)`, `n (p%)`."""
    numbers, text = sentence.numbers, sentence.text
    if share.rough or NOT_ALONE.match(text[share.end :]):
        return
    pair = _pair_before(sentence, place) or _pair_behind(sentence, place)
    if pair is not None:
        one, whole = pair
        if (one.unit and whole.unit and one.unit != whole.unit) or _OF_MORE.match(text[share.end :]):
            return  # two eyes of two patients are no share of each other
        if whole.value > 0 and one.value <= whole.value and not _fits(one.value, whole.value, share):
            yield _wrong(at(sentence, share.start), one.value, whole.value, share)
        return
    before = numbers[place - 1] if place else None
    if before is None or before.kind is not Kind.COUNT or before.rough or before.spelled or before.value == 0:
        return
    if re.search(r"\bof\s(?:the\s|all\s|these\s)?$", text[: before.start]):
        return  # it is the whole itself, and its part is told in words
    if not re.fullmatch(r"(?:\s[A-Za-z-]+){0,2}?\s?[(\[]\s?", text[before.end : share.start]) or not re.match(
        r"\s?[)\]]", text[share.end :]
    ):
        return
    if not any(whole >= before.value and _fits(before.value, whole, share) for whole in wholes):
        yield Remark(
            message=f"{before.shown} ({share.text}): no count in the manuscript is the whole of which this is {share.text}.",
            at=at(sentence, before.start),
            severity=Severity.INFO,
            hint="Say of how many it is a share, such as “12 of 48 (25.0%)”.",
        )


def _pair_before(sentence: Sentence, place: int) -> tuple[Number, Number] | None:
    if place < 2:
        return None
    one, whole, share = sentence.numbers[place - 2 : place + 1]
    text = sentence.text
    if one.kind is not Kind.COUNT or whole.kind is not Kind.COUNT or one.rough or whole.rough:
        return None
    between = text[one.end : whole.start]
    joined = _N_OF.fullmatch(between) or (
        one.unit and re.fullmatch(rf"\s(?:[A-Za-z-]+\s){{0,3}}?{_OF.lstrip()}", between)
    )
    behind = text[whole.end : share.start]
    closes = re.match(r"\s?(?:[)\],;.]|$)", text[share.end :])
    return (one, whole) if joined and closes and _BRACKET.match(behind) else None


def _pair_behind(sentence: Sentence, place: int) -> tuple[Number, Number] | None:
    if place + 2 >= len(sentence.numbers):
        return None
    share, one, whole = sentence.numbers[place : place + 3]
    text = sentence.text
    if one.kind is not Kind.COUNT or whole.kind is not Kind.COUNT or one.rough or whole.rough:
        return None
    opens = re.fullmatch(r"\s?[(\[]\s?(?:n\s?=\s?)?", text[share.end : one.start])
    joined = _N_OF.fullmatch(text[one.end : whole.start])
    closes = re.match(r"(?:\s[A-Za-z-]+){0,3}\s?[)\];]", text[whole.end :])
    return (one, whole) if opens and joined and closes else None


def _fits(n: Fraction, whole: Fraction, share: Number) -> bool:
    value = 100 * n / whole
    return share.value - share.half <= value <= share.value + share.half


def _wrong(place: int, n: Fraction, whole: Fraction, share: Number) -> Remark:
    decimals = max(0, len(str(share.half.denominator)) - 1) if share.half != Fraction(1, 2) else 0
    right = f"{float(100 * n / whole):.{max(decimals, 1)}f}%"
    return Remark(
        message=f"{int(n):,} of {int(whole):,} is {right}, not {share.text}.", at=place, expected=right, got=share.text
    )


def _cells(grid: Grid, wholes: Sequence[Fraction]) -> Iterator[Remark]:
    """Cells `n (p%)` against the n of their column's header, its total row, or any whole of the manuscript."""
    for column in range(1, len(grid.header)):
        cells = [
            (row[column] if column < len(row) else "", start)
            for row, start in zip(grid.rows, grid.starts, strict=False)
        ]
        pairs = [(match, start) for cell, start in cells if (match := _PAIR.match(cell.strip()))]
        percent = "%" in grid.header[column] or any("%" in cell for cell, _ in cells) or "%" in grid.caption
        if not percent or re.search(r"\bmean|±|\bSD\b|median|IQR", f"{grid.header[column]} {grid.caption}"):
            continue
        named = _HEADER_N.search(grid.header[column])
        head = Fraction(re.sub(r"[, ]", "", named["n"] or named["bare"])) if named else None
        for match, start in pairs:
            n, share = Fraction(re.sub(r"[, ]", "", match["n"])), _share_of(match["p"])
            own = Fraction(re.sub(r"[, ]", "", match["whole"])) if match["whole"] else None
            if own and not _fits(n, own, share):
                yield _wrong(start, n, own, share)
            elif own is None and head and n <= head and not any(_fits(n, w, share) for w in {head, *wholes} if w >= n):
                yield _wrong(start, n, head, share)


def _share_of(text: str) -> Number:
    places = len(text.partition(".")[2])
    return Number(
        value=Fraction(text), half=Fraction(1, 2 * 10**places), text=f"{text}%", start=0, end=0, kind=Kind.PERCENT
    )


# GRAN-02


def _totals(context: Context) -> Iterator[Remark]:
    """A total column against its parts, each weighted by its number of items."""
    for grid in context.document.grids:
        items = grains.items(grid)
        total = [place for place, name in enumerate(grid.header) if TOTALLED.match(name.strip())]
        parts = [place for place in items if place not in total]
        if len(total) != 1 or len(parts) < 2:
            continue
        n = sum(items[place] for place in parts)
        if total[0] in items and items[total[0]] != n:
            yield Remark(
                message=f"The parts have {' + '.join(f'{items[p]:,}' for p in parts)} = {n:,} items, but the total is headed n = {items[total[0]]:,}.",
                at=grid.start,
            )
            continue
        for row, start in zip(grid.rows, grid.starts, strict=False):
            yield from _wrong_total(row, start, parts=[(place, items[place]) for place in parts], total=total[0])


def _wrong_total(row: Sequence[str], start: int, *, parts: Sequence[tuple[int, int]], total: int) -> Iterator[Remark]:
    read = [(printed_share(row[place]), n) for place, n in parts if place < len(row)]
    whole = printed_share(row[total]) if total < len(row) else None
    shares = [(share, n) for share, n in read if share is not None]
    if whole is None or len(shares) != len(parts):
        return
    items = sum(n for _, n in shares)
    value = sum((share.value * n for share, n in shares), Fraction(0)) / items
    slack = sum((share.half * n for share, n in shares), Fraction(0)) / items + whole.half
    if abs(value - whole.value) > slack:
        plain = sum((share.value for share, _ in shares), Fraction(0)) / len(shares)
        also = ", which is their plain mean" if abs(plain - whole.value) <= 2 * whole.half else ""
        yield Remark(
            message=f"The total of {row[0]} is {whole.text}{also}; weighted by their items the parts give {float(value):.{whole.decimals}f}.",
            at=start,
            expected=f"{float(value):.{whole.decimals}f}",
            got=whole.text,
        )


PERCENT = Rule(
    id="ACC-04",
    title="Percentage does not recompute",
    severity=Severity.ERROR,
    check=_percentages,
    does="Computes every n of N (p%) again, in sentences and tables; p must lie within what the rounding of its last digit allows.",
    why="A percentage that does not follow from its counts shows that one of the two is stale.",
    bad="615 of 706 patients (88.1%)",
    good="615 of 706 patients (87.1%)",
    fix="Compute it again, and say the denominator.",
    serves=("claim-2024:36", "grras:13", "prisma-scr:14"),
)
GRAIN = Rule(
    id="GRAN-01",
    title="A percentage that no whole number of items can give",
    severity=Severity.ERROR,
    check=grains.impossible,
    does="Where a score or a share is given with its number of items, in its sentence, in the one before (a warning), in the header of its column or the caption of its table, asks whether any whole number of them gives the printed value.",
    why="A score that cannot arise from the items it is said to rest on was measured on others, or mistyped.",
    bad="GPT reached an accuracy of 79.97 % (n = 193).",
    good="GPT reached an accuracy of 79.79 % (n = 193).",
    fix="Look up the right answers and divide again.",
    serves=("neurips:4", "claim-2024:36"),
)
TOTAL = Rule(
    id="GRAN-02",
    title="A total that does not follow from its parts",
    severity=Severity.ERROR,
    check=_totals,
    does="In a table whose columns are headed with their numbers of items, weighs the parts of each row and compares them with its total.",
    why="A plain mean printed as a total changes the order of models; reviewers compute it again.",
    bad="| Model | Text (n = 487) | Reports (n = 87) | Total | … | 74.95 | 54.52 | 64.74 |",
    good="| Model | Text (n = 487) | Reports (n = 87) | Total | … | 74.95 | 54.52 | 71.85 |",
    fix="Weigh by the number of items, or name the column “plain mean”.",
    serves=("neurips:4", "miccai:C6"),
)
RULES = (PERCENT, GRAIN, TOTAL)

"""ACC-02 and ACC-03: one quantity has one value everywhere, and parts make their whole."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction

from review.domain.finding import Severity
from review.evidence.identities import Kind as Identical
from review.evidence.identities import check
from review.evidence.printed import Printed, printed, short
from review.lint.breakdowns import breakdowns
from review.lint.document import Document, Sentence, parse
from review.lint.grids import Grid
from review.lint.numbers import Kind, Number
from review.lint.rule import Context, Remark, Rule, at, quoted
from review.lint.sections import Role
from review.lint.shares import not_the_whole
from review.lint.stated import Stated, stated
from review.lint.words import several

_SUM = re.compile(
    r"(?<![\w.,)+*/×·-])(?<!\b[xA-Z]\s)(?P<left>\d[\d.,]{0,14}(?:\s?\+\s?\d[\d.,]{0,14}){1,40})\s?=\s?(?P<right>\d[\d.,]{0,14})(?!\s?[\d+*/×(])"
)
_TOTAL = re.compile(r"^(?:total|all|sum|overall|in all)(?:\s*\(.*\))?$", re.IGNORECASE)
_CELL = re.compile(r"^(?P<n>\d{1,3}(?:[, ]\d{3})+|\d+)(?:\s*\(\s*[\d.,]+\s*%?\s*\))?$")
_BLANK = frozenset({"", "-", "–", "—", "−", "n/a", "na", "0"})
_LARGE = 1000  # denominators from here on do not agree in their numerator by chance


# ACC-02


def _two_values(context: Context) -> Iterator[Remark]:
    groups: dict[tuple[str, str], list[Stated]] = defaultdict(list)
    for one in stated(context.document):
        if one.key and (one.sentence is None or one.sentence.role is not Role.INTRODUCTION):
            groups[one.unit, one.key].append(one)
    for unit_key, elsewhere in _in_cards(context).items():
        yield from _other_in_card(context, groups.get(unit_key, ()), elsewhere, unit_key)
    for (unit, key), same in groups.items():
        values = dict.fromkeys(one.value for one in same)
        if len(values) > 1 and not (key == "total" and _smaller_is_a_part(same)):
            yield _differing(context.document, same, f"The number of {several(unit)} ({key})")
    yield from _two_denominators(context.document)


def _in_cards(context: Context) -> dict[tuple[str, str], list[tuple[Stated, Document]]]:
    """What the README and the card of the release state, under the same keys."""
    found: dict[tuple[str, str], list[tuple[Stated, Document]]] = defaultdict(list)
    for path, text in (context.release.texts if context.release else {}).items():
        card = parse(text, path=path)
        for one in stated(card):
            if one.key:
                found[one.unit, one.key].append((one, card))
    return found


def _other_in_card(
    context: Context, here: Sequence[Stated], there: Sequence[tuple[Stated, Document]], unit_key: tuple[str, str]
) -> Iterator[Remark]:
    if not here:
        return
    values = {one.value for one in here}
    line = f"{context.document.path}:{context.document.place(here[0].at)[0]}"
    for one, card in there:
        if one.value not in values:
            yield Remark(
                message=f"The number of {several(unit_key[0])} ({unit_key[1]}) is {one.shown} here, and {here[0].shown} in {line}.",
                path=card.path,
                line=card.place(one.at)[0],
                expected=here[0].shown,
                got=one.shown,
            )


def _smaller_is_a_part(same: Sequence[Stated]) -> bool:
    """Whether a paragraph gives several wholes at once, as where it speaks of several data sets."""
    paragraphs = defaultdict(set)
    for one in same:
        if one.sentence is not None:
            paragraphs[one.sentence.paragraph].add(one.value)
    return any(len(values) > 1 for values in paragraphs.values())


def _differing(document: Document, same: Sequence[Stated], what: str) -> Remark:
    first = same[0]
    other = next(one for one in same if one.value != first.value)
    places = ", ".join(f"{one.shown} in {document.path}:{document.place(one.at)[0]}" for one in same)
    return Remark(
        message=f"{what} is stated with {len({o.value for o in same})} values: {places}.",
        at=other.at,
        expected=first.shown,
        got=other.shown,
    )


def _two_denominators(document: Document) -> Iterator[Remark]:
    """`2 of 11,548 ribs` and `2 of 5,749 ribs`: one numerator of two large wholes reads as two rates of one thing."""
    seen: dict[tuple[Fraction, str], tuple[Number, Sentence]] = {}
    for sentence in document.sentences:
        if sentence.cites or sentence.role in (Role.REFERENCES, Role.RELATED):
            continue
        for one, whole in _shares(sentence):
            before = seen.setdefault((one.value, whole.unit), (whole, sentence))
            if one.value > 1 and before[0].value != whole.value and min(before[0].value, whole.value) >= _LARGE:
                line = document.place(at(before[1], before[0].start))[0]
                yield Remark(
                    message=f"{one.shown} is given here of {whole.shown}, and of {before[0].shown} in line {line}: two denominators for one count.",
                    at=at(sentence, one.start),
                    severity=Severity.ERROR,
                    expected=before[0].shown,
                    got=whole.shown,
                    hint="Use one denominator, that of those which could be evaluated, and say what it counts.",
                )


def _shares(sentence: Sentence) -> Iterator[tuple[Number, Number]]:
    for one, whole in zip(sentence.numbers, sentence.numbers[1:], strict=False):
        between = sentence.text[one.end : whole.start]
        if one.kind is whole.kind is Kind.COUNT and re.fullmatch(
            r"\s?(?:/|(?:out\s)?of\s(?:the\s|all\s)?|in\s)\s?", between
        ):
            yield one, whole


# ACC-03


def _parts_and_whole(context: Context) -> Iterator[Remark]:
    if context.counts is not None:
        for identity in context.counts.identities:
            if identity.kind is not Identical.PERCENT:
                for finding in check(identity).findings:
                    path = context.paths.get("counts")
                    yield Remark(
                        message=finding.message,
                        path=path,
                        line=finding.line,
                        expected=finding.expected,
                        got=finding.got,
                        hint=finding.hint,
                    )
    for sentence in context.document.sentences:
        if sentence.role is not Role.REFERENCES:
            yield from _sums(sentence)
            yield from breakdowns(sentence)
    for grid in context.document.grids:
        yield from not_the_whole(grid)
        yield from _total_rows(grid)
        yield from _total_columns(grid)


def _sums(sentence: Sentence) -> Iterator[Remark]:
    """Sums that are written out: `13.9 + 36.9 = 54.7`."""
    for match in _SUM.finditer(sentence.text):
        terms = [printed(piece.strip().rstrip(".,")) for piece in match["left"].split("+")]
        whole = printed(match["right"].rstrip(".,"))
        if whole is None or any(term is None for term in terms):
            continue
        read = [term for term in terms if term is not None]
        total = sum((term.value for term in read), Fraction(0))
        if abs(total - whole.value) > sum((term.half for term in read), whole.half):
            yield Remark(
                message=f"{match['left'].strip()} is {short(total)}, not {whole}.",
                at=at(sentence, match.start()),
                expected=short(total),
                got=str(whole),
                hint="Find the number that was counted another way, or that was not updated.",
            )


def _total_rows(grid: Grid) -> Iterator[Remark]:
    """A row called Total against the rows above it, column by column.

    A table of two groupings has totals in its second column too; its rows are no parts of one whole.
    """
    if any(len(row) > 1 and _TOTAL.match(row[1].strip()) for row in grid.rows):
        return
    for place, row in enumerate(grid.rows):
        if not row or not _TOTAL.match(row[0].strip()) or place < 2:
            continue
        begin = next(
            (n + 1 for n in range(place - 1, -1, -1) if _TOTAL.match(grid.rows[n][0].strip() if grid.rows[n] else "")),
            0,
        )
        for column in range(1, len(row)):
            above = [r[column] if column < len(r) else "" for r in grid.rows[begin:place]]
            yield from _against_total(
                above,
                row[column],
                grid,
                place,
                f"column “{grid.header[column] if column < len(grid.header) else column + 1}”",
            )


def _total_columns(grid: Grid) -> Iterator[Remark]:
    """A column called Total against the cells before it, row by row."""
    for column, name in enumerate(grid.header):
        if column < 3 or not _TOTAL.match(name.strip()):
            continue
        for place, row in enumerate(grid.rows):
            if column < len(row):
                yield from _against_total(row[1:column], row[column], grid, place, f"row “{row[0]}”")


def _against_total(cells: Sequence[str], total: str, grid: Grid, place: int, where: str) -> Iterator[Remark]:
    whole, parts = _count(total), [_count(cell) for cell in cells if cell.strip().casefold() not in _BLANK]
    if whole is None or len(parts) < 2 or any(part is None for part in parts):
        return
    values = [part.value for part in parts if part is not None]
    # Rows of a hierarchy count twice what stands below them; then some of them make the whole alone.
    if sum(values) == whole.value or max(values) == whole.value or 2 * whole.value == sum(values):
        return
    yield Remark(
        message=f"The {where} of the table{f' {quoted(grid.caption, 40)}' if grid.caption else ''} sums to {short(Fraction(sum(values)))}, but its total is {whole}.",
        at=grid.starts[place],
        expected=short(Fraction(sum(values))),
        got=str(whole),
    )


def _count(cell: str) -> Printed | None:
    found = _CELL.match(cell.strip())
    number = printed(found["n"]) if found else None
    return number if number is not None and number.whole else None


TWO_VALUES = Rule(
    id="ACC-02",
    title="Same quantity stated with two values",
    severity=Severity.BLOCKER,
    check=_two_values,
    does="Compares every statement of the same quantity (the whole, a split, those included) in the abstract, the text, captions, tables, and the README and card of the release, and one count given of two large denominators.",
    why="Reviewers read the abstract, then the first table. Two totals make them doubt every other number.",
    bad="The dataset contains 1,137 volumes. … The release includes 1,163 volumes.",
    good="The dataset contains 1,153 volumes. … The release includes 1,153 volumes.",
    fix="Find out which value is right and write it everywhere, or bind it to a fact so that it cannot differ.",
    serves=("tutorial:6.counts", "prisma-scr:14", "claim-2024:35"),
)
PARTS = Rule(
    id="ACC-03",
    title="Parts do not sum to the whole",
    severity=Severity.BLOCKER,
    check=_parts_and_whole,
    needs=("manuscript", "counts"),
    does="Adds up what is said to be the parts of a whole: in a sentence, in sums that are written out, in tables with a total or with percentages that make 100, and in the partitions of the accounting file.",
    why="“Your counts don't reconcile” is the most frequent remark on dataset papers; a reader with a pencil finds it in a minute.",
    bad="Of the 802 patients, 393 were female and 345 were male.",
    good="Of the 802 patients, 393 were female, 345 male, 11 other and 53 not recorded.",
    fix="Correct the number that was not updated, or say how many are in none of the parts (such as “53 not recorded”).",
    serves=("claim-2024:35", "stard-ai:24", "tripod-ai:20a", "bias:22b"),
)
RULES = (TWO_VALUES, PARTS)

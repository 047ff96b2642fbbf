"""ACC-02 and ACC-03: one quantity has one value everywhere, and parts make their whole."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from review.domain.finding import Severity
from review.evidence.identities import Kind as Identical
from review.evidence.identities import check
from review.evidence.printed import Printed, printed, short
from review.lint.document import Document, Sentence
from review.lint.grids import Grid
from review.lint.numbers import Kind, Number
from review.lint.rule import Context, Remark, Rule, at, quoted
from review.lint.sections import Role
from review.lint.stated import Stated, stated
from review.lint.words import COMPLEMENTS, fold, several, words_of

_SUM = re.compile(
    r"(?<![\w.,)+*/×·-])(?<!\b[xA-Z]\s)(?P<left>\d[\d.,]{0,14}(?:\s?\+\s?\d[\d.,]{0,14}){1,40})\s?=\s?(?P<right>\d[\d.,]{0,14})(?!\s?[\d+*/×(])"
)
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
_TOTAL = re.compile(r"^(?:total|all|sum|overall|in all)(?:\s*\(.*\))?$", re.IGNORECASE)
_CELL = re.compile(r"^(?P<n>\d{1,3}(?:[, ]\d{3})+|\d+)(?:\s*\(\s*[\d.,]+\s*%?\s*\))?$")
_BLANK = frozenset({"", "-", "–", "—", "−", "n/a", "na", "0"})
_LARGE = 1000  # denominators from here on do not agree in their numerator by chance


@dataclass(frozen=True, slots=True)
class _Part:
    value: int
    label: str
    trait: bool


# ACC-02


def _two_values(context: Context) -> Iterator[Remark]:
    groups: dict[tuple[str, str], list[Stated]] = defaultdict(list)
    for one in stated(context.document):
        if one.key and (one.sentence is None or one.sentence.role is not Role.INTRODUCTION):
            groups[one.unit, one.key].append(one)
    for (unit, key), same in groups.items():
        values = dict.fromkeys(one.value for one in same)
        if len(values) > 1 and not (key == "total" and _smaller_is_a_part(same)):
            yield _differing(context.document, same, f"The number of {several(unit)} ({key})")
    yield from _two_denominators(context.document)


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
    places = ", ".join(f"{one.shown} in line {document.place(one.at)[0]}" for one in same)
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
            yield from _breakdowns(sentence)
    for grid in context.document.grids:
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


def _breakdowns(sentence: Sentence) -> Iterator[Remark]:
    """`1,153 volumes (342 fused, 440 spine-only and 371 pelvic-only)` and `Of the 802 patients, 393 were female, …`."""
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
    yield from _complements(sentence)


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
    does="Compares every statement of the same quantity (the whole, a split, those included) in the abstract, the text, captions and tables, and one count given of two large denominators.",
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
    types="DMC",
    needs=("manuscript", "counts"),
    does="Adds up what is said to be the parts of a whole: in a sentence, in sums that are written out, in tables with a total, and in the partitions of the accounting file.",
    why="“Your counts don't reconcile” is the most frequent remark on dataset papers; a reader with a pencil finds it in a minute.",
    bad="Of the 802 patients, 393 were female and 345 were male.",
    good="Of the 802 patients, 393 were female, 345 male, 11 other and 53 not recorded.",
    fix="Correct the number that was not updated, or say how many are in none of the parts (such as “53 not recorded”).",
    serves=("claim-2024:35", "stard-ai:24", "tripod-ai:20a", "bias:22b"),
)
RULES = (TWO_VALUES, PARTS)

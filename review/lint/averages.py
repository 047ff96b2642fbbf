"""EVA-02: the classes of a result, each in a table, and whether the one number over all of them is the mean it is called.

A mean over classes gives each class the same weight, one over cases gives each case the same: where one class is rare and
hard, the two differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import zip_longest

from review.domain.finding import Severity
from review.evidence.printed import Printed, printed
from review.lint.accounting import class_names
from review.lint.document import Sentence
from review.lint.grids import Grid
from review.lint.metrics import RESULTS, Reported, metrics_in, reported, result_grids
from review.lint.rule import Context, Remark, at, missing
from review.lint.scores import Scores
from review.lint.words import fold_all


class Over(StrEnum):
    """What a mean gives equal weight to."""

    CLASSES = "classes"
    CASES = "cases"


_CLASS = r"(?:class(?:es)?|structures?|labels?|organs?|categor(?:y|ies)|regions?|vertebrae|tissues?)"
_MEAN = r"(?:mean|averag(?:e|es|ed|ing))"
_OVER = r"\s(?:\S+\s){0,3}?(?:over|across|of)\s(?:all\s|the\s)*(?:\w+\s)?"
_SAID: Mapping[Over, re.Pattern[str]] = {
    Over.CLASSES: re.compile(
        rf"\bmacro\b|\bmacro-?averag|\b{_MEAN}{_OVER}{_CLASS}\b|\bclass-averaged\b|\bunweighted\s(?:class\s)?{_MEAN}",
        re.IGNORECASE,
    ),
    Over.CASES: re.compile(
        rf"\bmicro\b|\bmicro-?averag|\bpooled\s(?:over|across)\b|\b(?:support|sample|frequency)-weighted\b|"
        rf"\bweighted\sby\s(?:the\s)?(?:number|n\b|support|frequency|size|prevalence)|"
        rf"\b{_MEAN}{_OVER}(?:cases|patients|scans|volumes|images|subjects|voxels|pixels)\b",
        re.IGNORECASE,
    ),
}
# `The mean over patients of each class` is no mean of the classes.
_EACH = re.compile(rf"\b(?:each|every|per|by|single)[\s-]{_CLASS}\b|\b{_CLASS}[- ]?wise\b", re.IGNORECASE)
_WEIGHED = re.compile(
    r"\b(?:macro|micro|pooled|weighted|unweighted)\b|\b(?:macro|micro)-?averag|-weighted\b", re.IGNORECASE
)
_AGGREGATE = re.compile(
    r"^\W*(?:(?:macro|micro|weighted|overall|pooled|grand)[- ]*)*(?:mean|average|avg\.?|overall|all|total|macro|micro|pooled)\b(?![- ]?\d)"
    rf"(?:[-\s]*(?:averaged?|mean|dice|score|(?:over|of|across)?\s?(?:all\s|the\s)*(?:\d+\s)?(?:{_CLASS}|cases|patients|scans|volumes|images|foreground)))*\W*$",
    re.IGNORECASE,
)
_OF_CLASSES = re.compile(rf"^\W*{_CLASS}\b", re.IGNORECASE)
_N_HEAD = re.compile(r"^\W*(?:n|no\.?|cases|patients|scans|volumes|images|support|instances)\W*$", re.IGNORECASE)
_N_BESIDE = re.compile(r"\bn\s?=\s?([\d,]+)")
_NUMBER = re.compile(r"^\W*(\d*\.\d+|\d+(?:\.\d+)?)")
_GENERAL = re.compile(r"\b(?:metrics?|scores?|measures?|results?)\b", re.IGNORECASE)
_WHOLE = re.compile(r"\b(?:mean|average|overall|averaged)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """One number over all classes in a table: its place, what it is called, and the classes (value and n) beside it."""

    metrics: frozenset[str]
    label: str
    printed: Printed
    place: int
    classes: tuple[tuple[Printed, int | None], ...]

    def is_over(self) -> Over | None:
        """Which of the two means it is, where the numbers of the classes tell; None where both or neither fit."""
        weights = [n for _, n in self.classes]
        if None in weights or len(set(weights)) < 2:
            return None
        fits = [over for over in Over if abs(self.mean(over) - self.printed.value) <= self._slack()]
        return fits[0] if len(fits) == 1 else None

    def mean(self, over: Over) -> Fraction:
        weights = [Fraction(n or 0) if over is Over.CASES else Fraction(1) for _, n in self.classes]
        return sum((w * v.value for w, (v, _) in zip(weights, self.classes, strict=True)), Fraction(0)) / sum(weights)

    def _slack(self) -> Fraction:
        return self.printed.half + max(value.half for value, _ in self.classes)

    def shown(self, over: Over) -> str:
        return f"{float(self.mean(over)):.{len(self.printed.text.partition('.')[2])}f}"


def classes(context: Context) -> Iterator[Remark]:
    """A table with every class, and the mean over them as the mean it is called."""
    names = _names(context)
    tables = [(grid, tuple(_aggregates(grid, names))) for grid in result_grids(context.document)]
    found = [aggregate for _, each in tables for aggregate in each]
    yield from _called_otherwise(context, found)
    yield from _scored_otherwise(context)
    if not names:
        yield missing("labels")
        return
    if len(names) < 2:
        return
    yield from _without_class(context, names)
    yield from _undefined(context, found)


def _names(context: Context) -> list[str]:
    names = class_names(context.labels) if context.labels else []
    if not names and context.cases is not None and "class" in context.cases:
        names = sorted({str(name) for name in context.cases["class"].dropna()} - {"", "all"})
    return names


# Every class in one table


def _without_class(context: Context, names: Sequence[str]) -> Iterator[Remark]:
    groups: Mapping[str, Sequence[str]] = (context.labels or {}).get("groups", {}) or {}
    reserved = {str(name).casefold() for name in (context.labels or {}).get("reserved", ())}
    wanted = [name for name in names if name.casefold() not in reserved]
    tables = result_grids(context.document)
    lacking = min(([n for n in wanted if not _in_grid(n, grid, groups)] for grid in tables), key=len, default=wanted)
    if lacking:
        listed = ", ".join(lacking[:6]) + (" …" if len(lacking) > 6 else "")
        yield Remark(
            message=f"No table of results has all {len(wanted)} classes; {listed} {'is' if len(lacking) == 1 else 'are'} in none with the others.",
            at=tables[0].start if tables else None,
        )


def _in_grid(name: str, grid: Grid, groups: Mapping[str, Sequence[str]]) -> bool:
    words = fold_all(name)
    heads = [*grid.header, *(row[0] for row in grid.rows if row), *(row[1] for row in grid.rows if len(row) > 1)]
    known = [fold_all(head) for head in heads]
    group = next((g for g, members in groups.items() if name in members), None)
    return any(words <= head for head in known) or (
        group is not None and any(fold_all(group) <= head for head in known)
    )


# The number over all classes


def _aggregates(grid: Grid, names: Sequence[str]) -> Iterator[Aggregate]:
    """Rows or columns of a table that sum up those of its classes."""
    found = list(_of_rows(grid, names, by_head=True))
    yield from found or _of_rows(_turned(grid), names, by_head=False)


def _turned(grid: Grid) -> Grid:
    """The same table with its columns as rows; all stand where the table does."""
    turned = list(zip_longest(grid.header, *grid.rows, fillvalue=""))
    return replace(grid, header=turned[0], rows=tuple(turned[1:]), starts=(grid.start,) * (len(turned) - 1))


def _of_rows(grid: Grid, names: Sequence[str], *, by_head: bool) -> Iterator[Aggregate]:
    known = [fold_all(name) for name in names]
    headed = by_head and bool(grid.header) and bool(_OF_CLASSES.match(grid.header[0]))
    sums, members = [], []
    for row, start in zip(grid.rows, grid.starts, strict=False):
        label = row[0] if row else ""
        if _AGGREGATE.match(label):
            sums.append((row, start))
        elif headed or any(words <= fold_all(label) for words in known):
            members.append(row)
    if not sums or len(members) < 2:
        return
    counted = next((n for n, head in enumerate(grid.header) if n and _N_HEAD.match(head)), None)
    for column, head in enumerate(grid.header[1:], start=1):
        metrics = metrics_in(head) or (metrics_in(grid.caption) if column != counted else set())
        values = [_cell(row, column) for row in members]
        for row, start in sums:
            value = _cell(row, column)
            if metrics and value is not None and value.half and None not in values:
                parts = tuple((v, _n(row, counted)) for v, row in zip(values, members, strict=True) if v is not None)
                yield Aggregate(metrics=frozenset(metrics), label=row[0], printed=value, place=start, classes=parts)


def _cell(row: Sequence[str], column: int) -> Printed | None:
    found = _NUMBER.match(row[column]) if column < len(row) else None
    return printed(found[1]) if found else None


def _n(row: Sequence[str], column: int | None) -> int | None:
    said = row[column] if column is not None and column < len(row) else ""
    beside = _N_BESIDE.search(row[0])
    digits = (said or (beside[1] if beside else "")).replace(",", "").strip()
    return int(digits) if digits.isdigit() else None


def _said(text: str) -> Over | None:
    """What a text calls a mean over all classes; None where it says neither, or both."""
    if _EACH.search(text) and not _WEIGHED.search(text):
        return None
    found = [over for over, pattern in _SAID.items() if pattern.search(text)]
    return found[0] if len(found) == 1 else None


def _sentences(context: Context) -> Iterator[tuple[Sentence, Over]]:
    """The author's own sentences that say how a mean was taken."""
    for sentence in context.document.sentences:
        over = None if sentence.cites else _said(sentence.text)
        if over is not None and (metrics_in(sentence.text) or _GENERAL.search(sentence.text)):
            yield sentence, over


def _called_otherwise(context: Context, found: Sequence[Aggregate]) -> Iterator[Remark]:
    """A number that is the one mean, and that its label or the text calls the other."""
    told = list(_sentences(context))
    for one in found:
        of_it = [(s, over) for s, over in told if _is_of(one, s)]
        kinds = {over for _, over in of_it}
        said = _said(one.label) or (kinds.pop() if len(kinds) == 1 else None)
        really = one.is_over() or _said(one.label)
        if really is None:
            continue
        other = next((s for s, over in of_it if over is not really and _prints(s, one)), None)
        if other is None and (said is None or said is really):
            continue
        wrong = Over.CASES if really is Over.CLASSES else Over.CLASSES
        sure = one.is_over() is not None
        instead = f"; over {wrong} it would be {one.shown(wrong)}" if sure else ""
        yield Remark(
            message=f"{one.label.strip()} {one.printed.text} is the mean over {really} in this table{instead}; it is called a mean over {wrong}.",
            at=at(other) if other else one.place,
            expected=f"over {really}",
            got=f"over {wrong}",
            hint="Say which mean it is, over classes (macro) or over cases, and use the same everywhere.",
        )


def _is_of(one: Aggregate, sentence: Sentence) -> bool:
    """Whether a sentence is on the metric of this number: one that gives its value, or one that gives none."""
    values = [r for r in reported(sentence) if r.metric in one.metrics]
    if values:
        return _prints(sentence, one)
    of_metric = metrics_in(sentence.text) & one.metrics or _GENERAL.search(sentence.text)
    return bool(of_metric and _WEIGHED.search(sentence.text))


def _prints(sentence: Sentence, one: Aggregate) -> bool:
    return any(r.value == one.printed.value and r.metric in one.metrics for r in reported(sentence))


def _scored_otherwise(context: Context) -> Iterator[Remark]:
    """A value in a sentence that the scores give as the other mean than the sentence says."""
    frame = context.cases
    if frame is None or not {"metric", "value", "class", "case"} <= set(frame.columns):
        return
    scores = Scores(frame)
    for sentence, over in _sentences(context):
        for one in reported(sentence) if sentence.role in RESULTS else ():
            means = _means(scores, sentence, one)
            fits = [each for each, value in means if _rounds_to(value, one)]
            if fits and over not in fits:
                right = next(value for each, value in means if each is over)
                yield Remark(
                    message=f"{one.name} {one.text} is called a mean over {over}; the scores give it as the mean over {fits[0]}.",
                    at=at(sentence, one.start),
                    expected=_like(right, one),
                    got=one.text,
                    hint="Print the mean that the sentence names, or name the one that is printed.",
                )


def _means(scores: Scores, sentence: Sentence, one: Reported) -> list[tuple[Over, float]]:
    """The means over classes, and over cases in both ways of taking it; nothing where it is not clear what was averaged."""
    metric = scores.metric(one.name)
    chosen: dict[str, str] = {}
    for column in ("split", "model"):
        named = scores.named(column, sentence.text)
        chosen |= {column: named[0]} if len(named) == 1 else {}
    if metric is None or scores.named("class", sentence.text):
        return []
    rows = scores.of(metric, chosen)
    rows = rows[~rows["class"].astype(str).str.casefold().isin(("", "all"))]
    if rows["class"].nunique() < 2 or any(
        column in rows and rows[column].nunique() > 1 for column in ("split", "model")
    ):
        return []
    of_cases = [column for column in ("case", "patient") if column in rows]
    return [
        (Over.CLASSES, float(rows.groupby("class")["value"].mean().mean())),
        (Over.CASES, float(rows["value"].mean())),
        *((Over.CASES, float(rows.groupby(column)["value"].mean().mean())) for column in of_cases),
    ]


def _rounds_to(value: float, one: Reported) -> bool:
    scale = 100 if "%" in one.text else 1
    return abs(value * scale - float(one.value)) <= float(one.half) + 1e-9


def _like(value: float, one: Reported) -> str:
    scale, places = (100 if "%" in one.text else 1), len(one.text.strip("% m").partition(".")[2])
    return f"{value * scale:.{places}f}{'%' if scale == 100 else ''}"


def _undefined(context: Context, found: Sequence[Aggregate]) -> Iterator[Remark]:
    """One number over several classes, and nowhere a word on what it is a mean of."""
    tables = [f"{grid.caption} {' '.join(grid.header)}" for grid in result_grids(context.document)]
    texts = [s.text for s in context.document.sentences if not s.cites]
    if any(pattern.search(said) for pattern in _SAID.values() for said in (*texts, *tables, *(o.label for o in found))):
        return
    told = next(
        (
            (one.name, one.text, at(s, one.start))
            for s in context.document.of(*RESULTS)
            for one in reported(s)
            if not s.cites and _WHOLE.search(s.text[max(0, one.start - 60) : one.start])
        ),
        (found[0].label.strip(), found[0].printed.text, found[0].place) if found else None,
    )
    if told:
        yield Remark(
            message=f"{told[0]} {told[1]} sums up several classes, and nowhere is said whether it is a mean over classes or over cases.",
            at=told[2],
            severity=Severity.WARNING,
            hint="Say once, in Methods, how the mean was taken: over classes (macro), or over cases.",
        )

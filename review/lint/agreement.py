"""AGR-01 to AGR-03: how agreement is reported, whether it recomputes, and who annotated how."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache

import pandas as pd

from review.domain.finding import Severity
from review.evidence.printed import Printed, printed
from review.lint.annotations import RATERS, provenance
from review.lint.document import Sentence
from review.lint.grids import Grid
from review.lint.metrics import is_uncertain
from review.lint.rule import Context, Remark, Rule, at, missing
from review.lint.sections import Role

_STATISTIC = re.compile(
    r"(?P<kappa>\b(?:Cohen['’]?s?\s|Fleiss['’]?\s|weighted\s|unweighted\s|quadratic\s|linear(?:ly)?\s)*(?:weighted\s)?(?:kappa|κ)(?:\sstatistics?|\scoefficients?|\sscores?|\svalues?)?|κ)"
    r"|(?P<icc>\bICCs?\b(?:\s?\(\s?[123A-C],\s?[1k]\s?\))?|\bintra-?class\scorrelation(?:\scoefficients?)?)|(?P<alpha>\bKrippendorff['’]?s?\s(?:alpha|α))",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"(?:\s(?:was|were|is|are|of|for|the|value|at|title|and|abstract|full|text|screening|reached|between|two|raters|readers|[a-z-]+)){0,6}?\s?[:=(,]?\s?(?P<value>[−-]?[01]?\.\d+)(?!\d|\.\d)"
)
_ITEMS = re.compile(
    r"\b(?:on|of|in|over|across|for|from)\s(?:the\s|all\s|a\s(?:random\s)?(?:sample|subset)\sof\s)?\d[\d,]*\s(?:[\w-]+\s){0,3}?(?:patients?|cases?|scans?|volumes?|images?|records?|abstracts?|items?|masks?|studies|reports?|"
    r"subjects?|articles?|titles?|papers?|lesions?|vertebrae|radiographs?)|\bn\s?=\s?\d+|\b(?:graded|rated|read|screened|annotated|judged|labelled|labeled|scored|assessed|reviewed|measured)\s(?:all\s|the\s|all\sthe\s)?\d[\d,]*\s|\d[\d,]*\s(?:[\w-]+\s){0,2}?(?:were|was)\s(?:read|rated|annotated|screened|labelled)\s(?:by\s\w+\s)?(?:twice|by)",
    re.IGNORECASE,
)
_VARIANT = {
    "kappa": re.compile(r"\bCohen|\bFleiss|\bweighted|\bquadratic|\blinear|\bLight['’]s|\bConger", re.IGNORECASE),
    "icc": re.compile(
        r"\bICC\s?\(|two-way|one-way|absolute\sagreement|consistency|single\s(?:rater|measure)|random[- ]effects|mixed[- ]effects",
        re.IGNORECASE,
    ),
    "alpha": re.compile(
        r"\bnominal|\bordinal|\binterval\s(?:level|data|metric)|\bratio\s(?:level|data|metric)", re.IGNORECASE
    ),
}
_RAW = re.compile(
    r"\bagree\w*\s(?:on|in)\s(?:\d|all)|\b(?:percent(?:age)?|raw|observed|absolute|overall)\s(?:of\s)?agreement|\d\s?%\s(?:raw\s|observed\s)?agree|"
    r"\bagreement\b[^.;]{0,30}\d\s?%",
    re.IGNORECASE,
)
_PO = re.compile(
    r"(?:\bP_?o\b|\bpercent(?:age)?\sagreement|\bobserved\s(?:agreement|proportion)|\b(?:raw|overall)\sagreement)(?:\s\w+){0,2}?\s?[:=(]?\s?(?P<value>\d*\.?\d+)\s?(?P<percent>%)?",
    re.IGNORECASE,
)
_PE = re.compile(
    r"(?:\bP_?e\b|\b(?:expected|chance)\sagreement|\bagreement\sexpected\sby\schance)(?:\s\w+){0,2}?\s?[:=(]?\s?(?P<value>\d*\.?\d+)\s?(?P<percent>%)?",
    re.IGNORECASE,
)
_KAPPA_HEAD = re.compile(r"^(?:cohen['’]?s?\s)?(?:kappa|κ|k)$", re.IGNORECASE)
_WEIGHTED = re.compile(r"\bweighted|quadratic", re.IGNORECASE)
_PO_HEAD = re.compile(
    r"^(?:p_?o|po|observed|agreement|percent agreement|observed agreement|% agreement)\b", re.IGNORECASE
)
_PE_HEAD = re.compile(r"^(?:p_?e|pe|expected|expected agreement|chance|chance agreement)\b", re.IGNORECASE)


# AGR-01


def _incomplete(context: Context) -> Iterator[Remark]:
    near = _near(context.document.sentences)
    for sentence in context.document.sentences:
        if sentence.cites or sentence.role in (Role.REFERENCES, Role.RELATED, Role.INTRODUCTION):
            continue
        for match in _STATISTIC.finditer(sentence.text):
            value = _VALUE.match(sentence.text, match.end())
            if value is None or re.search(
                r"\b(?:threshold|target|at\sleast|required|≥|>)\s?$", sentence.text[: value.start("value")]
            ):
                continue
            kind = next(name for name, text in match.groupdict().items() if text)
            lacking = _lacking(sentence, near(sentence), kind)
            if context.letter == "S" and not _says(_RAW, near(sentence)):
                lacking.append("the raw agreement beside it")
            if lacking:
                yield Remark(
                    message=f"{match[0].strip()} {value['value']} is given without {_listed(lacking)}.",
                    at=at(sentence, match.start()),
                )
            break


def _near(sentences: Sequence[Sentence]) -> Callable[[Sentence], str]:
    """What stands in the paragraph of a sentence; for one in an abstract the whole text: there is no room there."""
    paragraphs: dict[int, list[str]] = defaultdict(list)
    for sentence in sentences:
        paragraphs[sentence.paragraph].append(sentence.text)
    texts = {number: " ".join(parts) for number, parts in paragraphs.items()}
    whole = " ".join(texts.values())
    return lambda sentence: whole if sentence.role is Role.ABSTRACT else texts[sentence.paragraph]


def _lacking(own: Sentence, near: str, kind: str) -> list[str]:
    wanted = {
        "the number of items": _says(_ITEMS, near),
        "the number of raters": _says(RATERS, near),
        "an interval or standard error": is_uncertain(own.text) or (own.role is Role.ABSTRACT and is_uncertain(near)),
        {
            "kappa": "its variant (Cohen, Fleiss, weighted)",
            "icc": "its model and type",
            "alpha": "its level of measurement",
        }[kind]: _says(_VARIANT[kind], near),
    }
    return [name for name, found in wanted.items() if not found]


@lru_cache(maxsize=64)
def _says(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a paragraph says it; asked once for all statistics in the paragraph."""
    return pattern.search(text) is not None


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


# AGR-02


def _inconsistent(context: Context) -> Iterator[Remark]:
    for sentence in context.document.sentences:
        po, pe = _PO.search(sentence.text), _PE.search(sentence.text)
        kappa = next(
            (
                v
                for m in _STATISTIC.finditer(sentence.text)
                if m["kappa"] and (v := _VALUE.match(sentence.text, m.end()))
            ),
            None,
        )
        if po and pe and kappa and not _WEIGHTED.search(sentence.text):
            yield from _against(
                printed(po["value"]),
                printed(pe["value"]),
                printed(kappa["value"]),
                place=at(sentence, kappa.start("value")),
                of="",
            )
    for grid in context.document.grids:
        yield from _grid(grid)
    yield from _against_ratings(context)


def _grid(grid: Grid) -> Iterator[Remark]:
    columns = [_column(grid, pattern) for pattern in (_PO_HEAD, _PE_HEAD, _KAPPA_HEAD)]
    if None in columns or _WEIGHTED.search(grid.caption):
        return
    for row, start in zip(grid.rows, grid.starts, strict=False):
        cells = [
            printed(re.sub(r"[\s%*]|\(.*\)", "", row[c])) if c is not None and c < len(row) else None for c in columns
        ]
        yield from _against(*cells, place=start, of=f"of {row[0]} " if row and row[0] else "")


def _column(grid: Grid, pattern: re.Pattern[str]) -> int | None:
    return next(
        (n for n, name in enumerate(grid.header) if pattern.match(re.sub(r"[(\[].*|%|[*_]", "", name).strip())), None
    )


def _against(po: Printed | None, pe: Printed | None, kappa: Printed | None, *, place: int, of: str) -> Iterator[Remark]:
    """Kappa from what was observed and expected, each within its rounding."""
    if po is None or pe is None or kappa is None:
        return
    scale = 100 if po.value > 1 or pe.value > 1 else 1
    ends = []
    for o in (po.value - po.half, po.value + po.half):
        for e in (pe.value - pe.half, pe.value + pe.half):
            if e / scale >= 1:
                return
            ends.append((o / scale - e / scale) / (1 - e / scale))
    if kappa.value + kappa.half >= min(ends) and kappa.value - kappa.half <= max(ends):
        return
    right = (po.value / scale - pe.value / scale) / (1 - pe.value / scale)
    yield Remark(
        message=f"Kappa {of}is printed as {kappa.text}, but ({po.text} − {pe.text}) / ({scale} − {pe.text}) is {float(right):.3f}.",
        at=place,
        expected=f"{float(right):.4f}",
        got=kappa.text,
    )


def _against_ratings(context: Context) -> Iterator[Remark]:
    """Kappa and the number of items in the text against the ratings, where there are two raters."""
    claims = [
        (s, m, v)
        for s in context.document.of(Role.ABSTRACT, Role.METHODS, Role.RESULTS, Role.OTHER, Role.FRONT)
        for m in _STATISTIC.finditer(s.text)
        if m["kappa"] and not s.cites and (v := _VALUE.match(s.text, m.end()))
    ]
    if not claims:
        return
    if context.ratings is None:
        if not all(_is_fact(context, value["value"]) for _, _, value in claims):
            yield missing("ratings")
        return
    found = _cohen(context.ratings)
    if found is None:
        yield missing("ratings", what="kappa is computed again for two raters with the columns item, rater and label")
        return
    kappa, n = found
    for sentence, match, value in claims:
        number = printed(value["value"].replace("−", "-"))
        if number is None or _WEIGHTED.search(sentence.text) or re.search(r"Fleiss", sentence.text):
            continue
        if abs(float(number.value) - kappa) > float(number.half) + 1e-9:
            yield Remark(
                message=f"Kappa is printed as {number.text}; the ratings give {kappa:.3f}.",
                at=at(sentence, match.start()),
                expected=f"{kappa:.3f}",
                got=number.text,
            )
        counted = re.search(r"\bn\s?=\s?(\d[\d,]*)", sentence.text)
        if counted and int(counted[1].replace(",", "")) != n:
            yield Remark(
                message=f"n = {counted[1]} stands beside kappa; {n:,} items were rated by both.",
                at=at(sentence, counted.start()),
                expected=f"{n:,}",
                got=counted[1],
            )


def _is_fact(context: Context, text: str) -> bool:
    """Whether a printed kappa is one that the project itself computed."""
    number = printed(text.replace("−", "-"))
    values = [fact.value for name, fact in context.facts.items() if name.startswith("agree.")]
    return number is not None and any(
        isinstance(value, int | float) and abs(value - float(number.value)) <= float(number.half) + 1e-9
        for value in values
    )


def _cohen(frame: pd.DataFrame) -> tuple[float, int] | None:
    """Cohen's kappa of two raters and the number of items that both rated."""
    if not {"item", "rater", "label"} <= set(frame.columns) or frame["rater"].nunique() != 2:
        return None
    wide = frame.drop_duplicates(["item", "rater"]).set_index(["item", "rater"])["label"].unstack().dropna()  # noqa: PD010
    if wide.empty:
        return None
    one, other = (wide.iloc[:, n].astype(str) for n in (0, 1))
    n = len(wide)
    same = Fraction(int((one == other).sum()), n)
    chance = sum(
        (Fraction(int((one == level).sum()) * int((other == level).sum()), n * n) for level in set(one) | set(other)),
        Fraction(0),
    )
    return (float((same - chance) / (1 - chance)), n) if chance != 1 else None


COMPLETE = Rule(
    id="AGR-01",
    title="Agreement statistic without n, raters, CI or variant",
    severity=Severity.ERROR,
    check=_incomplete,
    types="DCS",
    asks=True,
    does="At each kappa, ICC or alpha with a value, looks in its paragraph for the number of items and raters, the interval and the variant. That there is no kappa is never an error.",
    why="κ = 0.8 of 20 cases and of 2,000 are different findings; weighted and unweighted kappa differ by a class.",
    bad="Agreement was substantial (kappa 0.71).",
    good="Two readers rated 120 scans; Cohen's kappa was 0.71 (95 % CI 0.60 to 0.82).",
    fix="Give n, the raters, the interval and the variant: review evidence agreement prints the sentence.",
    serves=("grras:6", "grras:11", "grras:13", "claim-2024:18", "bias:25a", "prisma-scr:9", "prisma-scr:10"),
)
CONSISTENT = Rule(
    id="AGR-02",
    title="Agreement numbers inconsistent",
    severity=Severity.BLOCKER,
    check=_inconsistent,
    types="DCS",
    needs=("manuscript", "ratings"),
    does="Computes kappa again from printed observed and expected agreement, in sentences and tables, and from the ratings where they are given; compares n.",
    why="A kappa that its own agreement does not give was copied from another table.",
    bad="Observed 71.91 %, expected 55.31 %, kappa 0.4367.",
    good="Observed 92.86 %, expected 56.38 %, kappa 0.8363.",
    fix="Compute it again from the ratings; if it is weighted, say so and how.",
    serves=("grras:13", "grras:15"),
)
PROVENANCE = Rule(
    id="AGR-03",
    title="Annotation provenance incomplete",
    severity=Severity.ERROR,
    check=provenance,
    types="DM",
    asks=True,
    needs=("manuscript", "labels"),
    does="Looks for seven things about the annotations: how many annotators, expertise, instructions, software, how disagreements were settled, what was read twice, how uncertainty is labelled. Inherited labels with a citation pass.",
    why="Labels are the product of a dataset paper; a reader must be able to make them again.",
    bad="The images were annotated by experts.",
    good="Two radiologists (5 and 12 years of experience) annotated all scans independently in ITK-SNAP by a written protocol; a third settled disagreements; doubtful cases carry the label ambiguous.",
    fix="Add the sentence that is missing, or say from whom the labels were taken over.",
    serves=(
        "claim-2024:16",
        "claim-2024:17",
        "claim-2024:18",
        "bias:23a",
        "bias:23b",
        "bias:23c",
        "bias:23d",
        "stard-ai:12",
        "datasheets:L1",
        "tutorial:2.3",
    ),
)
RULES = (COMPLETE, CONSISTENT, PROVENANCE)

"""WORD: words that make reviewers object: claims larger than the data, p-values without a value, names for the reference."""

from __future__ import annotations

import re
from collections.abc import Iterator

from review.domain.finding import Severity
from review.lint.document import Sentence
from review.lint.numbers import Kind
from review.lint.rule import Context, Remark, Rule, at, missing, quoted
from review.lint.sections import Role

_TRUTH = re.compile(r"\b(?:ground[- ]truths?|gold[- ]standards?)\b", re.IGNORECASE)
# What is said not to be the truth, and what is known since it was made: `rather than a ground truth`, `synthetic … known ground truth`.
_NO_TRUTH = re.compile(
    r"\b(?:(?:not|no|never|without|nor)\s(?:[\w-]+\s){0,2}?|(?:rather\sthan|instead\sof|absence\sof|lack\sof|lacks?|lacking)\s(?:[\w-]+\s){0,4}?)(?:ground[- ]truth|gold[- ]standard)|"
    r"\b(?:synthetic|simulat\w+|phantoms?|digital\stwins?)\b[^.]*\b(?:ground[- ]truth|gold[- ]standard)",
    re.IGNORECASE,
)
_BY_PEOPLE = re.compile(
    r"\b(?:annotat|label|delineat|contour|segment(?:ed|ations?)\sby|adjudicat|diagnos|reader|rater|radiolog|pathologist|clinician|expert|drawn\b|manual)\w*",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    r"\b(?:is|are|was|were|be|proved|remains?|remained)\s(?:\w+ly\s|both\s)?(?:robust|generali[sz]able)\b|"
    r"\brobust\s(?:and\s\w+\s)?(?:performance|generali[sz]ation|detectors?|tools?|results)\b|\bgenerali[sz]es?\swell\b|"
    r"\bclinically\sready\b|\bready\sfor\sclinical\b|\bclinical-grade\b|\bexpert-level\b|\bhuman-level\b|\bsuper-?human\b|"
    r"\b(?:achiev|reach|attain|set|establish|deliver|yield)\w*\s(?:\w+\s){0,2}state[- ]of[- ]the[- ]art\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|no|nor|cannot|whether|without|should|need\w*|future|before|would|if|may|robust\s(?:standard|variance|regression|estimat\w+))\b",
    re.IGNORECASE,
)
# Data of other places than those of training, however they are called.
_OUTSIDE = re.compile(
    r"\bexternal(?:ly)?\s(?:test|validat|cohort|data|evaluat|set)|\bout-of-(?:distribution|domain)\b|\b(?:unseen|independent)\s(?:[\w-]+\s){0,2}?(?:data\s?sets?|test\ssets?|cohorts?|sites?|cent(?:er|re)s?|hospitals?|institutions?|collections?)\b",
    re.IGNORECASE,
)
_SMALL = 100
_ZERO_P = re.compile(r"\b[pP]\s?=\s?0?\.0+(?!\d)")
_BARE_P = re.compile(r"\b[pP]\s?<\s?0?\.05(?!\d)")
_TREND = re.compile(
    r"\btrend(?:ed|ing)?\stowards?\s(?:statistical\s)?significan\w+|\b(?:marginally|borderline|nearly|almost)\s(?:statistically\s)?significant",
    re.IGNORECASE,
)
_ALPHA = re.compile(
    r"\b(?:significan\w+|considered|threshold|level|alpha|set\s(?:to|at)|defined|(?:un)?corrected|family-?wise|FWE|FDR)\b",
    re.IGNORECASE,
)
_TRAIN = re.compile(r"\btrain(?:ing|ed)?\b", re.IGNORECASE)
_ENABLES = re.compile(
    r"\benabl\w+\b[^.]*\b(?:train\w*|learn\w*|develop\w*)|\b(?:robust|reliable)\s(?:train\w*|learn\w*)|\btrain\w*\s(?:robust|reliable|generali\w+)",
    re.IGNORECASE,
)
_OWN = (Role.ABSTRACT, Role.RESULTS, Role.DISCUSSION, Role.CONCLUSION, Role.FRONT)


def _truth(context: Context) -> Iterator[Remark]:
    if context.document.says(_BY_PEOPLE) is None:
        return  # of a simulation or a phantom the truth is known
    for sentence in context.document.sentences:
        if (
            sentence.role not in (Role.REFERENCES, Role.RELATED)
            and not sentence.cites
            and (match := _TRUTH.search(sentence.text))
            and not _NO_TRUTH.search(sentence.text)
        ):
            yield Remark(
                message=f"{quoted(match[0])}: what people labelled is a reference, not the truth.",
                at=at(sentence, match.start()),
                got=match[0],
            )


def _overclaims(context: Context) -> Iterator[Remark]:
    """Large words where the data are small or of one place."""
    external = context.document.says(_OUTSIDE) is not None
    rare = _rarest(context)
    for sentence in context.document.of(*_OWN):
        match = _CLAIM.search(sentence.text)
        if match is None or sentence.cites or _DENIED.search(sentence.text):
            continue
        if rare is not None and rare[1] < _SMALL:
            yield Remark(
                message=f"{quoted(match[0])} is claimed, with {rare[1]:,} patients of {rare[0]}.",
                at=at(sentence, match.start()),
                got=match[0],
            )
        elif not external:
            yield Remark(
                message=f"{quoted(match[0])} is claimed without an external test.",
                at=at(sentence, match.start()),
                got=match[0],
            )


def _rarest(context: Context) -> tuple[str, int] | None:
    quantities = context.counts.quantities if context.counts else ()
    patients = [q for q in quantities if q.unit.casefold().startswith("patient")]
    found = [
        (name, int(q.number.value))
        for name in context.settings.subgroups
        for q in patients
        if name.casefold() in f"{q.subset} {q.name}".casefold()
    ]
    return min(found, key=lambda each: each[1]) if found else None


def _p_values(context: Context) -> Iterator[Remark]:
    for sentence in context.document.sentences:
        if sentence.role in (Role.REFERENCES, Role.RELATED, Role.INTRODUCTION):
            continue
        if match := _ZERO_P.search(sentence.text):
            yield Remark(
                message=f"{quoted(match[0])}: no p-value is zero.",
                at=at(sentence, match.start()),
                got=match[0],
                hint="Write p < 0.001.",
            )
        elif (match := _BARE_P.search(sentence.text)) and not _ALPHA.search(sentence.text):
            yield Remark(
                message=f"{quoted(match[0])} gives the threshold, not the value.",
                at=at(sentence, match.start()),
                got=match[0],
                hint="Give the exact p, such as p = 0.03.",
            )
        if match := _TREND.search(sentence.text):
            yield Remark(
                message=f"{quoted(match[0])}: a result is not significant by degrees.",
                at=at(sentence, match.start()),
                got=match[0],
                hint="Give the difference with its interval and leave the adjective out.",
            )


def _small_percentages(context: Context) -> Iterator[Remark]:
    """Percentages with decimals of fewer than twenty."""
    for sentence in context.document.sentences:
        if sentence.role is Role.REFERENCES:
            continue
        for place, share in enumerate(sentence.numbers):
            whole = sentence.numbers[place - 1] if place else None
            if (
                share.kind is not Kind.PERCENT
                or "." not in share.text
                or whole is None
                or whole.kind is not Kind.COUNT
                or not 1 < whole.value < 20
            ):
                continue
            if re.fullmatch(r"(?:\s[\w-]+){0,3}?\s?[(\[,]\s?", sentence.text[whole.end : share.start]) and _is_whole(
                sentence, place
            ):
                yield Remark(
                    message=f"{share.text} of {whole.shown}: one more or less changes it by {100 / int(whole.value):.0f} points.",
                    at=at(sentence, share.start),
                    got=share.text,
                )


def _is_whole(sentence: Sentence, place: int) -> bool:
    """Whether the number before a percentage is the whole of `n of N (p%)`."""
    if place < 2:
        return False
    one, whole = sentence.numbers[place - 2 : place]
    return bool(
        re.fullmatch(
            r"\s?(?:/|(?:out\s)?of\s(?:the\s)?)\s?|\s[\w\s-]{0,25}\sof\s(?:the\s)?",
            sentence.text[one.end : whole.start],
        )
    )


def _rare_training(context: Context) -> Iterator[Remark]:
    if not context.settings.subgroups:
        yield missing("subgroups")
        return
    rare = _rarest(context)
    if rare is None or rare[1] >= _SMALL:
        return
    for sentence in context.document.sentences:
        if (
            rare[0].casefold() in sentence.low
            and _TRAIN.search(sentence.text)
            and _ENABLES.search(sentence.text)
            and not _DENIED.search(sentence.text)
        ):
            yield Remark(
                message=f"With {rare[1]:,} patients of {rare[0]} the data are said to serve training.", at=at(sentence)
            )


TRUTH = Rule(
    id="WORD-01",
    title="Ground truth or gold standard",
    severity=Severity.INFO,
    check=_truth,
    types="DMC",
    asks=True,
    does="Looks for “ground truth” and “gold standard”.",
    why="CLAIM 2024 asks for “reference standard”: labels by people have errors.",
    bad="The ground truth was drawn by two readers.",
    good="The reference standard was drawn by two readers.",
    fix="Write “reference standard”.",
    serves=("claim-2024:14",),
)
OVERCLAIM = Rule(
    id="WORD-02",
    title="A claim larger than the data",
    severity=Severity.WARNING,
    check=_overclaims,
    types="DMC",
    asks=True,
    needs=("manuscript", "counts", "subgroups"),
    does="Looks for robust, generalisable, clinically ready, state of the art and the like where there is no external test or a key subgroup has fewer than 100 patients.",
    why="“Don't overclaim scope” is the remark that follows on every small rare class.",
    bad="The model is robust and generalisable.",
    good="The data enable stratified benchmarking; 33 patients are too few to train on.",
    fix="Say what the data allow: “enables stratified benchmarking”.",
    serves=("tutorial:6.overclaim",),
)
P_VALUES = Rule(
    id="WORD-03",
    title="A p-value without its value",
    severity=Severity.WARNING,
    check=_p_values,
    does="Looks for p = 0.000, p < 0.05 in place of the value, and trends towards significance.",
    why="A threshold tells less than the value, and a trend is a wish.",
    bad="The difference was significant (p < 0.05).",
    good="The difference was 0.02 (95 % CI 0.00 to 0.04; p = 0.03).",
    fix="Give the exact value and the interval.",
    serves=("claim-2024:29",),
)
SMALL = Rule(
    id="WORD-04",
    title="Decimals of a percentage of fewer than twenty",
    severity=Severity.INFO,
    check=_small_percentages,
    does="Looks for percentages with decimals whose denominator is below 20.",
    why="33.3 % of 12 pretends to a precision that twelve patients do not have.",
    bad="4 of 12 (33.3 %)",
    good="4 of 12 (33 %)",
    fix="Leave the decimals out, or the percentage.",
    serves=("claim-2024:36",),
)
TRAINING = Rule(
    id="WORD-05",
    title="A rare subgroup is offered for training",
    severity=Severity.WARNING,
    check=_rare_training,
    types="D",
    asks=True,
    needs=("manuscript", "counts", "subgroups"),
    does="Looks for sentences that offer a subgroup of fewer than 100 patients for training.",
    why="N = 53 enables stratified benchmarking, not training; reviewers say so.",
    bad="The 33 LSTV patients enable training of robust detectors.",
    good="The 33 LSTV patients enable stratified benchmarking.",
    fix="Position the subgroup as a test bed.",
    serves=("tutorial:6.overclaim",),
)
RULES = (TRUTH, OVERCLAIM, P_VALUES, SMALL, TRAINING)

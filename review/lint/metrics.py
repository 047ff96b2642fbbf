"""How results are written: the names of metrics, values that follow them, and what counts as their uncertainty."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from review.lint.document import Document, Sentence
from review.lint.grids import Grid
from review.lint.sections import Role

NAMES: dict[str, str] = {
    "dice": r"\bDice\b(?:[- ](?:similarity)?\s?(?:coefficients?|scores?|index))?|\bDSC\b",
    "iou": r"\bm?IoU\b|\bJaccard\b(?:\s(?:index|coefficient))?|\bintersection[- ]over[- ]union\b",
    "hd95": r"\bHD\s?95\b|\b(?:95(?:th|\s?%)?[- ](?:percentile\s)?)?Hausdorff(?:\sdistance)?(?:\s95)?|\bHD\b",
    "nsd": r"\bNSD\b|\b(?:normali[sz]ed\s)?surface\sDice\b|\b(?:ASSD|ASD|MSD)\b|\b(?:average|mean)\s(?:symmetric\s)?surface\sdistance\b",
    "auc": r"\bAUR?OC\b|\bAUC(?:-ROC)?\b|\bROC[- ]AUC\b|\barea\sunder\sthe\s(?:receiver[- ]operating[- ](?:characteristics?)?\s?)?(?:ROC\s)?curve\b|\bc[- ](?:statistic|index)\b",
    "auprc": r"\bAU?PRC?\b|\bmAP\b|\baverage\sprecision\b",
    "sensitivity": r"\bsensitivit(?:y|ies)\b|\brecall\b|\btrue[- ]positive\srate\b",
    "specificity": r"\bspecificit(?:y|ies)\b",
    "accuracy": r"\baccurac(?:y|ies)\b",
    "precision": r"\bprecision\b|\bPPV\b|\bpositive\spredictive\svalue\b|\bNPV\b|\bnegative\spredictive\svalue\b",
    "f1": r"\bF1\b(?:[- ]scores?)?|\bF-score\b",
    "mae": r"\bMAE\b|\bmean\sabsolute\serror\b|\bRMSE\b|\broot[- ]mean[- ]squared?[- ]error\b",
    "brier": r"\bBrier\b(?:\sscore)?|\bECE\b|\bexpected\scalibration\serror\b",
    "froc": r"\bFROC\b|\bcompetition\sperformance\smetric\b",
}
_ANY = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in NAMES.items()), re.IGNORECASE)
_EACH = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in NAMES.items()}
_VALUE = re.compile(
    r"(?:\s(?:scores?|values?|coefficients?|index|rate|of|was|were|is|are|reached|at|to|for|the|a|an|mean|median|overall|averaged?|in|on|over|class|all|"
    r"test|internal|external|set|cases|images|patients|sacrum|"
    r"[A-Za-z-]+)){0,7}?\s?[:=(,]?\s?(?P<value>[01]?\.\d+|\d{1,3}(?:\.\d+)?\s?%|\d{1,2}\.\d+(?:\s?mm)?)(?!\d|\.\d)"
)
_UNCERTAIN = re.compile(
    r"\bCIs?\b|\b[Cc]onfidence\s[Ii]nterval|\b[Cc]redible\b|±|\bS\.?D\.?\b|\bstandard\s(?:deviation|error)|\bS\.?E\.?(?:M\.?)?\b|\bIQR\b|\binterquartile\b|"
    r"[(\[]\s?[−-]?\d+(?:\.\d+)?\s?%?\s?(?:[-–—,;]|to)\s?[−-]?\d+(?:\.\d+)?\s?%?\s?[)\]]|\d\s?\(\s?\d*\.?\d+\s?%?\s?(?:to|[-–])\s?\d"
)
_HYPOTHETIC = re.compile(
    r"\b(?:threshold|at\sleast|minimum|required?|target|assum\w+|power|expected|cut-?off|if|would|sample\ssize|defined|weights?|tolerance)\b",
    re.IGNORECASE,
)
# Where something was measured, and no wish: `At the Youden-optimal threshold (0.205), sensitivity was …`.
_OPERATED = re.compile(
    r"^(?:At|Using|With)\s(?:the|a|an|this|that|each|our)\s(?:[\w’'.-]+\s){0,5}?(?:thresholds?|cut-?offs?(?:\spoints?|\svalues?)?|operating\spoints?)(?:\s(?:of\s)?\(?[\d.]+%?\)?)?,"
)
# Between a metric and a value: another metric, or a change of the metric.
_ELSE = re.compile(
    rf"{_ANY.pattern}|\b(?:by|up\sto|and|or|versus|above|below|over|exceed\w*|(?:more|less|greater|higher|lower)\sthan|correlation|loss|gap|difference|drop|change|gain)\b|\bimprov|\bincreas|\bdecreas",
    re.IGNORECASE,
)
# Several metrics and then as many values: `accuracy and macro-F1 were 0.74 and 0.61`.
_BARE = "|".join(NAMES.values())
_ONE = r"(?:[01]?\.\d+|\d{1,3}(?:\.\d+)?\s?%)"
_LISTED = re.compile(
    rf"(?P<names>(?:{_BARE})(?:,\s(?:and\s)?(?:[a-z]+[\s-])?(?:{_BARE})|\sand\s(?:[a-z]+[\s-])?(?:{_BARE}))+)(?:\s[A-Za-z-]+){{0,8}}?\s(?:was|were|is|are|of)\s"
    rf"(?P<values>{_ONE}(?:\s?,\s(?:and\s)?{_ONE}|\sand\s{_ONE})+)",
    re.IGNORECASE,
)
_EACH_VALUE = re.compile(_ONE)
_ASSAY = re.compile(
    r"\b(?:inter|intra)-?\s?(?:batch|assay|day)\s$", re.IGNORECASE
)  # precision of a measurement in the laboratory
# Behind a value that is a difference and no score: `13.1, 15.4 and 16.5 points lower`, `4% higher than`.
_DIFFERENCE = re.compile(
    r"(?:(?:,\s(?:and\s)?|\sand\s)\d+(?:\.\d+)?\s?%?)*\s?(?:-|\s)?(?:percentage\s)?(?:points?\b|pp\b|(?:lower|higher|better|worse|less|more|greater)\b)",
    re.IGNORECASE,
)
PLUS_MINUS = re.compile(r"±")
DEFINED = re.compile(
    r"±\s?(?:SD|SE|standard|95)|(?:\bSD\b|\bSEM?\b|standard\s(?:deviation|error)|half-?width|confidence\sinterval|95\s?%\sCI|IQR)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A metric with a value in a sentence."""

    metric: str
    name: str
    value: Fraction
    half: Fraction
    text: str
    start: int
    sentence: Sentence


def metrics_in(text: str) -> set[str]:
    """The metrics a text names.

    >>> sorted(metrics_in("Dice and the 95th percentile Hausdorff distance (HD95)"))
    ['dice', 'hd95']
    """
    return {name for name, pattern in _EACH.items() if pattern.search(text)}


def reported(sentence: Sentence) -> Iterator[Reported]:
    """Each metric that a value follows within a few words, without thresholds and work of others."""
    yield from sorted(_reported(sentence), key=lambda one: one.start)


def _reported(sentence: Sentence) -> Iterator[Reported]:
    listed = list(_LISTED.finditer(sentence.text))
    for several in listed:
        yield from _in_order(sentence, several)
    for match in _ANY.finditer(sentence.text):
        if any(several.start() <= match.start() < several.end() for several in listed):
            continue
        value = _VALUE.match(sentence.text, match.end())
        operated = _OPERATED.match(sentence.text)
        begin = max(match.start() - 40, operated.end() if operated else 0, 0)
        if value is None or _HYPOTHETIC.search(sentence.text[begin : value.end()]):
            continue
        if _ELSE.search(sentence.text[match.end() : value.start("value")]) or _ASSAY.search(
            sentence.text[: match.start()]
        ):
            continue
        if _DIFFERENCE.match(sentence.text, value.end()):
            continue
        yield _one(sentence, match, value["value"], value.start("value"))


def _in_order(sentence: Sentence, several: re.Match[str]) -> Iterator[Reported]:
    """Metrics and values of a list, each with its own; none where there are not as many of one as of the other."""
    names = list(_ANY.finditer(sentence.text, several.start("names"), several.end("names")))
    values = list(_EACH_VALUE.finditer(sentence.text, several.start("values"), several.end("values")))
    if len(names) == len(values) and not _HYPOTHETIC.search(several[0]):
        for name, value in zip(names, values, strict=True):
            yield _one(sentence, name, value[0], value.start())


def _one(sentence: Sentence, name: re.Match[str], value: str, start: int) -> Reported:
    digits = re.sub(r"[%\s]|mm", "", value)
    places = len(digits.partition(".")[2])
    return Reported(
        metric=next(known for known, text in name.groupdict().items() if text),
        name=name[0],
        value=Fraction(f"0{digits}" if digits.startswith(".") else digits),
        half=Fraction(1, 2 * 10**places),
        text=value.strip(),
        start=start,
        sentence=sentence,
    )


def is_uncertain(text: str) -> bool:
    """Whether an interval, a deviation or an error is given.

    >>> is_uncertain("0.84 (0.80 to 0.88)"), is_uncertain("0.84 ± 0.02"), is_uncertain("Dice was 0.84")
    (True, True, False)
    """
    return bool(_UNCERTAIN.search(text))


def result_grids(document: Document) -> list[Grid]:
    """Tables with a metric in the header, the first column or the caption, and numbers below."""
    found = []
    for grid in document.grids:
        heads = " ".join((grid.caption, *grid.header, *(row[0] for row in grid.rows if row)))
        numeric = any(re.search(r"\d*\.\d+|\d+\s?%", cell) for row in grid.rows for cell in row[1:])
        if numeric and metrics_in(heads):
            found.append(grid)
    return found


RESULTS = (Role.ABSTRACT, Role.RESULTS, Role.CONCLUSION)

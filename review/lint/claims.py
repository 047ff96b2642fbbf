"""EVA-04, EVA-05, EVA-06: whether claims of difference rest on a test that fits, corrected where there are many."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

import pandas as pd

from review.domain.finding import Severity
from review.lint.document import Sentence
from review.lint.grids import Grid
from review.lint.intervals import narrow
from review.lint.metrics import is_uncertain
from review.lint.rule import Context, Remark, Rule, at, missing, quoted
from review.lint.sections import Role
from review.lint.words import unit_of

_INFERENCE = re.compile(
    r"\bCIs?\b|confidence\sinterval|\bbootstrap|\bp\s?[<=>]\s?0?\.\d|\bWilcoxon|\bt-?test\b|\bpermutation\stest|\bMcNemar|\bDeLong",
    re.IGNORECASE,
)
_CLUSTERED = re.compile(
    r"(?:patient|subject|participant|cluster|person|case)s?[- ](?:level|wise|clustered|based)|(?:resampl\w+|bootstrap\w*|cluster\w*|permut\w+|test\w*|averag\w+|aggregat\w+)"
    r"\b[^.]{0,60}\b(?:patients?|subjects?|participants?|clusters?)\b|(?:patients?|subjects?)\b[^.]{0,40}\b(?:resampl\w+|bootstrap\w*|unit\sof)|mixed[- ](?:effects?\s)?(?:linear\s)?model|"
    r"\bGEE\b|generali[sz]ed\sestimating|random\sintercept|one\sscan\sper\spatient|unit\sof\sanalysis",
    re.IGNORECASE,
)
_ANALYSIS = re.compile(
    r"\binterval|\bCIs?\b|\bbootstrap|\bresampl|\btest(?:s|ed)?\b(?!\s(?:set|volumes|data))|\bmodel\b|\bunit\sof|\baverag|\bcluster|one\sscan\sper",
    re.IGNORECASE,
)
_BETTER = re.compile(
    r"\boutperform\w*|\b(?:significantly|markedly|clearly|substantially|consistently)\s(?:better|higher|superior|lower\serror)|"
    r"\b(?:better|superior|higher|more\saccurate)\s(?:\w+\s){0,3}?(?:than|to)\b(?:\s\w+){0,4}?\s(?:baselines?|nnU-?Net|U-?Net|models?|methods?|networks?|state[- ]of[- ]the[- ]art|approach(?:es)?|TotalSegmentator)|"
    r"\bimprov(?:es|ed|ement|ements|ing)\s(?:up)?on\b|\bimprov(?:es|ed|ement|ements|ing)\sover\b|\b(?:achiev\w+|set\w*|reach\w+|establish\w+|new)\s(?:a\s)?(?:new\s)?state[- ]of[- ]the[- ]art|\bsuperiority\b|\bsurpass\w*",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:whether|if|aim\w*|hypothes\w+|expect\w*|may|might|could|would|should|no\s(?:test|claim)|not\s(?:test\w*|claim\w*)|future|question|can\sbe|to\sbe)\b",
    re.IGNORECASE,
)
_SIGNIFICANT = re.compile(
    r"\bstatistically\s(?:non-?)?significant\w*|\bsignificantly\s(?:\w+ly\s)?(?:higher|lower|better|worse|improv\w+|reduc\w+|increas\w+|decreas\w+|outperform\w*|different|differ\w*|greater|larger|smaller|"
    r"longer|shorter|more|less|fewer|faster|slower|correlat\w+|associat\w+)|\bsignificant\s(?:\w+\s)?(?:differences?|improvements?|increases?|decreases?|reductions?|correlations?|associations?)\b",
    re.IGNORECASE,
)
_EVIDENCE = re.compile(
    r"\bp\s?(?:-?values?)?\s?(?:of|was|were)?\s?[<=>≤≥]\s?\d?\.?\d|\bp\s?(?:values?\s)?(?:all\s)?[<=>≤≥]|\bCIs?\b|confidence\sinterval|(?:q|P)\s?[<=>≤]",
    re.IGNORECASE,
)
_PAIRED = re.compile(
    r"\bpaired\b|\bWilcoxon|\bpermutation\s?test|\bDeLong|\bMcNemar|\bsign(?:ed)?[- ](?:rank|flip)|\bbootstrap\w*\sdifference|\bdifference\b[^.]*(?:\bCI\b|confidence|\d\s?(?:to|[-–])\s?\d)|\bANOVA\b|\bFriedman\b",
    re.IGNORECASE,
)
_P_VALUE = re.compile(r"\b[pP]\s?(?:-?value)?\s?[=<>≤≥]\s?(?:0?\.\d+|10|\d)")
_CORRECTED = re.compile(
    r"\bHolm|\bBonferroni|\bHochberg|\bBenjamini|\bFDR\b|false\sdiscovery|\bTukey|\bDunn(?:ett)?\b|\bŠidák|\bSidak|multiplicity|"
    r"multiple\s(?:comparisons?|testing|tests)|hierarchical\stest|gatekeep|exploratory|uncorrected|not\s(?:been\s)?(?:corrected|adjusted)|adjusted\sp",
    re.IGNORECASE,
)
# More data, more classes: a difference in size is counted, not tested.
_OF_SIZE = re.compile(
    r"^\s?(?:(?:larger|smaller|greater|more|fewer|longer)\s)?(?:than\s)?(?:[\w-]+\s){0,5}?(?:data\s?sets?|collections?|databases?|corpora|corpus|benchmarks?|annotations|labels|classes|parameters|images|scans|volumes)\b",
    re.IGNORECASE,
)
_SUMMARY = (Role.CONCLUSION, Role.DISCUSSION)
_OWN = (Role.ABSTRACT, Role.RESULTS, Role.DISCUSSION, Role.CONCLUSION, Role.FRONT, Role.OTHER)
_MANY = 3
_BASELINE = re.compile(r"\b(?:baseline|demographics?|characteristics?|characters?)\b", re.IGNORECASE)
_TRAITS = re.compile(
    r"\b(?:age|sex|gender|female|male|women|men|BMI|weight|height|diabetes|hypertension|smok\w+)(?=\b|_)", re.IGNORECASE
)


# EVA-04


def _clustering_ignored(context: Context) -> Iterator[Remark]:
    yield from narrow(context)
    several = _several_per_patient(context)
    if several is None:
        yield missing("manifest", what="whether a patient has several scans cannot be seen")
        return
    claim = context.document.says(_INFERENCE, (Role.METHODS, Role.RESULTS, Role.ABSTRACT))
    said = (
        s
        for s in context.document.sentences
        if s.role is not Role.REFERENCES and not s.caption and _CLUSTERED.search(s.text)
    )
    if several and claim is not None and not any(_ANALYSIS.search(s.text) for s in said):
        yield Remark(
            message=f"There are {several}, and nothing says that intervals and tests count patients rather than scans.",
            at=at(claim),
        )


def _several_per_patient(context: Context) -> str | None:
    """How many scans of how many patients, where there are more scans; empty where there is one each; None if unknown."""
    for frame in (context.manifest, context.cases, context.splits):
        if frame is not None and {"patient", "case"} <= set(frame.columns):
            cases, patients = frame["case"].nunique(), frame["patient"].nunique()
            return f"{cases:,} cases of {patients:,} patients" if cases > patients else ""
    if context.counts is None:
        return None
    totals = {
        unit_of(q.unit): q
        for q in context.counts.quantities
        if (q.subset or "all") in {"all", "total", ""} and q.number.whole
    }
    patients_of = totals.get("patient")
    scans = [totals[unit] for unit in ("scan", "volume", "study", "series", "case") if unit in totals]
    if patients_of is None or not scans:
        return None
    most = max(scans, key=lambda q: q.number.value)
    return (
        f"{most.number} {most.unit} of {patients_of.number} patients"
        if most.number.value > patients_of.number.value
        else ""
    )


# EVA-05


def _untested_superiority(context: Context) -> Iterator[Remark]:
    sentences = context.document.sentences
    tested = context.document.says(_PAIRED, (Role.METHODS,)) is not None
    shown = _shown_tested(context, named=tested)
    for place, sentence in enumerate(sentences):
        if sentence.role not in _OWN or _HEDGED.search(sentence.text):
            continue
        bare = _SIGNIFICANT.search(sentence.text)
        if (
            bare
            and not _EVIDENCE.search(sentence.text)
            and not is_uncertain(sentence.text)
            and not sentence.cites
            and not _OF_SIZE.match(sentence.text[bare.end() :])
            and not re.search(r"\b(?:no|not|non|without)\b", sentence.text[: bare.end()][-40:])
        ):
            yield Remark(
                message=f"{quoted(bare[0])} stands without a p-value or an interval.",
                at=at(sentence, bare.start()),
                hint="Give the difference with its interval and the exact p.",
            )
            continue
        better = _BETTER.search(sentence.text)
        if better is None or (shown and sentence.role in _SUMMARY):
            continue
        if not _supported(sentences, place) and not (tested and _EVIDENCE.search(sentence.text)):
            yield Remark(
                message=f"{quoted(better[0])} is claimed, and no paired difference with its interval or named test stands nearby.",
                at=at(sentence, better.start()),
            )


def _shown_tested(context: Context, *, named: bool) -> bool:
    """Whether the results bring what a paired test gave, in the text or with a table: what sums them up need not repeat it."""
    results = list(context.document.of(Role.RESULTS))
    tables = [f"{g.caption} {g.words}" for g in context.document.grids]
    told = [s.text for s in results if not s.cites or s.caption] + tables
    named = named or any(_PAIRED.search(text) for text in told)
    return named and any(_EVIDENCE.search(text) for text in told)


def _supported(sentences: Sequence[Sentence], place: int) -> bool:
    """Whether this sentence or one beside it in the same paragraph brings a difference with its interval, or a paired test."""
    own = sentences[place]
    near = [s for s in sentences[max(0, place - 2) : place + 3] if s.paragraph == own.paragraph]
    return any(_PAIRED.search(s.text) or (_EVIDENCE.search(s.text) and is_uncertain(s.text)) for s in near)


# EVA-06


def _uncorrected(context: Context) -> Iterator[Remark]:
    if context.comparisons is not None:
        yield from _holm(context, context.comparisons)
    document = context.document
    if document.says(_CORRECTED) is not None or any(_CORRECTED.search(g.words) for g in document.grids):
        return
    per_section: dict[int, list[Sentence]] = defaultdict(list)
    for sentence in document.sentences:
        if sentence.role not in (Role.REFERENCES, Role.RELATED, Role.INTRODUCTION) and not sentence.cites:
            per_section[sentence.section] += [sentence] * len(_P_VALUE.findall(sentence.text))
    for found in per_section.values():
        if len(found) >= _MANY:
            yield Remark(
                message=f"{len(found)} p-values stand in this section, and no correction for their number is named.",
                at=at(found[0]),
            )
            return
    for grid in document.grids:
        columns = [
            n
            for n, name in enumerate(grid.header)
            if re.fullmatch(r"\W*p\W*(?:values?)?\W*", name.strip(), re.IGNORECASE)
        ]
        if not _is_baseline(grid) and any(
            sum(bool(re.search(r"\d", cell)) for cell in grid.column(n)) >= _MANY for n in columns
        ):
            yield Remark(
                message="This table has three p-values or more, and no correction for their number is named.",
                at=grid.start,
            )
            return


def _is_baseline(grid: Grid) -> bool:
    """Whether a table describes the patients: its p-values compare groups at the start and prove nothing."""
    if re.search(r"\b(?:HR|OR|RR|ratios?|coefficients?|estimates?|β|beta)\b", " ".join(grid.header)):
        return False
    heads = " ".join(row[0] for row in grid.rows if row)
    return bool(_BASELINE.search(grid.caption)) or len(set(map(str.casefold, _TRAITS.findall(heads)))) >= _MANY


def _holm(context: Context, frame: pd.DataFrame) -> Iterator[Remark]:
    """The adjusted column against Holm's of the raw one, where it is said to be Holm's."""
    if not {"p_raw", "p_adj"} <= set(frame.columns):
        return
    method = " ".join(frame["method"].astype(str)).casefold() if "method" in frame else "holm"
    if "holm" not in method:
        return
    table = frame[["p_raw", "p_adj"]].apply(pd.to_numeric, errors="coerce").dropna().sort_values("p_raw")
    n, highest = len(table), 0.0
    for rank, (index, row) in enumerate(table.iterrows()):
        highest = max(highest, min(1.0, (n - rank) * float(row["p_raw"])))
        if abs(highest - float(row["p_adj"])) > max(5e-4, 0.01 * highest):
            yield Remark(
                message=f"The adjusted p of this row is {row['p_adj']:g}; Holm's of p = {row['p_raw']:g} among {n} is {highest:.4g}.",
                path=context.paths.get("comparisons"),
                line=int(str(index)) if str(index).isdigit() else None,
                severity=Severity.ERROR,
                expected=f"{highest:.4g}",
                got=f"{row['p_adj']:g}",
            )


CLUSTERS = Rule(
    id="EVA-04",
    title="CI or test ignores clustering",
    severity=Severity.ERROR,
    check=_clustering_ignored,
    types="DMC",
    needs=("manuscript", "manifest", "cases", "counts"),
    does="Where there are more scans than patients, looks for a statement that intervals and tests resample or model patients; with the table of scores, computes printed intervals again over patients.",
    why="Two scans of one patient are not two patients; intervals over scans are too narrow.",
    bad="95 % intervals were obtained by bootstrap. (1,153 scans of 802 patients)",
    good="95 % intervals were obtained by a bootstrap that resampled patients.",
    fix="Resample patients (review evidence evaluate does), and say so.",
    serves=("claim-2024:29", "tripod-ai:12d", "grras:10", "neurips:7"),
)
BETTER = Rule(
    id="EVA-05",
    title="Superiority claimed without a paired test",
    severity=Severity.ERROR,
    check=_untested_superiority,
    types="DM",
    asks=True,
    needs=("manuscript", "comparisons"),
    does="Looks for outperforms, better than, state of the art and significantly without a paired difference, its interval, or a named test nearby.",
    why="Two means side by side are no comparison: the cases are the same, so the differences are what counts.",
    bad="Our network outperforms nnU-Net (0.86 against 0.85).",
    good="The mean paired difference was 0.010 (95 % CI 0.004 to 0.016; Wilcoxon signed rank, p = 0.002).",
    fix="Give the paired difference with its interval and the test (review evidence evaluate --compare), or drop the claim.",
    serves=("claim-2024:29", "miccai:D8", "neurips:7", "clear:41", "stard-ai:18"),
)
MANY = Rule(
    id="EVA-06",
    title="Multiple comparisons uncorrected",
    severity=Severity.WARNING,
    check=_uncorrected,
    types="DMC",
    asks=True,
    needs=("manuscript", "comparisons"),
    does="Counts p-values per section and table; with three or more it looks for a named correction or the word exploratory. An adjusted column is computed again.",
    why="Of twenty comparisons one is significant by chance.",
    bad="p = 0.03, p = 0.04 and p = 0.01 for three classes.",
    good="p-values are Holm-adjusted over the ten classes.",
    fix="Name the correction and its family, or say that the analyses are exploratory and uncorrected.",
    serves=("claim-2024:29", "neurips:7", "miccai:D8", "tripod-ai:12e"),
)
RULES = (CLUSTERS, BETTER, MANY)

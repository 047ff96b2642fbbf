"""PART: what a paper of its kind must have beside its numbers: title words, cited figures, limitations, intended use, definitions."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from review.domain.finding import Severity
from review.lint.document import Document
from review.lint.metrics import metrics_in
from review.lint.numbers import Kind
from review.lint.rule import Context, Remark, Rule, at, quoted
from review.lint.sections import Role

_AI = re.compile(
    r"\b(?:AI|artificial\sintelligence|(?:machine|deep|transfer|representation|federated|contrastive|reinforcement|supervised|curriculum|meta)[- ]learning|(?:self|semi|weakly|un)[- ]?supervised|deep\s(?:[\w-]+\s){0,2}?models?|learn(?:ing|ed)[- ]based|learning\sto|pre-?train\w*|attention|diffusion\smodels?|generative|neural\snetworks?|convolutional|transformers?|language\smodels?|automat\w+|radiomics|foundation\smodels?|segmentation\sof|networks?|CNNs?|LLMs?|GPT\S*|BERT|classifiers?|random\sforests?|support\svector|gradient\sboosting|EfficientNet|ResNet\S*|U-?Net\S*)\b",
    re.IGNORECASE,
)
_LEARNED = re.compile(
    r"\b(?:AI|artificial\sintelligence|machine[- ]learning|deep[- ]learning|(?:neural|Bayesian)\snetworks?|convolutional|transformers?|language\smodels?|radiomics?|"
    r"foundation\smodels?|random\sforests?|support\svector|nnU-?Net|U-?Net\S*|EfficientNet\S*|ResNet\S*|learned\smodel|(?:train|learn)(?:s|ed|ing)\b[^.]{0,40}\b(?:model|network)s?|"
    r"(?:model|network)s?\b[^.]{0,40}\b(?:trained|learned))\b|\bnetworks?\sthat\b",
    re.IGNORECASE,
)
_TITLES = {
    "S": (re.compile(r"\bscoping\sreview\b", re.IGNORECASE), "“scoping review”", "prisma-scr:1"),
    "D": (
        re.compile(
            r"\bdata\s?sets?\b|\bbenchmark|\bdatabase\b|\bcorpus\b|\bcollection\b|\bchallenge\b|\d+k\b", re.IGNORECASE
        ),
        "“dataset” or “benchmark”",
        "bias:1",
    ),
    "M": (_AI, "that it is about AI", "claim-2024:1"),
    "C": (_AI, "that it is about AI", "claim-2024:1"),
}
_FLOAT = re.compile(r"^[ \t]*(?:\*\*)?(?P<kind>Figure|Fig\.|Table)\s+(?P<n>\d+)[.:](?!\d)", re.MULTILINE)
_CITE = re.compile(r"\b(?P<kind>Figs?\.|Figures?|Tables?)\s*(?P<list>\d+[a-z]?(?:\s*(?:,|and|&|–|-|to)\s*\d+[a-z]?)*)")
_USE = re.compile(
    r"\b(?:as|is|be|become)\s(?:an?\s)(?:[\w-]+\s){0,4}?(?:tools?|aid|adjunct|second\sreader)\s(?:[\w-]+\s){0,2}?(?:to|for|in)\b|\bintended\s(?:use|for|to\sbe\sused)|\bmeant\sto\sbe\sused|\bintended[- ]use",
    re.IGNORECASE,
)
_DEPLOY = re.compile(
    r"\bdeploy\w+|\bintended[- ]use\spopulation|\bdiffer\w*\sfrom\b[^.]*\bpopulation|\bscanners?\b[^.]*\b(?:differ|other|not)\b|\btransport\w*|\bgenerali[sz]\w+\b[^.]*\b(?:site|scanner|population|protocol|hospital)|\b(?:single|one)[- ](?:institution|cent(?:re|er)|hospital|site)\b[^.]*\b(?:limit|generali|transport|appl)\w+",
    re.IGNORECASE,
)
_DEFINITIONS = {
    "hd95": re.compile(r"95(?:th|\s?%)?[\s-]percentile|\bmm\b|spacing|maximum\sof\sthe|pooled", re.IGNORECASE),
    "nsd": re.compile(r"\btoleran\w+|\b\d(?:\.\d)?\s?mm\b", re.IGNORECASE),
    "auprc": re.compile(r"\bIoU\b|threshold|\binterpolat|match", re.IGNORECASE),
}
# The area under a precision-recall curve of a classifier has no match threshold; the average precision of a detector has.
_DETECTS = re.compile(
    r"\bmAP\b|\b(?:object|lesion|nodule|fracture|polyp)s?[- ]detect\w+|\bdetect\w+\sof\s(?:\w+\s){0,2}(?:lesions?|nodules?|fractures?|polyps?)|\bbounding\sbox|\bdetectors?\b",
    re.IGNORECASE,
)
_SUPERSEDED = (
    (
        re.compile(r"\bTRIPOD\b(?!\s?[+-]\s?(?:AI|LLM|SRMA|Cluster))(?!\s(?:\+|and)\s?AI)", re.IGNORECASE),
        "TRIPOD 2015",
        "TRIPOD+AI (2024)",
        "MC",
    ),
    (re.compile(r"\bCLAIM\s(?:\(?2020\)?|checklist\s\(?2020)", re.IGNORECASE), "CLAIM 2020", "CLAIM 2024", "DMC"),
    (re.compile(r"\bCONSORT\s\(?2010", re.IGNORECASE), "CONSORT 2010", "CONSORT 2025 and CONSORT-AI", "C"),
    (re.compile(r"\bPRISMA\s\(?2009|\bPRISMA\sstatement\s\(?2009", re.IGNORECASE), "PRISMA 2009", "PRISMA 2020", "S"),
    (re.compile(r"\bSTARD\b(?!\s?-\s?AI)(?:\s\(?2015)?", re.IGNORECASE), "STARD 2015", "STARD-AI (2025)", "C"),
)
_DISCLOSED = re.compile(
    r"\b(?:generative\s(?:AI|artificial)|AI[- ]assisted|language\smodels?|ChatGPT|Claude|Copilot|Gemini)\b[^.]*\b(?:used|assist\w+|not\sused|draft\w+|edit\w+|writ\w+)|\b(?:no|without)\s(?:generative\s)?(?:AI|artificial\sintelligence)\b",
    re.IGNORECASE,
)


def _title(context: Context) -> Iterator[Remark]:
    wanted = _TITLES.get(context.letter)
    title = context.document.title
    if context.letter in ("M", "C") and not _speaks_of_ai(context):
        return
    if wanted and title and "{{" not in title and not wanted[0].search(title):
        yield Remark(message=f"The title {quoted(title, 50)} does not say {wanted[1]}.", line=1)


def _speaks_of_ai(context: Context) -> bool:
    """Whether the paper is about a learned model at all; a study of measurements need not say so."""
    said = " ".join([context.document.title, *(s.text for s in context.document.of(Role.ABSTRACT, Role.FRONT))])
    return not said.strip() or _LEARNED.search(said) is not None


def _floats(context: Context) -> Iterator[Remark]:
    """Figures and tables with a number: each cited, in order, and numbered once."""
    document = context.document
    captions = [(m["kind"][0].upper(), int(m["n"]), m.start()) for m in _FLOAT.finditer(document.body)]
    counted = Counter((kind, n) for kind, n, _ in captions)
    cited: dict[tuple[str, int], int] = {}
    for sentence in document.sentences:
        if sentence.caption:
            continue
        for match in _CITE.finditer(sentence.text):
            for n in _listed(match["list"]):
                cited.setdefault((match["kind"][0], n), at(sentence, match.start()))
    names = {"F": "Figure", "T": "Table"}
    last = {(kind, n): place for kind, n, place in captions}
    for kind, n, place in captions:
        if (kind, n) not in cited:
            yield Remark(message=f"{names[kind]} {n} is never mentioned in the text.", at=place)
        if counted[kind, n] > 1 and place == last[kind, n]:
            yield Remark(message=f"There are {counted[kind, n]} captions {names[kind]} {n}.", at=place)
    for kind, name in names.items():
        order = [n for k, n in cited if k == kind and (k, n) in counted]
        if order != sorted(order):
            late = next(n for n, following in zip(order, sorted(order), strict=True) if n != following)
            yield Remark(
                message=f"{name} {late} is mentioned before {name} {sorted(order)[order.index(late)]}.",
                at=cited[kind, late],
                severity=Severity.INFO,
            )


def _listed(text: str) -> list[int]:
    ranged = re.fullmatch(r"(\d+)[a-z]?\s*(?:–|-|to)\s*(\d+)[a-z]?", text.strip())
    if ranged and int(ranged[1]) < int(ranged[2]) < int(ranged[1]) + 30:
        return list(range(int(ranged[1]), int(ranged[2]) + 1))
    return [int(n) for n in re.findall(r"\d+", text)]


def _limitations(context: Context) -> Iterator[Remark]:
    document = context.document
    own = [s for s in document.of(Role.LIMITATIONS) if not s.caption]
    if any(document.sections[task.section].role is Role.LIMITATIONS for task in document.tasks):
        return  # it is still to be written, which is said already
    if not own:
        paragraphs = {
            s.paragraph
            for s in document.of(Role.DISCUSSION, Role.CONCLUSION)
            if re.search(
                r"\blimit(?:ation|ations|ed\sby)\b|\blimits\sof\b|\b(?:weakness|shortcoming|drawback|caveat)|\bresidual\sconfounding|"
                r"\bwe\s(?:did\snot|didn[’']t|could\snot|were\snot\sable\sto|were\sunable\sto)\s(?:account|adjust|assess|consider|examine|evaluate|control|test)",
                s.text,
                re.IGNORECASE,
            )
        }
        own = [s for s in document.sentences if s.paragraph in paragraphs]
    if sum(1 + s.text.count(";") for s in own) < 3:  # a list between semicolons is one sentence
        told = (
            "There is no section and no paragraph on limitations."
            if not own
            else f"The limitations take {len(own)} sentence{'s' if len(own) > 1 else ''}."
        )
        yield Remark(message=told, at=at(own[0]) if own else None)


def _intended_use(context: Context) -> Iterator[Remark]:
    if not _speaks_of_ai(context):
        return
    for name, pattern, fix in (
        ("the intended use", _USE, "Say who is to use it, on whom, for which decision."),
        (
            "how the patients studied differ from those it is meant for",
            _DEPLOY,
            "Compare scanner, protocol and demographics of the two.",
        ),
    ):
        if context.document.says(pattern) is None:
            yield Remark(message=f"Not said: {name}.", hint=fix)


def _definitions(context: Context) -> Iterator[Remark]:
    document = context.document
    used = {name for s in document.of(Role.RESULTS, Role.ABSTRACT) for name in metrics_in(s.text)} | {
        name for g in document.grids for name in metrics_in(g.words)
    }
    said = " ".join(s.text for s in document.sentences if s.role is not Role.REFERENCES)
    for name, pattern in _DEFINITIONS.items():
        if name == "auprc" and not _DETECTS.search(said):
            continue
        if name in used and not pattern.search(said):
            what = {
                "hd95": "HD95: which percentile, in mm",
                "nsd": "the surface metric: its tolerance",
                "auprc": "average precision: its match threshold",
            }[name]
            yield Remark(message=f"Results use a metric that is not defined ({what}).")


def _editions(context: Context) -> Iterator[Remark]:
    for sentence in context.document.sentences:
        if sentence.role is Role.REFERENCES:
            continue
        for pattern, old, new, types in _SUPERSEDED:
            if context.letter in types and (match := pattern.search(sentence.text)):
                yield Remark(
                    message=f"{old} is superseded by {new}.",
                    at=at(sentence, match.start()),
                    got=match[0],
                    hint=f"Follow {new}.",
                )


def _abstract_only(context: Context) -> Iterator[Remark]:
    """Numbers of the abstract that stand nowhere else, not even with more digits or as a percentage."""
    document = context.document
    if not any(s.role in (Role.RESULTS, Role.METHODS) for s in document.sentences):
        return
    known, told = sorted(_elsewhere(document)), set[Fraction]()
    for sentence in document.of(Role.ABSTRACT):
        for number in sentence.numbers if not sentence.cites else ():
            if number.kind is Kind.OTHER or number.spelled or number.value in told:
                continue
            scales = (1,) if number.kind is Kind.COUNT else (1, 100, Fraction(1, 100))
            if not any(_among(abs(number.value) * by, number.half * by, known) for by in scales):
                told.add(number.value)
                yield Remark(
                    message=f"{number.shown} stands in the abstract and nowhere else.",
                    at=at(sentence, number.start),
                    got=number.shown,
                )


def _elsewhere(document: Document) -> Iterator[Fraction]:
    """Every number of the text behind the abstract, and of the tables."""
    for sentence in document.sentences:
        if sentence.role is not Role.ABSTRACT:
            yield from (abs(number.value) for number in sentence.numbers)
    for grid in document.grids:
        for found in re.findall(r"\d{1,3}(?:,\d{3})+|\d*\.\d+|\d+", grid.words):
            yield Fraction(found.replace(",", "") if not found.startswith(".") else f"0{found}")


def _among(value: Fraction, half: Fraction, known: Sequence[Fraction]) -> bool:
    """Whether a number is one of those known, or one of them with its last digits rounded away."""
    place = bisect_left(known, value - half)
    return place < len(known) and known[place] <= value + half


def _disclosure(context: Context) -> Iterator[Remark]:
    if "ai" in (context.venue.get("statements") or ()) and context.document.says(_DISCLOSED) is None:
        yield Remark(
            message="This venue asks for a sentence on the use of generative AI in writing, also if none was used."
        )


def _rule(
    name: str, title: str, check: object, severity: Severity = Severity.WARNING, types: str = "DMCS", **told: object
) -> Rule:
    return Rule(id=name, title=title, severity=severity, check=check, types=types, asks=True, **told)  # type: ignore[arg-type]


TITLE = _rule(
    "PART-01",
    "The title does not say what the paper is",
    _title,
    does="Looks in the title for scoping review, dataset or benchmark, or the AI.",
    why="Guidelines ask for it as item 1, and readers search for it.",
    bad="Lumbosacral vertebrae: what do we know?",
    good="Machine learning for lumbosacral transitional vertebrae: a scoping review",
    fix="Name the kind of study in the title.",
    serves=("prisma-scr:1", "claim-2024:1"),
)
FLOATS = _rule(
    "PART-02",
    "A figure or table is not mentioned, or numbered twice",
    _floats,
    does="Compares captions Figure n and Table n with where they are mentioned.",
    why="A figure that the text does not mention is read by nobody; a wrong number costs credibility.",
    bad="Figure 3 has a caption and no mention.",
    good="(Figure 3)",
    fix="Mention it where it belongs, and number in the order of mention.",
    serves=("tutorial:6.small",),
)
LIMITATIONS = _rule(
    "PART-03",
    "Limitations absent or too short",
    _limitations,
    does="Looks for a section or paragraph on limitations with three sentences at least.",
    why="What the authors do not say, the reviewers will.",
    bad="This study has limitations.",
    good="A section of several sentences: one centre, few rare cases, one reader.",
    fix="Say what the data, the labels and the evaluation cannot show.",
    serves=("claim-2024:40", "prisma-scr:20"),
)
USE = _rule(
    "PART-04",
    "Intended use or deployment gap absent",
    _intended_use,
    types="C",
    does="Looks for the intended use and for a sentence on how the cohort differs from those it is meant for.",
    why="Clinical reviewers ask who would use it tomorrow, and on whom.",
    bad="The model may help clinicians.",
    good="It is intended for triage of lumbar radiographs; all scans here are CT of one vendor.",
    fix="Say for whom it is meant and how they differ from the validation cohort.",
    serves=("tutorial:4", "claim-2024:43"),
)
DEFINITIONS = _rule(
    "PART-05",
    "A metric is used and not defined",
    _definitions,
    types="DMC",
    does="Where HD95, a surface metric or average precision is used, looks for its percentile, tolerance or threshold.",
    why="Two programs give two values for one HD95.",
    bad="NSD was 0.93.",
    good="NSD at a tolerance of 2 mm was 0.93.",
    fix="Define it in Methods, with tool and version.",
    serves=("metrics-reloaded:P2", "tutorial:7"),
)
EDITIONS = _rule(
    "PART-06",
    "A reporting guideline is superseded",
    _editions,
    does="Looks for editions that have been replaced.",
    why="Editors ask for the current checklist.",
    bad="Reported by TRIPOD.",
    good="Reported by TRIPOD+AI.",
    fix="Use the current edition.",
    serves=("tripod-ai:1",),
)
ABSTRACT = _rule(
    "PART-07",
    "A number of the abstract stands nowhere else",
    _abstract_only,
    by_section=True,
    does="Looks for each number of the abstract in the text and the tables; those that stand nowhere else are one finding.",
    why="The abstract is written last and updated first; what stands only there is stale or unsupported.",
    bad="1,137 volumes in the abstract, 1,153 in the text.",
    good="The same number in both.",
    fix="Give it in Results too, or correct it.",
    serves=("prisma-scr:2", "claim-2024:2"),
)
DISCLOSURE = _rule(
    "PART-08",
    "No statement on AI in writing",
    _disclosure,
    does="Where the venue asks for it, looks for a sentence on generative AI in writing.",
    why="Such venues return a paper without it.",
    bad="(nothing)",
    good="No generative AI was used in writing.",
    fix="Add the sentence.",
    serves=("neurips:16",),
)
RULES = (TITLE, FLOATS, LIMITATIONS, USE, DEFINITIONS, EDITIONS, ABSTRACT, DISCLOSURE)

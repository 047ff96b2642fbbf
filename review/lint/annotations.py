"""AGR-03: who annotated how, where the labels are the paper's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from review.lint.document import Sentence
from review.lint.rule import Context, Remark, at
from review.lint.sections import Role

RATERS = re.compile(
    r"\breviewers?\s\(\w+\sin\sall|\b(?:two|three|four|five|six|seven|eight|nine|ten|both|\d+|pairs?\sof)\s(?:[\w-]+\s){0,3}?(?:readers?|raters?|reviewers?|annotators?|observers?|radiologists?|experts?|screeners?|people|surgeons?|physicians?|authors?|students?|assessors?|coders?|clinicians?)",
    re.IGNORECASE,
)
_ANNOTATED = re.compile(
    r"\bannotat|\blabel(?:led|ed|ing|s)\b|\bdelineat|\bsegmented\s(?:manually|by)|\bcontour|\bgraded\sby|\bread\sby|\breader",
    re.IGNORECASE,
)
_ASPECTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        (
            "how many annotators there were",
            RATERS.pattern
            + r"|\b(?:a|one)\s(?:single\s)?(?:[\w-]+\s){0,3}?(?:reader|rater|annotator|radiologist|expert|surgeon|student)\b",
        ),
        (
            "their expertise",
            r"years?\sof\s(?:experience|practice|training)|board[- ]certified|experienced|fellowship|(?:medical\s)?students?|residents?|radiologists?|surgeons?|neuroradiolog|experts?\b",
        ),
        (
            "the instructions they had",
            r"\b(?:annotation|labell?ing|reading|grading)\s(?:protocol|guidelines?|instructions?|manual|guide)|\bprotocol\b|\binstruction|written\s(?:guide|rules)|\baccording\sto\b",
        ),
        (
            "the software",
            r"ITK-?SNAP|3D\sSlicer|\bSlicer\b|MITK|Label\s?Studio|CVAT|nnInteractive|MONAI\sLabel|\bsoftware\b|\bannotation\stool|\bplatform|\bviewer\b|spreadsheet",
        ),
        (
            "how disagreements were settled",
            r"\bdisagree\w*|\b(?:inconsistenc|discrepanc)\w+|\bconflict(?:s|ing)\b|\badjudicat\w+|\bconsensus|\bmajority\b|\bthird\s(?:reader|rater|reviewer|radiologist)|\bSTAPLE\b|\barbitrat",
        ),
        (
            "which cases were read more than once",
            r"\b(?:twice|double[- ](?:read|annotat)|independently|second\sread|both\s(?:readers|raters|annotators|reviewers)|re-?(?:read|annotated)|multiple\sreaders|all\s(?:cases|scans|images)\swere\s(?:read|annotated)\sby\s(?:two|both|three))",
        ),
        (
            "how uncertainty is labelled",
            r"\buncertain\w*|\bambiguous|\bconfidence\s(?:score|level|label|grade)|\bindeterminate|\bunsure|\bgraded?\sas\s(?:certain|probable)|\bdoubtful",
        ),
    )
)
_INHERITED = re.compile(
    r"\b(?:inherit\w*|taken\sover|released\swith|provided\sby|from\sthe\soriginal|source)\b[^.]*\b(?:labels?|annotations?|masks?)|\b(?:labels?|annotations?|masks?)\b[^.]*\b(?:inherit\w*|taken\s(?:over\s)?from|provided\sby|original)",
    re.IGNORECASE,
)
# Work of people on the data; `features and labels` alone is the speech of programs.
_BY_PEOPLE = re.compile(
    r"\bannotat|\bdelineat|\bcontour|\bsegmented\s(?:manually|by)|\blabell?(?:ed|ing)\b|\b(?:hand|manual|expert|reference)[- ](?:corrected\s)?(?:\w+\s)?labels?\b|\bgraded\sby|\bread\sby|\breaders?\b|\braters?\b",
    re.IGNORECASE,
)
# A named collection that has labels of its own: `VerSe supplies vertebral labels`.
_SUPPLIED = re.compile(
    r"\b(?!(?:It|This|That|Table|Figure|Section|Appendix)\b)[A-Z][\w-]*\s(?:supplies|provides|comes\swith|ships\swith|offers)\s(?i:(?:[\w-]+\s){0,6}?(?:labels?|annotations?|masks?|segmentations?))\b"
)
_WHERE = (Role.METHODS, Role.OTHER, Role.ABSTRACT, Role.RESULTS, Role.FRONT)
_PUBLIC = re.compile(
    r"\b(?:public(?:ly)?|open|challenge|benchmark|published|released)\b(?:\s[\w-]+){0,5}?\s?(?:data\s?sets?|collections?|cohorts?|databases?|benchmarks?|repositor(?:y|ies)|images|scans|cases|volumes)\b|"
    r"\bchallenge\sdata|\b(?:data|images|scans|recordings|volumes)\s(?:from|of|in)\sthe\s(?:[\w-]+\s){1,6}?(?:databases?|data\s?sets?|collections?|archives?|repositor(?:y|ies)|challenges?)\b|"
    r"\bpreviously\s(?:published|collected|released)\b|\b(?:data\s?sets?|collections?|databases?)\b[^.]{0,30}\bpublic(?:ly)?\b(?:\s(?:available|accessible))?",
    re.IGNORECASE,
)
_FETCHED = re.compile(
    r"\b(?:used|obtained|downloaded|retrieved|drawn|taken)\b[^.]*\b(?:Zenodo|Figshare|PhysioNet|TCIA|Cancer\sImaging\sArchive|Kaggle|OpenNeuro|Dryad|Mendeley\sData|UK\sBiobank|ADNI)\b",
    re.IGNORECASE,
)
# A cited collection by its name: `We use three MedMNIST v2 subsets [@yang2023]`.
_TAKEN = re.compile(
    r"\b[Ww]e\s(?:use|used|evaluated?\son|trained?\son)\s(?:[\w+/.-]+\s){0,4}?(?=\w*[A-Z])[\w+/.-]+\s(?:[\w+/.-]+\s){0,4}?(?:subsets?|data|data\s?sets?|collections?|cohorts?|challenges?|images|scans|recordings)\b"
)
# Data that were there before, and are used here: `three popular datasets which are publicly available are considered for training`.
_USED = re.compile(
    r"\b(?:us(?:e|ed|ing)|considered|train\w*|evaluat\w+|experiment\w*|downloaded|obtained)\b", re.IGNORECASE
)
_WE_RELEASE = re.compile(
    r"\b(?:releas\w+|make|made|making|publish|provide|contribut\w+|introduce|present)\b", re.IGNORECASE
)
_OWN_LABELS = re.compile(
    r"\bwe\s(?:\w+\s){0,2}?(?:annotat|delineat|label|contour)\w*ed\b|\bour\s(?:\w+\s){0,2}?(?:annotat|delineat|label|contour)\w+|\b(?:were|was)\s(?:\w+ly\s)*(?:annotated|delineated|segmented|contoured|labelled|labeled|graded)\s(?:\w+ly\s)*(?:by|using|in)\b",
    re.IGNORECASE,
)


def provenance(context: Context) -> Iterator[Remark]:
    document = context.document
    if _labels_of_others(context):
        return
    given = {str(key).casefold() for key, value in (context.labels or {}).items() if value}
    first = document.says(_ANNOTATED, _WHERE) or document.says(_ANNOTATED)
    roles = [role for role in Role if role not in (Role.REFERENCES, Role.RELATED, Role.INTRODUCTION)]
    unsaid = [
        name
        for name, pattern in _ASPECTS
        if document.says(pattern, roles) is None and not (given & set(re.findall(r"[a-z]+", name)))
    ]
    if unsaid:
        yield Remark(
            message=f"About the annotations it is not said: {'; '.join(unsaid)}.", at=at(first) if first else None
        )
    yield from _after_consensus(context)


def _labels_of_others(context: Context) -> bool:
    """Whether the labels are those of cited data, or a method paper has nothing to do with labels by people."""
    document = context.document
    inherited = document.says(_INHERITED)
    if inherited is not None and inherited.cites:
        return True
    if context.letter == "D":
        return False
    public = {s.section for s in document.of(*_WHERE) if _is_public(s)}
    if any(_OWN_LABELS.search(s.text) and s.section not in public for s in document.of(*_WHERE)):
        return False
    return bool(public) or document.says(_SUPPLIED) is not None or document.says(_BY_PEOPLE, _WHERE) is None


def _is_public(sentence: Sentence) -> bool:
    """Whether a sentence says that the data are those of others: public and cited (abstracts cite nothing), or fetched from an archive."""
    if _PUBLIC.search(sentence.text):
        used = _USED.search(sentence.text) is not None and _WE_RELEASE.search(sentence.text) is None
        if sentence.cites or sentence.role is Role.ABSTRACT or used:
            return True
    return _FETCHED.search(sentence.text) is not None or bool(sentence.cites and _TAKEN.search(sentence.text))


def _after_consensus(context: Context) -> Iterator[Remark]:
    frame = context.ratings
    if frame is None or "phase" not in frame:
        return
    phases = frame["phase"].astype(str).str.casefold()
    if phases.str.contains("consensus").any() and not phases.str.contains("independent|first|initial|before").any():
        yield Remark(
            message="All ratings are of the consensus phase: agreement was computed after the raters had agreed.",
            path=context.paths.get("ratings"),
            line=2,
        )

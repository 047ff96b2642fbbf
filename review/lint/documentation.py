"""REL-04 and REL-05: the documentation of a dataset, and the ethics of a study."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from review.domain.finding import Severity
from review.lint.rule import Context, Remark, Rule, at, missing, quoted
from review.lint.sections import Role
from review.lint.words import unit_of

# REL-04

_REQUIRED = (
    "@context",
    "@type",
    "conformsTo",
    "name",
    "description",
    "url",
    "license",
    "creator",
    "datePublished",
    "distribution",
)
_QUESTION = re.compile(r"^(?:#{2,6}\s+|\*\*)(?P<ask>[^\n]*\?)\**\s*$", re.MULTILINE)
_OPEN_ANSWER = re.compile(r"^\s*(?:>\s*\*\*To write|TODO|TBD|\[.*\]|_*|…|\.\.\.)?\s*$", re.IGNORECASE)


def _documentation(context: Context) -> Iterator[Remark]:
    release = context.release
    if release is None or release.croissant is None:
        yield missing("croissant")
    else:
        lacking = [name for name in _REQUIRED if not _has(release.croissant, name)]
        if lacking:
            yield Remark(
                message=f"croissant.json lacks {', '.join(lacking)}.", path=context.paths.get("croissant"), line=1
            )
        if context.settings.venue.startswith("neurips") and not any(
            str(key).startswith("rai:") for key in release.croissant
        ):
            yield Remark(
                message="croissant.json has no responsible-AI fields (rai:…), which this venue asks for.",
                path=context.paths.get("croissant"),
                line=1,
            )
        yield from _counts_of(context, str(release.croissant.get("description", "")), name="croissant")
    if release is None or release.datasheet is None:
        yield missing("datasheet")
        return
    questions = list(_QUESTION.finditer(release.datasheet))
    for n, match in enumerate(questions):
        end = questions[n + 1].start() if n + 1 < len(questions) else len(release.datasheet)
        answer = re.sub(r"^#{1,6}\s.*$", "", release.datasheet[match.end() : end], flags=re.MULTILINE).strip()
        if _OPEN_ANSWER.fullmatch(answer.split("\n")[0] if answer else ""):
            line = release.datasheet.count("\n", 0, match.start()) + 1
            yield Remark(
                message=f"The datasheet leaves a question open: {quoted(match['ask'].strip('*# '), 60)}.",
                path=context.paths.get("datasheet"),
                line=line,
            )
    yield from _counts_of(context, release.datasheet, name="datasheet")


def _has(croissant: Mapping[str, Any], name: str) -> bool:
    forms = {name, f"sc:{name}", f"dct:{name}", f"cr:{name}"}
    return any(croissant.get(form) not in (None, "", [], {}) for form in forms)


def _counts_of(context: Context, text: str, *, name: str) -> Iterator[Remark]:
    """Totals in the datasheet, or in the description of croissant.json, against the accounting."""
    called = "datasheet" if name == "datasheet" else "description in croissant.json"
    if context.counts is None:
        return
    totals = {
        unit_of(q.unit): q
        for q in context.counts.quantities
        if (q.subset or "all") in {"all", "total"} and q.number.whole
    }
    for match in re.finditer(
        r"\b(\d{1,3}(?:,\d{3})+|\d+)\s(?:[\w-]+\s)?([a-z]+)\sin\s(?:total|all)\b|\btotal\sof\s(\d{1,3}(?:,\d{3})+|\d+)\s(?:[\w-]+\s)?([a-z]+)",
        text,
    ):
        number, word = match[1] or match[3], match[2] or match[4]
        known = totals.get(unit_of(word))
        if known is not None and int(number.replace(",", "")) != known.number.value:
            line = text.count("\n", 0, match.start()) + 1 if name == "datasheet" else 1
            yield Remark(
                message=f"The {called} says {number} {word} in all, the accounting {known.number}.",
                path=context.paths.get(name),
                line=line,
                expected=str(known.number),
                got=number,
            )


# REL-05

_BOARD = re.compile(
    r"\bIRBs?\b|\b(?:ethics?|ethical|bioethics)\s(?:(?:and\s)?\w+\s)?(?:committees?|boards?|review|approval|commission|council)|\bComit[éeè]s?\b[^.]*\b(?:personnes|[ée]thique|[ée]tica)|\binstitutional\sreview|\bethics\b[^.]*\b(?:approv|waiv|exempt)|\bHelsinki|\bHIPAA|\bexempt\w*\b",
    re.IGNORECASE,
)
# Under a heading on ethics a board may go by its letters alone: `HSREB approval for DMED-2441-21`.
_NUMBERED = re.compile(r"\b[A-Z]{2,}\b[^.]*\bapprov|\bapprov[^.]*\b[A-Z]{2,}[\w/-]*\d|\bapproved\sby\b")
_DECIDED = re.compile(
    r"\bapprov\w+|\bwaive[rd]?\w*|\bexempt\w*|\bnot\s(?:needed|required|necessary|human\ssubjects)|\bno\s(?:\w+\s)?(?:approval|review)\s(?:was\s)?(?:needed|required|necessary)|\bdid\snot\srequire|\bnot\shuman",
    re.IGNORECASE,
)
_SPOKEN_OF = re.compile(r"\bethic\w*|\bapproval\b|\bapproved\sby\b", re.IGNORECASE)
_CONSENT = re.compile(r"\bconsent\w*", re.IGNORECASE)
_DEIDENTIFIED = re.compile(
    r"\bde-?identif\w+|\banonymi[sz]\w+|\bpseudonymi[sz]\w+|\bdefac(?:ed|ing)\b|\bskull-?strip|\bprotected\shealth\sinformation|\bHIPAA",
    re.IGNORECASE,
)


def _ethics(context: Context) -> Iterator[Remark]:
    document = context.document
    place = next((at(s) for s in document.of(Role.ETHICS)), None)
    found = next(
        (
            s
            for s in document.sentences
            if s.role is not Role.REFERENCES
            and _DECIDED.search(s.text)
            and (_BOARD.search(s.text) or (s.role is Role.ETHICS and _NUMBERED.search(s.text)))
        ),
        None,
    )
    if found is None:
        yield Remark(
            message="No sentence says that an ethics committee approved or waived the study, or why none was needed.",
            at=place,
            # A board has many names; where the text speaks of ethics at all, it may be said in words not known here.
            severity=Severity.ERROR if document.says(_SPOKEN_OF) is not None else None,
        )
    if context.letter == "D" and document.says(_DEIDENTIFIED) is None:
        yield Remark(message="How the data were de-identified is not said.", at=place)
    if context.letter == "C" and document.says(_CONSENT) is None:
        yield Remark(message="Consent is not mentioned: given, waived, or not needed and why.", at=place)


DOCUMENTATION = Rule(
    id="REL-04",
    title="Dataset documentation missing",
    severity=Severity.ERROR,
    check=_documentation,
    types="D",
    asks=True,
    needs=("croissant", "datasheet"),
    does="Looks for the ten required properties in croissant.json, for open questions in datasheet.md, and for totals in either that differ from the accounting.",
    why="Dataset tracks reject without machine-readable metadata; an unanswered datasheet is worse than none.",
    bad="croissant.json without license and distribution.",
    good="All ten properties, and every question of the datasheet answered or declared not applicable with a reason.",
    fix="Run review evidence release FOLDER and answer what it leaves open.",
    serves=("croissant:required", "datasheets:*", "neurips:13", "fair:F2"),
)
ETHICS = Rule(
    id="REL-05",
    title="Ethics / consent / de-identification statement missing",
    severity=Severity.BLOCKER,
    check=_ethics,
    types="DMC",
    asks=True,
    does="Looks for a sentence with a board and its decision or the reason for none; for datasets also how the data were de-identified, for clinical papers also consent.",
    why="Journals return a paper without it unread, also when the data are public.",
    bad="Public data were used.",
    good="The institutional review board of … waived approval, since the data are public and de-identified (no. 2021-17).",
    fix="Name the board, the number and the date, or say why none was needed, also for public data.",
    serves=(
        "tutorial:4",
        "claim-2024:11",
        "stard-ai:6",
        "tripod-ai:17",
        "neurips:15",
        "bias:10",
        "datasheets:P6",
        "miccai:B6",
    ),
)
RULES = (DOCUMENTATION, ETHICS)

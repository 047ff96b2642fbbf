"""REV-04 and REV-05: what programs did in a review, ranking records or deciding on them, and what is said of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from review.lint.rule import Context, Log, Remark, at, missing
from review.lint.sections import Role

_RANKED = re.compile(
    r"\bactive\slearning|\bprioriti[sz](?:ed|ation)\s(?:of\s)?(?:the\s)?(?:screening|records|titles|abstracts|by)|\b(?:screening|records)\b[^.]*\bprioriti[sz]|ASReview|Abstrackr|\bEPPI|RobotAnalyst|SWIFT|"
    r"\bmachine[- ]learning[- ](?:assisted|aided|based|prioriti[sz]ed)\s(?:screening|prioriti[sz]ation|ranking)|\branked\sby\s(?:a\s)?(?:model|predicted|relevance|TF-IDF|machine)|\brank(?:ed|ing)\b[^.]*\bTF-IDF",
    re.IGNORECASE,
)
_ELEMENTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        (
            "the tool and its version",
            r"\b(?:ASReview|Rayyan|EPPI\S*|Abstrackr|Scopewright|DistillerSR|Covidence|RobotAnalyst|SWIFT\S*)\b[^.]*?\bv?\d+\.\d+|\bversion\s\d",
        ),
        (
            "the model",
            r"TF-IDF|logistic|naive\sBayes|support\svector|\bSVM\b|neural|\bBERT|random\sforest|linear\smodel|classifier",
        ),
        (
            "the prior knowledge it began with",
            r"\bprior(?:s|\sknowledge|\srecords)\b|\bseed(?:s|ed|\srecords|\sstudies)?\b|\bknown[- ](?:relevant|to\sbe)|\binitial(?:ly)?\b[^.]*\b(?:labelled|screened|random)",
        ),
        (
            "the stopping rule",
            r"\bstop(?:ped|ping)?\b|\ball\s(?:the\s)?(?:\d[\d,]*\s)?records\s(?:were|have\sbeen)\s(?:\w+\s)?screened|\bevery\srecord\s(?:was|has\sbeen)\sscreened",
        ),
        (
            "how many records were left unscreened",
            r"\b(?:un|not\s(?:been\s)?)screened|\bleft\sunscreened|\bwithout\sscreening|\bnone\s(?:was|were)\sleft|\ball\s(?:the\s)?(?:\d[\d,]*\s)?records\s(?:were|have\sbeen)\s(?:\w+\s)?screened|\bevery\srecord\s(?:was|has\sbeen)\sscreened",
        ),
        (
            "an estimate of recall or a check of what was left",
            r"\brecall\b|\bsensitivity\b|\brandom\s(?:sample|check)|\bestimated\s(?:\w+\s)?missed|\ball\s(?:the\s)?(?:\d[\d,]*\s)?records\s(?:were|have\sbeen)\s(?:\w+\s)?screened|\bevery\srecord\s(?:was|has\sbeen)\sscreened",
        ),
    )
)
_LLM = re.compile(
    r"\bChatGPT|\bGPT-?\d|\bClaude\b|\bGemini\b|\bLlama\b|\bLLMs?\b|\blarge\slanguage\smodels?", re.IGNORECASE
)
_USED = re.compile(
    r"\b(?:screen\w+|select\w+|chart\w+|extract\w+|exclud\w+|classif\w+)\b[^.]*\b(?:with|by|using)\s(?:[A-Za-z-]+,?\s){0,4}?(?:ChatGPT|GPT|Claude|Gemini|Llama|LLM|language\smodel)|"
    r"(?:ChatGPT|GPT-?\d\S*|Claude|Gemini|Llama\S*|LLMs?|language\smodels?)\s(?:\([^)]*\)\s)?(?:was|were)\sused\s(?:to|for|as)\s(?:\w+\s){0,3}?(?:screen|select|chart|extract|exclu|classif|reviewer)",
    re.IGNORECASE,
)
_LLM_ELEMENTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("model and version", r"GPT-?\d|Claude[ -]\d|Gemini[ -]\d|Llama[ -]?\d|version\s\d|snapshot"),
        ("the date it was used", r"(?:19|20)\d\d"),
        ("the prompt", r"\bprompts?\b"),
        ("its parameters", r"\btemperature\b|\bseed\b|\bparameters?\b|\bdefault\ssettings"),
        ("how much of it a person verified", r"\bverif\w+|\bchecked\sby|\bconfirmed\sby|\bhuman\b|\breviewed\sby"),
        ("its agreement with people", r"\bagree\w*|\bkappa\b|\bsensitivity\b|\brecall\b|\bconcordan"),
    )
)
_COUNT = r"(?P<{}>\d{{1,3}}(?:,\d{{3}})+|\d+)\s(?:(?:of\sthem|records?|citations?|abstracts?|titles|were|was|had\sbeen|been|excluded|removed|rejected|marked(?:\sas\sineligible)?|automatically|manually)\s)*by\s(?:a\s|an\s|the\s|our\s|two\s|both\s|one\s|human\s|independent\s)*"
_BY_PEOPLE = re.compile(_COUNT.format("n") + r"(?:humans?|people|persons?|reviewers?|authors?|hand)\b", re.IGNORECASE)
_BY_PROGRAM = re.compile(
    _COUNT.format("n")
    + r"(?:\w+\s)?(?:automation|tools?|programs?|models?|classifiers?|machine|algorithm|LLMs?|ChatGPT|GPT-?\d?\S*|Claude|Gemini|Llama|ASReview)\b",
    re.IGNORECASE,
)
_OUT = re.compile(r"\b(?:exclu|remov|reject|ineligible)", re.IGNORECASE)
_ALL_OUT = re.compile(
    r"(?P<n>\d{1,3}(?:,\d{3})+|\d+)\s(?:records?|citations?|abstracts?|titles)\s(?:\w+\s)?(?:were|was)\s(?:excluded|removed|rejected)(?!\s(?:automatically\s|manually\s)?by\b)",
    re.IGNORECASE,
)
_HUMAN_SPLIT = re.compile(
    r"\b(?:by\s(?:a\s|the\s)?(?:human|person|people|reviewers?)|manually)\b[^.]*\b(?:automat\w+|tool|model|machine|LLM)|\b(?:automat\w+|tool|model|machine|LLM)\b[^.]*\b(?:by\s(?:a\s|the\s)?(?:human|person|people|reviewers?)|manually)\b",
    re.IGNORECASE,
)


def stopping(context: Context) -> Iterator[Remark]:
    document, log = context.document, context.log
    said = document.says(_RANKED, (Role.ABSTRACT, Role.METHODS, Role.RESULTS, Role.OTHER, Role.FRONT, Role.APPENDIX))
    ranked = said is not None or bool(context.screening and context.screening.get("ranking"))
    if not ranked:
        return
    for name, pattern in _ELEMENTS:
        if (
            document.says(
                pattern,
                (Role.METHODS, Role.RESULTS, Role.ABSTRACT, Role.OTHER, Role.FRONT, Role.LIMITATIONS, Role.APPENDIX),
            )
            is None
        ):
            yield Remark(
                message=f"Records were ranked by a program, and the text does not say: {name}.",
                at=at(said) if said else None,
            )
    if log is None:
        yield missing("decisions", what="whether screening stopped by its rule cannot be seen")
        return
    yield from _stopped_early(context, log)
    yield from _declared_late(context)
    if context.flow is not None and context.flow.left_unscreened != log.unscreened:
        yield Remark(
            message=f"The diagram leaves {context.flow.left_unscreened:,} records unscreened, the decisions {log.unscreened:,}.",
            path=context.paths.get("flow"),
            expected=f"{log.unscreened:,}",
            got=f"{context.flow.left_unscreened:,}",
            hint="Screened and unscreened records together are those left after deduplication.",
        )


def _stopped_early(context: Context, log: Log) -> Iterator[Remark]:
    if log.unscreened == 0:
        return
    if log.stopping_rule is None:
        yield Remark(
            message=f"{log.unscreened:,} records were left unscreened, and the protocol declares no stopping rule.",
            path=context.paths.get("decisions"),
        )
    elif log.trailing_excludes is not None and log.trailing_excludes < log.stopping_rule:
        yield Remark(
            message=f"Screening stopped after {log.trailing_excludes:,} irrelevant records in a row; the rule asks for {log.stopping_rule:,}.",
            path=context.paths.get("decisions"),
            expected=f"{log.stopping_rule:,}",
            got=f"{log.trailing_excludes:,}",
        )


def _declared_late(context: Context) -> Iterator[Remark]:
    """A stopping rule that was written down when screening had ended."""
    told = context.screening or {}
    declared, stopped = (str(told.get(key) or "")[:10] for key in ("rule_declared", "stopped"))
    if re.fullmatch(r"\d{4}-\d\d-\d\d", declared) and re.fullmatch(r"\d{4}-\d\d-\d\d", stopped) and declared >= stopped:
        yield Remark(
            message=f"The stopping rule was declared on {declared}, and screening stopped on {stopped}.",
            path=context.paths.get("screening"),
            line=1,
            hint="A rule counts when it was there before screening ended; say in Limitations that this one was not.",
        )


def decisions(context: Context) -> Iterator[Remark]:
    document, log = context.document, context.log
    used = document.says(_USED, (Role.ABSTRACT, Role.METHODS, Role.RESULTS, Role.OTHER, Role.FRONT, Role.APPENDIX))
    if log is not None and log.machine and log.machine_excluded:
        shown = context.flow.excluded_automatic if context.flow else 0
        if not shown and document.says(_HUMAN_SPLIT) is None:
            yield Remark(
                message=f"{', '.join(log.machine)} excluded {log.machine_excluded:,} records; text and diagram give one number for people and programs."
            )
        yield from _box_of_programs(context, log)
    elif log is None and used is None:
        yield missing("decisions")
    yield from _sums(context)
    if used is not None:
        near = " ".join(s.text for s in document.sentences if s.paragraph == used.paragraph or _LLM.search(s.text))
        lacking = [name for name, pattern in _LLM_ELEMENTS if not pattern.search(near)]
        if lacking:
            yield Remark(
                message=f"A language model made decisions here, and the text lacks {', '.join(lacking)}.", at=at(used)
            )


def _box_of_programs(context: Context, log: Log) -> Iterator[Remark]:
    """The box of records that programs marked, against the records that they excluded and no person judged."""
    shown = context.flow.excluded_automatic if context.flow else 0
    if shown and log.machine_alone and shown != log.machine_alone:
        yield Remark(
            message=f"The diagram says that automation tools marked {shown:,} records as ineligible; of those that {', '.join(log.machine)} excluded, {log.machine_alone:,} were judged by no person.",
            path=context.paths.get("flow"),
            expected=f"{log.machine_alone:,}",
            got=f"{shown:,}",
            hint="Records that a person judged too belong among the records screened and excluded.",
        )


def _sums(context: Context) -> Iterator[Remark]:
    """Sentences that part the excluded records into those of people and those of programs."""
    flow, log = context.flow, context.log
    for sentence in context.document.of(Role.ABSTRACT, Role.RESULTS, Role.METHODS, Role.FRONT, Role.OTHER):
        text = sentence.text
        by_people, by_program = _BY_PEOPLE.search(text), _BY_PROGRAM.search(text)
        if sentence.cites or not (by_people and by_program and _OUT.search(text)):
            continue
        people, program = _whole(by_people["n"]), _whole(by_program["n"])
        whole = next((m for m in _ALL_OUT.finditer(text) if m.start() != by_people.start()), None)
        total = _whole(whole["n"]) if whole else (flow.records_excluded + flow.excluded_automatic if flow else None)
        if total is not None and people + program != total:
            of = "are excluded in all" if whole else "are excluded in the diagram"
            yield Remark(
                message=f"{people:,} excluded by people and {program:,} by programs are {people + program:,}; {total:,} {of}.",
                at=at(sentence, by_people.start()),
                expected=f"{total:,}",
                got=f"{people + program:,}",
                hint="Count each record once: with people, if a person judged it too.",
            )
        elif log is not None and log.machine and program not in (log.machine_alone, log.machine_excluded):
            yield Remark(
                message=f"{program:,} records are said to be excluded by programs; the decisions give {log.machine_alone:,} without a person, {log.machine_excluded:,} in all.",
                at=at(sentence, by_program.start()),
                expected=f"{log.machine_alone:,}",
                got=f"{program:,}",
            )


def _whole(text: str) -> int:
    return int(text.replace(",", ""))

"""REV-01 to REV-05: a review's flow, searches and screening against its log, and what the text says of them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from review.domain import flow as arithmetic
from review.domain.finding import Severity
from review.domain.flow import FlowCounts
from review.lint import decided, machine
from review.lint.numbers import Kind
from review.lint.rule import Context, Remark, Rule, at, missing
from review.lint.sections import Role

_STALE_AFTER = 365  # days between the latest search and submission
# How sentences speak of the boxes of the diagram; each number is read where it stands before or behind these words.
_BOXES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (box, re.compile(pattern, re.IGNORECASE))
    for box, pattern in (
        (
            "identified",
            r"^\s(?:unique\s)?(?:records|citations|references|articles)\s(?:were\s|was\s)?(?:identified|found|retrieved)",
        ),
        (
            "duplicates",
            r"^\s(?:duplicates?(?:\srecords)?)\s(?:were\s|was\s)?(?:removed|found|deleted)|^\s(?:were\s)?duplicates\b",
        ),
        (
            "records_screened",
            r"^\s(?:unique\s)?(?:records|titles\sand\sabstracts|titles|abstracts)\s(?:were\s|was\s)?screened",
        ),
        ("records_excluded", r"^\srecords\s(?:\([^)]*\)\s)?(?:were\s|was\s)?excluded"),
        ("dbr_sought_reports", r"^\s(?:full[- ]text\s)?(?:reports|articles|full\stexts)\s(?:were\s)?sought"),
        (
            "dbr_assessed",
            r"^\s(?:full[- ]text\s)?(?:reports|articles|full\stexts|full-texts)\s(?:were\s)?(?:assessed|read\sin\sfull|reviewed\sin\sfull)",
        ),
        ("new_studies", r"^\s(?:studies|sources)\s(?:were\s|was\s)?(?:finally\s)?included"),
        ("new_reports", r"^\sreports\s(?:of\s[\d,]+\sstudies\s)?(?:were\s|was\s)?included"),
    )
)


# REV-01 and REV-02


def _arithmetic(context: Context) -> Iterator[Remark]:
    if context.flow is None:
        yield missing("flow")
        return
    for finding in arithmetic.check(context.flow):
        soft = finding.rule == "FLOW-I4"  # records become reports: one may stand for several
        if soft and re.search(
            r"\b(?:several|more\sthan\sone|two)\s(?:records|reports)\b",
            " ".join(s.text for s in context.document.sentences),
        ):
            continue
        yield Remark(
            message=finding.message,
            path=context.paths.get("flow"),
            severity=Severity.WARNING if soft else None,
            expected=finding.expected,
            got=finding.got,
            hint=finding.hint,
        )


def _against_log(context: Context) -> Iterator[Remark]:
    if context.flow is None:
        yield missing("flow")
        return
    log = context.log
    if log is None:
        yield missing("decisions")
    else:
        yield from decided.boxes(context, context.flow, log)
    yield from _text_against_flow(context, context.flow)


def _text_against_flow(context: Context, flow: FlowCounts) -> Iterator[Remark]:
    known = {"identified": flow.identified, **{box: n for box, n in arithmetic.boxes(flow) if "[" not in box}}
    total = {"new_studies": flow.total_studies, "new_reports": flow.total_reports}
    for sentence in context.document.of(Role.ABSTRACT, Role.RESULTS, Role.FRONT, Role.OTHER):
        if sentence.cites or re.search(r"\b(?:previous|earlier|prior)\s(?:version|review)", sentence.text):
            continue
        for number in sentence.numbers:
            if number.kind is not Kind.COUNT or number.rough or number.spelled:
                continue
            for box, pattern in _BOXES:
                if pattern.search(sentence.text[number.end : number.end + 60]) and number.value not in {
                    known[box],
                    total.get(box),
                }:
                    yield Remark(
                        message=f"{number.shown} stands here for {decided.WORDS[box]}; the flow says {known[box]:,}.",
                        at=at(sentence, number.start),
                        expected=f"{known[box]:,}",
                        got=number.shown,
                    )
                    break


# REV-03


def _searches(context: Context) -> Iterator[Remark]:
    if context.searches is None:
        yield missing("searches")
        return
    if not context.searches:
        yield Remark(message="No search is recorded.")
        return
    for search in context.searches:
        lacking = [
            name
            for name, value in (
                ("the platform", search.platform),
                ("the date", search.run_on),
                ("the exact string", search.string),
                ("the number of hits", search.hits),
                ("a statement on limits", search.limits),
            )
            if value in ("", None)
        ]
        if lacking:
            yield Remark(
                message=f"The search of {search.source} lacks {', '.join(lacking)}.", path=context.paths.get("searches")
            )
        for fault in search.string_faults:
            yield Remark(
                message=f"The string for {search.source}: {fault}",
                path=context.paths.get("searches"),
                severity=Severity.ERROR,
            )
    if not any(
        search.string and _printed(context, search.string) for search in context.searches
    ) and not _strategy_said(context):
        yield Remark(
            message="No full search strategy stands in the manuscript, nor is an appendix named that holds it."
        )
    yield from _old(context)


def _printed(context: Context, string: str) -> bool:
    first = "".join(string.split())[:60]
    return bool(first) and first in "".join(context.document.body.split())


def _strategy_said(context: Context) -> bool:
    pattern = re.compile(
        r"\b(?:search\s(?:strings?|strateg\w+))\b[^.]*\b(?:appendix|supplement\w*|table|box|file)\b|\b(?:appendix|supplement\w*)\b[^.]*\bsearch\s(?:strings?|strateg)",
        re.IGNORECASE,
    )
    return context.document.says(pattern) is not None


def _old(context: Context) -> Iterator[Remark]:
    dates = []
    for search in context.searches or ():
        try:
            dates.append(dt.date.fromisoformat(search.run_on[:10]))
        except ValueError:
            continue
    if dates and context.today is not None and (context.today - max(dates)).days > _STALE_AFTER:
        yield Remark(
            message=f"The latest search was run on {max(dates).isoformat()}, more than a year ago.",
            severity=Severity.WARNING,
            hint="Run the searches again before you submit: review search --since.",
        )


ARITHMETIC = Rule(
    id="REV-01",
    title="PRISMA box arithmetic violated",
    severity=Severity.BLOCKER,
    check=_arithmetic,
    types="S",
    needs=("flow",),
    does="Checks the identities between the boxes of the flow diagram.",
    why="Reviewers and editors add up the diagram; it is the first thing they do.",
    bad="1,500 screened, 1,380 excluded, 130 sought.",
    good="1,500 screened, 1,380 excluded, 120 sought.",
    fix="Draw the diagram from the decisions: review flow --out flow.svg.",
    serves=("prisma-scr:14", "prisma2020-sel:16a", "prisma-s:15"),
)
LOG = Rule(
    id="REV-02",
    title="Flow diagram disagrees with the decision log",
    severity=Severity.BLOCKER,
    check=_against_log,
    types="S",
    needs=("flow", "decisions", "manuscript"),
    does="Compares every box with what the decisions give: records screened and excluded, reports sought, not retrieved and assessed, and those excluded for each reason; and the numbers of abstract and results with the boxes.",
    why="A diagram that was drawn by hand is out of date after the next decision.",
    bad="“1,512 records were screened”, where the flow says 1,500.",
    good="{{ flow.records_screened | thousands }} records were screened.",
    fix="Use the facts flow.* in the text, and the diagram that is made at each build.",
    serves=("prisma-scr:14", "prisma-s:15", "prisma-s:16"),
)
SEARCH = Rule(
    id="REV-03",
    title="Search not reproducible",
    severity=Severity.BLOCKER,
    check=_searches,
    types="S",
    needs=("searches", "manuscript"),
    does="Asks for database, platform, date, exact string, hits and limits of every search, for one full strategy in the paper, and for no fault in the strings.",
    why="A search that cannot be run again cannot be updated or checked.",
    bad="PubMed was searched for spine and machine learning.",
    good="Every string verbatim in appendix A, with platform, date, limits and hits.",
    fix="Complete the record of each search (review search does it; else review import with --searched-on and --query); review paper build appends the strings.",
    serves=(
        "prisma-scr:7",
        "prisma-scr:8",
        "prisma-s:1",
        "prisma-s:8",
        "prisma-s:9",
        "prisma-s:13",
        "prisma-s:15",
        "prisma2020-sel:7",
    ),
)
STOPPING = Rule(
    id="REV-04",
    title="ML-prioritised screening without a stopping rule",
    severity=Severity.BLOCKER,
    check=machine.stopping,
    types="S",
    asks=True,
    needs=("manuscript", "decisions"),
    does="Where records were ranked by a program, asks for tool, version, model, prior knowledge, stopping rule, what was left, and an estimate of recall; and whether the log met the rule.",
    why="Stopping when nothing more seems to come is the bias that the protocol should prevent.",
    bad="Screening was prioritised with ASReview until no more relevant records were found.",
    good="ASReview 1.2 (TF-IDF, naive Bayes; 10 prior records) ranked the records; all were screened.",
    fix="Declare the rule in the protocol before you start, and report what was left unscreened.",
    serves=("prisma2020-sel:8", "traice:M1", "traice:M2", "traice:M7", "traice:M9", "traice:R2"),
)
MACHINE = Rule(
    id="REV-05",
    title="AI decisions not separated from human ones",
    severity=Severity.ERROR,
    check=machine.decisions,
    types="S",
    asks=True,
    needs=("flow", "decisions", "manuscript"),
    does="Where a program or language model decided, asks for separate numbers, adds those of people and programs up and compares them with the diagram and the decisions; and asks for model, version, date, prompt, parameters, verification and agreement.",
    why="Readers must be able to tell what a person has seen.",
    bad="ChatGPT was used to screen abstracts.",
    good="GPT-4o (2024-08-06, temperature 0, prompt in appendix B) suggested a verdict; a person confirmed each (kappa 0.74).",
    fix="Give both numbers, and the details of the model.",
    serves=(
        "traice:M3",
        "traice:M6",
        "traice:M8",
        "traice:R1",
        "prisma2020-sel:8",
        "mi-clear-llm:1",
        "mi-clear-llm:5",
        "mi-clear-llm:7",
    ),
)
RULES = (ARITHMETIC, LOG, SEARCH, STOPPING, MACHINE)

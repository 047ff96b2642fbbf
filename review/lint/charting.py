"""REV-06 to REV-08: the charted studies, their citations, and how selection and charting are described."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from review.domain.finding import Severity, Status
from review.lint.grids import Grid
from review.lint.references import bibliography_keys
from review.lint.rule import Charting, Context, Remark, Rule, at, missing
from review.lint.sections import Role

_SHOWN = 5
_MOSTLY = 0.5  # the share of a table's citations from which it is one of included studies
_COUNTED = re.compile(r"^(?:n|studies|sources|reports|count|number|no\.)\b", re.IGNORECASE)
_CODES = frozenset({"nr", "na", "n/a", "not reported", "not applicable", "unclear", "not_reported", "not_applicable"})


# REV-06


def _incomplete(context: Context) -> Iterator[Remark]:
    charting = context.charting
    if charting is None:
        yield missing("charting")
        return
    path = context.paths.get("charting")
    lacking = [work for work in charting.included if work not in charting.rows]
    if lacking:
        yield Remark(
            message=f"{len(lacking):,} of {len(charting.included):,} included studies are not charted: {_few(lacking)}.",
            path=path,
        )
    blank = [
        f"{work}: {name}"
        for work, row in charting.rows.items()
        for name, value in row.items()
        if value is None or not str(value).strip()
    ]
    if blank:
        yield Remark(
            message=f"{len(blank):,} cells of the charting table are blank, such as {_few(blank)}.",
            path=path,
            hint="Write “not reported” or “not applicable”; a blank says neither.",
        )
    if context.codebook is None:
        yield missing("codebook")
        return
    yield from _outside_codebook(context, context.codebook)
    for grid in context.document.grids:
        yield from _wrong_totals(grid, charting, context.codebook)


def _outside_codebook(context: Context, codebook: Mapping[str, object]) -> Iterator[Remark]:
    rows = context.charting.rows if context.charting else {}
    names = {name for row in rows.values() for name in row}
    undefined = sorted(names - set(codebook))
    if undefined:
        yield Remark(message=f"The codebook does not define {_few(undefined)}.", path=context.paths.get("codebook"))
    for name, entry in codebook.items():
        options = entry.get("options") if isinstance(entry, Mapping) else None
        if not options:
            continue
        known = {str(option).casefold() for option in options} | _CODES
        for work, row in rows.items():
            strange = [
                part
                for part in str(row.get(name) or "").split(";")
                if part.strip() and part.strip().casefold() not in known
            ]
            if strange:
                yield Remark(
                    message=f"{work}: {strange[0].strip()!r} is no value of {name}.", path=context.paths.get("charting")
                )


def _wrong_totals(grid: Grid, charting: Charting, codebook: Mapping[str, object]) -> Iterator[Remark]:
    """Rows of a table that are the values of one variable, with a count that the charted studies do not give."""
    labels = [row[0].strip().casefold() if row else "" for row in grid.rows]
    column = next((n for n, head in enumerate(grid.header) if n and _COUNTED.match(head.strip())), None)
    if column is None:
        return
    for name, entry in codebook.items():
        options = entry.get("options") if isinstance(entry, Mapping) else None
        known = {str(option).casefold() for option in options or ()}
        if sum(label in known for label in labels) < max(2, len(known) // 2):
            continue
        counted = Counter(
            value
            for row in charting.rows.values()
            for value in {v.strip().casefold() for v in str(row.get(name) or "").split(";")}
        )
        for label, row, start in zip(labels, grid.rows, grid.starts, strict=False):
            printed = re.match(r"\d+", row[column]) if column < len(row) else None
            if label in known and printed and int(printed[0]) != counted[label]:
                yield Remark(
                    message=f"{row[0]}: {printed[0]} in this table; {counted[label]} of the charted studies have it as {name}.",
                    at=start,
                    expected=str(counted[label]),
                    got=printed[0],
                )
        return


def _few(names: Collection[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:_SHOWN]) + (f" and {len(listed) - _SHOWN:,} more" if len(listed) > _SHOWN else "")


# REV-07


def _cited(context: Context) -> Iterator[Remark]:
    charting = context.charting
    if charting is not None and not charting.included:
        yield Remark(
            message="Not evaluable: no study is included yet.",
            severity=Severity.INFO,
            status=Status.NOT_EVALUABLE,
            hint="Include studies; the next build gives each its citation key.",
        )
        return
    if charting is None or not charting.keys:
        yield missing("charting", what="which studies are included, and their citation keys, is not known")
        return
    keys = dict(charting.keys)
    cited = {citation.key for citation in context.document.citations}
    for grid in context.document.grids:
        cited |= set(re.findall(r"@\{?([\w:.-]+)", " ".join(cell for row in grid.rows for cell in row)))
    uncited = [work for work in charting.included if keys.get(work) and keys[work] not in cited]
    if uncited:
        yield Remark(
            message=f"{len(uncited):,} included studies are not cited: {_few([keys[work] for work in uncited])}."
        )
    known = set(bibliography_keys(context.references)) if context.references is not None else None
    if known is not None and (
        absent := [keys[work] for work in charting.included if keys.get(work) and keys[work] not in known]
    ):
        yield Remark(message=f"{len(absent):,} included studies are not in the references: {_few(absent)}.")
    yield from _not_included(context, charting)
    bare = [work for work in charting.included if work not in charting.identified]
    if bare:
        yield Remark(
            message=f"{len(bare):,} included studies have neither DOI nor PMID: {_few(bare)}.",
            severity=Severity.WARNING,
        )
    for work in sorted(charting.retracted & set(charting.included)):
        yield Remark(
            message=f"{work} is included and was retracted.", hint="Say so beside it, or exclude it with the reason."
        )


def _not_included(context: Context, charting: Charting) -> Iterator[Remark]:
    """Studies that a table of included studies cites and that are not included."""
    ours = {charting.keys[work] for work in charting.included if charting.keys.get(work)}
    for grid in context.document.grids:
        cited = set(re.findall(r"@\{?([\w:.-]+)", " ".join(cell for row in grid.rows for cell in row[:2])))
        others = sorted(cited - ours)
        if len(cited & ours) >= _MOSTLY * len(cited) and others and len(cited) > 1:
            yield Remark(
                message=f"The table cites {_few(others)} among the included studies, and {'it is' if len(others) == 1 else 'they are'} not included.",
                at=grid.start,
                got=others[0],
            )


# REV-08

# Where one person judged alone, or a program, there is nobody to judge independently of, or to disagree with.
_AUTOMATIC = r"\bmanual\sscreening\b[^.]*\bnot\s(?:feasible|possible|done|performed)|\b(?:screening|selection|charting|extraction)\s(?:was|were)\s(?:\w+ly\s)?(?:automat\w+|performed\s(?:\w+\s){0,3}?automat\w+)"
_ALONE = (
    _AUTOMATIC
    + r"|\b(?:one|a\ssingle|single|the\ssame)[\s-](?:person|reviewer|researcher|author|investigator|screener)\b"
)
_ASPECTS: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE), fix)
    for name, pattern, fix in (
        (
            "how many reviewers judged each record",
            r"\b(?:two|three|four|both|one|a\ssingle|\d+|pairs\sof)\s(?:[\w-]+\s){0,3}?(?:reviewers?|authors?|people|persons?|screeners?|investigators?|researchers?)\b|\breviewers?\s\(\d|\bone\sperson\b|\breviewers\s\(\w+\sin\sall",
            "Say how many people judged each record, and each full text.",
        ),
        (
            "whether they judged independently",
            r"\bindependent(?:ly)?\b|\bblind(?:ed|ly)?\b|\bdid\snot\ssee\seach\sother|" + _ALONE,
            "Say whether they saw each other's decisions.",
        ),
        (
            "how disagreements were settled",
            r"\bdisagree\w*|\bconflicts?\s(?:were|was)|\bconsensus|\badjudicat\w+|\bthird\s(?:reviewer|person|author)|\bdiscussion\b[^.]*\bresol|\bresol\w+\b[^.]*\bdiscussion|"
            + _ALONE,
            "Say who settled disagreements, and how.",
        ),
        (
            "a pilot or calibration",
            r"\bpilot\w*|\bcalibrat\w+|\btried\s(?:first\s)?on\b|\b(?:test(?:ed)?|validated|checked|trialled|tried)\son\s(?:an?\s)?(?:[\w-]+\s){0,3}?(?:sample|subset|reports|records|articles|studies)",
            "Say on how many records the criteria and the form were tried.",
        ),
        ("the protocol or that there was none", r"\bprotocol\b", "Say where the protocol is, or that there was none."),
        ("population, concept and context", r"\bpopulation\b", "Name population, concept and context of the question."),
        (
            "an explicit gap",
            r"\bgaps?\b|\bno\s(?:study|studies|source|review|report|dataset)\b|\bnone\s(?:of\sthe\s\w+\s)?(?:combine|report|address|evaluat|stud)\w*|\bnot\s(?:been|yet)\b[^.]*\b(?:studied|evaluated|reported)",
            "State what no included study has done.",
        ),
        (
            "the limits of the review itself",
            r"\blimitations?\b|\blimited\sto\b|\bmay\shave\smissed",
            "Say what the search and the selection may have missed.",
        ),
    )
)
_PROSPERO = re.compile(r"\b(?:registered|registration)\b[^.]*\bPROSPERO\b|\bPROSPERO\b[^.]*\bCRD\d+", re.IGNORECASE)
_READ = (
    Role.ABSTRACT,
    Role.METHODS,
    Role.RESULTS,
    Role.DISCUSSION,
    Role.CONCLUSION,
    Role.LIMITATIONS,
    Role.INTRODUCTION,
    Role.OTHER,
    Role.FRONT,
)


def _process(context: Context) -> Iterator[Remark]:
    document = context.document
    for name, pattern, fix in _ASPECTS:
        if document.says(pattern, _READ) is None and not any(
            pattern.search(section.title) for section in document.sections
        ):
            yield Remark(message=f"Not said: {name}.", hint=fix)
    claim = document.says(_PROSPERO)
    if claim is not None and not re.search(r"\bnot\b|\bno\b|\bineligible|does\snot", claim.text, re.IGNORECASE):
        yield Remark(
            message="PROSPERO is named as the register; it does not take scoping reviews.",
            at=at(claim),
            hint="Register on OSF, or name what was really registered.",
        )
    yield from _reviewers(context)


def _reviewers(context: Context) -> Iterator[Remark]:
    """The number of reviewers in the text against the people in the log."""
    log = context.log
    if log is None or not log.reviewers:
        return
    most = max(log.reviewers.values())
    pattern = re.compile(
        r"\b(?P<n>two|three|four)\s(?:[\w-]+\s){0,2}?(?:reviewers|authors|people|investigators)\s(?:\w+\s)?(?:screened|judged|assessed|independently)",
        re.IGNORECASE,
    )
    claim = document_says(context, pattern)
    if claim is not None:
        at_, said = claim
        wanted = {"two": 2, "three": 3, "four": 4}[said.casefold()]
        if most < wanted:
            judged = (
                f"only {most} {'has' if most == 1 else 'have'} judged records" if most else "nobody has judged a record"
            )
            yield Remark(
                message=f"{said.capitalize()} reviewers are named; {judged} so far.",
                at=at_,
                expected=str(most),
                got=said,
                hint="Finish the screening before you say so, or say how many people judged each record.",
            )


def document_says(context: Context, pattern: re.Pattern[str]) -> tuple[int, str] | None:
    """The place and the number of the first sentence with the pattern."""
    sentence = context.document.says(pattern, _READ)
    match = pattern.search(sentence.text) if sentence else None
    return (at(sentence, match.start()), match["n"]) if sentence and match else None


COMPLETE = Rule(
    id="REV-06",
    title="Charting incomplete",
    severity=Severity.ERROR,
    check=_incomplete,
    types="S",
    needs=("charting", "codebook", "manuscript"),
    does="Compares included studies with charted rows, and cells with the codebook: none blank, none outside its values, every variable defined; and tables of values with what was charted.",
    why="A map with holes cannot be told from a field with gaps.",
    bad="An included study without a row; a blank cell.",
    good="Every included study charted; “not reported” where the report is silent.",
    fix="Chart what is missing.",
    serves=("prisma-scr:10", "prisma-scr:11", "prisma-scr:15", "prisma-scr:17", "prisma-scr:18"),
)
CITED = Rule(
    id="REV-07",
    title="Included sources not all cited, or cited ones not included",
    severity=Severity.ERROR,
    check=_cited,
    types="S",
    needs=("charting", "manuscript"),
    does="Compares the included studies with the citations and the references, and looks for identifiers and retractions.",
    why="A reader follows the citations; a study that is counted and not cited cannot be found.",
    bad="41 studies included, 39 in the table of characteristics.",
    good='Every included study stands in {{ table("included_studies") }}.',
    fix="Use the table of included studies, which cites each.",
    serves=("prisma-scr:15", "prisma2020-sel:16b", "prisma2020-sel:27"),
)
PROCESS = Rule(
    id="REV-08",
    title="Selection/charting process under-described",
    severity=Severity.ERROR,
    check=_process,
    types="S",
    asks=True,
    needs=("manuscript", "decisions", "protocol"),
    does="Looks for reviewers per record, independence, disagreements, pilot, protocol, population–concept–context, gap and limits, one finding for each that is missing; and for a PROSPERO registration.",
    why="These are the items of PRISMA-ScR that reviewers find missing most often.",
    bad="Studies were selected by the authors.",
    good="Two reviewers judged each record independently; a third settled disagreements.",
    fix="Add the sentence that is missing.",
    serves=(
        "prisma-scr:1",
        "prisma-scr:3",
        "prisma-scr:4",
        "prisma-scr:5",
        "prisma-scr:6",
        "prisma-scr:9",
        "prisma-scr:10",
        "prisma-scr:20",
        "jbi:pcc",
        "tutorial:5.gap",
    ),
)
RULES = (COMPLETE, CITED, PROCESS)

"""REF: what is cited must be in the bibliography, once, with what a reader needs to find it."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator

from review.domain.finding import Severity
from review.lint.rule import Context, Remark, Rule

_ENTRY = re.compile(r"^[ \t]*@(?!comment|string|preamble)\w+\s*[{(]\s*([^,\s{}]+)\s*,", re.MULTILINE | re.IGNORECASE)
_DOI = re.compile(
    r"^\s*doi\s*=\s*[{\"]?\s*(?:https?://(?:dx\.)?doi\.org/)?(?P<doi>[^\s{}\",]+)", re.MULTILINE | re.IGNORECASE
)
_GOOD_DOI = re.compile(r"10\.\d{4,9}/\S+")


def bibliography_keys(references: str) -> list[str]:
    """The citation keys of a BibTeX text, in order."""
    return _ENTRY.findall(references)


def _line(context: Context, line: int) -> int:
    origin = context.document.origin
    return origin.lines[min(line, len(origin.lines)) - 1] if origin and origin.lines else line


def _cited_and_missing(context: Context) -> Iterator[Remark]:
    if context.references is None:
        return
    known = set(bibliography_keys(context.references))
    for citation in context.document.citations:
        if citation.key in known:
            continue
        near = difflib.get_close_matches(citation.key, known, n=1)
        hint = (
            f"Did you mean @{near[0]}?"
            if near
            else "Add it to references.bib, above the line the program writes below."
        )
        yield Remark(
            message=f"@{citation.key} is cited, but references.bib does not have it.",
            line=_line(context, citation.line),
            column=citation.column,
            got=citation.key,
            hint=hint,
        )


def _twice(context: Context) -> Iterator[Remark]:
    """One key or one DOI for two entries."""
    if context.references is None:
        return
    places: dict[str, list[int]] = defaultdict(list)
    for match in _ENTRY.finditer(context.references):
        places[f"key {match[1]}"].append(context.references.count("\n", 0, match.start()) + 1)
    for match in _DOI.finditer(context.references):
        places[f"DOI {match['doi'].casefold()}"].append(context.references.count("\n", 0, match.start()) + 1)
    for what, lines in places.items():
        if len(lines) > 1:
            yield Remark(
                message=f"The {what} stands in lines {' and '.join(map(str, lines))}.",
                path=context.paths.get("references"),
                line=lines[-1],
            )


def _bad_doi(context: Context) -> Iterator[Remark]:
    for match in _DOI.finditer(context.references or ""):
        if not _GOOD_DOI.fullmatch(match["doi"]):
            line = (context.references or "").count("\n", 0, match.start("doi")) + 1
            yield Remark(
                message=f"{match['doi']!r} is not a DOI.",
                path=context.paths.get("references"),
                line=line,
                got=match["doi"],
            )


CITED_AND_MISSING = Rule(
    id="REF-01",
    title="A reference is cited and missing",
    severity=Severity.ERROR,
    check=_cited_and_missing,
    needs=("manuscript", "references"),
    does="Looks up every citation key in references.bib.",
    why="It prints as a question mark.",
    bad="[@smith2024deap]",
    good="[@smith2024deep]",
    fix="Add the reference, or correct the key.",
)
TWICE = Rule(
    id="REF-02",
    title="A reference stands twice",
    severity=Severity.WARNING,
    check=_twice,
    needs=("references",),
    does="Looks for a key or a DOI that two entries share.",
    why="The same paper is then counted and printed twice.",
    bad="Two entries with doi = {10.1000/1}",
    good="One entry.",
    fix="Keep one of them, and cite that.",
)
BAD_DOI = Rule(
    id="REF-03",
    title="A DOI that cannot be one",
    severity=Severity.ERROR,
    check=_bad_doi,
    needs=("references",),
    does="Checks the form of every DOI in references.bib.",
    why="A link that leads nowhere.",
    bad="doi = {PMC12345}",
    good="doi = {10.1000/182}",
    fix="Copy the DOI from the publisher's page.",
)
RULES = (CITED_AND_MISSING, TWICE, BAD_DOI)

"""REF: what is cited must be in the bibliography."""

from __future__ import annotations

import difflib
import re

from review.domain.finding import Finding, Severity
from review.lint.document import Document, Rule

_ENTRY = re.compile(r"^[ \t]*@(?!comment|string|preamble)\w+\s*[{(]\s*([^,\s{}]+)\s*,", re.MULTILINE | re.IGNORECASE)


def bibliography_keys(references: str) -> list[str]:
    """The citation keys of a BibTeX text, in order."""
    return _ENTRY.findall(references)


def _cited_and_missing(document: Document, references: str) -> list[Finding]:
    known = set(bibliography_keys(references))
    found = []
    for citation in document.citations:
        if citation.key in known:
            continue
        near = difflib.get_close_matches(citation.key, known, n=1)
        hint = (
            f"Did you mean @{near[0]}?"
            if near
            else "Add it to references.bib, above the line the program writes below."
        )
        found.append(
            Finding(
                rule=CITED_AND_MISSING.id,
                severity=CITED_AND_MISSING.severity,
                message=f"@{citation.key} is cited, but references.bib does not have it.",
                path=document.path,
                line=citation.line,
                column=citation.column,
                got=citation.key,
                hint=hint,
            )
        )
    return found


CITED_AND_MISSING = Rule(
    id="REF-01", title="A reference is cited and missing", severity=Severity.ERROR, check=_cited_and_missing
)

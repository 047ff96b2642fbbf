"""One finding for a section where a rule says the same of several sentences: the first of them, which names the others."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import replace

from review.domain.finding import Finding, Status
from review.domain.naming import named
from review.lint.document import Document


def folded(
    found: Sequence[Finding], document: Document, rules: Collection[str], *, lines: bool = True
) -> list[Finding]:
    """The findings, those of these rules once for each section and severity, in place of the first.

    Only findings that say what they `got` are folded, since the others are named by that; `lines` says where they stand.
    """
    starts = [document.place(section.start)[0] for section in document.sections]
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for n, finding in enumerate(found):
        one = finding.rule in rules and finding.got and finding.line is not None and finding.path == document.path
        section = bisect_right(starts, finding.line or 0) if one and finding.status is Status.FAIL else -1 - n
        groups.setdefault((finding.rule, finding.severity, section), []).append(finding)
    return [_one(sorted(group, key=_place), lines=lines) for group in groups.values()]


def _place(finding: Finding) -> tuple[int, int]:
    return finding.line or 0, finding.column or 0


def _one(group: Sequence[Finding], *, lines: bool) -> Finding:
    first, *others = group
    if not others:
        return first
    told = [f"{f.got} (line {f.line})" if lines else str(f.got) for f in others]
    does = "does" if len(others) == 1 else "do"
    return replace(first, message=f"{first.message} So {does} {named(told)} in the same section.")

"""Which reports belong together: versions of one report, and reports of one study.

In PRISMA 2020 a *report* is a document and a *study* an investigation, which may have several reports. A preprint and its
article are two documents that tell the same; here they may be linked as versions, of which one counts as the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Relation(StrEnum):
    VERSION = "version"
    STUDY = "study"
    APART = "apart"  # takes back what was said before


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLink:
    """What a person said of two reports. Of versions, `record_a` is the one that counts."""

    record_a: str
    record_b: str
    relation: Relation
    who: str
    note: str = ""
    at: str = ""
    number: int = 0


def standing_links(links: Iterable[ReportLink], work_of: Mapping[str, str]) -> list[ReportLink]:
    """The links that hold now, by their works: the latest of each two; none of what became one work meanwhile."""
    latest: dict[frozenset[str], ReportLink] = {}
    for link in links:
        a, b = work_of.get(link.record_a, link.record_a), work_of.get(link.record_b, link.record_b)
        if a != b:
            latest.pop(frozenset((a, b)), None)
            latest[frozenset((a, b))] = ReportLink(
                record_a=a,
                record_b=b,
                relation=link.relation,
                who=link.who,
                note=link.note,
                at=link.at,
                number=link.number,
            )
    return [link for link in latest.values() if link.relation is not Relation.APART]


def counting_versions(links: Sequence[ReportLink], there: Sequence[str]) -> dict[str, str]:
    """By each version that does not count the one that does, among the works that are `there`.

    Of several versions the one counts that was named last and is there; if none of those named is, the first that is.
    """
    versions = [link for link in links if link.relation is Relation.VERSION]
    present = dict.fromkeys(there)
    found = {}
    for group in _groups(versions, present):
        named = [link.record_a for link in versions if link.record_a in group]
        first = named[-1] if named else group[0]
        found.update({work: first for work in group if work != first})
    return found


def studies(links: Sequence[ReportLink], reports: Sequence[str]) -> list[tuple[str, ...]]:
    """The reports grouped by study, each group in the order given; a report without a link is a study by itself."""
    together = _groups(links, dict.fromkeys(reports))
    grouped = {work: tuple(group) for group in together for work in group}
    return list(dict.fromkeys(grouped.get(work, (work,)) for work in reports))


def _groups(links: Sequence[ReportLink], present: Mapping[str, None]) -> list[list[str]]:
    """What hangs together by links, also by way of a work that is not present; only who is present, in that order."""
    head: dict[str, str] = {}

    def top(work: str) -> str:
        while head.get(work, work) != work:
            work = head[work]
        return work

    for link in links:
        a, b = top(link.record_a), top(link.record_b)
        head[max(a, b)] = min(a, b)
    linked = {work for link in links for work in (link.record_a, link.record_b)}
    found: dict[str, list[str]] = {}
    for work in present:
        if work in linked:
            found.setdefault(top(work), []).append(work)
    return [group for group in found.values() if len(group) > 1]

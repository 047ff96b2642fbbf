"""One invented article, as several sources give it, and what deduplication says of two records."""

from __future__ import annotations

from dataclasses import replace

from review.dedup import (
    find_duplicates,
)
from review.domain.record import Record

ARTICLE = Record(
    source="pubmed",
    source_id="1",
    title="Automatic numbering of lumbar vertebrae in patients with transitional anatomy on MRI",
    abstract="Purpose: to number vertebrae. " * 12,
    authors=("Müller, Karl H.", "Okafor, Ada", "Lindqvist, Per"),
    year=2021,
    journal="European Spine Journal",
    volume="30",
    issue="4",
    pages="1012-1020",
    doi="10.1007/s00586-021-06700-1",
)


def twin(**changes: object) -> Record:
    """The article as another source gives it."""
    return replace(ARTICLE, **{"source": "embase", "source_id": "2", **changes})


def joined_by(one: Record, other: Record, **kwargs: object) -> str:
    """The condition that joins two records, or ""."""
    groups = find_duplicates([one, other], **kwargs).groups
    return groups[0].links[0].condition if groups else ""


def kept_apart_by(one: Record, other: Record) -> str:
    """The veto under which two separate records stand in the queue; what stands among the related works is not asked about."""
    result = find_duplicates([one, other])
    assert not result.groups
    if result.related:
        assert not result.unsure
        relation = result.related[0].condition
        return "erratum_or_reply" if relation == "notice" else relation
    return result.unsure[0].condition if result.unsure else ""

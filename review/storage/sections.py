"""What became of the sections of manuscripts: appended texts and approvals, never changed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select

from review.domain.manuscript import SectionFact
from review.storage.schema import section_facts
from review.storage.store import Store, now


def append(store: Store, facts: Sequence[SectionFact]) -> None:
    """Append facts in one transaction; the store says when."""
    if not facts:
        return
    at = now()
    rows = [
        {
            "paper": one.paper,
            "section": one.section,
            "kind": one.kind,
            "text": one.text,
            "sha256": one.sha256,
            "who": one.who,
            "note": one.note,
            "at": at,
        }
        for one in facts
    ]
    with store.writing() as connection:
        connection.execute(insert(section_facts), rows)


def read(store: Store, paper: str) -> list[SectionFact]:
    """Every fact about the sections of a paper, in order."""
    c = section_facts.c
    columns = (c.paper, c.section, c.kind, c.text, c.sha256, c.who, c.note, c.at)
    with store.reading() as connection:
        rows = connection.execute(select(*columns).where(c.paper == paper).order_by(c.number)).mappings()
        return [SectionFact(**row) for row in rows]

"""How a team works together: how the work is dealt out, whether the pilot is confirmed, and what is said about conflicts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select

from review.domain.screening import Stage
from review.storage.moments import remembered
from review.storage.schema import arrangements, remarks
from review.storage.store import Store, now

DEAL = "deal"
PILOT_CONFIRMED = "pilot confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing said about one work."""

    record_id: str
    stage: Stage
    who: str
    text: str
    at: str = ""


def arrange(store: Store, what: str, *, detail: str, who: str) -> None:
    """Append an arrangement; from now on it counts."""
    with store.writing() as connection:
        connection.execute(insert(arrangements).values(what=what, detail=detail, who=who, at=now()))


@remembered
def arranged(store: Store, what: str) -> str | None:
    """The detail of the latest arrangement of a kind; None if there is none."""
    c = arrangements.c
    with store.reading() as connection:
        return connection.execute(select(c.detail).where(c.what == what).order_by(c.number.desc()).limit(1)).scalar()


def say(store: Store, remark: Remark) -> None:
    row = {"record_id": remark.record_id, "stage": str(remark.stage), "who": remark.who, "text": remark.text}
    with store.writing() as connection:
        connection.execute(insert(remarks).values(**row, at=now()))


def said(store: Store, stage: Stage, records: tuple[str, ...]) -> list[Remark]:
    """What was said about these records at a stage, in order."""
    c = remarks.c
    query = select(c.record_id, c.who, c.text, c.at).where(c.stage == str(stage), c.record_id.in_(records))
    with store.reading() as connection:
        rows = connection.execute(query.order_by(c.number)).all()
    return [Remark(record_id=r.record_id, stage=stage, who=r.who, text=r.text, at=r.at) for r in rows]

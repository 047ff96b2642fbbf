"""Screening decisions and full-text retrievals: appended one by one, read in order of arrival."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, select
from sqlalchemy.exc import IntegrityError

from review.domain.screening import Decision, Role, Stage, Verdict
from review.storage import projects
from review.storage.moments import remembered
from review.storage.schema import decisions, retrievals
from review.storage.store import Store, now

_STAGES = {str(stage): stage for stage in Stage}
_ROLES = {str(role): role for role in Role}
_VERDICTS: dict[str | None, Verdict | None] = {None: None, **{str(verdict): verdict for verdict in Verdict}}


def new_uid() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """What became of the search for a report's full text: sought, retrieved or not_retrieved."""

    record_id: str
    status: str
    who: str
    note: str = ""
    at: str = ""


def append(connection: Connection, found: Sequence[Decision], *, protocol: int) -> int:
    """Append decisions inside the caller's transaction; the number of the last."""
    at = now()
    rows = [_row(decision, protocol, at) for decision in found]
    if rows:
        projects.refuse_inactive(connection, {decision.reviewer for decision in found})
        connection.execute(insert(decisions), rows)
    return last_number(connection)


def append_one(store: Store, decision: Decision, *, protocol: int) -> bool:
    """Append one decision in a transaction of its own; False if its uid was stored before."""
    try:
        with store.writing() as connection:
            projects.refuse_inactive(connection, (decision.reviewer,))
            connection.execute(insert(decisions), _row(decision, protocol, now()))
    except IntegrityError:
        if is_stored(store, decision.uid):
            return False
        raise
    return True


def _row(decision: Decision, protocol: int, at: str) -> dict[str, object]:
    return {
        "uid": decision.uid or new_uid(),
        "record_id": decision.record_id,
        "stage": str(decision.stage),
        "reviewer": decision.reviewer,
        "role": str(decision.role),
        "verdict": None if decision.verdict is None else str(decision.verdict),
        "reason": decision.reason,
        "note": decision.note,
        "shown": decision.shown or decision.record_id,
        "decided_at": decision.decided_at or at,
        "protocol": protocol,
        "at": at,
    }


def is_stored(store: Store, uid: str) -> bool:
    with store.reading() as connection:
        query = select(func.count()).select_from(decisions).where(decisions.c.uid == uid)
        return bool(connection.execute(query).scalar())


def last_protocol(store: Store, reviewer: str, stage: Stage) -> int | None:
    """The version of the protocol under which a person last decided at a stage."""
    c = decisions.c
    query = select(c.protocol).where(c.stage == str(stage), c.reviewer == reviewer).order_by(c.number.desc()).limit(1)
    with store.reading() as connection:
        return connection.execute(query).scalar()


def last_number(connection: Connection, stage: Stage | None = None) -> int:
    query = select(func.coalesce(func.max(decisions.c.number), 0))
    if stage is not None:
        query = query.where(decisions.c.stage == str(stage))
    return int(connection.execute(query).scalar_one())


@remembered
def latest(store: Store, stage: Stage | None = None) -> int:
    """The number of the newest decision (at a stage): it changes exactly when something was decided."""
    with store.reading() as connection:
        return last_number(connection, stage)


@cache
def _query(given: Collection[str]) -> Select[Any]:
    """What `read` asks for with these of its conditions: built once, for that takes longer than the answer."""
    c = decisions.c
    conditions = {
        "stage_asked": c.stage == bindparam("stage_asked"),
        "reviewer_asked": c.reviewer == bindparam("reviewer_asked"),
        "of_asked": c.record_id.in_(bindparam("of_asked", expanding=True)),
        "after_asked": c.number > bindparam("after_asked"),
    }
    said = select(
        c.record_id, c.stage, c.reviewer, c.verdict, c.reason, c.note, c.role, c.decided_at, c.shown, c.uid, c.number
    )
    wanted = (condition for name, condition in conditions.items() if name in given)
    return said.where(*wanted).order_by(c.number)


def read(
    store: Store,
    *,
    stage: Stage | None = None,
    reviewer: str | None = None,
    of: Sequence[str] | None = None,
    after: int = -1,
) -> list[Decision]:
    """Decisions in order of arrival, of one stage, one person, a few records or those after a number if asked."""
    asked = {
        "stage_asked": stage and str(stage),
        "reviewer_asked": reviewer,
        "of_asked": of,
        "after_asked": after if after >= 0 else None,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    query = _query(frozenset(given))
    with store.reading() as connection:
        rows = connection.execute(query, given).all()
    return [
        Decision(
            record_id=r[0],
            stage=_STAGES[r[1]],
            reviewer=r[2],
            verdict=_VERDICTS[r[3]],
            reason=r[4],
            note=r[5],
            role=_ROLES[r[6]],
            decided_at=r[7],
            shown=r[8],
            uid=r[9],
            number=r[10],
        )
        for r in rows
    ]


def most_judged(store: Store, but: Sequence[str]) -> int:
    """How many reviewers the most judged record has at title and abstract, apart from some records."""
    c = decisions.c
    people = (
        select(func.count(func.distinct(c.reviewer)).label("people"))
        .where(c.stage == str(Stage.TITLE_ABSTRACT), c.role == str(Role.REVIEWER), c.record_id.not_in(but))
        .group_by(c.record_id)
        .subquery()
    )
    with store.reading() as connection:
        return int(connection.execute(select(func.coalesce(func.max(people.c.people), 0))).scalar_one())


def per_day(store: Store, stage: Stage, *, since: str, but: Sequence[str] = ()) -> dict[tuple[str, str], int]:
    """By reviewer and day (UTC) how many decisions were made at a stage since a day, those on some records left out."""
    c = decisions.c
    day = func.substr(c.decided_at, 1, 10)
    query = (
        select(c.reviewer, day, func.count())
        .where(c.stage == str(stage), c.role == str(Role.REVIEWER), c.verdict.is_not(None), c.decided_at >= since)
        .group_by(c.reviewer, day)
    )
    if but:
        query = query.where(c.record_id.not_in(but))
    with store.reading() as connection:
        return {(reviewer, on): int(many) for reviewer, on, many in connection.execute(query)}


def last_times(store: Store, stage: Stage, reviewer: str, *, most: int) -> list[str]:
    """When a reviewer made the newest decisions at a stage, the newest first."""
    c = decisions.c
    query = (
        select(c.decided_at)
        .where(c.stage == str(stage), c.reviewer == reviewer, c.role == str(Role.REVIEWER))
        .order_by(c.number.desc())
        .limit(most)
    )
    with store.reading() as connection:
        return list(connection.execute(query).scalars())


def append_retrieval(store: Store, found: Sequence[Retrieval]) -> None:
    with store.writing() as connection:
        append_retrievals(connection, found)


def append_retrievals(connection: Connection, found: Sequence[Retrieval]) -> None:
    """The same inside the caller's transaction."""
    rows = [
        {"record_id": r.record_id, "status": r.status, "who": r.who, "note": r.note, "at": r.at or now()} for r in found
    ]
    if rows:
        projects.refuse_inactive(connection, {retrieval.who for retrieval in found})
        connection.execute(insert(retrievals), rows)


@remembered
def latest_retrieval(store: Store) -> int:
    """The number of the newest: it changes exactly when something was said of a full text."""
    with store.reading() as connection:
        return int(connection.execute(select(func.coalesce(func.max(retrievals.c.number), 0))).scalar_one())


def read_retrievals(store: Store) -> list[Retrieval]:
    """In order of arrival; the latest of a report counts."""
    c = retrievals.c
    with store.reading() as connection:
        rows = connection.execute(select(c.record_id, c.status, c.who, c.note, c.at).order_by(c.number)).mappings()
        return [Retrieval(**row) for row in rows]

"""Deduplication runs with the links they found, and people's answers; groups are computed from both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import insert, select

from review.domain.record import DuplicateLink, Judgement
from review.storage import projects
from review.storage.schema import dedup_runs, duplicate_links, judgements
from review.storage.store import Store, now

_BATCH = 5_000


def append_run(
    store: Store, *, version: str, records: int, joined: Sequence[DuplicateLink], unsure: Sequence[DuplicateLink]
) -> int:
    """Append one run with all its links in one transaction; its number."""
    with store.writing() as connection:
        row = {"version": version, "records": records, "at": now()}
        number = int(connection.execute(insert(dedup_runs).values(**row).returning(dedup_runs.c.number)).scalar_one())
        rows = [_row(number, "joined", link) for link in joined] + [_row(number, "unsure", link) for link in unsure]
        for start in range(0, len(rows), _BATCH):
            connection.execute(insert(duplicate_links), rows[start : start + _BATCH])
    return number


def _row(run: int, verdict: str, link: DuplicateLink) -> dict[str, object]:
    return {
        "run": run,
        "verdict": verdict,
        "record_a": link.record_a,
        "record_b": link.record_b,
        "condition": link.condition,
        "explanation": link.explanation,
        "score": float(link.score),
    }


def latest_run(store: Store) -> tuple[int, int] | None:
    """(number, records it looked at) of the newest run, if there is one."""
    query = select(dedup_runs.c.number, dedup_runs.c.records).order_by(dedup_runs.c.number.desc()).limit(1)
    with store.reading() as connection:
        row = connection.execute(query).first()
    return None if row is None else (int(row[0]), int(row[1]))


def latest_version(store: Store) -> str:
    """The program's version in the newest run; "" if there is none."""
    query = select(dedup_runs.c.version).order_by(dedup_runs.c.number.desc()).limit(1)
    with store.reading() as connection:
        return connection.execute(query).scalar() or ""


def links(store: Store, run: int, verdict: str) -> list[DuplicateLink]:
    """The links of a run: `joined` or `unsure`."""
    c = duplicate_links.c
    query = select(c.record_a, c.record_b, c.condition, c.explanation, c.score).where(
        c.run == run, c.verdict == verdict
    )
    with store.reading() as connection:
        return [DuplicateLink(**row) for row in connection.execute(query.order_by(c.number)).mappings()]


def append_judgements(store: Store, found: Iterable[Judgement]) -> None:
    rows = [
        {
            "record_a": j.record_a,
            "record_b": j.record_b,
            "same_work": int(j.same_work),
            "person": j.person,
            "at": j.at or now(),
        }
        for j in found
    ]
    if rows:
        with store.writing() as connection:
            projects.refuse_inactive(connection, {str(row["person"]) for row in rows})
            connection.execute(insert(judgements), rows)


def read_judgements(store: Store) -> list[Judgement]:
    """People's answers in order of arrival; a later one outranks an earlier."""
    c = judgements.c
    query = select(c.record_a, c.record_b, c.same_work, c.person, c.at).order_by(c.number)
    with store.reading() as connection:
        rows = connection.execute(query).all()
    return [Judgement(record_a=a, record_b=b, same_work=bool(same), person=p, at=at) for a, b, same, p, at in rows]

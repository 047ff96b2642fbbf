"""Deduplication runs with the links they found, and people's answers; groups are computed from both.

What a run leaves for the next is no fact: it is computed from the records, and replaced by each run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, RowMapping, delete, insert, select

from review.domain.record import DuplicateLink, Judgement
from review.storage import projects
from review.storage.moments import remembered
from review.storage.schema import dedup_memory, dedup_runs, duplicate_links, judgements, related_links
from review.storage.store import Store, now

_BATCH = 5_000
_FEW = 500  # records that are asked for by name
JOINED, UNSURE, RELATED = "joined", "unsure", "related"


def append_run(store: Store, *, version: str, records: int, links: Mapping[str, Sequence[DuplicateLink]]) -> int:
    """Append one run with all its links in one transaction; its number. `links` are `joined`, `unsure` and `related`."""
    with store.writing() as connection:
        row = {"version": version, "records": records, "at": now()}
        number = int(connection.execute(insert(dedup_runs).values(**row).returning(dedup_runs.c.number)).scalar_one())
        for verdict, found in links.items():
            table = related_links if verdict == RELATED else duplicate_links
            rows = [_row(number, verdict, link) for link in found]
            for start in range(0, len(rows), _BATCH):
                connection.execute(insert(table), rows[start : start + _BATCH])
    return number


def _row(run: int, verdict: str, link: DuplicateLink) -> dict[str, object]:
    said = {"relation": link.condition} if verdict == RELATED else {"verdict": verdict, "condition": link.condition}
    return {
        "run": run,
        "record_a": link.record_a,
        "record_b": link.record_b,
        "explanation": link.explanation,
        "score": float(link.score),
        **said,
    }


@remembered
def latest_run(store: Store) -> tuple[int, int] | None:
    """(number, records it looked at) of the newest run, if there is one."""
    query = select(dedup_runs.c.number, dedup_runs.c.records).order_by(dedup_runs.c.number.desc()).limit(1)
    with store.reading() as connection:
        row = connection.execute(query).first()
    return None if row is None else (int(row[0]), int(row[1]))


def latest_moment(store: Store) -> str:
    """When the newest run was made; "" if there is none."""
    query = select(dedup_runs.c.at).order_by(dedup_runs.c.number.desc()).limit(1)
    with store.reading() as connection:
        return str(connection.execute(query).scalar() or "")


def latest_version(store: Store) -> str:
    """The program's version in the newest run; "" if there is none."""
    query = select(dedup_runs.c.version).order_by(dedup_runs.c.number.desc()).limit(1)
    with store.reading() as connection:
        return connection.execute(query).scalar() or ""


def latest_time(store: Store) -> str:
    """When the newest run was; "" if there is none."""
    query = select(dedup_runs.c.at).order_by(dedup_runs.c.number.desc()).limit(1)
    with store.reading() as connection:
        return connection.execute(query).scalar() or ""


def links(store: Store, run: int, verdict: str) -> list[DuplicateLink]:
    """The links of a run: `joined`, `unsure` or `related`."""
    table, own = (
        (related_links, []) if verdict == RELATED else (duplicate_links, [duplicate_links.c.verdict == verdict])
    )
    c = table.c
    name = (c.relation if verdict == RELATED else c.condition).label("condition")
    query = select(c.record_a, c.record_b, name, c.explanation, c.score).where(c.run == run, *own).order_by(c.number)
    with store.reading() as connection:
        return [DuplicateLink(**row) for row in connection.execute(query).mappings()]


def keep_memory(store: Store, *, rules: str, content: bytes) -> None:
    """Replace what the newest run leaves for the next. `rules` names the rules it was found by."""
    with store.writing() as connection:
        connection.execute(delete(dedup_memory))
        connection.execute(insert(dedup_memory).values(number=1, rules=rules, content=content))


def memory(store: Store, *, rules: str) -> bytes | None:
    """What the newest run left, if it went by these rules."""
    query = select(dedup_memory.c.content).where(dedup_memory.c.rules == rules)
    with store.reading() as connection:
        return connection.execute(query).scalar()


def append_judgements(store: Store, found: Iterable[Judgement]) -> None:
    """Append answers that were given in one act: those without a time carry one and the same.

    What a person said of a pair last is not said again by the same person, as where a button is pressed twice.
    """
    at = now()
    rows = [
        {
            "record_a": j.record_a,
            "record_b": j.record_b,
            "same_work": int(j.same_work),
            "person": j.person,
            "at": j.at or at,
            "withdrawn": int(j.withdrawn),
        }
        for j in found
    ]
    if rows:
        with store.writing() as connection:
            projects.refuse_inactive(connection, {str(row["person"]) for row in rows})
            last = _last_said(connection, {str(row["record_a"]) for row in rows})
            if fresh := [row for row in rows if last.get(_pair(row)) != _said(row)]:
                connection.execute(insert(judgements), fresh)


def _last_said(connection: Connection, firsts: set[str]) -> dict[tuple[object, object], tuple[object, ...]]:
    """Of each pair that begins with one of these records, who said what last."""
    c = judgements.c
    query = select(c.record_a, c.record_b, c.same_work, c.person, c.withdrawn).order_by(c.at, c.number)
    if len(firsts) <= _FEW:
        query = query.where(c.record_a.in_(firsts))
    return {_pair(row): _said(row) for row in connection.execute(query).mappings()}


def _pair(row: Mapping[str, object] | RowMapping) -> tuple[object, object]:
    return row["record_a"], row["record_b"]


def _said(row: Mapping[str, object] | RowMapping) -> tuple[object, ...]:
    return row["person"], row["same_work"], row["withdrawn"]


@remembered
def read_judgements(store: Store) -> list[Judgement]:
    """People's answers in order of arrival; a later one outranks an earlier."""
    c = judgements.c
    query = select(c.record_a, c.record_b, c.same_work, c.person, c.at, c.withdrawn).order_by(c.number)
    with store.reading() as connection:
        rows = connection.execute(query).all()
    return [
        Judgement(record_a=a, record_b=b, same_work=bool(same), person=person, at=at, withdrawn=bool(withdrawn))
        for a, b, same, person, at, withdrawn in rows
    ]

"""The project's own rows: its id, the protocol's versions, the people, and the current order of the queue."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from review.domain.errors import NotAllowed
from review.domain.protocol import Amendment
from review.storage.moments import remembered
from review.storage.schema import people, projects, protocol_versions, rank_order, rank_runs
from review.storage.store import Store, now


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str
    role: str
    active: bool


def project_id(store: Store) -> str | None:
    with store.reading() as connection:
        return connection.execute(select(projects.c.id).limit(1)).scalar()


def set_project_id(store: Store, identity: str) -> None:
    with store.writing() as connection:
        connection.execute(insert(projects).values(id=identity, at=now()))


def append_protocol(store: Store, *, sha256: str, text: str, reason: str, who: str) -> Amendment:
    """Append the next numbered version: 0 is the frozen original."""
    with store.writing() as connection:
        last = connection.execute(select(func.max(protocol_versions.c.number))).scalar()
        number = 0 if last is None else int(last) + 1
        made = Amendment(number=number, sha256=sha256, text=text, reason=reason, who=who, at=now())
        connection.execute(insert(protocol_versions).values(**asdict(made)))
    return made


@remembered
def protocol_history(store: Store) -> list[Amendment]:
    with store.reading() as connection:
        rows = connection.execute(select(protocol_versions).order_by(protocol_versions.c.number)).mappings()
        return [Amendment(**row) for row in rows]


@remembered
def latest_protocol(store: Store) -> int:
    """The number of the newest version, or −1 before the protocol is frozen."""
    with store.reading() as connection:
        last = connection.execute(select(func.max(protocol_versions.c.number))).scalar()
    return -1 if last is None else int(last)


def join(connection: Connection, name: str, *, role: str) -> str:
    """The person's name as stored; first appended, in the caller's writing transaction, unless somebody has it.

    Names that differ only in capitals are one person's.
    """
    known = connection.execute(select(people.c.name).order_by(people.c.number)).scalars().all()
    stored = as_stored(known, name)
    if stored not in known:
        append_person(connection, name=stored, role=role)
    return stored


def as_stored(known: Sequence[str], name: str) -> str:
    """The name as it is written already, else as it is given."""
    alike = [one for one in known if one.casefold() == name.casefold()]
    return name if name in known or not alike else alike[0]


def append_person(connection: Connection, *, name: str, role: str, active: bool = True, who: str = "") -> None:
    row = {"name": name, "role": role, "active": int(active), "who": who or name, "at": now()}
    connection.execute(insert(people).values(**row))


_LAST_SAID = (  # built once, for that takes longer than the answer
    select(people.c.active).where(people.c.name == bindparam("of")).order_by(people.c.number.desc()).limit(1)
)


def refuse_inactive(connection: Connection, names: Collection[str]) -> None:
    """Raise NotAllowed if one of these people was taken out of the review: what they did stays, nothing new comes."""
    for name in names:
        if connection.execute(_LAST_SAID, {"of": name}).scalar() == 0:
            raise NotAllowed(
                f"{name} does not take part in this review at present, so nothing new is stored under this name.",
                hint=f"What was decided stays. To let {name} in again: review people activate '{name}'.",
            )


@remembered
def people_stamp(store: Store) -> int:
    """Changes exactly when something was said of a person."""
    with store.reading() as connection:
        return int(connection.execute(select(func.coalesce(func.max(people.c.number), 0))).scalar_one())


@remembered
def read_people(store: Store) -> list[Person]:
    """Each person once, as last stated, by name."""
    with store.reading() as connection:
        rows = connection.execute(select(people.c.name, people.c.role, people.c.active).order_by(people.c.number)).all()
    latest = {name: Person(name=name, role=role, active=bool(active)) for name, role, active in rows}
    return [latest[name] for name in sorted(latest)]


Order = Iterable[tuple[str, float]]  # (record id, score), most likely relevant first
EVERYBODY = ""  # the order for whoever has none of their own
_SCORED = b"order:"  # how one begins as it is written now
_LENGTH = struct.Struct("<Q")


def replace_orders(store: Store, orders: Mapping[str, Order], *, run: dict[str, object]) -> int:
    """Publish new orders of the queue, by reviewer, in one step and append how they were made; the run's number."""
    listed = {reviewer: _lists(order) for reviewer, order in orders.items()}
    packed = [{"reviewer": reviewer, "works": _packed(*lists)} for reviewer, lists in listed.items()]
    with store.writing() as connection:
        row = {**run, "records": len(listed[EVERYBODY][0]) if EVERYBODY in listed else 0, "at": now()}
        number = int(connection.execute(insert(rank_runs).values(**row).returning(rank_runs.c.number)).scalar_one())
        connection.execute(delete(rank_order))
        if packed:
            connection.execute(insert(rank_order), packed)
    return number


def read_order(store: Store, reviewer: str = EVERYBODY) -> list[tuple[str, float]]:
    """The current order for one person, else for everybody; empty before the first ranking."""
    with store.reading() as connection:
        for name in dict.fromkeys((reviewer, EVERYBODY)):
            found = connection.execute(select(rank_order.c.works).where(rank_order.c.reviewer == name)).scalar()
            if found is not None:
                return _unpacked(found)
    return []


def _lists(order: Order) -> tuple[list[str], list[float]]:
    """The works and their scores, one list each."""
    pairs = list(order)
    return [work for work, _ in pairs], [score for _, score in pairs]


def _packed(works: list[str], scores: list[float]) -> bytes:
    """The works pressed, then the scores as they are: digits of 100,000 scores take longer to write than their ranking."""
    named = zlib.compress(json.dumps(works).encode("utf-8"), 1)
    return _SCORED + _LENGTH.pack(len(named)) + named + struct.pack(f"<{len(scores)}d", *scores)


def _unpacked(data: bytes) -> list[tuple[str, float]]:
    if data.startswith(_SCORED):
        start = len(_SCORED) + _LENGTH.size
        end = start + _LENGTH.unpack_from(data, len(_SCORED))[0]
        works = json.loads(zlib.decompress(data[start:end]))
        return list(zip(works, struct.unpack_from(f"<{len(works)}d", data, end), strict=True))
    found = json.loads(zlib.decompress(data))  # as versions before wrote it
    if isinstance(found, list):
        return [(work, score) for work, score in found]
    return list(zip(found["works"], found["scores"], strict=True))


@remembered
def latest_rank_run(store: Store) -> dict[str, object] | None:
    with store.reading() as connection:
        row = connection.execute(select(rank_runs).order_by(rank_runs.c.number.desc()).limit(1)).mappings().first()
    return None if row is None else dict(row)

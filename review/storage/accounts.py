"""Who may sign in: accounts, sessions, failed attempts and the app's own keys. No facts; none of it leaves with a bundle."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from review.storage.schema import accounts, app_keys, sessions, sign_in_failures
from review.storage.store import Store, now

IDLE = timedelta(hours=12)  # a session nobody used for so long has ended
_SEEN_EVERY = timedelta(minutes=1)  # how often a session in use is written down
_KEEP_FAILURES = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How a person signs in. `name` is the person's name in the review; `issuer` vouches for `subject`."""

    id: str
    name: str
    issuer: str
    subject: str
    email: str
    hash: str | None


def ago(span: timedelta) -> str:
    """The moment so long before now, as the store writes time."""
    return (datetime.now(UTC) - span).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def key_of(text: str) -> str:
    """How a name or an e-mail address is compared."""
    return " ".join(text.split()).casefold()


# Accounts


def add(connection: Connection, name: str, *, email: str = "", hash_: str | None = None) -> str:
    """Append an account in the caller's transaction; its id. Raises IntegrityError if name or e-mail has one."""
    identity = uuid.uuid4().hex
    row = {"id": identity, "name": name, "name_key": key_of(name), "email": key_of(email), "hash": hash_, "at": now()}
    connection.execute(insert(accounts).values(issuer="", subject="", **row))
    return identity


def change(connection: Connection, account: str, **values: str | None) -> None:
    """Change the hash, e-mail, issuer or subject of an account."""
    connection.execute(update(accounts).where(accounts.c.id == account).values(**values))


def all_accounts(store: Store) -> list[Account]:
    with store.reading() as connection:
        return [_account(row) for row in connection.execute(select(accounts).order_by(accounts.c.name_key)).mappings()]


def by_login(store: Store, text: str) -> Account | None:
    """The account of a name or an e-mail address."""
    key = key_of(text)
    if not key:
        return None
    with store.reading() as connection:
        query = select(accounts).where(or_(accounts.c.name_key == key, accounts.c.email == key))
        found = connection.execute(query.order_by(accounts.c.name_key != key)).mappings().first()
    return None if found is None else _account(found)


def by_subject(store: Store, issuer: str, subject: str) -> Account | None:
    with store.reading() as connection:
        query = select(accounts).where(accounts.c.issuer == issuer, accounts.c.subject == subject)
        found = connection.execute(query).mappings().first()
    return None if found is None else _account(found)


def by_id(store: Store, account: str) -> Account | None:
    with store.reading() as connection:
        found = connection.execute(select(accounts).where(accounts.c.id == account)).mappings().first()
    return None if found is None else _account(found)


def _account(row: object) -> Account:
    return Account(**{name: row[name] for name in Account.__slots__})  # type: ignore[index]


# Sessions


def begin_session(connection: Connection, token_sha256: str, account: str) -> None:
    """Keep a new session, and forget those that ended by themselves."""
    at = now()
    connection.execute(delete(sessions).where(sessions.c.seen < ago(IDLE)))
    connection.execute(insert(sessions).values(token_sha256=token_sha256, account=account, began=at, seen=at))


def use_session(store: Store, token_sha256: str) -> str | None:
    """The account of a session that has not ended; using it keeps it."""
    with store.reading() as connection:
        query = select(sessions.c.account, sessions.c.seen).where(sessions.c.token_sha256 == token_sha256)
        found = connection.execute(query).first()
    if found is None or found.seen < ago(IDLE):
        return None
    if found.seen < ago(_SEEN_EVERY):
        with store.writing() as connection:
            row = update(sessions).where(sessions.c.token_sha256 == token_sha256)
            connection.execute(row.values(seen=now()))
    return str(found.account)


def end_session(store: Store, token_sha256: str) -> str | None:
    """End one session; its account."""
    with store.writing() as connection:
        row = delete(sessions).where(sessions.c.token_sha256 == token_sha256).returning(sessions.c.account)
        return connection.execute(row).scalar()


def end_sessions(connection: Connection, account: str) -> None:
    """End every session of an account."""
    connection.execute(delete(sessions).where(sessions.c.account == account))


# Failed attempts


def add_failures(store: Store, *keys: str) -> None:
    with store.writing() as connection:
        connection.execute(delete(sign_in_failures).where(sign_in_failures.c.at < ago(_KEEP_FAILURES)))
        connection.execute(insert(sign_in_failures), [{"key": key, "at": now()} for key in keys])


def failures(store: Store, key: str, *, within: timedelta) -> tuple[int, str]:
    """How many attempts failed within a span, and when the last one did."""
    c = sign_in_failures.c
    query = select(func.count(), func.coalesce(func.max(c.at), "")).where(c.key == key, c.at >= ago(within))
    with store.reading() as connection:
        count, last = connection.execute(query).one()
    return int(count), str(last)


def forget_failures(connection: Connection, key: str) -> None:
    connection.execute(delete(sign_in_failures).where(sign_in_failures.c.key == key))


# Keys


def app_key(store: Store, name: str) -> str:
    """A random key of this database, made when it is first asked for."""
    query = select(app_keys.c.value).where(app_keys.c.name == name)
    with store.reading() as connection:
        found = connection.execute(query).scalar()
    if found is not None:
        return str(found)
    try:
        with store.writing() as connection:
            connection.execute(insert(app_keys).values(name=name, value=secrets.token_hex(32)))
    except IntegrityError:
        pass  # another process made it in this moment
    with store.reading() as connection:
        return str(connection.execute(query).scalar_one())

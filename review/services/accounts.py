"""Signing in: passwords, sessions and lock-out; and who somebody is whom another service vouches for."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from review.domain.errors import Missing, NotInstalled, NotSignedIn, ReviewError
from review.domain.team import Right, Seat
from review.services import rights, team
from review.services.project import Project
from review.storage import accounts, deeds, projects
from review.storage.accounts import Account
from review.storage.deeds import Deed

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 10, 200  # characters of a password
LOCKED_FOR = timedelta(minutes=15)
_TRIES = 5  # wrong passwords for one name before it is locked
_TRIES_FROM = 50  # wrong passwords from one address: a class room may share one
COST: dict[str, Any] = {}  # argon2's own recommendation holds: 64 MiB, three passes
_AT_ONCE = threading.BoundedSemaphore(2)  # each check takes 64 MiB
_WRONG = "The name or the password is not right."


# Passwords


def _hasher() -> PasswordHasher:
    try:
        from argon2 import PasswordHasher
    except ModuleNotFoundError as error:
        raise NotInstalled("What keeps passwords safe", "auth") from error
    return PasswordHasher(**COST)


def checked(name: str, password: str) -> str:
    """The password, or the reason why this person cannot have it."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ReviewError(
            f"A password has {SHORTEST} to {LONGEST} characters.", hint="Four or five words in a row are easy to keep."
        )
    if password.casefold() in name.casefold() or len(set(password)) < 4:
        raise ReviewError("This password is too easy to guess.", hint="Take four or five words in a row.")
    return password


@rights.needs(Right.GOVERN)
def set_password(project: Project, name: str, password: str) -> str:
    """Give a person a password, ending their sessions and any lock; their name. Only its argon2 hash is stored."""
    account = accounts.by_login(project.store, name) or _account_for(project, name)
    _store_password(project, account, password)
    return account.name


def _account_for(project: Project, name: str) -> Account:
    """An account for somebody who took part without one."""
    known = [person.name for person in projects.read_people(project.store)]
    stored = projects.as_stored(known, team.clean_name(name))
    if stored not in known:
        raise Missing("person", name, known)
    with project.store.writing() as connection:
        identity = accounts.add(connection, stored)
    return Account(id=identity, name=stored, issuer="", subject="", email="", hash=None)


@rights.needs(Right.READ, whose="name")
def change_password(project: Project, name: str, *, old: str, new: str) -> None:
    """Let a person change their own password; they sign in anew everywhere."""
    account = accounts.by_login(project.store, name)
    if account is None or not account.hash or not _verify(account.hash, old):
        raise NotSignedIn("The old password is not right.", hint="Nothing was changed.")
    _store_password(project, account, new)


def _store_password(project: Project, account: Account, password: str) -> None:
    made = _hasher().hash(checked(account.name, password))
    with project.store.writing() as connection:
        accounts.change(connection, account.id, hash=made)
        accounts.end_sessions(connection, account.id)
        accounts.forget_failures(connection, accounts.key_of(account.name))
        deeds.append(connection, Deed(who=project.who or team.COMMAND_LINE, what="password set", about=account.name))


def _verify(stored: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    with _AT_ONCE:
        try:
            return _hasher().verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


# Signing in and out with a password


@rights.internal
def sign_in(project: Project, login: str, password: str, *, address: str = "") -> str:
    """Begin a session; its token, for a cookie. Raises NotSignedIn, with the same words for a wrong name and a wrong
    password; after five wrong ones the name is locked for a quarter of an hour.
    """
    account = accounts.by_login(project.store, login[:LONGEST])
    key = accounts.key_of(account.name if account else login[:LONGEST])
    _refuse_locked(project, key, address)
    stored = account.hash if account else None
    # Without an account as much is reckoned, so that the time taken tells nobody who has one.
    good = _verify(stored or _nobodys_hash(project), password[:LONGEST]) and stored is not None
    if account is None or not good:
        accounts.add_failures(project.store, key, *([f"from {address}"] if address else []))
        raise NotSignedIn(_WRONG, hint="Write both as they were given to you. An owner can set a new password.")
    _refuse_inactive(project, account.name)
    token = secrets.token_urlsafe(32)
    with project.store.writing() as connection:
        accounts.begin_session(connection, digest(token), account.id)
        accounts.forget_failures(connection, key)
        if stored and _hasher().check_needs_rehash(stored):
            accounts.change(connection, account.id, hash=_hasher().hash(password))
        deeds.append(connection, Deed(who=account.name, what="signed in"))
    return f"{token}.{_signature(project, token)}"


def _refuse_locked(project: Project, key: str, address: str) -> None:
    for counted, most in ((key, _TRIES), (f"from {address}", _TRIES_FROM)):
        failed, last = accounts.failures(project.store, counted, within=LOCKED_FOR)
        if failed >= most:
            free = datetime.fromisoformat(last) + LOCKED_FOR
            minutes = max(1, -(-int((free - datetime.now(UTC)).total_seconds()) // 60))
            raise NotSignedIn(
                f"There were {failed} wrong passwords in a row, so signing in waits for {minutes} minutes.",
                hint="This keeps others from guessing. An owner can set a new password, which ends the wait.",
            )


def _refuse_inactive(project: Project, name: str) -> None:
    person = {p.name: p for p in projects.read_people(project.store)}.get(name)
    if person is None or not person.active:
        raise NotSignedIn(
            f"{name} does not take part in this review at present.", hint="Ask an owner of the review to let you in."
        )


def _nobodys_hash(project: Project) -> str:
    made: str = project.cached("nobody's hash", 0, lambda: _hasher().hash(secrets.token_urlsafe(16)))
    return made


def digest(token: str) -> str:
    """How a token is stored: who reads the database cannot sign in with it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _signature(project: Project, token: str) -> str:
    key = project.cached("key of sessions", 0, lambda: accounts.app_key(project.store, "sessions"))
    return hmac.new(key.encode(), token.encode(), hashlib.sha256).hexdigest()


def _session_of(project: Project, cookie: str) -> str:
    """The stored form of a cookie's token; empty if this program did not sign it."""
    token, dot, signature = cookie.partition(".")
    good = bool(token and dot) and cookie.isascii() and hmac.compare_digest(_signature(project, token), signature)
    return digest(token) if good else ""


@rights.internal
def seat_of(project: Project, cookie: str) -> Seat | None:
    """Whom a session's cookie stands for; None if it has ended, or if its person has left."""
    session = _session_of(project, cookie)
    account = accounts.use_session(project.store, session) if session else None
    found = accounts.by_id(project.store, account) if account else None
    return Seat(name=found.name, session=session) if found else None


@rights.internal
def sign_out(project: Project, cookie: str) -> None:
    """End the session of a cookie; the cookie is worth nothing from then on."""
    session = _session_of(project, cookie)
    account = accounts.end_session(project.store, session) if session else None
    found = accounts.by_id(project.store, account) if account else None
    if found is not None:
        deeds.append_one(project.store, Deed(who=found.name, what="signed out"))


# People others vouch for


@rights.internal
def key_for_cookies(project: Project) -> str:
    """The key with which the app signs what a provider said; it outlives a restart."""
    return accounts.app_key(project.store, "provider")


@rights.internal
def vouched(project: Project, *, issuer: str, subject: str, invited_as: str = "") -> Seat:
    """The person whom another service names by (issuer, subject). The first time, an account that nobody has taken up
    and that has the name or the (verified) e-mail address `invited_as` is taken up; others are refused.
    """
    account = accounts.by_subject(project.store, issuer, subject)
    if account is None:
        account = _invited(project, invited_as)
        if account is None:
            raise NotSignedIn(
                f"You are signed in as {invited_as or subject}, but not on the list of this review.",
                hint=f"Ask an owner to add you: review people add 'Your Name' --email {invited_as or 'you@example.org'}",
            )
        with project.store.writing() as connection:
            accounts.change(connection, account.id, issuer=issuer, subject=subject)
            deeds.append(connection, Deed(who=account.name, what="account taken up", detail=issuer))
    _refuse_inactive(project, account.name)
    return Seat(name=account.name)


def _invited(project: Project, login: str) -> Account | None:
    found = accounts.by_login(project.store, login) if login else None
    return found if found is not None and not found.subject else None

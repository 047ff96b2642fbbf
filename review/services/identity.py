"""How the app knows who is at the screen: the mode and its settings, and what may not be served in which mode."""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from review.domain.errors import BadInput, Missing, ReviewError
from review.services import rights, team
from review.services.project import CONFIG, Project

MODE = "REVIEW_AUTH"  # outranks review.toml
OIDC_SECRET = "REVIEW_OIDC_SECRET"  # noqa: S105 - the name of a variable
HEADER_SECRET = "REVIEW_HEADER_SECRET"  # noqa: S105 - the name of a variable
_SETTINGS = ("mode", "url", "header", "secret_header", "client_id", "metadata_url")
_LOCAL_NAMES = ("localhost",)


class Mode(StrEnum):
    SOLO = "solo"  # one computer, no passwords: the name is asked once
    LOCAL = "local"  # names and passwords kept here
    OIDC = "oidc"  # a university's or another service's sign-in
    HEADER = "header"  # a proxy in front of the app says who it is


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The settings under [auth] in review.toml; what is secret stands in the environment only."""

    mode: Mode = Mode.SOLO
    url: str = ""  # the address people use, when it is not the one served at
    header: str = "X-Forwarded-Email"
    secret_header: str = "X-Review-Secret"  # noqa: S105 - the name of a header
    client_id: str = ""
    metadata_url: str = ""
    secret: str = ""


def settings(root: Path, environment: Mapping[str, str] = os.environ) -> SignIn:
    """How people sign in to the project in this folder."""
    part = _auth_part(root / CONFIG)
    named = environment.get(MODE) or part.get("mode", Mode.SOLO)
    if named not in set(Mode):
        raise Missing("way to sign in", named, list(Mode))
    mode = Mode(named)
    secret = environment.get({Mode.OIDC: OIDC_SECRET, Mode.HEADER: HEADER_SECRET}.get(mode, ""), "")
    values: dict[str, Any] = {**part, "mode": mode, "secret": secret}
    return SignIn(**values)


def _auth_part(path: Path) -> dict[str, str]:
    try:
        part = tomllib.loads(path.read_text(encoding="utf-8")).get("auth", {})
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(path, f"this cannot be read: {error}.", hint="Restore the file as it was made.") from error
    if not isinstance(part, dict):
        raise BadInput(path, "auth is not a part of its own.", hint='Write a line [auth] and below it mode = "local".')
    for name, value in part.items():
        if name not in _SETTINGS:
            secret = "secret" in name or "password" in name
            raise BadInput(
                path,
                f"there is no setting {name!r} under [auth].",
                hint=f"Put secrets into the environment ({OIDC_SECRET}, {HEADER_SECRET}): this file is handed on."
                if secret
                else f"There are {', '.join(_SETTINGS)}.",
            )
        if not isinstance(value, str):
            raise BadInput(path, f"{name} under [auth] is no text.", hint=f'Write {name} = "…" in quotation marks.')
    return part


def is_loopback(host: str) -> bool:
    """Whether only this computer reaches the address."""
    if host in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@rights.internal
def check_start(project: Project, found: SignIn, host: str) -> None:
    """Raise ReviewError if the app may not be served at this address in this mode, with what to do."""
    if found.mode is Mode.SOLO:
        if not is_loopback(host):
            raise ReviewError(
                f"The app asks nobody for a password, so it is not served at {host}.",
                hint="Use --host 127.0.0.1, where only this computer reaches it. For a team write mode = 'local' under "
                f"[auth] in {CONFIG} and give everybody an account: review people add NAME --password.",
            )
        return
    _check_settings(found, host)
    if not team.has_owner(project):
        raise ReviewError(
            "Nobody could change people or the protocol after signing in.",
            hint="Add an owner first: review people add 'Your Name' --role owner"
            + (" --password" if found.mode is Mode.LOCAL else " --email you@example.org"),
        )


def _check_settings(found: SignIn, host: str) -> None:
    if found.mode is Mode.HEADER and not found.secret and not is_loopback(host):
        raise ReviewError(
            f"Whoever reaches {host} could send the header {found.header} and be believed.",
            hint=f"Use --host 127.0.0.1 behind the proxy, or let the proxy send a secret in {found.secret_header} and put "
            f"the same into {HEADER_SECRET}.",
        )
    if found.mode is not Mode.OIDC:
        return
    for name, value in (("client_id", found.client_id), ("metadata_url", found.metadata_url)):
        if not value:
            raise ReviewError(f"The setting {name} under [auth] in {CONFIG} is missing.", hint="The provider names it.")
    if not found.secret:
        raise ReviewError(f"{OIDC_SECRET} is not set.", hint="Put the client secret of the provider into it.")


def address(found: SignIn, host: str, port: int) -> str:
    """The address people use, without a slash at its end."""
    if found.url:
        return found.url.rstrip("/")
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def hosts(found: SignIn, host: str) -> list[str]:
    """The names under which the app may be asked for; empty for any."""
    known = ["localhost", "127.0.0.1", "[::1]"]
    if found.url:
        return [*known, urlsplit(found.url).hostname or host]
    if found.mode is not Mode.SOLO and host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not listened at
        return []
    return [*known, host]

"""Who is at the screen: from the address, a cookie, a provider or a proxy, whichever the project asks for."""

from __future__ import annotations

import hmac
import json
import os
import time
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote, unquote

import streamlit as st

from review.domain.errors import NotSignedIn, ReviewError
from review.domain.team import Right, Seat
from review.services import accounts, identity, rights, team
from review.services.identity import Mode, SignIn
from review.services.project import Project
from review.storage.projects import Person

REVIEWER = "REVIEW_REVIEWER"  # set by the server: the answer to the name question of solo mode
REFUSAL = "refusal"  # kept for the top of the page
_WHO = "who"
_FORGOTTEN = "forgotten"
_REMEMBERED = "remembered"
_NAME_LASTS = 365 * 24 * 3600  # seconds
_WARNED_BEFORE = 30 * 60  # seconds before the end of a sign-in at which people are told to keep what they have typed
_OIDC_LASTS = timedelta(hours=12)  # since the provider's sign-in; Streamlit's own cookie would last a month


def current_person(project: Project) -> Person | None:
    """The person at the screen with role and standing; None before anybody said or signed in.

    In solo mode somebody new is a person without a stored role yet.
    """
    seat = seat_at(project)
    if seat is None:
        return None
    known = rights.standing(project.seated(seat))
    return known or Person(name=seat.name, role="reviewer", active=True)


def may(project: Project, right: Right) -> bool:
    """Whether to offer something; the services check it again."""
    return rights.may(project, right)


def cookie_name(project: Project) -> str:
    """Browsers do not keep cookies of two ports apart, so each project has a name of its own."""
    return f"review_{project.id[:8]}"


def seat_at(project: Project) -> Seat | None:
    """For whom the project is open in this window. Raises NotSignedIn where somebody is known but not let in."""
    bare = project.seated(None)
    found = identity.settings(project.root)
    if found.mode is Mode.SOLO:
        return _solo(bare)
    seat = {Mode.LOCAL: _by_cookie, Mode.OIDC: _by_provider, Mode.HEADER: _by_header}[found.mode](bare, found)
    if seat is not None:
        st.session_state[_WHO] = seat.name
    else:
        st.session_state.pop(_WHO, None)
    return seat


def _solo(project: Project) -> Seat | None:
    """The name given in this window, in the address, at the start of the program, or here the last time."""
    kept = st.context.cookies.get(_name_cookie(project), "")
    before = os.environ.get(REVIEWER, "") or (unquote(kept) if isinstance(kept, str) else "")
    started_as = "" if st.session_state.get(_FORGOTTEN) else before
    asked = str(st.session_state.get(_WHO) or st.query_params.get("reviewer") or started_as)
    try:
        name = team.as_known(project, asked) if asked.strip() else ""
    except ReviewError as error:
        st.session_state.pop(_WHO, None)
        st.query_params.pop("reviewer", None)
        st.session_state[REFUSAL] = str(error)
        return None
    if not name:
        return None
    st.session_state[_WHO] = name
    if st.query_params.get("reviewer") != name:
        st.query_params["reviewer"] = name
    return Seat(name=name, trusted=True)


def _name_cookie(project: Project) -> str:
    return f"{cookie_name(project)}_name"


def remember(project: Project, name: str) -> None:
    """Have the browser keep the name of solo mode for the next visit, or forget it (an empty name)."""
    if st.session_state.get(_REMEMBERED) == name:
        return
    st.session_state[_REMEMBERED] = name
    lasts = _NAME_LASTS if name else 0
    cookie = f"{_name_cookie(project)}={quote(name, safe='')}; path=/; max-age={lasts}; samesite=strict"
    st.html(f"<script>document.cookie = {json.dumps(cookie)};</script>", unsafe_allow_javascript=True)


def _by_cookie(project: Project, _found: SignIn) -> Seat | None:
    return accounts.seat_of(project, session_cookie(project))


def session_cookie(project: Project) -> str:
    """What the browser sent as its session."""
    return str(st.context.cookies.get(cookie_name(project), ""))


def _by_provider(project: Project, _found: SignIn) -> Seat | None:
    said = st.user.to_dict()
    if not said.get("is_logged_in"):
        return None
    since = said.get("iat") or said.get("auth_time") or 0
    until = since + _OIDC_LASTS.total_seconds() if isinstance(since, int | float) else 0.0
    if time.time() >= until:
        return None
    verified = said.get("email_verified") in (True, "true")
    seat = accounts.vouched(
        project,
        issuer=str(said.get("iss", "")),
        subject=str(said.get("sub", "")),
        invited_as=str(said.get("email", "")) if verified else "",
    )
    return replace(seat, until=until)


def _by_header(project: Project, found: SignIn) -> Seat | None:
    if found.secret:
        given = st.context.headers.get_all(found.secret_header)
        if len(given) != 1 or not hmac.compare_digest(given[0].encode(), found.secret.encode()):
            raise NotSignedIn(
                "This request did not come through the proxy that signs people in.",
                hint=f"Use the address of the proxy; it sends {found.secret_header}.",
            )
    names = st.context.headers.get_all(found.header)
    if len(names) > 1:
        raise NotSignedIn(
            f"The header {found.header} came twice, so it is not clear who you are.",
            hint="The proxy must remove what browsers send under this name.",
        )
    name = names[0].strip() if names else ""
    return accounts.vouched(project, issuer="header", subject=name.casefold(), invited_as=name) if name else None


def minutes_left(project: Project) -> int | None:
    """The minutes until this person has to sign in again, once they are few."""
    left = (project.seat.until if project.seat else 0.0) - time.time()
    return max(0, round(left / 60)) if 0 < left < _WARNED_BEFORE else None


# Leaving


def forget() -> None:
    """Ask for the name again, for the next person at this computer."""
    _clear()
    st.session_state[_FORGOTTEN] = True
    st.query_params.clear()


def sign_out(project: Project) -> None:
    """End the session; the next page asks to sign in."""
    accounts.sign_out(project.seated(None), session_cookie(project))
    _clear()


def _clear() -> None:
    for key in list(st.session_state.keys()):
        del st.session_state[key]


# Before anybody is known


def door(project: Project) -> None:
    """What is shown to somebody who is not signed in; nothing of the review."""
    found = identity.settings(project.root)
    st.title("Sign in")
    if found.mode is not Mode.HEADER and identity.MODE not in os.environ:
        st.write("Signing in needs the program's own server: start the app with `review app`.")
    elif found.mode is Mode.LOCAL:
        st.write("This review is for the people on its list. Sign in with the name and password you were given.")
        st.link_button("Sign in", "/auth/login", type="primary", icon=":material/login:")
    elif found.mode is Mode.OIDC:
        st.write("This review is for the people on its list. Sign in with the account of your institution.")
        st.button("Sign in", type="primary", icon=":material/login:", on_click=st.login, key="sign-in")
    else:
        st.write("Nobody signed you in. Open the review through the address that your institution gave you.")


def turned_away(project: Project, error: ReviewError) -> None:
    """What is shown to somebody known who may not come in."""
    from review.app.markup import plain

    st.title("Sign in")
    st.error(plain(error), icon=":material/error:")
    if identity.settings(project.root).mode is Mode.OIDC:
        st.button("Sign in as somebody else", on_click=st.logout, key="sign-out")

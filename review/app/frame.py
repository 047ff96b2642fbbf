"""What every page shares: the open project, who is at the screen, and how a refusal is shown."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import streamlit as st

from review.app import person
from review.app.markup import plain
from review.app.person import REFUSAL
from review.domain.errors import ReviewError
from review.domain.team import Right
from review.services import rights, team
from review.services.project import Progress, Project, find_root, open_project

PROJECT = "REVIEW_PROJECT"  # set by the server: the project's folder
REVIEWER = person.REVIEWER
_WHO = "who"
_NOTICE = "notice"

Arguments = ParamSpec("Arguments")


@st.cache_resource(show_spinner=False)
def opened(root: str) -> Project:
    """The project, opened once for all windows."""
    return open_project(Path(root))


def bare_project() -> Project:
    """The project before it is known for whom it is open; for the entry and the sign-in only."""
    return opened(os.environ.get(PROJECT) or str(find_root(Path.cwd())))


def project() -> Project:
    """The project, open for the person at the screen: every service then asks for their rights.

    In solo mode, before anybody gave a name, it is open for whoever sits at this computer.
    """
    found = bare_project()
    return found.seated(person.seat_at(found))


def page(show: Callable[[Project], None], *, right: Right = Right.READ) -> None:
    """Show one page to whoever has the right; what the program refuses is said in a sentence."""
    try:
        show_notices()
        found = project()
        rights.check(found, right)
        show(found)
    except ReviewError as error:
        refuse(error)


def refuse(error: ReviewError) -> None:
    st.error(plain(error), icon=":material/error:")


def callback(act: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """A button's action; a refusal is kept and shown at the top of the next run."""

    @wraps(act)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        try:
            act(*args, **kwargs)
        except ReviewError as error:
            st.session_state[REFUSAL] = str(error)

    return run


def notice(text: str) -> None:
    """Say something once, at the top of the next run."""
    st.session_state[_NOTICE] = text


def show_notices() -> None:
    if refusal := st.session_state.pop(REFUSAL, ""):
        st.error(plain(refusal), icon=":material/error:")
    if said := st.session_state.pop(_NOTICE, ""):
        st.success(plain(said), icon=":material/check_circle:")


def plainly() -> bool:
    """True once the address asked for plain buttons (`?basic=1`), on every page after it, until it says `?basic=0`."""
    if (asked := st.query_params.get("basic")) is not None:
        st.session_state["basic"] = asked == "1"
    return bool(st.session_state.get("basic"))


def progress_bar(text: str) -> tuple[Progress, Callable[[], None]]:
    """A bar for a long task: what the service calls to move it, and what takes it away."""
    bar = st.progress(0.0, text=plain(text))

    def moved(what: str, share: float) -> None:
        bar.progress(min(1.0, max(0.0, share)), text=plain(what))

    def gone() -> None:
        bar.empty()

    return moved, gone


# Who is at the screen. In solo mode: asked once, kept in the address so that a reload keeps it.


def reviewer(found: Project) -> str:
    """The name of the person at the screen; asks for it and stops the page before anybody said."""
    name = str(st.session_state.get(_WHO, ""))
    if not name:
        _ask(found)
        st.stop()
    return name


def _ask(found: Project) -> None:
    st.subheader("Who are you?")
    st.write(
        "Your decisions are kept under your name. Write it the same way every time; others do not see your verdicts."
    )
    known = [person.name for person in team.people(found) if person.active]
    if known:
        st.caption(plain(f"Known so far: {', '.join(known)}"))
    with st.form("who-are-you"):
        st.text_input("Your name", key="name", max_chars=80, placeholder="Ana Lima")
        st.form_submit_button("Begin", type="primary", on_click=_begin)


@callback
def _begin() -> None:
    st.session_state[_WHO] = team.clean_name(str(st.session_state.get("name", "")))

"""What every page shares: the open project, who is at the screen, and how a refusal is shown."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import streamlit as st

from review.app.markup import plain
from review.domain.errors import ReviewError
from review.domain.screening import Stage
from review.services import fulltext, screen, team
from review.services.project import Progress, Project, find_root, open_project

PROJECT = "REVIEW_PROJECT"  # set by the server: the project's folder
REVIEWER = "REVIEW_REVIEWER"  # set by the server: the answer to the name question
_WHO = "who"
_FORGOTTEN = "forgotten"
_REFUSAL = "refusal"
_NOTICE = "notice"

Arguments = ParamSpec("Arguments")


@st.cache_resource(show_spinner=False)
def opened(root: str) -> Project:
    """The project, opened once for all windows."""
    return open_project(Path(root))


def project() -> Project:
    return opened(os.environ.get(PROJECT) or str(find_root(Path.cwd())))


def page(show: Callable[[Project], None]) -> None:
    """Show one page; what the program refuses is said in a sentence."""
    try:
        show_notices()
        show(project())
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
            st.session_state[_REFUSAL] = str(error)

    return run


def notice(text: str) -> None:
    """Say something once, at the top of the next run."""
    st.session_state[_NOTICE] = text


def show_notices() -> None:
    if refusal := st.session_state.pop(_REFUSAL, ""):
        st.error(plain(refusal), icon=":material/error:")
    if said := st.session_state.pop(_NOTICE, ""):
        st.success(plain(said), icon=":material/check_circle:")


def progress_bar(text: str) -> tuple[Progress, Callable[[], None]]:
    """A bar for a long task: what the service calls to move it, and what takes it away."""
    bar = st.progress(0.0, text=plain(text))

    def moved(what: str, share: float) -> None:
        bar.progress(min(1.0, max(0.0, share)), text=plain(what))

    def gone() -> None:
        bar.empty()

    return moved, gone


# Who is at the screen (one computer, no passwords): asked once, kept in the address so that a reload keeps it.


def identify(found: Project) -> str:
    """The name given in this window, in the address or at the start of the program; empty before anybody said."""
    started_as = "" if st.session_state.get(_FORGOTTEN) else os.environ.get(REVIEWER, "")
    asked = str(st.session_state.get(_WHO) or st.query_params.get("reviewer") or started_as)
    try:
        name = team.as_known(found, asked) if asked.strip() else ""
    except ReviewError as error:
        refuse(error)
        name = ""
    if name:
        st.session_state[_WHO] = name
        if st.query_params.get("reviewer") != name:
            st.query_params["reviewer"] = name
    return name


def reviewer(found: Project) -> str:
    """The name of the person at the screen; asks for it and stops the page before anybody said."""
    name = str(st.session_state.get(_WHO, ""))
    if not name:
        _ask(found)
        st.stop()
    return name


def waiting_for(found: Project, who: str, stage: Stage) -> int:
    """How many works wait for this person's decision; a full text that cannot be had waits for nobody."""
    left = screen.queue(found, who, stage)
    if stage is Stage.TITLE_ABSTRACT:
        return len(left)
    reports = fulltext.standings(found)
    return sum(reports[work].retrieval != "not_retrieved" for work in left)


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


def forget() -> None:
    """Ask for the name again, for the next person at this computer."""
    for key in list(st.session_state.keys()):
        del st.session_state[key]
    st.session_state[_FORGOTTEN] = True
    st.query_params.clear()

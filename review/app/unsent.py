"""Fields of a page that keep what is typed until it is sent: a reload or a stopped server loses nothing."""

from __future__ import annotations

from typing import Any

import streamlit as st

from review.app.frame import callback
from review.services import typed
from review.services.project import Project


def field(project: Project, who: str, work: str, what: str) -> dict[str, Any]:
    """The key and the action of a widget that keeps its value, which is set to what was typed before."""
    key = f"{what}-{work}"
    if key not in st.session_state and (before := typed.kept(project, who, work).get(what)):
        st.session_state[key] = before
    return {"key": key, "on_change": _keep, "args": (project, who, work, what)}


@callback
def _keep(project: Project, who: str, work: str, what: str) -> None:
    typed.keep(project, who, work, what, str(st.session_state.get(f"{what}-{work}") or ""))


def sent(project: Project, who: str, work: str, *what: str) -> None:
    """Forget what was typed: it is stored where it belongs."""
    for each in what:
        typed.keep(project, who, work, each, "")

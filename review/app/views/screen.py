"""Screening titles and abstracts: one record at a time, by key or by button; others' verdicts are never shown."""

from __future__ import annotations

import streamlit as st

from review.app import basic, beside, card, frame, markup, mine
from review.app.waiting import Waiting
from review.domain.errors import ReviewError
from review.domain.protocol import Protocol
from review.domain.screening import Stage
from review.services import dealing, protocol, screen
from review.services.project import Project
from review.services.works import works

STAGE = Stage.TITLE_ABSTRACT
_QUEUE = "waiting"


def show(project: Project) -> None:
    st.title("Screen titles and abstracts")
    who = frame.reviewer(project)
    views = ("Screen", "My decisions")
    view = st.segmented_control("View", views, default=views[0], label_visibility="collapsed", key="screen-view")
    if view == "My decisions":
        st.session_state.pop(_QUEUE, None)
        mine.show(project, who, STAGE)
        return
    rules = protocol.in_force(project)
    waiting = _queue(project, who)
    plainly = frame.plainly()
    left, right = st.columns([7, 3], gap="large")
    with right:
        if plainly:
            basic.begin(rules)
        else:
            beside.show(project, waiting, rules)
        with st.expander("Criteria and instructions", expanded=True):
            st.html(markup.criteria(rules))
    with left:
        _record(project, who, rules, plainly=plainly)


@st.fragment
def _record(project: Project, who: str, rules: Protocol, *, plainly: bool) -> None:
    try:
        waiting = _queue(project, who)
        if plainly:
            basic.show(project, waiting, rules, nothing=_nothing(project, waiting))
        else:
            card.show(project, waiting, rules, notice=_notice(project, who), nothing=_nothing(project, waiting))
    except ReviewError as error:
        frame.refuse(error)


def _queue(project: Project, who: str) -> Waiting:
    held = st.session_state.get(_QUEUE)
    if not isinstance(held, Waiting) or held.reviewer != who:
        held = Waiting.of(project, who, STAGE)
        st.session_state[_QUEUE] = held
    return held


def _notice(project: Project, who: str) -> str:
    """Said until this person has decided by the rules now in force."""
    before = screen.rules_changed(project, who, STAGE)
    if before:
        return f"The criteria have changed since your last decision: {before}"
    if st.session_state.get("pilot-over"):  # once over, it stays so: no press has to look again
        return ""
    pilot = dealing.pilot_round(project)
    if pilot.over:
        st.session_state["pilot-over"] = True
        return ""
    done, size = pilot.judged.get(who, 0), len(pilot.works)
    if done < size:
        return f"Pilot round: everybody judges the same {size} records first. You have judged {done}."
    return "You have judged the whole pilot round. Compare on the page Agreement before you go on."


def _nothing(project: Project, waiting: Waiting) -> str:
    if waiting.ids:
        return ""
    if waiting.decided:
        return "Nothing is left for you to screen here. Thank you."
    if works(project).members:
        return "Nothing waits for you: enough people have judged every record."
    return "There are no records yet. Import the export files of your searches first (page Import)."


if __name__ == "__main__":
    frame.page(show)

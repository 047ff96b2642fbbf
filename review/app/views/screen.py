"""Screening titles and abstracts: one record at a time, by key or by button; others' verdicts are never shown."""

from __future__ import annotations

import time
from pathlib import Path

import streamlit as st

from review.app import frame, markup, mine
from review.app.frame import callback
from review.app.markup import plain
from review.app.waiting import Waiting
from review.domain.errors import ReviewError
from review.domain.protocol import Protocol
from review.domain.screening import Decision, Stage, Verdict
from review.services import protocol, rank, screen
from review.services.project import Project
from review.services.works import works

STAGE = Stage.TITLE_ABSTRACT
_QUEUE = "waiting"
_KEYS = ((Verdict.INCLUDE, "Include", "i"), (Verdict.EXCLUDE, "Exclude", "e"), (Verdict.MAYBE, "Maybe", "m"))

# Streamlit sends what it has every 5 ms. Waiting one such tick lets the browser draw the record before it has to make
# new buttons, which takes it five times as long.
_TICK = 0.006
_ONE_PRESS = Path(frame.__file__).with_name("one_press.js")


def show(project: Project) -> None:
    st.title("Screen titles and abstracts")
    who = frame.reviewer(project)
    st.html(f"<script>{_ONE_PRESS.read_text(encoding='utf-8')}</script>", unsafe_allow_javascript=True)
    views = ("Screen", "My decisions")
    view = st.segmented_control("View", views, default=views[0], label_visibility="collapsed", key="screen-view")
    if view == "My decisions":
        st.session_state.pop(_QUEUE, None)
        mine.show(project, who, STAGE)
        return
    rules = protocol.in_force(project)
    left, right = st.columns([7, 3], gap="large")
    with right:
        _reason(rules)
        marked = st.toggle("Mark the protocol's words", value=True, key="marked")
        with st.expander("Criteria and instructions", expanded=True):
            st.html(markup.criteria(rules))
    with left:
        _record(project, who, rules, marked=marked)


def _queue(project: Project, who: str) -> Waiting:
    held = st.session_state.get(_QUEUE)
    if not isinstance(held, Waiting) or held.reviewer != who:
        held = Waiting.of(project, who, STAGE)
        st.session_state[_QUEUE] = held
    return held


@st.fragment
def _record(project: Project, who: str, rules: Protocol, *, marked: bool) -> None:
    try:
        _one_record(project, who, rules, marked=marked)
    except ReviewError as error:
        frame.refuse(error)


def _one_record(project: Project, who: str, rules: Protocol, *, marked: bool) -> None:
    waiting = _queue(project, who)
    work = waiting.head
    if work is not None:  # sent first, so that it is on the screen first; style.css puts it below the buttons
        st.html(markup.record_card(waiting.record(project, work), rules if marked else None))
        time.sleep(_TICK)
    with st.container(key="above-the-record"):
        frame.show_notices()
        st.progress(waiting.share, text=f"{waiting.decided:,} decided by you, {len(waiting.ids):,} waiting")
        _buttons(project, who, work)
    if work is None:
        _nothing_left(project, waiting)
        return
    _more(project, who, work)


def _buttons(project: Project, who: str, work: str | None) -> None:
    """The record's id is in every key and every argument: a press can only ever decide the record it was made on."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for verdict, label, key in _KEYS if work is not None else ():
            st.button(
                label,
                key=f"{verdict}-{work}",
                shortcut=key,
                type="primary" if verdict is Verdict.INCLUDE else "secondary",
                on_click=_decide,
                args=(project, who, work, verdict),
            )
        st.button("Undo", key=f"undo-{work}", shortcut="u", on_click=_undo, args=(project, who), type="tertiary")


def _reason(rules: Protocol) -> None:
    """The reason kept with an exclusion. Its choices are buttons, so that the next key press still decides."""
    chosen = st.session_state.get("exclusion-reason")
    with st.popover(f"Reason when excluding: {plain(chosen) if chosen else 'none'}", key="reason-box", width="stretch"):
        st.pills(
            "Kept with every exclusion until you choose another (optional)",
            [c.id for c in rules.exclude],
            format_func=lambda c: plain(f"{c} {label_of(rules, c)}"),
            key="exclusion-reason",
        )


def label_of(rules: Protocol, criterion: str) -> str:
    found = rules.exclusion(criterion)
    return found.label if found else ""


@callback
def _decide(project: Project, who: str, work: str, verdict: Verdict) -> None:
    reason = str(st.session_state.get("exclusion-reason") or "") if verdict is Verdict.EXCLUDE else ""
    note = str(st.session_state.get(f"note-{work}", "")).strip()
    decision = Decision(
        record_id=work, stage=STAGE, reviewer=who, verdict=verdict, reason=reason, note=note, shown=work
    )
    screen.decide(project, decision)
    waiting = _queue(project, who)
    waiting.decide(work)
    waiting.follow(project)


@callback
def _undo(project: Project, who: str) -> None:
    taken = screen.undo(project, who, STAGE)
    if taken is None:
        frame.notice("There is nothing to undo.")
        return
    _queue(project, who).take_back(works(project).work_of[taken.record_id])


def _nothing_left(project: Project, waiting: Waiting) -> None:
    if waiting.decided:
        st.success("Nothing is left for you to screen here. Thank you.", icon=":material/task_alt:")
    elif works(project).members:
        st.info("Nothing waits for you: enough people have judged every record.")
    else:
        st.info("There are no records yet. Import the export files of your searches first (page Import).")


def _more(project: Project, who: str, work: str) -> None:
    """A note, and what the ranking saw. One closed box: what is not open costs a key press nothing."""
    box = st.expander("Add a note, or see why this record comes now", key="more", on_change="rerun")
    if not box.open:
        return
    with box:
        st.text_input("Note (optional, kept with your decision)", key=f"note-{work}", max_chars=2_000)
        if not st.toggle("Why does this record come now?", key="show-why"):
            return
        with st.spinner("Reading the ranking …"):
            found = rank.why(project, work, reviewer=who)
        if not found:
            st.write("The order does not rest on this record's words yet.")
        for heading, words in (
            ("Words that moved it up", [word for word, weight in found if weight > 0]),
            ("Words that moved it down", [word for word, weight in found if weight < 0]),
        ):
            if words:
                st.markdown(f"**{heading}:** {plain(', '.join(words))}")
        st.caption("The ranking only decides the order. It removes no record and knows nobody's verdict by name.")


if __name__ == "__main__":
    frame.page(show)

"""Screening with plain buttons only, for browsers that cannot run the card's script (`?basic=1`).

As safe as the card and a little slower: the record's id is in every key and every argument, so that a press can only
ever decide the record it was made on.
"""

from __future__ import annotations

import time
from html import escape
from pathlib import Path

import streamlit as st

from review.app import frame, markup
from review.app.frame import callback
from review.app.markup import plain
from review.app.waiting import Waiting
from review.domain.protocol import Protocol
from review.domain.screening import Decision, Verdict
from review.services import screen
from review.services.project import Project
from review.services.works import works

_KEYS = ((Verdict.INCLUDE, "Include", "i"), (Verdict.EXCLUDE, "Exclude", "e"), (Verdict.MAYBE, "Maybe", "m"))
# Streamlit's page draws together what arrives within 10 ms. Waiting a little longer lets it draw the record before it has
# to make new buttons, which takes it several times as long.
_TICK = 0.012
_ONE_PRESS = Path(__file__).with_name("one_press.js")


def begin(rules: Protocol) -> None:
    """What stands beside the record all the time: one press for one record, and the reason of an exclusion.

    The reasons are buttons, so that the next key press still decides.
    """
    st.html(f"<script>{_ONE_PRESS.read_text(encoding='utf-8')}</script>", unsafe_allow_javascript=True)
    label = {c.id: c.label for c in rules.exclude}
    chosen = st.session_state.get("exclusion-reason")
    with st.popover(f"Reason when excluding: {plain(chosen) if chosen else 'none'}", key="reason-box", width="stretch"):
        st.pills(
            "Kept with every exclusion until you choose another (optional)",
            list(label),
            format_func=lambda c: plain(f"{c} {label.get(c, '')}"),
            key="exclusion-reason",
        )


def show(project: Project, waiting: Waiting, rules: Protocol, *, nothing: str) -> None:
    """One record and its buttons; `nothing` is said where none is left."""
    work = waiting.head
    counts = f"{waiting.decided:,} decided by you, {len(waiting.ids):,} waiting"
    if work is not None:  # sent first, so that it is on the screen first; style.css puts it below the buttons
        st.html(markup.record_card(waiting.record(project, work), rules) + f'<p class="quiet">{escape(counts)}</p>')
        time.sleep(_TICK)
    with st.container(key="above-the-record", horizontal=True, vertical_alignment="center"):
        frame.show_notices()
        for verdict, label, key in _KEYS if work is not None else ():
            st.button(
                label,
                key=f"{verdict}-{work}",
                shortcut=key,
                on_click=_decide,
                args=(project, waiting, work, verdict),
            )
        st.button("Undo", key=f"undo-{work}", shortcut="u", on_click=_undo, args=(project, waiting))
    if work is None:
        st.info(nothing)
        return
    note = st.expander("Add a note", key="more", on_change="rerun")
    if note.open:  # what is not open costs a key press nothing
        note.text_input("Note (optional, kept with your decision)", key=f"note-{work}", max_chars=2_000)


@callback
def _decide(project: Project, waiting: Waiting, work: str, verdict: Verdict) -> None:
    reason = str(st.session_state.get("exclusion-reason") or "") if verdict is Verdict.EXCLUDE else ""
    note = str(st.session_state.get(f"note-{work}", "")).strip()
    decision = Decision(
        record_id=work,
        stage=waiting.stage,
        reviewer=waiting.reviewer,
        verdict=verdict,
        reason=reason,
        note=note,
        shown=work,
    )
    screen.decide(project, decision)
    waiting.decide(work)
    waiting.follow(project)


@callback
def _undo(project: Project, waiting: Waiting) -> None:
    taken = screen.undo(project, waiting.reviewer, waiting.stage)
    if taken is None:
        frame.notice("There is nothing to undo.")
        return
    waiting.take_back(works(project).work_of[taken.record_id])

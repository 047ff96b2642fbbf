"""Beside the screening card: why this record comes now, and how this person likes the card."""

from __future__ import annotations

import streamlit as st

from review.app import frame
from review.app.frame import callback
from review.app.markup import plain
from review.domain.protocol import Protocol
from review.domain.screening import Stage
from review.services import marks, rank, screen
from review.services.marks import ACTIONS, CardPreferences
from review.services.project import Project

_NAMES = {
    "include": "Include",
    "exclude": "Exclude",
    "maybe": "Maybe",
    "undo": "Undo",
    "later": "Later",
    "note": "Note",
    "tag": "Tags",
    "highlights": "Marked words",
    "help": "Keys",
}


def show(project: Project, who: str, rules: Protocol) -> None:
    with st.container(horizontal=True):
        _why(project, who)
        with st.popover("My card", key="my-card"):
            _liking(project, who, rules)


@st.fragment
def _why(project: Project, who: str) -> None:
    box = st.popover("Why this record now?", key="why", on_change="rerun")
    if not box.open:
        return
    with box, st.spinner("Reading the ranking …"):
        waiting = screen.queue(project, who, Stage.TITLE_ABSTRACT)
        found = rank.why(project, waiting[0], reviewer=who) if waiting else []
    with box:
        if not found:
            st.write("The order does not rest on this record's words yet.")
        for heading, words in (
            ("Words that moved it up", [word for word, weight in found if weight > 0]),
            ("Words that moved it down", [word for word, weight in found if weight < 0]),
        ):
            if words:
                st.markdown(f"**{heading}:** {plain(', '.join(words))}")
        st.caption("The ranking only decides the order. It removes no record and knows nobody's verdict by name.")


def _liking(project: Project, who: str, rules: Protocol) -> None:
    liked = marks.preferences(project, who)
    with st.form("liking", border=False):
        st.toggle("Hide authors and journal", value=liked.hidden, key="liking-hidden")
        for name, label, terms in (
            ("include", "Words to mark in green, one to a line", _or(liked.include_terms, rules.include_terms)),
            ("exclude", "Words to mark in red, one to a line", _or(liked.exclude_terms, rules.exclude_terms)),
        ):
            st.text_area(label, value="\n".join(terms), key=f"liking-{name}", height=120)
        st.caption("Keys: one small letter or sign each. The digits choose the reason of an exclusion.")
        columns = st.columns(3)
        for at, action in enumerate(ACTIONS):
            columns[at % 3].text_input(
                _NAMES[action], value=liked.keys[action], max_chars=1, key=f"liking-key-{action}"
            )
        st.form_submit_button("Keep", type="primary", on_click=_keep, args=(project, who, rules))
    st.button("Back to how it was made", key="liking-default", type="tertiary", on_click=_default, args=(project, who))


def _or(mine: tuple[str, ...] | None, usual: tuple[str, ...]) -> tuple[str, ...]:
    return usual if mine is None else mine


@callback
def _keep(project: Project, who: str, rules: Protocol) -> None:
    def terms(name: str, usual: tuple[str, ...]) -> tuple[str, ...] | None:
        said = tuple(line.strip() for line in str(st.session_state[f"liking-{name}"]).splitlines() if line.strip())
        return None if said == usual else said

    keys = {action: str(st.session_state[f"liking-key-{action}"]).strip().casefold() for action in ACTIONS}
    wanted = CardPreferences(
        keys=keys,
        hidden=bool(st.session_state["liking-hidden"]),
        include_terms=terms("include", rules.include_terms),
        exclude_terms=terms("exclude", rules.exclude_terms),
    )
    marks.prefer(project, who, wanted)
    frame.notice("Your card is as you like it.")


@callback
def _default(project: Project, who: str) -> None:
    marks.prefer(project, who, CardPreferences())

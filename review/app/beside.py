"""Beside the screening card: why this record comes now, of what it is a duplicate, and how this person likes the card."""

from __future__ import annotations

from html import escape

import streamlit as st

from review.app import correcting, frame, markup
from review.app.frame import callback
from review.app.markup import plain
from review.app.waiting import Waiting
from review.domain.errors import ReviewError
from review.domain.protocol import Protocol
from review.services import find, marks, rank, works
from review.services.marks import ACTIONS, CardPreferences
from review.services.project import Project

_LISTED = 6
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


def show(project: Project, waiting: Waiting, rules: Protocol) -> None:
    with st.container(key="beside-the-card", horizontal=True, gap="xsmall"):
        _why(project, waiting)
        _duplicate(project, waiting)
        _incomplete(project, waiting)
        with st.popover("My card", key="my-card"):
            _liking(project, waiting.reviewer, rules)


@st.fragment
def _why(project: Project, waiting: Waiting) -> None:
    box = st.popover("Why now?", key="why", on_change="rerun")
    if not box.open:
        return
    with box, st.spinner("Reading the ranking …"):
        try:
            found = rank.why(project, waiting.head, reviewer=waiting.reviewer) if waiting.head else []
        except ReviewError as error:  # another maker's ranking that fails: the card beside it goes on
            frame.refuse(error)
            return
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


@st.fragment
def _duplicate(project: Project, waiting: Waiting) -> None:
    """Say that the record on the screen is a work that was collected before."""
    if st.session_state.pop("merged", False):
        st.rerun()  # the queue beside it has changed
    box = st.popover("A duplicate?", key="duplicate", on_change="rerun")
    if not box.open or waiting.head is None:
        return
    with box:
        here = waiting.record(project, waiting.head)
        st.html(f'<p class="quiet">{escape(here.title)}</p>')
        st.text_input("It is the same work as … (words of its title, or a DOI)", key="duplicate-of")
        said = str(st.session_state.get("duplicate-of", "")).strip()
        hits = find.find(project, waiting.reviewer, said, most=_LISTED + 1).first if said else ()
        others = [hit for hit in hits if hit.work != waiting.head][:_LISTED]
        if said and not others:
            st.write("No other record fits. Use fewer words.")
        for hit in others:
            st.html(f"<p>{escape(hit.record.title)}<br><small>{escape(markup.about(hit.record))}</small></p>")
            st.button(
                "Same work",
                key=f"same-{hit.work}",
                on_click=_same,
                args=(project, waiting.reviewer, waiting.head, hit.work),
            )


@st.fragment
def _incomplete(project: Project, waiting: Waiting) -> None:
    """The way to the form in which this record is put right."""
    box = st.popover("Incomplete?", key="incomplete", on_change="rerun")
    if not box.open or waiting.head is None:
        return
    with box:
        st.html(f'<p class="quiet">{escape(waiting.record(project, waiting.head).title)}</p>')
        st.write("An abstract is missing, or a field is wrong? What you add is shown to everybody who judges it.")
        correcting.link(waiting.head)


@callback
def _same(project: Project, who: str, work: str, other: str) -> None:
    works.judge(project, [(min(work, other), max(work, other))], same_work=True, person=who)
    st.session_state.pop("waiting", None)
    st.session_state.pop("duplicate-of", None)
    st.session_state["merged"] = True
    frame.notice("They are one work now, and screened once. The page Duplicates can separate them again.")


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

"""Choosing one report of many: a list that stays short, and words to find what is not in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

MOST = 200  # in one list: a browser is slow with more, and nobody reads so many


def one_of(
    label: str, offered: Sequence[str], named: Callable[[str], str], *, key: str, first: bool = True
) -> str | None:
    """The work chosen; the first one before anybody chose, or none if not `first`."""
    listed = list(offered)
    if len(listed) > MOST:
        words = st.text_input(f"{label}: words of title or author", key=f"{key}-words").casefold().split()
        fitting = [work for work in listed if all(word in named(work).casefold() for word in words)]
        listed = fitting[:MOST]
        if len(fitting) > MOST:
            st.caption(f"The first {MOST} of {len(fitting):,} are listed; words find the others.")
    return st.selectbox(
        label,
        listed,
        index=0 if first and listed else None,
        placeholder="Choose a report" if listed else "No report has these words",
        format_func=named,
        key=key,
    )

"""Who did what when, filtered and taken out as a sheet. Open decisions of others stay hidden here as everywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from review.app import frame
from review.domain.team import Right
from review.services import audit, team
from review.services.audit import Wanted
from review.services.project import Project

_LISTED = 1_000  # newest first; the sheet has them all


def show(project: Project) -> None:
    st.title("Audit")
    st.write("Everything anybody did, as it was stored. What others decided stays hidden while it is open to you.")
    wanted = _wanted(project)
    found = audit.events(project, wanted)
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.caption(f"{len(found):,} events" + (f", the newest {_LISTED:,}" if len(found) > _LISTED else ""))
    right.download_button(
        "Download as CSV",
        lambda: audit.as_csv(project, wanted),
        file_name="audit.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
    )
    if not found:
        st.info("Nothing fits what you asked for.")
        return
    rows = found[:_LISTED]
    st.dataframe(
        pd.DataFrame(
            {
                "When (UTC)": [event.at[:19].replace("T", " ") for event in rows],
                "Who": [event.who or "(not recorded)" for event in rows],
                "Part": [event.kind for event in rows],
                "What": [event.what for event in rows],
                "About": [event.about for event in rows],
                "Detail": [event.detail for event in rows],
            }
        ),
        hide_index=True,
        height=520,
        alt="Who did what when, newest first",
    )


def _wanted(project: Project) -> Wanted:
    people = [person.name for person in team.people(project)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        who = st.selectbox("Who", ["", *people], format_func=lambda name: name or "everybody", key="audit-who")
        kind = st.selectbox("Part", ["", *audit.KINDS], format_func=lambda k: k or "everything", key="audit-kind")
        words = st.text_input("Words", key="audit-words", placeholder="a record, a file, a reason")
        since = st.date_input("From", value=None, key="audit-since")
        until = st.date_input("To", value=None, key="audit-until")
    wanted = Wanted(who=str(who), kind=str(kind), words=words)
    return replace(wanted, since=_day(since), until=_day(until))


def _day(asked: object) -> str:
    return asked.isoformat() if isinstance(asked, date) else ""


if __name__ == "__main__":
    frame.page(show, right=Right.AUDIT)

"""History: every change of a decision that one may read, filtered; what a record went through; one's own changed."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from review.app import frame, markup, mine, together
from review.app.markup import plain
from review.domain.errors import Missing
from review.domain.screening import Role, Stage
from review.domain.team import Right
from review.services import history, team
from review.services.history import Asked, Change
from review.services.project import Project
from review.services.works import read, works

STAGES = {Stage.TITLE_ABSTRACT: "Title and abstract", Stage.FULL_TEXT: "Full text"}
_LISTED = 500  # newest first; a filter finds the rest
_RECORD = "record"  # in the address: the page opens with this record


def show(project: Project) -> None:
    st.title("History of decisions")
    who = frame.reviewer(project)
    st.write(
        "Nothing is overwritten: whoever changes a decision adds one, and the earlier ones stay. What others decided is "
        "listed once it is no longer open to you."
    )
    found = history.changes(project, who, _asked(project, who))
    st.caption(f"{len(found):,} changes" + (f", the newest {_LISTED} are listed" if len(found) > _LISTED else ""))
    rows = found[:_LISTED]
    titles = {work: record.title for work, record in read(project, sorted({c.work for c in rows})).items()}
    if rows:
        _table(rows, titles, "Changes of decisions, newest first", height=340)
    else:
        st.info("Nothing fits what you asked for.")
    work = _chosen(project, rows, titles)
    if work is not None:
        _one(project, who, work)


def _asked(project: Project, who: str) -> Asked:
    others = [person.name for person in team.people(project) if person.name != who]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        of = st.selectbox("Whose", [who, "", *others], format_func=lambda n: n or "everybody", key="history-of")
        stage = st.selectbox(
            "Stage", ["", *Stage], format_func=lambda s: STAGES[Stage(s)] if s else "both", key="history-stage"
        )
        said = st.selectbox("Said", ["", *history.SAID], format_func=lambda s: s or "anything", key="history-said")
        words = st.text_input("Words of the title, or an id", key="history-words")
    standing = st.toggle("Only what stands now", key="history-standing")
    return Asked(of=of, stage=Stage(stage) if stage else None, said=said, words=words, standing=standing)


def _table(changes: list[Change], titles: dict[str, str], alt: str, *, height: int | None = None) -> None:
    table = {
        "When (UTC)": [mine.when(c.decision) for c in changes],
        "Who": [c.decision.reviewer for c in changes],
        "Said": [f"{'settled: ' * (c.decision.role is Role.ADJUDICATOR)}{c.said}" for c in changes],
        "Stands": ["yes" if c.stands else "" for c in changes],
        "Title": [titles.get(c.work, c.work) for c in changes],
        "Reason": [c.decision.reason for c in changes],
        "Note": [c.decision.note for c in changes],
        "Stage": [STAGES[c.decision.stage] for c in changes],
    }
    if not titles:
        del table["Title"]
    st.dataframe(pd.DataFrame(table), hide_index=True, height=height or "auto", alt=alt)


def _chosen(project: Project, rows: list[Change], titles: dict[str, str]) -> str | None:
    """The work to look at: chosen here, or named in the address by any of its records."""
    offered = list(dict.fromkeys(change.work for change in rows))
    named = str(st.query_params.get(_RECORD, ""))
    if named and st.session_state.get("history-named") != named:
        known = works(project).work_of
        if named not in known:
            raise Missing("record", named, list(known)[:2_000])
        st.session_state["history-record"] = known[named]
        st.session_state["history-named"] = named  # once: what is chosen later is not undone
    held = st.session_state.get("history-record")
    if held and held not in offered:
        offered.insert(0, held)
        titles |= {work: record.title for work, record in read(project, [held]).items()}
    return st.selectbox(
        "Look at one record, and change your own decision",
        offered,
        index=None,
        placeholder="Choose a record",
        format_func=lambda work: titles.get(work, work),
        key="history-record",
    )


def _one(project: Project, who: str, work: str) -> None:
    found = history.changes(project, who, Asked(record=work))
    with st.container(border=True):
        st.html(markup.record_card(read(project, [work])[work]) + together.notes(project, [work]).get(work, ""))
        if found:
            _table(found, {}, "What was said of this record, newest first")
        own = [change.decision for change in found if change.stands and change.decision.reviewer == who]
        if not own:
            st.caption(plain("You have no standing decision on this record."))
        for decision in own:
            st.subheader(STAGES[decision.stage])
            mine.change(project, work, decision)


if __name__ == "__main__":
    frame.page(show, right=Right.AUDIT)

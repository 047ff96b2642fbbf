"""One person's own decisions at a stage: listed, searched, changed. Nothing of anybody else's."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from review.app import frame, markup
from review.app.frame import callback
from review.domain.record import Record
from review.domain.screening import Decision, Stage, Verdict
from review.services import protocol, screen
from review.services.project import Project
from review.services.works import read

_LISTED = 500  # newest first; a search finds the rest


def show(project: Project, who: str, stage: Stage) -> None:
    decisions = sorted(screen.my_decisions(project, who, stage).items(), key=lambda item: -item[1].number)
    if not decisions:
        st.info("You have not decided anything here yet.")
        return
    shown = read(project, [work for work, _ in decisions])
    wanted = _filtered(decisions, shown)
    st.caption(
        f"{len(wanted):,} of {len(decisions):,} decisions" + (f", the newest {_LISTED}" * (len(wanted) > _LISTED))
    )
    rows = wanted[:_LISTED]
    st.dataframe(
        pd.DataFrame(
            {
                "Title": [shown[work].title for work, _ in rows],
                "Verdict": [str(d.verdict) for _, d in rows],
                "Reason": [d.reason for _, d in rows],
                "Note": [d.note for _, d in rows],
                "When (UTC)": [d.decided_at[:16].replace("T", " ") for _, d in rows],
            }
        ),
        hide_index=True,
        height=280,
        alt="Your decisions, newest first",
    )
    _change(project, who, stage, rows, shown)


def _filtered(decisions: list[tuple[str, Decision]], shown: dict[str, Record]) -> list[tuple[str, Decision]]:
    left, right = st.columns([2, 1])
    words = left.text_input("Find in titles", key="mine-find").casefold().split()
    verdict = right.selectbox("Verdict", ["all", *Verdict], key="mine-verdict")
    return [
        (work, d)
        for work, d in decisions
        if work in shown
        and all(word in shown[work].title.casefold() for word in words)
        and verdict in ("all", str(d.verdict))
    ]


def _change(
    project: Project, who: str, stage: Stage, rows: list[tuple[str, Decision]], shown: dict[str, Record]
) -> None:
    standing = dict(rows)
    work = st.selectbox(
        "Change a decision",
        list(standing),
        index=None,
        placeholder="Choose a record",
        format_func=lambda w: f"{standing[w].verdict}: {shown[w].title}" if w in standing else str(w),
        key="mine-choice",
    )
    if work is None:
        return
    with st.container(border=True):
        st.html(markup.record_card(shown[work]))
        now = standing[work]
        st.write(f"You said **{now.verdict}**" + (f" ({now.reason})" if now.reason else "") + ".")
        reasons = ["", *(c.id for c in protocol.in_force(project).exclude)]
        reason = st.selectbox("Reason, if you exclude", reasons, key=f"mine-reason-{work}")
        with st.container(horizontal=True):
            for verdict in Verdict:
                st.button(
                    f"Change to {verdict}",
                    key=f"mine-{verdict}-{work}",
                    disabled=verdict is now.verdict and (verdict is not Verdict.EXCLUDE or reason == now.reason),
                    on_click=_decide,
                    args=(project, who, stage, work, verdict),
                )


@callback
def _decide(project: Project, who: str, stage: Stage, work: str, verdict: Verdict) -> None:
    reason = str(st.session_state.get(f"mine-reason-{work}", "")) if verdict is Verdict.EXCLUDE else ""
    screen.decide(
        project, Decision(record_id=work, stage=stage, reviewer=who, verdict=verdict, reason=reason, shown=work)
    )
    frame.notice("Changed. The earlier decision stays in the history.")

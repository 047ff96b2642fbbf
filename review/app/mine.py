"""One person's own decisions at a stage: listed, searched, changed. Nothing of anybody else's."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from review.app import frame, markup
from review.app.frame import callback
from review.app.markup import plain
from review.domain.naming import counted
from review.domain.screening import Decision, Role, Stage, Verdict
from review.services import history, protocol, screen
from review.services.history import Asked
from review.services.project import Project
from review.services.works import read

_LISTED = 500  # newest first; a search finds the rest


def show(project: Project, who: str, stage: Stage) -> None:
    left, right = st.columns([2, 1])
    words = left.text_input("Find in titles", key="mine-find")
    verdict = right.selectbox("Verdict", ["all", *Verdict], key="mine-verdict")
    asked = Asked(of=who, stage=stage, said="" if verdict == "all" else str(verdict), words=words, standing=True)
    found = {change.work: change.decision for change in history.changes(project, who, asked) if _reviewed(change)}
    if not found:
        st.info("You have not decided anything here yet, or nothing fits what you look for.")
        return
    st.caption(counted(len(found), "decision") + (f", the newest {_LISTED} are listed" * (len(found) > _LISTED)))
    rows = dict(list(found.items())[:_LISTED])
    shown = read(project, list(rows))
    st.dataframe(
        pd.DataFrame(
            {
                "Title": [shown[work].title for work in rows],
                "Verdict": [str(d.verdict) for d in rows.values()],
                "Reason": [d.reason for d in rows.values()],
                "Note": [d.note for d in rows.values()],
                "When (UTC)": [when(d) for d in rows.values()],
            }
        ),
        hide_index=True,
        height=280,
        alt="Your decisions, newest first",
    )
    work = st.selectbox(
        "Change a decision",
        list(rows),
        index=None,
        placeholder="Choose a record",
        format_func=lambda w: f"{rows[w].verdict}: {shown[w].title}" if w in rows else str(w),
        key="mine-choice",
    )
    if work is not None:
        with st.container(border=True):
            st.html(markup.record_card(shown[work]))
            change(project, work, rows[work])


def _reviewed(found: history.Change) -> bool:
    return found.decision.role is Role.REVIEWER


def when(decision: Decision) -> str:
    return decision.decided_at[:16].replace("T", " ")


# Changing one


def change(project: Project, work: str, now: Decision) -> None:
    """What a person said of a work, and the buttons that say something else: a later fact, the earlier one stays."""
    said = f" ({plain(now.reason)})" if now.reason else ""
    settled = "settled this: " if now.role is Role.ADJUDICATOR else "said "
    st.markdown(f"You {settled}**{now.verdict}**{said}.")
    labels = {c.id: f"{c.id} {c.label}" for c in protocol.in_force(project).exclude}
    reasons = ["", *labels]
    at = reasons.index(now.reason) if now.reason in reasons else 0
    reason = st.selectbox(
        "Reason, if you exclude",
        reasons,
        index=at,
        format_func=lambda c: labels.get(c, ""),
        key=f"mine-reason-{now.number}",
    )
    st.text_input("Note (optional)", value=now.note, key=f"mine-note-{now.number}", max_chars=2_000)
    note = str(st.session_state.get(f"mine-note-{now.number}", ""))
    doubt = now.stage is Stage.TITLE_ABSTRACT and now.role is Role.REVIEWER
    with st.container(horizontal=True):
        for verdict in Verdict if doubt else (Verdict.INCLUDE, Verdict.EXCLUDE):
            same = verdict is now.verdict and note == now.note
            st.button(
                f"{'Still' if verdict is now.verdict else 'Change to'} {verdict}",
                key=f"mine-{verdict}-{now.number}",
                disabled=same and (verdict is not Verdict.EXCLUDE or reason == now.reason),
                on_click=_decide,
                args=(project, work, now, verdict),
            )
        st.button("Take it back", key=f"mine-back-{now.number}", on_click=_decide, args=(project, work, now, None))


@callback
def _decide(project: Project, work: str, now: Decision, verdict: Verdict | None) -> None:
    excluded = verdict is Verdict.EXCLUDE
    screen.decide(
        project,
        Decision(
            record_id=work,
            stage=now.stage,
            reviewer=now.reviewer,
            role=now.role,
            verdict=verdict,
            reason=str(st.session_state.get(f"mine-reason-{now.number}", "")) if excluded else "",
            note=str(st.session_state.get(f"mine-note-{now.number}", "")).strip() if verdict else "",
            shown=work,
        ),
    )
    frame.notice("Changed. The earlier decision stays in the history.")

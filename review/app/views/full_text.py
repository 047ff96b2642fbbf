"""Full texts: sought, retrieved or not, then included or excluded for exactly one reason, with the file beside the criteria."""

from __future__ import annotations

from html import escape

import streamlit as st

from review.app import belonging, bringing, choosing, frame, full_paper, markup, mine, unsent
from review.app.frame import callback
from review.app.markup import plain
from review.domain.protocol import Protocol
from review.domain.record import Record
from review.domain.screening import Decision, Stage, Verdict
from review.domain.team import Right
from review.services import full_texts, fulltext, protocol, screen
from review.services.fulltext import ReportStanding
from review.services.project import Project

STAGE = Stage.FULL_TEXT
_STATUS = {"": "nothing said yet", "sought": "sought", "retrieved": "retrieved", "not_retrieved": "not retrieved"}
_SHOWN = ("all", "with a file", "without a file")


def show(project: Project) -> None:
    st.title("Full text")
    who = frame.reviewer(project)
    reports = fulltext.standings(project)
    if not reports:
        st.info("No work has come past title and abstract yet.")
        return
    decided = screen.my_decisions(project, who, STAGE)
    shown = fulltext.records_of(project)
    done = sum(work in decided for work in reports)
    st.progress(done / len(reports), text=f"{done:,} of {len(reports):,} full texts decided by you")
    views = ("Assess", "My decisions")
    if st.segmented_control("View", views, default=views[0], label_visibility="collapsed", key="ft-view") == views[1]:
        mine.show(project, who, STAGE)
        return
    bringing.many(project, who, shown)
    kept = full_texts.with_files(project)
    work = _choice(shown, decided, kept)
    if work is None:
        return
    rules = protocol.in_force(project)
    left, right = st.columns([7, 3], gap="large")
    with left:
        _about(shown[work])
        full_paper.show(project, work)
        if work not in kept:
            bringing.one(project, who, work)
    with right:
        _assess(project, who, work, rules, decided.get(work))
        with st.expander("Criteria and instructions", expanded=True):
            st.html(markup.criteria(rules))
        _retrieval(project, who, reports[work], with_file=work in kept)
        belonging.show(project, who, work, shown)


def _choice(shown: dict[str, Record], decided: dict[str, Decision], kept: frozenset[str]) -> str | None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        everything = st.toggle("Show those I have decided, too", key="ft-all")
        which = st.selectbox("Reports", _SHOWN, key="ft-which", width=190)
    open_to_me = [work for work in shown if everything or work not in decided]
    offered = [w for w in open_to_me if which == _SHOWN[0] or (w in kept) is (which == _SHOWN[1])]

    def named(work: str) -> str:
        said = f" ({decided[work].verdict})" if work in decided else ""
        return f"{shown[work].short_citation}: {shown[work].title}{said}"

    if not open_to_me:
        st.success("You have decided every full text.", icon=":material/task_alt:")
    elif not offered:
        st.info(f"No report {which} is left. Choose others above.")
    return choosing.one_of(f"Report ({len(offered):,})", offered, named, key="ft-work") if offered else None


def _about(record: Record) -> None:
    """The report's title, and its abstract to unfold: the paper itself is what is read here."""
    st.html(
        f'<div class="record"><h2>{markup.record_title(record)}</h2>'
        f'<p class="quiet">{escape(markup.about(record))}</p>{markup.links(record)}</div>'
    )
    with st.expander("Abstract"):
        st.html(f'<div class="record">{markup.record_body(record)}</div>')


# The search for the full text


def _retrieval(project: Project, who: str, report: ReportStanding, *, with_file: bool) -> None:
    work = report.record_id
    with st.expander(f"Retrieval: {_STATUS[report.retrieval]}", expanded=not with_file):
        for said in report.history:
            note = f" ({said.note})" if said.note else ""
            st.caption(plain(f"{said.at[:10]}, {said.who}: {_STATUS[said.status]}{note}"))
        st.text_input(
            "Note on the search for the full text (optional)",
            max_chars=500,
            **unsent.field(project, who, work, "retrieval-note"),
        )
        with st.container(horizontal=True):
            for status in fulltext.STATUSES:
                st.button(
                    _STATUS[status].capitalize(),
                    key=f"retrieval-{status}-{work}",
                    disabled=status == report.retrieval,
                    on_click=_set_retrieval,
                    args=(project, who, work, status),
                )
        if with_file:
            bringing.one(project, who, work)


@callback
def _set_retrieval(project: Project, who: str, work: str, status: str) -> None:
    note = str(st.session_state.get(f"retrieval-note-{work}", "")).strip()
    fulltext.set_retrieval(project, work, status, person=who, note=note)
    unsent.sent(project, who, work, "retrieval-note")


# The decision


def _assess(project: Project, who: str, work: str, rules: Protocol, now: Decision | None) -> None:
    st.subheader("Your decision")
    if now is not None:
        mine.change(project, work, now)
        return
    st.radio(
        "Reason, if you exclude (exactly one)",
        [c.id for c in rules.exclude],
        index=None,
        format_func=lambda c: plain(f"{c} {_label(rules, c)}"),
        **unsent.field(project, who, work, "ft-reason"),
    )
    st.text_input("Note (optional)", max_chars=2_000, **unsent.field(project, who, work, "ft-note"))
    with st.container(horizontal=True):
        for verdict, label in ((Verdict.INCLUDE, "Include"), (Verdict.EXCLUDE, "Exclude")):
            st.button(
                label,
                key=f"ft-{verdict}-{work}",
                type="primary" if verdict is Verdict.INCLUDE else "secondary",
                on_click=_decide,
                args=(project, who, work, verdict),
            )


def _label(rules: Protocol, criterion: str) -> str:
    found = rules.exclusion(criterion)
    return found.label if found else ""


@callback
def _decide(project: Project, who: str, work: str, verdict: Verdict) -> None:
    decision = Decision(
        record_id=work,
        stage=STAGE,
        reviewer=who,
        verdict=verdict,
        reason=str(st.session_state.get(f"ft-reason-{work}") or "") if verdict is Verdict.EXCLUDE else "",
        note=str(st.session_state.get(f"ft-note-{work}", "")).strip(),
        shown=work,
    )
    screen.decide(project, decision)
    unsent.sent(project, who, work, "ft-reason", "ft-note")
    frame.notice("Stored.")


if __name__ == "__main__":
    frame.page(show, right=Right.REVIEW)

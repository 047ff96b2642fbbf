"""Conflicts: shown to, and settled by, a person who judged neither side. The only page that shows others' verdicts."""

from __future__ import annotations

import streamlit as st

from review.app import frame, full_paper, markup, menu, person
from review.app.frame import callback
from review.app.markup import plain
from review.domain.protocol import Protocol
from review.domain.screening import Conflict, Decision, Role, Stage, Verdict
from review.domain.team import Right
from review.services import dealing, discussion, protocol, screen
from review.services.project import Project
from review.services.works import read

STAGES = {Stage.TITLE_ABSTRACT: "Title and abstract", Stage.FULL_TEXT: "Full text"}


def show(project: Project) -> None:
    st.title("Conflicts")
    who = frame.reviewer(project)
    st.write("A conflict is settled by a third person, who judged neither side. That person sees both verdicts here.")
    if not _adjudicates(project, who):
        st.info("As a reviewer you do not see what others decided. Take the role of adjudicator to settle conflicts.")
        _own_side(project, who)
        return
    stage = st.segmented_control(
        "Stage", list(Stage), format_func=STAGES.__getitem__, default=Stage.TITLE_ABSTRACT, key="conflict-stage"
    )
    _settle_each(project, who, Stage(stage or Stage.TITLE_ABSTRACT))


def _adjudicates(project: Project, who: str) -> bool:
    """Whoever signed in has the role an owner gave them; on a computer without sign-in, people say it here."""
    if project.seat is not None and not project.seat.trusted:
        return True
    role = st.segmented_control(
        "Your role on this page",
        list(Role),
        format_func=lambda r: f"{plain(who)}, {r}",
        default=Role.REVIEWER,
        key="role",
    )
    return role is Role.ADJUDICATOR


def _settle_each(project: Project, who: str, stage: Stage) -> None:
    found = screen.conflicts(project, stage)
    pilot = dealing.pilot_round(project)
    if not pilot.over and pilot.judged.get(who, 0) < len(pilot.works) and person.may(project, Right.REVIEW):
        st.info(
            "Records of the pilot round that still wait for your own judgement are not listed here. They are once you "
            "have judged them, or once an owner has confirmed the pilot round (page Agreement)."
        )
    open_to_me = [c for c in found if who.casefold() not in {name.casefold() for name in c.reviewers}]
    if len(open_to_me) < len(found):
        st.warning(f"{len(found) - len(open_to_me)} conflicts are your own; another person settles them.")
    if not found:
        st.success("There is no conflict at this stage.", icon=":material/task_alt:")
    if not open_to_me:
        return
    rules = protocol.in_force(project)
    st.caption(f"{len(open_to_me):,} to settle")
    conflict = open_to_me[0]
    left, right = st.columns([7, 3], gap="large")
    with left:
        st.html(markup.record_card(read(project, [conflict.record_id])[conflict.record_id], rules))
        _verdicts(project, conflict)
        if stage is Stage.FULL_TEXT:
            full_paper.show(project, conflict.record_id)
        _discussion(project, who, conflict.record_id, stage)
        _settle(project, who, conflict, rules)
    with right, st.expander("Criteria and instructions", expanded=True):
        st.html(markup.criteria(rules))


def _verdicts(project: Project, conflict: Conflict) -> None:
    for column, decision in zip(st.columns(len(conflict.decisions)), conflict.decisions, strict=True):
        with column.container(border=True):
            st.markdown(f"**{plain(decision.reviewer)}** says **{decision.verdict}**")
            if decision.reason:
                st.markdown(plain(f"{decision.reason} {protocol.criterion_label(project, decision.reason)}"))
            st.text(decision.note or "No note.")


def _own_side(project: Project, who: str) -> None:
    """A reviewer's own conflicts: what is said about one, and the reviewer's own verdict; nobody else's."""
    own = [(stage, work, found) for stage in Stage for work, found in discussion.mine(project, who, stage).items()]
    if not own:
        return
    shown = read(project, [work for _, work, _ in own])
    at = st.selectbox(
        f"Records on which you and another differ ({len(own):,})",
        range(len(own)),
        index=None if len(own) > 1 else 0,
        placeholder="Choose one to talk about it",
        format_func=lambda n: f"{STAGES[own[n][0]]}: {shown[own[n][1]].title}",
        key="own-conflict",
    )
    if at is None:
        return
    stage, work, found = own[at]
    with st.container(border=True):
        st.html(markup.record_card(shown[work]))
        if stage is Stage.FULL_TEXT:
            full_paper.show(project, work)
        st.markdown(f"You said **{found.decisions[0].verdict}**.")
        past = menu.at("history")
        st.page_link(past.path, label="Change it", icon=past.icon, query_params={"record": work})
        _discussion(project, who, work, stage)


def _discussion(project: Project, who: str, work: str, stage: Stage) -> None:
    for remark in discussion.remarks(project, who, work, stage):
        with st.chat_message("user", avatar=":material/chat:"):
            st.caption(plain(f"{remark.who}, {remark.at[:16].replace('T', ' ')} UTC"))
            st.text(remark.text)
    st.text_area(
        "Say something to the people of this conflict", key=f"remark-{stage}-{work}", max_chars=4_000, height=80
    )
    st.button("Say it", key=f"say-{stage}-{work}", on_click=_say, args=(project, who, work, stage))


@callback
def _say(project: Project, who: str, work: str, stage: Stage) -> None:
    key = f"remark-{stage}-{work}"
    discussion.say(project, who, work, stage, text=str(st.session_state.get(key, "")))
    st.session_state[key] = ""


def _settle(project: Project, who: str, conflict: Conflict, rules: Protocol) -> None:
    work, stage = conflict.record_id, conflict.stage
    asked = "Reason, if you exclude" + (" (needed at full text)" if stage is Stage.FULL_TEXT else " (optional)")
    labels = {c.id: f"{c.id} {c.label}" for c in rules.exclude}
    st.selectbox(asked, ["", *labels], format_func=lambda c: labels.get(c, ""), key=f"settle-reason-{work}")
    st.text_input("Note (optional)", key=f"settle-note-{work}", max_chars=2_000)
    with st.container(horizontal=True):
        for verdict, label in ((Verdict.INCLUDE, "Settle: include"), (Verdict.EXCLUDE, "Settle: exclude")):
            st.button(
                label,
                key=f"settle-{verdict}-{stage}-{work}",
                type="primary" if verdict is Verdict.INCLUDE else "secondary",
                on_click=_decide,
                args=(project, who, conflict, verdict),
            )


@callback
def _decide(project: Project, who: str, conflict: Conflict, verdict: Verdict) -> None:
    work = conflict.record_id
    decision = Decision(
        record_id=work,
        stage=conflict.stage,
        reviewer=who,
        verdict=verdict,
        role=Role.ADJUDICATOR,
        reason=str(st.session_state.get(f"settle-reason-{work}", "")) if verdict is Verdict.EXCLUDE else "",
        note=str(st.session_state.get(f"settle-note-{work}", "")).strip(),
        shown=work,
    )
    screen.decide(project, decision)
    frame.notice("Settled.")


if __name__ == "__main__":
    frame.page(show, right=Right.ADJUDICATE)

"""Agreement: the pilot round, how far each two people agree, and how the work is dealt out."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from review.app import frame, person
from review.app.frame import callback
from review.app.markup import plain
from review.domain.dealing import Deal, Dealt
from review.domain.errors import ReviewError
from review.domain.estimate import Estimate
from review.domain.screening import Stage
from review.domain.team import Right
from review.evidence.agreement import PairAgreement
from review.services import agreement, dealing, protocol, team
from review.services.agreement import PairReport
from review.services.dealing import PilotRound
from review.services.project import Project

STAGES = {Stage.TITLE_ABSTRACT: "Title and abstract", Stage.FULL_TEXT: "Full text"}
_HOW = {
    Dealt.EVERYONE: "Everybody is asked for every record, until enough people have judged it",
    Dealt.PAIRS: "Each record goes to one of the pairs below",
    Dealt.SHARES: "Each record goes to as many people as the protocol asks for, drawn by their shares",
}


def show(project: Project) -> None:
    st.title("Agreement")
    frame.reviewer(project)
    pilot = dealing.pilot_round(project)
    if pilot.works:
        _pilot(project, pilot)
    _pairs(project, pilot)
    if person.may(project, Right.GOVERN):
        _deal(project)


def _pilot(project: Project, pilot: PilotRound) -> None:
    st.subheader("Pilot round")
    size = len(pilot.works)
    st.write(
        f"Everybody judges the same {size:,} records first, a sample in one order. Then compare, talk about every "
        "difference, and confirm the criteria or amend the protocol."
    )
    for name, done in pilot.judged.items():
        st.progress(min(1.0, done / size), text=plain(f"{name}: {done} of {size}"))
    if pilot.confirmed:
        st.success("The pilot round is confirmed; everybody screens the rest.", icon=":material/task_alt:")
    elif pilot.over:
        st.info("Screening has gone on beyond the pilot round.")
    elif person.may(project, Right.GOVERN):
        st.button("The criteria hold: confirm the pilot round", key="confirm-pilot", on_click=_confirm, args=(project,))


@callback
def _confirm(project: Project) -> None:
    dealing.confirm_pilot(project)
    frame.notice("The pilot round is confirmed.")


def _pairs(project: Project, pilot: PilotRound) -> None:
    st.subheader("Each two people")
    stage = Stage(
        st.segmented_control(
            "Stage", list(Stage), format_func=STAGES.__getitem__, default=Stage.TITLE_ABSTRACT, key="agreement-stage"
        )
        or Stage.TITLE_ABSTRACT
    )
    only = bool(pilot.works) and stage is Stage.TITLE_ABSTRACT and st.toggle("Only the pilot round", key="only-pilot")
    found = agreement.between(project, stage, among=set(pilot.works) if only else None)
    if not found:
        st.info(
            "No two people have judged the same records here yet, or those records are still open to you: screening is "
            "blinded."
        )
    for pair in found:
        with st.container(border=True):
            _pair(project, pair)


def _pair(project: Project, pair: PairReport) -> None:
    first, second = pair.verdicts.first, pair.verdicts.second
    st.markdown(f"**{plain(first)}** and **{plain(second)}**, {pair.verdicts.agreement.n:,} records judged by both")
    left, right = st.columns([4, 3], gap="medium")
    readings = {"Forward or not": pair.forward, "As given": pair.verdicts}
    if pair.forward.agreement.categories == pair.verdicts.agreement.categories:
        del readings["As given"]
    with left:
        st.table(
            pd.DataFrame(
                {
                    reading: {estimate.name: _told(estimate) for estimate in one.agreement.estimates}
                    for reading, one in readings.items()
                }
            ).rename_axis("Measure (95 % CI)"),
            alt="Measures of agreement",
        )
    with right:
        _crossed(pair.verdicts)
        if pair.criteria:
            st.table(
                pd.DataFrame(
                    {
                        plain(f"{use.criterion} {protocol.criterion_label(project, use.criterion)}"): {
                            plain(first): use.first,
                            plain(second): use.second,
                            "Both": use.both,
                        }
                        for use in pair.criteria
                    }
                ).T.rename_axis("Reason"),
                alt="Reasons given by each and by both",
            )


def _told(estimate: Estimate) -> str:
    if estimate.value is None:
        return plain(estimate.method)  # why it is undefined
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f}"
    return f"{estimate.value:.3f} ({estimate.low:.3f}\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}{estimate.high:.3f})"


def _crossed(pair: PairAgreement) -> None:
    """What each said of the same records: the first person's verdicts down, the second's across."""
    names = pair.agreement.categories
    st.table(
        pd.DataFrame(pair.agreement.table, index=names, columns=names).rename_axis(
            plain(f"{pair.first} ↓ {pair.second} →")
        ),
        alt="What each said of the same records",
    )


def _deal(project: Project) -> None:
    st.subheader("Who is asked for what")
    now = dealing.current(project)
    if said := dealing.unstaffed(project):
        st.warning(plain(said), icon=":material/warning:")
    people = [p.name for p in team.people(project) if p.active and p.role in ("owner", "reviewer")]
    how = st.radio("Deal out", list(Dealt), format_func=_HOW.__getitem__, index=list(Dealt).index(now.how), key="deal")
    if how is Dealt.PAIRS:
        st.text_area(
            "Pairs, one to a line, with a comma between the two",
            value="\n".join(", ".join(pair) for pair in now.pairs),
            placeholder="Ana, Bo\nBo, Cy",
            key="deal-pairs",
        )
    elif how is Dealt.SHARES:
        columns = st.columns(min(4, max(1, len(people))))
        for at, name in enumerate(people):
            columns[at % len(columns)].number_input(
                plain(name), min_value=0.0, value=float(now.shares.get(name, 1.0)), step=0.5, key=f"share-{name}"
            )
    st.caption("A change concerns only what is left. What people have decided stands, whoever is asked for the rest.")
    st.button("Deal out", key="deal-keep", on_click=_keep, args=(project, people))


@callback
def _keep(project: Project, people: list[str]) -> None:
    how = Dealt(st.session_state["deal"])
    pairs = []
    for number, line in enumerate(str(st.session_state.get("deal-pairs", "")).splitlines(), start=1):
        names = [name.strip() for name in line.split(",")]
        if not line.strip():
            continue
        if len(names) != 2:
            raise ReviewError(f"Line {number} is no pair: {line.strip()!r}.", hint="Write two names with a comma.")
        pairs.append((team.as_known(project, names[0]), team.as_known(project, names[1])))
    shares = {name: float(st.session_state.get(f"share-{name}", 0.0)) for name in people}
    wanted = Deal(
        how=how,
        pairs=tuple(pairs) if how is Dealt.PAIRS else (),
        shares={name: share for name, share in shares.items() if share} if how is Dealt.SHARES else {},
    )
    dealing.deal(project, wanted)
    frame.notice("The work is dealt out so from now on.")


if __name__ == "__main__":
    frame.page(show)
